"""Reads what `gendash init` looks at: tables with types, keys and foreign keys, and samples of values."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from psycopg import errors, sql

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.platform.columns import BASE_TYPE, READ_SETTINGS, TIMEOUT_S
from gendash.engine.platform.proposing.evidence.in_json import AS_JSON
from gendash.engine.platform.proposing.proposal import TableSeen

SAMPLED = 2000  # rows from either end of a table
DOCUMENTS = 50  # values of a column of JSON
FEWEST = 20  # rows of which a share is evidence
LONGEST = 40  # letters of a value; longer ones are no words
SLOW_S, QUICK_S = 30.0, 0.2  # of all questions to rows together, without a share that each may take
LONGEST_COMMENT = 500  # letters of a column's comment
_CONSTANT = re.compile(r"(?:[(]?(-?[0-9.]+)[)]?|'([^']+)')(?:::.+)?$")  # a default that is a number or a word
# not allowed, not in time, or values that cannot be compared: no evidence, and no reason to stop
_NO_ANSWER = (errors.QueryCanceled, errors.LockNotAvailable, errors.ProgrammingError, errors.DataError)
_Reference = tuple[tuple[str, str], str, tuple[str, str, str], tuple[tuple[str, str], ...]]

NO_LIMITS: Mapping[str, str] = {}  # beside those of READ_SETTINGS

_TABLES = """
select n.nspname, c.relname,
  case when c.reltuples > 0 then c.reltuples when c.relkind in ('r', 'm') then ceil(pg_relation_size(c.oid) / 100.0)
    when c.relkind = 'p' then (
      select sum(case when p.reltuples > 0 then p.reltuples else ceil(pg_relation_size(p.oid) / 100.0) end)
      from pg_partition_tree(c.oid) t join pg_class p on p.oid = t.relid where t.isleaf)
    else 1 end::float8,
  array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any (
    (select k.columns from pg_index i cross join lateral (select (i.indkey::int2[])[0:i.indnkeyatts - 1] as columns) k
    where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null and not exists (
      select from pg_attribute n where n.attrelid = c.oid and n.attnum = any (k.columns) and not n.attnotnull)
    order by i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1)::int2[]) order by a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname not like 'pg\\_%%'
  and n.nspname not in ('information_schema', %s) and has_schema_privilege(n.oid, 'usage')
"""
_COLUMNS = f"""
select n.nspname, c.relname, a.attname, case when t.typtype = 'e' then 'enum' else format_type(t.oid, null) end,
  left(col_description(c.oid, a.attnum), {LONGEST_COMMENT}), pg_get_expr(d.adbin, d.adrelid)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = {BASE_TYPE} left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and a.attnum > 0 and not a.attisdropped
  and n.nspname not like 'pg\\_%%' and n.nspname not in ('information_schema', %s)
order by a.attnum
"""
_REFERENCES = """
select n.nspname, c.relname, fn.nspname, f.relname,
  array_agg(a.attname::text order by k.n), array_agg(fa.attname::text order by k.n)
