"""Which rows are documents: what people upload, with how far each is processed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.names import COLUMNS, FAILURES, PROCESSED, TABLES, TEXTS, meaning, rank, words_of
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.tables.scores import chunks_of, has_column, names_files
from gendash.engine.platform.proposing.values import place_of

SAID = 0.7  # what another table says: a person reads it
OF_FILES = ("created_at", "updated_at", "file_type", "file_size")  # what a file says itself


def choose_documents(
    found: TableChoice, fits: Sequence[TableSeen], tables: Sequence[TableSeen], sample: RowSample
) -> None:
    """What people upload, not what is made of it; a person is asked where nothing says which is which."""
    # what is attached to a message is no document where others are
    fits = [one for one in fits if not _is_attachment(one)] or fits
    # a table that is called after documents, before one that only has names of files
    named = [one for one in fits if rank(one.name, TABLES["documents"])]
    fits = [one for one in fits if one in named or (named and chunks_of(one, tables))] or fits
    origins = _origins(fits, tables)
    chosen = found.tables.get("documents")
    if chosen and chosen not in origins:
        found.tables["documents"] = chosen = origins[0]
    others = [one for one in origins if one is not chosen and one not in found.tables.values()]
    processed_by = processing_of(chosen, tables, sample) if chosen else None
    if chosen and processed_by and sample.unique(*processed_by):  # else the last of several says how far a document is
        link = processed_by[0]
        found.tables["documents"] = link
        found.doubtful.add("documents")
        found.questions.append(f"documents: are they the rows of {link.name}, which say how far {chosen.name} are?")
        return
    chunked = bool(chosen and chunks_of(chosen, tables))
    timed = bool(chosen and status_by_time(chosen, "d"))
    processed = chosen and (chunked or timed or _is_processed(chosen, sample))
    said = found.tables.get("messages")
    attached = bool(chosen and said and any(to[:2] == said.place for to in chosen.references.values()))
    attached |= bool(chosen and (_is_attachment(chosen) or any(_attaches(one, chosen) for one in tables)))
    sized = bool(chosen and has_column(chosen, "documents.file_size"))
    is_text = bool(chosen and not sized and any(words_of(name) in TEXTS for name in chosen.columns))
    if chosen and not processed and (attached or is_text or not is_called_documents(chosen)):
        found.doubtful.add("documents")
        found.questions.append(f"documents: are rows of {chosen.name} read to answer from, or attachments of messages?")
    elif chosen and others:
        found.doubtful.add("documents")
        listed = " or of ".join(one.name for one in (chosen, *others))
        found.questions.append(f"documents: are they the rows of {listed}?")


def _origins(fits: Sequence[TableSeen], tables: Sequence[TableSeen]) -> list[TableSeen]:
    """Of what fits that which the others are made of, or which is cut into chunks; else all."""
    named = {to[:2] for one in fits if not has_column(one, "documents.status") for _, to in documents_named(one)}
    # what is uploaded is a file; a source that files name is what they are sorted by
    sized = [one for one in fits if has_column(one, "documents.file_size")]
    origins = [one for one in fits if one.place in named and (one in sized or not sized)]
    # what is cut into chunks is what a platform answers from
    chunked = [one for one in fits if chunks_of(one, tables)]
    stated = [one for one in fits if one in sized or has_column(one, "documents.status")]
    return origins or [one for one in chunked if one in sized] or chunked or stated or list(fits)


def documents_named(one: TableSeen) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """The columns such as file_id that name a document, not its parent or its folder, and what they name."""
    for column, to in one.references.items():
        name = words_of(column).removesuffix("_id")
        if name in (words_of(to[1]), words_of(to[1]).rpartition("_")[2]):
            yield column, to


def is_called_documents(one: TableSeen, least: float = 0.01) -> bool:
    """True if a table is called after documents, or after knowledge."""
    return rank(one.name, TABLES["documents"]) >= least or "knowledge" in words_of(one.name).split("_")


def _is_attachment(one: TableSeen) -> bool:
    return words_of(one.name).endswith("attachment")


def _attaches(one: TableSeen, chosen: TableSeen) -> bool:
    """True if rows attach documents to something else, such as those of tickets' attachments."""
    return _is_attachment(one) and any(to[:2] == chosen.place for to in one.references.values())


