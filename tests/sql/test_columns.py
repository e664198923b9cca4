"""What queries really give on PostgreSQL, against their headers; and the resolver of columns against PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import yaml

from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions import audits as audit_headers
from gendash.engine.definitions.audits import places
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.references import resolve_references
from gendash.engine.languages import sql_types
from gendash.engine.languages.sql_columns import read_columns_of
from gendash.engine.languages.sql_scope import UNKNOWN, Source
from gendash.engine.model import Relation
from gendash.engine.platform.columns import read_columns
from gendash.engine.store.migrate import migrate

ALL_ON = yaml.safe_dump({"features": {name: True for name, _, _ in FEATURES}})


@pytest.fixture(scope="module")
def store(postgres: Server) -> Iterator[Catalog]:
    """All features over the reference platform, migrated."""
    name = "test_columns"
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"create database {name}")
        with psycopg.connect(postgres.url(name), autocommit=True) as connection:
            connection.execute((PACKAGED / "demo" / "platform.sql").read_bytes())
        catalog = load_catalog(load_config(ALL_ON, environ={"GENDASH_DATABASE_URL": postgres.url(name)}))
        migrate(catalog.config, catalog)
        yield catalog
        admin.execute(f"drop database {name} with (force)")


def described(connection: psycopg.Connection[object], query: str) -> dict[str, str]:
    """Names and types of a query's columns as PostgreSQL gives them."""
    cursor = connection.execute(f"select * from (\n{query}\n) as q limit 0".encode())
    types = dict(connection.execute("select oid, format_type(oid, null) from pg_type").fetchall())  # type: ignore[arg-type]
    return {column.name: sql_types.plain(types[column.type_code]) for column in cursor.description or ()}


def test_every_query_gives_the_columns_and_types_that_its_header_declares(store: Catalog) -> None:
    wrong = []
    with psycopg.connect(store.config["database_url"], autocommit=True) as connection:
        present = read_columns(connection, store).present
        for relation in (one for one in store.relations.values() if one.kind != "table"):
            if relation.kind == "audit" and places(relation)[0] == "prometheus":
                continue
            staging = relation if relation.kind == "staging" else None
            texts = audit_headers.queries(relation)[:1] if relation.kind == "audit" else relation.text.split(";\n")
            for text in texts:
                query = resolve_references(text, store.names, staging, present).text.rstrip().rstrip(";")
                wrong += differences(relation, described(connection, query))
    assert wrong == []


def differences(relation: Relation, given: dict[str, str]) -> list[tuple[str | None, ...]]:
    """(file, column, declared, given) of each column that is not as its header says."""
    if relation.kind == "audit":
        return [(relation.path, key, "a key", None) for key in audit_headers.find_key(relation) if key not in given]
    declared = {name: sql_types.plain(of["type"]) for name, of in relation.columns.items() if not of.get("hash_of")}
    return [
        (relation.path, name, declared.get(name), given.get(name))
        for name in sorted(declared.keys() | given.keys())
        if declared.get(name) != given.get(name)
    ]


def test_a_header_that_lies_is_found(store: Catalog) -> None:
    relation = store.relations["llm_spend_day"]
    given = {name: sql_types.plain(of["type"]) for name, of in relation.columns.items()}
    name = next(iter(given))
    assert differences(relation, given) == []
    assert differences(relation, given | {name: "other"}) == [(relation.path, name, given[name], "other")]
    assert differences(relation, given | {"more": "text"}) == [(relation.path, "more", None, "text")]


