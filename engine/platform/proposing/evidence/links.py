"""Foreign keys that nobody declared: columns called after another table's rows, and of its key's type. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gendash.engine.platform.proposing.names import COLUMNS, PERSON, STAFF, rank, words_of
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.values import NUMBERS, TEXTS, place_of

_ANYBODY = ("owner_id",)  # names of those who handle tickets that may be anybody's
_ENDS = ("_id", "_uid", "_uuid", "_guid", "_key", "_fk", "_no", "_nr", "_code", "_cd")
NAME_ENDS = ("_login", "_username", "_user_name", "_name", "_handle", "_code")
_SCHEMA, _EXACT, _COLUMN_ENDS, _TABLE_ENDS, _KEY_NAME = 4, 3, 2, 1, 0.5


def with_implied(tables: Sequence[TableSeen]) -> list[TableSeen]:
    """The tables with the references that their columns' names imply besides those of foreign keys."""
    by_name = {one.place: words_of(one.name) for one in tables}
    keyed = [one for one in tables if id_column(one)]
    found = []
    for one in tables:
        implied = {
            column: to for column in one.columns if column not in one.references
            if (to := _implied(one, column, keyed, by_name))
        }  # fmt: skip
        beside = {column: pairs for column, to in implied.items() if (pairs := _beside(one, to, keyed))}
        references = {**implied, **one.references}
        found.append(replace(one, references=references, implied=frozenset(implied), beside={**beside, **one.beside}))
    return found


def _beside(one: TableSeen, to: tuple[str, str, str], keyed: Sequence[TableSeen]) -> tuple[tuple[str, str], ...]:
    """The rest of a key of several columns, such as a tenant's id, where a table has columns of the same names."""
    keys = next((other.keys for other in keyed if other.place == to[:2] and to[2] in other.keys), ())
    return tuple((key, key) for key in keys if key != to[2] and key in one.columns)


def on_row(one: TableSeen, column: str, alias: str, other: str, key: str) -> str:
    """SQL that joins what a column names: ``other`` is the alias of that row, ``key`` its column."""
    key = one.references[column][2] if column in one.shown else key  # which may be a name, and no key
    pairs = ((column, key), *one.beside.get(column, ()))
    as_text = "::text" if column in one.as_text else ""
    return " and ".join(f"{place_of(other, to)}{as_text} = {place_of(alias, own)}{as_text}" for own, to in pairs)


def id_column(one: TableSeen) -> str:
    """The column that identifies a row: its key, or the one that is called id (a view has no key).

    A uuid beside a key of another name, such as surrogate_id, is what the platform itself names a row by.
    """
    called = next((column for column in one.columns if words_of(column) in ("id", "uuid")), "")
    if called and one.columns[called] == "uuid" and one.columns.get(one.key) != "uuid":
        return called
    return one.key or called


def belongs_elsewhere(one: TableSeen, column: str, sample: RowSample) -> str:
    """The column that names something else in just those rows in which another names nothing; empty if none does."""
    without = f"{place_of('m', column)} is null"
    if not 0 < (sample.share(one, "m", without) or 0.0) < 1:
        return ""
    for name, to in one.references.items():
        same = f"({place_of('m', name)} is not null) = ({without})"
        if name != column and to[:2] != one.place and sample.share(one, "m", same) == 1.0:
            return name
    return ""


def as_id(one: TableSeen, column: str) -> str:
    """The name of a column; one whose values name people, such as client_login, is called as if it had their ids."""
    words = words_of(column)
    end = next((end for end in NAME_ENDS if words.endswith(end)), "") if column in one.shown else ""
    return f"{words.removesuffix(end)}_id" if end else column


def id_family(kind: str) -> str:
    """Types whose values can be compared: all texts, and all numbers."""
    if kind.startswith(TEXTS):
        return "text"
    return "number" if kind.startswith(NUMBERS) else kind


def _implied(
    one: TableSeen, column: str, keyed: Sequence[TableSeen], names: Mapping[tuple[str, str], str]
) -> tuple[str, str, str] | None:
    """The row that a column names by its name and type, if only one table fits best."""
    words = words_of(column)
    of = next((words.removesuffix(end) for end in _ENDS if words.endswith(end)), "")
    handles = rank(column, COLUMNS["tickets.assigned_to"]) >= 0.8 and words not in _ANYBODY
    if column == one.key or not (of or handles):
        return None
    fits: dict[tuple[str, str, str], float] = {}
    for other in keyed:
        key = id_column(other)
        fit = _fit(of, names[other.place]) if of else 0.0
        # state_code of requests names the words of request_state, and not those of file_state
        fit += bool(fit) and names[other.place].endswith(f"{names[one.place].rpartition('_')[2]}_{of}")
        if handles and not fit and any(rank(name, PERSON) >= 0.8 for name in other.columns):
            fit = rank(other.name, STAFF) / 2  # below any name of the same words
        if fit and other is not one and id_family(one.columns[column]) == id_family(other.columns[key]):
            fits[*other.place, key] = fit + _SCHEMA * (other.schema == one.schema)
        elif not fit and column == key and words not in ("id", "uuid") and other is not one:
            fits[*other.place, key] = _KEY_NAME + _SCHEMA * (other.schema == one.schema)  # as user_id is of profiles
    best = [to for to, fit in fits.items() if fit == max(fits.values())]
    return best[0] if len(best) == 1 else None


def _fit(of: str, table: str) -> int:
    if of == table:
        return _EXACT
    if of.endswith(f"_{table}"):
        return _COLUMN_ENDS
    return _TABLE_ENDS if table.endswith(f"_{of}") else 0
