"""The platform of the benchmarks of refresh: so many messages at so many a day, and a refresh at its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.refresh.run import RefreshResult, refresh

PLATFORM = Path(__file__).resolve().parents[1] / "demo" / "platform.sql"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
# All messages are of one size: small ones would fill gaps on old pages, and a BRIN index would find those for every day
CONTENT = "repeat('some words of a message ', 8)"
SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "8GB", "autovacuum": "off"}

# {n} messages, {days} days, {talks} conversations, {users} users; ids are made from numbers
FILL = """
insert into users (id, email, hashed_password, role, is_active, first_name, last_name, created_at, updated_at)
select md5('u' || n)::uuid, 'u' || n, 'h', 'user', n % 50 <> 0, 'F' || n, 'L' || n,
  {now} - make_interval(secs => {days} * 86400.0 * n / {users}), {now}
from generate_series(1, {users}) as n;
insert into conversations (id, user_id, is_voice_conversation, created_at, updated_at)
select md5('c' || n)::uuid, case when n % 12 > 0 then md5('u' || 1 + floor({users} * (hashint4(n)::bigint + 2147483648)
  / 4294967296.0 * random() ^ 0.5)::int)::uuid end, n % 7 = 0,
  {now} - make_interval(secs => {days} * 86400.0 * ({talks} - n) / {talks}), {now}
from generate_series(1, {talks}) as n;
insert into messages (id, conversation_id, role, content, metadata, created_at, updated_at)
select md5('m' || n)::uuid, md5('c' || least({talks}, 1 + n / 10))::uuid,
  case when n % 2 = 0 then 'user' else 'assistant' end, {content},
  case when n % 30 = 1 then jsonb_build_object('trace_id', md5('t' || n / 20)) end,
  {now} - make_interval(secs => {days} * 86400.0 * ({n} - n) / {n}), {now}
from generate_series(1, {n}) as n;
insert into feedback (id, message_id, user_id, rating, created_at, updated_at)
select md5('f' || n)::uuid, md5('m' || n * 30 + 1)::uuid, md5('u' || 1 + n % {users})::uuid, 1 + (n * 7) % 5,
  {now} - make_interval(secs => {days} * 86400.0 * ({n} - n * 30) / {n}), {now}
from generate_series(1, {n} / 30 - 1) as n;
insert into documents (id, user_id, title, filename, file_type, file_size, status, chunk_count, created_at, updated_at)
select md5('d' || n)::uuid, md5('u' || 1 + n % {users})::uuid, 't', 'f', 'pdf', n, 'done', n % 40,
  {now} - make_interval(secs => {days} * 86400.0 * n / ({n} / 500)), {now}
from generate_series(1, {n} / 500) as n;
insert into tickets (id, title, created_by, status, priority, resolved_at, sla_due_at, created_at, updated_at)
select md5('t' || n)::uuid, 't', md5('u' || 1 + n % {users})::uuid, case when n % 9 = 0 then 'open' else 'resolved' end,
  'medium', case when n % 9 > 0 then at + interval '5 hours' end, at + interval '24 hours', at, at
from (select n, {now} - make_interval(secs => 3600 + {days} * 86400.0 * n / ({n} / 200)) as at
  from generate_series(1, {n} / 200) as n) as made;
"""
TRACES = """
insert into gendash.lf_observation (project, trace_id, id, type, level, environment, model, start_time, end_time,
  latency_s, ttft_s, input_tokens, output_tokens, cached_tokens, reasoning_tokens, total_tokens, usage, cost_usd, cost,
  user_hash, tags, is_root, metadata, updated_at)
select 'default', md5('t' || n / 4), md5('o' || n), case when n % 4 = 0 then 'SPAN' else 'GENERATION' end,
  case when n % 60 = 1 then 'ERROR' else 'DEFAULT' end, case when n % 10 = 0 then 'staging' else 'production' end,
  'model-' || n % 5, at, at + interval '2 seconds', 2 + n % 7 / 10.0, 0.5, 300 + n % 900, 100 + n % 300, n % 200, 0,
  400 + n % 1200, '{{"input": 300}}', case when n % 30 > 0 then 0.002 + n % 50 / 1e5 end, '{{"input": 0.001}}',
  md5('h' || n / 4 % 5000), '{{}}', n % 4 = 0, '{{}}', at
from (select n, {now} - make_interval(secs => least({days}, 400) * 86400.0 * ({n} - n) / {n}) as at
  from generate_series(1, {n}) as n) as made
"""


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def fill(connection: psycopg.Connection[Any], messages: int, days: float, index: str) -> int:
    """Makes the platform; returns the number of its conversations."""
    talks, users = messages // 10, max(messages // 50, 10)
    connection.execute(PLATFORM.read_bytes())
    now = f"timestamptz '{NOW.isoformat()}'"
    text = FILL.format(n=messages, days=days, talks=talks, users=users, now=now, content=CONTENT)
    for statement in text.split(";\n"):
        if statement.strip():
            connection.execute(statement.encode())
    if index != "none":
        for table in ("messages", "conversations", "feedback", "users"):
            connection.execute(f"create index on {table} using {index} (created_at)".encode())
    connection.execute("vacuum analyze")
    return talks


def run(catalog: Catalog, **options: Any) -> list[RefreshResult]:
    """A refresh at the benchmark's time. Raises SystemExit where a relation failed."""
    results = refresh(catalog.config, catalog, at=NOW, **options)
    errors = [result.error for result in results if result.error]
    if errors:
        raise SystemExit("\n".join(errors))
    return results
