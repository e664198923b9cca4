"""The shipped rules, given to Prometheus' own promtool under four sets of settings."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from gendash.engine.checks.rules import RULE_CHECKS
from gendash.engine.config.load import Config, load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.definitions.load import load_catalog, template
from gendash.engine.deliver.rules_dir import find_binary
from gendash.engine.languages.promql import metric_names, selectors
from gendash.engine.render.prometheus import TEMPLATES, render_prometheus
from gendash.engine.render.rules import live_rules, render_rules, rule_expression

ROOT = Path(__file__).resolve().parents[2]
TESTS = sorted((PACKAGED / "recording_rules" / "tests").glob("*.yaml"))
ALL_ON = {"features": {name: True for name, _, _ in FEATURES}}
MAPPED = {
    "metrics": {
        "http_requests": "api_calls_total",
        "agent_queries": "assistant_turns_total",
        "agent_response_duration": "assistant_seconds",
        "http_request_duration_highr": "api_time_seconds",
        "http_request_duration": "api_route_time_seconds",
    },
    "labels": {
        "status": "code",
        "handler": "route",
        "method": "verb",
        "tools_used": "tools",
        "tool_name": "tool",
        "agent_queries": {"status": "result"},
    },
}
SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "all on": ALL_ON,
    "mapped": MAPPED,
    "all on, mapped": ALL_ON | MAPPED,
}


def configured(settings: str) -> Config:
    return load_config(yaml.safe_dump(SETTINGS[settings]))


@cache
def catalog(settings: str = "default") -> Catalog:
    return load_catalog(configured(settings))


def promtool(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    binary = find_binary("promtool", ROOT / ".cache")
    assert binary, "promtool is gone"
    return subprocess.run([binary, *arguments], cwd=at, capture_output=True, text=True, timeout=300, check=False)


def lay_out(at: Path, settings: str) -> Path:
    """Rules and one test file's folder as they lie in a checkout after `gendash build`; returns the tests' folder."""
    for path, content in render_rules(catalog(settings)).items():
        target = at / "out" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    tests = at / "recording_rules" / "tests"
    tests.mkdir(parents=True)
    return tests


def lay_out_needed(at: Path, settings: str, content: dict[str, Any]) -> list[str]:
    """Each test of a file as a file of its own, beside only those rules that it asks for, directly or through others.

    promtool evaluates all rules that it is given, at every step of every test; most of them are about something else.
    """
    rendered = [yaml.safe_load(text) for path, text in render_rules(catalog(settings)).items() if "/rules/" in path]
    groups = [group for one in rendered for group in one["groups"]]
    rules = {rule.get("record") or rule["alert"]: rule for group in groups for rule in group["rules"]}
    files = []
    for number, test in enumerate(content["tests"]):
        asked = {one["alertname"] for one in test.get("alert_rule_test", [])}
        asked |= {name for one in test.get("promql_expr_test", []) for name in metric_names(one["expr"])}
        if "ALERTS" in asked:  # the series that Prometheus writes for every alert
            asked |= {name for name, rule in rules.items() if "alert" in rule}
        needed: set[str] = set()
        while asked:
            needed |= asked
            asked = {name for known in asked & set(rules) for name in metric_names(rules[known]["expr"])} - needed
        kept = [
            {**group, "rules": [rule for rule in group["rules"] if (rule.get("record") or rule["alert"]) in needed]}
            for group in groups
        ]
        (at / f"rules-{number}.yml").write_text(yaml.safe_dump({"groups": kept}), "utf-8")
        own = {**content, "rule_files": [f"rules-{number}.yml"], "tests": [test]}
        files.append(f"test-{number}.yaml")
        (at / files[-1]).write_text(yaml.safe_dump(own), "utf-8")
    return files


def fits(path: Path, settings: str) -> bool:
    """Whether a test file is about these settings: its first line may say ``# features: agent_metrics -redis``."""
    found = re.match(r"# features: (.*)", path.read_text("utf-8"))
    config = configured(settings)
    return all(config.on(name.lstrip("-")) != name.startswith("-") for name in (found[1].split() if found else []))


