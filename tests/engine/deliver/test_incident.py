"""A planted incident, its firing and its end: platform, Prometheus with our rules, Alertmanager with ours, a webhook."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import yaml

from gendash.demo.servers import find, free_port
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.rules_dir import find_binary
from gendash.engine.render.alertmanager import render_alertmanager
from gendash.engine.render.rules import render_rules

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 120


class Platform:
    """A platform that can be down, and the webhook: what it was told, newest last."""

    def __init__(self) -> None:
        self.up, self.told = True, list[dict[str, Any]]()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if platform.up else 503)
                self.end_headers()
                self.wfile.write(b"# TYPE http_requests_total counter\nhttp_requests_total 1\n")

            def do_POST(self) -> None:
                platform.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"

    def wait_for(self, status: str, alert: str) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for told in self.told:
                found = [one for one in told["alerts"] if one["labels"]["alertname"] == alert]
                if found and found[0]["status"] == status:
                    return dict(found[0])
            time.sleep(0.3)
        raise AssertionError(f"no {status} {alert} within {PATIENCE_S} s: {self.told}")


@contextmanager
def running(name: str, folder: Path, *options: str, ready: str) -> Iterator[None]:
    with (folder / f"{Path(name).name}.log").open("w") as log:
        process = subprocess.Popen([name, *options], stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE_S
        while not _answers(ready):
            assert process.poll() is None and time.monotonic() < until, (folder / f"{Path(name).name}.log").read_text()
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = Platform()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.prometheus
def test_a_platform_that_goes_down_and_comes_back_is_told_to_the_webhook(platform: Platform, tmp_path: Path) -> None:
    alertmanager = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
    prometheus = find_binary("prometheus", ROOT / ".cache")
    if not alertmanager:
        pytest.skip("no alertmanager on PATH; install Alertmanager")
    assert prometheus and find("promtool", ROOT / ".cache")
    config = load_config(
        "grafana_public_url: https://grafana.example\ndocs_url: https://docs.example\n"
        f"alerting: {{receivers: {{hook: {{kind: webhook, url: 'http://{platform.address}/hook'}}}}}}\n"
    )
    quick = {"group_wait: 30s": "group_wait: 1s", "group_interval: 5m": "group_interval: 1s"}
    for path, data in render_alertmanager(config).items():
        text = data.decode()
        for slow, fast in quick.items():
            text = text.replace(slow, fast)
        (tmp_path / Path(path).name).write_text(text)
    (alerts,) = [content for path, content in render_rules(load_catalog(config)).items() if "alerts" in path]
    rules = yaml.safe_load(alerts)
    for rule in rules["groups"][0]["rules"]:
        rule["for"] = "0s"
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    at, manager = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    job = {"job_name": config["prometheus.job"], "static_configs": [{"targets": [platform.address]}]}
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [manager]}]}]},
        "scrape_configs": [job],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(settings))
    with ExitStack() as stack:
        options = [f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'am'}"]
        options += [f"--web.listen-address={manager}", "--cluster.listen-address="]
        stack.enter_context(running(alertmanager, tmp_path, *options, ready=f"http://{manager}/-/ready"))
        options = [f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'tsdb'}"]
        options += [f"--web.listen-address={at}"]
        stack.enter_context(running(prometheus, tmp_path, *options, ready=f"http://{at}/-/ready"))
        time.sleep(5)
        assert not [
            one for told in platform.told for one in told["alerts"] if one["labels"]["alertname"] == "TargetDown"
        ]
        platform.up = False
        fired = platform.wait_for("firing", "TargetDown")
        assert fired["labels"]["severity"] == "critical" and fired["labels"]["job"] == config["prometheus.job"]
        assert fired["annotations"]["summary"] == f"{config['prometheus.job']} cannot be scraped"
        assert fired["annotations"]["description"] == (
            f"{platform.address} of {config['prometheus.job']} does not answer its scrape."
        )
        assert fired["annotations"]["dashboard_url"] == "https://grafana.example/d/gendash-system-health"
        assert fired["annotations"]["runbook_url"] == "https://docs.example/runbooks.md#targetdown"
        assert "## TargetDown" in (ROOT / "docs" / "runbooks.md").read_text("utf-8")
        platform.up = True
        platform.wait_for("resolved", "TargetDown")
