"""Proposes an adapter for a platform that nobody knows yet, each line with its evidence and a confidence. Pure.

Names, types, keys, foreign keys and a sample of values are the evidence. A person reads what is below CERTAIN.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from gendash.engine.languages.sql_text import quote_name
from gendash.engine.platform import propose_values as values
from gendash.engine.platform.proposal import CERTAIN, Line, Proposal, ProposedTable, Sample, TableSeen
from gendash.engine.platform.propose_derived import conversations_of, ratings_of
from gendash.engine.platform.propose_json import JSON, messages_in_json
from gendash.engine.platform.propose_names import ANSWER, COLUMNS, DELETED, QUESTION, TABLES, TEXTS, rank, words_of
from gendash.engine.platform.propose_values import Reading, place_of

PERSON = ("email", "password", "username", "login", "phone")
WORTH = 0.45  # below this nothing is proposed
ENOUGH = 0.9  # score of a table: about its name alone, or a weaker name with two pieces of evidence
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
        self.tables, self.sample, self.contract = tables, sample, contract
        self.questions: list[str] = []
        self.doubtful: set[str] = set()  # kinds of which messages name two tables
        self.chosen = self._choose_tables()
        self._doubt("conversations")

    def result(self) -> Proposal:
        found = {}
        for table in (one for one in ALIASES if one in self.chosen):
            proposed = self._table(table, self.chosen[table])
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
        return Proposal(found, self.questions[:QUESTIONS])

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

    # ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _choose_tables(self) -> dict[str, TableSeen]:
        """The best table of each kind, by name and evidence; no table is of two kinds."""
        filled = [one for one in self.tables if one.rows] or self.tables  # an empty table may be a former one
        scores = [(self._score(kind, one), kind, one) for kind in TABLES for one in filled]
        scores.sort(key=lambda one: (-one[0], -one[2].rows))
        chosen: dict[str, TableSeen] = {}
        for score, kind, one in scores:
            if score >= ENOUGH and kind not in chosen and one not in chosen.values():
                chosen[kind] = one
        others = [one for score, kind, one in scores if kind == "documents" and score >= ENOUGH]
        others = [one for one in others if one not in chosen.values()]
        if others:  # files and what is made of them: a person knows which of them people upload
            self.doubtful.add("documents")
            named = " or of ".join(one.name for one in (chosen["documents"], *others))
            self.questions.append(f"documents: are they the rows of {named}?")
        return self._people_who_talk(chosen)

    def _doubt(self, kind: str) -> None:
        """Asks which table is meant if messages name two of a kind, such as sessions and topics."""
        messages = self.chosen.get("messages")
        named = {} if messages is None else {to[:2]: to[1] for to in messages.references.values()}
        alike = sorted(name for place, name in named.items() if rank(name, TABLES[kind]) >= 0.8)
        if len(alike) > 1:
            self.doubtful.add(kind)
            self.questions.append(f"{kind}: are they the rows of {' or of '.join(alike)}? Messages name each")

    def _people_who_talk(self, chosen: dict[str, TableSeen]) -> dict[str, TableSeen]:
        """The choice with the table of people to whom conversations belong; others, such as staff, are a question."""
        talks, users = chosen.get("conversations"), chosen.get("users")
        owners = [] if talks is None else [
            next((one for one in self.tables if one.place == to[:2]), None)
            for name, to in talks.references.items()
            if rank(name, COLUMNS["conversations.user_id"]) >= 0.8
            if users is None or rank(to[1], TABLES["users"]) >= 0.8
        ]  # fmt: skip
        owner = next((one for one in owners if one and _is_of_people(one)), None)
        if owner is None or owner in chosen.values():
            return chosen
        if users is None:
            return {**chosen, "users": owner}
        self.questions.append(f"users: do the people of {users.schema}.{users.name} count, too, besides {owner.name}?")
        return {**chosen, "users": owner}

    def _score(self, kind: str, one: TableSeen) -> float:
        name = rank(one.name, TABLES[kind])
        if kind == "messages" and self._pair(one):
            name = max(name, 0.7)  # a row is a question and its answer, whatever the table's name
        if not name:
            return 0.0
        return name * 0.9 + self._evidence(kind, one)

    def _evidence(self, kind: str, one: TableSeen) -> float:
        def has(*columns: str) -> float:
            return 0.2 * sum(_best(one, COLUMNS[f"{kind}.{column}"]) > 0.7 for column in columns)

        def named(*names: str) -> float:
            return 0.2 * any(rank(column, names) > 0.7 for column in one.columns)

        referring = sum(len(_refer(other, one)) for other in self.tables if other is not one)
        to = {rank(table, TABLES[of]) > 0.5 and of for _, table, _ in one.references.values() for of in TABLES}
        if kind == "users":
            return named(*PERSON) + 0.1 * min(referring, 3)
        if kind == "conversations":
            about = named("title", "name", "subject") + 0.1 * min(referring, 2) + has("user_id")
            return 0.2 * ("users" in to) + about - 0.5 * bool(self._pair(one))
        if kind == "messages":
            pair = 0.4 * bool(self._pair(one))
            return named(*TEXTS) + has("conversation_id", "role") + 0.2 * ("conversations" in to) + pair
        if kind == "feedback":
            return has("message_id", "rating") + 0.2 * ("messages" in to) - 0.5 * (not has("rating"))
        if kind == "documents":
            about = has("status", "file_size", "chunk_count") + named(
                "filename", "file_name", "file_path", "path", "url"
            )
            is_file = any(words_of(column) in ("filename", "file_name") for column in one.columns)
            about += 0.2 * (is_file and rank(one.name, TABLES[kind]) < 0.8) + 0.3 * (has("file_size") > 0)
            return about + 0.5 * named("name", "title") - 0.7 * (not about)
        return (
            has("status", "priority", "assigned_to")
            + named("subject", "title")
            - 0.7 * (has("status", "priority") < 0.3)
        )

    def _pair(self, one: TableSeen) -> tuple[str, str] | None:
        """The columns of a question and of its answer, where a row is both."""
        question = next((c for name in QUESTION for c in one.columns if rank(c, [name]) == 1), "")
        answer = next((c for name in ANSWER for c in one.columns if rank(c, [name]) == 1), "")
        return (question, answer) if question and answer else None

    # ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _table(self, table: str, one: TableSeen) -> ProposedTable | None:
        alias = ALIASES[table]
        columns = [column for column in _columns_of(table) if column in self.contract[table]]
        lines = [line for column in columns if (line := self._line(table, column, one))]
        two = self._two_writers(one) if table == "messages" else None
        if two and not any(line.column == "role" and line.confidence >= CERTAIN for line in lines):
            lines = [*(line for line in lines if line.column != "role"), two]
            self.questions = [one for one in self.questions if not one.startswith("messages.role")]
        id_line = self._id_line(table, one)
        found = {line.column for line in lines}
        if not id_line or (table == "feedback" and not {"message_id", "rating"} <= found):
            return None
        lines.insert(0, id_line)
        pair = self._pair(one) if table == "messages" and "role" not in found else None
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
        conditions = list(_soft_delete(alias, one))
        joins, above = self._parents(table, lines)
        return ProposedTable(table, one, lines, joins, (*conditions, *above), pair=pair)

    def _two_writers(self, one: TableSeen) -> Line | None:
        """Who wrote a message, where people and staff are two columns of which one is filled."""
        users = self.chosen.get("users")
        people = {each.place for each in self.tables if rank(each.name, TABLES["users"]) >= 0.8 and _is_of_people(each)}
        to = {name: place[:2] for name, place in one.references.items() if place[:2] in people}
        mine = [name for name, place in to.items() if users and place == users.place]
        theirs = [name for name, place in to.items() if not users or place != users.place]
        if len(mine) != 1 or len(theirs) != 1:
            return None
        sql = f"case when {place_of('m', mine[0])} is not null then 'user' else 'assistant' end"
        return Line("role", sql, (mine[0],), 0.7, f"{mine[0]} and {theirs[0]} name who wrote it")

    def _id_line(self, table: str, one: TableSeen) -> Line | None:
        """The id of a row: its key, or the columns of the key together, or a column that is called so."""
        name, alias = f"{table.removesuffix('s')}_id", ALIASES[table]
        column = self._id(one)
        if column:
            why = "primary key" if column == one.key else "foreign keys name it, or its name"
            sure = 0.98 if column == one.key else 0.85
            sure = CERTAIN - 0.1 if table in self.doubtful else sure
            return Line(name, place_of(alias, column), (column,), sure, why)
        if one.keys:
            together = " || ':' || ".join(place_of(alias, column) for column in one.keys)
            return Line(name, together, one.keys, 0.85, "primary key, its columns together")
        return None

    def _id(self, one: TableSeen) -> str:
        """The column by which other tables name a row: that of most foreign keys, the key, or one that is called id."""
        named = [to for other in self.tables for to in _refer(other, one)]
        called = next((column for column in one.columns if rank(column, ["id", "uuid"]) == 1), "")
        return max(sorted(set(named)), key=named.count) if named else one.key or called

    def _line(self, table: str, column: str, one: TableSeen) -> Line | None:
        """The best candidate for a canonical column; below CERTAIN where a second is nearly as good."""
        known = (*COLUMNS.get(f"{table}.{column}", ()), *COLUMNS.get(f"*.{column}", ()))
        names = [(rank(name, known), name) for name in one.columns if name != one.key]
        names = sorted((pair for pair in names if pair[0] > 0), key=lambda pair: -pair[0])[:6]
        if not names:
            return None
        kinds = [name for _, name in names if _needs_values(f"{table}.{column}", one.columns[name])]
        sampled = self.sample(one, kinds) if kinds else {}
        found = []
        for fit, name in names:
            read = self._read(table, column, one, name, sampled.get(name, ()))
            score = fit * 0.6 + read.adds
            if score >= WORTH:
                evidence = "; ".join(filter(None, [read.evidence, "" if fit >= 0.8 else "its name is similar"]))
                line = Line(column, read.sql, (name,), 0.0, evidence, read.words)
                found.append((min(0.97, score), read, line, fit))
        if not found:
            return None
        found.sort(key=lambda each: -each[0])
        score, read, line, fit = found[0]
        if any(each[0] > score - 0.06 or each[3] > fit for each in found[1:]):
            score = min(score, CERTAIN - 0.1)
            others = " or ".join(each[2].reads[0] for each in found[:3])
            self.questions.append(f"{table}.{column}: is it {others} of {one.schema}.{one.name}?")
        if read.unknown:
            score = min(score, CERTAIN - 0.1)
            unknown = ", ".join(map(repr, read.unknown[:6]))
            self.questions.append(f"{table}.{column}: what do {unknown} of {one.name}.{line.reads[0]} mean?")
        if {table, REFERS.get(f"{table}.{column}")} & self.doubtful:
            score = min(score, CERTAIN - 0.1)
        return line._replace(confidence=round(score, 2))

    def _read(self, table: str, column: str, one: TableSeen, name: str, given: Sequence[object]) -> Reading:
        full, kind = f"{table}.{column}", one.columns[name]
        place = place_of(ALIASES[table], name)
        if full in REFERS:
            return self._reference(full, one, name, place)
        if column.endswith("_at"):
            return values.read_time(place, kind, given)
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

    def _reference(self, full: str, one: TableSeen, name: str, place: str) -> Reading:
        """A column that names a row of a chosen table: by its foreign key, else by its type."""
        target = self.chosen.get(REFERS[full])
        if name in one.references:
            if target and one.references[name][:2] == target.place:
                return Reading(place, 0.5, f"foreign key to {target.name}")
            return Reading(place, -1.0)
        key = self._id(target) if target else ""
        if target and key:
            same = _family(one.columns[name]) == _family(target.columns[key])
            return Reading(place, 0.25 if same else -0.3, f"the type of {target.name}.{key}" if same else "")
        return Reading(place, 0.1, "")

    def _parents(self, table: str, lines: list[Line]) -> tuple[list[str], list[tuple[str, float, str]]]:
        """Joins with the rows that a row belongs to, where those may be deleted or give what it lacks."""
        talks, messages = self.chosen.get("conversations"), self.chosen.get("messages")
        if table not in ("messages", "feedback") or messages is None:
            return [], []
        by = {line.column: line for line in lines}
        deleted = list(_soft_delete("c", talks)) if talks else []
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


def _is_of_people(one: TableSeen) -> bool:
    """True if rows are people, not the companies or tenants that they belong to."""
    return any(rank(column, PERSON) >= 0.8 for column in one.columns)


def _refer(other: TableSeen, one: TableSeen) -> list[str]:
    """The columns of ``one`` that foreign keys of another table name."""
    return [column for *place, column in other.references.values() if tuple(place) == one.place]


def _needs_values(full: str, kind: str) -> bool:
    epoch = full.endswith("_at") and kind.startswith((*values.NUMBERS, *values.TEXTS))
    return epoch or ((values.is_vocabulary(full) or full == "users.is_active") and kind != "boolean")


def _best(one: TableSeen, known: Sequence[str]) -> float:
    return max((rank(name, known) for name in one.columns), default=0.0)


def _family(kind: str) -> str:
    if kind.startswith(values.TEXTS):
        return "text"
    return "number" if kind.startswith(values.NUMBERS) else kind


def _named(one: TableSeen) -> str:
    return f"{quote_name(one.schema)}.{quote_name(one.name)}"


def _soft_delete(alias: str, one: TableSeen) -> Iterator[tuple[str, float, str]]:
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
