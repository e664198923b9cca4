"""Servers that misbehave, against each of the four clients: one line, in time, and nothing secret in it."""

from __future__ import annotations

import gzip
import os
import re
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gendash.api.identity import fetched_keys
from gendash.engine.clients import http, http_policy
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.grafana import server_capabilities
from gendash.engine.clients.http_policy import cut_deep, json_of, retry_after_s
from gendash.engine.clients.prometheus import instant, label_values, loaded_rules, prometheus
from gendash.engine.config.http_headers import variable_prefix
from gendash.engine.config.load import load_config
from gendash.engine.errors import ConfigError, GendashError, TargetError, Unexpected
from gendash.langfuse_bridge.api_client import Paused, in_one_line, version
from gendash.langfuse_bridge.open_run import open_client

Behave = Callable[[socket.socket, str], None]
Serve = Callable[[Behave], str]
SECRET = "hush-hush-1"
KEYS = ("GRAFANA", "PROMETHEUS")


def settings(url: str, text: str = "", **environ: str) -> Any:
    given = {
        "GENDASH_PROMETHEUS_URL": url.replace("://", f"://me:{SECRET}@"),
        "GENDASH_GRAFANA_URL": url,
        "GENDASH_GRAFANA_TOKEN": SECRET,
        "LANGFUSE_BASE_URL": url,
        "LANGFUSE_PUBLIC_KEY": "pk",
        "LANGFUSE_SECRET_KEY": SECRET,
    }
    quick = "{timeout: 700ms}"
    text = text or f"prometheus: {quick}\ngrafana: {quick}\nlangfuse: {quick}\napi.jwt: {quick}\n"
    config = load_config(re.sub(r"(?m)^api\.jwt: (.*)$", r"api: {jwt: \1}", text), environ=given | environ)
    return replace(config, values={**config.values, "api.jwt.keys": f"{url}/api/keys"})


def ask_prometheus(config: Any) -> Any:
    with prometheus(config) as call:
        return instant(call, "up", datetime.now(UTC))


def ask_grafana(config: Any) -> Any:
    return server_capabilities(config, lambda _: None)


def ask_langfuse(config: Any) -> Any:
    client = replace(open_client(config), tries=2, sleep=lambda _: None)
    try:
        with in_one_line(client):
            return version(client)
    finally:
        client.close()


def ask_issuer(config: Any) -> Any:
    return fetched_keys(config)(True)