def renamed(series: str, settings: str) -> str:
    """A series as a platform with other names would expose it, and with a label that nobody knows of."""
    mapping: dict[str, dict[str, Any]] = SETTINGS[settings]
    labels, metrics = mapping.get("labels", {}), mapping.get("metrics", {})
    (selector,) = selectors(series)
    name = selector.metric
    for key, new in metrics.items():
        old = catalog().metrics[key]["name"]
        if re.fullmatch(rf"{old}(_bucket|_sum|_count)?", name):
            name = new + name.removeprefix(old)
            labels = labels | labels.get(key, {})
            break
    inner = {labels.get(label, label): value for label, _, value in selector.matchers}
    if mapping.get("metrics") and "code" in inner:
        inner["outcome"] = f"outcome of {inner['code']}"
    listed = ", ".join(f'{label}="{value}"' for label, value in inner.items())
    return f"{name}{{{listed}}}"


def worth_it(path: Path, settings: str) -> bool:
    """Files about features run under all settings that fit, the others with all names at their defaults and with none."""
    about_features = path.read_text("utf-8").startswith("# features:")
    return fits(path, settings) and (about_features or settings in ("default", "all on, mapped"))


# over days of samples; in `make test` with all rules on, and the shorter one under the names that a platform gives, too
LONG = {"burn": ("default", "all on, mapped"), "windows": ("default",)}
CASES = [
    pytest.param(
        path,
        settings,
        id=f"{path.stem}-{settings}",
        marks=pytest.mark.soak if settings in LONG.get(path.stem, ()) else (),
    )
    for path in TESTS
    for settings in SETTINGS
    if worth_it(path, settings)
]


@pytest.mark.prometheus
@pytest.mark.parametrize("settings", SETTINGS)
def test_promtool_accepts_every_rule_file_and_the_configuration(settings: str, tmp_path: Path) -> None:
    lay_out(tmp_path, settings)
    out = tmp_path / "out"
    files = [str(path.relative_to(out)) for path in sorted(out.glob("prometheus/rules/*.yml"))]
    checked = promtool("check", "rules", "--lint=all", "--lint-fatal", *files, at=out)
    assert checked.returncode == 0, checked.stderr
    assert f"{len(live_rules(catalog(settings)))} rules" in f"{total(checked.stdout)} rules"


LONG_TERM = ["none", "federation", "remote_write", "thanos"]


@pytest.mark.prometheus
@pytest.mark.parametrize("long_term", LONG_TERM)
def test_promtool_accepts_each_configuration_in_its_place(long_term: str, tmp_path: Path) -> None:
    lay_out(tmp_path, "all on")
    settings = ALL_ON | {"prometheus": {"long_term": long_term}}
    found = load_catalog(load_config(yaml.safe_dump(settings)))
    templates = {name: template(name) for name in TEMPLATES}
    for path, content in render_prometheus(found, templates).items():
        (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / path).write_bytes(content)
        checked = promtool("check", "config", path, at=tmp_path / "out")
        assert checked.returncode == 0, checked.stderr
        assert "rule files found" in checked.stdout or "rules found" in checked.stdout


def total(output: str) -> int:
    return sum(int(number) for number in re.findall(r"(\d+) rules found", output))


@pytest.mark.prometheus
@pytest.mark.parametrize(("path", "settings"), CASES)
def test_promtool_gets_from_the_rules_what_the_tests_expect(path: Path, settings: str, tmp_path: Path) -> None:
    content = yaml.safe_load(path.read_text("utf-8"))
    for test in content["tests"]:
        for series in test["input_series"]:
            series["series"] = renamed(series["series"], settings)
    files = lay_out_needed(tmp_path, settings, content)
    ran = promtool("test", "rules", *files, at=tmp_path)
    assert ran.returncode == 0, ran.stderr + ran.stdout


