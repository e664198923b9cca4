"""Changes of tickets' statuses, from a table of what changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.beside import leaves
from gendash.engine.platform.proposing.lines.columns import Columns
from gendash.engine.platform.proposing.names import BECAME, CHANGED, CHANGES, COLUMNS, WAS, rank
from gendash.engine.platform.proposing.proposal import Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.values import TEXTS, TIMES, place_of

SURE = 0.7  # below what is called certain: a person reads it


def moves_of(columns: Columns, tickets: ProposedTable, table: str) -> dict[str, ProposedTable]:
    """The changes of tickets' statuses, where one table has former and new values; words are read as a ticket's.

    ``table`` is the canonical one.
    """
    said = next((line.words for line in tickets.lines if line.column == "status"), {})
    tables = [one for one in columns.tables if rank(one.name, CHANGES) > 0]
    for one in sorted(tables, key=lambda each: -rank(each.name, CHANGES)) if not tickets.parts else ():
        ticket = next((name for name, to in one.references.items() if to[:2] == tickets.source.place), "")
        was, became, field = (_best(one, names) for names in (WAS, BECAME, CHANGED))
        time = next((name for name, kind in one.columns.items() if kind.startswith(TIMES)), "")
        words = [str(each) for each in columns.sample(one, [field]).get(field, ())] if field else []
        mine = [word for word in words if word.lower().endswith("status") or word.lower() == "state"]
        if ticket and time and columns.id_of(one) and not (was and became):
            found = _in_json(columns, one, said)
            if found:
                text, column = found
                lines = _lines(columns, tickets, one, ticket, time)
                lines.insert(2, Line("to_status", _word(text, said), (column,), SURE, f"in {column}", said))
                return {
                    table: ProposedTable(
                        table, one, lines, (), [(f"{text} is not null", SURE, "what changed")], alias="k"
                    )
                }
        if not (ticket and was and became and time and columns.id_of(one)) or (field and not mine):
            continue
        given = [(f"{place_of('k', field)}::text = {quote_text(mine[0])}", SURE, "what changed")] if mine else []
        former, new = (_word(place_of("k", name), said) for name in (was, became))
        lines = _lines(columns, tickets, one, ticket, time)
        lines[2:2] = [
            Line("from_status", former, (was,), SURE, "its name", said),
            Line("to_status", new, (became,), SURE, "its name", said),
        ]
        return {table: ProposedTable(table, one, lines, (), given, alias="k")}
    return {}


def _lines(columns: Columns, tickets: ProposedTable, one: TableSeen, ticket: str, time: str) -> list[Line]:
    """The lines of a change but those of its statuses."""
    of = columns.names_sql(one, ticket, "k", tickets.source)
    return [
        Line("move_id", columns.id_sql(one, "k"), (columns.id_of(one),), 0.85, "its key"),
        Line("ticket_id", of, (ticket,), 0.9, "names a ticket"),
        Line("changed_at", place_of("k", time), (time,), 0.85, "its time"),
    ]


def _in_json(columns: Columns, one: TableSeen, said: Mapping[str, str]) -> tuple[str, str] | None:
    """SQL of the new status in a JSON of what changed, and its column; its words are those of tickets."""
    for column, text, given, _ in leaves(one, columns.with_nulls, COLUMNS["tickets.status"], "k"):
        if {str(each).lower() for each in given} & set(said):
            return text, column
    return None


def _word(place: str, words: Mapping[str, str]) -> str:
    """A status as that of the ticket itself is read."""
    if all(word == of for word, of in words.items()):
        return place
    cases = " ".join(f"when {quote_text(one)} then {quote_text(of)}" for one, of in sorted(words.items()))
    return f"case lower({place}::text) {cases} else lower({place}::text) end"


def _best(one: TableSeen, names: Sequence[str]) -> str:
    fits = [name for name, kind in one.columns.items() if kind.startswith(TEXTS) and rank(name, names) >= 0.8]
    return max(fits, key=lambda name: rank(name, names), default="")
