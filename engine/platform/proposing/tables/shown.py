"""References that no foreign key and no name shows, but the values: ids of people in columns of any name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from gendash.engine.platform.proposing.evidence.links import NAME_ENDS, id_column, id_family
from gendash.engine.platform.proposing.names import COLUMNS, STAFF, TABLES, rank, words_of
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.tables.scores import is_of_people
from gendash.engine.platform.proposing.values import TIMES

NEARLY_ALL = 0.9  # of the values of a column, what must be ids of people: some were deleted
FEWEST_ROWS = 20
LARGE = 10**12  # small numbers are ids of any table
_ENDS = ("_id", "_uid", "_uuid", "_by", "_to", "_user", "_agent", "_owner")
_Row = tuple[TableSeen, str]  # a table, and its column that names a row
LOGIN_NAMES = ("login", "username", "user_name", "handle", "account_name", "code")
_IDS = ("uuid", "text")


def with_shown(tables: Sequence[TableSeen], chosen: Sequence[TableSeen], sample: RowSample) -> list[TableSeen]:
    """The tables with the references of the chosen ones to people that only their values show."""
    names = {one.place for one in chosen}
    tables = [_without_refuted(one, tables, sample) if one.place in names else one for one in tables]
    chosen = [one for one in tables if one.place in names]
    people = [one for one in tables if one.rows and _may_be_people(one, tables)]
    ways = (_named_alike, _typed, _talks, _owned_talks, _in_words, _members)
    found = {
        one.place: dict(
            chain(
                *(way(one, people, sample) for way in (_natural, _shown)), *(way(one, tables, sample) for way in ways)
            )
        )
        for one in chosen
    }
    return [_with(one, found.get(one.place, {})) for one in tables]


def with_plain_keys(tables: Sequence[TableSeen], sample: RowSample) -> list[TableSeen]:
    """The tables whose keys of several columns are without those that have one value in all rows, such as an owner."""
    return [_plain(one, sample) if len(one.keys) > 1 and one.rows > FEWEST_ROWS else one for one in tables]


def _plain(one: TableSeen, sample: RowSample) -> TableSeen:
    rest = tuple(key for key in one.keys if not one.columns[key].startswith(TIMES))
    if len(rest) == 1 < len(one.keys) and rest[0] not in one.references and sample.unique(one, rest[0]):
        return replace(one, keys=rest, key=rest[0])  # the time is there for the partitions
    if any(words_of(key) in ("id", "uuid") or key in one.references for key in one.keys):
        return one
    given = sample(one, one.keys)
    keys = tuple(key for key in one.keys if len(given.get(key, ())) != 1)
    if len(keys) != 1 or not sample.unique(one, keys[0]):
        return one
    return replace(one, keys=keys, key=keys[0])


def _talks(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns that are called after conversations and whose values are their keys."""
    for column, kind in one.columns.items():
        if column in one.references or id_family(kind) not in _IDS or column in one.keys:
            continue
        called = rank(column, COLUMNS["messages.conversation_id"]) >= 0.8
        talks = [to for to in tables if called and to is not one and rank(to.name, TABLES["conversations"]) >= 0.8]
        keyed = [to for to in talks if to.key and id_family(to.columns[to.key]) in _IDS]
        fits = (to for to in keyed if (sample.known(one, column, to, to.key) or 0.0) >= NEARLY_ALL)
        yield from ((column, (to, to.key)) for to in islice(fits, 1))


