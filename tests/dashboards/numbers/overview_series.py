"""What the PromQL panels of the Overview must show, calculated from scraped samples by what their descriptions say.

Nothing here reads rules or PromQL. Each calculation gives, for every query of a panel, the values by labels at a time.
Other dashboards' calculations are written with the same Samples.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import NamedTuple

from gendash.demo.history import Scrapes

JOB = "ai-agent-api"
EVERY_S = 30
"""How often rules are evaluated: a recorded value is at most so old."""

SCRAPE_S = 15
FIVE_MINUTES, HOUR, DAY = 300, 3600, 86400
BACK_S = 3 * HOUR
"""How far back compared curves reach, seconds; as in `graphs.ALL`."""
OBJECTIVE, RED, BURN, LATE = 0.005, 0.05, 14.4 * 0.005, 0.05
_LABEL = re.compile(r'(\w+)="([^"]*)"')


class Within(NamedTuple):
    """A value that is known within bounds only."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def near(value: float, slack: float = 1e-9) -> Within:
    """A value within 1 %. ``slack`` is what one event at the edge of a window makes where there are few."""
    room = max(abs(value) * 0.01, slack)
    return Within(value - room, value + room)


Labels = tuple[tuple[str, str], ...]
Values = dict[Labels, Within]
Column = Sequence[float]


@dataclass(frozen=True)
class Samples:
    """The scraped samples until ``end``, in epoch seconds, as Prometheus has them."""

    scrapes: Scrapes
    end: int
    _totals: dict[int, list[float]] = field(default_factory=dict, compare=False)

    def find(self, name: str, job: str = JOB, **wanted: str) -> list[tuple[dict[str, str], Column]]:
        """Series of a metric whose labels match regular expressions."""
        found = []
        for owner, instance, columns in self.scrapes.columns:
            for key, column in columns.items():
                metric, _, own = key.partition("{")
                labels = {**dict(_LABEL.findall(own)), "instance": instance}
                if (owner, metric) == (job, name) and all(re.fullmatch(p, labels[k]) for k, p in wanted.items()):
                    found.append((labels, column))
        return found

    def by(self, label: str, name: str, **wanted: str) -> dict[str, list[Column]]:
        """Series of a metric, grouped by a label."""
        groups: dict[str, list[Column]] = {}
        for labels, column in self.find(name, **wanted):
            groups.setdefault(labels[label], []).append(column)
        return groups

    def evaluated(self, at: float) -> float:
        """When rules were last evaluated before a time; the last evaluation is at the end."""
        return self.end + (at - self.end) // EVERY_S * EVERY_S

    def grown(self, columns: Iterable[Column], end: float, length: float) -> float:
        """By how much counters grew within a window, resets apart."""
        return sum(self._growth(column, *self._window(end, length)) for column in columns)

    def rate(self, columns: Iterable[Column], end: float, length: float = FIVE_MINUTES) -> float:
        """Growth per second within a window."""
        first, last = self._window(end, length)
        return self.grown(columns, end, length) / (self.scrapes.times[last] - self.scrapes.times[first])

    def _window(self, end: float, length: float) -> tuple[int, int]:
        times = self.scrapes.times
        first, last = bisect_right(times, end - length), bisect_right(times, end) - 1
        if first == last:  # scrapes that are as far apart as the window is long: the two around its end
            last = bisect_right(times, end - SCRAPE_S)
            first = last - 1
        return first, last

    def _growth(self, column: Column, first: int, last: int) -> float:
        if id(column) not in self._totals:
            steps = (after - before if after >= before else after for before, after in pairwise(column))
            self._totals[id(column)] = [0.0, *accumulate(steps)]
        return self._totals[id(column)][last] - self._totals[id(column)][first]

    def mean(self, value: Callable[[float], float], at: float, length: float) -> float:
        """The mean of what rules recorded of a figure within a window."""
        last = self.evaluated(at)
        found = [value(last - back) for back in range(0, int(length), EVERY_S) if last - back > at - length]
        return sum(found) / len(found)

    def newest(self, name: str, at: float, job: str = JOB) -> dict[str, float]:
        """The newest sample of a gauge by instance."""
        index = bisect_right(self.scrapes.times, at) - 1
        return {found["instance"]: column[index] for found, column in self.find(name, job)}

    def requests(self, status: str = ".*", **wanted: str) -> list[Column]:
        return [column for _, column in self.find("http_requests_total", status=status, **wanted)]


def _one(value: Within | None) -> Values:
    return {} if value is None else {(): value}


def _share(above: float, below: float) -> Within | None:
    return near(above / below) if below > 0 else None


