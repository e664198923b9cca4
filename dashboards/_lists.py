"""Lists of rows behind a figure, and what links hand on to them: which row of how many, and where a bucket ends."""

from __future__ import annotations

from typing import Any

from gendash.dashboards._palette import override
from gendash.engine.model import Query, promql

ROW = "Row"
"""The column that says ``3 of 120``, so that nobody takes a list that was cut for the whole."""
HIDDEN = {"viz": True, "legend": True, "tooltip": True}
UNTIL = override("byName", "until", custom__hideFrom=HIDDEN)
"""Hides the column ``until``, which a link hands on as the end of the clicked bar: days are not all equally long."""
DAY_ENDS = 'extract(epoch from ((day + 1)::timestamp at time zone {{ zone() }})) * 1000 as "until"'
"""SQL: the end of the column ``day`` in milliseconds since 1970, for links."""


COUNTED = 10_000
"""Rows of a long list that are counted: a panel costs the same however many there are."""


def row_number(order: str, total: str = "count(*) over ()") -> str:
    """SQL: which row of how many, before the LIMIT cuts them; ``order`` is that of the list."""
    return f"row_number() over (order by {order}) || ' of ' || {total} as \"{ROW}\""


def listed(source: str) -> str:
    """SQL: ``row_number``'s total of a long list: the rows of ``source`` (a FROM and its WHERE), or ``10000+``.

    Unlike a window function it leaves the list to an index, which gives the rows shown without reading all.
    """
    return (
        f"(select case when count(*) > {COUNTED} then '{COUNTED}+' else count(*)::text end "
        f"from (select from {source} limit {COUNTED + 1}) as counted)"
    )


def ranked_row(total: str) -> str:
    """SQL: the same from the columns ``rank`` and ``total`` of a relation that is cut itself."""
    return f"rank || ' of ' || {total} as \"{ROW}\""


def row_column(width: int = 95) -> dict[str, Any]:
    """The override of that column; ``500 of 10000+`` needs 115."""
    return override("byName", ROW, custom__width=width, custom__align="right")


def of_all(every: str, cut: str) -> Query:
    """PromQL: how many series there are before ``topk`` cuts them, on each one that is kept."""
    return promql(f"0 * ({cut}) + on () group_left () count({every})", instant=True, format="table")


def of_column() -> dict[str, Any]:
    """The override of the column ``Of`` with that number."""
    return override("byName", "Of", unit="prefix:of ", decimals=0, custom__width=60)


def chosen(variable: str, column: str) -> str:
    """SQL: whether a column has the value that is chosen above; All takes every one."""
    return f"(${{{variable}:sqlstring}} = '__all' or {column} = ${{{variable}:sqlstring}})"
