"""`gendash uninstall`: the database is as it was before the first migrate, and nothing of anybody else is missing."""

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
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import Refused
from gendash.engine.store import uninstall as postgres_uninstall
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
_RIGHTS = "(select array_agg(a::text order by a::text) from aclexplode(coalesce({acl}, acldefault({kind}, {owner}))) a)"
SNAPSHOT = {
    "schemas": f"""select nspname, nspowner::regrole::text, obj_description(oid, 'pg_namespace'),
        {_RIGHTS.format(acl="nspacl", kind="'n'", owner="nspowner")} from pg_namespace where nspname !~ '^pg_(toast|temp)'""",
    "relations": f"""select relnamespace::regnamespace::text, relname, relkind, relowner::regrole::text,
        obj_description(oid, 'pg_class'), {_RIGHTS.format(acl="relacl", kind="'r'", owner="relowner")}
        from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'""",
    "columns": """select attrelid::regclass::text, attname, atttypid::regtype::text, attnotnull, attacl::text,
        col_description(attrelid, attnum) from pg_attribute join pg_class c on c.oid = attrelid
        where relnamespace::regnamespace::text !~ '^(pg_|information_schema)' and attnum > 0""",
    "functions": """select oid::regprocedure::text, prosrc, proowner::regrole::text, proacl::text from pg_proc
        where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'""",
    "types": "select typname, typnamespace::regnamespace::text from pg_type where typnamespace::regnamespace::text !~ '^pg_'",
    "roles": """select rolname, rolcanlogin, rolcreaterole, rolconnlimit, rolconfig::text,
        shobj_description(oid, 'pg_authid') from pg_roles""",
    "members": "select roleid::regrole::text, member::regrole::text, admin_option from pg_auth_members",
    "database": f"""select {_RIGHTS.format(acl="datacl", kind="'d'", owner="datdba")} from pg_database
        where datname = current_database()""",
    "defaults": "select defaclobjtype, defaclacl::text from pg_default_acl",
}


def snapshot(url: str) -> dict[str, list[str]]:
    """Schemas, relations, columns, functions, types, roles, memberships and rights: all that migrate can touch."""
    with psycopg.connect(url) as connection:
        return {name: sorted(map(repr, connection.execute(text.encode()))) for name, text in SNAPSHOT.items()}


def with_role(url: str, user: str, password: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}:{password}@", url)