def quantile(q: float, cumulative: Mapping[str, float]) -> Within | None:
    """A percentile of a histogram with cumulative buckets, as if a bucket's values lay evenly in it."""
    bounds = sorted((float(le.replace("+Inf", "inf")), count) for le, count in cumulative.items())
    total = bounds[-1][1]
    if total <= 0:
        return None
    index = next(i for i, (_, count) in enumerate(bounds) if count >= q * total * (1 - 1e-9))
    if bounds[index][0] == float("inf"):
        return near(bounds[index - 1][0])
    low, below = bounds[index - 1] if index else (0.0, 0.0)
    high, count = bounds[index]
    return near(low + (high - low) * (q * total - below) / (count - below))


def _percentile(samples: Samples, metric: str, q: float, at: float) -> Values:
    buckets = samples.by("le", f"{metric}_bucket")
    return _one(quantile(q, {le: samples.rate(columns, samples.evaluated(at)) for le, columns in buckets.items()}))


def _http_percentile(samples: Samples, q: float, at: float) -> Values:
    return _percentile(samples, "http_request_duration_highr_seconds", q, at)


def _rate(samples: Samples, at: float) -> Values:
    return _one(near(samples.rate(samples.requests(), samples.evaluated(at))))


def _failed(samples: Samples, at: float, status: str = "5..") -> Values:
    when = samples.evaluated(at)
    return _one(_share(samples.rate(samples.requests(status), when), samples.rate(samples.requests(), when)))


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _fires(holds: Callable[[float], bool], at: float, for_s: int) -> bool:
    """Whether a condition has held at every evaluation for so long."""
    return all(holds(at - before) for before in range(0, for_s + 1, EVERY_S))


def burning(samples: Samples, at: float) -> bool:
    """Whether the API fails more than 14.4 times as often as its objective allows, over 1 hour and over 5 minutes."""

    def holds(when: float) -> bool:
        failed = samples.grown(samples.requests("5.."), when, HOUR)
        short = samples.rate(samples.requests("5.."), when) / samples.rate(samples.requests(), when)
        return failed >= 5 and failed / samples.grown(samples.requests(), when, HOUR) > BURN and short > BURN

    return _fires(holds, samples.evaluated(at), 120)


def agent_fails(samples: Samples, at: float) -> bool:
    """Whether more than 5 % of agent turns failed within half an hour, and at least 5 within the hour."""

    def holds(when: float) -> bool:
        ended = samples.by("status", "agent_queries_total")
        failed, good = (samples.grown(ended[status], when, HOUR / 2) for status in ("error", "success"))
        return failed > 0.05 * (failed + good) and samples.grown(ended["error"], when, HOUR) >= 5

    return _fires(holds, samples.evaluated(at), 300)


def agent_slow(samples: Samples, at: float) -> bool:
    """Whether answers are late six times as often as allowed over 6 hours, three times over a day, or at all over 3.

    Each time they must still be, over a shorter window; at least 5 were late within a day.
    """
    bounds = samples.by("le", "agent_response_duration_seconds_bucket")

    def late(when: float, length: float) -> tuple[float, float]:
        every, good = (samples.grown(bounds[le], when, length) for le in ("+Inf", "10.0"))
        return every - good, every

    def holds(when: float) -> bool:
        if late(when, DAY)[0] < 5:
            return False
        windows = ((6 * HOUR, HOUR / 2, 6), (DAY, 2 * HOUR, 3), (3 * DAY, 6 * HOUR, 1))
        shares = ((late(when, long), late(when, short), factor) for long, short, factor in windows)
        return any(all(slow > factor * LATE * every for slow, every in both) for *both, factor in shares)

    return _fires(holds, samples.evaluated(at), 900)


def pools_full(samples: Samples, at: float) -> int:
    """How many processes have had more than 90 % of their database connections in use for 5 minutes.

    Made history has no marks where a series ends, so an alert is seen for another 5 minutes.
    """

    def full(instance: str, when: float) -> bool:
        return _fires(lambda before: samples.newest("db_connections_active", before)[instance] > 18, when, 300)

    seen = [samples.evaluated(at) - back for back in range(0, FIVE_MINUTES, EVERY_S)]
    return sum(any(full(instance, when) for when in seen) for instance in samples.newest("db_connections_active", at))


def warnings(samples: Samples, at: float) -> int:
    """How many warnings fire."""
    return agent_fails(samples, at) + agent_slow(samples, at) + pools_full(samples, at)


def health(samples: Samples, at: float, span: float) -> list[Values]:
    up = [column[-1] for _, _, columns in samples.scrapes.columns for key, column in columns.items() if key == "up"]
    worst = 2 if burning(samples, at) else 1 if warnings(samples, at) else 0
    labels = (("total", str(len(up))), ("up", str(sum(map(int, up)))))
    return [{labels: near(worst)}]


def alerts(samples: Samples, at: float, span: float) -> list[Values]:
    critical, warning = int(burning(samples, at)), warnings(samples, at)
    return [{(("critical", str(critical)), ("warning", str(warning))): near(critical + warning)}]


# ── figures and curves ───────────────────────────────────────────────────────────────────────────────────────────


