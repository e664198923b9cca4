"""What fails costs itself alone: a stream, a range that is broken off, a page of items without what a row needs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, client_of, iso, observation, score, settings, stored

from gendash.commands.langfuse import progress_line
from gendash.demo.langfuse_faults import Fault
from gendash.engine.config.load import load_config
from gendash.engine.errors import ConfigError, Unexpected, Unreachable
from gendash.langfuse_bridge import pages
from gendash.langfuse_bridge.budget import Allowance
from gendash.langfuse_bridge.names import key_text
from gendash.langfuse_bridge.status import sync_status
from gendash.langfuse_bridge.sync_report import Progress

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SINCE = "langfuse: {since: 8h}"


def fill(double: Any, count: int = 20) -> None:
    for number in range(count):
        double.add(observation(number, NOW - 20 * MINUTE * (number + 1), traceId=f"t{number}"))
        double.put_score(score(number, NOW - 20 * MINUTE * (number + 1)))


@pytest.mark.parametrize(
    "fault", [Fault(500), Fault(404), Fault(403, page="Blocked"), Fault(400)], ids=lambda f: f.status
)
def test_a_stream_that_fails_for_whatever_reason_does_not_stop_the_others(
    fault: Fault, double: Any, store: Any, run: Any
) -> None:
    fill(double)
    double.fault = lambda path: fault if path == "v2/observations" else None
    for at in (NOW, NOW + HOUR):
        with pytest.raises((Unexpected, Unreachable, Exception)) as error:
            run(at, text=SINCE)
        assert "Traceback" not in str(error.value) and len(stored(store, "lf_score")) == 20
    states = {row["stream"]: row for row in sync_status(settings(double, store), now=NOW, store=store)}
    assert states["observations"]["error"] and states["observations"]["closed_until"] is None
    assert states["scores"]["error"] is None and states["scores"]["closed_until"] == NOW + HOUR
    assert states["models"]["closed_until"] is not None


def test_a_row_for_which_the_server_fails_is_asked_for_ever_more_narrowly(double: Any, store: Any, run: Any) -> None:
    fill(double)
    poison = NOW - 20 * MINUTE * 3

    def fault(path: str) -> Fault | None:
        params = double.log[-1][1]
        if path != "v2/observations":
            return None
        low, high = (params.get(name, [iso(NOW + DAY)])[0] for name in ("fromStartTime", "toStartTime"))
        return Fault(500) if low <= iso(poison) < high else None

    double.fault = fault
    closed = []
    for step in range(8):
        with pytest.raises(Unreachable):
            run(NOW + step * MINUTE, text=SINCE)
        ((until,),) = stored(store, "_sync where stream = 'observations'", "closed_until")
        closed.append(until)
    assert closed == sorted(closed) and poison - MINUTE < closed[-1] <= poison
    assert len(stored(store, "lf_observation")) == 17, "all before it"
    double.fault = lambda _path: None
    run(NOW + 10 * MINUTE, text=SINCE)
    assert len(stored(store, "lf_observation")) == 20


def test_a_range_past_a_fault_does_not_hide_it(double: Any, store: Any, run: Any) -> None:
    fill(double)
    double.fault = lambda path: Fault(400) if path == "v2/observations" else None
    with pytest.raises(Unexpected):
        run(text=SINCE)
    double.fault = lambda _path: None
    run(NOW + MINUTE, from_=NOW - HOUR, to=NOW)
    (state,) = stored(store, "_sync where stream = 'observations'", "error is not null, closed_until, finished_at")
    assert state == (True, None, None)
    run(NOW + 2 * MINUTE, text=SINCE)
    assert stored(store, "_sync where stream = 'observations'", "error") == [(None,)]


def test_a_range_that_was_killed_goes_on_where_it_was(double: Any, store: Any, run: Any) -> None:
    for number in range(60):
        double.add(observation(number, NOW - 6 * HOUR * (number + 1), traceId=f"t{number}"))
    options = {"from_": NOW - 15 * DAY, "text": "langfuse: {since: 2h}"}
    asked = iter(range(12))
    double.fault = lambda path: Fault(400) if path == "v2/observations" and next(asked, None) is None else None
    with pytest.raises(Unexpected):
        run(NOW, **options)
    before = len(stored(store, "lf_observation"))
    assert 0 < before < 60
    double.fault = lambda _path: None
    double.log.clear()
    report = run(NOW + HOUR, **options)
    starts = [params["fromStartTime"][0] for path, params in double.log if path.endswith("v2/observations")]
    assert min(starts) > iso(NOW - 15 * DAY) and "continues at" in report.streams[0].notes[0]
    assert len(stored(store, "lf_observation")) == 60
    again = run(NOW + 2 * HOUR, **options)
    assert again.streams[0].read == 60, "a range that is complete is read from its start"
    narrower = run(NOW + 3 * HOUR, from_=NOW - 2 * DAY, to=NOW)
    assert narrower.streams[0].read == 8


def test_a_page_that_is_too_large_is_asked_for_with_fewer_rows_and_that_is_remembered(
    double: Any, store: Any, run: Any
) -> None:
    double.mode, double.version = "legacy", "3.225.4"
    for number in range(40):  # more in one second than one answer may hold
        double.add(observation(number, NOW - HOUR + timedelta(milliseconds=number), traceId=f"t{number}"))
    sizes: list[int] = []

    def fault(path: str) -> Fault | None:
        if path not in ("observations", "traces"):
            return None
        sizes.append(int(double.log[-1][1]["limit"][0]))
        return Fault(413) if sizes[-1] > 3 else None

    double.fault = fault
    run(text="langfuse: {since: 3h}")
    assert len(stored(store, "lf_observation where user_hash is not null")) == 40
    refused = [size for size in sizes if size > 3]
    assert len(refused) <= 12 and sizes[-1] <= 3
    sizes.clear()
    run(NOW + MINUTE)
    assert sizes and max(sizes) <= 3
    (rows,) = stored(store, "_sync where stream = 'observations'", "page_rows")
    assert rows[0] <= 3


def test_a_server_that_is_away_for_hours_is_read_in_wide_windows_again(double: Any, store: Any, run: Any) -> None:
    fill(double)
    double.fault = lambda path: Fault(504) if path.startswith("v2/obs") else None
    for step in range(6):
        with pytest.raises(Unreachable):
            run(NOW + step * MINUTE, text=SINCE)
    double.fault = lambda _path: None
    double.log.clear()
    run(NOW + 7 * MINUTE, text=SINCE)
    assert len(stored(store, "lf_observation")) == 20
    assert len([path for path, _ in double.log if path.endswith("observations")]) < 1500, "it widens step by step"


@pytest.mark.parametrize("changes", [{"type": None}, {"startTime": "10000-01-01T00:00:00.000Z"}, {"updatedAt": ""}])
def test_a_page_of_nothing_but_odd_items_is_set_aside_and_passed(
    changes: Any, double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    from gendash.demo import langfuse_wire as wire

    shape = wire.observation_v2
    monkeypatch.setattr(wire, "observation_v2", lambda row, *more: shape(row, *more) | row.get("_odd", {}))
    for number in range(30):
        double.add(observation(number, NOW - HOUR - timedelta(seconds=number)) | {"_odd": changes})
    fill(double)
    for step in range(3):
        report = run(NOW + step * MINUTE, text=SINCE)
        assert report.complete
    assert len(stored(store, "lf_observation")) == 20
    assert len(stored(store, "lf_rejected")) == 30, "listed once each, however often they are read"


def test_money_that_is_none_and_counts_beyond_all_bounds_are_left_out(double: Any, store: Any, run: Any) -> None:
    costs: list[dict[str, Any]] = [
        {"input": 0.5, "total": "NaN"},
        {"input": 0.25, "total": "Infinity"},
        {"input": 0.125, "total": 1e300},
        {"input": 1e-200, "total": 2},
    ]
    for number, cost in enumerate(costs):
        double.add(observation(number, NOW - MINUTE * (number + 1), costDetails=cost))
    usage = {f"input_{number}": 2**53 for number in range(2000)}
    double.add(observation(9, NOW - 9 * MINUTE, usageDetails=usage, costDetails={}))
    run(text=SINCE)
    wanted = [Decimal("0.125"), Decimal("0.25"), Decimal("0.5"), Decimal(2)]
    assert [row[0] for row in stored(store, "lf_observation where cost_usd is not null", "cost_usd")] == wanted
    assert stored(store, "lf_observation where id = 'obs-000009'", "input_tokens, usage") == [(0, {})]


@pytest.mark.parametrize("mode", ["events_only", "legacy"])
def test_long_names_and_ids_are_cut_alike_wherever_they_are(mode: str, double: Any, store: Any, run: Any) -> None:
    double.mode = mode
    long = "漢字" * 400
    double.add(
        observation(3, NOW - MINUTE, traceId=long, model=long, type=long, environment=long, sessionId=long,
                    release=long, version=long, traceName=long, level="X" + long, tags=[long])
    )  # fmt: skip
    double.put_score(score(1, NOW - MINUTE, name=long, environment=long, subject={"kind": "trace", "id": long}))
    run(text=SINCE)
    short = key_text(long)
    assert len(short.encode()) <= 500 and short.startswith("漢字")
    columns = "trace_id, model, type, environment, session_id, release, version, trace_name"
    ((*texts, tags),) = stored(store, "lf_observation", f"{columns}, tags")
    assert set(texts) == {short} and tags == [short]
    assert stored(store, "lf_score", "trace_id, name, environment") == [(short, short, short)]
    assert key_text(long + "x") != short and key_text("__all") == "__all (name)"


def test_progress_counts_a_pause_as_a_pause() -> None:
    half = Progress("p", "observations", "range", NOW - 2 * HOUR, NOW - HOUR, NOW, 5000, 100.0, 46_860.0)
    line = progress_line(half)
    assert "2 min left" in line and "50/s" in line and "waited 781 min for the server" in line


def test_a_budget_from_a_clock_that_was_ahead_is_not_waited_for(store: Any) -> None:
    minute = Allowance(30, 60)
    assert store.book("org public", minute, 5) == 0
    with psycopg.connect(store.url) as connection:
        connection.execute("update gendash._budget set next_at = now() + interval '1 year'")
    assert store.book("org public", minute, 5) == 0
    assert store.book("org public", minute, 5) < 60
    store.disconnect()


def test_a_width_from_a_clock_that_was_ahead_is_forgotten(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run(text=SINCE)
    with psycopg.connect(store.url) as connection:
        connection.execute("update gendash._sync set too_wide_s = 1, page_rows = 1, too_wide_at = '2030-01-01Z'")
    double.log.clear()
    run(NOW + MINUTE, from_=NOW - 8 * HOUR)
    assert {params["limit"][0] for path, params in double.log if path.endswith("observations")} == {
        str(pages.LIMITS["v2/observations"])
    }


@pytest.mark.parametrize("value", ["3", "forever", "0d", "-7d", "", "auto 7d"])
def test_a_retention_that_is_none_is_one_line(value: str) -> None:
    with pytest.raises(ConfigError, match=r"langfuse\.server_retention"):
        load_config(f"langfuse: {{server_retention: '{value}'}}", environ={})


@pytest.mark.parametrize(
    ("text", "days", "keeps", "gone"),
    [
        ("auto", 7, "7 days", {3}),
        ("auto", 0, "everything", {3, 9}),
        ("auto", "soon", "not known: treated as 3 days; set langfuse.server_retention", set()),
        ("auto", 403, "not known: treated as 3 days; set langfuse.server_retention", set()),
        ("none", 7, "everything, as langfuse.server_retention says", {3, 9}),
        ("30d", 7, "30d, as langfuse.server_retention says", {3, 9}),
    ],
)
def test_what_the_server_keeps_decides_what_stays_and_is_in_the_status(
    text: str, days: Any, keeps: str, gone: set[int], double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    for number in range(12):
        double.add(observation(number, NOW - DAY * number - HOUR, traceId=f"t{number}"))
    text = f"langfuse: {{since: 30d, server_retention: {text}}}"
    if days == 403:  # keys without the right to ask
        double._projects = lambda *_args: (403, {"message": "Access denied"})
    else:
        double.retention_days = days
    run(text=text)
    double.delete("t3")
    double.delete("t9")
    run(NOW + MINUTE, text=text, from_=NOW - 30 * DAY, client=client_of(double, sleeper))
    left = {trace for (trace,) in stored(store, "lf_observation", "trace_id")}
    assert {f"t{number}" for number in range(12)} - left == {f"t{number}" for number in gone}
    (state, *_) = [row for row in sync_status(settings(double, store), store=store) if row["stream"] == "observations"]
    assert state["server_keeps"] == keeps


def test_an_edge_from_a_clock_that_was_ahead_is_not_believed(double: Any, store: Any, run: Any) -> None:
    double.retention_days = 7
    for number in range(3):
        double.add(observation(number, NOW - DAY * number - HOUR, traceId=f"t{number}"))
    run(text="langfuse: {since: 30d}")
    run(NOW + 365 * DAY, text="langfuse: {since: 30d}")
    double.delete("t1")
    run(NOW + HOUR, text="langfuse: {since: 30d}")
    run(NOW + HOUR, from_=NOW - 5 * DAY)
    assert stored(store, "lf_observation", "trace_id") == [("t0",), ("t2",)]
