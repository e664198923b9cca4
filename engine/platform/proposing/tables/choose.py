"""Which table holds what: chosen by names and by evidence of columns and references. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import log10

from gendash.engine.platform.proposing.evidence.beside import role_beside
from gendash.engine.platform.proposing.evidence.in_json import JSON, messages_in_json
from gendash.engine.platform.proposing.evidence.links import belongs_elsewhere, id_column
from gendash.engine.platform.proposing.given import NOTHING, Given, settle
from gendash.engine.platform.proposing.names import (
    COLUMNS,
    TABLES,
    meaning,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import Place, RowSample, TableChoice, TableSeen
from gendash.engine.platform.proposing.tables.actors import GROUPS, WORDS_KINDS, choose_people
from gendash.engine.platform.proposing.tables.documents import choose_documents
from gendash.engine.platform.proposing.tables.filed import filed_tables
from gendash.engine.platform.proposing.tables.handled import is_closed, is_handled, is_ranked, is_served, is_ticket
from gendash.engine.platform.proposing.tables.histories import history_of
from gendash.engine.platform.proposing.tables.rated import choose_ratings
from gendash.engine.platform.proposing.tables.scores import (
    has_column,
    has_sides,
    is_of_people,
    is_said,
    names_files,
    pair_of,
    score_of,
)
from gendash.engine.platform.proposing.tables.spoken import belongs, spoken_tables

ENOUGH = 0.9  # score of a table: about its name alone, or a weaker name with two pieces of evidence
NO_TICKETS = ("task", "todo", "job", "goal", "milestone")  # work that nobody asked the staff for
SOME = 0.2  # of the rows of messages, how many others are worth a question
BOTH_SIDES = 0.3  # of a score, for words that say who wrote each row
TICKETS = TABLES["tickets"][:2]
TALKS = (*TABLES["conversations"], *TICKETS)
# as good as a name: texts in a conversation; both sides in a ticket; texts of both sides, several to another row
WRITTEN, ANSWERED, SPOKEN = 0.55, 0.6, 0.9
PER_DECADE = 0.06  # of a score, for ten times as many rows
MOST_TABLES = 30  # whose words are looked at for events


def choose_tables(tables: Sequence[TableSeen], sample: RowSample, given: Given = NOTHING) -> TableChoice:
    """The best table of each kind; no table is of two kinds, but a conversation may be a ticket, too.

    What is ``given`` by a person is not chosen.
    """
    filled = [one for one in tables if one.rows] or list(tables)  # an empty table may be a former one
    said = {one.place: WRITTEN for one in filled if is_said(one, sample)}
    within = [one for one in filled if any(rank(to[1], TALKS) > 0.5 for to in one.references.values())]
    sided = {one.place for one in within if has_sides(one, tables, sample)}
    of_tickets = {one.place for one in within if any(rank(to[1], TICKETS) >= 0.8 for to in one.references.values())}
    said |= dict.fromkeys(sided & of_tickets, ANSWERED)
    spoken = spoken_tables(filled, sample)
    said |= dict.fromkeys(spoken, SPOKEN)
    sided |= spoken
    files = {one.place for one in filled if names_files(one, sample)}
    filed = filed_tables(filled, sample)
    kinds = [kind for kind in TABLES if kind not in given]
    free = [one for one in filled if one.stored_place not in given.values()]
    scores = [(score_of(kind, one, tables, said, files, filed), kind, one) for kind in kinds for one in free]
    owned = {one.place for one in within if _of_one_person(one, tables)}
    scores.sort(key=lambda one: (-one[0] - _more(one[1], one[2], sided, owned), -one[2].rows))
    found = TableChoice({})
    settle(found, given, tables)
    for score, kind, one in scores:
        if score >= ENOUGH and kind not in found.tables and one not in found.tables.values():
            found.tables[kind] = one
    taken = [one.place for one in found.tables.values()]
    for score, kind, one in scores:
        if score >= ENOUGH and one.place not in taken:
            found.others.setdefault(kind, []).append(one)
    if "messages" not in found.tables and "messages" not in given:
        _choose_events(found, [one for one in free if one not in found.tables.values()], sample)
    elif "messages" in found.tables and "messages" in given:
        _choose_events(found, [found.tables["messages"]], sample)
    if "messages" not in found.tables and "messages" not in given:
        _choose_json_events(found, free, sample)
        _choose_json_talks(found, free, sample)
    fits = [one for score, kind, one in scores if kind == "documents" and score >= ENOUGH]
    choose_documents(found, fits, tables, sample)
    _choose_conversations(found, tables, sample, spoken)
    settle(found, given, tables)
    if "feedback" not in given:
        choose_ratings(found, free, sample)
    choose_people(found, tables, filled, sample)
    _ask_for_twins(found, tables)
    talks = found.tables.get("conversations")
    ends = bool(talks and "tickets" not in found.tables and not is_ticket(talks) and is_closed(talks, sample))
    handled = ends and len(found.people) > 1  # it names both who asks and who answers
    if talks and "tickets" not in found.tables and (handled or is_ticket(talks)):
        found.tables["tickets"] = talks
    elif talks and ends:
        found.tables["tickets"] = talks
        found.doubtful.add("tickets")
        found.questions.append(f"tickets: are rows of {talks.name} handled by somebody until they are closed?")
    if talks and found.tables.get("tickets") is talks:
        served = [one for one in free if one not in found.tables.values() and is_served(one)]
        served = [one for one in served if has_column(one, "tickets.status")]
        found.tables["tickets"] = served[0] if served else found.tables["tickets"]
    _choose_by_words(found, free, sample)
    settle(found, given, tables)
    return found


def _choose_by_words(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """Tickets in a table of any name: each word of its status and of its priority is one of tickets.

    It is asked, unless rows name who asks, who is responsible and when they ended; in a table that is called after
    tickets this is enough.
    """
    taken = [one for kind, one in found.tables.items() if kind != "feedback"]
    for one in tables if "tickets" not in found.tables else ():
        served = rank(one.name, TABLES["tickets"]) > 0 and is_served(one) and has_column(one, "tickets.status")
        asked = served or is_ranked(one, tables, sample) or _has_history(one, tables, sample) or is_handled(one, tables)
        if one not in taken and not rank(one.name, NO_TICKETS) and asked:
            found.tables["tickets"] = one
            if found.tables.get("feedback") is one:
                del found.tables["feedback"]
            if not is_served(one):
                found.doubtful.add("tickets")
                found.questions.append(f"tickets: are they the rows of {one.name}, by what its status says?")
            return


def _has_history(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> bool:
    """True if rows name people, have a priority, and another table has the states of each."""
    people = {each.place for each in tables if is_of_people(each)}
    named = any(to[:2] in people for to in one.references.values())
    return named and has_column(one, "tickets.priority") and history_of(one, tables, sample) is not None


def _more(kind: str, one: TableSeen, sided: Collection[Place], owned: Collection[Place]) -> float:
    """What the rows of a table speak for it: of several with messages that of the platform has both sides, and most.

    What people write to each other is in rooms; a conversation with an agent is one person's.
    """
    many = PER_DECADE * log10(max(one.rows, 1))
    return many + BOTH_SIDES * ((one.place in sided) + (one.place in owned)) if kind == "messages" else 0.0


def _of_one_person(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    """True if rows belong to conversations that name whose they are."""
    above = {to[:2] for to in one.references.values() if rank(to[1], TALKS) > 0}
    people = {each.place for each in tables if is_of_people(each)}
    return any(
        to[:2] in people and rank(column, COLUMNS["conversations.user_id"]) > 0
        for each in tables
        if each.place in above
        for column, to in each.references.items()
    )


def _choose_events(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """Messages among the events of a table, where words of a column name both who asks and who answers."""
    for one in sorted(tables, key=lambda each: -each.rows)[:MOST_TABLES]:
        kinds = [name for name, kind in one.columns.items() if kind.startswith(WORDS_KINDS)]
        kinds = [name for name in kinds if rank(name, COLUMNS["messages.role"]) > 0]
        for name, given in (sample(one, kinds) if kinds else {}).items():
            words = {str(each).lower(): side for each in given if (side := _says(str(each)))}
            if set(words.values()) == {"user", "assistant"}:
                found.tables["messages"] = one
                if all(meaning("messages.role", str(each)) is not None for each in given if each is not None):
                    return  # each row is a message
                found.events = (name, words)
                found.doubtful.add("messages")
                listed = " or ".join(map(repr, sorted(words)))
                found.questions.append(f"messages: are they the rows of {one.name} whose {name} is {listed}?")
                return


def _choose_json_events(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """Messages among the rows of conversations whose JSON says who wrote each: both sides; it is asked."""
    known = COLUMNS["messages.conversation_id"]
    for one in sorted(tables, key=lambda each: -each.rows)[:MOST_TABLES]:
        if one in found.tables.values():
            continue
        within = any(rank(name, known) >= 0.8 for name in one.columns) or bool(belongs(one, tables, sample))
        if within and next(role_beside(one, sample), None):
            found.tables["messages"] = one
            found.doubtful.add("messages")
            found.questions.append(f"messages: are they all rows of {one.name}? Their JSON says who wrote each")
            return


def _choose_json_talks(found: TableChoice, tables: Sequence[TableSeen], sample: RowSample) -> None:
    """Conversations in a table of any name whose rows hold their messages as JSON; it is asked."""
    if {"messages", "conversations"} & found.tables.keys():
        return
    for one in sorted(tables, key=lambda each: -each.rows)[:MOST_TABLES]:
        columns = [name for name, kind in one.columns.items() if kind in JSON]
        given = sample(one, columns) if columns and id_column(one) else {}
        if one not in found.tables.values() and messages_in_json(one, id_column(one), None, given):
            found.tables["conversations"] = one
            found.doubtful.add("conversations")
            found.questions.append(f"conversations: are they the rows of {one.name}? Their JSON holds messages")
            return


def _says(word: str) -> str:
    """Who writes what an event of this kind is: user, assistant, or empty; only the whole word says so."""
    side = meaning("messages.role", word) if words_of(word).count("_") == 0 else None
    return side if side in ("user", "assistant") else ""


def _ask_for_twins(found: TableChoice, tables: Sequence[TableSeen]) -> None:
    """Asks whether another table of the same columns, such as an archive, or of questions, holds more of the rows."""
    said = found.tables.get("messages")
    taken = list(found.tables.values())
    pairs = [one for one in tables if said and one not in taken and pair_of(one) and one.rows >= SOME * said.rows]
    known, talks = COLUMNS["messages.conversation_id"], (*TABLES["messages"], *TABLES["conversations"])
    pairs = [one for one in pairs if rank(one.name, talks) > 0]
    pairs = [one for one in pairs if any(rank(name, known) >= 0.8 for name in one.columns)]
    if said and pairs:
        many = pair_of(said) or any(one.rows >= said.rows / 2 for one in pairs)
        found.doubtful |= {"messages"} if many else set()
        listed = ", ".join(one.name for one in pairs[:6])
        found.questions.append(f"messages: do questions and answers in {listed} count, beside {said.name}?")
    for kind in ("messages", "conversations", "feedback"):
        one = found.tables.get(kind)
        others = [
            each for each in tables if one and each.schema == one.schema and each.place != one.place and each.rows
        ]
        alike = [each for each in others if one and dict(each.columns) == dict(one.columns)]
        if one and alike:
            listed = ", ".join(each.name for each in alike[:6])
            found.questions.append(f"{kind}: do the rows of {listed}, with the columns of {one.name}, count, too?")


def _choose_conversations(
    found: TableChoice, tables: Sequence[TableSeen], sample: RowSample, spoken: Collection[Place]
) -> None:
    """The tables that messages name as conversations; a person is asked where several do not hold each other."""
    messages = found.tables.get("messages")
    if messages is None:
        return
    by_place = {one.place: one for one in tables}
    named = {
        column: by_place[to[:2]]
        for column, to in messages.references.items()
        if to[:2] in by_place and rank(to[1], TABLES["conversations"]) > 0
    }
    ticket = found.tables.get("tickets")
    held = bool(ticket and any(to[:2] == ticket.place for to in messages.references.values()))
    if not named and not held and not _is_named_by_text(messages):
        named = _owners_of(messages, by_place, sample)
        unsure = messages.place not in spoken
        found.doubtful |= {"conversations"} if named and unsure else set()
        for one in named.values() if unsure else ():
            found.questions.append(f"conversations: is one a row of {one.name}? It is what {messages.name} belong to")
    weak = not any(rank(one.name, TABLES["conversations"]) >= 0.8 for one in named.values())
    of_tickets = ticket and any(to[:2] == ticket.place for to in messages.references.values())
    if ticket and (not named or (weak and of_tickets)):  # in a helpdesk what people write belongs to tickets
        named = {column: ticket for column, to in messages.references.items() if to[:2] == ticket.place}
    given = sample(messages, list(named)) if named else {}
    used = {column: one for column, one in named.items() if set(given.get(column, ())) != {None}}
    levels = sorted(used.items(), key=lambda each: sum(_holds(other, each[1], by_place) for other in used.values()))
    levels.reverse()
    chain = all(_holds(above[1], below[1], by_place) for below, above in pairwise(levels))
    if len(levels) > 1 and not chain:
        found.doubtful.add("conversations")
        listed = " or of ".join(sorted(one.name for one in used.values()))
        found.questions.append(f"conversations: are they the rows of {listed}? Messages name each")
        return
    apart = len(levels) == 1 and belongs_elsewhere(messages, levels[0][0], sample)
    if levels and not apart and all(None in given.get(column, ()) for column, _ in levels):
        texts = _texts_that_name(messages)
        if any(None not in sample(messages, [name]).get(name, (None,)) for name in texts):
            # each message has the id of a conversation that no table holds, and only some are of these rows
            found.tables.pop("conversations", None)
            return
        found.doubtful.add("conversations")
        listed = " and ".join(column for column, _ in levels)
        found.questions.append(f"messages.conversation_id: what is the conversation of messages without {listed}?")
    full = next((n for n, (column, _) in enumerate(levels, 1) if None not in given.get(column, ())), len(levels))
    found.levels = levels[:full]
    if levels:
        found.tables["conversations"] = levels[0][1]
    if len(levels) > 1:
        listed = ", else of ".join(one.name for _, one in found.levels)
        whole = ", which holds several" if full == 1 else ""
        found.questions.append(f"conversations: is one a row of {listed}, not of {levels[-1][1].name}{whole}?")


def _is_named_by_text(messages: TableSeen) -> bool:
    """True if messages have the id of a conversation that no table holds."""
    return bool(_texts_that_name(messages))


def _texts_that_name(messages: TableSeen) -> list[str]:
    """The columns of messages called after conversations that name no row."""
    known = COLUMNS["messages.conversation_id"]
    return [name for name in messages.columns if rank(name, known) >= 0.8 and name not in messages.references]


def _owners_of(messages: TableSeen, by_place: Mapping[Place, TableSeen], sample: RowSample) -> dict[str, TableSeen]:
    """The column that names what messages belong to, where none is called a conversation and only one can be it.

    Of several the one that each message has: not each has a prompt or a tool.
    """
    fits = {
        column: by_place[to[:2]]
        for column, to in messages.references.items()
        if to[:2] in by_place and to[:2] != messages.place and column not in messages.keys
    }
    fits = {
        column: one
        for column, one in fits.items()
        if not is_of_people(one) and rank(one.name, (*TABLES["users"], *GROUPS, *TABLES["documents"])) < 0.8
    }
    if len(fits) > 1:
        given = sample(messages, list(fits))
        fits = {column: one for column, one in fits.items() if given.get(column) and None not in given[column]}
    if len(fits) > 1:  # a version of a prompt is nobody's
        fits = {
            column: one
            for column, one in fits.items()
            if any(is_of_people(by_place[to[:2]]) for to in one.references.values() if to[:2] in by_place)
        }
    return fits if len(fits) == 1 else {}


def _holds(above: TableSeen, below: TableSeen, by_place: dict[tuple[str, str], TableSeen]) -> bool:
    """True if a row of ``below`` belongs to one of ``above``, directly or by others."""
    seen, todo = {below.place}, [below]
    while todo:
        for to in todo.pop().references.values():
            if to[:2] == above.place and above is not below:
                return True
            if to[:2] in by_place and to[:2] not in seen and rank(to[1], TABLES["conversations"]) > 0:
                seen.add(to[:2])
                todo.append(by_place[to[:2]])
    return False
