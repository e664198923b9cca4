"""One budget of requests for everybody who asks the same organisation: a leaky bucket per kind of request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
# Requests of a Cloud organisation by kind, as (how many, in how many seconds); the server's own limits, in 2026-11.
PLANS: dict[str, dict[str, tuple[int, int]]] = {
    "hobby": {
        "public": (30, MINUTE_S),
        "legacy": (15, MINUTE_S),
        "metrics": (100, DAY_S),
        "v2/metrics": (100, DAY_S),
    },
    "core": {
        "public": (1000, MINUTE_S),
        "legacy": (30, MINUTE_S),
        "metrics": (2000, DAY_S),
        "v2/metrics": (100, HOUR_S),
    },
    "pro": {
        "public": (1000, MINUTE_S),
        "legacy": (100, MINUTE_S),
        "metrics": (2000, DAY_S),
        "v2/metrics": (500, HOUR_S),
    },
}
_FREE = ("health", "projects")
_SLACK_S = 1.0  # some requests travel faster than others


def kind_of(path: str) -> str | None:
    """The kind of request by which the server counts a path below ``/api/public/``; None where it does not."""
    if path in _FREE:
        return None
    if path.endswith("metrics"):
        return path
    head = path.split("/")[0]
    return "legacy" if path == "v2/scores" or head in ("observations", "traces", "scores", "sessions") else "public"


class Allowance(NamedTuple):
    """At most ``limit`` requests within any ``period_s`` seconds."""

    limit: int
    period_s: float

    @property
    def burst(self) -> int:
        """Requests that may follow each other at once: few where a minute is soon over, half where it is a day."""
        return max(1, self.limit // (5 if self.period_s <= MINUTE_S else 2))

    @property
    def interval_s(self) -> float:
        """Seconds between requests after a burst, so that burst and drops together stay within the count."""
        return (self.period_s + _SLACK_S) / (self.limit - self.burst + 1)


def allowance(plan: str, kind: str | None, share: float) -> Allowance | None:
    """Our share of a plan's budget; None where nothing is limited."""
    if kind is None or plan not in PLANS:
        return None
    count, period = PLANS[plan][kind]
    return Allowance(max(1, min(int(count * share), count - 1)), period)


class Budget(Protocol):
    """The counter of requests."""

    def __call__(self, name: str, allowed: Allowance, patience_s: float) -> float:
        """Seconds to wait before the next request, which is booked unless they are more than ``patience_s``."""


@dataclass
class OwnBudget:
    """A budget of this process alone."""

    clock: Callable[[], float]
    next_at: dict[str, float] = field(default_factory=dict)

    def __call__(self, name: str, allowed: Allowance, patience_s: float) -> float:
        """See Budget."""
        now = self.clock()
        at = max(self.next_at.get(name, now), now)
        wait = max(0.0, at - now - (allowed.burst - 1) * allowed.interval_s)
        if wait <= patience_s:
            self.next_at[name] = at + allowed.interval_s
        return wait
