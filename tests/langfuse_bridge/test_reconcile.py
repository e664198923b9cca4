"""The server's own totals against the store: what differs is found, fetched again, or explained."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, client_of, iso, observation, score, settings, stored
from test_odd_items import Said

from gendash.commands.langfuse import _words
from gendash.demo import langfuse_wire as wire
from gendash.demo.langfuse_faults import Fault
from gendash.engine.errors import Unexpected, Unreachable
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.reconcile import TotalsDifference, reconcile
from gendash.langfuse_bridge.totals import counts, totals_by_day, utc_day

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MODES = pytest.mark.parametrize("mode", ["events_only", "dual", "legacy"])


@pytest.fixture
def compare(double: Any, store: Any, sleeper: Any) -> Any:
    def compare(**options: Any) -> Any:
        client = client_of(double, sleeper)
        return reconcile(settings(double, store), now=NOW, client=client, store=store, **options)

    return compare


def fill(double: Any) -> None:
    for number in range(60):
        model = ("gpt-4o-mini", "claude", "")[number % 3]
        double.add(observation(number, NOW - 2 * HOUR * (number + 1), model=model))
        kind, value = (("NUMERIC", 0.1 * number), ("BOOLEAN", number % 8 < 4), ("CATEGORICAL", "good"), ("TEXT", "x"))[
            number % 4
        ]
        double.put_score(score(number, NOW - 2 * HOUR * (number + 1), dataType=kind, value=value))


@MODES
def test_after_a_sync_nothing_differs(mode: str, double: Any, run: Any, compare: Any) -> None:
    double.mode = mode
    fill(double)
    run(text="langfuse: {since: 10d}")
    found = compare()
    assert found.days == 9 and found.agree and found.before == found.repaired == []


@MODES
def test_what_differs_is_named_fetched_anew_and_agrees_then(
    mode: str, double: Any, store: Any, run: Any, compare: Any
) -> None:
    double.mode = mode
    fill(double)
    run(text="langfuse: {since: 10d}")
    with psycopg.connect(store.url) as connection:
        connection.execute("delete from gendash.lf_observation where id = 'obs-000012'")
        connection.execute("update gendash.lf_observation set cost_usd = 0 where id = 'obs-000030'")
    double.delete("trace-000016", "obs-000050")
    looked = compare(repair=False)
    days = [date(2026, 11, day) for day in (16, 17, 19)]
    assert [difference.day for difference in looked.before] == days and not looked.agree
    found = compare()
    assert found.repaired == days and found.agree and found.after == []
    assert (found.written, found.deleted) == (2, 1)
    assert len(stored(store, "lf_observation")) == 59


@MODES
def test_scores_that_differ_are_named_fetched_anew_and_agree_then(
    mode: str, double: Any, store: Any, run: Any, compare: Any
) -> None:
    double.mode = mode
    fill(double)
    run(text="langfuse: {since: 10d}")
    with psycopg.connect(store.url) as connection:
        connection.execute("delete from gendash.lf_score where id = 'score-000012'")
        connection.execute("update gendash.lf_score set value_num = 0 where id = 'score-000025'")
    double.put_score(score(50, NOW - 2 * HOUR * 51, dataType="CATEGORICAL", value="bad", updatedAt=iso(NOW)))
    double.delete_score("score-000054")
    looked = compare(repair=False)
    names = [(difference.day.day, difference.stream, difference.name.split()[1]) for difference in looked.before]
    kinds = ((15, "good"), (16, "bad"), (16, "good"), (18, "BOOLEAN"), (19, "NUMERIC"))
    assert names == [(day, "scores", kind) for day, kind in kinds] and not looked.agree
    found = compare()
    assert found.agree and found.after == [] and len(stored(store, "lf_score")) == 59


def test_scores_that_the_server_counts_again_are_explained(double: Any, run: Any, compare: Any) -> None:
    double.put_score(score(1, NOW - 30 * HOUR))
    double.by_time.add(score(1, NOW - 30 * HOUR, value=0.5, updatedAt=iso(NOW - 29 * HOUR)))
    run(text="langfuse: {since: 10d}")
    (difference,) = compare().after
    assert "1 scores again that were changed" in difference.why and difference.name == "relevance NUMERIC"


def test_a_reached_limit_and_a_missing_endpoint_are_one_line_each(double: Any, run: Any, compare: Any) -> None:
    fill(double)
    run(text="langfuse: {since: 10d}")
    double.fault = lambda path: Fault(429, retry_after=7000) if path == "v2/metrics" and len(double.log) > 99 else None
    double.log += [("", {})] * 100
    with pytest.raises(Unreachable, match="rate limit is reached for 1:56:40"):
        compare()
    double.fault = lambda path: Fault(404) if path == "v2/metrics" else None
    with pytest.raises(Unexpected, match="endpoint is absent"):
        compare()


def test_spans_sent_twice_explain_what_the_server_counts_more(double: Any, run: Any, compare: Any) -> None:
    double.add(observation(1, NOW - 30 * HOUR))
    double.add(observation(1, NOW - 29 * HOUR, written=NOW))
    run(text="langfuse: {since: 10d}")
    found = compare()
    (difference,) = found.after
    assert found.agree and "sent twice" in difference.why
    assert (difference.server["count"], difference.store["count"]) == (2, 1)


@pytest.mark.parametrize(("odd", "kept"), [({"traceId": None}, True), ({"updatedAt": None}, False)])
@MODES
def test_money_agrees_without_a_trace_and_is_named_where_an_item_is_set_aside(
    odd: dict[str, Any], kept: bool, mode: str, double: Any, run: Any, compare: Any, monkeypatch: Any
) -> None:
    double.mode = mode
    for name in ("observation_v2", "observation_v1"):
        shape = getattr(wire, name)
        monkeypatch.setattr(wire, name, lambda row, *more, shape=shape: shape(row, *more) | row.get("_odd", {}))
    double.add(observation(1, NOW - 30 * HOUR))
    double.add(observation(2, NOW - 30 * HOUR, costDetails={"total": 5}) | {"_odd": odd})
    run(text="langfuse: {since: 10d}")
    found = compare()
    assert found.agree == kept
    if not kept:
        (difference,) = found.after
        assert difference.server["cost_usd"] - difference.store["cost_usd"] == 5
        assert "items of the day that are set aside: 1, see `gendash langfuse rejected`" in _words(difference)


def test_days_that_are_not_closed_from_end_to_end_are_left_out(double: Any, run: Any, compare: Any) -> None:
    fill(double)
    assert compare().days == 0
    run(text="langfuse: {since: 40h}")
    assert (compare().days, compare().start) == (1, NOW.replace(hour=0) - DAY)


def test_an_answer_as_long_as_its_limit_is_asked_again_by_halves(double: Any, sleeper: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("gendash.langfuse_bridge.totals._ROW_LIMIT", 4)
    fill(double)
    client = client_of(double, sleeper)
    found = totals_by_day(client, "v2", Window(utc_day(NOW - 6 * DAY), utc_day(NOW)))
    client.close()
    assert (
        sum(totals["count"] for key, totals in found.items() if key.stream == "observations") == 54 and client.asked > 5
    )


def test_quoted_integers_are_read(double: Any, sleeper: Any) -> None:
    fill(double)
    double.quote_integers = True
    client = client_of(double, sleeper)
    found = totals_by_day(client, "v2", Window(utc_day(NOW - 6 * DAY), utc_day(NOW)))
    assert sum(totals["count"] for key, totals in found.items() if key.stream == "observations") == 54
    client.close()


LINE = {"providedModelName": "m", "time_dimension": "2026-11-19", "count_count": 1, "sum_totalCost": 0.5}


@pytest.mark.parametrize(
    "line",
    [
        {key: value for key, value in LINE.items() if key != "time_dimension"},
        {key: value for key, value in LINE.items() if key != "count_count"},
        LINE | {"time_dimension": "soon"},
        LINE | {"time_dimension": None},
        LINE | {"count_count": "many"},
        LINE | {"sum_totalCost": {"usd": 1}},
        LINE | {"sum_totalCost": "NaN"},
    ],
    ids=repr,
)
def test_a_line_without_its_day_or_figure_is_one_line(line: dict[str, Any]) -> None:
    client = Said("http://odd", "pk", "sk", bodies={"v2/metrics": {"data": [line]}})
    with pytest.raises(Unexpected) as raised:
        totals_by_day(client, "v2", Window(NOW.replace(hour=0) - DAY, NOW.replace(hour=0)))
    (problem,) = raised.value.problems
    assert "/api/public/v2/metrics sends a line" in str(problem) and "\n" not in str(problem)


@MODES
def test_a_dry_run_tells_requests_and_rows_and_changes_nothing(
    mode: str, double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    double.mode = mode
    fill(double)
    for number in range(250):
        double.put_score(score(number, NOW - MINUTE * (number + 1)))
    report = run(text="langfuse: {since: 10d}", client=client_of(double, sleeper, plan="hobby"), dry_run=True)
    assert [stream.read for stream in report.streams] == [60, 250]
    assert "60 rows from 2026-11-10 12:00" in report.streams[0].notes[0] and "minutes" in report.streams[0].notes[0]
    assert stored(store, "lf_observation") == stored(store, "_sync") == []
    double.log.clear()
    run(text="langfuse: {since: 10d}")
    lists = [path for path, _ in double.log if path.endswith(("observations", "scores"))]
    told = sum(stream.requests for stream in report.streams)
    assert told / 2 <= len(lists) <= told * 2


def test_counts_know_scores_too(double: Any, sleeper: Any) -> None:
    fill(double)
    double.put_score(score(1, NOW - HOUR))
    double.put_score(score(2, NOW - HOUR, dataType="BOOLEAN", value=True))
    client = client_of(double, sleeper)
    assert counts(client, "v2", Window(NOW - DAY, NOW)) == {"observations": 12, "scores": 9}
    client.close()


def test_a_figure_that_one_side_lacks_is_0() -> None:
    found = TotalsDifference(
        date(2026, 11, 29), "observations", "gpt-4o", {}, {"count": Decimal(12), "cost_usd": Decimal("1e-7")}
    )
    assert _words(found) == (
        "2026-11-29 observations gpt-4o: count 0 there, 12 here, cost_usd 0 there, 0.0000001 here; run it again; if it "
        "stays, compare the day in Langfuse"
    )
