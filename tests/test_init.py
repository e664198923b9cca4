"""`gendash init`: from a database to a gendash.yaml, an adapter and grants; nothing is overwritten, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from gendash.cli import cli

TESTS = Path(__file__).parent
STRANGER = TESTS / "engine" / "platform" / "strangers" / "zep.sql"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: str) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENDASH_PROMETHEUS_URL", "none")

    def command(*arguments: str, sql: Path | None = None) -> Result:
        if sql:
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute(sql.read_bytes())
                connection.execute("analyze")
        monkeypatch.setenv("GENDASH_DATABASE_URL", database)
        return CliRunner().invoke(cli, list(arguments))

    return command


def schema(database: str) -> list[tuple[str, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(
            "select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where n.nspname not like 'pg_%' order by 1, 2"
        ).fetchall()


def test_a_known_platform_is_recognised_by_its_tables(run: Callable[..., Result], tmp_path: Path) -> None:
    found = run("init", sql=TESTS / "sql" / "platforms" / "dify.sql")
    assert found.exit_code == 0, found.output
    assert "this is dify: all " in found.output
    assert (tmp_path / "gendash.yaml").read_text().startswith("platform:\n  adapter: dify\n")
    assert not (tmp_path / "my_platform").exists()
    grants = (tmp_path / "grants.sql").read_text()
    assert "grant select (account_id, role) on public.tenant_account_joins to gendash_source;" in grants
    assert "password" not in grants.split("create role")[1]
    assert run("check").exit_code == 0


def test_an_unknown_platform_gets_an_adapter_that_check_accepts_and_that_reads_its_rows(
    run: Callable[..., Result], tmp_path: Path, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STRANGER.read_bytes())
        connection.execute("update messages set role = 'user'")  # so that it contradicts role_type
    before = schema(database)
    found = run("init")
    assert found.exit_code == 0, found.output
    assert schema(database) == before, "nothing is created in the platform's database"
    assert "messages.role: is it role_type or role of public.messages?" in found.output
    assert sorted(path.name for path in (tmp_path / "my_platform").iterdir()) == [
        "conversations.sql",
        "messages.sql",
        "users.sql",
    ]
    assert "-- 97%: foreign key to sessions" in (tmp_path / "my_platform" / "messages.sql").read_text()
    assert run("check").exit_code == 0
    assert "3 tables in schema public" in run("doctor").output
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((tmp_path / "grants.sql").read_bytes())
    for command in (("db", "migrate"), ("db", "refresh")):
        done = run(*command)
        assert done.exit_code == 0, done.output
    with psycopg.connect(database) as connection:
        stored = connection.execute("select sum(messages) from gendash.message_hour").fetchone()
        plain = connection.execute(
            "select count(*) from messages m join sessions s using (session_id) where m.deleted_at is null and s.deleted_at is null"
        ).fetchone()
    assert stored == plain != (0,)


def test_the_zone_of_times_without_one_is_a_line_to_decide(
    run: Callable[..., Result], tmp_path: Path, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STRANGER.read_bytes())
    assert "without a time zone" not in run("init").output
    assert "without a zone" not in (tmp_path / "gendash.yaml").read_text()
    for written in (tmp_path / "gendash.yaml", tmp_path / "grants.sql", *(tmp_path / "my_platform").iterdir()):
        written.unlink()
    (tmp_path / "my_platform").rmdir()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("alter table messages alter created_at type timestamp")
    assert (
        "note: times without a time zone, such as public.messages.created_at, are read as UTC; if they are of another "
        "zone, set platform.time_zone" in run("init").output
    )
    line = "  time_zone: UTC  # of stored times without a zone, such as public.messages.created_at\n"
    assert line in (tmp_path / "gendash.yaml").read_text()
    assert run("check").exit_code == 0


def test_nothing_is_overwritten(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "gendash.yaml").write_text("time_zone: Europe/Berlin\n")
    found = run("init", sql=STRANGER)
    assert found.exit_code == 1
    assert str(found.exception) == "gendash.yaml: exists; init overwrites nothing: move it away"
    assert [path.name for path in tmp_path.iterdir()] == ["gendash.yaml"]


def test_a_database_without_an_agent_platform_is_one_line(run: Callable[..., Result], tmp_path: Path) -> None:
    found = run("init")
    assert found.exit_code == 1
    assert "no table of an agent platform was recognised among 0" in str(found.exception)
    assert list(tmp_path.iterdir()) == []


def test_another_version_of_a_known_platform_is_named(run: Callable[..., Result], database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((TESTS / "sql" / "platforms" / "dify.sql").read_bytes())
        connection.execute("alter table accounts rename column status to state")
    found = run("init")
    assert "looks like dify, but lacks accounts.status: another version?" in found.output


def test_a_table_that_a_person_names_is_proposed_and_a_wrong_name_writes_nothing(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    wrong = run("init", "--table", "messages=mesages", "--table", "persons=users", sql=STRANGER)
    assert str(wrong.exception).splitlines() == [
        "init --table: messages=mesages: no such table; name one of public.messages",
        "init --table: persons=users is not KIND=TABLE; KIND is one of users, conversations, messages, feedback, "
        "documents, tickets",
    ]
    assert list(tmp_path.iterdir()) == []
    found = run("init", "--table", "messages=messages", "--table", "users=public.users")
    assert found.exit_code == 0, found.output
    assert run("check").exit_code == 0
