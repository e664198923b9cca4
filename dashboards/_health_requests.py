"""A row of System Health, what failed or was slow, and when: alerts, errors and times by route."""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._api_panels import LATENCY_HEATMAP_PANEL, ROUTE_STATES_PANEL
from gendash.dashboards._health import averaged, same
from gendash.dashboards._lists import of_all, of_column
from gendash.dashboards._palette import BAD, P95, WARN, nothing, override, up_is_bad, words
from gendash.dashboards._queries import BUCKETS_BY_ROUTE, COUNT_BY_ROUTE, REQUESTS_BY_ROUTE, SERVER_ERRORS, UP
from gendash.dashboards._tables import COLORED_TEXT, cells, columns, judged, share_bar
from gendash.dashboards.viz import ROUTE_NAMES, Table
from gendash.engine.model import Panel, promql, slo

TIMED = averaged(COUNT_BY_ROUTE)
CLIENT_ERRORS = ',status=~"4.."'
BELOW_LAST = ',le!="+Inf"'


def slower(le: str) -> str:
    """PromQL: share of the timed requests of each route that took longer than a bucket's bound."""
    within = averaged(BUCKETS_BY_ROUTE, f',le=~"{le}"')
    return f"1 - {within} / ({TIMED} > 0)"


def share(extra: str) -> str:
    """PromQL: share of the requests of each route with a status, over the picked range; 0 if there are none."""
    all_ = averaged(REQUESTS_BY_ROUTE)
    some = averaged(REQUESTS_BY_ROUTE, extra)
    return f"({some} or 0 * {all_}) / ({all_} > 0)"


BUSIEST = f"topk(50, {averaged(REQUESTS_BY_ROUTE)} > 0)"
SLOWEST = f"topk(50, {slower('0.5')})"


def of_route(q: float) -> str:
    """PromQL: a percentile of each route over the picked range, where it lies below the last bound of the buckets.

    Above that bound `histogram_quantile` returns the bound itself, however slow the route is.
    """
    below_last = f"max by (handler) ({averaged(BUCKETS_BY_ROUTE, BELOW_LAST, 'handler, le')})"
    return (
        f"histogram_quantile({q}, {averaged(BUCKETS_BY_ROUTE, '', 'handler, le')}) "
        f"and on (handler) ({below_last} >= {q} * {TIMED} > 0) and on (handler) {SLOWEST}"
    )


SINCE = (
    '(time() - max by (alertname, severity, instance) ({{ metric("alerts_since") }}{job=~"$job|"}'
    ' and ignoring (alertstate) {{ metric("alerts") }}'
    '{alertstate="firing",severity=~"critical|warning",job=~"$job|"}))'
)
NO_ALERT = f'label_replace(0 * {UP} - 1, "alertname", "no alert fires", "", "")'
"""PromQL: the row of a list without alerts: of an empty answer Grafana draws a table's header and nothing else."""
REQUESTS = [
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
