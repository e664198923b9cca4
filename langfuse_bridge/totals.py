"""What the server itself says it holds: totals by UTC day and model, and counts, from its metrics endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from gendash.langfuse_bridge import rows
from gendash.langfuse_bridge.client import Api, Client, TooMuch
from gendash.langfuse_bridge.pages import MS, Window, stamp

Key = tuple[date, str | None]

_ROW_LIMIT = 1000
_SUMS = ("inputTokens", "outputTokens", "totalTokens", "totalCost")
_METRICS = [{"measure": "count", "aggregation": "count"}, *({"measure": m, "aggregation": "sum"} for m in _SUMS)]
_VIEWS = ("observations", "scores-numeric", "scores-categorical", "scores-boolean")


@dataclass(frozen=True)
class Totals:
    """The figures of one UTC day and model."""

    count: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cost_usd: Decimal = Decimal(0)


class _Line(msgspec.Struct):
    time_dimension: str
    providedModelName: str | None = None
    count_count: int = 0
    sum_inputTokens: int = 0
    sum_outputTokens: int = 0
    sum_totalTokens: int = 0
    sum_totalCost: Decimal | None = None


class _Lines(msgspec.Struct):
    data: list[_Line]


class _Count(msgspec.Struct):
    count_count: int = 0


class _Counts(msgspec.Struct):
    data: list[_Count]


_LINES, _COUNTS = rows.decoder(_Lines), rows.decoder(_Counts)


def by_day_and_model(client: Client, api: Api, window: Window) -> dict[Key, Totals]:
    """Totals of the observations in a window of whole UTC days; no model is None."""
    assert window.end
    query = {
        "dimensions": [{"field": "providedModelName"}],
        "metrics": _METRICS,
        "timeDimension": {"granularity": "day"},
        # An order keeps the server from inventing rows for empty days.
        "orderBy": [{"field": "time_dimension", "direction": "asc"}],
        "config": {"row_limit": _ROW_LIMIT},
    }
    found: dict[Key, Totals] = {}
    for line in _lines(client, api, query, window):
        found[date.fromisoformat(line.time_dimension[:10]), line.providedModelName or None] = Totals(
            line.count_count,
            line.sum_inputTokens,
            line.sum_outputTokens,
            line.sum_totalTokens,
            line.sum_totalCost or Decimal(0),
        )
    return found


def _lines(client: Client, api: Api, query: dict[str, Any], window: Window) -> Iterator[_Line]:
    """Lines of all days. An answer as long as its limit may be cut, and a 422 is too much: then by halves."""
    assert window.end
    days = (window.end - window.start) // timedelta(days=1)
    try:
        found = _ask(client, api, "observations", query, window, _LINES).data
    except TooMuch:
        if days <= 1:
            raise
    else:
        if len(found) < _ROW_LIMIT or days <= 1:
            yield from found
            return
    middle = window.start + timedelta(days=days // 2)
    yield from _lines(client, api, query, Window(window.start, middle))
    yield from _lines(client, api, query, Window(middle, window.end))


def counts(client: Client, api: Api, window: Window) -> dict[str, int]:
    """How many observations and scores start in a window; scores of free text are not counted by the server."""
    query = {"metrics": _METRICS[:1]}
    found: dict[str, int] = {}
    for view in _VIEWS:
        answer = _ask(client, api, view, query, window, _COUNTS).data
        stream = view.split("-")[0]
        found[stream] = found.get(stream, 0) + sum(line.count_count for line in answer)
    return found


def _ask(client: Client, api: Api, view: str, query: dict[str, Any], window: Window, decode: Any) -> Any:
    assert window.end
    # Both bounds of the endpoint count, and times are whole milliseconds.
    bounds = {"fromTimestamp": stamp(window.start), "toTimestamp": stamp(window.end - MS)}
    path = "v2/metrics" if api == "v2" else "metrics"
    return client.get(path, {"query": json.dumps({"view": view, **query, **bounds})}, decode)


def utc_day(at: datetime) -> datetime:
    """The start of the UTC day of a time."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
