"""Servers that are restored, moved, rotate their keys, never end a list, or hold what no SDK should send."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from bridge_parts import NOW, client_of, observation, score, settings, stored

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import Fault
from gendash.engine.clients.http_policy import basic
from gendash.engine.errors import Denied, Unexpected
from gendash.langfuse_bridge.retention import purge

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_a_server_that_is_restored_from_a_backup_is_followed_and_its_new_rows_come(
    double: Any, store: Any, run: Any
) -> None:
    backup = [observation(number, NOW - 20 * HOUR + HOUR * number) for number in range(10)]
    for row in backup:
        double.add(row)
    for number in range(10, 16):
        double.add(observation(number, NOW - 20 * HOUR + HOUR * number))
    newer = backup[3] | {"model": "changed", "updatedAt": "2026-11-20T11:00:00.000Z"}
    double.replace(newer)
    run()
    assert len(stored(store, "lf_observation")) == 16
    for number in range(10, 16):
        double.delete(f"trace-{number // 3:06d}", f"obs-{number:06d}")
    double.replace(backup[3])  # as it was before
    double.add(observation(20, NOW + 30 * MINUTE))
    run(NOW + 2 * HOUR)
    assert {row for (row,) in stored(store, "lf_observation", "id")} == {f"obs-{n:06d}" for n in (*range(10), 20)}
    assert {row for (row,) in stored(store, "lf_observation", "model")} == {"gpt-4o-mini"}


def test_a_project_that_moves_to_another_host_and_organisation_goes_on(store: Any, run: Any, sleeper: Any) -> None:
    rows = [observation(number, NOW - MINUTE * (number + 1)) for number in range(5)]
    with LangfuseDouble(rows) as before:
        run(client=client_of(before, sleeper))
    with LangfuseDouble([*rows, observation(9, NOW)], public_key="pk-new", secret_key="sk-new") as after:
        report = run(NOW + MINUTE, client=client_of(after, sleeper))
    assert (report.streams[0].written, report.streams[0].deleted) == (1, 0)


def test_keys_that_are_rotated_during_a_sync_end_it_in_one_line_and_the_next_run_goes_on(
    double: Any, store: Any, run: Any
) -> None:
    for number in range(30):
        double.add(observation(number, NOW - 20 * MINUTE * (number + 1)))

    def rotate(path: str) -> None:
        if path == "v2/observations" and len(double.log) > 4:
            double.secret_key = "sk-rotated"

    double.fault = rotate
    with pytest.raises(Denied) as error:
        run(text="langfuse: {since: 12h}")
    assert "LANGFUSE_SECRET_KEY" in str(error.value) and "\n" not in str(error.value)
    closed = {row[0]: row[1] for row in stored(store, "_sync", "stream, closed_until")}["observations"]
    assert closed is not None and closed < NOW
    double.fault = lambda _path: None
    run(NOW + MINUTE, text="langfuse: {since: 12h}")
    assert len(stored(store, "lf_observation")) == 30


@pytest.mark.parametrize(
    ("mode", "change"),
    [("events_only", "the same cursor"), ("events_only", "empty pages"), ("legacy", "the same page")],
)
def test_a_list_that_never_ends_is_one_line(
    mode: Any, change: str, double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    double.mode, answer, count = mode, double.answer, 0
    for number in range(5):
        double.add(observation(number, NOW - MINUTE))

    def endless(method: str, path: str, params: Any, authorization: str, fault: Any) -> Any:
        nonlocal count
        params = {name: value for name, value in params.items() if name not in ("cursor", "page")}
        status, body = answer(method, path, params, authorization, fault)
        if path.endswith("/observations"):
            count += 1
            meta = {"the same cursor": {"cursor": "a"}, "empty pages": {"cursor": str(count)}}
            data = [] if change == "empty pages" else body["data"]
            body = {"data": data, "meta": meta.get(change, {"totalItems": 10**9})}
        return status, body

    monkeypatch.setattr(double, "answer", endless)
    monkeypatch.setattr("gendash.langfuse_bridge.pages._ENDLESS", 300)
    if mode == "legacy":
        monkeypatch.setattr("gendash.langfuse_bridge.stream_run.LIMITS", {"observations": 5, "v2/scores": 100})
    with pytest.raises(Unexpected) as error:
        run()
    assert f"sends {change} again and again" in str(error.value)
    assert count < 400 and stored(store, "lf_observation") == []


def test_one_item_that_is_too_large_for_any_page_is_set_aside_and_the_others_come(
    double: Any, store: Any, run: Any
) -> None:
    double.mode = "legacy"
    for number in range(12):
        double.add(observation(number, NOW - MINUTE - timedelta(milliseconds=7 * number)))

    def large(path: str) -> Fault | None:
        if path != "observations":
            return None
        asked = double.log[-1][1]
        _, body = double.answer("GET", "/api/public/observations", asked, authorization, None)
        return Fault(413) if "obs-000004" in json.dumps(body) else None

    authorization = basic(double.public_key, double.secret_key)
    double.fault = large
    run()
    found = {row for (row,) in stored(store, "lf_observation", "id")}
    assert found == {f"obs-{number:06d}" for number in range(12) if number != 4}
    ((reason, start),) = stored(store, "lf_rejected", "reason, start_time")
    assert "too large" in reason and start is None
    double.fault = lambda _path: None
    run(NOW + MINUTE)
    assert len(stored(store, "lf_observation")) == 12 and stored(store, "lf_rejected") == []


def test_scores_of_every_kind_and_subject_are_stored(double: Any, store: Any, run: Any) -> None:
    kinds = [("NUMERIC", 0.5), ("BOOLEAN", True), ("CATEGORICAL", "good"), ("TEXT", "words"), ("CORRECTION", "words")]
    subjects = [
        {"kind": "trace", "id": "trace-1"},
        {"kind": "observation", "id": "obs-1", "traceId": "trace-1"},
        {"kind": "session", "id": "session-1"},
        {"kind": "experiment", "id": "run-1"},
        {"kind": "a kind to come", "id": "x", "traceId": "trace-2"},
    ]
    number = 0
    for kind, value in kinds:
        for subject in subjects:
            number += 1
            changes = {"environment": None, "comment": None} if number % 2 else {}
            double.put_score(
                score(number, NOW - MINUTE * number, dataType=kind, value=value, subject=subject) | changes
            )
    run()
    columns = "data_type, value_num, value_text, trace_id, observation_id, session_id"
    rows = stored(store, "lf_score", columns)
    assert len(rows) == 25 and stored(store, "lf_rejected") == []
    assert {row[1:3] for row in rows} == {(0.5, None), (1.0, "True"), (None, "good"), (None, None)}
    assert {row[3:] for row in rows} == {
        ("trace-1", None, None),
        ("trace-1", "obs-1", None),
        (None, None, "session-1"),
        (None, None, None),
        ("trace-2", None, None),
    }


def test_times_that_no_sdk_should_send_are_stored_as_sent_but_a_span_before_its_start_has_no_length(
    double: Any, store: Any, run: Any
) -> None:
    at = NOW - HOUR
    double.add(observation(1, at, endTime="2026-11-20T10:59:58.000Z"))  # ends before it starts
    double.add(observation(2, at, completionStartTime="2026-11-20T11:00:09.000Z"))  # its first token after its end
    double.add(observation(3, at, bookmarked=True, public=True, version=None, release=None, environment=None))
    run()
    rows = stored(store, "lf_observation", "id, latency_s, ttft_s, version, release, environment")
    assert rows == [
        ("obs-000001", None, 0.4, None, "rel-1", "production"),
        ("obs-000002", 1.5, 9.0, None, "rel-1", "production"),
        ("obs-000003", 1.5, 0.4, None, None, "default"),
    ]


def test_ids_that_differ_in_case_only_and_scores_of_absent_traces_are_rows_of_their_own(
    double: Any, store: Any, run: Any
) -> None:
    for name in ("a", "A", "ä", "Ä"):
        double.add(observation(1, NOW - MINUTE, id=name, traceId=name))
    double.put_score(score(1, NOW - MINUTE, subject={"kind": "trace", "id": "a trace without a step"}))
    run()
    assert {row for (row,) in stored(store, "lf_observation", "id")} == {"a", "A", "ä", "Ä"}
    assert stored(store, "lf_score", "trace_id") == [("a trace without a step",)]


def test_a_retention_that_becomes_longer_brings_nothing_back_by_itself(double: Any, store: Any, run: Any) -> None:
    for number in range(10):
        double.add(observation(number, NOW - DAY * number - MINUTE))
    run(text="langfuse: {since: 30d}")
    config = settings(double, store, "langfuse: {retention: 5d}")
    assert purge(config, now=NOW, store=store)["observations"] == 5
    run(NOW + DAY, text="langfuse: {since: 30d, retention: 400d}")
    assert len(stored(store, "lf_observation")) == 5
    run(NOW + DAY, from_=NOW - 30 * DAY, to=NOW, text="langfuse: {since: 30d, retention: 400d}")
    assert len(stored(store, "lf_observation")) == 10, "who asks for the range gets it"
