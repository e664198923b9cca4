"""States that only a history has: a row for each state that a ticket went through. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.elsewhere import name_of, words_named
from gendash.engine.platform.proposing.names import COLUMNS, meaning, rank
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.tables.scores import has_column
from gendash.engine.platform.proposing.values import place_of


class History(NamedTuple):
    """A table of states: its column that names a ticket, SQL of a state of ``h``, its words, and since when it is."""

    table: TableSeen
    column: str
    state: str
    reads: str
    words: Mapping[str, str]
    since: str


def history_of(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> History | None:
    """The history of a table's rows that have no state of their own: its words are those of tickets, and some end."""
    if has_column(one, "tickets.status"):
        return None
    for other in tables:
        column = next((name for name, to in other.references.items() if to[:2] == one.place), "")
        states = [name for name in other.columns if rank(name_of(other, name), COLUMNS["tickets.status"]) > 0]
        times = [name for name, kind in other.columns.items() if kind.startswith(values.TIMES)]
        for name in states if column and times and other is not one and not sample.unique(other, column) else ():
            of = words_named(other, name, place_of("h", name), tables)
            given = sample(of.table, [of.label])[of.label] if of else sample(other, [name]).get(name, ())
            words = {str(each).lower(): meaning("tickets.status", str(each)) or "" for each in given if each}
            full = [each for each in times if None not in sample(other, [each]).get(each, (None,))]
            if full and all(words.values()) and {"open"} < set(words.values()) and _ends(words):
                since = max(full, key=lambda each: rank(each, COLUMNS["*.created_at"]))
                return History(other, column, of.sql if of else place_of("h", name), name, words, since)
    return None


def _ends(words: Mapping[str, str]) -> bool:
    return bool({"closed", "resolved"} & set(words.values()))
