"""The tables and columns of the platform's database, and those that a rollup reads and it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg import errors

from gendash.engine.clients.loaders import takes_any_bytes
from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.names import Present, Use
from gendash.engine.definitions.platform_names import (
    mapped_table,
    mappings,
    named_in,
    names_in_text,
    platform_schemas,
    split_column,
    split_name,
    table_name,
)
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.relations import stagings
from gendash.engine.languages.lenient_sql import NUMBERS, TIMES
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import AdapterTable, Problem, Relation
from gendash.engine.platform.computed_columns import computed_columns

# A lock lasts as long as its transaction, so each read is short; and reads never use parallel workers of the platform.
# A slice is small compared with the tables that it is joined with: they must be read by index, not scanned per slice.
TIMEOUT_S = 4
READ_SETTINGS = {
    "statement_timeout": f"{TIMEOUT_S}s",
    "lock_timeout": "1s",
    "idle_in_transaction_session_timeout": "5s",
    "timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "32MB",
    "max_parallel_workers_per_gather": "0",
}


# row_security_active alone is not enough: a policy that admits all rows hides none
_ROW_SECURED = """
select nspname, relname from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname = any(%s) and relkind in ('r', 'p') and row_security_active(c.oid) and (
  exists (select from pg_policy where polrelid = c.oid and not polpermissive)
  or not exists (
    select from pg_policy, unnest(polroles) as role where polrelid = c.oid and polcmd in ('r', '*')
    and (role = 0 or pg_has_role(role, 'usage')) and coalesce(pg_get_expr(polqual, polrelid), 'true') = 'true'
  )
)
"""


def read_settings(config: Config) -> dict[str, str]:
    """The settings of a transaction that reads rows; times stored without a zone are in the platform's time zone."""
    return {
        **READ_SETTINGS,
        "timezone": config["platform.time_zone"],
        "statement_timeout": f"{read_timeout_s(config) * 1000:.0f}ms",
    }


def read_timeout_s(config: Config) -> float:
    """The longest statement of a read, in seconds; see `platform.read_timeout`."""
    return min(config.seconds("platform.read_timeout"), 60.0)


@dataclass(frozen=True)
class Seen:
    """Tables and columns of the platform's schema."""

    columns: frozenset[tuple[str, str]]
    readable: frozenset[tuple[str, str]]
    pages: Mapping[str, int | None]  # of the largest partition; None where rows have no place on a page, as in views
    indexed: frozenset[tuple[str, str]] = frozenset()  # columns that an index begins with
    types: Mapping[tuple[str, str], str] = field(default_factory=dict)
    row_secured: frozenset[str] = frozenset()  # tables whose rows row level security may hide from us
    replica: bool = False
    pages_below: Mapping[str, int | None] = field(default_factory=dict)  # of the tables that a SELECT reads, together
    version: int = 0
    any_bytes: bool = False  # the database takes any bytes for text (SQL_ASCII)

    @property
    def present(self) -> Present:
        """What staging texts ask of the server."""
        return Present(self.readable, self.types, self.version, self.any_bytes)

    def is_small(self, table: str, most: int) -> bool:
        """True if a table, or all that a SELECT reads, has at most so many pages."""
        pages = self.pages.get(table)
        if pages is None:
            pages = self.pages_below.get(table)
        return pages is not None and pages <= most

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables."""
        return frozenset(self.pages)


# A domain's values are those of the type below it
BASE_TYPE = """(
  with recursive below (type, base) as (
    select atttypid, typbasetype from pg_type where oid = atttypid
    union all
    select base, typbasetype from below join pg_type on oid = base where base <> 0
  ) select type from below where base = 0
)"""

# The size of a table's leaves: itself, its partitions, or the tables that inherit from it. A table with many small
# leaves is not small; TimescaleDB's chunks are read by time (NULL here), since compressed rows have no place on a page.
_PAGES = """
with recursive below as (
  select c.oid, relkind, nspname from pg_class c join pg_namespace n on n.oid = relnamespace
  where nspname = %s and relname = %s
  union all
  select c.oid, c.relkind, n.nspname from below join pg_inherits on inhparent = below.oid
  join pg_class c on c.oid = inhrelid join pg_namespace n on n.oid = c.relnamespace
)
select case when bool_and(relkind in ('r', 'm') and nspname <> '_timescaledb_internal')
  then greatest(max(pages), least(sum(pages), %s))::bigint end
from (
  select *, pg_relation_size(oid) / current_setting('block_size')::bigint as pages from below where relkind <> 'p'
) as leaves
"""


# Citus keeps the rows of a distributed table on other servers: the table here has no pages, and no ctid can cut it
_DISTRIBUTED = """
select nspname, relname from pg_dist_partition join pg_class c on c.oid = logicalrelid
join pg_namespace n on n.oid = relnamespace where nspname = any(%s)
"""


def _distributed(connection: Connection, schemas: Sequence[str]) -> Sequence[Sequence[Any]]:
    """Schema and name of each distributed table; none without Citus."""
    there = connection.execute("select to_regclass('pg_catalog.pg_dist_partition') is not null").fetchone()
    return connection.execute(_DISTRIBUTED, [schemas]).fetchall() if there and there[0] else []


def _pages(connection: Connection, schema: str, table: str, known: int) -> int | None:
    """The pages of a table, 0 if it is empty; the statistics' number (``known``) if another session has locked it."""
    try:
        with connection.transaction():
            local_settings(connection, READ_SETTINGS)
            row = connection.execute(trusted(_PAGES), [schema, table, SMALL_PAGES + 1]).fetchone()
    except errors.LockNotAvailable:
        return known
    return row[0] if row else None


