"""Reads the platform in slices, each a short transaction with one snapshot: by day if an index helps, else by block.

A row that is updated while its table is read in slices may be seen twice, or not at all. Its signature, computed in the
same snapshots, is then wrong in the same way, so that the next comparison finds its day.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import IO, TypeVar

from psycopg import errors

from gendash.engine.clients.loaders import as_utf8, takes_any_bytes
from gendash.engine.clients.postgres import Connection, local_settings, source, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days, Signature, local_day
from gendash.engine.definitions.platform_names import mapped_column, mapped_sql, mapped_table, whole_table
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.relations import driver, query_of
from gendash.engine.definitions.staging_references import counted_part
from gendash.engine.definitions.usable_rows import END_OF_TIME, FIRST_TIME
from gendash.engine.errors import Unexpected
from gendash.engine.languages.lenient_sql import NUMBERS, TIMES, time_or_null
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem, Relation
from gendash.engine.platform.columns import SMALL_PAGES, Seen, read_settings, read_timeout_s

T = TypeVar("T")
FIRST_PAGES, FEWEST_PAGES, MOST_PAGES = 4096, 16, 65536
FIRST_DAYS = 4
AIM_S = 1.5  # intended duration of a slice
ATTEMPTS = 6
LAG_S, PATIENCE_S = 30.0, 60.0  # a replica that lags further behind is not read; it is given so long to catch up
_AGAIN = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,  # a replica cancels a read that conflicts with its replay
)
_LAG = (
    "select case when pg_is_in_recovery() and pg_last_wal_receive_lsn() <> pg_last_wal_replay_lsn() "
    "then extract(epoch from now() - pg_last_xact_replay_timestamp())::float8 end"
)


@dataclass(frozen=True)
class Platform:
    """The platform's database during one run. ``after_each`` is called after each of its transactions."""

    connection: Connection
    catalog: Catalog
    seen: Seen
    after_each: Callable[[], None]

    @property
    def config(self) -> Config:
        """The configuration."""
        return self.catalog.config


@dataclass(frozen=True)
class RollupRows:
    """Rows of a rollup: names of the columns, rows as COPY text, number of slices, signatures of the rows read."""

    columns: list[str]
    rows: IO[bytes]
    slices: int
    signatures: dict[date, Signature] = field(default_factory=dict)


@dataclass(frozen=True)
class _Scale:
    """The division of a table into slices: units (days or blocks) in all, units of the first slice, and limits.

    ``conditions`` gives the SQL conditions for the units from one to another; with none the whole table is read.
    """

    total: int
    first: int
    fewest: int
    most: int
    conditions: Callable[[int, int], tuple[str, ...]]


def is_read_by_day(platform: Platform, relation: Relation) -> bool:
    """True if a rollup is read and compared by day: its rows have a day, and the platform's table is not small."""
    staging = driver(platform.catalog, relation)
    table = mapped_table(platform.config, staging, _table(staging))
    has_days = bool(staging.header.get("time") and relation.header.get("time"))
    return has_days and not platform.seen.is_small(table, SMALL_PAGES)


def is_indexed(platform: Platform, staging: Relation) -> bool:
    """True if an index finds the last days of a staging query's rows, and its table is not small."""
    mapped, column = _time_column(platform.config, staging)
    return (mapped, column) in platform.seen.indexed and not platform.seen.is_small(mapped, SMALL_PAGES)


def read_rollup(
    platform: Platform, relation: Relation, rows: IO[bytes], days: Days | None = None, *, sign: bool
) -> RollupRows:
    """The rows of a rollup, or those of some days; with ``sign`` also the signatures of the platform rows read.

    A cancelled slice is read again, smaller if possible; after several failures in a row the error is raised.
    """
    staging = driver(platform.catalog, relation)
    signatures: dict[date, Signature] = {}

    def one(conditions: tuple[str, ...], settings: dict[str, str]) -> None:
        cuts = _cuts(platform, staging, conditions)
        begun = time.monotonic()
        with platform.connection.transaction():
            local_settings(platform.connection, settings)
            query = query_of(platform.catalog, relation, platform.seen.present, cuts)
            _copy(platform.connection, query, rows)
            found = _signed(platform, staging, cuts, begun) if sign else {}
        _add(signatures, found)

    slices = _in_slices(platform, _scale(platform, staging, days), one, rows)
    rows.seek(0)
    return RollupRows(_columns(platform, relation), rows, slices, signatures)


NEWEST_PAGES = 8192


def newest_part(platform: Platform, staging: Relation) -> dict[str, str]:
    """What replaces the table of a staging query so that only its last 64 MB are read; empty for smaller ones."""
    pages = platform.seen.pages.get(mapped_table(platform.config, staging, _table(staging))) or 0
    return _cuts(platform, staging, (f"ctid >= '({pages - NEWEST_PAGES},0)'",) if pages > NEWEST_PAGES else ())


