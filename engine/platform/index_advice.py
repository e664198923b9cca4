"""Indexes on the platform's tables that would make a refresh read less, with the reason and the pages saved.

Useful are an index on the time column of a table whose last days every refresh reads, and one on the column by which
the rows of those days are joined with a second table.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import (
    is_expression,
    mapped_column,
    mapped_table,
    quoted_table,
    split_column,
    split_name,
)
from gendash.engine.definitions.relations import driver, rollups
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation
from gendash.engine.platform.estimate import ColumnStatistics, Statistics, TableStatistics

PREFIX = "gendash_advised_"
# A BRIN index is a hundredth of the size, is built in half the time and reads the last days as fast (60 ms, a btree
# 66 ms, at 1M messages), but only if rows are stored in the order of their time. Small rows that fill gaps on old pages
# weaken that order: in the worst case seen, a tenth of 10M messages was read for a day, 0.1 s more
ORDERED = 0.9
BRIN_RANGE, BTREE_ENTRY = 128, 22
LATE_RANGES = 5  # ranges read additionally since they contain a late row: 927 pages instead of 181 in a demo, scale 4
_ON = re.compile(r"\bon\s+\{\{\s*column\('(\w+)\.(\w+)'[^}]*\}\}\s*=\s*\{\{\s*column\('(\w+)\.(\w+)'")


class Index(NamedTuple):
    """An index that would help. ``pages_now`` and ``pages_then`` are read by one refresh; ``bytes`` is its size."""

    table: str
    column: str
    method: str
    reason: str
    pages_now: int
    pages_then: int
    bytes: int
    kind: str = "r"

    @property
    def name(self) -> str:
        """The name of the index; its prefix marks indexes that gendash built."""
        whole = f"{PREFIX}{self.table.replace('.', '_')}_{self.column}"
        if len(whole.encode()) <= 63:
            return whole
        return PREFIX + hashlib.sha256(whole.encode()).hexdigest()[:16]


class Wanted(NamedTuple):
    """A column by which a refresh looks up rows, and the rollups that would read less with an index on it."""

    table: str
    column: str
    by_time: bool
    rollups: tuple[str, ...]


def wanted(catalog: Catalog) -> list[Wanted]:
    """The columns that should be indexed, by the platform's names."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for relation in rollups(catalog):
        if relation.header.get("window"):
            for table, column, by_time in _looked_up(catalog, driver(catalog, relation)):
                found.setdefault((table, column, by_time), []).append(relation.name)
    return [Wanted(*key, tuple(names)) for key, names in sorted(found.items())]


def _looked_up(catalog: Catalog, staging: Relation) -> Iterator[tuple[str, str, bool]]:
    config, first = catalog.config, next(iter(staging.header["tables"]))
    table, _, column = str(staging.header.get("time", ".")).partition(".")
    if staging.adapter:
        yield from _looked_up_by_selects(staging, first, column)
        return
    pairs = []
    if column:
        pairs = [(table, column, True)]
    for one, one_column, other, other_column in _ON.findall(staging.text):
        joined, joined_column = (one, one_column) if one != first else (other, other_column)
        pairs.append((joined, joined_column, False))
    for table, column, by_time in pairs:
        mapped = mapped_column(config, staging, table, column)
        if not is_expression(mapped):
            yield mapped_table(config, staging, table), mapped, by_time


def _looked_up_by_selects(staging: Relation, first: str, time: str) -> Iterator[tuple[str, str, bool]]:
    """The times that an adapter's SELECT returns unchanged, and the columns that it or the staging query joins."""
    columns = {(name, True) for name in staging.adapter[first].plain.get(time, ())}
    columns |= {(name, False) for name in staging.adapter[first].joined}
    for one, one_column, other, other_column in _ON.findall(staging.text):
        joined, column = (one, one_column) if one != first else (other, other_column)
        columns |= {(name, False) for name in staging.adapter[joined].plain.get(column, ())}
    for name, by_time in sorted(columns):
        table, column = split_column(name)
        yield table, column, by_time


