"""Reads what `gendash init` looks at: tables with types, keys and foreign keys, and samples of values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from psycopg import errors, sql

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.platform.columns import BASE_TYPE, READ_SETTINGS
from gendash.engine.platform.proposing.in_json import AS_JSON
from gendash.engine.platform.proposing.proposal import TableSeen

SAMPLED = 2000  # rows from either end of a table
DOCUMENTS = 50  # values of a column of JSON
LONGEST = 40  # letters of a value; longer ones are no words

_TABLES = """
select n.nspname, c.relname,
  case when c.reltuples > 0 then c.reltuples when c.relkind in ('r', 'm') then ceil(pg_relation_size(c.oid) / 100.0)
    else 1 end::float8,
  array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
    where i.indrelid = c.oid and i.indisprimary order by a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname not like 'pg\\_%%'
  and n.nspname not in ('information_schema', %s) and has_schema_privilege(n.oid, 'usage')
"""
_COLUMNS = f"""
select n.nspname, c.relname, a.attname, case when t.typtype = 'e' then 'enum' else format_type(t.oid, null) end
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = {BASE_TYPE}
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and a.attnum > 0 and not a.attisdropped
  and n.nspname not like 'pg\\_%%' and n.nspname not in ('information_schema', %s)
order by a.attnum
"""
_REFERENCES = """
select n.nspname, c.relname, a.attname, fn.nspname, f.relname, fa.attname
from pg_constraint x join pg_class c on c.oid = x.conrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class f on f.oid = x.confrelid join pg_namespace fn on fn.oid = f.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = x.conkey[1]
join pg_attribute fa on fa.attrelid = f.oid and fa.attnum = x.confkey[1]
where x.contype = 'f' and array_length(x.conkey, 1) = 1
"""


def read_snapshot(connection: Connection, own: str) -> list[TableSeen]:
    """All tables outside of PostgreSQL's schemas and of ``own``, gendash's. Reads only the catalogs."""
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        tables = connection.execute(_TABLES, [own]).fetchall()
        columns = connection.execute(trusted(_COLUMNS), [own]).fetchall()
        references = connection.execute(_REFERENCES).fetchall()
    return [
        TableSeen(
            schema,
            name,
            {column: kind for *place, column, kind in columns if place == [schema, name]},
            keys[0] if len(keys) == 1 else "",
            tuple(keys),
            {row[2]: (row[3], row[4], row[5]) for row in references if row[:2] == (schema, name)},
            rows,
        )
        for schema, name, rows, keys in tables
    ]


def sample_values(connection: Connection, table: TableSeen, columns: Sequence[str]) -> Mapping[str, Sequence[object]]:
    """Some distinct values of columns, by column, None among them if some are NULL; long texts are left out.

    A column of texts that may hold JSON is asked for as ``column::jsonb``; it has no values if one is no JSON.

    Both ends of a table are looked at, since the oldest rows may have other words. A column that may not be read, or
    whose table does not answer in time, has none.
    """
    found: dict[str, Sequence[object]] = {}
    for column in columns:
        name = sql.Identifier(column)
        if column.endswith(AS_JSON) or table.columns[column] in ("json", "jsonb"):
            found[column] = _documents(connection, table, column.removesuffix(AS_JSON))
            continue
        value = name if table.columns[column].startswith(_PLAIN) else sql.SQL("{}::text").format(name)
        rows = sql.SQL("(select {0} as one from {1} limit {2})").format(
            value, sql.Identifier(table.schema, table.name), SAMPLED
        )
        if table.key:
            last = sql.SQL("(select {0} as one from {1} order by {2} desc limit {3})").format(
                value, sql.Identifier(table.schema, table.name), sql.Identifier(table.key), SAMPLED
            )
            rows = sql.SQL("{} union all {}").format(rows, last)
        query = sql.SQL("select one from ({}) as given group by one order by count(*) desc limit 60")
        try:
            with connection.transaction():
                local_settings(connection, READ_SETTINGS)
                given = [one for (one,) in connection.execute(query.format(rows)).fetchall()]
        except (errors.QueryCanceled, errors.InsufficientPrivilege, errors.LockNotAvailable):
            continue
        found[column] = [one for one in given if not isinstance(one, str) or len(one) <= LONGEST]
    return found


def _documents(connection: Connection, table: TableSeen, column: str) -> list[object]:
    """Some values of a column of JSON, as Python's."""
    name, place = sql.Identifier(column), sql.Identifier(table.schema, table.name)
    query = sql.SQL("select {0}::text from {1} where {0} is not null limit {2}").format(name, place, DOCUMENTS)
    try:
        with connection.transaction():
            local_settings(connection, READ_SETTINGS)
            return [json.loads(one) for (one,) in connection.execute(query).fetchall()]
    except (errors.QueryCanceled, errors.InsufficientPrivilege, errors.LockNotAvailable, ValueError):
        return []


_PLAIN = ("smallint", "integer", "bigint", "numeric", "double", "real", "boolean")