ASK = {"prometheus": ask_prometheus, "grafana": ask_grafana, "langfuse": ask_langfuse, "api.jwt": ask_issuer}
each_client = pytest.mark.parametrize("client", ASK)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF_S", (0.0, 0.0))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "ssl_cert_file"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that hands each connection, and the request that came on it, to a function; returns its URL."""
    listening: list[socket.socket] = []

    def start(behave: Behave) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)

        def handle(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                request = b""
                while b"\r\n\r\n" not in request and not request.startswith(b"\x16\x03"):  # TLS, not HTTP
                    part = connection.recv(65536)
                    if not part:
                        return
                    request += part
                behave(connection, request.decode("latin-1"))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=handle, args=(listener.accept()[0],), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listening:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def response(status: int, body: bytes = b"", **headers: str) -> Behave:
    """A server that always gives one answer and closes."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)

    def behave(connection: socket.socket, _request: str) -> None:
        connection.sendall(head.encode("latin-1") + b"\r\n" + body)

    return behave


def fault(client: str, config: Any, most_s: float = 6.0) -> str:
    """The one line that a client ends in; it must come in time and hold no secret."""
    began = time.monotonic()
    try:
        found = ASK[client](config)
    except GendashError as error:
        (problem,) = error.problems
        assert problem.do, problem
        text = str(problem)
    else:
        assert isinstance(found, Failed), found
        text = found.message
    assert time.monotonic() - began < most_s, text
    assert "\n" not in text and SECRET not in text and text.isprintable(), text
    return text


def endless(connection: socket.socket, _request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    while True:
        connection.sendall(b"1," * 500_000)


def drip(connection: socket.socket, _request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


def drip_of_headers(connection: socket.socket, _request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X")
        time.sleep(0.1)


def continued(connection: socket.socket, _request: str) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def reset(connection: socket.socket, _request: str) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def chunks_of_negative_length(connection: socket.socket, _request: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
    while True:
        connection.sendall(b"1," * 500_000)


def said(text: bytes) -> Behave:
    return lambda connection, _request: connection.sendall(text)


def bomb() -> bytes:
    return gzip.compress(bytes(http_policy.MAX_BYTES + 2**20), 1)


BROKEN: dict[str, Behave] = {
    "endless": endless,
    "drip": drip,
    "drip of headers": drip_of_headers,
    "continued": continued,
    "reset": reset,
    "closed": lambda _connection, _request: None,
    "negative chunk": chunks_of_negative_length,
    "bad chunk": said(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "cut": response(200, b'{"a"', Content_Length="100"),
    "cut gzip": response(200, gzip.compress(b'{"status": "success"}' * 50)[:-20], Content_Encoding="gzip"),
    "no gzip": response(200, b"{}", Content_Encoding="gzip"),
    "brotli": response(200, b"{}", Content_Encoding="br"),
    "not HTTP": said(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "no status": said(b"HTTP/1.1 abc OK\r\n\r\n"),
    "long header": said(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"),
    "many headers": said(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n"),
    "odd length": response(200, b"{}", Content_Length="9" * 5000),
}


HALF = [  # each answer to two of the clients in `make test`, the next one to the others
    pytest.param(name, client, marks=() if (place + n) % 2 == 0 else pytest.mark.soak)
    for place, name in enumerate(BROKEN)
    for n, client in enumerate(ASK)
]


@pytest.mark.parametrize(("name", "client"), HALF)
def test_an_answer_that_is_broken_or_has_no_end_is_one_line_in_time(name: str, client: str, serve: Serve) -> None:
    fault(client, settings(serve(BROKEN[name])))


@each_client
def test_what_unpacks_to_too_much_is_refused(client: str, serve: Serve) -> None:
    config = settings(serve(response(200, bomb(), Content_Encoding="gzip")), "{}")
    for _ in range(5):  # the server may reset the connection before its whole bomb was read
        text = fault(client, config)
        if "reset by peer" not in text:
            break
    assert ("larger than 128 MiB" in text) or {"langfuse": "too much", "api.jwt": "than 1 MiB"}.get(client, "?") in text


JSON = {
    "nothing": b"",
    "null": b"null",
    "data null": b'{"status": "success", "data": null}',
    "list": b"[]",
    "number": b"1",
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "rather deep": b'{"status": "success", "data": ' + b"[" * 500 + b"]" * 500 + b"}",
    "5,000 digits": b'{"status": "success", "database": "ok", "version": ' + b"9" * 5000 + b"}",
    "400 digits": b'{"status": "success", "data": ' + b"9" * 400 + b"}",
    "NaN": b'{"status": "success", "data": NaN}',
    "infinite": b'{"status": "success", "data": 1e999}',
    "not UTF-8": b'{"status": "\xff\xfe"}',
    "half a surrogate pair": b'{"status": "\\ud83d"}',
    "control characters": b'{"status": "error", "errorType": "a", "error": "\\u0000\\u001b[31m\\u2028"}',
    "no texts": b'{"status": "error", "errorType": 1, "error": 2}',
    "metric null": b'{"status": "success", "data": {"resultType": "vector", "result": [{"metric": null}]}}',
    "value a word": b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}}',
    "result null": b'{"status": "success", "data": {"resultType": "vector", "result": null}}',
    "unknown type": b'{"status": "success", "data": {"resultType": "cloud", "result": []}}',
    "scalar null": b'{"status": "success", "data": {"resultType": "scalar", "result": null}}',
    "version a list": b'{"database": "ok", "version": ["1"]}',
}


@each_client
@pytest.mark.parametrize("name", JSON)
def test_json_of_another_shape_is_one_line(name: str, client: str, serve: Serve) -> None:
    if (name, client) == ("version a list", "grafana"):
        pytest.skip("a version that is no number is taken for a hidden one")
    fault(client, settings(serve(response(200, JSON[name]))))


STATUSES = {
    401: "credentials|refused",
    404: "check|no Langfuse",
    405: "let (GET|POST) through",
    407: "PROXY_AUTH",
    413: "client_max_body_size",
    429: "too many requests|rate limit",
    500: "log",
    502: "runs behind",
    503: "starting, or overloaded",
    504: "overloaded",
    524: "overloaded",
}


@each_client
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_named_with_who_answered_and_a_remedy(status: int, client: str, serve: Serve) -> None:
    import re

    page = b"<html><head><title>Sorry</title></head></html>"
    url = serve(response(status, page, Content_Type="text/html", Server="nginx/1.27.1", Retry_After="0"))
    text = fault(client, settings(url))
    assert str(status) in text and re.search(STATUSES[status], text), text
    if status != 429 or client != "langfuse":
        assert "nginx" in text and "Sorry" in text, text


@each_client
def test_a_forbidden_page_is_not_taken_for_a_refused_credential(client: str, serve: Serve) -> None:
    url = serve(response(403, b"<html><title>Access denied</title>", Content_Type="text/html", Server="cloudflare"))
    text = fault(client, settings(url))
    assert "from cloudflare" in text and "a server before" in text and "_HEADERS" in text
    assert "keys are refused" not in text and "token is refused" not in text


@each_client
def test_a_login_page_is_recognised(client: str, serve: Serve) -> None:
    url = serve(response(200, b"<html><title>Sign in to Okta</title>", Content_Type="text/html"))
    text = fault(client, settings(url))
    assert "'Sign in to Okta'" in text and "not behind the login" in text


OTHER = "https://elsewhere.example.com"
LOCATIONS = {
    "http://[::bad/": "no address",
    "": "nowhere",
    "//": "check",
    f"{OTHER}/x?token={SECRET}": "another host, https://elsewhere.example.com/x: set .* only if",
    f"https://sso.example.com/oauth2/authorize?x={SECRET}": "a login, https://sso.example.com/oauth2/authorize",
    "/login": "a login, /login",
    f"https://me:{SECRET}@elsewhere.example.com/": "another host, https://elsewhere.example.com/",
}


@each_client
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", LOCATIONS)
def test_no_redirect_is_followed_and_where_it_leads_is_named(
    location: str, status: int, client: str, serve: Serve
) -> None:
    import re

    text = fault(client, settings(serve(response(status, Location=location))))
    assert str(status) in text and re.search(LOCATIONS[location], text), text


@each_client
def test_a_redirect_within_the_host_gives_the_url_to_set(client: str, serve: Serve) -> None:
    def behave(connection: socket.socket, request: str) -> None:
        path = request.split()[1].partition("?")[0]
        response(301, Location=f"https://127.0.0.1:8443/sub{path}")(connection, request)

    whole = "/api/keys" if client == "api.jwt" else ""  # the one that is set with its path
    assert fault(client, settings(serve(behave))).endswith(f" to https://127.0.0.1:8443/sub{whole}")


@each_client
def test_credentials_stay_with_their_server_and_further_headers_are_sent(client: str, serve: Serve) -> None:
    requests: list[str] = []

    def behave(connection: socket.socket, request: str) -> None:
        requests.append(request)
        response(302, Location=f"http://localhost:{connection.getsockname()[1]}/")(connection, request)

    name = f"{variable_prefix(client)}_HEADERS"
    text = f"{client}: {{timeout: 2s, headers: {{X-Scope-OrgID: acme}}}}"
    fault(client, settings(serve(behave), text, **{name: "CF-Access-Client-Id: one\nX-Two: 2\n"}))
    assert len(requests) == 1 and ("Authorization: B" in requests[0]) == (client != "api.jwt")  # which has none
    assert all(line in requests[0] for line in ("X-Scope-OrgID: acme", "CF-Access-Client-Id: one", "X-Two: 2"))


def test_a_tenant_that_is_asked_for_and_a_bearer_are_advised(serve: Serve) -> None:
    text = fault("prometheus", settings(serve(response(401, b"no org id\n", Content_Type="text/plain"))))
    assert "set prometheus.headers to `X-Scope-OrgID: <tenant>`" in text
    text = fault("prometheus", settings(serve(response(401, WWW_Authenticate='Bearer realm="x"'))))
    assert "GENDASH_PROMETHEUS_BEARER" in text and "user and password are refused (HTTP 401)" in text


def test_queries_are_sent_by_get_where_a_proxy_forbids_post(serve: Serve) -> None:
    methods: list[str] = []
    body = b'{"status": "success", "data": {"resultType": "scalar", "result": [1, "2"]}}'

    def behave(connection: socket.socket, request: str) -> None:
        methods.append(request.split()[0])
        response(405 if methods[-1] == "POST" else 200, body)(connection, request)

    with prometheus(settings(serve(behave))) as call:
        for _ in range(2):
            assert not isinstance(instant(call, "2", datetime.now(UTC)), Failed)
    assert methods == ["POST", "GET", "GET"]


@each_client
@pytest.mark.parametrize("behave", [reset, response(502), response(500, b"{}"), response(429, Retry_After="0")])
def test_a_read_is_sent_again_after_a_fault_that_passes(behave: Behave, client: str, serve: Serve) -> None:
    asked = []
    bodies = {
        "prometheus": b'{"status": "success", "data": {"resultType": "vector", "result": []}}',
        "grafana": b'{"database": "ok", "version": "12.3.0"}',
        "langfuse": b'{"version": "3.200.0"}',
        "api.jwt": b'{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}',
    }

    def once(connection: socket.socket, request: str) -> None:
        asked.append(request.split()[1])
        (behave if len(asked) == 1 else response(200, bodies[client]))(connection, request)

    ASK[client](settings(serve(once)))
    assert len(asked) >= 2 and asked[0] == asked[1]


def test_a_write_is_never_sent_twice(serve: Serve) -> None:
    from gendash.engine.clients.grafana import session

    asked: list[str] = []

    def behave(connection: socket.socket, request: str) -> None:
        asked.append(request)
        reset(connection, request)

    with session(settings(serve(behave)), lambda _: None) as ask, pytest.raises(http_policy.Unanswered):
        ask("POST", "/folders", json={"uid": "a"})
    assert len(asked) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 413])
def test_a_write_that_was_refused_or_led_elsewhere_was_not_done(status: int, serve: Serve) -> None:
    from gendash.engine.clients.grafana import session

    url = serve(response(status, b"<html>", Content_Type="text/html", Location="http://localhost/x"))
    with session(settings(url), lambda _: None) as ask, pytest.raises(TargetError) as caught:
        ask("POST", "/folders", json={"uid": "a"})
    assert not isinstance(caught.value, http_policy.Unanswered | http_policy.Failing)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("1e9", 1e9),
        ("inf", None),
        ("nan", None),
        ("-5", None),
        ("9" * 400, None),
        ("soon", None),
        ("", None),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30),
        ("Fri, 20 Nov 2020 12:00:30 GMT", 0),
        ("Fri, 99 Nov 9999 99:99:99 GMT", None),
    ],
)
def test_how_long_a_server_asks_to_wait_is_a_finite_number(asked: str, seconds: float | None) -> None:
    headers = Message()
    headers["Date"], headers["Retry-After"] = "Fri, 20 Nov 2026 12:00:00 GMT", asked
    assert retry_after_s(headers) == seconds


def test_a_pause_without_measure_is_cut_to_the_longest_that_is_set(serve: Serve) -> None:
    for text, longest in (("", timedelta(days=1)), ("langfuse: {max_pause: 2h}", timedelta(hours=2))):
        client = open_client(settings(serve(response(429, Retry_After="1e9")), text))
        with pytest.raises(Paused) as pause:
            client.get("v2/observations", {}, json_of)
        client.close()
        assert pause.value.wait == longest
    assert "too many requests" in fault("prometheus", settings(serve(response(429, Retry_After="1e9"))))


def test_a_value_that_is_nested_too_deep_costs_only_itself(serve: Serve) -> None:
    deep = b'{"version": "3.200.0", "x": ' + b'{"a\\"[": [' * 5000 + b"]}" * 5000 + b', "y": [1]}'
    assert json_of(cut_deep(deep, 5))["y"] == [1]
    assert json_of(b'{"a": "' + b"[" * 5000 + b'"}') == {"a": "[" * 5000}
    client = open_client(settings(serve(response(200, deep))))
    assert version(client) == "3.200.0"
    client.close()


@pytest.mark.parametrize("token", ["a\nb", "a\u200bb", "abc…", "a b", "a\x00b", "ab\x7f"])
@pytest.mark.parametrize(
    "variable", ["GENDASH_GRAFANA_TOKEN", "GENDASH_PROMETHEUS_BEARER", "LANGFUSE_SECRET_KEY", "LANGFUSE_PUBLIC_KEY"]
)
def test_a_token_that_no_header_can_hold_is_refused_when_it_is_read(variable: str, token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config("", environ={variable: token})
    assert str(caught.value).startswith(f"{variable}: ") and token not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert load_config("", environ={variable: "abc\n"}).values, "a line end after it is taken off"


@pytest.mark.parametrize(
    ("text", "environ", "words"),
    [
        ("prometheus: {headers: {X-Api-Key: abc}}", {}, "set GENDASH_PROMETHEUS_HEADERS"),
        ("langfuse: {headers: {Authorization: abc}}", {}, "set LANGFUSE_HEADERS"),
        ("grafana: {headers: {Host: abc}}", {}, "Host is set by gendash itself"),
        ("grafana: {headers: {'a b': abc}}", {}, "no name of a header"),
        ('grafana: {headers: {X-A: "a\\nb"}}', {}, "not the value of a header"),
        ("", {"LANGFUSE_HEADERS": "no colon"}, "one a line"),
        ("", {"LANGFUSE_HEADERS": "Content-Length: 5"}, "set by gendash itself"),
        ("grafana: {proxy: 'http://me:secret@proxy:3128'}", {}, "without user and password"),
    ],
)
def test_headers_and_proxies_are_checked_when_they_are_read(text: str, environ: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(text, environ=environ)
    assert words in str(caught.value) and len(str(caught.value).splitlines()) == 1


@each_client
def test_a_dead_proxy_is_named_and_this_machine_needs_none(
    client: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = serve(response(404, b"{}"))
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{SECRET}@127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{SECRET}@127.0.0.1:9")
    assert "proxy" not in fault(client, settings(url))
    for away in ("http://away.example.com", "https://away.example.com"):
        text = fault(client, settings(away))
        assert "through the proxy http://127.0.0.1:9 of HTTP" in text and "Connection refused" in text
    text = fault(client, settings(url, f"{client}: {{proxy: 'http://127.0.0.1:9'}}"))
    assert f"{client}.proxy" in text


@each_client
def test_a_proxy_gets_the_whole_address_and_its_own_credentials(
    client: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[str] = []

    def behave(connection: socket.socket, request: str) -> None:
        requests.append(request)
        response(407, b"<html>", Content_Type="text/html", Server="squid")(connection, request)

    proxy = serve(behave)
    text = fault(client, settings("http://away.example.com/sub", f"{client}: {{proxy: '{proxy}'}}"))
    assert "407 from squid" in text and " http://away.example.com/sub/api/" in requests[0]
    monkeypatch.setenv("HTTPS_PROXY", proxy.replace("://", "://me:other-hush@"))
    text = fault(client, settings("https://away.example.com"))
    assert "Tunnel connection failed: 407" in text and "other-hush" not in text
    assert requests[-1].startswith("CONNECT away.example.com:443") and "Proxy-Authorization: Basic" in requests[-1]
    assert "\r\nAuthorization" not in requests[-1]


@each_client
@pytest.mark.parametrize("setting", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "ca_file", "client_cert"])
def test_a_certificate_that_is_not_there_is_one_line(
    setting: str, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = {"ca_file": f"{client}: {{ca_file: /none.pem}}", "client_cert": f"{client}: {{client_cert: [/none.pem]}}"}
    if setting.isupper():
        monkeypatch.setenv(setting, "/none.pem")
    said = fault(client, settings("https://127.0.0.1:9", text.get(setting, "{}")))
    assert "cannot read '/none.pem': No such file or directory" in said and setting in said


@pytest.mark.parametrize("setting", ["SSL_CERT_FILE", "ca_file", "client_cert"])
def test_a_pipe_in_place_of_a_certificate_is_not_waited_for(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = {"ca_file": f"grafana: {{ca_file: '{pipe}'}}", "client_cert": f"grafana: {{client_cert: ['{pipe}']}}"}
    if setting.isupper():
        monkeypatch.setenv(setting, str(pipe))
    said = fault("grafana", settings("https://127.0.0.1:9", text.get(setting, "{}")))
    assert f"cannot read '{pipe}': it is not a regular file" in said and setting in said


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", cert, "-keyout", key]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine")
    return cert, key


def read_request(connection: socket.socket) -> None:
    """Reads a whole request: one that is answered before it is read ends in a reset on a busy machine."""
    data = b""
    while b"\r\n\r\n" not in data and (more := connection.recv(65536)):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0 and (more := connection.recv(65536)):
        missing -= len(more)


@each_client
def test_tls_fails_with_its_cause_and_works_with_the_authority(
    client: str, certificate: tuple[str, str], serve: Serve
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                raw = listener.accept()[0]
                with suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                    read_request(connection)
                    response(404, b"<html><title>here</title>", Content_Type="text/html")(connection, "")

    Thread(target=accept, daemon=True).start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    try:
        text = fault(client, settings(url))
        assert "self-signed certificate" in text and f"{client}.ca_file" in text and "tries" not in text
        assert "page 'here'" in fault(client, settings(url, f"{client}: {{ca_file: {certificate[0]}}}"))
        text = fault(
            client, settings(url.replace("127.0.0.1", "localhost"), f"{client}: {{ca_file: {certificate[0]}}}")
        )
        assert "not valid for 'localhost'" in text
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    text = fault(client, settings(serve(response(404)).replace("http:", "https:")))
    assert "no TLS connection" in text or "connection broke" in text


@each_client
@pytest.mark.parametrize("url", ["http://no-such-host.invalid", f"http://{'a' * 70}.example.com"])
def test_an_address_that_cannot_be_reached_is_one_line(url: str, client: str) -> None:
    fault(client, settings(url))


def test_every_answer_of_prometheus_has_the_shape_that_its_endpoint_gives(serve: Serve) -> None:
    now = datetime.now(UTC)
    for body in (b"null", b'{"groups": null}', b'{"groups": [{"rules": [{"name": 1}]}]}', b'[{"a": 1}]', b"[1]"):
        url = serve(response(200, b'{"status": "success", "data": ' + body + b"}"))
        with prometheus(settings(url)) as call:
            with pytest.raises(Unexpected, match="another shape"):
                loaded_rules(call)
            with pytest.raises(Unexpected, match="another shape"):
                label_values(call, "job", "", now, now)


def test_another_servers_headers_and_certificates_go_to_no_further_project() -> None:
    from gendash.langfuse_bridge.projects import each_project

    text = """
langfuse:
  headers: {X-Route: a}
  ca_file: a.pem
  projects: [here, there]
  servers:
    there: {base_url: "https://there.example.com", headers: {X-Route: b}}
"""
    config = load_config(text, environ={"LANGFUSE_HEADERS": f"X-Access: {SECRET}", "LANGFUSE_THERE_HEADERS": "X-C: d"})
    main, here, there = (http_policy.route_of(one, "langfuse") for one in each_project(config))
    assert dict(main.headers) == dict(here.headers) == {"X-Route": "a", "X-Access": SECRET}
    assert (dict(there.headers), there.ca_file) == ({"X-Route": "b", "X-C": "d"}, "")


@each_client
def test_a_client_certificate_that_is_asked_for_is_named_and_sent(client: str, certificate: tuple[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.load_verify_locations(certificate[0])
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                raw = listener.accept()[0]
                with suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                    read_request(connection)
                    response(404, b"<html><title>here</title>", Content_Type="text/html")(connection, "")

    Thread(target=accept, daemon=True).start()
    url, own = f"https://127.0.0.1:{listener.getsockname()[1]}", f"ca_file: {certificate[0]}"
    try:
        text = fault(client, settings(url, f"{client}: {{{own}}}"))
        assert f"{client}.client_cert" in text or "connection broke" in text
        text = fault(client, settings(url, f"{client}: {{{own}, client_cert: [{', '.join(certificate)}]}}"))
        assert "page 'here'" in text
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize(
    ("code", "do"),
    [("timeout", "try again"), ("execution", "try again"), ("bad_data", "Prometheus 2.42 or later is needed")],
)
def test_a_server_that_is_busy_is_not_taken_for_one_that_is_too_old(code: str, do: str) -> None:
    with pytest.raises(Unexpected, match=do):
        loaded_rules(lambda _path, _params: Failed(code, "query timed out"))
