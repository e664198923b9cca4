"""Who wrote a message where no column of words says so: by keys, by accounts, by absence, or among events. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.beside import role_beside, unread_beside
from gendash.engine.platform.proposing.evidence.elsewhere import role_by_kind, role_of_writer, side_of
from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.lines.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.lines.rows import Condition, bots_of
from gendash.engine.platform.proposing.lines.sides import side_by_rows
from gendash.engine.platform.proposing.names import COLUMNS, TABLES, WRITERS, meaning, rank
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.tables.askers import ASKED, named_by_askers
from gendash.engine.platform.proposing.tables.scores import is_of_people
from gendash.engine.platform.proposing.values import place_of

FEWEST_NAMES = 3
FEWEST_OPENED, MOST_TRIED = 8, 3  # conversations that show who opens them, and columns that are looked at
ALL_BUT_FEW = 0.97  # of the messages of tickets: people may write for each other
GUESSED, ALWAYS = 0.6, 0.85  # the first of several, and who is named by all
PAIR = 0.82  # that a row with a question and an answer is two messages, or that two columns name who wrote one
Events = tuple[str, Mapping[str, str]]  # the column of events that says which are messages, and the side by its words


def writer_of(columns: Columns, one: TableSeen, events: Events, role: Line | None) -> Line | None:
    """The line of messages.role in place of ``role``, which a column of words gives; None where that is the best."""
    by_keys = _of_events(events) or _two_kinds(columns, one) or _two_writers(columns, one)
    if by_keys:
        return None if role and role.confidence >= CERTAIN else by_keys
    lacks_answers = bool(role and role.words and "assistant" not in role.words.values())
    if not role or role.confidence < CERTAIN:
        shown = next(side_by_rows(columns, one, role), None)
        if shown:
            return shown
    if role and not _is_unread(role) and not lacks_answers:
        return None
    beside = next(role_beside(one, columns.with_nulls), None) if role and not lacks_answers else None
    if beside:
        return beside  # no word of the column is known, and each of those is
    ways = (
        role_beside(one, columns.with_nulls),
        _by_writer(columns, one, by_kind=True),
        _by_staff(columns, one),
        _by_writer(columns, one),
        _by_name(columns, one),
    )
    found = next(chain(*ways), None) if not role or lacks_answers else None
    if lacks_answers:
        return found
    return found or next(chain(_by_opening(columns, one, role), () if role else _by_absence(columns, one)), None)


def _is_unread(role: Line) -> bool:
    """True if no word of a role's column is known."""
    return not role.words


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


def _by_writer(columns: Columns, one: TableSeen, by_kind: bool = False) -> Iterator[Line]:
    """Who wrote a message, where the account that a message names says whether it is a bot, or of which kind it is."""
    line = columns.line("conversations", "user_id", one)
    users = columns.chosen.get("users")
    if users and line and one.references.get(line.reads[0], ())[:2] == users.place:
        place = place_of("m", line.reads[0])
        kinds = role_by_kind(users, columns.id_of(users), place, columns.with_nulls)
        yield from kinds if by_kind else role_of_writer(users, columns.id_of(users), place)


def _by_name(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """Who wrote a message, where a column has the name of a person, or a word for the assistant; it is asked."""
    named = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS)]
    named = [name for name in named if rank(name, COLUMNS["messages.role"]) >= 0.8]
    for name, given in (columns.sample(one, named) if named else {}).items():
        words = {str(each).lower() for each in given}
        agents = sorted(word for word in words if meaning("messages.role", word) == "assistant")
        people = {word for word in words if meaning("messages.role", word) is None}
        if agents and len(people) >= FEWEST_NAMES and len(agents) + len(people) == len(words):
            listed = ", ".join(map(quote_text, agents))
            sql = f"case when lower({place_of('m', name)}::text) in ({listed}) then 'assistant' else 'user' end"
            columns.questions.append(f"messages: is all whose {name} is not {' or '.join(agents)} by people?")
            yield Line("role", sql, (name,), DOUBTFUL, f"names of people in {name}, and {', '.join(agents)}")
            return


