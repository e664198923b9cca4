"""No exception of a driver leaves the package: each public function of the clients against each driver's exceptions."""

from __future__ import annotations

import ast
import http.client
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

import gendash
from gendash.engine.clients import grafana, postgres, prometheus
from gendash.engine.clients import http as requests
from gendash.engine.clients.http_policy import Server, route_of
from gendash.engine.clients.patience import PatientConnection
from gendash.engine.config.load import load_config
from gendash.engine.deliver import rules_dir
from gendash.engine.errors import GendashError
from gendash.langfuse_bridge import api_client as langfuse
from gendash.langfuse_bridge.open_run import open_client

ROOT = Path(gendash.__file__).parent
NOW = datetime.now(UTC)
CONFIG = load_config("", environ={"LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk"})
CONFIG = replace(CONFIG, values={**CONFIG.values, "langfuse.base_url": "http://127.0.0.1:9"})


def tree(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def made(kind: type[BaseException]) -> BaseException:
    """An exception of a kind, as its driver would make it."""
    if issubclass(kind, UnicodeDecodeError):
        return kind("utf-8", b"\xff", 0, 1, "invalid start byte")
    if issubclass(kind, UnicodeEncodeError):
        return kind("latin-1", "\u200b", 0, 1, "ordinal not in range")
    if issubclass(kind, http.client.IncompleteRead):
        return kind(b"", 5)
    try:
        return kind("hush-hush", "hush-hush") if issubclass(kind, OSError) else kind("hush-hush")
    except TypeError:
        return kind()


HTTP = {
    *tree(http.client.HTTPException),
    *tree(ConnectionError),
    *tree(ssl.SSLError),
    OSError,
    TimeoutError,
    socket.gaierror,
    socket.herror,
    zlib.error,
    EOFError,
    ValueError,
    UnicodeDecodeError,
    UnicodeEncodeError,
}
HTTP = {kind for kind in HTTP if kind.__module__ in ("builtins", "http.client", "ssl", "socket", "zlib")}
POSTGRES = {kind for kind in tree(psycopg.Error) if kind.__module__ in ("psycopg", "psycopg.errors")}


def _by_name(kinds: set[Any]) -> list[Any]:
    return sorted(kinds, key=lambda kind: kind.__qualname__)


def asked_of_langfuse(ask: Callable[[langfuse.Client], Any]) -> None:
    client = open_client(CONFIG)
    client.sleep, client.tries = lambda _: None, 2
    with langfuse.in_one_line(client):
        ask(client)


def asked_of_prometheus(ask: Callable[[prometheus.Call], Any]) -> None:
    with prometheus.prometheus(CONFIG) as call:
        ask(call)


def asked_of_grafana(ask: Callable[[grafana.Grafana], Any]) -> None:
    with grafana.session(CONFIG, lambda _: None) as session:
        ask(session)


def asked_directly(method: str) -> None:
    server = Server("here", "here", "http://127.0.0.1:9", "URL", route_of(CONFIG, "grafana"))
    with requests.Session(server, lambda _: None) as session:
        getattr(session, method)("GET", "/")


CALLS: dict[str, Callable[[], Any]] = {
    "http.Session.read": lambda: asked_directly("read"),
    "http.Session.request": lambda: asked_directly("request"),
    "prometheus.prometheus": lambda: asked_of_prometheus(lambda call: call("metadata", {})),
    "prometheus.prometheus_session": lambda: prometheus.prometheus_session(CONFIG).request("GET", "/"),
    "prometheus.instant": lambda: asked_of_prometheus(lambda call: prometheus.instant(call, "up", NOW)),
    "prometheus.over": lambda: asked_of_prometheus(lambda call: prometheus.over(call, "up", NOW, NOW, 1000)),
    "prometheus.label_values": lambda: asked_of_prometheus(
        lambda call: prometheus.label_values(call, "job", "", NOW, NOW)
    ),
    "prometheus.known_alertmanagers": lambda: asked_of_prometheus(prometheus.known_alertmanagers),
    "prometheus.loaded_rules": lambda: asked_of_prometheus(prometheus.loaded_rules),
    "prometheus.certain": lambda: asked_of_prometheus(
        lambda call: prometheus.certain(prometheus.instant(call, "up", NOW), "up")
    ),
    "grafana.session": lambda: asked_of_grafana(lambda ask: ask("POST", "/folders", json={})),
    "grafana.server_capabilities": lambda: grafana.server_capabilities(CONFIG, lambda _: None),
    "grafana.check_version": lambda: asked_of_grafana(grafana.check_version),
    "grafana.token_permissions": lambda: asked_of_grafana(grafana.token_permissions),
    "grafana.named_server": lambda: asked_of_grafana(grafana.named_server),
    "grafana.wait_for_grafana": lambda: grafana.wait_for_grafana(CONFIG, 0.0, lambda _: None),
    "grafana.data_sources": lambda: asked_of_grafana(grafana.data_sources),
    "langfuse.version": lambda: asked_of_langfuse(langfuse.version),
    "langfuse.check_keys": lambda: asked_of_langfuse(langfuse.check_keys),
    "langfuse.choose_api": lambda: asked_of_langfuse(lambda client: langfuse.choose_api(client, "4.0.0")),
    "langfuse.Client.get": lambda: asked_of_langfuse(lambda client: client.get("models", {}, msgspec.json.decode)),
}
NO_CALL = {
    "http.is_passing",
    "grafana.public_url",
    "grafana.open_roles",
    "grafana.proxy_session",
    "prometheus.calls_of",
    "prometheus.certain",
    "prometheus.number",
    "http.basic",
    "grafana.reason",
    "langfuse.in_one_line",
    "langfuse.is_too_wide",
}
"""These ask no server."""


def test_every_public_function_of_the_http_clients_is_tried() -> None:
    modules = {"http": requests, "prometheus": prometheus, "grafana": grafana, "langfuse": langfuse}
    for name, module in modules.items():
        body = ast.parse(Path(str(module.__file__)).read_text("utf-8")).body
        found = {f"{name}.{node.name}" for node in body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"}
        assert found <= {*CALLS, *NO_CALL}, "name it in CALLS"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("place", ["connect", "request", "getresponse", "read"])
def test_no_exception_of_http_leaves(call: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BACKOFF_S", (0.0,))
    for kind in _by_name(HTTP if place == "read" else HTTP - {EOFError, zlib.error}):
        with monkeypatch.context() as patch:
            _play(patch, place, kind)
            with pytest.raises(GendashError) as caught:
                CALLS[call]()
        (problem,) = caught.value.problems
        assert "\n" not in str(problem) and str(problem).isprintable(), kind


class _Idle:
    """A connection's socket that does nothing."""

    def settimeout(self, _seconds: float) -> None: ...


class _Response:
    status, length, headers = 200, 0, http.client.HTTPMessage()

    def read(self, _count: int) -> bytes:
        return b""

    def close(self) -> None: ...


def _play(patch: pytest.MonkeyPatch, place: str, kind: type[BaseException]) -> None:
    """Lets one step of a request fail, and the steps before it go well."""

    def fail(*_: Any, **__: Any) -> Any:
        raise made(kind)

    steps: dict[str, Callable[..., Any]] = {
        "connect": lambda self: setattr(self, "sock", _Idle()),
        "request": lambda *_: None,
        "getresponse": lambda _self: _Response(),
    }
    for name, well in steps.items():
        patch.setattr(http.client.HTTPConnection, name, fail if name == place else well)
    patch.setattr(http.client.HTTPConnection, "close", lambda _self: None)
    patch.setattr(_Response, "read", fail if place == "read" else _Response.read)


@pytest.mark.parametrize("kind", _by_name(HTTP))
def test_a_reload_that_fails_is_a_line(kind: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    _play(monkeypatch, "getresponse", kind)
    assert "not reloaded" in rules_dir.reload(CONFIG)


@pytest.mark.parametrize(
    "kind",
    [*_by_name(POSTGRES), UnicodeDecodeError, UnicodeEncodeError],
)
def test_no_exception_of_psycopg_leaves(kind: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise made(kind)

    with pytest.raises(GendashError), postgres.translated("here"):
        fail()
    monkeypatch.setattr(PatientConnection, "connect", fail)
    place = postgres.Place("store", "postgresql://me@127.0.0.1:9/app", "GENDASH_DATABASE_URL")
    with pytest.raises(GendashError), postgres.connect(place):
        pass


def test_no_library_for_http_is_used_beside_the_policy() -> None:
    """What opens connections for HTTP: the one module, and the demo with its own local servers; faults are named beside."""
    allowed = {"engine/clients/http.py", "engine/clients/http_policy.py", "engine/clients/http_faults.py"}
    libraries = ("requests", "niquests", "urllib3", "httpx", "http.client", "urllib.request")
    for path in [*ROOT.glob("engine/**/*.py"), *ROOT.glob("langfuse_bridge/*.py"), *ROOT.glob("commands/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            used = [name for name in names if name.startswith(libraries)]
            assert not used or str(path.relative_to(ROOT)) in allowed, f"{path}: {used}"
