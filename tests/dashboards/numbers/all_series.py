"""The calculations of all PromQL panels, by dashboard and slug."""

from __future__ import annotations

from collections.abc import Mapping

import health_series
import overview_series
from health_series import Calculation
from search_series import KNOWLEDGE, SIGN_IN
from turn_series import AGENT, COST

SHARED = {"freshness": overview_series.freshness}
"""What stands on every dashboard."""

HEALTH = ("health", "alerts", "slo_left", "requests", "errors", "p95", "error_share", "response_time", "route_states")
"""What System Health shows as the Overview does."""

SERIES: Mapping[str, Mapping[str, Calculation]] = {
    "overview": overview_series.SERIES,
    "agent-performance": AGENT | SHARED,
    "cost-usage": COST | SHARED,
    "feedback-quality": SHARED,
    "knowledge-base": KNOWLEDGE | SHARED,
    "support-tickets": SHARED,
    "system-health": {slug: overview_series.SERIES[slug] for slug in (*HEALTH, "latency_heatmap")}
    | health_series.SERIES
    | SHARED,
    "user-analytics": SIGN_IN | SHARED,
}