def advise(catalog: Catalog, known: Statistics, since: datetime, small_pages: int) -> tuple[list[Index], list[str]]:
    """The indexes that would help, those that save most first, and notes on columns without advice, with the reason.

    Every refresh reads rows from ``since`` on again; a table of at most ``small_pages`` is read in full anyway.
    """
    found, notes = [], []
    for one in wanted(catalog):
        table, where = known.get(one.table), f"{one.table}.{one.column}"
        column = table.columns.get(one.column) if table else None
        if table is None or column is None:
            notes.append(f"{where} does not exist")
        elif one.column in table.indexed:
            notes.append(f"{where} has an index")
        elif table.kind in ("v", "f"):
            notes.append(
                f"{where} belongs to a {'view' if table.kind == 'v' else 'foreign table'}: index what it reads"
            )
        elif table.pages <= small_pages:
            notes.append(f"{where} needs no index: a table of {table.pages} pages is read in full")
        else:
            found.append(_index(one, table, column, _rows_read(catalog, one, known, since)))
    return sorted(found, key=lambda index: index.pages_then - index.pages_now), notes


def _rows_read(catalog: Catalog, one: Wanted, known: Statistics, since: datetime) -> float:
    """The mean number of rows of the last days by which rollups look up a column; all rows if times are unknown."""
    total = 0.0
    for name in one.rollups:
        staging = driver(catalog, catalog.relations[name])
        canonical, _, column = str(staging.header["time"]).partition(".")
        select = staging.adapter.get(canonical)
        plain = sorted(select.plain.get(column, ())) if select else []
        if select:
            read, column = split_column(plain[0]) if plain else (min(select.tables, default=""), "")
        else:
            read = mapped_table(catalog.config, staging, canonical)
            column = mapped_column(catalog.config, staging, canonical, column)
        table = known.get(read)
        there = table.columns.get(column) if table else None
        total += table.rows * (there.share_since(since) if there else 1.0) if table else 0.0
    return total / len(one.rollups)


def _index(one: Wanted, table: TableStatistics, column: ColumnStatistics, rows: float) -> Index:
    times = len(one.rollups)
    ordered = one.by_time and abs(column.correlation or 0.0) >= ORDERED
    if ordered:
        then = min(table.pages, rows / max(table.rows, 1.0) * table.pages + LATE_RANGES * BRIN_RANGE)
    else:
        then = min(float(table.pages), rows)  # in the worst case each row is on another page
    size = 3 * 8192 + table.pages // BRIN_RANGE * 40 if ordered else table.rows * BTREE_ENTRY
    what = "each refresh reads its last days" if one.by_time else "rows of the last days are joined by it"
    reason = f"{what}, for {', '.join(one.rollups)}"
    method = "brin" if ordered else "btree"
    return Index(
        *(one.table, one.column, method, reason), times * table.pages, times * round(then), round(size), table.kind
    )


def index_statements(config: Config, index: Index, leaves: list[tuple[str, str]]) -> list[str]:
    """The statements that create an index without blocking writers, to be run outside of a transaction.

    ``leaves`` are (schema, name) of the partitions of a partitioned table, whose index cannot be built concurrently:
    indexes of the partitions are built and attached to it.
    """
    schema, _ = split_name(config, index.table)
    column = quote_name(index.column)
    using = f"using {index.method} ({column})" + (" with (autosummarize = on)" if index.method == "brin" else "")
    name = f"{quote_name(schema)}.{quote_name(index.name)}"
    target = quoted_table(config, index.table)
    if index.kind != "p":
        return [f"create index concurrently {quote_name(index.name)} on {target} {using}"]
    found = [f"create index {quote_name(index.name)} on only {target} {using}"]
    for leaf_schema, leaf in leaves:
        leaf_index = index._replace(table=leaf, kind="r").name
        there = f"{quote_name(leaf_schema)}.{quote_name(leaf)}"
        found.append(f"create index concurrently {quote_name(leaf_index)} on {there} {using}")
        found.append(f"alter index {name} attach partition {quote_name(leaf_schema)}.{quote_name(leaf_index)}")
    return found
