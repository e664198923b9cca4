"""Overview: is the platform up, fast, used, affordable and good?"""

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
from gendash.dashboards._overview_routes import DETAIL
from gendash.dashboards._overview_usage_charts import USAGE_CHARTS
from gendash.dashboards._overview_usage_tiles import USAGE_TILES
from gendash.dashboards._palette import CALLS, fixed, override
from gendash.dashboards._queries import QUIET, REQUESTS
from gendash.dashboards._shared import (
    ANNOTATIONS,
    COMPARE,
    CSAT,
    ENVIRONMENT,
    FRESHNESS,
    JOB,
    LLM_CALLS,
    LLM_COST,
    how_to_read,
)
from gendash.dashboards.viz import PREVIOUS, Lines
from gendash.engine.model import Dashboard, Panel, Row, promql

STRIP = [
    HEALTH_PANEL,
    ALERTS_PANEL,
    SLO_LEFT_PANEL,
]

HEAD = [
    REQUESTS_PANEL,
    ERRORS_PANEL,
    P95_PANEL,
    LLM_CALLS,
    LLM_COST,
    CSAT,
    FRESHNESS,
]

CHARTS = [
    Panel(
        "request_rate",
        "Request rate and one week ago",
        "HTTP requests per second, each point over 5 minutes; the dashed line is the same hour one week earlier. "
        "Prometheus http_requests_total. A gap means that no target was scraped."
        "\n\nThe plan asks for the last hour: a fixed hour hides both the present and the trend.",
        Lines(
            unit="reqps",
            fill=12,
            color=fixed(CALLS),
            overrides=[
                override("byName", "now", custom__lineWidth=2),
                override("byName", "one week ago", **PREVIOUS),
            ],
        ),
        [
            promql(REQUESTS, legend="now", may_be_zero=QUIET),
            promql(
                'sum({{ rule("job:http_requests:rate5m") }}{job=~"$job"} offset 1w)',
                legend="one week ago",
                may_be_empty="less than a week of history",
            ),
        ],
        width=8,
        height=8,
        leads_to="system-health/rate_by_endpoint",
        passes={"time": "1h"},
        feature="http_metrics",
    ),
    ERROR_SHARE_PANEL,
    RESPONSE_TIME_PANEL,
]

DASHBOARD = Dashboard(
    "overview",
    "Overview",
    "Is the platform up, fast, used, affordable and good?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Who uses it, and for what?", [*USAGE_TILES, *USAGE_CHARTS]),
        Row("Which part is slow or failing?", DETAIL, open=False),
        how_to_read(
            "Is the platform up, fast, used, affordable and good?",
            "- Read from the top left: states, six figures, three charts. Start with a red or orange figure; the rows "
            "below show who is affected and which part fails.",
        ),
    ],
    refresh="30s",
    range="24h",
    variables=(JOB, ENVIRONMENT, COMPARE),
    annotations=ANNOTATIONS,
)
