"""The tables and columns of the platform's database, and those that a rollup reads and it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from psycopg import errors

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.config.load import Config, suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_table, mappings, named_in
from gendash.engine.definitions.references import Use, resolve_references
from gendash.engine.definitions.relations import stagings
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Problem, Relation

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
select relname from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname = %s and relkind in ('r', 'p') and row_security_active(c.oid) and (
  exists (select from pg_policy where polrelid = c.oid and not polpermissive)
  or not exists (
    select from pg_policy, unnest(polroles) as role where polrelid = c.oid and polcmd in ('r', '*')
    and (role = 0 or pg_has_role(role, 'usage')) and coalesce(pg_get_expr(polqual, polrelid), 'true') = 'true'
  )
)
"""


def read_settings(config: Config) -> dict[str, str]:
    """The settings of a transaction that reads rows; times stored without a zone are in the platform's time zone."""
    return {**READ_SETTINGS, "timezone": config["platform.time_zone"]}


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

    @property
    def times(self) -> frozenset[tuple[str, str]]:
        """The columns whose type is a time or date."""
        return frozenset(column for column, kind in self.types.items() if kind.startswith(("timestamp", "date")))

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables."""
        return frozenset(self.pages)


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


def _pages(connection: Connection, schema: str, table: str, known: int) -> int | None:
    """The pages of a table, 0 if it is empty; the statistics' number (``known``) if another session has locked it."""
    try:
        with connection.transaction():
            local_settings(connection, READ_SETTINGS)
            row = connection.execute(trusted(_PAGES), [schema, table, SMALL_PAGES + 1]).fetchone()
    except errors.LockNotAvailable:
        return known
    return row[0] if row else None


def locked(connection: Connection, schema: str, tables: Collection[str]) -> list[str]:
    """The given tables that a session has locked against reading."""
    found = connection.execute(
        "select distinct relname from pg_locks join pg_class c on c.oid = relation join pg_namespace n "
        "on n.oid = relnamespace where granted and mode = 'AccessExclusiveLock' and nspname = %s and relname = any (%s)"
        " order by 1",
        [schema, list(tables)],
    ).fetchall()
    return [name for (name,) in found]


def tables_read(catalog: Catalog, relations: Iterable[Relation]) -> set[str]:
    """The platform's tables that staging queries read."""
    uses = (catalog.expanded(staging.text, staging).uses for staging in relations)
    return {name for some in uses for kind, name in some if kind == "table"}


def read_columns(connection: Connection, catalog: Catalog) -> Seen:
    """The tables and columns of the platform's schema. Waits for locks only on tables that are read, 1 s each."""
    schema = catalog.config["platform.schema"]
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        tables = connection.execute(
            "select relname, case when relkind in ('r', 'm', 'p') then relpages::bigint end from pg_class c "
            "join pg_namespace n on n.oid = relnamespace "
            "where nspname = %s and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition",
            [schema],
        ).fetchall()
        columns = connection.execute(
            "select relname, attname, has_schema_privilege(n.oid, 'usage') "
            "and has_column_privilege(c.oid, attnum, 'select'), atttypid::regtype::text from pg_attribute a "
            "join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace "
            "where nspname = %s and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition "
            "and attnum > 0 and not attisdropped",
            [schema],
        ).fetchall()
        row_secured = connection.execute(_ROW_SECURED, [schema]).fetchall()
        recovery = connection.execute("select pg_is_in_recovery()").fetchone()
        indexed = connection.execute(
            "select c.relname, attname from pg_index join pg_class c on c.oid = indrelid "
            "join pg_namespace n on n.oid = relnamespace join pg_class i on i.oid = indexrelid "
            "join pg_am on pg_am.oid = i.relam join pg_attribute on attrelid = c.oid and attnum = indkey[0] "
            "where n.nspname = %s and indisvalid and indpred is null and amname in ('btree', 'brin')",
            [schema],
        ).fetchall()
    pages: dict[str, int | None] = dict(tables)
    for table in tables_read(catalog, catalog.names.stagings.values()) & pages.keys():
        pages[table] = _pages(connection, schema, table, pages[table] or 0)
    types = {(table, column): kind for table, column, _, kind in columns}
    seen = Seen(
        columns=frozenset((table, column) for table, column, *_ in columns),
        readable=frozenset((table, column) for table, column, may, _ in columns if may),
        pages=pages,
        types=types,
        row_secured=frozenset(table for (table,) in row_secured),
        replica=bool(recovery and recovery[0]),
    )
    return replace(seen, indexed=seen.times & frozenset((table, column) for table, column in indexed))


