"""What `check` says of a query is what PostgreSQL says: groups, literals, divisions by 0, conditions, alternatives."""

from __future__ import annotations

import psycopg
import pytest

from gendash.engine.languages.sql_columns import read_columns_of
from gendash.engine.languages.sql_scope import UNKNOWN, Source

COLUMNS = (
    ("status", "text"),
    ("day", "date"),
    ("n", "bigint"),
    ("at", "timestamptz"),
    ("ok", "boolean"),
    ("cost", "numeric"),
    ("id", "uuid"),
    ("j", "jsonb"),
    ("tags", "text[]"),
)
TABLES = {"t": Source(COLUMNS), "u": Source(COLUMNS), "k": Source(COLUMNS, key=("n",))}
GOOD = """
select day, status, sum(n) from t group by day, status
select day as d, sum(n) from t group by d
select date_trunc('day', at) as d, sum(n) from t group by date_trunc('day', at)
select date_trunc('day', t.at) as d, sum(n) from t group by date_trunc('day', at)
select (at at time zone 'UTC')::date as d, sum(n) from t group by 1
select (at at time zone 'UTC')::date as d, sum(n) from t group by at
select max(at at time zone 'UTC'), max(at) at time zone 'UTC' from t
select extract(hour from at), count(*) from t group by extract(hour from at)
select day, status from t order by 2, 1
select distinct on (1) day, status from t order by 1
select n from t union select n from u order by 1
select date_trunc('day', at) + interval '1 day' as d, sum(n) from t group by date_trunc('day', at)
select n, count(*) from t join u using (n) group by n
select t.n, count(*) from t join u using (n) group by n
select status, count(*) filter (where ok) from t group by status
select status, sum(sum(n)) over (partition by status) from t group by status
select status, n from k group by n
select * from k group by n
select k.status, t.day, count(*) from k join t on true group by k.n, t.day
select 1 from t having count(*) > 1
select status from t group by status order by count(*)
select status, (select max(u.n) from u where u.day = t.day) from t group by status, day
select status, exists (select from u where u.status = t.status) from t group by status
select coalesce(status, 'x') as status, count(*) from t group by coalesce(status, 'x')
select coalesce(status, 'x') as status, count(*) from t group by 1
select coalesce(status, 'x') as s, count(*) from t group by s
select coalesce(status, 'x') as status, count(*) from t group by status
select day, count(*) from t group by grouping sets ((day), ())
select day, status, count(*) from t group by cube (day, status)
select grouping(day), day from t group by day
select case when n > 1 then status else 'x' end, count(*) from t group by 1
select percentile_cont(0.5) within group (order by n) from t
select string_agg(status, ',' order by day) from t
select array_agg(status) from t group by day
select n + 1, count(*) from t group by n
select n + 1, count(*) from t group by n + 1
select upper(status) from t group by status
select x.n, count(*) from (select n, status from t) x group by x.n
select g, count(*) from generate_series(1, 3) g group by g
select count(t) from t
select json_agg(t) from t
select day::text, count(*) from t group by day
select day::text, count(*) from t group by day::text
select cast(day as text), count(*) from t group by day::text
select 1 as one, count(*) from t
select now(), count(*) from t
select 'a' as name, max(n) from t
select min(day), 5 / nullif(count(*), 0) from t
select l.x, count(*) from t, lateral (select t.n + 1 as x) l group by l.x
select status from t group by (status)
select status, day from t group by (status, day)
select a.n from t a group by a.n, a.day order by a.day
select n from t where day > 'today'
select n from t where day > '1 January 2026'
select n from t where at > 'yesterday'
select n from t where at > '2026-01-01T10:00:00Z'
select n from t where at > '2026-01-01 10:00 Europe/Berlin'
select n from t where at > '20260101'
select n from t where at > 'infinity'
select n from t where n = '12'
select n from t where n = ' 12 '
select n from t where cost = '1.5e3'
select n from t where cost = 'NaN'
select n from t where cost = '-Infinity'
select n from t where cost = '.5'
select n from t where ok = 'yes'
select n from t where ok = 'tr'
select n from t where ok
select n from t where not ok
select n from t where 'true'
select n from t where id = '123e4567-e89b-12d3-a456-426614174000'
select n from t where id = '{123e4567e89b12d3a456426614174000}'
select n from t where j = '{"a": 1}'
select n from t where j = '"a"'
select n from t where tags = '{x}'
select n from t where tags @> '{x}'
select n from t where status in ('1', '2')
select n from t where n between 1 and 5
select n from t where n = any(array[1, 2])
select n from t where n = any('{1,2}')
select n from t where status = any(array['a', 'b'])
select n from t where n is not distinct from 5
select nullif(status, 'x') from t
select coalesce(n, '0') from t
select coalesce(n, 0) from t
select coalesce(day, at) from t
select coalesce(null, n) from t
select greatest(n, cost) from t
select case when ok then n else '0' end from t
select case when ok then null else n end from t
select date '2026-01-01'
select '5'::int
select ' 5'::bigint
select interval '1 day'
select interval '90 min'
select interval '1 h 30 m'
select interval '1.5 hours ago'
select interval 'P1D'
select interval '1:30'
select interval '1 mon'
select interval '@ 1 minute'
select interval '5'
select 'x'::text
select '[1]'::jsonb
select '1 day'::interval hour
select n + '1' from t
select n * '2' from t
select at - interval '1 day' from t
select at + '1 day' from t
select '1 day' + at from t
select at - '2026-01-01' from t
select day - '2026-01-01' from t
select interval '1 day' + '2 days'
select k, count(*) from k group by n
select (select json_agg(t) from u) from t
select day from t join k using (n, day)
select k.n from t join u using (n) join k using (n)
select n / nullif(0, 0) from t
select n / 10 from t
select n / 0.5 from t
select n / 1e0 from t
select mod(n, 2) from t
select 0 / n from t
select date_trunc('days', at) from t
select date_trunc('week', at) from t
select extract(epoch from at) from t
select extract(dow from at) from t
select extract(hours from at) from t
select date_part('isodow', at) from t
select status from t union select 'x'
select n from t union select '5'
select * from (values (1, 'a'), (2, 'b')) v (n, s)
select array['a', 'b']
select t.n from t join u on true
select t.n from t where t.n in (select n from u)
select t.n from t where (select ok from u)
select n from t where status like 'a%' and starts_with(status, 'a')
select n from t where jsonb_exists(j, 'a')
select n from t where j ? 'a'
select n from t where j @> '{"a": 1}'
select n from t where j ->> 'a' = 'b'
select n from t where (j ->> 'a')::int > '5'
select n from t where (j -> 'a') = '"b"'
select n from t where at::date = '2026-01-01'
select n from t where at > now() - interval '7 days'
select n from t where status is null and ok is true
select bool_or(ok) or false from t
select make_interval(days => 3)
select *, 'x' from (select n from t) a union select n, 'y' from t
""".strip().split("\n")
BAD = """
select day, sum(n) from t | 'day' is neither grouped nor aggregated
select day, status, sum(n) from t group by 1 | 'status' is neither grouped nor aggregated
select date_trunc('hour', at) as d, sum(n) from t group by date_trunc('day', at) | 'at' is neither grouped nor aggregated
select count(*), n from t | 'n' is neither grouped nor aggregated
select status, count(*) filter (where n) from t group by status | FILTER of a bigint
select status, sum(n) over (partition by day) from t group by status, n | 'day' is neither grouped nor aggregated
select status, sum(sum(n)) over (order by day) from t group by status | 'day' is neither grouped nor aggregated
select * from t group by n | 'status', 'day', 'at', 'ok', 'cost', 'id', 'j' and 'tags' are neither grouped nor aggregated
select k.status, t.day, count(*) from k join t on true group by k.n | 'day' is neither grouped nor aggregated
select status from t having count(*) > 1 | 'status' is neither grouped nor aggregated
select status from t group by status having day > '2026-01-01' | 'day' is neither grouped nor aggregated
select status from t group by status order by n | 'n' is neither grouped nor aggregated
select status from t order by count(*) | 'status' is neither grouped nor aggregated
select distinct on (day) status from t group by status | 'day' is neither grouped nor aggregated
select status, (select max(u.n) from u where u.day = t.day) from t group by status | 'day' is neither grouped nor aggregated
select day, status, count(*) from t group by rollup (day) | 'status' is neither grouped nor aggregated
select case when n > 1 then status else 'x' end, count(*) from t group by status | 'n' is neither grouped nor aggregated
select day, percentile_cont(0.5) within group (order by n) from t | 'day' is neither grouped nor aggregated
select max(sum(n)) from t group by day | an aggregate of an aggregate
select n from t where sum(n) > 1 | an aggregate in WHERE
select n from t where row_number() over () = 1 | a window function in WHERE
select count(*) from t group by sum(n) | an aggregate in GROUP BY
select n + 2, count(*) from t group by n + 1 | 'n' is neither grouped nor aggregated
select x.status, count(*) from (select n, status from k) x group by x.n | 'status' is neither grouped nor aggregated
select x.s, count(*) from (select n, status as s from t) x group by x.n | 's' is neither grouped nor aggregated
select g, count(*), day from generate_series(1, 3) g cross join t group by g | 'day' is neither grouped nor aggregated
select t.*, count(*) from t group by day | 'status', 'n', 'at', 'ok', 'cost', 'id', 'j' and 'tags' are neither grouped nor aggregated
select day, count(*) from t group by day::text | 'day' is neither grouped nor aggregated
select l.x, t.n, count(*) from t, lateral (select t.n + 1 as x) l group by l.x | 'n' is neither grouped nor aggregated
select status, day from t group by () | 'status' and 'day' are neither grouped nor aggregated
select n from t where day > 'x' | 'x' is no date
select n from t where day > '2026-13-01' | '2026-13-01' is no date
select n from t where day > '2026-02-30' | '2026-02-30' is no date
select n from t where at > '1 day' | '1 day' is no timestamptz
select n from t where at > '7 days' | '7 days' is no timestamptz
select n from t where day = 'tomorow' | 'tomorow' is no date
select n from t where n = 'abc' | 'abc' is no bigint
select n from t where n = '1.5' | '1.5' is no bigint
select n from t where n = '' | '' is no bigint
select n from t where cost = 'much' | 'much' is no numeric
select n from t where ok = 'perhaps' | 'perhaps' is no boolean
select n from t where ok = 'o' | 'o' is no boolean
select n from t where not n | NOT of a bigint
select n from t where ok and n | AND of a bigint
select n from t where ok or 'maybe' | 'maybe' is no boolean
select n from t where 1 | WHERE of a integer
select n from t where id = 'abc' | 'abc' is no uuid
select n from t where j = 'a' | 'a' is no jsonb
select n from t where tags = 'x' | 'x' is no text[]
select n from t where status = 3 | text = integer
select n from t where status in (1, 2) | text = integer
select n from t where n in ('1', 'b') | 'b' is no bigint
select n from t where n not in ('b') | 'b' is no bigint
select n from t where n between 'a' and '5' | 'a' is no bigint
select n from t where status between 1 and 5 | text = integer
select n from t where n = any(array['1', '2']) | bigint = text
select n from t where 'x' = n | 'x' is no bigint
select n from t where n is distinct from 'x' | 'x' is no bigint
select nullif(n, 'x') from t | 'x' is no bigint
select nullif(status, 3) from t | text = integer
select coalesce(n, 'x') from t | 'x' is no bigint
select coalesce(n, status) from t | COALESCE of bigint and text
select greatest(n, 'x') from t | 'x' is no bigint
select least(day, 'x') from t | 'x' is no date
select case status when 3 then 1 end from t | text = integer
select case status when 'a' then 1 else 'x' end from t | 'x' is no integer
select case when n then 1 end from t | WHEN of a bigint
select case when ok then n else status end from t | CASE of bigint and text
select 'x'::date | 'x' is no date
select date 'x' | 'x' is no date
select 'x'::int | 'x' is no integer
select '1 dya'::interval | '1 dya' is no interval
select interval '1 fortnight' | '1 fortnight' is no interval
select interval 'day' | 'day' is no interval
select 'x'::jsonb | 'x' is no jsonb
select 'x'::boolean | 'x' is no boolean
select 'x'::uuid | 'x' is no uuid
select n + 'x' from t | 'x' is no bigint
select n from t limit 'x' | 'x' is no bigint
select n / 0 from t | division by a literal 0
select n % 0 from t | division by a literal 0
select n / 0.0 from t | division by a literal 0
select n / (0) from t | division by a literal 0
select n / -0 from t | division by a literal 0
select n / 0::numeric from t | division by a literal 0
select cost / '0' from t | division by a literal 0
select cost / .0 from t | division by a literal 0
select mod(n, 0) from t | division by a literal 0
select div(cost, 0) from t | division by a literal 0
select interval '1 day' / 0 | division by a literal 0
select date_trunc('dya', at) from t | date_trunc of 'dya'
select extract(fortnight from at) from t | extract of 'fortnight'
select n from t union select 'x' | 'x' is no bigint
select n, 'a' as kind from t union all select 'x', 'b' | 'x' is no bigint
select * from (values (1), ('x')) v | 'x' is no integer
select array[1, 'x'] | 'x' is no integer
select t.n from t join u on t.n = u.n and u.status | AND of a text
select t.n from t join u on t.n | ON of a bigint
select t.n from t where t.n in (select status from u) | bigint = text
select t.n from t where exists (select 1 from u where u.n) | WHERE of a bigint
select sum(n) filter (where status) from t | FILTER of a text
select n from t where lower(status) | WHERE of a text
select n from t where at::date = 'monday' | 'monday' is no date
select n from t where day = '1' | '1' is no date
select n from t where at > '2026' | '2026' is no timestamptz
select at - '1 day' from t | '1 day' is no timestamptz
select day - '7 days' from t | '7 days' is no date
select day - '1' from t | '1' is no date
select (at at time zone 'UTC')::date as d, sum(n) from t | 'at' is neither grouped nor aggregated
select extract(hour from at), count(*) from t group by day | 'at' is neither grouped nor aggregated
select trim(status), count(*) from t | 'status' is neither grouped nor aggregated
select day, count(*) from t group by 3 | GROUP BY 3, but the SELECT list has 2
select day, count(*) from t group by rollup (1, 3) | GROUP BY 3, but the SELECT list has 2
select day, status from t order by 0 | ORDER BY 0, but the SELECT list has 2
select day, status from t order by 3 | ORDER BY 3, but the SELECT list has 2
select distinct on (2) day from t | DISTINCT ON 2, but the SELECT list has 1
select n from t union select n from u order by 2 | ORDER BY 2, but the SELECT list has 1
select day from t order by 'day' | ORDER BY a constant
select day from t group by day, 1.5 | GROUP BY a constant
select day from t order by true | ORDER BY a constant
select '1 day' - at from t | '1 day' is no timestamptz
select at + 'x' from t | 'x' is no interval
select interval '1 day' + 'x' | 'x' is no interval
select interval '1 day' - '2 dyas' | '2 dyas' is no interval
select day + '1' from t | date + a text in quotes
select day + 'x' from t | date + a text in quotes
select '1 day' + day from t | date + a text in quotes
select t, count(*) from t group by n | 'status', 'day', 'at', 'ok', 'cost', 'id', 'j' and 'tags' are neither grouped nor aggregated
select row_to_json(t), count(*) from t group by day | 'status', 'n', 'at', 'ok', 'cost', 'id', 'j' and 'tags' are neither grouped nor aggregated
select n from t group by t | 'n' is neither grouped nor aggregated
select t.day from t join u on true join k using (n) | 'n' occurs twice on one side of USING
select k.day from k join (t cross join u) using (n) | 'n' occurs twice on one side of USING
select t.day from t join u on true natural join (select 1 as n) as one | 'n' occurs twice on one side of USING
""".strip().split("\n")


