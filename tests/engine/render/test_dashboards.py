"""What the engine adds to a definition: ids, places, data sources, links, and calm panels for what is not there."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gendash.dashboards.viz import HeadTile, Lines, NumberTile
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.model import Dashboard, Panel, Row, Variable, promql, slo, sql
from gendash.engine.render.dashboards import render_dashboard, tidy

DOC = "What the figure is, where it comes from, its window and its caveat."


def panel(slug: str, **changes: Any) -> Panel:
    base = Panel(slug, slug.title(), DOC, Lines(unit="short"), [sql("select 1")], width=12, height=8)
    return dataclasses.replace(base, **changes)


def render(*panels: Panel, settings: str = "", **fields: Any) -> dict[str, Any]:
    dashboard = Dashboard("one", "One", "doc", [Row("", panels)], "30s", "24h", **fields)
    catalog = Catalog(load_config(settings), {"one": dashboard}, {}, {}, {})
    return render_dashboard(catalog, dashboard)


def test_a_panel_whose_feature_is_off_is_a_calm_text_of_the_same_id_and_size() -> None:
    shown = render(panel("tickets", feature="tickets"), settings="features: {tickets: true}")["panels"][0]
    calm = render(panel("tickets", feature="tickets"))["panels"][0]
    assert (calm["id"], calm["gridPos"], calm["title"]) == (shown["id"], shown["gridPos"], shown["title"])
    assert calm["type"] == "text"
    assert "Not available: needs a tickets table" in calm["options"]["content"]
    assert calm["targets"] == []
    assert "`features.tickets`" in calm["description"]


def test_a_query_whose_feature_is_off_is_left_out_and_the_panel_stays() -> None:
    queries = [sql("select 1"), sql("select 2", feature="tickets")]
    assert len(render(panel("both", queries=queries))["panels"][0]["targets"]) == 1
    on = render(panel("both", queries=queries), settings="features: {tickets: true}")
    assert len(on["panels"][0]["targets"]) == 2


def test_the_queries_that_stay_keep_their_letters_since_columns_are_named_by_them() -> None:
    queries = [sql("select 1"), sql("select 2", feature="tickets"), sql("select 3")]
    shown = render(panel("three", queries=queries))["panels"][0]
    assert [(one["refId"], one["rawSql"]) for one in shown["targets"]] == [("A", "select 1"), ("C", "select 3")]


def test_a_panel_of_a_route_that_is_none_is_a_calm_text_that_names_the_setting() -> None:
    query = promql("hits{handler=\"{{ setting('handlers.search') }}\"}")
    calm = render(panel("searches", queries=[query]), settings="handlers: {search: none}")["panels"][0]
    assert "Not available: needs a route that searches the knowledge base" in calm["options"]["content"]
    assert calm["description"].endswith("Then set `handlers.search` to the route.")
    assert render(panel("searches", queries=[query]))["panels"][0]["type"] == "timeseries"


def test_a_variable_whose_feature_is_off_is_left_out() -> None:
    variable = Variable("environment", "Environment", "doc", sql("select 1"), feature="langfuse")
    assert render(panel("a"), variables=(variable,))["templating"]["list"] == []


def test_fixed_options_are_a_variable_without_all_whose_first_option_is_chosen() -> None:
    variable = Variable("than", "Than", "doc", options=(("nothing", "50y"), ("a week", "7d")))
    (found,) = render(panel("a"), variables=(variable,), settings="prometheus_url: none")["templating"]["list"]
    assert (found["type"], found["query"], found["includeAll"]) == ("custom", "nothing : 50y, a week : 7d", False)
    assert found["current"] == {"text": "nothing", "value": "50y", "selected": True}
    assert [one["selected"] for one in found["options"]] == [True, False]


def test_a_query_without_a_value_for_all_gives_its_first_option() -> None:
    (found,) = render(panel("a"), variables=(Variable("v", "V", "doc", sql("select 1"), all_value=""),))["templating"][
        "list"
    ]
    assert (found["includeAll"], found["sort"], found["current"]) == (False, 0, {"text": "", "value": ""})


def test_ids_depend_on_names_only_and_not_on_the_instance() -> None:
    dev = render(panel("a"), panel("b"), settings="instance: dev")
    assert dev["uid"] == "dev-gendash-one"
    assert "dev" in dev["tags"]
    assert [p["id"] for p in dev["panels"]] == [panel_id("one", "a"), panel_id("one", "b")]
    assert 0 < panel_id("one", "a") < 2**31


def test_queries_go_to_the_data_source_of_their_language_and_audience() -> None:
    both = panel("a", queries=[sql("select 1"), promql("up")])
    shared = render(both)["panels"][0]
    assert shared["datasource"]["uid"] == "-- Mixed --"
    assert [t["datasource"]["uid"] for t in shared["targets"]] == ["gendash-postgres", "gendash-prometheus"]
    admin = render(both, audience="admin")["panels"][0]
    assert admin["targets"][0]["datasource"]["uid"] == "gendash-postgres-admin"


def test_a_fixed_window_does_not_follow_the_picker_and_hides_its_mark() -> None:
    fixed = render(panel("a", window="24h"))["panels"][0]
    assert (fixed["timeFrom"], fixed["hideTimeOverride"]) == ("24h", True)
    assert "timeFrom" not in render(panel("a"))["panels"][0]


def test_a_tile_links_to_its_cause_with_time_and_variables_where_the_dashboard_exists() -> None:
    link = render(panel("a", leads_to="one/b"), panel("b"))["panels"][0]["fieldConfig"]["defaults"]["links"][0]
    assert (
        link["url"]
        == f"/d/gendash-one?viewPanel=panel-{panel_id('one', 'b')}&${{__url_time_range}}&${{__all_variables}}"
    )
    assert "links" not in render(panel("a", leads_to="two/b"))["panels"][0]["fieldConfig"]["defaults"]


def test_thresholds_equal_the_objectives_of_the_settings() -> None:
    steps = [{"color": "text", "value": None}, {"color": "red", "value": slo("api_errors.red")}]
    tile = panel("a", viz=NumberTile(unit="percentunit", thresholds=steps))
    shown = render(tile, settings="slo: {api_errors: {red: 0.2}}")["panels"][0]
    assert shown["fieldConfig"]["defaults"]["thresholds"]["steps"] == [
        {"color": "text", "value": None},
        {"color": "red", "value": 0.2},
    ]


def test_grafanalibs_options_reach_the_panel_and_rendering_leaves_the_definition_alone() -> None:
    viz = HeadTile(unit="s", transparent=True, extraJson={"options": {"justifyMode": "center"}})
    first = render(panel("a", viz=viz))["panels"][0]
    assert first["transparent"] is True
    assert first["options"]["justifyMode"] == "center"
    assert first == render(panel("a", viz=viz))["panels"][0]


def test_a_closed_row_holds_its_panels_and_takes_one_line() -> None:
    rows = [Row("", [panel("a", width=24)]), Row("Why?", [panel("b")], open=False), Row("Who?", [panel("c")])]
    dashboard = Dashboard("one", "One", "doc", rows, "30s", "24h")
    shown = render_dashboard(Catalog(load_config(""), {"one": dashboard}, {}, {}, {}), dashboard)["panels"]
    assert [(p["type"], p["gridPos"]["y"]) for p in shown] == [
        ("timeseries", 0),
        ("row", 8),
        ("row", 9),
        ("timeseries", 10),
    ]
    assert [p["title"] for p in shown[1]["panels"]] == ["B"]


def test_query_texts_lose_the_indentation_of_their_source() -> None:
    assert tidy("\n    select 1\n      from x\n    ") == "select 1\n  from x"


@pytest.mark.parametrize(
    ("scrape", "refresh", "built"),
    [("15s", "15s", "15s"), ("30s", "15s", "30s"), ("10m", "1m", "15m"), ("2h", "1m", "1h")],
)
def test_a_dashboard_is_not_refreshed_faster_than_samples_come(scrape: str, refresh: str, built: str) -> None:
    board = Dashboard("one", "One", "doc", [], refresh, "24h")
    catalog = Catalog(load_config(f"prometheus: {{scrape_interval: {scrape}}}"), {"one": board}, {}, {}, {})
    assert render_dashboard(catalog, board)["refresh"] == built
