"""The first hour with an unknown platform: the doctor's one screen, its next step, its GRANTs, and hints that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.commands.doctor import examine
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.doctor.candidates import candidates
from gendash.engine.doctor.report import AuditSeen, as_text, changes
from gendash.engine.doctor.summary import as_summary, missing_grants, next_step
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
ALONE = "prometheus_url: none\nlangfuse: {base_url: none}\ngrafana_url: none\n"
# A vendor's platform: other names, times as numbers, no tickets
VENDOR = """
create table accounts (id bigint, kind text, created_at bigint, enabled boolean);
create table chat_session (id text, created_by bigint, created_at timestamptz);
create table chat_message (id text, chat_id text, role text, created_at timestamptz);
create table vote (id text, message_id text, created_by bigint, score int, created_at timestamptz);
insert into chat_session values ('c', 1, now()); insert into accounts values (1, 'user', 1700000000, true);
insert into chat_message values ('q', 'c', 'user', now()), ('a', 'c', 'assistant', now());
insert into vote values ('v', 'a', 1, 5, now()), ('w', 'a', 1, null, now());
"""
MAPPED = (
    ALONE
    + """
platform:
  tables: {users: accounts, conversations: chat_session, messages: chat_message, feedback: vote}
  columns:
    users: {role: kind, created_at: created_at, updated_at: "= null", is_active: enabled}
    conversations: {user_id: created_by}
    messages: {conversation_id: chat_id}
    feedback: {user_id: created_by, rating: score, comment: "= null::text", updated_at: "= null"}