TABLES = """
create table users (id uuid, role text, age int, born date, seen timestamptz, tags text[], meta jsonb, score numeric);
create table calls (call_id bigint, user_id uuid, started timestamptz, cost numeric, tokens int, model text);
create type pair as (left_part int, right_part text);
create table pairs (id bigint, both_parts pair, list pair[]);
create function found() returns setof users language sql as 'select * from users';
create function made(out a int, out b text) language sql as $$ select 1, 'x' $$;
create function letters() returns setof text language sql as $$ select 'x' $$;
"""
VALID = r"""
select id, role from users u
select u.* from users u
select * from users join calls on users.id = calls.user_id
select u.id, c.cost from users u, calls c where u.id = c.user_id
select role, count(*) from users group by role having count(*) > 1 order by count desc
select role as kind, count(*) n from users group by kind order by n desc, kind
select role as age from users order by age
select u.role as r from users u order by r, u.age
select count(*) filter (where age > 3) from users
select (select max(cost) from calls c where c.user_id = u.id) from users u
select exists (select from calls where user_id = users.id), array(select cost from calls) from users
select id in (select user_id from calls) from users
select x.n from users u cross join lateral (select count(*) n from calls where user_id = u.id) x
select x.n from users u left join lateral (select count(*) n from calls c where c.user_id = u.id) x on true
select tag from users, unnest(tags) tag
select t.tag, t.at from users u, unnest(u.tags) with ordinality as t (tag, at)
select tag, ordinality from users, unnest(tags) with ordinality tag
select g from generate_series(1, 3) g
select g.day::date from generate_series(timestamp '2026-01-01', timestamp '2026-01-03', interval '1 day') as g (day)
select generate_series from generate_series(1, 3)
select e.key, e.value from users, jsonb_each(meta) e
select key, value ->> 'x' from users, jsonb_each(meta)
select element ->> 'x' from users, jsonb_array_elements(meta) element
select value from users, jsonb_array_elements_text(meta)
select v.a, v.b from (values (1, 'x'), (2, 'y')) v (a, b)
select column1, column2 from (values (1, 'x')) v
with a as (select role, age from users) select role, sum(age) from a group by 1
with a (x, y) as (select role, age from users), b as (select x, max(y) m from a group by x) select b.x, m from b
with recursive t (n) as (select 1 union all select n + 1 from t where n < 5) select n from t
with recursive t as (select 1 as n, 'x' as w union all select t.n + 1, t.w from t where t.n < 5) select n, w from t
with a as (select 1 as x) select x from (with a as (select 2 as y) select y as x from a) s
with a as materialized (select id from users) select u.role from users u join a using (id)
select id, role from users join (select user_id as id, cost from calls) c using (id)
select * from users natural join (select user_id as id, cost from calls) c
select j.id, role from users join (select user_id as id from calls) c using (id) as j
select j.role, j.cost from (users u join calls c on u.id = c.user_id) as j
select j.x, j.y from (values (1, 2)) as j (x, y)
select a.role, b.role from users a left join users b on a.age = b.age
select coalesce(a.id, b.user_id) from users a full join calls b on a.id = b.user_id
select u from users u
select row_to_json(u) from users u
select count(u), count(distinct u.role) from users u
select to_jsonb(u) ->> 'role' from users u
select (u).role from users u
select (both_parts).left_part from pairs
select (p.both_parts).* from pairs p
select l.left_part from pairs, unnest(list) l
select role from users union select model from calls order by role
select role, age from users union all select model, tokens from calls order by 2
select role from users union all (select model from calls limit 1) order by 1 limit 3
select 1 as n union all select 2.5
select null as x union all select cost from calls
select null::text as role union all select role from users
(select role from users) except (select model from calls) intersect select 'x'
select sum(age) over w, avg(score) over (partition by role) from users window w as (order by seen)
select rank() over (order by sum(age) desc) from users group by role
select distinct on (role) role, seen from users order by role, seen desc
select case when age > 3 then 'old' else role end from users
select case role when 'x' then 1 else 2.5 end from users
select seen - interval '1 day', born + 1, born - date '2026-01-01', seen - now() from users
select born - interval '1 day', seen at time zone 'UTC', extract(epoch from seen) from users
select date_trunc('day', seen), date_trunc('day', seen, 'UTC'), date_trunc('month', born) from users
select percentile_cont(0.5) within group (order by age), mode() within group (order by role) from users
select percentile_cont(array[0.5, 0.9]) within group (order by score) from users
select string_agg(role, ',' order by role), array_agg(age) from users
select tags[1], meta -> 'x' -> 0, meta #>> '{a,b}' from users
select (array_agg(role))[1], (array_agg(role order by age))[2:3] from users
select age::text || role, role || age, score * age / 2, -age from users
select role = 'x', role > 'a', age = '3', seen > '2026-01-01', born = '2026-01-01', id = gen_random_uuid() from users
select age between 1 and 2.5, role in ('a', 'b'), age in (1, 2), role = any (tags), age = any (array[1, 2]) from users
select seen::date = born, seen > born, seen = born::timestamp from users
select greatest(age, score), least(1, 2), nullif(role, ''), coalesce(role, 'x') from users
select grouping(role), role, count(*) from users group by grouping sets ((role), ())
select role, age, count(*) from users group by rollup (role, age)
select role as r, count(*) from users group by grouping sets ((r, age), (r))
select f.id, f.role from found() f
select id from found()
select a, b from made()
select m.a from made() as m
select letters from letters()
select l from letters() l
select x.a, x.b from jsonb_to_recordset('[{"a":1}]') as x (a int, b text)
select a.n, b.w from rows from (generate_series(1, 2), letters()) as r (n, w), lateral (select r.n) a, lateral (select r.w) b
select ctid, xmin, u.tableoid::regclass from users u
select current_date, localtimestamp, current_user, now()
select true, null, 1, 'x', 1.5, 12345678901
select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
select c.relname, n.nspname from pg_catalog.pg_class c, pg_catalog.pg_namespace n where n.oid = c.relnamespace
select table_name from information_schema.columns
select u.role from public.users u tablesample system (50)
select public.users.role from public.users
select role from only users
select row(id, role), (id, role) = (id, 'x') from users
select u.id from users u where (u.id, u.age) in (select user_id, tokens from calls)
select role collate "C", upper(role) as up from users order by up
select (select c.cost from calls c where c.user_id = u.id order by c.started limit 1) as first from users u
select u.id from users u where not exists (select 1 from calls c where c.user_id = u.id and c.model = u.role)
select o.id from users o where age > (select avg(i.age) from users i where i.role = o.role)
select a.n from (select count(*) n from users) a, (select max(age) n from users) b where a.n > b.n
select sum(x) from (select age x from users union all select tokens from calls) q
select avg(seen - born) from users
select sum(seen - now()), avg(interval '1 h') from users
select bool_and(age > 3), every(role is null), min(seen), max(born) from users
select role from users for update
select length(role) + age, position('x' in role), substring(role from 1 for 2), trim(both from role) from users
select overlay(role placing 'x' from 1), role like 'x%', role ~ 'x', role similar to 'x' from users
select meta @> '{}', meta ? 'x', tags @> array['x'], tags && array['x'], tags || 'y'::text from users
select make_interval(hours => age), to_char(seen, 'YYYY'), to_timestamp(age), age(seen) from users
select age is distinct from 3, role is null, (age > 3) is true, age isnull from users
select xmlelement(name x, role), json_build_object('a', age) from users
select count(*) n, count(*) filter (where cost is null) from calls group by date_trunc('day', started) order by n
select width_bucket(age, 0, 10, 5), round(score, 2), floor(age / 2.0), ceil(score) from users
select a.id, b.id from users a cross join users b
select t.a from (select 1) as t (a)
select (values (1))
values (1, 'x'), (2, 'y')
table users
"""


