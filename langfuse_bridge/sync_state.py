"""What a run decides by: the row of ``_sync`` of one stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class SyncState:
    """The row of ``_sync``, as far as a run decides by it."""

    closed_from: datetime | None
    closed_until: datetime | None
    windows: int
    looked_48h: datetime | None
    look_48h_at: datetime | None
    looked_30d: datetime | None
    look_30d_at: datetime | None
    project_id: str | None
    fields: list[str] | None
    api: str | None
    server: str | None
    resume_at: datetime | None
    error: str | None
    kept_before: datetime | None
    too_wide_s: float | None
    too_wide_at: datetime | None
    too_wide_sure: bool | None
    page_rows: int | None
    range_from: datetime | None
    range_at: datetime | None
    range_began: datetime | None
    finished_at: datetime | None

    def update(self, values: Mapping[str, Any]) -> None:
        """Takes over values by column; those that no run decides by are left out."""
        for name in STATE_COLUMNS:
            if name in values:
                setattr(self, name, values[name])


STATE_COLUMNS = tuple(SyncState.__dataclass_fields__)
