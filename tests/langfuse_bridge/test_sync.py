"""The sync against a real PostgreSQL and the double of Langfuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bridge_parts import KEY, NOW, iso, observation, score, stored

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def fill(double: Any, count: int = 300, step: timedelta = timedelta(minutes=7)) -> None:
    for number in range(count):
        double.add(observation(number, NOW - step * (number + 1)))
        if number % 4 == 0:
            double.put_score(score(number, NOW - step * (number + 1)))


def test_the_first_run_brings_every_row_and_says_what_it_did(double: Any, store: Any, run: Any) -> None:
    fill(double)
    report = run()
    assert len(stored(store, "lf_observation")) == 300
    assert len(stored(store, "lf_score")) == 75
    observations, scores = report.streams
    assert (observations.read, observations.written, observations.deleted) == (300, 300, 0)
    assert (scores.read, scores.written) == (75, 75)
    assert report.complete and observations.closed_until == NOW
    assert (report.api, report.server) == ("v2", "4.16.0")


def test_a_second_run_reads_the_last_hour_and_writes_nothing(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run()
    before = stored(store, "lf_observation", "xmin, ctid, id")
    report = run(NOW + MINUTE)
    assert stored(store, "lf_observation", "xmin, ctid, id") == before
    observations = report.streams[0]
    assert (observations.written, observations.deleted) == (0, 0)
    assert observations.read == 8 and observations.windows == 1


def test_a_changed_a_late_and_a_deleted_row_of_the_last_hour_are_found(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run()
    double.replace(observation(2, NOW - 21 * MINUTE, model="gpt-5", written=NOW))
    double.add(observation(900, NOW - 40 * MINUTE, written=NOW))
    double.delete("trace-000000", "obs-000000")
    report = run(NOW + MINUTE)
    rows = dict(stored(store, "lf_observation", "id, model"))
    assert rows["obs-000002"] == "gpt-5" and "obs-000900" in rows and "obs-000000" not in rows
    assert (report.streams[0].written, report.streams[0].deleted) == (2, 1)


def test_a_row_that_moved_in_time_is_stored_once(double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW - 50 * MINUTE))
    run()
    double.add(observation(1, NOW - 5 * MINUTE, written=NOW))
    run(NOW + MINUTE)
    assert stored(store, "lf_observation", "id, start_time") == [("obs-000001", NOW - 5 * MINUTE)]
    assert run(NOW + 2 * MINUTE).streams[0].written == 0


def test_a_full_window_is_written_in_parts_and_stays_exact(double: Any, store: Any, run: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("gendash.langfuse_bridge.stream_run.PART", 100)
    for number in range(2500):
        double.add(observation(number, NOW - HOUR + timedelta(milliseconds=number // 3)))
    report = run()
    assert len(stored(store, "lf_observation")) == 2500
    assert report.streams[0].written == 2500
    assert run(NOW + MINUTE).streams[0].written == 0


def test_user_ids_are_stored_as_the_hash_that_the_store_computes(double: Any, store: Any, run: Any) -> None:
    import hashlib
    import hmac

    double.add(observation(1, NOW - MINUTE, userId="山田太郎"))
    run()
    expected = hmac.new(KEY, "山田太郎".encode(), hashlib.sha256).hexdigest()
    assert stored(store, "lf_observation", "user_hash") == [(expected,)]


def test_money_is_stored_as_the_server_wrote_it(double: Any, store: Any, run: Any) -> None:
    from decimal import Decimal

    cost = {"input": Decimal("0.100000000000000005"), "total": Decimal("0.100000000000000005")}
    double.add(observation(1, NOW - MINUTE, costDetails=cost))
    double.add(observation(2, NOW - MINUTE, costDetails={}, totalCost=0))
    run()
    rows = stored(store, "lf_observation", "id, cost_usd, cost::text")
    assert rows == [
        ("obs-000001", cost["total"], '{"input": 0.100000000000000005, "total": 0.100000000000000005}'),
        ("obs-000002", None, "{}"),
    ]


def test_iso_times_survive(double: Any, store: Any, run: Any) -> None:
    at = NOW - timedelta(minutes=1, milliseconds=7)
    double.add(observation(1, at))
    run()
    assert stored(store, "lf_observation", "start_time, latency_s, ttft_s") == [(at, 1.5, 0.4)]
    assert iso(at).endswith(".993Z")