def uncounted(platform: Platform, relation: Relation, column: str) -> list[str]:
    """The values of a column, as text, in rows that ``platform.rows`` excludes from the table that a rollup reads."""
    config, staging = platform.config, driver(platform.catalog, relation)
    table = _table(staging)
    rows = config.get(f"platform.rows.{table}")
    if not rows:
        return []
    name, whole = mapped_sql(mapped_column(config, staging, table, column)), whole_table(config, staging, table)
    found: list[str] = []

    def one(conditions: tuple[str, ...], settings: dict[str, str]) -> None:
        where = " and ".join([f"({mapped_sql(f'= {rows}')}) is not true", f"{name} is not null", *conditions])
        with platform.connection.transaction():
            local_settings(platform.connection, settings)
            query = trusted(f"select {name}::text from {whole} as given where {where}")
            part = platform.connection.execute(query).fetchall()
        found.extend(value for (value,) in part)

    _in_slices(platform, _blocks(platform.seen.pages[mapped_table(config, staging, table)], ()), one)
    return found


def signatures(platform: Platform, staging: Relation, days: Days | None = None) -> dict[date, Signature]:
    """The signature of each day that has rows, of all days or of ``days``; read in slices."""
    found: dict[date, Signature] = {}

    def one(conditions: tuple[str, ...], settings: dict[str, str]) -> None:
        with platform.connection.transaction():
            local_settings(platform.connection, settings)
            part = _signed(platform, staging, _cuts(platform, staging, conditions), time.monotonic())
        _add(found, part)

    _in_slices(platform, _scale(platform, staging, days), one)
    return found


def _add(whole: dict[date, Signature], part: dict[date, Signature]) -> None:
    for day, signature in part.items():
        whole[day] = whole[day] + signature if day in whole else signature


def _signed(platform: Platform, staging: Relation, cuts: dict[str, str], begun: float) -> dict[date, Signature]:
    """Signatures by day over all columns of a staging query, within what is left of the transaction's time limit."""
    left = max(read_timeout_s(platform.config) - (time.monotonic() - begun), 0.05)
    settings = read_settings(platform.config)  # whole: times without a zone belong to the day that their rows have
    local_settings(platform.connection, {**settings, "statement_timeout": f"{left * 1000:.0f}"})
    day = local_day(f"s.{quote_name(_time(staging)[1])}", platform.config["time_zone"])
    rows = f"{{{{ stage('{staging.name}') }}}} s"
    text = f"select {day}, count(*), bit_xor(hash_record_extended(s, 0)) from {rows} group by 1"
    query = resolve_references(text, platform.catalog.names, present=platform.seen.present, cuts=cuts).text
    found = platform.connection.execute(trusted(query)).fetchall()
    # rows without a time belong to no day
    return {day: Signature(rows, xor) for day, rows, xor in found if day is not None}


def _scale(platform: Platform, staging: Relation, days: Days | None) -> _Scale:
    table = _table(staging)
    mapped = mapped_table(platform.config, staging, table)
    pages = platform.seen.pages[mapped]
    if days is None and (pages is not None or not staging.header.get("time")):
        return _blocks(pages, ())
    _, column = _time_column(platform.config, staging)
    name, zone, kind = mapped_sql(column), platform.config["time_zone"], platform.seen.types.get((mapped, column), "")
    time = f"({time_or_null(name, kind)})"
    if days is None:  # a view or SELECT has no blocks: it is cut by time
        days = _all_days(platform, whole_table(platform.config, staging, table), time)
        if days is None:
            return _blocks(None, ())

    def on(some: Days) -> tuple[str, ...]:
        exactly = some.exactly(local_day(time, zone))
        # the column may have any type that can be read as a time, but an index serves the range of two of them
        return (some.around(name, zone, kind), exactly) if kind.startswith((*TIMES, *NUMBERS)) else (exactly,)

    indexed = (mapped, column) in platform.seen.indexed
    if indexed or pages is None:
        count = len(days.days)
        first = min(FIRST_DAYS, count) if indexed else count  # in a view each slice costs a full scan
        return _Scale(count, first, 1, count, lambda start, stop: on(days.part(start, stop)))
    return _blocks(pages, on(days))


