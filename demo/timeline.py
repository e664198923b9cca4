"""Rows in time: each has versions, and a platform is what of them is known at its `now`."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from gendash.demo.llm import Observation
from gendash.demo.traffic import Incident

Row = tuple[Any, ...]
Change = tuple[float, str, Any]
"""When (epoch seconds), the table, and the row as it is from then on."""

_TIMES = ("created_at", "updated_at")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "users": (
        "id", "email", "hashed_password", "role", "is_active", "first_name", "last_name", "phone_number", *_TIMES,
    ),
    "conversations": (
        "id", "user_id", "title", "call_start_time", "call_end_time", "call_duration_seconds", "room_name",
        "is_voice_conversation", "phone_number", *_TIMES,
    ),
    "messages": ("id", "conversation_id", "role", "content", "metadata", *_TIMES),
    "feedback": ("id", "message_id", "user_id", "rating", "comment", *_TIMES),
    "documents": (
        "id", "user_id", "title", "filename", "file_type", "file_size", "file_hash", "status", "chunk_count", *_TIMES,
    ),
    "tickets": (
        "id", "conversation_id", "created_by", "assigned_to", "category", "title", "status", "priority",
        "first_response_at", "resolved_at", "closed_at", "sla_due_at", *_TIMES,
    ),
    "ticket_status_history": ("ticket_id", "from_status", "to_status", "changed_at", "changed_by"),
}  # fmt: skip
"""The platform's tables in the order in which they can be filled, and the columns of their rows."""


@dataclass
class Platform:
    """The platform at ``now``: rows in the order of COLUMNS, and what Langfuse answers, as its API writes it.

    ``born`` is the first now, in epoch seconds. ``later`` holds what is already decided but lies after ``now``;
    `advance` moves on.
    """

    seed: int
    born: float
    now: datetime
    scale: float
    zone: ZoneInfo
    incident: Incident
    users: list[Row] = field(default_factory=list)
    conversations: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    feedback: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    ticket_status_history: list[Row] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    later: list[tuple[float, int, str, Any]] = field(default_factory=list, repr=False)
    _order: Iterator[int] = field(default_factory=count, repr=False)

    def put(self, table: str, versions: Iterable[tuple[float, Any]]) -> None:
        """Takes a row by its versions in time: the last one until now is what is known."""
        limit = self.now.timestamp()
        known = None
        for at, row in versions:
            if at <= limit:
                known = row
            else:
                heapq.heappush(self.later, (at, next(self._order), table, row))
        if known is not None:
            getattr(self, table).append(known)

    def advance(self, to: datetime) -> list[Change]:
        """The changes between now and ``to``, in time order; the lists keep what they held at the first now."""
        limit = to.timestamp()
        changes: list[Change] = []
        while self.later and self.later[0][0] <= limit:
            at, _, table, row = heapq.heappop(self.later)
            changes.append((at, table, row))
        self.now = to
        return changes


def moment(at: float) -> datetime:
    """A UTC time from epoch seconds."""
    return datetime.fromtimestamp(at, UTC)
