"""A platform read through an adapter, on PostgreSQL: rights, slices, plans, and a message that comes late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.platform_names import names_in_text
from gendash.engine.doctor import diagnose
from gendash.engine.doctor.look_database import platform_look
from gendash.engine.doctor.rights import columns_to_grant, grants
from gendash.engine.platform import indexes
from gendash.engine.platform.columns import read_columns
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.preview import look_ahead, preview_text
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh

# two schemas, epoch times, messages inside one JSON column, an old message that came late
SHOP = """
create schema auth;
create table auth.accounts (id bigint primary key, made bigint, login text, secret text);
create table talks (id bigint primary key, owner bigint, begun timestamptz, body jsonb, gone boolean not null default false);
insert into auth.accounts select n, 1773900000 - n * 3600, 'u' || n, 's' from generate_series(1, 40) n;
insert into talks select n, 1 + n % 40, timestamptz '2026-03-20 10:00+00' - n * interval '10 minutes', (select jsonb_agg(jsonb_build_object(
  'id', n || '-' || k, 'who', case when k % 2 = 0 then 'human' else 'bot' end, 'at', 1774000800 - n * 600 + k * 5, 'text', repeat('x', 100)))
  from generate_series(1, 4) k), n % 9 = 0 from generate_series(1, 4000) n;
analyze;
"""
FILES = {
    "users": "select id as user_id, to_timestamp(made) as created_at, login as first_name from auth.accounts",
    "conversations": "select id as conversation_id, owner as user_id, begun as created_at from talks where not gone",
    "messages": """
select m.value ->> 'id' as message_id, t.id as conversation_id,
  case m.value ->> 'who' when 'bot' then 'assistant' else 'user' end as role,
  to_timestamp((m.value ->> 'at')::float8) as created_at
from talks t cross join lateral jsonb_array_elements(t.body) as m (value)
where not t.gone
""",
}
PLAIN = (
    "select date_trunc('hour', to_timestamp((m ->> 'at')::float8)), m ->> 'who' = 'bot', count(*) "
    "from talks, jsonb_array_elements(body) m where not gone group by 1, 2"
)
STORED = "select hour, role = 'assistant', sum(messages) from gendash.message_hour group by 1, 2"


@pytest.fixture
def shop(database: str, tmp_path: Path) -> Callable[..., Catalog]:
    """The catalog of a platform with an adapter of its own; further files by their names."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SHOP.encode())

    def load(url: str = "", settings: str = "", **files: str) -> Catalog:
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        for name, text in {**FILES, **files}.items():
            (folder / f"{name}.sql").write_text(text)
        environ = {"GENDASH_DATABASE_URL": database, **({"GENDASH_SOURCE_URL": url} if url else {})}
        return load_catalog(load_config(f"platform:\n  adapter: ./shop\n{settings}", environ=environ), [], tmp_path)

    return load


def same(url: str) -> bool:
    with psycopg.connect(url) as connection:
        plain, stored = (sorted(connection.execute(one.encode()).fetchall()) for one in (PLAIN, STORED))
    return bool(plain) and plain == stored


def refreshed(catalog: Catalog, **options: bool) -> list[str]:
    return [str(one.error) for one in refresh(catalog.config, catalog, **options) if one.error]


