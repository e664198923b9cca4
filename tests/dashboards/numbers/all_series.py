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

LOOKS = (0.003, 2.203, 2.523, 5.003, 6.303)
"""Hours before the end of the history; the third lies within the incident, the second after it. None is a whole
number of evaluations away, since Prometheus 2 counts a sample at the very start of a window and Prometheus 3 does not."""

START, NIGHT, SOON_AFTER = LOOKS[0], 12.0, 1.403
RANGED = ("routes", "errors_by_handler", "latency_by_handler", "db_operations")
LOOKED = {
    **dict.fromkeys(RANGED, LOOKS[:2]),
    **dict.fromkeys(("query_volume", "no_result"), (START,)),
    "slo_left": (START, SOON_AFTER, *LOOKS[3:]),
    "agent-performance/slo_left": LOOKS[:2],
    "tools_state": (*LOOKS, 0.903),
    "agent_p95": (*LOOKS, NIGHT),
}
"""The same for means over the picked range, whose ends must be calm; for means over so long that they reach where
samples are 5 minutes apart; where a failure counts fully only after an hour; an hour that begins within the incident;
and a time without anything to measure."""


def looks(board: str, slug: str) -> tuple[float, ...]:
    """The times at which a panel is looked at."""
    return LOOKED.get(f"{board}/{slug}") or LOOKED.get(slug, LOOKS)
