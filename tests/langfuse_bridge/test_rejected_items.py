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
OPEN = "infinity"
CASES: dict[str, tuple[list[tuple[int, int | None, list[Rejected]]], list[tuple[int, int | str | None]]]] = {
    "a start in the window": ([(0, 60, [EXACT])], [(25, None)]),
    "no start": ([(0, 60, [TIMELESS])], [(0, 60)]),
    "no start, no end": ([(0, None, [TIMELESS])], [(0, OPEN)]),
    "listed twice by one window": ([(0, 60, [NAMELESS, NAMELESS])], [(0, 60)]),
    "not in the same window": ([(0, 60, [TIMELESS]), (0, 60, [])], []),
    "not in a wider window": ([(0, 60, [TIMELESS]), (-60, None, [])], []),
    "not in the first part": ([(0, 60, [TIMELESS]), (-60, 20, [])], [(20, 60)]),
    "not in the last part": ([(0, 60, [TIMELESS]), (40, None, [])], [(0, 40)]),
    "not in the middle": ([(0, 60, [TIMELESS]), (20, 40, [])], [(0, 60)]),
    "not in any part": ([(0, None, [TIMELESS]), (40, None, []), (-9, 20, []), (20, 30, []), (30, 40, [])], []),
    "not in a window beside it": ([(0, 60, [TIMELESS]), (60, 90, []), (-9, 0, [])], [(0, 60)]),
    "found in a part": ([(0, None, [TIMELESS]), (40, 50, [TIMELESS])], [(40, 50)]),
    "found elsewhere": ([(0, 60, [TIMELESS]), (90, None, [TIMELESS])], [(90, OPEN)]),
    "found with a start": ([(0, 60, [TIMELESS]), (0, 60, [EXACT])], [(25, None)]),
    "without a name, twice in a part": (
        [(0, 60, [NAMELESS]), (10, 80, [NAMELESS]), (-9, 20, [])],
        [(20, 80)],
    ),
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
        minutes = "(extract(epoch from at - %s) / 60)::int, nullif(until, 'infinity'), until = 'infinity'"
        query = sql.SQL("select " + minutes + " from {} order by at").format(table)
        found = [
            (at, OPEN if is_open else until and (until - NOW) // timedelta(minutes=1))
            for at, until, is_open in connection.execute(query, [NOW])
        ]
    assert found == expected
