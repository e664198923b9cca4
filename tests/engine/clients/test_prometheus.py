"""The Prometheus driver and the rules directory, against a real Prometheus running on the configuration that we render."""

from __future__ import annotations

import math
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from gendash.demo.servers import free_port
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import Data, instant, label_values, loaded_rules, number, over, prometheus
from gendash.engine.config.load import Config, load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog, template
from gendash.engine.deliver import rules_dir
from gendash.engine.deliver.plan_rules import reload_change, rule_changes
from gendash.engine.deliver.rules_dir import apply_rules, find_binary, observe_rules_dir, reload, reload_is_owed
from gendash.engine.errors import Denied, TargetError, Unexpected, Unreachable
from gendash.engine.render.prometheus import TEMPLATES, render_prometheus
from gendash.engine.render.rules import render_rules, signed_rules

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30
BROKEN = signed_rules("groups:\n  - name: g\n    rules:\n      - record: job:a:x\n        expr: sum(\n")


@dataclass(frozen=True)
class Server:
    url: str
    rules: Path
    catalog: Catalog

    @property
    def config(self) -> Config:
        return at(self.url)

    def files(self) -> dict[str, bytes]:
        return {Path(path).name: content for path, content in render_rules(self.catalog).items()}


def at(url: str) -> Config:
    return load_config("", environ={"GENDASH_PROMETHEUS_URL": url})


