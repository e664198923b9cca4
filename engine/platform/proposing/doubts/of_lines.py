"""What speaks against lines and rows: empty columns, words read loosely, other ids, unread flags. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.doubts.doubt import PERSONS, Doubt, Proposed
from gendash.engine.platform.proposing.names import (
    STATES,
    WORDS,
    head_of,
    joined_words,
    meaning,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import CERTAIN

IDS = ("id", "uuid", "guid", "uid", "public_id", "external_id")
# truth values of a row that change nothing about whether it counts
HARMLESS = {"pinned", "starred", "archived", "favorite", "favourite", "edited", "read", "seen", "public", "shared",
            "voice", "active", "verified", "default", "breached"}  # fmt: skip
PERMITS = ("can", "may", "has", "have", "allow", "enable", "use", "show", "include")  # what a row may do, or has
OUTSIDE = {"customer", "contact", "visitor", "client", "guest"}
RUNS, MAY_RUN = ("admin", "super", "owner"), ("agent", "operator", "support", "employee", "staff")
VERSIONS = ("is_current", "current_flag", "is_latest", "valid_to", "valid_until")  # of a row that has others after it
PEOPLE = (*PERSONS, ("tickets", "assigned_to"), ("feedback", "user_id"), ("documents", "user_id"))
NUMBERS = ("no", "nr", "number", "id", "uid", "key", "code")
NAMES = {"messages": (("feedback", "message_id"),), "conversations": (("messages", "conversation_id"),)}
FLAGS_OF_STAFF = {*RUNS, *MAY_RUN, "superuser", "staff", "moderator"}


def empty(seen: Proposed) -> Iterator[Doubt]:
    """A column that is empty in all rows is no evidence, nor is a flag of administrators that none has."""
    for table, one in seen.found.items():
        reads = {
            line.reads[0]: line.column for line in one.lines if len(line.reads) == 1 and line.confidence >= CERTAIN
        }
        reads = {name: column for name, column in reads.items() if name in one.source.columns and not one.parts}
        given = seen.sample(one.source, list(reads)) if reads and one.source.rows else {}
        for name, column in reads.items():
            nothing = (None, "", False) if column == "role" else (None, "")
            if name in given and not any(each not in nothing for each in given[name]):
                yield Doubt(table, {column})


def loose_words(seen: Proposed) -> Iterator[Doubt]:
    """A word of which only a part is known, such as that after a negation; who writes says it in many ways."""
    for table, one in seen.found.items():
        for line in one.lines:
            full = f"{table}.{line.column}"
            known = {joined_words(each) for of in WORDS.get(full, {}).values() for each in of}
            plain = {word for word in line.words if word in ("true", "false") or word.lstrip("-").isdigit()}
            loose = [word for word in line.words if word not in plain and joined_words(head_of(word)) not in known]
            loose = [word for word in loose if not line.evidence.startswith("only ")]
            loose = [word for word in loose if meaning(full, word) is not None]  # else it was asked
            if full in WORDS and full != "messages.role" and loose:
                listed = ", ".join(map(repr, loose[:6]))
                asked = f"{full}: is {listed} read right, by a part of the word?"
                yield Doubt(table, {line.column}, question=asked, words=loose)


def other_id(seen: Proposed) -> Iterator[Doubt]:
    """A key that no other table names, beside another column that identifies each row; or one with a constant."""
    for table, one in seen.found.items():
        id_, source = one.lines[0], one.source
        several = {name: given for name, given in seen.sample(source, id_.reads).items() if len(id_.reads) > 1}
        if not one.parts and any(len(given) == 1 for given in several.values()):
            yield Doubt(table, {id_.column})
        if len(id_.reads) != 1 or one.grouped:
            continue
        named = any(to == (*source.place, id_.reads[0]) for other in seen.tables for to in other.references.values())
        own = f"{words_of(table)}_id"
        called = [name for name in source.columns if words_of(name) in (*IDS, own) and name not in source.references]
        others = [name for name in called if name != id_.reads[0] and not named and seen.sample.unique(source, name)]
        if others:
            asked = f"{table}.{id_.column}: is it {id_.reads[0]} or {others[0]} of {source.name}?"
            yield Doubt(table, {id_.column}, question=asked)


def other_key(seen: Proposed) -> Iterator[Doubt]:
    """People who are named by another column than their key, such as a login, which no foreign key declares."""
    by_place = {one.place: one for one in seen.tables}
    for table, column in PERSONS:
        line = seen.line(table, column)
        source = seen.found[table].source if line else None
        for name in line.reads if line and source else ():
            to = source.references.get(name) if source else None
            people = by_place.get(to[:2]) if to else None
            if to and people and people.key not in ("", to[2]) and source and name in source.implied | source.shown:
                yield Doubt(table, {column})


def staff(seen: Proposed) -> Iterator[Doubt]:
    """Whether those who help are administrators is the platform's to say."""
    role = seen.line("users", "role")
    if role is None:
        return
    flags = [name for name, kind in seen.found["users"].source.columns.items() if kind == "boolean"]
    mine = [name for name in role.reads if name in flags]
    beside = [name for name in flags if mine and name not in mine and set(words_of(name).split("_")) & FLAGS_OF_STAFF]
    odd = [*beside, *(name for name in mine if not any(each in words_of(name) for each in ("admin", "super")))]
    runs = [word for word, of in role.words.items() if of in ("admin", "super_admin") and word != "true"]
    odd += [word for word in runs if not any(each in word for each in RUNS)]
    odd += [word for word in role.words if word not in odd and words_of(word) in MAY_RUN]
    if "admin" not in role.words.values():  # nobody is between those and the others
        odd += [word for word in role.words if joined_words(word) in ("superuser", "root")]
    if odd:
        asked = f"users.role: are those of {', '.join(odd[:4])} administrators?"
        yield Doubt("users", {"role"}, question=asked, words=odd if set(odd) < set(role.words) else ())


