"""A query without its range, sent with the ends as values, is the query that Grafana sends."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gendash.engine.clients.answers import Failed
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Span, Timing
from gendash.engine.model import Query
from gendash.engine.read.lifted import Lifted, lifted_text
from gendash.engine.read.panels import rendered_panel, settled_choices
from gendash.engine.read.questions import Sent, sent_query
from gendash.engine.read.sources import expanded_text
from gendash.engine.render.dashboards import render_dashboard

END = datetime(2026, 11, 19, 15, 2, 3, 400500, UTC)
TIME = Timing(Span(END - timedelta(days=3), END), 60_000, 60_000, 15_000, "Europe/Berlin")


def sent(text: str) -> Sent:
    return Sent(Query("sql", text), text, TIME, "reader", frozenset())


def filled(text: str, values: Any) -> str:
    """The text with its values as literals."""
    literals = tuple(f"'{one}'" if isinstance(one, str) else str(one) for one in values)
    return text % literals


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("select 1", 0),
        ("select 'at 5%' where $__timeFilter(at) and x like '%s'", 2),
        ("select $__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '$__interval'", 2),
        ("select ceil(($__unixEpochTo() - $__unixEpochFrom()) / 3600.0) from t where x between $__from and $__to", 4),
        ("select $__timeGroup(at, '5m') from t where $__unixEpochFilter(at)", 2),
    ],
)
def test_ends_become_values(text: str, ends: int) -> None:
    found = lifted_text(sent(text), [])
    assert isinstance(found, Lifted) and len(found.ends) == ends
    statement = found.statement(TIME)
    assert filled(statement.text, statement.values) == expanded_text(sent(text), text, [])
    later = replace(TIME, span=Span(END, END + timedelta(days=1)))
    assert found.statement(later).text == statement.text
    assert bool(ends) == (found.statement(later).values != statement.values)


def test_what_depends_on_the_range_otherwise_has_no_text_for_all_ranges() -> None:
    assert lifted_text(sent("select '${__from:date:iso}'"), []) is None
    assert lifted_text(sent("select $__unixEpochNanoFrom()"), []) is None
    assert isinstance(lifted_text(sent("select $__nothing(x)"), []), Failed)


def test_every_panel_of_the_store_sends_what_grafana_sends() -> None:
    catalog = load_catalog(load_config("features: {langfuse: true, tickets: true, intent: true}", environ={}))
    seen = 0
    for _, dashboard, panel in catalog.panels():
        rendered = rendered_panel(render_dashboard(catalog, dashboard), dashboard, panel.slug)
        choices = settled_choices(catalog, dashboard, rendered)
        if catalog.missing_features(panel) or choices is None:
            continue
        for query, target in zip(catalog.live(panel), rendered.get("targets", ()), strict=True):
            if query.language != "sql":
                continue
            item = sent_query(catalog, dashboard, query, target, rendered, TIME.span)
            found = lifted_text(item, choices)
            assert isinstance(found, Lifted), (dashboard.name, panel.slug)
            statement = found.statement(item.time)
            assert filled(statement.text, statement.values) == expanded_text(item, item.text, choices)
            assert not re.search(r"\b(timestamptz|timestamp|date|interval|time)\s+%s", statement.text)
            seen += 1
    assert seen > 80
