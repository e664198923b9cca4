"""Descriptions refer to settings, follow them when they change, and have no numbers of their own beside a limit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gendash.engine.checks import definitions
from gendash.engine.checks.prose import check_limits_in_prose, check_prose
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.prose import prose, readable
from gendash.engine.model import Panel, Rule
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.render.rules import render_rules

FEATURES = "features: {tickets: true, langfuse: true, agent_metrics: true, kb_metrics: true, auth_metrics: true"
CHANGED = (
    FEATURES
    + """, db_metrics: true, cache_metrics: true}
slo:
  failures: {amber: 0.02, red: 0.125}
  kb_search: {threshold_s: 2, red_s: 90}
  api_errors: {red: 0.07, window: 12h}
  api_latency: {red_s: 3}
  sign_in: {amber: 0.97, red: 0.93}
  agent_answer: {threshold_s: 20}
limits: {uncosted: 0.03, uncosted_red: 0.06, db_pool_amber: 0.6, db_pool_used: 0.85, cache_hits_amber: 0.77,
  cache_hits: 0.44, cpu_amber: 0.55, cpu: 0.88, ticket_at_risk_s: 7200}
"""
)


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(load_config(""))


@pytest.mark.parametrize(
    ("panel", "words"),
    [
        ("agent-performance/errors", "Amber above 2 %, red above 12.5 %."),
        ("agent-performance/llm", "degraded from 2 %, failing from 12.5 %"),
        ("agent-performance/tools_state", "degraded from 2 %, failing from 12.5 %"),
        ("agent-performance/good_answers", "the objective for 20 s."),
        ("cost-usage/no_price", "Orange above 3 %, red above 6 %."),
        ("knowledge-base/p95", "Amber above 2 s, red above 90 s."),
        ("overview/errors", "red above 7 %, where"),
        ("overview/p95", "red above 3 s."),
        ("overview/slo_left", "last 12 h:"),
        ("support-tickets/needs_hand", "due within 2 h,"),
        ("system-health/db_pool_used", "Amber from 60 %, red from 85 %."),
        ("system-health/cache_hit", "Amber below 77 %, red below 44 %."),
        ("system-health/cpu_busiest", "Amber from 55 %, red from 88 %."),
        ("user-analytics/sign_in", "Low from below 97 %, broken below 93 %;"),
        ("user-analytics/auth_success", "The dashed line is 93 %."),
    ],
)
def test_a_description_follows_the_settings_that_judge_the_panel(panel: str, words: str) -> None:
    catalog = load_catalog(load_config(CHANGED))
    name, slug = panel.split("/")
    rendered = render_dashboards(replace(catalog, dashboards={name: catalog.dashboards[name]}))
    title = next(one.title for one in catalog.dashboards[name].panels() if one.slug == slug)
    (dashboard,) = rendered.values()
    every = [*dashboard["panels"], *(inner for one in dashboard["panels"] for inner in one.get("panels", []))]
    assert any(words in one.get("description", "") for one in every if one["title"] == title)


def test_no_description_of_the_shipped_content_keeps_a_reference(shipped: Catalog) -> None:
    texts = [panel.doc for _, _, panel in shipped.panels()] + [rule.doc for rule in shipped.rules.values()]
    assert any("{{" in text for text in texts)
    assert [text for text in map(shipped.prose, texts) if re.search(r"\{\{\s*(slo|setting)", text)] == []


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("slo.failures.amber", 0.01, "1 %"),
        ("slo.api_errors.objective", 0.005, "0.5 %"),
        ("slo.failures.red", 0.07, "7 %"),
        ("slo.agent_answer.threshold_s", 10.0, "10 s"),
        ("slo.api_latency.threshold_s", 0.25, "0.25 s"),
        ("slo.kb_processing.threshold_s", 600, "10 min"),
        ("limits.ticket_at_risk_s", 14400, "4 h"),
        ("limits.ticket_at_risk_s", 172800, "2 d"),
        ("slo.kb_search.red_s", 90, "90 s"),
        ("slo.api_errors.window", "30d", "30 d"),
        ("slo.api_errors.window", "15m", "15 min"),
        ("budget.monthly_usd", 500.0, "$500"),
        ("budget.monthly_usd", 1234.5, "$1,234.50"),
        ("limits.memory_bytes", 1073741824, "1 GiB"),
        ("limits.memory_bytes", 1000, "1,000 bytes"),
        ("limits.tokens_per_hour", 1000000, "1,000,000"),
        ("limits.documents_stuck", 10, "10"),
        ("time_zone", "UTC", "UTC"),
    ],
)
def test_values_read_well(key: str, value: object, text: str) -> None:
    assert readable(key, value) == text


def changed(catalog: Catalog, where: str, doc: str) -> Catalog:
    name, slug = where.split("/")
    dashboard = catalog.dashboards[name]

    def edit(panel: Panel) -> Panel:
        return replace(panel, doc=doc) if panel.slug == slug else panel

    rows = [replace(row, panels=[edit(panel) for panel in row.panels]) for row in dashboard.rows]
    return replace(catalog, dashboards={name: replace(dashboard, rows=rows)})


@pytest.mark.parametrize(
    ("doc", "what"),
    [
        ("Failed turns. Amber above 1 %, red above {{ slo('failures.red') }}.", "'Amber above 1' in the description"),
        ("Failed turns. Amber above the limit, red from 5 %.", "'red from 5' in the description"),
        ("Failed turns: the target is 99.5 %.", "'target is 99.5' in the description"),
        ("Failed turns. The dashed line is 90 %.", "'dashed line is 90' in the description"),
    ],
)
def test_a_number_beside_amber_or_red_is_a_problem_where_settings_judge(doc: str, what: str, shipped: Catalog) -> None:
    (problem,) = check_limits_in_prose(changed(shipped, "agent-performance/errors", doc))
    assert str(problem).startswith(f"agent-performance/errors: {what}")
    assert "write {{ setting('slo.failures.amber') }}" in str(problem)


@pytest.mark.parametrize(
    "doc",
    [
        "Share of 5xx. Red below 0. When red: look at the 20 newest traces.",
        "Failing above the red limit of 5xx, over 30 minutes. 100 % is one core.",
        "Amber above {{ slo('failures.amber') }}, red above {{ slo('failures.red') }}, over 5 minutes.",
    ],
)
def test_other_numbers_are_no_problem(doc: str, shipped: Catalog) -> None:
    assert check_limits_in_prose(changed(shipped, "agent-performance/errors", doc)) == []


@pytest.mark.parametrize(
    ("doc", "line"),
    [
        ("Red above {{ slo('failures.rad') }}.", "no setting 'slo.failures.rad'; did you mean 'slo.failures.red'?"),
        ("Red above {{ setting('limits.cpus') }}.", "no setting 'limits.cpus'; did you mean 'limits.cpu'?"),
        ("Red above {{ slo(failures.red) }}.", "not a reference: {{ slo(failures.red) }}; write {{ slo('name') }}"),
        ("{{ setting('database_url') }}", "'database_url' may hold a secret; take it out of the description"),
        ("{{ setting('grafana_url') }}", "'grafana_url' may hold a secret; take it out of the description"),
    ],
)
def test_a_wrong_reference_in_a_description_gives_one_line(doc: str, line: str, shipped: Catalog) -> None:
    (problem,) = check_prose(changed(shipped, "agent-performance/errors", doc))
    assert str(problem).startswith(f"agent-performance/errors: {line}")
    assert prose(doc, shipped.config) == doc  # nothing is put in


def test_annotations_of_alerts_refer_to_settings_beside_prometheus_own_template() -> None:
    catalog = load_catalog(load_config("slo: {failures: {red: 0.2}}"))
    text = "{{ $value | humanizePercentage }} of {{ $labels.job }}, over {{ slo('failures.red') }}"
    rule = Rule("X", "alert", "g", "g.yaml", "up == 0", "d", annotations={"summary": text})
    (rendered,) = render_rules(replace(catalog, rules={"X": rule})).values()
    assert "{{ $value | humanizePercentage }} of {{ $labels.job }}, over 20 %" in rendered.decode()


def test_the_shipped_content_has_no_problem(shipped: Catalog) -> None:
    assert [str(one) for one in definitions.check(shipped)] == []
