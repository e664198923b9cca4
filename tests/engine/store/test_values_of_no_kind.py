"""A platform whose columns have any type but the expected one: what is no time, number or JSON costs its field only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from postgres_versions import SUPPORTED, servers_by_version

from gendash.demo import postgres as demo_postgres
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
# Ids of several types, times as numbers and as text, words as enums in capitals, JSON as text, and values of no kind
MIXED = """
create type words as enum ('USER', 'Admin'); create type states as enum ('DONE', 'Failed', 'pdf', 'Billing', 'Open');
create domain moment as timestamptz; create domain later as moment;
create table users (id uuid primary key, role words, is_active text, created_at bigint, updated_at text,
  first_name varchar, last_name char(8));
create table conversations (id uuid primary key, user_id text, is_voice_conversation smallint, metadata text, created_at text);
create table messages (id bigint primary key, conversation_id text, role char(12), metadata json,
  created_at double precision);
create table feedback (id text, message_id text, user_id uuid, rating text, comment jsonb, created_at date, updated_at int);
create table documents (id smallint, user_id uuid, status states, file_type states, file_size text, chunk_count numeric,
  created_at later, updated_at text);
create table tickets (id int, created_by text, assigned_to uuid, category states, status states, priority int,
  first_response_at text, resolved_at numeric, closed_at bigint, sla_due_at date, created_at timestamp, updated_at text);
insert into users select ('00000000-0000-0000-0000-00000000000' || n)::uuid, (array['USER', 'Admin'])[1 + n % 2]::words,
  (array['yes', 'No', 'perhaps', null])[1 + n % 4], (array[1772359200, 1772359200000, 1772359200000000, 12])[1 + n % 4],
  (array['2026-03-02T10:00:00Z', 'never', '', null])[1 + n % 4], 'F' || n, 'L' from generate_series(0, 7) n;
insert into conversations select ('10000000-0000-0000-0000-00000000000' || n)::uuid,
  case when n < 6 then '00000000-0000-0000-0000-00000000000' || n end, n % 2,
  (array['{"intent": "x"}', '{bad', '["\\u0000"]', '[]', null])[1 + n % 5],
  (array['2026-03-10T10:00:00Z', '2026-03-10 11:00:00+01', '1773136800', '2026-02-30', 'soon'])[1 + n % 5]
  from generate_series(0, 9) n;
insert into messages select n, '10000000-0000-0000-0000-00000000000' || n % 10, (array['User', 'ASSISTANT'])[1 + n % 2],
  (array['{"intent": "y"}', '{"intent": "\\u0000"}', null])[1 + n % 3]::json,
  (array[1773136800.5, 1773136800500, 'NaN', 'Infinity', -1])[1 + n % 5] from generate_series(0, 99) n;
insert into feedback select 'f' || n, (array[n::text, 'm'])[1 + n % 2], '00000000-0000-0000-0000-000000000001',
  (array['5', ' 4 ', 'like', '1e400', '3.2', null])[1 + n % 6], '"good"', '2026-03-11', 1773136800 from generate_series(0, 11) n;
insert into documents select n, null, (array['DONE', 'Failed'])[1 + n % 2]::states, 'pdf',
  (array['100', '12 MB', '-5', '1e300'])[1 + n % 4], (array['NaN', 7, 1e300])[1 + n % 3]::numeric, '2026-03-01', 'x'
  from generate_series(0, 11) n;
insert into tickets select n, '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002', 'Billing',
  'Open', 1, 'tomorrow', 'NaN', 1773136800000, '2026-03-20', '2026-03-10 10:00', null from generate_series(1, 3) n;