from pg_constraint x join pg_class c on c.oid = x.conrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class f on f.oid = x.confrelid join pg_namespace fn on fn.oid = f.relnamespace
cross join unnest(x.conkey, x.confkey) with ordinality as k (own, other, n)
join pg_attribute a on a.attrelid = c.oid and a.attnum = k.own
join pg_attribute fa on fa.attrelid = f.oid and fa.attnum = k.other
where x.contype = 'f'
group by n.nspname, c.relname, fn.nspname, f.relname, x.oid order by array_length(x.conkey, 1) desc, x.oid
"""


def read_snapshot(connection: Connection, own: str) -> list[TableSeen]:
    """All tables outside of PostgreSQL's schemas and of ``own``, gendash's. Reads only the catalogs."""
    with connection.transaction():
        local_settings(connection, READ_SETTINGS)
        tables = connection.execute(_TABLES, [own]).fetchall()
        columns = connection.execute(trusted(_COLUMNS), [own]).fetchall()
        references = [_reference(*row) for row in connection.execute(_REFERENCES).fetchall()]
    named = {
        place: {column: (to, beside) for other, column, to, beside in references if other == place}
        for place, *_ in references
    }
    return [
        TableSeen(
            schema,
            name,
            {column: kind for *place, column, kind, _, _ in columns if place == [schema, name]},
            keys[0] if len(keys) == 1 else "",
            tuple(keys),
            {column: to for column, (to, _) in named.get((schema, name), {}).items()},
            rows,
            beside={column: beside for column, (_, beside) in named.get((schema, name), {}).items() if beside},
            comments={column: said for *place, column, _, said, _ in columns if said and place == [schema, name]},
            defaults={
                column: found[1] or found[2]
                for *place, column, _, _, value in columns
                if place == [schema, name] and (found := _CONSTANT.match(value or ""))
            },
        )
        for schema, name, rows, keys in tables
    ]


def _reference(schema: str, name: str, to_schema: str, to: str, own: list[str], other: list[str]) -> _Reference:
    """A foreign key by its column whose name differs from that of what it names; the others are beside it."""
    pairs = list(zip(own, other, strict=True))
    column, key = next((pair for pair in reversed(pairs) if pair[0] != pair[1]), pairs[-1])
    return (schema, name), column, (to_schema, to, key), tuple(pair for pair in pairs if pair != (column, key))


_OPENERS: LiteralString = """
with talks as (select distinct r.talk from (select {talk} as talk from {table} limit {rows}) r limit {some}),
said as (
  select ({value})::text as value, row_number() over (partition by m.{talk} order by m.{time}) as n
  from {table} m join talks t on t.talk = m.{talk})
select value, count(*) filter (where n = 1), count(*) from said where value is not null group by 1
"""
_KNOWN: LiteralString = """
select avg((exists (select from {to} k where k.{key}{kind} = s.value{kind}))::int)::float8 from (
  select distinct value from (select {column} as value from {table} where {column} is not null limit {rows}) r
  limit {some}) s
"""
_UNIQUE: LiteralString = """
select count(*) > 1 and count(*) = count(distinct value) from (select {column} as value from {table} limit {rows}) r
"""
_SHARE: LiteralString = """
select avg(({holds})::int)::float8 from (select * from {table} limit {rows}) {alias} where {given}
having count(*) >= {fewest}
"""


class Samples:
    """What `gendash init` asks of the platform's rows, each question with its own time limit.

    A limit is at most a part of the time that is left for slow ones, so that many of them do not add up.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._left_s = SLOW_S

    def __call__(self, one: TableSeen, columns: Sequence[str], /) -> Mapping[str, Sequence[object]]:
        """Some distinct values of columns, by column."""
        with self._limited(len(columns)) as limits:
            return sample_values(self.connection, one, columns, limits)

    @contextmanager
    def _limited(self, statements: int = 1) -> Iterator[Mapping[str, str]]:
        """The settings of the next question; the time that it takes beyond a quick one is no longer left for others."""
        limit_s, begun = max(0.1, min(TIMEOUT_S, self._left_s / 6)), time.monotonic()
        locked_s = min(1.0, limit_s)
        yield {"statement_timeout": f"{limit_s * 1000:.0f}ms", "lock_timeout": f"{locked_s * 1000:.0f}ms"}
        spent_s = time.monotonic() - begun - QUICK_S * statements
        self._left_s -= min(self._left_s, max(0.0, spent_s))

    def openers(self, one: TableSeen, talk: str, time: str, value: str) -> Mapping[str, tuple[int, int]]:
        """By a value of SQL over ``m`` how many of some conversations it opens, and how many of their rows have it."""
        found = self._rows(
            _OPENERS, one, talk=sql.Identifier(talk), time=sql.Identifier(time), value=sql.SQL(trusted(value))
        )
        return {value: (opens, rows) for value, opens, rows in found}

    def known(self, one: TableSeen, column: str, to: TableSeen, key: str) -> float | None:
        """The share of some distinct values of a column that are keys of another table; None if there is no value."""
        names = {"column": sql.Identifier(column), "to": sql.Identifier(*to.stored_place), "key": sql.Identifier(key)}
        for kind in ("", "::text"):  # by an index where the types are alike
            for (share,) in self._rows(_KNOWN, one, kind=sql.SQL(kind), **names):
                return None if share is None else float(share)
        return None

    def share(self, one: TableSeen, alias: str, holds: str, given: str = "true") -> float | None:
        """The share of some rows for which a condition holds, of those with another; None if there are too few."""
        parts = {"holds": sql.SQL(trusted(holds)), "given": sql.SQL(trusted(given)), "alias": sql.Identifier(alias)}
        rows = self._rows(_SHARE, one, fewest=sql.Literal(FEWEST), **parts)
        return next((float(share) for (share,) in rows if share is not None), None)

    def unique(self, one: TableSeen, column: str) -> bool:
        """True if no value of a column occurs twice in a sample of rows."""
        return any(found for (found,) in self._rows(_UNIQUE, one, column=sql.Identifier(column)))

    def _rows(self, query: LiteralString, one: TableSeen, **parts: sql.Composable) -> list[tuple[Any, ...]]:
        names = {
            "table": sql.Identifier(*one.stored_place),
            "rows": sql.Literal(SAMPLED),
            "some": sql.Literal(DOCUMENTS),
        }
        with self._limited() as limits:
            try:
                with self.connection.transaction():
                    local_settings(self.connection, {**READ_SETTINGS, **limits})
                    return self.connection.execute(sql.SQL(query).format(**names, **parts)).fetchall()
            except _NO_ANSWER:
                return []


