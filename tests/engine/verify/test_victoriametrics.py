"""Our rules and `verify` on VictoriaMetrics with vmalert, if they are on PATH."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from api_samples import catalog_of, judged, samples

from gendash.commands.doctor import examine
from gendash.engine.clients import prometheus
from gendash.engine.doctor.look_prometheus import exposed, recorded
from gendash.engine.render.rules import live_rules, render_rules, rule_expression

PROGRAMS = ("victoria-metrics", "vmalert")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)), reason="no victoria-metrics and vmalert; install the package victoria-metrics"
)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(log: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, until: Callable[[bytes], bool], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if until(answer.read()):
                    return
        except OSError:
            pass
        time.sleep(0.3)
    raise TimeoutError(log.read_text("utf-8", "replace")[-2000:])


def _flush(url: str) -> None:
    """Lets VictoriaMetrics find series that are new, which it looks for after half a minute otherwise."""
    urllib.request.urlopen(f"{url}/internal/force_flush", timeout=60).close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """URLs of VictoriaMetrics over the samples, with and without a way to vmalert, and of vmalert."""
    folder = tmp_path_factory.mktemp("victoria")
    (folder / "rules").mkdir()
    for path, content in render_rules(catalog_of("http://x")).items():
        (folder / "rules" / Path(path).name).write_bytes(content)
    store, alert = _port(), _port()
    url, rules = f"http://127.0.0.1:{store}", f"http://127.0.0.1:{alert}"
    with ExitStack() as stack:
        stack.enter_context(
            _running(
                folder / "vm.log",
                "victoria-metrics",
                f"-storageDataPath={folder / 'data'}",
                f"-httpListenAddr=127.0.0.1:{store}",
                f"-vmalert.proxyURL={rules}",
                "-search.latencyOffset=0s",
                "-search.disableCache",
                "-retentionPeriod=1y",
            )
        )
        _wait(f"{url}/health", lambda body: body == b"OK", folder / "vm.log")
        lines = [line for line in samples().splitlines() if not line.startswith("#")]
        text = "\n".join(f"{line}000" for line in lines)  # times in milliseconds
        request = urllib.request.Request(f"{url}/api/v1/import/prometheus", text.encode(), method="POST")
        urllib.request.urlopen(request, timeout=60).close()
        _flush(url)
        stack.enter_context(
            _running(
                folder / "vmalert.log",
                "vmalert",
                f"-rule={folder / 'rules' / '*.yml'}",
                f"-datasource.url={url}",
                f"-remoteWrite.url={url}",
                f"-remoteRead.url={url}",
                "-notifier.url=http://127.0.0.1:9",  # there is no Alertmanager
                "-evaluationInterval=1s",
                "-datasource.queryStep=15s",
                "-remoteWrite.flushInterval=200ms",
                f"-httpListenAddr=127.0.0.1:{alert}",
            )
        )
        asked = f"{url}/api/v1/query?query=job:http_requests_slow:rate5m"

        def is_recorded(body: bytes) -> bool:
            _flush(url)
            return b'"value"' in body

        _wait(asked, is_recorded, folder / "vmalert.log", 120)
        yield {"store": url, "rules": rules}


def test_all_rules_load_and_verify_compares_them_through_the_proxy_of_victoriametrics(servers: dict[str, str]) -> None:
    catalog = catalog_of(servers["store"])
    found = judged(catalog, "rules")
    assert {rule.name for rule in live_rules(catalog)} <= found.keys()
    wrong = {name: one.why for name, one in found.items() if "loaded" in one.why or one.status == "error"}
    assert wrong == {}
    fed = {name: one.status for name, one in found.items() if name.startswith(("job:http_", "job_handler:http_"))}
    assert set(fed.values()) <= {"ok", "not_available"}, fed


def test_vmalert_can_be_named_itself(servers: dict[str, str]) -> None:
    text = f"prometheus: {{scrape_interval: 2m, rules_url: '{servers['rules']}'}}\n"
    found = judged(catalog_of(servers["store"], text), "rules")
    assert not [one.why for one in found.values() if "loaded" in one.why]


def test_panels_and_doctor_are_as_on_prometheus(servers: dict[str, str]) -> None:
    catalog = catalog_of(servers["store"])
    panels = judged(catalog, "system-health")
    assert not [one.why for one in panels.values() if one.status in ("error", "doubtful")]
    assert sum(one.status == "ok" and one.rows > 0 for one in panels.values()) > 5
    servers_seen = {one.name: one for one in examine(catalog, datetime.now(UTC)).servers}
    assert servers_seen["prometheus"].state == "ok"
    assert "rules" not in servers_seen


def test_a_metric_with_a_dotted_name_is_found_and_rules_over_it_load(servers: dict[str, str], tmp_path: Path) -> None:
    """VictoriaMetrics keeps names beyond letters, as Prometheus does from 3.0 on."""
    text = "prometheus: {scrape_interval: 2m}\nmetrics: {http_requests: http.server.requests}\n"
    catalog, now = catalog_of(servers["store"], text), datetime.now(UTC)
    job = catalog.config["prometheus.job"]
    times = [int(now.timestamp()) - 60 * n for n in range(60)]
    labels = {"__name__": "http.server.requests", "job": job, "instance": "a", "handler": "/a", "status": "200"}
    series = {
        "metric": labels,
        "values": [6000 - 60 * n for n in range(60)],
        "timestamps": [1000 * one for one in times],
    }
    request = urllib.request.Request(f"{servers['store']}/api/v1/import", json.dumps(series).encode(), method="POST")
    urllib.request.urlopen(request, timeout=60).close()
    _flush(servers["store"])
    with prometheus.prometheus(catalog.config) as call:
        assert recorded(call, catalog, ["http_requests"], now) == {"http_requests": ""}
        seen = exposed(call, catalog, ["http_requests"], now)
        assert {"handler", "status"} <= seen.labels["http_requests"]
        rule = catalog.rules["job_handler_status:http_requests:rate5m"]
        answer = prometheus.instant(call, rule_expression(catalog, rule).text, now)
    assert isinstance(answer, prometheus.Data)
    assert [round(float(one["value"][1]), 2) for one in answer.series] == [1.0]
    for path, content in render_rules(catalog).items():
        (tmp_path / Path(path).name).write_bytes(content)
    done = subprocess.run(
        ["vmalert", f"-rule={tmp_path / '*.yml'}", "-dryRun"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
