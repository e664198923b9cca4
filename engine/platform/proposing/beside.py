"""Words in the JSON of a row: who wrote a message, and how it was rated. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.in_json import DEEPEST, JSON
from gendash.engine.platform.proposing.names import COLUMNS, rank
from gendash.engine.platform.proposing.proposal import Line, Sample, TableSeen
from gendash.engine.platform.proposing.values import place_of

SURE = 0.7  # below what is called certain: a person reads it


def role_beside(one: TableSeen, sample: Sample) -> Iterator[Line]:
    """Who wrote a message, by a word in its JSON of which every value is known; at most one."""
    for column, text, given in _leaves(one, sample, COLUMNS["messages.role"]):
        read = values.read_words("messages.role", text, column, "text", given)
        if {"user", "assistant"} <= set(read.words.values()) and not read.unknown:
            yield Line("role", read.sql, (column,), SURE, f"{read.evidence} in {column}", read.words)
            return


def rating_beside(one: TableSeen, sample: Sample) -> Iterator[Line]:
    """The rating of a message, by a word or a number in its JSON; at most one."""
    for column, text, given in _leaves(one, sample, COLUMNS["feedback.rating"][:-1]):
        words = {str(each).lower() for each in given}
        if words <= {"true", "false"} or (words <= {"1", "-1", "0"} and "-1" in words):
            sql = f"case lower({text}) when 'true' then 5 when '1' then 5 when 'false' then 1 when '-1' then 1 end"
            yield Line("rating", sql, (column,), SURE, f"values {', '.join(sorted(words))} in {column}")
            return
        if words <= {"1", "2", "3", "4", "5"} and len(words) > 2:
            sql = f"case when {text} in ('1', '2', '3', '4', '5') then ({text})::int end"
            yield Line("rating", sql, (column,), SURE, f"from 1 to 5 in {column}")
            return
        read = values.read_rating(text, column, "text", given)
        if read.adds > values.NO_ROWS and read.words and not read.unknown:
            yield Line("rating", read.sql, (column,), SURE, f"{read.evidence} in {column}", read.words)
            return


def _leaves(one: TableSeen, sample: Sample, known: Sequence[str]) -> Iterator[tuple[str, str, list[object]]]:
    """Columns of JSON, SQL of a value in them as text, and its values: those whose key fits best are first."""
    columns = [name for name, kind in one.columns.items() if kind in JSON]
    given = sample(one, columns) if columns else {}
    found = []
    for column in columns:
        by_path: dict[tuple[str, ...], list[object]] = {}
        for document in given.get(column, ()):
            for path, value in _scalars(document, ()):
                by_path.setdefault(path, []).append(value)
        for path, seen in by_path.items():
            fit = max(rank(path[-1], known), rank(column, known) if path[-1] == "value" else 0.0)
            if fit >= 0.8:
                arrows = "".join(f" -> {quote_text(key)}" for key in path[:-1])
                text = f"{place_of('m', column)}{arrows} ->> {quote_text(path[-1])}"
                found.append((len(path), -fit, column, text, seen))
    for _, _, column, text, seen in sorted(found, key=lambda each: each[:2]):
        yield column, text, seen


def _scalars(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for key, within in value.items():
            if len(path) < DEEPEST:
                yield from _scalars(within, (*path, str(key)))
    elif path and value is not None and not isinstance(value, list):
        yield path, value
