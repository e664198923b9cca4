"""Panels of the API's health on the Overview and System Health; each dashboard sets their links."""

from __future__ import annotations

from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    PERCENTILES,
    TEXT,
    UNKNOWN,
    WARN,
    down_is_bad,
    fixed,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import QUIET, REQUESTS, UP, before, compared, firing, limited
from gendash.dashboards.viz import (
    PREVIOUS,
    TIMELINE_ROUTES,
    HeadTile,
    Heatmap,
    Lines,
    NumberTile,
    ShareTile,
    StateTile,
    StateTimeline,
)
from gendash.engine.model import Panel, promql, slo

ERRORS = 'sum({{ rule("job:http_request_errors:rate5m") }}{job=~"$job"})'
LATENCY = '{{ rule("job_le:http_request_duration_highr_seconds_bucket:rate5m") }}{job=~"$job"}'
TARGETS = 'sum({{ rule("job:targets:count") }}{job=~"$job"})'


def quantile(q: float) -> str:
    """PromQL: a percentile of the response time of all requests."""
    return f"histogram_quantile({q}, sum by (le) ({LATENCY}))"


HANDLER_RATE = '{{ rule("job_handler_status:http_requests:rate5m") }}{job=~"$job"}'
BUSIEST = f"topk(8, sum by (handler) (avg_over_time({HANDLER_RATE}[1h] @ end())))"


def failing(share: str) -> str:
    """PromQL: 1 where a route's share of 5xx is above a limit, else 0; absent without traffic."""
    bad = '{{ rule("job_handler_status:http_requests:rate5m") }}{job=~"$job",status=~"5.."}'
    return (
        f"((sum by (handler) ({bad}) or 0 * sum by (handler) ({HANDLER_RATE})) "
        f"/ (sum by (handler) ({HANDLER_RATE}) > 0) > bool {{{{ slo('api_errors.{share}') }}}})"
    )


HEALTH_PANEL = Panel(
    "health",
    "Platform health, now",
    "Worst firing alert, now: critical means Down, warning means Degraded, none means Healthy. Prometheus ALERTS, "
    "so it never disagrees with them. Unknown: no target of this job is known.\n\n"
    "When red: open the alert list of System Health, start with the oldest critical one."
    "\n\nThe plan asks for separate indicators: with their own limits they would contradict the alerts."
    " The plan calls it 'System health status'.",
    StateTile(
        mappings=words(v0=("✓ Healthy", OK), v1=("▲ Degraded", WARN), v2=("✖ Down", BAD)),
        thresholds=steps((TEXT, None)),
    ),
    [
        promql(
            f"(2 * ({firing('critical')} > bool 0) "
            f"+ ({firing('critical')} == bool 0) * ({firing('warning')} > bool 0)) "
            f'+ on () group_left (up) 0 * count_values("up", {UP}) '
            f'+ on () group_left (total) 0 * count_values("total", {TARGETS})',
            legend="{{up}} of {{total}} services up",
            instant=True,
            may_be_zero="0 means healthy",
        )
    ],
    width=8,
    height=3,
    leads_to="system-health/alert_list",
)

ALERTS_PANEL = Panel(
    "alerts",
    "Firing alerts, now",
    "Alerts that fire now, critical and warning together; Prometheus ALERTS with alertstate firing. Pending alerts "
    "do not count. 'none' is a checked zero, unknown means that Prometheus has no data.",
    StateTile(
        mappings=words(v0=("none", TEXT)),
        thresholds=steps((TEXT, None), (WARN, 1)),
        no_data="? unknown",
        decimals=0,
    ),
    [
        promql(
            f"({firing('critical')} + {firing('warning')}) "
            f'+ on () group_left (critical) 0 * count_values("critical", {firing("critical")}) '
            f'+ on () group_left (warning) 0 * count_values("warning", {firing("warning")})',
            legend="{{critical}} crit, {{warning}} warn",
            instant=True,
            may_be_zero="no alert fires",
        )
    ],
    width=8,
    height=3,
    leads_to="system-health/alert_list",
)

