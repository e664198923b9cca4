"""Who wrote a message where no column of words says so: by keys, by accounts, by absence, or among events. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.beside import role_beside
from gendash.engine.platform.proposing.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.elsewhere import role_of_writer, side_of
from gendash.engine.platform.proposing.names import TABLES, WRITERS, rank
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, TableSeen
from gendash.engine.platform.proposing.rows import Condition
from gendash.engine.platform.proposing.scores import is_of_people
from gendash.engine.platform.proposing.values import place_of

PAIR = 0.82  # that a row with a question and an answer is two messages, or that two columns name who wrote one
Events = tuple[str, Mapping[str, str]]  # the column of events that says which are messages, and the side by its words


def writer_of(columns: Columns, one: TableSeen, events: Events, role: Line | None) -> Line | None:
    """The line of messages.role in place of ``role``, which a column of words gives; None where that is the best."""
    by_keys = _of_events(events) or _two_kinds(columns, one) or _two_writers(columns, one)
    if by_keys:
        return None if role and role.confidence >= CERTAIN else by_keys
    ways = (role_beside(one, columns.sample), _by_writer(columns, one), _by_absence(columns, one))
    return None if role else next(chain(*ways), None)


def messages_among(events: Events) -> Iterator[Condition]:
    """The condition that leaves out events which are no messages."""
    name, words = events
    if name:
        listed = ", ".join(map(quote_text, sorted(words)))
        yield f"lower({place_of('m', name)}::text) in ({listed})", DOUBTFUL, "events that are messages"


def _of_events(events: Events) -> Line | None:
    """Who wrote a message that is one of several kinds of events."""
    name, words = events
    if not name:
        return None
    place = f"lower({place_of('m', name)}::text)"
    cases = " ".join(f"when {quote_text(word)} then {quote_text(side)}" for word, side in sorted(words.items()))
    return Line("role", f"case {place} {cases} end", (name,), DOUBTFUL, "kinds of events", words)


def _two_kinds(columns: Columns, one: TableSeen) -> Line | None:
    """Who wrote a message, where a row names that of a person or that of an agent, each in a table of its own."""
    sides = {side_of(to[1]): name for name, to in one.references.items() if side_of(to[1])}
    if len(sides) < 2:
        return None
    given = columns.with_nulls(one, list(sides.values()))
    cases = [f"when {place_of('m', name)} is not null then '{side}'" for side, name in sorted(sides.items())]
    sure = PAIR if all(None in given.get(name, ()) for name in sides.values()) else DOUBTFUL
    evidence = f"{' and '.join(sides.values())} name what was written"
    return Line("role", f"case {' '.join(reversed(cases))} end", tuple(sides.values()), sure, evidence)


def _two_writers(columns: Columns, one: TableSeen) -> Line | None:
    """Who wrote a message, where people and staff are two columns of which one is filled."""
    users = columns.chosen.get("users")
    people = {each.place for each in columns.tables if rank(each.name, TABLES["users"]) >= 0.8 and is_of_people(each)}
    people |= {each.place for each in columns.people}
    to = {name: place[:2] for name, place in one.references.items() if place[:2] in people}
    mine = [name for name, place in to.items() if users and place == users.place]
    theirs = [name for name, place in to.items() if not users or place != users.place]
    if len(mine) != 1 or len(theirs) != 1:
        return None
    sql = f"case when {place_of('m', mine[0])} is not null then 'user' else 'assistant' end"
    given = columns.with_nulls(one, [mine[0], theirs[0]])
    sure = PAIR if all(None in given.get(name, ()) for name in (mine[0], theirs[0])) else DOUBTFUL
    return Line("role", sql, (mine[0],), sure, f"{mine[0]} and {theirs[0]} name who wrote it")


def _by_writer(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """Who wrote a message, where the account that a message names says whether it is a bot."""
    line = columns.line("conversations", "user_id", one)
    users = columns.chosen.get("users")
    if users and line and one.references.get(line.reads[0], ())[:2] == users.place:
        yield from role_of_writer(users, columns.id_of(users), place_of("m", line.reads[0]))


def _by_absence(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """Who wrote a message, where one side's messages name a person, and the other's nobody; it is asked."""
    names = sorted(one.columns, key=lambda each: -rank(each, WRITERS))
    for name in [each for each in names if rank(each, WRITERS) >= 0.8][:1]:
        given = columns.with_nulls(one, [name]).get(name, ())
        if None not in given or len(given) < 2:
            continue
        talks, to = columns.chosen.get("conversations"), one.references.get(name)
        person = columns.line("conversations", "user_id", talks) if talks else None
        of_talks = talks.references.get(person.reads[0]) if talks and person and person.reads else None
        staff = bool(to and of_talks and to[:2] != of_talks[:2])
        side, other = ("assistant", "user") if staff else ("user", "assistant")
        sql = f"case when {place_of('m', name)} is null then '{other}' else '{side}' end"
        columns.questions.append(f"messages: is a row of {one.name} without {name} written by the {other}?")
        yield Line("role", sql, (name,), 0.6, f"{name} names nobody in some rows")
        return
