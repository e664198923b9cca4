"""Rollups over what the bridge writes: days that changed are computed again, and the result is that of computing all."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import inputs, is_tracked
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import write as postgres_write
from gendash.engine.store.refresh.run import refresh

KEYS = "langfuse: {metadata: [tenant], breakdown_keys: [tenant]}"
NOW = datetime(2026, 10, 26, 12, tzinfo=UTC)  # the day after one of 25 hours in Berlin
Values = tuple[Any, ...]


def rollups(catalog: Catalog) -> list[str]:
    rollups = (r for r in catalog.relations.values() if r.kind == "rollup" and catalog.enabled(r))
    return [r.name for r in rollups if (read := inputs(catalog, r)) and all(map(is_tracked, read.values()))]


def contents(connection: psycopg.Connection[Any], names: list[str]) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, connection.execute(f"select * from gendash.{name}".encode()).fetchall()))
        for name in names
    }


def write(connection: psycopg.Connection[Any], rng: random.Random) -> None:
    """Something that the bridge does: a span comes, changes, moves in time, or goes."""
    trace, number = f"t{rng.randrange(12)}", f"o{rng.randrange(60)}"
    at = NOW - timedelta(hours=rng.randrange(0, 24 * 20))
    deed = rng.choice(["come", "come", "come", "change", "go", "purge"])
    if deed == "come":
        connection.execute(
            "insert into gendash.lf_observation (project, trace_id, id, type, level, environment, model, start_time, "
            "end_time, latency_s, input_tokens, output_tokens, cached_tokens, reasoning_tokens, total_tokens, usage, "
            "cost_usd, cost, tags, is_root, metadata, updated_at) values ('p', %s, %s, %s, %s, 'production', 'm', %s, "
            "%s, 2, 3, 4, 1, 0, 7, '{}', %s, '{}', '{}', %s, %s, %s) on conflict (project, trace_id, id) do update "
            "set start_time = excluded.start_time, level = excluded.level, cost_usd = excluded.cost_usd",
            [
                trace,
                number,
                rng.choice(["GENERATION", "SPAN", "TOOL"]),
                rng.choice(["DEFAULT", "ERROR"]),
                at,
                at + timedelta(seconds=2),
                rng.choice([None, 0.25]),
                rng.random() < 0.3,
                rng.choice(["{}", '{"tenant": "a"}', '{"tenant": "b"}']),
                NOW,
            ],
        )
    elif deed == "change":
        connection.execute("update gendash.lf_observation set cost_usd = 1, level = 'ERROR' where id = %s", [number])
    elif deed == "go":
        connection.execute("delete from gendash.lf_observation where id = %s", [number])
    else:
        connection.execute("delete from gendash.lf_observation where start_time < %s", [NOW - timedelta(days=18)])


@pytest.fixture
def store(
    copy_of: Callable[..., str], definitions: Callable[..., Catalog]
) -> Iterator[tuple[psycopg.Connection[Any], Catalog]]:
    off = ", ".join(f"{name}: false" for name in ("users", "conversations", "feedback", "documents", "tickets"))
    text = f"time_zone: Europe/Berlin\nfeatures: {{langfuse: true, {off}}}\n{KEYS}"

    def migrated(url: str) -> None:
        catalog = definitions(url, text)
        migrate(catalog.config, catalog)

    url = copy_of("tracked", migrated)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection, definitions(url, text)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 12))])
def test_computing_the_days_that_changed_gives_what_computing_all_gives(
    store: tuple[psycopg.Connection[Any], Catalog], seed: int
) -> None:
    connection, catalog = store
    rng, names = random.Random(seed), rollups(catalog)
    assert len(names) >= 9
    for step in range(12):
        for _ in range(rng.randrange(12)):
            write(connection, rng)
        only = rng.sample(names, 3) if rng.random() < 0.3 else []
        refresh(catalog.config, catalog, at=NOW + timedelta(minutes=step), only=only)
    results = refresh(catalog.config, catalog, at=NOW + timedelta(minutes=20))
    assert [result.error for result in results if result.error] == []
    kept = contents(connection, names)
    assert [name for name in names if not kept[name]] == ["group_word"]  # words of tickets and documents, which are off
    counts = connection.execute("select relation, rows from gendash._refresh").fetchall()
    assert {name: len(kept[name]) for name in names} == {name: rows for name, rows in counts if name in names}
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=21), full=True)
    assert contents(connection, names) == kept


@pytest.mark.parametrize("gone", ["first", "last"])
def test_a_trace_over_midnight_follows_when_the_step_of_one_day_goes(
    store: tuple[psycopg.Connection[Any], Catalog], gone: str
) -> None:
    connection, catalog = store
    for number, (kind, days) in {"first": ("SPAN", 2), "call": ("GENERATION", 1), "last": ("SPAN", 0)}.items():
        connection.execute(
            "insert into gendash.lf_observation (project, trace_id, id, type, level, environment, start_time, end_time, "
            "input_tokens, output_tokens, cached_tokens, reasoning_tokens, total_tokens, usage, cost, tags, is_root, "
            "metadata, updated_at) values "
            "('p', 't', %s, %s, 'DEFAULT', 'x', %s, %s, 1, 1, 0, 0, 2, '{}', '{}', '{}', false, '{}', %s)",
            [number, kind, NOW - timedelta(days=days), NOW - timedelta(days=days), NOW],
        )
    refresh(catalog.config, catalog, at=NOW)
    connection.execute("delete from gendash.lf_observation where id = %s", [gone])
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=5))
    turn = connection.execute("select started_at, duration_s from gendash.llm_turn").fetchall()
    assert turn == [(NOW - timedelta(days=1 if gone == "first" else 2), 86_400.0)]


def test_what_did_not_change_is_not_computed_again(
    store: tuple[psycopg.Connection[Any], Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, catalog = store
    rng, names = random.Random(1), rollups(catalog)
    for _ in range(50):
        write(connection, rng)
    refresh(catalog.config, catalog, at=NOW)
    loaded: list[str] = []
    load = postgres_write.load_query

    def spying(connection: Any, relation: Any, *rest: Any) -> None:
        loaded.append(relation.name)
        load(connection, relation, *rest)

    monkeypatch.setattr(postgres_write, "load_query", spying)
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=5))
    assert set(loaded) & set(names) == set()
    connection.execute("update gendash.lf_observation set cost_usd = 7 where type = 'GENERATION'")
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=10))
    assert "llm_hour" in loaded
    assert "llm_turn_day" in loaded, "what stands on a rollup that changed follows it"


@pytest.mark.parametrize("lost", ["restored", "forgotten"])
def test_where_nobody_can_know_what_changed_all_is_computed(
    store: tuple[psycopg.Connection[Any], Catalog], lost: str
) -> None:
    connection, catalog = store
    rng = random.Random(1)
    for _ in range(50):
        write(connection, rng)
    refresh(catalog.config, catalog, at=NOW)
    connection.execute("update gendash.lf_observation set cost_usd = 7 where type = 'GENERATION'")
    connection.execute("truncate gendash._changed")
    if lost == "restored":  # into another server, whose transactions have other numbers
        connection.execute("update gendash._refresh set store = 1")
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=5 if lost == "restored" else 60 * 25))
    row = connection.execute(
        "select count(*), sum(cost_usd), 7 * sum(calls) from gendash.llm_hour where calls > 0"
    ).fetchone()
    assert row and row[0] and row[1] == row[2]


def test_an_emptied_table_empties_what_stands_on_it(store: tuple[psycopg.Connection[Any], Catalog]) -> None:
    connection, catalog = store
    rng = random.Random(1)
    for _ in range(50):
        write(connection, rng)
    refresh(catalog.config, catalog, at=NOW)
    connection.execute("truncate gendash.lf_observation")
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=5))
    assert not any(contents(connection, rollups(catalog)).values())


def test_a_change_that_is_not_yet_committed_is_not_missed(store: tuple[psycopg.Connection[Any], Catalog]) -> None:
    connection, catalog = store
    rng = random.Random(1)
    for _ in range(50):
        write(connection, rng)
    refresh(catalog.config, catalog, at=NOW)
    with connection.transaction():
        connection.execute("update gendash.lf_observation set cost_usd = 7 where type = 'GENERATION'")
        refresh(catalog.config, catalog, at=NOW + timedelta(minutes=5))
    refresh(catalog.config, catalog, at=NOW + timedelta(minutes=10))
    row = connection.execute(
        "select count(*), sum(cost_usd), 7 * sum(calls) from gendash.llm_hour where calls > 0"
    ).fetchone()
    assert row and row[0] and row[1] == row[2]


@pytest.mark.parametrize(
    "at",
    [
        "infinity",
        *(pytest.param(at, marks=pytest.mark.soak) for at in ("9999-12-31 23:30+00", "1970-01-01")),
        "0044-03-15 BC",
        pytest.param("1999-12-31 12:00+00", marks=pytest.mark.soak),
    ],
)
def test_a_call_of_an_impossible_time_is_in_no_rollup_and_ends_no_refresh(
    store: tuple[psycopg.Connection[Any], Catalog], at: str
) -> None:
    connection, catalog = store
    rng = random.Random(5)
    for _ in range(40):
        write(connection, rng)
    refresh(catalog.config, catalog, at=NOW)
    before = contents(connection, rollups(catalog))
    connection.execute("update gendash.lf_observation set id = 'far', trace_id = 'far', start_time = %s "
                       "where ctid = (select min(ctid) from gendash.lf_observation)", [at])  # fmt: skip
    for full in (False, True, False):
        results = refresh(catalog.config, catalog, at=NOW + timedelta(minutes=5), full=full)
        assert not [result for result in results if result.state == "failed"]
    after = contents(connection, rollups(catalog))
    assert before.keys() == after.keys()
    assert not [row for found in after.values() for row in found if "9999" in row or "10000" in row]
    assert all(len(after[name]) <= len(before[name]) for name in after)


def test_names_that_are_markers_or_longer_than_an_index_holds_are_stored(
    store: tuple[psycopg.Connection[Any], Catalog],
) -> None:
    from gendash.langfuse_bridge.names import key_text

    connection, catalog = store
    rng = random.Random(6)
    for _ in range(40):
        write(connection, rng)
    long = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6400))
    for number, name in enumerate([key_text("__all"), key_text(long), key_text("漢" * 800)]):
        connection.execute("update gendash.lf_observation set type = 'GENERATION', model = %s, environment = %s "
                           "where ctid = (select ctid from gendash.lf_observation offset %s limit 1)", [name, name, number])  # fmt: skip
    assert not [r for r in refresh(catalog.config, catalog, at=NOW) if r.state == "failed"]