"""
MIXED_SETTINGS = """
prometheus_url: none
langfuse: {base_url: none}
platform: {vocabularies: {ticket_priority: {high: ["1"]}}}
features: {tickets: true, intent: true, ticket_history: false}
"""
HOUR = "to_char(hour at time zone 'UTC', 'YYYY-MM-DD HH24')"
MIXED_FIGURES: dict[str, list[tuple[Any, ...]]] = {
    # the fourth and eighth registered at 12 s after 1970
    "select role, is_active, count(*) from gendash.user_entity group by 1, 2 order by 1, 2": [
        ("admin", False, 2), ("user", True, 4)],
    "select distinct created_at at time zone 'UTC' from gendash.user_entity": [(datetime(2026, 3, 1, 10),)],
    "select count(*) from gendash.user_name where name ~ '^F[0-9] L$'": [(6,)],
    f"select {HOUR}, sum(conversations)::int, sum(conversations) filter (where anonymous)::int, count(*) filter (where "
    "channel = 'voice')::int from gendash.conversation_hour group by 1": [("2026-03-10 10", 6, 2, 2)],
    "select intent, count(*) from gendash.conversation_entity group by 1 order by 1": [("x", 2), (None, 4)],
    f"select {HOUR}, role, sum(messages)::int from gendash.message_hour group by 1, 2 order by 2": [
        ("2026-03-10 10", "assistant", 20), ("2026-03-10 10", "user", 20)],
    "select count(distinct user_id) from gendash.user_day": [(1,)],  # of c0; that of c6 is nobody
    "select intent, sum(messages)::int from gendash.intent_conversation_day group by 1 order by 1": [("x", 13), ("y", 14)],
    "select rating, has_comment, count(*) from gendash.rating_entity group by 1, 2 order by 1": [
        (3, True, 2), (4, True, 2), (5, True, 2)],
    # ratings 0, 4, 6 and 10 name messages; of message 4 the time is none
    "select message_id, rating, is_answer from gendash.rating_detail order by 1": [("0", 5, False), ("10", 3, False), ("6", 5, False)],
    "select status, file_type, count(*), sum(file_size)::int, sum(chunks)::int from gendash.document_entity group by 1, 2 order by 1": [
        ("done", "pdf", 6, 285, 14), ("failed", "pdf", 6, None, 14)],
    "select status, priority, category, count(*), count(first_response_at), count(resolved_at), count(closed_at), "
    "count(sla_due_at) from gendash.ticket_entity group by 1, 2, 3": [("open", "high", "Billing", 3, 0, 0, 3, 3)],
}  # fmt: skip
MIXED_AUDITS = {
    "account_field": "75.0% of 8: created_at 2, updated_at 2, is_active 2",
    "conversation_field": "80.0% of 10: created_at 4, metadata 4",
    "message_field": "60.0% of 100: created_at 60",
    "rating_field": "33.3% of 12: rating 4",
    "document_field": "100.0% of 12: file_size 6, chunk_count 8, updated_at 12",
    "ticket_field": "100.0% of 3: first_response_at 3, resolved_at 3",
}


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True, options="-c timezone=UTC") as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("small", [1024, -1], ids=["whole", "in parts"])
def test_values_of_no_kind_cost_their_field_and_stop_nothing_on_any_version(
    version: int, small: int, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = servers_by_version().get(version)
    if folder is None:
        pytest.skip(f"no server binaries of PostgreSQL {version}; name their folder in GENDASH_POSTGRES_VERSIONS")
    monkeypatch.setattr(read, "SMALL_PAGES", small)
    with demo_postgres.postgres(folder) as server:
        execute(server.url(), "create database app")
        execute(server.url("app"), MIXED)
        if small < 0:
            execute(server.url("app"), "create index on messages (created_at); create index on users (created_at)")
        catalog = definitions(server.url("app"), MIXED_SETTINGS)
        migrate(catalog.config, catalog)
        for options in ({}, {"compare": True}):
            results = refresh(catalog.config, catalog, at=NOW, **options)
            assert {one.relation: one.error for one in results if one.error} == {}
        found = {query: execute(server.url("app"), query) for query in MIXED_FIGURES}
        assert found == MIXED_FIGURES
        audits = {one.name: one for one in audit(catalog, at=NOW)}
        assert {name: one.error for name, one in audits.items() if one.state == "failed"} == {}
        assert {name: audits[name].sample for name in MIXED_AUDITS} == MIXED_AUDITS