@pytest.fixture(scope="module")
def plain_tables(postgres: Server) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("create database test_resolver")
        with psycopg.connect(postgres.url("test_resolver"), autocommit=True) as connection:
            connection.execute(TABLES.encode())
            yield connection
        admin.execute("drop database test_resolver with (force)")


def tables_of(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, Source]:
    rows = connection.execute(
        "select attrelid::regclass::text, attname::text, format_type(atttypid, null) from pg_attribute"
        " where attrelid in ('users'::regclass, 'calls'::regclass, 'pairs'::regclass) and attnum > 0 order by attnum"
    ).fetchall()
    names = {str(table) for table, _, _ in rows}
    return {
        name: Source(tuple((str(column), sql_types.plain(str(kind))) for table, column, kind in rows if table == name))
        for name in names
    }


@pytest.mark.parametrize("query", VALID.strip().splitlines())
def test_what_postgresql_accepts_has_no_fault_and_gives_the_same_columns(
    query: str, plain_tables: psycopg.Connection[tuple[object, ...]]
) -> None:
    try:
        cursor = plain_tables.execute(query.encode())
    except psycopg.errors.FeatureNotSupported as error:
        pytest.skip(f"this PostgreSQL was built without a part: {error}".partition("\n")[0])
    oids = dict(plain_tables.execute("select oid, format_type(oid, null) from pg_type").fetchall())
    given = [(column.name, sql_types.plain(str(oids[column.type_code]))) for column in cursor.description or ()]
    tables = tables_of(plain_tables)
    (source,), faults = read_columns_of(query, lambda _, name: tables.get(name, UNKNOWN))
    assert faults == []
    if not source.is_open:
        assert [name for name, _ in source.columns] == [name for name, _ in given]
        assert [
            (one, real) for one, real in zip(source.columns, given, strict=True) if one[1] not in ("", real[1])
        ] == []
