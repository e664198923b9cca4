"""Ratings of conversations, as surveys give them: each is that of its conversation's last answer; it is asked. Pure."""

from __future__ import annotations

from gendash.engine.platform.proposing.columns import Columns
from gendash.engine.platform.proposing.proposal import Line, ProposedTable, TableSeen

GUESSED = 0.6


def last_answer(columns: Columns, one: TableSeen, messages: ProposedTable | None) -> Line | None:
    """The message of a rating that names a conversation only; None if it names none, or nothing shows the answers."""
    talks = columns.chosen.get("conversations")
    if messages is None or talks is None or messages.parts or messages.pair or messages.grouped:
        return None
    by = {line.column: line.sql for line in messages.lines if line.confidence}
    column = next((name for name, to in one.references.items() if to[:2] == talks.place), "")
    if not column or not {"message_id", "conversation_id", "role", "created_at"} <= by.keys():
        return None
    own = columns.named_as("conversations", talks, columns.names_sql(one, column, "f", talks))
    rows = [sql for sql, _, _ in messages.conditions if sql.count("m.") and " c." not in f" {sql}"]
    where = " and ".join(
        [f"{by['conversation_id']} = {own}", f"lower(({by['role']})::text) in ('assistant', 'ai')", *rows]
    )
    columns.questions.append(f"feedback: are ratings of {one.name} about the last answer? They name a conversation")
    last = f"order by {by['created_at']} desc, 1 desc limit 1"
    sql = f"(select {by['message_id']} from {messages.source.quoted} m where {where} {last})"
    return Line("message_id", sql, (column,), GUESSED, f"the last answer of what {column} names")
