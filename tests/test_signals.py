"""How commands end when systemd, Kubernetes or a person stops them, and what they leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

HELD = "select count(*) from gendash._lease where name = 'refresh' and until > now()"


def _heed_sigint() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _start(folder: Path, url: str, *command: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-P", "-m", "gendash.cli", *command]
    env = {"PATH": os.environ["PATH"], "GENDASH_DATABASE_URL": url}
    pipe = subprocess.PIPE
    # a shell that runs the tests in the background has its children ignore SIGINT
    return subprocess.Popen(argv, cwd=folder, env=env, text=True, stdout=pipe, stderr=pipe, preexec_fn=_heed_sigint)


def _finish(process: subprocess.Popen[str]) -> str:
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def _count(url: str, query: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_refresh_that_is_stopped_ends_its_lease_and_the_next_one_runs(
    platform: str, tmp_path: Path, number: signal.Signals
) -> None:
    """It is stopped while it waits for a table: within a statement, where a process spends its time."""
    _finish(_start(tmp_path, platform, "db", "migrate"))
    with psycopg.connect(platform) as other:
        other.execute("lock table gendash.message_hour in access exclusive mode")
        process = _start(tmp_path, platform, "db", "refresh")
        deadline = time.monotonic() + 60
        waits = "select count(*) from pg_locks where not granted"
        while not (_count(platform, HELD) and _count(platform, waits)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _count(platform, HELD) == 1
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode not in (0, -signal.SIGKILL)
    assert "Traceback" not in said
    assert _count(platform, HELD) == 0
    assert _finish(_start(tmp_path, platform, "db", "refresh")) == ""


def test_runs_that_repeat_end_at_a_signal_with_no_lease(platform: str, tmp_path: Path) -> None:
    _finish(_start(tmp_path, platform, "db", "migrate"))
    process = _start(tmp_path, platform, "db", "refresh", "--every", "1h")
    deadline = time.monotonic() + 60
    filled = "select count(*) from gendash._refresh where relation = 'refresh_now' or finished_at is not null"
    while not (_count(platform, filled) > 20 and not _count(platform, HELD)) and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert _count(platform, HELD) == 0


@pytest.mark.parametrize("duration", ["0s", "-1s", "inf", "nan", "1e9s", "٣s", "9" * 400 + "s", "s", "", "200y"])
def test_a_duration_is_finite_and_above_0(duration: str, tmp_path: Path) -> None:
    process = _start(tmp_path, "postgresql://nobody@127.0.0.1:9/none", "db", "refresh", "--every", duration)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is not a duration" in said
