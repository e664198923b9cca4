"""Alerts reach somebody: through Alertmanager, and through rules that Grafana evaluates."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
import yaml

from gendash.engine.clients.grafana import session
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.alerting import alerting_problems, routes, unreached, who_is_notified
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.alerting import ObservedAlerting, alerting_changes, observe_alerting
from gendash.engine.deliver.grafana import apply_to_grafana
from gendash.engine.deliver.state import desired
from gendash.engine.deliver.uninstall_grafana import find_in_grafana, remove_from_grafana
from gendash.engine.render.alertmanager import render_alertmanager
from gendash.engine.render.grafana_alerting import grafana_alerting
from gendash.engine.render.rules import render_manifest, render_rules

ALERTING = """
docs_url: https://docs.example
grafana_public_url: https://grafana.example
time_zone: Europe/Berlin
alerting:
  receivers:
    oncall: {kind: pagerduty}
    team: {kind: slack, channel: '#agents'}
    mail: {kind: email, to: [a@example.org, b@example.org]}
    hook: {kind: webhook, url: 'http://127.0.0.1:9/hook'}
  routes:
    pages: {severity: [critical], to: [oncall, hook]}
    errors: {slo: [api_errors], to: [mail], mute: [nights]}
    api: {alerts: ['Api*'], to: [team]}
    rest: {to: [team], mute: [weekend]}
  mute_times:
    nights: {times: ['22:00-06:00']}
    weekend: {weekdays: [saturday, sunday]}
