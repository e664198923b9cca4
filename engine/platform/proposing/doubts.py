"""What speaks against a proposal that its evidence calls certain: rivals, unread flags, words read loosely. Pure.

A line is certain by what speaks for it. Each rule here looks for the contrary, whatever spoke for the line; what it
finds is a guess. The rules were measured on what earlier versions of init proposed for platforms that those had not
seen (docs/proof.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.names import (
    COLUMNS,
    STATES,
    TABLES,
    TEXTS,
    WORDS,
    WRITERS,
    joined_words,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, RowSample, TableSeen
from gendash.engine.platform.proposing.scores import has_column, is_of_people, pair_of
from gendash.engine.platform.proposing.values import place_of

DOUBTED = CERTAIN - 0.1
SOME = 0.2  # of the rows of messages, how many others are worth a doubt
MOST = 0.5  # of the messages of people, those that name one
PERSONS = (("conversations", "user_id"), ("tickets", "created_by"))
ASKS = {"customer", "contact", "client", "requester", "visitor"}  # words of columns that name who asks for help
IDS = ("id", "uuid", "guid", "uid", "public_id", "external_id")
# truth values of a row that change nothing about whether it counts
HARMLESS = {"pinned", "starred", "archived", "favorite", "favourite", "edited", "read", "seen", "public", "shared",
            "voice", "active", "verified", "default", "breached"}  # fmt: skip
RUNS, MAY_RUN = ("admin", "super", "owner"), ("agent", "operator", "support", "employee")
FLAGS_OF_STAFF = {*RUNS, *MAY_RUN, "superuser", "staff", "moderator"}


class Doubt(NamedTuple):
    """Lines of a table that are guesses, all if no columns are named; or its rows; with what is asked."""

    table: str
    columns: Collection[str] | None = None
    rows: bool = False
    question: str = ""


@dataclass(frozen=True)
class _Seen:
    found: Mapping[str, ProposedTable]
    tables: Sequence[TableSeen]
    sample: RowSample

    def line(self, table: str, column: str) -> Line | None:
        """A proposed line; None if there is none."""
        lines = self.found[table].lines if table in self.found else ()
        return next((line for line in lines if line.column == column), None)

    def others(self, table: str) -> Iterator[TableSeen]:
        """The filled tables of which nothing is proposed, and that a table's source neither names nor is named by."""
        taken, own = {one.source.place for one in self.found.values()}, self.found[table].source
        near = {to[:2] for to in own.references.values()}
        for one in self.tables:
            named = any(to[:2] == own.place for to in one.references.values())
            if one.rows and one.place not in taken | near and not named:
                yield one


def cautious(
    found: Mapping[str, ProposedTable], tables: Sequence[TableSeen], sample: RowSample
) -> tuple[dict[str, ProposedTable], list[str]]:
    """The proposal in which nothing is certain that something speaks against, and what is asked about that."""
    doubted, asked = dict(found), list[str]()
    for rule in RULES:
        for doubt in list(rule(_Seen(doubted, tables, sample))):
            before = doubted[doubt.table]
            doubted[doubt.table] = _with_doubt(before, doubt)
            asked += [doubt.question] if doubt.question and doubted[doubt.table] != before else []
    return doubted, asked


def _with_doubt(one: ProposedTable, doubt: Doubt) -> ProposedTable:
    lines = [
        line._replace(confidence=min(line.confidence, DOUBTED))
        if doubt.columns is None or line.column in doubt.columns
        else line
        for line in one.lines
    ]
    all_ = doubt.rows or doubt.columns is None
    conditions = [(sql, min(sure, DOUBTED), why) if all_ else (sql, sure, why) for sql, sure, why in one.conditions]
    parts = tuple(_with_doubt(part, doubt) for part in one.parts)
    return replace(one, lines=lines, conditions=conditions, parts=parts)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _empty(seen: _Seen) -> Iterator[Doubt]:
    """A column that is empty in all rows is no evidence."""
    for table, one in seen.found.items():
        reads = {
            line.reads[0]: line.column for line in one.lines if len(line.reads) == 1 and line.confidence >= CERTAIN
        }
        reads = {name: column for name, column in reads.items() if name in one.source.columns and not one.parts}
        given = seen.sample(one.source, list(reads)) if reads and one.source.rows else {}
        for name, column in reads.items():
            if name in given and not any(each not in (None, "") for each in given[name]):
                yield Doubt(table, {column})


def _loose_words(seen: _Seen) -> Iterator[Doubt]:
    """A word of which only a part is known, such as that after a negation; who writes says it in many ways."""
    for table, one in seen.found.items():
        for line in one.lines:
            full = f"{table}.{line.column}"
            known = {joined_words(each) for of in WORDS.get(full, {}).values() for each in of}
            plain = {word for word in line.words if word in ("true", "false") or word.lstrip("-").isdigit()}
            loose = [word for word in line.words if word not in plain and joined_words(word) not in known]
            if full in WORDS and full != "messages.role" and loose:
                listed = ", ".join(map(repr, loose[:6]))
                yield Doubt(table, {line.column}, question=f"{full}: is {listed} read right, by a part of the word?")