def locked(connection: Connection, config: Config, tables: Collection[str]) -> list[str]:
    """The given tables that a session has locked against reading."""
    places = [split_name(config, table) for table in tables]
    found = connection.execute(
        "select distinct nspname, relname from pg_locks join pg_class c on c.oid = relation join pg_namespace n "
        "on n.oid = relnamespace where granted and mode = 'AccessExclusiveLock' "
        "and (nspname, relname) in (select * from unnest(%s::text[], %s::text[])) order by 1, 2",
        [[schema for schema, _ in places], [table for _, table in places]],
    ).fetchall()
    return [table_name(config, *place) for place in found]


def tables_read(catalog: Catalog, relations: Iterable[Relation]) -> set[str]:
    """The platform's tables that staging queries read."""
    uses = (catalog.expanded(staging.text, staging).uses for staging in relations)
    return {name for some in uses for kind, name in some if kind == "table"}


def read_columns(connection: Connection, catalog: Catalog) -> Seen:
    """The tables and columns of the platform's schemas. Waits for locks only on tables that are read, 1 s each.

    SELECTs of an adapter are tables, too: their columns are there if all that they name can be read.
    """
    config = catalog.config
    schemas = sorted(platform_schemas(config, catalog.names.stagings.values()))

    def named(rows: Iterable[Sequence[Any]]) -> list[Any]:
        return [(table_name(config, schema, table), *rest) for schema, table, *rest in rows]

    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        tables = connection.execute(
            "select nspname, relname, case when relkind in ('r', 'm', 'p') then relpages::bigint end from pg_class c "
            "join pg_namespace n on n.oid = relnamespace "
            "where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition",
            [schemas],
        ).fetchall()
        columns: list[Any] = connection.execute(
            "select nspname, relname, attname, has_schema_privilege(n.oid, 'usage') "
            "and has_column_privilege(c.oid, attnum, 'select'), format_type("
            + BASE_TYPE
            + ", null) from pg_attribute a "
            "join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace "
            "where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition "
            "and attnum > 0 and not attisdropped",
            [schemas],
        ).fetchall()
        row_secured = connection.execute(_ROW_SECURED, [schemas]).fetchall()
        distributed = _distributed(connection, schemas)
        recovery = connection.execute("select pg_is_in_recovery()").fetchone()
        indexed = connection.execute(
            "select n.nspname, c.relname, attname from pg_index join pg_class c on c.oid = indrelid "
            "join pg_namespace n on n.oid = c.relnamespace join pg_class i on i.oid = indexrelid "
            "join pg_am on pg_am.oid = i.relam join pg_attribute on attrelid = c.oid and attnum = indkey[0] "
            "where n.nspname = any(%s) and indisvalid and indpred is null and amname in ('btree', 'brin')",
            [schemas],
        ).fetchall()
    columns = named(columns)
    version = connection.info.server_version // 10000
    pages: dict[str, int | None] = dict(named(tables))
    for table in tables_read(catalog, catalog.names.stagings.values()) & pages.keys():
        pages[table] = _pages(connection, *split_name(config, table), pages[table] or 0)
    pages |= dict.fromkeys((table for (table,) in named(distributed)), None)
    types = {(table, column): kind for table, column, _, kind in columns}
    seen = Seen(
        columns=frozenset((table, column) for table, column, *_ in columns),
        readable=frozenset((table, column) for table, column, may, _ in columns if may),
        pages=pages,
        types=types,
        row_secured=frozenset(table for (table,) in named(row_secured)),
        replica=bool(recovery and recovery[0]),
        version=version,
        any_bytes=takes_any_bytes(connection),
    )
    ordered = {column for column, kind in types.items() if kind.startswith((*TIMES, *NUMBERS))}
    seen = replace(seen, indexed=frozenset(ordered & {(table, column) for table, column in named(indexed)}))
    return _with_computed(connection, catalog, _with_selects(catalog, seen))


def _with_selects(catalog: Catalog, seen: Seen) -> Seen:
    """What was seen, with the SELECTs of an adapter whose tables and columns are there and can be read."""
    selects = {one.name: one for staging in catalog.names.stagings.values() for one in staging.adapter.values()}
    usable = {name: one for name, one in selects.items() if _is_readable(one, seen)}
    given = frozenset((name, column) for name, one in usable.items() for column in one.outputs)
    return replace(
        seen,
        columns=seen.columns | given,
        readable=seen.readable | given,
        pages={**seen.pages, **dict.fromkeys(usable)},  # a row of a result has no place on a page
        pages_below={name: _pages_below(one, seen) for name, one in usable.items()},
    )


