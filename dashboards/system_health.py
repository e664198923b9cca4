"""System Health: which part is slow, full or failing?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._api_panels import (
    ALERTS_PANEL,
    ERROR_SHARE_PANEL,
    ERRORS_PANEL,
    HEALTH_PANEL,
    LATENCY_HEATMAP_PANEL,
    P95_PANEL,
    REQUESTS_PANEL,
    RESPONSE_TIME_PANEL,
    ROUTE_STATES_PANEL,
    SLO_LEFT_PANEL,
)
from gendash.dashboards._health import (
    BELOW_LAST,
    BLUES,
    CLIENT_ERRORS,
    HIT_RATE,
    PROCESS,
    RATE,
    REQUESTS_BY_ROUTE,
    SERVER_ERRORS,
    averaged,
)
from gendash.dashboards._health_database import AUDITS, DATABASE
from gendash.dashboards._health_processes import PROCESSES
from gendash.dashboards._health_stores import STORES
from gendash.dashboards._lists import of_all, of_column
from gendash.dashboards._palette import BAD, P95, UNKNOWN, WARN, down_is_bad, fixed, nothing, override, up_is_bad, words
from gendash.dashboards._queries import QUIET, UP, compared
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards._tables import COLORED_TEXT, cells, columns, judged, share_bar
from gendash.dashboards.viz import ROUTE_NAMES, Lines, ShareTile, Table, short_routes
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, Variable, promql, slo

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


def same(panel: Panel, leads_to: str, width: int = 0) -> Panel:
    """A panel of the Overview, with the same queries; here it links to details, and describes what it needs."""
    feature = panel.feature or ("" if panel in (HEALTH_PANEL, ALERTS_PANEL) else "http_metrics")
    return replace(panel, leads_to=leads_to, width=width or panel.width, feature=feature)


def busiest(count: int) -> str:
    """PromQL: the routes with most requests in the last hour of the picked range, the same at each of its points."""
    return f"topk({count}, sum by (handler) (avg_over_time({RATE}[1h] @ end())))"


def ranked(place: int) -> str:
    """PromQL: requests per second of the route at a place of that order."""
    before = f" unless on (handler) {busiest(place - 1)}" if place > 1 else ""
    return f"sum by (handler) ({RATE}) and on (handler) ({busiest(place)}{before})"


def slower(le: str) -> str:
    """PromQL: share of the timed requests of each route that took longer than a bucket's bound."""
    within = averaged("job_handler_le:http_request_duration_seconds_bucket:rate5m", f',le=~"{le}"')
    return f"1 - {within} / ({averaged('job_handler:http_request_duration_seconds_count:rate5m')} > 0)"


def share(extra: str) -> str:
    """PromQL: share of the requests of each route with a status, over the picked range; 0 if there are none."""
    all_ = averaged(REQUESTS_BY_ROUTE)
    some = averaged(REQUESTS_BY_ROUTE, extra)
    return f"({some} or 0 * {all_}) / ({all_} > 0)"


BUSIEST = f"topk(50, {averaged(REQUESTS_BY_ROUTE)} > 0)"
TIMED = averaged("job_handler:http_request_duration_seconds_count:rate5m")
SLOWEST = f"topk(50, {slower('0.5')})"


def of_route(q: float) -> str:
    """PromQL: a percentile of each route over the picked range, where it lies below the last bound of the buckets.

    Above that bound `histogram_quantile` returns the bound itself, however slow the route is.
    """
    name = "job_handler_le:http_request_duration_seconds_bucket:rate5m"
    below_last = f"max by (handler) ({averaged(name, BELOW_LAST, 'handler, le')})"
    return (
        f"histogram_quantile({q}, {averaged(name, '', 'handler, le')}) "
        f"and on (handler) ({below_last} >= {q} * {TIMED} > 0) and on (handler) {SLOWEST}"
    )


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

