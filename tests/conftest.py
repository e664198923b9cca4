"""Real servers for tests: started where their binaries are, else the test is skipped, or fails if it is required."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from gendash.demo import postgres as demo_postgres
from gendash.engine.catalog import Catalog
from gendash.engine.config import load_config
from gendash.engine.targets.files import load_catalog

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))  # tests are no package, so what they share needs a path
_numbers = count(1)


@cache
def find_tool(name: str) -> str | None:
    """Path of a program on PATH or unpacked below ``.cache``."""
    cached = (path for path in (ROOT / ".cache").glob(f"**/{name}") if path.is_file() and os.access(path, os.X_OK))
    return shutil.which(name) or next(map(str, cached), None)


@cache
def _postgres_binaries() -> Path | None:
    named = os.environ.get("GENDASH_POSTGRES_BIN")  # to test against another version
    folders = [Path(named)] if named else [ROOT / ".cache" / "debian", ROOT / ".cache"]
    return demo_postgres.find_binaries(*(folder for folder in folders if folder.is_dir()))


@cache
def _absent(server: str) -> str:
    """Why tests of a server cannot run here, or an empty string."""
    if server == "postgres":
        return "" if _postgres_binaries() else "no PostgreSQL binaries (PATH, /usr/lib/postgresql, gendash[demo])"
    if server == "prometheus":
        missing = [name for name in ("prometheus", "promtool") if not find_tool(name)]
        return f"no {' and no '.join(missing)} on PATH or in .cache" if missing else ""
    there = os.environ.get("GENDASH_GRAFANA_URL") or find_tool("grafana")
    return "" if there else "no GENDASH_GRAFANA_URL and no grafana on PATH"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = os.environ.get("GENDASH_REQUIRE", "").replace(",", " ").split()
    for server in ("postgres", "prometheus", "grafana"):
        if item.get_closest_marker(server) and _absent(server):
            if server in required:
                pytest.fail(f"GENDASH_REQUIRE names {server}: {_absent(server)}", pytrace=False)
            pytest.skip(_absent(server))


@pytest.fixture(scope="session")
def postgres() -> Iterator[demo_postgres.Server]:
    """A PostgreSQL server for this session (for each worker of pytest-xdist)."""
    with demo_postgres.postgres(_postgres_binaries()) as server:
        yield server


@pytest.fixture
def new_database(postgres: demo_postgres.Server) -> Iterator[Callable[[], str]]:
    """Makes a fresh, empty database and returns its URL as superuser; all are dropped afterwards."""
    made: list[str] = []
    with psycopg.connect(postgres.url(), autocommit=True) as admin:

        def make() -> str:
            name = f"test_{next(_numbers)}"
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            made.append(name)
            return postgres.url(name)

        yield make
        for name in made:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        roles = admin.execute("select rolname from pg_roles where oid >= 16384").fetchall()
        for (role,) in roles:  # roles belong to the whole server: left ones would meet the next test
            admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """URL of a fresh, empty database, as superuser."""
    return new_database()


@pytest.fixture
def platform(database: str) -> str:
    """URL of a fresh database with the reference platform's tables, all empty."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((ROOT / "demo" / "platform.sql").read_bytes())
    return database


@pytest.fixture
def definitions() -> Callable[..., Catalog]:
    """The packaged content under settings: ``definitions(url, "time_zone: Asia/Tokyo", GENDASH_READER_PASSWORD="x")``."""

    def load(url: str, text: str = "", roots: tuple[Path, ...] = (), **environ: str) -> Catalog:
        config = load_config(text, environ={"GENDASH_DATABASE_URL": url, **environ})
        return load_catalog(config, roots)

    return load
