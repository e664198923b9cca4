"""One odd item is one odd item: a field is left empty or the item is set aside, and everything else is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from bridge_parts import NOW, observation, score, stored

from gendash.engine.config.load import load_config
from gendash.langfuse_bridge.api_client import Client, Missing, Params
from gendash.langfuse_bridge.api_types import Observation
from gendash.langfuse_bridge.odd_items import page_decoder
from gendash.langfuse_bridge.status import sync_status
from gendash.langfuse_bridge.sync import sync
from gendash.langfuse_bridge.sync_report import SyncReport

MINUTE = timedelta(minutes=1)
Row = dict[str, Any]


@dataclass
class Said(Client):
    """A client of a server that sends these bodies, by path; other lists are empty."""

    bodies: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str, params: Params, decode: Callable[[bytes], Any], tries: int = 0) -> Any:
        del params, tries
        if path.startswith("traces/"):
            raise Missing("no such trace")
        return decode(json.dumps(self.bodies.get(path, {"data": [], "meta": {"totalItems": 0}})).encode())


def synced(store: Any, observations: list[Row], scores: list[Row], old: bool = False) -> SyncReport:
    """A sync of the last hour with a server that sends these rows."""
    paths = ("observations", "v2/scores") if old else ("v2/observations", "v3/scores")
    bodies: dict[str, Any] = {
        "health": {"version": "3.170.1" if old else "4.20.0"},
        "projects": {"data": [{"id": "p"}]},
    }
    for path, rows in zip(paths, (observations, scores), strict=True):
        bodies[path] = {"data": rows, "meta": {"totalItems": len(rows)}}
    config = load_config("", environ={"GENDASH_DATABASE_URL": store.url})
    client = Said("http://odd", "pk", "sk", bodies=bodies)
    return sync(config, now=NOW, from_=NOW - 60 * MINUTE, to=NOW, client=client, store=store)


def aside(store: Any) -> list[Row]:
    """Items that were set aside."""
    try:
        found: list[Row] = store.rejected()
    finally:
        store.disconnect()
    return found


@pytest.mark.parametrize(
    ("changes", "columns", "wanted"),
    [
        ({"usageDetails": {"input": 2**60, "output": 5}}, "input_tokens, output_tokens", (0, 5)),
        ({"usageDetails": {"input": 2**70, "total": 9}}, "input_tokens, total_tokens", (0, 9)),
        ({"usageDetails": {"input": None, "output": 1.5, "total": 3}}, "output_tokens, total_tokens", (0, 3)),
        ({"costDetails": {"total": None}}, "cost_usd, cost", (None, {})),
        ({"costDetails": {"input": 0.5, "total": None}}, "cost_usd::text", ("0.5",)),
        ({"endTime": "10000-01-01T00:00:00.000Z"}, "end_time, latency_s", (None, None)),
        ({"tags": [1]}, "tags", ([],)),
        ({"traceId": None}, "trace_id, cost_usd::text", ("obs-000002", "0.0000271")),
        ({"promptVersion": 2**40, "name": {"a": 1}}, "prompt_version, name", (None, None)),
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_an_odd_field_is_left_empty(changes: Any, columns: str, wanted: Any, old: bool, store: Any) -> None:
    synced(store, [observation(2, NOW - MINUTE, **changes), observation(1, NOW - 2 * MINUTE)], [], old)
    assert wanted in stored(store, "lf_observation where id = 'obs-000002'", columns)
    assert len(stored(store, "lf_observation")) == 2 and aside(store) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"updatedAt": None}, "updatedAt"),
        ({"type": None}, "type"),
        ({"id": 7}, "id"),
        ({"startTime": "10000-01-01T00:00:00.000Z"}, "startTime"),
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_an_item_that_cannot_be_a_row_is_set_aside_until_it_can(
    changes: Any, field: str, old: bool, store: Any
) -> None:
    good, odd = observation(1, NOW - 2 * MINUTE), observation(2, NOW - MINUTE)
    scores = [score(1, NOW - MINUTE)] if not old else []
    report = synced(store, [odd | changes, good], scores, old)
    assert report.complete and report.streams[0].rejected == 1
    assert stored(store, "lf_observation", "id") == [("obs-000001",)] and len(stored(store, "lf_score")) == len(scores)
    (item,) = aside(store)
    assert (item["project"], item["stream"], item["reason"]) == (
        "default", "observations", f"{field} is empty or cannot be read",
    )  # fmt: skip
    assert item["start_time"] == (None if field == "startTime" else NOW - MINUTE)
    assert item["id"] == ("" if field == "id" else "obs-000002")
    config = load_config("", environ={"GENDASH_DATABASE_URL": store.url})
    counts = {row["stream"]: row["rejected"] for row in sync_status(config, store=store)}
    assert counts["observations"] == 1 and counts["scores"] == 0
    synced(store, [odd, good], scores, old)
    assert aside(store) == [] and len(stored(store, "lf_observation")) == 2


def test_an_odd_score_is_stored_without_its_value(store: Any) -> None:
    synced(store, [], [score(1, NOW - MINUTE, value=[1, 2]), score(2, NOW - MINUTE)])
    assert stored(store, "lf_score", "id, value_num") == [("score-000001", None), ("score-000002", 0.25)]


def test_a_page_of_which_nothing_can_be_read_is_of_another_version() -> None:
    rows = [{"identifier": n} for n in range(10)]
    with pytest.raises(msgspec.ValidationError):
        page_decoder(Observation)(json.dumps({"data": rows, "meta": {}}).encode())
