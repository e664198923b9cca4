"""Answers of servers that are no data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Failed:
    """A server's reason for refusing a query, in one line; ``code`` is a SQLSTATE, or Prometheus' type of error."""

    code: str
    message: str
    ms: float = 0.0
