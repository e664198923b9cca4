"""A row of Knowledge base: what is never found?"""

from __future__ import annotations

from gendash.dashboards._knowledge import SEARCH_BUCKETS, counted, without_result
from gendash.dashboards._palette import CALLS, P95, UNKNOWN, fixed
from gendash.dashboards.viz import Lines
from gendash.engine.model import Panel, promql

WITHIN_HALF, EVERY = ',le="0.5"', ',le="+Inf"'

FOUND = [
    Panel(
        "zero_share",
        "Share of searches with no result",
        "Searches that found nothing / searches, each point over an hour; the histogram bucket of 0 results. What "
        "was asked is not recorded, so which questions find nothing is only in the platform's logs.",
        Lines(unit="percentunit", max=1, fill=12, color=fixed(UNKNOWN), legend=False, no_data="no search"),
        [
            promql(
                without_result("1h"),
                legend="no result",
                may_be_zero="every search found something",
                may_be_empty="nobody searches",
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/results",
        feature="kb_metrics",
    ),
    Panel(
        "results",
        "Results per search, mean",
        "Sum of results / searches, each point over an hour; Prometheus kb_search_results_count. A mean hides "
        "searches without any result: they are in the panel beside it."
        "\n\nThe plan calls it 'KB search results count'.",
        Lines(unit="none", decimals=1, fill=12, color=fixed(CALLS), legend=False, no_data="no search"),
        [
            promql(
                f"{counted('job:kb_search_results_count_sum:rate5m', '1h')} "
                f"/ ({counted('job:kb_search_results_count_count:rate5m', '1h')} > 0)",
                legend="mean",
                may_be_empty="nobody searches",
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/zero_share",
        feature="kb_metrics",
    ),
    Panel(
        "fast_searches",
        "Share of searches within 0.5 s",
        "Searches that were answered within 0.5 s / searches, each point over an hour; Prometheus. Exact, since 0.5 s "
        "is a bound of the histogram's buckets, where a percentile is read within them.",
        Lines(unit="percentunit", max=1, fill=12, color=fixed(P95), legend=False, no_data="no search"),
        [
            promql(
                f"{counted(SEARCH_BUCKETS, '1h', WITHIN_HALF)} / ({counted(SEARCH_BUCKETS, '1h', EVERY)} > 0)",
                legend="within 0.5 s",
                may_be_empty="nobody searches",
                may_be_zero="no search was so fast",
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/search_time",
        feature="kb_metrics",
    ),
]