def execute(url: str, text: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(text.encode())


def remove(catalog: Catalog) -> list[str]:
    leaving = postgres_uninstall.remove_from_store(catalog.config)
    assert leaving.stays == []
    return leaving.goes


def test_the_database_is_as_it_was_and_a_second_time_does_nothing(platform: str, definitions: Definitions) -> None:
    before = snapshot(platform)
    catalog = definitions(platform, "features: {tickets: true}", GENDASH_READER_PASSWORD="r")
    migrate(catalog.config, catalog)
    refresh(catalog.config, catalog)
    assert snapshot(platform) != before
    goes = postgres_uninstall.find_in_store(catalog.config).goes
    assert remove(catalog) == goes
    assert snapshot(platform) == before
    assert goes[-3:] == [
        "drop schema gendash",
        "drop role gendash_reader with its rights",
        "drop role gendash_admin_reader with its rights",
    ]
    assert remove(catalog) == []


def test_what_an_admin_made_an_admin_takes_back_the_owner_and_its_rights_too(
    platform: str, definitions: Definitions
) -> None:
    name = platform.split("/")[-1]
    execute(platform, f"revoke all on database {name} from public")
    before = snapshot(platform)
    owner = with_role(platform, "gendash_owner", "pw")
    catalog = definitions(owner, GENDASH_ADMIN_DATABASE_URL=platform, GENDASH_READER_PASSWORD="r")
    migrate(catalog.config, catalog)
    execute(platform, "grant select on users to gendash_owner, gendash_reader")  # rights that go with their role
    remove(catalog)
    assert snapshot(platform) == before


def test_roles_and_a_schema_that_were_there_before_stay_as_they_were(platform: str, definitions: Definitions) -> None:
    name = platform.split("/")[-1]
    execute(platform, f"revoke all on database {name} from public; create role gendash_reader login password 'theirs'")
    execute(platform, "create schema gendash; comment on schema gendash is 'ours'; create role chief createrole login")
    before = snapshot(platform)
    catalog = definitions(platform)
    migrate(catalog.config, catalog)
    remove(catalog)
    assert snapshot(platform) == before


class Killed(BaseException):
    pass


def test_killed_before_any_statement_it_is_all_there_or_all_gone_and_a_rerun_ends_it(
    platform: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(platform)
    owner = with_role(platform, "gendash_owner", "pw")
    catalog = definitions(owner, GENDASH_ADMIN_DATABASE_URL=platform)
    migrate(catalog.config, catalog)
    made = snapshot(platform)
    execute_one = psycopg.Connection.execute
    sent = [0, 10**9]

    def counting(self: psycopg.Connection[Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        if sent[0] >= sent[1]:
            self.close()
            raise Killed
        sent[0] += 1
        return execute_one(self, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counting)
        leaving = postgres_uninstall.find_in_store(catalog.config)
        whole = sent[0] + len(leaving.statements)
        for statement in [*range(0, whole, 30), whole - 1]:
            sent[:] = [0, statement]
            with pytest.raises(Killed):
                postgres_uninstall.remove_from_store(catalog.config)
            sent[1] = 10**9
    assert snapshot(platform) == made
    remove(catalog)
    assert snapshot(platform) == before


FOREIGN = {
    "contains table gendash.notes, which gendash did not create": "create table gendash.notes (a int)",
    "contains function gendash.clock(integer), which gendash did not create": "create function gendash.clock(int) returns int language sql as 'select 1'",
    "contains type gendash.mood, which gendash did not create": "create type gendash.mood as enum ('good')",
    "view mine depends on it": "create view public.mine as select day from gendash.activity_day",
    "materialized view kept depends on it": "create materialized view kept as select * from gendash.user_day",
    "table own depends on it": "create table own (row gendash.user_day)",
    "table stamped depends on it": "create table stamped (at timestamptz default gendash.clock())",
    "function latest() depends on it": "create function latest() returns date begin atomic select max(day) from gendash.user_day; end",
    "table child depends on it": "create table child () inherits (gendash.user_day)",
    "table referring depends on it": "create table referring (m text references gendash.ticket_move)",
}


def test_what_is_foreign_stops_everything_and_is_named(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform)
    migrate(catalog.config, catalog)
    for statement in FOREIGN.values():
        execute(platform, statement)
    before = snapshot(platform)
    for attempt in (postgres_uninstall.find_in_store, postgres_uninstall.remove_from_store):
        with pytest.raises(Refused) as caught:
            attempt(catalog.config)
        text = str(caught.value)
        assert len(caught.value.problems) == len(FOREIGN), text
        assert [expected for expected in FOREIGN if expected not in text] == []
    assert snapshot(platform) == before


def test_a_role_that_is_used_elsewhere_stays_with_the_sql_that_drops_it(
    platform: str, new_database: Callable[[], str], definitions: Definitions
) -> None:
    other = new_database()
    catalog = definitions(platform)
    migrate(catalog.config, catalog)
    execute(other, "create table theirs (a int); grant select on theirs to gendash_reader")
    execute(platform, "create table spare (a int); alter table spare owner to gendash_admin_reader")
    leaving = postgres_uninstall.remove_from_store(catalog.config)
    assert [str(problem) for problem in leaving.stays] == [
        f"role gendash_reader: is used elsewhere: database {other.split('/')[-1]}; "
        "when it no longer is: drop owned by gendash_reader; drop role gendash_reader",
        "role gendash_admin_reader: is used elsewhere: table spare; "
        "when it no longer is: drop owned by gendash_admin_reader; drop role gendash_admin_reader",
    ]
    execute(other, "drop owned by gendash_reader")
    execute(platform, "drop table spare")
    assert len(remove(catalog)) == 2


def test_roles_that_another_installation_in_the_database_needs_stay_until_the_last_one_goes(
    platform: str, definitions: Definitions
) -> None:
    first, last = definitions(platform), definitions(platform, "schema: gendash_two")
    migrate(first.config, first)
    migrate(last.config, last)
    leaving = postgres_uninstall.remove_from_store(last.config)
    assert [str(problem).partition("; ")[0] for problem in leaving.stays] == [
        "role gendash_reader: is used elsewhere: schema gendash",
        "role gendash_admin_reader: is used elsewhere: schema gendash",
    ]
    roles = "select rolname, has_schema_privilege(rolname, 'gendash', 'usage') from pg_roles where rolname ~ 'gendash_.*reader'"
    with psycopg.connect(platform) as connection:
        assert sorted(connection.execute(roles)) == [("gendash_admin_reader", True), ("gendash_reader", True)]
    assert postgres_uninstall.remove_from_store(first.config).stays == []


def test_what_an_owner_has_elsewhere_is_named_in_one_line(platform: str, definitions: Definitions) -> None:
    owner = with_role(platform, "gendash_owner", "pw")
    both = [definitions(owner, text, GENDASH_ADMIN_DATABASE_URL=platform) for text in ("", "schema: gendash_two")]
    for catalog in both:
        migrate(catalog.config, catalog)
    leaving = postgres_uninstall.remove_from_store(both[1].config)
    (line,) = [str(problem) for problem in leaving.stays if problem.where == "role gendash_owner"]
    assert re.search(r"is used elsewhere: ([^,]+, ){3}[^,]+ and \d+ more; when it no longer is", line), line


def test_an_owner_without_an_admin_takes_back_what_it_may_and_prints_the_rest(
    platform: str, definitions: Definitions
) -> None:
    before = snapshot(platform)
    owner = with_role(platform, "gendash_owner", "pw")
    catalog = definitions(owner, GENDASH_ADMIN_DATABASE_URL=platform)
    migrate(catalog.config, catalog)
    leaving = postgres_uninstall.remove_from_store(definitions(owner).config)
    assert [problem.where for problem in leaving.stays] == [
        "role gendash_reader",
        "role gendash_admin_reader",
        "role gendash_owner",
    ]
    for problem in leaving.stays:
        execute(platform, problem.do.split("to run: ")[1])
    assert snapshot(platform) == before


def test_while_a_refresh_is_at_work_nothing_goes(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform)
    migrate(catalog.config, catalog)
    execute(platform, "insert into gendash._lease values ('refresh', 'host:1:x', now(), now() + interval '1 minute')")
    with pytest.raises(Refused, match=r"refresh is running in host:1; stop it, or wait"):
        postgres_uninstall.remove_from_store(catalog.config)


def test_the_command_lists_then_asks_then_leaves_nothing(platform: str, postgres: Server, tmp_path: Path) -> None:
    before = snapshot(platform)
    state = tmp_path / ".gendash"
    (state / "backups" / "one").mkdir(parents=True)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli, list(arguments), env={"GENDASH_DATABASE_URL": platform}, catch_exceptions=True)

    uninstall = ("uninstall", "--state", str(state))
    run("db", "migrate")
    listed = run(*uninstall, "--dry-run")
    assert listed.exit_code == 0
    assert "- store drop schema gendash" in listed.stdout.splitlines()
    assert f"- {state / 'backups'}" in listed.stdout.splitlines()
    assert isinstance(run(*uninstall).exception, Refused)  # nobody to ask
    assert (state / "backups").is_dir()
    done = run(*uninstall, "--yes")
    assert done.exit_code == 0
    assert "12 deleted, 0 kept" in done.stdout
    assert not state.exists()
    assert snapshot(platform) == before
    assert "nothing of gendash is here" in run(*uninstall, "--yes").stdout


def test_advised_indexes_go_only_when_asked(platform: str, definitions: Definitions) -> None:
    execute(
        platform,
        "create index gendash_advised_messages_created_at on messages (created_at); create index mine on messages (role)",
    )
    catalog = definitions(platform)
    migrate(catalog.config, catalog)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli, ["uninstall", "--yes", *arguments], env={"GENDASH_DATABASE_URL": platform})

    assert "index" not in run().stdout
    assert "- source drop index gendash_advised_messages_created_at" in run("--indexes").stdout
    with psycopg.connect(platform) as connection:
        left = connection.execute("select indexname from pg_indexes where tablename = 'messages' order by 1").fetchall()
    assert [name for (name,) in left] == ["ix_messages_conversation_id", "messages_pkey", "mine"]
