"""What features and panels stand on comes from the definitions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import instrumentation, load_catalog
from gendash.engine.definitions.requirements import all_on, feature_needs, panel_needs, query_needs
from gendash.engine.doctor.instrumentation import snippet
from gendash.engine.model import Rule, promql


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_config("platform: {tables: {tickets: cases}, columns: {tickets: {status: phase}}}"))


def test_a_feature_needs_what_its_staging_texts_name_under_the_platforms_own_names(catalog: Catalog) -> None:
    needs = feature_needs(catalog)["tickets"]
    assert needs.tables == {"cases"}
    assert {"cases.phase", "cases.id"} <= needs.columns
    assert feature_needs(catalog)["conversations"].optional == {
        "conversations.is_voice_conversation", "conversations.metadata",
    }  # fmt: skip


def test_a_feature_needs_only_metrics_that_some_definition_reads(catalog: Catalog) -> None:
    needs = feature_needs(catalog)
    assert "http_requests" in needs["http_metrics"].metrics
    assert "http_requests_inprogress" not in needs["http_metrics"].metrics  # nothing shows it
    assert needs["store_metrics"].metrics == {"metrics_written"}
    assert not any(catalog.metrics[key].get("sql") for key in needs["langfuse"].metrics)


def test_the_metrics_of_processes_are_a_feature_of_their_own(catalog: Catalog) -> None:
    assert feature_needs(catalog)["process_metrics"].metrics == {
        "process_cpu", "process_resident_memory", "process_start_time", "process_open_fds", "process_max_fds",
    }  # fmt: skip


def test_only_the_feature_of_traces_needs_langfuse(catalog: Catalog) -> None:
    assert [name for name, needs in feature_needs(catalog).items() if needs.synced] == ["langfuse"]


def test_staging_texts_of_audits_count_for_no_feature(catalog: Catalog) -> None:
    assert not any(name.startswith("stray_") for needs in feature_needs(catalog).values() for name in needs.stagings)


def test_a_rule_whose_feature_is_off_stands_on_what_replaces_it(catalog: Catalog) -> None:
    rule = Rule("job:x:rate5m", "record", "g", "p", "{{ metric('agent_queries') }}", "d", "agent_metrics",
                otherwise="{{ metric('http_requests') }}")  # fmt: skip
    off = replace(catalog, rules={**catalog.rules, rule.name: rule})
    query = promql("{{ rule('job:x:rate5m') }}")
    assert query_needs(off, query).metrics == {"http_requests"}
    assert query_needs(all_on(off), query).metrics == {"agent_queries"}


def test_a_panel_needs_what_all_its_queries_need_through_views_and_rules(catalog: Catalog) -> None:
    panels = {f"{d.name}/{p.slug}": p for d in catalog.dashboards.values() for p in d.panels()}
    assert panel_needs(all_on(catalog), panels["agent-performance/intents"]).stagings == {"message_intents"}
    assert panel_needs(all_on(catalog), panels["overview/freshness"]).metrics == {"up"}


def test_every_metric_of_the_platform_has_lines_of_python_that_parse(catalog: Catalog) -> None:
    how = instrumentation()
    for key, metric in catalog.metrics.items():
        if metric.get("feature") and metric["feature"] not in how and not metric.get("sql"):
            text = snippet(metric["name"], metric)
            compile(text, key, "exec")
            assert all(label in text for label in metric["labels"])
    compile(how["http_metrics"], "http", "exec")
    compile(how["langfuse"], "langfuse", "exec")
    compile(how["process_metrics"], "process", "exec")
    assert set(how) <= set(feature_needs(catalog))


def test_whatever_can_be_made_is_made_under_the_platforms_own_names(catalog: Catalog) -> None:
    from gendash.engine.definitions.references import resolve_references

    for staging in (one for one in catalog.relations.values() if one.kind == "staging"):
        for what, make in staging.header.get("make", {}).items():
            for text in make.values():
                assert resolve_references(text, catalog.names, staging).wrong == (), (staging.name, what)
    tickets = catalog.relations["staging.tickets"]
    made = resolve_references(tickets.header["make"]["tickets"]["sql"], catalog.names, tickets).text
    assert made.startswith("create table public.cases (")
    assert "phase varchar(50)" in made