"""


@cache
def catalog(text: str = ALERTING) -> Catalog:
    return load_catalog(load_config(text))


def built(text: str = ALERTING) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(render_alertmanager(load_config(text))["alertmanager/alertmanager.yml"])
    return found


def test_routes_are_taken_in_order_by_severity_objective_and_name() -> None:
    def taken(name: str, **labels: str) -> str:
        return next(one.name for one in routes(load_config(ALERTING)) if one.takes(name, labels))

    assert taken("ApiErrorBudgetBurnFast", severity="critical", slo="api_errors") == "pages"
    assert taken("ApiErrorBudgetBurnSlow", severity="warning", slo="api_errors") == "errors"
    assert taken("ApiSlow", severity="warning", slo="api_latency") == "api"
    assert taken("DocumentsStuck", severity="warning") == "rest"


def test_the_configuration_of_alertmanager_holds_no_secret_and_splits_nights_at_midnight() -> None:
    found = built()
    assert found["receivers"][0] == {"name": "gendash-nobody"}
    both = next(one for one in found["receivers"] if one["name"] == "oncall+hook")
    assert both["pagerduty_configs"][0]["routing_key_file"] == "/etc/alertmanager/secrets/oncall"
    assert both["webhook_configs"][0]["url"] == "http://127.0.0.1:9/hook"
    nights = found["time_intervals"][0]["time_intervals"][0]
    assert nights["times"] == [
        {"start_time": "22:00", "end_time": "24:00"},
        {"start_time": "00:00", "end_time": "06:00"},
    ]
    assert nights["location"] == "Europe/Berlin"
    assert [one["receiver"] for one in found["route"]["routes"]] == [
        "gendash-nobody", "oncall+hook", "mail", "team", "team"
    ]  # fmt: skip


def test_alertmanager_accepts_what_is_built(tmp_path: Path) -> None:
    amtool = shutil.which("amtool")
    if not amtool:
        pytest.skip("no amtool on PATH; install Alertmanager")
    for path, data in render_alertmanager(load_config(ALERTING)).items():
        (tmp_path / Path(path).name).write_bytes(data)
    done = subprocess.run([amtool, "check-config", tmp_path / "alertmanager.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alerting: {receivers: {a: {to: [x]}}}", "no kind"),
        ("alerting: {receivers: {a: {kind: email}}}", "no address"),
        ("alerting: {receivers: {a: {kind: slack}}, routes: {r: {to: [b]}}}", "no receiver 'b'"),
        ("alerting: {receivers: {a: {kind: slack}}, routes: {r: {severity: [critical]}}}", "nobody is notified"),
        ("alerting: {receivers: {a: {kind: slack}}, routes: {r: {to: [a], mute: [n]}}}", "no mute time 'n'"),
        ("alerting: {mute_times: {n: {times: ['22:00']}}}", "no span of hours"),
    ],
)
def test_what_does_not_fit_together_is_a_problem(text: str, words: str) -> None:
    assert any(words in problem.what for problem in alerting_problems(load_config(text)))
    assert not list(alerting_problems(load_config(ALERTING)))


def test_it_is_said_when_nobody_would_be_notified() -> None:
    assert "nobody will be notified" in who_is_notified(load_config(""))
    assert "alerting.by: none" in who_is_notified(load_config("alerting: {by: none}"))
    assert who_is_notified(load_config(ALERTING)) == ""
    only_pages = load_config("alerting: {receivers: {a: {kind: slack}}, routes: {r: {severity: [critical], to: [a]}}}")
    alerts = {"Bad": {"severity": "critical"}, "Slow": {"severity": "warning"}, "Watchdog": {"severity": "none"}}
    assert unreached(only_pages, alerts) == ["Slow"]


def test_links_in_alerts_are_absolute_where_the_public_address_is_set() -> None:
    text = b"".join(render_rules(catalog()).values()).decode()
    assert "dashboard_url: https://grafana.example/d/gendash-system-health" in text
    assert "runbook_url: https://docs.example/runbooks.md#" in text


def test_one_manifest_holds_the_same_groups_as_the_rule_files() -> None:
    manifest = yaml.safe_load(render_manifest(catalog())["kubernetes/prometheus-rules.yaml"])
    files = [yaml.safe_load(data) for data in render_rules(catalog()).values()]
    assert manifest["kind"] == "PrometheusRule"
    assert manifest["spec"]["groups"] == [group for file in files for group in file["groups"]]


def test_where_grafana_evaluates_alerts_prometheus_gets_none() -> None:
    text = b"".join(render_rules(catalog(ALERTING.replace("alerting:", "alerting:\n  by: grafana"))).values()).decode()
    assert "- alert:" not in text and "- record:" in text


# ── alerting by Grafana ──────────────────────────────────────────────────────────────────────────────────────────

BY_GRAFANA = """
docs_url: https://docs.example
grafana_public_url: https://grafana.example
instance: {instance}
alerting:
  by: grafana
  receivers: {{hook: {{kind: webhook}}, mail: {{kind: email, to: [a@example.org]}}}}
  routes: {{pages: {{severity: [critical], to: [hook]}}, rest: {{to: [hook, mail], mute: [nights]}}}}
  mute_times: {{nights: {{times: ['22:00-06:00']}}}}
