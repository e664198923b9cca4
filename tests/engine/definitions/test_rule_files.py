"""Reading rule files: what is wrong is named, all of it, and nothing falls over."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from gendash.engine.definitions.rule_files import metrics_of, rules_of
from gendash.engine.model import Problem


def read(text: str) -> tuple[dict[str, Any], list[str]]:
    problems: list[Problem] = []
    found, _ = rules_of(yaml.safe_load(text), "f.yaml", "f", problems)
    return found, [str(problem) for problem in problems]


def test_a_rule_with_each_stands_once_for_each_map() -> None:
    found, problems = read(
        """
        - record: job:a:rate$window
          each: [{window: 5m, what: short}, {window: 1h, what: long}]
          doc: A $what one.
          expr: 'label_replace(rate(a[$window]), "b", "$1-${2}", "c", "(.*)(.*)")'
        - {alert: B, doc: d, expr: e, for: 5m, labels: {severity: none}, annotations: {summary: 'is {{ $value }}'}}
        """
    )
    assert problems == []
    assert list(found) == ["job:a:rate5m", "job:a:rate1h", "B"]
    assert found["job:a:rate1h"].doc == "A long one."
    assert found["job:a:rate1h"].expr == 'label_replace(rate(a[1h]), "b", "$1-${2}", "c", "(.*)(.*)")'
    assert (found["B"].kind, found["B"].for_, found["B"].annotations) == ("alert", "5m", {"summary": "is {{ $value }}"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b", "f.yaml: not a list of rules; begin each rule with '- record:' or '- alert:'"),
        ("- 7", "f.yaml rule 1: not a map; a rule has record or alert, expr and doc"),
        ("- {record: 'a:b:c', expr: x}", "f.yaml a:b:c: no doc; add doc: what the series or the alert says"),
        ("- {record: 'a:b:c', alert: A, expr: x, doc: d}", "f.yaml a:b:c: not one of record and alert; a rule has record or alert, expr and doc"),
        ("- {alert: A, expr: x, doc: d, lables: {}}", "f.yaml A: unknown key 'lables'; did you mean 'labels'?"),
        ("- {alert: A, expr: 1, doc: d}", "f.yaml A: expr is 1, not a text; fix it"),
        ("- {alert: A, expr: x, doc: d, for: 5}", "f.yaml A: for is 5, not a duration such as 5m or 1h30m; fix it"),
        ("- {alert: A, expr: x, doc: d, labels: [a]}", "f.yaml A: labels is ['a'], not a map of names to texts; fix it"),
        ("- {alert: A, expr: x, doc: d, labels: {a: 1}}", "f.yaml A: labels is {'a': 1}, not a map of names to texts; fix it"),
        ("- {alert: A, expr: x, doc: d, each: 5m}", "f.yaml A: each is '5m', not a list of maps; fix it"),
        ("- {record: 'a:b:c', expr: x, doc: d, for: 5m}", "f.yaml a:b:c: key 'for' has no effect in a record; it is for alerts: take it out"),
        ("- {alert: A, expr: x, doc: d, otherwise: y}", "f.yaml A: otherwise without a feature has no effect; add feature: or take it out"),
        ("- {alert: A, expr: x, doc: d}\n- {alert: A, expr: x, doc: d}", "f.yaml A: occurs twice; keep one"),
    ],
)  # fmt: skip
def test_a_rule_that_is_wrong_is_one_line(text: str, problem: str) -> None:
    assert read(text)[1] == [problem]


def test_all_that_is_wrong_is_listed_and_the_rest_is_read() -> None:
    found, problems = read("- 1\n- {alert: A, expr: x, doc: d}\n- {}")
    assert list(found) == ["A"]
    assert len(problems) == 2


def test_a_metric_has_a_name_a_type_and_a_meaning() -> None:
    problems: list[Problem] = []
    content = yaml.safe_load(
        """
        good: {name: a_total, type: counter, doc: d}
        typo: {name: a_total, type: counter, doc: d, label: {}}
        nameless: {type: counter, doc: d}
        odd: {name: a, type: number, doc: d}
        text: a_total
        """
    )
    found, complete = metrics_of(content, "m.yaml", problems)
    assert not complete
    good = {"name": "a_total", "type": "counter", "doc": "d", "labels": {}, "unit": ""}
    assert found == {"good": good, "typo": good}
    assert [str(problem) for problem in problems] == [
        "m.yaml typo: unknown key 'label'; did you mean 'labels'?",
        "m.yaml nameless: no name; add name: what a platform calls the metric unless `metrics:` maps it",
        "m.yaml odd: type is 'number', not one of counter, gauge, histogram, summary; fix it",
        "m.yaml text: not a map; give it name, type and doc",
    ]


def test_a_file_that_is_a_list_is_no_contract() -> None:
    problems: list[Problem] = []
    assert metrics_of([], "m.yaml", problems) == ({}, False)
    assert len(problems) == 1
