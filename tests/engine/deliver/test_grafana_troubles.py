"""Servers that a real Grafana cannot play: each ends in one clear line. No Grafana is needed here."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.deliver.observe import observe_grafana
from gendash.engine.deliver.state import desired
from gendash.engine.errors import TargetError, Unexpected, Unreachable

Answer = tuple[int, str, bytes]
Serve = Callable[[Callable[[str], Answer]], str]
HEALTH: Answer = (200, "application/json", b'{"database": "ok", "version": "12.3.0"}')


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a web server that answers by path and returns its URL."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = answer(self.path.partition("?")[0])
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def observe(url: str, text: str = "") -> Any:
    config = load_config(text, environ={"GENDASH_GRAFANA_URL": url, "GENDASH_GRAFANA_TOKEN": "glsa_secret"})
    return observe_grafana(config, desired(config, {}), pause=lambda _: None)


def line(caught: pytest.ExceptionInfo[TargetError]) -> str:
    text = str(caught.value)
    assert "\n" not in text and "secret" not in text
    return text


def test_nobody_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(Unreachable) as caught:
            observe(url)
    assert line(caught).startswith(f"{url}: no connection: Connection refused; check grafana_url")


def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(Unreachable) as caught:
        observe("http://grafana.invalid:3000")
    assert "http://grafana.invalid:3000: no connection" in line(caught)


def test_a_server_that_never_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Unreachable) as caught:
            observe(f"http://127.0.0.1:{silent.getsockname()[1]}", "grafana: {timeout: 300ms}")
    assert "no answer within 0.3 s" in line(caught)


def test_tls_to_a_server_without_tls(serve: Serve) -> None:
    url = serve(lambda _: HEALTH).replace("http://", "https://")
    with pytest.raises(Unreachable) as caught:
        observe(url)
    assert "no TLS connection" in line(caught) or "no connection" in line(caught)


@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/html", b"<html>Sign in</html>"),
        (404, "text/html", b"<html><title>Not found</title></html>"),
        (200, "application/json", b"<html>"),
        (200, "application/json", b'{"status": "success"}'),
        (404, "application/json", b'{"message": "no route"}'),
        (200, "application/json", b"[]"),
    ],
)
def test_something_that_is_not_grafana(serve: Serve, answer: Answer) -> None:
    with pytest.raises(Unexpected) as caught:
        observe(serve(lambda _: answer))
    assert re.search("not (from )?Grafana's API|HTTP 404 .*page 'Not found'", line(caught))
    assert "grafana_url" in line(caught)


def test_a_grafana_that_is_too_old(serve: Serve) -> None:
    with pytest.raises(Unexpected) as caught:
        observe(serve(lambda _: (200, "application/json", b'{"database": "ok", "version": "11.6.3"}')))
    assert line(caught).endswith("Grafana 11.6.3 is too old; gendash needs Grafana 12 or later")


def test_a_grafana_that_hides_its_version_is_taken_as_it_is(serve: Serve) -> None:
    def answer(path: str) -> Answer:
        body: Any = {"database": "ok"} if path.endswith("/health") else [] if path.endswith("/datasources") else {}
        return 200, "application/json", json.dumps(body).encode()

    assert observe(serve(answer)).datasources == []


def test_a_gateway_that_fails_for_a_moment_is_asked_again(serve: Serve) -> None:
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        if len(asked) < 3:
            return 502, "text/html", b"<html>Bad gateway</html>"
        return HEALTH if path.endswith("/health") else (200, "application/json", b"{}")

    observe(serve(answer))
    assert asked[:3] == ["/api/health"] * 3


def test_a_gateway_that_keeps_failing(serve: Serve) -> None:
    with pytest.raises(Unexpected) as caught:
        observe(serve(lambda _: (503, "text/html", b"<html>")))
    assert "GET /api/health: HTTP 503" in line(caught)
