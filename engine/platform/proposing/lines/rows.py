"""Which rows count, and what is counted of other tables: conditions and lines beside those of plain columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.elsewhere import KINDS_OF_ACCOUNTS
from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.flags import is_false, is_true
from gendash.engine.platform.proposing.names import (
    BOTS,
    CHUNKS,
    COLUMNS,
    DELETED,
    FAILURES,
    INTERNAL,
    METADATA,
    SHOWN,
    TEXTS,
    joined_words,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.documents import status_by_time
from gendash.engine.platform.proposing.tables.scores import FILE_NAMES, chunks_of
from gendash.engine.platform.proposing.values import place_of

Condition = tuple[str, float, str]  # SQL, confidence, evidence
SETTLED = 0.85  # what the rows themselves say
MACHINES = ("bot", "chatbot", "assistant", "ai", "model", "machine", "system")
GONE = ("deleted", "removed", "trashed", "purged")
UNSEEN = ("internal", "private", "hidden")
UNSENT = ("draft", "discarded", "unsent")
PART_OF_TEXT = {"embedding", "vector", "chunk_index", "position"}
MOST_KINDS = 6  # of accounts, in a column of any name
KINDS = ("type", "kind", "item_type", "entry_type", "message_type", "event_type", "row_type", "category", "record_type")
CONTENT = {"text", "image", "file", "audio", "video", "html", "markdown", "attachment", "user", "assistant"}
KEYS = ("intent", "trace_id")  # what gendash reads of a row's metadata


def soft_delete(alias: str, one: TableSeen, sample: RowSample) -> Iterator[Condition]:
    """The condition that leaves out rows which are deleted softly, of the first column that says so."""
    for name in sorted(one.columns, key=lambda name: -rank(name, DELETED)):
        kind, place = one.columns[name], place_of(alias, name)
        if rank(name, DELETED) < 0.8:
            return
        if kind.startswith(values.TIMES):
            yield f"{place} is null", 0.9, "soft delete"
            return
        if kind == "boolean":
            yield f"{place} is not true", 0.9, "soft delete"
            return
        given = sample(one, [name]).get(name, ())
        stays = is_false(place, kind, given)
        if kind.startswith(values.NUMBERS):
            sure = SETTLED if stays else CERTAIN - 0.1
            yield f"coalesce({place}, 0) = 0", sure, "soft delete, as a number"
            return
        if stays:
            yield stays, SETTLED, "soft delete, as a letter"
            return
        if values.read_time(place, kind, [each for each in given if each not in (None, "")]).adds > 0:
            yield f"coalesce({place}, '') = ''", SETTLED, "soft delete, as a text of times"
            return


def no_bots(alias: str, one: TableSeen, of_tickets: bool, sample: RowSample) -> Iterator[Condition]:
    """The condition of people that leaves out bots."""
    for name in bots_of(one, of_tickets)[:1]:
        given = () if one.columns[name] == "boolean" else sample(one, [name]).get(name, ())
        said = is_false(place_of(alias, name), one.columns[name], given)
        yield from [(said, CERTAIN - 0.1, "bots")] if said else ()
    kinds = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in one.references]
    for name, given in (sample(one, kinds) if kinds else {}).items():
        if rank(name, KINDS_OF_ACCOUNTS) >= 0.8 or (name not in one.keys and len(given) <= MOST_KINDS):
            yield from without_words(alias, name, given, MACHINES, "bots")


def bots_of(one: TableSeen, of_tickets: bool) -> list[str]:
    """The truth values of accounts that are bots; in a help desk an agent is a person."""
    kinds = ("boolean", "smallint")
    named = [name for name, kind in one.columns.items() if kind in kinds and rank(name, BOTS) >= 0.8]
    return [name for name in named if not (of_tickets and words_of(name).endswith("agent"))]


def without_words(
    alias: str, name: str, given: Sequence[object], words: Sequence[str], why: str
) -> Iterator[Condition]:
    """The condition that leaves out rows whose status is one of some words, such as deleted, among others."""
    dead = sorted({str(one).lower() for one in given if joined_words(str(one)) in words})
    if dead and len(given) > len(dead):
        listed = ", ".join(map(quote_text, dead))
        sql = f"coalesce(lower({place_of(alias, name)}::text), '') not in ({listed})"
        yield sql, CERTAIN - 0.1, why


def internal_rows(alias: str, one: TableSeen, of_tickets: bool, sample: RowSample) -> Iterator[Condition]:
    """The condition that leaves out messages which the platform's staff write to each other."""
    for name, kind in one.columns.items():
        if of_tickets and rank(name, SHOWN) >= (0.8 if kind == "boolean" else 0.1):  # a number says more by its values
            said = is_true(place_of(alias, name), kind, () if kind == "boolean" else sample(one, [name]).get(name, ()))
            if said:
                yield said, CERTAIN - 0.1, "notes that the other side does not see"
                return
        if rank(name, INTERNAL) > 0:  # is_internal_note, too
            said = is_false(place_of(alias, name), kind, () if kind == "boolean" else sample(one, [name]).get(name, ()))
            if said:
                yield said, CERTAIN - 0.1, "notes that the other side does not see"
                return


