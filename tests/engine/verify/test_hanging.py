"""A server that takes requests and stops answering: verify ends, and says of the rest that it was not asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from gendash.engine.clients import http
from gendash.engine.clients.prometheus import instant, prometheus
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.errors import TargetError
from gendash.engine.verify.run import WORKERS, verify
from gendash.engine.verify.through_grafana import through_grafana
from gendash.engine.verify.verdict import Verdict

EMPTY = {"status": "success", "data": {"resultType": "vector", "result": []}}
LABELS = {"status": "success", "data": []}
RULES = {"status": "success", "data": {"groups": []}}
HANGS = None
FEW = 1 + http.PATIENCE + WORKERS  # one of a variable, before labels are answered, and those that are on their way
Answer = Callable[[str], Any]


@pytest.fixture
def server() -> Iterator[Callable[[Answer], tuple[str, list[str]]]]:
    """Starts a server; gives its URL, and the paths of requests that are left without an answer."""
    ended, servers = Event(), []

    def start(answer: Answer) -> tuple[str, list[str]]:
        waiting: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                asked = self.path + self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                given = answer(asked)
                if given is HANGS:
                    waiting.append(asked)
                    ended.wait(60)
                    self.close_connection = True
                    return
                body = json.dumps(given).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do

            def log_message(self, *_: Any) -> None:
                pass

        one = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=one.serve_forever, args=(0.05,))
        thread.start()
        servers.append((one, thread))
        return f"http://127.0.0.1:{one.server_address[1]}", waiting

    yield start
    ended.set()
    for one, thread in servers:
        one.shutdown()
        thread.join()
        one.server_close()


def config_of(url: str) -> Config:
    environ = {"GENDASH_PROMETHEUS_URL": url, "GENDASH_GRAFANA_URL": url, "GENDASH_GRAFANA_TOKEN": "x"}
    return load_config("prometheus: {timeout: 300ms}\ngrafana: {timeout: 300ms}", environ=environ)


def of_the_start(asked: str) -> Any:
    """What Prometheus is asked before the queries of panels."""
    return RULES if "/rules" in asked else LABELS if "/label/" in asked else None


def not_asked(verdicts: list[Verdict], name: str) -> int:
    return sum(f"not asked: {name} did not answer the last" in one.why for one in verdicts)


def test_prometheus_that_hangs_meanwhile_is_asked_no_more(
    server: Callable[[Answer], tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "REST_S", 600.0)

    def answer(asked: str) -> Any:
        return of_the_start(asked) or (EMPTY if "query=up&" in asked else HANGS)

    url, waiting = server(answer)
    config = config_of(url)
    found = verify(config, load_catalog(config), only=["system-health"])
    assert not_asked(found, "Prometheus") > 10
    assert len(waiting) <= FEW


def test_grafana_that_hangs_meanwhile_is_asked_no_more(
    server: Callable[[Answer], tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "REST_S", 600.0)

    def answer(asked: str) -> Any:
        if "/proxy/" in asked:
            return of_the_start(asked) or EMPTY
        return HANGS if "/ds/query" in asked else {"version": "12.3.0", "database": "ok", "id": 1, "name": "x"}

    url, waiting = server(answer)
    config = config_of(url)
    catalog = load_catalog(config)
    with through_grafana(catalog, lambda _: None) as through:
        found = verify(config, catalog, only=["system-health"], through=through)
    assert not_asked(found, "Grafana") > 10
    assert len(waiting) <= FEW


def test_a_server_that_has_rested_is_asked_again(
    server: Callable[[Answer], tuple[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = [True]
    url, waiting = server(lambda _: HANGS if hangs[0] else EMPTY)
    with prometheus(config_of(url)) as call:
        for says in ("no answer within 0.3 s", "no answer within 0.3 s", "not asked", "not asked"):
            with pytest.raises(TargetError, match=says):
                instant(call, "up", datetime.now(UTC))
        assert len(waiting) == 2
        hangs[0] = False
        monkeypatch.setattr(http.time, "monotonic", lambda now=http.time.monotonic: now() + http.REST_S)
        instant(call, "up", datetime.now(UTC))
    assert len(waiting) == 2