def sample_values(
    connection: Connection, table: TableSeen, columns: Sequence[str], limits: Mapping[str, str] = NO_LIMITS
) -> Mapping[str, Sequence[object]]:
    """Some distinct values of columns, by column, None among them if some are NULL; long texts are left out.

    A column of texts that may hold JSON is asked for as ``column::jsonb``; it has no values if one is no JSON.

    Both ends of a table are looked at, since the oldest rows may have other words. A column that may not be read, or
    whose table does not answer in time, has none.
    """
    found: dict[str, Sequence[object]] = {}
    for column in columns:
        name = sql.Identifier(column)
        if column.endswith(AS_JSON) or table.columns[column] in ("json", "jsonb"):
            found[column] = _documents(connection, table, column.removesuffix(AS_JSON), limits)
            continue
        value = name if table.columns[column].startswith(_PLAIN) else sql.SQL("{}::text").format(name)
        rows = sql.SQL("(select {0} as one from {1} limit {2})").format(
            value, sql.Identifier(*table.stored_place), SAMPLED
        )
        if table.key:
            last = sql.SQL("(select {0} as one from {1} order by {2} desc limit {3})").format(
                value, sql.Identifier(*table.stored_place), sql.Identifier(table.key), SAMPLED
            )
            rows = sql.SQL("{} union all {}").format(rows, last)
        query = sql.SQL("select one from ({}) as given group by one order by count(*) desc limit 60")
        try:
            with connection.transaction():
                local_settings(connection, {**READ_SETTINGS, **limits})
                given = [one for (one,) in connection.execute(query.format(rows)).fetchall()]
        except _NO_ANSWER:
            continue
        found[column] = [one for one in given if not isinstance(one, str) or len(one) <= LONGEST]
    return found


def _documents(connection: Connection, table: TableSeen, column: str, limits: Mapping[str, str]) -> list[object]:
    """Some values of a column of JSON, as Python's."""
    name, place = sql.Identifier(column), sql.Identifier(*table.stored_place)
    # spread over the first rows, which may be those of one conversation or of one side, and not at even steps
    query = sql.SQL(
        "select one::text from (select {0} as one, row_number() over () as n from (select {0} from {1} "
        "where {0} is not null limit {2}) r) s order by md5(n::text) limit {3}"
    ).format(name, place, SAMPLED, DOCUMENTS)
    try:
        with connection.transaction():
            local_settings(connection, {**READ_SETTINGS, **limits})
            return [json.loads(one) for (one,) in connection.execute(query).fetchall()]
    except (*_NO_ANSWER, ValueError):
        return []


_PLAIN = ("smallint", "integer", "bigint", "numeric", "double", "real", "boolean")
