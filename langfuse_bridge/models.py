"""Syncs Langfuse's model prices, with which the server computes costs that the client did not send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_client import Client, Missing
from gendash.langfuse_bridge.names import key_text, name_or_none
from gendash.langfuse_bridge.odd_items import Listed, Rejected, page_decoder
from gendash.langfuse_bridge.rows import costs
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import StoredRow, Stream
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
        ("pricing_tiers", "jsonb"),
        ("is_managed", "bool"),
    ),
    ("id",),
    "start_date",
)
_LIMIT, _TRIES = 100, 3


class _Price(msgspec.Struct):
    price: Decimal


class _Tier(msgspec.Struct, rename="camel"):
    """A price tier: its prices count where all its conditions hold; the one that is default where no other does."""

    name: str = ""
    is_default: bool = False
    priority: int = 0
    conditions: list[Any] = []
    prices: dict[str, Decimal | _Price] = {}


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
    pricing_tiers: list[_Tier] = []
    is_langfuse_managed: bool = False


_PAGE = page_decoder(_Model)


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
    models, rejected = found
    known = store.readable(sorted({item.match_pattern for item in models})) if models else set()
    lines = [_row(project, item, known) for item in models]
    values = {"closed_until": now, "finished_at": now, "error": None, "error_at": None}
    written, deleted = store.replace_list(MODELS, project, lines, values, (now, rejected))
    store.note(project, MODELS.name, {}, requests)
    return len(lines), written, deleted


def _read(client: Client) -> tuple[list[_Model], list[Rejected]] | None:
    """All entries, and those set aside; None where the list never held still, since entries that come or go meanwhile
    shift the pages."""
    for _ in range(_TRIES):
        found: dict[str, _Model] = {}
        rejected: dict[Rejected, None] = {}
        page, totals, sent = 1, set(), 0
        while True:
            answer: Listed = client.get("models", {"limit": _LIMIT, "page": page}, _PAGE)
            found |= {item.id: item for item in answer.data}
            rejected |= dict.fromkeys(answer.rejected)
            totals.add(answer.meta.total)
            sent += answer.sent
            if answer.sent < _LIMIT:
                break
            page += 1
        if totals in ({len(found) + len(rejected)}, {None}) or (rejected and totals == {sent}):
            return list(found.values()), list(rejected)
    return None


def _row(project: str, item: _Model, known: set[str]) -> StoredRow:
    tiers = [_tier(tier) for tier in item.pricing_tiers]
    standard = next((tier["prices"] for tier in tiers if tier["is_default"] and tier["prices"]), None)
    flat = {"input": item.input_price, "output": item.output_price, "total": item.total_price}
    prices = standard or _amounts(item.prices or {}) or _amounts({kind: one for kind, one in flat.items() if one})
    return (
        project,
        key_text(item.id),
        key_text(item.model_name),
        (item.match_pattern or None) if item.match_pattern in known else None,
        item.start_date,
        name_or_none(item.unit),
        name_or_none(item.tokenizer_id),
        prices.get("input"),
        prices.get("output"),
        prices,
        max(1, len(tiers)),
        tiers or None,
        item.is_langfuse_managed,
    )


def _tier(tier: _Tier) -> dict[str, Any]:
    return {
        "name": tier.name,
        "is_default": tier.is_default,
        "priority": tier.priority,
        "conditions": tier.conditions,
        "prices": _amounts(tier.prices),
    }


def _amounts(prices: Mapping[str, Decimal | _Price]) -> dict[str, Decimal]:
    """Prices in USD by usage type; what is no amount of money is left out."""
    found = {kind: price.price if isinstance(price, _Price) else price for kind, price in prices.items()}
    return costs(found)