def two_askers(seen: Proposed) -> Iterator[Doubt]:
    """Words of those who ask beside user, which may mean the staff; and rows that have none."""
    role, said = seen.line("messages", "role"), seen.found.get("messages")
    if not said or not role or len(role.reads) != 1 or role.confidence < CERTAIN:
        return
    asks = {word for word, of in role.words.items() if of == "user"}
    if "user" in asks and {words_of(word) for word in asks} & OUTSIDE:
        yield Doubt("messages", {"role"}, question="messages.role: is 'user' one of those who ask, or of the staff?")
    empty = f"({role.sql}) is null"
    if (seen.sample.share(said.source, "m", empty) or 0.0) > 0:
        asked = f"messages.role: who wrote the rows of {said.source.name} without {role.reads[0]}?"
        yield Doubt("messages", {"role"}, question=asked)


def other_sides(seen: Proposed) -> Iterator[Doubt]:
    """Rows of which a word says that neither side wrote them, where who wrote is a guess: they may be no messages."""
    role, said = seen.line("messages", "role"), seen.found.get("messages")
    if not said or not role or role.confidence >= CERTAIN or len(role.reads) != 1 or not role.words:
        return
    given = {str(each).lower() for each in seen.sample(said.source, role.reads).get(role.reads[0], ()) if each}
    sides = {word for word, of in role.words.items() if of}
    is_text = said.source.columns.get(role.reads[0], "").startswith(values.TEXTS)
    if is_text and role.reads[0] not in said.source.references and given - sides:
        yield Doubt("messages", (), rows=True)


def other_state(seen: Proposed) -> Iterator[Doubt]:
    """Accounts that are active by a truth value, beside a state whose words say so, too: which of both counts."""
    line = seen.line("users", "is_active")
    source = seen.found["users"].source if line else None
    if line is None or source is None or len(line.reads) != 1 or source.columns.get(line.reads[0]) != "boolean":
        return
    states = [name for name, kind in source.columns.items() if kind.startswith(values.TEXTS) and name not in line.reads]
    states = [name for name in states if rank(name, STATES) >= 0.8]
    for name, given in (seen.sample(source, states) if states else {}).items():
        if {"true", "false"} <= {meaning("users.is_active", str(each)) for each in given if each is not None}:
            asked = f"users.is_active: is it {line.reads[0]} of {source.name}, or what its {name} says?"
            yield Doubt("users", {"is_active"}, question=asked)


