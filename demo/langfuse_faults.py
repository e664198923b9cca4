"""Faults that the double produces on request: refusals, broken bodies, deprecated routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gendash.demo.langfuse_wire import Row, iso

Answer = tuple[int, Any]
TOO_MUCH = (
    "Your query could not be completed. Please narrow your request by adding more specific filters "
    "(e.g., a shorter date range)."
)
PREFIX = "/api/public/"


@dataclass(frozen=True)
class Fault:
    """The fault of one answer.

    ``status`` with ``retry_after`` seconds for 429; ``cut`` sends half of the body, ``drop`` none of the answer,
    ``slow`` waits that many seconds, ``keep`` returns that share of a page's rows and a cursor to the rest. ``page`` is
    what a proxy answers with that status instead: the title of an HTML page; ``location`` where it redirects to.
    """

    status: int = 0
    retry_after: float = 0
    cut: bool = False
    drop: bool = False
    slow: float = 0.0
    keep: float | None = None
    page: str = ""
    location: str = ""


def deprecation(known: str) -> Row:
    """The headers that Langfuse Cloud adds to answers of the older API."""
    instead = f"GET {PREFIX}{SUCCESSORS.get(known, 'v2/observations')}"
    sunset = "On Langfuse Cloud, Langfuse v3 is deprecated and this endpoint will be removed on November 16, 2026."
    docs = "https://langfuse.com/docs/v4"
    return {
        "message": f"{sunset} Use {instead} instead.",
        "replacement": instead,
        "docsUrl": docs,
        "sunsetAt": "2026-11-16",
    }


SUCCESSORS = {"metrics": "v2/metrics?query=<urlencoded json query>", "scores": "v3/scores", "v2/scores": "v3/scores"}


def broken_answer(fault: Fault, known: str = "", limit: int = 30, now: float = 0.0) -> Answer:
    """The answer that goes with a status."""
    if fault.page or fault.location:
        return fault.status, f"<html><head><title>{fault.page}</title></head><body></body></html>"
    if fault.status == 429:
        seconds = int(-(-fault.retry_after // 1))
        details = {"retryAfterSeconds": seconds, "limit": limit, "remaining": 0}
        details["resetAt"] = iso(round((now + fault.retry_after) * 1000))  # type: ignore[assignment]
        message = "Rate limit exceeded"
        if known == "observations":
            instead = "v2/observations?fromStartTime=<from>&toStartTime=<to>"
            message += f" for GET {PREFIX}{known}. Use GET {PREFIX}{instead} for high-volume reads."
        return 429, {"message": message, "code": "rate_limited", "details": details}
    if fault.status == 422:
        see = "\nSee https://langfuse.com/docs/api-and-data-platform/features/public-api for more details."
        return 422, {"message": TOO_MUCH + see, "error": "Request timed out"}
    if fault.status == 503:
        return 503, {"message": "Service Unavailable"}
    return fault.status, {"message": "Internal Server Error", "error": "connect ECONNREFUSED 127.0.0.1:8123"}
