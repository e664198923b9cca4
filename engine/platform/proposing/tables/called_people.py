"""What a platform calls those who talk with its agents: by what its conversations name them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gendash.engine.platform.proposing.names import meaning, of_class, words_of
from gendash.engine.platform.proposing.proposal import TableSeen
from gendash.engine.platform.proposing.tables.actors import HANDLES
from gendash.engine.platform.proposing.tables.scores import is_of_people


def words_of_askers(one: TableSeen, tables: Sequence[TableSeen]) -> Mapping[str, str]:
    """The words that mean a person's side in messages, such as traveller where conversations have a traveller_id.

    Only words whose meaning is not known, of rows that name one person; who handles a row has not asked.
    """
    by_place = {each.place: each for each in tables}
    found = dict[str, str]()
    for above in (by_place[to[:2]] for to in one.references.values() if to[:2] in by_place):
        named = {
            column: to[1]
            for column, to in above.references.items()
            if to[:2] in by_place and is_of_people(by_place[to[:2]]) and not set(words_of(column).split("_")) & HANDLES
        }
        if len(named) == 1 and not is_of_people(above):
            for column, table in named.items():
                words = (words_of(column).removesuffix("_id"), words_of(table).rpartition("_")[2])
                found |= {word: "user" for word in words if meaning("messages.role", word) is None}
    return found


def side_of_word(word: str, own: Mapping[str, str]) -> str | None:
    """Who writes what a word of a message says: user, assistant, neither (empty); None if that is not known."""
    known = meaning("messages.role", word)
    return own.get(words_of(of_class(word))) if known is None else known