SLO_LEFT_PANEL = Panel(
    "slo_left",
    "% error budget left, 30 d",
    "Error budget that is left, last {{ slo('api_errors.window') }}: 1 - (5xx / requests) / objective, from hourly "
    "counts in Prometheus, so "
    "the running hour counts in part. 100 % is untouched, 0 % used up, below 0 the objective is missed. 4xx do "
    "not count.\n\n"
    "When red: stop risky deploys until the share of 5xx is back under the objective.",
    NumberTile(unit="percentunit", decimals=0, judged=True, thresholds=down_is_bad(0, slo("budget_left.amber"))),
    [
        promql(
            limited(
                'min({{ rule("job:slo_api_errors_budget_left:ratio30d") }}{job=~"$job"})',
                "100 * {{ slo('api_errors.objective') }}",
            ),
            legend="of {{limit}} % that may fail",
            instant=True,
        )
    ],
    width=8,
    height=3,
    leads_to="system-health/errors_by_handler",
    feature="http_metrics",
)

REQUESTS_PANEL = Panel(
    "requests",
    "Requests per s, 5 min",
    "HTTP requests per second, over 5 minutes; Prometheus http_requests_total, all services chosen above. Health "
    "and metrics endpoints and websockets are not counted. The change is against one week earlier.",
    HeadTile(unit="reqps", decimals=1, subject=CALLS, min=0),
    [compared(REQUESTS, may_be_zero=QUIET)],
    width=6,
    height=4,
    leads_to="overview/request_rate",
    feature="http_metrics",
)

ERRORS_PANEL = Panel(
    "errors",
    "HTTP 5xx share, 5 min",
    "Share of requests that ended in 5xx, over 5 minutes: sum of errors / sum of requests; above it the share of "
    "one week earlier. Amber above the objective, red above {{ slo('api_errors.red') }}, where "
    "the budget burns fast.\n\n"
    "When red: see which route fails in the last row, then the newest deploy mark. Without requests it shows 'no "
    "traffic', which is not 0 %.",
    ShareTile(
        decimals=2,
        max=0.12,
        judged=True,
        thresholds=up_is_bad(slo("api_errors.objective"), slo("api_errors.red")),
        no_data="no traffic",
    ),
    [
        compared(
            f"{ERRORS} / ({REQUESTS} > 0)",
            "now, 5xx of all",
            is_share=True,
            limit="slo.api_errors.objective",
            may_be_zero="no request failed",
            may_be_empty=QUIET,
        )
    ],
    width=6,
    height=4,
    leads_to="overview/error_share",
    feature="http_metrics",
)

P95_PANEL = Panel(
    "p95",
    "HTTP p95 time, 5 min",
    "95 of 100 requests were answered within this time, over 5 minutes; from the fine histogram of all requests, "
    "streaming included. The change is against one week earlier. Amber above the SLO, red "
    "above {{ slo('api_latency.red_s') }}."
    "\n\nThe plan calls it 'Average response time'.",
    HeadTile(
        unit="s",
        min=0,
        judged=True,
        thresholds=up_is_bad(slo("api_latency.threshold_s"), slo("api_latency.red_s")),
        no_data="no traffic",
    ),
    [compared(quantile(0.95), limit="slo.api_latency.threshold_s", may_be_empty=QUIET)],
    width=6,
    height=4,
    leads_to="overview/response_time",
    feature="http_metrics",
)

