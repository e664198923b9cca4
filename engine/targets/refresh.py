"""`gendash db refresh` and `db reconcile`: reads the platform in short transactions, writes what differs to the store.

Source and store are two connections, even where they are one database. Rows are fetched, the source's transaction
ends, and one transaction of the store compares, writes and records. What fails is recorded with its relation, and the
others go on. A relation is read in one of four ways:

- all of it, where its table is small or its rows have no day;
- the last days, where the header says ``window: true``, that is, where old rows hardly ever change;
- the days whose signature is not that of its last reading: the others always, these once a day;
- a range of days that was asked for.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import psycopg

from gendash.engine.catalog import Catalog
from gendash.engine.config import Config, suggest
from gendash.engine.days import Days, Signature, differing, groups
from gendash.engine.errors import Refused, TargetError, Unexpected
from gendash.engine.model import Problem, Relation
from gendash.engine.render_sql import (
    Piece,
    cadence_s,
    is_materialized,
    pieces,
    qualified,
    query_of,
    tracked,
)
from gendash.engine.targets import postgres_read, postgres_source, postgres_write
from gendash.engine.targets.postgres import (
    UNFIT,
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
from gendash.engine.targets.postgres_read import Platform
from gendash.engine.targets.postgres_write import PART, USERS, Written

HOT_DAYS = 2  # before today: what is older and moves meanwhile is found once a day
FULL_S = 86_000  # a little less than a day, so that a nightly run is never skipped
EARLY = 0.1  # a timer that fires a little early still finds its relation due: this share of the cadence
GROUP_ROWS = 1_000_000  # rows of the platform behind one transaction of the store; a back-fill goes on from there
CONNECTIONS = 3  # to the platform, one after the other, where they are ended
GROUPS = 8  # at most about so many, since without an index each costs a scan
_MEMORY = 32 << 20  # rows beyond this many bytes are spooled to disk
_ERRORS = (psycopg.Error, TargetError)
T = TypeVar("T")


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
    problems: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [] if self.rows is None else [f"{self.rows} rows"]
        told += [] if self.written is None else [f"{self.written} written"]
        told += [f"{self.seconds:.2f} s"] if self.state in ("refreshed", "failed") else []
        return "  ".join([f"{self.relation:<24} {self.state:<10}", ", ".join(told), *self.notes]).rstrip()


@dataclass(frozen=True)
class Ask:
    """What a run is to do. ``days`` reads these days again; ``compare`` all that differ; ``full`` everything."""

    full: bool = False
    compare: bool = False
    days: Days | None = None
    due_only: bool = False


def refresh(
    config: Config,
    catalog: Catalog,
    *,
    only: Collection[str] = (),
    full: bool = False,
    compare: bool = False,
    between: tuple[date, date] | None = None,
    at: datetime | None = None,
    due_only: bool = False,
    told: Callable[[Result], None] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Result]:
    """Refreshes rollups, then materialized views, each in derived order; ``told`` hears of each as it ends.

    ``only`` narrows to relations and what they stand on, ``due_only`` to those whose cadence has passed. ``at`` is the
    time that the store takes for now. ``compare`` finds every day that is not what the platform holds, and puts it
    right, as is done once a day anyway; ``full`` reads everything again; ``between`` reads the local days from one to
    another. ``progress`` hears of a long reading: relation, rows of the platform read, and rows to read. Raises
    Refused where another refresh is at work, Unreachable and the like where the store cannot be used at all.
    """
    chosen = _chosen(catalog, only)
    ask = Ask(full, compare, _range(*between) if between else None, due_only)
    results: list[Result] = []
    with connect(store(config)) as connection:
        work = _Work(config, catalog, connection, Lease(connection, config, "refresh"), at, ask, progress)
        known = _known(work, chosen)
        work.lease.take()
        try:
            with work:
                for relation in chosen:
                    result = _one(work, relation, known)
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
    ask: Ask
    progress: Callable[[str, int, int], None] | None
    hot: Days | None = None
    users_are_new: bool = False
    stack: ExitStack = field(default_factory=ExitStack)
    signatures: dict[str, dict[date, Signature]] = field(default_factory=dict)
    _platform: Platform | TargetError | None = None

    def __enter__(self) -> None:
        self.stack.__enter__()

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def platform(self) -> Platform:
        """The platform, its transactions short and of one snapshot each; an error is raised for each who asks."""
        if isinstance(self._platform, Platform) and self._platform.connection.closed:
            self._platform = None  # a replica may end a connection that stands in the way of its replay
        if self._platform is None:
            place = source(self.config)
            try:
                connection = open_connection(place)
                self.stack.callback(connection.close)
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                seen = postgres_source.look(connection, self.config)
                self._platform = Platform(connection, self.catalog, seen, self.lease.keep)
            except psycopg.Error as error:
                self._platform = translate(error, place.where)
            except TargetError as error:
                self._platform = error
        if isinstance(self._platform, TargetError):
            raise self._platform
        return self._platform

    def read(self, reading: Callable[[Platform], T]) -> T:
        """What ``reading`` returns; where the connection was ended it is called again with another."""
        for attempt in range(CONNECTIONS):
            platform = self.platform()
            try:
                return reading(platform)
            except psycopg.OperationalError:
                if not platform.connection.closed or attempt == CONNECTIONS - 1:
                    raise
                time.sleep(1.0)
        raise AssertionError

    def signatures_of(self, staging: Relation) -> dict[date, Signature]:
        """Signatures as they are now; relations that read the same rows share one look at them."""
        if staging.name not in self.signatures:
            self.signatures[staging.name] = self.read(lambda platform: postgres_read.signatures(platform, staging))
        return self.signatures[staging.name]

    def begin(self) -> None:
        """First statements of a transaction of the store: still ours, and the time."""
        settings = {"client_min_messages": "warning"}
        if self.at:
            settings["gendash.now"] = self.at.isoformat()
        local_settings(self.connection, settings)
        self.lease.renew()


def refreshed_relations(catalog: Catalog) -> list[Relation]:
    """Rollups and materialized views, each after what it stands on; users first, as others ask who is still there."""
    found = [relation for relation in catalog.build_order() if relation.kind == "rollup" or is_materialized(relation)]
    return sorted(found, key=lambda relation: relation.name != USERS)


def _chosen(catalog: Catalog, only: Collection[str]) -> list[Relation]:
    """Relations to refresh, in order: all, or those named and what they stand on. Raises Refused for unknown names."""
    refreshed = refreshed_relations(catalog)
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
    """What the store says of a relation: seconds since its refreshes, and optional columns that were absent.

    ``begun`` says that a reading of all rows has begun and not ended.
    """

    age_s: float | None = None
    full_age_s: float | None = None
    absent: frozenset[str] | None = None
    begun: bool = False


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
        work.hot = _hot(work)
        clock = f"{qualified(config, 'clock')}()"
        states = connection.execute(
            trusted(
                f"select relation, extract(epoch from {clock} - finished_at)::float8, "
                f"extract(epoch from {clock} - full_at)::float8, absent, begun_at is not null "
                f"from {qualified(config, '_refresh')}"
            )
        ).fetchall()
    return {
        name: _Known(age, full_age, None if absent is None else frozenset(absent), begun)
        for name, age, full_age, absent, begun in states
    }


def _hot(work: _Work) -> Days:
    """Today, the days before it that every refresh reads again, and whatever lies in the future."""
    row = work.connection.execute(
        trusted(f"select ({qualified(work.config, 'clock')}() at time zone %s)::date"), [work.config["time_zone"]]
    ).fetchone()
    assert row
    return Days(tuple(row[0] - timedelta(days=before) for before in range(HOT_DAYS, -1, -1)), onwards=True)


def _range(first: date, last: date) -> Days:
    return Days(tuple(first + timedelta(days=number) for number in range((last - first).days + 1)))


def _differs(piece: Piece, recorded: dict[tuple[str, str], str]) -> bool:
    return piece.kind != "about" and recorded.get((piece.name, piece.kind)) != piece.hash


def _one(work: _Work, relation: Relation, known: dict[str, _Known]) -> Result:
    kind = "rollup" if relation.kind == "rollup" else "view"
    if not work.catalog.enabled(relation):
        if relation.name in known:  # what is not refreshed any more must not count as stale
            work.connection.execute(
                trusted(f"delete from {qualified(work.config, '_refresh')} where relation = %s"), [relation.name]
            )
        return Result(relation.name, kind, "off")
    cadence = cadence_s(work.config, relation)
    before = known.get(relation.name, _Known())
    if work.ask.due_only and before.age_s is not None and before.age_s < cadence * (1 - EARLY):
        return Result(relation.name, kind, "not due")
    begun = time.monotonic()
    try:
        if relation.kind == "view":
            outcome = _refresh_view(work, relation, begun)
        elif postgres_source.stagings(work.catalog, relation):
            outcome = _refresh_from_source(work, relation, before, begun)
        else:
            outcome = _refresh_from_store(work, relation, before, begun)
    except _ERRORS as error:
        return _failed(work, relation, kind, error, time.monotonic() - begun)
    work.users_are_new |= relation.name == USERS
    return Result(
        relation.name, kind, "refreshed", outcome.rows, outcome.touched, time.monotonic() - begun, "", outcome.notes
    )


class _Outcome(NamedTuple):
    rows: int
    touched: int | None = None
    notes: tuple[str, ...] = ()


def _failed(work: _Work, relation: Relation, kind: str, error: Any, took: float) -> Result:
    """Records the failure; one that comes from the store's own connection ends the whole run."""
    if work.connection.closed:
        raise error
    ours = error if isinstance(error, TargetError) else translate(error, f"refresh {relation.name}", UNFIT)
    problems = tuple(map(str, ours.problems))
    line = "; ".join(problems)
    with work.connection.transaction():
        work.begin()
        postgres_write.record_failure(work.connection, work.config, relation, line)
    return Result(relation.name, kind, "failed", None, None, took, line, problems=problems)


