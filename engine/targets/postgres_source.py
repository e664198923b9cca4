"""The platform's database as refresh sees it: what is there, what is missing, and rows read in short transactions."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TypeVar

from psycopg import errors

from gendash.engine.catalog import Catalog
from gendash.engine.config import Config, suggest
from gendash.engine.model import Problem, Relation
from gendash.engine.refs import Use, expand, quote_name
from gendash.engine.render_sql import query_of
from gendash.engine.targets.postgres import Connection, local_settings, trusted

# A lock lasts as long as its transaction, so each read is a short one; and reads never take the platform's cores.
READ_SETTINGS = {
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "timezone": "UTC",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
T = TypeVar("T")
_STAGE = re.compile(r"\{\{\s*stage\(\s*['\"](\w+)['\"]")
SMALL_PAGES = 1024  # a table of up to 8 MB is read whole every time: that is cheap, and exact
WHOLE_PAGES = 8192  # a table of up to 64 MB is read at once
FIRST_PAGES, FEWEST_PAGES, MOST_PAGES = 4096, 16, 65536
AIM_S = 1.0  # how long a slice should take
ATTEMPTS = 6
_AGAIN = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,  # a replica cancels a read that stands in the way of its replay
)


@dataclass(frozen=True)
class Seen:
    """Tables and columns of the platform's schema."""

    columns: frozenset[tuple[str, str]]
    readable: frozenset[tuple[str, str]]
    pages: Mapping[str, int | None]  # of plain tables; None where rows have no place on a page (views, partitions)
    indexed: frozenset[tuple[str, str]] = frozenset()  # columns that an index begins with

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables."""
        return frozenset(self.pages)


@dataclass(frozen=True)
class Window:
    """The last days, which a steady refresh reads again: the first of them, and the instant at which each begins."""

    first: date
    starts: tuple[datetime, ...]


@dataclass(frozen=True)
class Part:
    """A part of a rollup's rows: names of the columns, rows as COPY text, in how many slices they were read."""

    columns: list[str]
    rows: IO[bytes]
    slices: int


def look(connection: Connection, config: Config) -> Seen:
    """What the source has, in one short transaction."""
    schema = config["platform.schema"]
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        tables = connection.execute(
            "select relname, case when relkind in ('r', 'm') then "
            "pg_relation_size(c.oid) / current_setting('block_size')::bigint end "
            "from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname = %s and relkind in ('r', 'p', 'v', 'm', 'f')",
            [schema],
        ).fetchall()
        columns = connection.execute(
            "select relname, attname, has_schema_privilege(n.oid, 'usage') "
            "and has_column_privilege(c.oid, attnum, 'select') from pg_attribute a "
            "join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace "
            "where nspname = %s and relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped",
            [schema],
        ).fetchall()
        indexed = connection.execute(
            "select c.relname, attname from pg_index join pg_class c on c.oid = indrelid "
            "join pg_namespace n on n.oid = relnamespace join pg_class i on i.oid = indexrelid "
            "join pg_am on pg_am.oid = i.relam join pg_attribute on attrelid = c.oid and attnum = indkey[0] "
            "where n.nspname = %s and indisvalid and indpred is null and amname in ('btree', 'brin')",
            [schema],
        ).fetchall()
    return Seen(
        columns=frozenset((table, column) for table, column, _ in columns),
        readable=frozenset((table, column) for table, column, may in columns if may),
        pages=dict(tables),
        indexed=frozenset((table, column) for table, column in indexed),
    )