def lock_beside(seen: Proposed) -> Iterator[Doubt]:
    """Accounts that are active by one column, beside another that says that some may not sign in."""
    line = seen.line("users", "is_active")
    source = seen.found["users"].source if line else None
    if line is None or source is None:
        return
    read = " ".join([*line.reads, *(sql for sql, _, _ in seen.found["users"].conditions)])
    kinds = ("boolean", *values.TIMES)
    names = [name for name, kind in source.columns.items() if kind.startswith(kinds) and values.is_inverted(name)]
    names = [name for name in names if name not in read]
    for name, given in (seen.sample(source, names) if names else {}).items():
        if any(each not in (None, False) for each in given):
            asked = f"users.is_active: is it {line.reads[0] if line.reads else 'all'}, or {name} of {source.name}, too?"
            yield Doubt("users", {"is_active"}, question=asked)


def archived(seen: Proposed) -> Iterator[Doubt]:
    """Rows within conversations that nobody can delete but only archive: those may not count."""
    talks = seen.found.get("conversations")
    if talks is None or talks.conditions or talks.parts:
        return
    flags = [name for name, kind in talks.source.columns.items() if kind == "boolean"]
    flags = [name for name in flags if "archived" in words_of(name).split("_")]
    for name, given in (seen.sample(talks.source, flags) if flags else {}).items():
        for table in ("messages", "feedback"):
            if table in seen.found and {True, False} <= set(given):
                asked = f"{table}: do those count that are of rows of {talks.source.name} with {name}?"
                yield Doubt(table, (), True, asked)


def rows_of_versions(seen: Proposed) -> Iterator[Doubt]:
    """Rows that are versions, of which one counts: another column is the same in each of them, and names them."""
    for table, one in seen.found.items():
        flags = [name for name in one.source.columns if words_of(name).endswith(VERSIONS)]
        repeat = [name for name in one.source.columns if flags and words_of(name).rpartition("_")[2] in NUMBERS]
        repeat = [name for name in repeat if name not in one.source.references and name != one.source.key]
        if any(not seen.sample.unique(one.source, name) for name in repeat):
            asked = f"{table}: does each row of {one.source.name} count, or only that of one version, by {flags[0]}?"
            yield Doubt(table, question=asked)
            named = PEOPLE if table == "users" else NAMES.get(table, ())
            yield from (Doubt(other, {column}) for other, column in named if other in seen.found)


def unread_flags(seen: Proposed) -> Iterator[Doubt]:
    """Truth values and states of rows that no line and no condition reads: some rows may not count."""
    for table, one in seen.found.items():
        source = one.source
        alike = [each for each in seen.found.values() if each.source.place == source.place]
        lines = [line.sql for each in alike for line in each.lines]
        texts = " ".join([*(sql for each in alike for sql, _, _ in each.conditions), *lines, *one.joins])
        unread = {name: kind for name, kind in source.columns.items() if name not in texts}
        flags = [name for name, kind in unread.items() if kind == "boolean"]
        flags = [name for name in flags if not set(words_of(name).split("_")) & HARMLESS]
        flags = [name for name in flags if words_of(name).partition("_")[0] not in PERMITS]
        states = [name for name, kind in unread.items() if kind.startswith(values.TEXTS)]
        states = [name for name in states if rank(name, (*STATES, "type", "kind")) >= 0.8]
        given = seen.sample(source, [*flags, *states]) if one.conditions and (flags or states) else {}
        several = {name: len([each for each in found if each is not None]) for name, found in given.items()}
        odd = [name for name, many in several.items() if 1 < many <= values.MOST_WORDS]
        if odd:
            active = {"is_active"} if table == "users" and odd[0] in states else set()  # it may say who may sign in
            yield Doubt(
                table, active, True, f"{table}: do all rows of {source.name} count, whatever its {odd[0]} says?"
            )