def _other_id(seen: _Seen) -> Iterator[Doubt]:
    """A key that no other table names, beside another column that identifies each row; or one with a constant."""
    for table, one in seen.found.items():
        id_, source = one.lines[0], one.source
        several = {name: given for name, given in seen.sample(source, id_.reads).items() if len(id_.reads) > 1}
        if not one.parts and any(len(given) == 1 for given in several.values()):
            yield Doubt(table, {id_.column})
        if len(id_.reads) != 1 or one.grouped:
            continue
        named = any(to == (*source.place, id_.reads[0]) for other in seen.tables for to in other.references.values())
        own = f"{words_of(table)}_id"
        called = [name for name in source.columns if words_of(name) in (*IDS, own) and name not in source.references]
        others = [name for name in called if name != id_.reads[0] and not named and seen.sample.unique(source, name)]
        if others:
            asked = f"{table}.{id_.column}: is it {id_.reads[0]} or {others[0]} of {source.name}?"
            yield Doubt(table, {id_.column}, question=asked)


def _staff(seen: _Seen) -> Iterator[Doubt]:
    """Whether those who help are administrators is the platform's to say."""
    role = seen.line("users", "role")
    if role is None:
        return
    flags = [name for name, kind in seen.found["users"].source.columns.items() if kind == "boolean"]
    mine = [name for name in role.reads if name in flags]
    beside = [name for name in flags if mine and name not in mine and set(words_of(name).split("_")) & FLAGS_OF_STAFF]
    odd = [*beside, *(name for name in mine if not any(each in words_of(name) for each in ("admin", "super")))]
    runs = [word for word, of in role.words.items() if of in ("admin", "super_admin") and word != "true"]
    odd += [word for word in runs if not any(each in word for each in RUNS)]
    odd += [word for word in role.words if word not in odd and words_of(word) in MAY_RUN]
    if odd:
        yield Doubt("users", {"role"}, question=f"users.role: are those of {', '.join(odd[:4])} administrators?")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unnamed_people(seen: _Seen) -> Iterator[Doubt]:
    """People whom neither conversations nor questions name: perhaps those who answer, or develop."""
    if "users" not in seen.found:
        return
    people = seen.found["users"].source
    unsure = {doubt.table for doubt in _other_person(seen)}
    if any(seen.line(table, column) for table, column in PERSONS if table not in unsure) or _write(seen, people):
        return
    yield Doubt(
        "users", question=f"users: are the rows of {people.name} those who talk? Nothing that is asked names them"
    )


def _other_person(seen: _Seen) -> Iterator[Doubt]:
    """The person of a row that names a customer, too, in a column of another name: who owns it may handle it."""
    for table, column in PERSONS:
        line = seen.line(table, column)
        source = seen.found[table].source if line else None
        words = {name: set(words_of(name).split("_")) for name in source.columns} if source else {}
        asks = [name for name, of in words.items() if of & ASKS and words_of(name).endswith(("_id", "_by"))]
        if line and source and line.reads and not set(asks) & set(line.reads):
            given = seen.sample(source, asks) if asks else {}
            named = [name for name, found in given.items() if len([each for each in found if each]) > 1]
            if named:
                asked = f"{table}.{column}: is it {line.reads[0]} or {named[0]} of {source.name}?"
                yield Doubt(table, {column}, question=asked)


def _write(seen: _Seen, people: TableSeen) -> bool:
    """True if the messages of those who ask name these people."""
    role, said = seen.line("messages", "role"), seen.found.get("messages")
    if not said or not role or not (role.sql or said.pair):
        return False
    mine = f"lower(({role.sql})::text) in ('user', 'human')" if role.sql else "true"
    known = (*WRITERS, *COLUMNS["conversations.user_id"])
    named = (name for name, to in said.source.references.items() if to[:2] == people.place and rank(name, known) >= 0.8)
    shares = (seen.sample.share(said.source, "m", f"{place_of('m', name)} is not null", mine) for name in named)
    return any((share or 0.0) >= MOST for share in shares)


def _owned_people(seen: _Seen) -> Iterator[Doubt]:
    """People who belong to other people: one may have several of these accounts."""
    people = seen.found["users"].source if "users" in seen.found and not seen.found["users"].parts else None
    by_place = {one.place: one for one in seen.tables}
    for column, to in people.references.items() if people else ():
        owner = by_place.get(to[:2])
        owns = column != people.key and rank(column, COLUMNS["conversations.user_id"]) >= 0.8 if people else False
        belongs = bool(people and owner and owner is not people and owns and is_of_people(owner))
        if people and owner and belongs and not seen.sample.unique(people, column):
            yield Doubt("users", question=f"users: are they the rows of {people.name}, or of {owner.name}?")
            names = (*PERSONS, ("documents", "user_id"), ("feedback", "user_id"))
            yield from (Doubt(table, {name}) for table, name in names if table in seen.found)
            return


