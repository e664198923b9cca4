"""Rows that Langfuse drops by its own retention stay in the store; rows that people delete go."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from bridge_parts import NOW, client_of, observation, score, settings, stored

from gendash.langfuse_bridge.reconcile import reconcile

DAY = timedelta(days=1)


def fill(double: Any, days: int) -> None:
    for number in range(days):
        at = NOW - DAY * number - timedelta(hours=1)
        double.add(observation(number, at, traceId=f"trace-{number}"))
        double.put_score(score(number, at, subject={"kind": "trace", "id": f"trace-{number}"}))


def kept(store: Any) -> set[str]:
    return {row[0] for row in stored(store, "lf_observation", "trace_id")}


def drop_older(double: Any, edge: datetime) -> None:
    """What the server's retention does: all that is older goes."""
    for row in double.observations():
        if datetime.fromisoformat(row["startTime"]) < edge:
            double.delete(row["traceId"])


def test_what_the_servers_retention_drops_stays(double: Any, store: Any, run: Any, sleeper: Any) -> None:
    fill(double, 20)
    run(text="langfuse: {since: 30d}")
    double.retention_days = 7
    drop_older(double, NOW - 7 * DAY)
    double.delete("trace-3")  # a person did that
    run(from_=NOW - 30 * DAY)
    assert kept(store) == {f"trace-{number}" for number in range(20)} - {"trace-3"}
    assert len(stored(store, "lf_score")) == 19
    found = reconcile(settings(double, store), now=NOW, client=client_of(double, sleeper), store=store)
    assert found.agree and found.before == [] and 0 < found.days <= 6
    assert len(kept(store)) == 19
    double.retention_days = 0  # from now on the server keeps everything, but what it dropped is gone there
    run(from_=NOW - 30 * DAY)
    assert len(kept(store)) == 19


@pytest.mark.parametrize("seed", range(4))
def test_random_histories_in_which_both_happen(seed: int, double: Any, store: Any, run: Any) -> None:
    rng, now, number = random.Random(seed), NOW, 0
    wanted: dict[str, datetime] = {}
    edge = NOW - 400 * DAY
    for _ in range(8):
        now += timedelta(hours=rng.randrange(1, 60))
        for _ in range(rng.randrange(1, 5)):
            number, at = number + 1, now - timedelta(hours=rng.randrange(1, 24))
            double.add(observation(number, at, traceId=f"trace-{number}"))
            wanted[f"trace-{number}"] = at
        double.retention_days = rng.choice([0, 2, 3, 7, double.retention_days])
        if double.retention_days:
            edge = max(edge, now - (double.retention_days - 1) * DAY)
            drop_older(double, now - double.retention_days * DAY)
        for trace in rng.sample(sorted(wanted), min(len(wanted), rng.randrange(3))):
            double.delete(trace)
            if wanted[trace] >= edge:
                del wanted[trace]
        run(now, from_=NOW - 2 * DAY, text="langfuse: {since: 30d}")
        assert kept(store) == set(wanted)
