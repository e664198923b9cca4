"""Words in the JSON of a row: who wrote a message, how it was rated, and how far a document is. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.in_json import DEEPEST, JSON
from gendash.engine.platform.proposing.names import COLUMNS, FAILURES, rank
from gendash.engine.platform.proposing.proposal import Line, RowSample, TableSeen
from gendash.engine.platform.proposing.values import place_of

WHOLE, FEWEST = 0.85, 20  # where each of at least so many documents has the key
FEW, MOST = 0.05, 0.5  # of documents that did not fail and of those that did, who may say why
SURE = 0.7  # below what is called certain: a person reads it
PLAIN = 0.85  # what a column says by its name, or by the rows that have it


def role_beside(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """Who wrote a message, by a word in its JSON of which every value is known; at most one."""
    for column, text, given, is_whole in leaves(one, sample, COLUMNS["messages.role"]):
        read = values.read_words("messages.role", text, column, "text", given)
        if {"user", "assistant"} <= set(read.words.values()) and not read.unknown:
            sure = WHOLE if is_whole else SURE
            yield Line("role", read.sql, (column,), sure, f"{read.evidence} in {column}", read.words)
            return


def rights_beside(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """The role of an account, by a word in its JSON of which every value is known; at most one."""
    for column, text, given, _ in leaves(one, sample, ("role", "user_role"), "u"):
        read = values.read_words("users.role", text, column, "text", given)
        if {"admin", "super_admin"} & set(read.words.values()) and not read.unknown:
            yield Line(
                "role", f"coalesce({read.sql}, 'user')", (column,), SURE, f"{read.evidence} in {column}", read.words
            )
            return


def unread_beside(one: TableSeen, sample: RowSample) -> list[tuple[str, str]]:
    """Columns of JSON and SQL of a value in them that may say who wrote a message, whatever its words mean."""
    return [(column, text) for column, text, *_ in leaves(one, sample, COLUMNS["messages.role"])]


def rating_beside(one: TableSeen, sample: RowSample, alias: str = "m") -> Iterator[Line]:
    """The rating of a message, by a word or a number in its JSON; at most one."""
    for column, text, given, _ in leaves(one, sample, COLUMNS["feedback.rating"][:-1], alias):
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
            yield Line(
                "rating", read.sql, (column,), values.sure_of_rating(read), f"{read.evidence} in {column}", read.words
            )
            return


def comment_beside(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """What was written to a rating, by a key of the message's JSON; at most one."""
    known = [name for name in COLUMNS["messages.comment"] if "_" in name]
    for column, text, *_ in leaves(one, sample, known):
        yield Line("comment", text, (column,), SURE, f"a key of {column}")
        return


def opinion_beside(one: TableSeen, found: Collection[str], sample: RowSample) -> Iterator[Line]:
    """The rating and the comment in the JSON of a row about a message, as far as they are not found."""
    rating = next(rating_beside(one, sample, "f"), None) if "rating" not in found else None
    if rating:
        yield rating
        keys = leaves(one, sample, COLUMNS["feedback.comment"], "f") if "comment" not in found else ()
        yield from (
            Line("comment", text, (column,), SURE, f"a key of {column}") for column, text, *_ in islice(keys, 1)
        )


