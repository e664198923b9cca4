"""Servers of the demo as child processes on 127.0.0.1: Prometheus over made history, Grafana without a sign-in."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem

READY_S = 90.0
MAX_BLOCK = "39366h"
"""Longest block of the history: one pass over the text instead of hundreds."""


@dataclass(frozen=True)
class Scraped:
    """A target for the scrape configuration."""

    job: str
    instance: str
    address: str
    path: str = "/metrics"


def find(name: str, *folders: Path) -> Path | None:
    """An executable in one of ``folders`` or on PATH."""
    for folder in folders:
        for path in (folder / name, folder / "bin" / name, folder / "usr" / "bin" / name):
            if path.is_file() and os.access(path, os.X_OK):
                return path.absolute()
    on_path = shutil.which(name)
    return Path(on_path).absolute() if on_path else None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def making_blocks(promtool: Path, texts: Iterable[Path], folder: Path) -> Iterator[Callable[[], None]]:
    """Turns OpenMetrics texts into blocks below ``folder``, each as soon as it is written, in processes of their own.

    Yields the function that waits for them, and removes the texts. Raises Unexpected there where one failed.
    """
    command = [str(promtool), "tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={MAX_BLOCK}", "-q"]
    running: list[tuple[Path, subprocess.Popen[str]]] = []

    def wait() -> None:
        for text, process in running:
            said = process.communicate()[0].strip().splitlines()
            if process.returncode:
                what = f"no blocks were made of {text.name}: {(said or ['no output'])[-1]}"
                raise Unexpected(Problem("promtool", what, "see the history in the demo folder"))
            text.unlink()

    try:
        for text in texts:
            options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
            process = subprocess.Popen([*command, str(text), str(folder)], start_new_session=True, **options)
            running.append((text, process))
        yield wait
    finally:
        for _, process in running:
            if process.poll() is None:
                process.kill()
                process.communicate()


@contextmanager
def prometheus(
    binary: Path,
    folder: Path,
    rules: Path | None,
    scraped: Sequence[Scraped] = (),
    retention: str = "90d",
    intervals: tuple[str, str] = ("15s", "30s"),
) -> Iterator[str]:
    """The URL of a Prometheus over the blocks in ``folder/data``; it scrapes itself and ``scraped``.

    ``intervals`` are those of scrapes and of rules.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"127.0.0.1:{port}"
    targets = [*scraped, Scraped("prometheus", "prometheus:9090", address)] if scraped else []
    config = {
        "global": dict(zip(("scrape_interval", "evaluation_interval"), intervals, strict=True)),
        "rule_files": [f"{rules.resolve()}/*.yml"] if rules else [],
        "scrape_configs": [_scrape_config(job, targets) for job in sorted({target.job for target in targets})],
    }
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    options = {
        "config.file": path,
        "storage.tsdb.path": folder / "data",
        "storage.tsdb.retention.time": retention,
        "web.listen-address": address,
        "log.level": "warn",
    }
    command = [str(binary), "--web.enable-lifecycle", *(f"--{key}={value}" for key, value in options.items())]
    url = f"http://{address}"
    with _child("prometheus", command, folder, {}, lambda: _answers(f"{url}/-/ready")):
        yield url


