"""`gendash db refresh` and `db status`: reads the platform in short transactions, writes what differs to the store.

Source and store are two connections, even where they are one database. Every relation is one unit of work: its rows
are fetched, the source's transaction ends, and one transaction of the store compares, writes and records. What fails
is recorded with the relation, and the others go on.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from gendash.engine.catalog import Catalog
from gendash.engine.config import Config, suggest
from gendash.engine.errors import Refused, TargetError, Unexpected
from gendash.engine.model import Problem, Relation
from gendash.engine.render_sql import (
    Piece,
    cadence_s,
    is_materialized,
    pieces,
    qualified,
    query_of,
)
from gendash.engine.targets import postgres_source
from gendash.engine.targets.postgres import (
    Connection,
    connect,
    local_settings,
    open_connection,
    source,
    store,
    translate,
    trusted,
)
from gendash.engine.targets.postgres_lease import Lease
from gendash.engine.targets.postgres_source import Seen, Window
from gendash.engine.targets.postgres_write import (
    USERS,
    Written,
    count,
    forget_users,
    load_part,
    load_query,
    record,
    record_failure,
    write_difference,
)

HOT_DAYS = 2  # before today: what is older and moves meanwhile is found once a day
FULL_S = 86_000  # a little less than a day, so that a nightly run is never skipped
EARLY = 0.1  # a timer that fires a little early still finds its relation due: this share of the cadence
_MEMORY = 32 << 20  # rows beyond this many bytes are spooled to disk
_ERRORS = (psycopg.Error, TargetError)
Outcome = tuple[Written, list[str]]


class Result(NamedTuple):
    """How one relation fared. ``state`` is refreshed, failed, off (its feature) or not due."""

    relation: str
    kind: str
    state: str
    rows: int | None = None
    written: int | None = None
    seconds: float = 0.0
    error: str = ""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [] if self.rows is None else [f"{self.rows} rows"]
        told += [] if self.written is None else [f"{self.written} written"]
        told += [f"{self.seconds:.2f} s"] if self.state in ("refreshed", "failed") else []
        return "  ".join([f"{self.relation:<24} {self.state:<10}", ", ".join(told), *self.notes]).rstrip()


def refresh(
    config: Config,
    catalog: Catalog,
    *,
    only: Collection[str] = (),
    full: bool = False,
    at: datetime | None = None,
    due_only: bool = False,
    told: Callable[[Result], None] | None = None,
) -> list[Result]:
    """Refreshes rollups, then materialized views, each in derived order; ``told`` hears of each as it ends.

    ``only`` narrows to relations and what they stand on, ``due_only`` to those whose cadence has passed. ``at`` is the
    time that the store takes for now. Of a large table with an index on its time the last days are read; once a day,
    and with ``full``, all of it is, and whatever moved meanwhile is put right. Raises Refused where another refresh is
    at work, Unreachable and the like where the store cannot be used at all.
    """
    chosen = _chosen(catalog, only)
    results: list[Result] = []
    with connect(store(config)) as connection:
        work = _Work(config, catalog, connection, Lease(connection, config, "refresh"), at)
        known = _known(work, chosen)
        work.lease.take()
        try:
            with work:
                for relation in chosen:
                    result = _one(work, relation, known, full=full, due_only=due_only)
                    results.append(result)
                    if told:
                        told(result)
        finally:
            with suppress(psycopg.Error):
                work.lease.give_back()
    return results


@dataclass
class _Work:
    """What the relations of one run share: the store, the source once it is needed, and the lease."""

    config: Config
    catalog: Catalog
    connection: Connection
    lease: Lease
    at: datetime | None
    window: Window | None = None
    stack: ExitStack = field(default_factory=ExitStack)
    _source: tuple[Connection, Seen] | TargetError | None = None

    def __enter__(self) -> None:
        self.stack.__enter__()

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def source(self) -> tuple[Connection, Seen]:
        """A connection to the platform and what is there; an error is raised again for each who asks."""
        if self._source is None:
            place = source(self.config)
            try:
                connection = open_connection(place)
                self.stack.callback(connection.close)
                connection.read_only = True
                self._source = connection, postgres_source.look(connection, self.config)
            except psycopg.Error as error:
                self._source = translate(error, place.where)
            except TargetError as error:
                self._source = error
        if isinstance(self._source, TargetError):
            raise self._source
        return self._source

    def begin(self) -> None:
        """First statements of a transaction of the store: still ours, and the time."""
        settings = {"client_min_messages": "warning"}
        if self.at:
            settings["gendash.now"] = self.at.isoformat()
        local_settings(self.connection, settings)
        self.lease.renew()


def _chosen(catalog: Catalog, only: Collection[str]) -> list[Relation]:
    """Relations to refresh, in order: all, or those named and what they stand on. Raises Refused for unknown names."""
    refreshed = [r for r in catalog.build_order() if r.kind == "rollup" or is_materialized(r)]
    refreshed.sort(key=lambda relation: relation.name != USERS)  # who is not in it any more is forgotten in the others
    known = {relation.name for relation in catalog.build_order() if relation.kind in ("rollup", "view")}
    wrong = [
        Problem("--only", f"no rollup or view '{name}'", suggest(name, known) or "see `gendash db status`")
        for name in only
        if name not in known
    ]
    if wrong:
        raise Refused(wrong)
    if not only:
        return refreshed
    wanted = set(only) | {name for one in only for kind, name in catalog.lineage(one) if kind == "relation"}
    return [relation for relation in refreshed if relation.name in wanted]


@dataclass(frozen=True)
class _Known:
    """What the store says of a relation: seconds since its refreshes, and optional columns that were absent."""

    age_s: float | None = None
    full_age_s: float | None = None
    absent: frozenset[str] | None = None


def _known(work: _Work, chosen: Sequence[Relation]) -> dict[str, _Known]:
    """State by relation. Raises Unexpected where the schema is not what the content says."""
    config, connection = work.config, work.connection
    there = connection.execute(
        "select to_regclass(%s) is not null and to_regclass(%s) is not null",
        [qualified(config, "_object"), qualified(config, "_refresh")],
    ).fetchone()
    if not there or not there[0]:
        where = f"schema {config['schema']}"
        raise Unexpected(Problem(where, "is not there, or not gendash's", "run `gendash db migrate`"))
    rows = connection.execute(trusted(f"select name, kind, hash from {qualified(config, '_object')}")).fetchall()
    recorded = {(name, kind): digest for name, kind, digest in rows}
    names = {relation.name for relation in chosen}
    old = sorted({piece.name for piece in pieces(work.catalog) if piece.name in names and _differs(piece, recorded)})
    if old:
        what = f"older than the content: {', '.join(old)}"
        raise Unexpected(Problem(f"schema {config['schema']}", what, "run `gendash db migrate`"))
    with connection.transaction():
        if work.at:
            local_settings(connection, {"gendash.now": work.at.isoformat()})
        work.window = _days(work)
        clock = f"{qualified(config, 'clock')}()"
        states = connection.execute(
            trusted(
                f"select relation, extract(epoch from {clock} - finished_at)::float8, "
                f"extract(epoch from {clock} - full_at)::float8, absent from {qualified(config, '_refresh')}"
            )
        ).fetchall()
    return {
        name: _Known(age, full_age, None if absent is None else frozenset(absent))
        for name, age, full_age, absent in states
    }


def _days(work: _Work) -> Window:
    """Today and the days before it that every refresh reads again."""
    rows = work.connection.execute(
        trusted(
            f"select day::date, day at time zone %s from (select ({qualified(work.config, 'clock')}() "
            "at time zone %s)::date - n + time '00:00' as day from generate_series(%s, 0, -1) as n) as days"
        ),
        [work.config["time_zone"], work.config["time_zone"], HOT_DAYS],
    ).fetchall()
    return Window(rows[0][0], tuple(start for _, start in rows))


def _differs(piece: Piece, recorded: dict[tuple[str, str], str]) -> bool:
    return piece.kind != "about" and recorded.get((piece.name, piece.kind)) != piece.hash


def _one(work: _Work, relation: Relation, known: dict[str, _Known], *, full: bool, due_only: bool) -> Result:
    kind = "rollup" if relation.kind == "rollup" else "view"
    if not work.catalog.enabled(relation):
        if relation.name in known:  # what is not refreshed any more must not count as stale
            work.connection.execute(
                trusted(f"delete from {qualified(work.config, '_refresh')} where relation = %s"), [relation.name]
            )
        return Result(relation.name, kind, "off")
    cadence = cadence_s(work.config, relation)
    before = known.get(relation.name, _Known())
    if due_only and not full and before.age_s is not None and before.age_s < cadence * (1 - EARLY):
        return Result(relation.name, kind, "not due")
    begun = time.monotonic()
    try:
        if relation.kind == "view":
            done, notes = _refresh_view(work, relation, begun)
        elif postgres_source.stagings(work.catalog, relation):
            done, notes = _refresh_from_source(work, relation, before, full, begun)
        else:
            done, notes = _refresh_from_store(work, relation, begun)
    except _ERRORS as error:
        return _failed(work, relation, kind, error, time.monotonic() - begun)
    return Result(relation.name, kind, "refreshed", *done, time.monotonic() - begun, "", tuple(notes))


def _failed(work: _Work, relation: Relation, kind: str, error: Any, took: float) -> Result:
    """Records the failure; one that comes from the store's own connection ends the whole run."""
    if work.connection.closed:
        raise error
    ours = error if isinstance(error, TargetError) else translate(error, f"refresh {relation.name}")
    line = "; ".join(str(problem) for problem in ours.problems)
    with work.connection.transaction():
        work.begin()
        record_failure(work.connection, work.config, relation, line)
    return Result(relation.name, kind, "failed", None, None, took, line)


