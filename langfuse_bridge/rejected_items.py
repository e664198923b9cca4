"""The table of items that were set aside: written with their window, listed for people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.pages import Window

TABLE = "lf_rejected"
_SOME = sql.SQL(
    "project = %s and stream = %s and at < coalesce(%s::timestamptz, 'infinity') and (at >= %s or until > %s)"
)
_TAKE = (
    "delete from {} where {} returning at, nullif(until, 'infinity'), until is null, trace_id, id, start_time, reason"
)
_PUT = (
    "insert into {0} (project, stream, at, until, trace_id, id, number, start_time, reason)"
    " select %(project)s, %(stream)s, %(at)s, %(until)s, %(trace_id)s, %(id)s, coalesce(max(number), 0) + 1,"
    " %(start_time)s, %(reason)s from {0}"
    " where (project, stream, at, trace_id, id) = (%(project)s, %(stream)s, %(at)s, %(trace_id)s, %(id)s)"
)
_NAMED_ELSEWHERE = (
    "delete from {} where project = %s and stream = %s and until is not null"
    " and (trace_id, id) in (select * from unnest(%s::text[], %s::text[]))"
)


def _some(project: str, stream: str, window: Window) -> list[Any]:
    """Values for ``_SOME``, the entries whose items may start in a window."""
    return [project, stream, window.end, window.start, window.start]


def holds_any(table: sql.Identifier, project: str, stream: str, window: Window) -> tuple[sql.Composable, list[Any]]:
    """The SQL condition that items of a window are listed, with its values."""
    return sql.SQL("exists (select from {} where {})").format(table, _SOME), _some(project, stream, window)


def replace(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    project: str,
    stream: str,
    window: Window,
    items: Collection[Rejected],
    at: datetime | None = None,
) -> None:
    """Makes the table hold exactly ``items`` in a window of a stream.

    Those whose start is not in it are listed at ``at``, by default the window's start, with the window's end. A later
    window that overlaps, and in which such an item is not, leaves it in the rest: it may start there.
    """
    known = {"project": project, "stream": stream}
    some = connection.execute(sql.SQL(_TAKE).format(table, _SOME), _some(project, stream, window)).fetchall()
    names = [(item.trace_id, item.id) for item in items if item.trace_id or item.id]
    if names:
        keys = [list(column) for column in zip(*names, strict=True)]
        connection.execute(sql.SQL(_NAMED_ELSEWHERE).format(table), [project, stream, *keys])
    entries: list[dict[str, Any]] = []
    for begin, end, exact, trace_id, name, start, reason in some:
        rest = None if exact or (trace_id, name) in names else _outside(Window(begin, end), window)
        if rest:
            values = {"trace_id": trace_id, "id": name, "start_time": start, "reason": reason}
            entries.append({"at": rest.start, "until": _until(rest), **values})
    for item in dict.fromkeys(items):  # a list may send the same item twice
        start = item.start_time
        inside = start and start >= window.start and (window.end is None or start < window.end)
        place = {"at": start, "until": None} if inside else {"at": at or window.start, "until": _until(window)}
        entries.append({**place, **item._asdict()})
    for entry in entries:
        connection.execute(sql.SQL(_PUT).format(table), known | entry)


def _until(window: Window) -> datetime | str:
    return window.end or "infinity"


def _outside(place: Window, window: Window) -> Window | None:
    """What is left of a place when a window that overlaps it is taken away; all of it where the window is inside."""
    before = place.start < window.start
    after = window.end is not None and (place.end is None or place.end > window.end)
    if before:
        return place if after else Window(place.start, window.start)
    return Window(window.end, place.end) if after and window.end else None


def listed(connection: psycopg.Connection[Any], table: sql.Identifier, project: str = "") -> list[dict[str, Any]]:
    """Items that were set aside, newest first, as dicts by column; those of one project where it is named."""
    query = sql.SQL(
        "select project, stream, trace_id, id, start_time, reason from {}"
        " where %s in ('', project) order by at desc, project, stream, trace_id, id, number"
    ).format(table)
    cursor = connection.execute(query, [project])
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
