"""Words of which only codes are kept: what the rows say that have one. Pure; a person is asked about each."""

from __future__ import annotations

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.ended import codes_of, codes_where, ended_codes
from gendash.engine.platform.proposing.lines.columns import ALIASES, Columns
from gendash.engine.platform.proposing.names import COLUMNS, FAILURES, PROCESSED, rank
from gendash.engine.platform.proposing.proposal import Line, RowSample, TableSeen
from gendash.engine.platform.proposing.values import NUMBERS, TEXTS, place_of

SURE = 0.6  # a guess, about which a question is open
FEW = 0.35  # of people, those who run the platform


def decoded(columns: Columns, table: str, one: TableSeen, line: Line) -> Line:
    """A line whose words are codes, with the meaning that other columns or the number of rows give some of them."""
    if line.words or len(line.reads) != 1 or not one.columns.get(line.reads[0], "").startswith((*NUMBERS, *TEXTS)):
        return line
    ways = {"tickets.status": _ticket_codes, "users.role": _role_codes, "documents.status": _document_codes}
    way = ways.get(f"{table}.{line.column}")
    words = way(one, line.reads[0], columns.with_nulls) if way else {}
    if not words:
        return line
    place = place_of(ALIASES[table], line.reads[0])
    cases = " ".join(f"when {quote_text(code)} then {quote_text(word)}" for code, word in sorted(words.items()))
    rest = {"users": "'user'", "documents": "'processing'"}.get(table, f"{place}::text")
    why = "codes by how many have them" if table == "users" else "codes by what else their rows have"
    return line._replace(sql=f"case {place}::text {cases} else {rest} end", confidence=SURE, evidence=why, words=words)


def _ticket_codes(one: TableSeen, column: str, sample: RowSample) -> dict[str, str]:
    """Codes by the time of the end; of the others that of new rows is open, and numbers are in the order of work."""
    ended, codes = ended_codes(one, column, sample), codes_of(one, column, sample)
    numbers = sorted(int(code) for code in codes if code.isdigit())
    rest = [number for number in numbers if str(number) not in ended]
    if len(numbers) < len(codes) or not rest:
        return ended
    if len(numbers) == 2 and not ended:
        return {str(numbers[0]): "open", str(numbers[1]): "closed"}
    first = one.defaults.get(column, "") or (str(rest[0]) if ended else "")
    if first not in map(str, rest):
        return ended
    last = max((int(code) for code in ended), default=None)
    found = {first: "open", **ended}
    for number in (each for each in rest if str(each) != first and last is not None):
        found[str(number)] = "in_progress" if number < (last or 0) else "closed"
    return found


def _document_codes(one: TableSeen, column: str, sample: RowSample) -> dict[str, str]:
    """Codes of documents that failed, since only these say why, and of those that are done."""
    codes = codes_of(one, column, sample)
    texts = [name for name, kind in one.columns.items() if kind.startswith(TEXTS) and rank(name, FAILURES) >= 0.8]
    done = [name for name in one.columns if rank(name, (*PROCESSED, *COLUMNS["documents.chunk_count"])) >= 0.8]
    found: dict[str, str] = {}
    for names, word in ((done, "done"), (texts, "failed")):
        for name in names[:1]:
            filled = f"coalesce({place_of('t', name)}::text, '') not in ('', '0')"
            found |= dict.fromkeys(codes_where(one, column, codes, filled, sample), word)
    return found if "done" in found.values() else {}


def _role_codes(one: TableSeen, column: str, sample: RowSample) -> dict[str, str]:
    """Of two codes of accounts the rare one, which is that of those who run the platform."""
    given = codes_of(one, column, sample)
    if len(given) != 2 or not all(each.isdigit() for each in given):
        return {}
    rare = given[1]  # the frequent ones are first
    if one.defaults.get(column) == rare:
        return {}
    share = sample.share(one, "u", f"{place_of('u', column)}::text = {quote_text(rare)}")
    return {rare: "admin"} if share is None or share <= FEW else {}