def _refresh_view(work: _Work, relation: Relation, begun: float) -> Outcome:
    with work.connection.transaction():
        work.begin()
        target = qualified(work.config, relation.name)
        work.connection.execute(trusted(f"refresh materialized view concurrently {target}"))
        done = Written(count(work.connection, target), None)
        record(work.connection, work.config, relation, done, time.monotonic() - begun)
    return done, []


def _refresh_from_store(work: _Work, relation: Relation, begun: float) -> Outcome:
    with work.connection.transaction():
        work.begin()
        load_query(work.connection, relation, query_of(work.catalog, relation))
        done = write_difference(work.connection, work.config, relation)
        record(work.connection, work.config, relation, done, time.monotonic() - begun)
    return done, []


def _refresh_from_source(work: _Work, relation: Relation, before: _Known, full: bool, begun: float) -> Outcome:
    connection, seen = work.source()
    problems = postgres_source.missing(work.catalog, relation, seen)
    if problems:
        raise Unexpected(problems)
    absent = postgres_source.absent(work.catalog, relation, seen)
    window = None if full or frozenset(absent) != before.absent else _window(work, relation, before, seen)
    with tempfile.SpooledTemporaryFile(_MEMORY) as rows:
        try:
            part = postgres_source.read(connection, work.catalog, relation, seen, rows, work.lease.keep, window)
        except psycopg.Error as error:
            raise translate(error, f"reading {relation.name} from {source(work.config).where}") from error
        with work.connection.transaction():
            work.begin()
            load_part(work.connection, relation, part)
            done = write_difference(work.connection, work.config, relation, window)
            if window and work.catalog.config.on("users"):
                done = forget_users(work.connection, work.config, relation, window, done)
            record(work.connection, work.config, relation, done, time.monotonic() - begun, window, absent)
    went = sorted(set(absent) - before.absent) if before.absent is not None else []
    return done, [f"platform column {name} is gone; what it fed is NULL or false now" for name in went]


