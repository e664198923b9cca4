"""Real servers for tests: started where their binaries are, else the test is skipped, or fails if it is required."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from gendash.demo import postgres as demo_postgres
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))  # tests are no package, so what they share needs a path
_numbers = count(1)
for _name in ("no_proxy", "NO_PROXY"):  # servers of tests are here, whatever proxy the environment names
    os.environ[_name] = ",".join(filter(None, [os.environ.get(_name), "127.0.0.1"]))


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
    """Why tests of a server cannot run here and what to install, or an empty string."""
    if server == "postgres":
        what = "no PostgreSQL binaries; install PostgreSQL (initdb and postgres), or `pip install gendash[demo]`"
        return "" if _postgres_binaries() else what
    if server == "prometheus":
        missing = [name for name in ("prometheus", "promtool") if not find_tool(name)]
        what = f"no {' and no '.join(missing)} on PATH or in .cache; run `make fetch`, or install Prometheus"
        return what if missing else ""
    there = os.environ.get("GENDASH_GRAFANA_URL") or find_tool("grafana")
    return "" if there else "no Grafana; put grafana 12 on PATH, or set GENDASH_GRAFANA_URL and GENDASH_GRAFANA_TOKEN"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"postgres", "own_postgres"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)


def pytest_runtest_setup(item: pytest.Item) -> None:
    required = os.environ.get("GENDASH_REQUIRE", "").replace(",", " ").split()
    for server in ("postgres", "prometheus", "grafana"):
        if item.get_closest_marker(server) and _absent(server):
            if server in required:
                pytest.fail(f"GENDASH_REQUIRE names {server}: {_absent(server)}", pytrace=False)
            pytest.skip(_absent(server))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says at the end how many tests were skipped for which reason, and what to install."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    if reasons:
        terminalreporter.section("skipped, and what to install")
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"{number:5} skipped: {reason}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[demo_postgres.Server]:
    """A PostgreSQL server for this session (for each worker of pytest-xdist)."""
    with demo_postgres.postgres(_postgres_binaries()) as server:
        yield server


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[demo_postgres.Server]:
    """A PostgreSQL server of this module alone."""
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
