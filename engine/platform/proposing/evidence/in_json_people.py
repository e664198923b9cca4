"""The person of a conversation whom only its JSON names, such as the metadata of a thread. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gendash.engine.platform.proposing.evidence.beside import leaves
from gendash.engine.platform.proposing.evidence.links import id_column, id_family
from gendash.engine.platform.proposing.names import COLUMNS, rank, words_of
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.values import place_of

NEARLY_ALL = 0.9  # of the values of a key, what must be ids of people
FEWEST = 3  # people
NOBODY = "('', '0', 'null', 'anonymous')"


class PersonInJson(NamedTuple):
    """The table of people, its column of ids, and SQL over ``c`` of the id that a conversation's JSON names."""

    table: TableSeen
    key: str
    text: str
    column: str


def person_in_json(talks: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[PersonInJson]:
    """The people whose ids are the values of a key that is called after them; at most one."""
    for column, text, given, _ in leaves(talks, sample, COLUMNS["conversations.user_id"], "c", least=0.5):
        if len({str(each) for each in given}) < FEWEST:
            continue
        stem = set(words_of(text.rpartition("'")[0].rpartition("'")[2]).split("_")) - {"user", "id"}
        for to in tables:
            key = id_column(to)
            if to is talks or not key or not to.rows:
                continue
            called = rank(to.name, ("user", "account", "member", "profile")) >= 0.8 or stem & set(
                words_of(to.name).split("_")
            )
            if not called and id_family(to.columns[key]) == "number":
                continue  # small numbers are keys of any table
            is_one = f"exists (select from {to.quoted} k where {place_of('k', key)}::text = {text})"
            if (sample.share(talks, "c", is_one, f"coalesce({text}, '') not in {NOBODY}") or 0.0) >= NEARLY_ALL:
                yield PersonInJson(to, key, text, column)
                return