def _window(work: _Work, relation: Relation, before: _Known, seen: Seen) -> Window | None:
    """The days to read again; None where all rows are to be read: the first time, once a day, or where it is cheap."""
    if not relation.header.get("window") or before.full_age_s is None or before.full_age_s > FULL_S:
        return None
    staging = postgres_source.driver(work.catalog, relation)
    return work.window if postgres_source.window_column(work.config, staging, seen) else None


def status(config: Config, catalog: Catalog) -> list[dict[str, Any]]:
    """One row a relation that is refreshed: rows, age, last duration, cadence, whether due, last error, and a note.

    A note names optional columns that the platform lacks, and an off feature whose tables are there.
    """
    with connect(store(config), read_only=True) as connection:
        there = connection.execute("select to_regclass(%s) is not null", [qualified(config, "_refresh")]).fetchone()
        if not there or not there[0]:
            raise Unexpected(Problem(f"schema {config['schema']}", "is not there", "run `gendash db migrate`"))
        clock = f"{qualified(config, 'clock')}()"
        found = connection.execute(
            trusted(
                f"select relation, rows, extract(epoch from {clock} - finished_at)::float8, duration_s, error, absent "
                f"from {qualified(config, '_refresh')}"
            )
        ).fetchall()
    states = {name: rest for name, *rest in found}
    unused = _unused(config, catalog)
    rows = []
    for relation in _chosen(catalog, ()):
        count, age, took, error, absent = states.get(relation.name, (None, None, None, None, None))
        cadence, on = cadence_s(config, relation), catalog.enabled(relation)
        notes = [f"without {name}" for name in absent or ()] + unused.get(relation.name, [])
        rows.append(
            {
                "relation": relation.name,
                "kind": "rollup" if relation.kind == "rollup" else "view",
                "rows": count,
                "age_s": None if age is None else round(age),
                "took_s": None if took is None else round(took, 2),
                "cadence_s": round(cadence),
                "state": "off"
                if not on
                else "failed"
                if error
                else "never"
                if age is None
                else "due"
                if age >= cadence * (1 - EARLY)
                else "fresh",
                "error": error or "",
                "note": "; ".join(notes),
            }
        )
    return rows


def _unused(config: Config, catalog: Catalog) -> dict[str, list[str]]:
    """Notes on rollups whose feature is off although the platform has all that they read."""
    off = [r for r in catalog.relations.values() if r.kind == "rollup" and not catalog.enabled(r)]
    off = [relation for relation in off if postgres_source.stagings(catalog, relation)]
    if not off:
        return {}
    try:
        with connect(source(config), read_only=True) as connection:
            seen = postgres_source.look(connection, config)
    except TargetError as error:
        return {relation.name: [str(error)] for relation in off}
    return {
        relation.name: [f"feature {relation.header['feature']} is off, although its tables are there"]
        for relation in off
        if not postgres_source.missing(catalog, relation, seen)
    }