def _rival_messages(seen: _Seen) -> Iterator[Doubt]:
    """Another table that is called after messages, with texts within conversations: either may be the platform's."""
    if "messages" not in seen.found:
        return
    own, tickets = seen.found["messages"].source, seen.found.get("tickets")
    aside = tickets.source.place if tickets and _talks(seen) != tickets.source.place else None
    rivals = [one.name for one in seen.others("messages") if one.rows >= SOME * own.rows and _is_said(one, aside)]
    if rivals:
        yield Doubt("messages", question=f"messages: are they the rows of {own.name}, or of {', '.join(rivals[:4])}?")


def _talks(seen: _Seen) -> tuple[str, str] | None:
    return seen.found["conversations"].source.place if "conversations" in seen.found else None


def _is_said(one: TableSeen, tickets: tuple[str, str] | None) -> bool:
    """True if rows look like messages; not if they are comments of tickets that are no conversations."""
    texts = any(words_of(name) in (*TEXTS, "comment") for name in one.columns)
    within = has_column(one, "messages.conversation_id") or has_column(one, "messages.role")
    of_tickets = tickets and any(to[:2] == tickets for to in one.references.values())
    return rank(one.name, TABLES["messages"]) > 0 and not of_tickets and bool(pair_of(one) or (texts and within))


def _rival_documents(seen: _Seen) -> Iterator[Doubt]:
    """Another table of files; where the chosen one says how far each is, only one that does, too."""
    if "documents" not in seen.found:
        return
    own = seen.found["documents"].source
    lines = (seen.line("documents", column) for column in ("status", "chunk_count"))
    processed = any(line and line.confidence >= CERTAIN for line in lines)
    rivals = [one for one in seen.others("documents") if _is_of_files(one) and (not processed or _has_status(one))]
    if not processed:  # one that says how far each file of the other is
        rivals += [one for one in seen.tables if one.rows and _has_status(one) and _has_each(one, own, seen.sample)]
    if rivals:
        listed = " or of ".join(one.name for one in (own, *rivals[:4]))
        yield Doubt("documents", question=f"documents: are they the rows of {listed}?")


def _has_each(one: TableSeen, own: TableSeen, sample: RowSample) -> bool:
    """True if a table has a row about each of another, at most; several are tries."""
    return any(to[:2] == own.place and sample.unique(one, column) for column, to in one.references.items())


def _is_of_files(one: TableSeen) -> bool:
    words = {words_of(name) for name in one.columns}
    sized = {"file_type", "file_size"} <= words or bool(words & {"filename", "file_name"})
    return sized or rank(one.name, TABLES["documents"]) > 0


def _has_status(one: TableSeen) -> bool:
    return any(rank(name, COLUMNS["documents.status"]) >= 0.8 for name in one.columns)


def _unlinked(seen: _Seen) -> Iterator[Doubt]:
    """Messages of which neither the conversation nor the writer is certain, and rows whose conversation is unknown."""
    said, talks = seen.found.get("messages"), seen.found.get("conversations")
    talk, role = seen.line("messages", "conversation_id"), seen.line("messages", "role")
    if said and not any(line and line.confidence >= CERTAIN for line in (talk, role)):
        yield Doubt("messages")
    if said and not (talk and talk.confidence >= CERTAIN):
        yield Doubt("messages", (), rows=True)  # they may be deleted with it
    if talks and (talks.grouped or not talk):
        yield Doubt("conversations")


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unread_flags(seen: _Seen) -> Iterator[Doubt]:
    """Truth values and states of rows that no line and no condition reads: some rows may not count."""
    for table, one in seen.found.items():
        source = one.source
        texts = " ".join([*(sql for sql, _, _ in one.conditions), *(line.sql for line in one.lines), *one.joins])
        unread = {name: kind for name, kind in source.columns.items() if name not in texts}
        flags = [name for name, kind in unread.items() if kind == "boolean"]
        flags = [name for name in flags if not set(words_of(name).split("_")) & HARMLESS]
        states = [name for name, kind in unread.items() if kind.startswith(values.TEXTS)]
        states = [name for name in states if rank(name, (*STATES, "type", "kind")) >= 0.8]
        given = seen.sample(source, [*flags, *states]) if one.conditions and (flags or states) else {}
        several = {name: len([each for each in found if each is not None]) for name, found in given.items()}
        odd = [name for name, many in several.items() if 1 < many <= values.MOST_WORDS]
        if odd:
            yield Doubt(table, (), True, f"{table}: do all rows of {source.name} count, whatever its {odd[0]} says?")


RULES = (
    _other_person, _unnamed_people, _owned_people, _rival_messages, _rival_documents, _unlinked, _staff, _other_id,
    _loose_words, _empty, _unread_flags,
)  # fmt: skip
