"""Which tables hold people: those whom conversations, messages and tickets name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gendash.engine.platform.proposing.evidence.in_json_people import person_in_json
from gendash.engine.platform.proposing.evidence.links import as_id, id_column, id_family
from gendash.engine.platform.proposing.names import (
    COLUMNS,
    PARTICIPANTS,
    STAFF,
    TABLES,
    TENANTS,
    id_words,
    meaning,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import Place, RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.tables.scores import is_of_people

NAMES_MOST = 0.5  # of addresses, what must be those of a table of people
NEARLY_ALL = 0.9  # of conversations, those that the one row about each names
WORDS_KINDS = ("text", "character", "enum", "citext", "varchar")
GROUPS = (
    "tenant",
    "organization",
    "organisation",
    "workspace",
    "company",
    "project",
    "team",
    "account",
    "model",
    "parent",
)
ASKS = {"customer", "contact", "client", "requester", "visitor"}  # words of columns that name who asks for help
HANDLES = {"assigned", "assignee", "closed", "resolved", "updated", "deleted", "approved", "handled", "agent", "staff",
           "operator", "reviewed", "reviewer", "last", "locked", "archived", "invited"}  # fmt: skip
_ACTORS = ("conversations.user_id", "feedback.user_id", "tickets.assigned_to", "tickets.created_by")


def choose_people(
    found: TableChoice, tables: Sequence[TableSeen], filled: Sequence[TableSeen], sample: RowSample
) -> None:
    """The tables of people: those whom columns name, else those whose addresses conversations have."""
    _choose_named(found, tables, sample)
    if not found.people or "users" in found.doubtful:
        _choose_owners(found, tables)
    if not _names_its_person(found):
        _choose_in_json(found, tables, sample)
    if "users" in found.doubtful or not _names_its_person(found):
        _choose_by_addresses(found, filled, sample)
        _doubt_those_who_handle(found, filled)


def _choose_named(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """The tables of people who act: that of conversations' people is first; several are united, and it is asked."""
    acting = [one for kind, one in found.tables.items() if kind != "users"]
    talks = found.tables.get("conversations")
    acting.sort(key=lambda one: one is not talks)
    by_place = {one.place: one for one in tables}
    beside = _beside(found, by_place, sample)
    acting += beside
    people: dict[tuple[str, str], float] = {}  # with how well a column of theirs is called after who owns a row
    for one in acting:
        for column, to in one.references.items():
            called = as_id(one, column)
            shown = column in one.shown and rank(called, COLUMNS["conversations.user_id"]) > 0
            if to[:2] in by_place and (shown or _names_a_person(called, by_place[to[:2]])):
                owns = rank(called, COLUMNS["conversations.user_id"])
                asks = bool(ASKS & {*words_of(column).split("_"), *words_of(to[1]).split("_")})
                people[to[:2]] = max(people.get(to[:2], 0.0), owns and owns + asks + (one is talks or one in beside))
    if talks is None or not any(to[:2] in people for to in talks.references.values()):
        people |= _writers(found, by_place)
    several = [by_place[place] for place in sorted(people, key=lambda place: -people[place])]
    several = list({one.place: one for one in (owner_behind(one, by_place, sample) or one for one in several)}.values())
    several = [one for one in several if not any(_describes(one, other, sample) for other in several)]
    # whom only ratings and tickets name, and others of these refer to, are those others under another name
    talking = {to[:2] for one in (talks, found.tables.get("messages")) if one for to in one.references.values()}
    several = [one for one in several if one.place in talking or not any(_names(other, one) for other in several)]
    if several and (found.tables.get("users") not in several or several[0] is not found.tables.get("users")):
        found.tables["users"] = several[0]
    found.people = several or [found.tables[kind] for kind in ("users",) if kind in found.tables]
    if found.people and not several and not any(_may_name(one, found.people[0], sample) for one in acting):
        found.doubtful.add("users")
        found.questions.append(
            f"users: are the rows of {found.people[0].name} those who talk? No conversation or message names them"
        )
    if len(several) > 1:
        listed = " and of ".join(one.name for one in several)
        found.questions.append(f"users: are the rows of {listed} all people? Each is a part of users.sql")


