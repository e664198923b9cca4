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
_WINDOW = sql.SQL("tstzmultirange(tstzrange(%s, %s))")
_SOME = sql.SQL("project = %s and stream = %s and (spans is null and at <@ {0} or spans && {0})").format(_WINDOW)
_FORGET = sql.SQL(
    "project = %s and stream = %s and spans is not null"
    " and (trace_id, id) in (select * from unnest(%s::text[], %s::text[]))"
)
_PUT = (
    "insert into {0} (project, stream, at, spans, trace_id, id, number, start_time, reason)"
    " select %(project)s, %(stream)s, %(at)s, case when not %(inside)s then {1} end, %(trace_id)s, %(id)s,"
    " coalesce(max(number), 0) + 1, %(start_time)s, %(reason)s from {0}"
    " where (project, stream, at, trace_id, id) = (%(project)s, %(stream)s, %(at)s, %(trace_id)s, %(id)s)"
)


def _some(project: str, stream: str, window: Window) -> list[Any]:
    """Values for the entries of items that start in a window, or may."""
    return [project, stream, *window, *window]


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

    Those whose start is not in it are listed at ``at``, by default the window's start, and may start anywhere in it:
    such an entry ends when every part of its window was read without it, be it by narrower windows.
    """
    _take(connection, table, project, stream, window)
    _forget(connection, table, project, stream, items)
    put = sql.SQL(_PUT).format(table, sql.SQL("tstzmultirange(tstzrange(%(start)s, %(end)s))"))
    bounds = {"project": project, "stream": stream, **window._asdict()}
    for item in dict.fromkeys(items):  # a list may send the same item twice
        start = item.start_time
        inside = bool(start and start >= window.start and (window.end is None or start < window.end))
        place = {"inside": inside, "at": start if inside else at or window.start}
        connection.execute(put, bounds | place | item._asdict())


def _take(
    connection: psycopg.Connection[Any], table: sql.Identifier, project: str, stream: str, window: Window
) -> None:
    """Takes a window out of the entries of items that start in it, or may."""
    some = _some(project, stream, window)
    cut = sql.SQL("update {} set spans = spans - {} where spans is not null and {}").format(table, _WINDOW, _SOME)
    connection.execute(cut, [*window, *some])
    gone = sql.SQL(
        "delete from {} where project = %s and stream = %s and (spans = '{{}}' or spans is null and at <@ {})"
    )
    connection.execute(gone.format(table, _WINDOW), [project, stream, *window])


def _forget(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    project: str,
    stream: str,
    items: Collection[Rejected],
) -> None:
    """Deletes earlier entries of items without a start: each run lists these at the start of another window."""
    names = [(item.trace_id, item.id) for item in items if item.trace_id or item.id]
    if names:
        keys = [list(column) for column in zip(*names, strict=True)]
        connection.execute(sql.SQL("delete from {} where {}").format(table, _FORGET), [project, stream, *keys])


def listed(connection: psycopg.Connection[Any], table: sql.Identifier, project: str = "") -> list[dict[str, Any]]:
    """Items that were set aside, newest first, as dicts by column; those of one project where it is named."""
    query = sql.SQL(
        "select project, stream, trace_id, id, start_time, reason from {}"
        " where %s in ('', project) order by at desc, project, stream, trace_id, id, number"
    ).format(table)
    cursor = connection.execute(query, [project])
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
