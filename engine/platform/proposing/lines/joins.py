"""Joins of a proposed SELECT with the rows that its rows belong to: deleted ones, and what a row lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from gendash.engine.platform.proposing.evidence.links import belongs_elsewhere, on_row
from gendash.engine.platform.proposing.flags import is_false
from gendash.engine.platform.proposing.lines.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.lines.rows import GONE, UNSEEN, UNSENT, Condition, soft_delete, without_words
from gendash.engine.platform.proposing.names import STATES, TRIALS, rank, words_of
from gendash.engine.platform.proposing.names import TEXTS as WRITTEN
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.tables.actors import GROUPS
from gendash.engine.platform.proposing.values import MOST_WORDS, TEXTS, place_of

APART = 0.85  # that rows without a conversation are of something else
ALONE = 0.82  # that who made what a document belongs to, and nobody shares, has uploaded it
Joins = tuple[list[str], list[Condition]]


def parents(columns: Columns, table: str, one: TableSeen, lines: list[Line]) -> Joins:
    """Joins with the rows that a row belongs to, where those may be deleted or give what it lacks."""
    talks, messages = columns.chosen.get("conversations"), columns.chosen.get("messages")
    if table == "documents":
        return _owners_of_documents(columns, lines)
    if table not in ("messages", "feedback") or messages is None:
        return [], []
    by = {line.column: line for line in lines}
    if len(columns.levels) > 1:
        return _levels_above(columns) if table == "messages" else ([], [])
    deleted = gone(columns, "c", talks) if talks else []
    person = columns.line("conversations", "user_id", talks) if talks and table == "feedback" else None
    lacks_person = person is not None and "user_id" not in by
    joins: list[str] = []
    part = columns.part_of_message(one, by["message_id"].reads[0]) if table == "feedback" else ""
    named = table == "feedback" and not part and not by["message_id"].sql.startswith("(")
    above = [(sql, sure, f"{why}, of the message") for sql, sure, why in gone(columns, "m", messages) if named]
    if part:
        joins.append(f"join {messages.quoted} m on {place_of('m', part)} = {place_of('f', by['message_id'].reads[0])}")
    elif table == "feedback" and (above or deleted or lacks_person or not by["created_at"].reads):
        joins.append(f"join {messages.quoted} m on {columns.id_sql(messages, 'm')} = {by['message_id'].sql}")
    talk = columns.line("messages", "conversation_id", messages)
    if not (talks and talk and (deleted or lacks_person)):
        return joins, above
    joins.append(f"join {talks.quoted} c on {_same(columns, messages, talk)}")
    if person and lacks_person:
        lines.append(person._replace(reads=(), confidence=0.7, evidence="that of the conversation"))
    return joins, [*above, *((sql, sure, f"{why}, of the conversation") for sql, sure, why in deleted)]


def _same(columns: Columns, messages: TableSeen, talk: Line) -> str:
    """SQL that joins a message with its conversation, of which it may keep the number as a text."""
    as_text = "::text" if set(talk.reads) & messages.as_text else ""
    return f"{columns.id_sql(columns.chosen['conversations'], 'c')}{as_text} = {talk.sql}{as_text}"


def gone(columns: Columns, alias: str, one: TableSeen) -> list[Condition]:
    """The condition that leaves out deleted rows: by a time, a flag, or the word of a status."""
    found = [*soft_delete(alias, one, columns.with_nulls), *_trials(columns, alias, one)]
    named = [name for name in one.columns if rank(name, STATES) >= 0.8 and one.columns[name].startswith(TEXTS)]
    deleted = any(why.startswith("soft") for _, _, why in found)
    given = columns.sample(one, named) if named and not deleted else {}
    return found + [
        each
        for name in named
        for each in without_words(alias, name, given.get(name, ()), GONE, "a status that says deleted")
    ]


def _trials(columns: Columns, alias: str, one: TableSeen) -> Iterator[Condition]:
    """The condition that leaves out rows which were made to try; it is asked."""
    for name in [each for each in one.columns if rank(each, TRIALS) >= 0.8][:1]:
        stays = is_false(place_of(alias, name), one.columns[name], columns.sample(one, [name]).get(name, ()))
        if stays:
            asked = f"do rows of {one.name} count whose {name} says yes? They are left out"
            columns.questions.extend([asked] if asked not in columns.questions else [])
            yield stays, DOUBTFUL, "made to try"


def unsent(columns: Columns, alias: str, one: TableSeen) -> list[Condition]:
    """The conditions that leave out messages which were written and never sent: by a flag, or the word of a status."""
    flags = [name for name in one.columns if rank(name, ("is_draft", "draft")) >= 0.8]
    given = columns.sample(one, flags) if flags else {}
    said = [is_false(place_of(alias, name), one.columns[name], given.get(name, ())) for name in flags]
    found = [(sql, DOUBTFUL, "drafts") for sql in said if sql]
    named = [name for name in one.columns if rank(name, STATES) >= 0.8 and one.columns[name].startswith(TEXTS)]
    given = columns.sample(one, named) if named else {}
    seen = [name for name in named if words_of(name) == "visibility"]
    kept = "a visibility that says nobody outside sees it"
    kinds = [name for name, kind in one.columns.items() if name not in named and kind.startswith(TEXTS)]
    kinds = [name for name in kinds if words_of(name) not in WRITTEN and name not in one.references and name != one.key]
    few = columns.sample(one, kinds) if kinds else {}
    few = {name: words for name, words in few.items() if len(words) <= MOST_WORDS}
    given, named = {**given, **few}, [*named, *few]
    found += [each for name in seen for each in without_words(alias, name, given.get(name, ()), UNSEEN, kept)]
    why = "a status that says it was never sent"
    found += [each for name in named for each in without_words(alias, name, given.get(name, ()), UNSENT, why)]
    return found


def within_talks(columns: Columns, one: TableSeen, lines: list[Line]) -> Iterator[Condition]:
    """The condition that leaves out messages which belong to something else than a conversation, such as a service."""
    talk = next((line for line in lines if line.column == "conversation_id"), None)
    if talk and len(talk.reads) == 1 and talk.reads[0] in one.references:
        other = belongs_elsewhere(one, talk.reads[0], columns.with_nulls)
        if other:
            yield f"{place_of('m', talk.reads[0])} is not null", APART, f"the others have {other} in its place"


def _levels_above(columns: Columns) -> Joins:
    """Joins of messages with the conversations of each level that may be deleted."""
    joins, conditions = [], []
    for number, (column, one) in enumerate(columns.levels):
        alias = f"c{number}"
        for sql, sure, why in gone(columns, alias, one):
            on = on_row(columns.chosen["messages"], column, "m", alias, columns.id_of(one))
            joins.append(f"left join {one.quoted} {alias} on {on}")
            conditions.append((sql, sure, f"{why}, of {one.name}"))
    return joins, conditions


def _owners_of_documents(columns: Columns, lines: list[Line]) -> Joins:
    """The joins with what documents belong to, such as a knowledge base, where that names the person."""
    one = columns.chosen["documents"]
    if any(line.column == "user_id" for line in lines):
        return [], []
    for path in sorted(_above(columns, one, ()), key=len):
        above, alias = path[-1].above, path[-1].alias
        person = columns.line("documents", "user_id", above)
        if not person or person.reads[0] not in above.references:
            continue
        declared = all(step.is_declared for step in path) and person.reads[0] not in above.implied | above.shown
        shared = any(words_of(step.above.name).rpartition("_")[2] in GROUPS for step in path)
        certain = declared and not shared and len(path) == 1 and person.confidence >= CERTAIN
        sql = person.sql.replace("d.", f"{alias}.")
        evidence = f"{person.evidence}, of {above.name}"
        lines.append(Line("user_id", sql, (), ALONE if certain else DOUBTFUL, evidence))
        deleted = [(each, step) for step in path for each in soft_delete(step.alias, step.above, columns.with_nulls)]
        conditions = [(sql, sure, f"{why}, of {step.above.name}") for (sql, sure, why), step in deleted]
        return [step.join for step in path], conditions
    return [], []


class _Step(NamedTuple):
    """A row that another belongs to: its table and alias, the SQL that joins it, and whether a foreign key says so."""

    above: TableSeen
    alias: str
    join: str
    is_declared: bool


def _above(columns: Columns, one: TableSeen, path: tuple[_Step, ...]) -> Iterator[tuple[_Step, ...]]:
    """The ways up from a table by its references, of one step or two."""
    alias, below = f"k{len(path) + 1}" if path else "k", path[-1].alias if path else "d"
    for column, to in one.references.items() if len(path) < 2 else ():
        for above in (each for each in columns.tables if each.place == to[:2] and each is not one):
            join = f"join {above.quoted} {alias} on {on_row(one, column, below, alias, to[2])}"
            step = _Step(above, alias, join, column not in one.implied | one.shown)
            yield (*path, step)
            yield from _above(columns, above, (*path, step))


def person_of_rated(columns: Columns, rated: ProposedTable) -> ProposedTable:
    """Ratings that messages carry themselves, with the person of the conversation where a message names none."""
    talks, messages = columns.chosen.get("conversations"), columns.chosen.get("messages")
    talk = columns.line("messages", "conversation_id", messages) if messages else None
    person = columns.line("conversations", "user_id", talks) if talks else None
    if (
        not (talks and talk and person)
        or len(columns.levels) > 1
        or any(line.column == "user_id" for line in rated.lines)
    ):
        return rated
    join = f"join {talks.quoted} c on {_same(columns, messages, talk)}" if messages else ""
    line = person._replace(reads=(), confidence=DOUBTFUL, evidence="that of the conversation")
    return replace(rated, lines=[*rated.lines, line], joins=[*rated.joins, *([] if join in rated.joins else [join])])
