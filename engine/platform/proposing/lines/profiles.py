"""What another table says of each account, whose key is that of the account: names and rights of a profile. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.lines.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, TableSeen


def of_profile(columns: Columns, one: TableSeen, by: Mapping[str, Line]) -> Iterator[Line]:
    """The names of people that only their profile has, and their role where that of the account is not certain."""
    sure = [column for column, line in by.items() if column != "role" or line.confidence >= CERTAIN]
    taken = [each.place for each in columns.chosen.values()]
    for other in columns.tables:
        own = other.references.get(other.key, ("", "", ""))
        if other.place in taken or own[:2] != one.place or not other.rows:
            continue
        asked = list(columns.questions)
        lines = [
            line
            for column in ("role", "first_name", "last_name")
            if column not in sure and (line := columns.line("users", column, other))
        ]
        columns.questions[:] = asked
        for line in lines:
            if line.column != "role" or "admin" in line.words.values():
                sql = re.sub(r"\bu\.", "w.", line.sql)
                place = on_row(other, other.key, "w", "u", own[2])
                most = DOUBTFUL if line.column == "role" else 1.0
                inner = f"(select {sql} from {other.quoted} w where {place})"
                yield Line(
                    line.column, inner, (), min(line.confidence, most), f"{line.reads[0]} of {other.name}", line.words
                )
        if lines:
            return