MIXED = """
rule_files: [../../out/prometheus/rules/gendash-*.yml]
evaluation_interval: 1m
tests:
  - interval: 30s
    input_series:
      - {series: 'http_requests_total{job="ai-agent-api", instance="a", route="/x", verb="GET", code="500"}', values: 0+30x40}
      - {series: 'agent_queries_total{job="ai-agent-api", instance="a", user_role="u", intent="i", status="error"}', values: 0+30x40}
    promql_expr_test:
      - expr: job_handler_status:http_requests:rate5m
        eval_time: 15m
        exp_samples:
          - {labels: 'job_handler_status:http_requests:rate5m{job="ai-agent-api", handler="/x", status="500"}', value: 1}
      - expr: job_status:agent_queries:rate5m
        eval_time: 15m
        exp_samples: [{labels: 'job_status:agent_queries:rate5m{job="ai-agent-api", status="error"}', value: 1}]
"""


@pytest.mark.prometheus
def test_a_platform_may_use_the_canonical_label_here_and_its_own_there(tmp_path: Path) -> None:
    labels = {"labels": MAPPED["labels"]}
    mixed = load_catalog(load_config(yaml.safe_dump(ALL_ON | labels)))
    tests = lay_out(tmp_path, "all on")
    for path, content in render_rules(mixed).items():
        (tmp_path / "out" / path).write_bytes(content)
    (tests / "mixed.yaml").write_text(MIXED, "utf-8")
    ran = promtool("test", "rules", str(tests / "mixed.yaml"), at=tmp_path)
    assert ran.returncode == 0, ran.stderr + ran.stdout


@pytest.mark.prometheus
def test_a_wrong_expectation_fails(tmp_path: Path) -> None:
    text = (PACKAGED / "recording_rules" / "tests" / "http.yaml").read_text("utf-8").replace("value: 3.5", "value: 3.4")
    files = lay_out_needed(tmp_path, "default", yaml.safe_load(text))
    assert promtool("test", "rules", *files, at=tmp_path).returncode != 0


def scenarios() -> list[dict[str, Any]]:
    return [test for path in TESTS for test in yaml.safe_load(path.read_text("utf-8"))["tests"]]


def test_every_recorded_series_is_asked_for_in_a_promtool_test() -> None:
    asked: set[str] = set()
    for test in scenarios():
        for expression in test.get("promql_expr_test", []):
            if expression["exp_samples"]:
                asked |= metric_names(expression["expr"])
    rules = catalog().rules
    assert {name for name, rule in rules.items() if rule.kind == "record"} - asked == set()


def test_every_alert_has_a_test_in_which_it_fires_one_in_which_it_does_not_and_one_without_data() -> None:
    fires, calm, empty = set(), set(), set()
    for test in scenarios():
        for expectation in test.get("alert_rule_test", []):
            name = expectation["alertname"]
            (fires if expectation["exp_alerts"] else calm).add(name)
            if not test["input_series"]:
                empty.add(name)
    alerts = {name for name, rule in catalog().rules.items() if rule.kind == "alert"}
    assert alerts - fires == set()
    assert alerts - calm == {"Watchdog"}, "it always fires"
    assert alerts - empty == set()


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbooks.md").read_text("utf-8"), re.MULTILINE)
    alerts = [name for name, rule in catalog().rules.items() if rule.kind == "alert"]
    assert sorted(headings) == sorted(alerts)


@pytest.mark.parametrize("settings", SETTINGS)
def test_no_check_has_anything_against_the_rules(settings: str) -> None:
    assert [problem for check in RULE_CHECKS for problem in check(catalog(settings))] == []


def test_mapped_names_leave_no_trace_of_the_default_ones() -> None:
    mapped = catalog("all on, mapped")
    gone = {mapped.metrics[key]["name"] for key in MAPPED["metrics"]}
    suffixes = ("_bucket", "_sum", "_count")
    for rule in live_rules(mapped):
        for selector in selectors(rule_expression(mapped, rule).text):
            assert selector.metric not in gone | {name + s for name in gone for s in suffixes}, rule.name
            if ":" not in selector.metric:
                assert not {label for label, _, _ in selector.matchers} & set(MAPPED["labels"]), rule.name


def test_the_level_of_a_recorded_series_names_labels_that_exist() -> None:
    known = set(catalog().names.labels) | {"le", "status_class", "window"}
    for rule in catalog().rules.values():
        level = f"_{rule.name.partition(':')[0]}_"
        for label in sorted(known, key=len, reverse=True):
            level = level.replace(f"_{label}_", "_")
        assert rule.kind == "alert" or level == "_", rule.name
