"""Rows and state of the sync in PostgreSQL: one window is one short transaction, its cursor included."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from gendash.engine.clients.postgres import DRIVER_ERRORS, translate
from gendash.engine.errors import Denied, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge import rejected_items
from gendash.langfuse_bridge.budget import DAY_S, Allowance
from gendash.langfuse_bridge.connection import connect_store, place_of
from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.packed_rows import PackedRow
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.replace import Closed, copy_rows, holds_any, replace_window, same_key
from gendash.langfuse_bridge.streams import StoredRow, Stream
from gendash.langfuse_bridge.sync_state import STATE_COLUMNS, SyncState

Connect = Callable[[str], psycopg.Connection[Any]]

_IDLE_S = 5.0
_BLOCKS, _MANY = 1000, 1_000_000
_SAFE = (
    "set local statement_timeout = '10min'; set local lock_timeout = '1min'; "
    "set local idle_in_transaction_session_timeout = '1min'; set local jit = off"
)


class _Opened(NamedTuple):
    """The state of a stream when a window is closed, and whether rows and listed items are stored in it."""

    windows: int | None
    kept_before: datetime | None
    holds_rows: bool
    holds_rejected: bool


class Overtaken(Exception):
    """Another sync closed a window meanwhile, so what was read may be older than what is stored."""


@dataclass
class Store:
    """The tables of one schema; each method is one transaction.

    A connection serves the transactions that follow each other closely. After a pause it is opened again, since a
    pooler or a firewall may have dropped it. `disconnect` ends it. Threads take turns.
    """

    url: str = field(repr=False)  # it may hold a password
    schema: str
    connect: Connect = connect_store
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime | None] = lambda: None  # of the budget; by default the server's own
    _turn: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _open: psycopg.Connection[Any] | None = field(default=None, repr=False)
    _used: float = 0.0

    @property
    def where(self) -> str:
        """The database's name for messages, without anything secret."""
        return place_of(self.url).where

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection within a transaction; errors of the driver become errors of the tree."""
        with self._turn:
            if self._open is None or self.clock() - self._used > _IDLE_S:
                self.disconnect()
            try:
                if self._open is None:
                    self._open = self.connect(self.url)
                with self._open.transaction():
                    yield self._open
            except DRIVER_ERRORS as error:
                self.disconnect()
                raise self._translated(error) from None
            except BaseException:
                self.disconnect()
                raise
            self._used = self.clock()

    def disconnect(self) -> None:
        """Ends the open connection, if there is one."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _translated(self, error: Exception) -> TargetError:
        if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
            return Unexpected(Problem(self.where, f"schema {self.schema} is not there", "run `gendash db migrate`"))
        found = translate(error, self.where, "a value that Langfuse sent does not fit its column; nothing was written")
        (problem,) = found.problems
        if isinstance(error, psycopg.errors.UndefinedColumn | psycopg.errors.DatatypeMismatch):
            what = f"tables of another version: {problem.what}"
            return Unexpected(Problem(self.where, what, "run `gendash db migrate`"))
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return Denied(Problem(self.where, problem.what, "use the owner role in GENDASH_DATABASE_URL"))
        if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            return Denied(Problem(self.where, "the database is read-only", "point GENDASH_DATABASE_URL at the primary"))
        if isinstance(found, Unreachable):
            return Unreachable(Problem(self.where, problem.what, "run again; what was closed is kept"))
        return found

    def table(self, name: str) -> sql.Identifier:
        """A table of the schema, quoted."""
        return sql.Identifier(self.schema, name)

    # state

    def state(self, project: str, stream: str, make: bool = True) -> SyncState:
        """The state of a stream; the first call makes it, unless ``make`` is off."""
        add = "insert into {} (project, stream, windows, rows, written, requests) values (%s, %s, 0, 0, 0, 0)"
        get = sql.SQL("select {} from {} where project = %s and stream = %s").format(
            sql.SQL(", ").join(map(sql.Identifier, STATE_COLUMNS)), self.table("_sync")
        )
        with self.transaction() as connection:
            if make:
                query = sql.SQL(add + " on conflict do nothing").format(self.table("_sync"))
                connection.execute(query, [project, stream])
            row = connection.execute(get, [project, stream]).fetchone()
        return SyncState(*row) if row else SyncState(None, None, 0, *(None for _ in STATE_COLUMNS[3:]))

    def note(self, project: str, stream: str, values: Mapping[str, Any], requests: int = 0) -> None:
        """Writes some values of a stream's state and adds to its count of requests."""
        with self.transaction() as connection:
            self._set(connection, project, stream, values, {"requests": requests})

    def states(self, streams: Sequence[Stream]) -> list[dict[str, Any]]:
        """The rows of ``_sync``, with ``stored``, the number of rows of the table (an estimate for very many)."""
        query = sql.SQL("select * from {} order by project, stream").format(self.table("_sync"))
        tables = {stream.name: self.table(stream.table) for stream in streams}
        with self.transaction() as connection:
            cursor = connection.execute(query)
            names = [column.name for column in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            for state in found:
                state["stored"] = _about(connection, tables[state["stream"]], state["project"])
            aside = sql.SQL("select project, stream, count(*) from {} group by 1, 2").format(
                self.table(rejected_items.TABLE)
            )
            counts = {tuple(key): count for *key, count in connection.execute(aside)}
            for state in found:
                state["rejected"] = counts.get((state["project"], state["stream"]), 0)
        return found

    def keep_before(self, project: str, edge: datetime | None, server_keeps: str, latest: datetime) -> None:
        """Keeps rows of a project from before a time, whatever the server sends; an earlier edge changes nothing.

        An edge that is stored and later than ``latest`` is replaced.
        """
        query = sql.SQL(
            "update {} set server_keeps = %(keeps)s, kept_before ="
            " greatest(case when kept_before <= %(latest)s then kept_before end, %(edge)s::timestamptz)"
            " where project = %(project)s"
        )
        values = {"keeps": server_keeps, "latest": latest, "edge": edge, "project": project}
        with self.transaction() as connection:
            connection.execute(query.format(self.table("_sync")), values)

    def user_key(self) -> bytes:
        """The key of user hashes, which `gendash db migrate` made."""
        query = sql.SQL("select key from {} where name = 'user_hash'").format(self.table("_secret"))
        with self.transaction() as connection:
            row = connection.execute(query).fetchone()
        if row is None:
            raise Unexpected(Problem(self.where, "there is no key for user hashes", "run `gendash db migrate`"))
        return bytes(row[0])

    def other_name(self, project: str, project_id: str) -> str | None:
        """Another name under which rows of the same Langfuse project are stored."""
        query = sql.SQL("select min(project) from {} where project <> %s and project_id = %s").format(
            self.table("_sync")
        )
        with self.transaction() as connection:
            row = connection.execute(query, [project, project_id]).fetchone()
        return row[0] if row else None

    def book(self, name: str, allowed: Allowance, patience_s: float) -> float:
        """See budget.Budget; all who use this store share it."""
        step, ahead = timedelta(seconds=allowed.interval_s), (allowed.burst - 1) * allowed.interval_s
        names = {"name": name, "now": self.now(), "step": step, "most": timedelta(seconds=ahead + patience_s)}
        # Nobody books this far ahead: a clock was ahead when it was written.
        names["latest"] = timedelta(seconds=2 * max(allowed.period_s, DAY_S))
        query = sql.SQL(
            "insert into {} as b (name, next_at) values (%(name)s, {now} + %(step)s)"
            " on conflict (name) do update set"
            " next_at = greatest(case when b.next_at <= {now} + %(latest)s then b.next_at end, {now}) + %(step)s"
            " where b.next_at <= {now} + %(most)s or b.next_at > {now} + %(latest)s"
            " returning extract(epoch from b.next_at - %(step)s - {now})::float8"
        )
        look = sql.SQL("select extract(epoch from next_at - {now})::float8 from {} where name = %(name)s")
        now = sql.SQL("coalesce(%(now)s::timestamptz, clock_timestamp())")
        with self.transaction() as connection:
            row = connection.execute(query.format(self.table("_budget"), now=now), names).fetchone()
            row = row or connection.execute(look.format(self.table("_budget"), now=now), names).fetchone()
        assert row
        return max(0.0, float(row[0]) - ahead)

    # rows

    def replace_list(
        self,
        stream: Stream,
        project: str,
        rows: Sequence[StoredRow],
        values: Mapping[str, Any],
        rejected: tuple[datetime, Collection[Rejected]],
    ) -> tuple[int, int]:
        """Makes a short table hold exactly ``rows`` of a project; returns how many were written and deleted.

        ``rejected`` are the items set aside, with the time at which the list was read.
        """
        table, page = self.table(stream.table), sql.Identifier("lf_page")
        with self.transaction() as connection:
            connection.execute(_SAFE)
            self._lock(connection, project, stream)
            connection.execute(sql.SQL("create temp table {} (like {}) on commit drop").format(page, table))
            copy_rows(connection, page, stream, rows)
            joined = same_key(stream, "p", "t")
            gone = "delete from {} t where project = %s and not exists (select from {} p where {})"
            deleted = connection.execute(sql.SQL(gone).format(table, page, joined), [project]).rowcount
            put = (
                "insert into {} as t select * from {} on conflict (project, {}) do update set {}"
                " where row(t.*) is distinct from row(excluded.*)"
            )
            sets = (sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in stream.names)
            keys = sql.SQL(", ").join(map(sql.Identifier, stream.key))
            query = sql.SQL(put).format(table, page, keys, sql.SQL(", ").join(sets))
            written = connection.execute(query).rowcount
            everything = Window(datetime.min.replace(tzinfo=UTC), None)
            aside = self.table(rejected_items.TABLE)
            rejected_items.replace(connection, aside, project, stream.name, everything, rejected[1], rejected[0])
            counts = {"rows": len(rows), "written": written + deleted}
            self._set(connection, project, stream.name, values, counts)
        return written, deleted

    def clear(self, table: str, project: str, column: str, value: sql.Composable) -> int:
        """Sets a column of a project's rows to an SQL expression, in short transactions; returns how many differed.

        It goes through the table block by block: no column of it need be indexed.
        """
        size = sql.SQL("select pg_relation_size({}::regclass) / current_setting('block_size')::int")
        query = sql.SQL(
            "update {0} set {1} = {2} where ctid >= %s::tid and ctid < %s::tid and project = %s"
            " and {1} is distinct from ({2})"
        ).format(self.table(table), sql.Identifier(column), value)
        with self.transaction() as connection:
            name = sql.Literal(self.table(table).as_string(connection))
            blocks = connection.execute(size.format(name)).fetchone()
        cleared = 0
        for block in range(0, blocks[0] if blocks else 0, _BLOCKS):
            with self.transaction() as connection:
                bounds = (f"({block},0)", f"({block + _BLOCKS},0)", project)
                cleared += connection.execute(query, bounds).rowcount
        return cleared

    def readable(self, patterns: Sequence[str]) -> set[str]:
        """Those of some regular expressions that PostgreSQL can read."""
        try:
            with self.transaction() as connection:
                connection.execute("select bool_or('' ~ pattern) from unnest(%s::text[]) as pattern", [list(patterns)])
            return set(patterns)
        except Unexpected:
            if len(patterns) == 1:
                return set()
        middle = len(patterns) // 2
        return self.readable(patterns[:middle]) | self.readable(patterns[middle:])

    def _lock(self, connection: psycopg.Connection[Any], project: str, stream: Stream) -> None:
        # A row that only the owner can lock; it ends with the transaction, so it works behind a pooler.
        query = sql.SQL("select from {} where project = %s and stream = %s for update").format(self.table("_sync"))
        connection.execute(query, [project, stream.name])

    def _set(
        self,
        connection: psycopg.Connection[Any],
        project: str,
        stream: str,
        values: Mapping[str, Any],
        counts: Mapping[str, int],
    ) -> None:
        """Writes some values of a stream's state and adds to its counts."""
        sets = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values]
        sets += [sql.SQL("{0} = {0} + %s").format(sql.Identifier(name)) for name in counts]
        query = sql.SQL("update {} set {} where project = %s and stream = %s").format(
            self.table("_sync"), sql.SQL(", ").join(sets)
        )
        connection.execute(query, [*values.values(), *counts.values(), project, stream])

    def close(
        self,
        stream: Stream,
        project: str,
        window: Window,
        rows: Mapping[tuple[str, ...], PackedRow],
        windows: int,
        values: Mapping[str, Any],
        read: int,
        thorough: bool = False,
        rejected: tuple[Window, Collection[Rejected]] | None = None,
    ) -> Closed:
        """Makes the table hold exactly ``rows`` in a window, and writes ``values`` to the stream's state.

        ``rows`` are by key. ``windows`` is the count that was current when reading began; raises Overtaken
        when another sync has closed a window since. ``rejected`` are the items set aside in a window, all of them.
        """
        table, aside = self.table(stream.table), self.table(rejected_items.TABLE)
        with self.transaction() as connection:
            connection.execute(_SAFE)
            found = self._opened(connection, stream, project, window, rejected[0] if rejected else window)
            if found.windows != windows:
                raise Overtaken
            kept_before = found.kept_before
            closed = replace_window(
                connection, table, stream, project, window, rows, thorough, found.holds_rows, kept_before
            )
            if rejected and (rejected[1] or found.holds_rejected):
                rejected_items.replace(connection, aside, project, stream.name, *rejected)
            counts = {"windows": 1, "rows": read, "written": closed.written + closed.deleted}
            self._set(connection, project, stream.name, values, counts)
        return closed

    def _opened(
        self, connection: psycopg.Connection[Any], stream: Stream, project: str, window: Window, listed: Window
    ) -> _Opened:
        """Locks a stream and returns what is known of a window and of the items that are listed in another.

        One statement: each takes a way to the database. What a sync that held the lock has just written is not in it,
        but its count of windows is.
        """
        rows, bounds = holds_any(self.table(stream.table), stream, project, window)
        aside = rejected_items.holds_any(self.table(rejected_items.TABLE), project, stream.name, listed)
        query = sql.SQL("select windows, kept_before, {}, {} from {} where project = %s and stream = %s for update")
        values = [*bounds, *aside[1], project, stream.name]
        row = connection.execute(query.format(rows, aside[0], self.table("_sync")), values).fetchone()
        return _Opened(*row) if row else _Opened(None, None, False, False)

    def rejected(self, project: str = "") -> list[dict[str, Any]]:
        """See `rejected_items.listed`."""
        with self.transaction() as connection:
            return rejected_items.listed(connection, self.table(rejected_items.TABLE), project)


def _about(connection: psycopg.Connection[Any], table: sql.Identifier, project: str) -> int:
    """Rows of a project: counted where the planner expects few, else what it expects."""
    plan = sql.SQL("explain (format json) select from {} where project = %s").format(table)
    row = connection.execute(plan, [project]).fetchone()
    expected: int = row[0][0]["Plan"]["Plan Rows"] if row else 0
    if expected > _MANY:
        return expected
    row = connection.execute(sql.SQL("select count(*) from {} where project = %s").format(table), [project]).fetchone()
    return int(row[0]) if row else 0