def wait_for_sample(url: str, series: str, since: float, number: int = 1) -> None:
    """Returns once so many series have a sample after ``since``. Raises Unexpected when they get none."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            with _session() as session:
                found = session.get(f"{url}/api/v1/query", params={"query": f"timestamp({series})"}, timeout=10)
            answer = found.json()
            if sum(float(sample["value"][1]) > since for sample in answer["data"]["result"]) >= number:
                return
        except (requests.RequestException, ValueError, KeyError):
            pass
        time.sleep(1)
    raise Unexpected(Problem("prometheus", f"no new sample of {series} within {READY_S:.0f} s", "see its log"))


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def _scrape_config(job: str, targets: Sequence[Scraped]) -> dict[str, object]:
    static = [
        {"targets": [target.address], "labels": {"instance": target.instance, "__metrics_path__": target.path}}
        for target in targets
        if target.job == job
    ]
    return {"job_name": job, "static_configs": static}


@contextmanager
def grafana(binary: Path, folder: Path, home: Path | None, port: int = 0) -> Iterator[tuple[str, str]]:
    """URL and token (role Admin) of a Grafana that asks nobody to sign in; ``home`` is the JSON of its first page."""
    homepath = _homepath(binary)
    folder.mkdir(parents=True, exist_ok=True)
    number = port or free_port()
    password = secrets.token_urlsafe(18)
    empty = folder / "provisioning"
    for name in ("datasources", "dashboards", "plugins", "alerting"):
        (empty / name).mkdir(parents=True, exist_ok=True)
    config = folder / "grafana.ini"
    config.touch()
    environment = {
        "GF_PATHS_DATA": str(folder / "data"),
        "GF_PATHS_LOGS": str(folder / "logs"),
        "GF_PATHS_PLUGINS": str(folder / "plugins"),
        "GF_PATHS_PROVISIONING": str(empty),
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(number),
        "GF_SECURITY_ADMIN_PASSWORD": password,
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_AUTH_ANONYMOUS_ORG_ROLE": "Admin",
        "GF_AUTH_DISABLE_LOGIN_FORM": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
        "GF_LOG_LEVEL": "warn",
    }
    if home:
        environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] = str(home.resolve())
    url = f"http://127.0.0.1:{number}"
    command = [str(binary), "server", "--homepath", str(homepath), "--config", str(config)]
    with _child("grafana", command, folder, environment, lambda: _answers(f"{url}/api/health")):
        yield url, _token(url, password)


def _homepath(binary: Path) -> Path:
    """The folder with Grafana's ``conf`` and ``public``: above its binary, or where packages put it."""
    near = [*list(binary.absolute().parents)[:3], *list(binary.resolve().parents)[:3]]
    for folder in (*near, Path("/usr/share/grafana")):
        if (folder / "conf" / "defaults.ini").is_file() and (folder / "public").is_dir():
            return folder
    raise Unexpected(Problem("grafana", f"no conf/ and public/ near '{binary}'", "name a complete installation"))


def _token(url: str, password: str) -> str:
    try:
        with _session() as session:
            session.auth = ("admin", password)
            account = session.post(f"{url}/api/serviceaccounts", json={"name": "gendash", "role": "Admin"}, timeout=30)
            account.raise_for_status()
            path = f"{url}/api/serviceaccounts/{account.json()['id']}/tokens"
            token = session.post(path, json={"name": "gendash demo"}, timeout=30)
            token.raise_for_status()
            return str(token.json()["key"])
    except (requests.RequestException, KeyError, ValueError) as error:
        raise Unexpected(
            Problem("grafana", f"no service account token: {type(error).__name__}", "see its log")
        ) from None


def _answers(url: str) -> bool:
    try:
        with _session() as session:
            return session.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@contextmanager
def _child(
    name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], is_ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """A running child that answers; it ends with the block, whatever ends that."""
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        # A session of its own: Ctrl-C must reach the demo, which then ends its children in order.
        merged = {**os.environ, **environment}
        try:
            process = subprocess.Popen(
                list(command), cwd=folder, env=merged, stdout=out, stderr=out, start_new_session=True
            )
        except OSError as error:
            what = f"cannot run '{command[0]}': {error.strerror}"
            raise Unexpected(Problem(name, what, "name a program of this machine")) from error
    try:
        deadline = time.monotonic() + READY_S
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                lines = log.read_text("utf-8", "replace").strip().splitlines()
                raise Unexpected(Problem(name, f"did not start: {(lines or ['no output'])[-1][:300]}", f"see {log}"))
            time.sleep(0.1)
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            continue
