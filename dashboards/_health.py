"""What the panels of System Health share: selectors, rates over the picked range, percentiles, links of panels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gendash.dashboards._api_panels import ALERTS_PANEL, HEALTH_PANEL
from gendash.dashboards._palette import CALLS
from gendash.dashboards._queries import over_range
from gendash.engine.model import Panel, promql

PROCESS = '{job=~"$job",instance=~"$instance"}'
HITS, MISSES = (f'sum({{{{ rule("job:cache_{kind}:rate5m") }}}}{{job=~"$job"}})' for kind in ("hits", "misses"))
HIT_RATE = f"{HITS} / ({HITS} + {MISSES} > 0)"
BLUES = (CALLS, "super-light-blue", "dark-blue")


def averaged(rule: str, extra: str = "", by: str = "handler", chosen: str = ',handler=~"$handler"') -> str:
    """PromQL: mean of a recorded rate over the picked range, of the chosen route."""
    return over_range(rule, chosen + extra, by)


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


def same(panel: Panel, leads_to: str, width: int = 0) -> Panel:
    """A panel of the Overview, with the same queries; here it links to details, and describes what it needs."""
    feature = panel.feature or ("" if panel in (HEALTH_PANEL, ALERTS_PANEL) else "http_metrics")
    return replace(panel, leads_to=leads_to, width=width or panel.width, feature=feature)