def size_beside(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """The size of a document's file, by a number in its JSON; at most one."""
    for column, text, given, _ in leaves(one, sample, COLUMNS["documents.file_size"], "d"):
        if all(isinstance(each, int | float) for each in given):
            yield Line("file_size", text, (column,), SURE, f"a key of {column}")
            return


def state_beside(alias: str, one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """How far a document is, by a word in its JSON of which every value is known; at most one."""
    for column, text, given, is_whole in leaves(one, sample, COLUMNS["documents.status"], alias):
        read = values.read_words("documents.status", text, column, "text", given)
        if read.words and not read.unknown:
            sure = WHOLE if is_whole else SURE
            yield Line("status", read.sql, (column,), sure, f"{read.evidence} in {column}", read.words)
            return


def reason_beside(alias: str, one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """Why a document failed: a column that says so, else a key of its JSON; at most one."""
    texts = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS)]
    named = [(name, place_of(alias, name)) for name in texts if rank(name, FAILURES) > 0]
    within = ((column, text) for column, text, *_ in leaves(one, sample, (*FAILURES, "reason"), alias))
    found = next(chain(named, within), None)
    if found:
        sure = PLAIN if found[0] in texts else SURE
        yield Line("failure_reason", found[1], (found[0],), sure, f"what {found[0]} says")


def reason_by_rows(alias: str, one: TableSeen, status: Line | None, sample: RowSample) -> Iterator[Line]:
    """The text that failed documents have and others have not; at most one."""
    bad = [word for word, of in status.words.items() if of == "failed"] if status and len(status.reads) == 1 else []
    if not status or not bad:
        return
    is_bad = f"lower({place_of(alias, status.reads[0])}::text) in ({', '.join(map(quote_text, bad))})"
    named = (name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in status.reads)
    for name in (each for each in named if each not in one.references and each != one.key):
        filled = f"coalesce({place_of(alias, name)}::text, '') <> ''"
        rest = sample.share(one, alias, filled, f"not ({is_bad})")
        if rest is not None and rest <= FEW and _mine(one, alias, filled, is_bad, sample) >= MOST:
            yield Line("failure_reason", place_of(alias, name), (name,), PLAIN, f"only failed ones have {name}")
            return


def failed_by_rows(
    alias: str, one: TableSeen, status: Line, unknown: Sequence[str], sample: RowSample
) -> tuple[str, str]:
    """The one unknown word of a status whose rows alone have a text, such as why they failed, and that column."""
    for word in unknown if len(status.reads) == 1 else ():
        is_bad = f"lower({place_of(alias, status.reads[0])}::text) = {quote_text(word)}"
        named = (
            name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in status.reads
        )
        for name in (each for each in named if each not in one.references and each != one.key):
            filled = f"coalesce({place_of(alias, name)}::text, '') <> ''"
            rest = sample.share(one, alias, filled, f"not ({is_bad})")
            if rest is not None and rest <= FEW and _mine(one, alias, filled, is_bad, sample) >= MOST:
                return word, name
    return "", ""


def _mine(one: TableSeen, alias: str, filled: str, is_bad: str, sample: RowSample) -> float:
    """The share of few rows for which a condition holds, of all rows: too few failed to say it of those alone."""
    both, bad = (sample.share(one, alias, holds) for holds in (f"({filled}) and ({is_bad})", is_bad))
    return (both or 0.0) / bad if bad else 0.0


def leaves(
    one: TableSeen, sample: RowSample, known: Sequence[str], alias: str = "m", least: float = 0.8
) -> Iterator[tuple[str, str, list[object], bool]]:
    """Columns of JSON, SQL of a value in them as text, its values, and whether it is a key of each document of some.

    Those whose key fits best are first.
    """
    columns = [name for name, kind in one.columns.items() if kind in JSON]
    given = sample(one, columns) if columns else {}
    found = []
    for column in columns:
        by_path: dict[tuple[str, ...], list[object]] = {}
        for document in given.get(column, ()):
            for path, value in _scalars(document, ()):
                by_path.setdefault(path, []).append(value)
        for path, seen in by_path.items():
            # the column itself may be called so, whatever its keys are
            fit = max(rank(path[-1], known), 0.8 * (rank(column, known) >= 0.8))
            if fit >= least:
                arrows = "".join(f" -> {quote_text(key)}" for key in path[:-1])
                text = f"{place_of(alias, column)}{arrows} ->> {quote_text(path[-1])}"
                is_whole = len(path) == 1 and len(seen) == len(given[column]) >= FEWEST
                found.append((len(path), -fit, column, text, seen, is_whole))
    for _, _, column, text, seen, is_whole in sorted(found, key=lambda each: each[:2]):
        yield column, text, seen, is_whole


def _scalars(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for key, within in value.items():
            if len(path) < DEEPEST:
                yield from _scalars(within, (*path, str(key)))
    elif path and value is not None and not isinstance(value, list):
        yield path, value
