"""The text that `gendash metrics` writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.metrics import exposition, metric_queries

METRICS: dict[str, dict[str, Any]] = {
    "age": {"name": "g_age_seconds", "type": "gauge", "doc": "How old\nit is.", "sql": "select {{ now() }} as value"},
    "cost": {"name": "g_cost_usd", "type": "gauge", "doc": "Cost.", "sql": "select 1 as value", "feature": "langfuse"},
    "requests": {"name": "http_requests_total", "type": "counter", "doc": "Not ours to expose."},
}


def catalog(settings: str = "") -> Catalog:
    return Catalog(load_config(settings), {}, {}, {}, METRICS)


def test_only_metrics_with_a_question_and_live_features_are_asked_for() -> None:
    assert metric_queries(catalog()) == {"age": "select gendash.clock() as value"}
    assert list(metric_queries(catalog("features: {langfuse: true}"))) == ["age", "cost"]


def test_the_answers_become_the_text_format() -> None:
    rows = {
        "age": [{"source": 'a "b"\\\n', "value": 1.5}, {"source": "c", "value": 3}],
        "cost": [{"value": Decimal("1.20")}],
    }
    assert exposition(catalog(), rows).splitlines() == [
        r"# HELP g_age_seconds How old\nit is.",
        "# TYPE g_age_seconds gauge",
        r'g_age_seconds{source="a \"b\"\\\n"} 1.5',
        'g_age_seconds{source="c"} 3.0',
        "# HELP g_cost_usd Cost.",
        "# TYPE g_cost_usd gauge",
        "g_cost_usd 1.2",
    ]
    assert exposition(catalog(), rows).endswith("\n")


def test_a_metric_without_an_answer_has_no_sample() -> None:
    assert "\ng_age" not in exposition(catalog(), {"age": []})


def test_mapped_names_are_written() -> None:
    mapped = yaml.safe_dump({"metrics": {"age": "ours_age"}})
    assert exposition(catalog(mapped), {"age": [{"value": 1}]}).endswith("ours_age 1.0\n")
