"""Servers and data that mislead: replicas scraped twice, thresholds that are no bucket, partial answers, rules that
cannot be read, shares beyond their limit. On a real Prometheus; a gateway before it changes its answers."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from api_samples import catalog_of, judged, loaded_rules, samples

from gendash.commands.doctor import examine
from gendash.engine.clients import prometheus as prom
from gendash.engine.verify.replicas import double_labels

pytestmark = pytest.mark.prometheus
Start = Callable[[str, str], str]


@pytest.fixture(scope="module")
def single(start_prometheus: Start) -> str:
    return start_prometheus(samples(), loaded_rules())


@pytest.fixture(scope="module")
def doubled(start_prometheus: Start) -> str:
    return start_prometheus(samples(("p-0", "p-1")), loaded_rules())


@contextmanager
def gateway(url: str, change: Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]) -> Iterator[str]:
    """A server before Prometheus that answers what ``change`` makes of the path and Prometheus' answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            request = urllib.request.Request(
                url + self.path, body, {"Content-Type": "application/x-www-form-urlencoded"}
            )
            with urllib.request.urlopen(request) as answer:
                status, given = change(self.path.split("?")[0], json.load(answer))
            text = json.dumps(given).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_replicas_that_are_scraped_twice_make_their_panels_doubtful_and_say_by_which_label(
    single: str, doubled: str
) -> None:
    once, twice = judged(catalog_of(single), "system-health"), judged(catalog_of(doubled), "system-health")
    well = {name for name, one in once.items() if one.status == "ok" and one.rows}
    assert len(well) > 5
    assert not [one for one in once.values() if one.status == "doubtful"]
    on_requests = {name for name in well if twice[name].status == "doubtful"}
    assert on_requests >= {name for name in well if "request" in once[name].title.lower()}
    why = {one.why for one in twice.values() if one.status == "doubtful"}
    assert all("is there 2 times, with another replica: its figures are too high" in one for one in why), why
    assert not any(one.calm for one in twice.values() if one.status == "doubtful")


def test_the_doctor_reports_replicas_and_says_nothing_about_one(single: str, doubled: str) -> None:
    found = {one.name: one for one in examine(catalog_of(doubled), datetime.now(UTC)).servers}
    assert found["targets"].state == "failed"
    assert "is there 2 times, with another replica" in found["targets"].line
    assert "targets" not in {one.name for one in examine(catalog_of(single), datetime.now(UTC)).servers}


def test_only_series_of_one_target_count_as_copies() -> None:
    assert (
        double_labels([{"job": "api", "instance": "a", "zone": "1"}, {"job": "api", "instance": "b", "zone": "2"}])
        == []
    )
    pair = [{"job": "api", "instance": "a"}, {"job": "api", "instance": "a", "prometheus": "x"}]
    assert double_labels(pair) == ["prometheus"]


def test_a_threshold_that_is_no_bucket_bound_is_missing_with_the_bounds_to_choose_from(
    start_prometheus: Start, single: str
) -> None:
    text = "slo: {api_latency: {threshold_s: 0.7}}\n"
    catalog = catalog_of(start_prometheus(samples(), loaded_rules(text)), text)
    found = judged(catalog, "rules")["job:http_requests_slow:rate5m"]
    assert found.status == "missing"
    assert "slo.api_latency.threshold_s is no bucket bound; set it to one of 0.1, 0.5, 1.0" in found.why
    assert judged(catalog_of(single), "rules")["job:http_requests_slow:rate5m"].status == "ok"
    panels = [one for one in judged(catalog, "system-health").values() if "is no bucket bound" in one.why]
    assert panels
    (feature,) = [one for one in examine(catalog, datetime.now(UTC)).features if one.name == "http_metrics"]
    (part,) = [part for part in feature.parts if part.kind == "bucket"]
    assert part.fixes[0].text == "slo.api_latency.threshold_s: <a bucket bound>  # one of 0.1, 0.5, 1.0"


def test_what_evaluates_the_rules_can_be_down_and_panels_are_judged_still(single: str) -> None:
    def down(path: str, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return (
            (502, {"status": "error", "errorType": "internal", "error": "vmalert: connection refused"})
            if path.endswith("/rules")
            else (200, answer)
        )

    at = datetime.now(UTC)
    with gateway(single, down) as url:
        catalog = catalog_of(url)
        panels, rules = judged(catalog, "system-health", at=at), judged(catalog, "rules", at=at)
        servers = {one.name: one for one in examine(catalog, datetime.now(UTC)).servers}
    before = judged(catalog_of(single), "system-health", at=at)
    assert {name: one.status for name, one in panels.items()} == {name: one.status for name, one in before.items()}
    on = [one for one in rules.values() if one.status != "not_available"]
    assert {one.status for one in on} == {"error"}
    assert all("the loaded rules are not known" in one.why and "vmalert: connection refused" in one.why for one in on)
    assert (servers["prometheus"].state, servers["rules"].state) == ("ok", "failed")
    assert "an unknown number of" in servers["prometheus"].line


def test_rules_are_asked_for_at_an_address_of_their_own(single: str, start_prometheus: Start) -> None:
    bare = start_prometheus(samples(), "groups: []\n")
    assert {one.status for one in judged(catalog_of(bare), "rules").values()} == {"missing", "not_available"}
    elsewhere = judged(catalog_of(bare, f"prometheus: {{scrape_interval: 2m, rules_url: '{single}'}}"), "rules")
    assert not [one for one in elsewhere.values() if "not loaded" in one.why]


PARTIAL = {"warnings": ["No StoreAPIs matched for this query"]}, {"isPartial": True}


@pytest.mark.parametrize("note", PARTIAL)
def test_a_partial_answer_is_no_answer(note: dict[str, Any], single: str) -> None:
    def partial(path: str, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        empty = {**answer, "data": {**answer["data"], "result": []}} if path.endswith("/query") else answer
        return 200, {**empty, **note}

    on = {one.name: one.on for one in examine(catalog_of(single), datetime.now(UTC)).features}
    with gateway(single, partial) as url:
        report = examine(catalog_of(url), datetime.now(UTC))
        verdicts = judged(catalog_of(url), "system-health")
    fed = [one for one in report.features if one.name.endswith("_metrics") and one.on]
    assert fed
    assert {one.state for one in fed} == {"unknown"}
    assert all(one.wanted == on[one.name] for one in report.features), "a feature would be switched by a partial answer"
    (server,) = [one for one in report.servers if one.name == "prometheus"]
    assert server.state == "failed"
    assert "the answer is partial" in server.line
    assert {one.status for one in verdicts.values()} <= {"error", "not_available"}
    assert all("partial" in one.why for one in verdicts.values() if one.status == "error")


def test_warnings_about_the_expression_are_no_lack_of_data(single: str) -> None:
    def annotated(path: str, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {
            **answer,
            "warnings": ['PromQL warning: bucket label "le" is missing'],
            "infos": ["PromQL info: x"],
        }

    at = datetime.now(UTC)
    with gateway(single, annotated) as url:
        found = judged(catalog_of(url), "system-health", at=at)
    before = judged(catalog_of(single), "system-health", at=at)
    assert {name: one.status for name, one in found.items()} == {name: one.status for name, one in before.items()}


def test_an_answer_that_lacks_data_says_so(single: str) -> None:
    with (
        gateway(single, lambda _, answer: (200, {**answer, **PARTIAL[0]})) as url,
        prom.prometheus(catalog_of(url).config) as call,
    ):
        answer = prom.instant(call, "up", datetime.now(UTC))
        assert isinstance(answer, prom.Data)
        assert answer.partial == "No StoreAPIs matched for this query"
