"""Estimates what the first refresh of a rollup reads and writes, from the planner's statistics of the platform.

The number of rows follows from the rollup's key: the distinct values of an id by the statistics, the days or hours
since the oldest value of the time column, and the distinct values of any other column. Disk follows from the columns,
time and WAL from `RATES`, which were measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_column, mapped_table
from gendash.engine.definitions.relations import driver, key_of
from gendash.engine.model import Relation

BLOCK = 8192
UNKNOWN_REACH_S = 365 * 86400.0  # assumed age of the oldest row if the time column has no statistics
WIDTHS = {"boolean": 1, "int": 4, "date": 4, "numeric": 8, "jsonb": 64, "text[]": 32}  # others have 8 bytes
UUID_AS_TEXT, HASH_AS_TEXT, UNKNOWN_TEXT = 37, 68, 13
ROW_OVERHEAD, ENTRY_OVERHEAD, INDEX_FILL = 28, 20, 0.75
# Distinct values of a column that the query computes, for which there are no statistics
COMPUTED = {"boolean": 1.5, "text": 2.5}


class Rate(NamedTuple):
    """A measured rate: its value, its unit, and where it was measured."""

    value: float
    unit: str
    source: str


_MACHINE = "PostgreSQL 15, 2 cores"
RATES: Mapping[str, Rate] = {
    "read_us": Rate(1.8, "us a row read and grouped", f"{_MACHINE}, windows of equal size at 1M and 10M messages"),
    "write_us": Rate(8.5, "us a row written", f"{_MACHINE}, COPY to a temporary table, then upsert, 300k rows"),
    "sign_us": Rate(0.5, "us a row compared by signature", f"{_MACHINE}, 10M messages"),
    "scan_us": Rate(0.33, "us a row passed over where no index helps", f"{_MACHINE}, 10M messages"),
    "match_us": Rate(10.0, "us a row of a small table, loaded and compared with the store", f"{_MACHINE}, 1M messages"),
    "own_us": Rate(1.0, "us a row of the store that a stored view reads", f"{_MACHINE}, 1M messages"),
    "relation_ms": Rate(40.0, "ms a relation of a refresh in which little changed", f"{_MACHINE}, 300k to 2M messages"),
    "wal": Rate(1.3, "bytes of WAL a byte of table and index", f"{_MACHINE}, the same 300k rows: 571 B a row of 430 B"),
    "views": Rate(0.07, "disk of the materialized views to that of the rollups", f"{_MACHINE}, the demo at scale 1-4"),
}


@dataclass(frozen=True)
class ColumnStatistics:
    """The planner's statistics of a column; None is unknown. ``distinct`` is a number of values, ``width`` is bytes.

    ``bounds`` of a time have equally many rows between them. ``correlation`` is 1 if rows are stored in its order.
    """

    type: str
    distinct: float | None = None
    null_share: float = 0.0
    width: float | None = None
    bounds: tuple[datetime, ...] = ()
    correlation: float | None = None

    def share_since(self, start: datetime) -> float:
        """The share of the rows at or after ``start``; 1 if unknown."""
        if len(self.bounds) < 2:
            return 1.0
        return sum(bound >= start for bound in self.bounds) / len(self.bounds)


@dataclass(frozen=True)
class TableStatistics:
    """The planner's statistics of a table; ``guessed`` says how ``rows`` was estimated without statistics.

    ``kind`` is pg_class.relkind: r, p (partitioned), v, m or f, or s for a SELECT of an adapter; ``indexed`` are the
    first columns of indexes.
    """

    rows: float
    pages: int
    guessed: str = ""
    columns: Mapping[str, ColumnStatistics] = field(default_factory=dict)
    kind: str = "r"
    indexed: frozenset[str] = frozenset()


class Estimate(NamedTuple):
    """The estimated cost of filling one rollup. ``bytes`` is disk with indexes; None is unknown."""

    relation: str
    rows: float | None = None
    bytes: float | None = None
    wal_bytes: float | None = None
    read_rows: float | None = None
    read_pages: float | None = None
    seconds: float | None = None
    note: str = ""


Statistics = Mapping[str, TableStatistics]


def estimate(catalog: Catalog, relation: Relation, known: Statistics, now: datetime) -> Estimate:
    """The estimated cost of filling a rollup; ``known`` has the statistics by the platform's table name."""
    staging = driver(catalog, relation)
    tables = [mapped_table(catalog.config, staging, canonical) for canonical in staging.header["tables"]]
    if any(table not in known for table in tables):
        lacking = ", ".join(table for table in tables if table not in known)
        return Estimate(relation.name, note=f"no table {lacking}")
    first, *joined = (known[table] for table in tables)
    rows, note = _rows(catalog, relation, staging, known, now)
    size = rows * _row_bytes(catalog, relation, staging, known)
    first_s = first.rows * RATES["read_us"].value / 1e6
    slices = max(1, math.ceil(first_s))  # a slice takes about a second, and each joins the other tables
    # rows of joined tables are looked up by index, so that at most one of each belongs to a row; or the table is read
    read = first.rows + sum(min(first.rows, slices * table.rows) for table in joined)
    signed = 2 * first.rows if staging.header.get("time") and relation.header.get("time") else 0.0  # before and with it
    written = rows * (RATES["write_us"].value + RATES["match_us"].value)
    took = (read * RATES["read_us"].value + signed * RATES["sign_us"].value + written) / 1e6
    pages = first.pages + slices * sum(table.pages for table in joined)
    notes = [f"{table} {known[table].guessed}" for table in tables if known[table].guessed]
    remarks = "; ".join([*notes, *([note] if note else [])])
    return Estimate(relation.name, rows, size, size * RATES["wal"].value, read, pages, took, remarks)


