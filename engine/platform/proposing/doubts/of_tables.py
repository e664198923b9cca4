"""What speaks against the choice of a table: rivals, people whom nothing names, rows that nothing joins. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gendash.engine.platform.proposing.doubts.doubt import PERSONS, Doubt, Proposed
from gendash.engine.platform.proposing.evidence.elsewhere import name_of
from gendash.engine.platform.proposing.names import (
    CHUNKS,
    COLUMNS,
    TABLES,
    TEXTS,
    WRITERS,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import CERTAIN, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.actors import ASKS, GROUPS, HANDLES
from gendash.engine.platform.proposing.tables.askers import ASKED, named_by_askers, names_one
from gendash.engine.platform.proposing.tables.documents import is_called_documents
from gendash.engine.platform.proposing.tables.scores import (
    PARTS,
    answers_of,
    chunks_of,
    has_column,
    is_aside,
    is_of_people,
    pair_of,
)
from gendash.engine.platform.proposing.values import TEXTS as TEXT_KINDS
from gendash.engine.platform.proposing.values import place_of

SOME = 0.2  # of the rows of messages, how many others are worth a doubt
CALLED = 0.5  # how well a name fits that ends as documents are called
MOST = 0.5  # of the messages of people, those that name one
TO_SEARCH_IN = {
    "embedded",
    "embedding",
    "indexed",
    "indexing",
    "chunking",
    "chunked",
    "vectorized",
    "ingested",
    "ingesting",
}
GENERIC = {"input", "output", "request", "response", "prompt", "completion", "query", "text"}
ANSWERING = ("agent", "assistant", "bot", "chatbot", "app", "channel", "inbox", "mailbox")  # who answers, and where
TALKS = {"user", "requester", "asker", "customer", "contact", "client", "visitor", "guest", "end", "participant"}


def incomplete(seen: Proposed) -> Iterator[Doubt]:
    """Rows that lack what such rows have, such as a time: another table may hold them.

    Accounts may have no time, and a status may be a code that nothing explains.
    """
    for table, one in seen.found.items():
        lacks = {line.column for line in one.lines if not line.confidence and line.sql.startswith("null::")}
        if table != "users" and lacks - {"status"}:
            yield Doubt(table)
            if table == "messages" and "conversations" in seen.found:
                yield Doubt("conversations")


def unnamed_people(seen: Proposed) -> Iterator[Doubt]:
    """People whom neither conversations nor questions name: perhaps those who answer, or develop."""
    if "users" not in seen.found:
        return
    people = seen.found["users"].source
    unsure = {doubt.table for rule in (other_person, same_person) for doubt in rule(seen)}
    if any(seen.line(table, column) for table, column in PERSONS if table not in unsure) or _write(seen, people):
        return
    yield Doubt(
        "users", question=f"users: are the rows of {people.name} those who talk? Nothing that is asked names them"
    )


def other_person(seen: Proposed) -> Iterator[Doubt]:
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


def second_person(seen: Proposed) -> Iterator[Doubt]:
    """Rows that name two people in each, of which neither is called after who asks: an owner may be who answers."""
    for table, column in PERSONS:
        line = seen.line(table, column)
        source = seen.found[table].source if line else None
        if not (line and source and len(line.reads) == 1) or set(words_of(line.reads[0]).split("_")) & TALKS:
            continue
        to = source.references.get(line.reads[0], ("", ""))[:2]
        others = [name for name, of in source.references.items() if of[:2] == to and name != line.reads[0]]
        others = [name for name in others if not set(words_of(name).split("_")) & HANDLES]
        given = seen.sample(source, others) if others else {}
        named = [name for name, found in given.items() if len([each for each in found if each is not None]) > 1]
        if named:
            asked = f"{table}.{column}: is it {line.reads[0]} or {named[0]} of {source.name}?"
            yield Doubt(table, {column}, question=asked)


def same_person(seen: Proposed) -> Iterator[Doubt]:
    """A ticket's person by the same column as who handles it: one of both is wrong."""
    asks, handles = seen.line("tickets", "created_by"), seen.line("tickets", "assigned_to")
    if asks and handles and asks.reads and asks.reads == handles.reads:
        name = seen.found["tickets"].source.name
        yield Doubt(
            "tickets", {"created_by", "assigned_to"}, question=f"tickets: is {asks.reads[0]} of {name} who asks?"
        )


