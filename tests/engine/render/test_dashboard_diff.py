"""Dashboards are compared by what they say; the recorded saves of a real browser are the yardstick."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from recordings import answer

from gendash.engine.render.dashboard_diff import STAMP, content_hash, dashboard_differences, lost_edits, stamp, stamped
from gendash.engine.render.grafana_defaults import panel_defaults, unread_fields

EDITED = ["panel_timeseries", "panel_stat", "panel_bargauge", "panel_table"]


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = answer("grafana-saves", f"ui_save_{name}")
    return found


def board(**panel: Any) -> dict[str, Any]:
    """A dashboard with a row, a panel, a variable, an annotation and a link."""
    source = {"type": "prometheus", "uid": "prom"}
    full = {
        "id": 11,
        "type": "timeseries",
        "title": "Requests",
        "description": "why",
        "gridPos": {"x": 0, "y": 1, "w": 12, "h": 8},
        "datasource": source,
        "targets": [{"refId": "A", "datasource": source, "expr": "sum(up)", "legendFormat": "{{job}}", "range": True}],
        "fieldConfig": {
            "defaults": {
                "unit": "reqps",
                "custom": {"fillOpacity": 10},
                "thresholds": {
                    "mode": "absolute",
                    "steps": [{"color": "green", "value": None}, {"color": "red", "value": 5}],
                },
            },
            "overrides": [
                {
                    "matcher": {"id": "byName", "options": "a"},
                    "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": "red"}}],
                }
            ],
        },
        "options": {"legend": {"calcs": ["max"], "showLegend": True}, "tooltip": {"mode": "multi", "sort": "desc"}},
        "links": [{"title": "More", "url": "/d/x"}],
        **panel,
    }
    return {
        "uid": "gendash-x",
        "title": "X",
        "description": "Is it well?",
        "tags": ["gendash"],
        "schemaVersion": 42,
        "timezone": "utc",
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "graphTooltip": 1,
        "panels": [{"id": 1, "type": "row", "title": "Now", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1}}, full],
        "templating": {
            "list": [
                {
                    "type": "query",
                    "name": "job",
                    "label": "Job",
                    "datasource": source,
                    "query": "label_values(up, job)",
                    "refresh": 2,
                    "includeAll": True,
                    "allValue": ".*",
                    "current": {"text": "All", "value": "$__all"},
                }
            ]
        },
        "annotations": {"list": [{"name": "Deploys", "datasource": source, "enable": True, "expr": "changes(up[5m])"}]},
        "links": [{"type": "link", "title": "Docs", "url": "https://example.org", "targetBlank": True}],
    }


def said(before: Any, after: Any) -> list[str]:
    return [str(difference) for difference in dashboard_differences(before, after)]


def changed(dashboard: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    copy = deepcopy(dashboard)
    change(copy)
    return copy


def test_a_save_in_the_browser_of_the_title_alone_differs_in_the_title_alone() -> None:
    save = recorded("title")
    assert said(save["before"], save["after"]) == ['dashboard: title "Kitchen sink" -> "Kitchen sink edited"']


def test_a_save_in_the_browser_without_an_edit_is_no_difference() -> None:
    save = recorded("title")
    after = {**save["after"], "title": save["before"]["title"]}
    assert said(save["before"], after) == []
    assert content_hash(save["before"]) == content_hash(after)


@pytest.mark.parametrize("name", EDITED)
def test_a_panel_that_was_edited_in_the_browser_differs_in_what_was_typed_alone(name: str) -> None:
    save = recorded(name)
    found = dashboard_differences(save["before"], save["after"])
    assert [(d.field, d.after) for d in found] == [("title", f"{found[0].before} by hand")]
    assert str(found[0]).startswith(f"panel '{found[0].before}': title")


def test_four_panels_opened_in_the_browser_still_say_what_was_sent() -> None:
    sent, after = recorded("sent")["sent"], recorded("panel_bargauge")["after"]
    assert {d.field for d in dashboard_differences(sent, after)} == {"title"}
    assert len(dashboard_differences(sent, after)) == 1 + len(EDITED)


BROWSER_SAVES = json.loads((Path(__file__).parent / "data" / "browser_saves.json").read_text("utf-8"))["saves"]


@pytest.mark.parametrize("save", BROWSER_SAVES, ids=lambda save: save["before"]["type"])
def test_a_panel_of_any_type_that_was_retitled_in_the_browser_differs_in_its_title_alone(save: dict[str, Any]) -> None:
    before, after = ({"panels": [save[key]]} for key in ("before", "after"))
    assert [d.field for d in dashboard_differences(before, after)] == ["title"]
    assert save["after"]["title"] == save["before"]["title"] + " by hand"


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    else:
        yield path


SILENT = {  # what may differ without the dashboards saying anything else
    ("schemaVersion",),
    ("uid",),
    ("templating", "list", 0, "current", "text"),
    ("templating", "list", 0, "current", "value"),
    ("panels", 1, "fieldConfig", "defaults", "thresholds", "steps", 0, "value"),
}


@pytest.mark.parametrize("path", list(_leaves(board())), ids=lambda path: ".".join(map(str, path)))
def test_every_other_value_of_any_setting_is_a_difference(path: tuple[Any, ...]) -> None:
    def put(dashboard: dict[str, Any]) -> None:
        holder: Any = dashboard
        for key in path[:-1]:
            holder = holder[key]
        old = holder[path[-1]]
        holder[path[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}x"

    assert bool(said(board(), changed(board(), put))) == (path not in SILENT)


KINDS = ["timeseries", "stat", "gauge", "bargauge", "piechart", "barchart", "table", "heatmap", "histogram", "text"]


@pytest.mark.parametrize("kind", [*KINDS, "state-timeline", "status-history", "logs", "xychart"])
def test_what_the_editor_fills_in_is_no_difference_and_anything_else_in_its_place_is(kind: str) -> None:
    plain = {**board(), "panels": [{"id": 1, "type": kind, "title": "P", "targets": [{"refId": "A", "expr": "up"}]}]}
    filled = panel_defaults(kind)
    opened = changed(plain, lambda dashboard: dashboard["panels"][0].update(deepcopy(filled)))
    assert said(plain, opened) == []
    for path in _leaves(filled):
        if path[0] != "fieldConfig" or path[2] not in unread_fields(kind):

            def put(dashboard: dict[str, Any], path: tuple[Any, ...] = path) -> None:
                holder: Any = dashboard["panels"][0]
                for key in path[:-1]:
                    holder = holder[key]
                old = holder[path[-1]]
                holder[path[-1]] = (
                    not old if isinstance(old, bool) else old + 1 if isinstance(old, int | float) else "other"
                )

            assert said(plain, changed(opened, put)), path


def test_a_key_that_somebody_added_is_told_apart_from_one_that_says_otherwise() -> None:
    added = changed(board(), lambda d: d["panels"][1]["fieldConfig"]["defaults"].update(decimals=2))
    other = changed(board(), lambda d: d["panels"][1]["fieldConfig"]["defaults"].update(unit="short"))
    taken = changed(board(), lambda d: d["panels"][1]["fieldConfig"]["defaults"].pop("unit"))
    assert said(board(), added) == ["panel 'Requests': fieldConfig.defaults.decimals set to 2"]
    assert said(board(), other) == ['panel \'Requests\': fieldConfig.defaults.unit "reqps" -> "short"']
    assert said(board(), taken) == ["panel 'Requests': fieldConfig.defaults.unit \"reqps\" removed"]


def test_false_is_not_zero_and_one_is_not_true() -> None:
    number = board(options={"a": 1, "b": 0})
    truth = board(options={"a": True, "b": False})
    assert len(said(number, truth)) == 2
    assert said(number, board(options={"a": 1.0, "b": 0.0})) == []


def test_the_order_of_panels_in_the_file_says_nothing() -> None:
    assert said(board(), changed(board(), lambda d: d["panels"].reverse())) == []


def test_a_panel_that_came_or_went_is_one_line() -> None:
    extra = {"id": 99, "type": "stat", "title": "Mine", "targets": [{"refId": "A", "expr": "up"}]}
    more = changed(board(), lambda d: d["panels"].append(extra))
    assert said(board(), more) == ["panel 'Mine': added"]
    assert said(more, board()) == ["panel 'Mine': removed"]


def test_a_second_panel_of_the_same_id_does_not_hide_the_first() -> None:
    twin = changed(board(), lambda d: d["panels"].append({**deepcopy(d["panels"][1]), "title": "Twin"}))
    assert said(board(), twin) == ["panel 'Twin': added"]


def test_opening_a_row_and_saving_differs_in_the_row_alone() -> None:
    def fold(dashboard: dict[str, Any]) -> None:
        row, panel = dashboard["panels"]
        dashboard["panels"] = [{**row, "collapsed": True, "panels": [panel]}]

    assert said(changed(board(), fold), board()) == ["row 'Now': collapsed true removed"]


def test_a_panel_that_moved_to_another_row_is_a_difference() -> None:
    def another_row(dashboard: dict[str, Any]) -> None:
        dashboard["panels"].append(
            {"id": 2, "type": "row", "title": "Later", "gridPos": {"x": 0, "y": 20, "w": 24, "h": 1}}
        )

    below = changed(changed(board(), another_row), lambda d: d["panels"][1]["gridPos"].update(y=21))
    assert "panel 'Requests': row 1 -> 2" in said(changed(board(), another_row), below)


def test_of_a_long_query_the_first_line_that_differs_is_shown() -> None:
    lines = [f"select column_{n} from gendash.activity_day" for n in range(20)]
    other = [*lines[:12], lines[12].replace("activity", "ticket"), *lines[13:]]

    def query(text: list[str]) -> dict[str, Any]:
        return board(targets=[{"refId": "A", "rawSql": "\n".join(text)}])

    (line,) = said(query(lines), query(other))
    assert line.startswith("panel 'Requests': targets[0].rawSql line 13: ")
    assert "activity_day" in line and "ticket_day" in line and len(line) < 220


def test_the_stamp_is_the_same_for_the_same_content_and_says_nothing_itself() -> None:
    plain, once = board(), stamp(board())
    assert stamp(once) == once
    assert stamped(plain) == "" and stamped(once) == content_hash(plain) == content_hash(once)
    assert said(plain, once) == []
    (variable,) = [v for v in once["templating"]["list"] if v["name"] == STAMP]
    assert variable == {"type": "constant", "name": STAMP, "hide": 2, "skipUrlSync": True, "query": stamped(once)}
    other = stamp(board(title="Other"))
    assert stamped(other) != stamped(once)


def test_the_stamp_does_not_depend_on_the_order_of_keys() -> None:
    turned = json.loads(json.dumps(board(), sort_keys=True))
    assert content_hash(turned) == content_hash(board())


def test_the_stamp_survives_a_save_in_the_browser() -> None:
    save = recorded("title")
    (kept,) = [v for v in save["after"]["templating"]["list"] if v["name"] == "gendash"]
    assert (kept["query"], kept["hide"]) == ("build-1234", 2)


def test_an_edit_is_lost_only_where_the_wanted_dashboard_says_otherwise() -> None:
    base = board()
    live = changed(base, lambda d: d["panels"][1].update(title="Theirs"))
    both = changed(live, lambda d: d["panels"][1].update(description="ours"))
    assert lost_edits(base, live, both) == []
    assert lost_edits(base, live, base) == [("panel", "11", "title")]
    assert lost_edits(base, base, both) == []


@pytest.mark.parametrize(
    "junk", [{}, {"panels": 3}, {"panels": [1, {"targets": "x", "gridPos": 4}]}, {"templating": []}]
)
def test_nonsense_is_compared_without_a_crash(junk: dict[str, Any]) -> None:
    assert said(junk, board())
    assert said(board(), junk)
