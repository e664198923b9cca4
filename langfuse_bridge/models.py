"""Syncs Langfuse's model prices, with which the server computes costs that the client did not send."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.client import Client, Missing
from gendash.langfuse_bridge.rows import StoredRow, Stream
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.windows import AHEAD

EVERY = timedelta(hours=1)
MODELS = Stream(
    "models",
    "lf_model",
    (
        ("project", "text"),
        ("id", "text"),
        ("name", "text"),
        ("match_pattern", "text"),
        ("start_date", "timestamptz"),
        ("unit", "text"),
        ("tokenizer", "text"),
        ("input_usd", "numeric"),
        ("output_usd", "numeric"),
        ("prices", "jsonb"),
        ("tiers", "int4"),
        ("is_managed", "bool"),
    ),
    ("id",),
    "start_date",
)
_LIMIT, _TRIES = 100, 3


class _Price(msgspec.Struct):
    price: Decimal


class _Model(msgspec.Struct, rename="camel"):
    id: str
    model_name: str
    match_pattern: str = ""
    start_date: api_types.Moment | None = None
    unit: str | None = None
    tokenizer_id: str | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    total_price: Decimal | None = None
    prices: dict[str, _Price] | None = None
    pricing_tiers: list[Any] = []
    is_langfuse_managed: bool = False


class _Page(msgspec.Struct):
    data: list[_Model]
    meta: api_types.Meta


_PAGE = api_types.decoder(_Page)


def sync_models(client: Client, store: Store, project: str, now: datetime) -> tuple[int, int, int] | None:
    """Entries of the price list that were read, written and deleted; None where it is not due or not to be had."""
    state = store.state(project, MODELS.name)
    if state.closed_until is not None and now - EVERY < state.closed_until <= now + AHEAD:
        return None
    asked = client.asked
    try:
        found = _read(client)
    except Missing:
        found = None
    requests = client.asked - asked
    if found is None:
        store.note(project, MODELS.name, {}, requests)
        return None
    known = store.readable(sorted({item.match_pattern for item in found.values()})) if found else set()
    lines = [_row(project, item, known) for item in found.values()]
    values = {"closed_until": now, "finished_at": now, "error": None, "error_at": None}
    written, deleted = store.replace_list(MODELS, project, lines, values)
    store.note(project, MODELS.name, {}, requests)
    return len(lines), written, deleted


def _read(client: Client) -> dict[str, _Model] | None:
    """All entries by id; None where the list never held still. Entries that come or go meanwhile shift the pages."""
    for _ in range(_TRIES):
        found: dict[str, _Model] = {}
        page, totals = 1, set()
        while True:
            answer = client.get("models", {"limit": _LIMIT, "page": page}, _PAGE)
            found |= {item.id: item for item in answer.data}
            totals.add(answer.meta.total_items)
            if len(answer.data) < _LIMIT:
                break
            page += 1
        if totals == {len(found)}:
            return found
    return None


def _row(project: str, item: _Model, known: set[str]) -> StoredRow:
    prices = {kind: price.price for kind, price in (item.prices or {}).items()}
    flat = {"input": item.input_price, "output": item.output_price, "total": item.total_price}
    prices = prices or {kind: price for kind, price in flat.items() if price is not None}
    return (
        project,
        item.id,
        item.model_name,
        (item.match_pattern or None) if item.match_pattern in known else None,
        item.start_date,
        item.unit or None,
        item.tokenizer_id or None,
        prices.get("input"),
        prices.get("output"),
        prices,
        max(1, len(item.pricing_tiers)),
        item.is_langfuse_managed,
    )
