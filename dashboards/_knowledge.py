"""What the panels of Knowledge base share: which documents are chosen, figures of searches."""

from __future__ import annotations

from gendash.dashboards._lists import chosen

# a table of types has a row of all
CHOSEN = "(${file_type:sqlstring} in ('__all', 'all') or file_type = ${file_type:sqlstring})"
LISTED = " and ".join((CHOSEN, chosen("status", "status"), chosen("owner", "coalesce(owner, 'unknown')")))
NO_DOCUMENT = "no document yet"
SEARCHES = '{{ rule("job_status:kb_searches:rate5m") }}{job=~"$job"}'
SEARCH_BUCKETS = "job_le:kb_search_duration_seconds_bucket:rate5m"
DURATIONS = f'{{{{ rule("{SEARCH_BUCKETS}") }}}}{{job=~"$job"}}[1h]'


def search_quantile(q: float) -> str:
    """PromQL: a percentile of the time of searches."""
    return f"histogram_quantile({q}, sum by (le) (avg_over_time({DURATIONS})))"


def counted(series: str, window: str, extra: str = "") -> str:
    """PromQL: a recorded rate of results, averaged over a window; there are too few searches for 5 minutes."""
    return f'sum(avg_over_time({{{{ rule("{series}") }}}}{{job=~"$job"{extra}}}[{window}]))'


def without_result(window: str) -> str:
    """PromQL: share of searches that found nothing, over a window."""
    nothing = counted("job_le:kb_search_results_count_bucket:rate5m", window, ',le=~"0|0.0"')
    return f"{nothing} / ({counted('job:kb_search_results_count_count:rate5m', window)} > 0)"