def _is_processed(one: TableSeen, sample: RowSample) -> bool:
    """True if a row says how far it is: each word of its status is known, or numbers or a truth value are."""
    named = [name for name in one.columns if rank(name, COLUMNS["documents.status"]) >= 0.8]
    given = sample(one, [name for name in named if one.columns[name].startswith(values.TEXTS)]) if named else {}
    known = [meaning("documents.status", str(each)) for of in given.values() for each in of if each is not None]
    return bool(named) and all(known)


def processing_of(chosen: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> tuple[TableSeen, str] | None:
    """The table that says how far documents are, where their own does not, and its column that names one."""
    if has_column(chosen, "documents.status") or status_by_time(chosen, "d"):
        return None
    for one in tables:
        names = next((column for column, to in documents_named(one) if to[:2] == chosen.place), "")
        named = [name for name in one.columns if rank(name, COLUMNS["documents.status"]) >= 0.8]
        failed = any(rank(name, FAILURES) >= 0.8 for name in one.columns)
        if names and named and failed and one.rows and _is_processed(one, sample):
            return one, names
    return None


def state_of_last_try(alias: str, one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[Line]:
    """How far a document is, and why it failed, by the last row of a table that has one for each time it was tried."""
    found = processing_of(one, tables, sample)
    if not found or sample.unique(*found):
        return
    tried, column = found
    last = next((name for name in tried.columns if rank(name, COLUMNS["*.created_at"]) >= 0.8), tried.key)
    which = f"from {tried.quoted} w where {on_row(tried, column, 'w', alias, tried.references[column][2])}"
    end = f"{which} order by {place_of('w', last or column)} desc limit 1)"
    name = max(tried.columns, key=lambda each: rank(each, COLUMNS["documents.status"]))
    given = [each for each in sample(tried, [name]).get(name, ()) if each is not None]
    read = values.read_words("documents.status", place_of("w", name), name, tried.columns[name], given)
    yield Line("status", f"(select {read.sql} {end}", (), SAID, f"its last row of {tried.name}", read.words)
    why = max(tried.columns, key=lambda each: rank(each, FAILURES))
    yield Line("failure_reason", f"(select {place_of('w', why)} {end}", (), SAID, f"its last row of {tried.name}")


def status_by_time(one: TableSeen, alias: str) -> str:
    """SQL of the time at which a document was processed; empty if there is none."""
    times = [name for name, kind in one.columns.items() if kind.startswith(values.TIMES)]
    named = next((name for name in times if rank(name, PROCESSED) >= 0.8), "")
    return place_of(alias, named) if named else ""


def of_named_file(
    alias: str, one: TableSeen, by: Mapping[str, Line], tables: Sequence[TableSeen], sample: RowSample
) -> Iterator[Line]:
    """What the file says that a document names: its times, type and size, as far as the document says none itself."""
    for column, to in documents_named(one):
        for file in (each for each in tables if each.place == to[:2]):
            where = f"from {file.quoted} w where {on_row(one, column, alias, 'w', to[2])}"
            for canonical in (each for each in OF_FILES if each not in by):
                sql = _of_file(file, canonical, sample)
                if sql:
                    yield Line(canonical, f"(select {sql} {where})", (), CERTAIN - 0.1, f"its row of {file.name}")
        return


def _of_file(file: TableSeen, canonical: str, sample: RowSample) -> str:
    """SQL of what a file says."""
    known = (*COLUMNS.get(f"documents.{canonical}", ()), *COLUMNS.get(f"*.{canonical}", ()))
    kinds = {"file_size": values.NUMBERS, "file_type": values.TEXTS}.get(canonical, values.TIMES)
    fits = [name for name, kind in file.columns.items() if kind.startswith(kinds) and rank(name, known) >= 0.8]
    name = max(fits, key=lambda each: rank(each, known), default="")
    if canonical != "file_type":
        return place_of("w", name) if name else ""
    name = name or names_files(file, sample)
    given = [each for each in sample(file, [name]).get(name, ()) if each is not None] if name else []
    return values.read_file_type(place_of("w", name), name, file.columns[name], given).sql if name else ""
