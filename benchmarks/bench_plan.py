"""What `gendash db plan` says of the first fill and of a steady refresh, as a ratio to what they take.

The platform of `refresh_platform`, analyzed, at a size; `db plan` is asked before anything is created, then everything
is filled, and refreshed three times after a few rows more. Wall time differs between machines: the plan's rates are of
one machine, so that the ratio there should be between 0.5 and 2.
Run with `python -m gendash.benchmarks.bench_plan --messages 10000000`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from gendash.benchmarks.refresh_platform import CONTENT, NOW, SETTINGS, fill, run, timed
from gendash.demo import postgres
from gendash.engine.clients.postgres import local_settings
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform import statistics as planner
from gendash.engine.platform.columns import READ_SETTINGS
from gendash.engine.platform.estimate import RATES
from gendash.engine.store import preview
from gendash.engine.store.migrate import migrate


def slowness(connection: psycopg.Connection[Any], days: float) -> float:
    """How many times longer than `read_us` a row takes here and now: rows of some days, joined and grouped."""
    some = min(days, 10.0)
    text = (
        "select count(*), sum(n) from (select (m.created_at at time zone 'UTC')::date as day, c.user_id, count(*) as n "
        "from messages m join conversations c on c.id = m.conversation_id where m.created_at >= %s group by 1, 2) t"
    )
    took = []
    for _ in range(3):
        with connection.transaction():
            local_settings(connection, READ_SETTINGS | {"statement_timeout": "0"})  # as refresh reads: without workers
            begun = time.perf_counter()
            row = connection.execute(text.encode(), [NOW - timedelta(days=some)]).fetchone()
            took.append(time.perf_counter() - begun)
    assert row
    return statistics.median(took) / float(row[1]) * 1e6 / RATES["read_us"].value


def cpu_seconds(connection: psycopg.Connection[Any]) -> float:
    """Seconds of CPU that the server and this process have used so far (Linux); other load changes them little."""
    row = connection.execute("select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)").fetchone()
    assert row
    ticks, main = os.sysconf("SC_CLK_TCK"), int(row[0])
    found = 0.0
    for one in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, _, rest = one.read_text().partition(" (")
            parts = rest.rpartition(") ")[2].split()
            if int(number) == main:  # with what its ended sessions used
                found += sum(map(int, parts[11:15])) / ticks
            elif int(parts[1]) == main:
                found += sum(map(int, parts[11:13])) / ticks
    return found + time.process_time()


def main() -> None:
    """Prints one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--per-day", type=float, default=27_400)
    parser.add_argument("--index", choices=["none", "brin", "btree"], default="brin")
    asked = parser.parse_args()
    with postgres.postgres(safe=True, settings=SETTINGS) as server:
        measure(server.url(), asked.messages, asked.messages / asked.per_day, asked.index)


def measure(url: str, messages: int, days: float, index: str) -> None:
    """Both ratios at one size, and the relations whose estimates are furthest off."""
    connection = psycopg.connect(url, autocommit=True)
    took = timed(lambda: fill(connection, messages, days, index))
    print(f"{messages:,} messages over {days:.0f} days, index {index}: filled in {took:.0f} s", flush=True)
    catalog = load_catalog(load_config("features: {tickets: true}", environ={"GENDASH_DATABASE_URL": url}), ())
    preview.source_now = planner.source_now = lambda _: NOW  # the platform's clock is that of its rows
    plan = preview.look_ahead(catalog.config, catalog)
    migrate(catalog.config, catalog)
    slower = slowness(connection, days)
    print(f"this machine now takes {slower:.1f} times as long a row as the rates say", flush=True)
    filled: dict[str, float] = {}

    def first_fill() -> None:
        filled.update({one.relation: one.seconds for one in run(catalog)})

    used = cpu_seconds(connection)
    first = timed(first_fill)
    used = cpu_seconds(connection) - used
    print(f"first fill, by the rates as they are: {plan.first_s:.1f} s planned, {first:.1f} s taken", flush=True)
    print(f"first fill, CPU: {used:.1f} s used: {plan.first_s / used:.2f}", flush=True)
    at_first = slower
    connection.execute("vacuum analyze")
    steady, spent, by_relation, slower = [], [], {}, slowness(connection, days)
    for number in range(4):
        connection.execute(
            "insert into messages (id, conversation_id, role, content, created_at) select gen_random_uuid(), "
            f"md5('c' || %s - n)::uuid, 'user', {CONTENT}, %s from generate_series(1, 500) as n",
            [messages // 10, NOW - timedelta(minutes=5 * number)],
        )
        used, begun = cpu_seconds(connection), time.perf_counter()
        results = run(catalog)
        steady.append(time.perf_counter() - begun)
        spent.append(cpu_seconds(connection) - used)
        by_relation = {one.relation: one.seconds for one in results}
    taken = statistics.median(steady[1:])
    print(f"steady refresh, by the rates as they are: {plan.steady_s:.2f} s planned, {taken:.2f} s taken", flush=True)
    used = statistics.median(spent[1:])
    print(f"steady refresh, CPU: {used:.2f} s used: {plan.steady_s / used:.2f}", flush=True)
    overhead = statistics.median(by_relation.values())  # most relations have next to nothing to do
    work = plan.first_s - plan.relations * RATES["relation_ms"].value / 1e3
    said = work * at_first + plan.relations * overhead
    here = "by what a row and a relation take here now"
    print(f"first fill, {here}: {said:.1f} s planned: {said / first:.2f}", flush=True)
    writes = {one.relation: one.seconds or 0.0 for one in plan.writes} | {one.relation: one.seconds for one in plan.own}
    _furthest(filled, {name: seconds * at_first for name, seconds in writes.items()})
    said = sum(one.seconds for one in plan.steady) * slower + plan.relations * overhead
    print(f"steady refresh, {here}: {said:.2f} s planned: {said / taken:.2f}", flush=True)
    _furthest(by_relation, {one.relation: one.seconds * slower for one in plan.steady})


def _furthest(taken: Mapping[str, float], planned: Mapping[str, float]) -> None:
    """Prints the relations whose plan is furthest off, in seconds."""
    off = {name: seconds - planned.get(name, 0.0) for name, seconds in taken.items()}
    for name in sorted(off, key=lambda name: -abs(off[name]))[:12]:
        print(f"  {name} {taken[name]:.2f} s, {planned.get(name, 0.0):.2f} s planned", flush=True)


if __name__ == "__main__":
    main()
