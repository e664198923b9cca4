"""The server's own totals by UTC day, and its counts, from its metrics endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem
from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_client import Api, Client, TooMuch
from gendash.langfuse_bridge.names import key_text
from gendash.langfuse_bridge.pages import MS, Window, api_time

Figures = Mapping[str, Decimal]


class TotalsKey(NamedTuple):
    """The group of totals: a UTC day, and a model or the name and type of a score; empty for none."""

    day: date
    stream: str
    name: str


_ROW_LIMIT = 1000
_COUNT = {"measure": "count", "aggregation": "count"}


class _View(NamedTuple):
    """A view of the metrics endpoint: its dimensions, and the name of each figure by its column."""

    stream: str
    name: str
    dimensions: tuple[str, ...]
    figures: dict[str, str]


# The numeric view holds boolean scores too. Scores of free text are in none.
_VIEWS = (
    _View(
        "observations",
        "observations",
        ("providedModelName",),
        {
            "sum_inputTokens": "input_tokens",
            "sum_outputTokens": "output_tokens",
            "sum_totalTokens": "total_tokens",
            "sum_totalCost": "cost_usd",
        },
    ),
    _View("scores", "scores-numeric", ("name", "dataType"), {"sum_value": "value"}),
    _View("scores", "scores-categorical", ("name", "stringValue"), {}),
)


class _Lines(msgspec.Struct):
    data: list[dict[str, Any]]


_LINES = api_types.decoder(_Lines)


def totals_by_day(client: Client, api: Api, window: Window) -> dict[TotalsKey, Figures]:
    """Totals in a window of whole UTC days: of observations by model, of scores by name and type, or label."""
    return {key: figures for view in _VIEWS for key, figures in _by_day(client, api, view, window)}


def _by_day(client: Client, api: Api, view: _View, window: Window) -> Iterator[tuple[TotalsKey, Figures]]:
    sums = [dict(zip(("aggregation", "measure"), column.split("_"), strict=True)) for column in view.figures]
    query = {
        "dimensions": [{"field": field} for field in view.dimensions],
        "metrics": [_COUNT, *sums],
        "timeDimension": {"granularity": "day"},
        # An order keeps the server from inventing rows for empty days.
        "orderBy": [{"field": "time_dimension", "direction": "asc"}],
        "config": {"row_limit": _ROW_LIMIT},
    }
    for line in _lines(client, api, view.name, query, window):
        with _readable(client, api):
            figures = {name: number(line.get(column)) for column, name in view.figures.items()}
            day = date.fromisoformat(str(line["time_dimension"])[:10])
            name = " ".join(key_text(str(line[field])) for field in view.dimensions if line[field])
            found = {"count": number(line["count_count"])} | figures
        yield TotalsKey(day, view.stream, name), found


@contextmanager
def _readable(client: Client, api: Api) -> Iterator[None]:
    """Turns what a line lacks, or what is no figure in it, into an error of the tree."""
    try:
        yield
    except (KeyError, ValueError, ArithmeticError) as error:
        reason = f"without {error}" if isinstance(error, KeyError) else "with a value that is no figure or day"
        what = f"/api/public/{_path(api)} sends a line {reason}"
        raise Unexpected(Problem(client.where, what, "is this version new?")) from None


def _path(api: Api) -> str:
    return "v2/metrics" if api == "v2" else "metrics"


def number(value: Any) -> Decimal:
    """A figure of the endpoint, which may come as a text or be absent."""
    found = Decimal(str(value or 0))
    if not found.is_finite():
        raise ValueError(f"no figure: {found}")
    return found


def _lines(client: Client, api: Api, view: str, query: dict[str, Any], window: Window) -> Iterator[dict[str, Any]]:
    """Lines of all days. An answer as long as its limit may be cut, and a 422 is too much: then by halves."""
    assert window.end
    days = (window.end - window.start) // timedelta(days=1)
    try:
        found = _ask(client, api, view, query, window)
    except TooMuch:
        if days <= 1:
            raise
    else:
        if len(found) < _ROW_LIMIT or days <= 1:
            yield from found
            return
    middle = window.start + timedelta(days=days // 2)
    yield from _lines(client, api, view, query, Window(window.start, middle))
    yield from _lines(client, api, view, query, Window(middle, window.end))


def counts(client: Client, api: Api, window: Window) -> dict[str, int]:
    """The numbers of observations and scores that start in a window; the server does not count scores of free text."""
    found: dict[str, int] = {}
    for view in _VIEWS:
        lines = _ask(client, api, view.name, {"metrics": [_COUNT]}, window)
        with _readable(client, api):
            found[view.stream] = found.get(view.stream, 0) + sum(int(number(line["count_count"])) for line in lines)
    return found


def _ask(client: Client, api: Api, view: str, query: dict[str, Any], window: Window) -> list[dict[str, Any]]:
    assert window.end
    # Both bounds of the endpoint count, and times are whole milliseconds.
    bounds = {"fromTimestamp": api_time(window.start), "toTimestamp": api_time(window.end - MS)}
    found: list[dict[str, Any]] = client.get(
        _path(api), {"query": json.dumps({"view": view, **query, **bounds})}, _LINES
    ).data
    return found


def utc_day(at: datetime) -> datetime:
    """The start of the UTC day of a time."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
