"""The state of tickets by the last row of their history, and when they ended. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.lines.columns import Columns
from gendash.engine.platform.proposing.names import COLUMNS
from gendash.engine.platform.proposing.proposal import Line, TableSeen
from gendash.engine.platform.proposing.tables.histories import history_of
from gendash.engine.platform.proposing.values import case_of, place_of

SURE = 0.7  # below what is called certain: a person reads it
ENDS = {"resolved_at": "resolved", "closed_at": "closed"}


def last_states(columns: Columns, one: TableSeen, by: Mapping[str, Line]) -> Iterator[Line]:
    """The status of a ticket that has none, by its history, and the times at which it was resolved and closed."""
    found = history_of(one, columns.tables, columns.with_nulls) if "status" not in by else None
    if not found:
        return
    since, key = place_of("h", found.since), found.table.references[found.column][2]
    rows = f"from {found.table.quoted} h where {on_row(found.table, found.column, 'h', 't', key)}"
    text, why = f"lower({found.state}::text)", f"its last row of {found.table.name}"
    columns.questions[:] = [asked for asked in columns.questions if not asked.startswith("tickets.status")]
    last = f"(select {case_of(text, found.words)} {rows} order by {since} desc limit 1)"
    yield Line("status", last, (), SURE, why, found.words)
    for column, end in ENDS.items():
        words = sorted(word for word, of in found.words.items() if of == end)
        if words and column not in by and f"tickets.{column}" in COLUMNS:
            listed = ", ".join(map(quote_text, words))
            sql = f"(select max({since}) {rows} and {text} in ({listed}))"
            yield Line(column, sql, (), SURE, f"when its row of {found.table.name} says {' or '.join(words)}")
