"""A Viewer with raw SQL, as the role of the shared data source: every attack of the list, before and after each other."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from viewer_attacks import ATTACKS, Attack

from gendash.commands.doctor import examine
from gendash.demo import load
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.doctor.rights import Noted
from gendash.engine.read.reader import clock_setting
from gendash.engine.render import schema_sql
from gendash.engine.store import lock_holders
from gendash.engine.store import migrate as store_migrate
from gendash.engine.store.migrate import migrate, pending
from gendash.engine.store.refresh.run import refresh

Definitions = Callable[..., Catalog]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
SECURITY = (Path(__file__).parents[3] / "SECURITY.md").read_text()
PASSWORDS = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}


def with_role(url: str, user: str, password: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}:{password}@", url)


@dataclass
class Site:
    """A platform and its store in one database, as gendash recommends it: an owner of few rights, two readers."""

    admin: str
    catalog: Catalog
    reader: str

    def migrate(self) -> list[str]:
        return migrate(self.catalog.config, self.catalog).done

    def execute(self, text: str) -> list[Any]:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def notes(self) -> list[Noted]:
        return examine(self.catalog, NOW).notes

    def role_settings(self) -> list[Any]:
        return self.execute(
            "select rolname, rolconnlimit, rolconfig, array(select setconfig from pg_db_role_setting "
            "where setrole = r.oid order by 1) from pg_roles r where rolname ~ 'reader' order by 1"
        )

    def privileges(self) -> list[Any]:
        return self.execute(
            "select relname, relacl::text from pg_class where relnamespace = 'gendash'::regnamespace union all "
            "select proname, proacl::text from pg_proc where pronamespace = 'gendash'::regnamespace union all "
            "select nspname, nspacl::text from pg_namespace where nspname = 'gendash' order by 1"
        )


@pytest.fixture(scope="module")
def impatient() -> Iterator[None]:
    """Readers whose statements may take a second: some attacks compute, or sleep, for as long as they may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(schema_sql.READER_SETTINGS, "statement_timeout", "1s")
        yield


