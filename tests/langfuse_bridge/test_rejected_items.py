"""Where items that were set aside are listed, and when they leave the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bridge_parts import NOW, make_store
from psycopg import sql

from gendash.langfuse_bridge import rejected_items
from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.pages import Window

TIMELESS, NAMELESS = (Rejected(name, name, None, "startTime is empty") for name in ("o1", ""))
EXACT = Rejected("o1", "o1", NOW + timedelta(minutes=25), "id is empty")
Read = tuple[int, int | None, list[Rejected]]
"""The first and the last minute of a window that was read, and the items in it."""
CASES: dict[str, tuple[list[Read], list[tuple[int, str | None]]]] = {
    "a start in the window": ([(0, 60, [EXACT])], [(25, None)]),
    "no start": ([(0, 60, [TIMELESS])], [(0, "0-60")]),
    "no start, no end": ([(0, None, [TIMELESS])], [(0, "0-")]),
    "listed twice by one window": ([(0, 60, [NAMELESS, NAMELESS])], [(0, "0-60")]),
    "not in the same window": ([(0, 60, [TIMELESS]), (0, 60, [])], []),
    "not in a wider window": ([(0, 60, [TIMELESS]), (-60, None, [])], []),
    "not in the first part": ([(0, 60, [TIMELESS]), (-60, 20, [])], [(0, "20-60")]),
    "not in the last part": ([(0, 60, [TIMELESS]), (40, None, [])], [(0, "0-40")]),
    "not in the middle": ([(0, 60, [TIMELESS]), (20, 40, [])], [(0, "0-20 40-60")]),
    "not in any part": ([(0, None, [TIMELESS]), (40, None, []), (20, 40, []), (-9, 20, [])], []),
    "not in a window beside it": ([(0, 60, [TIMELESS]), (60, 90, []), (-9, 0, [])], [(0, "0-60")]),
    "found in a part": ([(0, None, [TIMELESS]), (40, 50, [TIMELESS])], [(40, "40-50")]),
    "found elsewhere": ([(0, 60, [TIMELESS]), (90, None, [TIMELESS])], [(90, "90-")]),
    "found with a start": ([(0, 60, [TIMELESS]), (0, 60, [EXACT])], [(25, None)]),
    "without a name, twice": ([(0, 60, [NAMELESS]), (10, 80, [NAMELESS]), (-9, 20, [])], [(10, "20-80")]),
    "two without a name at one time": ([(0, 60, [NAMELESS]), (0, 20, [NAMELESS])], [(0, "0-20"), (0, "20-60")]),
}


@pytest.fixture(scope="module")
def store(postgres: Any) -> Any:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("create database rejected")
        yield make_store(postgres.url("rejected"))
        admin.execute("drop database rejected with (force)")


@pytest.mark.parametrize("name", CASES)
def test_an_item_stays_listed_where_it_may_start(name: str, store: Any) -> None:
    closed, expected = CASES[name]
    table = sql.Identifier("gendash", rejected_items.TABLE)
    with psycopg.connect(store.url) as connection:
        connection.execute(sql.SQL("truncate {}").format(table))
        for start, end, items in closed:
            begin, until = NOW + timedelta(minutes=start), None if end is None else NOW + timedelta(minutes=end)
            rejected_items.replace(connection, table, "main", "observations", Window(begin, until), items)
        query = sql.SQL("select at, spans from {} order by at, spans").format(table)
        found = [(minute(at), text(spans)) for at, spans in connection.execute(query)]
    assert found == expected


def minute(at: Any) -> int:
    return int((at - NOW) / timedelta(minutes=1))


def text(spans: Any) -> str | None:
    if spans is None:
        return None
    return " ".join(f"{minute(span.lower)}-{minute(span.upper) if span.upper else ''}" for span in spans)
