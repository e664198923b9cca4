"""The columns of a table that are called after a canonical one, the best first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.elsewhere import name_of, own_name
from gendash.engine.platform.proposing.evidence.links import as_id
from gendash.engine.platform.proposing.names import COLUMNS, meaning, rank, without_whose, words_of
from gendash.engine.platform.proposing.proposal import TableSeen
from gendash.engine.platform.proposing.tables.actors import is_called_after

BITS = ("boolean", "smallint")
MOST = 6  # columns that are looked at
ENDED = {"tickets.resolved_at": "resolved", "tickets.closed_at": "closed"}  # fixed_at is resolved_at
OWN = {"messages.role": 0.96}  # how well a name without that of its table must fit
REFERS = {
    "conversations.user_id": "users",
    "messages.conversation_id": "conversations",
    "feedback.message_id": "messages",
    "feedback.user_id": "users",
    "documents.user_id": "users",
    "tickets.created_by": "users",
    "tickets.assigned_to": "users",
}


def columns_called(
    full: str, one: TableSeen, chosen: Mapping[str, TableSeen], people: Sequence[TableSeen] = ()
) -> list[tuple[float, str]]:
    """How well the names of columns fit a canonical one, and these columns; ``chosen`` are the tables by kind."""
    known = (*COLUMNS.get(full, ()), *COLUMNS.get(f"*.{full.partition('.')[2]}", ()))

    may_be_named = values.is_vocabulary(full) or full == "tickets.category"

    def fit(name: str) -> float:
        if full in ENDED and one.columns[name].startswith((*values.TIMES, "bigint")):
            word = words_of(name).removesuffix("_at").removesuffix("_on")
            return max(rank(name, known), 0.8 if meaning("tickets.status", word) == ENDED[full] else 0.0)
        to = next((each for each in people if one.references.get(name, ("", ""))[:2] == each.place), None)
        if to and REFERS.get(full) == "users" and full != "tickets.assigned_to" and is_called_after(name, to):
            return max(rank(as_id(one, name), known), 0.8)
        called = name_of(one, name) if may_be_named and name in one.references else as_id(one, name)
        called = without_whose(name) if full == "tickets.first_response_at" else called
        own = rank(own_name(one, called), known) if full not in REFERS else 0.0
        # the type of a post may be that of the first, and not of who wrote it
        return max(rank(called, known), 0.95 * own if own >= OWN.get(full, 0.0) else 0.0)

    fits = [(fit(name), name) for name in one.columns if name != one.key]
    fits = sorted((pair for pair in fits if pair[0] > 0), key=lambda pair: -pair[0])[:MOST]
    if not fits and full == "messages.role":
        flags = [name for name, kind in one.columns.items() if kind in BITS and values.side_of_flag(name)]
        return [(0.8, name) for name in flags]
    if full == "feedback.message_id" and "messages" in chosen:  # the only one that names any, by any name
        named = [name for name, to in one.references.items() if to[:2] == chosen["messages"].place]
        return fits if {name for _, name in fits} & set(named) else [(0.8, name) for name in named[:1]] or fits
    return fits
