"""The columns of a table as canonical ones: the best candidate of each, by name, type, references and values. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.comments import read_codes
from gendash.engine.platform.proposing.evidence.elsewhere import name_of, side_of, words_named
from gendash.engine.platform.proposing.evidence.links import id_family
from gendash.engine.platform.proposing.lines.called import REFERS, columns_called
from gendash.engine.platform.proposing.lines.file_types import file_type
from gendash.engine.platform.proposing.lines.ids import Ids
from gendash.engine.platform.proposing.lines.made import made_at
from gendash.engine.platform.proposing.names import COLUMNS, DELETED, UNSURE, WORDS, of_class, rank, words_of
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.tables.called_people import words_of_askers
from gendash.engine.platform.proposing.values import Reading, place_of

OF_PEOPLE = ("conversations.user_id", "tickets.created_by")
# of a vocabulary in a column of any name, the words of either side that must be there
SIDES = {
    "users.role": (("user",), ("admin", "super_admin")),
    "messages.role": (("user",), ("assistant",)),
    "documents.status": (("done",), ("processing", "failed")),
    "tickets.status": (("open",), ("closed", "resolved")),
    "tickets.priority": (("low", "medium"), ("high", "urgent")),
}
CATEGORIES = ("category", "category_name", "topic", "queue", "department", "ticket_type", "type", "label", "forum")
SEVERAL = {"users.role": 2, "messages.role": 2}  # values that a column must have for its agreement to say anything
ALIKE, WHOLE = 0.99, 0.85  # of rows, those that two columns give the same; a vocabulary of which each word is known
SCOPES = {"org", "organization", "organisation", "workspace", "team", "tenant", "group", "project", "company"}
PLAIN = ("first_name", "last_name")
BOTH = 0.3  # what is added for a vocabulary of which both sides are there
GROUPED = 0.25  # for an id of conversations that no table holds
FEWEST_PEOPLE = 3
WORTH = 0.45  # below this nothing is proposed
DOUBTFUL = CERTAIN - 0.1
LEAST_KNOWN = 0.5  # of the values of a column, what must be keys of a table: people and rows are deleted
ALIASES = {"users": "u", "conversations": "c", "messages": "m", "feedback": "f", "documents": "d", "tickets": "t"}
CODED = {*WORDS, "users.is_active", "feedback.rating"}  # whose codes a comment may explain


class _Candidate(NamedTuple):
    """What a column would be: its score, how well its name fits, its line, and words whose meaning is not known."""

    score: float
    fit: float
    line: Line
    unknown: tuple[str, ...]


class Columns(Ids):
    """What columns of tables mean, given the choice of tables; questions that come up are added to the choice's."""

    def __init__(self, tables: Sequence[TableSeen], sample: RowSample, choice: TableChoice) -> None:
        super().__init__(tables, sample, choice)
        self.questions, self.doubtful = choice.questions, choice.doubtful

    def line(self, table: str, column: str, one: TableSeen) -> Line | None:
        """The best candidate for a canonical column; below CERTAIN where a second is nearly as good."""
        full = f"{table}.{column}"
        if full == "messages.conversation_id" and self.levels:
            return self._conversation_line()
        names = columns_called(full, one, self.chosen, self.people)
        found = sorted(
            self._candidates(table, column, one, names),
            key=lambda each: -each.score - BOTH * (_is_whole(full, each) or self._asks(full, one, each)),
        )
        if full == "documents.file_type":
            called, score = (found[0].line, found[0].score) if found else (None, 0.0)
            line = file_type(one, called, score, self.with_nulls)
            if line:
                return line
        if not found and column == "created_at":
            return made_at(table, ALIASES[table], one, self.with_nulls)
        if not found:
            return self._by_words(full, one) if full in SIDES else None
        several = self._of_several(full, one, [each.line for each in found])
        return several or self._best(full, one, found)

    def _best(self, full: str, one: TableSeen, found: Sequence[_Candidate]) -> Line:
        """The line of the best candidate, as sure as what else may be meant and the unknown words leave it."""
        table, best = full.partition(".")[0], found[0]
        score, line = best.score, best.line
        if full == "tickets.category" and rank(name_of(one, line.reads[0]), CATEGORIES) < 0.8:
            score = min(score, DOUBTFUL)  # who handles it, rather than what it is about
        if _is_whole(full, best) or (line.evidence.startswith("end of the file name") and len(found) == 1):
            score = max(score, WHOLE)
        if any(each.score > score - 0.06 or each.fit > best.fit for each in self._rivals(full, one, found)):
            score = min(score, DOUBTFUL)
            others = " or ".join(each.line.reads[0] for each in found[:3])
            self.questions.append(f"{full}: is it {others} of {one.schema}.{one.name}?")
        if full == "messages.role" and line.words and not {"user", "assistant"} <= set(line.words.values()):
            score = min(score, DOUBTFUL)  # nobody answers, or what does is elsewhere
        if best.unknown:
            line = line._replace(asked=frozenset(each.lower() for each in best.unknown))
            known = line.words.keys() - line.asked
            if full == "messages.role" or best.fit < 0.8 or len(known) < 2:
                score = min(score, DOUBTFUL)
            else:  # the column is what its name and most words say, whatever the others mean
                score += (values.KNOWN - values.GUESSED) * len(known) / len(known | line.asked)
            unknown = ", ".join(map(repr, best.unknown[:6]))
            self.questions.append(f"{full}: what do {unknown} of {one.name}.{line.reads[0]} mean?")
        for word in (each for each in UNSURE.get(full, {}) if each in line.words):
            if not set(UNSURE[full][word]) & {words_of(each) for each in line.words}:
                line = line._replace(asked=line.asked | {word})
                said = f"{full}: is {word!r} of {one.name} {line.words[word]}, or the first state?"
                self.questions.append(said)
        if line.evidence.startswith("date") and table != "users":
            score = min(score, DOUBTFUL)  # without a time of day
        if {table, REFERS.get(full)} & self.doubtful:
            score = min(score, DOUBTFUL)
        return line._replace(confidence=round(min(0.97, score), 2))

    def _rivals(self, full: str, one: TableSeen, found: Sequence[_Candidate]) -> list[_Candidate]:
        """The candidates beside the best that may be meant; none that says the same of each row."""
        best = found[0]
        if best.fit == 1.0 and full not in (*REFERS, "messages.created_at") and not values.is_vocabulary(full):
            return []  # its very name; but a message may be written and sent at two times
        declared = full in REFERS and best.line.reads[0] in one.references
        rivals = [each for each in found[1:] if each.line.reads[0] in one.references or not declared]
        if full == "users.role":  # what is true of each is no evidence
            flags = [each.line.reads[0] for each in rivals if one.columns[each.line.reads[0]] == "boolean"]
            whole = [name for name, given in (self.sample(one, flags) if flags else {}).items() if len(given) == 1]
            rivals = [each for each in rivals if each.line.reads[0] not in whole]
        rivals += self._others_by_words(full, one, [each.line.reads[0] for each in found])
        if full in OF_PEOPLE and best.fit >= 0.8 and self._people_of(one, best.line.reads[0]) == self.people[:1]:
            # those who talk and those who handle are two tables: a column of the latter is no rival
            rivals = [each for each in rivals if self._people_of(one, each.line.reads[0]) == self.people[:1]]
        return [each for each in rivals if not self._agree(full, one, best.line, each.line)]

    def _asks(self, full: str, one: TableSeen, each: _Candidate) -> bool:
        """True if a candidate names those who talk, where those who answer are another table."""
        asked = full in OF_PEOPLE and len(self.people) > 1
        return asked and self._people_of(one, each.line.reads[0]) == self.people[:1]

    def _agree(self, full: str, one: TableSeen, line: Line, other: Line) -> bool:
        """True if two lines give nearly each row the same, as far as both give one of several values."""
        if full not in SIDES and full not in REFERS and not full.endswith("created_at"):
            return False
        seen = len(self.sample(one, line.reads[:1]).get(line.reads[0], ()))
        if seen < SEVERAL.get(full, 3) or (
            full in SIDES and one.columns[line.reads[0]] != "boolean" and seen > len(line.words)
        ):
            return False  # words that mean none of both are other rows
        given = " and ".join(
            f"({each.sql})::text in ('user', 'assistant', 'admin')" if full in SIDES else f"{each.sql} is not null"
            for each in (line, other)
        )
        share = self.with_nulls.share(
            one, ALIASES[full.partition(".")[0]], f"({line.sql})::text = ({other.sql})::text", given
        )
        return share is not None and share >= ALIKE

    def _people_of(self, one: TableSeen, name: str) -> Sequence[TableSeen]:
        """The table of people whose row a column names by a reference; none if it names no people."""
        to = one.references.get(name, ())[:2]
        return [each for each in self.people if to in (each.place, self.origin(each.place))]

    def _by_words(self, full: str, one: TableSeen) -> Line | None:
        """A vocabulary in a column of any name: each word is known, and both sides are among them."""
        alias, column = ALIASES[full.partition(".")[0]], full.partition(".")[2]
        names = [
            name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in one.references
        ]
        for name, given in self.sample(one, names).items():
            read = values.read_words(
                full, place_of(alias, name), name, one.columns[name], given, self._own_words(full, one, given)
            )
            if not read.unknown and all(set(side) & set(read.words.values()) for side in SIDES[full]):
                return Line(column, read.sql, (name,), DOUBTFUL, read.evidence, read.words)
        return None

    def _others_by_words(self, full: str, one: TableSeen, taken: Sequence[str]) -> list[_Candidate]:
        """The columns of other names whose words are both sides of who wrote a message."""
        names = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in taken]
        names = [name for name in names if name not in one.references and name != one.key]
        found = []
        for name, given in (self.sample(one, names) if full == "messages.role" and names else {}).items():
            read = values.read_words(
                full, place_of("m", name), name, one.columns[name], given, self._own_words(full, one, given)
            )
            if {"user", "assistant"} <= set(read.words.values()) and len(read.unknown) < len(given) / 2:
                found.append(_Candidate(1.0, 0.0, Line("role", read.sql, (name,), words=read.words), read.unknown))
        return found

    def _candidates(
        self, table: str, column: str, one: TableSeen, names: Sequence[tuple[float, str]]
    ) -> Iterator[_Candidate]:
        """What columns of these names would be, as far as their values allow it."""
        full = f"{table}.{column}"
        kinds = [name for _, name in names if full in REFERS or _needs_values(full, one.columns[name])]
        sampled = self.with_nulls(one, kinds) if kinds else {}
        filled = {name for name, given in sampled.items() if not given or any(each not in (None, "") for each in given)}
        several = {name for name, given in sampled.items() if full in REFERS and len(given) >= FEWEST_PEOPLE}
        for fit, name in names:
            if several and name in sampled and len(sampled[name]) == 1:
                continue  # one value in all rows, where another column has many: a tenant, not a person
            by_words = values.is_vocabulary(full) or full == "tickets.category"
            if (by_words or column in PLAIN or full in REFERS) and name in sampled and name not in filled:
                continue  # it has no value in any row
            read = self._read(table, column, one, name, [value for value in sampled.get(name, ()) if value is not None])
            if (
                full == "users.role"
                and one.columns[name] == "boolean"
                and fit
                and not set(words_of(name).split("_")) & SCOPES
            ):
                fit = max(fit, 0.85)  # a truth value whose name ends in admin, such as system_admin
            score = fit * 0.6 + read.adds
            if fit == 1.0 and read.unknown and name in filled:
                score = max(score, WORTH)  # its very name: a person says what its words mean
            if score >= WORTH:
                evidence = "; ".join(filter(None, [read.evidence, "" if fit >= 0.8 else "its name is similar"]))
                line = Line(column, read.sql, (name,), 0.0, evidence, read.words)
                yield _Candidate(score, fit, line, read.unknown)

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
            return self._read_named(full, one, name, place)
        spoken = read_codes(full, place, one, name, given) if full in CODED and name in one.comments else None
        if spoken:
            return spoken
        if full == "feedback.rating":
            return values.read_rating(place, name, kind, given)
        if full == "users.is_active":
            return values.read_active(place, name, kind, given)
        if values.is_vocabulary(full):
            return values.read_words(full, place, name, kind, given, self._own_words(full, one, given))
        if column in ("file_size", "chunk_count"):
            return values.read_count(place, kind, name)
        if column == "file_type":
            return values.read_file_type(place, name, kind, given)
        if column == "is_voice":
            return Reading(place, 0.38 if kind == "boolean" else -1.0, kind)
        return values.read_plain_text(place, kind)

    def _own_words(self, full: str, one: TableSeen, given: Sequence[object]) -> dict[str, str]:
        """Who writes what the platform's own words for people say."""
        own = words_of_askers(one, self.tables) if full == "messages.role" else {}
        words = [str(each) for each in given if full == "messages.role"]
        return {
            word.lower(): "user" for word in words if self._is_word_of_people(word) or words_of(of_class(word)) in own
        }

    def _is_word_of_people(self, word: str) -> bool:
        """True if a word is what the table of people is called."""
        return len(self.people) == 1 and words_of(self.people[0].name).rpartition("_")[2] == words_of(word)

    def _read_named(self, full: str, one: TableSeen, name: str, place: str) -> Reading:
        """A column that names a row of another table, which may be one of words."""
        words = words_named(one, name, place, self.tables)
        if words is None or full in ("feedback.rating", "users.is_active"):
            return Reading(place, -1.0)
        if not values.is_vocabulary(full):
            return Reading(words.sql, 0.25 if full == "tickets.category" else -1.0, f"words of {words.table.name}")
        read = values.read_words(full, words.sql, name, "text", self.sample(words.table, [words.label])[words.label])
        evidence = f"{read.evidence} of {words.table.name}"
        return read._replace(evidence=evidence, adds=read.adds if read.words else -1.0)

    def _is_only_time(self, one: TableSeen, name: str) -> bool:
        """True if no other column of a table may be the time of a row's making."""
        others = (other for other, kind in one.columns.items() if other != name and kind.startswith(values.TIMES))
        return not any(rank(other, COLUMNS["*.updated_at"]) < 0.8 and rank(other, DELETED) < 0.8 for other in others)

    def _conversation_line(self) -> Line:
        """The conversation that a message names, by the finest of its columns that is filled."""
        names = tuple(column for column, _ in self.levels)
        messages = self.chosen["messages"]
        places = [
            self.named_as("conversations", one, self.names_sql(messages, column, "m", one))
            for column, one in self.levels
        ]
        sql = places[0] if len(places) == 1 else f"coalesce({', '.join(places)})"
        sure = DOUBTFUL if len(names) > 1 or "conversations" in self.doubtful else 0.97
        implied = messages.implied
        evidence = "; ".join(f"{by(column, messages)} {one.name}" for column, one in self.levels)
        return Line("conversation_id", sql, names, min(sure, 0.9) if implied & set(names) else sure, evidence)

    def _of_several(self, full: str, one: TableSeen, lines: Sequence[Line]) -> Line | None:
        """A person who is named by one of several columns, or a role that several booleans give."""
        if full == "users.role":
            flags = [line for line in lines if line.evidence.startswith("boolean")]
            given = self.sample(one, [line.reads[0] for line in flags])
            # what is true of each is no evidence
            flags = [line for line in flags if set(given.get(line.reads[0], ())) not in ({True}, {1})] or flags
            if len(flags) < 2 or flags[0] is not lines[0]:
                return None
            either = " or ".join(line.sql.removeprefix("case when ").partition(" then ")[0] for line in flags)
            reads = tuple(line.reads[0] for line in flags)
            sql, words = f"case when {either} then 'admin' else 'user' end", {"true": "admin", "false": "user"}
            return Line("role", sql, reads, DOUBTFUL, "booleans", words)
        if REFERS.get(full) != "users" or len(self.people) < 2:
            return None
        people = {each.place for each in self.people}
        if full == "tickets.created_by":  # who handles it has not asked
            handles = COLUMNS["tickets.assigned_to"]
            asks = [line for line in lines if rank(line.reads[0], handles) < 0.8]
            if asks and len(asks) < len(lines) and self._people_of(one, asks[0].reads[0]):
                return asks[0]._replace(confidence=DOUBTFUL)
        to = {line.reads[0]: one.references.get(line.reads[0], ("", ""))[:2] for line in lines}
        named = {name: place for name, place in to.items() if place in people}
        given = self.with_nulls(one, list(named)) if len(set(named.values())) > 1 else {}
        mine = lines[0].reads[0]
        if to[mine] == self.people[0].place and given.get(mine) and None not in given[mine]:
            return None  # each row names one of those who talk
        filled = [line for line in lines if None in given.get(line.reads[0], ())]
        if len(filled) < 2:
            return None
        sql, reads = f"coalesce({', '.join(line.sql for line in filled)})", tuple(line.reads[0] for line in filled)
        return Line(full.partition(".")[2], sql, reads, DOUBTFUL, "one of them is filled")

    def _reference(self, full: str, one: TableSeen, name: str, place: str) -> Reading:
        """A column that names a row of a chosen table: by its foreign key, by its name, else by its type."""
        table = REFERS[full]
        targets = self.people if table == "users" else [self.chosen[table]] if table in self.chosen else []
        if name in one.typed and table == "users":
            return self._typed(one, name, place)
        if name in one.references:
            to = self.origin(one.references[name][:2])
            target = next((each for each in targets if to in (each.place, self.origin(each.place))), None)
            if target:
                sql = self.named_as(table, target, self.names_sql(one, name, ALIASES[full.partition(".")[0]], target))
                return Reading(sql, 0.4 if name in one.implied else 0.5, f"{by(name, one)} {target.name}")
            if full == "feedback.message_id" and (column := self.part_of_message(one, name)):
                messages = self.chosen["messages"]
                sql = place_of("m", self.id_of(messages))
                return Reading(sql, 0.2, f"the message whose {column} names the same row")
            return Reading(place, -1.0)
        key = self.id_of(targets[0]) if targets else ""
        if targets and key:
            return self._by_values(one, name, self.named_as(table, targets[0], place), targets[0], key)
        if full == "messages.conversation_id" and self._groups(one, name):
            return Reading(place, GROUPED, "each message has one, and several the same")
        return Reading(place, 0.1, "")

    def _typed(self, one: TableSeen, name: str, place: str) -> Reading:
        """A column that names a person in rows of some types."""
        alias, typed = place.partition(".")[0], one.typed[name]
        named = [each for each in self.people if each.place in typed]
        cases = " ".join(
            f"when {typed[each.place].holds(alias)} then {self.named_as('users', each, place)}" for each in named
        )
        kinds = next((typed[each.place].column for each in named), "")
        return Reading(f"case {cases} end", 0.4, f"{kinds} names the table") if named else Reading(place, -1.0)

    def _groups(self, one: TableSeen, name: str) -> bool:
        """True if each row has a value of a column, and many have the same as another."""
        given = self.with_nulls(one, [name]).get(name, ())
        return len(given) > 1 and None not in given and not self.with_nulls.unique(one, name)

    def _by_values(self, one: TableSeen, name: str, sql: str, target: TableSeen, key: str) -> Reading:
        """A column that may name a row of a table, by its type and by whether its values are keys there."""
        same = id_family(one.columns[name]) == id_family(target.columns[key])
        share, of = self.with_nulls.known(one, name, target, key), f"{target.name}.{key}"
        if share is not None and share < LEAST_KNOWN:
            return Reading(sql, -1.0)
        if share == 1.0 and id_family(target.columns[key]) != "number":  # small numbers are keys of any table
            return Reading(sql, 0.35, f"its values are in {of}")
        return Reading(sql, 0.25 if same else -0.05, f"the type of {of}" if same else f"another type than {of}")

    def part_of_message(self, one: TableSeen, name: str) -> str:
        """The column of messages that names what a column of feedback names, such as an answer; empty if none does."""
        messages, to = self.chosen.get("messages"), one.references.get(name)
        if messages is None or to is None or to[:2] == messages.place:
            return ""
        named = (column for column, place in messages.references.items() if place == to)
        return next((column for column in named if side_of(to[1])), "")


def _is_whole(full: str, best: _Candidate) -> bool:
    """True if each word is known, and both sides of a vocabulary are among them."""
    sides = SIDES.get(full, ())
    return bool(sides) and not best.unknown and all(set(side) & set(best.line.words.values()) for side in sides)


def _needs_values(full: str, kind: str) -> bool:
    epoch = full.endswith("_at") and kind.startswith((*values.NUMBERS, *values.TEXTS))
    return (
        epoch
        or full in ("documents.file_type", "tickets.category", "users.first_name", "users.last_name")
        or ((values.is_vocabulary(full) or full == "users.is_active") and kind != "boolean")
    )


def by(column: str, one: TableSeen) -> str:
    """The evidence of a reference: values, names, or a foreign key."""
    return (
        "its values are ids of" if column in one.shown else "named after" if column in one.implied else "foreign key to"
    )