def _refresh_view(work: _Work, relation: Relation, begun: float) -> _Outcome:
    with work.connection.transaction():
        work.begin()
        target = qualified(work.config, relation.name)
        work.connection.execute(trusted(f"refresh materialized view concurrently {target}"))
        rows = postgres_write.count(work.connection, target)
        postgres_write.record(work.connection, work.config, relation, time.monotonic() - begun, rows=rows)
    return _Outcome(rows)


def _refresh_from_store(work: _Work, relation: Relation, before: _Known, begun: float) -> _Outcome:
    """All rows; of a tracked table those of the days that changed, but once a day."""
    connection, config = work.connection, work.config
    table = tracked(work.catalog, relation) if relation.header.get("window") else None
    whole = before.full_age_s is None or before.full_age_s > FULL_S or work.ask.full or work.ask.compare
    days, snapshot, part, cuts = None, "", "", None
    with connection.transaction():
        work.begin()
        if table:
            found, snapshot = postgres_write.changed(connection, config, relation, table)
            if not whole:
                days = Days(tuple(found))
                part = postgres_write.part_of(config, relation, table, days) if found else ""
                cuts = {f"view.{table.name}": PART}
        done, newest = Written(), None
        if days is None or days.days:
            postgres_write.load_query(connection, relation, query_of(work.catalog, relation, cuts=cuts), part)
            done = postgres_write.write_difference(connection, config, relation, days)
            postgres_write.keep_count(connection, config, relation, done.added)
            newest = postgres_write.newest(connection, relation)
        rows = postgres_write.count(connection, qualified(config, relation.name)) if days is None else None
        took = time.monotonic() - begun
        rows = postgres_write.record(
            connection, config, relation, took, rows=rows, done=done, newest=newest, whole=days is None
        )
        if table:
            postgres_write.seen(connection, config, relation, snapshot)
    return _Outcome(rows, done.touched)