def of_kind(alias: str, one: TableSeen, sample: RowSample) -> Iterator[Condition]:
    """The condition that leaves out events among messages, where a word of a column says that a row is a message."""
    named = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and rank(name, KINDS) >= 0.8]
    for name, given in (sample(one, named) if named else {}).items():
        words = {words_of(str(each)): str(each).lower() for each in given if each is not None}
        if "message" in words and len(words) > 1 and not CONTENT & words.keys():
            said = f"lower({place_of(alias, name)}::text) = {quote_text(words['message'])}"
            yield said, CERTAIN - 0.1, f"the {name} of messages"
            return


def about_messages(alias: str, one: TableSeen, lines: Sequence[Line]) -> Iterator[Condition]:
    """The condition that leaves out rows about something else than messages, where a type says what a row is about."""
    for line in lines:
        name = line.reads[0] if line.column == "message_id" and line.reads else ""
        typed = one.typed.get(name, {}).get(one.references[name][:2]) if name in one.typed else None
        if typed:
            yield typed.holds(alias), SETTLED, f"{typed.column} says what {name} names"


def rated_rows(one: TableSeen, lines: Sequence[Line], sample: RowSample) -> Iterator[Condition]:
    """The conditions that leave out rows beside ratings: surveys without an answer, and words that do not rate."""
    line = next((line for line in lines if line.column == "rating" and len(line.reads) == 1), None)
    if line is None or line.reads[0] not in one.columns or one.columns[line.reads[0]].startswith("json"):
        return
    given = sample(one, line.reads).get(line.reads[0], ())
    words = {str(each).lower() for each in given if isinstance(each, str)}
    if line.words and line.sql.startswith("case") and words - line.words.keys():
        yield f"{line.sql} is not null", CERTAIN - 0.1, "other words than those of ratings"
    elif None in given:
        yield f"{place_of('f', line.reads[0])} is not null", SETTLED, "who answered nothing rated nothing"


def rated_when(one: TableSeen, lines: Sequence[Line], sample: RowSample) -> list[Line]:
    """The lines with the time that is there where a rating is, and nowhere else, as that of the rating."""
    rating, time = (next((line for line in lines if line.column == name), None) for name in ("rating", "created_at"))
    name = rating.reads[0] if rating and len(rating.reads) == 1 else ""
    if not time or name not in one.columns or None not in sample(one, [name]).get(name, ()):
        return list(lines)
    given = f"{place_of('f', name)} is not null"
    for other in (each for each, kind in one.columns.items() if kind.startswith(values.TIMES)):
        if sample.share(one, "f", f"({place_of('f', other)} is not null) = ({given})") == 1.0:
            own = time._replace(sql=place_of("f", other), reads=(other,), evidence=f"there where {name} is")
            return [own if line is time else line for line in lines]
    return list(lines)


def agreeing(
    lines: Sequence[Line], kinds: Sequence[Condition], one: TableSeen, sample: RowSample
) -> tuple[list[Line], list[Condition]]:
    """The lines and the condition of the kind of messages, both surer where exactly these rows' JSON says who wrote."""
    role = next((line for line in lines if line.column == "role" and len(line.reads) == 1), None)
    if role is None or not kinds or not one.columns.get(role.reads[0], "").startswith("json"):
        return list(lines), list(kinds)
    same = f"(({role.sql}) is not null) = ({kinds[0][0]})"
    if sample.share(one, "m", same) != 1.0:
        return list(lines), list(kinds)
    surer = role._replace(confidence=max(role.confidence, SETTLED))
    return [surer if line is role else line for line in lines], [(sql, SETTLED, why) for sql, _, why in kinds]


def notes_of_staff(
    notes: Iterable[Condition], one: TableSeen, lines: Sequence[Line], sample: RowSample
) -> Iterator[Condition]:
    """The conditions that leave out notes, surer where those who ask for help have written none of these."""
    role = next((line.sql for line in lines if line.column == "role" and line.confidence), "")
    for sql, sure, why in notes:
        share = sample.share(one, "m", f"({role})::text in ('user', 'human')", f"not ({sql})") if role else None
        yield (sql, SETTLED, f"{why}; no person who asks wrote one") if share == 0.0 else (sql, sure, why)


