"""What PromQL panels about searches and sign-ins must show, calculated from scraped samples.

They stand on Knowledge Base and on User Analytics.
"""

from __future__ import annotations

from collections.abc import Mapping

from health_series import Calculation, key, of, one
from overview_series import DAY, HOUR, Samples, Values, Within, near
from turn_series import MINUTE, before, beside, mean_rate, percentiles

SEARCHES, FOUND = "kb_search_duration_seconds", "kb_search_results_count"


def drift(samples: Samples, at: float, span: float) -> list[Values]:
    vectors, chunks = (
        max(samples.newest(name, at).values()) for name in ("vector_store_vectors_total", "kb_chunks_total")
    )
    return [one(near(vectors - chunks))]


def searches(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(MINUTE * samples.rate(of(samples, "kb_searches_total"), samples.evaluated(at))))]


def search_rate(samples: Samples, at: float, span: float) -> list[Values]:
    ends = samples.by("status", "kb_searches_total").items()
    when = samples.evaluated(at)
    return [{key(status=status): near(MINUTE * samples.rate(columns, when)) for status, columns in ends}]


def _per_search(part: str, length: float, **wanted: str) -> Calculation:
    def found(samples: Samples, at: float, span: float) -> list[Values]:
        above = mean_rate(samples, of(samples, f"{FOUND}_{part}", **wanted), at, length)
        below = mean_rate(samples, of(samples, f"{FOUND}_count"), at, length)
        return [one(near(above / below)) if below > 0 else {}]

    return found


def fast_searches(samples: Samples, at: float, span: float) -> list[Values]:
    within, every = (mean_rate(samples, of(samples, f"{SEARCHES}_bucket", le=le), at, HOUR) for le in ("0.5", "[+]Inf"))
    return [one(near(within / every)) if every > 0 else {}]


def _at_night(calculation: Calculation) -> Calculation:
    """With twice the room: three hours before the looks there are few searches, and one at an edge counts more."""

    def found(samples: Samples, at: float, span: float) -> list[Values]:
        return [
            {
                where: Within(2 * w.low - (w.low + w.high) / 2, 2 * w.high - (w.low + w.high) / 2)
                for where, w in one.items()
            }
            for one in calculation(samples, at, span)
        ]

    return found


KNOWLEDGE: Mapping[str, Calculation] = {
    "drift": drift,
    "searches": searches,
    "p95": percentiles(SEARCHES, 0.95, length=HOUR),
    "no_result": _per_search("bucket", DAY, le="0.0"),
    "search_rate": beside(search_rate, before(searches)),
    "search_time": beside(
        percentiles(SEARCHES, 0.5, 0.95, 0.99, length=HOUR), before(_at_night(percentiles(SEARCHES, 0.95, length=HOUR)))
    ),
    "zero_share": _per_search("bucket", HOUR, le="0.0"),
    "results": _per_search("sum", HOUR),
    "fast_searches": fast_searches,
}


def _signed_in(samples: Samples, at: float, status: str) -> float:
    columns = of(samples, "auth_attempts_total", status=status)
    return HOUR * samples.rate(columns, samples.evaluated(at), HOUR)


def _share(samples: Samples, at: float) -> float:
    return _signed_in(samples, at, "success") / _signed_in(samples, at, ".*")


def sign_in(samples: Samples, at: float, span: float) -> list[Values]:
    share = _share(samples, at)
    return [one(near(float((share < 0.95) + (share < 0.9))))]


def logins(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(_signed_in(samples, at, status))) for status in ("success", "failure")]


def auth_success(samples: Samples, at: float, span: float) -> list[Values]:
    return [one(near(_share(samples, at)))]


def auth_failures(samples: Samples, at: float, span: float) -> list[Values]:
    failures = of(samples, "auth_attempts_total", status="failure")
    return [one(near(MINUTE * samples.rate(failures, samples.evaluated(at))))]


SIGN_IN: Mapping[str, Calculation] = {
    "sign_in": sign_in,
    "logins": logins,
    "auth_success": auth_success,
    "auth_failures": auth_failures,
}
"""Calculations by the slug of their panel, one dict for each PromQL query."""