def missing(catalog: Catalog, relation: Relation, seen: Seen) -> list[Problem]:
    """Every table and column that a rollup reads and the source lacks, or does not let us read."""
    found: list[Problem] = []
    schema = catalog.config["platform.schema"]
    for staging in stagings(catalog, relation):
        uses = expand(staging.text, catalog.names, staging, seen.columns).uses
        off = f"features.{staging.header['feature']}: false" if staging.header.get("feature") else ""
        for kind, name in sorted(uses):
            if kind == "table" and name not in seen.tables:
                hint = _hint(name, seen.tables, f"platform.tables.{_canonical_table(catalog.config, staging, name)}")
                found.append(Problem(f"{schema}.{name}", "the platform has no such table", _or(hint, off)))
            elif kind == "column":
                found += _missing_column(catalog.config, staging, name, seen, off)
    return list(dict.fromkeys(found))


def _missing_column(config: Config, staging: Relation, name: str, seen: Seen, off: str) -> list[Problem]:
    schema = config["platform.schema"]
    table, column = name.rsplit(".", 1)
    if table not in seen.tables or (table, column) in seen.readable:
        return []
    where = f"{schema}.{table}.{column}"
    if (table, column) in seen.columns:
        grant = f"grant select on {quote_name(schema)}.{quote_name(table)} to the role of the source"
        return [Problem(where, "the source's role may not read it", grant)]
    canonical_table = _canonical_table(config, staging, table)
    canonical = next(
        (
            own
            for own, default in staging.header["reads"].get(canonical_table, {}).items()
            if (config.get(f"platform.columns.{canonical_table}.{own}") or default) == column
        ),
        column,
    )
    there = {name for owner, name in seen.columns if owner == table}
    hint = _hint(column, there, f"platform.columns.{canonical_table}.{canonical}")
    return [Problem(where, "the platform has no such column", _or(hint, off))]


def _canonical_table(config: Config, staging: Relation, mapped: str) -> str:
    tables: dict[str, str] = staging.header["tables"]
    return next(
        (own for own, default in tables.items() if (config.get(f"platform.tables.{own}") or default) == mapped), mapped
    )


def _hint(name: str, there: frozenset[str] | set[str], setting: str) -> str:
    return " ".join(part for part in (suggest(name, sorted(there)), f"set {setting}") if part)


def _or(*remedies: str) -> str:
    return ", or ".join(remedy for remedy in remedies if remedy)


def absent(catalog: Catalog, relation: Relation, seen: Seen) -> list[str]:
    """Optional columns (``table.column``) that a rollup would read if the source had them."""
    found: set[Use] = set()
    for staging in stagings(catalog, relation):
        every = expand(staging.text, catalog.names, staging).uses
        found |= every - expand(staging.text, catalog.names, staging, seen.columns).uses
    return sorted(name for kind, name in found if kind == "column")


def driver(catalog: Catalog, relation: Relation) -> Relation:
    """The staging text whose rows a rollup's rows come from, and by which its reads are cut: the first it names."""
    match = _STAGE.search(relation.text)
    assert match, f"{relation.path} reads no staging"
    return catalog.relations[f"staging.{match[1]}"]


