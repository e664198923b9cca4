"""Values and shapes that no well-meant server gives, each of which once ended in a traceback."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gendash.engine.errors import Unexpected
from gendash.engine.languages.metric_names import bucket_bound
from gendash.engine.model import promql
from gendash.engine.read.frames import promql_frames
from gendash.engine.read.numbers import decimals_for, to_fixed
from gendash.engine.read.reader import NUMBER, Rows, expect_rows
from gendash.engine.verify.buckets import Threshold
from gendash.engine.verify.through_grafana import answer_of, frames_of
from gendash.engine.verify.verdict import table
from gendash.pages.scales import ticks


@pytest.mark.parametrize(
    ("value", "text"), [(1e308, "1e+308"), (-1e308, "-1e+308"), (5e-324, "5e-324"), (1.5, "1.50"), (math.inf, "∞")]
)
def test_the_largest_and_smallest_numbers_are_written_whole(value: float, text: str) -> None:
    assert to_fixed(value, None) == text
    assert decimals_for(value) >= 0


@pytest.mark.parametrize("ends", [(-1e308, 1e308), (0.0, 5e-324), (1e308, 1e308), (1.0, math.nextafter(1.0, 2.0))])
def test_an_axis_has_ticks_between_any_two_numbers(ends: tuple[float, float]) -> None:
    found = ticks(*ends, 5)
    assert 2 <= len(found) <= 12 and all(map(math.isfinite, found))


def test_buckets_without_a_bound_and_twice_the_same_are_no_fault() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    series = [{"metric": {"le": le, "job": job}, "values": [[at, "1"]]} for le, job in
              (("1", "a"), ("1", "b"), ("x", "a"), ("+Inf", "a"))]  # fmt: skip
    (frame,) = promql_frames(series, promql("x", format="heatmap"), "A", False, "x")
    assert [one.name for one in frame.fields[1:]] == ["1", "1", "+Inf"]
    assert bucket_bound("x") is None
    lacking = Threshold("r", "s", "2", "slo.x.threshold_s", frozenset()).lacking(["x", "10", "2.5", "+Inf"])
    assert lacking.endswith("one of 2.5, 10")


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        ([1, Decimal("NaN"), 2], ""),
        ([datetime(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC)], ""),
        ([date(2026, 1, 2), date(2026, 1, 1)], "ordered by time"),
        (["x", "y"], "holds no times"),
        ([datetime.max, datetime.min], "ordered by time"),
    ],
)
def test_times_of_any_type_are_compared_or_named(times: list[Any], fault: str) -> None:
    found = table(["time", "name", "value"], [(one, "a", 1) for one in times], "time_series").fault
    assert fault in found and bool(fault) == bool(found)


@pytest.mark.parametrize(
    "value",
    [
        5,
        [5],
        [{"schema": []}],
        [{"schema": {"fields": [5]}}],
        [{"data": {"values": [5]}}],
        [{"schema": {"fields": [{"name": "a", "type": "number"}]}, "data": {"values": [["x"]]}}],
        [{"schema": {"fields": [{"name": "a"}, {"name": "b"}]}, "data": {"values": [[1, 2], [1]]}}],
        [{"schema": {"fields": []}, "data": {"values": [[1]]}}],
    ],
)
def test_frames_of_another_shape_are_named(value: Any) -> None:
    with pytest.raises(ValueError):
        frames_of(value)


def test_frames_without_a_name_or_a_row_are_read() -> None:
    frames = frames_of(
        [{"schema": {"fields": [{"name": None, "type": "number"}]}, "data": {"values": [[1, None]]}}, {}]
    )
    assert answer_of(frames, series=False).numbers == (1.0, None)


@pytest.mark.parametrize("row", [("a",), ("a", "b"), (1, 2.0), ("a", 1, 2)])
def test_rows_of_another_shape_are_one_line(row: tuple[Any, ...]) -> None:
    assert expect_rows(Rows((), (), [("a", 1.5), (None, None)], 1.0), (str,), NUMBER)
    with pytest.raises(Unexpected, match="another shape"):
        expect_rows(Rows((), (), [row], 1.0), (str,), NUMBER)