def slo_left(samples: Samples, at: float, span: float) -> list[Values]:
    failed, all_ = (samples.grown(samples.requests(status), at, 30 * DAY) for status in ("5..", ".*"))
    used = near(failed / all_ / OBJECTIVE)
    return [_one(Within(1 - used.high, 1 - used.low))]


def requests(samples: Samples, at: float, span: float) -> list[Values]:
    return [_rate(samples, at)]


def errors(samples: Samples, at: float, span: float) -> list[Values]:
    return [_failed(samples, at)]


def p95(samples: Samples, at: float, span: float) -> list[Values]:
    return [_http_percentile(samples, 0.95, at)]


def request_rate(samples: Samples, at: float, span: float) -> list[Values]:
    return [_rate(samples, at), _rate(samples, at - 7 * DAY)]


def error_share(samples: Samples, at: float, span: float) -> list[Values]:
    return [_failed(samples, at, "4.."), _failed(samples, at), _failed(samples, at - BACK_S)]


def response_time(samples: Samples, at: float, span: float) -> list[Values]:
    return [
        *(_http_percentile(samples, q, at) for q in (0.5, 0.95, 0.99)),
        _http_percentile(samples, 0.95, at - BACK_S),
    ]


def agent_p95(samples: Samples, at: float, span: float) -> list[Values]:
    return [_percentile(samples, "agent_response_duration_seconds", 0.95, at)]


def freshness(samples: Samples, at: float, span: float) -> list[Values]:
    times = samples.scrapes.times
    return [_one(near(at - times[bisect_right(times, at) - 1]))]


# ── routes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def busiest(samples: Samples, at: float) -> set[str]:
    """The eight routes with the most requests in the hour before the end of the range."""
    by_route = samples.by("handler", "http_requests_total")
    grown = {route: samples.grown(columns, at, HOUR) for route, columns in by_route.items()}
    return set(sorted(grown, key=lambda route: grown[route])[-8:])


def route_states(samples: Samples, at: float, span: float) -> list[Values]:
    found: Values = {}
    for route in busiest(samples, at):
        failed, all_ = (
            samples.rate(samples.requests(status, handler=re.escape(route)), samples.evaluated(at))
            for status in ("5..", ".*")
        )
        if all_ > 0:
            share = failed / all_
            edge = any(near(limit).holds(share) for limit in (OBJECTIVE, RED))
            state = (share > OBJECTIVE) + (share > RED)
            found[("handler", route),] = Within(0, 2) if edge else near(state)
    return [found]


def _averaged(samples: Samples, route: str, at: float, span: float) -> Within:
    """Requests per second as a mean of 5-minute rates: what lies within 5 minutes of either end counts in part."""
    columns = samples.requests(handler=re.escape(route))
    least = samples.grown(columns, at - FIVE_MINUTES, span - FIVE_MINUTES)
    most = samples.grown(columns, at, span + FIVE_MINUTES)
    return Within(near(least / span).low, near(most / span).high)


def routes(samples: Samples, at: float, span: float) -> list[Values]:
    found: list[Values] = [{}, {}, {}, {}]
    for route in samples.by("handler", "http_requests_total"):
        handler = {"handler": re.escape(route)}

        def grown(name: str, handler: Mapping[str, str] = handler, **wanted: str) -> float:
            return samples.grown((column for _, column in samples.find(name, **handler, **wanted)), at, span)

        all_, failed = (samples.grown(samples.requests(status, **handler), at, span) for status in (".*", "5.."))
        timed = grown("http_request_duration_seconds_count")
        if all_ > 0:
            slow = 1 - grown("http_request_duration_seconds_bucket", le="0.5") / timed
            key: Labels = (("handler", route),)
            found[0][key], found[1][key] = _averaged(samples, route, at, span), near(failed / all_, 2 / all_)
            found[2][key] = near(slow, 0.0005)  # a small difference of two rates
            found[3][key] = near(grown("http_request_duration_seconds_sum") / timed)
    return [*found, {key: near(float(len(found[0]))) for key in found[0]}]


def latency_heatmap(samples: Samples, at: float, span: float) -> list[Values]:
    buckets = samples.by("le", "http_request_duration_highr_seconds_bucket")
    rates = {le: samples.rate(columns, samples.evaluated(at)) for le, columns in buckets.items()}
    return [{(("le", le),): near(rate) for le, rate in rates.items()}]


SERIES: Mapping[str, Callable[[Samples, float, float], list[Values]]] = {
    "health": health,
    "alerts": alerts,
    "slo_left": slo_left,
    "freshness": freshness,
    "requests": requests,
    "errors": errors,
    "p95": p95,
    "request_rate": request_rate,
    "error_share": error_share,
    "response_time": response_time,
    "agent_p95": agent_p95,
    "route_states": route_states,
    "routes": routes,
    "latency_heatmap": latency_heatmap,
}
"""Calculations by the slug of their panel, one dict for each PromQL query; all shares and rates are within 1 %."""