SINCE = (
    '(time() - max by (alertname, severity, instance) ({{ metric("alerts_since") }}{job=~"$job|"}'
    ' and ignoring (alertstate) {{ metric("alerts") }}'
    '{alertstate="firing",severity=~"critical|warning",job=~"$job|"}))'
)
NO_ALERT = f'label_replace(0 * {UP} - 1, "alertname", "no alert fires", "", "")'
"""PromQL: the row of a list without alerts: of an empty answer Grafana draws a table's header and nothing else."""
WHEN = [
    same(ROUTE_STATES_PANEL, "system-health/errors_by_handler"),
    Panel(
        "alert_list",
        "List of firing alerts, now",
        "Alerts that fire now, critical and warning, the oldest first, with the time since they became active; "
        "Prometheus ALERTS. Pending ones are not listed; at most 50.\n\n"
        "Each alert has a section in docs/runbooks.md that says what to do.",
        Table(
            sort_by="Active for",
            no_data="No alert fires",
            name_nothing=False,
            overrides=[
                override("byName", "Alert", custom__minWidth=170),
                override(
                    "byName",
                    "Severity",
                    custom__cellOptions=COLORED_TEXT,
                    mappings=words(critical=("✖ critical", BAD), warning=("▲ warning", WARN)),
                    custom__width=95,
                ),
                override("byName", "Process", custom__width=125, links=[]),
                override(
                    "byName",
                    "Active for",
                    unit="s",
                    decimals=0,
                    custom__width=110,
                    mappings=[{"type": "value", "options": {"-1": {"text": "–", "index": 0}}}],
                ),
                of_column(),
            ],
            transformations=columns(
                {
                    "alertname": "Alert",
                    "severity": "Severity",
                    "instance": "Process",
                    "Value #A": "Active for",
                    "Value #B": "Of",
                }
            ),
        ),
        [
            promql(
                f"topk(50, {SINCE}) or on () {NO_ALERT}",
                instant=True,
                format="table",
                may_be_zero="it has just begun",
            ),
            replace(of_all(SINCE, f"topk(50, {SINCE})"), may_be_empty="no alert fires"),
        ],
        width=12,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "Process"},
    ),
    Panel(
        "errors_by_handler",
        "Errors by route: shares of 5xx and 4xx",
        "Each route over the picked time range: share of 5xx and of 4xx, how many failed, requests per second. "
        "Recorded 5-minute rates, averaged; the 50 with most requests, of so many. 4xx are mostly wrong passwords.",
        Table(
            sort_by="5xx",
            overrides=[
                override("byName", "Route", custom__minWidth=200, mappings=ROUTE_NAMES, links=[]),
                judged(
                    "5xx",
                    up_is_bad(slo("api_errors.objective"), slo("api_errors.red")),
                    unit="percentunit",
                    decimals=2,
                    custom__width=120,
                ),
                override("byName", "Failed", unit="locale", decimals=0, custom__width=120),
                override("byName", "4xx", unit="percentunit", decimals=2, custom__width=120),
                override("byName", "Requests", unit="reqps", decimals=2, custom__width=130),
                of_column(),
            ],
            transformations=columns(
                {
                    "handler": "Route",
                    "Value #A": "5xx",
                    "Value #B": "Failed",
                    "Value #C": "4xx",
                    "Value #D": "Requests",
                    "Value #E": "Of",
                }
            ),
        ),
        [
            promql(
                f"{share(SERVER_ERRORS)} and on (handler) {BUSIEST}",
                instant=True,
                format="table",
                may_be_zero="no request failed",
            ),
            promql(
                f"({averaged(REQUESTS_BY_ROUTE, SERVER_ERRORS)} * $__range_s or 0 * {averaged(REQUESTS_BY_ROUTE)}) "
                f"and on (handler) {BUSIEST}",
                instant=True,
                format="table",
                may_be_zero="no request failed",
            ),
            promql(
                f"{share(CLIENT_ERRORS)} and on (handler) {BUSIEST}",
                instant=True,
                format="table",
                may_be_zero="no client error",
            ),
            promql(BUSIEST, instant=True, format="table"),
            of_all(f"({averaged(REQUESTS_BY_ROUTE)} > 0)", BUSIEST),
        ],
        width=24,
        height=8,
        leads_to="system-health/latency_by_handler",
        passes={"handler": "Route"},
        feature="http_metrics",
    ),
]

SLOW = [
    Panel(
        "latency_by_handler",
        "Response time by route: p95, p99, shares over limits",
        "Each route over the picked range: p95, p99, the shares that took longer than 0.1, 0.5 and 1 s, and the mean; "
        "the 50 slowest, of so many. '> last bucket': the histogram of routes ends below that percentile."
        "\n\nThe shares are exact, since their limits are bounds of the buckets; percentiles are read within a bucket, "
        "so with three bounds they are rough. Give the platform's histogram by route more bounds, up to the slowest "
        "answer, and every percentile is there."
        " The plan calls it 'Response time by endpoint'.",
        Table(
            sort_by="Over 0.5 s",
            overrides=[
                override("byName", "Route", custom__minWidth=200, mappings=ROUTE_NAMES, links=[]),
                share_bar("Over 0.5 s", P95, decimals=1, custom__minWidth=150),
                *cells("p95", "p99", unit="s", mappings=nothing("> last bucket"), custom__width=110),
                *cells("Over 0.1 s", "Over 1 s", unit="percentunit", decimals=1, custom__width=90),
                override("byName", "Mean", unit="s", custom__width=90),
                of_column(),
            ],
            transformations=columns(
                {
                    "handler": "Route",
                    "Value #A": "Over 0.5 s",
                    "Value #B": "p95",
                    "Value #C": "p99",
                    "Value #D": "Over 0.1 s",
                    "Value #E": "Over 1 s",
                    "Value #F": "Mean",
                    "Value #G": "Of",
                }
            ),
        ),
        [
            promql(SLOWEST, instant=True, format="table", may_be_zero="every request was fast"),
            *(
                promql(of_route(q), instant=True, format="table", may_be_empty="above the last bucket")
                for q in (0.95, 0.99)
            ),
            *(
                promql(
                    f"{slower(le)} and on (handler) {SLOWEST}",
                    instant=True,
                    format="table",
                    may_be_zero="every request was fast",
                )
                for le in ("0.1", "1([.]0)?")
            ),
            promql(
                f"{averaged('job_handler:http_request_duration_seconds_sum:rate5m')} / ({TIMED} > 0) "
                f"and on (handler) {SLOWEST}",
                instant=True,
                format="table",
            ),
            of_all(f"({TIMED} > 0)", SLOWEST),
        ],
        width=24,
        height=8,
        leads_to="system-health/errors_by_handler",
        passes={"handler": "Route"},
        feature="http_metrics",
        exempt={"quantiles": "a percentile is shown only where it lies below the last bound, else that it does not"},
    ),
    same(LATENCY_HEATMAP_PANEL, "system-health/latency_by_handler"),
]

DASHBOARD = Dashboard(
    "system-health",
    "System health",
    "Which part is slow, full or failing?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("What failed or was slow, and when?", [*WHEN, *SLOW]),
        Row("Is it the database, and is its data right?", [*DATABASE, *AUDITS], open=False),
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
