"""How commands end when systemd, Kubernetes or a person stops them, and what they leave."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest

HELD = "select count(*) from gendash._lease where name = 'refresh' and until > now()"


def _heed_sigint() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _start(folder: Path, url: str, *command: str, **environ: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-P", "-m", "gendash.cli", *command]
    env = {"PATH": os.environ["PATH"], "GENDASH_DATABASE_URL": url, **environ}
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


def _address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def _until(found: Callable[[], object], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not found():
        assert time.monotonic() < deadline, "it never began"
        time.sleep(0.1)


def _stopped(process: subprocess.Popen[str], number: signal.Signals, code: int) -> str:
    """Stops a process, which must end within seconds with an exit code and without a traceback."""
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said and "internal fault" not in said
    assert time.monotonic() - began < 20, said  # of seconds, on a busy machine
    return said


class _Refusing(BaseHTTPRequestHandler):
    """A Langfuse that refuses every key."""

    def do_GET(self) -> None:
        self.send_error(401)

    def log_message(self, format: str, *args: object) -> None:
        pass


WAITS = "select count(*) from pg_locks where not granted"
signals = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


@signals
@pytest.mark.parametrize(("options", "code"), [((), 1), (("--every", "1h"), 0)], ids=["once", "every"])
def test_a_refresh_that_is_stopped_ends_its_lease_and_the_next_one_runs(
    platform: str, tmp_path: Path, number: signal.Signals, options: tuple[str, ...], code: int
) -> None:
    """It is stopped while it waits for a table: within a statement, where a process spends its time."""
    _finish(_start(tmp_path, platform, "db", "migrate"))
    with psycopg.connect(platform) as other:
        other.execute("lock table gendash.message_hour in access exclusive mode")
        process = _start(tmp_path, platform, "db", "refresh", *options)
        _until(lambda: _count(platform, HELD) and _count(platform, WAITS))
        _stopped(process, number, code)
    assert _count(platform, HELD) == 0
    assert _finish(_start(tmp_path, platform, "db", "refresh")) == ""


@signals
def test_runs_that_repeat_end_at_a_signal_with_no_lease(platform: str, tmp_path: Path, number: signal.Signals) -> None:
    """It is stopped between two runs."""
    _finish(_start(tmp_path, platform, "db", "migrate"))
    process = _start(tmp_path, platform, "db", "refresh", "--every", "1h")
    filled = "select count(*) from gendash._refresh where relation = 'refresh_now' or finished_at is not null"
    audited = "select count(*) from gendash._audit"
    _until(lambda: _count(platform, filled) > 20 and _count(platform, audited) and not _count(platform, HELD))
    _stopped(process, number, 0)
    assert _count(platform, HELD) == 0


@signals
def test_a_sync_ends_in_the_middle_of_a_request_and_of_a_wait(
    platform: str, tmp_path: Path, number: signal.Signals
) -> None:
    _finish(_start(tmp_path, platform, "db", "migrate"))
    keys = {"LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk", "GENDASH_FEATURES_LANGFUSE": "true"}
    again = ("langfuse", "sync", "--every", "1h")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        asked = _start(tmp_path, platform, *again, LANGFUSE_BASE_URL=_address(server), **keys)
        with server.accept()[0] as request:
            assert request.recv(1)  # it is never answered
            _stopped(asked, number, 0)
    failed = "select count(*) from gendash._sync where error is not null"
    with HTTPServer(("127.0.0.1", 0), _Refusing) as server:  # a refusal is final: the next try is in an hour
        threading.Thread(target=server.serve_forever, daemon=True).start()
        waiting = _start(tmp_path, platform, *again, LANGFUSE_BASE_URL=_address(server.socket), **keys)
        _until(lambda: _count(platform, failed), 120)
        time.sleep(0.5)
        _stopped(waiting, number, 0)
        server.shutdown()


def test_serve_keeps_the_store_filled_and_ends_with_its_refresh(platform: str, tmp_path: Path) -> None:
    """It is stopped while its refresh waits for a table: the lease ends, and no process is left."""
    _finish(_start(tmp_path, platform, "db", "migrate"))
    digest = hashlib.sha256(b"t").hexdigest()
    (tmp_path / "gendash.yaml").write_text(
        f"api: {{tokens: {{t: {{sha256: {digest}, role: admin}}}}}}\nlangfuse: {{base_url: none}}\nprometheus_url: none"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = _address(free)
    with psycopg.connect(platform) as other:
        other.execute("lock table gendash.message_hour in access exclusive mode")
        process = _start(tmp_path, platform, "serve", "--refresh", "--port", url.rpartition(":")[2])
        _until(lambda: _count(platform, HELD) and _count(platform, WAITS))
        with urllib.request.urlopen(f"{url}/healthz", timeout=20) as answer:
            assert answer.status == 200
        _stopped(process, signal.SIGTERM, 0)
        assert _count(platform, "select count(*) from pg_stat_activity where application_name like 'gendash%'") == 0
    assert _count(platform, HELD) == 0
    assert _finish(_start(tmp_path, platform, "db", "refresh")) == ""


@pytest.mark.parametrize("duration", ["0s", "-1s", "inf", "nan", "1e9s", "٣s", "9" * 400 + "s", "s", "", "200y"])
def test_a_duration_is_finite_and_above_0(duration: str, tmp_path: Path) -> None:
    process = _start(tmp_path, "postgresql://nobody@127.0.0.1:9/none", "db", "refresh", "--every", duration)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "is not a duration" in said
