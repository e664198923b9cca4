"""Types of the columns that no system catalog knows, and whether an index serves those by which rows are cut by time.

Asked for SELECTs of adapters and for columns given as SQL. Whether an index serves is the planner's answer: a few days
must cost much less than all rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days
from gendash.engine.definitions.platform_names import (
    is_expression,
    mapped_column,
    mapped_sql,
    mapped_table,
    whole_table,
)
from gendash.engine.definitions.staging_references import NOTHING
from gendash.engine.languages.lenient_sql import NUMBERS, TIMES

CHEAP = 0.5  # share of the cost of all rows that a few days must stay below
RECENT_DAYS = 3


class ComputedColumn(NamedTuple):
    """A column that no catalog knows: table and name as mapped, its type, and whether an index serves it as a time."""

    table: str
    column: str
    type: str
    indexed: bool


@dataclass
class _Asked:
    """What is asked of a table, or of a SELECT: its columns by their mapped names, and which of them are times."""

    whole: str
    columns: dict[str, bool] = field(default_factory=dict)


def computed_columns(
    connection: Connection, catalog: Catalog, settings: dict[str, str], usable: frozenset[str]
) -> Iterator[ComputedColumn]:
    """The columns of staging queries over the tables ``usable`` that are those of SELECTs, or that are given as SQL.

    Those that cannot be read at all are left out: the refresh and `doctor` say why.
    """
    for table, asked in _asked(catalog).items():
        if table not in usable:
            continue
        types = _types(connection, settings, asked.whole, list(asked.columns))
        for column, kind in types.items():
            by_time = asked.columns[column] and kind.startswith((*TIMES, *NUMBERS))
            served = by_time and _is_served(connection, catalog, settings, asked.whole, column, kind)
            yield ComputedColumn(table, column, kind, served)


def _asked(catalog: Catalog) -> dict[str, _Asked]:
    found: dict[str, _Asked] = {}
    for staging in catalog.names.stagings.values():
        for table, columns in staging.header.get("reads", {}).items():
            mapped = mapped_table(catalog.config, staging, table)
            for name in columns:
                column = mapped_column(catalog.config, staging, table, name)
                if column == NOTHING or not (table in staging.adapter or is_expression(column)):
                    continue
                one = found.setdefault(mapped, _Asked(whole_table(catalog.config, staging, table)))
                is_time = staging.header.get("time") == f"{table}.{name}"
                one.columns[column] = one.columns.get(column, False) or is_time
    return found


def _types(connection: Connection, settings: dict[str, str], whole: str, columns: Sequence[str]) -> dict[str, str]:
    """The types of columns of a SELECT or table, asked at once; one by one where some cannot be read."""
    listed = ", ".join(mapped_sql(one) for one in columns)
    query = f"select {listed} from {whole} as given limit 0"
    try:
        with connection.transaction():
            local_settings(connection, settings)
            described = [one.type_code for one in connection.execute(trusted(query)).description or ()]
            rows = connection.execute(
                "select format_type(of, null) from unnest(%s::oid[]) with ordinality as given (of, n) order by n",
                [described],
            ).fetchall()
    except psycopg.Error:
        if connection.closed:
            raise
        if len(columns) == 1:
            return {}
        return {key: kind for one in columns for key, kind in _types(connection, settings, whole, [one]).items()}
    return {one: str(kind) for one, (kind,) in zip(columns, rows, strict=True)}


def _is_served(
    connection: Connection, catalog: Catalog, settings: dict[str, str], whole: str, column: str, kind: str
) -> bool:
    """True if the planner finds the last days by an index."""
    rows, time, today = f"{whole} as given", mapped_sql(column), date.today()
    recent = Days((today - timedelta(days=RECENT_DAYS), today), onwards=True)
    condition = recent.around(time, catalog.config["time_zone"], kind)
    try:
        with connection.transaction():
            local_settings(connection, settings)
            cost = _cost(connection, f"select {time} from {rows}")
            return _cost(connection, f"select {time} from {rows} where {condition}") < CHEAP * cost
    except psycopg.Error:
        if connection.closed:
            raise
        return False


def _cost(connection: Connection, query: str) -> float:
    return float(plan_of(connection, query)["Total Cost"])


def plan_of(connection: Connection, query: str) -> dict[str, Any]:
    """The planner's plan of a query, its topmost node."""
    row = connection.execute(trusted(f"explain (format json) {query}")).fetchone()
    assert row
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    found: dict[str, Any] = plan[0]["Plan"]
    return found