def missing(catalog: Catalog, relation: Relation, seen: Seen) -> list[Problem]:
    """The tables and columns that a rollup or audit reads and that do not exist or may not be read, as problems.

    Also tables whose rows row level security may hide: a refresh would treat hidden rows as deleted.
    """
    found: list[Problem] = []
    schema = catalog.config["platform.schema"]
    for staging in stagings(catalog, relation):
        uses = resolve_references(staging.text, catalog.names, staging, seen.readable).uses
        off = f"features.{staging.header['feature']}: false" if staging.header.get("feature") else ""
        for kind, name in sorted(uses):
            if kind == "table" and name not in seen.tables:
                hint = _hint(name, seen.tables, f"platform.tables.{_canonical_table(catalog.config, staging, name)}")
                found.append(Problem(f"{schema}.{name}", "the platform has no such table", _or(hint, off)))
            elif kind == "table" and name in seen.row_secured:
                what = "row level security may hide rows of it from the source's role, which would count as deleted"
                policy = "`gendash doctor` prints the policy that shows them"
                found.append(Problem(f"{schema}.{name}", what, _or(policy, off)))
            elif kind == "column":
                found += _missing_column(catalog, staging, name, seen, off)
    return list(dict.fromkeys(found))


def _missing_column(catalog: Catalog, staging: Relation, name: str, seen: Seen, off: str) -> list[Problem]:
    schema = catalog.config["platform.schema"]
    table, column = name.rsplit(".", 1)
    if table not in seen.tables or (table, column) in seen.readable:
        return []
    where = f"{schema}.{table}.{column}"
    if (table, column) in seen.columns:
        grant = f"grant select ({quote_name(column)}) on {quote_name(schema)}.{quote_name(table)} to the source's role"
        return [Problem(where, "the source's role may not read it", grant)]
    setting = next(_settings_of(catalog, staging, table, column), "platform.columns")
    there = {name for owner, name in seen.columns if owner == table}
    hint = _hint(column, there, setting)
    return [Problem(where, "the platform has no such column", _or(hint, off))]


def _settings_of(catalog: Catalog, staging: Relation, table: str, column: str) -> Iterator[str]:
    """The settings that name a column: of the staging query, then of others, since the column may be a parent's."""
    config = catalog.config
    for one in (staging, *catalog.names.stagings.values()):
        canonical = _canonical_table(config, one, table)
        yield from (key for key, mapped in mappings(config, one, canonical) if column in named_in(mapped))


def _canonical_table(config: Config, staging: Relation, mapped: str) -> str:
    tables: dict[str, str] = staging.header["tables"]
    return next((canonical for canonical in tables if mapped_table(config, staging, canonical) == mapped), mapped)


def _hint(name: str, there: frozenset[str] | set[str], setting: str) -> str:
    return " ".join(part for part in (suggest(name, sorted(there)), f"set {setting}") if part)


def _or(*remedies: str) -> str:
    return ", or ".join(remedy for remedy in remedies if remedy)


def absent(catalog: Catalog, relation: Relation, seen: Seen) -> list[str]:
    """The optional columns (``table.column``) that a rollup reads if they exist, and that do not exist."""
    found: set[Use] = set()
    for staging in stagings(catalog, relation):
        every = resolve_references(staging.text, catalog.names, staging).uses
        found |= every - resolve_references(staging.text, catalog.names, staging, seen.readable).uses
    return sorted(name for kind, name in found if kind == "column")


SMALL_PAGES = 1024  # a table of up to 8 MB is read in full every time, which is cheap and exact