def _write(seen: Proposed, people: TableSeen) -> bool:
    """True if the messages of those who ask name these people."""
    role, said = seen.line("messages", "role"), seen.found.get("messages")
    if not said or not role or not (role.sql or said.pair):
        return False
    mine = f"lower(({role.sql})::text) in ('user', 'human')" if role.sql else "true"
    known = (*WRITERS, *COLUMNS["conversations.user_id"])
    named = (name for name, to in said.source.references.items() if to[:2] == people.place and rank(name, known) >= 0.8)
    shares = (seen.sample.share(said.source, "m", f"{place_of('m', name)} is not null", mine) for name in named)
    return any((share or 0.0) >= MOST for share in shares)


def other_writers(seen: Proposed) -> Iterator[Doubt]:
    """Those who ask whom only messages name, and in another table than that of a conversation's person."""
    role, said = seen.line("messages", "role"), seen.found.get("messages")
    if not said or not role or role.confidence < CERTAIN or not role.sql or "users" not in seen.found:
        return
    named = named_by_askers(seen.tables, said.source, role.sql, seen.sample)
    users = seen.found["users"]
    united = {one.source.place for one in users.parts or (users,)}
    for table, column in (*PERSONS, ("feedback", "user_id")):
        line = seen.line(table, column)
        to = seen.found[table].source.references.get(line.reads[0]) if line and len(line.reads) == 1 else None
        own = [name for name, of in said.source.references.items() if to and of[:2] == to[:2]]
        mine = ASKED.format(role=role.sql)
        mine += "".join(f" and {place_of('m', name)} is null" for name in own)
        others = [
            name
            for place, name in named.items()
            if to and place != to[:2] and names_one(said.source, name, mine, seen.sample)
        ]
        if others and line:
            asked = (
                f"{table}.{column}: is it {line.reads[0]}, or whom {' or '.join(others)} of {said.source.name} name?"
            )
            yield Doubt(table, {column}, question=asked)
    if len(named) > 1:
        asked = f"messages.role: do those whom {' or '.join(named.values())} of {said.source.name} name all ask?"
        yield Doubt("messages", {"role"}, question=asked)
    if not named.keys() <= united:
        yield Doubt("users")


def owned_people(seen: Proposed) -> Iterator[Doubt]:
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


def other_people(seen: Proposed) -> Iterator[Doubt]:
    """Another table of people whom conversations or messages name, too, and who are none of the users."""
    users = seen.found.get("users")
    taken = {one.source.place for one in users.parts or (users,)} if users else set()
    acting = [seen.found[table].source for table in ("conversations", "messages") if table in seen.found]
    named = {to[:2] for one in acting for to in one.references.values()} - taken
    near = {to[:2] for one in seen.tables if one.place in taken for to in one.references.values()}  # an account's owner
    others = [
        one.name
        for one in seen.tables
        if one.place in named - near and one.rows and is_of_people(one)
        if not any(to[:2] in taken for to in one.references.values())
    ]
    if users and others:
        asked = f"users: are they the rows of {users.source.name} only, or of {', '.join(others[:4])}, too?"
        yield Doubt("users", question=asked)


def part_of_talk(seen: Proposed) -> Iterator[Doubt]:
    """Conversations that name nobody, each of a row that does: a task of somebody may have several runs."""
    talks = seen.found.get("conversations")
    person = seen.line("conversations", "user_id")
    if talks is None or talks.grouped or talks.parts or (person and person.reads):
        return
    people = {one.place for one in seen.tables if is_of_people(one)}
    by_place = {one.place: one for one in seen.tables}
    if any(to[:2] in people for to in talks.source.references.values()):
        return  # it names somebody, perhaps who answers
    for to in talks.source.references.values():
        above = by_place.get(to[:2])
        called = above and rank(above.name, (*ANSWERING, *GROUPS)) + rank(above.name, TABLES["users"]) >= CALLED
        if above and above.place not in people and not called and not is_of_people(above):
            named = [name for name, of in above.references.items() if of[:2] in people]
            if any(rank(name, COLUMNS["conversations.user_id"]) > 0 for name in named):
                yield Doubt(
                    "conversations", question=f"conversations: is one a row of {talks.source.name}, or of {above.name}?"
                )
                yield Doubt("messages", {"conversation_id"})
                return


