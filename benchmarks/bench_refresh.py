"""Refresh and reconcile as ratios to the five materialized views that a plain solution would refresh instead.

All in one run on one server, flushing left on: a platform of so many messages at so many a day; the five views over its
tables; then gendash: back-fill, steady refresh, reconcile after late and changed rows, each beside an application that
reads, writes and migrates its tables, and a reader of a dashboard. Then every SQL panel, twenty times.
Run with `python -m gendash.benchmarks.bench_refresh --messages 1000000 --index brin`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from gendash.demo import postgres
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import store
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.relations import cadence_s
from gendash.engine.languages.grafana_macros import expand_macros
from gendash.engine.read.questions import first_choice
from gendash.engine.read.reader import clock_setting, open_reader
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import RefreshResult, refresh
from gendash.engine.verify.queries import dashboard_queries

PLATFORM = Path(__file__).resolve().parents[1] / "demo" / "platform.sql"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
# All messages are of one size: small ones would fill gaps on old pages, and a BRIN index would find those for every day
CONTENT = "repeat('some words of a message ', 8)"
PASSWORD = "bench-password"  # of roles in a throw-away server
PANEL_ROUNDS = 20
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
VIEWS = {
    "mv_daily": "select m.created_at::date as day, count(*) as messages, count(distinct c.user_id) as users, "
    "count(distinct c.id) as conversations from messages m join conversations c on c.id = m.conversation_id group by 1",
    "mv_user_day": "select m.created_at::date as day, coalesce(c.user_id::text, '') as user_id, count(*) as "
    "messages from messages m join conversations c on c.id = m.conversation_id group by 1, 2",
    "mv_retention": "with weeks as (select distinct c.user_id, date_trunc('week', m.created_at) as week from "
    "messages m join conversations c on c.id = m.conversation_id where c.user_id is not null), firsts as (select "
    "user_id, min(week) as cohort from weeks group by 1) select cohort, week, count(*) as users from weeks join firsts "
    "using (user_id) group by 1, 2",
    "mv_top_users": "select c.user_id, count(*) as messages, count(distinct c.id) as conversations from messages m "
    "join conversations c on c.id = m.conversation_id where c.user_id is not null group by 1 "
    "order by 2 desc limit 1000",
    "mv_length": "select length, count(*) as conversations from (select conversation_id, count(*) as length "
    "from messages group by 1) as one group by 1",
}
KEYS = {
    "mv_daily": "day",
    "mv_user_day": "day, user_id",
    "mv_retention": "cohort, week",
    "mv_top_users": "user_id",
    "mv_length": "length",
}
# What of gendash answers the same questions: activity by day, user-days, cohorts, top users, lengths
SAME = (
    "user_day",
    "conversation_hour",
    "message_conversation_day",
    "conversation_entity",
    "active_day",
    "retained_week",
    "cohort_week",
    "user_top_30d",
    "user_depth_amount",
)
Runs = dict[str, list[float]]


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Calls ``work`` again and again in a thread."""
    end = threading.Event()

    def loop() -> None:
        while not end.is_set():
            work()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


class Application:
    """The platform's own traffic: point reads and writes, and now and then a migration of a table."""

    def __init__(self, url: str, talks: int) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.talks, self.rng, self.ms, self.next_migration = talks, random.Random(1), [0.0], time.perf_counter()
        self.migrations: list[float] = []

    def step(self) -> None:
        """One statement, its milliseconds noted; every second a migration."""
        talk = f"md5('c{self.rng.randrange(1, self.talks)}')::uuid"
        migrate = time.perf_counter() > self.next_migration
        if migrate:
            self.next_migration = time.perf_counter() + 1
            add = f"alter table messages add column p{uuid.uuid4().hex[:8]} int"
            text = self.rng.choice([add, "alter table conversations alter column title type varchar(500)"])
        else:
            text = self.rng.choice(
                [
                    f"select * from messages where conversation_id = {talk}",
                    f"update conversations set updated_at = now() where id = {talk}",
                    f"insert into messages (id, conversation_id, role, content, created_at) values "
                    f"('{uuid.uuid4()}', {talk}, 'system', {CONTENT}, '{NOW}')",
                ]
            )
        took = timed(lambda: self.connection.execute(text.encode())) * 1000
        (self.migrations if migrate else self.ms).append(took)
        time.sleep(0.002)

    def summary(self) -> str:
        """Latencies of its statements since the last call, in words."""
        ms, moves = sorted(self.ms), self.migrations
        self.ms, self.migrations = [0.0], []
        p99 = ms[int(len(ms) * 0.99) - 1] if len(ms) > 1 else 0.0
        return f"application p99 {p99:.1f} ms, longest {ms[-1]:.0f} ms, migrations up to {max(moves, default=0):.0f} ms"


