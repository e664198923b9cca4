"""Roles that are named, created or managed otherwise than by the URL: logins that act as another role, poolers'
names, servers that take passwords in plain text only or manage them, admins who sign in to another database."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.demo.postgres import Server
from gendash.engine.clients.postgres import Place, store
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import Denied, Refused, TargetError
from gendash.engine.read.reader import Rows, open_reader
from gendash.engine.render.provisioning import declared_data_sources, secrets
from gendash.engine.store import uninstall
from gendash.engine.store.admin import expected_owner
from gendash.engine.store.migrate import migrate, pending

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
ROLES = "select rolname from pg_roles where oid >= 16384 order by 1"


def with_role(url: str, user: str, password: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}:{password}@", url)


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def owner_of(url: str) -> list[Any]:
    return execute(url, "select nspowner::regrole::text from pg_namespace where nspname = 'gendash'")


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets the server refuse SCRAM verifiers, as servers that accept passwords in plain text only do."""
    sent: list[str] = []
    run = psycopg.Connection.execute

    def answered(self: psycopg.Connection[Any], query: Any, *args: Any, **options: Any) -> Any:
        if " password " in str(query):
            sent.append(str(query))
            if "SCRAM-SHA-256$" in str(query):
                query = "do $$ begin raise exception 'only plaintext passwords are accepted' using errcode = '0A000'; end $$"
        return run(self, query, *args, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", answered)
    return sent


def test_a_login_that_acts_as_another_role_makes_that_role_the_owner(database: str, definitions: Definitions) -> None:
    execute(database, "create role keeper createrole; create role robot login password 'r' in role keeper")
    execute(
        database, f"alter role robot set role = keeper; grant create on database {database.split('/')[-1]} to keeper"
    )
    catalog = definitions(with_role(database, "robot", "r"), GENDASH_ADMIN_DATABASE_URL=database)
    assert migrate(catalog.config, catalog).done
    assert owner_of(database) == [("keeper",)]
    assert pending(catalog.config, catalog) == []
    assert ("gendash_owner",) not in execute(database, ROLES)
    assert uninstall.remove_from_store(catalog.config).stays == []
    assert execute(database, ROLES) == [("keeper",), ("robot",)]


def test_an_owner_that_cannot_connect_after_it_was_created_is_dropped_again(
    database: str, definitions: Definitions
) -> None:
    wrong = with_role(database, "gendash_owner", "pw").replace("?", "") + "?options=-c%20no_such_setting%3D1"
    catalog = definitions(wrong, GENDASH_ADMIN_DATABASE_URL=database)
    with pytest.raises(TargetError):
        migrate(catalog.config, catalog)
    assert execute(database, ROLES) == []
    assert owner_of(database) == []
    right = definitions(with_role(database, "gendash_owner", "pw"), GENDASH_ADMIN_DATABASE_URL=database)
    assert migrate(right.config, right).done
    assert owner_of(database) == [("gendash_owner",)]


@pytest.mark.parametrize(
    ("user", "text", "role"),
    [
        ("gendash_owner.abcd", "", "gendash_owner"),
        ("gendash_owner@server", "", "gendash_owner"),
        ("somebody", "", "somebody"),
        ("gd.abcd", "roles: {owner: gd}", "gd"),
        ("", "", "gendash_owner"),
    ],
)
def test_a_poolers_user_is_not_taken_for_the_role(user: str, text: str, role: str, definitions: Definitions) -> None:
    catalog = definitions("postgresql://host/db", text)
    assert expected_owner(catalog.config, store(catalog.config).with_(user=user)) == role


def test_readers_sign_in_with_the_names_that_are_set(database: str, definitions: Definitions) -> None:
    execute(database, "create role \"gendash_reader.proj\" login password 'x'")
    text = "roles: {reader_login: gendash_reader.proj}\ndatasources: {admin: {user: direct_admin}}"
    catalog = definitions(database, text, GENDASH_READER_PASSWORD="r", GENDASH_ADMIN_READER_PASSWORD="a")
    migrate(catalog.config, catalog)
    execute(database, 'grant gendash_reader to "gendash_reader.proj"')
    users = [one["user"] for one in declared_data_sources(catalog.config, secrets(catalog.config))[:2]]
    assert users == ["gendash_reader.proj", "direct_admin"]
    with open_reader(store(catalog.config), users[0], "x") as ask:
        answer = ask("select session_user::text, count(*)::int from gendash.account_now")
    assert isinstance(answer, Rows)
    assert answer.rows == [("gendash_reader.proj", 1)]


def test_the_admins_own_database_is_used_where_the_stores_name_is_no_database_there(
    postgres: Server, new_database: Callable[[], str], definitions: Definitions
) -> None:
    app, other = new_database(), new_database()
    name = app.split("/")[-1]
    from gendash.engine.store.admin import admin_connection

    # behind a pooler the store may have another name than on the server, which the admin reaches directly
    catalog = definitions(app.replace(name, "alias"), GENDASH_ADMIN_DATABASE_URL=app)
    with admin_connection(catalog.config, store(catalog.config)) as admin:
        assert admin.info.dbname == name
    catalog = definitions(app, GENDASH_ADMIN_DATABASE_URL=other)
    with admin_connection(catalog.config, store(catalog.config)) as admin:
        assert admin.info.dbname == name


def test_an_admin_in_another_database_than_the_store_is_refused_before_anything_is_made(
    new_database: Callable[[], str], definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gendash.engine.store import admin

    app, other = new_database(), new_database()
    catalog = definitions(app, GENDASH_ADMIN_DATABASE_URL=other)
    elsewhere = Place("store", other, "here")
    monkeypatch.setattr("gendash.engine.store.migrate.admin_connection", lambda *_: admin.connect(elsewhere))
    with pytest.raises(Refused, match=f"leads to database {other.split('/')[-1]}, but the store is database"):
        migrate(catalog.config, catalog)
    assert execute(app, ROLES) == []


def test_a_server_that_accepts_no_verifier_keeps_the_migration_and_says_what_to_set(
    database: str, definitions: Definitions, refusing: list[str], tmp_path: Path
) -> None:
    environ = {"GENDASH_READER_PASSWORD": "pl41n", "GENDASH_ADMIN_READER_PASSWORD": "pl42n"}
    catalog = definitions(database, **environ)
    result = migrate(catalog.config, catalog)
    assert [problem.where for problem in result.problems] == ["role gendash_reader", "role gendash_admin_reader"]
    assert "only plaintext passwords are accepted" in str(result.problems[0])
    assert "roles.passwords to plain" in result.problems[0].do
    assert pending(catalog.config, catalog) == [
        "set password of gendash_reader",
        "set password of gendash_admin_reader",
    ]
    command = CliRunner().invoke(cli, ["db", "migrate"], env={"GENDASH_DATABASE_URL": database, **environ})
    assert command.exit_code == 1
    assert isinstance(command.exception, Denied)
    plain = definitions(database, "roles: {passwords: plain}", **environ)
    assert migrate(plain.config, plain).problems == []
    assert [row[0] for row in execute(with_role(database, "gendash_reader", "pl41n"), "select current_user")] == [
        "gendash_reader"
    ]
    assert pending(plain.config, plain) == []
    assert "pl41n" not in "".join(map(str, result.problems))


def test_an_owner_whose_password_is_refused_is_not_left_behind(
    database: str, definitions: Definitions, refusing: list[str]
) -> None:
    owner = with_role(database, "gendash_owner", "0wner")
    catalog = definitions(owner, GENDASH_ADMIN_DATABASE_URL=database)
    with pytest.raises(Denied, match="its password could not be set: only plaintext") as caught:
        migrate(catalog.config, catalog)
    assert "0wner" not in str(caught.value)
    assert execute(database, ROLES) == []
    plain = definitions(owner, "roles: {passwords: plain}", GENDASH_ADMIN_DATABASE_URL=database)
    assert migrate(plain.config, plain).done
    assert owner_of(database) == [("gendash_owner",)]


def test_roles_that_are_not_ours_are_neither_created_nor_altered(database: str, definitions: Definitions) -> None:
    text = "roles: {create: false}"
    catalog = definitions(database, text, GENDASH_READER_PASSWORD="ours")
    with pytest.raises(Refused) as caught:
        migrate(catalog.config, catalog)
    assert "somebody must create role gendash_reader, create role gendash_admin_reader" in str(caught.value)
    assert execute(database, ROLES) == owner_of(database) == []
    execute(database, "create role gendash_reader login password 'theirs'; create role gendash_admin_reader")
    before = execute(database, "select rolname, rolpassword, rolconnlimit from pg_authid where oid >= 16384 order by 1")
    result = migrate(catalog.config, catalog)
    assert (
        execute(database, "select rolname, rolpassword, rolconnlimit from pg_authid where oid >= 16384 order by 1")
        == before
    )
    assert result.problems == []
    assert [note for note in result.notes if "cannot log in" in note] == [
        "role gendash_admin_reader cannot log in; those who manage the roles must allow it (LOGIN) with a password"
    ]
    assert not any("GENDASH_READER_PASSWORD" in note or "alter role" in note for note in result.notes)
    reader = with_role(database, "gendash_reader", "theirs")
    assert execute(reader, "select count(*) from gendash.account_now") == [(1,)]
    assert uninstall.remove_from_store(catalog.config).stays == []
    assert execute(database, ROLES) == [("gendash_admin_reader",), ("gendash_reader",)]


def test_where_somebody_else_sets_passwords_a_reader_without_one_is_asked_through_what_libpq_finds(
    database: str, definitions: Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gendash.engine.verify.run import verify

    text = "roles: {passwords: none}\nprometheus_url: none"
    catalog = definitions(database, text)
    result = migrate(catalog.config, catalog)
    assert result.problems == []
    assert not any("GENDASH_READER_PASSWORD" in note for note in result.notes)
    execute(database, "alter role gendash_reader login password 'theirs'")
    found = [one for one in verify(catalog.config, catalog, only=["user-analytics"]) if one.status == "error"]
    assert "wrong password, or no such role; check GENDASH_ADMIN_READER_PASSWORD" in found[0].why
    passes = tmp_path / "pgpass"
    passes.write_text("*:*:*:gendash_reader:theirs\n*:*:*:gendash_admin_reader:theirs\n")
    passes.chmod(0o600)
    execute(database, "alter role gendash_admin_reader login password 'theirs'")
    monkeypatch.setenv("PGPASSFILE", str(passes))
    assert not [one for one in verify(catalog.config, catalog, only=["user-analytics"]) if one.status == "error"]
