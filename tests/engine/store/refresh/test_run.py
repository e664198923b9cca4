from __future__ import annotations

import hashlib
import hmac
import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.relations import cadence_s
from gendash.engine.errors import Refused, TargetError, Unexpected, Unreachable
from gendash.engine.platform import columns as postgres_source
from gendash.engine.store import lease as postgres_lease
from gendash.engine.store.lease import Lease
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import read as postgres_read
from gendash.engine.store.refresh import write
from gendash.engine.store.refresh.run import RefreshResult, refresh
from gendash.engine.store.refresh.status import refresh_status

Definitions = Callable[..., Catalog]
ALL = "features: {tickets: true, langfuse: true}\n"
START = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
NOW = datetime.now(UTC).replace(second=0, microsecond=0)  # one time for all: ages are compared from run to run


def uid(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 64) + number))


def fill(url: str, users: int = 12, seed: int = 1) -> None:
    """A few weeks of a small platform in the reference tables."""
    rng = random.Random(seed)

    def at(days: float = 20) -> datetime:
        return START + timedelta(seconds=rng.randrange(int(days * 86_400)))

    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        people = [
            (uid(1, n), f"{n}@x", "h", rng.choice(["user", "admin", "guest"]), n % 5 > 0, at()) for n in range(users)
        ]
        cursor.executemany(
            "insert into users (id, email, hashed_password, role, is_active, created_at) values (%s, %s, %s, %s, %s, %s)",
            people,
        )
        talks = [
            (uid(2, n), uid(1, rng.randrange(users)) if rng.random() < 0.8 else None, rng.random() < 0.2, at())
            for n in range(users * 4)
        ]
        cursor.executemany(
            "insert into conversations (id, user_id, is_voice_conversation, created_at) values (%s, %s, %s, %s)", talks
        )
        messages = [
            (uid(3, n), rng.choice(talks)[0], rng.choice(["user", "assistant", "tool"]), "secret text " * 20, at(25))
            for n in range(users * 20)
        ]
        cursor.executemany(
            "insert into messages (id, conversation_id, role, content, created_at) values (%s, %s, %s, %s, %s)",
            messages,
        )
        cursor.executemany(
            "insert into feedback (id, message_id, user_id, rating, comment, created_at) values (%s, %s, %s, %s, %s, %s)",
            [
                (
                    uid(4, n),
                    message[0],
                    rng.choice(people)[0],
                    rng.choice([1, 4, 5]),
                    rng.choice([None, "", "bad"]),
                    at(),
                )
                for n, message in enumerate(rng.sample(messages, users * 2))
            ],
        )
        cursor.executemany(
            "insert into documents (id, user_id, title, filename, file_type, status, chunk_count, created_at) "
            "values (%s, %s, 't', 'f', %s, %s, %s, %s)",
            [
                (
                    uid(5, n),
                    uid(1, n),
                    rng.choice([".pdf", "Markdown", None, ""]),
                    rng.choice(["done", "failed", "odd"]),
                    n,
                    at(),
                )
                for n in range(users)
            ],
        )
        cursor.executemany(
            "insert into tickets (id, title, status, created_by, sla_due_at, created_at) values (%s, 't', %s, %s, %s, %s)",
            [(uid(6, n), rng.choice(["open", "closed"]), uid(1, n), at(30), at()) for n in range(users)],
        )


def on_platform(catalog: Catalog, name: str) -> bool:
    """Whether a relation stands on the platform's tables; llm_hour stands for those that do not."""
    return name == "llm_hour" or any(kind == "staging" for kind, _ in catalog.lineage(name))


def run(catalog: Catalog, **options: Any) -> dict[str, RefreshResult]:
    results = refresh(catalog.config, catalog, **{"at": NOW} | options)
    return {result.relation: result for result in results if on_platform(catalog, result.relation)}


def states(catalog: Catalog) -> dict[str, dict[str, Any]]:
    return {
        row["relation"]: row for row in refresh_status(catalog.config, catalog) if on_platform(catalog, row["relation"])
    }


