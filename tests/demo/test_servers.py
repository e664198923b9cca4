from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from gendash.demo import servers
from gendash.engine.errors import Unexpected

_CHILD = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background inherits that it is ignored
from gendash.demo import postgres, servers
with postgres._exit_on_sigterm(), servers.prometheus(Path(sys.argv[1]), Path(sys.argv[2]), None) as url:
    print(url, flush=True)
    time.sleep(60)
"""


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/-/ready", timeout=2).ok
    except requests.RequestException:
        return False


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.prometheus
def test_prometheus_answers_inside_the_block_and_is_gone_after_it(tmp_path: Path, tool: Callable[[str], Path]) -> None:
    with servers.prometheus(tool("prometheus"), tmp_path, None) as url:
        assert answers(url)
    assert not answers(url)


@pytest.mark.prometheus
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_prometheus_dies_with_a_demo_that_is_told_to_stop(
    tmp_path: Path, tool: Callable[[str], Path], number: int
) -> None:
    command = [sys.executable, "-c", _CHILD, str(tool("prometheus")), str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert child.stdout
    url = child.stdout.readline().strip()
    assert answers(url)
    child.send_signal(number)
    child.wait(30)
    child.stdout.close()
    assert not answers(url)


@pytest.mark.prometheus
def test_a_target_keeps_the_name_that_it_is_given(tmp_path: Path, tool: Callable[[str], Path]) -> None:
    nobody = servers.Scraped("ai-agent-api", "api-1:8000", "127.0.0.1:1", "/0/metrics")
    with servers.prometheus(tool("prometheus"), tmp_path, None, [nobody]) as url:
        active: list[Any] = []
        for _ in range(150):  # Prometheus looks for targets a few seconds after it is ready
            active = active or requests.get(f"{url}/api/v1/targets", timeout=5).json()["data"]["activeTargets"]
            time.sleep(0 if active else 0.1)
    found = {(t["labels"]["job"], t["labels"]["instance"], t["scrapeUrl"]) for t in active}
    assert ("ai-agent-api", "api-1:8000", "http://127.0.0.1:1/0/metrics") in found
    assert {job for job, _, _ in found} == {"ai-agent-api", "prometheus"}


def test_a_server_that_ends_at_once_is_one_line_with_its_last_words(tmp_path: Path) -> None:
    broken = program(tmp_path, "prometheus", "echo 'no such flag' >&2; exit 2")
    said = r"^prometheus: did not start: no such flag; see .*prometheus\.log$"
    with pytest.raises(Unexpected, match=said), servers.prometheus(broken, tmp_path / "data", None):
        pass


def test_a_program_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "prometheus").write_text("no program")
    said = r"^prometheus: cannot run '.*': Permission denied"
    with pytest.raises(Unexpected, match=said), servers.prometheus(tmp_path / "prometheus", tmp_path / "data", None):
        pass


def test_a_grafana_without_its_files_is_refused(tmp_path: Path) -> None:
    alone = program(tmp_path, "bin/grafana", "exit 0")
    with pytest.raises(Unexpected, match=r"grafana: no conf/ and public/ near"), servers.grafana(alone, tmp_path, None):
        pass


def test_a_grafana_is_told_to_ask_nobody_and_to_call_nobody(tmp_path: Path) -> None:
    for name in ("conf", "public"):
        (tmp_path / name).mkdir()
    (tmp_path / "conf" / "defaults.ini").touch()
    spy = program(tmp_path, "bin/grafana", f'env > "{tmp_path}/seen"; echo "$@" >> "{tmp_path}/seen"; exit 1')
    with pytest.raises(Unexpected), servers.grafana(spy, tmp_path / "data", None):
        pass
    seen = (tmp_path / "seen").read_text()
    for setting in (
        "GF_SERVER_HTTP_ADDR=127.0.0.1",
        "GF_AUTH_ANONYMOUS_ENABLED=true",
        "GF_ANALYTICS_REPORTING_ENABLED=false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES=false",
        "GF_PLUGINS_PREINSTALL_DISABLED=true",
        f"--homepath {tmp_path}",
    ):
        assert setting in seen, setting


def test_programs_are_found_in_folders_before_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path, unpacked = program(tmp_path, "path/tool", ""), program(tmp_path, "cache/usr/bin/tool", "")
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert servers.find("tool") == on_path
    assert servers.find("tool", tmp_path / "cache") == unpacked
    assert servers.find("another") is None


def test_waiting_for_a_sample_gives_up_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "READY_S", 0.5)
    with pytest.raises(Unexpected, match="no new sample of x within"):
        servers.wait_for_sample("http://127.0.0.1:1", "x", time.time())
