"""The table of items that were set aside: written with their window, listed for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.pages import Window

TABLE = "lf_rejected"
_LISTED = sql.SQL("project = %s and stream = %s and at >= %s and at < coalesce(%s::timestamptz, 'infinity')")


def holds_any(table: sql.Identifier, project: str, stream: str, window: Window) -> tuple[sql.Composable, list[Any]]:
    """The SQL condition that items of a window are listed, with its values."""
    return sql.SQL("exists (select from {} where {})").format(table, _LISTED), [project, stream, *window]


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

    Those whose start is not in it are listed at ``at``, by default the window's start.
    """
    connection.execute(sql.SQL("delete from {} where {}").format(table, _LISTED), [project, stream, *window])
    put = sql.SQL(
        "insert into {} (project, stream, at, trace_id, id, number, start_time, reason)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)"
    ).format(table)
    _forget_timeless(connection, table, project, stream, items)
    numbers: Counter[tuple[Any, ...]] = Counter()
    for item in dict.fromkeys(items):  # a list may send the same item twice
        start = item.start_time
        inside = start and start >= window.start and (window.end is None or start < window.end)
        key = (start if inside else at or window.start, item.trace_id, item.id)
        numbers[key] += 1
        connection.execute(put, [project, stream, *key, numbers[key], start, item.reason])


def _forget_timeless(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    project: str,
    stream: str,
    items: Collection[Rejected],
) -> None:
    """Deletes earlier entries of items without a start: each run lists these at the start of another window."""
    query = sql.SQL(
        "delete from {} where project = %s and stream = %s and start_time is null"
        " and (trace_id, id) in (select * from unnest(%s::text[], %s::text[]))"
    ).format(table)
    keys = [(item.trace_id, item.id) for item in items if item.start_time is None and (item.id or item.trace_id)]
    if keys:
        connection.execute(query, [project, stream, [trace for trace, _ in keys], [name for _, name in keys]])


def listed(connection: psycopg.Connection[Any], table: sql.Identifier, project: str = "") -> list[dict[str, Any]]:
    """Items that were set aside, newest first, as dicts by column; those of one project where it is named."""
    query = sql.SQL(
        "select project, stream, trace_id, id, start_time, reason from {}"
        " where %s in ('', project) order by at desc, project, stream, trace_id, id, number"
    ).format(table)
    cursor = connection.execute(query, [project])
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
