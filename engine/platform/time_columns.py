"""How the rows of a staging query can be cut by time: type of its time column, and whether an index serves it.

Asked for SELECTs of adapters and for times given as SQL, of which no system catalog knows. Whether an index serves is
the planner's answer: a few days must cost much less than all rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from gendash.engine.clients.postgres import Connection, local_settings, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days
from gendash.engine.definitions.platform_names import (
    is_expression,
    mapped_column,
    mapped_sql,
    mapped_table,
    whole_table,
)
from gendash.engine.model import Relation

CHEAP = 0.5  # share of the cost of all rows that a few days must stay below
RECENT_DAYS = 3


class TimeColumn(NamedTuple):
    """A time column that no catalog knows: its table and name as mapped, type, and whether an index serves it."""

    table: str
    column: str
    type: str
    indexed: bool


def time_columns(
    connection: Connection, catalog: Catalog, settings: dict[str, str], usable: frozenset[str]
) -> Iterator[TimeColumn]:
    """The time columns of staging queries over the tables ``usable`` that are SELECTs, or that are given as SQL."""
    asked: set[tuple[str, str]] = set()
    for staging in catalog.names.stagings.values():
        table, _, name = str(staging.header.get("time", "")).partition(".")
        if not name:
            continue
        mapped, column = (
            mapped_table(catalog.config, staging, table),
            mapped_column(catalog.config, staging, table, name),
        )
        computed = table in staging.adapter or is_expression(column)
        if not computed or (mapped, column) in asked or mapped not in usable:
            continue
        asked.add((mapped, column))
        try:
            with connection.transaction():
                local_settings(connection, settings)
                found = _look(connection, catalog.config, staging, table, column)
        except psycopg.Error:
            if connection.closed:
                raise
            continue  # it cannot be read at all: the refresh and `doctor` say why
        yield TimeColumn(mapped, column, *found)


def _look(connection: Connection, config: Config, staging: Relation, table: str, column: str) -> tuple[str, bool]:
    rows, time = f"{whole_table(config, staging, table)} as given", mapped_sql(column)
    kind = _type_of(connection, f"select {time} from {rows}")
    if not kind.startswith(("timestamp", "date")):
        return kind, False
    today = date.today()
    recent = Days((today - timedelta(days=RECENT_DAYS), today), onwards=True).around(time, config["time_zone"])
    cost = _cost(connection, f"select {time} from {rows}")
    return kind, _cost(connection, f"select {time} from {rows} where {recent}") < CHEAP * cost


def _type_of(connection: Connection, query: str) -> str:
    described = connection.execute(trusted(f"{query} limit 0")).description
    row = connection.execute("select format_type(%s, null)", [described[0].type_code if described else 0]).fetchone()
    return str(row[0]) if row else ""


def _cost(connection: Connection, query: str) -> float:
    return float(plan_of(connection, query)["Total Cost"])


def plan_of(connection: Connection, query: str) -> dict[str, Any]:
    """The planner's plan of a query, its topmost node."""
    row = connection.execute(trusted(f"explain (format json) {query}")).fetchone()
    assert row
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    found: dict[str, Any] = plan[0]["Plan"]
    return found