features: {documents: false}
"""
)


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def as_role(url: str, user: str, password: str) -> str:
    return f"postgresql://{user}:{password}@{url.split('@')[1]}"


def report_of(catalog: Catalog) -> Any:
    return examine(catalog, datetime.now(UTC))


def test_an_empty_configuration_is_told_its_first_setting(definitions: Definitions) -> None:
    report = report_of(definitions("", ALONE))
    assert report.next_step.startswith("set GENDASH_SOURCE_URL or GENDASH_DATABASE_URL")


def test_before_the_first_migration_the_next_step_is_the_migration_that_creates_the_roles(
    database: str, definitions: Definitions
) -> None:
    report = report_of(definitions(as_role(database, "gendash_owner", "x"), ALONE))
    assert "let `gendash db migrate` create the role" in report.next_step
    report = report_of(
        definitions(
            database, ALONE + "features: {users: false, conversations: false, feedback: false, documents: false}"
        )
    )
    assert report.next_step.startswith("gendash db migrate: it creates the roles, the schema")


def test_one_screen_says_what_works_what_lacks_and_one_next_step(database: str, definitions: Definitions) -> None:
    execute(database, VENDOR)
    report = report_of(definitions(database, ALONE))
    lines = as_summary(report).splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 200 for line in lines)
    assert len([line for line in lines if line.startswith("next: ")]) == 1
    assert any(line.startswith("works: ") for line in lines)
    assert any(line.startswith("lacks: conversations (on, ") for line in lines)
    assert report.next_step.startswith("in gendash.yaml: platform.tables.users: ")
    assert len(as_text(report).splitlines()) > 100, "the details are in --full"


def test_a_server_that_fails_comes_before_what_audits_found(database: str, definitions: Definitions) -> None:
    execute(database, VENDOR)
    report = report_of(definitions(database, ALONE))
    fine = [replace(one, state="ok") for one in report.servers if one.name in ("source", "store")]
    failed = replace(fine[0], name="prometheus", state="failed", line="prometheus x: HTTP 302; set its address")
    found = AuditSeen("id_overlap", "found", "2.0% of 100", "doc")
    ready = replace(report, features=(), notes=(), audits=(found,), servers=(*fine, failed))
    assert next_step(ready) == failed.line
    assert next_step(replace(ready, servers=fine)).startswith("look at the audits id_overlap")


def test_a_vendors_platform_is_not_to_be_altered_unless_that_is_asked_for(
    database: str, definitions: Definitions
) -> None:
    execute(database, VENDOR)
    report = report_of(definitions(database, MAPPED))
    for text in (as_summary(report), as_text(report, alter=False), missing_grants(report)):
        assert not [word for word in ("alter table", "create table", "add column", "Counter(") if word in text], text
    asked = as_text(report)
    assert "create table public.tickets" in asked
    environ = {"GENDASH_DATABASE_URL": database, "GENDASH_PROMETHEUS_URL": "none", "LANGFUSE_BASE_URL": "none"}
    plain = CliRunner().invoke(cli, ["doctor", "--full"], env=environ)
    told = CliRunner().invoke(cli, ["doctor", "--instrumentation"], env=environ)
    assert "create table public.tickets" not in plain.output
    assert "create table public.tickets" in told.output


def test_the_grants_are_printed_as_sql_that_works_and_nothing_else(database: str, definitions: Definitions) -> None:
    execute(database, VENDOR)
    execute(database, "update accounts set created_at = 1; create role reading login password 'r'")
    mapped = MAPPED.replace("created_at: created_at", 'created_at: "= to_timestamp({created_at})"')
    catalog = definitions(database, mapped, GENDASH_SOURCE_URL=as_role(database, "reading", "r"))
    migrate(catalog.config, catalog)
    report = report_of(catalog)
    assert (
        report.next_step
        == "give a DBA the output of `gendash doctor --sql`: privileges to read the platform are missing"
    )
    sql = missing_grants(report)
    statements = [line for line in sql.splitlines() if not line.startswith("--")]
    assert statements
    assert {line.split()[0] for line in statements} == {"grant"}
    execute(database, sql)
    after = report_of(catalog)
    assert [note for note in after.notes if note.kind == "lacks" and note.role == "reading"] == []
    assert "SELECT" not in missing_grants(after)
    assert [one.error for one in refresh(catalog.config, catalog) if one.error] == []


def test_times_that_are_numbers_are_times_and_those_that_are_none_are_counted(
    database: str, definitions: Definitions
) -> None:
    execute(database, VENDOR)
    execute(database, "update accounts set created_at = 1700000000000")

    def parts() -> dict[str, str]:
        (users,) = [one for one in report_of(definitions(database, MAPPED)).features if one.name == "users"]
        assert users.state == "there"
        return {
            part.name: part.why for part in users.parts if part.why and part.kind == "rows" and "users" in part.name
        }

    assert parts() == {}
    execute(database, "insert into accounts (id, created_at) values (99, 12)")
    assert parts() == {
        "rows of users without created_at": "1 have no valid created_at (NULL, or not from 2000 to 2199), and are in no figure",
        "created_at of users": "1 hold a created_at that is not a time: it counts as empty",
    }


def test_rows_that_are_left_out_are_counted_by_what_they_lack(database: str, definitions: Definitions) -> None:
    execute(database, VENDOR)
    report = report_of(definitions(database, MAPPED))
    (feedback,) = [one for one in report.features if one.name == "feedback"]
    (part,) = [part for part in feedback.parts if part.name == "rows of feedback without rating" and part.why]
    assert part.why == "1 have no rating, and are in no figure"
    assert part.fixes[0].text.startswith('platform.columns.feedback.rating: "= coalesce({score}, ')
    assert not [fix for _, some in changes(report.features) for fix in some if 'created_at: "= coalesce' in fix.text]


def test_an_impossible_value_blinds_the_doctor_for_nothing(database: str, definitions: Definitions) -> None:
    execute(database, VENDOR)
    execute(
        database,
        "alter table vote alter column score type double precision; insert into vote values ('n', 'a', 1, 'NaN', now())",
    )
    execute(
        database, "insert into chat_message values ('i', 'c', 'user', 'infinity'), ('x', 'c', 'user', '290000-01-01')"
    )
    mapped = MAPPED.replace("created_at: created_at", 'created_at: "= to_timestamp({created_at})"')
    report = report_of(definitions(database, mapped))
    assert {one.name: one.state for one in report.servers}["source"] == "ok"
    states = {one.name: one.state for one in report.features}
    assert (states["users"], states["conversations"], states["feedback"]) == ("there", "there", "there")
    parts = {part.name: part.why for one in report.features for part in one.parts if part.why}
    assert parts["rows of feedback without rating"].startswith("2 have no rating")
    assert parts["rows of messages without created_at"].startswith("2 have no valid created_at")


def test_tables_of_another_schema_are_read_by_settings(database: str, definitions: Definitions) -> None:
    execute(database, VENDOR)
    execute(database, "create schema auth; alter table accounts set schema auth; alter table auth.accounts rename to users;"
                      'create table "we.ird" (); update auth.users set created_at = 1700000000')  # fmt: skip
    text = MAPPED.replace("users: accounts", "users: auth.users").replace(
        "created_at: created_at", 'created_at: "= to_timestamp({created_at})"'
    )
    execute(database, "create role reading login password 'r'")
    catalog = definitions(database, text, GENDASH_SOURCE_URL=as_role(database, "reading", "r"))
    migrate(catalog.config, catalog)
    sql = missing_grants(report_of(catalog))
    assert "grant usage on schema auth to reading" in sql
    assert "on auth.users to reading" in sql
    execute(database, sql)
    assert [one.error for one in refresh(catalog.config, catalog) if one.error] == []
    assert execute(database, "select user_id from gendash.user_entity") == [("1",)]
    assert {one.name: one.state for one in report_of(catalog).features}["users"] == "there"
    lost = definitions(database, text.replace("auth.users", "auth.user"))
    (users,) = [one for one in report_of(lost).features if one.name == "users"]
    (table,) = [part for part in users.parts if part.kind == "table" and part.why]
    assert table.name == 'table auth."user"'
    assert "did you mean 'auth.users'" in table.fixes[0].text


@pytest.mark.parametrize(
    ("wanted", "known", "first"),
    [
        ("status", ["id", "indexing_status", "name"], "indexing_status"),
        ("user_id", ["id", "created_by", "updated_at"], "created_by"),
        ("conversations", ["alembic_version", "chat_session", "users"], "chat_session"),
        ("conversation_id", ["id", "chat_id", "role"], "chat_id"),
        ("created_at", ["createdAt", "id"], "createdAt"),
        ("messages", ["ChatMessage", "chat_flow"], "ChatMessage"),
    ],
)
def test_names_of_the_same_words_are_proposed(wanted: str, known: list[str], first: str) -> None:
    assert candidates(wanted, known)[0] == first


def test_names_that_share_nothing_are_not_proposed() -> None:
    assert candidates("tickets", ["alembic_version", "embeddings"]) == []