def faults(query: str) -> list[str]:
    return [one.what for one in read_columns_of(query, lambda _schema, name: TABLES.get(name, UNKNOWN))[1]]


@pytest.mark.parametrize("query", GOOD)
def test_nothing_is_said_of_a_query_that_postgresql_takes(query: str) -> None:
    assert faults(query) == []


@pytest.mark.parametrize("line", BAD)
def test_a_query_that_postgresql_refuses_is_reported(line: str) -> None:
    query, _, what = line.rpartition(" | ")
    assert faults(query) == [what]


def test_a_key_that_is_not_known_may_determine_every_column() -> None:
    unknown = Source(COLUMNS, key=None)
    query = "select status, count(*) from t group by n"
    assert read_columns_of(query, lambda _schema, _name: unknown)[1] == []
    [fault] = read_columns_of("select status, count(*) from t", lambda _schema, _name: unknown)[1]
    assert (fault.what, fault.place) == ("'status' is neither grouped nor aggregated", 7)


def test_a_column_that_may_be_of_the_query_around_is_not_judged() -> None:
    query = "select (select max(a.x) + n from elsewhere a) as m from t"
    assert faults(query) == []


def test_an_aggregate_of_an_extension_is_not_judged() -> None:
    assert faults("select public.approximate(n), count(*) from t") == []


def test_a_literal_that_holds_a_variable_can_be_anything() -> None:
    assert faults("select n from t where day > 'made_up' and n in ('made_up')") == []


def test_postgresql_agrees(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        names = ", ".join(f"{name} {kind}" for name, kind in COLUMNS)
        for table in TABLES:
            key = ", primary key (n)" if table == "k" else ""
            connection.execute(f"create table {table} ({names}{key})".encode())
            values = "'a', '2026-01-01', 1, '2026-01-01', true, 1, gen_random_uuid(), '{}', '{a}'"
            connection.execute(f"insert into {table} values ({values})".encode())
        refused = []
        for query in [*GOOD, *(line.rpartition(" | ")[0] for line in BAD)]:
            try:
                connection.execute(query.encode())
            except psycopg.Error:
                refused.append(query)
    assert refused == [line.rpartition(" | ")[0] for line in BAD]
