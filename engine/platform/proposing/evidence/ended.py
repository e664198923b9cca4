"""The codes of a status by what other columns have in the rows of each code, such as the time of an end. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.names import COLUMNS, rank
from gendash.engine.platform.proposing.proposal import RowSample, TableSeen
from gendash.engine.platform.proposing.values import MOST_WORDS, TIMES, place_of

NEARLY_ALL = 0.95  # of rows with a code, those for which something holds
ENDS = {"closed": "tickets.closed_at", "resolved": "tickets.resolved_at"}


def codes_of(one: TableSeen, column: str, sample: RowSample) -> list[str]:
    """The codes of a column, the frequent ones first; none if they are too many, or one."""
    given = [str(each) for each in sample(one, [column]).get(column, ()) if each is not None]
    return given if 1 < len(given) <= MOST_WORDS else []


def codes_where(one: TableSeen, column: str, codes: Sequence[str], holds: str, sample: RowSample) -> list[str]:
    """The codes in whose rows a condition on the alias ``t`` nearly always holds; none if it holds for all codes."""
    found = []
    for code in codes:
        has = f"{place_of('t', column)}::text = {quote_text(code)}"
        # shares of all rows, since there may be few with a code
        of_code, both = (sample.share(one, "t", given) or 0.0 for given in (has, f"{has} and {holds}"))
        found += [code] if of_code and both >= NEARLY_ALL * of_code else []
    return found if len(found) < len(codes) else []


def ended_codes(one: TableSeen, column: str, sample: RowSample) -> dict[str, str]:
    """The codes of a status whose rows have the time of an end, where those of the others have none."""
    codes, found = codes_of(one, column, sample), dict[str, str]()
    for word, canonical in ENDS.items() if codes else ():
        times = [name for name, kind in one.columns.items() if kind.startswith(TIMES)]
        end = next((name for name in times if rank(name, COLUMNS[canonical]) >= 0.8), "")
        over = codes_where(one, column, codes, f"{place_of('t', end)} is not null", sample) if end else []
        found |= dict.fromkeys(over, word)
    return found
