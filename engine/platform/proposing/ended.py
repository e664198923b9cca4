"""The codes of a status whose rows have ended, by the time of the end beside it. Pure."""

from __future__ import annotations

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.names import COLUMNS, rank
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.values import MOST_WORDS, TIMES, place_of

NEARLY_ALL = 0.95  # of rows with a code, those that ended
ENDS = {"closed": "tickets.closed_at", "resolved": "tickets.resolved_at"}


def ended_codes(one: TableSeen, column: str, sample: RowSample) -> dict[str, str]:
    """The codes of a status whose rows have the time of an end, where those of the others have none."""
    given = [str(each) for each in sample(one, [column]).get(column, ()) if each is not None]
    if not 1 < len(given) <= MOST_WORDS:
        return {}
    found: dict[str, str] = {}
    for word, canonical in ENDS.items():
        times = [name for name, kind in one.columns.items() if kind.startswith(TIMES)]
        end = next((name for name in times if rank(name, COLUMNS[canonical]) >= 0.8), "")
        if not end:
            continue
        place = place_of("t", column)
        ended = {
            code: sample.share(one, "t", f"{place_of('t', end)} is not null", f"{place}::text = {quote_text(code)}")
            for code in given
        }
        over = [code for code, share in ended.items() if share is not None and share >= NEARLY_ALL]
        if 0 < len(over) < len(given):
            found |= dict.fromkeys(over, word)
    return found
