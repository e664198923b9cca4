"""Rows and state of the sync in PostgreSQL: one window is one short transaction, its cursor included."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import set_json_dumps

from gendash.engine.errors import Denied, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.rows import Row, Stream

Connect = Callable[[str], psycopg.Connection[Any]]

_DUMP = msgspec.json.Encoder(decimal_format="number").encode
_IDLE_S = 5.0
_SAFE = (
    "set local statement_timeout = '10min'; set local lock_timeout = '1min'; "
    "set local idle_in_transaction_session_timeout = '1min'; set local jit = off"
)
# The rows of a window are looked up one by one: a hash join would read the whole table.
_LOOK_UP = "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_nestloop = on"


class Overtaken(Exception):
    """Another sync closed a window meanwhile, so what was read may be older than what is stored."""


@dataclass
class State:
    """The row of ``_sync``, as far as a run decides by it."""

    closed_from: datetime | None
    closed_until: datetime | None
    windows: int
    looked_48h: datetime | None
    look_48h_at: datetime | None
    looked_30d: datetime | None
    look_30d_at: datetime | None
    api: str | None
    server: str | None
    resume_at: datetime | None


_STATE = tuple(State.__dataclass_fields__)


class Closed(NamedTuple):
    """What closing a window did. ``gone`` are the keys of deleted rows; ``beaten`` the keys of rows that were not
    taken, since a newer version of them is stored at another time, with the time that they had."""

    written: int
    deleted: int
    gone: list[tuple[str, ...]]
    beaten: dict[tuple[str, ...], datetime]


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection that works behind a pooler: no prepared statements, no session state."""
    name = "gendash langfuse"
    return exact(
        psycopg.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=10, application_name=name)
    )


