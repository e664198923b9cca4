"""A real Grafana for tests: the one that GENDASH_GRAFANA_URL names (with an admin's name and password), or a new one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Grafana:
    """A server and the way in as its admin."""

    url: str
    auth: tuple[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """The JSON answer to a request as admin, or with a token; an answer above 399 is an error."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.session.request(
            method, self.url + path, json=body, headers=headers, auth=None if token else self.auth, timeout=20
        )
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    @cache  # noqa: B019  one server a session
    def token(self, role: str) -> str:
        """A token of a service account with a role."""
        name = f"gendash-{role}-{uuid4().hex[:6]}"
        account = self("POST", "/api/serviceaccounts", {"name": name, "role": role})
        return str(self("POST", f"/api/serviceaccounts/{account['id']}/tokens", {"name": name})["key"])

    @cache  # noqa: B019
    def person(self, login: str, role: str) -> tuple[str, str]:
        """Name and password of a person in the organisation."""
        known = {user["login"]: user["userId"] for user in self("GET", "/api/org/users")}
        password = f"password-of-{login}"
        if login not in known:
            made = self("POST", "/api/admin/users", {"login": login, "name": login, "password": password})
            known[login] = made["id"]
        self("PATCH", f"/api/org/users/{known[login]}", {"role": role})
        return login, password

    def __hash__(self) -> int:
        return id(self)


def _home(program: Path) -> Path:
    named = os.environ.get("GENDASH_GRAFANA_HOME")
    places = [Path(named)] if named else [*program.resolve().parents[:2], Path("/usr/share/grafana")]
    found = next((place for place in places if (place / "conf" / "defaults.ini").is_file()), None)
    assert found, "no conf/defaults.ini near grafana; set GENDASH_GRAFANA_HOME"
    return found


def _program() -> Path:
    cached = (path for path in (ROOT / ".cache").glob("**/bin/grafana") if os.access(path, os.X_OK))
    found = shutil.which("grafana") or next(map(str, cached), None)
    if not found:
        pytest.skip("no grafana on PATH; put grafana 12 on PATH, so that a test starts its own")
    return Path(found)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def run_grafana(data: Path, environ: Mapping[str, str]) -> Iterator[Grafana]:
    """A Grafana with its data in ``data``; ``environ`` adds ``GF_…`` settings. It is gone afterwards."""
    program, port, password = _program(), _free_port(), "admin-of-this-test"
    settings = {
        "SERVER_HTTP_ADDR": "127.0.0.1",
        "SERVER_HTTP_PORT": str(port),
        "PATHS_DATA": str(data / "data"),
        "PATHS_LOGS": str(data / "log"),
        "PATHS_PLUGINS": str(data / "plugins"),
        "PATHS_PROVISIONING": str(data / "provisioning"),
        "SECURITY_ADMIN_PASSWORD": password,
        "SECURITY_DISABLE_GRAVATAR": "true",
        "PLUGINS_PREINSTALL_DISABLED": "true",
        "PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
        "ANALYTICS_CHECK_FOR_UPDATES": "false",
        "ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "ANALYTICS_REPORTING_ENABLED": "false",
        "NEWS_NEWS_FEED_ENABLED": "false",
        "UNIFIED_ALERTING_ENABLED": "false",
    }
    command = [str(program), "server", "--homepath", str(_home(program))]
    env = {**os.environ, **{f"GF_{key}": value for key, value in settings.items()}, **environ}
    with (data / "grafana.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        server = Grafana(f"http://127.0.0.1:{port}", ("admin", password))
        _wait(server, process, data / "grafana.log")
        yield server
        server.session.close()
    finally:
        process.terminate()
        process.wait(20)


def _wait(server: Grafana, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 300  # a busy machine takes minutes for the migrations
    while time.monotonic() < until and process.poll() is None:
        try:
            requests.get(server.url + "/api/health", timeout=2).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(f"Grafana did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture(scope="session")
def grafana(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grafana]:
    """A Grafana that all tests of this session share: each uses an instance prefix of its own."""
    given = os.environ.get("GENDASH_GRAFANA_URL")
    if given:
        parts = urlsplit(given)
        host = parts.netloc.rpartition("@")[2]
        server = Grafana(
            f"{parts.scheme}://{host}{parts.path}".rstrip("/"), (parts.username or "", parts.password or "")
        )
        yield server
        server.session.close()
        return
    with run_grafana(tmp_path_factory.mktemp("grafana"), {}) as server:
        yield server


@pytest.fixture
def new_grafana(tmp_path: Path) -> Callable[..., Any]:
    """Starts another Grafana: ``with new_grafana(environ) as server``."""
    return lambda environ=None: run_grafana(tmp_path, environ or {})
