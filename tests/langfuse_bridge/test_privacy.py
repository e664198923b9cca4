"""What must not be kept is nowhere in the store: a canary is put in every private place and searched everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, client_of, observation, score, settings, stored

from gendash.demo.langfuse_faults import Fault
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FIELDS
from gendash.engine.errors import ConfigError, GendashError, Unreachable
from gendash.langfuse_bridge import rows
from gendash.langfuse_bridge.projects import widened
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


OPENED = {
    "user_id": ["lf_observation.user_id"],
    "error_text": ["lf_observation.error_text"],
    "model_parameters": ["lf_observation.model_parameters"],
    "score_comment": ["lf_score.comment"],
    "score_text": ["lf_score.value_text"],
    "score_author": ["lf_score.author_id"],
    "metadata.email": ["lf_observation.metadata"],
}


@pytest.mark.parametrize("mode", ["events_only", "legacy"])
def test_each_field_opens_its_column_and_no_other_and_closing_it_empties_that_again(
    mode: Any, double: Any, store: Any, run: Any, sleeper: Any
) -> None:
    assert {name for name in OPENED if "." not in name} == set(FIELDS) == set(rows.FIELDS)
    double.mode = mode
    observations, scores = private_rows()
    for row in observations:
        double.add(row)
    for row in scores:
        double.put_score(row)
    now = NOW
    for name, columns in OPENED.items():
        for fields, found in (([name], columns), ([], [])):
            now += MINUTE
            config = widened(settings(double, store, "langfuse: {since: 2h}"), fields)
            sync(config, now=now, store=store, client=client_of(double, sleeper))
            assert places(store.url, CANARY) == found, name


def test_what_is_closed_is_emptied_in_old_rows_too(double: Any, store: Any, run: Any) -> None:
    for row in private_rows()[0]:
        double.add(row | {"startTime": "2026-09-01T00:00:00.000Z"})
    run(text="langfuse: {since: 90d, fields: [error_text], metadata: [email, tenant]}")
    assert sorted(places(store.url, CANARY)) == ["lf_observation.error_text", "lf_observation.metadata"]
    report = run(NOW + MINUTE, text="langfuse: {metadata: [tenant]}")
    assert places(store.url, CANARY) == [] and places(store.url, "acme") == ["lf_observation.metadata"]
    assert report.notes == [
        "error_text is closed: emptied in 3 rows",
        "metadata.email is closed: emptied in 3 rows",
    ]


def test_a_run_that_dies_after_it_opened_a_field_leaves_a_note_of_it(double: Any, store: Any, run: Any) -> None:
    double.fault = lambda path: Fault(500) if path == "v2/observations" else None
    with pytest.raises(Unreachable):
        run(text="langfuse: {since: 2h, fields: [user_id]}")
    assert stored(store, "_sync where stream = 'observations'", "fields") == [(["user_id"],)]


def test_a_user_joins_by_its_hash_whether_ids_are_kept_or_not(double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW - MINUTE, userId="user-1"))
    run(text="langfuse: {since: 2h}")
    hashed = stored(store, "lf_observation", "user_hash, user_id")
    run(NOW + MINUTE, text="langfuse: {since: 2h, fields: [user_id]}")
    assert stored(store, "lf_observation", "user_hash, user_id") == [(hashed[0][0], "user-1")]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("user", "did you mean 'user_id'?"), ("input", "known: user_id, error_text"), ("metadata.", "did you mean")],
)
def test_an_unknown_field_is_refused_wherever_it_stands(name: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        widened(load_config(""), ["user_id", name])
    assert f"--fields: unknown field '{name}'" in str(error.value) and hint in str(error.value)
    with pytest.raises(ConfigError, match="a list of user_id, error_text"):
        load_config(f"langfuse: {{fields: [{name}]}}")


def test_prompts_and_answers_are_not_even_asked_for(double: Any, run: Any) -> None:
    run(text="langfuse: {since: 2h}")
    fields = {group for _, params in double.log for group in ",".join(params.get("fields", [])).split(",")}
    assert not fields & {"io", "metadata", "details", "annotation"}


def test_an_error_that_stops_a_sync_holds_neither_keys_nor_data(double: Any, store: Any, sleeper: Any) -> None:
    for number in range(20):
        double.add(observation(number, NOW - MINUTE, type={CANARY: CANARY}))
    with pytest.raises(Exception, match="another shape"):
        sync(settings(double, store), now=NOW, store=store, client=client_of(double, sleeper))
    assert places(store.url, CANARY) == [] and places(store.url, double.secret_key) == []
    assert places(store.url, "an answer that does not fit") == ["_sync.error"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 503])
def test_what_a_server_says_is_for_who_runs_the_sync_and_not_stored(
    status: int, double: Any, store: Any, run: Any
) -> None:
    """A message of Langfuse may quote what people wrote, and dashboards show the error that is stored."""
    double.fault = lambda path: Fault(status, page=f"cannot parse {CANARY} HTTP 299") if path != "health" else None
    with pytest.raises(GendashError) as raised:
        run(text="langfuse: {since: 2h}")
    assert CANARY in str(raised.value)
    assert places(store.url, CANARY) == []
    errors = {error for (error,) in stored(store, "_sync", "error") if error}
    assert errors and all("`gendash langfuse sync`" in error and "HTTP 299" not in error for error in errors)
