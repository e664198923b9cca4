"""Real servers for tests: started where their binaries are, else the test is skipped, or fails if it is required."""

from __future__ import annotations

import gc
import os
import shutil
import socketserver
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

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
gc.set_threshold(50_000)  # as `gendash` itself: thousands of tests and some catalogs live to the end of a worker
socketserver.BaseServer.serve_forever.__defaults__ = (0.02,)  # a server ends at once, not at a look each half second
for _name in ("no_proxy", "NO_PROXY"):  # servers of tests are here, whatever proxy the environment names
    os.environ[_name] = ",".join(filter(None, [os.environ.get(_name), "127.0.0.1"]))


def _memory() -> Path | None:
    """A folder in memory, where this machine has one with room: to make and drop databases there takes a third."""
    folder = Path("/dev/shm")
    try:
        found, memory = os.statvfs(folder), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
    has_room = found.f_bavail * found.f_frsize > 8 * 2**30 and memory > 12 * 2**30
    return folder if has_room and not found.f_flag & os.ST_NOEXEC and os.access(folder, os.W_OK | os.X_OK) else None


demo_postgres.FOLDER = _memory()
SMALL = {"max_wal_size": "256MB"}  # of a log that nobody reads


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


# modules of a quarter of a minute and more: begun last, each would leave the other worker idle at the end
LONG = (
    "sql/test_histories.py",
    "demo/test_subsets.py",
    "dashboards/test_all_dashboards.py",
    "test_own_dashboards.py",
    "langfuse_bridge/test_histories.py",
    "test_signals.py",
    "demo/test_run.py",
    "engine/verify/test_what_is_missing.py",
    "pages/test_in_a_browser.py",
    "recording_rules/test_rules.py",
    "test_secrets.py",
    "engine/checks/test_faults.py",
    "engine/store/refresh/test_run.py",
    "engine/store/test_migrate.py",
    "dashboards/test_cost_usage_numbers.py",
    "dashboards/test_overview_numbers.py",
    "engine/store/test_servers_in_the_wild.py",
    "sql/test_adapters.py",
    "engine/doctor/test_diagnose.py",
    "test_contributing.py",
    "test_cli.py",
    "faults/test_faults.py",
    "test_ci_kit.py",
    "engine/store/refresh/test_contained.py",
    "sql/test_foreign_world.py",
    "api/test_outages.py",
    "engine/store/test_viewer.py",
    "engine/store/test_places.py",
    "engine/store/test_audit.py",
    "engine/verify/test_victoriametrics.py",
    "dashboards/test_agent_performance_numbers.py",
    "dashboards/test_support_tickets_numbers.py",
    "dashboards/test_user_analytics_numbers.py",
    "engine/verify/test_run.py",
    "fuzz/test_fuzz.py",
    "sql/test_figures.py",
    "api/test_api.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))
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
    with demo_postgres.postgres(_postgres_binaries(), settings=SMALL) as server:
        yield server


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[demo_postgres.Server]:
    """A PostgreSQL server of this module alone."""
    with demo_postgres.postgres(_postgres_binaries(), settings=SMALL) as server:
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
        _drop_roles(admin)


def _drop_roles(admin: psycopg.Connection[Any]) -> None:
    """Drops the roles that nothing depends on: they belong to the whole server, and would meet the next test."""
    roles = admin.execute(
        "select rolname from pg_roles r where oid >= 16384 and not exists "
        "(select from pg_shdepend where refclassid = 'pg_authid'::regclass and refobjid = r.oid)"
    ).fetchall()
    for (role,) in roles:
        admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


@pytest.fixture(scope="module")
def _templates(postgres: demo_postgres.Server) -> Iterator[set[str]]:
    """Names of the databases that `copy_of` has filled in this module."""
    made: set[str] = set()
    yield made
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        for name in made:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        _drop_roles(admin)


@pytest.fixture
def copy_of(postgres: demo_postgres.Server, _templates: set[str]) -> Iterator[Callable[..., str]]:
    """``copy_of("world", fill)``: URL of a copy of a database that ``fill(url)`` fills once in a module.

    A copy takes a tenth of the time of a migration. Roles are shared by all copies.
    """
    made: list[str] = []
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        by_files = "strategy file_copy" if admin.info.server_version >= 150000 else ""  # rather than through the log

        def copy(name: str, fill: Callable[[str], object]) -> str:
            template = f"template_{name}"
            if template not in _templates:
                admin.execute(sql.SQL("create database {}").format(sql.Identifier(template)))
                _templates.add(template)
                fill(postgres.url(template))
            made.append(f"test_{next(_numbers)}")
            parts = sql.Identifier(made[-1]), sql.Identifier(template), sql.SQL(by_files)
            admin.execute(sql.SQL("create database {} template {} {}").format(*parts))
            return postgres.url(made[-1])

        yield copy
        for name in made:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        _drop_roles(admin)


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """URL of a fresh, empty database, as superuser."""
    return new_database()


@pytest.fixture
def platform(database: str) -> str:
    """URL of a fresh database with the reference platform's tables, all empty."""
    create_platform(database)
    return database


def create_platform(url: str) -> None:
    """The reference platform's tables, all empty."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((ROOT / "demo" / "platform.sql").read_bytes())


@pytest.fixture
def definitions() -> Callable[..., Catalog]:
    """The packaged content under settings: ``definitions(url, "time_zone: Asia/Tokyo", GENDASH_READER_PASSWORD="x")``."""

    def load(url: str, text: str = "", roots: tuple[Path, ...] = (), **environ: str) -> Catalog:
        config = load_config(text, environ={"GENDASH_DATABASE_URL": url, **environ})
        return load_catalog(config, roots)

    return load
