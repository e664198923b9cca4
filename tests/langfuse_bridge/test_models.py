"""The price list of Langfuse in the store: paged, changed, shortened, and no harm to what matters more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bridge_parts import NOW, observation, stored

from gendash.demo.langfuse_faults import Fault
from gendash.engine.errors import Unreachable

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def model(number: int, **changes: Any) -> dict[str, Any]:
    """An entry of the price list in the wire format."""
    prices = changes.pop("prices", {"input": 4e-07, "output": 1.2e-06, "input_cached_tokens": 1e-07})
    row: dict[str, Any] = {
        "id": f"model-{number:03d}",
        "createdAt": "2026-11-22T20:19:42.117Z",
        "modelName": f"gpt-{number}",
        "matchPattern": f"(?i)^(gpt-{number})$",
        "startDate": None,
        "tokenizerId": "openai",
        "tokenizerConfig": {"tokenizerModel": f"gpt-{number}"},
        "unit": "TOKENS",
        "inputPrice": prices.get("input"),
        "outputPrice": prices.get("output"),
        "totalPrice": None,
        "prices": {kind: {"price": price} for kind, price in prices.items()},
        "isLangfuseManaged": True,
        "pricingTiers": [{"id": "t", "name": "Standard", "isDefault": True, "priority": 0, "conditions": []}],
    }
    return row | changes


def entries(store: Any, columns: str = "id") -> Any:
    return stored(store, "lf_model", columns)


def test_every_entry_of_every_page_is_stored_with_exact_prices(double: Any, store: Any, run: Any) -> None:
    double.models = [model(number) for number in range(205)]
    double.models[7] |= {"startDate": "2026-01-01T00:00:00.000Z", "unit": None, "isLangfuseManaged": False}
    report = run()
    assert (report.models.read, report.models.written, report.models.requests) == (205, 205, 3)
    assert len(entries(store)) == 205
    columns = "name, match_pattern, start_date, unit, tokenizer, input_usd, output_usd, prices::text, tiers, is_managed"
    prices = '{"input": 0.0000004, "output": 0.0000012, "input_cached_tokens": 0.0000001}'
    money = (Decimal("0.0000004"), Decimal("0.0000012"))
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert entries(store, columns)[7 + 100] is not None
    assert stored(store, "lf_model where id = 'model-007'", columns) == [
        ("gpt-7", "(?i)^(gpt-7)$", since, None, "openai", *money, prices, 1, False)
    ]


def test_it_is_read_once_an_hour_and_then_only_what_differs_is_written(double: Any, store: Any, run: Any) -> None:
    double.models = [model(number) for number in range(5)]
    run()
    assert run(NOW + 30 * MINUTE).models is None
    before = stored(store, "lf_model", "id, xmin")
    double.models = [model(0, prices={"input": 5e-07}), *double.models[1:4], model(9)]
    done = run(NOW + 61 * MINUTE).models
    assert (done.read, done.written, done.deleted) == (5, 2, 1)
    assert [id for id, xmin in entries(store, "id, xmin") if (id, xmin) in before] == [
        f"model-00{n}" for n in (1, 2, 3)
    ]
    assert stored(store, "lf_model where id = 'model-000'", "input_usd, output_usd") == [(Decimal("0.0000005"), None)]


def test_an_entry_that_comes_while_pages_are_read_shifts_nothing_away(double: Any, store: Any, run: Any) -> None:
    double.models = [model(number) for number in range(150)]
    added = False

    def fault(path: str) -> None:
        nonlocal added
        if path == "models" and not added and any(asked.endswith("models") for asked, _ in double.log[:-1]):
            added = True
            double.models.insert(0, model(900))

    double.fault = fault
    run()
    assert added and len(entries(store)) == 151


def test_a_pattern_that_postgresql_cannot_read_is_not_kept(double: Any, store: Any, run: Any) -> None:
    double.models = [model(1), model(2, matchPattern="(?<=x)(gpt"), model(3)]
    run()
    assert [name for name, pattern in entries(store, "name, match_pattern") if pattern is None] == ["gpt-2"]


@pytest.mark.parametrize("fault", [Fault(404), Fault(500)], ids=["absent", "broken"])
def test_a_price_list_that_cannot_be_had_costs_no_call(fault: Fault, double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW - MINUTE))
    double.fault = lambda path: fault if path == "models" else None
    if fault.status == 404:
        assert run(text="langfuse: {since: 2h}").models is None
    else:
        with pytest.raises(Unreachable, match="GET /api/public/models: HTTP 500"):
            run(text="langfuse: {since: 2h}")
        failed = stored(store, "_sync", "stream, error is null, finished_at is null")
        assert failed == [("models", False, True), ("observations", True, False), ("scores", True, False)]
    assert len(stored(store, "lf_observation")) == 1