@pytest.mark.parametrize("small", [1024, 1])
def test_messages_inside_json_that_come_late_are_neither_lost_nor_doubled(
    shop: Callable[..., Catalog], database: str, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(read, "SMALL_PAGES", small)  # with 1 the table counts as large, and is cut by time
    monkeypatch.setattr(read, "FIRST_PAGES", 1)  # a cut by blocks would fail
    catalog = shop()
    migrate(catalog.config, catalog)
    assert refreshed(catalog) == []
    assert same(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "update talks set body = body || jsonb_build_array(jsonb_build_object('id', id || '-late', 'who', 'human', "
            "'at', extract(epoch from now())::bigint - id)) where id between 3000 and 3100"
        )
        connection.execute("update talks set body = body - 0 where id between 2000 and 2050")
    assert refreshed(catalog) == []
    assert refreshed(catalog, compare=True) == []
    assert same(database)
    assert refreshed(catalog, full=True) == []
    assert same(database)


def test_the_grants_of_the_syntax_tree_are_enough_and_no_table_is_read_that_they_leave_out(
    shop: Callable[..., Catalog], database: str
) -> None:
    catalog = shop()
    with psycopg.connect(database, autocommit=True) as connection:
        seen = read_columns(connection, catalog)
        connection.execute("drop role if exists shop_reader")
        connection.execute("create role shop_reader login password 'p'")
        statements = grants(catalog.config, columns_to_grant(catalog, seen.columns, ()), "shop_reader")
        assert not any("secret" in one for one in statements)
        assert any('on "auth"."accounts"' in one.replace("auth.accounts", '"auth"."accounts"') for one in statements)
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute(
            sql.SQL("grant temporary on database {} to shop_reader").format(sql.Identifier(connection.info.dbname))
        )
    url = database.replace("//postgres:", "//shop_reader:")
    url = f"{url.split('//')[0]}//shop_reader:p@{url.split('@')[1]}"
    limited = shop(url)
    migrate(limited.config, limited)
    assert refreshed(limited) == []
    assert same(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("revoke select (gone) on talks from shop_reader")
    (problem, *_) = refreshed(limited)
    assert "public.talks.gone: the source's role may not read it" in problem


def test_an_index_on_the_very_expression_of_a_time_serves_and_without_one_the_plan_says_what_it_costs(
    shop: Callable[..., Catalog], database: str
) -> None:
    flat = "select id as message_id, id as conversation_id, 'user' as role, to_timestamp(at) as created_at from lines"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "create table lines as select n as id, 1773000000 + n * 10 as at from generate_series(1, 300000) n"
        )
        connection.execute("analyze lines")
        catalog = shop(messages=flat)
        before = read_columns(connection, catalog)
        text = preview_text(look_ahead(catalog.config, catalog))
        connection.execute("create index on lines (to_timestamp(at))")
        connection.execute("analyze lines")
        after = read_columns(connection, catalog)
    assert ("shop/messages", "created_at") not in before.indexed
    assert "each refresh reads all of its" in text and "no index serves created_at" in text
    assert ("shop/messages", "created_at") in after.indexed
    assert after.types["shop/messages", "created_at"] == "timestamp with time zone"


def test_advice_is_about_the_tables_behind_the_selects(shop: Callable[..., Catalog], database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "create table auth.lines as select n as id, n as talk, timestamptz '2026-03-01' + n * interval '1 s' as at, "
            "repeat('x', 80) as t from generate_series(1, 200000) n"
        )
        connection.execute("analyze auth.lines")
    catalog = shop(
        messages="select l.id as message_id, l.talk as conversation_id, 'user' as role, l.at as created_at from auth.lines l"
    )
    found, _ = indexes.find_index_advice(catalog.config, catalog)
    advised = {(one.index.table, one.index.column): one.sql[0] for one in found}
    assert advised["auth.lines", "at"].startswith(
        "create index concurrently gendash_advised_auth_lines_at on auth.lines using brin"
    )
    assert indexes.create(catalog.config, found, lambda _: None) == []


def test_doctor_names_the_file_of_a_table_or_column_that_does_not_exist(
    shop: Callable[..., Catalog], database: str
) -> None:
    catalog = shop(
        conversations="select id as conversation_id, owner as user_id, started as created_at from talks",
        feedback="select id as feedback_id, line as message_id, stars as rating, at as created_at from stars",
    )
    assert ("table", "stars") in names_in_text(catalog.relations["staging.feedback"])
    with psycopg.connect(database) as connection:
        look = platform_look(connection, catalog)
    features = {one.name: one for one in diagnose.features(catalog, look, {})}
    lacks = {
        part.name: (part.why, *(fix.text.rpartition("/")[2] for fix in part.fixes))
        for one in features.values()
        for part in one.parts
        if part.why
    }
    assert lacks["column public.talks.started"] == ("does not exist", "conversations.sql")
    assert lacks["table public.stars"] == ("does not exist", "feedback.sql")
    assert lacks["shop/documents.sql"][0] == "the adapter has no such file"
    assert features["users"].state == "there"
    assert features["feedback"].state == features["documents"].state == "absent"
    migrate(catalog.config, catalog)
    assert any("public.talks.started: the platform has no such column; correct" in one for one in refreshed(catalog))


def test_what_cannot_be_read_within_the_time_limit_is_one_line_and_stops_no_other_relation(
    shop: Callable[..., Catalog], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "SMALL_PAGES", 1)
    monkeypatch.setattr(read.time, "sleep", lambda _: None)
    slow = FILES["messages"].rstrip() + " and pg_sleep(0.01) is not null"
    catalog = shop(messages=slow, settings="  read_timeout: 1s\n")
    migrate(catalog.config, catalog)
    found = {one.relation: str(one.error or "") for one in refresh(catalog.config, catalog)}
    assert "statement timeout" in found["message_hour"] or "longer than" in found["message_hour"], found["message_hour"]
    assert found["conversation_hour"] == found["user_entity"] == ""


def test_a_select_that_the_server_refuses_is_named_with_its_file_and_the_reason(
    shop: Callable[..., Catalog], database: str
) -> None:
    catalog = shop(
        users="select a.id as user_id, a.login::int as created_at from auth.accounts a",
        conversations="select t.id as conversation_id, app.start(t.id) as created_at from talks t",
    )
    with psycopg.connect(database) as connection:
        look = platform_look(connection, catalog)
    features = {one.name: one for one in diagnose.features(catalog, look, {})}
    fixes = {fix.text for one in features.values() for part in one.parts if part.why for fix in part.fixes}
    users = [one for one in fixes if "users.sql" in one]
    assert users == [f"correct {catalog.adapter['users'].path}: invalid input syntax for type integer"]
    assert any("conversations.sql" in one and 'schema "app" does not exist' in one for one in fixes)
    assert not [one for one in fixes if "{columns}" in one], "settings are for platforms without an adapter"


@pytest.mark.soak
def test_a_read_that_the_planner_underestimates_succeeds_without_nested_loops(
    shop: Callable[..., Catalog], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read.time, "sleep", lambda _: None)
    with psycopg.connect(database, autocommit=True) as connection:  # no key, and nothing is known of the ratings
        connection.execute(
            "create table lines as select n as id, 1 + n % 4000 as talk, (1774000800000 - n * 9000)::text as at "
            "from generate_series(1, 8000) n; analyze lines; "
            "create table stars as select n * 20 as line, timestamptz '2026-03-20 12:00+00' as at from generate_series(1, 300) n; "
            "alter table stars set (autovacuum_enabled = false)"
        )
    catalog = shop(
        settings="  read_timeout: 2s\n",
        messages="select l.id as message_id, l.talk as conversation_id, 'assistant' as role, l.at as created_at from lines l",
        feedback="select s.line as feedback_id, s.line as message_id, 5 as rating, s.at as created_at from stars s "
        "where s.line * 1 = s.line and s.line + 0 = s.line and s.line - 0 = s.line",
    )
    migrate(catalog.config, catalog)
    assert refreshed(catalog) == []
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from gendash.rating_detail").fetchone() == (300,)


# messages without a time of their own: that of their conversation
TIMELESS = """
select m.value ->> 'id' as message_id, t.id as conversation_id,
  case m.value ->> 'who' when 'bot' then 'assistant' else 'user' end as role, t.begun as created_at
from talks t cross join lateral jsonb_array_elements(t.body) as m (value)
where not t.gone
"""
AT = datetime(2026, 3, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize("index", ["", "create index on talks (begun)"], ids=["scanned", "by an index"])
def test_messages_that_are_added_to_an_old_conversation_are_found_within_the_days_that_are_compared(
    shop: Callable[..., Catalog], database: str, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    monkeypatch.setattr(read, "SMALL_PAGES", 1)

    def counted() -> int:
        text = "select sum(messages)::int from gendash.message_conversation_day where conversation_id = '500'"
        return int(ask(database, text)[0][0])

    def run(catalog: Catalog, **options: bool) -> None:
        assert [one.error for one in refresh(catalog.config, catalog, at=AT, **options) if one.error] == []

    catalog = shop(messages=TIMELESS)
    migrate(catalog.config, catalog)
    if index:
        ask(database, index)
    run(catalog)
    (said,) = audit(catalog, only=["message_time"], at=AT)
    assert (said.state, said.sample) == (
        "found",
        f"100.0% of {ask(database, 'select count(*) from talks where not gone')[0][0]}",
    )
    added = "update talks set body = body || jsonb_build_array(jsonb_build_object('id', '{}', 'who', 'human')) where id = 500"
    ask(database, added.format("late"))  # of a conversation that began three days ago
    run(catalog)
    assert counted() == 4, "within a day"
    run(catalog, compare=True)
    assert counted() == 5
    ask(database, added.format("later"))
    run(shop(messages=TIMELESS, settings="  late_days: 4\n"))
    assert counted() == 6, "at once"


def ask(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []
