"""References of two columns, one of which names the table: rateable_type and rateable_id. Pure.

They hold for the rows of one type only: `TableSeen.typed` has the condition of each table that a column may name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.links import id_column, id_family
from gendash.engine.platform.proposing.names import words_of
from gendash.engine.platform.proposing.proposal import OfType, Place, RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.values import MOST_WORDS, TEXTS, place_of

TYPES = ("type", "kind", "class", "model", "table")
CONTENT_TYPE = {"app_label", "model"}  # of the table of types that Django keeps
NEARLY_ALL = 0.9  # of the ids of a type, what must be keys of its table: rows are deleted
KINDS = ("messages", "conversations", "users", "documents", "tickets")  # what rows are about, the first of several


def with_typed(tables: Sequence[TableSeen], choice: TableChoice, sample: RowSample) -> list[TableSeen]:
    """The tables with the references that hold for rows of one type, to what is chosen; not of messages."""
    chosen = [choice.tables[kind] for kind in KINDS if kind in choice.tables]
    targets = list({one.place: one for one in (*chosen[:2], *choice.people, *chosen[2:])}.values())
    said = choice.tables.get("messages")
    return [_with(one, tables, targets, sample) if said and one.place != said.place else one for one in tables]


def _with(one: TableSeen, tables: Sequence[TableSeen], targets: Sequence[TableSeen], sample: RowSample) -> TableSeen:
    typed: dict[str, Mapping[Place, OfType]] = {}
    for column, kind, values in _pairs(one, tables, sample) if one.rows else ():
        found = {
            to.place: of
            for to in targets
            if to.place != one.place and (of := _of_type(one, column, kind, values, to, tables, sample))
        }
        if found:
            typed[column] = found
    if not typed:
        return one
    first = {column: next(iter(found.items())) for column, found in typed.items()}
    references = {column: (*place, of.key) for column, (place, of) in first.items()}
    implied = one.implied - typed.keys()
    return replace(one, references={**one.references, **references}, implied=implied, typed=typed)


def _pairs(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Columns that name rows of several tables, those of their types, and by the name of a type SQL of its value."""
    content = next((each for each in tables if {words_of(name) for name in each.columns} >= CONTENT_TYPE), None)
    # what a name implies, the words of a type refute
    declared = {*(one.references.keys() - one.implied), one.key}
    for column in (each for each in one.columns if each not in declared):
        stem, _, end = words_of(column).rpartition("_")
        if end not in ("id", "pk") or not stem:
            continue
        kinds = [each for each in one.columns if words_of(each) in {f"{stem}_{word}" for word in TYPES}]
        given = sample(one, kinds[:1]).get(kinds[0], ()) if kinds and one.columns[kinds[0]].startswith(TEXTS) else ()
        words = [str(each) for each in given if each is not None]
        if 1 <= len(words) <= MOST_WORDS:
            yield column, kinds[0], {word: quote_text(word) for word in words}
        named = [each for each, to in one.references.items() if content and to[:2] == content.place]
        if content and len(named) == 1 and stem == "object":
            yield column, named[0], _content_types(content, sample)


def _content_types(content: TableSeen, sample: RowSample) -> dict[str, str]:
    """By the name of a content type's table SQL of its id."""
    given = sample(content, ["app_label", "model"])
    which = "(select w.id from {} w where w.app_label = {} and w.model = {})"
    return {
        f"{label}_{model}": which.format(content.quoted, quote_text(str(label)), quote_text(str(model)))
        for label in given.get("app_label", ())
        for model in given.get("model", ())
    }


def _of_type(
    one: TableSeen,
    column: str,
    kind: str,
    values: Mapping[str, str],
    to: TableSeen,
    tables: Sequence[TableSeen],
    sample: RowSample,
) -> OfType | None:
    """The type of the rows whose column names a row of ``to``: by its name, and by the keys that these rows have."""
    key = id_column(to)
    if not key:
        return None
    text = "::text" if id_family(one.columns[column]) != id_family(to.columns[key]) else ""
    exists = f"exists (select from {to.quoted} w where {place_of('w', key)}{text} = {place_of('f', column)}{text})"
    named = [word for word in values if _table_of(word, tables) == to.place]
    of_any = not named and id_family(to.columns[key]) == "number" and id_family(one.columns[column]) == "number"
    for word in named or ([] if of_any else [word for word in values if not _table_of(word, tables)]):
        share = sample.share(one, "f", exists, f"{place_of('f', kind)} = {values[word]}")
        if (share is None and named) or (share or 0.0) >= NEARLY_ALL:
            return OfType(key, kind, values[word], text)
    return None


def _table_of(word: str, tables: Sequence[TableSeen]) -> Place | None:
    """The one table that a type's name means: App::Models::User is users; None where none or several fit."""
    parts = [words_of(part) for part in re.split(r"[\\:./]+", word) if part]
    whole, last = "_".join(parts[-2:]).replace("_", ""), parts[-1] if parts else ""
    names = {each.place: words_of(each.name) for each in tables}
    ways = (
        [place for place, name in names.items() if name.replace("_", "") == whole or name == last],
        [place for place, name in names.items() if last and name.endswith(f"_{last}")],
    )
    return next((found[0] for found in ways if len(found) == 1), None)