def stagings(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The staging texts that a rollup reads."""
    names = sorted(name for kind, name in catalog.relation_uses(relation.name) if kind == "staging")
    return [catalog.relations[f"staging.{name}"] for name in names]


def window_column(config: Config, staging: Relation, seen: Seen) -> str:
    """The time column of a staging text's first table where reading its last days is cheap: large, and indexed."""
    table, own = str(staging.header.get("time", ".")).split(".")
    mapped = _mapped(config, staging, table)
    column = config.get(f"platform.columns.{table}.{own}") or staging.header["reads"].get(table, {}).get(own)
    pages = seen.pages.get(mapped)
    large = pages is None or pages > SMALL_PAGES
    return str(column) if large and (mapped, column) in seen.indexed else ""


def read(
    connection: Connection,
    catalog: Catalog,
    relation: Relation,
    seen: Seen,
    rows: IO[bytes],
    between: Callable[[], None],
    window: Window | None = None,
) -> Part:
    """The rows of a rollup, or those of the window, in slices; each is a transaction of its own, and `between` follows.

    A slice that was cancelled is read again, smaller where it can be; after several in a row the error is the caller's.
    """
    staging = driver(catalog, relation)
    table = next(iter(staging.header["tables"]))

    def copy(predicate: str) -> None:
        cuts = {f"{staging.name}.{table}": _part(catalog.config, staging, table, seen, predicate)} if predicate else {}
        _copy(connection, query_of(catalog, relation, seen.columns, cuts), rows)
        between()

    if window:
        column = quote_name(window_column(catalog.config, staging, seen))
        for predicate in _days(column, window.starts):
            _again(rows, lambda _, predicate=predicate: copy(predicate))  # type: ignore[misc]
        slices = len(window.starts)
    else:
        slices = _read_blocks(rows, seen.pages[_mapped(catalog.config, staging, table)] or 0, copy)
    rows.seek(0)
    return Part(_columns(connection, query_of(catalog, relation, seen.columns)), rows, slices)


def _columns(connection: Connection, query: str) -> list[str]:
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        cursor = connection.execute(trusted(f"select * from ({query}) as part limit 0"))
        return [column.name for column in cursor.description or ()]


def _days(column: str, starts: Sequence[datetime]) -> list[str]:
    """A predicate for each day; the last has no end, so that clocks ahead of ours lose nothing."""
    ends = [f" and {column} < '{start.isoformat()}'::timestamptz" for start in starts[1:]]
    return [
        f"{column} >= '{start.isoformat()}'::timestamptz{end}" for start, end in zip(starts, [*ends, ""], strict=True)
    ]


def _read_blocks(rows: IO[bytes], pages: int, copy: Callable[[str], None]) -> int:
    """Reads a table by ranges of blocks, sized so that each takes about a second. Returns the number of slices."""
    start, size, slices = 0, (WHOLE_PAGES if pages <= WHOLE_PAGES else FIRST_PAGES), 0

    def one(failures: int) -> int:
        pages_now = max(FEWEST_PAGES, size >> 2 * failures)
        if start == 0 and pages_now >= pages:
            copy("")
        elif start + pages_now >= pages:  # the last has no end: rows may be added while we read
            copy(f"ctid >= '({start},0)'")
        else:
            copy(f"ctid >= '({start},0)' and ctid < '({start + pages_now},0)'")
        return pages_now

    while slices == 0 or start < pages:
        begun = time.monotonic()
        done = _again(rows, one)
        took = max(time.monotonic() - begun, 0.01)
        start, slices = start + done, slices + 1
        size = int(min(MOST_PAGES, max(FEWEST_PAGES, done * min(4.0, AIM_S / took))))
    return slices


def _again(rows: IO[bytes], attempt: Callable[[int], T]) -> T:
    """What ``attempt`` returns; it is called again, with the number of failures, where it was cancelled."""
    mark = rows.tell()
    for failures in range(ATTEMPTS - 1):
        try:
            return attempt(failures)
        except _AGAIN:
            rows.seek(mark)
            rows.truncate()
            time.sleep(0.2 * (failures + 1))
    return attempt(ATTEMPTS - 1)


def _part(config: Config, staging: Relation, table: str, seen: Seen, predicate: str) -> str:
    """A part of a table, of those columns only that the staging text names: a role may be let read no others."""
    mapped = _mapped(config, staging, table)
    reads = staging.header["reads"][table]
    columns = {config.get(f"platform.columns.{table}.{own}") or default for own, default in reads.items()}
    names = ", ".join(quote_name(name) for name in sorted(columns) if (mapped, name) in seen.columns)
    return f"(select {names} from {quote_name(config['platform.schema'])}.{quote_name(mapped)} where {predicate})"


def _mapped(config: Config, staging: Relation, table: str) -> str:
    name: str = config.get(f"platform.tables.{table}") or staging.header["tables"].get(table, table)
    return name


def _copy(connection: Connection, query: str, rows: IO[bytes]) -> None:
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        with connection.cursor().copy(trusted(f"copy ({query}) to stdout")) as copy:
            for block in copy:
                rows.write(block)
