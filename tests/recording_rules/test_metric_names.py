"""Names of metrics beyond letters and digits, with colons, and of other units: what is built from them, and what is said."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from gendash.engine.checks.definitions import check
from gendash.engine.checks.metric_settings import check_metric_settings
from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.rules_dir import find_binary
from gendash.engine.doctor.diagnose import features
from gendash.engine.doctor.look_prometheus import recorded
from gendash.engine.doctor.seen import Exposed, Look
from gendash.engine.errors import ContentError, GendashError
from gendash.engine.languages.metric_names import placeholder, selector, with_selectors
from gendash.engine.languages.promql import selectors
from gendash.engine.render.rules import render_rules

NAMES = "metrics: {http_requests: http.server.requests, http_request_duration_highr: 'http.server.dauer/ü'}"
OWN = "metrics: {http_requests: 'web:http_requests_total'}"


def catalog(text: str) -> Catalog:
    return load_catalog(load_config(text))


def test_a_name_is_a_selector_in_every_place_of_an_expression() -> None:
    name = placeholder("a.b")
    assert with_selectors(f"rate({name}_bucket{{le='1'}}[5m])") == """rate({__name__="a.b_bucket", le='1'}[5m])"""
    assert with_selectors(f"{name} > 0") == '{__name__="a.b"} > 0'
    assert (selector("a.b", '{x="1"}'), selector("plain:x", '{x="1"}')) == ('{__name__="a.b", x="1"}', 'plain:x{x="1"}')
    (one,) = selectors("sum(rate({}[5m]))".format(selector("a.b", '{x="1"}')))
    assert (one.metric, one.matchers) == ("a.b", (("x", "=", "1"),))


@pytest.mark.parametrize("settings", [NAMES, OWN])
def test_dotted_names_and_names_with_colons_pass_every_check(settings: str) -> None:
    assert [str(one) for one in check(catalog(settings))] == []


@pytest.mark.prometheus
def test_rules_over_dotted_names_give_what_rules_over_plain_names_give(tmp_path: Path) -> None:
    """On the oldest Prometheus that gendash supports, which cannot scrape such names, and can evaluate them."""
    found = catalog(NAMES)
    for path, content in render_rules(found).items():
        (tmp_path / Path(path).name).write_bytes(content)
    job, out = found.config["prometheus.job"], [path.name for path in tmp_path.glob("*.yml")]
    series = [
        {
            "series": f'{{__name__="http.server.requests", job="{job}", handler="/a", status="200"}}',
            "values": "0+60x20",
        },
        {"series": f'{{__name__="http.server.requests", job="{job}", handler="/a", status="500"}}', "values": "0+6x20"},
        {"series": f'{{__name__="http.server.dauer/ü_bucket", job="{job}", le="0.1"}}', "values": "0+30x20"},
        {"series": f'{{__name__="http.server.dauer/ü_bucket", job="{job}", le="+Inf"}}', "values": "0+60x20"},
    ]
    wanted = [
        ('job_handler_status:http_requests:rate5m{status="200"}', 1.0),
        ('job_handler_status:http_requests:rate5m{status="500"}', 0.1),
    ]
    tests = [
        {"expr": f"round(sum({expr}), 0.01)", "eval_time": "15m", "exp_samples": [{"labels": "{}", "value": value}]}
        for expr, value in wanted
    ]
    content = {"rule_files": out, "tests": [{"interval": "1m", "input_series": series, "promql_expr_test": tests}]}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    binary = find_binary("promtool", Path(__file__).resolve().parents[2] / ".cache")
    assert binary
    for command in (["check", "rules", *out], ["test", "rules", "test.yaml"]):
        done = subprocess.run([binary, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_doctor_asks_for_the_name_and_says_what_an_older_server_cannot_scrape() -> None:
    found = catalog(NAMES)
    asked: list[str] = []

    def call(path: str, params: Mapping[str, str]) -> Failed:
        asked.append(params.get("query", ""))
        return Failed("stop", "stop")

    with pytest.raises(GendashError):
        recorded(call, found, ["http_requests"], datetime.now(UTC))
    assert r'{__name__=~"http\\.server\\.requests"}' in asked[0]
    look = Look(metrics={"http_requests": "is not exposed"}, exposed=Exposed(["up"]))
    (http,) = [one for one in features(found, look, {}) if one.name == "http_metrics"]
    told = [fix.text for part in http.parts for fix in part.fixes if fix.kind == "setting"]
    assert told == [
        "metrics.http_requests: http_server_requests  # Prometheus before 3.0 scrapes no name with other signs"
    ]


@pytest.mark.parametrize("name", ['a"b', "a{b}", "1a", "a b", ""])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises((ContentError, GendashError), match="a metric name"):
        load_config(yaml.safe_dump({"metrics": {"http_requests": name}}))


def test_a_label_with_dots_is_refused_with_what_to_do() -> None:
    with pytest.raises(GendashError, match="metric_name_escaping_scheme: underscores"):
        load_config("labels: {status: http.response.status_code}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("http_server_duration_milliseconds", "counts milliseconds, and is read in seconds"),
        ("http.server.duration.ms", "counts ms, and is read in seconds"),
        ("http_server_request_duration_seconds", ""),
        ("programs", ""),
    ],
)
def test_a_metric_of_another_unit_is_a_problem(name: str, problem: str) -> None:
    lines = [str(one) for one in check_metric_settings(catalog(f"metrics: {{http_request_duration: {name}}}"))]
    assert [problem in line for line in lines] == ([True] if problem else [])


def test_what_gendash_exposes_itself_has_a_plain_name() -> None:
    (line,) = map(str, check_metric_settings(catalog("metrics: {data_age: gendash.data.age}")))
    assert "a text format" in line