def _choose_owners(found: TableChoice, tables: Sequence[TableSeen]) -> None:
    """The table, whatever it is called, whose rows conversations name where others name a person; it is asked."""
    talks, taken = found.tables.get("conversations"), [one.place for one in found.tables.values()]
    for column, to in talks.references.items() if talks else ():
        one = next((each for each in tables if each.place == to[:2]), None)
        if one and to[:2] not in taken and rank(column, COLUMNS["conversations.user_id"]) >= 0.8:
            found.people, found.tables["users"] = [one], one
            found.doubtful.add("users")
            found.questions[:] = [asked for asked in found.questions if not asked.startswith("users: are the rows of")]
            asked = f"users: are they the rows of {one.name}? {column} of conversations names them"
            found.questions.append(asked)
            return


def _choose_in_json(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """The people whose ids the JSON of conversations has, where nothing else in those names anybody; it is asked."""
    talks, said = found.tables.get("conversations"), found.tables.get("messages")
    if talks is None or (
        said and any(to[:2] in {one.place for one in found.people} for to in said.references.values())
    ):
        return
    for one, _, _, column in person_in_json(talks, tables, sample):
        former = [each for each in found.people if each is not one]
        found.people, found.tables["users"] = [one, *former], one
        found.doubtful.add("users")
        found.questions[:] = [asked for asked in found.questions if not asked.startswith("users: are the rows of")]
        also = f", and those of {former[0].name}, too" if former else ""
        found.questions.append(f"users: are they the rows of {one.name}, whose ids {column} of {talks.name} has{also}?")


def _names_its_person(found: TableChoice) -> bool:
    """True if a conversation names a person of its own, not only those who handle it."""
    talks, people = found.tables.get("conversations"), {one.place for one in found.people}
    named = [(as_id(talks, column), to) for column, to in talks.references.items()] if talks else []
    return any(to[:2] in people and rank(column, COLUMNS["conversations.user_id"]) > 0 for column, to in named)


def _doubt_those_who_handle(found: TableChoice, tables: Sequence[TableSeen]) -> None:
    """Asks whether people are those who talk, where conversations name them only as who handles them.

    Where no other table holds people, and one column names them and is not called after handling, they are.
    """
    talks, said = found.tables.get("conversations"), found.tables.get("messages")
    places = {one.place for one in found.people}
    writers = any(to[:2] in places for to in said.references.values()) if said else False
    named = [column for column, to in (talks.references.items() if talks else ()) if to[:2] in places]
    if len(named) == 1 and not set(words_of(named[0]).split("_")) & HANDLES:
        called = (*TABLES["users"], *STAFF)
        if not any(rank(one.name, called) >= 0.5 and is_of_people(one) for one in tables if one.place not in places):
            return
    if talks and named and len(found.people) == 1 and not writers and "users" not in found.doubtful:
        found.doubtful.add("users")
        found.questions.append(f"users: are the rows of {found.people[0].name} those who talk, or those who answer?")


def _choose_by_addresses(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """The people whose addresses conversations have, where nothing else in those names anybody."""
    talks, fits = found.tables.get("conversations"), []
    for column in addresses(talks) if talks else ():
        for one in tables:
            own = next(iter(addresses(one)), "") if id_column(one) and one is not talks else ""
            share = sample.known(talks, column, one, own) if talks and own and is_of_people(one) else None
            fits += [(share, column, one)] if share and share > NAMES_MOST else []
    if fits and talks:
        _, column, people = max(fits, key=lambda each: each[0])
        former = [one for one in found.people if one is not people]
        acting = [] if "users" in found.doubtful else former  # nothing but the choice by its name speaks for it
        found.people, found.tables["users"] = [people, *acting], people
        found.questions[:] = [asked for asked in found.questions if not asked.startswith("users: are the rows of")]
        whose = f"{people.name}, whose addresses {column} of {talks.name} has"
        listed = " and of ".join(f"{one.schema}.{one.name}" for one in former)
        named = {to[:2] for one in found.tables.values() for to in one.references.values()}
        if any(one.place not in named for one in former):
            found.doubtful.add("users")  # nothing names them
        if former:
            found.questions.append(f"users: are they the rows of {whose}, and those of {listed}, too?")


def addresses(one: TableSeen) -> list[str]:
    """The columns of texts that are called after an e-mail address."""
    texts = (name for name, kind in one.columns.items() if kind.startswith(WORDS_KINDS))
    return [
        name
        for name in texts
        if "email" in words_of(name).replace("e_mail", "email").split("_") and "name" not in words_of(name)
    ]


def _may_name(one: TableSeen, people: TableSeen, sample: RowSample) -> bool:
    """True if a column of a table may name one of these people: by a reference, or by its name, type and values."""
    key = id_column(people)
    family = id_family(people.columns.get(key, ""))
    for column, kind in one.columns.items():
        to = one.references.get(column)
        if to and to[:2] == people.place:
            return True
        if not to and rank(column, COLUMNS["conversations.user_id"]) >= 0.8 and id_family(kind) == family:
            share = sample.known(one, column, people, key)
            return share is None or share >= NAMES_MOST
    return False


def _writers(found: TableChoice, by_place: Mapping[Place, TableSeen]) -> dict[Place, float]:
    """The tables of people that messages name, if several: those of customers are surer than those of staff."""
    messages = found.tables.get("messages")
    named = {to[:2] for to in messages.references.values()} if messages else set()
    tables = [by_place[place] for place in named if place in by_place and is_of_people(by_place[place])]
    outside = {one.place: 2.0 - rank(one.name, ("user", *STAFF)) for one in tables}
    return outside if len(tables) > 1 else {}


def _names_a_person(column: str, to: TableSeen) -> bool:
    """True if a column names who acts: by the column's name and by what it names."""
    known = rank(to.name, TABLES["users"]) >= 0.8
    acts = any(rank(column, COLUMNS[actor]) > 0 for actor in _ACTORS)
    if is_of_people(to) and (is_called_after(column, to) or _answers(to)):
        return True
    if is_of_people(to) or (known and words_of(to.name) not in TENANTS):
        return acts
    stem = words_of(column).removesuffix("_id")
    takes_part = (
        rank(stem, PARTICIPANTS) > 0 and words_of(to.name).endswith(stem) and len(to.references) < len(to.columns) / 2
    )
    return acts and takes_part


def _answers(one: TableSeen) -> bool:
    """True if a table is called after people who answer, such as advisers."""
    return meaning("messages.role", words_of(one.name).rpartition("_")[2]) == "assistant"


def is_called_after(column: str, to: TableSeen) -> bool:
    """True if a column is called after the people whom it names, such as subscriber_id, and not after what they do."""
    stem, table = id_words(words_of(column)).removesuffix("_id"), words_of(to.name)
    words = set(stem.split("_"))
    if words & set(GROUPS) - {"account"}:
        return False
    return table.rpartition("_")[2] == stem.rpartition("_")[2] and not words & HANDLES and rank(stem, STAFF[:4]) < 0.8


def _beside(found: TableChoice, by_place: Mapping[Place, TableSeen], sample: RowSample) -> list[TableSeen]:
    """The tables with a row about each conversation, where neither those nor messages name a person."""
    talks, said = found.tables.get("conversations"), found.tables.get("messages")
    named = [pair for one in (talks, said) if one for pair in one.references.items()]
    if any(to[:2] in by_place and _names_a_person(column, by_place[to[:2]]) for column, to in named):
        return []
    return [one for one, _ in about(talks, list(by_place.values()), sample)] if talks else []


def owner_behind(one: TableSeen, by_place: Mapping[Place, TableSeen], sample: RowSample) -> TableSeen | None:
    """The people who have several rows of a table that looks like one of people, such as accounts for mail."""
    for column, to in one.references.items():
        other = by_place.get(to[:2])
        owns = rank(column, COLUMNS["conversations.user_id"]) >= 0.8 and column != one.key
        if other and other is not one and owns and is_of_people(other) and rank(other.name, TABLES["users"]) >= 0.8:
            some = None in sample(one, [column]).get(column, ())  # who is not known yet is a person, too
            return None if some or sample.unique(one, column) else other
    return None


def about(talks: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[tuple[TableSeen, str]]:
    """The tables that have one row for each conversation, with their column that names it."""
    for one in tables:
        for column, to in one.references.items():
            mine = to[:2] == talks.place and one is not talks and one.rows
            if mine and sample.unique(one, column) and (sample.known(talks, to[2], one, column) or 0.0) >= NEARLY_ALL:
                yield one, column


def _names(one: TableSeen, other: TableSeen) -> bool:
    return one is not other and any(to[:2] == other.place for to in one.references.values())


def _describes(one: TableSeen, other: TableSeen, sample: RowSample) -> bool:
    """True if each row says more about a person of another table: its key or a column of people names that."""
    named = [name for name, to in one.references.items() if to[:2] == other.place] if one is not other else []
    given = sample(one, named) if named else {}
    return any(None not in given.get(name, ()) for name in named)
