"""Langfuse's items -> narrow rows: typed, without prompts, answers and messages, users as keyed hashes only."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_types import Observation, Score, TraceItem
from gendash.langfuse_bridge.names import key_text, name_or_none
from gendash.langfuse_bridge.streams import FIELDS, FREE_TEXT, StoredRow
from gendash.langfuse_bridge.usage import tokens

_MOST_KEPT, _LONGEST_KEPT = 50_000, 1000
_CENTS = Decimal("1e-12")  # the server keeps twelve places


class Shaper:
    """Turns items into rows of one project, without the digest: users hashed with ``key``, private columns empty unless
    ``fields`` opens them, and of metadata the listed keys only."""

    def __init__(self, project: str, key: bytes, metadata: Sequence[str] = (), fields: Sequence[str] = ()) -> None:
        self.project, self.key, self.metadata, self.fields = project, key, tuple(metadata), frozenset(fields)
        self._user_id, self._error_text, self._parameters, self._comment, self._free_text, self._author = (
            name in self.fields for name in FIELDS
        )
        self._hashes: dict[str, str] = {}
        self._names: dict[tuple[str | None, ...], StoredRow] = {}
        self._tags: dict[tuple[str, ...], tuple[str, ...]] = {}

    def user(self, user_id: str | None) -> str | None:
        """The keyed hash of a user id; NULL for nobody."""
        if not user_id:
            return None
        found = self._hashes.get(user_id)
        if found is None:
            found = hmac.digest(self.key, user_id.encode(), hashlib.sha256).hex()
            _keep(self._hashes, user_id, found)
        return found

    def observation(self, item: Observation, trace: TraceItem | None = None) -> StoredRow:
        """The row of an observation; ``trace`` holds what the older API keeps there."""
        owner: Any = trace or item
        return (
            self.project,
            key_text(item.trace_id or item.id),  # without a trace it is one of its own, as the server has it
            key_text(item.id),
            name_or_none(item.parent_observation_id),
            *self._named(item, owner.release),
            *_times(item),
            *_figures(item),
            self.user(owner.user_id),
            (owner.user_id or None) if self._user_id else None,
            name_or_none(owner.session_id),
            self._tagged(owner.tags) if owner.tags else (),
            name_or_none(trace.name if trace else item.trace_name),
            *self._details(item),
        )

    def _named(self, item: Observation, release: str | None) -> StoredRow:
        """Type, name, model, level, environment, release, version. Few sets of them are in very many rows."""
        key = (item.type, item.name, item.model, item.level, item.environment, release, item.version)
        found = self._names.get(key)
        if found is None:
            found = (
                key_text(item.type),
                name_or_none(item.name),
                name_or_none(item.model),
                key_text(item.level or "DEFAULT"),
                key_text(item.environment or "default"),
                name_or_none(release),
                name_or_none(item.version),
            )
            _keep(self._names, key, found)
        return found

    def _tagged(self, tags: list[str]) -> tuple[str, ...]:
        """Tags in order."""
        key = tuple(tags)
        found = self._tags.get(key)
        if found is None:
            found = tuple(sorted(map(key_text, tags)))
            _keep(self._tags, key, found)
        return found

    def _details(self, item: Observation) -> StoredRow:
        """Place in the trace, prompt, error, what settings open, and when the server wrote it."""
        failed = item.level == "ERROR"
        return (
            not item.parent_observation_id if item.is_root_observation is None else item.is_root_observation,
            name_or_none(item.prompt_name),
            item.prompt_version,
            error_class(item.status_message or "", item.type) if failed else None,
            (item.status_message or None) if failed and self._error_text else None,
            (_json(item.model_parameters) or None) if self._parameters else None,
            allowed(_json(item.metadata), self.metadata) if self.metadata else {},
            _utc(item.updated_at),
        )

    def score(self, item: Score) -> StoredRow:
        """The row of a score."""
        number, label = _score_value(item)
        if self._free_text and item.data_type in FREE_TEXT:
            label = (item.value if isinstance(item.value, str) else item.string_value) or None
        return (
            self.project,
            key_text(item.id),
            *_subject(item),
            key_text(item.name),
            key_text(item.source),
            key_text(item.data_type),
            number,
            label,
            (item.comment or None) if self._comment else None,
            (item.author_user_id or None) if self._author else None,
            key_text(item.environment or "default"),
            _utc(item.timestamp),
            _utc(item.created_at),
            _utc(item.updated_at),
        )


def _subject(item: Score) -> tuple[str | None, str | None, str | None]:
    """Trace, observation and session that a score is about, as either generation of the API names them."""
    subject = item.subject
    kind, name = (subject.kind, subject.id) if subject else ("", "")
    trace_id = item.trace_id or (subject.trace_id if subject else None) or (name if kind == "trace" else None)
    return (
        name_or_none(trace_id),
        name_or_none(item.observation_id or (name if kind == "observation" else None)),
        name_or_none(item.session_id or (name if kind == "session" else None)),
    )


def _keep(cache: dict[Any, Any], key: Any, value: Any) -> None:
    """Remembers a value by a short key, among not too many others."""
    if len(cache) >= _MOST_KEPT:
        cache.clear()
    if sum(len(text or "") for text in key) <= _LONGEST_KEPT:
        cache[key] = value


def _times(item: Observation) -> StoredRow:
    """Start, end, first token, and seconds until each, from the times: a latency's unit depends on the endpoint."""
    start, end, first = _utc(item.start_time), _real(item.end_time), _real(item.completion_start_time)
    return start, end, first, _seconds(start, end), _seconds(start, first)