"""


def by_grafana(instance: str = "x", **environ: str) -> Config:
    given = {"GENDASH_RECEIVER_HOOK_SECRET": "http://127.0.0.1:9/hook-secret", **environ}
    return load_config(BY_GRAFANA.format(instance=instance), environ=given)


def test_a_receiver_of_a_route_is_a_contact_point_and_rules_name_it() -> None:
    wanted = grafana_alerting(load_catalog(by_grafana()))
    names = sorted((point["name"], point["type"]) for point in wanted.contact_points.values())
    assert names == [
        ("x-gendash hook", "webhook"),
        ("x-gendash hook+mail", "email"),
        ("x-gendash hook+mail", "webhook"),
    ]
    rules = {rule["title"]: rule for rule in wanted.rules.values()}
    assert "Watchdog" not in rules
    fast = rules["ApiErrorBudgetBurnFast"]
    assert fast["notification_settings"]["receiver"] == "x-gendash hook" and fast["for"] == "120s"
    slow = rules["ApiErrorBudgetBurnSlow"]["notification_settings"]
    assert slow["mute_time_intervals"] == ["x-gendash nights"]
    assert "$values.A.Value" in fast["annotations"]["description"]


def test_what_is_there_as_wanted_changes_nothing_and_secrets_are_in_no_line() -> None:
    wanted = grafana_alerting(load_catalog(by_grafana()))
    empty = alerting_changes(wanted, ObservedAlerting(), ())
    assert {change.action for change in empty} == {"create"}
    assert "hook-secret" not in repr(empty)
    shown = [
        {**point, "settings": {**point["settings"], "url": "[REDACTED]"}} for point in wanted.contact_points.values()
    ]
    there = ObservedAlerting(shown, list(wanted.mute_timings.values()), list(wanted.rules.values()))
    again = alerting_changes(wanted, there, list(wanted.contact_points))
    assert {change.action for change in again} == {"none"}
    rotated = alerting_changes(wanted, there, ())
    assert {c.action for c in rotated if "webhook" in str(c.payload)} == {"update"}


def test_what_left_the_settings_goes_and_what_is_not_ours_stays() -> None:
    wanted = grafana_alerting(load_catalog(by_grafana()))
    old = {"uid": wanted.prefix + "old", "name": "old", "type": "email", "settings": {}}
    foreign = {"uid": "theirs", "name": "theirs", "type": "email", "settings": {}}
    rules = [{**next(iter(wanted.rules.values())), "uid": wanted.prefix + "gone", "title": "Gone"}]
    changes = alerting_changes(wanted, ObservedAlerting([old, foreign], (), rules), ())
    assert [change.name for change in changes if change.action == "delete"] == [old["uid"]]
    group = next(change for change in changes if change.title == "alerting rules")
    assert ("DELETE", f"/v1/provisioning/alert-rules/{wanted.prefix}gone", None) in group.payload["requests"]


def test_alerting_that_cannot_be_read_blocks() -> None:
    wanted = grafana_alerting(load_catalog(by_grafana()))
    (change,) = alerting_changes(wanted, ObservedAlerting(unreadable="403 no"), ())
    assert change.action == "blocked" and "403 no" in change.lines[0] and "role Admin" in change.lines[0]
    new = ObservedAlerting(unreadable="500 No alertmanager configuration present in this organization")
    (change,) = alerting_changes(wanted, new, ())
    assert change.action == "blocked" and "apply again in a minute" in change.lines[0]


# ── an incident, from its firing to its end ──────────────────────────────────────────────────────────────────────


class Listener:
    """A web server that remembers what it got, and that plays Prometheus where it is asked for a query."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.firing = True
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if "/api/v1/" in self.path:
                    sample = {"metric": {"job": "api"}, "value": [time.time(), "0.5"]}
                    data = {"resultType": "vector", "result": [sample] if listener.firing else []}
                    return self.answer({"status": "success", "data": data})
                listener.got.append(json.loads(body))
                return self.answer({})

            do_GET = do_POST

            def answer(self, value: Any) -> None:
                text = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def wait_for(self, status: str, seconds: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := next((one for one in self.got if one.get("status") == status), None):
                return found
            time.sleep(0.3)
        raise AssertionError(f"nothing {status} within {seconds} s; got {self.got}")


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_an_incident_reaches_a_webhook_through_alertmanager_and_its_end_too(tmp_path: Path, listener: Listener) -> None:
    program = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
    if not program:
        pytest.skip("no alertmanager on PATH; install Alertmanager")
    config = load_config(f"alerting: {{receivers: {{hook: {{kind: webhook, url: '{listener.url}'}}}}}}")
    for path, data in render_alertmanager(config).items():
        text = (
            data.decode()
            .replace("group_wait: 30s", "group_wait: 1s")
            .replace("group_interval: 5m", "group_interval: 1s")
        )
        (tmp_path / Path(path).name).write_text(text)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [program, f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'data'}"]
    command += [f"--web.listen-address={address}", "--cluster.listen-address="]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            until(lambda: _is_ready(f"http://{address}/-/ready"))
            rule = next(one for one in catalog().rules.values() if one.name == "ApiErrorBudgetBurnFast")
            alert = {
                "labels": {"alertname": rule.name, **rule.labels},
                "annotations": {"summary": rule.annotations["summary"], "dashboard_url": "https://grafana.example/d/x"},
            }
            requests.post(f"http://{address}/api/v2/alerts", json=[alert], timeout=5).raise_for_status()
            fired = listener.wait_for("firing", 20)
            assert fired["alerts"][0]["annotations"] == alert["annotations"]
            over = {**alert, "endsAt": "2020-01-01T00:00:00Z", "startsAt": "2019-12-31T00:00:00Z"}
            requests.post(f"http://{address}/api/v2/alerts", json=[over], timeout=5).raise_for_status()
            assert listener.wait_for("resolved", 20)["alerts"][0]["labels"]["alertname"] == rule.name
        finally:
            server.terminate()
            server.wait(10)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


@pytest.mark.grafana
def test_an_incident_reaches_a_webhook_through_grafana_and_its_end_too(
    new_grafana: Any, listener: Listener, tmp_path: Path
) -> None:
    environ = {"GF_UNIFIED_ALERTING_ENABLED": "true", "GF_UNIFIED_ALERTING_MIN_INTERVAL": "10s"}
    with new_grafana(environ) as server:
        access = {"GENDASH_GRAFANA_URL": server.url, "GENDASH_GRAFANA_TOKEN": server.token("Admin")}
        config = by_grafana("am", GENDASH_RECEIVER_HOOK_SECRET=listener.url, **access)
        server("POST", "/api/folders", {"uid": "am-gendash", "title": "Agent platform (am)"})
        source = {"uid": config["datasources.prometheus.uid"], "name": "p", "type": "prometheus", "access": "proxy"}
        server("POST", "/api/datasources", {**source, "url": listener.url})
        wanted = grafana_alerting(load_catalog(config))
        fast = {
            uid: {
                **rule,
                "for": "0s",
                "notification_settings": {**rule["notification_settings"], "group_wait": "1s", "group_interval": "1s"},
            }
            for uid, rule in wanted.rules.items()
            if rule["title"] == "ApiErrorBudgetBurnFast"
        }
        wanted = wanted._replace(rules=fast, interval_s=10)
        with session(config, lambda _: None) as ask:
            changes = alerting_changes(wanted, observe_alerting(ask), ())
            done = apply_to_grafana(config, desired(config, {}), changes, tmp_path, datetime.now(UTC), print)
            assert {change.action for change in done} == {"create"}, [change.lines for change in done]
            again = alerting_changes(wanted, observe_alerting(ask), list(wanted.contact_points))
            assert {change.action for change in again} == {"none"}, [change.lines for change in again]
        fired = listener.wait_for("firing", 90)
        (alert,) = fired["alerts"]
        assert alert["labels"]["alertname"] == "ApiErrorBudgetBurnFast" and alert["labels"]["severity"] == "critical"
        assert alert["annotations"]["summary"] == "The API uses its error budget more than 14 times too fast"
        assert alert["annotations"]["description"].startswith("50% of requests to api failed")
        assert alert["annotations"]["dashboard_url"] == "https://grafana.example/d/am-gendash-system-health"
        assert alert["annotations"]["runbook_url"].startswith("https://docs.example/runbooks.md#")
        listener.firing = False
        assert listener.wait_for("resolved", 120)["alerts"][0]["labels"]["alertname"] == "ApiErrorBudgetBurnFast"
        going = find_in_grafana(config)
        kinds = [one.kind for one in going]
        assert {"alert rule", "contact point", "folder"} <= set(kinds) and not [one for one in going if one.stays], (
            going
        )
        done = remove_from_grafana(config, going)
        assert not [one for one in done if one.stays], done
        assert not [one for one in server("GET", "/api/v1/provisioning/alert-rules") if one["uid"].startswith("gd-")]
        points = server("GET", "/api/v1/provisioning/contact-points")
        assert not [one for one in points if str(one.get("uid")).startswith("gd-")]
