"""System Health: which part is slow, full or failing?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from gendash.dashboards._lists import of_all, of_column, row_column, row_number
from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    P95,
    PERCENTILES,
    TEXT,
    UNKNOWN,
    WARN,
    colored,
    down_is_bad,
    fixed,
    nothing,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import QUIET, TODAY, UP, compared
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards._tables import COLORED_TEXT, cells, columns, count_bar, judged, share_bar
from gendash.dashboards.viz import ROUTE_NAMES, DayBars, Freshness, Lines, ShareTile, Table, short_routes
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, Variable, promql, slo, sql

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

WRAPPED = {"type": "auto", "wrapText": True}
PROCESS = '{job=~"$job",instance=~"$instance"}'
RATE = '{{ rule("job_handler_status:http_requests:rate5m") }}{job=~"$job",handler=~"$handler"}'
REQUESTS_BY_ROUTE = "job_handler_status:http_requests:rate5m"
HITS, MISSES = (f'sum({{{{ rule("job:cache_{kind}:rate5m") }}}}{{job=~"$job"}})' for kind in ("hits", "misses"))
HIT_RATE = f"{HITS} / ({HITS} + {MISSES} > 0)"
STATEMENTS = "job_operation_status:db_queries:rate5m"
SERVER_ERRORS, CLIENT_ERRORS, FAILED = ',status=~"5.."', ',status=~"4.."', ',status="error"'
BELOW_LAST = ',le!="+Inf"'
NO_RESTART = "nothing restarted"
BLUES = (CALLS, "super-light-blue", "dark-blue")
FILL = {"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 30}


def same(panel: Panel, leads_to: str, width: int = 0) -> Panel:
    """A panel of the Overview, with the same queries; here it links to details, and describes what it needs."""
    feature = panel.feature or ("" if panel in (HEALTH_PANEL, ALERTS_PANEL) else "http_metrics")
    return replace(panel, leads_to=leads_to, width=width or panel.width, feature=feature)


def averaged(rule: str, extra: str = "", by: str = "handler", chosen: str = ',handler=~"$handler"') -> str:
    """PromQL: mean of a recorded rate over the picked range."""
    return f'sum by ({by}) (avg_over_time({{{{ rule("{rule}") }}}}{{job=~"$job"{chosen}{extra}}}[$__range]))'


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


def percentiles(buckets: str, empty: str) -> list[Any]:
    """Queries for three percentiles of a recorded histogram, all operations together."""
    return [
        promql(
            f'histogram_quantile({q}, sum by (le) ({{{{ rule("{buckets}") }}}}{{job=~"$job"}}))',
            legend=f"p{q * 100:.0f}",
            may_be_empty=empty,
        )
        for q in (0.5, 0.95, 0.99)
    ]


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

DATABASE = [
    Panel(
        "db_pool",
        "Database connection pool",
        "Connections of all chosen processes: in use, idle, and how many they may open together (the dashed line). "
        "Gauges of each process, seen at its scrape, so short peaks are missing.",
        Lines(
            unit="locale",
            decimals=0,
            custom=FILL,
            overrides=[*colored({"active": CALLS, "idle": UNKNOWN}), dashed("limit", TEXT)],
        ),
        [
            promql(f'sum({{{{ metric("db_connections_active") }}}}{PROCESS})', legend="active", may_be_zero=QUIET),
            promql(f'sum({{{{ metric("db_connections_idle") }}}}{PROCESS})', legend="idle", may_be_zero="all in use"),
            promql(
                f'count({{{{ metric("db_connections_active") }}}}{PROCESS}) * {{{{ setting("limits.db_pool_size") }}}}',
                legend="limit",
            ),
        ],
        width=8,
        height=8,
        leads_to="system-health/db_operations",
        passes={"time": "1h"},
        feature="db_metrics",
    ),
    Panel(
        "db_duration",
        "Database query time percentiles",
        "Half, 95 and 99 of 100 database statements took less than this, all kinds together, each point over 5 "
        "minutes; db_query_duration_seconds, read within its buckets, and cut at 5 s.",
        Lines(unit="s", no_data="no calls", overrides=PERCENTILES),
        percentiles("job_operation_le:db_query_duration_seconds_bucket:rate5m", "no statement was timed"),
        width=8,
        height=8,
        leads_to="system-health/db_operations",
        passes={"time": "1h"},
        feature="db_metrics",
    ),
    Panel(
        "db_operations",
        "Database queries/s by operation",
        "Database statements by kind over the picked range: how many per second, share that failed, and within which "
        "time half, 95 and 99 of 100 ended. A kind without times is counted but not timed."
        "\n\nThe plan calls it 'Database query duration'.",
        Table(
            sort_by="Per s",
            no_data="–",
            overrides=[
                *cells("Per s", unit="locale", decimals=1, custom__width=74),
                judged(
                    "Failed",
                    up_is_bad(slo("api_errors.objective"), slo("api_errors.red")),
                    unit="percentunit",
                    decimals=2,
                ),
                *cells("p50", "p95", "p99", unit="s"),
            ],
            transformations=columns(
                {
                    "operation": "Kind",
                    "Value #A": "Per s",
                    "Value #B": "Failed",
                    "Value #C": "p50",
                    "Value #D": "p95",
                    "Value #E": "p99",
                }
            ),
        ),
        [
            promql(
                averaged(STATEMENTS, "", "operation", ""),
                instant=True,
                format="table",
                may_be_zero=QUIET,
            ),
            promql(
                f"({averaged(STATEMENTS, FAILED, 'operation', '')} or 0 * {averaged(STATEMENTS, '', 'operation', '')}) "
                f"/ ({averaged(STATEMENTS, '', 'operation', '')} > 0)",
                instant=True,
                format="table",
                may_be_zero="no statement failed",
                may_be_empty=QUIET,
            ),
            *(
                promql(
                    f"histogram_quantile({q}, "
                    + averaged("job_operation_le:db_query_duration_seconds_bucket:rate5m", "", "le, operation", "")
                    + ")",
                    instant=True,
                    format="table",
                    may_be_empty="no statement was timed",
                )
                for q in (0.5, 0.95, 0.99)
            ),
        ],
        width=8,
        height=8,
        feature="db_metrics",
    ),
    Panel(
        "db_size",
        "Database size by day, 30 d",
        "Size on disk of the database that holds gendash's store, by default the platform's own, and the part that "
        "gendash takes; last sample of each day. Growth: today against the oldest sample of the 7 days before.",
        DayBars(
            unit="bytes",
            overrides=[
                override("byRegexp", "/^platform/", color=fixed(CALLS)),
                override("byName", "gendash", color=fixed(UNKNOWN)),
            ],
        ),
        [
            sql(
                f"""
                with today as (select {TODAY} as day),
                before as (
                  select d.day, bytes from {{{{ view('database_day') }}}} d cross join today
                  where d.day >= today.day - 7 and d.day < today.day order by d.day limit 1
                ),
                growth as (
                  select ((d.bytes - before.bytes) / (today.day - before.day))::bigint as a_day
                  from today join {{{{ view('database_day') }}}} d on d.day = today.day cross join before
                )
                select d.day::timestamp at time zone {{{{ zone() }}}} as "time", parts.part as metric,
                  parts.bytes as value
                from {{{{ view('database_day') }}}} d cross join today left join growth on true
                cross join lateral (values
                  ('platform' || coalesce(', ' || case when a_day < 0 then '-' else '+' end
                    || pg_size_pretty(abs(a_day)) || ' a day', ''), bytes - gendash_bytes),
                  ('gendash', gendash_bytes)
                ) as parts (part, bytes)
                where d.day > today.day - 30 and d.day <= today.day order by 1, 2""",
                may_be_empty="never refreshed",
            )
        ],
        width=12,
        height=8,
        leads_to="system-health/db_tables",
        window="30d",
    ),
    Panel(
        "db_tables",
        "Largest database tables, now",
        "The largest tables of the database that holds gendash's store, as of the last refresh: size on disk with "
        "indexes, that of the indexes alone, and rows as PostgreSQL estimates them. At most 50.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Table", custom__minWidth=200),
                count_bar("Size", CALLS, unit="bytes", custom__width=95),
                override("byName", "Indexes", unit="bytes", custom__width=75),
                override("byName", "Whose", custom__width=72),
                override("byName", "Rows", unit="locale", custom__width=75),
                row_column(85),
            ],
        ),
        [
            sql(
                """
                select case when is_gendash then '' else schema_name || '.' end || table_name as "Table",
                  bytes as "Size", index_bytes as "Indexes",
                  rows as "Rows", case when is_gendash then 'gendash' else 'platform' end as "Whose",
                  """
                + row_number("bytes desc, schema_name, table_name", "max(tables) over ()")
                + """
                from {{ view('database_table') }} order by bytes desc, schema_name, table_name limit 50""",
                format="table",
            )
        ],
        width=12,
        height=8,
    ),
]

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

UP_NOW = f'topk(50, max by (job, instance) ({{{{ metric("up") }}}}{PROCESS}))'
SHADES = {"mode": "shades", "fixedColor": CALLS}
PROCESSES = [
    Panel(
        "cpu",
        "CPU use by process",
        "CPU time per second of each process, over 5 minutes; 100 % is one core. Ten busiest. A process near 100 % "
        "answers every request late, also simple ones; its event loop is not measured separately.",
        Lines(unit="percentunit", color=SHADES, soft_max=1),
        [
            promql(
                f'topk(10, {{{{ rule("job_instance:process_cpu_seconds:rate5m") }}}}{PROCESS})',
                legend="{{instance}}",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "{{instance}}", "time": "1h"},
    ),
    Panel(
        "memory",
        "Memory by process",
        "Resident memory of each process at its scrape; ten largest. The dashed line is limits.memory_bytes. A line "
        "that only ever rises until a restart is a leak.",
        Lines(
            unit="bytes",
            color=SHADES,
            limit=True,
            thresholds=steps(("transparent", None), (BAD, SettingRef("limits.memory_bytes"))),
        ),
        [promql(f'topk(10, {{{{ metric("process_resident_memory") }}}}{PROCESS})', legend="{{instance}}")],
        width=8,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "{{instance}}", "time": "1h"},
    ),
    Panel(
        "open_files",
        "% open files of limit by process",
        "Open file descriptors (files and sockets) of each process as a share of its limit; the ten fullest. "
        "At 100 % no connection can be accepted any more.",
        Lines(unit="percentunit", color=SHADES),
        [
            promql(
                f'topk(10, {{{{ rule("job_instance:process_open_fds:ratio") }}}}{PROCESS})',
                legend="{{instance}}",
                may_be_empty="the platform does not expose them",
            )
        ],
        width=8,
        height=8,
        leads_to="system-health/targets",
        passes={"instance": "{{instance}}", "time": "1h"},
    ),
    Panel(
        "targets",
        "Scraped processes: up or down, restarts",
        "Every process that Prometheus scrapes: whether its last scrape worked and how long it took, since when it "
        "runs, and its restarts within the picked time range. At most 50.",
        Table(
            no_data="–",
            overrides=[
                override(
                    "byName",
                    "State",
                    custom__cellOptions=COLORED_TEXT,
                    mappings=words(v0=("✖ Down", BAD), v1=("✓ Up", OK)),
                ),
                override("byName", "Runs for", unit="s", decimals=0),
                judged("Restarts", steps((TEXT, None), (WARN, 1)), unit="locale", decimals=0),
                override("byName", "Scrape", unit="s"),
                override("byName", "Samples", unit="locale", decimals=0),
                of_column(),
            ],
            transformations=columns(
                {
                    "instance": "Process",
                    "job": "Service",
                    "Value #A": "State",
                    "Value #B": "Runs for",
                    "Value #C": "Restarts",
                    "Value #D": "Scrape",
                    "Value #E": "Samples",
                    "Value #F": "Of",
                }
            ),
        ),
        [
            promql(UP_NOW, instant=True, format="table", may_be_zero="0 means down"),
            promql(
                f'time() - max by (job, instance) ({{{{ metric("process_start_time") }}}}{PROCESS}) and {UP_NOW}',
                instant=True,
                format="table",
                may_be_zero="it has just started",
            ),
            promql(
                f'max by (job, instance) (changes({{{{ metric("process_start_time") }}}}{PROCESS}[$__range])) '
                f"and {UP_NOW}",
                instant=True,
                format="table",
                may_be_zero=NO_RESTART,
            ),
            promql(
                f'max by (job, instance) ({{{{ metric("scrape_duration") }}}}{PROCESS}) and {UP_NOW}',
                instant=True,
                format="table",
            ),
            promql(
                f'max by (job, instance) ({{{{ metric("scrape_samples") }}}}{PROCESS}) and {UP_NOW}',
                instant=True,
                format="table",
            ),
            of_all(f'max by (job, instance) ({{{{ metric("up") }}}}{PROCESS})', UP_NOW),
        ],
        width=24,
        height=8,
    ),
]

AUDITS = [
    Panel(
        "audits",
        "Data audits: rows at fault, now",
        "Checks of the data, each once a day: rows that should not be there, and pairs of sources that should agree. "
        "The last result now, keys of the first findings or why it failed, since when, and what a finding means."
        "\n\n`gendash db audit --only NAME` runs one at once. 'Late' is one that did not run for two days: see that "
        "`gendash db refresh` runs. A check that failed has not passed.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Audit", custom__width=185),
                override(
                    "byName",
                    "Result",
                    custom__width=115,
                    custom__cellOptions=COLORED_TEXT,
                    mappings=words(
                        passed=("✓ Passed", OK),
                        warning=("● Found", WARN),
                        critical=("✖ Found", BAD),
                        failed=("? Not finished", UNKNOWN),
                        late=("? Late", UNKNOWN),
                    ),
                ),
                override("byName", "Found", unit="locale", custom__width=65),
                *cells("Since", "Ran", unit="s", decimals=0, custom__width=75),
                override("byName", "Which", custom__width=250, custom__cellOptions=WRAPPED),
                override("byName", "A find means", custom__cellOptions=WRAPPED),
                row_column(),
            ],
        ),
        [
            sql(
                """
                select name as "Audit", case state when 'found' then severity else state end as "Result",
                  found as "Found", sample as "Which",
                  extract(epoch from {{ now() }} - since)::float8 as "Since", age_s as "Ran", doc as "A find means",
                  """
                + row_number("state = 'passed', state = 'found' and severity = 'critical' desc, name")
                + """
                from {{ view('audit_now') }}
                order by state = 'passed', state = 'found' and severity = 'critical' desc, name limit 100""",
                format="table",
                may_be_empty="no audit has run yet",
                may_be_zero="all audits ran this very moment and found nothing",
            )
        ],
        width=24,
        height=9,
    ),
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
