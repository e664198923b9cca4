"""Ratings in a table of any name: rows about messages with a value that rates. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.beside import rating_beside
from gendash.engine.platform.proposing.names import COLUMNS, TABLES, rank, words_of
from gendash.engine.platform.proposing.proposal import RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.tables.scores import is_aside, is_of_people
from gendash.engine.platform.proposing.values import place_of

BARE = ("type", "text", "direction", "value", "kind")  # names of ratings that may be of anything


def choose_ratings(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """The table of ratings by what it names and holds, where none is called so."""
    said, chosen = found.tables.get("messages"), found.tables.get("feedback")
    if said is None or (chosen and rank(chosen.name, TABLES["feedback"]) > 0):
        return
    taken = [one.place for kind, one in found.tables.items() if kind != "feedback"]
    for one in tables:
        column = next((name for name, to in one.references.items() if to[:2] == said.place), "")
        is_free = bool(column) and one.place not in taken and not is_aside(one, tables)
        if is_free and _is_opinion(one, column, tables, sample) and any(_rates(one, sample)):
            found.tables["feedback"] = one
            return


def _is_opinion(one: TableSeen, column: str, tables: Sequence[TableSeen], sample: RowSample) -> bool:
    """True if rows are of people, or there is one of each message at most; scores of sources are neither."""
    people = {each.place for each in tables if is_of_people(each)}
    return any(to[:2] in people for to in one.references.values()) or sample.unique(one, column)


def _rates(one: TableSeen, sample: RowSample) -> Iterator[str]:
    """The columns whose values rate, by their names and values."""
    known = [name for name in COLUMNS["feedback.rating"] if name not in BARE]
    for name in (each for each in one.columns if each not in one.references and rank(each, known) > 0):
        given = [each for each in sample(one, [name]).get(name, ()) if each is not None]
        read = values.read_rating(place_of("f", name), name, one.columns[name], given)
        if read.adds > values.NO_ROWS and not read.unknown:
            yield words_of(name)
    yield from (line.reads[0] for line in rating_beside(one, sample, "f"))
