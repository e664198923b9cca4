"""Checks of rules, each with what it finds and what it lets pass."""

from __future__ import annotations

from typing import Any

from gendash.engine.checks.rules import (
    check_alerts,
    check_divisors,
    check_facts,
    check_rule_divisions,
    check_rule_order,
    check_rules_live,
    check_series_read,
)
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Dashboard, Panel, Problem, Row, Rule, promql

GOOD: dict[str, Any] = {
    "for_": "5m",
    "labels": {"severity": "warning"},
    "annotations": {"summary": "s", "description": "d", "dashboard": "overview"},
}


def rule(name: str, expr: str = "vector(1)", kind: Any = "record", group: str = "g", **options: Any) -> Rule:
    return Rule(name, kind, group, f"recording_rules/{group}.yaml", expr, "doc", **options)


def catalog(*rules: Rule, boards: dict[str, Dashboard] | None = None, settings: str = "") -> Catalog:
    return Catalog(load_config(settings), boards or {}, {}, {one.name: one for one in rules}, {})


def board(*texts: str, feature: str = "") -> dict[str, Dashboard]:
    panel = Panel("p", "P", "doc", None, [promql(text) for text in texts], 24, 8, feature=feature)  # type: ignore[arg-type]
    return {"one": Dashboard("one", "One", "doc", [Row("", [panel])], "30s", "24h")}


def whats(problems: list[Problem]) -> list[str]:
    return [problem.what for problem in problems]


def test_an_alert_says_how_urgent_it_is_what_it_is_and_where_to_look() -> None:
    assert check_alerts(catalog(rule("Good", kind="alert", **GOOD))) == []
    assert whats(check_alerts(catalog(rule("not_good", kind="alert")))) == [
        "not in CamelCase",
        "no severity",
        "no summary",
        "no description",
        "no dashboard",
        "alert without `for`",
    ]
    moving = GOOD | {"labels": {"severity": "none", "how_much": "{{ $value }}"}, "for_": ""}
    assert whats(check_alerts(catalog(rule("Moving", kind="alert", **moving)))) == ["label how_much holds a value"]


def test_an_alert_names_a_dashboard_that_exists() -> None:
    alert = rule("Good", kind="alert", **GOOD | {"annotations": GOOD["annotations"] | {"dashboard": "oen"}})
    (problem,) = check_alerts(catalog(alert, boards=board()))
    assert (problem.what, problem.do) == ("no dashboard 'oen'", "did you mean 'one'?")


def test_a_rule_stands_below_what_it_reads_in_its_group() -> None:
    first, second = rule("job:a:x"), rule("job:b:x", "job:a:x")
    assert check_rule_order(catalog(first, second)) == []
    assert whats(check_rule_order(catalog(second, first))) == ["reads 'job:a:x', which is defined after it"]
    assert check_rule_order(catalog(rule("job:b:x", "job:a:x", group="other"), first)) == []


def test_a_rule_that_is_on_reads_none_that_is_off() -> None:
    off = rule("job:a:x", feature="redis")
    assert whats(check_rules_live(catalog(off, rule("job:b:x", "job:a:x")))) == [
        "reads 'job:a:x', whose feature redis is off"
    ]
    assert check_rules_live(catalog(off, rule("job:b:x", "job:a:x", feature="redis"))) == []
    assert check_rules_live(catalog(rule("job:a:x", feature="redis", otherwise="up"), rule("job:b:x", "job:a:x"))) == []


def test_a_panel_that_is_on_reads_no_rule_that_is_off() -> None:
    off, query = rule("job:a:x", feature="redis"), "{{ rule('job:a:x') }}"
    (problem,) = check_rules_live(catalog(off, boards=board(query)))
    assert (problem.where, problem.what) == ("one/p", "reads 'job:a:x', whose feature redis is off")
    assert check_rules_live(catalog(off, boards=board(query, feature="redis"))) == []
    assert check_rules_live(catalog(off, boards=board(query), settings="features: {redis: true}")) == []


def test_a_question_to_the_store_refers_to_what_exists_and_parses() -> None:
    metrics = {"a": {"sql": "select value from {{ view('b') }}"}, "c": {"sql": "select from where"}, "d": {}}
    found = check_facts(Catalog(load_config(), {}, {}, {}, metrics))
    assert [problem.where for problem in found] == [
        "recording_rules/metrics.yaml a:1:19",
        "recording_rules/metrics.yaml c:1:13",
    ]


def test_divisors_are_guarded() -> None:
    assert whats(check_rule_divisions(catalog(rule("job:a:x", "sum(a) / sum(b)")))) == ["divides by what may be 0"]
    assert check_rule_divisions(catalog(rule("job:a:x", "sum(a) / (sum(b) > 0)"), rule("job:b:x", "a / 60"))) == []


def test_an_expression_that_does_not_parse_is_left_to_another_check() -> None:
    broken = catalog(rule("job:a:x", "sum("))
    assert check_rule_order(broken) == check_rules_live(broken) == check_rule_divisions(broken) == []


def test_a_series_that_nothing_reads_is_named_unless_it_says_for_whom_it_is_kept() -> None:
    read = rule("job:a:rate5m"), rule("job:b:rate5m", "{{ rule('job:a:rate5m') }}"), rule("job:c:rate5m", "vector(2)")
    shown = board("{{ rule('job:b:rate5m') }}")
    (problem,) = check_series_read(catalog(*read, boards=shown))
    assert str(problem).endswith(
        "job:c:rate5m: nothing reads this series; read it, or say under kept_for: who reads it elsewhere"
    )
    kept = rule("job:c:rate5m", "vector(2)", kept_for="the capacity report reads it")
    assert check_series_read(catalog(*read[:2], kept, boards=shown)) == []
    alert = rule("C", "{{ rule('job:c:rate5m') }}", "alert", **GOOD)
    assert check_series_read(catalog(*read, alert, boards=shown)) == []
    misspelt = board("{{ rule('job:b:rate5m') }}", "{{ rule('job:d:rate5m') }}")
    assert check_series_read(catalog(*read, boards=misspelt)) == [], "the name may be misspelt where it is read"


def test_a_division_by_a_literal_zero_is_named_in_rules_and_panels() -> None:
    wrong = catalog(rule("job:a:b", "up / 0"), boards=board("up % (0)", "up / 10", "0 / up", "up / -0"))
    assert [problem.what for problem in check_divisors(wrong)] == ["division by a literal 0"] * 3
    assert check_divisors(wrong)[0].where.startswith("one/p query A")
