"""One wrong metric or label in a rule, panel, variable or legend gives one right line of `check`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from gendash.dashboards.viz import Lines
from gendash.engine.checks import definitions
from gendash.engine.checks import labels as checks_labels
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.promql_labels import read_labels
from gendash.engine.model import Dashboard, Panel, Query, Row, Rule, Variable, promql

DOC = "What the figure is, where it comes from, its window and its caveat."
RATE = "{{ rule('job_handler_status:http_requests:rate5m') }}"


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    catalog = load_catalog(load_config(""))
    own = Dashboard("own", "Own", "doc", [Row("", [])], "30s", "24h")
    return replace(catalog, dashboards={"own": own}, relations={}, own=frozenset({"own"}))


def with_panel(catalog: Catalog, query: Query) -> Catalog:
    panel = Panel("p", "Calls now", DOC, Lines(unit="short"), [query], width=24, height=8)
    return replace(catalog, dashboards={"own": replace(catalog.dashboards["own"], rows=[Row("", [panel])])})


def said(catalog: Catalog, shipped: Catalog) -> list[str]:
    before = Counter(map(str, definitions.check(with_panel(shipped, promql(f'sum({RATE}{{job=~"x"}})')))))
    return sorted(Counter(map(str, definitions.check(catalog))) - before)


@pytest.mark.parametrize(
    ("text", "legend", "line"),
    [
        ('sum(http_request{job="x"})', "", ":1:5: no metric 'http_request'"),
        (f'sum({RATE}{{job="x", handlr="y"}})', "", "no label 'handlr' on 'job_handler_status:http_requests:rate5m'"),
        (f'sum by (statuss) ({RATE}{{job="x"}})', "", ":1:9: no label 'statuss' to sum by; did you mean 'status'?"),
        (
            "sum by (intent) (rate({{ metric('http_requests') }}{job=\"x\"}[$__rate_interval]))",
            "",
            ":1:9: no label 'intent' to sum by; labels there: handler, instance, job, method, status",
        ),
        (
            f'sum by (status) ({RATE}{{job="x"}})',
            "{{handler}}",
            "no label 'handler' for the legend; labels there: status",
        ),
        (f'sum({RATE}{{job="x"}})', "{{job}}", "no label 'job' for the legend; no label is left there"),
        (
            f'sum by (status) ({RATE}{{job="x"}}) * on (handler) sum by (handler) ({RATE}{{job="x"}})',
            "",
            "no label 'handler' to match on; labels there: status",
        ),
        (
            f'label_replace({RATE}{{job="x"}}, "a", "$1", "cde", "(.+)")',
            "",
            "no label 'cde' to read",
        ),
        (
            "label_values({{ metric('up') }}, instnce)",
            "",
            "no label 'instnce' for label_values; did you mean 'instance'?",
        ),
        ("label_values(instnce)", "", "no label 'instnce' in the contract; did you mean 'instance'?"),
        ('sum(job:nothing:rate5m{job="x"})', "", "no metric 'job:nothing:rate5m'"),
    ],
)
def test_a_wrong_metric_or_label_of_a_panel_gives_one_line(text: str, legend: str, line: str, shipped: Catalog) -> None:
    found = said(with_panel(shipped, promql(text, legend=legend)), shipped)
    matching = [one for one in found if "no label" in one or "no metric" in one]
    assert len(matching) == 1, found
    assert line in matching[0], matching


def test_the_query_of_a_variable_is_read_too(shipped: Catalog) -> None:
    variable = Variable("v", "V", "doc", promql("label_values({{ rule('job:up:count') }}, jobs)"))
    catalog = replace(shipped, dashboards={"own": replace(shipped.dashboards["own"], variables=[variable])})
    assert [str(one) for one in checks_labels.check_labels(catalog)] == [
        "own variable v:1:42: no label 'jobs' for label_values; did you mean 'job'?"
    ]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (
            Rule("job:a:rate5m", "record", "g", "g.yaml", "sum by (jb) (up)", "d"),
            "g.yaml job:a:rate5m:1:9: no label 'jb' to sum by; did you mean 'job'?",
        ),
        (
            Rule("job:a:rate5m", "record", "g", "g.yaml", 'sum by (job) (upp{job="x"})', "d"),
            "g.yaml job:a:rate5m:1:15: no metric 'upp'; did you mean 'up'?",
        ),
        (
            Rule(
                "Down",
                "alert",
                "g",
                "g.yaml",
                'sum by (job) (up{job="x"}) == 0',
                "d",
                annotations={"summary": "{{ $labels.instance }} is down"},
            ),
            "g.yaml Down: no label 'instance' for $labels in summary; labels there: job",
        ),
        (
            Rule(
                "Down", "alert", "g", "g.yaml", "max by (jbo) (up)", "d", annotations={"summary": "{{ $labels.job }}"}
            ),
            "g.yaml Down:1:9: no label 'jbo' to max by; did you mean 'job'?",
        ),
    ],
)
def test_a_wrong_metric_or_label_of_a_rule_gives_one_line(rule: Rule, line: str, shipped: Catalog) -> None:
    catalog = replace(shipped, rules={**shipped.rules, rule.name: rule})
    assert [str(one) for one in checks_labels.check_labels(catalog)] == [line]


def test_labels_of_a_foreign_metric_are_not_judged_and_those_of_up_are_on_every_series(shipped: Catalog) -> None:
    theirs = {"name": "theirs_total", "type": "counter", "doc": "d", "labels": {}}
    query = promql(
        "sum by (cluster) (rate({{ metric('theirs') }}{job=~\"x\"}[$__rate_interval]))", legend="{{cluster}}"
    )
    catalog = with_panel(replace(shipped, metrics={**shipped.metrics, "theirs": theirs}), query)
    assert len(checks_labels.check_labels(catalog)) == 1
    foreign = replace(catalog, metrics={**catalog.metrics, "theirs": {**theirs, "foreign": True}})
    assert checks_labels.check_labels(foreign) == []
    up = {**catalog.metrics["up"], "labels": {"cluster": "where it runs"}}
    assert checks_labels.check_labels(replace(catalog, metrics={**catalog.metrics, "up": up})) == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("a", {"x", "y", "le"}),
        ("sum(a)", set()),
        ("sum without (x) (a)", {"y", "le"}),
        ("topk by (x) (3, a)", {"x", "y", "le"}),
        ("histogram_quantile(0.9, sum by (le, x) (rate(a[5m])))", {"x"}),
        ('count_values("v", a)', {"v"}),
        ("a * on (x) group_left (z) b", {"x", "y", "le", "z"}),
        ("a / ignoring (y, le, z) b", {"x", "y", "le"}),
        ("a / on (x) b", {"x"}),
        ("a and on (x) b", {"x", "y", "le"}),
        ("a or b", {"x", "y", "le", "z"}),
        ("a > bool 1", {"x", "y", "le"}),
        ("1 - sum by (x) (a)", {"x"}),
        ("scalar(sum(a)) * b", {"x", "z"}),
        ("quantile_over_time(0.5, b[5m])", {"x", "z"}),
        ("max_over_time(sum by (x) (b)[1h:5m])", {"x"}),
        ("round(b, 0.1)", {"x", "z"}),
        ("vector(1)", set()),
        ('{job="x"}', None),
        ('absent(a{x="1"})', None),
        ('label_join(b, "w", "-", "x", "z")', {"x", "z", "w"}),
    ],
)
def test_labels_that_an_expression_keeps(text: str, labels: set[str] | None) -> None:
    known = {"a": frozenset({"x", "y", "le"}), "b": frozenset({"x", "z"})}
    found, faults = read_labels(text, lambda name: known[name])
    assert faults == []
    assert found == (None if labels is None else frozenset(labels))
