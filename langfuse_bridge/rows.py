"""Langfuse's items -> narrow rows: typed, without prompts, answers and messages, users as keyed hashes only."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_types import Observation, Score, TraceItem
from gendash.langfuse_bridge.usage import tokens

StoredRow = tuple[Any, ...]
"""Values by column. Lists are tuples, so that a row refers to nothing that the garbage collector has to follow."""


class Stream(NamedTuple):
    """One kind of rows and the table that holds them. ``time`` cuts it into windows, ``key`` names a row."""

    name: str
    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    time: str

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(name for name, _ in self.columns)

    def at(self, column: str) -> int:
        """Position of a column in a row."""
        return self.names.index(column)


DIGEST = ("digest", "int8")
"""The last column of a row: where it is equal, all other columns are equal too."""
OBSERVATIONS = Stream(
    "observations",
    "lf_observation",
    (
        ("project", "text"),
        ("trace_id", "text"),
        ("id", "text"),
        ("parent_id", "text"),
        ("type", "text"),
        ("name", "text"),
        ("model", "text"),
        ("level", "text"),
        ("environment", "text"),
        ("release", "text"),
        ("version", "text"),
        ("start_time", "timestamptz"),
        ("end_time", "timestamptz"),
        ("completion_start_time", "timestamptz"),
        ("latency_s", "float8"),
        ("ttft_s", "float8"),
        ("input_tokens", "int8"),
        ("output_tokens", "int8"),
        ("cached_tokens", "int8"),
        ("reasoning_tokens", "int8"),
        ("total_tokens", "int8"),
        ("usage", "jsonb"),
        ("cost_usd", "numeric"),
        ("cost", "jsonb"),
        ("cost_source", "text"),
        ("user_hash", "text"),
        ("user_id", "text"),
        ("session_id", "text"),
        ("tags", "text[]"),
        ("trace_name", "text"),
        ("is_root", "bool"),
        ("prompt_name", "text"),
        ("prompt_version", "int4"),
        ("error_class", "text"),
        ("error_text", "text"),
        ("model_parameters", "jsonb"),
        ("metadata", "jsonb"),
        ("updated_at", "timestamptz"),
        DIGEST,
    ),
    ("trace_id", "id"),
    "start_time",
)
SCORES = Stream(
    "scores",
    "lf_score",
    (
        ("project", "text"),
        ("id", "text"),
        ("trace_id", "text"),
        ("observation_id", "text"),
        ("session_id", "text"),
        ("name", "text"),
        ("source", "text"),
        ("data_type", "text"),
        ("value_num", "float8"),
        ("value_text", "text"),
        ("comment", "text"),
        ("author_id", "text"),
        ("environment", "text"),
        ("at", "timestamptz"),
        ("created_at", "timestamptz"),
        ("updated_at", "timestamptz"),
        DIGEST,
    ),
    ("id",),
    "at",
)


FIELDS = {
    "user_id": (OBSERVATIONS, "user_id"),
    "error_text": (OBSERVATIONS, "error_text"),
    "model_parameters": (OBSERVATIONS, "model_parameters"),
    "score_comment": (SCORES, "comment"),
    "score_text": (SCORES, "value_text"),
    "score_author": (SCORES, "author_id"),
}
"""Private fields that a setting opens, and the column that each fills."""
_CENTS = Decimal("1e-12")  # the server keeps twelve places
FREE_TEXT = ("TEXT", "CORRECTION")
"""Types of scores whose value people write."""


class Shaper:
    """Turns items into rows of one project: users hashed with ``key``, private columns empty unless ``fields`` opens
    them, and of metadata the listed keys only."""

    def __init__(self, project: str, key: bytes, metadata: Sequence[str] = (), fields: Sequence[str] = ()) -> None:
        self.project, self._key, self.metadata, self.fields = project, key, tuple(metadata), frozenset(fields)
        self._user_id, self._error_text, self._parameters, self._comment, self._free_text, self._author = (
            name in self.fields for name in FIELDS
        )
        self._hashes: dict[str, str] = {}

    def user(self, user_id: str | None) -> str | None:
        """The keyed hash of a user id; NULL for nobody."""
        if not user_id:
            return None
        found = self._hashes.get(user_id)
        if found is None:
            found = self._hashes[user_id] = hmac.digest(self._key, user_id.encode(), hashlib.sha256).hex()
        return found

    def observation(self, item: Observation, trace: TraceItem | None = None) -> StoredRow:
        """The row of an observation; ``trace`` holds what the older API keeps there."""
        usage, cost = _counts(item.usage_details), item.cost_details or {}
        owner: Any = trace or item
        start, end, first = _utc(item.start_time), _real(item.end_time), _real(item.completion_start_time)
        failed = item.level == "ERROR"
        row = (
            self.project,
            _key(item.trace_id),
            _key(item.id),
            _key(item.parent_observation_id or "") or None,
            item.type,
            _key(item.name or "") or None,
            _key(item.model or "") or None,
            item.level or "DEFAULT",
            _key(item.environment or "default"),
            owner.release or None,
            item.version or None,
            start,
            end,
            first,
            # From the times, since the unit of a latency depends on the endpoint.
            (end - start).total_seconds() if end else None,
            (first - start).total_seconds() if first else None,
            *tokens(usage),
            usage.get("total", 0),
            usage,
            _total(cost),
            cost,
            _source(item, usage, cost) if cost else None,
            self.user(owner.user_id),
            (owner.user_id or None) if self._user_id else None,
            owner.session_id or None,
            tuple(sorted(owner.tags)) if owner.tags else (),
            (trace.name if trace else item.trace_name) or None,
            not item.parent_observation_id if item.is_root_observation is None else item.is_root_observation,
            _key(item.prompt_name or "") or None,
            item.prompt_version,
            error_class(item.status_message or "", item.type) if failed else None,
            (item.status_message or None) if failed and self._error_text else None,
            (_json(item.model_parameters) or None) if self._parameters else None,
            allowed(_json(item.metadata), self.metadata) if self.metadata else {},
            _utc(item.updated_at),
        )
        return (*row, digest(row))

    def score(self, item: Score) -> StoredRow:
        """The row of a score."""
        number, label = _score_value(item)
        if self._free_text and item.data_type in FREE_TEXT:
            label = (item.value if isinstance(item.value, str) else item.string_value) or None
        subject = item.subject
        kind = subject.kind if subject else ""
        row = (
            self.project,
            _key(item.id),
            item.trace_id or (subject and (subject.trace_id or (subject.id if kind == "trace" else None))),
            item.observation_id or (subject.id if subject and kind == "observation" else None),
            item.session_id or (subject.id if subject and kind == "session" else None),
            _key(item.name),
            item.source,
            item.data_type,
            number,
            label,
            (item.comment or None) if self._comment else None,
            (item.author_user_id or None) if self._author else None,
            _key(item.environment or "default"),
            _utc(item.timestamp),
            _utc(item.created_at),
            _utc(item.updated_at),
        )
        return (*row, digest(row))


_PACK = msgspec.msgpack.Encoder(order="deterministic").encode
_VALUE, _MONEY = api_types.decoder(Any), api_types.decoder(Decimal | None)


def _json(raw: msgspec.Raw) -> Any:
    """The text of a field that is kept as JSON; None if it is nested deeper than can be read."""
    try:
        return _VALUE(bytes(raw))
    except (RecursionError, ValueError):
        return None


LONGEST_KEY = 500
"""Bytes of a text that is part of a key: three of them fit into an entry of an index."""
MARKERS = frozenset(("__all", "$__all"))
"""What rollups and Grafana write for "all of them": a name of the data never is one."""


def _key(text: str) -> str:
    """A name or an id as it is stored: one that no index could hold is cut, with a hash in place of the rest."""
    if len(text) <= LONGEST_KEY // 4 and text not in MARKERS:
        return text
    if text in MARKERS:
        return f"{text} (name)"
    raw = text.encode()
    if len(raw) <= LONGEST_KEY:
        return text
    return f"{text[:100]}…{hashlib.blake2b(raw, digest_size=16).hexdigest()}"


_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)


def _utc(at: datetime) -> datetime:
    """A time in UTC; one beyond what a computer's calendar holds is its first or its last."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return (datetime.max if at.year > 1 else datetime.min).replace(tzinfo=UTC)


def _real(at: datetime | None) -> datetime | None:
    """A time of the calendar; NULL for any other."""
    return at if at and _FIRST <= at < _END else None


def _counts(usage: Mapping[str, Any] | None) -> dict[str, int]:
    """Tokens by usage type; what cannot be a count is left out."""
    found = ((name, _count(value)) for name, value in (usage or {}).items())
    return {name: number for name, number in found if number is not None}


def _count(value: Any) -> int | None:
    """A count whose sums PostgreSQL's bigint holds, also one that was sent as a text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value, re.A):
        value = int(value)
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST else None


MOST = 2**53


def digest(row: StoredRow) -> int:
    """A signature of all values of a row, 64 bits."""
    return int.from_bytes(hashlib.blake2b(_PACK(row), digest_size=8).digest(), "big", signed=True)


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
        return None, (label or None) if isinstance(label, str) else None
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
