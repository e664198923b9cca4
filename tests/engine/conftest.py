"""Real servers over given samples, rules and dashboards: Prometheus here, Grafana in its own module."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # tests are no package, so their shared parts need a path

from grafana_server import grafana as grafana
from grafana_server import new_grafana as new_grafana

RunPrometheus = Callable[[Path], AbstractContextManager[str]]


def _program(name: str) -> str:
    """Path of a program on PATH or unpacked below ``.cache``."""
    cached = (Path(__file__).resolve().parents[2] / ".cache").glob(f"**/{name}")
    found = shutil.which(name) or next((str(path) for path in cached if path.is_file()), None)
    assert found, f"no {name}"
    return found


def make_blocks(text: Path, data: Path) -> None:
    """Turns OpenMetrics text into blocks."""
    command = [_program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1458h"]
    subprocess.run([*command, text, data], check=True, capture_output=True)


@contextmanager
def run_prometheus(folder: Path) -> Iterator[str]:
    """URL of a server over ``folder/data`` that has evaluated ``folder/rules/*.yml`` once; samples can be deleted."""
    (folder / "config.yml").write_text("global: {evaluation_interval: 1s}\nrule_files: [rules/*.yml]\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [_program("prometheus"), f"--config.file={folder / 'config.yml'}", "--web.enable-admin-api"]
    command += [f"--storage.tsdb.path={folder / 'data'}", "--storage.tsdb.retention.time=10y"]
    command += [f"--web.listen-address={address}", "--log.level=error"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait(f"http://{address}/api/v1/rules", server, folder / "log")
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait(10)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                groups = json.load(response)["data"]["groups"]
            if all(rule["health"] != "unknown" for group in groups for rule in group["rules"]):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="module")
def prometheus() -> RunPrometheus:
    """Runs a server over the blocks and rules of a folder."""
    return run_prometheus


@pytest.fixture(scope="module")
def blocks() -> Callable[[Path, Path], None]:
    """Turns a text of samples into blocks below a folder."""
    return make_blocks


@pytest.fixture(scope="module")
def start_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], str]]:
    """Starts a server with samples (OpenMetrics) and rules (YAML), for as long as the module runs."""
    with ExitStack() as stack:

        def start(samples: str, rules: str) -> str:
            folder = tmp_path_factory.mktemp("prometheus")
            (folder / "samples").write_text(samples + "# EOF\n")
            (folder / "rules").mkdir()
            (folder / "rules" / "rules.yml").write_text(rules)
            make_blocks(folder / "samples", folder / "data")
            return stack.enter_context(run_prometheus(folder))

        yield start