def _seconds(start: datetime, at: datetime | None) -> float | None:
    """Seconds from a start; None for a moment before it, which the audit `llm_clock` names."""
    return (at - start).total_seconds() if at and at >= start else None


def _figures(item: Observation) -> StoredRow:
    """Tokens by what they are, usage, cost, and where the cost comes from."""
    usage, cost = _counts(item.usage_details), costs(item.cost_details)
    source = _source(item, usage, cost) if cost else None
    return (*tokens(usage), usage.get("total", 0), usage, _total(cost), cost, source)


_VALUE, _MONEY = api_types.decoder(Any), api_types.decoder(Decimal | None)


_ENDLESS = re.compile(rb"[0-9][eE][+-]?[0-9]{4,}|[0-9]{300,}")
"""Numbers within JSON that PostgreSQL cannot hold."""


def _json(raw: msgspec.Raw) -> Any:
    """The text of a field that is kept as JSON; None if it is nested too deep, or holds a number without bounds."""
    body = bytes(raw)
    try:
        return None if _ENDLESS.search(body) else _VALUE(body)
    except (RecursionError, ValueError):
        return None


_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)


def _utc(at: datetime) -> datetime:
    """A time in UTC; one beyond what a computer's calendar holds is its first or its last."""
    if at.tzinfo is UTC:
        return at
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return (datetime.max if at.year > 1 else datetime.min).replace(tzinfo=UTC)


def _real(at: datetime | None) -> datetime | None:
    """A time of the calendar; NULL for any other."""
    return at if at and _FIRST <= at < _END else None


def _counts(usage: dict[str, Any] | None) -> dict[str, int]:
    """Tokens by usage type; what cannot be a count is left out, and all of it where no call has so many types."""
    if not usage or len(usage) > _MOST_TYPES:
        return {}
    for value in usage.values():
        if type(value) is not int or not -MOST <= value <= MOST:
            break
    else:
        return usage
    found = ((name, _count(value)) for name, value in usage.items())
    return {name: number for name, number in found if number is not None}


