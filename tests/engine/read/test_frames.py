"""Answers of servers as frames, their names, transformations, and values as a panel shows them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gendash.engine.model import promql
from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name, with_config
from gendash.engine.read.frames import Field, Frame, promql_frames, series_name, sql_frames
from gendash.engine.read.reader import Rows
from gendash.engine.read.transform import UnknownTransformation, transformed

DAY = datetime(2026, 11, 29, tzinfo=UTC)
MS = DAY.timestamp() * 1000


def rows(columns: str, *values: tuple[Any, ...], numeric: str = "") -> Rows:
    names = tuple(columns.split())
    return Rows(names, tuple(name in numeric.split() for name in names), list(values), 0.0)


def named(frames: list[Frame]) -> dict[str, list[Any]]:
    return {display_name(one, frames): list(one.values) for frame in frames for one in frame.fields}


def test_a_column_metric_names_the_series_of_a_time_series_and_gaps_become_nulls() -> None:
    answer = rows("time metric value", (DAY, "b", 1), (DAY, "a", 2), (DAY.replace(hour=1), "a", 3), numeric="value")
    frames = sql_frames(answer, "time_series", "A")
    assert named(frames) == {"Time": [MS, MS + 3600000], "a": [2.0, 3.0], "b": [1.0, None]}


def test_other_texts_are_labels_behind_the_name_of_the_value() -> None:
    answer = rows("time model calls", (DAY, "x", 1), (DAY, "y", Decimal("2.50")), numeric="calls")
    assert list(named(sql_frames(answer, "time_series", "A"))) == ["Time", "calls x", "calls y"]


def test_types_of_columns_are_those_that_grafana_gives_them() -> None:
    answer = rows("n t b d s", (1, DAY, True, date(2026, 11, 29), "x"), (None,) * 5, numeric="n")
    (frame,) = sql_frames(answer, "table", "A")
    assert [one.kind for one in frame.fields] == ["number", "time", "boolean", "time", "string"]
    assert frame.fields[3].values == [MS, None]


def test_a_numeric_time_is_seconds_or_milliseconds_by_its_size() -> None:
    (frame,) = sql_frames(rows("time v", (1_700_000_000, 1), (1_700_000_000_000, 1), numeric="time v"), "table", "A")
    assert frame.fields[0].values == [1_700_000_000_000] * 2


def test_nan_from_the_database_is_null() -> None:
    (frame,) = sql_frames(rows("v", (Decimal("NaN"),), (float("nan"),), numeric="v"), "table", "A")
    assert frame.fields[0].values == [None, None]


def test_legends_fill_in_labels_and_without_one_a_series_is_written_out() -> None:
    assert series_name({"job": "api", "x": "1"}, "{{job}} of {{ none }}") == "api of "
    assert series_name({"__name__": "up", "job": "api"}, "") == 'up{job="api"}'
    assert series_name({}, "") == "{}"


def test_a_table_of_prometheus_has_a_column_a_label_and_its_value_by_the_letter() -> None:
    series = [{"metric": {"job": "b"}, "value": [1, "2"]}, {"metric": {"a": "x"}, "value": [1, "3"]}]
    frames = promql_frames(series, promql("x", format="table", instant=True), "B", True)
    assert named(frames) == {"Time": [1000, 1000], "a": ["", "x"], "job": ["b", ""], "Value #B": [2.0, 3.0]}


def test_buckets_of_a_heatmap_hold_what_fell_into_them_and_not_below() -> None:
    series = [{"metric": {"le": le}, "values": [[1, count]]} for le, count in (("+Inf", "9"), ("0.5", "4"), ("1", "7"))]
    frames = promql_frames(series, promql("x", format="heatmap"), "A", False)
    assert named(frames) == {"Time": [1000], "0.5": [4.0], "1": [3.0], "+Inf": [2.0]}


def test_tables_merge_by_their_common_columns() -> None:
    one = Frame("A", [Field("r", "string", ["x", "y"]), Field("Value #A", "number", [1.0, 2.0])])
    two = Frame("B", [Field("r", "string", ["y", "z"]), Field("Value #B", "number", [3.0, 4.0])])
    merged = transformed([one, two], [{"id": "merge", "options": {}}])
    assert named(merged) == {"r": ["x", "y", "z"], "Value #A": [1.0, 2.0, None], "Value #B": [None, 3.0, 4.0]}


def test_organize_orders_hides_and_renames_and_a_regex_renames() -> None:
    frame = Frame("A", [Field(name, "number", [1.0]) for name in ("Time", "b", "/api/v1/a/{id}")])
    options = {
        "excludeByName": {"Time": True},
        "indexByName": {"/api/v1/a/{id}": 0, "b": 1},
        "renameByName": {"b": "B"},
    }
    steps = [
        {"id": "organize", "options": options},
        {"id": "renameByRegex", "options": {"regex": "^/api/v[0-9]+(/.*)$", "renamePattern": "$1"}},
        {"id": "renameByRegex", "options": {"regex": r"/\{[^}]+\}/g", "renamePattern": "{…}"}},
    ]
    assert list(named(transformed([frame], steps))) == ["/a/{…}", "B"]


def test_rows_become_fields_and_an_unknown_transformation_is_an_error() -> None:
    frame = Frame("A", [Field("k", "string", ["x", "y"]), Field("v", "number", [1.0, 2.0])])
    assert named(transformed([frame], [{"id": "rowsToFields"}])) == {"x": [1.0], "y": [2.0]}
    with pytest.raises(UnknownTransformation, match="reduce"):
        transformed([frame], [{"id": "reduce"}])


CONFIG: dict[str, Any] = {
    "defaults": {
        "unit": "percentunit",
        "decimals": 1,
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [{"color": "text", "value": None}, {"color": "red", "value": 0.5}]},
        "mappings": [{"type": "special", "options": {"match": "null+nan", "result": {"text": "no data", "color": "grey"}}}],
    },
    "overrides": [
        {"matcher": {"id": "byName", "options": "b"}, "properties": [{"id": "unit", "value": "s"}, {"id": "custom.width", "value": 9}]},
        {"matcher": {"id": "byRegexp", "options": "/^c/"}, "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": "blue"}}]},
        {"matcher": {"id": "byFrameRefID", "options": "Z"}, "properties": [{"id": "unit", "value": "bytes"}]},
    ],
}  # fmt: skip


def shown(name: str, value: Any, ref: str = "A") -> tuple[str, str]:
    (frame,) = with_config([Frame(ref, [Field(name, "number", [value])])], CONFIG)
    one = display(frame.fields[0], value)
    return str(one), one.color


def test_defaults_overrides_thresholds_and_mappings_decide_text_and_colour() -> None:
    assert shown("a", 0.499) == ("49.9%", "text")
    assert shown("a", 0.5) == ("50.0%", "red")
    assert shown("a", None) == ("no data", "grey")
    assert shown("b", 90.0) == ("1.5 mins", "red")
    assert shown("cc", 0.1) == ("10.0%", "blue")
    assert shown("a", 2048.0, "Z") == ("2.0 KiB", "red")


def test_configuration_of_one_field_does_not_leak_into_another() -> None:
    before = json.dumps(CONFIG)
    frame = Frame("A", [Field("b", "number", [1.0]), Field("a", "number", [1.0])])
    (done,) = with_config([frame], CONFIG)
    assert "width" in done.fields[0].config["custom"]
    assert "custom" not in done.fields[1].config
    assert json.dumps(CONFIG) == before


def test_a_continuous_colour_is_a_place_on_the_scale_of_the_field() -> None:
    config = {"defaults": {"color": {"mode": "continuous-blues"}, "min": 0, "max": 2}, "overrides": []}
    (frame,) = with_config([Frame("A", [Field("a", "number", [1.0])])], config)
    assert display(frame.fields[0], 1.0).color == "blues:0.500"


@pytest.mark.parametrize(
    ("mapping", "value", "text"),
    [
        ({"type": "value", "options": {"1": {"text": "one"}}}, 1.0, "one"),
        ({"type": "value", "options": {"x": {"text": "ex"}}}, "x", "ex"),
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "in"}}}, 1.5, "in"),
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "in"}}}, 3.0, "3"),
        ({"type": "regex", "options": {"pattern": "^a(.*)", "result": {"text": "<$1>"}}}, "abc", "<bc>"),
        ({"type": "special", "options": {"match": "true", "result": {"text": "yes"}}}, True, "yes"),
        ({"type": "special", "options": {"match": "empty", "result": {"text": "none"}}}, "", "none"),
    ],
)
def test_value_mappings_give_the_text(mapping: Any, value: Any, text: str) -> None:
    kind = "string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"
    assert display(Field("a", kind, [value], config={"mappings": [mapping]}), value).text == text
