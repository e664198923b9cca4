"""What the catalog says about a column's codes: the pairs of codes and words in its comment. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.names import meaning
from gendash.engine.platform.proposing.proposal import TableSeen
from gendash.engine.platform.proposing.values import KNOWN, MOST_WORDS, Reading, case_of

_NUMBER, _WORD = r"(-?\d{1,3}|[A-Z]{1,2})(?![\w.])", r"([A-Za-z][A-Za-z_]*(?:[ -][A-Za-z_]+){0,2})"
_IS = r"\s*(?:[:=-]|->|=>|\u2013|\u2014)\s*['\"]?"
_BEFORE = re.compile(rf"(?<![\w.]){_NUMBER}['\"]?{_IS}{_WORD}")  # 1: open, 2 = closed
_AFTER = re.compile(rf"{_WORD}['\"]?(?:{_IS}|\s*\(){_NUMBER}")  # open (1), closed = 2


def words_of_codes(one: TableSeen, column: str, given: Sequence[object]) -> dict[str, str]:
    """The words of a column's codes by its comment; none if that does not name each code which rows have, or twice."""
    codes = {str(each) for each in given if each is not None}
    said = one.comments.get(column, "")
    before, after = dict(_BEFORE.findall(said)), {code: word for word, code in _AFTER.findall(said)}
    whole = [words for words in (before, after) if 0 < len(codes) <= MOST_WORDS and codes <= words.keys()]
    return whole[0] if len(whole) == 1 else {}


def read_codes(full: str, place: str, one: TableSeen, column: str, given: Sequence[object]) -> Reading | None:
    """Codes whose words the column's comment says; None if it says none of any known meaning."""
    labels = words_of_codes(one, column, given)
    found = {code: meaning(full, word) for code, word in labels.items()}
    words = {code: of for code, of in found.items() if of}
    codes = {str(each) for each in given if each is not None}
    unknown = tuple(labels[code] for code in sorted(codes) if found[code] is None)
    if not words:
        return None
    text = f"{place}::text"
    sql = case_of(text, words)
    if full == "users.is_active":
        sql = f"{text} in ({', '.join(quote_text(code) for code, of in sorted(words.items()) if of == 'true')})"
    elif full == "feedback.rating":
        sql = f"case {text} {' '.join(f'when {quote_text(code)} then {of}' for code, of in sorted(words.items()))} end"
    return Reading(sql, KNOWN if not unknown else 0.1, "its comment", words, unknown)