def costs(cost: dict[str, Decimal] | None) -> dict[str, Decimal]:
    """Money by usage type; what is no amount of money is left out: not a number, or beyond all bounds."""
    if not cost or len(cost) > _MOST_TYPES:
        return {}
    for amount in cost.values():
        if not (amount.is_finite() and _SMALLEST < amount.adjusted() < _LARGEST):
            break
    else:
        return cost
    found = ((name, _amount(amount)) for name, amount in cost.items())
    return {name: amount for name, amount in found if amount is not None}


def _amount(amount: Decimal) -> Decimal | None:
    """An amount of money: zero for less than the server keeps, None for what is none."""
    if not amount.is_finite() or amount.adjusted() >= _LARGEST:
        return None
    return amount if amount.adjusted() > _SMALLEST else Decimal(0)


def _count(value: Any) -> int | None:
    """A count whose sums PostgreSQL's bigint holds, also one that was sent as a text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value, re.A):
        value = int(value)
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST else None


MOST = 2**53
_MOST_TYPES = 500
_SMALLEST, _LARGEST = -30, 15
"""Powers of ten between which an amount of money in USD lies."""


def _total(cost: Mapping[str, Decimal]) -> Decimal | None:
    if not cost:
        return None
    return cost["total"] if "total" in cost else sum(cost.values(), Decimal(0))


def _source(item: Observation, usage: Mapping[str, int], cost: Mapping[str, Decimal]) -> str | None:
    """The source of a call's cost. The older API names no tier: there it is the list if its prices give this cost."""
    if item.usage_pricing_tier_id:
        return "list"
    if not item.model_id:
        return "provider"
    prices = {"input": _price(item.input_price), "output": _price(item.output_price)}
    pairs = [
        (cost[kind], usage[kind] * price) for kind, price in prices.items() if price and kind in cost and kind in usage
    ]
    return "list" if pairs and all(abs(one - other) <= _CENTS for one, other in pairs) else None


def _price(found: msgspec.Raw) -> Decimal | None:
    try:
        price: Decimal | None = _MONEY(bytes(found))
    except msgspec.ValidationError:
        return None  # no number: then the server does not say
    return price


_CLASSES = (
    ("timeout", re.compile(r"time.?out|timed out|deadline|etimedout", re.I)),
    ("rate_limit", re.compile(r"rate.?limit|\b429\b|\b529\b|too many requests|quota|overloaded", re.I)),
    (
        "context_length",
        re.compile(r"context.?(length|window)|maximum context|too many tokens|prompt is too long|max_tokens", re.I),
    ),
    ("refusal", re.compile(r"content.?(filter|policy)|refus|safety|moderation|\bblocked\b|guardrail", re.I)),
    ("tool", re.compile(r"\btools?\b|tool.?(call|error)|function.?call", re.I)),
)


def error_class(message: str, kind: str = "") -> str:
    """The class of an error message; the message itself is never kept."""
    for name, pattern in _CLASSES:
        if pattern.search(message):
            return name
    return "tool" if kind == "TOOL" else "other"


def allowed(metadata: Any, keys: Sequence[str]) -> dict[str, Any]:
    """The listed keys of an item's metadata, dotted ones also from nested objects."""
    if not isinstance(metadata, dict):
        return {}
    found = ((key, metadata[key] if key in metadata else _nested(metadata, key)) for key in keys)
    return {key: value for key, value in found if value is not None}


def _nested(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _score_value(item: Score) -> tuple[float | None, str | None]:
    value = item.value
    if item.data_type == "BOOLEAN":
        true = value if isinstance(value, bool) else str(value).lower() in ("true", "1", "1.0")
        return float(true), str(true)
    if item.data_type == "CATEGORICAL":
        label = item.string_value if item.string_value is not None else value
        return None, name_or_none(label) if isinstance(label, str) else None
    if item.data_type == "NUMERIC" and not isinstance(value, bool):
        return _finite(value), None
    return None, None


def _finite(value: float | str | None) -> float | None:
    """A number, also one that was sent as a text; NULL for what is none."""
    try:
        found = float("nan" if value is None else value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
