"""`gendash db plan` on real servers: what it announces is what then happens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.demo import load
from gendash.demo.platform import generate
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.migrate import migrate
from gendash.engine.store.preview import Preview, look_ahead, preview_text
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
DEMO = "features: {tickets: true, ticket_history: true, intent: true}"
OBJECTS = """
select case relkind when 'i' then 'index' when 'v' then 'view' when 'm' then 'materialized' else 'table' end,
  count(*)::int
from pg_class where relnamespace = 'gendash'::regnamespace and relkind in ('r', 'i', 'v', 'm') group by 1
"""


def ahead(catalog: Catalog) -> Preview:
    return look_ahead(catalog.config, catalog)


def test_rows_are_within_a_factor_of_two_and_disk_within_three(database: str, definitions: Definitions) -> None:
    load.load(database, generate(1, NOW, 0.2))
    catalog = definitions(database, DEMO)
    told = ahead(catalog)
    migrate(catalog.config, catalog)
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    with psycopg.connect(database) as connection:
        for one in told.writes:
            row = connection.execute(
                f"select count(*), pg_total_relation_size('gendash.{one.relation}') from gendash.{one.relation}".encode()
            ).fetchone()
            assert row
            if one.rows is not None and one.bytes is not None and row[0] > 400:
                assert 0.5 <= one.rows / row[0] <= 2, f"{one.relation}: {one.rows:.0f} for {row[0]} rows"
                assert 1 / 3 <= one.bytes / row[1] <= 3, f"{one.relation}: {one.bytes:.0f} for {row[1]} bytes"
        whole = connection.execute(
            "select sum(pg_total_relation_size(oid))::bigint from pg_class "
            "where relnamespace = 'gendash'::regnamespace and relkind in ('r', 'm')"
        ).fetchone()
        made: dict[str, int] = dict(connection.execute(OBJECTS.encode()).fetchall())  # type: ignore[arg-type]
    assert whole
    assert told.total.bytes
    assert 0.5 <= told.total.bytes / whole[0] <= 2
    assert len([one for one in told.writes if one.rows and one.rows > 400]) >= 8
    tables = told.created["table"] + told.created["rollup"]
    assert {**{kind: told.created[kind] for kind in made}, "table": tables} == made


def test_a_later_plan_names_only_what_is_read_anew(platform: str, definitions: Definitions, tmp_path: Path) -> None:
    catalog = definitions(platform)
    migrate(catalog.config, catalog)
    refresh(catalog.config, catalog)
    assert (ahead(catalog).created, ahead(catalog).writes) == ({}, [])
    assert "every relation is filled" in preview_text(ahead(catalog))
    (tmp_path / "sql" / "rollups").mkdir(parents=True)
    relation = catalog.relations["message_hour"]
    head = (
        "doc: x\naudience: everyone\nfeature: conversations\nkey: [hour]\ncolumns: {hour: {type: timestamptz, doc: x}}"
    )
    (tmp_path / "sql" / "rollups" / "message_hour.sql").write_text(f"/*\n{head}\n*/\n{relation.text}")
    assert [one.relation for one in ahead(definitions(platform, roots=(tmp_path,))).writes] == ["message_hour"]


def test_a_table_that_was_never_analyzed_is_guessed_from_its_pages_and_said_so(
    platform: str, definitions: Definitions
) -> None:
    with psycopg.connect(platform, autocommit=True) as connection:
        connection.execute("alter table users set (autovacuum_enabled = off)")
        connection.execute(
            "insert into users (id, email, hashed_password) select gen_random_uuid(), n::text, repeat('x', 60) "
            "from generate_series(1, 5000) n"
        )
    found = ahead(definitions(platform))
    (users,) = [one for one in found.writes if one.relation == "user_entity"]
    assert users.rows
    assert 1000 < users.rows < 25000
    assert "users was never analyzed" in users.note
    assert re.search(r"users .*never analyzed", preview_text(found))


def test_views_and_partitioned_tables_are_estimated_too(platform: str, definitions: Definitions) -> None:
    with psycopg.connect(platform, autocommit=True) as connection:
        connection.execute(
            "alter table documents rename to stored; create view documents as select * from stored; "
            "alter table conversations rename to old; "
            "create table conversations (like old) partition by range (created_at); "
            "create table p1 partition of conversations default; "
            "insert into users (id, email, hashed_password) select gen_random_uuid(), n::text, '' "
            "from generate_series(1, 10) n; "
            "insert into stored (id, user_id, title, filename, chunk_count) select gen_random_uuid(), "
            "(select id from users limit 1), 't', 'f', 1 from generate_series(1, 300); "
            "insert into conversations (id, is_voice_conversation, created_at, updated_at) select gen_random_uuid(), "
            "false, now(), now() from generate_series(1, 700)"
        )
        connection.execute("analyze")
    rows = {one.relation: one for one in ahead(definitions(platform)).writes}
    assert rows["document_entity"].rows == 300
    assert "is a view" in rows["document_entity"].note
    assert rows["conversation_entity"].rows == 700


def test_a_table_that_is_not_there_is_a_problem_of_the_plan(platform: str, definitions: Definitions) -> None:
    with psycopg.connect(platform, autocommit=True) as connection:
        connection.execute("drop table feedback")
    found = ahead(definitions(platform))
    assert any(problem.startswith("public.feedback: the platform has no such table") for problem in found.problems)
    assert "feedback" in preview_text(found)


def test_whoever_may_not_make_roles_gets_the_whole_plan_and_the_sql(platform: str, definitions: Definitions) -> None:
    with psycopg.connect(platform, autocommit=True) as admin:
        admin.execute("create role poor login password 'poor'; grant select on all tables in schema public to poor")
    found = ahead(definitions(re.sub(r"//[^@]*@", "//poor:poor@", platform)))
    assert found.created["role"] == 2
    assert found.created["rollup"] > 20
    assert "create role gendash_reader nologin;" in preview_text(found)
    with psycopg.connect(platform) as connection:
        assert connection.execute("select from pg_roles where rolname ~ '^gendash'").fetchall() == []


def test_the_command_prints_a_table_or_json_and_writes_nothing(platform: str) -> None:
    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(cli, ["db", "plan", *arguments], env={"GENDASH_DATABASE_URL": platform})
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "migrate creates 2 roles, 1 schema," in run()
    found = json.loads(run("--json"))
    assert found["total"]["rows"] == 0
    assert {"read_us", "write_us", "wal", "views", "sign_us", "own_us", "relation_ms"} <= set(found["rates"])
    assert found["steady_s"] > 0
    with psycopg.connect(platform) as connection:
        assert connection.execute("select from pg_namespace where nspname = 'gendash'").fetchall() == []
