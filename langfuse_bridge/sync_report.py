"""What a run of the sync reports: its results by stream, and its progress while it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class StreamReport:
    """The result of a run for one stream of one project."""

    project: str
    stream: str
    windows: int = 0
    read: int = 0
    written: int = 0
    deleted: int = 0
    requests: int = 0
    rejected: int = 0
    closed_until: datetime | None = None
    notes: list[str] = field(default_factory=list)


@dataclass
class SyncReport:
    """The result of a run. ``resume_at`` is the time at which it can continue after the server asked for a pause."""

    project: str = ""
    server: str = ""
    api: str = ""
    reason: str = ""
    streams: list[StreamReport] = field(default_factory=list)
    models: StreamReport | None = None
    notes: list[str] = field(default_factory=list)
    resume_at: datetime | None = None

    @property
    def complete(self) -> bool:
        """True if all new rows are stored. A look-back may still have to continue; then a stream has a note."""
        return self.resume_at is None


@dataclass(frozen=True)
class Progress:
    """The progress of a run: ``at`` within ``start`` to ``end`` of a pass, and the rows that the pass has read.

    Its seconds are split into those at work and those of waiting: for a pause that the server asked for, or to stay
    within its limits.
    """

    project: str
    stream: str
    kind: str
    start: datetime
    at: datetime
    end: datetime
    rows: int
    worked_s: float = 0.0
    waited_s: float = 0.0