ERROR_SHARE_PANEL = Panel(
    "error_share",
    "Error rate: 4xx and 5xx shares",
    "Server errors (5xx) and client errors (4xx) as shares of all requests, each point over 5 minutes. The dashed "
    "line is the red limit. 4xx are mostly wrong passwords and unknown pages, and use no budget."
    "\n\nThe plan divides each series by itself, which is always 1: here sums are divided."
    " The plan calls it 'HTTP error rate'.",
    Lines(
        unit="percentunit",
        limit=True,
        soft_max=slo("api_errors.red"),
        thresholds=steps(("transparent", None), (BAD, slo("api_errors.red"))),
        no_data="no traffic",
        overrides=[
            override("byName", "5xx server", color=fixed(BAD), custom__lineWidth=2, custom__fillOpacity=12),
            override("byName", "4xx client", color=fixed(UNKNOWN)),
            override("byName", "5xx before", **PREVIOUS),
        ],
    ),
    [
        promql(
            f'sum({{{{ rule("job_status:http_requests:rate5m") }}}}{{job=~"$job",status_class="4xx"}}) '
            f"/ ({REQUESTS} > 0)",
            legend="4xx client",
            may_be_empty="no client error",
            may_be_zero="no client error",
        ),
        promql(
            f"{ERRORS} / ({REQUESTS} > 0)", legend="5xx server", may_be_zero="no request failed", may_be_empty=QUIET
        ),
        before(f"{ERRORS} / ({REQUESTS} > 0)", "5xx before"),
    ],
    width=8,
    height=8,
    leads_to="system-health/errors_by_handler",
    passes={"time": "1h"},
    feature="http_metrics",
)

RESPONSE_TIME_PANEL = Panel(
    "response_time",
    "Response time: p50, p95, p99",
    "Half, 95 and 99 of 100 requests were faster than this, each point over 5 minutes; from the fine histogram of "
    "all requests, read within its buckets. The dashed line is the SLO threshold for p95."
    "\n\nThe plan asks for an average of percentiles, which is meaningless: each has its own line.",
    Lines(
        unit="s",
        limit=True,
        soft_max=slo("api_latency.threshold_s"),
        thresholds=steps(("transparent", None), (WARN, slo("api_latency.threshold_s"))),
        no_data="no traffic",
        overrides=[*PERCENTILES, override("byName", "p95 before", **PREVIOUS)],
    ),
    [
        *(promql(quantile(q), legend=f"p{q * 100:.0f}", may_be_empty=QUIET) for q in (0.5, 0.95, 0.99)),
        before(quantile(0.95), "p95 before"),
    ],
    width=8,
    height=8,
    leads_to="system-health/latency_by_handler",
    passes={"time": "1h"},
    feature="http_metrics",
)

ROUTE_STATES_PANEL = Panel(
    "route_states",
    "State of the busiest routes over time",
    "State of the eight busiest routes: failing above the red limit of 5xx, degraded above the objective, each "
    "moment over 5 minutes. A gap is a route without requests.",
    StateTimeline(
        mappings=words(v0=("healthy", "rgba(128,140,150,0.28)"), v1=("degraded", WARN), v2=("failing", BAD)),
        no_data="no traffic",
        transformations=TIMELINE_ROUTES,
    ),
    [
        promql(
            f"({failing('objective')} + {failing('red')}) and on (handler) {BUSIEST}",
            legend="{{handler}}",
            may_be_zero="no route failed",
        )
    ],
    width=12,
    height=8,
    leads_to="system-health/errors_by_handler",
    passes={"handler": "{{handler}}", "time": "1h"},
    feature="http_metrics",
)

LATENCY_HEATMAP_PANEL = Panel(
    "latency_heatmap",
    "Distribution of response times over time",
    "Requests per second by response time, each column over 5 minutes; darker is more. A second band far above the "
    "first one is a group of slow requests that a percentile hides.",
    Heatmap(unit="reqps"),
    [
        promql(
            f"sum by (le) ({LATENCY})",
            legend="{{le}}",
            format="heatmap",
            may_be_zero="no traffic",
        )
    ],
    width=24,
    height=8,
    leads_to="system-health/latency_by_handler",
    passes={"time": "1h"},
    feature="http_metrics",
)
