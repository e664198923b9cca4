"""Reads the planner's statistics of the platform's tables: rows, pages, distinct values, histograms of times."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime

import psycopg

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.references import END_OF_TIME, FIRST_TIME
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.platform.columns import READ_SETTINGS
from gendash.engine.platform.estimate import BLOCK, ROW_OVERHEAD, ColumnStatistics, TableStatistics

# A partitioned table has no pages and, before ANALYZE, no row count: both are summed over its leaves
_TABLES = """
select c.relname, c.relkind, leaves.pages, leaves.rows, leaves.unknown_pages, coalesce(widths.bytes, 0)
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
where n.nspname = %s and c.relname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f')
"""
_COLUMNS = f"""
select c.relname, a.attname, format_type(a.atttypid, null), s.n_distinct, coalesce(s.null_frac, 0), s.avg_width,
  case when a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)
    then array(
      select bound from unnest(s.histogram_bounds::text::timestamptz[]) as bound
      where bound >= {FIRST_TIME} and bound < {END_OF_TIME} order by bound
    ) end, s.correlation
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
  and s.inherited = (c.relkind = 'p')
where n.nspname = %s and c.relname = any(%s) and a.attnum > 0 and not a.attisdropped
"""
_INDEXED = """
select c.relname, a.attname from pg_index x
join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class i on i.oid = x.indexrelid join pg_am on pg_am.oid = i.relam
join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
where n.nspname = %s and c.relname = any(%s) and x.indisvalid and x.indpred is null
  and pg_am.amname in ('btree', 'brin')
"""


def statistics(connection: Connection, config: Config, tables: Collection[str]) -> dict[str, TableStatistics]:
    """The statistics by table, without tables that do not exist. Reads only catalogs, in one short transaction."""
    schema, names = config["platform.schema"], sorted(tables)
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        found = connection.execute(_TABLES, [schema, names]).fetchall()
        columns = connection.execute(trusted(_COLUMNS), [schema, names]).fetchall()
        indexed = connection.execute(_INDEXED, [schema, names]).fetchall()
    result = {}
    for table, kind, pages, rows, unknown_pages, width in found:
        guessed = ""
        if kind in ("v", "f"):
            rows, guessed = _planned(connection, schema, table), "is a view: rows by the planner's estimate"
        elif unknown_pages:  # reltuples -1
            rows += unknown_pages * BLOCK / (ROW_OVERHEAD + width)
            guessed = "was never analyzed: rows estimated from its pages"
        known = {
            name: ColumnStatistics(of, _distinct(distinct, rows), nulls, width, tuple(bounds or ()), correlation)
            for owner, name, of, distinct, nulls, width, bounds, correlation in columns
            if owner == table
        }
        begun_with = frozenset(of for owner, of in indexed if owner == table)
        result[table] = TableStatistics(rows, pages, guessed, known, kind, begun_with)
    return result


def _distinct(n_distinct: float | None, rows: float) -> float | None:
    """The number of distinct values; None if unknown (0). A negative ``n_distinct`` is a share of the rows."""
    if not n_distinct:
        return None
    return -n_distinct * rows if n_distinct < 0 else n_distinct


def _planned(connection: Connection, schema: str, view: str) -> float:
    """The planner's estimate of a view's rows; 0 if the role may not read it."""
    try:
        with connection.transaction():
            local_settings(connection, READ_SETTINGS)
            query = f"explain (format json) select * from {quote_name(schema)}.{quote_name(view)}"
            row = connection.execute(trusted(query)).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return 0.0
    assert row
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return float(plan[0]["Plan"]["Plan Rows"])


def source_now(connection: Connection) -> datetime:
    """The current time of the platform's database."""
    row = connection.execute("select now()").fetchone()
    assert row
    now: datetime = row[0]
    return now.astimezone(UTC)
