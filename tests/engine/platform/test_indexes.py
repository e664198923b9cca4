"""`gendash db advise` on real servers: what it advises, what it builds, and what it leaves when it fails."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Problem
from gendash.engine.platform import columns
from gendash.engine.platform import indexes as postgres_indexes
from gendash.engine.platform.indexes import Advised, create, find_index_advice

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
FILL = """
insert into conversations (id, is_voice_conversation, created_at)
  select gen_random_uuid(), false, now() - n * interval '1 hour' from generate_series(3000, 1, -1) n;
insert into messages (id, conversation_id, role, content, created_at)
  select gen_random_uuid(), (select id from conversations limit 1), 'user', 'x', now() - n * interval '1 hour'
  from generate_series(3000, 1, -1) n;
analyze
"""
INDEXES = (
    "select indexname, indisvalid from pg_indexes join pg_index on indexrelid = format('%%I.%%I', schemaname, indexname)"
    "::regclass where starts_with(indexname, 'gendash_') and (%s::text is null or tablename = %s) order by 1"
)


@pytest.fixture(autouse=True)
def no_table_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "SMALL_PAGES", 0)
    monkeypatch.setattr(postgres_indexes, "LOCK_TIMEOUT", "300ms")


@pytest.fixture
def filled(platform: str) -> str:
    with psycopg.connect(platform, autocommit=True) as connection:
        connection.execute(FILL)
    return platform


def indexes(url: str, table: str | None = None) -> dict[str, bool]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute(INDEXES, [table, table]).fetchall())


def build(catalog: Catalog) -> tuple[list[str], list[Problem]]:
    said: list[str] = []
    return said, create(catalog.config, find_index_advice(catalog.config, catalog)[0], said.append)


def advised(catalog: Catalog) -> dict[str, Advised]:
    return {f"{one.index.table}.{one.index.column}": one for one in find_index_advice(catalog.config, catalog)[0]}


def test_times_that_a_refresh_reads_again_are_advised_with_reason_and_gain(
    filled: str, definitions: Definitions
) -> None:
    found = advised(definitions(filled))
    assert set(found) == {"messages.created_at", "conversations.created_at"}
    one = found["messages.created_at"].index
    assert (one.method, one.reason) == (
        "brin",
        "each refresh reads its last days, for user_day, message_conversation_day, message_hour, rating_answer_hour",
    )
    assert 0 < one.pages_then <= one.pages_now


def test_rows_that_do_not_stand_in_the_order_of_time_want_a_btree(filled: str, definitions: Definitions) -> None:
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("create table mixed as select * from messages order by random(); delete from messages")
        connection.execute("insert into messages select * from mixed; analyze messages")
    assert advised(definitions(filled))["messages.created_at"].index.method == "btree"


def test_a_joined_column_without_an_index_is_advised(filled: str, definitions: Definitions) -> None:
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("alter table conversations drop constraint conversations_pkey cascade")
    one = advised(definitions(filled))["conversations.id"].index
    assert (one.method, one.reason.split(",")[0]) == ("btree", "rows of the last days are joined by it")


def test_what_exists_is_small_or_a_view_is_not_advised_and_that_is_said(
    filled: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("create index on messages (created_at); alter table conversations rename to talks")
        connection.execute("create view conversations as select * from talks")
    catalog = definitions(filled)
    found, notes = find_index_advice(catalog.config, catalog)
    assert found == []
    assert "messages.created_at has an index" in notes
    assert "conversations.created_at belongs to a view: index what it reads" in notes
    monkeypatch.setattr(columns, "SMALL_PAGES", 1024)
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("drop index messages_created_at_idx")
    assert any(
        note.startswith("messages.created_at needs no index: a table of ")
        for note in find_index_advice(catalog.config, catalog)[1]
    )


def test_create_builds_them_one_by_one_and_again_does_nothing(filled: str, definitions: Definitions) -> None:
    catalog = definitions(filled)
    said, problems = build(catalog)
    assert problems == []
    assert [line.split()[0] for line in said] == ["built", "built"]
    assert indexes(filled) == {
        "gendash_advised_conversations_created_at": True,
        "gendash_advised_messages_created_at": True,
    }
    assert build(catalog) == ([], [])


def test_an_application_that_holds_a_lock_is_not_held_up_and_a_rerun_mends_what_was_left(
    filled: str, definitions: Definitions
) -> None:
    catalog = definitions(filled)
    with psycopg.connect(filled) as application:
        application.execute("update messages set content = 'y' where role = 'user'")
        begun = time.monotonic()
        said, problems = build(catalog)
        assert time.monotonic() - begun < 5
        assert len(said) == 1  # the other table is not locked
        assert [problem.do for problem in problems] == ["run it again when that session has ended"] * 2
        assert "is left invalid" in problems[1].what
        assert indexes(filled, "messages") == {"gendash_advised_messages_created_at": False}
        again = build(catalog)[1]  # still locked: nothing new is tried
        assert len(again) == 1
        with psycopg.connect(filled) as other:
            other.execute("set lock_timeout = '1s'; insert into messages (id, conversation_id, role, content) "
                          "select gen_random_uuid(), id, 'user', 'z' from conversations limit 1")  # fmt: skip
    said, problems = build(catalog)
    assert problems == []
    assert said[0] == "dropped gendash_advised_messages_created_at, left invalid by a failed build"
    assert indexes(filled, "messages") == {"gendash_advised_messages_created_at": True}


def test_a_build_that_was_killed_is_mended_by_the_next(
    filled: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_indexes, "LOCK_TIMEOUT", "20s")
    catalog = definitions(filled)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            build(catalog)
        except Exception as error:
            failed.append(error)

    with psycopg.connect(filled) as application, psycopg.connect(filled, autocommit=True) as admin:
        application.execute("update messages set content = 'y' where role = 'user'")
        thread = threading.Thread(target=run)
        thread.start()
        kill = (
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gendash advise' "
            "and datname = current_database() and wait_event_type = 'Lock'"
        )
        while not admin.execute(kill.encode()).fetchall():
            time.sleep(0.02)
        thread.join()
    assert "terminating connection" in str(failed[0])
    assert indexes(filled, "messages") == {"gendash_advised_messages_created_at": False}
    with psycopg.connect(filled, autocommit=True) as connection:  # and what is not ours stays, invalid or not
        connection.execute("create index mine on messages (role)")
        connection.execute("update pg_index set indisvalid = false where indexrelid = 'mine'::regclass")
    assert build(catalog)[1] == []
    assert all(indexes(filled).values())
    with psycopg.connect(filled) as connection:
        assert connection.execute("select indisvalid from pg_index where indexrelid = 'mine'::regclass").fetchone() == (
            False,
        )


def test_a_role_that_owns_no_table_gets_the_sql_and_it_works_as_printed(filled: str, definitions: Definitions) -> None:
    with psycopg.connect(filled, autocommit=True) as admin:
        admin.execute("create role poor login password 'poor'; grant select on all tables in schema public to poor")
        admin.execute("create role landlord; alter table messages owner to landlord")
    poor = re.sub(r"//[^@]*@", "//poor:poor@", filled)
    said, problems = build(definitions(poor))
    assert said == []
    assert sorted(problem.what for problem in problems) == [
        "role poor is not its owner: landlord is",
        "role poor is not its owner: postgres is",
    ]
    with psycopg.connect(filled, autocommit=True) as admin:
        for problem in problems:
            for statement in problem.do.split(":\n", 1)[1].split(";\n"):
                admin.execute(statement.encode())
        admin.execute("drop index gendash_advised_messages_created_at")
    assert list(advised(definitions(poor))) == ["messages.created_at"]
    said, problems = build(definitions(poor, GENDASH_ADMIN_DATABASE_URL=filled))  # an admin may
    assert (len(said), problems) == (1, [])


def test_partitions_get_the_sql_one_by_one_and_it_works_as_printed(filled: str, definitions: Definitions) -> None:
    with psycopg.connect(filled, autocommit=True) as admin:
        admin.execute(
            "create table parts (like messages, primary key (id, created_at)) partition by range (created_at); "
            "create table first partition of parts for values from (minvalue) to ('2026-10-01'); "
            "create table rest partition of parts default; insert into parts select * from messages; analyze parts"
        )
    catalog = definitions(filled, "platform: {tables: {messages: parts}}")
    said, problems = build(catalog)
    (problem,) = problems
    assert [line.split()[3] for line in said] == ["conversations"]
    assert problem.what == "is partitioned, so that its index cannot be built concurrently"
    with psycopg.connect(filled, autocommit=True) as admin:
        for statement in problem.do.split(":\n", 1)[1].split(";\n"):
            admin.execute(statement.encode())
    assert set(indexes(filled)) >= {"gendash_advised_first_created_at", "gendash_advised_rest_created_at"}
    assert advised(catalog) == {}


def test_the_command_shows_and_creates(filled: str) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli, ["db", "advise", *arguments], env={"GENDASH_DATABASE_URL": filled})

    shown = run()
    assert shown.exit_code == 0
    assert "messages (created_at), brin: each refresh reads its last days" in shown.stdout
    assert indexes(filled) == {}
    assert run("--create").exit_code == 0
    assert run("--json").stdout.startswith('{\n  "indexes": [],')
