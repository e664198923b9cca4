"""Which panels follow the picked range, and the reasons of the others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from gendash.dashboards.viz import Table
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.windows import sql_panels
from gendash.engine.model import Dashboard, Panel, Relation, Row, promql, sql

COLUMNS: dict[str, Any] = {"day": {"type": "date", "doc": "d"}}


def reason(title: str, text: str, window: str = "") -> str | None:
    """The reason of one panel; None where it is not listed."""
    panel = Panel("p", title, "doc", Table(), [sql(text)], 24, 8, window=window)
    relations = {name: Relation(name, "view", "x.sql", {}, "select 1", COLUMNS) for name in ("call_day", "call_7d")}
    board = Dashboard("one", "One", "doc", [Row("", [panel])], "1m", "24h")
    return next((why for _, _, why in sql_panels(Catalog(load_config(""), {"one": board}, relations, {}, {}))), None)


@pytest.mark.parametrize(
    ("title", "text", "window", "wanted"),
    [
        ("Calls", "select day from {{ view('call_day') }} where $__timeFilter(day)", "", ""),
        ("Calls, 7 d", "select day from {{ view('call_day') }} where $__timeFilter(day)", "7d", "whole windows"),
        ("Slowest calls, 7 d", "select day from {{ view('call_7d') }}", "", "percentiles, ranks or distinct counts"),
        ("Open calls, now", "select day from {{ view('call_day') }}", "", "a state of this moment"),
        ("Calls, this month", "select day from {{ view('call_day') }}", "", "calendar months"),
        ("State of calls, 3 h", "select day from {{ view('call_day') }}", "", "the one window that its title names"),
    ],
)
def test_a_panel_that_does_not_follow_the_picker_has_a_reason(title: str, text: str, window: str, wanted: str) -> None:
    found = reason(title, text, window)
    assert found is not None
    assert bool(found) == bool(wanted)
    assert wanted in found


def test_panels_with_a_query_to_prometheus_are_not_listed() -> None:
    panel = Panel("p", "Calls, now", "doc", Table(), [sql("select 1"), promql("up")], 24, 8)
    board = Dashboard("one", "One", "doc", [Row("", [panel])], "1m", "24h")
    assert list(sql_panels(Catalog(load_config(""), {"one": board}, {}, {}, {}))) == []


def test_most_figures_that_can_be_added_up_follow_the_picker() -> None:
    counts = Counter(bool(why) for _, _, why in sql_panels(load_catalog(load_config(""))))
    assert counts[False] >= 67