def _is_readable(one: AdapterTable, seen: Seen) -> bool:
    pairs = set(map(split_column, one.columns))
    return one.tables <= seen.tables and pairs <= seen.readable and bool(one.outputs)


def _pages_below(one: AdapterTable, seen: Seen) -> int | None:
    """The pages of all tables that a SELECT reads; None if one of them is a view."""
    known = [seen.pages[table] for table in one.tables]
    return None if None in known else sum(pages or 0 for pages in known)


def _with_computed(connection: Connection, catalog: Catalog, seen: Seen) -> Seen:
    """What was seen, with the types of the columns of SELECTs, and of those that are given as SQL."""
    found = list(computed_columns(connection, catalog, read_settings(catalog.config), seen.tables))
    types = {(one.table, one.column): one.type for one in found}
    indexed = frozenset((one.table, one.column) for one in found if one.indexed)
    return replace(seen, types={**seen.types, **types}, indexed=seen.indexed | indexed)


def missing(catalog: Catalog, relation: Relation, seen: Seen) -> list[Problem]:
    """The tables and columns that a rollup or audit reads and that do not exist or may not be read, as problems.

    Also tables whose rows row level security may hide: a refresh would treat hidden rows as deleted.
    """
    found: list[Problem] = []
    for staging in stagings(catalog, relation):
        uses = resolve_references(staging.text, catalog.names, staging, seen.present).uses | names_in_text(staging)
        off = f"features.{staging.header['feature']}: false" if staging.header.get("feature") else ""
        for kind, name in sorted(uses):
            where = ".".join(split_name(catalog.config, name))
            if kind == "table" and name not in seen.tables:
                hint = _hint(name, seen.tables, _remedy_of_table(catalog.config, staging, name))
                found.append(Problem(where, "the platform has no such table", _or(hint, off)))
            elif kind == "table" and name in seen.row_secured:
                what = "row level security may hide rows of it from the source's role, which would count as deleted"
                policy = "`gendash doctor` prints the policy that shows them"
                found.append(Problem(where, what, _or(policy, off)))
            elif kind == "column":
                found += _missing_column(catalog, staging, name, seen, off)
    return list(dict.fromkeys(found))


def _missing_column(catalog: Catalog, staging: Relation, name: str, seen: Seen, off: str) -> list[Problem]:
    table, column = split_column(name)
    if table not in seen.tables or (table, column) in seen.readable:
        return []
    where = ".".join((*split_name(catalog.config, table), column))
    if (table, column) in seen.columns:
        place = ".".join(map(quote_name, split_name(catalog.config, table)))
        return [
            Problem(
                where,
                "the source's role may not read it",
                f"grant select ({quote_name(column)}) on {place} to the source's role",
            )
        ]
    file = _file_that_reads(staging, name)
    remedy = (
        f"correct {file}" if file else f"set {next(_settings_of(catalog, staging, table, column), 'platform.columns')}"
    )
    there = {name for owner, name in seen.columns if owner == table}
    hint = _hint(column, there, remedy)
    return [Problem(where, "the platform has no such column", _or(hint, off))]


def _remedy_of_table(config: Config, staging: Relation, table: str) -> str:
    file = _file_that_reads(staging, table)
    return f"correct {file}" if file else f"set platform.tables.{_canonical_table(config, staging, table)}"


def _file_that_reads(staging: Relation, name: str) -> str:
    """The file of an adapter that reads a table or column; empty without an adapter."""
    return next((one.path for one in staging.adapter.values() if name in one.tables | one.columns), "")


def _settings_of(catalog: Catalog, staging: Relation, table: str, column: str) -> Iterator[str]:
    """The settings that name a column: of the staging query, then of others, since the column may be a parent's."""
    config = catalog.config
    for one in (staging, *catalog.names.stagings.values()):
        canonical = _canonical_table(config, one, table)
        yield from (key for key, mapped in mappings(config, one, canonical) if column in named_in(mapped))


def _canonical_table(config: Config, staging: Relation, mapped: str) -> str:
    tables: dict[str, str] = staging.header["tables"]
    return next((canonical for canonical in tables if mapped_table(config, staging, canonical) == mapped), mapped)


def _hint(name: str, there: frozenset[str] | set[str], remedy: str) -> str:
    return " ".join(part for part in (suggest(name, sorted(there)), remedy) if part)


def _or(*remedies: str) -> str:
    return ", or ".join(remedy for remedy in remedies if remedy)


def absent(catalog: Catalog, relation: Relation, seen: Seen) -> list[str]:
    """The optional columns (``table.column``) that a rollup reads if they exist, and that do not exist."""
    found: set[Use] = set()
    for staging in stagings(catalog, relation):
        every = resolve_references(staging.text, catalog.names, staging).uses
        found |= every - resolve_references(staging.text, catalog.names, staging, seen.present).uses
    return sorted(name for kind, name in found if kind == "column")


SMALL_PAGES = 1024  # a table of up to 8 MB is read in full every time, which is cheap and exact
