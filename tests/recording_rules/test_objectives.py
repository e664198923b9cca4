"""Objectives of one's own: three lines of gendash.yaml become rules, a dashboard, alerts and tests that promtool passes."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from gendash.engine.checks.definitions import check, warnings
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import read_catalog
from gendash.engine.definitions.objectives import objective_problems, objectives, sample_of
from gendash.engine.deliver.rules_dir import find_binary
from gendash.engine.render.objective_tests import PATH, render_objective_tests
from gendash.engine.render.rules import render_rules

ROOT = Path(__file__).resolve().parents[2]
RULES = "prometheus/rules/gendash-objectives.yml"
EXAMPLES = {
    "checkout": {"objective": 0.99, "good": 'orders_total{result="ok"}', "total": "orders_total"},
    "api_pay": {
        "objective": 0.95,
        "good": 'http_requests_total{handler="/pay", status!~"5.."}',
        "total": 'http_requests_total{handler="/pay"}',
    },
    "answers": {  # two metrics, and a budget so large that 14.4 times it is no share
        "objective": 0.5,
        "good": 'agent_response_duration_seconds_bucket{le="10.0", intent!="chitchat"}',
        "total": 'agent_response_duration_seconds_count{intent!="chitchat"}',
    },
    "logins": {
        "objective": 0.999,
        "good": '{__name__="auth_attempts_total", job="auth", status=~"2..|3.."}',
        "total": 'auth_attempts_total{job="auth"}',
    },
    "jobs_done": {"objective": 0.98, "good": 'jobs{state=~"(done|skipped)"}', "total": 'jobs{state!=""}'},
    "regions": {
        "objective": 0.9,
        "good": 'x_total{ok="1",zone=~"eu-.*"}',
        "total": 'x_total{zone=~"eu-.*",zone!~"eu-test.*"}',
    },
}


def catalog(slos: Any, text: str = "") -> Catalog:
    return read_catalog(load_config(yaml.safe_dump({"slos": slos}) + text))


def promtool(out: Path, files: dict[str, bytes]) -> subprocess.CompletedProcess[str]:
    for path, content in files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    program = find_binary("promtool", ROOT / ".cache")
    assert program, "promtool is gone"
    return subprocess.run([program, "test", "rules", str(out / PATH)], capture_output=True, text=True)


@pytest.mark.prometheus
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_tests_that_are_made_pass(name: str, tmp_path: Path) -> None:
    found = catalog({name: EXAMPLES[name]})
    ran = promtool(tmp_path, {RULES: render_rules(found)[RULES], **render_objective_tests(found)})
    assert ran.returncode == 0, ran.stdout + ran.stderr


BROKEN = ("checkout", "answers")  # of an ordinary objective and of a large budget; of the others in `make soak`


@pytest.mark.prometheus
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in BROKEN else pytest.mark.soak) for name in EXAMPLES]
)
def test_the_tests_that_are_made_fail_where_a_rule_is_wrong(name: str, tmp_path: Path) -> None:
    found = catalog({name: EXAMPLES[name]})
    files = {RULES: render_rules(found)[RULES], **render_objective_tests(found)}
    assert promtool(tmp_path, files).returncode == 0
    text = files[RULES].decode()
    limits = objectives(found.config)[0].values()
    mutants = [
        {f"> {limits['over14']}\n": "> 0.99\n", f"> {limits['over6']}\n": "> 0.99\n"},
        {f"> {limits['over3']}\n": "> 0.99\n", f"> {limits['over1']}\n": "> 0.99\n"},
        {f"{limits['budget']} * avg_over_time": "-1 * avg_over_time"},
        {"/\n": "*\n"},
    ]
    for mutant in mutants:
        broken = text
        for right, wrong in mutant.items():
            assert right in text
            broken = broken.replace(right, wrong)
        assert promtool(tmp_path, {**files, RULES: broken.encode()}).returncode != 0, mutant


def test_nothing_is_wrong_with_what_is_made_and_there_is_none_without_objectives() -> None:
    made = catalog(EXAMPLES)
    assert not check(made) and not warnings(made)
    slugs = {panel.slug for panel in made.dashboards["objectives"].panels()}
    assert {f"{name}_{part}" for name in EXAMPLES for part in ("left", "burn", "shares")} <= slugs
    alerts = [name for name, rule in made.rules.items() if rule.labels.get("slo") in EXAMPLES]
    assert len(alerts) == 2 * len(EXAMPLES) and "ApiPayBudgetBurnFast" in alerts
    assert all(sample_of(one) for one in objectives(made.config))
    none = catalog({})
    assert "objectives" not in none.dashboards and not any("slo_checkout" in name for name in none.rules)
    assert RULES not in render_rules(none) and not render_objective_tests(none)


def test_the_rules_for_each_objective_are_judged_where_nobody_declared_one() -> None:
    none = catalog({})
    assert none.templates and not check(none)
    name, rule = next((name, one) for name, one in none.templates.items() if "[30d]" in one.expr)
    wrong = replace(rule, expr=rule.expr.replace("[30d]", "[30dn]", 1))
    (found,) = check(replace(none, templates={**none.templates, name: wrong}))
    assert found.where.startswith(rule.path) and "bad number or duration syntax: 30dn" in found.what


def test_without_prometheus_there_are_no_objectives() -> None:
    assert "objectives" not in catalog(EXAMPLES, "prometheus_url: none\n").dashboards


def test_where_grafana_evaluates_alerts_only_what_prometheus_records_is_tested() -> None:
    found = catalog(EXAMPLES, "alerting: {by: grafana}\n")
    tests = yaml.safe_load(render_objective_tests(found)[PATH])["tests"]
    assert tests and not any("alert_rule_test" in one for one in tests)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"objective": 0.99, "good": "a_total"}, "no total; give objective, good and total"),
        ({"objective": 0.9, "good": "rate(a_total[5m])", "total": "a_total"}, "good: not the selector of one metric"),
        ({"objective": 0.9, "good": "a_total[5m]", "total": "a_total"}, "good: not the selector of one metric"),
        ({"objective": 0.9, "good": "a_total", "total": "a_total"}, "good and total are the same"),
        ({"objective": 0.9, "good": "a_total{", "total": "a_total"}, "good: "),
        ({"objective": 0.9, "good": '{x="1"}', "total": "a_total"}, "good: it names no metric"),
        ({"objective": 0.9, "good": "a_total offset 1h", "total": "a_total"}, "good: not the selector"),
    ],
)
def test_what_cannot_be_counted_is_named_with_its_line(entry: dict[str, Any], words: str) -> None:
    config = load_config(yaml.safe_dump({"slos": {"mine": entry}}))
    (problem,) = objective_problems(config)
    assert words in str(problem) and str(problem).startswith("gendash.yaml:")
    assert problem in check(read_catalog(config))


def test_a_name_that_no_series_may_have_is_refused() -> None:
    (problem,) = objective_problems(
        load_config("slos: {Check-Out: {objective: 0.9, good: 'a_total{x=\"1\"}', total: a_total}}")
    )
    assert "not a name" in problem.what