class Watch:
    """Measures how long our transactions held a lock on a platform's table, and how long a reader waited."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.reading = psycopg.connect(url, autocommit=True)
        self.held_s, self.waited_s = 0.0, 0.0

    def step(self) -> None:
        row = self.connection.execute(
            "select max(extract(epoch from clock_timestamp() - xact_start))::float8 from pg_stat_activity a "
            "where application_name = 'gendash' and exists "
            "(select from pg_locks l join pg_class c on c.oid = l.relation where l.pid = a.pid "
            "and c.relnamespace = 'public'::regnamespace)"
        ).fetchone()
        self.held_s = max(self.held_s, (row and row[0]) or 0.0)
        with suppress(psycopg.errors.UndefinedTable):
            read = timed(lambda: self.reading.execute("select * from gendash.activity_day").fetchall())
            self.waited_s = max(self.waited_s, read)
        time.sleep(0.01)

    def summary(self) -> str:
        """Times of locks and waits since the last call, in words."""
        line = f"longest hold on a platform's table {self.held_s:.2f} s, of a reader {self.waited_s * 1000:.0f} ms"
        self.held_s = self.waited_s = 0.0
        return line


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


def wal(connection: psycopg.Connection[Any]) -> float:
    """Megabytes of WAL so far."""
    return sum(float(size) for (size,) in connection.execute("select pg_current_wal_lsn() - '0/0'")) / 1e6


def run(catalog: Catalog, **options: Any) -> list[RefreshResult]:
    """A refresh at the benchmark's time. Raises SystemExit where a relation failed."""
    results = refresh(catalog.config, catalog, at=NOW, **options)
    errors = [result.error for result in results if result.error]
    if errors:
        raise SystemExit("\n".join(errors))
    return results


def sums(connection: psycopg.Connection[Any], catalog: Catalog) -> dict[str, Any]:
    """Count and checksum of each rollup's rows."""
    return {
        relation.name: connection.execute(
            f"select count(*), sum(hashtextextended(t::text, 0)) from gendash.{relation.name} t".encode()
        ).fetchone()
        for relation in catalog.relations.values()
        if relation.kind == "rollup"
        and catalog.enabled(relation)
        and relation.name not in ("database_day", "database_table")
    }


def panels(catalog: Catalog) -> dict[str, list[float]]:
    """Milliseconds of each SQL query of a panel, over its default time range."""
    config, found = catalog.config, {}
    for role in ("reader", "admin_reader"):
        with open_reader(store(config), config[f"roles.{role}"], PASSWORD, lambda: clock_setting(config, NOW)) as ask:
            for dashboard in catalog.dashboards.values():
                asked = dashboard_queries(catalog, dashboard, NOW)
                choices = [first_choice(v) for v, _ in asked.variables]
                for question in asked.questions:
                    if question.role != role:
                        continue
                    text = expand_macros("sql", question.text, question.time, choices)
                    name = f"{dashboard.name}/{question.verdict.panel}:{question.verdict.ref}"
                    answers = [ask(text) for _ in range(PANEL_ROUNDS + 1)][1:]
                    if any(isinstance(answer, Failed) for answer in answers):
                        raise SystemExit(f"{name}: {answers[0]}")
                    found[name] = sorted(answer.ms for answer in answers)
    return found


