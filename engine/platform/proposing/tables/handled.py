"""Whether rows are handled until they are closed, as tickets are. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gendash.engine.platform.proposing.evidence.elsewhere import name_of, words_named
from gendash.engine.platform.proposing.evidence.ended import ended_codes
from gendash.engine.platform.proposing.names import COLUMNS, TABLES, meaning, rank, without_whose, words_of
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.tables.scores import has_column, is_of_people

ENDS = ("resolved_at", "closed_at")


def is_ticket(one: TableSeen) -> bool:
    """True if a row is handled until it is closed: it has a status, and is assigned or has two signs more."""
    signs = ("assigned_to", "priority", "resolved_at", "closed_at", "first_response_at", "sla_due_at")
    is_assigned = any(words_of(column).startswith("assign") for column in one.columns)
    found = sum(has_column(one, f"tickets.{sign}") for sign in signs)
    replied = COLUMNS["tickets.first_response_at"]
    found += not has_column(one, "tickets.first_response_at") and any(
        rank(without_whose(column), replied) >= 0.8 for column in one.columns
    )
    return has_column(one, "tickets.status") and found >= 2 - is_assigned


def is_closed(one: TableSeen, sample: RowSample) -> bool:
    """True if rows are closed after a while: each word of a status is a ticket's, and there is the time of the end."""
    flags = [name for name, kind in one.columns.items() if kind in ("boolean", "smallint")]
    named = [name for name in flags if rank(name, COLUMNS["tickets.status"]) >= 0.8]
    said = [name for name in named if words_of(name).endswith(("resolved", "solved", "closed"))]
    if any(one.columns[name] == "boolean" for name in named) or any(
        len(sample(one, [name])[name]) == 2 for name in said
    ):
        return True
    ends = any(has_column(one, f"tickets.{column}") for column in ENDS)
    named = [name for name in one.columns if rank(name, COLUMNS["tickets.status"]) >= 0.8] if ends else []
    given = sample(one, named) if named else {}
    means = [[meaning("tickets.status", str(each)) for each in values if each is not None] for values in given.values()]
    if any(ended_codes(one, name, sample) for name in named):
        return True
    return any(all(words) and "open" in words and {"closed", "resolved"} & set(words) for words in means)


def is_ranked(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> bool:
    """True if rows have a status that ends and a priority: their words are those of tickets.

    In a table that is called after tickets the time of the end is as good as a priority.
    """
    columns = {canonical: _named(one, f"tickets.{canonical}") for canonical in ("status", "priority")}
    people = {each.place for each in tables if is_of_people(each)}
    asked = any(
        rank(name, COLUMNS["tickets.created_by"]) > 0 or to[:2] in people for name, to in one.references.items()
    )
    ends = rank(one.name, TABLES["tickets"]) > 0 and any(has_column(one, f"tickets.{at}") for at in ENDS)
    if not columns["status"] or not asked or not (columns["priority"] or ends):
        return False
    status, priority = (
        [meaning(f"tickets.{canonical}", str(each)) for each in _words(one, name, tables, sample) if each is not None]
        for canonical, name in columns.items()
    )
    known = len([word for word in status if not word]) <= 1 and all(priority)  # one is asked
    ended = known and "open" in status and bool({"closed", "resolved"} & set(status))
    return ended and (len(set(priority)) > 1 or (ends and not columns["priority"]))


def is_served(one: TableSeen) -> bool:
    """True if rows name who asks and who is responsible, and the time of their end: nothing but tickets does."""
    people = [
        any(rank(name, COLUMNS[f"tickets.{column}"]) >= 0.8 for name in one.references)
        for column in ("created_by", "assigned_to")
    ]
    return all(people) and any(has_column(one, f"tickets.{column}") for column in ENDS)


def is_handled(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    """True if rows have a status, name a person and who is responsible, and two times such as those of tickets."""
    people = {each.place for each in tables if is_of_people(each)}
    mine = [name for name in one.references if rank(name, COLUMNS["tickets.assigned_to"]) >= 0.8]
    asked = any(to[:2] in people for name, to in one.references.items() if name not in mine)
    times = sum(has_column(one, f"tickets.{column}") for column in (*ENDS, "first_response_at", "sla_due_at"))
    return bool(mine) and asked and times > 1 and has_column(one, "tickets.status")


def _words(one: TableSeen, name: str, tables: Sequence[TableSeen], sample: RowSample) -> Sequence[object]:
    """The words of a column, or of the table that its codes name."""
    if not name:
        return ()
    of = words_named(one, name, name, tables)
    return sample(of.table, [of.label])[of.label] if of else sample(one, [name]).get(name, ())


def _named(one: TableSeen, canonical: str) -> str:
    fits = [name for name in one.columns if rank(name_of(one, name), COLUMNS[canonical]) >= 0.8]
    return next(iter(fits), "")
