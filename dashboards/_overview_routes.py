"""A row of the Overview: which part is slow or failing?"""

from __future__ import annotations

from gendash.dashboards._api_panels import LATENCY_HEATMAP_PANEL, ROUTE_STATES_PANEL
from gendash.dashboards._lists import of_all, of_column
from gendash.dashboards._palette import P95, override, up_is_bad
from gendash.dashboards._queries import BUCKETS_BY_ROUTE, COUNT_BY_ROUTE, REQUESTS_BY_ROUTE, SERVER_ERRORS, over_range
from gendash.dashboards._tables import columns, judged_share, share_bar
from gendash.dashboards.viz import ROUTE_NAMES, Table
from gendash.engine.model import Panel, promql, slo

HALF_A_SECOND = ',le="0.5"'
ROUTES = f"topk(50, {over_range(REQUESTS_BY_ROUTE)} > 0)"
DETAIL = [
    ROUTE_STATES_PANEL,
    Panel(
        "routes",
        "Routes: requests, errors and response time",
        "Each route over the picked time range: requests per second, share of 5xx, share slower than 0.5 s, mean time. "
        "Recorded 5-minute rates, averaged; the 50 with most requests. Of: how many there are in all.",
        Table(
            sort_by="Requests",
            overrides=[
                override("byName", "Route", custom__minWidth=190, mappings=ROUTE_NAMES, links=[]),
                override("byName", "Requests", unit="reqps", decimals=2, custom__width=103),
                judged_share("5xx", up_is_bad(slo("api_errors.objective"), slo("api_errors.red")), custom__width=70),
                share_bar("Over 0.5 s", P95, decimals=1, custom__width=100),
                override("byName", "Mean", unit="s", custom__width=80),
                of_column(),
            ],
            transformations=columns(
                {
                    "handler": "Route",
                    "Value #A": "Requests",
                    "Value #B": "5xx",
                    "Value #C": "Over 0.5 s",
                    "Value #D": "Mean",
                    "Value #E": "Of",
                }
            ),
        ),
        [
            promql(ROUTES, instant=True, format="table"),
            promql(
                f"({over_range(REQUESTS_BY_ROUTE, SERVER_ERRORS)} "
                f"or 0 * {over_range(REQUESTS_BY_ROUTE)}) "
                f"/ ({over_range(REQUESTS_BY_ROUTE)} > 0) and on (handler) {ROUTES}",
                instant=True,
                format="table",
                may_be_zero="no request failed",
            ),
            promql(
                f"1 - {over_range(BUCKETS_BY_ROUTE, HALF_A_SECOND)} / ({over_range(COUNT_BY_ROUTE)} > 0) "
                f"and on (handler) {ROUTES}",
                instant=True,
                format="table",
                may_be_zero="every request was fast",
            ),
            promql(
                f"{over_range('job_handler:http_request_duration_seconds_sum:rate5m')} "
                f"/ ({over_range(COUNT_BY_ROUTE)} > 0) and on (handler) {ROUTES}",
                instant=True,
                format="table",
            ),
            of_all(f"({over_range(REQUESTS_BY_ROUTE)} > 0)", ROUTES),
        ],
        width=12,
        height=8,
        leads_to="system-health/errors_by_handler",
        passes={"handler": "Route"},
        feature="http_metrics",
    ),
    LATENCY_HEATMAP_PANEL,
]
