"""What a run decides by: the row of ``_sync`` of one stream."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gendash.engine.errors import Denied, GendashError, Unexpected, Unreachable

_STATUS = re.compile(r"\bHTTP ([1-5]\d\d)\b|\banswers ([1-5]\d\d)\b|\((429)\)")


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


def public_reason(error: GendashError) -> str:
    """Why a sync stopped, for ``_sync`` and so for dashboards: kind and HTTP status, no word of the server.

    An answer that is quoted may hold what people wrote. Who runs the sync has the whole message in its log.
    """
    found = _STATUS.search(error.problems[0].what)
    status = next(filter(None, found.groups()), "") if found else ""
    if isinstance(error, Denied):
        what = "Langfuse, or a server before it, refuses the request"
    elif isinstance(error, Unreachable):
        what = "a server failed" if status else "no answer from a server"
    else:
        what = "an answer that does not fit" if isinstance(error, Unexpected) else "stopped until somebody decides"
    return f"{what}{f' (HTTP {status})' if status else ''}; see the output of `gendash langfuse sync`"
