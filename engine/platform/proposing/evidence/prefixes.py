"""Names of tables without the word that most tables of a schema begin with, such as that of the platform. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gendash.engine.platform.proposing.names import words_of
from gendash.engine.platform.proposing.proposal import Place, TableSeen

MOST, FEWEST = 0.6, 4  # of the tables of a schema, and how many tables, begin with the word
STARS = ("fact", "fct", "dim")  # of the tables of a star schema


def without_prefixes(tables: Sequence[TableSeen]) -> list[TableSeen]:
    """The tables by their names without the prefix of their schema; those of other schemas as they are."""
    renamed: dict[Place, Place] = {}
    for schema in {one.schema for one in tables}:
        renamed |= _renamed([one for one in tables if one.schema == schema])
    if not renamed:
        return list(tables)
    return [
        replace(
            one,
            name=renamed.get(one.place, one.place)[1],
            stored=one.name if one.place in renamed else "",
            references={column: (*renamed.get(to[:2], to[:2]), to[2]) for column, to in one.references.items()},
        )
        for one in tables
    ]


def _renamed(tables: Sequence[TableSeen]) -> dict[Place, Place]:
    """The tables of a schema whose names begin with its prefix, by their places; none if two were called alike."""
    words = {one.place: words_of(one.name).split("_") for one in tables}
    firsts = Counter(_kind(each[0]) for each in words.values() if len(each) > 1)
    first, many = next(iter(firsts.most_common(1)), ("", 0))
    if many < FEWEST or many < MOST * len(tables):
        return {}
    renamed = {
        place: (place[0], re.sub("^s?_+", "", place[1][len(of[0]) :]))
        for place, of in words.items()
        if _kind(of[0]) == first and len(of) > 1
    }
    names = [*renamed.values(), *(place for place in words if place not in renamed)]
    return renamed if len(set(names)) == len(names) else {}


def _kind(word: str) -> str:
    """The word of a prefix; one for those of a star schema."""
    return "fact" if word in STARS else word


def as_stored(texts: Iterable[str], tables: Sequence[TableSeen]) -> list[str]:
    """Texts with the names that tables have in the database; the canonical table that a text begins with stays."""
    stored = {one.name: one.stored for one in tables if one.stored}
    if not stored:
        return list(texts)
    names = "|".join(sorted(map(re.escape, stored), key=len, reverse=True))
    named = re.compile(rf"(?<=[ .])({names})(?![\w:])")
    return [named.sub(lambda found: stored[found[1]], text) for text in texts]