def _refresh_from_source(work: _Work, relation: Relation, before: _Known, begun: float) -> _Outcome:
    platform = work.platform()
    problems = postgres_source.missing(work.catalog, relation, platform.seen)
    if problems:
        raise Unexpected(problems)
    absent = postgres_source.absent(work.catalog, relation, platform.seen)
    reading = _Reading(work, relation, absent, begun)
    steady = before.full_age_s is not None and before.full_age_s <= FULL_S and frozenset(absent) == before.absent
    if not postgres_read.by_day(platform, relation):
        outcome = reading.all()
    elif work.ask.days:
        outcome = reading.only(work.ask.days)
    elif steady and relation.header.get("window") and work.hot and not (work.ask.full or work.ask.compare):
        outcome = reading.last(work.hot)
    else:
        again = work.ask.full or before.full_age_s is None
        outcome = reading.what_differs(begin=again and not before.begun, counted=again)
    went = sorted(set(absent) - before.absent) if before.absent is not None else []
    gone = (f"platform column {name} is gone; what it fed is NULL or false now" for name in went)
    return outcome._replace(notes=(*outcome.notes, *gone))


@dataclass
class _Reading:
    """One relation being read from the platform and written to the store."""

    work: _Work
    relation: Relation
    absent: list[str]
    begun: float

    def all(self) -> _Outcome:
        """All rows at once."""
        done, newest = self._unit(None, sign=False)
        return self._recorded(done, newest, counted=True)

    def last(self, days: Days) -> _Outcome:
        """The last days; their signatures are not known any more."""
        done, newest = self._unit(days, sign=False)
        return self._recorded(done, newest, whole=False)

    def only(self, days: Days) -> _Outcome:
        """These days."""
        done, newest = self._unit(days, sign=True)
        return self._recorded(done, newest, whole=False)

    def what_differs(self, *, begin: bool, counted: bool) -> _Outcome:
        """The days whose signature is not that of their last reading, a group at a time.

        With ``begin`` all of them. A run that is killed has kept what it did, and the next goes on from there.
        """
        connection, config = self.work.connection, self.work.config
        staging = postgres_source.driver(self.work.catalog, self.relation)
        if begin:
            with connection.transaction():
                self.work.begin()
                postgres_write.doubt(connection, config, self.relation)
        sizes = self.work.signatures_of(staging)
        known = postgres_write.signed(connection, config, self.relation)
        days = differing(sizes, known)
        todo = sum(sizes[day].rows for day in days if day in sizes)
        # one group of users, since whoever is in none of the days that are read again is taken for deleted
        most = todo if self.relation.name == USERS else max(GROUP_ROWS, todo // GROUPS)
        done, newest, read = Written(), None, 0
        for group in groups(days, sizes, most):
            part, latest = self._unit(group, sign=True)
            done = done + part
            newest = max((time for time in (newest, latest) if time), default=None)
            read += sum(sizes[day].rows for day in group.days if day in sizes)
            if self.work.progress and todo > GROUP_ROWS:
                self.work.progress(self.relation.name, read, todo)
        notes = () if counted or not days else (f"{len(days)} day{'s' * (len(days) > 1)} read again",)
        return self._recorded(done, newest, counted=counted)._replace(notes=notes)

    def _unit(self, days: Days | None, *, sign: bool) -> tuple[Written, datetime | None]:
        """One unit of work: rows are fetched, then written with what is known of them. Also the newest row's time."""
        work, connection, config, relation = self.work, self.work.connection, self.work.config, self.relation
        with tempfile.SpooledTemporaryFile(_MEMORY) as rows:

            def anew(platform: Platform) -> postgres_read.Part:
                rows.seek(0)
                rows.truncate()
                return postgres_read.read(platform, relation, rows, days, sign=sign)

            try:
                part = work.read(anew)
            except psycopg.Error as error:
                raise translate(error, f"reading {relation.name} from {source(config).where}", UNFIT) from error
            with connection.transaction():
                work.begin()
                postgres_write.load_part(connection, relation, part)
                doubtful: list[date] = []
                if config.on("users"):
                    doubtful = postgres_write.unknown_users(connection, config, relation, drop=work.users_are_new)
                if relation.name == USERS:
                    postgres_write.forget_users(connection, work.catalog, days)
                done = postgres_write.write_difference(connection, config, relation, days)
                postgres_write.keep_count(connection, config, relation, done.added)
                if days is None:
                    postgres_write.unsign(connection, config, relation)
                elif sign:
                    postgres_write.unsign(connection, config, relation, set(days.days) - set(part.signatures))
                    postgres_write.sign(connection, config, relation, part.signatures)
                    postgres_write.sign(connection, config, relation, dict.fromkeys(doubtful))
                else:
                    postgres_write.sign_read_days(connection, config, relation, days)
                return done, postgres_write.newest(connection, relation)

    def _recorded(
        self, done: Written, newest: datetime | None, *, counted: bool = False, whole: bool = True
    ) -> _Outcome:
        connection, config, relation = self.work.connection, self.work.config, self.relation
        with connection.transaction():
            self.work.begin()
            rows = postgres_write.count(connection, qualified(config, relation.name)) if counted else None
            rows = postgres_write.record(
                connection,
                config,
                relation,
                time.monotonic() - self.begun,
                rows=rows,
                done=done,
                newest=newest,
                whole=whole,
                absent=self.absent,
            )
        return _Outcome(rows, done.touched)
