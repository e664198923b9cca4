"""Rendering rules: references, features, mapped labels, links, and the form of the files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.errors import ContentError
from gendash.engine.model import Rule
from gendash.engine.render.dashboards import render_dashboard
from gendash.engine.render.rules import live_rules, render_rules, rule_expression, signed_rules

METRICS = {"hits": {"name": "hits_total", "labels": {"status": "", "tool_name": "", "tool": ""}}}


def rule(name: str, expr: str, kind: Any = "record", **options: Any) -> Rule:
    return Rule(name, kind, "group", "recording_rules/group.yaml", expr, "What it is.", **options)


def catalog(*rules: Rule, settings: Mapping[str, Any] | None = None) -> Catalog:
    return Catalog(load_config(yaml.safe_dump(settings or {})), {}, {}, {one.name: one for one in rules}, METRICS)


def rendered(*rules: Rule, settings: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    (content,) = render_rules(catalog(*rules, settings=settings)).values()
    (group,) = yaml.safe_load(content)["groups"]
    assert group["name"] == "gendash-group"
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_a_rule_file_holds_its_rules_in_order_with_their_meaning_as_comments() -> None:
    rules = [rule("job:b:x", "vector(1)"), rule("job:a:x", "vector(2)\n  + 1\n")]
    text = render_rules(catalog(*rules))["prometheus/rules/gendash-group.yml"].decode()
    assert text.count("# What it is.") == 2
    assert [one["record"] for one in rendered(*rules)] == ["job:b:x", "job:a:x"]
    assert rendered(*rules)[1]["expr"] == "vector(2)\n  + 1"


def test_rendering_twice_gives_the_same_bytes() -> None:
    found = catalog(rule("job:a:x", "vector(1)"), rule("A", "vector(1)", "alert", labels={"severity": "none"}))
    assert render_rules(found) == render_rules(found)


def test_every_wrong_reference_is_listed_at_once() -> None:
    wrong = [rule("job:a:x", "{{ metric('hit') }}"), rule("job:b:x", "{{ rule('job:aa:x') }} + {{ slo('nope') }}")]
    with pytest.raises(ContentError) as caught:
        render_rules(catalog(*wrong))
    assert [problem.what for problem in caught.value.problems] == [
        "no metric 'hit'",
        "no rule 'job:aa:x'",
        "no setting 'slo.nope'",
    ]
    assert caught.value.problems[0].do == "did you mean 'hits'?"
    assert caught.value.problems[0].where == "recording_rules/group.yaml job:a:x"


def test_a_feature_that_is_off_takes_the_other_expression_or_leaves_the_rule_out() -> None:
    rules = [
        rule("job:a:x", "vector(1)", feature="redis", otherwise="vector(2)"),
        rule("job:b:x", "vector(1)", feature="redis"),
        rule("job:c:x", "vector(1)", feature="redis users"),
    ]
    assert [one["expr"] for one in rendered(*rules)] == ["vector(2)"]
    assert [one.name for one in live_rules(catalog(*rules))] == ["job:a:x"]
    on = rendered(*rules, settings={"features": {"redis": True}})
    assert [one["expr"] for one in on] == ["vector(1)"] * 3


def test_what_stands_in_for_a_rule_needs_the_feature_of_its_own_metrics_and_so_does_all_above_it() -> None:
    metrics = {"hits": {"name": "hits_total", "labels": {}, "feature": "http_metrics"}}
    rules = [
        rule("job:a:x", "vector(1)", feature="redis", otherwise="{{ metric('hits') }}"),
        rule("job:b:x", "{{ rule('job:a:x') }}"),
    ]

    def found(settings: str) -> Catalog:
        return Catalog(load_config(settings), {}, {}, {one.name: one for one in rules}, metrics)

    assert [one.name for one in live_rules(found(""))] == ["job:a:x", "job:b:x"]
    off = found("features: {http_metrics: false}")
    assert live_rules(off) == []
    assert off.rule_lacks("job:b:x") == {"http_metrics"}
    assert len(live_rules(found("features: {http_metrics: false, redis: true}"))) == 2


SEARCHES = "rate({{ metric('hits') }}{handler=\"{{ setting('handlers.search') }}\"}[5m])"


def test_a_rule_on_a_route_that_is_none_is_left_out_with_all_above_it() -> None:
    rules = [
        rule("job:a:x", "vector(1)", feature="redis", otherwise=SEARCHES),
        rule("job:b:x", "{{ rule('job:a:x') }}"),
        rule("job:c:x", SEARCHES.replace("=", "!=", 1)),
        rule("job:d:x", SEARCHES.replace("{handler", "{{{ label('status') }}", 1)),
    ]
    every = [one.name for one in rules]
    assert [one.name for one in live_rules(catalog(*rules))] == every
    none = catalog(*rules, settings={"handlers": {"search": "none"}})
    assert [one.name for one in live_rules(none)] == ["job:c:x"]
    assert none.rule_lacks("job:b:x") == none.rule_lacks("job:d:x") == {"handlers.search"}
    on = catalog(*rules, settings={"handlers": {"search": "none"}, "features": {"redis": True}})
    assert [one.name for one in live_rules(on)] == ["job:a:x", "job:b:x", "job:c:x"]


@pytest.mark.parametrize(
    ("route", "place"),
    [("search", "knowledge-base/searches"), ("login", "user-analytics/logins"), ("agent", "agent-performance/turns")],
)
def test_a_panel_of_a_route_that_is_none_needs_it_unless_the_platform_records_its_own_metrics(
    route: str, place: str
) -> None:
    none = load_catalog(load_config(f"handlers: {{{route}: none}}"))
    (panel,) = [panel for where, _, panel in none.panels() if where == place]
    assert none.missing_features(panel) == [f"handlers.{route}"]
    own = {"search": "kb_metrics", "login": "auth_metrics", "agent": "agent_metrics"}[route]
    recorded = load_catalog(load_config(f"handlers: {{{route}: none}}\nfeatures: {{{own}: true}}"))
    assert recorded.missing_features(panel) == []


def test_without_process_metrics_nothing_reads_them_and_what_else_there_is_stays() -> None:
    settings = {name: name != "process_metrics" for name, _, _ in FEATURES}
    off = load_catalog(load_config(yaml.safe_dump({"features": settings})))
    assert not [one.name for one in live_rules(off) if "process_" in rule_expression(off, one).text]
    live = {one.name for one in live_rules(off)}
    missing = {name for name in off.rules if off.rule_lacks(name) == {"process_metrics"}}
    assert missing == off.rules.keys() - live == {
        "job_instance:process_cpu_seconds:rate5m", "job_instance:process_open_fds:ratio", "MemoryHigh",
        "OpenFilesHigh", "PlatformRestarts",
    }  # fmt: skip
    shown = {where for where, _, panel in off.panels() if off.missing_features(panel)}
    assert shown == {f"system-health/{slug}" for slug in ("cpu_busiest", "cpu", "memory", "open_files")}
    for board in off.dashboards.values():
        read = json.dumps(render_dashboard(off, board))
        assert '"Deploys"' not in read and '"Alerts"' in read
        assert not re.search(r"process_\w+(_seconds|_bytes|_fds)", read), board.name


def test_with_every_feature_off_no_panel_reads_a_rule_that_is_not_there() -> None:
    off = load_catalog(load_config(yaml.safe_dump({"features": {name: False for name, _, _ in FEATURES}})))
    live = {one.name for one in live_rules(off)}
    for where, _, panel in off.panels():
        read = {name for query in off.live(panel) for kind, name in off.expand(query).uses if kind == "rule"}
        assert read <= live, where
    turns = next(panel for where, _, panel in off.panels() if where == "agent-performance/turns")
    assert off.missing_features(turns) == ["http_metrics"]


def test_a_file_without_live_rules_is_not_written() -> None:
    assert render_rules(catalog(rule("job:a:x", "vector(1)", feature="redis"))) == {}


def test_mapped_labels_become_canonical_where_the_level_names_them() -> None:
    raw = "sum without (instance) (rate({{ metric('hits') }}[5m]))"
    settings = {"labels": {"status": "code", "tool": "t", "tool_name": "tn"}, "metrics": {"hits": "h"}}

    def expression(name: str, text: str = raw) -> str:
        found = catalog(rule(name, text), rule("job_status:y:x", raw), settings=settings)
        return " ".join(rule_expression(found, found.rules[name]).text.split())

    plain = "sum without (instance) (rate(h[5m]))"
    assert expression("job:a:x") == plain
    assert (
        expression("job_status:a:x")
        == f'sum without (code) ( label_replace( {plain}, "status", "$1", "code", "(.+)" ) )'
    )
    assert expression("job_tool_name:a:x").startswith("sum without (t, tn)"), "tool is part of tool_name"
    assert "label_replace" not in expression("job_status:b:x", "{{ rule('job_status:y:x') }}"), "already canonical"


def test_a_label_may_be_called_otherwise_on_one_metric_and_none_is_kept_that_an_instrumentation_adds() -> None:
    raw = "sum {{ by('hits', 'status', 'le') }} (rate({{ metric('hits') }}{ {{ label('status', 'hits') }}='5' }[5m]))"
    rules = [rule("job_status_le:a:x", raw), rule("job:b:x", "sum {{ by('hits', 'tool') }} (hits_total)")]
    settings = {"labels": {"status": "code", "hits": {"status": "outcome"}}}
    one, other = (" ".join(found["expr"].split()) for found in rendered(*rules, settings=settings))
    assert one == (
        "sum without (outcome) ( label_replace( sum by (job, status, outcome, le) (rate(hits_total{ outcome='5' }[5m])), "
        '"status", "$1", "outcome", "(.+)" ) )'
    )
    assert other == "sum by (job, tool) (hits_total)"


def test_a_label_that_is_called_as_it_should_be_is_left_alone() -> None:
    found = catalog(rule("job_status:a:x", "{{ metric('hits') }}"), settings={"labels": {"status": "status"}})
    assert rule_expression(found, found.rules["job_status:a:x"]).text == "hits_total"


def test_an_alert_links_to_its_dashboard_and_its_runbook_and_keeps_prometheus_templates() -> None:
    alert = rule(
        "Burning",
        "vector(1)",
        "alert",
        for_="2m",
        labels={"severity": "warning"},
        annotations={"summary": "{{ $labels.job }} burns", "dashboard": "overview"},
    )
    (found,) = rendered(alert)
    assert found == {
        "alert": "Burning",
        "expr": "vector(1)",
        "for": "2m",
        "labels": {"severity": "warning"},
        "annotations": {
            "summary": "{{ $labels.job }} burns",
            "dashboard_url": "/d/gendash-overview",
            "runbook_url": "docs/runbooks.md#burning",
        },
    }
    (found,) = rendered(alert, settings={"instance": "dev", "docs_url": "https://example.org/docs/"})
    assert found["annotations"]["dashboard_url"] == "/d/dev-gendash-overview"
    assert found["annotations"]["runbook_url"] == "https://example.org/docs/runbooks.md#burning"


def test_the_first_line_tells_whether_the_rest_was_edited() -> None:
    content = signed_rules("a\n")
    assert content.startswith(b"# Written by gendash (")
    assert content.partition(b"\n")[2] == b"a\n"
    assert signed_rules("a\n") != signed_rules("b\n")