def main() -> None:
    """Prints one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--per-day", type=float, default=27_400)
    parser.add_argument("--index", choices=["none", "brin", "btree"], default="brin")
    parser.add_argument("--url", help="a database that an earlier run filled with as many messages")
    asked = parser.parse_args()
    if asked.url:
        measure(asked.url, asked.messages, asked.messages / asked.per_day, "as it is", filled=True)
        return
    with postgres.postgres(safe=True, settings=SETTINGS) as server:
        measure(server.url(), asked.messages, asked.messages / asked.per_day, asked.index)


def measure(url: str, messages: int, days: float, index: str, filled: bool = False) -> None:
    """All figures of one size."""
    connection = psycopg.connect(url, autocommit=True)
    took = 0.0 if filled else timed(lambda: fill(connection, messages, days, index))
    print(f"{messages:,} messages over {days:.0f} days, index {index}: filled in {took:.0f} s", flush=True)
    talks = messages // 10

    runs: Runs = {name: [] for name in VIEWS}
    for name, text in VIEWS.items():
        connection.execute(f"create materialized view {name} as {text}".encode())
        connection.execute(f"create unique index on {name} ({KEYS[name]})".encode())
    for _ in range(2):
        for name, found in runs.items():
            text = f"refresh materialized view concurrently {name}"
            found.append(timed(partial(connection.execute, text.encode())))
    plain = sum(statistics.median(found) for found in runs.values())
    print(f"five materialized views, CONCURRENTLY: {plain:.2f} s", flush=True)
    for name in VIEWS:
        connection.execute(f"drop materialized view {name}".encode())

    environ = {
        "GENDASH_DATABASE_URL": url,
        "GENDASH_READER_PASSWORD": PASSWORD,
        "GENDASH_ADMIN_READER_PASSWORD": PASSWORD,
    }
    catalog = load_catalog(load_config("features: {tickets: true, langfuse: true}", environ=environ), ())
    migrate(catalog.config, catalog)
    now = f"timestamptz '{NOW.isoformat()}'"
    if not filled:
        took = timed(lambda: connection.execute(TRACES.format(n=messages // 5, days=days, now=now).encode()))
        print(f"{messages // 5:,} observations of Langfuse: filled in {took:.0f} s", flush=True)
    application, watch = Application(url, talks), Watch(url)

    def report(what: str, seconds: float, since: float) -> None:
        ratio = f"{plain / seconds:.1f}x cheaper" if seconds < plain else f"{seconds / plain:.2f} of it"
        print(f"{what}: {seconds:.2f} s ({ratio} than the five), {wal(connection) - since:.1f} MB WAL", flush=True)

    with beside(application.step):
        time.sleep(5)
    print(f"  alone: {application.summary()}", flush=True)
    since = wal(connection)
    with beside(application.step), beside(watch.step):
        first = timed(lambda: run(catalog))
    report("back-fill of everything", first, since)
    print(f"  {watch.summary()}; {application.summary()}", flush=True)
    # else the day would be some times as long as was asked for, the longer the faster the machine
    connection.execute("delete from messages where role = 'system'")
    connection.execute("vacuum analyze")

    steady: list[float] = []
    same: list[float] = []
    due: list[float] = []
    since = wal(connection)
    for number in range(3):
        connection.execute(
            "insert into messages (id, conversation_id, role, content, created_at) select gen_random_uuid(), "
            f"md5('c' || %s - n)::uuid, 'user', {CONTENT}, %s from generate_series(1, 500) as n",
            [talks, NOW - timedelta(minutes=5 * number)],
        )
        begun = time.perf_counter()
        results = run(catalog)
        steady.append(time.perf_counter() - begun)
        found = {one.relation: one.seconds for one in results if one.relation in SAME}
        same.append(sum(found.values()))
        due.append(sum(s * 300 / cadence_s(catalog.config, catalog.relations[name]) for name, s in found.items()))
    report("steady refresh, what answers the same", statistics.median(same), since)
    report("the same, by how often each is due, for every 5 minutes", statistics.median(due), since)
    report("steady refresh, everything", statistics.median(steady), since)
    slowest = sorted(results, key=lambda result: -result.seconds)[:6]
    print("  " + ", ".join(f"{result.relation} {result.seconds:.2f} s" for result in slowest), flush=True)
    with beside(application.step), beside(watch.step):
        for _ in range(3):
            run(catalog)
    print(f"  beside an application: {watch.summary()}; {application.summary()}", flush=True)

    run(catalog, compare=True)
    connection.execute(
        "insert into messages (id, conversation_id, role, content, created_at) select gen_random_uuid(), "
        f"md5('c' || n * 37)::uuid, 'user', {CONTENT}, %s from generate_series(1, 20) as n",
        [NOW - timedelta(days=days / 2)],
    )
    connection.execute("update conversations set user_id = null where id = md5('c77')::uuid")
    connection.execute("delete from users where id = md5('u5')::uuid")
    connection.execute("update feedback set rating = 6 - rating where id = md5('f9')::uuid")
    since = wal(connection)
    begun = time.perf_counter()
    results = run(catalog, compare=True)
    nightly = time.perf_counter() - begun
    report("reconcile after late rows, changes and a deletion", nightly, since)
    print("  " + ", ".join(f"{one.relation}: {one.notes[0]}" for one in results if one.notes), flush=True)
    slowest = sorted(results, key=lambda result: -result.seconds)[:6]
    print("  " + ", ".join(f"{result.relation} {result.seconds:.2f} s" for result in slowest), flush=True)
    kept = sums(connection, catalog)
    rebuild = timed(lambda: run(catalog, full=True))
    report("full rebuild", rebuild, wal(connection))
    after = sums(connection, catalog)
    print(
        f"  relations that differ from it after the reconcile: {[n for n in kept if kept[n] != after[n]]}", flush=True
    )
    with beside(application.step), beside(watch.step):
        run(catalog, compare=True)
    print(f"  reconcile beside an application: {watch.summary()}; {application.summary()}", flush=True)

    connection.execute("vacuum analyze")
    found = panels(catalog)
    p95 = {name: ms[int(len(ms) * 0.95) - 1] for name, ms in found.items()}
    slow = sorted(p95.items(), key=lambda item: -item[1])
    over = [f"{name} {ms:.1f}" for name, ms in slow if ms >= 20]
    print(f"{len(p95)} SQL queries of panels: p95 up to {slow[0][1]:.1f} ms, {len(over)} of 20 ms and more")
    print("  " + ", ".join(f"{name} {ms:.1f}" for name, ms in slow[:12]), flush=True)


if __name__ == "__main__":
    main()
