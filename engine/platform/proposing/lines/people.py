"""The people whom a row names: by an address, or as the one of two tables that handles what the other asks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.platform.proposing.evidence.in_json_people import person_in_json
from gendash.engine.platform.proposing.evidence.links import id_family, on_row
from gendash.engine.platform.proposing.lines.columns import ALIASES, DOUBTFUL, LEAST_KNOWN, Columns, by
from gendash.engine.platform.proposing.names import COLUMNS, rank, words_of
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, TableSeen
from gendash.engine.platform.proposing.tables.actors import HANDLES, about, addresses
from gendash.engine.platform.proposing.tables.scores import is_of_people
from gendash.engine.platform.proposing.values import place_of

GUESSED, SETTLED = 0.6, 0.85
OF_TALK = "the person of"


def person_by_address(columns: Columns, table: str, column: str, one: TableSeen) -> Iterator[Line]:
    """The person whom a row names by an e-mail address, such as that of who sent it; at most one."""
    known = (*COLUMNS["conversations.user_id"], *COLUMNS["tickets.created_by"])
    for users in columns.people[:1]:
        named = (name for name in users.columns if words_of(name) in ("email", "email_address"))
        address = next(named, "")
        for name in one.columns if address else ():
            who = words_of(name).removesuffix("_address").removesuffix("_email")
            is_named = who != words_of(name) and rank(f"{who}_id", known) >= 0.8
            share = columns.with_nulls.known(one, name, users, address) if is_named or name in addresses(one) else None
            if is_named or (share and share > LEAST_KNOWN):
                same = f"lower({place_of('u', address)}) = lower({place_of(ALIASES[table], name)})"
                own = columns.named_as("users", users, columns.id_sql(users, "u"))
                sql = f"(select {own} from {users.quoted} u where {same} limit 1)"
                sure = SETTLED if share == 1.0 and columns.with_nulls.unique(users, address) else GUESSED
                sure = min(sure, DOUBTFUL) if "users" in columns.doubtful else sure
                yield Line(column, sql, (name,), sure, f"the {address} of {users.name}")
                return


def only_person(columns: Columns, one: TableSeen, column: str, alias: str) -> Iterator[Line]:
    """The person whom the only column names that names people, whatever it is called; not who handles or closes."""
    named = _naming_people(columns, one)
    filled = columns.sample(one, list(named)) if named else {}
    named = {name: users for name, users in named.items() if filled.get(name)}
    mine = [name for name in named if not set(words_of(name).split("_")) & HANDLES]
    if len(named) == len(mine) == 1:
        users = named[mine[0]]
        given = columns.with_nulls(one, mine).get(mine[0], ())
        declared = mine[0] not in one.implied | one.shown
        known = given and (None not in given or _writes_as(columns, mine[0]))
        sure = SETTLED if declared and known and len(columns.people) == 1 else GUESSED
        sql = columns.named_as("users", users, columns.names_sql(one, mine[0], alias, users))
        yield Line(column, sql, (mine[0],), sure, f"{by(mine[0], one)} {users.name}, the only one")


def _naming_people(columns: Columns, one: TableSeen) -> dict[str, TableSeen]:
    """The columns that name people, and whose table each names."""
    places = {each.place: each for each in columns.people}
    return {name: places[to[:2]] for name, to in one.references.items() if to[:2] in places}


def _writes_as(columns: Columns, column: str) -> bool:
    """True if messages call those who ask as a column calls the person, such as traveller of traveller_id."""
    said = columns.chosen.get("messages")
    role = columns.line("messages", "role", said) if said else None
    asks = [words_of(word) for word, side in role.words.items() if side == "user"] if role else []
    return words_of(column).removesuffix("_id") in asks


def only_rater(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """Who rated, by the only column of ratings that names people, whatever it is called."""
    named = _naming_people(columns, one)
    for name, users in named.items() if len(named) == 1 else ():
        sure = SETTLED if name not in one.implied | one.shown and len(columns.people) == 1 else GUESSED
        sql = columns.named_as("users", users, columns.names_sql(one, name, "f", users))
        yield Line("user_id", sql, (name,), sure, f"{by(name, one)} {users.name}, the only one")


def person_of_account(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """The person whom what a row names belongs to, such as an account for mail; at most one."""
    for users in columns.people[:1]:
        for column, to in one.references.items():
            above = next((each for each in columns.tables if each.place == to[:2]), None)
            mine = [name for name, other in above.references.items() if other[:2] == users.place] if above else []
            mine = [name for name in mine if rank(name, COLUMNS["conversations.user_id"]) >= 0.8]
            if above and mine and is_of_people(above) and above is not users:
                own = columns.named_as("users", users, columns.names_sql(above, mine[0], "k", users))
                sql = f"(select {own} from {above.quoted} k where {on_row(one, column, 'c', 'k', to[2])})"
                yield Line("user_id", sql, (), SETTLED, f"the owner of its {above.name}")
                return


def person_by_json(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """The person whose id the JSON of a conversation has; at most one."""
    for found in person_in_json(one, columns.people[:1], columns.with_nulls):
        kind = columns.people[0].columns[found.key]
        text = f"nullif({found.text}, '')" if id_family(kind) != "number" else f"nullif(nullif({found.text}, ''), '0')"
        sql = columns.named_as("users", columns.people[0], text)
        yield Line("user_id", sql, (found.column,), GUESSED, f"ids of {columns.people[0].name} in {found.column}")


def person_beside(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """The person whom the one row about a conversation names, such as its session; at most one."""
    said, people = columns.chosen.get("messages"), {each.place for each in columns.people}
    if not people or (said and any(to[:2] in people for to in said.references.values())):
        return  # who writes says more
    for other, column in about(one, columns.tables, columns.with_nulls):
        person = columns.line("conversations", "user_id", other)
        if person and person.reads and person.reads[0] in other.references:
            sql = person.sql.replace("c.", "k.")
            inner = f"select {sql} from {other.quoted} k where {on_row(other, column, 'k', 'c', columns.id_of(one))}"
            sure = SETTLED if person.confidence >= CERTAIN else GUESSED
            yield Line("user_id", f"({inner} limit 1)", (), sure, f"{person.evidence}, of {other.name}")
            return


def person_of_talk(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """The person of the conversation that a ticket was made from, where it names none itself; at most one."""
    talks = columns.chosen.get("conversations")
    person = columns.line("conversations", "user_id", talks) if talks and talks is not one else None
    column = next((name for name, to in one.references.items() if talks and to[:2] == talks.place), "")
    if talks and person and column and len(columns.levels) < 2:
        inner = f"from {talks.quoted} c where {on_row(one, column, 't', 'c', columns.id_of(talks))}"
        declared = column not in one.implied | one.shown and person.confidence >= CERTAIN
        sure = SETTLED if declared else GUESSED
        yield Line("created_by", f"(select {person.sql} {inner})", (), sure, f"{OF_TALK} its row of {talks.name}")


def _of_talks(columns: Columns) -> set[tuple[str, str]]:
    """The table of people whom conversations name as those who ask."""
    talks = columns.chosen.get("conversations")
    person = columns.line("conversations", "user_id", talks) if talks else None
    named = person.reads if person else ()
    return {talks.references[name][:2] for name in named if name in talks.references} if talks else set()


def handler(columns: Columns, one: TableSeen, created: Line | None) -> Iterator[Line]:
    """Who handles a ticket that names people of two tables: those of the other than the one that it is from."""
    mine = {one.references[name][:2] for name in (created.reads if created else ()) if name in one.references}
    mine = mine or {each.place for each in columns.people[:1] if created and not created.evidence.startswith(OF_TALK)}
    mine = mine or _of_talks(columns)
    others = [each for each in columns.people if mine and each.place not in mine]
    for name, to in one.references.items():
        target = next((each for each in others if each.place == to[:2]), None)
        if target:
            sql = columns.named_as("users", target, columns.names_sql(one, name, "t", target))
            evidence = f"{by(name, one)} {target.name}, the other people"
            sure = SETTLED if words_of(name).startswith("assign") else DOUBTFUL
            yield Line("assigned_to", sql, (name,), sure, evidence)
            return
    yield from _handler_by_record(columns, one)


def _handler_by_record(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """Who handles a ticket that names a row which is one person's only, such as that of a member of the staff."""
    taken = [each.place for each in columns.chosen.values()]
    for users in columns.people[:1]:
        for name, to in one.references.items():
            record = next((each for each in columns.tables if each.place == to[:2] and each.place not in taken), None)
            named = [column for column, of in record.references.items() if of[:2] == users.place] if record else []
            if record and len(named) == 1 and columns.with_nulls.unique(record, named[0]):
                own = columns.named_as("users", users, columns.names_sql(record, named[0], "k", users))
                sql = f"(select {own} from {record.quoted} k where {on_row(one, name, 't', 'k', to[2])})"
                yield Line("assigned_to", sql, (), DOUBTFUL, f"the person of its {record.name}")
                return
