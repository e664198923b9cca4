"""Reads the planner's statistics of the platform's tables: rows, pages, distinct values, histograms of times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import psycopg

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_column, quoted_table, split_column, split_name, table_name
from gendash.engine.definitions.usable_rows import END_OF_TIME, FIRST_TIME
from gendash.engine.languages.lenient_sql import time_or_null
from gendash.engine.platform.columns import READ_SETTINGS, SMALL_PAGES
from gendash.engine.platform.computed_columns import plan_of
from gendash.engine.platform.estimate import BLOCK, ROW_OVERHEAD, ColumnStatistics, TableStatistics

# A partitioned table has no pages and, before ANALYZE, no row count: both are summed over its leaves
_TABLES = """
select n.nspname, c.relname, c.relkind, leaves.pages, leaves.rows, leaves.unknown_pages, coalesce(widths.bytes, 0)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select coalesce(sum(pg_relation_size(l.oid) / current_setting('block_size')::bigint), 0)::bigint as pages,
    coalesce(sum(l.reltuples) filter (where l.reltuples >= 0), 0)::float8 as rows,
    coalesce(sum(pg_relation_size(l.oid) / current_setting('block_size')::bigint)
      filter (where l.reltuples < 0), 0)::bigint as unknown_pages
  from pg_class l where l.relkind in ('r', 'm')
    and (l.oid = c.oid or l.oid in (select relid from pg_partition_tree(c.oid)))
) leaves
left join lateral (
  select sum(case when a.attlen > 0 then a.attlen else 32 end)::float8 as bytes
  from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
) widths on true
where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[]))
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
"""
_COLUMNS = f"""
select n.nspname, c.relname, a.attname, format_type(a.atttypid, null), s.n_distinct, coalesce(s.null_frac, 0),
  s.avg_width,
  case when a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)
    then array(
      select bound from unnest(s.histogram_bounds::text::timestamptz[]) as bound
      where bound >= {FIRST_TIME} and bound < {END_OF_TIME} order by bound
    )
    when a.atttypid in ('int8'::regtype, 'int4'::regtype, 'numeric'::regtype, 'float8'::regtype) then array(
      select time from unnest(s.histogram_bounds::text::numeric[]) as bound,
        lateral (select {time_or_null("bound", "numeric")} as time) as read where time is not null order by time
    ) end, s.correlation
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
  and s.inherited = (c.relkind = 'p')
where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[]))
  and a.attnum > 0 and not a.attisdropped
"""
_INDEXED = """
select n.nspname, c.relname, a.attname from pg_index x
join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class i on i.oid = x.indexrelid join pg_am on pg_am.oid = i.relam
join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[]))
  and x.indisvalid and x.indpred is null
  and pg_am.amname in ('btree', 'brin')
"""


def statistics(connection: Connection, config: Config, tables: Collection[str]) -> dict[str, TableStatistics]:
    """The statistics by table, without tables that do not exist. Reads only catalogs, in one short transaction."""
    places = [split_name(config, table) for table in sorted(tables)]
    asked = [[schema for schema, _ in places], [table for _, table in places]]
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        found = connection.execute(_TABLES, asked).fetchall()
        columns = connection.execute(trusted(_COLUMNS), asked).fetchall()
        indexed = connection.execute(_INDEXED, asked).fetchall()
    result = {}
    for schema, name, kind, pages, rows, unknown_pages, width in found:
        table, guessed = table_name(config, schema, name), ""
        if kind in ("v", "f"):
            whole = quoted_table(config, table)
            rows, guessed = _planned(connection, f"select * from {whole}"), "is a view: rows by the planner's estimate"
        elif unknown_pages:  # reltuples -1
            rows += unknown_pages * BLOCK / (ROW_OVERHEAD + width)
            guessed = "was never analyzed: rows estimated from its pages"
        known = {
            column: ColumnStatistics(of, _distinct(distinct, rows), nulls, width, tuple(bounds or ()), correlation)
            for *owner, column, of, distinct, nulls, width, bounds, correlation in columns
            if owner == [schema, name]
        }
        begun_with = frozenset(of for *owner, of in indexed if owner == [schema, name])
        result[table] = TableStatistics(rows, pages, guessed, known, kind, begun_with)
    return result


def _distinct(n_distinct: float | None, rows: float) -> float | None:
    """The number of distinct values; None if unknown (0). A negative ``n_distinct`` is a share of the rows."""
    if not n_distinct:
        return None
    return -n_distinct * rows if n_distinct < 0 else n_distinct


def select_statistics(
    connection: Connection, catalog: Catalog, known: Mapping[str, TableStatistics], indexed: Collection[tuple[str, str]]
) -> dict[str, TableStatistics]:
    """The statistics of an adapter's SELECTs over the tables that are ``known``, by their names.

    ``indexed`` has the (SELECT, column) by which it can be cut. Without its time column there each refresh reads all.
    """
    found: dict[str, TableStatistics] = {}
    for staging in catalog.names.stagings.values():
        for canonical, one in staging.adapter.items():
            if one.name in found or not one.tables <= known.keys():
                continue
            time = str(catalog.names.stagings[canonical].header.get("time", "")).partition(".")[2]
            pages = sum(known[table].pages for table in one.tables)
            note = "is a SELECT: rows by the planner's estimate"
            if (
                pages > SMALL_PAGES
                and (one.name, mapped_column(catalog.config, staging, canonical, time)) not in indexed
            ):
                note += f", and each refresh reads all of its {pages:,} pages: no index serves {time}"
            columns = {
                column: known[table].columns[name]
                for column, plain in one.plain.items()
                for table, name in map(split_column, sorted(plain))
                if name in known[table].columns
            }
            rows = _planned(connection, f"select * from (\n{one.text}\n) as given")
            served = frozenset(column for name, column in indexed if name == one.name)
            found[one.name] = TableStatistics(rows, pages, note, columns, "s", served)
    return found


def _planned(connection: Connection, query: str) -> float:
    """The planner's estimate of a query's rows; 0 if the role may not read its tables, or it cannot be run."""
    try:
        with connection.transaction():
            local_settings(connection, READ_SETTINGS)
            return float(plan_of(connection, query)["Plan Rows"])
    except (psycopg.ProgrammingError, psycopg.DataError):
        return 0.0


def source_now(connection: Connection) -> datetime:
    """The current time of the platform's database."""
    row = connection.execute("select now()").fetchone()
    assert row
    now: datetime = row[0]
    return now.astimezone(UTC)
