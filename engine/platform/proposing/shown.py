"""References that no foreign key and no name shows, but the values: ids of people in columns of any name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gendash.engine.platform.proposing.links import id_column, id_family
from gendash.engine.platform.proposing.names import STAFF, TABLES, rank, words_of
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.scores import is_of_people

NEARLY_ALL = 0.9  # of the values of a column, what must be ids of people: some were deleted
_ENDS = ("_id", "_uid", "_uuid", "_by", "_to", "_user", "_agent", "_owner")
_IDS = ("uuid", "text")  # small numbers are ids of any table


def with_shown(tables: Sequence[TableSeen], chosen: Sequence[TableSeen], sample: RowSample) -> list[TableSeen]:
    """The tables with the references of the chosen ones to people that only their values show."""
    people = [one for one in tables if one.rows and _may_be_people(one, tables)]
    found = {
        one.place: references
        for one in chosen
        if (references := {**dict(_shown(one, people, sample)), **dict(_typed(one, tables, sample))})
    }
    return [_with(one, found.get(one.place, {})) for one in tables]


def _with(one: TableSeen, found: dict[str, TableSeen]) -> TableSeen:
    if not found:
        return one
    references = {column: (*to.place, id_column(to)) for column, to in found.items()}
    alike = {
        column for column, to in found.items() if id_family(to.columns[id_column(to)]) == id_family(one.columns[column])
    }
    return replace(
        one,
        references={**one.references, **references},
        shown=frozenset(found),
        as_text=frozenset(found) - alike,
    )


def _shown(one: TableSeen, people: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, TableSeen]]:
    """The columns of a table whose values are ids of people, with the table; none of those of two tables."""
    for column, kind in one.columns.items():
        may_name = words_of(column).endswith(_ENDS) and id_family(kind) in _IDS
        if not may_name or column in one.references or column in one.keys:
            continue
        fits = []
        for to in people:
            key = id_column(to)
            if to.place != one.place and key and id_family(to.columns[key]) in _IDS:
                fits += [(share, to)] if (share := sample.known(one, column, to, key) or 0.0) >= NEARLY_ALL else []
        best = [to for share, to in fits if share == max(share for share, _ in fits)]
        # a profile repeats the id of its account: that which is called after people is meant
        best = [to for to in best if not any(_describes(other, to) for other in best)] if len(best) > 1 else best
        if len(best) == 1:
            yield column, best[0]


def _typed(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, TableSeen]]:
    """The columns such as creator_id beside creator_type, which names one table in each row; with that table."""
    for column in (each for each in one.columns if words_of(each).endswith("_id") and each not in one.references):
        stem = words_of(column).removesuffix("_id")
        kind = next((each for each in one.columns if words_of(each) == f"{stem}_type"), "")
        given = {str(each) for each in sample(one, [kind]).get(kind, ()) if each is not None} if kind else set()
        named = [to for to in tables if len(given) == 1 and words_of(to.name) == _class_name(*given) and id_column(to)]
        if len(named) == 1 and id_family(named[0].columns[id_column(named[0])]) == id_family(one.columns[column]):
            yield column, named[0]


def _class_name(kind: str) -> str:
    """The words of a table's name by that of its class: App::Models::User is user."""
    return words_of(kind.replace("\\", "::").rpartition("::")[2])


def _describes(one: TableSeen, other: TableSeen) -> bool:
    """True if a row says more about a person of another table, whose id is its key."""
    return one.references.get(one.key, ())[:2] == other.place


def _may_be_people(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    """True if rows are people: by a column that only people have, or since their key is that of an account."""
    to = one.references.get(one.key, ())[:2]
    account = any(other.place == to and is_of_people(other) for other in tables)
    return is_of_people(one) or (account and rank(one.name, (*TABLES["users"], *STAFF)) > 0)
