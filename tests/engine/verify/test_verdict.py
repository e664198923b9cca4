"""How answers are judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gendash.engine.model import promql, sql
from gendash.engine.verify.verdict import OK, Answer, Finding, duration, judge, lateness, series, table, worst

QUERY = sql("select 1")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAN = float("nan")


def status(columns: list[str], rows: list[tuple[Any, ...]], **options: Any) -> str:
    return judge(sql("", **options), table(columns, rows)).status


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (["n"], [(1,)], "ok"),
        (["n"], [], "no_rows"),
        (["n"], [(None,)], "all_null"),
        (["n"], [(NAN,), (Decimal("NaN"),)], "all_null"),
        (["n"], [(0,), (0.0,), (Decimal(0),)], "flat_zero"),
        (["n"], [(0,), (None,)], "flat_zero"),
        (["n"], [(0,), (Decimal("0.01"),)], "ok"),
        (["n"], [(-1,), (1,)], "ok"),
        (["time", "n"], [(NOW, 0), (NOW, 0)], "flat_zero"),
        (["time", "n"], [(NOW, None)], "all_null"),
        (["name", "n"], [("open", 0), ("closed", 0)], "flat_zero"),
        (["name", "note"], [("open", None)], "ok"),
        (["note"], [(None,)], "all_null"),
        (["on"], [(False,)], "ok"),  # a state, not a count
        (["newest"], [(NOW,)], "ok"),
        (["day"], [(date(2026, 1, 1),)], "ok"),
        (["time"], [(NOW,)], "ok"),
        (["n", "m"], [(0, 3)], "ok"),
    ],
)
def test_rows_of_a_table_are_judged_by_their_numbers(
    columns: list[str], rows: list[tuple[Any, ...]], expected: str
) -> None:
    assert status(columns, rows) == expected


def test_the_type_of_a_column_tells_null_numbers_from_null_texts() -> None:
    rows = [("open", None)]
    assert judge(QUERY, table(["name", "n"], rows, numeric=[False, True])).status == "all_null"
    assert judge(QUERY, table(["name", "note"], rows, numeric=[False, False])).status == "ok"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([], "no_rows"),
        ([{"metric": {}, "value": [0, "1"]}], "ok"),
        ([{"metric": {}, "value": [0, "0"]}], "flat_zero"),
        ([{"metric": {}, "value": [0, "NaN"]}], "all_null"),
        ([{"metric": {}, "value": [0, "+Inf"]}], "ok"),
        ([{"metric": {}, "values": [[0, "0"], [1, "NaN"]]}, {"metric": {}, "values": [[0, "0"]]}], "flat_zero"),
        ([{"metric": {}, "values": [[0, "0"]]}, {"metric": {}, "values": [[0, "0.1"]]}], "ok"),
        ([{"metric": {}, "histogram": [0, {"count": "1"}]}], "ok"),
    ],
)
def test_series_are_judged_by_all_their_samples(result: list[dict[str, Any]], expected: str) -> None:
    assert judge(promql("up"), series(result)).status == expected


def test_a_reason_allows_what_it_is_about_and_nothing_else() -> None:
    empty, null, zero = Answer(0), Answer(1, (None,)), Answer(1, (0.0,))
    may_be_empty, may_be_zero = sql("", may_be_empty="new platform"), sql("", may_be_zero="quiet day")
    assert [judge(may_be_empty, one).status for one in (empty, null, zero)] == ["ok", "ok", "flat_zero"]
    assert [judge(may_be_zero, one).status for one in (empty, null, zero)] == ["no_rows", "all_null", "ok"]
    assert judge(may_be_empty, empty).allowed == "new platform"
    assert judge(may_be_zero, zero).allowed == "quiet day"
    assert judge(may_be_zero, Answer(1, (1.0,))) == OK


@pytest.mark.parametrize("lost", [Finding("missing", "column went"), Finding("stale", "old"), Finding("error", "no")])
def test_a_lost_source_goes_before_what_the_rows_look_like_and_no_reason_allows_it(lost: Finding) -> None:
    query = sql("", may_be_empty="new", may_be_zero="quiet")
    assert [judge(query, answer, lost) for answer in (Answer(0), Answer(1, (1.0,)), Answer(1, (0.0,)))] == [lost] * 3


def test_why_there_are_no_rows_is_told_where_it_is_known() -> None:
    known = Finding("no_rows", 'no series of up has job="x"')
    assert judge(QUERY, Answer(0), known) == known
    assert judge(QUERY, Answer(1, (1.0,)), known) == OK


def test_what_grafana_cannot_draw_is_an_error() -> None:
    def fault(columns: list[str], *rows: tuple[Any, ...]) -> str:
        return judge(QUERY, table(columns, rows, "time_series")).why

    later = NOW + timedelta(minutes=1)
    assert fault(["n"], (1,)) == "a time series needs a column named time"
    assert fault(["time", "a", "a"], (NOW, 1, 2)) == "two columns are named 'a'"
    assert fault(["time", "metric", "n"], (later, "x", 1), (NOW, "x", 2)) == (
        "a time series with labels must be ordered by time"
    )
    assert fault(["time", "n"], (later, 1), (NOW, 2)) == ""  # Grafana draws it
    assert table(["n"], [(1,)], "table").fault == ""


def test_the_worst_of_several_findings_is_kept() -> None:
    findings = [OK, Finding("flat_zero"), Finding("missing", "a"), Finding("stale"), Finding("missing", "b")]
    assert worst(findings) == Finding("missing", "a")
    assert worst([]) == OK


def test_a_source_is_late_from_five_of_its_intervals_on() -> None:
    assert [lateness(age, 15) for age in (0, 75, 75.1, None)] == [False, False, True, True]


def test_ages_are_told_in_the_unit_that_people_use() -> None:
    ages = [5, 119, 150, 7200, 100_000, 200_000]
    assert [duration(age) for age in ages] == ["5 s", "119 s", "2 min", "2 h", "28 h", "2 days"]
