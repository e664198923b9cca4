"""The older API's lists: traces of any shape, proxies that answer in between, price lists with odd entries."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bridge_parts import NOW, observation, stored
from test_models import model

from gendash.demo import langfuse_wire as wire
from gendash.demo.langfuse_faults import Fault
from gendash.engine.errors import Unreachable

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SINCE = "langfuse: {since: 3h}"


@pytest.mark.parametrize(
    "odd",
    [{"timestamp": None}, {"timestamp": "10000-01-01T00:00:00.000Z"}, {"id": 7}, {"tags": "web"}, {"userId": {"a": 1}}],
    ids=str,
)
def test_a_trace_that_does_not_fit_costs_its_own_fields_only(
    odd: Any, double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    shape = wire.trace_v1
    bad = "trace-000002"
    monkeypatch.setattr(
        wire, "trace_v1", lambda trace, groups: shape(trace, groups) | (odd if trace["id"] == bad else {})
    )
    monkeypatch.setattr("gendash.langfuse_bridge.stream_run.LIMITS", {"observations": 5, "traces": 5, "v2/scores": 5})
    double.mode, double.version = "legacy", "3.225.4"
    for number in range(40):
        double.add(observation(number, NOW - MINUTE * (number + 1)))
    for step in range(2):
        assert run(NOW + step * MINUTE, text=SINCE).complete
    assert len(stored(store, "lf_observation")) == 40
    users = dict(stored(store, "lf_observation", "trace_id, user_hash is not null"))
    assert all(known for trace, known in users.items() if trace != bad)


@pytest.mark.parametrize("path", ["v2/observations", "observations", "traces"])
@pytest.mark.parametrize(
    "fault", [Fault(404, page="default backend"), Fault(200, page="Sign in")], ids=["404", "login"]
)
def test_a_page_of_a_proxy_in_the_middle_of_a_run_is_asked_again(
    path: str, fault: Fault, double: Any, store: Any, run: Any
) -> None:
    double.mode = "events_only" if path.startswith("v2") else "legacy"
    for number in range(20):
        double.add(observation(number, NOW - MINUTE * (number + 1)))
    todo = [fault, fault]
    double.fault = lambda at: todo.pop() if at.split("/")[0] == path.split("/")[0] and todo else None
    assert run(text=SINCE).complete and todo == []
    assert len(stored(store, "lf_observation where user_hash is not null")) == 20
    double.add(observation(50, NOW + 30 * MINUTE))
    double.fault = lambda at: fault if at.startswith(path) else None
    with pytest.raises(Unreachable) as error:
        run(NOW + HOUR)
    assert fault.page in str(error.value) and str(fault.status) in str(error.value)


def test_a_page_nested_beyond_all_depth_is_read_without_that(
    double: Any, store: Any, run: Any, monkeypatch: Any
) -> None:
    from gendash.demo import langfuse_http

    whole = langfuse_http.ENCODE
    deep = b"[" * 5000 + b"]" * 5000
    monkeypatch.setattr(langfuse_http, "ENCODE", lambda body: whole(body).replace(b'"DEEP"', deep))
    double.add(observation(1, NOW - MINUTE, modelParameters="DEEP"))
    double.add(observation(2, NOW - 2 * MINUTE))
    assert run(text=SINCE).complete
    assert len(stored(store, "lf_observation")) == 2 and stored(store, "lf_rejected") == []


def test_more_rows_in_one_millisecond_than_a_page_holds_all_come(double: Any, store: Any, run: Any) -> None:
    double.mode, double.version = "legacy", "3.225.4"
    for number in range(350):
        double.add(observation(number, NOW - HOUR, traceId=f"t{number % 9}"))
    run(text=SINCE)
    assert len(stored(store, "lf_observation")) == 350


def test_price_tiers_are_stored_and_prices_are_those_of_the_standard_one(double: Any, store: Any, run: Any) -> None:
    standard = {"name": "Standard", "isDefault": True, "priority": 1, "conditions": [], "prices": {"input": 3e-06}}
    long = {"name": "Long", "isDefault": False, "priority": 0, "prices": {"input": 6e-06, "output": {"price": 2e-05}}}
    long["conditions"] = [{"usageDetailPattern": "input", "operator": "gt", "value": 200000}]
    double.models = [model(1, prices={"input": 6e-06}, pricingTiers=[long, standard]), model(2)]
    run(text=SINCE)
    columns = "prices::text, input_usd, tiers, pricing_tiers"
    ((prices, price, tiers, stored_tiers),) = stored(store, "lf_model where id = 'model-001'", columns)
    assert (json.loads(prices), price, tiers) == ({"input": 3e-06}, Decimal("0.000003"), 2)
    assert [tier["name"] for tier in stored_tiers] == ["Long", "Standard"]
    assert (
        stored_tiers[0]["prices"] == {"input": 6e-06, "output": 2e-05}
        and stored_tiers[0]["conditions"][0]["value"] == 200000
    )
    ((old,),) = stored(store, "lf_model where id = 'model-002'", "prices->>'input'")
    assert Decimal(old) == Decimal("0.0000004")


@pytest.mark.parametrize(
    ("odd", "reason"),
    [({"modelName": None}, "modelName is empty or cannot be read"), ({"id": None}, "id is empty or cannot be read")],
)
def test_an_odd_entry_of_the_price_list_is_set_aside_and_the_others_are_stored(
    odd: Any, reason: str, double: Any, store: Any, run: Any
) -> None:
    double.models = [model(1), model(2) | odd, model(3, prices={"input": "NaN", "output": 1e-06})]
    report = run(text=SINCE)
    assert report.models.read == 2
    assert stored(store, "lf_rejected", "stream, reason") == [("models", reason)]
    assert stored(store, "lf_model where id = 'model-003'", "input_usd, output_usd") == [(None, Decimal("0.000001"))]
    double.models = [model(1), model(2)]
    run(NOW + 2 * HOUR, text=SINCE)
    assert stored(store, "lf_rejected") == [] and len(stored(store, "lf_model")) == 2