def wait(until: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < end, f"{what} did not happen within {PATIENCE_S} s"
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture(scope="module", params=["lifecycle", "no lifecycle"])
def start(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prometheus that scrapes itself as the platform, too; once with and once without its lifecycle API."""
    folder = tmp_path_factory.mktemp("prometheus")
    rules = folder / "rules"
    rules.mkdir()
    address = f"127.0.0.1:{free_port()}"
    own = {"rules_dir": str(rules), "targets": [address], "self": address, "redis_targets": [address]}
    settings = {
        "prometheus": {**own, "scrape_interval": "1s", "evaluation_interval": "1s"},
        "features": {name: True for name, _, _ in FEATURES},
    }
    catalog = load_catalog(load_config(yaml.safe_dump(settings)))
    (content,) = render_prometheus(catalog, {name: template(name) for name in TEMPLATES}).values()
    (folder / "prometheus.yml").write_bytes(content)
    binary = find_binary("prometheus", ROOT / ".cache")
    assert binary
    command = [binary, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command += [f"--web.listen-address={address}", "--log.level=error"]
    command += ["--web.enable-lifecycle"] if request.param == "lifecycle" else []
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(lambda: answers(f"http://{address}/-/ready"), "the start of Prometheus")
        yield Server(f"http://{address}", rules, catalog)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def server(start: Server) -> Iterator[Server]:
    """The same with an empty rules directory."""
    yield start
    for path in start.rules.iterdir():
        path.unlink()


lifecycle = pytest.mark.parametrize("start", ["lifecycle"], indirect=True)
no_lifecycle = pytest.mark.parametrize("start", ["no lifecycle"], indirect=True)
pytestmark = pytest.mark.prometheus


@lifecycle
def test_our_rules_are_written_loaded_and_evaluated_without_error(server: Server) -> None:
    changes = rule_changes(server.files(), observe_rules_dir(server.rules))
    assert {change.action for change in changes} == {"create"}
    assert apply_rules(server.rules, changes, server.config) == "rules written, Prometheus reloaded"
    with prometheus(server.config) as call:
        wait(lambda: all(r.health == "ok" for rs in loaded_rules(call).values() for r in rs), "an evaluation")
        loaded = loaded_rules(call)
    assert set(loaded) == set(server.catalog.rules)
    assert {rule.every_s for rules in loaded.values() for rule in rules} == {1}
    again = rule_changes(server.files(), observe_rules_dir(server.rules))
    assert {change.action for change in again} == {"none"}
    assert apply_rules(server.rules, again, server.config) == ""


@lifecycle
def test_rules_that_prometheus_refuses_are_taken_back(server: Server) -> None:
    files = server.files()
    apply_rules(server.rules, rule_changes(files, observe_rules_dir(server.rules)), server.config)
    changes = rule_changes({**files, "gendash-broken.yml": BROKEN}, observe_rules_dir(server.rules))
    with pytest.raises(Unexpected, match=r"rejected the rules \(previous ones restored\)"):
        apply_rules(server.rules, changes, server.config)
    assert observe_rules_dir(server.rules) == files
    assert reload(server.config) == "rules written, Prometheus reloaded", "it would start again"


@lifecycle
def test_a_file_that_is_no_longer_ours_goes_and_those_of_others_stay(server: Server) -> None:
    old, foreign = signed_rules("groups: []\n"), b"groups: []\n"
    for name, content in {"gendash-old.yml": old, "gendash-theirs.yml": foreign, "other.yml": foreign}.items():
        (server.rules / name).write_bytes(content)
    apply_rules(server.rules, rule_changes(server.files(), observe_rules_dir(server.rules)), server.config)
    there = {path.name for path in server.rules.iterdir()}
    assert there == {*server.files(), "gendash-theirs.yml", "other.yml"}


@lifecycle
def test_what_changed_between_plan_and_apply_is_not_overwritten(server: Server) -> None:
    changes = rule_changes(server.files(), observe_rules_dir(server.rules))
    (server.rules / "gendash-http.yml").write_bytes(b"# mine\n")
    with pytest.raises(TargetError, match=r"gendash-http\.yml changed between plan and apply"):
        apply_rules(server.rules, changes, server.config)
    assert [path.name for path in server.rules.iterdir()] == ["gendash-http.yml"]


@no_lifecycle
def test_where_prometheus_lets_nobody_reload_it_apply_says_so(server: Server) -> None:
    said = apply_rules(server.rules, rule_changes(server.files(), observe_rules_dir(server.rules)), server.config)
    assert "--web.enable-lifecycle" in said
    assert observe_rules_dir(server.rules) == server.files()


@lifecycle
def test_queries_answer_at_the_time_that_is_asked(server: Server) -> None:
    at = datetime(2026, 5, 17, 12, 30, tzinfo=UTC)
    with prometheus(server.config) as call:
        now = instant(call, "vector(time())", at)
        assert isinstance(now, Data)
        assert now.series == [{"metric": {}, "value": [at.timestamp(), str(int(at.timestamp()))]}]
        scalar = instant(call, "1 + 1", at)
        assert isinstance(scalar, Data)
        assert [one["value"][1] for one in scalar.series] == ["2"]
        line = over(call, "vector(1)", at, at + timedelta(minutes=1), 15_000)
        assert isinstance(line, Data)
        assert len(line.series[0]["values"]) == 5
        assert line.ms > 0


@lifecycle
def test_label_values_are_those_of_the_selector(server: Server) -> None:
    with prometheus(server.config) as call:

        def jobs(selector: str) -> Any:
            now = datetime.now(UTC)
            found = label_values(call, "job", selector, now - timedelta(hours=1), now + timedelta(minutes=1))
            assert isinstance(found, Data)
            return found.data

        wait(lambda: len(jobs("up")) == 4, "a scrape of each job")
        assert jobs("up") == ["ai-agent-api", "gendash", "prometheus", "redis"]
        assert jobs('up{job="redis"}') == ["redis"]
        assert jobs("nothing") == []


@lifecycle
def test_an_expression_that_is_wrong_gives_prometheus_reason(server: Server) -> None:
    with prometheus(server.config) as call:
        wrong = instant(call, "sum(", datetime.now(UTC))
        assert isinstance(wrong, Failed)
        assert (wrong.code, "parse error" in wrong.message) == ("bad_data", True)


@pytest.fixture
def double() -> Iterator[Callable[[int, str], str]]:
    """Starts a server that gives one answer to everything; returns its URL, with a password in it."""
    servers: list[HTTPServer] = []

    def serve(status: int, body: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.do_GET()

            def log_message(self, *_: Any) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://user:secret@127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


ANSWERS: Mapping[str, tuple[int, str, type[TargetError]]] = {
    "wrong password": (401, "", Denied),
    "forbidden": (403, "no", Denied),
    "a web page": (200, "<html>", Unexpected),
    "another API": (200, '{"ok": true}', Unexpected),
    "a proxy error": (502, "bad gateway", Unexpected),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_does_not_fit_is_one_line_without_the_password(
    answer: str, double: Callable[[int, str], str]
) -> None:
    status, body, error = ANSWERS[answer]
    with prometheus(at(double(status, body))) as call, pytest.raises(error) as caught:
        instant(call, "up", datetime.now(UTC))
    assert "secret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_no_answer_is_one_line_without_the_password() -> None:
    with prometheus(at(f"http://user:secret@127.0.0.1:{free_port()}")) as call, pytest.raises(Unreachable) as caught:
        instant(call, "up", datetime.now(UTC))
    assert "secret" not in str(caught.value)
    assert "Connection refused" in str(caught.value)


def test_rules_are_written_though_prometheus_does_not_answer(tmp_path: Path) -> None:
    changes = rule_changes({"gendash-a.yml": signed_rules("groups: []\n")}, observe_rules_dir(tmp_path))
    assert "not reloaded" in apply_rules(tmp_path, changes, at(f"http://127.0.0.1:{free_port()}"))
    assert (tmp_path / "gendash-a.yml").stat().st_mode & 0o777 == 0o644, "Prometheus is another user"
    assert reload_is_owed(tmp_path), "the next apply has to ask again"
    assert {path.suffix for path in tmp_path.iterdir() if path.name != rules_dir.OWED} == {".yml"}


def test_a_reload_that_is_refused_without_a_password_is_reported(
    tmp_path: Path, double: Callable[[int, str], str]
) -> None:
    changes = rule_changes({"gendash-a.yml": signed_rules("groups: []\n")}, observe_rules_dir(tmp_path))
    assert "HTTP 401" in apply_rules(tmp_path, changes, at(double(401, "")))


def test_a_rules_folder_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    reason = observe_rules_dir(tmp_path / "none")
    assert isinstance(reason, str)
    assert reason.startswith("no folder")


@pytest.mark.parametrize("status", [401, 404, 502, 503])
def test_a_reload_that_did_not_happen_is_asked_for_again(
    status: int, tmp_path: Path, double: Callable[[int, str], str]
) -> None:
    files = {"gendash-a.yml": signed_rules("groups: []\n")}
    line = apply_rules(tmp_path, rule_changes(files, observe_rules_dir(tmp_path)), at(double(status, "")))
    assert line != rules_dir.RELOADED and reload_is_owed(tmp_path)
    assert {change.action for change in rule_changes(files, observe_rules_dir(tmp_path))} == {"none"}
    again = reload_change(files, reload_is_owed(tmp_path), "no answer")
    assert apply_rules(tmp_path, again, at(double(200, ""))) == rules_dir.RELOADED
    assert not reload_is_owed(tmp_path)


def test_a_native_histogram_has_no_value_and_is_there() -> None:
    assert math.isnan(number({"metric": {}, "histogram": [0, {"count": "3", "sum": "1"}]}))
    assert number({"metric": {}, "value": [0, "3"]}) == 3
