"""Proposes an adapter for a platform that nobody knows yet, each line with its evidence and a confidence. Pure.

Names, types, keys, foreign keys and a sample of values are the evidence. A person reads what is below CERTAIN.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.platform import propose_values as values
from gendash.engine.platform.proposal import CERTAIN, Line, Proposal, ProposedTable, Sample, TableSeen
from gendash.engine.platform.propose_derived import conversations_of, ratings_of
from gendash.engine.platform.propose_json import JSON, messages_in_json
from gendash.engine.platform.propose_links import family, key_of, with_implied
from gendash.engine.platform.propose_names import COLUMNS, DELETED, TABLES, rank
from gendash.engine.platform.propose_rows import chunk_count, internal, metadata, metadata_columns, soft_delete
from gendash.engine.platform.propose_tables import choose_tables, is_of_people, pair_of
from gendash.engine.platform.propose_unions import united
from gendash.engine.platform.propose_values import Reading, place_of

WORTH = 0.45  # below this nothing is proposed
DOUBTFUL = CERTAIN - 0.1
PAIR = 0.82  # that a row with a question and an answer is two messages
QUESTIONS = 10
ALIASES = {"users": "u", "conversations": "c", "messages": "m", "feedback": "f", "documents": "d", "tickets": "t"}
NEEDED = {
    "conversations": ("created_at",),
    "messages": ("conversation_id", "created_at"),
    "users": ("created_at",),
    "feedback": ("message_id", "rating"),
    "documents": ("status", "created_at"),
    "tickets": ("status", "created_at"),
}
REFERS = {
    "conversations.user_id": "users",
    "messages.conversation_id": "conversations",
    "feedback.message_id": "messages",
    "feedback.user_id": "users",
    "documents.user_id": "users",
    "tickets.created_by": "users",
    "tickets.assigned_to": "users",
}


def propose(tables: Sequence[TableSeen], sample: Sample, contract: Mapping[str, Collection[str]]) -> Proposal:
    """An adapter for these tables; ``sample`` gives some values of columns, ``contract`` the canonical columns."""
    return _Proposer(tables, sample, contract).result()


class _Proposer:
    def __init__(self, tables: Sequence[TableSeen], sample: Sample, contract: Mapping[str, Collection[str]]) -> None:
        self.tables, self.contract = with_implied(tables), contract
        self.with_nulls = sample
        choice = choose_tables(self.tables, sample)
        self.chosen, self.people, self.levels = choice.tables, choice.people, choice.levels
        self.questions, self.doubtful = choice.questions, choice.doubtful  # kinds of which messages name two tables

    def sample(self, one: TableSeen, columns: Sequence[str]) -> Mapping[str, Sequence[object]]:
        """Some values of columns; NULL is none."""
        given = self.with_nulls(one, columns).items()
        return {name: [value for value in values if value is not None] for name, values in given}

    def result(self) -> Proposal:
        found = {}
        for table in (one for one in ALIASES if one in self.chosen):
            proposed = self._table_of_parts(table)
            if proposed:
                found[table] = proposed
        if "messages" not in found and "conversations" in found:
            found |= self._messages_within(found["conversations"])
        if "messages" in found:
            if "conversations" not in found:
                found |= conversations_of(found["messages"])
            if "feedback" not in found:
                found |= ratings_of(found["messages"], self.chosen.get("users"), self.sample)
        for table in ("messages", "users"):
            if table not in found:
                self.questions.insert(0, f"which table holds the platform's {table}? None was recognised")
        return Proposal(found, list(dict.fromkeys(self.questions))[:QUESTIONS])

    def _table_of_parts(self, table: str) -> ProposedTable | None:
        """The proposal for a canonical table, whose rows may be in several tables."""
        parts = [part for one in self._sources(table) or [self.chosen[table]] if (part := self._table(table, one))]
        return united(parts) if len(parts) > 1 else next(iter(parts), None)

    def _sources(self, table: str) -> Sequence[TableSeen]:
        """The tables that are united to a canonical one; none if it is the chosen table."""
        return {"users": self.people, "conversations": [one for _, one in self.levels]}.get(table, [])

    def _messages_within(self, talks: ProposedTable) -> dict[str, ProposedTable]:
        """Messages that conversations hold as JSON, where no table holds them."""
        one, by = talks.source, {line.column: line for line in talks.lines}
        columns = [name for name, kind in one.columns.items() if kind in JSON]
        id_ = self._id(one)
        given = self.sample(one, columns) if columns and id_ else {}
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
        alias = ALIASES[table]
        columns = [column for column in _columns_of(table) if column in self.contract[table]]
        lines = [line for column in columns if (line := self._line(table, column, one))]
        two = self._two_writers(one) if table == "messages" and not pair_of(one) else None
        if two and not any(line.column == "role" and line.confidence >= CERTAIN for line in lines):
            lines = [*(line for line in lines if line.column != "role"), two]
            self.questions = [one for one in self.questions if not one.startswith("messages.role")]
        id_line = self._id_line(table, one)
        found = {line.column for line in lines}
        if not id_line:
            return None
        if table == "feedback" and not {"message_id", "rating"} <= found:
            self._ask(table, one, found, None)
            return None
        lines.insert(0, id_line)
        lines += self._beside(table, alias, one, found)
        pair = pair_of(one) if table == "messages" and "role" not in found else None
        self._ask(table, one, found, pair)
        needed = [column for column in NEEDED[table] if column not in found and column != "conversation_id"]
        needed += ["role"] if table == "messages" and "role" not in found and not pair else []
        for column in (one for one in needed if (table, one) != ("feedback", "created_at")):
            if (table, column) == ("documents", "status"):
                lines.append(Line(column, "'done'", (), 0.5, "not found: each document counts as done"))
                continue
            kind = "timestamptz" if column.endswith("_at") else "text"
            lines.append(Line(column, f"null::{kind}", evidence="not found, and needed"))
        if table == "feedback" and "created_at" not in found:
            messages = self.chosen.get("messages")
            time = self._line("messages", "created_at", messages) if messages else None
            if time is None:
                return None
            lines.append(time._replace(reads=(), confidence=0.7, evidence="no time of its own: that of the message"))
        if pair:
            lines.append(Line("role", "", pair, PAIR, "a row is a question and its answer"))
        conditions = [*soft_delete(alias, one), *(internal(alias, one) if table == "messages" else ())]
        joins, above = self._parents(table, lines)
        return ProposedTable(table, one, lines, joins, (*conditions, *above), pair=pair)

    def _beside(self, table: str, alias: str, one: TableSeen, found: set[str]) -> Iterator[Line]:
        """Lines that are no plain column: chunks counted in a table of their own, and metadata with known keys."""
        if table == "documents" and "chunk_count" not in found:
            yield from chunk_count(alias, one, self._id(one), self.tables)
        named = metadata_columns(one) if "metadata" in self.contract[table] else []
        if named:
            yield from metadata(alias, self.sample(one, named))

    def _two_writers(self, one: TableSeen) -> Line | None:
        """Who wrote a message, where people and staff are two columns of which one is filled."""
        users = self.chosen.get("users")
        people = {each.place for each in self.tables if rank(each.name, TABLES["users"]) >= 0.8 and is_of_people(each)}
        people |= {each.place for each in self.people}
        to = {name: place[:2] for name, place in one.references.items() if place[:2] in people}
        mine = [name for name, place in to.items() if users and place == users.place]
        theirs = [name for name, place in to.items() if not users or place != users.place]
        if len(mine) != 1 or len(theirs) != 1:
            return None
        sql = f"case when {place_of('m', mine[0])} is not null then 'user' else 'assistant' end"
        given = self.with_nulls(one, [mine[0], theirs[0]])
        sure = PAIR if all(None in given.get(name, ()) for name in (mine[0], theirs[0])) else DOUBTFUL
        return Line("role", sql, (mine[0],), sure, f"{mine[0]} and {theirs[0]} name who wrote it")

    def _id_line(self, table: str, one: TableSeen) -> Line | None:
        """The id of a row: its key, or the columns of the key together, or a column that is called so."""
        name, alias = f"{table.removesuffix('s')}_id", ALIASES[table]
        column = self._id(one)
        if column:
            why = "primary key" if column == one.key else "foreign keys name it, or its name"
            sure = 0.98 if column == one.key else 0.85
            sure = DOUBTFUL if len(self._sources(table)) > 1 or table in self.doubtful else sure
            return Line(name, self._named_as(table, one, place_of(alias, column)), (column,), sure, why)
        if one.keys:
            together = " || ':' || ".join(place_of(alias, column) for column in one.keys)
            return Line(name, together, one.keys, 0.85, "primary key, its columns together")
        return None

    def _id(self, one: TableSeen) -> str:
        """The column by which other tables name a row: that of most foreign keys, the key, or one that is called id."""
        named = [to for other in self.tables for to in _refer(other, one)]
        return max(sorted(set(named)), key=named.count) if named else key_of(one)

    def _named_as(self, table: str, one: TableSeen, place: str) -> str:
        """SQL of an id of a row of ``one``, so that ids of all tables that are united are distinct and of one type."""
        united_ones = self._sources(table)
        kinds = {family(each.columns[self._id(each)]) for each in united_ones if self._id(each)}
        if len(united_ones) < 2 or kinds == {"uuid"}:
            return place
        if kinds == {"text"} and table == "conversations":
            return place
        return f"{quote_text(one.name + ':')} || {place}"

    def _line(self, table: str, column: str, one: TableSeen) -> Line | None:
        """The best candidate for a canonical column; below CERTAIN where a second is nearly as good."""
        if (table, column) == ("messages", "conversation_id") and self.levels:
            return self._conversation_line()
        known = (*COLUMNS.get(f"{table}.{column}", ()), *COLUMNS.get(f"*.{column}", ()))
        names = [(rank(name, known), name) for name in one.columns if name != one.key]
        names = sorted((pair for pair in names if pair[0] > 0), key=lambda pair: -pair[0])[:6]
        if not names:
            return None
        kinds = [name for _, name in names if _needs_values(f"{table}.{column}", one.columns[name])]
        sampled = self.with_nulls(one, kinds) if kinds else {}
        filled = {name for name, given in sampled.items() if set(given) != {None}}
        names = [
            (fit, name)
            for fit, name in names
            if name in filled or not values.is_vocabulary(f"{table}.{column}") or name not in sampled
        ]
        found = []
        for fit, name in names:
            given = [value for value in sampled.get(name, ()) if value is not None]
            read = self._read(table, column, one, name, given)
            score = fit * 0.6 + read.adds
            if fit == 1.0 and read.unknown and name in filled:
                score = max(score, WORTH)  # its very name: a person says what its words mean
            if score >= WORTH:
                evidence = "; ".join(filter(None, [read.evidence, "" if fit >= 0.8 else "its name is similar"]))
                line = Line(column, read.sql, (name,), 0.0, evidence, read.words)
                found.append((min(0.97, score), read, line, fit))
        if not found:
            return None
        found.sort(key=lambda each: -each[0])
        score, read, line, fit = found[0]
        several = self._of_several(f"{table}.{column}", one, [each[2] for each in found])
        if several:
            return several
        is_its_name = fit == 1.0 and f"{table}.{column}" not in REFERS and not values.is_vocabulary(f"{table}.{column}")
        if not is_its_name and any(each[0] > score - 0.06 or each[3] > fit for each in found[1:]):
            score = min(score, DOUBTFUL)
            others = " or ".join(each[2].reads[0] for each in found[:3])
            self.questions.append(f"{table}.{column}: is it {others} of {one.schema}.{one.name}?")
        if read.unknown:
            score = min(score, DOUBTFUL)
            unknown = ", ".join(map(repr, read.unknown[:6]))
            self.questions.append(f"{table}.{column}: what do {unknown} of {one.name}.{line.reads[0]} mean?")
        if {table, REFERS.get(f"{table}.{column}")} & self.doubtful:
            score = min(score, DOUBTFUL)
        return line._replace(confidence=round(score, 2))

    def _read(self, table: str, column: str, one: TableSeen, name: str, given: Sequence[object]) -> Reading:
        full, kind = f"{table}.{column}", one.columns[name]
        place = place_of(ALIASES[table], name)
        if full in REFERS:
            return self._reference(full, one, name, place)
        if column.endswith("_at"):
            read = values.read_time(place, kind, given)
            only = column == "created_at" and read.adds > 0 and self._is_only_time(one, name)
            return read._replace(adds=read.adds + 0.15, evidence=f"{read.evidence}, its only time") if only else read
        if name in one.references:
            return Reading(place, -1.0)  # it names a row of another table
        if full == "feedback.rating":
            return values.read_rating(place, name, kind, given)
        if full == "users.is_active":
            return values.read_active(place, name, kind, given)
        if values.is_vocabulary(full):
            return values.read_words(full, place, name, kind, given)
        if column in ("file_size", "chunk_count"):
            return values.read_count(place, kind)
        if column == "file_type":
            return values.read_file_type(place, name, kind)
        if column == "is_voice":
            return Reading(place, 0.38 if kind == "boolean" else -1.0, kind)
        return values.read_plain_text(place, kind)

    def _is_only_time(self, one: TableSeen, name: str) -> bool:
        """True if no other column of a table may be the time of a row's making."""
        others = (other for other, kind in one.columns.items() if other != name and kind.startswith(values.TIMES))
        return not any(rank(other, COLUMNS["*.updated_at"]) < 0.8 and rank(other, DELETED) < 0.8 for other in others)

    def _conversation_line(self) -> Line:
        """The conversation that a message names, by the finest of its columns that is filled."""
        names = tuple(column for column, _ in self.levels)
        places = [self._named_as("conversations", one, place_of("m", column)) for column, one in self.levels]
        sql = places[0] if len(places) == 1 else f"coalesce({', '.join(places)})"
        sure = DOUBTFUL if len(names) > 1 or "conversations" in self.doubtful else 0.97
        implied = self.chosen["messages"].implied
        evidence = "; ".join(f"{_by(column in implied)} {one.name}" for column, one in self.levels)
        return Line("conversation_id", sql, names, min(sure, 0.9) if implied & set(names) else sure, evidence)

    def _of_several(self, full: str, one: TableSeen, lines: Sequence[Line]) -> Line | None:
        """A person who is named by one of several columns, or a role that several booleans give."""
        if full == "users.role":
            flags = [line for line in lines if line.evidence.startswith("boolean")]
            if len(flags) < 2 or flags[0] is not lines[0]:
                return None
            either = " or ".join(place_of("u", line.reads[0]) for line in flags)
            reads = tuple(line.reads[0] for line in flags)
            return Line("role", f"case when {either} then 'admin' else 'user' end", reads, DOUBTFUL, "booleans")
        if REFERS.get(full) != "users" or len(self.people) < 2:
            return None
        people = {each.place for each in self.people}
        to = {line.reads[0]: one.references.get(line.reads[0], ("", ""))[:2] for line in lines}
        named = {name: place for name, place in to.items() if place in people}
        given = self.with_nulls(one, list(named)) if len(set(named.values())) > 1 else {}
        filled = [line for line in lines if None in given.get(line.reads[0], ())]
        if len(filled) < 2:
            return None
        sql, reads = f"coalesce({', '.join(line.sql for line in filled)})", tuple(line.reads[0] for line in filled)
        return Line(full.partition(".")[2], sql, reads, DOUBTFUL, "one of them is filled")

    def _reference(self, full: str, one: TableSeen, name: str, place: str) -> Reading:
        """A column that names a row of a chosen table: by its foreign key, by its name, else by its type."""
        table = REFERS[full]
        targets = self.people if table == "users" else [self.chosen[table]] if table in self.chosen else []
        if name in one.references:
            to = self._origin(one.references[name][:2])
            target = next((each for each in targets if to in (each.place, self._origin(each.place))), None)
            if target:
                implied = name in one.implied
                sql = self._named_as(table, target, place)
                return Reading(sql, 0.4 if implied else 0.5, f"{_by(implied)} {target.name}")
            return Reading(place, -1.0)
        key = self._id(targets[0]) if targets else ""
        if targets and key:
            same = family(one.columns[name]) == family(targets[0].columns[key])
            sql = self._named_as(table, targets[0], place)
            return Reading(sql, 0.25 if same else -0.3, f"the type of {targets[0].name}.{key}" if same else "")
        return Reading(place, 0.1, "")

    def _origin(self, place: tuple[str, str]) -> tuple[str, str]:
        """The table whose ids a table's key repeats, such as that of accounts for profiles; else the table itself."""
        for _ in range(3):
            one = next((each for each in self.tables if each.place == place), None)
            if one is None or one.key not in one.references:
                break
            place = one.references[one.key][:2]
        return place

    def _parents(self, table: str, lines: list[Line]) -> tuple[list[str], list[tuple[str, float, str]]]:
        """Joins with the rows that a row belongs to, where those may be deleted or give what it lacks."""
        talks, messages = self.chosen.get("conversations"), self.chosen.get("messages")
        if table not in ("messages", "feedback") or messages is None:
            return [], []
        by = {line.column: line for line in lines}
        if len(self.levels) > 1:
            return self._levels_above() if table == "messages" else ([], [])
        deleted = list(soft_delete("c", talks)) if talks else []
        person = self._line("conversations", "user_id", talks) if talks and table == "feedback" else None
        lacks_person = person is not None and "user_id" not in by
        joins: list[str] = []
        if table == "feedback" and (deleted or lacks_person or not by["created_at"].reads):
            joins.append(f"join {_named(messages)} m on {place_of('m', self._id(messages))} = {by['message_id'].sql}")
        talk = self._line("messages", "conversation_id", messages)
        if not (talks and talk and (deleted or lacks_person)):
            return joins, []
        joins.append(f"join {_named(talks)} c on {place_of('c', self._id(talks))} = {talk.sql}")
        if person and lacks_person:
            lines.append(person._replace(reads=(), confidence=0.7, evidence="that of the conversation"))
        return joins, [(sql, sure, f"{why}, of the conversation") for sql, sure, why in deleted]

    def _levels_above(self) -> tuple[list[str], list[tuple[str, float, str]]]:
        """Joins of messages with the conversations of each level that may be deleted."""
        joins, conditions = [], []
        for number, (column, one) in enumerate(self.levels):
            alias = f"c{number}"
            for sql, sure, why in soft_delete(alias, one):
                key = place_of(alias, self._id(one))
                joins.append(f"left join {_named(one)} {alias} on {key} = {place_of('m', column)}")
                conditions.append((sql, sure, f"{why}, of {one.name}"))
        return joins, conditions

    def _ask(self, table: str, one: TableSeen, found: set[str], pair: tuple[str, str] | None) -> None:
        for column in NEEDED[table]:
            if column not in found and (table, column) not in (("feedback", "created_at"), ("documents", "status")):
                self.questions.append(f"{table}.{column}: which column of {one.schema}.{one.name} is it?")
        if table == "messages" and "role" not in found and not pair:
            self.questions.append(f"messages.role: what in {one.schema}.{one.name} says who wrote a message?")


def _columns_of(table: str) -> Iterator[str]:
    """The canonical columns of a table that may be found, times first."""
    yield from (name.split(".")[1] for name in COLUMNS if name.startswith(f"{table}.") and name != "messages.rating")
    yield "updated_at"


def _refer(other: TableSeen, one: TableSeen) -> list[str]:
    """The columns of ``one`` that foreign keys of another table name."""
    return [column for *place, column in other.references.values() if tuple(place) == one.place]


def _needs_values(full: str, kind: str) -> bool:
    epoch = full.endswith("_at") and kind.startswith((*values.NUMBERS, *values.TEXTS))
    return epoch or ((values.is_vocabulary(full) or full == "users.is_active") and kind != "boolean")


def _named(one: TableSeen) -> str:
    return f"{quote_name(one.schema)}.{quote_name(one.name)}"


def _by(implied: bool) -> str:
    return "named after" if implied else "foreign key to"