def rows(url: str, relation: str, schema: str = "gendash") -> list[Any]:
    with psycopg.connect(url) as connection:
        return sorted(map(repr, connection.execute(f'select * from "{schema}"."{relation}"'.encode())))


def contents(url: str, catalog: Catalog) -> dict[str, list[Any]]:
    """All that a refresh makes, but for its own records and what it only remembers."""
    refreshed = (r for r in catalog.build_order() if r.kind == "rollup" or r.header.get("materialized"))
    with psycopg.connect(url) as connection:
        return {
            r.name: sorted(map(repr, connection.execute(f'select * from gendash."{r.name}"'.encode())))
            for r in refreshed
            if on_platform(catalog, r.name) and not r.header.get("keep")
        }


def execute(url: str, *statements: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def filled(copy_of: Callable[..., str], definitions: Definitions) -> tuple[str, Catalog]:
    def migrated(url: str) -> None:
        execute(url, (PACKAGED / "demo" / "platform.sql").read_text("utf-8"))
        fill(url)
        catalog = definitions(url, ALL)
        migrate(catalog.config, catalog)

    url = copy_of("filled", migrated)
    return url, definitions(url, ALL)


def failed(results: dict[str, RefreshResult]) -> dict[str, str]:
    return {name: result.error for name, result in results.items() if result.state == "failed"}


def test_refreshing_twice_writes_nothing_the_second_time(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    first = run(catalog)
    assert failed(first) == {}
    assert all(result.rows for name, result in first.items() if name.endswith("_entity") or name.startswith("message"))
    before = contents(url, catalog)
    second = run(catalog)
    assert {result.written for result in second.values()} == {0, None}
    assert contents(url, catalog) == before


def test_a_refresh_follows_inserts_updates_moves_and_deletions(
    filled: tuple[str, Catalog], definitions: Definitions, new_database: Callable[[], str]
) -> None:
    url, catalog = filled
    run(catalog)
    execute(
        url,
        f"delete from users where id = '{uid(1, 3)}'",
        f"update conversations set user_id = '{uid(1, 4)}' where id = '{uid(2, 7)}'",
        f"update messages set created_at = created_at - interval '90 days' where id in ('{uid(3, 5)}', '{uid(3, 6)}')",
        f"update messages set role = 'assistant' where id = '{uid(3, 8)}'",
        f"update feedback set rating = 2, comment = 'x' where id = '{uid(4, 1)}'",
        f"delete from conversations where id = '{uid(2, 1)}'",
        f"update tickets set status = 'resolved', resolved_at = now() where id = '{uid(6, 2)}'",
        f"insert into conversations (id, created_at) values ('{uid(2, 900)}', '2026-01-01')",
    )
    run(catalog)
    kept = contents(url, catalog)
    execute(url, "drop schema gendash cascade")
    migrate(catalog.config, catalog)
    run(catalog)
    anew = contents(url, catalog)
    assert {name: len(found) for name, found in kept.items()} == {name: len(found) for name, found in anew.items()}
    del kept["user_entity"], anew["user_entity"]  # their hashes have another key now
    assert kept == anew
    assert not [row for row in rows(url, "user_day") if uid(1, 3) in row]
    assert not [row for row in rows(url, "user_entity") if uid(1, 3) in row]


def test_what_a_first_fill_grew_is_analyzed_before_it_is_read(
    filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, catalog = filled
    monkeypatch.setattr(write, "FEWEST_ROWS", 10)
    found = run(catalog)
    grown = {name for name, result in found.items() if (result.rows or 0) >= 10}
    known = dict(execute(url, "select relname, reltuples from pg_class where relnamespace = 'gendash'::regnamespace"))
    assert {"user_day", "message_conversation_day"} <= grown
    assert {name: known[name] for name in grown} == {name: found[name].rows for name in grown}


def test_small_slices_give_the_same_as_one_read(filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch) -> None:
    url, catalog = filled
    run(catalog)
    whole = contents(url, catalog)
    copied = 0
    copy = postgres_read._copy

    def counting(*args: Any) -> None:
        nonlocal copied
        copied += 1
        copy(*args)

    for name in ("FIRST_PAGES", "FEWEST_PAGES", "MOST_PAGES"):
        monkeypatch.setattr(postgres_read, name, 1)
    monkeypatch.setattr(postgres_read, "_copy", counting)
    assert {result.written for result in run(catalog).values()} == {0, None}
    assert copied > 30
    execute(url, *(f"truncate gendash.{r.name}" for r in catalog.build_order() if r.kind == "rollup"))
    run(catalog)
    assert contents(url, catalog) == whole


def test_a_cancelled_slice_is_read_again_and_smaller(
    filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, catalog = filled
    run(catalog)
    whole = contents(url, catalog)
    copy, texts = postgres_read._copy, []

    def failing(connection: Any, query: str, spool: Any) -> None:
        texts.append(query)
        copy(connection, query, spool)  # what was read of it must not stay
        if len(texts) % 3 == 1:
            raise psycopg.errors.QueryCanceled("canceling statement due to statement timeout")

    monkeypatch.setattr(postgres_read, "FIRST_PAGES", 4)
    monkeypatch.setattr(postgres_read, "FEWEST_PAGES", 1)
    monkeypatch.setattr(postgres_read, "_copy", failing)
    monkeypatch.setattr("time.sleep", lambda _: None)
    assert failed(run(catalog)) == {}
    assert contents(url, catalog) == whole
    bounds = [re.findall(r"ctid >= '\((\d+),0\)'(?: and ctid < '\((\d+),0\)')?", text) for text in texts]
    assert ([("0", "4")], [("0", "1")]) in pairwise(bounds)


def test_a_read_that_is_always_cancelled_is_a_failure_of_its_relation_only(
    filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, catalog = filled
    copy = postgres_read._copy

    def failing(connection: Any, query: str, spool: Any) -> None:
        if "public.tickets" in query:
            raise psycopg.errors.QueryCanceled("canceling statement due to statement timeout")
        copy(connection, query, spool)

    monkeypatch.setattr(postgres_read, "_copy", failing)
    monkeypatch.setattr("time.sleep", lambda _: None)
    results = run(catalog)
    assert list(failed(results)) == ["ticket_entity"]
    assert "canceling statement due to statement timeout" in results["ticket_entity"].error


def test_no_transaction_stays_open_in_the_source_between_slices(
    filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, catalog = filled
    for name in ("FIRST_PAGES", "MOST_PAGES", "FEWEST_PAGES"):
        monkeypatch.setattr(postgres_read, name, 1)
    open_transactions: list[int] = []

    def look(_: Lease) -> None:
        found = execute(
            url, "select count(*) from pg_stat_activity where application_name = 'gendash' and xact_start is not null"
        )
        open_transactions.append(found[0][0])

    monkeypatch.setattr(Lease, "keep", look)
    run(catalog)
    assert len(open_transactions) > 20
    assert set(open_transactions) == {0}


def test_reads_are_read_only_and_short(filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch) -> None:
    _, catalog = filled
    seen: list[Any] = []
    copy = postgres_read._copy

    def spying(connection: Any, query: str, spool: Any) -> None:
        seen.append(
            connection.execute(
                "select current_setting('transaction_read_only'), current_setting('transaction_isolation'), "
                "current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'), "
                "current_setting('application_name')"
            ).fetchone()
        )
        copy(connection, query, spool)

    def outside(platform: postgres_read.Platform) -> None:
        assert platform.connection.execute("select current_setting('statement_timeout')").fetchone() == ("0",)

    monkeypatch.setattr(postgres_read, "_wait_for_replica", outside)
    monkeypatch.setattr(postgres_read, "_copy", spying)
    run(catalog)
    assert set(seen) == {("on", "repeatable read", "4s", "5s", "gendash")}


def test_a_second_refresh_is_refused_and_told_who_is_at_work(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    with psycopg.connect(url, autocommit=True) as connection:
        lease = Lease(connection, catalog.config, "refresh")
        lease.take()
        with pytest.raises(Refused, match=r"db refresh: already running in \S+:\d+ since 20\d\d-.* UTC; wait until"):
            run(catalog)
        lease.give_back()
    assert failed(run(catalog)) == {}


def test_a_lease_that_has_expired_is_taken_over_and_its_holder_writes_nothing_more(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    with psycopg.connect(url, autocommit=True) as connection:
        lease = Lease(connection, catalog.config, "refresh")
        lease.take()
        execute(url, "update gendash._lease set until = now() - interval '1 second'")
        assert failed(run(catalog)) == {}
        with pytest.raises(Refused, match="the lease was lost"):
            lease.renew()
        lease.give_back()


def test_a_refresh_that_loses_its_lease_stops_before_it_writes(
    filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, catalog = filled
    copy = postgres_read._copy

    def stolen(*args: Any) -> None:
        copy(*args)
        execute(url, "update gendash._lease set owner = 'thief'")

    monkeypatch.setattr(postgres_read, "_copy", stolen)
    with pytest.raises(Refused, match="the lease was lost to another process"):
        run(catalog)
    assert rows(url, "user_entity") == []
    assert execute(url, "select owner from gendash._lease") == [("thief",)]


def test_a_lease_is_renewed_while_a_long_read_goes_on(
    filled: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, catalog = filled
    monkeypatch.setattr(postgres_lease, "RENEWED_S", 0)
    ends: list[Any] = []
    keep = Lease.keep

    def keeping(self: Lease) -> None:
        keep(self)
        ends.extend(execute(url, "select until from gendash._lease"))

    monkeypatch.setattr(Lease, "keep", keeping)
    run(catalog)
    assert ends == sorted(set(ends))
    assert len(ends) >= 9


def test_refreshes_at_the_same_time_end_as_one_would(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            outcomes.append("failed" if failed(run(catalog)) else "done")
        except Refused:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "failed" not in outcomes
    assert "done" in outcomes
    before = contents(url, catalog)
    run(catalog)
    assert contents(url, catalog) == before


@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.soak)])
def test_each_column_and_table_that_goes_is_named_and_nothing_stands_in_the_platforms_way(
    filled: tuple[str, Catalog], every: int
) -> None:
    url, catalog = filled
    run(catalog)
    read = {  # without the optional ones, which are NULL where they are not there
        name
        for relation in catalog.relations.values()
        if relation.kind == "rollup" and catalog.enabled(relation)
        for staging in postgres_source.stagings(catalog, relation)
        for kind, name in resolve_references(staging.text, catalog.names, staging, frozenset()).uses
        if kind == "column"
    }
    columns = execute(
        url,
        "select table_name, column_name from information_schema.columns where table_schema = 'public' order by 1, 2",
    )
    for table, column in columns[len(columns) % every :: every]:
        execute(url, f"alter table {table} rename column {column} to {column}s")
        text = " ".join(failed(run(catalog)).values())
        name = f"{table}.{column}"
        if name in read:
            assert f"public.{name}: the platform has no such column; did you mean '{column}s'?" in text
        else:
            assert text == ""
        execute(url, f"alter table {table} rename column {column}s to {column}")
    for table, column in columns:
        execute(url, f"alter table {table} drop column {column} cascade")
    text = " ".join(failed(run(catalog)).values())
    assert {name for name in read if f"public.{name}: " in text} == read
    tables = sorted({table for table, _ in columns})
    execute(url, *(f"drop table {table}" for table in tables))
    text = " ".join(failed(run(catalog)).values())
    for table in {name.split(".")[0] for name in read}:
        assert f"public.{table}: the platform has no such table" in text


def test_every_column_can_change_its_type(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    run(catalog)
    columns = execute(
        url,
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public' "
        "and column_name in ('created_at', 'updated_at', 'sla_due_at', 'title', 'chunk_count', 'file_size')",
    )
    types = {"timestamp with time zone": "timestamp(3)", "character varying": "text", "integer": "bigint"}
    for table, column, kind in columns:
        execute(url, f"alter table {table} alter column {column} type {types[kind]}")
    assert failed(run(catalog)) == {}


def test_times_without_a_zone_are_taken_for_utc(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    run(catalog)
    before = contents(url, catalog)
    database = url.split("/")[-1]
    execute(
        url,
        f"alter database {database} set timezone = 'America/New_York'",
        *(
            f"alter table {table} alter column created_at type timestamp using created_at at time zone 'UTC'"
            for table in ("users", "conversations", "messages", "feedback", "documents")
        ),
    )
    assert {result.written for result in run(catalog).values()} == {0, None}
    with psycopg.connect(url) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute("select * from gendash.message_hour").fetchall()
    assert sorted(map(repr, found)) == before["message_hour"]


def test_what_fails_is_recorded_and_the_rest_goes_on(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    before = states(catalog)
    assert {row["state"] for row in before.values()} == {"never", "off"}
    execute(url, "alter table users rename column role to kind", "alter table users rename column is_active to active")
    results = run(catalog, at=datetime.now(UTC))  # `db status` goes by the clock
    assert list(failed(results)) == ["user_entity"]
    line = results["user_entity"].error
    assert "public.users.role: " in line
    assert (
        "public.users.is_active: the platform has no such column; did you mean 'active'? set platform.columns.users.is_active"
        in line
    )
    assert "\n" not in line
    rows_ = states(catalog)
    assert rows_["user_entity"]["state"] == "failed"
    assert rows_["user_entity"]["error"] == line
    assert rows_["user_day"]["state"] == "fresh"
    execute(url, "alter table users rename column kind to role", "alter table users rename column active to is_active")
    assert failed(run(catalog)) == {}
    assert {row["error"] for row in states(catalog).values()} == {""}


def test_mapped_names_are_read(filled: tuple[str, Catalog], definitions: Definitions) -> None:
    url, catalog = filled
    run(catalog)
    before = contents(url, catalog)
    execute(
        url,
        'alter table users rename to "user"',
        'alter table "user" rename column role to "order"',
        "alter table messages rename column role to author",
        "update messages set author = 'Mensch' where author = 'user'",
        'create schema "App-1"',
        *(
            f'alter table "{table}" set schema "App-1"'
            for table in ("user", "conversations", "messages", "feedback", "documents", "tickets")
        ),
    )
    text = """
platform:
  schema: App-1
  tables: {users: user}
  columns: {users: {role: order}, messages: {role: author}}
  vocabularies: {message_role: {user: [Mensch]}}
"""
    mapped = definitions(url, ALL + text)
    migrate(mapped.config, mapped)
    assert failed(run(mapped)) == {}
    assert contents(url, mapped) == before


def test_a_feature_that_is_off_is_left_alone_and_its_tables_are_mentioned(
    filled: tuple[str, Catalog], definitions: Definitions
) -> None:
    url, catalog = filled
    run(catalog)
    off = definitions(url, "features: {tickets: false, feedback: false}")
    execute(url, "drop table feedback")
    results = run(off)
    off_now = {name for name, result in results.items() if result.state == "off"}
    assert {"ticket_entity", "rating_entity", "csat_day", "llm_hour"} <= off_now
    assert {"user_entity", "user_day", "document_entity", "active_day"}.isdisjoint(off_now)
    notes = {name: row["note"] for name, row in states(off).items()}
    assert notes["ticket_entity"] == "feature tickets is off, although its tables exist"
    assert notes["rating_entity"] == ""
    assert execute(url, "select count(*) from gendash._refresh where relation = 'ticket_entity'") == [(0,)]


def test_optional_columns_are_used_where_they_are_and_missed_where_they_went(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    run(catalog)
    notes = {name: row["note"] for name, row in states(catalog).items()}
    assert notes["conversation_entity"] == "without conversations.metadata"
    execute(
        url,
        "alter table conversations add column metadata jsonb",
        f"update conversations set metadata = '{{\"intent\": \"kb_search\"}}' where id = '{uid(2, 5)}'",
    )
    run(catalog)
    assert execute(url, "select conversation_id from gendash.conversation_entity where intent = 'kb_search'") == [
        (uid(2, 5),)
    ]
    execute(url, "alter table conversations drop column metadata, drop column is_voice_conversation")
    result = run(catalog)["conversation_entity"]
    assert result.state == "refreshed"
    assert [note.split(";")[0] for note in result.notes] == [
        "platform column conversations.is_voice_conversation no longer exists",
        "platform column conversations.metadata no longer exists",
    ]
    assert run(catalog)["conversation_entity"].notes == ()
    assert execute(url, "select distinct channel, intent from gendash.conversation_entity") == [("chat", None)]


def test_a_source_of_its_own_and_a_role_that_may_only_read_some_columns_are_enough(
    filled: tuple[str, Catalog],
    new_database: Callable[[], str],
    definitions: Definitions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, catalog = filled
    at = datetime.now(UTC)  # ages are compared
    run(catalog, at=at)
    before = contents(url, catalog)
    execute(url, "create role watcher login password 'watcher'")
    grants: dict[str, set[str]] = {}
    for relation in catalog.relations.values():
        for kind, name in catalog.lineage(relation.name) if relation.kind == "rollup" else ():
            if kind == "column":
                table, column = name.split(".")
                if name not in (
                    "conversations.metadata",
                    "documents.failure_reason",
                ):  # the reference platform lacks them
                    grants.setdefault(table, set()).add(column)
    execute(url, *(f"grant select ({', '.join(columns)}) on {table} to watcher" for table, columns in grants.items()))
    watcher = re.sub(r"//[^@]*@", "//watcher:watcher@", url)
    store = new_database()
    other = definitions(store, ALL, GENDASH_SOURCE_URL=watcher)
    migrate(other.config, other)
    assert failed(run(other, at=at)) == {}
    del before["user_entity"]
    after = contents(store, other)
    assert len(after.pop("user_entity")) == 12
    assert after == before
    for name in ("FIRST_PAGES", "MOST_PAGES"):
        monkeypatch.setattr(postgres_read, name, 1)
    assert {result.written for result in run(other, at=at).values()} == {0, None}
    execute(url, "revoke select (role) on messages from watcher")
    assert (
        "public.messages.role: the source's role may not read it; grant select (role) on public.messages"
        in (failed(run(other, at=at))["message_hour"])
    )


def test_views_and_partitioned_tables_are_read_too(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    at = datetime.now(UTC)  # ages are compared
    run(catalog, at=at)
    before = contents(url, catalog)
    execute(
        url,
        "alter table users rename to people",
        "create view users as select * from people",
        "alter table feedback rename to feedback_old",
        "create table feedback (like feedback_old) partition by hash (id)",
        "create table feedback_1 partition of feedback for values with (modulus 2, remainder 0)",
        "create table feedback_2 partition of feedback for values with (modulus 2, remainder 1)",
        "insert into feedback select * from feedback_old",
    )
    assert {result.written for result in run(catalog, at=at).values()} == {0, None}
    assert contents(url, catalog) == before


def test_a_database_without_a_platform_serves_llm_data_alone(database: str, definitions: Definitions) -> None:
    features = "users: false, conversations: false, feedback: false, documents: false, langfuse: true"
    catalog = definitions(database, f"features: {{{features}}}")
    migrate(catalog.config, catalog)
    execute(
        database,
        "insert into gendash.lf_observation (project, trace_id, id, type, level, environment, model, start_time, "
        "input_tokens, output_tokens, cached_tokens, reasoning_tokens, total_tokens, usage, cost, tags, is_root, "
        "metadata, updated_at, cost_usd) values ('p', 't', 'o', 'GENERATION', 'ERROR', 'prod', null, "
        "'2026-03-29 00:30+00', 5, 2, 1, 0, 7, '{}', '{}', '{}', true, '{}', now(), null)",
    )
    results = run(catalog)
    assert failed(results) == {}
    served = {name for name, result in results.items() if result.state != "off"}
    assert "llm_hour" in served
    assert {catalog.relations[name].header.get("feature", "") for name in served} <= {"langfuse", ""}
    found = execute(
        database, "select environment, model, calls, errors, total_tokens, cost_usd, uncosted from gendash.llm_hour"
    )
    assert found == [("prod", "unknown", 1, 1, 7, 0, 1)]


def test_an_unreachable_source_fails_its_relations_and_no_others(
    filled: tuple[str, Catalog], definitions: Definitions
) -> None:
    url, _ = filled
    catalog = definitions(url, ALL, GENDASH_SOURCE_URL="postgresql://me:secret@127.0.0.1:9/app")
    results = run(catalog)
    assert {result.error for result in results.values() if result.error} == {
        "source me@127.0.0.1:9/app: nothing listens there; start the server or correct GENDASH_SOURCE_URL"
    }
    assert results["llm_hour"].state == "refreshed"
    assert results["active_day"].state == "refreshed"


def test_an_unreachable_store_is_one_line(definitions: Definitions) -> None:
    with pytest.raises(Unreachable, match=r"store me@127.0.0.1:9/app: nothing listens there"):
        run(definitions("postgresql://me:secret@127.0.0.1:9/app"))


def test_without_a_migration_nothing_is_refreshed(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform)
    with pytest.raises(
        Unexpected, match="schema gendash: does not exist or is not gendash's; run `gendash db migrate`"
    ):
        run(catalog)
    migrate(catalog.config, catalog)
    moved = definitions(platform, "time_zone: Asia/Tokyo")
    with pytest.raises(TargetError, match=r"definitions: (\w+, ){3}\w+ and \d+ more; run `gendash db migrate`"):
        run(moved)


def test_the_time_can_be_given(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    run(catalog, at=datetime(2026, 5, 1, 12, tzinfo=UTC))
    assert execute(url, "select max(day)::text from gendash.conversation_day") == [("2026-05-01",)]
    assert execute(url, "select distinct finished_at at time zone 'UTC' from gendash._refresh") == [
        (datetime(2026, 5, 1, 12),)
    ]


def test_only_what_is_due_is_refreshed(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    start = datetime(2026, 5, 1, tzinfo=UTC)
    first = run(catalog, at=start)
    minutely = {name for name in first if cadence_s(catalog.config, catalog.relations[name]) == 60}
    assert {"ticket_entity", "llm_hour"} <= minutely < set(first)

    def refreshed(seconds: int) -> set[str]:
        found = run(catalog, at=start + timedelta(seconds=seconds), due_only=True)
        assert {result.state for result in found.values()} <= {"refreshed", "not due", "off"}
        return {name for name, result in found.items() if result.state == "refreshed"}

    assert refreshed(50) == set()
    assert refreshed(65) == {name for name in minutely if first[name].state == "refreshed"}
    execute(url, "update gendash._refresh set finished_at = null where relation = 'user_day'")
    above = {name for name in first if ("relation", "user_day") in catalog.lineage(name)} - {"user_day"}
    assert above
    assert refreshed(70) == {"user_day"} | {name for name in above if first[name].state == "refreshed"}


def test_after_a_change_of_a_mapping_all_that_depends_on_it_is_due_in_the_same_refresh(
    filled: tuple[str, Catalog], definitions: Definitions
) -> None:
    url, catalog = filled
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    run(catalog, at=start)
    before = contents(url, catalog)
    other = definitions(url, ALL + "platform: {vocabularies: {message_role: {user: [assistant], assistant: [user]}}}")
    migrate(other.config, other)
    assert failed(run(other, at=start, due_only=True)) == {}
    soon = contents(url, other)
    assert failed(run(other, at=start, full=True)) == {}
    assert soon == contents(url, other)
    assert soon != before


def test_cadences_are_settings(filled: tuple[str, Catalog], definitions: Definitions) -> None:
    url, _ = filled
    catalog = definitions(url, ALL + "cadences: {ticket_entity: 2h}")
    assert states(catalog)["ticket_entity"]["cadence_s"] == 7200


def test_a_named_view_is_refreshed_with_what_it_stands_on(filled: tuple[str, Catalog]) -> None:
    _, catalog = filled
    named = list(run(catalog, only=["activity_day"]))
    assert (sorted(named[:-1]), named[-1]) == (["conversation_hour", "user_day"], "active_day")
    assert list(run(catalog, only=["account_now"])) == ["user_entity", "account_now"]
    with pytest.raises(Refused, match=r"no rollup or view 'activity'; did you mean 'activity_day'\\?"):
        run(catalog, only=["activity"])


def test_user_hashes_are_hmacs_with_a_key_that_stays(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    run(catalog)
    ((key,),) = execute(url, "select key from gendash._secret")
    assert len(key) == 32
    for user_id, stored, computed in execute(
        url, "select user_id, user_hash, gendash.user_hash(user_id) from gendash.user_entity"
    ):
        assert stored == computed == hmac.new(key, user_id.encode(), hashlib.sha256).hexdigest()
    migrate(catalog.config, catalog)
    assert execute(url, "select key from gendash._secret") == [(key,)]


def test_freshness_is_unknown_before_the_first_refresh_and_told_after_it(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    query = "select source, age_s from gendash.freshness_now order by 1"
    assert execute(url, query) == [("langfuse", None), ("platform", None), ("rollups", None)]
    run(catalog, at=datetime.now(UTC))
    found = dict(execute(url, query))
    assert found["rollups"] < 300
    (newest,) = execute(url, "select extract(epoch from now() - max(created_at)) from messages")[0]
    assert abs(found["platform"] - float(newest)) < 300


def test_a_content_root_can_add_a_rollup(filled: tuple[str, Catalog], definitions: Definitions, tmp_path: Path) -> None:
    url, _ = filled
    (tmp_path / "sql" / "rollups").mkdir(parents=True)
    (tmp_path / "sql" / "rollups" / "role_count.sql").write_text(
        "/*\ndoc: Accounts by role.\naudience: everyone\nkey: [role]\n"
        "columns: {role: {type: text, doc: role}, accounts: {type: bigint, merge: sum, doc: accounts}}\n*/\n"
        "select role, count(*) as accounts from {{ stage('users') }} s group by role"
    )
    catalog = definitions(url, ALL, roots=(tmp_path,))
    migrate(catalog.config, catalog)
    assert run(catalog, only=["role_count"])["role_count"].state == "refreshed"
    assert execute(url, "select sum(accounts) from gendash.role_count") == [(12,)]


def test_one_impossible_value_costs_its_row_or_field_and_stops_no_relation(filled: tuple[str, Catalog]) -> None:
    url, catalog = filled
    before = run(catalog, full=True)
    assert not failed(before)
    execute(
        url,
        "alter table feedback drop constraint check_rating_range, alter rating type float8",
        "alter table documents alter file_size type numeric",
        "update feedback set rating = 'NaN' where ctid = (select min(ctid) from feedback)",
        "update documents set file_size = 1e30 where ctid = (select min(ctid) from documents)",
    )
    after = run(catalog, full=True)
    assert not failed(after)
    assert len(rows(url, "rating_entity")) == (before["rating_entity"].rows or 0) - 1
    assert len(rows(url, "document_entity")) == before["document_entity"].rows
