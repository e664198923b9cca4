"""The fields read from Langfuse's answers, as typed items; both generations of the API fit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that says how far it is from UTC; without that it could be anybody's."""
Id = Annotated[str, msgspec.Meta(min_length=1)]
"""A text that names one item: several without one would be one row."""
_ABSENT = msgspec.Raw(b"null")


class Observation(msgspec.Struct, rename="camel", gc=False):
    """The fields read from an observation; both generations of the API fit. Fields that are seldom used stay JSON."""

    id: Id
    trace_id: str | None  # the server's schema lets it be null, and a row without it may cost money
    start_time: Moment
    updated_at: Moment
    type: str
    end_time: Moment | None = None
    completion_start_time: Moment | None = None
    parent_observation_id: str | None = None
    name: str | None = None
    level: str | None = None
    status_message: str | None = None
    version: str | None = None
    environment: str | None = None
    model: str | None = None
    model_id: str | None = None
    model_parameters: msgspec.Raw = _ABSENT
    input_price: msgspec.Raw = _ABSENT
    output_price: msgspec.Raw = _ABSENT
    usage_details: dict[str, Any] | None = None  # counts, as `rows` reads them: an odd one must not cost the page
    cost_details: dict[str, Decimal] | None = None
    usage_pricing_tier_id: str | None = None
    prompt_name: str | None = None
    prompt_version: Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)] | None = None
    user_id: str | None = None
    session_id: str | None = None
    is_root_observation: bool | None = None
    trace_name: str | None = None
    release: str | None = None
    tags: list[str] | None = None
    metadata: msgspec.Raw = _ABSENT


class Subject(msgspec.Struct, rename="camel"):
    """The subject of a score of v3."""

    kind: str
    id: str
    trace_id: str | None = None


class Score(msgspec.Struct, rename="camel"):
    """The fields read from a score; both generations of the API fit."""

    id: Id
    name: str
    source: str
    timestamp: Moment
    created_at: Moment
    updated_at: Moment
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
    """The fields read from a trace of the older API, whose observations do not carry them."""

    id: str
    name: str | None = None
    timestamp: Moment | None = None
    release: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    tags: list[str] | None = None


class Meta(msgspec.Struct, rename="camel"):
    """The part of an answer about the following pages."""

    cursor: str | None = None
    total_items: Any = None

    @property
    def total(self) -> int | None:
        """Items of all pages, as the server counts them; None where it does not say a number."""
        value = self.total_items
        return value if type(value) is int and value >= 0 else None


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


_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")  # an escape, and not an escaped backslash before u0000
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode


def decoder(kind: Any) -> Callable[[bytes], Any]:
    """A function from JSON to ``kind``. It takes numbers sent as texts, and money exactly.

    NUL characters are dropped: PostgreSQL has none. Raises ValueError for a body that is no JSON (cut, or a page of a
    web server), msgspec.ValidationError for JSON of another shape.
    """
    fast = msgspec.json.Decoder(kind, float_hook=Decimal)
    lax = msgspec.json.Decoder(kind, strict=False, float_hook=Decimal)  # half as fast

    def decode(body: bytes) -> Any:
        if b"\\u0000" in body:
            body = _NUL.sub(rb"\1", body)
        try:
            return fast.decode(body)
        except msgspec.ValidationError:
            return lax.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            # A text that the server cut within an emoji holds half a surrogate pair, which only json reads.
            loose = json.loads(body.decode("utf-8-sig", "replace"), parse_float=Decimal)
            return lax.decode(_ENCODE(_whole(loose)))

    return decode


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value
