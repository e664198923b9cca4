"""What must not be kept is nowhere in the store: a canary is put in every private place and searched everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, client_of, observation, score, settings

from gendash.langfuse_bridge.sync import sync

CANARY = "canary-7f3a"
MINUTE = timedelta(minutes=1)


def private_rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    private: dict[str, Any] = {
        "input": f'"{CANARY}"',
        "output": f'"{CANARY}"',
        "statusMessage": f"Request timed out for {CANARY}",
        "level": "ERROR",
        "userId": f"user {CANARY}",
        "metadata": {"email": CANARY, CANARY: 1, "tenant": "acme"},
        "modelParameters": {"stop": CANARY},
    }
    scores = [
        score(1, NOW - MINUTE, comment=CANARY, metadata={"x": CANARY}, authorUserId=CANARY),
        score(2, NOW - MINUTE, dataType="TEXT", value=CANARY),
        score(3, NOW - MINUTE, dataType="CORRECTION", value=CANARY),
    ]
    return [observation(n, NOW - MINUTE, **private) for n in range(3)], scores


def places(url: str, word: str) -> list[str]:
    """Every column of every table that holds a word."""
    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where table_schema not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        return [
            f"{table}.{column}"
            for schema, table, column in columns
            for found in connection.execute(
                f'select 1 from "{schema}"."{table}" where "{column}"::text like %s limit 1'.encode(), [f"%{word}%"]
            )
            if found
        ]


@pytest.mark.parametrize("mode", ["events_only", "legacy"])
def test_a_canary_in_every_private_place_is_nowhere_in_the_store(mode: Any, double: Any, store: Any, run: Any) -> None:
    double.mode = mode
    observations, scores = private_rows()
    for row in observations:
        double.add(row)
    for row in scores:
        double.put_score(row)
    run(text="langfuse: {metadata: [tenant], since: 2h}")
    assert places(store.url, CANARY) == []
    assert places(store.url, "acme") == ["lf_observation.metadata"], "the search would find it"


def test_prompts_and_answers_are_not_even_asked_for(double: Any, run: Any) -> None:
    run(text="langfuse: {since: 2h}")
    fields = {group for _, params in double.log for group in ",".join(params.get("fields", [])).split(",")}
    assert not fields & {"io", "metadata", "details", "annotation"}


def test_an_error_that_stops_a_sync_holds_neither_keys_nor_data(double: Any, store: Any, sleeper: Any) -> None:
    double.add(observation(1, NOW - MINUTE, usageDetails={CANARY: CANARY}))
    with pytest.raises(Exception, match="another shape"):
        sync(settings(double, store), now=NOW, store=store, client=client_of(double, sleeper))
    assert places(store.url, CANARY) == [] and places(store.url, double.secret_key) == []
    assert places(store.url, "another shape") == ["_sync.error"]
