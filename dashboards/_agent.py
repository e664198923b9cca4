"""What the panels of Agent Performance share: PromQL about the agent."""

from __future__ import annotations

DURATION = '{{ rule("job_le:agent_response_duration_seconds_bucket:rate5m") }}{job=~"$job"}'
FAILED = 'status="error"'


def only(series: str, matcher: str) -> str:
    """PromQL: a selector narrowed by one more matcher."""
    return f"{series[:-1]},{matcher}}}"
