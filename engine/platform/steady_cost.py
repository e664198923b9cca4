"""Estimates what a refresh costs once everything is filled, from the planner's statistics of the platform. Pure.

It follows how `store/refresh` reads: a small table whole; with ``window:`` the rows of today, and signatures of
yesterday (``platform.late_days``), or without an index the whole table; other large tables are compared by signature,
once for all relations that read the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_column, mapped_table
from gendash.engine.definitions.relations import driver, inputs, is_materialized, reach, rollups, stagings
from gendash.engine.model import Relation
from gendash.engine.platform.columns import SMALL_PAGES
from gendash.engine.platform.estimate import RATES, Statistics, TableStatistics, estimate

DAY_S = 86400.0


class SteadyCost(NamedTuple):
    """What one relation costs in each refresh: rows of the platform that are read, seconds, and how it is read."""

    relation: str
    rows: float
    seconds: float
    how: str


def steady_costs(catalog: Catalog, known: Statistics, now: datetime) -> list[SteadyCost]:
    """The cost of each relation that reads the platform; those whose tables do not exist are left out."""
    found, signed = [], set[str]()
    for relation in rollups(catalog):
        if not catalog.enabled(relation):
            continue
        staging = driver(catalog, relation)
        table = mapped_table(catalog.config, staging, next(iter(staging.header["tables"])))
        if table in known:
            own = estimate(catalog, relation, known, now).rows
            cost = _cost(catalog, relation, staging, known[table], now, staging.name in signed, own)
            signed |= {staging.name} if cost.how == _COMPARED else set()
            found.append(cost)
    return found


def stored_costs(catalog: Catalog, rows: Mapping[str, float], days: float) -> list[SteadyCost]:
    """The cost of each relation over the store's own rows, if all that it reads changed; ``rows`` is by relation.

    A stored view is computed for the days that its text goes back, or whole; a rollup with ``window:`` for the days
    around today that it looks at. ``days`` is the history in all.
    """
    found = []
    for relation in catalog.build_order():
        is_stored = relation.kind == "rollup" or is_materialized(relation)
        if not is_stored or not catalog.enabled(relation) or stagings(catalog, relation):
            continue
        read = {name: rows[name] for name in inputs(catalog, relation) if name in rows}
        share = _share(relation, read, days) if relation.header.get("window") else _looks_back(relation, days)
        whole = "of the store's own rows" if share == 1.0 else "of the store's own rows, the days that changed"
        count = sum(read.values()) * share
        found.append(SteadyCost(relation.name, count, count * RATES["own_us"].value / 1e6, whole))
    return found


def _share(relation: Relation, read: Mapping[str, float], days: float) -> float:
    """The share of its inputs that a window reads when today changes."""
    reaches = [reach(relation, name) for name in read]
    back = [_OF_ALL * days if one is None else one for one, _ in reaches]
    return min(1.0, (max(back, default=0) + 1) / max(days, 1.0))


_BACK = re.compile(r"(?:today\(\)\s*\}\}|\b\w*day|\bfirst)\s*-\s*(\d+)|interval '(\d+) days?'")


def _looks_back(relation: Relation, days: float) -> float:
    """The share of its inputs that a query reads which goes back some days from today; 1 without such a bound."""
    found = [int(number) for match in _BACK.findall(relation.text) for number in match if number]
    return min(1.0, (max(found) + 1) / max(days, 1.0)) if found else 1.0


_OF_ALL = 0.1  # of the users, those who were active today: their rows of all days are read


def steady_seconds(costs: Sequence[SteadyCost], relations: int) -> float:
    """Seconds of a whole refresh of so many relations."""
    return sum(one.seconds for one in costs) + relations * RATES["relation_ms"].value / 1e3


_COMPARED = "all rows compared by signature"


def _cost(
    catalog: Catalog,
    relation: Relation,
    staging: Relation,
    table: TableStatistics,
    now: datetime,
    is_signed: bool,
    own: float | None,
) -> SteadyCost:
    """``own`` are the rows of the relation: what is loaded and compared is its rows, not those that it groups."""
    read, sign, scan, match = (RATES[f"{name}_us"].value / 1e6 for name in ("read", "sign", "scan", "match"))
    match *= min(1.0, own / table.rows) if own is not None and table.rows else 1.0
    by_day = bool(staging.header.get("time") and relation.header.get("time"))
    if not by_day or (table.kind != "v" and table.pages <= SMALL_PAGES):
        return SteadyCost(relation.name, table.rows, table.rows * (read + match), "whole")
    if not relation.header.get("window"):
        seconds = 0.0 if is_signed else table.rows * sign
        return SteadyCost(relation.name, 0.0 if is_signed else table.rows, seconds, _COMPARED)
    owner, _, name = str(staging.header["time"]).partition(".")
    column = mapped_column(catalog.config, staging, owner, name)
    daily = _rows_a_day(table, column)
    local = now.astimezone(catalog.config.zone)
    today = daily * (local.hour * 3600 + local.minute * 60 + local.second) / DAY_S
    late: int = catalog.config["platform.late_days"]
    before = min(table.rows, late * daily)
    if column in table.indexed:
        how = f"today, and {'yesterday' if late == 1 else f'{late} days before'} compared"
        return SteadyCost(relation.name, today + before, today * (read + match) + before * sign, how)
    # without an index the table is scanned for the days before today, and for today
    return SteadyCost(
        relation.name, 2 * table.rows, 2 * table.rows * scan + (today + before) * read, "no index: scanned"
    )


def _rows_a_day(table: TableStatistics, name: str) -> float:
    """The rows of a day at the latest rate that the histogram of the time column shows; all rows if it is unknown."""
    column = table.columns.get(name)
    bounds = column.bounds if column else ()
    if len(bounds) < 2:
        return table.rows
    last = max(1, len(bounds) // 20)  # some buckets, since the last one may be short
    spent = (bounds[-1] - bounds[-1 - last]).total_seconds()
    rows = table.rows * last / (len(bounds) - 1)
    return min(table.rows, rows / max(spent, 1.0) * DAY_S)


def history_days(known: Statistics, now: datetime) -> float:
    """The days from the oldest row of any table that is read by day until now; a year if no statistics say so."""
    oldest = [column.bounds[0] for table in known.values() for column in table.columns.values() if column.bounds]
    return max(1.0, (now - min(oldest)).total_seconds() / DAY_S) if oldest else 365.0
