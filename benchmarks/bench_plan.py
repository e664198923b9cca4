"""What `gendash db plan` says of the first fill and of a steady refresh, as a ratio to what they take.

The platform of `bench_refresh`, analyzed, at a size; `db plan` is asked before anything is created, then everything is
filled, and refreshed three times after a few rows more. Wall time differs between machines: the plan's rates are of one
machine, so that the ratio there should be between 0.5 and 2.
Run with `python -m gendash.benchmarks.bench_plan --messages 10000000`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import timedelta

import psycopg

from gendash.benchmarks.bench_refresh import CONTENT, NOW, SETTINGS, fill, run, timed
from gendash.demo import postgres
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform import statistics as planner
from gendash.engine.store import preview
from gendash.engine.store.migrate import migrate


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
    first = timed(lambda: run(catalog))
    print(f"first fill: {plan.total.seconds:.1f} s planned, {first:.1f} s taken", flush=True)
    steady, by_relation = [], {}
    for number in range(4):
        connection.execute(
            "insert into messages (id, conversation_id, role, content, created_at) select gen_random_uuid(), "
            f"md5('c' || %s - n)::uuid, 'user', {CONTENT}, %s from generate_series(1, 500) as n",
            [messages // 10, NOW - timedelta(minutes=5 * number)],
        )
        begun = time.perf_counter()
        results = run(catalog)
        steady.append(time.perf_counter() - begun)
        by_relation = {one.relation: one.seconds for one in results}
    taken = statistics.median(steady[1:])
    print(
        f"steady refresh: {plan.steady_s:.2f} s planned, {taken:.2f} s taken: {plan.steady_s / taken:.2f}", flush=True
    )
    planned = {one.relation: one for one in plan.steady}
    for name, seconds in sorted(by_relation.items(), key=lambda item: -item[1])[:12]:
        one = planned.get(name)
        said = f"{one.seconds:.2f} s planned ({one.how}, {one.rows:,.0f} rows)" if one else "of the store's own rows"
        print(f"  {name} {seconds:.2f} s, {said}", flush=True)


if __name__ == "__main__":
    main()
