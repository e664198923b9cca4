"""Nothing is created in the platform's database, and no lock is taken there but that of a read, through an adapter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.doctor.look_database import platform_look
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.preview import look_ahead
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh

PLATFORMS = Path(__file__).resolve().parents[2] / "sql" / "platforms"
NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
CATALOGS = ("pg_class", "pg_attribute", "pg_proc", "pg_type", "pg_constraint", "pg_index", "pg_trigger", "pg_namespace", "pg_policy", "pg_rewrite")  # fmt: skip


def objects(url: str) -> dict[str, Any]:
    """A digest of each system catalog, without statistics, and the number of rows that were ever written to tables."""
    volatile = "'reltuples', 'relpages', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid'"
    with psycopg.connect(url) as connection:
        found = {
            name: connection.execute(
                f"select md5(string_agg(digest, '' order by digest)) from (select md5((to_jsonb(t) - array[{volatile}])::text) "
                f"as digest from {name} t) d".encode()
            ).fetchone()
            for name in CATALOGS
        }
        found["roles"] = connection.execute("select array_agg(rolname::text order by 1) from pg_roles").fetchone()
        return found


@contextmanager
def watched(url: str) -> Iterator[set[tuple[str, str]]]:
    """The (application, mode) of each lock on a table of the platform that is not that of a read, and long transactions."""
    seen: set[tuple[str, str]] = set()
    end = threading.Event()

    def look() -> None:
        with psycopg.connect(url, autocommit=True, application_name="watch") as connection:
            while not end.wait(0.003):
                rows = connection.execute(
                    "select application_name, mode from pg_locks l join pg_stat_activity a using (pid) where application_name "
                    "like 'gendash%' and a.datname = current_database() and l.relation >= 16384 and mode <> 'AccessShareLock' "
                    "union all select application_name, 'held' from pg_stat_activity where application_name like 'gendash%' "
                    "and datname = current_database() and now() - xact_start > interval '10 s'"
                ).fetchall()
                seen.update((str(name), str(mode)) for name, mode in rows)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize("name", ["dify", pytest.param("open-webui-json", marks=pytest.mark.soak)])
def test_the_platforms_database_is_as_it_was_after_everything_that_reads_it(
    name: str, new_database: Callable[[], str], definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    source, store = new_database(), new_database()
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute((PLATFORMS / f"{name}.sql").read_bytes())
    monkeypatch.setattr(read, "SMALL_PAGES", -1)
    text = f"platform: {{adapter: {name}}}\nprometheus_url: none\nlangfuse: {{base_url: none}}\n"
    catalog = definitions(store, text, GENDASH_SOURCE_URL=source)
    migrate(catalog.config, catalog)  # which makes the roles of the server, that both databases share
    before = objects(source)
    with watched(source) as seen:
        assert [one.error for one in refresh(catalog.config, catalog, at=NOW) if one.error] == []
        assert [one.error for one in refresh(catalog.config, catalog, at=NOW, compare=True) if one.error] == []
        assert not [one for one in audit(catalog, at=NOW) if one.state == "failed"]
        look_ahead(catalog.config, catalog)
        with psycopg.connect(source, autocommit=True) as connection:
            platform_look(connection, catalog)
        monkeypatch.chdir(tmp_path)
        env = {"GENDASH_SOURCE_URL": source, "GENDASH_DATABASE_URL": store, "GENDASH_PROMETHEUS_URL": "none",
               "LANGFUSE_BASE_URL": "none", "GENDASH_GRAFANA_URL": "none"}  # fmt: skip
        assert CliRunner().invoke(cli, ["init"], env=env).exit_code == 0
    assert objects(source) == before
    assert seen == set()


def test_the_watch_sees_a_lock(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("create table t (n int)")
    with watched(database) as seen, psycopg.connect(database, application_name="gendash test") as connection:
        connection.execute("lock table t in share mode")
        connection.execute("select pg_sleep(0.5)")
    assert ("gendash test", "ShareLock") in seen
