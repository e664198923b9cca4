"""What the panels of Agent Performance share: PromQL about the agent."""

from __future__ import annotations

from gendash.dashboards._queries import firing

TURNS = 'sum({{ rule("job:agent_queries:rate5m") }}{job=~"$job"})'
FAILED_30M = 'sum(avg_over_time({{ rule("job:agent_query_errors:rate5m") }}{job=~"$job"}[30m]))'
TURNS_30M = 'sum(avg_over_time({{ rule("job:agent_queries:rate5m") }}{job=~"$job"}[30m]))'
DURATION = '{{ rule("job_le:agent_response_duration_seconds_bucket:rate5m") }}{job=~"$job"}'
TOOL_RATE = '{{ rule("job_tool_name_status:agent_tool_calls:rate5m") }}{job=~"$job"}'
TOOL_HOUR = '{{ rule("job_tool_name_status:agent_tool_calls:increase1h") }}{job=~"$job"}'
FAILED = 'status="error"'
EVERY = 'le="+Inf"'
AGENT_ALERTS = 'alertname=~"Agent.+",'


def agent_alerts(severity: str) -> str:
    """PromQL: how many alerts about the agent fire."""
    return firing(severity).replace('{alertstate="firing",', f'{{{AGENT_ALERTS}alertstate="firing",')


def only(series: str, matcher: str) -> str:
    """PromQL: a selector narrowed by one more matcher."""
    return f"{series[:-1]},{matcher}}}"


def answer_quantile(q: float) -> str:
    """PromQL: a percentile of the time of an agent's answer."""
    return f"histogram_quantile({q}, sum by (le) ({DURATION}))"


def within(bound: int) -> str:
    """PromQL: the matcher of a bucket's bound, which clients write as 5 or 5.0."""
    return f'le=~"{bound}([.]0)?"'


def failing_tools(over: str) -> str:
    """PromQL: share of tool calls that failed."""
    failed = f"sum(avg_over_time({only(TOOL_RATE, FAILED)}[{over}]))"
    every = f"sum(avg_over_time({TOOL_RATE}[{over}]))"
    return f"(({failed} or 0 * {every}) / ({every} > 0))"
