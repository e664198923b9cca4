"""Refresh and reconcile as ratios to the five materialized views that a plain solution would refresh instead.

All in one run on one server, flushing left on: a platform of so many messages at so many a day; the five views over its
tables; then gendash: back-fill, steady refresh, reconcile after late and changed rows, each beside an application that
reads, writes and migrates its tables, and a reader of a dashboard. Then every SQL panel, twenty times.
Run with `python -m gendash.benchmarks.bench_refresh --messages 1000000 --index brin`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg

from gendash.benchmarks.refresh_platform import CONTENT, NOW, SETTINGS, TRACES, fill, run, timed
from gendash.benchmarks.refresh_traffic import Application, Watch, beside
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
from gendash.engine.verify.queries import dashboard_queries

PASSWORD = "bench-password"  # of roles in a throw-away server
PANEL_ROUNDS = 20
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


def wal(connection: psycopg.Connection[Any]) -> float:
    """Megabytes of WAL so far."""
    return sum(float(size) for (size,) in connection.execute("select pg_current_wal_lsn() - '0/0'")) / 1e6


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
