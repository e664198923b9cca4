"""The `from:` of synced columns says exactly which fields of the API change them: tried on the code that fills them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import Raw

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.langfuse_bridge.api_types import Observation, Score, Subject, TraceItem
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.streams import DIGEST, FIELDS, OBSERVATIONS, SCORES, Stream

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = START + timedelta(seconds=2)
SHAPER = Shaper("p", b"key", ["kept"], list(FIELDS))
RELATIONS = load_catalog(load_config("")).relations

OBSERVATION = Observation(
    id="o",
    trace_id="t",
    start_time=START,
    updated_at=LATER,
    type="GENERATION",
    end_time=LATER,
    completion_start_time=START + timedelta(seconds=1),
    parent_observation_id="up",
    name="n",
    level="ERROR",
    status_message="timeout",
    usage_details={"input": 1, "output": 1, "input_cached_tokens": 1, "reasoning_output": 1, "total": 2},
    cost_details={"input": Decimal(1), "total": Decimal(2)},
    model_id="m",
    metadata=Raw(b'{"kept": 1}'),
)
OTHER: dict[str, Any] = {
    "start_time": START - timedelta(seconds=9),
    "end_time": LATER + timedelta(seconds=9),
    "completion_start_time": START + timedelta(seconds=1.5),
    "updated_at": LATER + timedelta(days=1),
    "timestamp": LATER,
    "created_at": LATER,
    "type": "TOOL",
    "level": "DEFAULT",
    "status_message": "rate limit",
    "usage_details": {"input": 9, "output": 9, "input_cached_tokens": 9, "reasoning_output": 9, "total": 9},
    "cost_details": {},
    "model_id": None,
    "model_parameters": Raw(b'{"temperature": 1}'),
    "input_price": Raw(b"7"),
    "output_price": Raw(b"7"),
    "usage_pricing_tier_id": "x",
    "prompt_version": 3,
    "is_root_observation": True,
    "tags": ["x"],
    "metadata": Raw(b'{"kept": 2}'),
}
SCORE = Score("s", "n", "API", START, START, START, "NUMERIC", 1.0)
SUBJECTS = [Subject("trace", "t"), Subject("observation", "o", "t"), Subject("session", "x")]


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def changed(stream: Stream, before: tuple[Any, ...], after: tuple[Any, ...]) -> set[str]:
    return {name for name, a, b in zip(stream.names[:-1], before, after, strict=True) if a != b}


def declared(stream: Stream, field: str) -> set[str]:
    columns = RELATIONS[stream.table].columns
    return {name for name, column in columns.items() if field in column.get("from", "").split()}


def other(item: Any, field: str) -> Any:
    return msgspec.structs.replace(item, **{field: OTHER.get(field, "other")})


@pytest.mark.parametrize("field", Observation.__struct_fields__)
def test_a_field_of_an_observation_changes_exactly_the_columns_that_name_it(field: str) -> None:
    # a tool's error of no known class is told by its type, a call without a model's price by its provider
    bases = [OBSERVATION, msgspec.structs.replace(OBSERVATION, status_message="?", model_id=None)]
    each: dict[str, Any] = {"input": 1, "output": 1}  # and one that the list prices at this very cost
    prices = {"input_price": Raw(b"1"), "output_price": Raw(b"1")}
    costs = {name: Decimal(1) for name in each}
    bases.append(msgspec.structs.replace(OBSERVATION, usage_details=each, cost_details=costs, **prices))
    found: set[str] = set()
    for base in bases:
        found |= changed(OBSERVATIONS, SHAPER.observation(base), SHAPER.observation(other(base, field)))
    if field == "parent_observation_id":
        found |= changed(
            OBSERVATIONS,
            SHAPER.observation(OBSERVATION),
            SHAPER.observation(msgspec.structs.replace(OBSERVATION, parent_observation_id=None)),
        )
    assert found == declared(OBSERVATIONS, f"observation.{camel(field)}")


@pytest.mark.parametrize("field", TraceItem.__struct_fields__)
def test_a_field_of_a_trace_of_the_older_api_does_too(field: str) -> None:
    trace = TraceItem("t")
    found = changed(
        OBSERVATIONS, SHAPER.observation(OBSERVATION, trace), SHAPER.observation(OBSERVATION, other(trace, field))
    )
    assert found == declared(OBSERVATIONS, f"trace.{camel(field)}")


@pytest.mark.parametrize("field", Score.__struct_fields__)
def test_a_field_of_a_score_does_too(field: str) -> None:
    found: set[str] = set()
    labelled = msgspec.structs.replace(SCORE, data_type="CATEGORICAL", value="a")
    changes: dict[str, list[Any]] = {
        "subject": SUBJECTS,
        "data_type": ["CATEGORICAL", "BOOLEAN", "TEXT"],
        "string_value": ["x"],
    }
    for base in (SCORE, labelled):
        new = [2.0 if base is SCORE else "b"] if field == "value" else [OTHER.get(field, "other")]
        for value in changes.get(field, new):
            after = msgspec.structs.replace(base, **{field: value})
            found |= changed(SCORES, SHAPER.score(base), SHAPER.score(after))
    assert found == declared(SCORES, f"score.{camel(field)}")


@pytest.mark.parametrize("stream", [OBSERVATIONS, SCORES], ids=lambda s: s.name)
def test_every_synced_column_but_the_project_names_its_fields(stream: Stream) -> None:
    columns = RELATIONS[stream.table].columns
    assert [name for name in columns if not columns[name].get("from")] == ["project", DIGEST[0]]
    known = {
        f"{kind}.{camel(f)}"
        for kind, s in (("observation", Observation), ("trace", TraceItem), ("score", Score))
        for f in s.__struct_fields__
    }
    assert {field for column in columns.values() for field in column.get("from", "").split()} <= known
