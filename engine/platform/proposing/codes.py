"""Words of which only codes are kept: what the rows say that have one. Pure; a person is asked about each."""

from __future__ import annotations

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.columns import ALIASES, Columns
from gendash.engine.platform.proposing.ended import ended_codes
from gendash.engine.platform.proposing.proposal import Line, RowSample, TableSeen
from gendash.engine.platform.proposing.values import NUMBERS, place_of

SURE = 0.6  # a guess, about which a question is open
FEW = 0.35  # of people, those who run the platform


def decoded(columns: Columns, table: str, one: TableSeen, line: Line) -> Line:
    """A line whose words are codes, with the meaning that other columns or the number of rows give some of them."""
    if line.words or len(line.reads) != 1 or not one.columns.get(line.reads[0], "").startswith(NUMBERS):
        return line
    ways = {"tickets.status": ended_codes, "users.role": _role_codes}
    way = ways.get(f"{table}.{line.column}")
    words = way(one, line.reads[0], columns.with_nulls) if way else {}
    if not words:
        return line
    place = place_of(ALIASES[table], line.reads[0])
    cases = " ".join(f"when {quote_text(code)} then {quote_text(word)}" for code, word in sorted(words.items()))
    rest = "'user'" if table == "users" else f"{place}::text"
    why = "codes by how many have them" if table == "users" else "codes by the time of the end"
    return line._replace(sql=f"case {place}::text {cases} else {rest} end", confidence=SURE, evidence=why, words=words)


def _role_codes(one: TableSeen, column: str, sample: RowSample) -> dict[str, str]:
    """Of two codes of accounts the rare one, which is that of those who run the platform."""
    given = [str(each) for each in sample(one, [column]).get(column, ()) if each is not None]
    if len(given) != 2:
        return {}
    rare = given[1]  # the frequent ones are first
    share = sample.share(one, "u", f"{place_of('u', column)}::text = {quote_text(rare)}")
    return {rare: "admin"} if share is not None and share <= FEW else {}
