"""Proposes an adapter for a platform that nobody knows yet, each line with its evidence and a confidence. Pure.

Names, types, keys, foreign keys and a sample of values are the evidence. A person reads what is below CERTAIN.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from gendash.engine.platform.proposing.doubts.doubt import Proposed
from gendash.engine.platform.proposing.doubts.every import cautious
from gendash.engine.platform.proposing.doubts.of_tables import other_writers
from gendash.engine.platform.proposing.evidence.beside import opinion_beside, state_beside
from gendash.engine.platform.proposing.evidence.in_json import AS_JSON, JSON, messages_in_json
from gendash.engine.platform.proposing.evidence.links import with_implied
from gendash.engine.platform.proposing.evidence.prefixes import as_stored, without_prefixes
from gendash.engine.platform.proposing.given import NOTHING, Given
from gendash.engine.platform.proposing.lines.codes import decoded
from gendash.engine.platform.proposing.lines.columns import ALIASES, DOUBTFUL, Columns
from gendash.engine.platform.proposing.lines.derived import conversations_of, people_of, ratings_of
from gendash.engine.platform.proposing.lines.joins import gone, parents, person_of_rated, unsent, within_talks
from gendash.engine.platform.proposing.lines.more_lines import first_seen, lines_beside, lines_elsewhere, owner
from gendash.engine.platform.proposing.lines.moves import moves_of
from gendash.engine.platform.proposing.lines.rows import (
    about_messages,
    agreeing,
    internal_rows,
    no_bots,
    notes_of_staff,
    of_kind,
    rated_rows,
    rated_when,
    status_of_failure,
)
from gendash.engine.platform.proposing.lines.surveys import last_answer, ratings_of_talks
from gendash.engine.platform.proposing.lines.writers import PAIR, messages_among, person_of_messages, writer_of
from gendash.engine.platform.proposing.names import COLUMNS, STATES, TABLES, TEXTS, meaning, rank, words_of
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, Proposal, ProposedTable, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.choose import choose_tables
from gendash.engine.platform.proposing.tables.handled import is_ticket
from gendash.engine.platform.proposing.tables.scores import pair_of
from gendash.engine.platform.proposing.tables.shown import with_plain_keys, with_shown
from gendash.engine.platform.proposing.tables.typed import with_typed
from gendash.engine.platform.proposing.tenants import doubted, of_one_tenant, with_tenants
from gendash.engine.platform.proposing.unions import united
from gendash.engine.platform.proposing.values import TEXTS as TEXT_KINDS
from gendash.engine.platform.proposing.values import place_of

QUESTIONS = 10
UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$")
NEEDED = {
    "conversations": ("created_at",),
    "messages": ("conversation_id", "created_at"),
    "users": ("created_at",),
    "feedback": ("message_id", "rating"),
    "documents": ("status", "created_at"),
    "tickets": ("status", "created_at"),
}


def propose(
    tables: Sequence[TableSeen], sample: RowSample, contract: Mapping[str, Collection[str]], given: Given = NOTHING
) -> Proposal:
    """An adapter for these tables; ``sample`` gives some values of columns, ``contract`` the canonical columns.

    ``given`` is what a person said of tables.
    """
    return _Proposer(without_prefixes(tables), sample, contract, given).result()


class _Proposer:
    def __init__(
        self, tables: Sequence[TableSeen], sample: RowSample, contract: Mapping[str, Collection[str]], given: Given
    ) -> None:
        self.given = given
        tables, self.tenants = of_one_tenant(tables, {place[0] for place in given.values() if place})
        self.tables, self.contract = with_implied(with_plain_keys(tables, sample)), contract
        choice = choose_tables(self.tables, sample, given)
        above = (
            {to[:2] for to in choice.tables["documents"].references.values()} if "documents" in choice.tables else ()
        )
        owners = [one for one in self.tables if one.place in above]  # a knowledge base may name whose it is
        shown = with_typed(with_shown(self.tables, [*choice.tables.values(), *owners], sample), choice, sample)
        if shown != self.tables:
            self.tables, choice = shown, choose_tables(shown, sample, given)
        self.columns = Columns(self.tables, sample, choice)
        self.chosen, self.people = choice.tables, choice.people
        self.questions, self.doubtful, self.others = choice.questions, choice.doubtful, choice.others
        self.events = choice.events
        self.found: dict[str, ProposedTable] = {}

    def result(self) -> Proposal:
        found = self.found
        for table in (one for one in ALIASES if one in self.chosen):
            proposed = self._table_of_parts(table)
            if proposed:
                found[table] = proposed
        if "messages" not in found and "conversations" in found:
            found |= self._messages_within(found["conversations"])
        if "messages" in found:
            if "conversations" not in found:
                found |= conversations_of(found["messages"])
            else:
                found |= self._with_askers(found)
            if "feedback" not in found:
                rated = ratings_of(found["messages"], self.chosen.get("users"), self.columns.with_nulls)
                found |= {name: person_of_rated(self.columns, one) for name, one in rated.items()}
                if not rated and "conversations" in found:
                    found |= ratings_of_talks(self.columns, found["conversations"], found["messages"])
                self.questions += [
                    _of_ratings(one) for one in rated.values() if not all(e.confidence for e in one.lines)
                ]
        if "messages" not in found and "conversations" in found:
            found["conversations"] = doubted(found["conversations"])  # nothing that people write names them
        if "users" not in found and "conversations" in found:
            people = people_of(found["conversations"])
            found |= people
            asked = "users: does no table hold them? Those whom conversations name are proposed"
            self.questions += [asked for _ in people if "users" not in self.given]
        for table in ("messages", "users"):
            if table not in found and table not in self.given:
                asked = f"which table holds the platform's {table}? None was recognised"
                self.questions.insert(0, f"{asked}: name it by --table {table}=SCHEMA.TABLE")
        if "tickets" in found:
            moves = next((table for table, of in self.contract.items() if "to_status" in of), "")
            found |= moves_of(self.columns, found["tickets"], moves) if moves else {}
        found, doubts = cautious(found, self.tables, self.columns.with_nulls, self.given)
        tables, asked_of = with_tenants(found, self.tenants)
        questions = as_stored([*asked_of, *self.questions, *doubts], self.tables)
        return Proposal(tables, _distinct(questions)[:QUESTIONS])

    def _with_askers(self, found: Mapping[str, ProposedTable]) -> dict[str, ProposedTable]:
        """Conversations and tickets with the person whom messages name, where they name none, or who answers."""
        seen = Proposed(found, self.tables, self.columns.with_nulls)
        others = any(doubt.table == "conversations" for doubt in other_writers(seen))
        if _has(found["conversations"], "user_id") and not others:
            return {}
        person = list(person_of_messages(self.columns, found["messages"], "user_id", "c"))
        asked = "conversations.user_id: what names the person"
        sure = any(line.confidence >= CERTAIN for line in person)
        self.questions[:] = [each for each in self.questions if not (sure and each.startswith(asked))]
        changed = {"conversations": with_line(found["conversations"], person or list(owner(self.columns)))}
        same = "tickets" in found and self.chosen["tickets"] is self.chosen["conversations"]
        if person and same and (others or not _has(found["tickets"], "created_by")):
            more = list(person_of_messages(self.columns, found["messages"], "created_by", "t"))
            changed["tickets"] = with_line(found["tickets"], more)
        return changed

    def _table_of_parts(self, table: str) -> ProposedTable | None:
        """The proposal for a canonical table, whose rows may be in several tables."""
        parts = [
            part for one in self.columns.sources(table) or [self.chosen[table]] if (part := self._table(table, one))
        ]
        if not parts and table in ("feedback", "messages"):
            return self._next_best(table)
        return united(parts) if len(parts) > 1 else next(iter(parts), None)

    def _next_best(self, table: str) -> ProposedTable | None:
        """The proposal for the next best table where the best lacks what is needed, with its questions only."""
        asked = list(self.questions)
        for one in self.others.get(table, []):
            self.questions[:] = [question for question in asked if not question.startswith(f"{table}.")]
            self.chosen[table] = one
            proposed = self._table(table, one)
            if proposed:
                return proposed
        self.questions[:] = asked
        return None

    def _messages_within(self, talks: ProposedTable) -> dict[str, ProposedTable]:
        """Messages that conversations hold as JSON, where no table holds them."""
        one, by = talks.source, {line.column: line for line in talks.lines}
        columns = [name for name, kind in one.columns.items() if kind in JSON]
        texts = [name for name, kind in one.columns.items() if kind.startswith(TEXT_KINDS)]
        columns += [
            name + AS_JSON for name in texts if rank(name, TABLES["messages"]) >= 0.8 or words_of(name) in TEXTS
        ]
        id_ = self.columns.id_of(one)
        given = self.columns.sample(one, columns) if columns and id_ else {}
        proposed = messages_in_json(one, id_, by.get("created_at"), given)
        if proposed is None:
            return {}
        messages, unknown = proposed
        if unknown:
            listed = ", ".join(map(repr, unknown[:6]))
            self.questions.append(f"messages.role: what do {listed} in the JSON of {one.name} mean?")
        return {"messages": replace(messages, conditions=talks.conditions)}

    # ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _table(self, table: str, one: TableSeen) -> ProposedTable | None:
        """The proposal for a canonical table from one table; None where that lacks what is needed."""
        columns = [column for column in _columns_of(table) if column in self.contract[table]]
        lines = [line for column in columns if (line := self.columns.line(table, column, one))]
        lines = [decoded(self.columns, table, one, line) for line in lines]
        if table == "messages" and pair_of(one):  # a column with the words of one side says who asked
            lines = [line for line in lines if line.column != "role" or "assistant" in line.words.values()]
            lines += self._all_of_a_person(one) if "conversation_id" not in {line.column for line in lines} else []
        elif table == "messages":
            role = next((line for line in lines if line.column == "role"), None)
            written = writer_of(self.columns, one, self.events, role)
            if written:
                lines = [*(line for line in lines if line is not role), written]
                self.questions[:] = [asked for asked in self.questions if not asked.startswith("messages.role")]
        id_line, found = self._id_line(table, one), {line.column for line in lines}
        if not id_line:
            return None
        if table == "feedback":
            lines += list(opinion_beside(one, found, self.columns.with_nulls))
            found = {line.column for line in lines}
        if table == "feedback" and "message_id" not in found and "rating" in found:
            answer = last_answer(self.columns, one, self.found.get("messages"))
            lines, found = ([*lines, answer], {*found, "message_id"}) if answer else (lines, found)
        lacks = table == "feedback" and not {"message_id", "rating"} <= found
        if lacks or (table == "messages" and not {"conversation_id", "role"} & found and not pair_of(one)):
            self._ask(table, one, found, None)
            return None
        lines = self._with_others(table, one, [id_line, *lines])
        return self._with_rows(table, one, lines) if lines else None

    def _all_of_a_person(self, one: TableSeen) -> Iterator[Line]:
        """The conversation of questions that name none, and a person: all of that person is one; it is asked."""
        person = self.columns.line("conversations", "user_id", one)
        if person and len(person.reads) == 1 and person.reads[0] in one.references:
            self.questions.append(f"conversations: is all that {person.reads[0]} of {one.name} asked one conversation?")
            yield Line("conversation_id", person.sql.replace("c.", "m.", 1), person.reads, 0.6, "all of a person")

    def _with_others(self, table: str, one: TableSeen, lines: list[Line]) -> list[Line]:
        """The lines with those that are no plain column, or to be written; none if a time cannot be had."""
        found = {line.column for line in lines}
        lines += list(lines_beside(self.columns, self.contract[table], table, ALIASES[table], one, lines))
        elsewhere = list(lines_elsewhere(self.columns, table, one, lines))
        lines = [line for line in lines if line.column not in {each.column for each in elsewhere}] + elsewhere
        lines = list({line.column: line for line in reversed(lines)}.values())[::-1]  # the first of each column
        found |= {line.column for line in lines}
        if table == "messages":
            self._ask_for_states(one)
        pair = pair_of(one) if table == "messages" and "role" not in found else None
        self._ask(table, one, found, pair)
        lines += [] if table != "users" or "created_at" in found else first_seen(self.columns, one)
        lines += self._not_found(table, one, {line.column for line in lines}, pair)
        lines = rated_when(one, lines, self.columns.with_nulls) if table == "feedback" else lines
        if table == "feedback" and "created_at" not in found:
            messages = self.chosen.get("messages")
            time = self.columns.line("messages", "created_at", messages) if messages else None
            if time is None:
                return []
            lines.append(time._replace(reads=(), confidence=0.7, evidence="no time of its own: that of the message"))
        return lines

    def _with_rows(self, table: str, one: TableSeen, lines: list[Line]) -> ProposedTable:
        """The proposal with the conditions of its rows, and the joins that it needs."""
        alias = ALIASES[table]
        pair = pair_of(one) if table == "messages" and not any(line.column == "role" for line in lines) else None
        if pair:
            sure = DOUBTFUL if table in self.doubtful else PAIR
            lines.append(Line("role", "", pair, sure, "a row is a question and its answer"))
        conditions = (
            [*gone(self.columns, alias, one), *no_bots(alias, one, "tickets" in self.chosen, self.columns.with_nulls)]
            if table == "users"
            else gone(self.columns, alias, one)
        )
        if table == "messages":
            talks = self.chosen.get("conversations")
            of_tickets = bool(talks and (talks is self.chosen.get("tickets") or is_ticket(talks)))
            notes = internal_rows(alias, one, of_tickets, self.columns.with_nulls)
            notes = notes_of_staff(notes, one, lines, self.columns.with_nulls)
            kinds = list(of_kind(alias, one, self.columns.with_nulls))
            lines, kinds = agreeing(lines, kinds, one, self.columns.with_nulls)
            conditions = [*conditions, *notes, *messages_among(self.events), *kinds]
            conditions += [*unsent(self.columns, alias, one), *within_talks(self.columns, one, lines)]
        conditions = [*conditions, *about_messages(alias, one, lines)]
        conditions += rated_rows(one, lines, self.columns.with_nulls) if table == "feedback" else []
        joins, above = parents(self.columns, table, one, lines)
        most = DOUBTFUL if table == "users" and table in self.doubtful else 1.0
        kept = tuple((sql, min(sure, most), why) for sql, sure, why in (*conditions, *above))
        return ProposedTable(table, one, lines, joins, kept, pair=pair)

    def _not_found(self, table: str, one: TableSeen, found: set[str], pair: tuple[str, str] | None) -> Iterator[Line]:
        """Lines in place of columns that are needed, for a person to write."""
        needed = [column for column in NEEDED[table] if column not in found and column != "conversation_id"]
        needed += ["role"] if table == "messages" and "role" not in found and not pair else []
        for column in needed:
            if (table, column) == ("documents", "status"):
                stated = next(state_beside(ALIASES[table], one, self.columns.with_nulls), None)
                yield stated or status_of_failure(ALIASES[table], one)
                continue
            kind = "timestamptz" if column.endswith("_at") else "text"
            yield Line(column, f"null::{kind}", evidence="not found, and needed")

    def _ask_for_states(self, one: TableSeen) -> None:
        """Asks whether messages count whose status says that they failed or are not finished."""
        named = [
            name for name, kind in one.columns.items() if rank(name, STATES) >= 0.8 and kind.startswith(TEXT_KINDS)
        ]
        for name, given in (self.columns.sample(one, named) if named else {}).items():
            words = [str(each) for each in given]
            some = [each for each in words if meaning("documents.status", each) in ("failed", "processing")]
            if some and len(some) < len(words):
                listed = ", ".join(map(repr, some[:6]))
                self.questions.append(f"messages: do those count whose {name} is {listed}?")

    def _id_line(self, table: str, one: TableSeen) -> Line | None:
        """The id of a row: its key, or the columns of the key together, or a column that is called so."""
        name, alias = f"{table.removesuffix('s')}_id", ALIASES[table]
        column = self.columns.id_of(one)
        if column:
            why = "primary key" if column == one.key else "foreign keys name it, or its name"
            sure = 0.98 if column == one.key else 0.85
            scope = self.columns.scope(one)
            if column in one.keys and len(one.keys) > 1 and not self._is_uuid(one, column):
                beside = ", ".join(other for other in one.keys if other != column)
                if not scope:
                    self.questions.append(f"{table}.{name}: is {column} of {one.name} unique without {beside}?")
                why, sure = ("its key, the columns together", 0.85) if scope else (why, DOUBTFUL)
            sure = DOUBTFUL if len(self.columns.sources(table)) > 1 or table in self.doubtful else sure
            sql = self.columns.named_as(table, one, self.columns.id_sql(one, alias))
            return Line(name, sql, (*scope, column), sure, why)
        if one.keys:
            together = " || ':' || ".join(place_of(alias, column) for column in one.keys)
            return Line(name, together, one.keys, 0.85, "primary key, its columns together")
        return None

    def _is_uuid(self, one: TableSeen, column: str) -> bool:
        """True if ids are unique by how they are made, whatever their type."""
        given = self.columns.sample(one, [column]).get(column, ()) if one.columns[column] != "uuid" else ()
        return one.columns[column] == "uuid" or (len(given) > 1 and all(UUID.match(str(each)) for each in given))

    def _ask(self, table: str, one: TableSeen, found: set[str], pair: tuple[str, str] | None) -> None:
        for column in NEEDED[table]:
            if column not in found and (table, column) not in (("feedback", "created_at"), ("documents", "status")):
                self.questions.append(f"{table}.{column}: which column of {one.schema}.{one.name} is it?")
        if table == "conversations" and "user_id" not in found and self.people:
            self.questions.append(f"conversations.user_id: what names the person of a row of {one.schema}.{one.name}?")
        if table == "messages" and "role" not in found and not pair:
            self.questions.append(f"messages.role: what in {one.schema}.{one.name} says who wrote a message?")


def _has(one: ProposedTable, column: str) -> bool:
    return any(line.column == column for line in one.lines)


def with_line(one: ProposedTable, lines: Sequence[Line]) -> ProposedTable:
    """A proposal of one table with more lines; one that is united stays as it is."""
    kept = [line for line in one.lines if line.column not in {each.column for each in lines}]
    return one if one.parts else replace(one, lines=[*kept, *lines])


def _of_ratings(rated: ProposedTable) -> str:
    line = next(each for each in rated.lines if not each.confidence)
    return f"feedback.rating: what does each value of {rated.source.name}.{line.reads[0]} mean?"


def _columns_of(table: str) -> Iterator[str]:
    """The canonical columns of a table that may be found, times first."""
    yield from (
        name.split(".")[1]
        for name in COLUMNS
        if name.startswith(f"{table}.") and name not in ("messages.rating", "messages.comment")
    )
    yield "updated_at"


_ABOUT_ROWS = re.compile(r"(\w+: are )(?:they )?(?:the )?rows of (\S+?)[,?]? ")


def _distinct(questions: Iterable[str]) -> list[str]:
    """The questions, of several about the rows of one table the first."""
    found: dict[object, str] = {}
    for asked in questions:
        about = _ABOUT_ROWS.match(f"{asked} ")
        found.setdefault(about.groups() if about else asked, asked)
    return list(found.values())
