"""Lists of rows: how many there are is counted up to a limit."""

from __future__ import annotations

import psycopg
import pytest

from gendash.dashboards._lists import COUNTED, listed
from gendash.demo.postgres import Server


@pytest.mark.parametrize(("rows", "said"), [(0, "0"), (COUNTED, f"{COUNTED}"), (COUNTED + 1, f"{COUNTED}+")])
def test_a_list_says_how_many_rows_there_are_up_to_a_limit(postgres: Server, rows: int, said: str) -> None:
    with psycopg.connect(postgres.url()) as connection:
        (total,) = (
            connection.execute(f"select {listed(f'generate_series(1, {rows}) as n where n > 0')}").fetchone() or ()
        )
    assert total == said