def chunk_count(alias: str, one: TableSeen, id_: str, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[Line]:
    """The chunks of a document, counted in a table of their own."""
    found = chunks_of(one, tables)
    if found and id_:
        other, column = found
        named = column not in other.implied or sample.known(other, column, one, id_) == 1.0
        words = {words_of(each) for each in other.columns}
        is_part = rank(other.name, CHUNKS[:2]) > 0 or (words & set(TEXTS) and words & PART_OF_TEXT)
        sure = 0.85 if is_part and named else CERTAIN - 0.1
        kept = next((each for each, _, _ in soft_delete("n", other, sample)), "")
        some = kept and (sample.share(other, "n", kept) or 1.0) < 1.0
        sure = CERTAIN - 0.1 if some else sure
        which = on_row(other, column, "n", alias, id_) + (f" and {kept}" if some else "")
        sql = f"(select count(*) from {other.quoted} n where {which})"
        yield Line("chunk_count", sql, (), sure, f"rows of {other.name}")


def of_its_file(alias: str, one: TableSeen, id_: str, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[Line]:
    """The type and the size of a document whose file is a row of another table, which names it once at most.

    That row may name the file in turn, and files of all kinds of rows may be in one table.
    """
    for other in tables if id_ else ():
        column = next((name for name, to in other.references.items() if to == (*one.place, id_)), "")
        typed = next((name for name, of in other.typed.items() if one.place in of), "")
        if other is one or not (typed or column):
            continue
        first = ""
        if typed:
            of = other.typed[typed][one.place]
            named = f"{place_of('w', typed)}{of.cast} = {place_of(alias, of.key)}{of.cast} and {of.holds('w')}"
        else:
            first = _originals(other, sample)
            named = on_row(other, column, "w", alias, id_) + (f" and {first}" if first else "")
        for file, join, by in _files(other, tables):
            size = _best(file, COLUMNS["documents.file_size"], values.NUMBERS)
            called = _best(file, FILE_NAMES[:2], values.TEXTS)  # its end is the extension, a media type may not be it
            called = called or _best(file, COLUMNS["documents.file_type"], values.TEXTS)
            if not (size and called) or not (typed or first or sample.unique(other, column)):
                continue
            given = [each for each in sample(file, [called]).get(called, ()) if each is not None]
            kind = values.read_file_type(place_of(by, called), called, file.columns[called], given)
            for canonical, sql in (("file_type", kind.sql), ("file_size", place_of(by, size))):
                inner = f"select {sql} from {other.quoted} w{join} where {named}"
                yield Line(canonical, f"({inner} limit 1)", (), CERTAIN - 0.1, f"its row of {file.name}")
            return


def _originals(one: TableSeen, sample: RowSample) -> str:
    """SQL that is true for files as they were uploaded, where others are made of them; empty if no word says so."""
    named = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and rank(name, KINDS) >= 0.8]
    for name, given in (sample(one, named) if named else {}).items():
        if "original" in {str(each).lower() for each in given}:
            return f"lower({place_of('w', name)}::text) = 'original'"
    return ""


def _files(one: TableSeen, tables: Sequence[TableSeen]) -> Iterator[tuple[TableSeen, str, str]]:
    """A table and those that its rows name, with the SQL that joins them to ``w`` and their alias."""
    yield one, "", "w"
    for column, to in one.references.items():
        for file in (each for each in tables if each.place == to[:2] and column not in one.typed and each is not one):
            yield file, f" join {file.quoted} b on {on_row(one, column, 'w', 'b', to[2])}", "b"


def _best(one: TableSeen, known: Sequence[str], kinds: tuple[str, ...]) -> str:
    """The column of some types whose name fits a list best; empty if none fits."""
    fits = [name for name, kind in one.columns.items() if kind.startswith(kinds) and rank(name, known) > 0]
    return max(fits, key=lambda name: rank(name, known), default="")


def status_of_failure(alias: str, one: TableSeen) -> Line:
    """The status of documents that have none: failed where a column says why, else done."""
    fits = [name for name, kind in one.columns.items() if rank(name, FAILURES) >= 0.8 and kind != "boolean"]
    done = status_by_time(one, alias)
    if done:
        name = max(fits, key=lambda each: rank(each, FAILURES), default="")
        failed = f"when nullif({place_of(alias, name)}::text, '') is not null then 'failed' " if name else ""
        sql = f"case {failed}when {done} is null then 'processing' else 'done' end"
        return Line("status", sql, (), 0.6, "not found: by when it was processed")
    if not fits:
        return Line("status", "'done'", (), 0.5, "not found: each document counts as done")
    name = max(fits, key=lambda each: rank(each, FAILURES))
    text = place_of(alias, name)
    failed = f"nullif({text}, '') is not null" if one.columns[name].startswith(values.TEXTS) else f"{text} is not null"
    return Line(
        "status", f"case when {failed} then 'failed' else 'done' end", (name,), 0.6, "not found: failed or done"
    )


def metadata(alias: str, documents: Mapping[str, Sequence[object]]) -> Iterator[Line]:
    """The JSON in which a key was found that gendash reads; ``documents`` are values by column."""
    for name, given in documents.items():
        there = [key for key in KEYS if any(isinstance(each, dict) and key in each for each in given)]
        if there:
            evidence = f"JSON with {' and '.join(map(quote_text, there))}"
            yield Line("metadata", place_of(alias, name), (name,), 0.9, evidence)
            return


def metadata_columns(one: TableSeen) -> list[str]:
    """The columns of JSON that may be metadata by their names."""
    return [name for name, kind in one.columns.items() if kind in ("json", "jsonb") and rank(name, METADATA) > 0]
