"""Items of the API become rows: the same for both generations, typed, and without what must not be kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from bridge_parts import NOW, header, observation, score
from recordings import answer, answers

from gendash.demo import langfuse_wire as wire
from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES, Stream

SAME_TYPE = {"bigint": "int8", "int": "int4", "boolean": "bool"}
SHAPER = Shaper("p", b"k")


@pytest.mark.parametrize("stream", [OBSERVATIONS, SCORES], ids=lambda stream: stream.name)
def test_the_columns_are_those_of_the_table_in_their_order(stream: Stream) -> None:
    head = header(stream.table)
    assert list(stream.columns) == [(n, SAME_TYPE.get(c["type"], c["type"])) for n, c in head["columns"].items()]
    assert ["project", *stream.key] == head["key"]
    assert {"project", stream.time} in map(set, head["indexes"])


def shaped(item: dict[str, Any], shaper: Shaper = SHAPER, trace: dict[str, Any] | None = None) -> dict[str, Any]:
    read = api_types.decoder(api_types.Observation)(json.dumps(item).encode())
    about = msgspec.convert(trace, api_types.TraceItem) if trace else None
    return dict(zip(OBSERVATIONS.names[:-1], shaper.observation(read, about), strict=True))


def scored(item: dict[str, Any]) -> dict[str, Any]:
    read = api_types.decoder(api_types.Score)(json.dumps(item).encode())
    return dict(zip(SCORES.names[:-1], SHAPER.score(read), strict=True))


def test_both_generations_give_the_same_row_but_for_the_source_of_prices() -> None:
    item = observation(1, NOW)
    (trace,) = wire.traces([item], [])
    new, old = shaped(item), shaped(wire.observation_v1(item), trace=trace)
    assert new.pop("cost_source") == "list" and old.pop("cost_source") is None
    assert old == new


@pytest.mark.parametrize("kind", ["NUMERIC", "BOOLEAN", "CATEGORICAL", "TEXT", "CORRECTION"])
@pytest.mark.parametrize(
    "subject",
    [
        {"kind": "trace", "id": "t"},
        {"kind": "observation", "id": "o", "traceId": "t"},
        {"kind": "session", "id": "s"},
        {"kind": "experiment", "id": "e"},
    ],
    ids=lambda subject: subject["kind"],
)
def test_both_generations_give_the_same_score(kind: str, subject: dict[str, Any]) -> None:
    value = {"NUMERIC": 0.5, "BOOLEAN": False}.get(kind, "free text or label")
    item = score(1, NOW, dataType=kind, value=value, subject=subject)
    assert scored(item) == scored(wire.score_v2(item, None))


def test_free_text_of_scores_is_not_kept() -> None:
    for kind in ("TEXT", "CORRECTION"):
        row = scored(score(1, NOW, dataType=kind, value="secret words"))
        assert (row["value_num"], row["value_text"]) == (None, None)


def test_tokens_are_counted_as_the_server_counts_them() -> None:
    for name in ("observations_v2_limit1000", "observations_v2_all_fields_generations"):
        for item in answer("langfuse", name)["response"]["body"]["data"]:
            row = shaped(item)
            assert (row["input_tokens"], row["output_tokens"]) == (item["inputUsage"], item["outputUsage"])
            assert row["total_tokens"] == item["totalUsage"]
            assert row["latency_s"] == pytest.approx(item["latency"])
            assert row["ttft_s"] == (
                None if item["timeToFirstToken"] is None else pytest.approx(item["timeToFirstToken"])
            )
            assert (row["cost_usd"] is None) == (item["costDetails"] == {})


def test_every_recorded_page_of_either_generation_can_be_read() -> None:
    read = 0
    for name in answers("langfuse"):
        found = answer("langfuse", name)
        kinds = {
            "observations": api_types.ObservationPage,
            "scores": api_types.ScorePage,
            "traces": api_types.TracePage,
        }
        kind = kinds.get(found["request"]["path"].split("/")[-1])
        body = found["response"]["body"]
        fields = (found["request"]["params"] or {}).get("fields", "core,basic,time")
        if kind and found["response"]["status"] == 200 and "time" in fields and "v2/obs" not in name:
            if "v2/observations" in found["request"]["path"] and "fields" not in (found["request"]["params"] or {}):
                continue  # without the group `time` there is no updatedAt, which we always ask for
            read += len(api_types.decoder(kind)(json.dumps(body).encode()).data)
    assert read > 900


def test_money_is_read_digit_by_digit() -> None:
    page = b'{"a": 0.1000000000000000055, "b": 1e-05, "c": 3}'
    found = api_types.decoder(dict[str, Decimal])(page)
    assert found == {"a": Decimal("0.1000000000000000055"), "b": Decimal("0.00001"), "c": Decimal(3)}


def test_no_price_is_not_a_price_of_zero() -> None:
    assert shaped(observation(1, NOW, costDetails={}, totalCost=0))["cost_usd"] is None
    assert shaped(observation(1, NOW, costDetails={"total": 0}))["cost_usd"] == 0
    assert shaped(observation(1, NOW, costDetails={"input": 0.1, "output": 0.2}))["cost_usd"] == Decimal("0.3")


@pytest.mark.parametrize(
    ("tier", "model", "source"), [("x_tier_default", "m", "list"), ("", None, "provider"), (None, "m", None)]
)
def test_the_source_of_a_price_is_told_where_it_can_be_known(tier: Any, model: Any, source: Any) -> None:
    assert shaped(observation(1, NOW, usagePricingTierId=tier, modelId=model))["cost_source"] == source


def test_cached_and_reasoning_tokens_are_told_apart() -> None:
    usage = {"input": 1, "cache_read_input_tokens": 10, "cache_creation_input_tokens": 100, "input_cached_tokens": 1000}
    row = shaped(observation(1, NOW, usageDetails=usage | {"output": 2, "output_reasoning_tokens": 20, "total": 1133}))
    assert (row["input_tokens"], row["cached_tokens"]) == (1111, 1010)
    assert (row["output_tokens"], row["reasoning_tokens"]) == (22, 20)


def test_numbers_sent_as_texts_are_numbers() -> None:
    row = shaped(observation(1, NOW, usageDetails={"input": "12", "total": "12"}, promptVersion="3"))
    assert (row["input_tokens"], row["prompt_version"]) == (12, 3)


def test_empty_texts_are_null_and_nul_characters_are_dropped() -> None:
    row = shaped(observation(1, NOW, name="", model="a\0b", userId="", sessionId="", tags=["x\0"]))
    assert (row["name"], row["model"], row["user_hash"], row["session_id"], row["tags"]) == (
        None,
        "ab",
        None,
        None,
        ("x",),
    )


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("RateLimitError: 429", "rate_limit"),
        ("Too Many Requests", "rate_limit"),
        ("You exceeded your current quota", "rate_limit"),
        ("Overloaded", "rate_limit"),
        ("Request timed out.", "timeout"),
        ("httpx.ReadTimeout", "timeout"),
        ("deadline exceeded", "timeout"),
        ("This model's maximum context length is 128000 tokens", "context_length"),
        ("prompt is too long: 210000 tokens", "context_length"),
        ("ContentFilter: blocked", "refusal"),
        ("flagged by our content policy", "refusal"),
        ("tool call failed: search", "tool"),
        ("ZeroDivisionError", "other"),
        ("", "other"),
    ],
)
def test_an_error_is_kept_as_its_class_only(message: str, kind: str) -> None:
    assert shaped(observation(1, NOW, level="ERROR", statusMessage=message))["error_class"] == kind
    assert shaped(observation(1, NOW, level="WARNING", statusMessage=message))["error_class"] is None


def test_only_listed_metadata_is_kept_nested_or_flat() -> None:
    listed = Shaper("p", b"k", ["tenant", "scope.version", "absent"])
    assert shaped(observation(1, NOW, metadata={"tenant": "a", "email": "x@y", "scope": {"version": "5"}}), listed)[
        "metadata"
    ] == {"tenant": "a", "scope.version": "5"}
    assert shaped(observation(1, NOW, metadata={"scope.version": "5"}), listed)["metadata"] == {"scope.version": "5"}
    assert shaped(observation(1, NOW))["metadata"] == {}


def test_a_user_id_that_may_be_kept_stands_beside_its_hash() -> None:
    plain, hashed = shaped(observation(1, NOW), Shaper("p", b"k", (), ["user_id"])), shaped(observation(1, NOW))
    assert (plain["user_id"], hashed["user_id"]) == ("user-0", None)
    assert len(hashed["user_hash"]) == 64 and plain["user_hash"] == Shaper("p", b"k").user("user-0")


@pytest.mark.parametrize(
    ("cost", "source"), [(0.000015, "list"), (0.00002, None), ({"other": 1.0}, None)], ids=["equal", "other", "nothing"]
)
def test_the_older_api_says_list_where_the_list_gives_this_very_cost(cost: Any, source: Any) -> None:
    found = cost if isinstance(cost, dict) else {"input": cost, "total": cost}
    changes = {"usageDetails": {"input": 100, "total": 100}, "costDetails": found, "usagePricingTierId": None}
    assert shaped(observation(1, NOW, **changes))["cost_source"] == source


def test_cut_json_is_a_value_error_and_another_shape_a_validation_error() -> None:
    decode = api_types.decoder(api_types.ObservationPage)
    with pytest.raises(ValueError) as error:
        decode(b'{"data": [{"id": "x"')
    assert not isinstance(error.value, msgspec.ValidationError)
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"data": [{"id": "x"}]}')