def rival_messages(seen: Proposed) -> Iterator[Doubt]:
    """Another table that is called after messages, with texts within conversations: either may be the platform's."""
    if "messages" not in seen.found:
        return
    own, tickets = seen.found["messages"].source, seen.found.get("tickets")
    aside = tickets.source.place if tickets and _talks(seen) != tickets.source.place else None
    rivals = [one for one in seen.others("messages") if one.rows >= SOME * own.rows and _is_said(one, aside, seen)]
    if rivals:
        listed = ", ".join(one.name for one in rivals[:4])
        yield Doubt("messages", question=f"messages: are they the rows of {own.name}, or of {listed}?")
        if "conversations" in seen.found:  # they are what the messages belong to
            yield Doubt("conversations")
        if "users" in seen.found and (_other_people(seen) or not all(_name_people(one, seen) for one in rivals)):
            yield Doubt("users")


def _name_people(one: TableSeen, seen: Proposed) -> bool:
    """True if rows, or what they belong to, name one of the people."""
    users, by_place = seen.found["users"], {each.place: each for each in seen.tables}
    people = {part.source.place for part in users.parts or (users,)}
    above = [by_place[to[:2]] for to in one.references.values() if to[:2] in by_place]
    return any(to[:2] in people for each in (one, *above) for to in each.references.values())


def _other_people(seen: Proposed) -> bool:
    """True if other rows than the users are people, too: those of the other messages may be these."""
    users = seen.found["users"]
    taken = {one.source.place for one in users.parts or (users,)}
    others = [one for one in seen.tables if one.rows and one.place not in taken and is_of_people(one)]
    return any(rank(one.name, TABLES["users"]) >= 0.8 for one in others)


def _talks(seen: Proposed) -> tuple[str, str] | None:
    return seen.found["conversations"].source.place if "conversations" in seen.found else None


def _is_said(one: TableSeen, tickets: tuple[str, str] | None, seen: Proposed) -> bool:
    """True if rows look like messages; not if they are comments of tickets that are no conversations."""
    texts = any(words_of(name) in (*TEXTS, "comment") for name in one.columns)
    within = has_column(one, "messages.conversation_id") or _says_who(one, seen.sample)
    of_tickets = tickets and any(to[:2] == tickets for to in one.references.values())
    return rank(one.name, TABLES["messages"]) > 0 and not of_tickets and bool(pair_of(one) or (texts and within))


def _says_who(one: TableSeen, sample: RowSample) -> bool:
    """True if a column may say who wrote: not one with the same code in each row, such as that of a log."""
    named = [name for name in one.columns if rank(name_of(one, name), COLUMNS["messages.role"]) > 0.7]
    given = sample(one, named) if named else {}
    codes = (len(set(of)) == 1 and all(str(each).isdigit() for each in of) for of in given.values())
    return any(not is_code for is_code in codes)


def generic_pairs(seen: Proposed) -> Iterator[Doubt]:
    """Rows with an input and an output, as any run of a program has, in a table that is not called after messages."""
    one = seen.found.get("messages")
    if one and one.pair and not rank(one.source.name, (*TABLES["messages"], "chat", "question", "conversation")):
        talks = {to[:2] for name, to in one.source.references.items() if name not in one.source.implied}
        within = any(rank(name, ("conversation", "chat", "thread", "dialog")) > 0 for _, name in talks)
        asked_by = any(each.place in talks and is_of_people(each) for each in seen.tables)
        if any(words_of(name) in GENERIC for name in one.pair) and not (within and asked_by):
            question, answer = one.pair
            asked = f"messages: are {question} and {answer} of {one.source.name} what people ask and are answered?"
            yield Doubt("messages", question=asked)
    answer = one.pair[1] if one and one.pair else ""
    others = [name for name in answers_of(one.source) if name != answer] if one else []
    if one and answer in answers_of(one.source) and words_of(answer) != "answer" and others:
        asked = f"messages: is {answer} of {one.source.name} the answer, or {others[0]}?"
        yield Doubt("messages", {"message_id", "role"}, question=asked)


