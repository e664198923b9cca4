"""A platform whose tables lie on another server (postgres_fdw), and whose metadata is an hstore."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
FAR = """
create extension hstore;
create table people (id text primary key, role text, is_active boolean, created_at timestamptz);
create table talks (id text primary key, user_id text, created_at timestamptz);
create table posts (id bigint primary key, conversation_id text, role text, meta hstore, created_at timestamptz);
insert into people select 'u' || n, 'member', true, '2026-03-01' from generate_series(1, 5) n;
insert into talks select 'c' || n, 'u' || n % 5 + 1, timestamptz '2026-03-01 08:00+0' + n * interval '9 hours'
  from generate_series(1, 40) n;
insert into posts select n, 'c' || n % 40 + 1, (array['user', 'assistant'])[1 + n % 2],
  hstore('input_mode', 'voice'), timestamptz '2026-03-05 00:00+0' + n * interval '40 minutes' from generate_series(1, 500) n;
"""
NEAR = """
create extension hstore; create extension postgres_fdw; create schema app;
create server far foreign data wrapper postgres_fdw options (host '{host}', port '{port}', dbname '{dbname}');
create user mapping for current_user server far options (user '{user}', password '{password}');
import foreign schema public limit to (people, talks, posts) from server far into app;
"""
SETTINGS = """
platform:
  schema: app
  tables: {users: people, conversations: talks, messages: posts}
  columns:
    users: {user_id: id, first_name: "= null", last_name: "= null", email: "= null", updated_at: "= null"}
    conversations: {conversation_id: id, is_voice: "= false", metadata: "= null"}
    messages: {message_id: id, metadata: meta}
features: {documents: false, tickets: false, feedback: false}
prometheus_url: none
langfuse: {base_url: none}
"""
FIGURES = {
    "select date_trunc('hour', created_at), role, count(*) from posts group by 1, 2 order by 1, 2": (
        "select hour, role, sum(messages)::bigint from gendash.message_hour group by 1, 2 order by 1, 2"
    ),
    "select id, user_id, created_at from talks order by 1": (
        "select conversation_id, user_id, created_at from gendash.conversation_entity order by 1"
    ),
    "select count(*) from people": "select count(*) from gendash.user_entity",
}


@pytest.mark.parametrize("small", [1024, -1], ids=["whole", "in parts"])
def test_each_figure_equals_plain_sql_where_the_tables_lie(
    new_database: Callable[[], str], definitions: Callable[..., Catalog], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "SMALL_PAGES", small)
    far, near = new_database(), new_database()
    where = {"host": "127.0.0.1", "port": "5432", "password": "", **conninfo_to_dict(far)}
    with psycopg.connect(far, autocommit=True) as there, psycopg.connect(near, autocommit=True) as here:
        there.execute(FAR.encode())
        here.execute(NEAR.format(**where).encode())
        catalog = definitions(near, SETTINGS)
        migrate(catalog.config, catalog)

        def equal() -> None:
            for plain, stored in FIGURES.items():
                expected = there.execute(plain.encode()).fetchall()
                assert expected and here.execute(stored.encode()).fetchall() == expected, stored

        for options in ({}, {"compare": True}):
            assert [one.error for one in refresh(catalog.config, catalog, at=NOW, **options) if one.error] == []
            equal()
        there.execute("delete from posts where id = 7")
        there.execute("insert into posts values (9001, 'c2', 'user', '', '2026-03-06 10:00+0')")
        there.execute("update talks set user_id = 'u3' where id = 'c9'")
        assert [one.error for one in refresh(catalog.config, catalog, at=NOW, compare=True) if one.error] == []
        equal()
        assert {one.name: one.error for one in audit(catalog, at=NOW) if one.state == "failed"} == {}