def _by_staff(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """Who wrote a message of a ticket: those who handle tickets answer, by the role of the account that it names."""
    users, talks = columns.chosen.get("users"), columns.chosen.get("conversations")
    role = columns.line("users", "role", users) if users else None
    if not (users and talks and role and talks is columns.chosen.get("tickets") and not is_said_alone(role)):
        return
    bots = bots_of(users, of_tickets=True)
    number = " = 1" if bots and users.columns[bots[0]] == "smallint" else ""
    of_bots = "".join(f" or {place_of('u', name)}{number}" for name in bots[:1])
    for name in (each for each, to in one.references.items() if to[:2] == users.place and rank(each, WRITERS) >= 0.8):
        who = on_row(one, name, "m", "u", columns.id_of(users))
        staff = f"({role.sql}) in ('admin', 'super_admin')"
        inner = f"select from {users.quoted} u where {who} and {f'({staff}{of_bots})' if bots else staff}"
        sql = f"case when exists ({inner}) then 'assistant' else 'user' end"
        evidence = f"{role.reads[0]} of {users.name}"
        if _asks_or_handles(columns, one, name, f"exists ({inner})"):
            yield Line("role", sql, (name,), PAIR, f"{evidence}; all others wrote in their own {talks.name}")
            return
        columns.questions.append(f"messages: are those of people whose {role.reads[0]} is staff's the answers?")
        yield Line("role", sql, (name,), DOUBTFUL, evidence)
        return


def is_said_alone(role: Line) -> bool:
    """True if no word of a role means one of the staff."""
    return not {"admin", "super_admin"} & set(role.words.values())


def _asks_or_handles(columns: Columns, one: TableSeen, writer: str, is_staff: str) -> bool:
    """True if each message of a ticket is of its own person, or of one of the staff, and both write."""
    talks, talk = columns.chosen["conversations"], columns.line("messages", "conversation_id", one)
    person = columns.line("conversations", "user_id", talks)
    if not (talk and person and len(talk.reads) == 1 and talk.reads[0] in one.references):
        return False
    on = on_row(one, talk.reads[0], "m", "c", columns.id_of(talks))
    own = f"exists (select from {talks.quoted} c where {on} and ({person.sql})::text = {place_of('m', writer)}::text)"
    given = f"{place_of('m', writer)} is not null"
    explained = columns.with_nulls.share(one, "m", f"{own} or {is_staff}", given)
    of_staff = columns.with_nulls.share(one, "m", is_staff, given)
    return (explained or 0.0) >= ALL_BUT_FEW and 0 < (of_staff or 0.0) < 1


def _by_opening(columns: Columns, one: TableSeen, role: Line | None) -> Iterator[Line]:
    """Who wrote a message by two codes or words that are not known: that which opens conversations is a person's."""
    beside = [(role.reads[0], place_of("m", role.reads[0]))] if role else unread_beside(one, columns.with_nulls)
    beside = beside or [
        (name, place_of("m", name)) for name in one.columns if rank(name, COLUMNS["messages.role"]) >= 0.8
    ]
    for name, text in beside[:MOST_TRIED]:
        words = _sides(_openers(columns, one, text))
        if words:
            columns.questions[:] = [each for each in columns.questions if not each.startswith("messages.role")]
            listed = " and ".join(f"{word!r} by the {side}" for word, side in words.items())
            columns.questions.append(f"messages: is {listed}? {next(iter(words))!r} opens conversations")
            cases = " ".join(f"when {quote_text(word)} then '{side}'" for word, side in words.items())
            yield Line("role", f"case ({text})::text {cases} end", (name,), DOUBTFUL, "who opens conversations", words)
            return


def _openers(columns: Columns, one: TableSeen, text: str) -> Mapping[str, tuple[int, int]]:
    """By the value of SQL over a message how many conversations it opens, and how many messages have it."""
    talk, time = (columns.line("messages", column, one) for column in ("conversation_id", "created_at"))
    if not (talk and time and len(talk.reads) == len(time.reads) == 1):
        return {}
    return columns.with_nulls.openers(one, talk.reads[0], time.reads[0], text)


def _sides(seen: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """The person's and the assistant's value, where one opens most conversations and one other has most of the rest."""
    opened, rows = sum(opens for opens, _ in seen.values()), sum(many for _, many in seen.values())
    often = sorted((word for word, (_, many) in seen.items() if many >= rows / 5), key=lambda word: -seen[word][0])
    if opened < FEWEST_OPENED or len(seen) > values.MOST_WORDS or len(often) != 2 or seen[often[0]][0] < opened * 0.8:
        return {}
    return {often[0]: "user", often[1]: "assistant"}


def person_of_messages(columns: Columns, messages: ProposedTable, column: str, alias: str) -> Iterator[Line]:
    """The person of a conversation that names none: whom the first message of a person names; at most one."""
    one, talks, users = messages.source, columns.chosen.get("conversations"), columns.chosen.get("users")
    by = {line.column: line for line in messages.lines}
    known = messages.pair or by["role"].confidence
    if not (talks and users and known) or one is talks or len(columns.levels) > 1:
        return
    talk = next((name for name, to in one.references.items() if to[:2] == talks.place), "")
    names = [name for name, to in one.references.items() if to[:2] == users.place]
    names = [name for name in names if rank(name, WRITERS) >= 0.8][:1] or names * (len(names) == 1)
    if len(columns.people) > 1 and not messages.pair:
        askers = named_by_askers(columns.tables, one, by["role"].sql, columns.with_nulls)
        names = [name for place, name in askers.items() if any(each.place == place for each in columns.people)]
        names = sorted(names, key=lambda name: -rank(name, COLUMNS["conversations.user_id"])) if len(names) > 1 else []
    if talk and names:
        places = {
            name: next(each for each in columns.people if each.place == one.references[name][:2]) for name in names
        }
        ids = [columns.named_as("users", to, columns.names_sql(one, name, "m", to)) for name, to in places.items()]
        own = f"coalesce({', '.join(ids)})" if len(ids) > 1 else ids[0]
        filled = " or ".join(f"{place_of('m', name)} is not null" for name in names)
        on = f"{on_row(one, talk, 'm', alias, columns.id_of(talks))} and {f'({filled})' if len(names) > 1 else filled}"
        said = "" if messages.pair else f" and {ASKED.format(role=by['role'].sql)}"
        inner = f"select {own} from {one.quoted} m where {on}{said} order by {by['created_at'].sql} limit 1"
        sure = ALWAYS if len(names) == 1 and messages.pair and _is_one(columns, one, talk, names[0]) else GUESSED
        yield Line(column, f"({inner})", (), sure, f"the first {' or '.join(names)} of its {one.name}")


def _is_one(columns: Columns, one: TableSeen, talk: str, name: str) -> bool:
    """True if all messages of a conversation name the same person."""
    person, other = place_of("m", name), place_of("o", name)
    same = f"{place_of('o', talk)} = {place_of('m', talk)} and {other} is distinct from {person}"
    return columns.with_nulls.share(one, "m", f"not exists (select from {one.quoted} o where {same})") == 1.0


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
        opens = _sides(_openers(columns, one, f"{place_of('m', name)} is null"))
        staff = opens["true"] == "user" if opens else staff
        side, other = ("assistant", "user") if staff else ("user", "assistant")
        sql = f"case when {place_of('m', name)} is null then '{other}' else '{side}' end"
        columns.questions.append(f"messages: is a row of {one.name} without {name} written by the {other}?")
        yield Line("role", sql, (name,), 0.6, f"{name} names nobody in some rows")
        return
