"""The platform's database as refresh sees it: what is there, what is missing, and rows read in short transactions."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, NamedTuple

from psycopg import errors

from gendash.engine.catalog import Catalog
from gendash.engine.config import Config, suggest
from gendash.engine.model import Problem, Relation
from gendash.engine.refs import Use, expand, quote_name
from gendash.engine.render_sql import queries
from gendash.engine.targets.postgres import Connection, local_settings, trusted

# A lock lasts as long as its transaction, so each read is a short one; and reads never take the platform's cores.
READ_SETTINGS = {
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "timezone": "UTC",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
WHOLE_PAGES = 8192  # a table of up to 64 MB is read at once
FIRST_PAGES, FEWEST_PAGES, MOST_PAGES = 4096, 16, 65536
AIM_S = 1.0  # how long a slice should take
ATTEMPTS = 6
_STAGE = re.compile(r"\{\{\s*stage\(\s*['\"](\w+)['\"]")
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

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables."""
        return frozenset(self.pages)


class Part(NamedTuple):
    """What one query of a rollup gave: names of its columns, its rows as COPY text, the number of slices."""

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
    return Seen(
        columns=frozenset((table, column) for table, column, _ in columns),
        readable=frozenset((table, column) for table, column, may in columns if may),
        pages=dict(tables),
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


def stagings(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The staging texts that a rollup reads."""
    names = sorted(name for kind, name in catalog.relation_uses(relation.name) if kind == "staging")
    return [catalog.relations[f"staging.{name}"] for name in names]


def read(
    connection: Connection,
    catalog: Catalog,
    relation: Relation,
    seen: Seen,
    spool: Callable[[], IO[bytes]],
    between: Callable[[], None],
) -> Iterator[Part]:
    """The rows of each query of a rollup, in slices; each slice is a transaction of its own, ``between`` follows it."""
    stages = [match[1] for match in _STAGE.finditer(relation.text)]
    for index, query in enumerate(queries(catalog, relation, seen.columns)):
        staging = catalog.relations[f"staging.{stages[index]}"]

        def text(cuts: Mapping[str, str], index: int = index) -> str:
            return queries(catalog, relation, seen.columns, cuts)[index]

        rows = spool()
        slices = _read_slices(connection, catalog.config, staging, seen, text, rows, between)
        rows.seek(0)
        yield Part(_columns(connection, query), rows, slices)


def _columns(connection: Connection, query: str) -> list[str]:
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        cursor = connection.execute(trusted(f"select * from ({query.rstrip(';')}) as part limit 0"))
        return [column.name for column in cursor.description or ()]


def _read_slices(
    connection: Connection,
    config: Config,
    staging: Relation,
    seen: Seen,
    text: Callable[[Mapping[str, str]], str],
    rows: IO[bytes],
    between: Callable[[], None],
) -> int:
    """Writes all rows to ``rows``; slices are sized so that each takes about a second. Returns their number.

    A slice that was cancelled is read again, smaller; after several in a row the error is the caller's.
    """
    table = next(iter(staging.header["tables"]))
    pages = seen.pages[_mapped(config, staging, table)] or 0
    start, size, slices, failures = 0, FIRST_PAGES, 0, 0
    while slices == 0 or start < pages:
        if start == 0 and pages <= WHOLE_PAGES and not failures:
            size = WHOLE_PAGES
        stop = start + size if start + size < pages else None
        part = (
            {}
            if start == 0 and stop is None
            else {f"{staging.name}.{table}": _blocks(config, staging, table, seen, start, stop)}
        )
        begun, mark = time.monotonic(), rows.tell()
        try:
            _copy(connection, text(part), rows)
        except _AGAIN:
            rows.seek(mark)
            rows.truncate()
            failures += 1
            if failures >= ATTEMPTS:
                raise
            size = max(FEWEST_PAGES, size // 4)
            time.sleep(0.2 * failures)
            continue
        took = time.monotonic() - begun
        start, slices, failures = start + size, slices + 1, 0
        size = int(min(MOST_PAGES, max(FEWEST_PAGES, size * min(4.0, AIM_S / max(took, 0.01)))))
        between()
    return slices


def _blocks(config: Config, staging: Relation, table: str, seen: Seen, start: int, stop: int | None) -> str:
    """A part of a table by its blocks (a TID range scan); only the columns that the staging text names."""
    mapped = _mapped(config, staging, table)
    reads = staging.header["reads"][table]
    columns = {config.get(f"platform.columns.{table}.{own}") or default for own, default in reads.items()}
    names = ", ".join(quote_name(name) for name in sorted(columns) if (mapped, name) in seen.columns)
    upper = f" and ctid < '({stop},0)'" if stop is not None else ""
    target = f"{quote_name(config['platform.schema'])}.{quote_name(mapped)}"
    return f"(select {names} from {target} where ctid >= '({start},0)'{upper})"


def _mapped(config: Config, staging: Relation, table: str) -> str:
    name: str = config.get(f"platform.tables.{table}") or staging.header["tables"][table]
    return name


def _copy(connection: Connection, query: str, rows: IO[bytes]) -> None:
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        with connection.cursor().copy(trusted(f"copy ({query.rstrip(';')}) to stdout")) as copy:
            for block in copy:
                rows.write(block)