def _all_days(platform: Platform, whole: str, time: str) -> Days | None:
    """The days from the first row of a view or SELECT to its last, and all later ones; None if it has no rows."""
    day, real = local_day(time, platform.config["time_zone"]), f"{time} >= {FIRST_TIME} and {time} < {END_OF_TIME}"
    with platform.connection.transaction():
        local_settings(platform.connection, read_settings(platform.config))
        row = platform.connection.execute(
            trusted(f"select min({day}), max({day}) from {whole} as given where {real}")
        ).fetchone()
    if not row or row[0] is None:
        return None
    first, last = row
    return Days(tuple(first + timedelta(days=number) for number in range((last - first).days + 1)), onwards=True)


def _blocks(pages: int | None, also: tuple[str, ...]) -> _Scale:
    """Slices of a table by ranges of its blocks; the last has no end, since rows may be added meanwhile."""
    total = 1 if pages is None else pages

    def conditions(start: int, stop: int) -> tuple[str, ...]:
        if pages is None:
            return also
        if stop < total:
            return f"ctid >= '({start},0)'", f"ctid < '({stop},0)'", *also
        return (f"ctid >= '({start},0)'", *also) if start else also

    return _Scale(total, FIRST_PAGES, FEWEST_PAGES, MOST_PAGES, conditions)


def _in_slices(
    platform: Platform,
    scale: _Scale,
    attempt: Callable[[tuple[str, ...], dict[str, str]], None],
    rows: IO[bytes] | None = None,
) -> int:
    """Calls ``attempt`` for each slice, sized so that it takes about `AIM_S`. Returns the number of slices.

    What the planner expects of an adapter's SELECT may be far too little: it then reads a table again for each row of
    another. So an attempt after a failure is made without nested loops, and so are the slices that follow.
    """
    start, size, slices, nested = 0, scale.first, 0, True
    while slices == 0 or start < scale.total:
        _wait_for_replica(platform)
        mark = rows.tell() if rows else 0
        for failures in range(ATTEMPTS):
            done = max(min(scale.fewest, size), size >> 2 * failures)
            begun = time.monotonic()
            settings = {**read_settings(platform.config), "enable_nestloop": "on" if nested else "off"}
            try:
                attempt(scale.conditions(start, start + done), settings)
                break
            except _AGAIN:
                if failures == ATTEMPTS - 1:
                    raise
                nested = not nested
                if rows:
                    rows.seek(mark)
                    rows.truncate()
                time.sleep(0.2 * (failures + 1))
        platform.after_each()
        took = max(time.monotonic() - begun, 0.01)
        start, slices = start + done, slices + 1
        size = int(min(scale.most, max(scale.fewest, done * min(4.0, AIM_S / took))))
    return slices


def _wait_for_replica(platform: Platform) -> None:
    """Waits until a replica has caught up. Raises Unexpected if it does not within `PATIENCE_S`."""
    end = time.monotonic() + PATIENCE_S
    while platform.seen.replica:
        with platform.connection.transaction():
            local_settings(platform.connection, read_settings(platform.config))
            row = platform.connection.execute(_LAG).fetchone()
        lag = row[0] if row else None
        if lag is None or lag <= LAG_S:
            return
        if time.monotonic() > end:
            what = f"the replica is {lag:.0f} s behind its primary"
            raise Unexpected(Problem(source(platform.config).where, what, "nothing was read; try again later"))
        platform.after_each()
        time.sleep(2.0)


def _copy(connection: Connection, query: str, rows: IO[bytes]) -> None:
    any_bytes = takes_any_bytes(connection)
    with connection.cursor().copy(trusted(f"copy ({query}) to stdout")) as copy:
        for row in copy:
            rows.write(as_utf8(row).encode() if any_bytes else row)


def _columns(platform: Platform, relation: Relation) -> list[str]:
    query = query_of(platform.catalog, relation, platform.seen.present)
    with platform.connection.transaction():
        local_settings(platform.connection, read_settings(platform.config))
        cursor = platform.connection.execute(trusted(f"select * from ({query}) as part limit 0"))
        return [column.name for column in cursor.description or ()]


def _cuts(platform: Platform, staging: Relation, conditions: tuple[str, ...]) -> dict[str, str]:
    """A part of a table with only the columns that the staging query names, as the role may read no others."""
    if not conditions:
        return {}
    table, seen = _table(staging), platform.seen
    return {f"{staging.name}.{table}": counted_part(platform.catalog.names, staging, table, seen.present, conditions)}


def _table(staging: Relation) -> str:
    return str(next(iter(staging.header["tables"])))


def _time(staging: Relation) -> tuple[str, str]:
    """Table and column of a staging query's time; its result has the column under the same name."""
    table, column = str(staging.header["time"]).split(".")
    return table, column


def _time_column(config: Config, staging: Relation) -> tuple[str, str]:
    """Table and column of a staging query's time, by the platform's names."""
    table, column = _time(staging)
    return mapped_table(config, staging, table), mapped_column(config, staging, table, column)