def _owned_talks(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns that are called after conversations and whose values are keys of the one table that may hold them.

    It begins with the words of the messages' table, whatever it is called, and its rows are people's.
    """
    begin = words_of(one.name).rpartition("_")[0]
    for column in (each for each in one.columns if begin and each not in one.references and each not in one.keys):
        if rank(column, COLUMNS["messages.conversation_id"]) < 0.8:
            continue
        near = [to for to in tables if to is not one and to.key and words_of(to.name).startswith(f"{begin}_")]
        near = [to for to in near if any(rank(name, COLUMNS["conversations.user_id"]) >= 0.8 for name in to.columns)]
        same = [to for to in near if id_family(to.columns[to.key]) == id_family(one.columns[column])]
        fits = [to for to in same if sample.known(one, column, to, to.key) == 1.0]
        if len(fits) == 1:
            yield column, (fits[0], fits[0].key)


def _without_refuted(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> TableSeen:
    """A table without the references that its names imply and its values refute: none of them is a key there."""
    by_place = {each.place: each for each in tables}
    refuted = {
        column
        for column in one.implied
        if sample.known(one, column, by_place[one.references[column][:2]], one.references[column][2]) == 0.0
    }
    if not refuted:
        return one
    references = {column: to for column, to in one.references.items() if column not in refuted}
    return replace(one, references=references, implied=one.implied - refuted)


def _with(one: TableSeen, found: dict[str, _Row]) -> TableSeen:
    if not found:
        return one
    references = {column: (*to.place, key) for column, (to, key) in found.items()}
    alike = {
        column for column, (to, key) in found.items() if id_family(to.columns[key]) == id_family(one.columns[column])
    }
    return replace(
        one,
        references={**one.references, **references},
        shown=frozenset(found),
        as_text=frozenset(found) - alike,
    )


def _shown(one: TableSeen, people: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns of a table whose values are ids of people, with the table; none of those of two tables."""
    for column, kind in one.columns.items():
        may_name = words_of(column).endswith(_ENDS) and column not in one.references and column not in one.keys
        of_any = id_family(kind) == "number" and not (may_name and _are_large(one, column, sample))
        if not may_name or of_any or id_family(kind) not in (*_IDS, "number"):
            continue
        fits = []
        for to in people:
            key = id_column(to)
            same = key and (id_family(to.columns[key]) == "number") == (id_family(kind) == "number")
            if to.place != one.place and same and id_family(to.columns[key]) in (*_IDS, "number"):
                fits += [(share, to)] if (share := sample.known(one, column, to, key) or 0.0) >= NEARLY_ALL else []
        best = [to for share, to in fits if share == max(share for share, _ in fits)]
        # a profile repeats the id of its account: that which is called after people is meant
        best = [to for to in best if not any(_describes(other, to) for other in best)] if len(best) > 1 else best
        if len(best) == 1:
            yield column, (best[0], id_column(best[0]))


def _are_large(one: TableSeen, column: str, sample: RowSample) -> bool:
    """True if nearly all numbers are such as only one sequence or machine has given."""
    given = [each for each in sample(one, [column]).get(column, ()) if isinstance(each, int)]
    return len(given) > 1 and sum(each >= LARGE for each in given) >= NEARLY_ALL * len(given)


def _named_alike(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns of people and conversations whose values their table has in one of the same name, not its key."""
    for canonical, kind in (("conversations.user_id", "users"), ("messages.conversation_id", "conversations")):
        called = [each for each in one.columns if rank(each, COLUMNS[canonical]) >= 0.8 and each not in one.references]
        for column in (each for each in called if id_family(one.columns[each]) in _IDS):
            for to in (each for each in tables if each.place != one.place and rank(each.name, TABLES[kind]) > 0):
                same = next((name for name in to.columns if words_of(name) == words_of(column) and name != to.key), "")
                alike = same and id_family(to.columns[same]) == id_family(one.columns[column])
                if alike and sample.unique(to, same) and (sample.known(one, column, to, same) or 0.0) >= NEARLY_ALL:
                    yield column, (to, same)
                    break


def _natural(one: TableSeen, people: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns of people whose values are unique names in one table of people, such as their logins."""
    known = (*COLUMNS["conversations.user_id"], *COLUMNS["tickets.assigned_to"])
    for column, kind in one.columns.items():
        names = words_of(column).endswith((*_ENDS, *NAME_ENDS)) or rank(column, known) >= 0.8
        if column in one.references or column in one.keys or id_family(kind) != "text" or not names:
            continue
        fits = []
        for to in (each for each in people if each.place != one.place):
            texts = (name for name, of in to.columns.items() if id_family(of) == "text" and name != id_column(to))
            called = [name for name in texts if rank(name, LOGIN_NAMES) >= 0.8]
            shown = (
                name
                for name in called
                if (sample.known(one, column, to, name) or 0.0) >= NEARLY_ALL and sample.unique(to, name)
            )
            fits += [(to, name) for name in islice(shown, 1)]
        if len(fits) == 1:
            yield column, fits[0]


def _members(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns of people whose values are those of user_id in a table with their addresses and another key."""
    known = COLUMNS["conversations.user_id"]
    for column in (each for each, kind in one.columns.items() if id_family(kind) in _IDS and rank(each, known) >= 0.8):
        if column in one.references:
            continue
        fits = []
        for to in (each for each in tables if each is not one and each.rows and _has_address(each)):
            called = [name for name in to.columns if rank(name, ("user_id", "account_id", "member_id")) >= 0.8]
            own = next((name for name in called if name != to.key and name not in to.references), "")
            same = bool(own) and id_family(to.columns[own]) == id_family(one.columns[column])
            if same and sample.unique(to, own) and (sample.known(one, column, to, own) or 0.0) >= NEARLY_ALL:
                fits.append((to, own))
        if len(fits) == 1:
            yield column, fits[0]


def _has_address(one: TableSeen) -> bool:
    return any(
        words_of(name).split("_")[-1] == "email" and id_family(kind) == "text" for name, kind in one.columns.items()
    )


def _in_words(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns called after another table's rows that keep its numbers as texts."""
    for column in (each for each, kind in one.columns.items() if id_family(kind) == "text"):
        of = words_of(column).removesuffix("_id")
        if column in one.references or of == words_of(column):
            continue
        for to in (each for each in tables if each is not one and words_of(each.name) == of and id_column(each)):
            key = id_column(to)
            if id_family(to.columns[key]) == "number" and (sample.known(one, column, to, key) or 0.0) >= NEARLY_ALL:
                yield column, (to, key)
                break


def _typed(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, _Row]]:
    """The columns such as creator_id beside creator_type, which names one table in each row; with that table."""
    for column in (each for each in one.columns if words_of(each).endswith("_id") and each not in one.references):
        stem = words_of(column).removesuffix("_id")
        kind = next((each for each in one.columns if words_of(each) == f"{stem}_type"), "")
        given = {str(each) for each in sample(one, [kind]).get(kind, ()) if each is not None} if kind else set()
        named = [to for to in tables if len(given) == 1 and words_of(to.name) == _class_name(*given) and id_column(to)]
        if len(named) == 1 and id_family(named[0].columns[id_column(named[0])]) == id_family(one.columns[column]):
            yield column, (named[0], id_column(named[0]))


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
