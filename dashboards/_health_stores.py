"""A row of System Health, the cache and the vector store: hits, operations, durations, Redis."""

from __future__ import annotations

from gendash.dashboards._health import BLUES, HIT_RATE, percentiles
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    PERCENTILES,
    TEXT,
    UNKNOWN,
    WARN,
    colored,
    fixed,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import QUIET
from gendash.dashboards.viz import Freshness, Lines
from gendash.engine.model import Panel, SettingRef, promql

STORES = [
    Panel(
        "cache_hits",
        "Cache hit rate over time",
        "Share of cache reads that found a value, each point over 5 minutes: hits / (hits + misses) of all chosen "
        "services. A gap is a time without reads. The dashed line is limits.cache_hits.",
        Lines(
            unit="percentunit",
            max=1,
            fill=12,
            legend=False,
            limit=True,
            color=fixed(CALLS),
            thresholds=steps(("transparent", None), (BAD, SettingRef("limits.cache_hits"))),
            no_data="no reads",
        ),
        [
            promql(
                HIT_RATE,
                legend="hit rate",
                may_be_empty="nothing was read from the cache",
                may_be_zero="no read found a value",
            )
        ],
        width=12,
        height=8,
        leads_to="system-health/cache_operations",
        passes={"time": "1h"},
        feature="cache_metrics",
    ),
    Panel(
        "cache_operations",
        "Cache operations per second",
        "Cache operations per second by kind (get, set, delete), each point over 5 minutes; cache_operations_total. "
        "Many sets and few gets: values expire before they are read again.",
        Lines(
            unit="suffix:ops/s",
            color=fixed(UNKNOWN),
            overrides=colored(dict(zip(("get", "set", "delete"), BLUES, strict=True))),
        ),
        [
            promql(
                'sum by (operation) ({{ rule("job_operation_status:cache_operations:rate5m") }}{job=~"$job"})',
                legend="{{operation}}",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        leads_to="system-health/redis",
        passes={"time": "1h"},
        feature="cache_metrics",
    ),
    Panel(
        "vector_operations",
        "Vector store operations per minute",
        "Vector store operations per minute by kind (search, insert), each point over 5 minutes, and those of any kind "
        "that failed. Searches of the agent are among them.",
        Lines(
            unit="suffix:ops/min",
            decimals=1,
            color=fixed(UNKNOWN),
            overrides=colored(
                {"search": CALLS, "upsert": BLUES[1], "insert": BLUES[1], "delete": BLUES[2], "failed": BAD}
            ),
        ),
        [
            promql(
                "60 * sum by (operation) "
                '({{ rule("job_operation_status:vector_store_operations:rate5m") }}{job=~"$job"})',
                legend="{{operation}}",
                may_be_zero=QUIET,
            ),
            promql(
                '60 * sum({{ rule("job_operation_status:vector_store_operations:rate5m") }}'
                '{job=~"$job",status="error"})',
                legend="failed",
                may_be_zero="none failed",
                may_be_empty="none failed",
            ),
        ],
        width=12,
        height=8,
        leads_to="system-health/vector_duration",
        passes={"time": "1h"},
        feature="vector_metrics",
    ),
    Panel(
        "vector_duration",
        "Vector store time percentiles",
        "Half, 95 and 99 of 100 vector store operations took less than this, all kinds together, each point over 5 "
        "minutes; read within the buckets of the histogram, and cut at 5 s. A gap is a time without any.",
        Lines(unit="s", no_data="no calls", overrides=PERCENTILES),
        percentiles("job_operation_le:vector_store_operation_duration_seconds_bucket:rate5m", "no operation was timed"),
        width=12,
        height=8,
        leads_to="system-health/vector_operations",
        passes={"time": "1h"},
        feature="vector_metrics",
    ),
    Panel(
        "redis",
        "Redis health: memory, clients and hits, now",
        "Redis as its exporter sees it at the last scrape: reachable, memory in use and its share of the limit (none: "
        "no limit is set), keys evicted per minute, clients, clients that wait, and share of look-ups that found a key."
        "\n\nWhen red: a Redis that is down or evicts keys makes every answer slower; see the runbook of RedisDown.",
        Freshness(
            unit="short",
            color={"mode": "thresholds"},
            thresholds=steps((TEXT, None)),
            overrides=[
                override("byName", "State", mappings=words(v0=("✖ Down", BAD), v1=("✓ Up", OK))),
                override("byName", "Memory", unit="bytes", decimals=0),
                override(
                    "byName",
                    "Of its limit",
                    unit="percentunit",
                    decimals=0,
                    noValue="no limit",
                    thresholds={
                        "mode": "absolute",
                        "steps": up_is_bad(SettingRef("limits.redis_memory_amber"), SettingRef("limits.redis_memory")),
                    },
                ),
                override(
                    "byName",
                    "Evicted",
                    unit="suffix:keys/min",
                    decimals=1,
                    thresholds={"mode": "absolute", "steps": steps((TEXT, None), (WARN, 1))},
                ),
                override("byName", "Hit rate", unit="percentunit", decimals=0),
            ],
        ),
        [
            promql('min({{ metric("redis_up") }})', legend="State", instant=True, may_be_zero="0 means down"),
            promql('sum({{ metric("redis_memory_used") }})', legend="Memory", instant=True),
            promql(
                'sum({{ metric("redis_memory_used") }}) / (sum({{ metric("redis_memory_max") }}) > 0)',
                legend="Of its limit",
                instant=True,
                may_be_empty="no limit is set",
            ),
            promql(
                '60 * sum(rate({{ metric("redis_evicted_keys") }}[$__rate_interval]))',
                legend="Evicted",
                instant=True,
                may_be_zero="nothing was evicted",
            ),
            promql('sum({{ metric("redis_connected_clients") }})', legend="Clients", instant=True, may_be_zero=QUIET),
            promql(
                'sum({{ metric("redis_blocked_clients") }})', legend="Waiting", instant=True, may_be_zero="none waits"
            ),
            promql(
                'sum(rate({{ metric("redis_keyspace_hits") }}[$__rate_interval])) / ('
                'sum(rate({{ metric("redis_keyspace_hits") }}[$__rate_interval])) + '
                'sum(rate({{ metric("redis_keyspace_misses") }}[$__rate_interval])) > 0)',
                legend="Hit rate",
                instant=True,
                may_be_empty=QUIET,
                may_be_zero="no look-up found a key",
            ),
        ],
        width=24,
        height=3,
        feature="redis",
        exempt={"job-selector": "redis_exporter is a job of its own, which $job does not name"},
    ),
]
