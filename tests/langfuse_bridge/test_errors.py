"""What the sync says, and what it keeps, when a server is wrong, closed, slow or broken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, client_of, observation, settings, stored

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import Fault
from gendash.engine.config.load import load_config
from gendash.engine.errors import ConfigError, Denied, GendashError, Unexpected, Unreachable
from gendash.langfuse_bridge.api_client import ROUTE, Client
from gendash.langfuse_bridge.status import sync_status
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.sync import sync

MINUTE = timedelta(minutes=1)


def line(error: pytest.ExceptionInfo[GendashError]) -> str:
    """The one line that the user sees; there must be no second one, and no secret in it."""
    (problem,) = error.value.problems
    text = str(problem)
    assert "\n" not in text and "sk-lf" not in text and "Traceback" not in text
    return text


@pytest.fixture
def web() -> Iterator[Callable[..., str]]:
    """Starts a server that answers everything alike."""
    servers: list[HTTPServer] = []

    def web(status: int, body: bytes, kind: str = "text/html", **headers: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None: ...

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield web
    for server in servers:
        server.shutdown()
        server.server_close()


def at(url: str, double: LangfuseDouble, sleeper: Any, **changes: str) -> Client:
    client = client_of(double, sleeper)
    client.base_url = url
    for name, value in changes.items():
        setattr(client, name, value)
    return client


def test_wrong_keys_are_one_line_that_names_the_settings(double: Any, sleeper: Any, run: Any, store: Any) -> None:
    with pytest.raises(Denied) as error:
        run(client=at(double.url, double, sleeper, secret_key="sk-lf-wrong"))
    assert "LANGFUSE_SECRET_KEY" in line(error) and "401" in line(error) and double.url in line(error)
    (kept, _) = stored(store, "_sync", "error")
    assert kept[0].endswith("refuses the request (HTTP 401); see the output of `gendash langfuse sync`")


def test_absent_keys_are_named_before_anything_is_asked(store: Any) -> None:
    config = load_config("", environ={"GENDASH_DATABASE_URL": store.url, "LANGFUSE_PUBLIC_KEY": "pk-lf-x"})
    with pytest.raises(ConfigError) as error:
        sync(config, now=NOW)
    assert line(error).startswith("LANGFUSE_SECRET_KEY: ")


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (404, b"<html>nothing here</html>", "text/html"),
        (200, b"<html>welcome to our site</html>", "text/html"),
        (200, b'{"status": "up"}', "application/json"),
        (200, b'["ok"]', "application/json"),
        (404, b'{"error": "no route"}', "application/json"),
    ],
)
def test_a_host_that_is_no_langfuse_is_said_to_be_none(
    code: int, body: bytes, kind: str, web: Any, double: Any, sleeper: Any, run: Any
) -> None:
    with pytest.raises(Unexpected) as error:
        run(client=at(web(code, body, kind), double, sleeper))
    assert "no Langfuse" in line(error) and "LANGFUSE_BASE_URL" in line(error)


def test_a_redirect_to_a_login_is_named_and_never_advised(web: Any, double: Any, sleeper: Any, run: Any) -> None:
    url = web(301, b"", Location="https://langfuse.example.com/login?token=secret")
    with pytest.raises(Unexpected) as error:
        run(client=at(url, double, sleeper))
    assert "it redirects to a login, https://langfuse.example.com/login" in line(error) and "secret" not in line(error)
    assert "to https://" not in line(error).replace("leads to a login, https", "")


def test_a_redirect_within_the_host_names_the_address_to_set(web: Any, double: Any, sleeper: Any, run: Any) -> None:
    url = web(301, b"", Location="https://127.0.0.1:8443/langfuse/api/public/health")
    with pytest.raises(Unexpected) as error:
        run(client=at(url, double, sleeper))
    assert "set LANGFUSE_BASE_URL to https://127.0.0.1:8443/langfuse" in line(error)


def test_a_host_that_does_not_answer_is_unreachable_after_some_tries(double: Any, sleeper: Any, run: Any) -> None:
    with pytest.raises(Unreachable) as error:
        run(client=at("http://user:pass@127.0.0.1:1", double, sleeper))
    assert "http://127.0.0.1:1: no connection: Connection refused (6 tries)" in line(error) and "pass" not in line(
        error
    )
    assert sleeper.naps == sorted(sleeper.naps) and 5 < sum(sleeper.naps) < 120


def test_an_old_version_is_named_with_the_oldest_that_is_read(double: Any, run: Any) -> None:
    double.version = "2.95.12"
    with pytest.raises(Unexpected) as error:
        run()
    assert "version 2.95.12 is too old" in line(error) and "3.57" in line(error)


def test_a_project_without_data_is_no_error(double: Any, run: Any) -> None:
    report = run()
    assert report.complete and [stream.read for stream in report.streams] == [0, 0]


def test_a_store_without_tables_asks_for_migrate(double: Any, database: str, sleeper: Any) -> None:
    empty = Store(database, "gendash")
    with pytest.raises(Unexpected) as error:
        sync(settings(double, empty), now=NOW, store=empty, client=client_of(double, sleeper))
    assert "run `gendash db migrate`" in line(error)


def test_a_store_that_does_not_answer_is_one_line_without_its_password(double: Any, sleeper: Any) -> None:
    away = Store("postgresql://owner:hidden@127.0.0.1:1/none", "gendash")
    with pytest.raises(Unreachable) as error:
        sync(settings(double, away), now=NOW, store=away, client=client_of(double, sleeper))
    assert "127.0.0.1:1/none" in line(error) and "hidden" not in line(error)


def test_a_database_that_does_not_exist_is_named_and_not_tried_again(double: Any, store: Any, sleeper: Any) -> None:
    away = Store(f"{store.url.rpartition('/')[0]}/nothing_there", "gendash")
    with pytest.raises(GendashError) as error:
        sync(settings(double, away), now=NOW, store=away, client=client_of(double, sleeper))
    assert "no database 'nothing_there'" in line(error) and "run again" not in line(error)


def test_a_wrong_password_of_the_store_is_denied(double: Any, store: Any, sleeper: Any, postgres: Any) -> None:
    url = store.url.replace("postgres:", "nobody_here:", 1)
    away = Store(url, "gendash")
    with pytest.raises(GendashError) as error:
        sync(settings(double, away), now=NOW, store=away, client=client_of(double, sleeper))
    assert "GENDASH_DATABASE_URL" in line(error)


def scripted(double: LangfuseDouble, path: str, *faults: Fault | None) -> list[str]:
    """Lets the answers of one path go wrong in turn, then right; returns the list of asked paths."""
    todo, asked = list(faults), []

    def fault(at: str) -> Fault | None:
        asked.append(at)
        return todo.pop(0) if at == path and todo else None

    double.fault = fault
    return asked


def fill(double: Any, count: int = 30) -> None:
    for number in range(count):
        double.add(observation(number, NOW - MINUTE * (number + 1)))


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(500), Fault(502), Fault(503)],
        [Fault(cut=True), Fault(drop=True), Fault(cut=True)],
        [Fault(429, retry_after=7), Fault(429, retry_after=3)],
        [Fault(keep=0.0), Fault(keep=0.5), Fault(keep=0.0), Fault(keep=0.3)],
    ],
    ids=["5xx", "broken", "429", "short pages"],
)
def test_passing_faults_cost_time_and_nothing_else(
    faults: list[Fault], double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    fill(double)
    scripted(double, "v2/observations", *faults)
    assert run(text="langfuse: {since: 2h}").streams[0].written == 30
    assert len(stored(store, "lf_observation")) == 30
    if faults[0].status == 429:
        assert sleeper.naps[0] == 7


def test_a_slow_answer_is_given_up_and_asked_for_again(double: Any, store: Any, run: Any, sleeper: Any) -> None:
    fill(double)
    scripted(double, "v2/observations", Fault(slow=0.4))
    hasty = replace(client_of(double, sleeper), route=replace(ROUTE, timeout_s=0.15))
    assert run(text="langfuse: {since: 2h}", client=hasty).streams[0].written == 30
    double.fault = lambda path: Fault(slow=0.4) if path == "v2/observations" else None
    with pytest.raises(Unreachable, match=r"no answer within 0\.15 s"):
        run(NOW + MINUTE, client=hasty)


def test_all_requests_of_a_run_go_over_one_connection(double: Any, run: Any) -> None:
    fill(double)
    run()
    assert len(double.log) > 10 and double.connections == 1


def test_a_window_that_is_too_much_is_halved(double: Any, store: Any, run: Any) -> None:
    fill(double)
    asked = scripted(double, "v2/observations", *[Fault(422)] * 3)
    report = run(text="langfuse: {since: 2h}")
    assert len(stored(store, "lf_observation")) == 30 and report.complete
    assert asked.count("v2/observations") > 3 + 2
    assert run(NOW + MINUTE).streams[0].written == 0


def test_a_second_that_is_too_much_is_an_error_and_not_a_loop(double: Any, run: Any) -> None:
    fill(double)
    double.fault = lambda path: Fault(422) if path == "v2/observations" else None
    with pytest.raises(Unexpected) as error:
        run(text="langfuse: {since: 2h}")
    assert "too much for the server" in line(error)


def test_a_long_pause_stops_cleanly_says_when_it_goes_on_and_is_kept(
    double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    fill(double, 200)
    answers = iter([None, None])
    double.fault = lambda path: next(answers, Fault(429, retry_after=86393)) if path == "v2/observations" else None
    report = run(text="langfuse: {since: 5h}")
    assert not report.complete and report.resume_at == NOW + timedelta(seconds=86393)
    assert report.notes == ["rate limit reached; continues at 2026-11-21 11:59:53 UTC"]
    closed = len(stored(store, "lf_observation"))
    assert 0 < closed < 200
    asked = scripted(double, "none")
    again = run(NOW + MINUTE)
    assert asked == [] and "continues at 2026-11-21 11:59:53" in again.notes[0]
    later = run(NOW + timedelta(days=1), text="langfuse: {since: 5h}")
    assert later.complete and len(stored(store, "lf_observation")) == 200


def test_a_pause_that_no_server_can_mean_is_neither_kept_nor_believed(
    double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    fill(double)
    double.fault = lambda path: Fault(429, retry_after=10**9) if path == "v2/observations" else None
    report = run(text="langfuse: {since: 2h}")
    assert report.resume_at and report.resume_at <= NOW + timedelta(days=1, minutes=1)
    double.fault = lambda _path: None
    with psycopg.connect(store.url) as connection:
        connection.execute("update gendash._sync set resume_at = '2058-08-01Z'")
    assert run(NOW + MINUTE, text="langfuse: {since: 2h}").streams[0].written == 30


@pytest.mark.parametrize("trace", ["trace#0", "chat?b=1", "50%25off", "../health", "..", ".", "a/b", "ü \u200b"])
def test_a_trace_of_any_name_is_asked_for_by_that_name(trace: str, double: Any, store: Any, run: Any) -> None:
    double.mode, double.version = "legacy", "3.225.4"
    double.add(observation(1, NOW - MINUTE, traceId=trace, userId="someone"))
    run(text="langfuse: {since: 2h}")
    assert stored(store, "lf_observation", "trace_id") == [(trace,)]
    assert stored(store, "lf_observation", "user_hash is not null") == [(True,)]


def test_unreadable_answers_name_the_path_and_no_data(web: Any, double: Any, sleeper: Any, run: Any) -> None:
    fill(double, 3)
    run()
    for number in range(50, 61):
        double.add(observation(number, NOW, type={"many": "kinds"}))
    with pytest.raises(Unexpected) as error:
        run(NOW + 2 * timedelta(hours=1), text="langfuse: {since: 2h}")
    assert "/api/public/v2/observations has another shape" in line(error) and "many" not in line(error)


def test_half_an_emoji_in_an_answer_is_read(double: Any, store: Any, run: Any, monkeypatch: Any) -> None:
    double.add(observation(1, NOW - MINUTE, name="NAME"))
    from gendash.demo import langfuse_http

    whole = langfuse_http.ENCODE
    monkeypatch.setattr(langfuse_http, "ENCODE", lambda body: whole(body).replace(b"NAME", b"x\\ud83d"))
    run()
    assert stored(store, "lf_observation", "name, cost_usd::text") == [("x?", "0.0000271")]


def test_status_tells_where_each_stream_stands(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run()
    lines = sync_status(settings(double, store), store=store)
    assert [(line["project"], line["stream"], line["closed_until"], line["api"]) for line in lines] == [
        ("default", "models", NOW, None),
        ("default", "observations", NOW, "v2"),
        ("default", "scores", NOW, "v2"),
    ]
    assert lines[1]["rows"] == 30 and lines[1]["error"] is None and lines[1]["requests"] > 5
