"""System Health: which part is slow, full or failing?"""

from __future__ import annotations

from gendash.dashboards._api_panels import (
    ALERTS_PANEL,
    ERROR_SHARE_PANEL,
    ERRORS_PANEL,
    HEALTH_PANEL,
    P95_PANEL,
    REQUESTS_PANEL,
    RESPONSE_TIME_PANEL,
    SLO_LEFT_PANEL,
)
from gendash.dashboards._health import BLUES, HIT_RATE, PROCESS, same
from gendash.dashboards._health_database import DATABASE
from gendash.dashboards._health_processes import PROCESSES
from gendash.dashboards._health_requests import REQUESTS
from gendash.dashboards._health_stores import STORES
from gendash.dashboards._palette import UNKNOWN, down_is_bad, fixed, override, up_is_bad
from gendash.dashboards._queries import QUIET, compared
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards.viz import Lines, ShareTile, short_routes
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, Variable, promql

RATE = '{{ rule("job_handler_status:http_requests:rate5m") }}{job=~"$job",handler=~"$handler"}'

INSTANCE = Variable(
    "instance",
    "Process",
    "Process of the platform, as host:port; All takes them together.",
    promql("label_values({{ metric('up') }}{job=~\"$job\"}, instance)"),
    multi=True,
    all_value=".+",
)
HANDLER = Variable(
    "handler",
    "Route",
    "Route of the API; All takes them together.",
    promql("label_values({{ rule('job_handler_status:http_requests:rate5m') }}{job=~\"$job\"}, handler)"),
    multi=True,
    all_value=".+",
    feature="http_metrics",
)


def busiest(count: int) -> str:
    """PromQL: the routes with most requests in the last hour of the picked range, the same at each of its points."""
    return f"topk({count}, sum by (handler) (avg_over_time({RATE}[1h] @ end())))"


def ranked(place: int) -> str:
    """PromQL: requests per second of the route at a place of that order."""
    before = f" unless on (handler) {busiest(place - 1)}" if place > 1 else ""
    return f"sum by (handler) ({RATE}) and on (handler) ({busiest(place)}{before})"


STRIP = [
    same(HEALTH_PANEL, "system-health/alert_list"),
    same(ALERTS_PANEL, "system-health/alert_list"),
    same(SLO_LEFT_PANEL, "system-health/errors_by_handler"),
]

