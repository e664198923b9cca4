"""Odd items of further kinds, from the wire to the store: what is stored of each, or why it is set aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bridge_parts import NOW, observation, score, stored
from test_odd_items import Said, aside, synced

from gendash.engine.config.load import load_config
from gendash.langfuse_bridge.status import sync_status
from gendash.langfuse_bridge.sync import sync

MINUTE = timedelta(minutes=1)
AT = NOW - MINUTE
BIG = "x" * 2**20
GONE = object()
"""A field that is not sent at all."""


def changed(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in (row | changes).items() if value is not GONE}


KEPT: dict[str, tuple[dict[str, Any], str, tuple[Any, ...]]] = {
    "costs as texts": (
        {"costDetails": {"input": "1e-7", "output": "2E-7", "total": "3e-7"}},
        "cost_usd",
        (Decimal("3e-7"),),
    ),
    "costs without a total": ({"costDetails": {"input": 0.1, "tool": 0.2}}, "cost_usd", (Decimal("0.3"),)),
    "a cost of true": ({"costDetails": {"input": 0.5, "total": True}}, "cost_usd", (Decimal("0.5"),)),
    "a credit": ({"costDetails": {"total": -0.25}}, "cost_usd", (Decimal("-0.25"),)),
    "costs as a list": ({"costDetails": [1, 2]}, "cost_usd, cost", (None, {})),
    "usage as texts": ({"usageDetails": {"input": "12", "output": "3", "total": "15"}}, "input_tokens, total_tokens", (12, 15)),
    "nested usage": ({"usageDetails": {"input": 5, "details": {"cached": 2}}}, "input_tokens, usage", (5, {"input": 5})),
    "negative tokens": ({"usageDetails": {"input": -5, "output": 2}}, "input_tokens, cached_tokens", (-5, 0)),
    "a total that disagrees": ({"usageDetails": {"input": 100, "output": 5, "total": 7}}, "input_tokens, total_tokens", (100, 7)),
    "usage without bounds": ({"usageDetails": {"input": float("1e300"), "output": 2}}, "input_tokens, output_tokens", (0, 2)),
    "usage as a text": ({"usageDetails": "many"}, "input_tokens, usage", (0, {})),
    "an end before the start": ({"endTime": (AT - MINUTE).isoformat()}, "end_time, latency_s", (AT - MINUTE, None)),
    "a first token before the start": ({"completionStartTime": (AT - MINUTE).isoformat()}, "ttft_s", (None,)),
    "an end at the start": ({"endTime": AT.isoformat()}, "latency_s", (0.0,)),
    "an end without a zone": ({"endTime": "2026-11-20T11:59:30"}, "end_time, latency_s", (None, None)),
    "a first token of the year 1": ({"completionStartTime": "0001-01-01T00:00:00Z"}, "ttft_s", (None,)),
    "nine decimals": ({"endTime": "2026-11-20T11:59:01.123456789Z"}, "latency_s", (1.123457,)),
    "an offset": ({"endTime": "2026-11-20T13:59:01+02:00"}, "latency_s", (1.0,)),
    "NUL and half an emoji": ({"name": "a\x00b\ud83dc"}, "name", ("ab?c",)),
    "blanks and slashes": ({"model": " my/own model:7b | x "}, "model", (" my/own model:7b | x ",)),
    "tags as a text": ({"tags": "web"}, "tags", ([],)),
    "tags of null": ({"tags": None}, "tags", ([],)),
    "metadata as a list": ({"metadata": [1, "a"]}, "metadata", ({},)),
    "metadata as a text": ({"metadata": "tenant"}, "metadata", ({},)),
    "a user's number": ({"userId": 7}, "user_hash", (None,)),
    "nothing but null": (
        dict.fromkeys(("name", "level", "environment", "version", "release", "sessionId", "model", "traceName")),
        "name, level, environment, version, release, session_id, model, trace_name",
        (None, "DEFAULT", "default", None, None, None, None, None),
    ),
    "only what must be there": (
        dict.fromkeys(
            [key for key in observation(2, AT) if key not in ("id", "traceId", "startTime", "updatedAt", "type")], GONE
        ),
        "type, level, environment, cost_usd, input_tokens, tags, end_time",
        ("GENERATION", "DEFAULT", "default", None, 0, [], None),
    ),
    "a release of a megabyte": ({"release": BIG}, "length(release)", (133,)),
    "a session named as all of them": ({"sessionId": "__all"}, "session_id", ("__all (name)",)),
    "a root of yes": ({"isRootObservation": "perhaps"}, "is_root", (False,)),
    "a version as text": ({"promptVersion": "3"}, "prompt_version", (3,)),
    "a level of tomorrow": ({"level": "FATAL", "statusMessage": "timeout"}, "level, error_class", ("FATAL", None)),
    "a parent that it is itself": ({"parentObservationId": "obs-000002"}, "parent_id", ("obs-000002",)),
    "a start in small letters": ({"startTime": "2026-11-20t11:59:00z"}, "start_time = '2026-11-20 11:59+00'", (True,)),
    "a start in seconds": ({"startTime": int(AT.timestamp())}, "start_time = '2026-11-20 11:59+00'", (True,)),
    "an end in milliseconds": ({"endTime": int(AT.timestamp()) * 1000}, "end_time", (None,)),
    "thirty digits": ({"costDetails": {"total": f"0.{'123456789' * 3}123"}}, "cost_usd", (Decimal(f"0.{'123456789' * 3}123"),)),
    "a cost with a currency": ({"costDetails": {"total": "$0.5", "input": " 0.2 "}}, "cost_usd", (Decimal("0.2"),)),
    "a cost and no usage": ({"usageDetails": None, "costDetails": {"total": 2}}, "cost_usd, usage", (2, {})),
    "names like formats": (
        {"usageDetails": {"100% input E": 3, "x%s": 4, "": 5}, "costDetails": {"%d total": 1e-9}},
        "input_tokens, usage, cost_usd",
        (3, {"100% input E": 3, "x%s": 4, "": 5}, Decimal("1e-9")),
    ),
    "NUL within usage": ({"usageDetails": {"in\0put": "3\0"}}, "input_tokens, usage", (3, {"input": 3})),
    "half an emoji in a usage type": ({"usageDetails": {"input\ud83d": 3}}, "input_tokens, usage", (3, {"input?": 3})),
    "no trace": ({"traceId": None}, "trace_id", ("obs-000002",)),
    "a trace without a name": ({"traceId": ""}, "trace_id", ("obs-000002",)),
    "a trace that is a number": ({"traceId": 12}, "trace_id", ("obs-000002",)),
    "fields of tomorrow": ({"quantum": {"a": [1]}, "usageDetailsV2": 7}, "name", ("answer",)),
}  # fmt: skip
OLDER = {
    "a user's number", "nothing but null", "only what must be there", "a release of a megabyte", "tags as a text",
    "a session named as all of them", "a root of yes",
}  # fmt: skip
"""What the older list does not carry: it comes with the trace."""


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("kind", KEPT)
def test_what_is_stored_of_an_odd_observation(kind: str, old: bool, store: Any) -> None:
    if old and kind in OLDER:
        pytest.skip("the older list has this in the trace")
    changes, columns, wanted = KEPT[kind]
    synced(store, [changed(observation(2, AT), changes), observation(1, NOW - 2 * MINUTE)], [], old)
    rows = stored(store, "lf_observation where id = 'obs-000002'", columns)
    if kind == "NUL and half an emoji":
        assert rows and rows[0][0].startswith("ab") and rows[0][0].endswith("c")
    else:
        assert rows == [wanted]
    assert len(stored(store, "lf_observation")) == 2 and aside(store) == []


ASIDE: dict[str, tuple[Any, str]] = {
    "no trace at all": ({"traceId": GONE}, "traceId is missing"),
    "no start": ({"startTime": None}, "startTime is empty or cannot be read"),
    "a start without a zone": ({"startTime": "2026-11-20T11:59:00"}, "startTime is empty or cannot be read"),
    "a start that is a number": ({"startTime": {"seconds": 1}}, "startTime is empty or cannot be read"),
    "an empty id": ({"id": ""}, "id is empty or cannot be read"),
    "an id of NUL": ({"id": "\0"}, "id is empty or cannot be read"),
    "a start in milliseconds": ({"startTime": int(AT.timestamp()) * 1000}, "startTime is empty or cannot be read"),
    "a leap second": ({"startTime": "2026-11-20T11:59:60Z"}, "startTime is empty or cannot be read"),
    "an id that is a list": ({"id": ["a"]}, "id is empty or cannot be read"),
    "no type": ({"type": GONE}, "type is missing"),
    "no object": (None, "it is no object that can be read"),
    "a text": ("observation", "it is no object that can be read"),
    "a list": ([1, 2], "it is no object that can be read"),
}


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("kind", ASIDE)
def test_what_is_set_aside_is_named_and_costs_nothing_else(kind: str, old: bool, store: Any) -> None:
    changes, reason = ASIDE[kind]
    odd = changed(observation(2, AT), changes) if isinstance(changes, dict) else changes
    report = synced(store, [odd, observation(1, NOW - 2 * MINUTE)], [score(1, AT)] if not old else [], old)
    assert report.complete and report.streams[0].rejected == 1
    assert stored(store, "lf_observation", "id") == [("obs-000001",)]
    assert [item["reason"] for item in aside(store)] == [reason]
    config = load_config("", environ={"GENDASH_DATABASE_URL": store.url})
    assert {row["stream"]: row["rejected"] for row in sync_status(config, store=store)}["observations"] == 1


SCORES: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "null": ({"value": None}, (None, None, "trace-000000", None)),
    "a number as text": ({"value": "0.5"}, (0.5, None, "trace-000000", None)),
    "not a number": ({"value": "NaN"}, (None, None, "trace-000000", None)),
    "a label as a number": ({"dataType": "CATEGORICAL", "value": 3}, (None, None, "trace-000000", None)),
    "one of a boolean": ({"dataType": "BOOLEAN", "value": 1}, (1.0, "True", "trace-000000", None)),
    "a text of a boolean": ({"dataType": "BOOLEAN", "value": "false"}, (0.0, "False", "trace-000000", None)),
    "free text": ({"dataType": "TEXT", "value": "private words"}, (None, None, "trace-000000", None)),
    "a type of tomorrow": ({"dataType": "RATING", "value": 4}, (None, None, "trace-000000", None)),
    "a session": ({"subject": {"kind": "session", "id": "s"}}, (0.25, None, None, "s")),
    "a run of a data set": ({"subject": {"kind": "experiment", "id": "e"}}, (0.25, None, None, None)),
    "a subject of tomorrow": ({"subject": {"kind": "galaxy", "id": "g"}}, (0.25, None, None, None)),
    "no subject": ({"subject": None, "queueId": "q"}, (0.25, None, None, None)),
    "a subject that is a text": ({"subject": "trace"}, (0.25, None, None, None)),
}


@pytest.mark.parametrize("kind", SCORES)
def test_what_is_stored_of_an_odd_score(kind: str, store: Any) -> None:
    changes, wanted = SCORES[kind]
    synced(store, [], [score(2, AT, **changes), score(1, NOW - 2 * MINUTE)])
    assert stored(store, "lf_score where id = 'score-000002'", "value_num, value_text, trace_id, session_id") == [
        wanted
    ]
    assert len(stored(store, "lf_score")) == 2 and aside(store) == []


class Shifting(Said):
    """A server of the older lists whose ``totalItems`` says what it likes."""

    said: Any = 0

    def get(self, path: str, params: Any, decode: Any, tries: int = 0) -> Any:
        if path != "observations":
            return super().get(path, params, decode, tries)
        low, high = (datetime.fromisoformat(params[name]) for name in ("fromStartTime", "toStartTime"))
        rows = [row for row in self.bodies["rows"] if low <= datetime.fromisoformat(row["startTime"]) < high]
        page, limit = params["page"], params["limit"]
        part = rows[(page - 1) * limit : page * limit]
        return decode(
            json.dumps({"data": part, "meta": {"totalItems": self.said} if self.said is not GONE else {}}).encode()
        )


@pytest.fixture
def rows() -> Iterator[list[dict[str, Any]]]:
    yield [observation(i, NOW - timedelta(seconds=10 + i)) for i in range(250)]


@pytest.mark.parametrize("said", [0, 1, 100, 10**9, -1, None, "250", "many", 2.5, GONE])
def test_a_count_of_items_that_is_wrong_costs_no_row(said: Any, rows: list[Any], store: Any) -> None:
    bodies = {"health": {"version": "3.170.1"}, "projects": {"data": [{"id": "p"}]}, "rows": rows}
    client = Shifting("http://odd", "pk", "sk", bodies=bodies)
    client.said = said
    config = load_config("", environ={"GENDASH_DATABASE_URL": store.url})
    for _ in range(2):
        sync(config, now=NOW, from_=NOW - 60 * MINUTE, to=NOW, client=client, store=store)
        assert len(stored(store, "lf_observation")) == 250
