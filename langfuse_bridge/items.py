"""What is read of Langfuse's answers, as typed items; both generations of the API fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec


class Observation(msgspec.Struct, rename="camel", gc=False):
    """What is read of an observation; both generations of the API fit."""

    id: str
    trace_id: str
    start_time: datetime
    updated_at: datetime
    type: str
    end_time: datetime | None = None
    completion_start_time: datetime | None = None
    parent_observation_id: str | None = None
    name: str | None = None
    level: str | None = None
    status_message: str | None = None
    version: str | None = None
    environment: str | None = None
    model: str | None = None
    model_id: str | None = None
    model_parameters: Any = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    usage_details: dict[str, int] | None = None
    cost_details: dict[str, Decimal] | None = None
    usage_pricing_tier_id: str | None = None
    prompt_name: str | None = None
    prompt_version: int | None = None
    user_id: str | None = None
    session_id: str | None = None
    is_root_observation: bool | None = None
    trace_name: str | None = None
    release: str | None = None
    tags: list[str] | None = None
    metadata: Any = None


class Subject(msgspec.Struct, rename="camel"):
    """What a score of v3 is about."""

    kind: str
    id: str
    trace_id: str | None = None


class Score(msgspec.Struct, rename="camel"):
    """What is read of a score; both generations of the API fit."""

    id: str
    name: str
    source: str
    timestamp: datetime
    created_at: datetime
    updated_at: datetime
    data_type: str
    value: float | bool | str | None = None
    environment: str | None = None
    subject: Subject | None = None
    string_value: str | None = None
    trace_id: str | None = None
    observation_id: str | None = None
    session_id: str | None = None
    comment: str | None = None
    author_user_id: str | None = None


class TraceItem(msgspec.Struct, rename="camel"):
    """What is read of a trace of the older API, whose observations do not carry it."""

    id: str
    name: str | None = None
    timestamp: datetime | None = None
    release: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    tags: list[str] | None = None


class Meta(msgspec.Struct, rename="camel"):
    """What an answer says about the pages that follow."""

    cursor: str | None = None
    total_items: int | None = None


class ObservationPage(msgspec.Struct):
    """One page of observations."""

    data: list[Observation]
    meta: Meta = msgspec.field(default_factory=Meta)


class ScorePage(msgspec.Struct):
    """One page of scores."""

    data: list[Score]
    meta: Meta = msgspec.field(default_factory=Meta)


class TracePage(msgspec.Struct):
    """One page of traces."""

    data: list[TraceItem]
    meta: Meta = msgspec.field(default_factory=Meta)


def decoder(kind: Any) -> Callable[[bytes], Any]:
    """A function from JSON to ``kind``. It takes numbers sent as texts, and money exactly.

    Raises ValueError for a body that is no JSON (cut, or a page of a web server), msgspec.ValidationError for JSON of
    another shape.
    """
    fast = msgspec.json.Decoder(kind, float_hook=Decimal)
    lax = msgspec.json.Decoder(kind, strict=False, float_hook=Decimal)  # half as fast

    def decode(body: bytes) -> Any:
        try:
            return fast.decode(body)
        except msgspec.ValidationError:
            return lax.decode(body)
        except msgspec.DecodeError:
            # A text that the server cut within an emoji holds half a surrogate pair, which only json reads.
            loose = json.loads(body, parse_float=Decimal)
            return msgspec.convert(_whole(loose), kind, strict=False)

    return decode


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value