def exact(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """The connection, sending decimals within JSON as they are."""
    set_json_dumps(_DUMP, connection)
    return connection


@dataclass
class Store:
    """The tables of one schema; each method is one transaction.

    A connection serves the transactions that follow each other closely. After a pause it is opened anew, since a
    pooler or a firewall may have dropped it. `disconnect` ends it. Not for several threads at once.
    """

    url: str = field(repr=False)  # it may hold a password
    schema: str
    connect: Connect = connect
    clock: Callable[[], float] = time.monotonic
    _open: psycopg.Connection[Any] | None = field(default=None, repr=False)
    _used: float = 0.0

    @property
    def where(self) -> str:
        """The database's name for messages, without anything secret."""
        parts = urlsplit(self.url)
        host = f"{parts.hostname or 'localhost'}" + (f":{parts.port}" if parts.port else "")
        return f"PostgreSQL at {host}{parts.path}"

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection within a transaction; errors of the driver become errors of the tree."""
        if self._open is None or self.clock() - self._used > _IDLE_S:
            self.disconnect()
        try:
            if self._open is None:
                self._open = self.connect(self.url)
            with self._open.transaction():
                yield self._open
        except psycopg.Error as error:
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

    def _translated(self, error: psycopg.Error) -> TargetError:
        lines = str(error).strip().splitlines()
        first = lines[0] if lines else type(error).__name__
        if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
            return Unexpected(Problem(self.where, f"schema {self.schema} is not there", "run `gendash db migrate`"))
        if isinstance(error, psycopg.errors.UndefinedColumn | psycopg.errors.DatatypeMismatch):
            return Unexpected(Problem(self.where, f"tables of another version: {first}", "run `gendash db migrate`"))
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return Denied(Problem(self.where, first, "use the owner role in GENDASH_DATABASE_URL"))
        if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            return Denied(Problem(self.where, "the database is read-only", "point GENDASH_DATABASE_URL at the primary"))
        if "authentication" in first or isinstance(error, psycopg.errors.InvalidPassword):
            return Denied(Problem(self.where, "the password or role is refused", "check GENDASH_DATABASE_URL"))
        if isinstance(error, psycopg.OperationalError):
            return Unreachable(Problem(self.where, _reason(first), "run again; what was closed is kept"))
        return Unexpected(Problem(self.where, first, "report this as a bug"))

    def table(self, name: str) -> sql.Identifier:
        """A table of the schema, quoted."""
        return sql.Identifier(self.schema, name)

    # state

    def state(self, project: str, stream: str, make: bool = True) -> State:
        """The state of a stream; the first call makes it, unless ``make`` is off."""
        add = "insert into {} (project, stream, windows, rows, written, requests) values (%s, %s, 0, 0, 0, 0)"
        get = sql.SQL("select {} from {} where project = %s and stream = %s").format(
            sql.SQL(", ").join(map(sql.Identifier, _STATE)), self.table("_sync")
        )
        with self.transaction() as connection:
            if make:
                query = sql.SQL(add + " on conflict do nothing").format(self.table("_sync"))
                connection.execute(query, [project, stream])
            row = connection.execute(get, [project, stream]).fetchone()
        return State(*row) if row else State(None, None, 0, *(None for _ in _STATE[3:]))

    def note(self, project: str, stream: str, values: Mapping[str, Any], requests: int = 0) -> None:
        """Writes some values of a stream's state and adds to its count of requests."""
        sets: list[sql.Composable] = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values]
        sets.append(sql.SQL("requests = requests + %s"))
        query = sql.SQL("update {} set {} where project = %s and stream = %s").format(
            self.table("_sync"), sql.SQL(", ").join(sets)
        )
        with self.transaction() as connection:
            connection.execute(query, [*values.values(), requests, project, stream])

    def states(self) -> list[dict[str, Any]]:
        """Every row of ``_sync`` with the number of stored rows (an estimate where there are very many)."""
        query = sql.SQL("select * from {} order by project, stream").format(self.table("_sync"))
        with self.transaction() as connection:
            cursor = connection.execute(query)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def user_key(self) -> bytes:
        """The key of user hashes, which `gendash db migrate` made."""
        query = sql.SQL("select key from {} where name = 'user_hash'").format(self.table("_secret"))
        with self.transaction() as connection:
            row = connection.execute(query).fetchone()
        if row is None:
            raise Unexpected(Problem(self.where, "there is no key for user hashes", "run `gendash db migrate`"))
        return bytes(row[0])

    # rows

    def close(
        self,
        stream: Stream,
        project: str,
        window: Window,
        rows: Sequence[Row],
        windows: int,
        values: Mapping[str, Any],
        read: int,
    ) -> Closed:
        """Makes the table hold exactly ``rows`` in a window, and writes ``values`` to the stream's state.

        ``rows`` has each key once. ``windows`` is the count that was current when reading began; raises Overtaken
        when another sync has closed a window since.
        """
        with self.transaction() as connection:
            connection.execute(_SAFE)
            # The lock ends with the transaction, so it works behind a pooler.
            connection.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{self.schema} {project} {stream.name}"]
            )
            found = connection.execute(
                sql.SQL("select windows from {} where project = %s and stream = %s for update").format(
                    self.table("_sync")
                ),
                [project, stream.name],
            ).fetchone()
            if not found or found[0] != windows:
                raise Overtaken
            closed = self._replace(connection, stream, project, window, rows)
            names = [*values, "windows", "rows", "written"]
            sets = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values]
            sets += [sql.SQL("{0} = {0} + %s").format(sql.Identifier(name)) for name in names[len(values) :]]
            connection.execute(
                sql.SQL("update {} set {} where project = %s and stream = %s").format(
                    self.table("_sync"), sql.SQL(", ").join(sets)
                ),
                [*values.values(), 1, read, closed.written + closed.deleted, project, stream.name],
            )
        return closed

    def _replace(
        self, connection: psycopg.Connection[Any], stream: Stream, project: str, window: Window, rows: Sequence[Row]
    ) -> Closed:
        inside, bounds = _inside(stream, project, window)
        table = self.table(stream.table)
        old = sql.SQL("select exists (select from {} t where {})").format(table, inside)
        if not connection.execute(old, bounds).fetchone()[0]:  # type: ignore[index]
            if not rows:
                return Closed(0, 0, [], {})
            try:
                with connection.transaction():
                    _copy(connection, table, stream, rows)
                return Closed(len(rows), 0, [], {})
            except psycopg.errors.UniqueViolation:
                pass  # some of these rows are stored at another time
        connection.execute(sql.SQL("create temp table lf_page (like {}) on commit drop").format(table))
        _copy(connection, sql.Identifier("lf_page"), stream, rows)
        if not self._compare(connection, stream, table, inside, bounds):
            return Closed(0, 0, [], {})
        connection.execute(_LOOK_UP)
        return self._write(connection, stream, table, project)

    def _compare(
        self,
        connection: psycopg.Connection[Any],
        stream: Stream,
        table: sql.Identifier,
        inside: sql.Composable,
        bounds: Sequence[Any],
    ) -> bool:
        """Puts what differs between ``lf_page`` and the window into ``lf_diff``: the new row, and the key of the old.

        Returns whether anything differs. Mostly nothing does: then no table is made, whose catalog rows are logged.
        """
        source = sql.SQL(
            "from (select * from {table} t where {inside}) t full join lf_page p on {joined}"
            " where row({mine}) is distinct from row({theirs})"
        ).format(
            table=table,
            inside=inside,
            joined=_same_key(stream, "p", "t"),
            mine=_columns(stream.names, "p"),
            theirs=_columns(stream.names, "t"),
        )
        row = connection.execute(sql.SQL("select exists (select {})").format(source), bounds).fetchone()
        if not row or not row[0]:
            return False
        old = sql.SQL(", ").join(
            sql.SQL("t.{} as {}").format(sql.Identifier(name), sql.Identifier(f"old_{name}")) for name in stream.key
        )
        create = "create temp table lf_diff on commit drop as select p.*, t.project is not null as stored, {} {}"
        connection.execute(sql.SQL(create).format(old, source), bounds)
        return True

    def _write(
        self, connection: psycopg.Connection[Any], stream: Stream, table: sql.Identifier, project: str
    ) -> Closed:
        """Applies ``lf_diff``: rows that vanished, that changed, that are new, and that moved here in time."""
        gone = sql.SQL(" and ").join(
            sql.SQL("t.{} = p.{}").format(sql.Identifier(name), sql.Identifier(f"old_{name}")) for name in stream.key
        )
        query = sql.SQL(
            "with elsewhere as materialized ("
            " select p.*, t.project is null as absent,"
            " coalesce((p.updated_at, p.{time}) >= (t.updated_at, t.{time}), true) as wins"
            " from lf_diff p left join {table} t on {joined} where not p.stored),"
            " deleted as (delete from {table} t using lf_diff p where p.project is null and t.project = %s and {gone}"
            " returning jsonb_build_array({old_key}) as key),"
            " changed as (update {table} t set {sets} from lf_diff p where p.stored and {joined} returning 1),"
            " moved as (update {table} t set {sets} from elsewhere p where wins and not absent and {joined}"
            " returning 1),"
            " added as (insert into {table} ({names}) select {names} from elsewhere where absent returning 1)"
            " select (select count(*) from changed) + (select count(*) from moved) + (select count(*) from added),"
            " array(select key from deleted),"
            " array(select jsonb_build_array({key}) from elsewhere p where not wins order by {key}),"
            " array(select p.{time} from elsewhere p where not wins order by {key})"
        ).format(
            time=sql.Identifier(stream.time),
            table=table,
            joined=_same_key(stream, "p", "t"),
            gone=gone,
            sets=sql.SQL(", ").join(sql.SQL("{0} = p.{0}").format(sql.Identifier(name)) for name in stream.names),
            names=sql.SQL(", ").join(map(sql.Identifier, stream.names)),
            old_key=_columns(stream.key, "t"),
            key=_columns(stream.key, "p"),
        )
        row = connection.execute(query, [project]).fetchone()
        assert row
        written, deleted, beaten, times = row
        keys = [tuple(key) for key in deleted]
        return Closed(written, len(keys), keys, {tuple(key): at for key, at in zip(beaten, times, strict=True)})


def _inside(stream: Stream, project: str, window: Window) -> tuple[sql.Composable, list[Any]]:
    time = sql.Identifier(stream.time)
    if window.end is None:
        return sql.SQL("(t.project = %s and t.{0} >= %s)").format(time), [project, window.start]
    text = "(t.project = %s and t.{0} >= %s and t.{0} < %s)"
    return sql.SQL(text).format(time), [project, window.start, window.end]


def _same_key(stream: Stream, left: str, right: str) -> sql.Composable:
    names = ("project", *stream.key)
    pairs = (sql.SQL("{}.{} = {}.{}").format(*map(sql.Identifier, (left, name, right, name))) for name in names)
    return sql.SQL(" and ").join(pairs)


def _columns(names: Sequence[str], alias: str) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in names)


def _copy(connection: psycopg.Connection[Any], table: sql.Composable, stream: Stream, rows: Sequence[Row]) -> None:
    query = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        table, sql.SQL(", ").join(map(sql.Identifier, stream.names))
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types([kind for _, kind in stream.columns])
        for row in rows:
            copy.write_row(row)


def _reason(line: str) -> str:
    """The last part of a driver's message, which names the cause and not the address."""
    return line.rsplit(": ", 1)[-1] if "connection" in line else line