@pytest.fixture(scope="module")
def site(own_postgres: Server, impatient: None) -> Iterator[Site]:
    admin = own_postgres.url("viewed")
    with psycopg.connect(own_postgres.url(), autocommit=True) as connection:
        connection.execute("create database viewed")
    load.load(admin, generate(1, NOW, 0.03))
    environ = {
        "GENDASH_DATABASE_URL": with_role(admin, "gendash_owner", "o"),
        "GENDASH_ADMIN_DATABASE_URL": admin,
        **PASSWORDS,
    }
    text = "\n".join(f"{name}: none" for name in ("prometheus_url", "grafana_url"))
    catalog = load_catalog(load_config(text + "\nlangfuse: {base_url: none}", environ=environ))
    migrate(catalog.config, catalog)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("grant select on all tables in schema public to gendash_owner")
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    yield Site(admin, catalog, with_role(admin, "gendash_reader", "r"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as entered:
        yield entered


def outcome(url: str, attack: Attack) -> tuple[str, Any]:
    """How a text ended in a session of its own: the SQLSTATE, or ``done``; and its last rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            cursor = connection.execute(attack.sql.encode())
            while cursor.nextset():
                pass
            return "done", cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            return error.sqlstate or "connection lost", str(error)


def held_to(attack: Attack, ended: str, rows: Any) -> str:
    """What is wrong with an outcome; an empty text if nothing is."""
    if attack.ends == "empty":
        return "" if ended == "done" and rows in ([], [(0,)], [(False,)], [(None,)]) else f"{ended}: {rows!r}"
    if ended == "done" and attack.ends.split()[0] in ("own", "undone", "cost"):
        return ""
    return "" if ended in attack.ends.split() else f"{ended}: {rows!r}"


def test_there_are_at_least_sixty_attacks_of_different_names() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60


def test_what_cannot_be_prevented_is_named_with_its_cost() -> None:
    assert [attack.name for attack in ATTACKS if attack.ends == "cost" and f"**{attack.cost}" not in SECURITY] == []


@pytest.mark.parametrize("order", [1, pytest.param(-1, marks=pytest.mark.soak)])
def test_every_attack_ends_as_listed_before_and_after_each_other(site: Site, stack: ExitStack, order: int) -> None:
    """In the list's order and in the opposite one; after each that is undone, the migration undoes it."""
    site.migrate()
    limits, privileges = site.role_settings(), site.privileges()
    faults = {}
    other = stack.enter_context(psycopg.connect(site.catalog.config["database_url"]))  # whom attacks can mean
    other.execute("select 1")
    for attack in ATTACKS[::order]:
        ended, rows = outcome(site.reader, attack)
        wrong = held_to(attack, ended, rows)
        if wrong:
            faults[attack.name] = wrong
        if attack.ends.startswith("undone") and ended == "done":
            done = site.migrate()
            if not done or pending(site.catalog.config, site.catalog):
                faults[attack.name] = f"not undone by {done}"
            if (site.role_settings(), site.privileges()) != (limits, privileges):
                faults[attack.name] = "left something behind"
    assert not faults, "\n".join(f"{name}: {what}" for name, what in faults.items())
    assert site.execute("select count(*) from pg_largeobject_metadata") == [(0,)]
    with psycopg.connect(site.reader, autocommit=True) as connection:
        assert connection.execute("select count(*) > 0 from gendash.activity_day").fetchone() == (True,)


def test_all_that_a_session_can_do_to_its_role_is_undone_at_once(site: Site) -> None:
    limits, privileges = site.role_settings(), site.privileges()
    with psycopg.connect(site.reader, autocommit=True) as connection:
        for attack in ATTACKS:
            if attack.ends.startswith("undone"):
                with suppress(psycopg.errors.InsufficientPrivilege):
                    connection.execute(attack.sql.encode())
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(site.reader)
    noted = {note.what.split(" than ")[0] for note in site.notes() if note.role == "gendash_reader"}
    assert "the password that is configured: the server rejects it" in noted
    assert any(
        what.startswith("another default_transaction_read_only, ") and "in database viewed" in what for what in noted
    )
    assert "owns 51 large objects" in noted
    done = site.migrate()
    assert "set password of gendash_reader" in done
    assert any(line.startswith("set limits of role gendash_reader, which differed in ") for line in done)
    assert (site.role_settings(), site.privileges()) == (limits, privileges)
    assert pending(site.catalog.config, site.catalog) == []
    assert [note for note in site.notes() if note.role == "gendash_reader"] == []
    with psycopg.connect(site.reader, autocommit=True) as connection:
        assert connection.execute("select count(*) > 0 from gendash.activity_day").fetchone() == (True,)


def test_a_reader_can_open_so_many_connections_and_no_more(site: Site) -> None:
    limit = site.execute("select rolconnlimit from pg_roles where rolname = 'gendash_reader'")[0][0]
    opened = []
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            for _ in range(limit + 1):
                opened.append(psycopg.connect(site.reader))
        assert len(opened) == limit
        assert site.migrate() == []  # the owner is not locked out
    finally:
        for connection in opened:
            connection.close()


def test_locks_that_a_reader_holds_stop_no_migration(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_migrate, "ATTEMPTS", 2)
    monkeypatch.setattr(lock_holders, "LONG_S", 1)
    with psycopg.connect(site.reader, autocommit=True) as connection:
        for attack in ATTACKS:
            if attack.name.startswith("the lock of"):
                connection.execute(attack.sql.encode())
        connection.execute(b"set idle_in_transaction_session_timeout = 0; begin; table gendash.refresh_now")
        site.execute("drop view if exists gendash.x; delete from gendash._object where name = 'refresh_now'; "
                     "insert into gendash._object values ('refresh_now', 'view', 'x', now())")  # fmt: skip
        assert site.migrate() == ["replace view refresh_now"]
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")


def test_a_holder_that_cannot_be_ended_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_migrate, "ATTEMPTS", 1)
    monkeypatch.setattr(store_migrate, "LONG", "300ms")
    with psycopg.connect(site.admin) as connection:
        pid = connection.info.backend_pid
        connection.execute("table gendash.refresh_now")
        site.execute("update gendash._object set hash = 'x' where (name, kind) = ('refresh_now', 'view')")
        with pytest.raises(store_migrate.Refused, match=rf"within 300ms: postgres \(pid {pid}\) holds a lock"):
            site.migrate()
    assert site.migrate() == ["replace view refresh_now"]


def test_the_clock_obeys_owners_and_who_has_their_pass(site: Site) -> None:
    ask, then = "select gendash.clock()", NOW - timedelta(days=400)
    passed = clock_setting(site.catalog.config, then)
    with psycopg.connect(site.reader) as connection:
        for value, wanted in ((passed, then), (passed[:-1], None), (then.isoformat(), None), ("#", None)):
            connection.execute("select set_config('gendash.now', %s, false)", [value])
            (seen,) = connection.execute(ask).fetchone() or (None,)
            assert seen == (wanted or connection.execute("select now()").fetchone()[0])  # type: ignore[index]
    with psycopg.connect(with_role(site.admin, "gendash_owner", "o")) as connection:
        connection.execute("select set_config('gendash.now', %s, false)", [then.isoformat()])
        assert connection.execute(ask).fetchone() == (then,)


def test_a_pass_for_one_time_is_none_for_another(site: Site) -> None:
    one, other = (clock_setting(site.catalog.config, NOW - timedelta(days=days)) for days in (1, 2))
    with psycopg.connect(site.reader) as connection:
        forged = f"{one.split('#')[0]}#{other.split('#')[1]}"
        connection.execute("select set_config('gendash.now', %s, false)", [forged])
        assert connection.execute("select gendash.clock() = now()").fetchone() == (True,)


# ── privileges that others give ──────────────────────────────────────────────────────────────────────────────────


def test_default_privileges_open_nothing_and_who_had_them_is_named(
    own_postgres: Server, site: Site, definitions: Definitions
) -> None:
    """As managed servers set them up for their own roles, and as a DBA grants on all tables."""
    with psycopg.connect(own_postgres.url(), autocommit=True) as connection:
        connection.execute("create database opened")
        connection.execute("create role anon")
    admin = own_postgres.url("opened")
    with psycopg.connect(admin, autocommit=True) as connection:
        for what in ("tables", "functions", "schemas"):
            privilege = {"tables": "select", "functions": "execute", "schemas": "usage"}[what]
            for to in ("anon", "gendash_reader", "public"):
                connection.execute(
                    f"alter default privileges for role gendash_owner grant {privilege} on {what} to {to}".encode()
                )
    url = with_role(admin, "gendash_owner", "o")
    text = "{prometheus_url: none, grafana_url: none, langfuse: {base_url: none}}"
    catalog = definitions(url, text, GENDASH_ADMIN_DATABASE_URL=admin, **PASSWORDS)
    done = migrate(catalog.config, catalog).done
    assert any(line.startswith("revoke privileges of anon on function clock") for line in done)
    open_to = (
        "select count(*) from pg_class where relnamespace = 'gendash'::regnamespace and relkind in ('r', 'v', 'm') "
        "and has_table_privilege('{}', oid, 'select')"
    )
    with psycopg.connect(admin, autocommit=True) as connection:
        assert connection.execute(open_to.format("anon").encode()).fetchone() == (0,)
        assert not connection.execute(b"select has_schema_privilege('anon', 'gendash', 'usage')").fetchone()[0]  # type: ignore[index]
        opened = connection.execute(open_to.format("gendash_reader").encode()).fetchone()
        shared = {"everyone"}
        meant = [one for one in catalog.relations.values() if one.header.get("audience") in shared]
        assert opened and 0 < opened[0] <= len(meant)
        connection.execute("grant select on all tables in schema gendash to anon, gendash_reader")
        connection.execute("grant select (key) on gendash._secret to anon with grant option")
    foreign = [note.role for note in examine(catalog, NOW).notes if note.what.startswith("privileges on ")]
    assert foreign == ["anon", "gendash_reader"]
    waiting = pending(catalog.config, catalog)
    assert [line.split(" on ")[0] for line in waiting] == [
        "revoke privileges of anon",
        "revoke privileges of gendash_reader",
    ]
    assert migrate(catalog.config, catalog).done == waiting
    with psycopg.connect(admin, autocommit=True) as connection:
        assert connection.execute(open_to.format("anon").encode()).fetchone() == (0,)
        assert connection.execute(open_to.format("gendash_reader").encode()).fetchone() == opened
        columns = "select has_column_privilege('anon', 'gendash._secret', 'key', 'select')"
        assert connection.execute(columns.encode()).fetchone() == (False,)
    assert pending(catalog.config, catalog) == []


def test_migrations_of_two_threads_do_not_undo_each_other(site: Site) -> None:
    site.execute("update gendash._object set hash = 'x' where (name, kind) = ('refresh_now', 'view')")
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append(site.migrate())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [[], ["replace view refresh_now"]]