HEAD = [
    same(REQUESTS_PANEL, "system-health/rate_by_endpoint"),
    same(ERRORS_PANEL, "system-health/errors_by_handler"),
    same(P95_PANEL, "system-health/latency_by_handler"),
    Panel(
        "db_pool_used",
        "% DB pool used, now",
        "Share of its database connections (limits.db_pool_size) that the fullest process uses at the last scrape, "
        "above it one week earlier; peaks between scrapes are not seen. Amber from "
        "{{ setting('limits.db_pool_amber') }}, red from {{ setting('limits.db_pool_used') }}."
        "\n\nWhen red: look for slow statements under 'Is it the database?'; meanwhile requests wait for a connection.",
        ShareTile(
            decimals=0,
            judged=True,
            thresholds=up_is_bad(SettingRef("limits.db_pool_amber"), SettingRef("limits.db_pool_used")),
        ),
        [
            compared(
                f'max({{{{ rule("job_instance:db_connections_active:ratio") }}}}{PROCESS})',
                "fullest process",
                is_share=True,
                limit="limits.db_pool_used",
                may_be_zero="no connection was in use",
            )
        ],
        width=6,
        height=4,
        leads_to="system-health/db_pool",
        feature="db_metrics",
    ),
    Panel(
        "cache_hit",
        "Cache hit rate, 5 min",
        "Share of cache reads that found a value, over 5 minutes: hits / (hits + misses); above it the share of "
        "one week earlier. Amber below {{ setting('limits.cache_hits_amber') }}, red below "
        "{{ setting('limits.cache_hits') }}.\n\n"
        "When red: was the cache emptied by a restart, or do keys expire too soon? See evictions of Redis.",
        ShareTile(
            decimals=0,
            judged=True,
            thresholds=down_is_bad(SettingRef("limits.cache_hits"), SettingRef("limits.cache_hits_amber")),
            no_data="no reads",
        ),
        [
            compared(
                HIT_RATE,
                "of reads, 5 min",
                is_share=True,
                limit="limits.cache_hits",
                may_be_empty="nothing was read from the cache",
                may_be_zero="no read found a value",
            )
        ],
        width=6,
        height=4,
        leads_to="system-health/cache_hits",
        feature="cache_metrics",
    ),
    Panel(
        "cpu_busiest",
        "Top process CPU, 5 min",
        "CPU time of the busiest process per second, over 5 minutes, above it one week earlier; 100 % is one core, "
        "the most that one Python process can use. Amber from "
        "{{ setting('limits.cpu_amber') }}, red from {{ setting('limits.cpu') }}."
        "\n\nWhen red: run more processes, or reduce the work per request.",
        ShareTile(
            decimals=0,
            judged=True,
            thresholds=up_is_bad(SettingRef("limits.cpu_amber"), SettingRef("limits.cpu")),
            no_data="no data",
        ),
        [
            compared(
                f'max({{{{ rule("job_instance:process_cpu_seconds:rate5m") }}}}{PROCESS})',
                "of a core, busiest",
                is_share=True,
                limit="limits.cpu",
                may_be_zero=QUIET,
            )
        ],
        width=6,
        height=4,
        leads_to="system-health/cpu",
        feature="process_metrics",
    ),
    FRESHNESS,
]

CHARTS = [
    Panel(
        "rate_by_endpoint",
        "Request rate by route",
        "HTTP requests per second, each point over 5 minutes: the three routes with most requests in the last hour of "
        "the picked range, and all others together. Websockets and health checks are not counted."
        "\n\nThe plan calls it 'HTTP request rate'.",
        Lines(
            unit="reqps",
            overrides=[
                *(override("byFrameRefID", ref, color=fixed(color)) for ref, color in zip("ABC", BLUES, strict=True)),
                override("byName", "other", color=fixed(UNKNOWN)),
            ],
            transformations=short_routes(),
        ),
        [
            *(
                promql(ranked(place), legend="{{handler}}", may_be_zero=QUIET, may_be_empty="fewer than three routes")
                for place in (1, 2, 3)
            ),
            promql(
                # its label is Grafana's All, so that a click on it chooses every route
                f'label_replace(sum({RATE} unless on (handler) {busiest(3)}), "handler", "All", "", "")',
                legend="other",
                may_be_empty="at most three routes",
                may_be_zero=QUIET,
            ),
        ],
        width=8,
        height=8,
        leads_to="system-health/errors_by_handler",
        passes={"handler": "{{handler}}", "time": "1h"},
        feature="http_metrics",
    ),
    same(ERROR_SHARE_PANEL, "system-health/errors_by_handler"),
    same(RESPONSE_TIME_PANEL, "system-health/latency_by_handler"),
]

DASHBOARD = Dashboard(
    "system-health",
    "System health",
    "Which part is slow, full or failing?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("What failed or was slow, and when?", REQUESTS),
        Row("Is it the database, and is its data right?", DATABASE, open=False),
        Row("Is it the cache or the vector store?", STORES, open=False),
        Row("Is it a process?", PROCESSES, open=False),
        how_to_read(
            "Which part is slow, full or failing?",
            "- **Requests first, resources second**: the charts show what users notice (rate, errors, duration); the "
            "collapsed rows show what is full or slow.\n"
            "- **Process** filters only panels of processes, **Route** only tables and curves of routes. Redis "
            "and the database are shared by all services.",
        ),
    ],
    refresh="15s",
    range="6h",
    audience="admin",
    variables=(JOB, INSTANCE, HANDLER, COMPARE),
    annotations=ANNOTATIONS,
)
