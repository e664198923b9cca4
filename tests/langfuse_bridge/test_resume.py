"""Killed anywhere, paused, or beside another run: the sync goes on where it stopped, and twice is once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, Sleeper, client_of, observation, score, settings, stored

from gendash.demo.langfuse_faults import Fault
from gendash.engine.errors import Unreachable
from gendash.langfuse_bridge import stream_run, windows
from gendash.langfuse_bridge.connection import exact
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.sync import sync

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SINCE = "langfuse: {since: 8h}"


def fill(double: Any, count: int = 40) -> None:
    for number in range(count):
        double.add(observation(number, NOW - 10 * MINUTE * (number + 1)))
        double.put_score(score(number, NOW - 10 * MINUTE * (number + 1)))


class Killed(BaseException):
    """The process dies here."""


def mortal(store: Store, steps: int) -> tuple[Store, list[str]]:
    """A store whose connections die before the statement after ``steps`` ones; the list names those that ran."""
    ran: list[str] = []

    class Mortal(psycopg.Connection[Any]):
        def execute(self, query: Any, *args: Any, **options: Any) -> Any:
            step("execute")
            return super().execute(query, *args, **options)

        def cursor(self, *args: Any, **options: Any) -> Any:
            step("cursor")
            return super().cursor(*args, **options)

    def step(what: str) -> None:
        if len(ran) == steps:
            raise Killed
        ran.append(what)

    def connect(url: str) -> psycopg.Connection[Any]:
        step("connect")
        return exact(Mortal.connect(url, autocommit=True, prepare_threshold=None))

    return Store(store.url, store.schema, connect), ran


def everything(store: Store) -> Any:
    volatile = (
        "project, stream, closed_from, closed_until, looked_48h, looked_30d, look_48h_at, look_30d_at, api, error"
    )
    return stored(store, "lf_observation"), stored(store, "lf_score"), stored(store, "_sync", volatile)


@pytest.mark.parametrize("stride", [14, pytest.param(1, marks=pytest.mark.soak)])
def test_killed_before_any_statement_and_run_again_gives_what_one_run_gives(
    stride: int, double: Any, store: Any, run: Any
) -> None:
    fill(double, 12)
    run(text="langfuse: {since: 3h}")
    # A run that has something to insert, to change, to delete and to move.
    double.delete("trace-000000")
    double.replace(observation(4, NOW - 5 * MINUTE, model="moved", written=NOW))
    double.add(observation(90, NOW - 3 * MINUTE, written=NOW))
    double.put_score(score(2, NOW - 30 * MINUTE, value=0.75))
    with psycopg.connect(store.url) as connection:
        connection.execute("create schema before")
        for table in ("lf_observation", "lf_score", "_sync"):
            connection.execute(f"create table before.{table} as table gendash.{table}".encode())
    whole, ran = mortal(store, 10_000)
    run(NOW + MINUTE, store=whole)
    expected, count = everything(store), len(ran)
    assert count > 30
    for steps in range(0, count, stride):
        with psycopg.connect(store.url) as connection:
            for table in ("lf_observation", "lf_score", "_sync"):
                connection.execute(f"truncate gendash.{table}".encode())
                connection.execute(f"insert into gendash.{table} table before.{table}".encode())
        with pytest.raises(Killed):
            run(NOW + MINUTE, store=mortal(store, steps)[0])
        run(NOW + MINUTE)
        assert everything(store) == expected, f"killed after {steps} statements"


def test_at_every_moment_the_rows_reach_exactly_as_far_as_the_cursor(
    double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    """Looked at from beside, after a kill before each statement: neither is ahead of the other, so one transaction
    holds both."""
    monkeypatch.setattr(windows, "WIDEST", HOUR)
    due = [NOW - 100 * MINUTE, NOW - 20 * MINUTE]
    for number, at in enumerate(due):
        double.add(observation(number, at))
    for steps in range(1000):
        with psycopg.connect(store.url) as connection:
            connection.execute("truncate gendash.lf_observation, gendash._sync")
        with pytest.raises(Killed):
            run(text="langfuse: {since: 2h}", store=mortal(store, steps)[0])
        until = [at for (at,) in stored(store, "_sync where stream = 'observations'", "closed_until") if at]
        kept = [at for (at,) in stored(store, "lf_observation", "start_time")]
        assert sorted(kept) == [at for at in due if until and at < until[0]], f"killed after {steps} statements"
        if len(kept) == len(due):
            break
    assert steps > 20


@pytest.mark.parametrize("stride", [26, pytest.param(1, marks=pytest.mark.soak)])
def test_a_window_counts_as_closed_only_when_its_last_part_is_in(
    stride: int, double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    """Parts are written newest first. No look-back is due after the kill, so nothing else would bring the rest."""
    monkeypatch.setattr(stream_run, "LIMITS", dict.fromkeys(stream_run.LIMITS, 2))
    monkeypatch.setattr("gendash.langfuse_bridge.stream_run.PART", 3)
    monkeypatch.setattr(windows, "FIRST_WIDTH", dict.fromkeys(windows.FIRST_WIDTH, 6 * HOUR))
    for number in range(12):
        double.add(observation(number, NOW - 2 * HOUR - 20 * MINUTE * number))
    whole, ran = mortal(store, 10_000)
    run(text=SINCE, store=whole)
    for steps in range(0, len(ran), stride):
        with psycopg.connect(store.url) as connection:
            connection.execute("truncate gendash.lf_observation, gendash._sync")
        with pytest.raises(Killed):
            run(text=SINCE, store=mortal(store, steps)[0])
        run(NOW + MINUTE, text=SINCE)
        assert len(stored(store, "lf_observation")) == 12, f"killed after {steps} statements"


def test_a_back_fill_that_is_stopped_often_asks_little_more_than_one_that_is_not(
    double: Any, store: Any, run: Any
) -> None:
    fill(double)
    run(text=SINCE)
    once = len(double.log)
    with psycopg.connect(store.url) as connection:
        connection.execute("truncate gendash.lf_observation, gendash.lf_score, gendash._sync")
    double.log.clear()
    for steps in (12, 24, 36, 48):  # fewer than a whole run takes
        with pytest.raises(Killed):
            run(text=SINCE, store=mortal(store, steps)[0])
    run(text=SINCE)
    assert len(stored(store, "lf_observation")) == 40
    assert len(double.log) < 2 * once + 20


def test_two_runs_at_once_end_with_the_servers_rows(double: Any, store: Any) -> None:
    fill(double)
    errors: list[BaseException] = []

    def one() -> None:
        try:
            own = Store(store.url, store.schema)
            sync(settings(double, own, SINCE), now=NOW, store=own, client=client_of(double, Sleeper()))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(stored(store, "lf_observation")) == len(stored(store, "lf_score")) == 40


def test_what_was_read_before_another_run_wrote_does_not_undo_it(double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW - MINUTE, model="old"))
    run(text=SINCE)
    raced = False

    def fault(path: str) -> Fault | None:
        nonlocal raced
        if path == "v2/observations" and not raced:
            # While this answer is on its way, the row changes and another run brings it.
            raced = True
            answer = double.answer
            double.answer = lambda *args: (answer(*args), change())[0]
        return None

    def change() -> None:
        del double.answer
        double.fault = lambda _path: None
        double.replace(observation(1, NOW - MINUTE, model="new", written=NOW))
        run(NOW + MINUTE, store=Store(store.url, store.schema))

    double.fault = fault
    run(NOW + MINUTE)
    assert raced and stored(store, "lf_observation", "model") == [("new",)]


def test_projects_stand_side_by_side(double: Any, store: Any, run: Any) -> None:
    fill(double, 5)
    for name in ("one", "two"):
        double.project_id = name
        run(text=f"langfuse: {{project: {name}, since: 8h}}")
    double.delete("trace-000000")
    run(NOW + MINUTE, text="langfuse: {project: two}")
    assert len(stored(store, "lf_observation where project = 'one'")) == 5
    assert len(stored(store, "lf_observation where project = 'two'")) == 2


def test_a_change_of_yesterday_is_found_within_the_hour_and_one_of_last_week_in_the_night(
    double: Any, store: Any, run: Any
) -> None:
    for number, age in enumerate((30 * HOUR, 7 * DAY, 40 * DAY)):
        double.add(observation(number, NOW - age, model="first"))
        double.put_score(score(number, NOW - age, value=1))
    run(text="langfuse: {since: 50d}")
    for number, age in enumerate((30 * HOUR, 7 * DAY, 40 * DAY)):
        double.replace(observation(number, NOW - age, model="second", written=NOW))
        double.put_score(score(number, NOW - age, value=2))

    def seen() -> list[Any]:
        models, values = stored(store, "lf_observation", "id, model"), stored(store, "lf_score", "id, value_num")
        return [(model, value) for (_, model), (_, value) in zip(models, values, strict=True)]

    run(NOW + 30 * MINUTE)
    assert seen() == [("first", 1)] * 3
    run(NOW + 61 * MINUTE)
    assert seen() == [("second", 2), ("first", 1), ("first", 1)]
    run(NOW + 13 * HOUR)
    assert seen() == [("second", 2), ("first", 1), ("first", 1)], "one in the morning is not yet the night"
    run(NOW + 14 * HOUR + MINUTE)
    assert seen() == [("second", 2), ("second", 2), ("first", 1)]
    run(NOW + 15 * HOUR, from_=NOW - 41 * DAY, to=NOW - 39 * DAY)
    assert seen() == [("second", 2)] * 3


def test_a_look_back_goes_on_with_the_next_run_when_its_time_is_up(
    double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    fill(double)
    run(text="langfuse: {since: 30d}")
    double.fault = lambda path: sleeper.sleep(2) if path == "v2/observations" else None
    night = NOW + 14 * HOUR + MINUTE
    reports = [run(night + step * MINUTE, text="langfuse: {since: 30d, cadence: 20s}") for step in range(12)]
    notes = [report.streams[0].notes for report in reports]
    assert any(["30d" in note for note in line] for line in notes) and notes[-1] == []
    kept = stored(store, "_sync where stream = 'observations'", "look_30d_at, looked_30d")[0]
    assert kept[0] is None and kept[1] >= night


def test_the_older_of_two_versions_counts_again_when_the_newer_one_vanishes(
    double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(windows, "FIRST_WIDTH", dict.fromkeys(windows.FIRST_WIDTH, HOUR))
    monkeypatch.setattr(windows, "WIDEST", HOUR)
    older = observation(1, NOW - 20 * HOUR, model="older")
    double.add(older)
    double.add(observation(1, NOW - 10 * HOUR, model="newer", written=NOW))
    run(text="langfuse: {since: 2d}")
    assert stored(store, "lf_observation", "model") == [("newer",)]
    double.replace(older)
    run(NOW + 2 * HOUR)
    assert stored(store, "lf_observation", "model") == [("older",)]


@pytest.mark.parametrize("limit", [2, 3, 100])
def test_rows_that_come_and_go_between_pages_of_the_older_api_shift_nothing(
    limit: int, double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(stream_run, "LIMITS", dict.fromkeys(stream_run.LIMITS, limit))
    double.mode = "legacy"
    for number in range(30):
        double.add(observation(number, NOW - HOUR + MINUTE * (number // 5)))  # five at a time
    asked = 0

    def fault(path: str) -> None:
        nonlocal asked
        asked += path == "observations"
        if path == "observations" and asked > 2 and asked % 2:
            double.delete(*next((r["traceId"], r["id"]) for r in double.observations() if r["id"] > "obs-000020"))
        if asked == 5:
            for number in range(3):
                double.add(observation(100 + number, NOW - MINUTE, written=NOW))

    double.fault = fault
    run(text="langfuse: {since: 1h}")
    kept = {name for (name,) in stored(store, "lf_observation", "id")}
    assert {f"obs-{number:06d}" for number in range(20)} <= kept


def test_rows_of_the_future_are_brought_and_stay_once(double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW + 5 * MINUTE))
    run(text=SINCE)
    assert len(stored(store, "lf_observation")) == 1
    assert run(NOW + MINUTE).streams[0].written == 0
    assert run(NOW + 30 * MINUTE).streams[0].written == 0


def test_a_first_sync_from_a_day_is_where_the_history_begins(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run(from_=NOW - 4 * HOUR, text="langfuse: {since: 30d}")
    states = stored(store, "_sync", "stream, closed_from, closed_until, finished_at")
    assert {row[1:] for row in states if row[0] != "models"} == {(NOW - 4 * HOUR, NOW, NOW)}
    double.log.clear()
    run(NOW + MINUTE, text="langfuse: {since: 30d}")
    starts = [params["fromStartTime"][0] for _, params in double.log if "fromStartTime" in params]
    assert min(starts) >= "2026-11-20T11:00", "the next run continues where the first one ended"
    assert len(stored(store, "lf_observation")) == 24


def test_a_first_sync_from_a_day_that_was_killed_goes_on(double: Any, store: Any, run: Any) -> None:
    fill(double)

    def fault(path: str) -> Fault | None:
        late = "fromStartTime" in double.log[-1][1] and double.log[-1][1]["fromStartTime"][0] > "2026-11-20T09:30"
        return Fault(500) if path == "v2/observations" and late else None

    double.fault = fault
    with pytest.raises(Unreachable):
        run(from_=NOW - 4 * HOUR)
    assert (None,) in stored(store, "_sync", "finished_at"), "only a run that came to its end fills the table"
    double.fault = lambda _path: None
    double.log.clear()
    run(NOW + MINUTE, from_=NOW - 4 * HOUR)
    starts = [params["fromStartTime"][0] for _, params in double.log if "fromStartTime" in params]
    assert min(starts) >= "2026-11-20T09", starts
    assert len(stored(store, "lf_observation")) == 24
    assert ("observations", NOW + MINUTE) in stored(store, "_sync", "stream, finished_at")


def test_a_range_with_an_end_does_not_count_as_a_sync(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run(from_=NOW - 4 * HOUR, to=NOW - HOUR)
    assert {row[1:] for row in stored(store, "_sync", "stream, closed_until, finished_at") if row[0] != "models"} == {
        (None, None)
    }


def test_a_range_in_the_future_is_not_where_the_history_begins(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run(from_=NOW + DAY, text=SINCE)
    run(NOW + MINUTE, text=SINCE)
    assert len(stored(store, "lf_observation")) == 40


def test_an_older_range_that_joins_is_looked_through_later_too(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run(from_=NOW - 2 * HOUR)
    run(NOW + MINUTE, from_=NOW - 6 * HOUR, to=NOW - HOUR)
    assert {row for (row,) in stored(store, "_sync", "closed_from") if row} == {NOW - 6 * HOUR}
    run(NOW + MINUTE, from_=NOW - 9 * HOUR, to=NOW - 8 * HOUR)
    assert {row for (row,) in stored(store, "_sync", "closed_from") if row} == {NOW - 6 * HOUR}, "a gap is between them"
    double.delete("trace-000010")
    run(NOW + 2 * HOUR)
    assert "trace-000010" not in {row for (row,) in stored(store, "lf_observation", "trace_id")}