def rival_documents(seen: Proposed) -> Iterator[Doubt]:
    """Another table of files; where the chosen one says how far each is, only one that does, too."""
    if "documents" not in seen.found:
        return
    own = seen.found["documents"].source
    lines = (seen.line("documents", column) for column in ("status", "chunk_count"))
    processed = any(line and line.confidence >= CERTAIN for line in lines)
    said = seen.found["messages"].source.place if "messages" in seen.found else None
    apart = [one for one in seen.others("documents") if not any(to[:2] == said for to in one.references.values())]
    rivals = [one for one in apart if _is_of_files(one) and (not processed or _has_status(one))]
    if not processed:  # one that says how far each file of the other is
        about = [one for one in seen.tables if one.rows and (_has_status(one) or _is_described(one))]
        rivals += [one for one in about if _has_each(one, own, seen.sample)]
        if not chunks_of(own, seen.tables):  # what is cut into parts is what a platform answers from
            rivals += [one for one in seen.others("documents") if one not in rivals and _is_cut(one, seen.tables)]
    if rivals:
        listed = " or of ".join(one.name for one in (own, *rivals[:4]))
        yield Doubt("documents", question=f"documents: are they the rows of {listed}?")


def unproven_documents(seen: Proposed) -> Iterator[Doubt]:
    """Files in a table of another name, of which nothing is made to search in: exports have a status, too."""
    one = seen.found["documents"].source if "documents" in seen.found else None
    status, chunks = seen.line("documents", "status"), seen.line("documents", "chunk_count")
    words = {words_of(word) for word in status.words} if status else set()
    if one and not is_called_documents(one, CALLED) and not (chunks or words & TO_SEARCH_IN):
        yield Doubt("documents", question=f"documents: are they the rows of {one.name}?")


def _is_cut(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    """True if rows are cut into texts that are called chunks or have an embedding."""
    found = chunks_of(one, tables)
    words = {words_of(name) for name in found[0].columns} if found else set()
    called = found and rank(found[0].name, CHUNKS[:1]) > 0
    return bool(words & set(TEXTS) and (called or words & set(PARTS)))


def _is_described(one: TableSeen) -> bool:
    """True if a table is called after documents and has a text; those that only link two tables have none."""
    texts = [name for name, kind in one.columns.items() if kind.startswith(TEXT_KINDS) and name not in one.references]
    return rank(one.name, TABLES["documents"]) > 0 and any(name not in one.keys for name in texts)


def _has_each(one: TableSeen, own: TableSeen, sample: RowSample) -> bool:
    """True if a table has a row about each of another, at most; several are tries."""
    return any(to[:2] == own.place and sample.unique(one, column) for column, to in one.references.items())


def _is_of_files(one: TableSeen) -> bool:
    words = {words_of(name) for name in one.columns}
    sized = {"file_type", "file_size"} <= words or bool(words & {"filename", "file_name"})
    return sized or rank(one.name, TABLES["documents"]) > 0


def _has_status(one: TableSeen) -> bool:
    return any(rank(name, COLUMNS["documents.status"]) >= 0.8 for name in one.columns)


def aside(seen: Proposed) -> Iterator[Doubt]:
    """Tables whose names say that their rows were made to try, kept for later, copied or sent by machines."""
    for table, one in seen.found.items():
        sources = [part.source for part in one.parts or (one,)]
        odd = [each.name for each in sources if is_aside(each, seen.tables)]
        if odd:
            yield Doubt(table, question=f"{table}: are they the rows of {odd[0]}, as its name may be of others?")


def unlinked(seen: Proposed) -> Iterator[Doubt]:
    """Messages of which neither the conversation nor the writer is certain, and rows whose conversation is unknown."""
    said, talks = seen.found.get("messages"), seen.found.get("conversations")
    talk, role = seen.line("messages", "conversation_id"), seen.line("messages", "role")
    if not said and "users" in seen.found:
        yield Doubt("users")  # without what is said nobody knows who talks
    if said and not (talk and any(line and line.confidence >= CERTAIN for line in (talk, role))):
        yield Doubt("messages")
    if said and not (talk and talk.confidence >= CERTAIN):
        yield Doubt("messages", (), rows=True)  # they may be deleted with it
    if said and not (role and (role.words or role.confidence >= CERTAIN)):  # whether an agent talks is not known
        yield from (Doubt(table, (), rows=True) for table in ("messages", "conversations") if table in seen.found)
    if talks and (talks.grouped or not talk):
        yield Doubt("conversations")
    nobody = talks and not seen.line("conversations", "user_id") and "users" in seen.found
    called = talks and rank(talks.source.name, ("conversation", "chat", "thread", "dialog")) > 0
    # neither people nor words say that they talk
    if said and nobody and not called and not (role and role.confidence >= CERTAIN):
        yield Doubt("conversations")
        yield Doubt("messages", {"conversation_id"})
