"""Whom the messages of those who ask name, by table of people. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gendash.engine.platform.proposing.names import COLUMNS, TABLES, TENANTS, WRITERS, rank, words_of
from gendash.engine.platform.proposing.proposal import Place, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.scores import is_of_people
from gendash.engine.platform.proposing.values import place_of

FEW = 0.02  # of messages, those that are worth a look
ASKED = "lower(({role})::text) in ('user', 'human')"


def named_by_askers(tables: Sequence[TableSeen], said: TableSeen, role: str, sample: RowSample) -> dict[Place, str]:
    """By table of people the column of messages in which only those who ask name one; ``role`` is SQL over ``m``."""
    by_place, mine = {one.place: one for one in tables}, ASKED.format(role=role)
    named = {}
    for name, to in said.references.items():
        people = by_place.get(to[:2])
        called = people and rank(people.name, TABLES["users"]) >= 0.8 and words_of(people.name) not in TENANTS
        writes = rank(name, (*WRITERS, *COLUMNS["conversations.user_id"])) > 0
        known = people and writes and (is_of_people(people) or called)
        # one that answers name, too, is the user who entered a row
        if known and names_one(said, name, mine, sample) and not names_one(said, name, f"not ({mine})", sample):
            named[to[:2]] = name
    return named


def names_one(said: TableSeen, name: str, given: str, sample: RowSample) -> bool:
    """True if a column of messages is filled in some of those for which a condition holds."""
    return (sample.share(said, "m", f"{place_of('m', name)} is not null", given) or 0.0) >= FEW
