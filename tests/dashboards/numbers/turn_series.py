"""What PromQL panels about the agent's turns and tools must show, calculated from scraped samples.

They stand on Agent Performance and on Cost & Usage.
"""

from __future__ import annotations

from collections.abc import Mapping

from health_series import Calculation, key, of, one
from overview_series import (
    BACK_S,
    DAY,
    FIVE_MINUTES,
    HOUR,
    Column,
    Samples,
    Values,
    Within,
    agent_fails,
    agent_slow,
    near,
    quantile,
)

MINUTE, HALF_HOUR = 60, 1800
ANSWERS = "agent_response_duration_seconds"
SLOW_SHARE = 0.05
"""Of 100 answers, five may be later than 10 s."""


def per_hour(samples: Samples, columns: list[Column], at: float, length: float) -> float:
    """The mean, over a window, of what was counted within the hour before each moment."""
    return samples.mean(lambda when: HOUR * samples.rate(columns, when, HOUR), at, length)


def mean_rate(samples: Samples, columns: list[Column], at: float, length: float) -> float:
    """The mean, over a window, of the rates over 5 minutes."""
    return samples.mean(lambda when: samples.rate(columns, when), at, length)


def agent(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(float(agent_fails(samples, at) or agent_slow(samples, at))))]


def tools_state(samples: Samples, at: float, span: float) -> list[Values]:
    failed, all_ = (
        mean_rate(samples, of(samples, "agent_tool_calls_total", status=status), at, HOUR) for status in ("error", ".*")
    )
    if all_ <= 0:
        return [{}]
    share = failed / all_
    assert not any(near(limit).holds(share) for limit in (0.01, 0.05)), "too close to a limit to tell"
    return [one(near(float((share >= 0.01) + (share >= 0.05))))]


def turns(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(MINUTE * samples.rate(of(samples, "agent_queries_total"), samples.evaluated(at))))]


def errors(samples: Samples, at: float, span: float) -> list[Values]:
    failed, all_ = (
        mean_rate(samples, of(samples, "agent_queries_total", status=status), at, HALF_HOUR)
        for status in ("error", ".*")
    )
    return [one(near(failed / all_)) if all_ > 0 else {}]


def _buckets(samples: Samples, name: str, at: float, length: float = 0) -> dict[str, float]:
    """Rates over 5 minutes by bound, or their means over a window."""
    found = samples.by("le", f"{name}_bucket")
    if length:
        return {le: mean_rate(samples, columns, at, length) for le, columns in found.items()}
    return {le: samples.rate(columns, samples.evaluated(at)) for le, columns in found.items()}


def percentiles(name: str, *shares: float, length: float = 0) -> Calculation:
    """Percentiles of a histogram."""

    def found(samples: Samples, at: float, span: float) -> list[Values]:
        rates = _buckets(samples, name, at, length)
        return [one(quantile(share, rates)) for share in shares]

    return found


def turns_by_outcome(samples: Samples, at: float, span: float) -> list[Values]:
    ends = samples.by("status", "agent_queries_total").items()
    when = samples.evaluated(at)
    return [{key(status=status): near(MINUTE * samples.rate(columns, when)) for status, columns in ends}]


def before(calculation: Calculation, number: int = 0) -> Calculation:
    """One curve of a panel as it was at the compared time."""

    def found(samples: Samples, at: float, span: float) -> list[Values]:
        return [calculation(samples, at - BACK_S, span)[number]]

    return found


def beside(calculation: Calculation, *others: Calculation) -> Calculation:
    """The curves of several calculations in one panel."""

    def found(samples: Samples, at: float, span: float) -> list[Values]:
        return [values for one in (calculation, *others) for values in one(samples, at, span)]

    return found


def _tools(samples: Samples, status: str = ".*") -> dict[str, list[Column]]:
    return samples.by("tool_name", "agent_tool_calls_total", status=status)


def tool_calls(samples: Samples, at: float, span: float) -> list[Values]:
    found = {tool: per_hour(samples, columns, at, span) * span / HOUR for tool, columns in _tools(samples).items()}
    return [{key(tool_name=tool): near(count) for tool, count in found.items()}]


def tools(samples: Samples, at: float, span: float) -> list[Values]:
    found: list[Values] = [{}, {}, {}]
    failures = _tools(samples, "error")
    for tool, columns in _tools(samples).items():
        calls, failed = (per_hour(samples, c, at, span) for c in (columns, failures[tool]))
        found[0][key(tool_name=tool)], found[2][key(tool_name=tool)] = near(calls), near(failed)
        if calls > 0:
            found[1][key(tool_name=tool)] = near(1 - failed / calls, 0.0005)
    return found


def heatmap(samples: Samples, at: float, span: float) -> list[Values]:
    return [{key(le=le): near(value) for le, value in _buckets(samples, ANSWERS, at).items()}]


def good_answers(samples: Samples, at: float, span: float) -> list[Values]:
    rates = _buckets(samples, ANSWERS, at, HALF_HOUR)
    return [one(near(rates[le] / rates["+Inf"])) if rates["+Inf"] > 0 else {} for le in ("5.0", "10.0")]


def slo_left(samples: Samples, at: float, span: float) -> list[Values]:
    counts = {le: samples.grown(columns, at, 30 * DAY) for le, columns in samples.by("le", f"{ANSWERS}_bucket").items()}
    used = near((counts["+Inf"] - counts["10.0"]) / counts["+Inf"] / SLOW_SHARE)
    return [one(Within(1 - used.high, 1 - used.low))]


def coverage(samples: Samples, at: float, span: float) -> list[Values]:
    """What the hour that begins at a point counted; nothing is known of an hour that is not over."""
    if at + HOUR > samples.end + FIVE_MINUTES:
        return [{}]
    return [one(near(HOUR * samples.rate(of(samples, "agent_queries_total"), samples.evaluated(at + HOUR), HOUR)))]


def query_volume(samples: Samples, at: float, span: float) -> list[Values]:
    ends = samples.by("status", "agent_queries_total").items()
    return [{key(status=status): near(24 * per_hour(samples, columns, at, DAY)) for status, columns in ends}]


def tool_usage(samples: Samples, at: float, span: float) -> list[Values]:
    asked = per_hour(samples, of(samples, "agent_queries_total"), at, span)
    return [{key(tool_name=t): near(per_hour(samples, c, at, span) / asked) for t, c in _tools(samples).items()}]


AGENT: Mapping[str, Calculation] = {
    "agent": agent,
    "tools_state": tools_state,
    "turns": turns,
    "errors": errors,
    "p95": percentiles(ANSWERS, 0.95),
    "turns_by_outcome": beside(turns_by_outcome, before(turns)),
    "answer_time": beside(percentiles(ANSWERS, 0.5, 0.95, 0.99), before(percentiles(ANSWERS, 0.95))),
    "tool_calls": tool_calls,
    "tools": tools,
    "heatmap": heatmap,
    "good_answers": good_answers,
    "slo_left": slo_left,
    "coverage": coverage,
}
COST: Mapping[str, Calculation] = {"query_volume": query_volume, "tool_usage": tool_usage}
"""Calculations by the slug of their panel, one dict for each PromQL query."""