def total_estimate(estimates: Sequence[Estimate]) -> Estimate:
    """The sum of the known estimates, plus the disk and WAL of the materialized views that depend on them."""
    sums: list[float] = [
        sum(column) for column in zip(*(one[1:7] for one in estimates if one.rows is not None), strict=True)
    ]
    rows, size, wal, read, pages, took = sums or [0.0] * 6
    more = 1 + RATES["views"].value
    return Estimate("total", rows, size * more, wal * more, read, pages, took)


def _rows(
    catalog: Catalog, relation: Relation, staging: Relation, known: Statistics, now: datetime
) -> tuple[float, str]:
    """The number of rows of a rollup, and a note on what was assumed."""
    table = known[mapped_table(catalog.config, staging, next(iter(staging.header["tables"])))]
    keys = key_of(relation)
    if len(keys) == 1 and keys[0].endswith("_id"):
        return table.rows, ""
    buckets, note = 1.0, ""
    for name in (name for name in keys if name in ("hour", "day")):
        reach_s, note = _reach(catalog, staging, table, now)
        buckets *= max(1.0, math.ceil(reach_s / (3600 if name == "hour" else 86400)))
    ids = [name for name in keys if name.endswith("_id")]
    if ids:  # the rows of one id are mostly of one day, so that each id counts about once
        return min(table.rows, max(buckets, *(_distinct_id(catalog, staging, name, known) for name in ids))), note
    for name in (name for name in keys if name not in ("hour", "day")):
        buckets *= _distinct(catalog, relation, staging, name, known)
    return buckets * -math.expm1(
        -table.rows / buckets
    ), note  # expected number of buckets that randomly distributed rows fill


def _reach(catalog: Catalog, staging: Relation, table: TableStatistics, now: datetime) -> tuple[float, str]:
    table_name, _, name = str(staging.header.get("time", ".")).partition(".")
    column = table.columns.get(mapped_column(catalog.config, staging, table_name, name))
    if column and column.bounds:
        return max(0.0, (now - column.bounds[0]).total_seconds()), ""
    return UNKNOWN_REACH_S, "its time column has no statistics: a year is assumed"


def _distinct_id(catalog: Catalog, staging: Relation, name: str, known: Statistics) -> float:
    """The number of values of an id: by the statistics of the first table, else the row count of the joined table."""
    config, found = catalog.config, [1.0]
    for place, (canonical, columns) in enumerate(staging.header["reads"].items()):
        if name in columns:
            table = known[mapped_table(config, staging, canonical)]
            column = table.columns.get(mapped_column(config, staging, canonical, name))
            there = table.rows * (1 - (column.null_share if column else 0.0))
            found.append(column.distinct or there if place == 0 and column else there)
    return max(found)


def _distinct(catalog: Catalog, relation: Relation, staging: Relation, name: str, known: Statistics) -> float:
    for canonical, columns in staging.header["reads"].items():
        if name in columns:
            table = known[mapped_table(catalog.config, staging, canonical)]
            column = table.columns.get(mapped_column(catalog.config, staging, canonical, name))
            if column and column.distinct:
                return column.distinct
    words = [w for kind, w in staging.header.get("words", {}).items() if kind.endswith(f"_{name}")]
    return float(len(words[0])) if words else COMPUTED.get(str(relation.columns[name]["type"]), 2.0)


def _row_bytes(catalog: Catalog, relation: Relation, staging: Relation, known: Statistics) -> float:
    """The bytes of a row on disk: its columns, and an entry in each index."""
    widths = {name: _width(catalog, relation, staging, name, known) for name in relation.columns}
    indexes = [key_of(relation), *relation.header.get("indexes", ())]
    entries = sum((ENTRY_OVERHEAD + sum(widths[name] for name in columns)) / INDEX_FILL for columns in indexes)
    return ROW_OVERHEAD + sum(widths.values()) + entries


def _width(catalog: Catalog, relation: Relation, staging: Relation, name: str, known: Statistics) -> float:
    column = relation.columns[name]
    if column["type"] != "text":
        return WIDTHS.get(column["type"], 8)
    if column.get("hash_of"):
        return HASH_AS_TEXT
    for canonical, columns in staging.header["reads"].items():
        if name in columns:
            table = known[mapped_table(catalog.config, staging, canonical)]
            there = table.columns.get(mapped_column(catalog.config, staging, canonical, name))
            if there and there.type == "uuid":
                return UUID_AS_TEXT
            if there and there.width is not None:
                return 1 + there.width * (1 - there.null_share)
    return UNKNOWN_TEXT
