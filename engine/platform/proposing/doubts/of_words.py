"""What speaks against the meaning of words: those that platforms use for more than one state or thing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.platform.proposing.doubts.doubt import PERSONS, Doubt, Proposed
from gendash.engine.platform.proposing.evidence.elsewhere import words_named
from gendash.engine.platform.proposing.names import joined_words, meaning, rank, words_of
from gendash.engine.platform.proposing.tables.shown import LOGIN_NAMES
from gendash.engine.platform.proposing.values import MOST_WORDS

# what is done may be resolved or closed, who was answered may ask again, and what is uploaded may be all there is
SEVERAL = {
    "tickets.status": {"done", "completed", "answered", "fixed", "cancelled", "canceled", "archived", "rejected",
                       "merged"},
    "tickets.priority": set[str](),
    "documents.status": {"skipped", "stopped", "paused", "archived"},
}  # fmt: skip
FIRST = {"uploaded", "created", "new"}  # states of documents that are the last one where no other says done
UNKNOWN = {"unknown", "na", "none", "unassigned", "undefined", "notset", "notapplicable"}
GROUPS = {"department", "team", "group", "forum", "label"}  # that may be who handles a ticket, and no category


def no_messages(seen: Proposed) -> Iterator[Doubt]:
    """Rows among messages whose word says that nobody speaks, such as tool: they may not count."""
    role, said = seen.line("messages", "role"), seen.found.get("messages")
    column = role.reads[0] if role and len(role.reads) == 1 else ""
    if (
        not said
        or said.parts
        or column not in said.source.columns
        or any(column in sql for sql, _, _ in said.conditions)
    ):
        return
    given = seen.sample(said.source, [column]).get(column, ())
    words = [str(each) for each in given if each is not None and meaning("messages.role", str(each)) == ""]
    if words and len(given) <= MOST_WORDS:
        listed = ", ".join(map(repr, words[:4]))
        asked = f"messages: do rows of {said.source.name} count whose {column} is {listed}?"
        yield Doubt("messages", {"role"}, True, asked, words)


def words_of_several(seen: Proposed) -> Iterator[Doubt]:
    """A word that platforms use for more than one state."""
    for full, several in SEVERAL.items():
        table, _, column = full.partition(".")
        line = seen.line(table, column)
        words = line.words if line else {}
        odd = [word for word in words if joined_words(word) in several]
        if table == "documents" and "done" not in words.values():
            odd += [word for word in words if joined_words(word) in FIRST]
        if column == "priority" and "high" not in words.values():  # of two of the highest one may be high
            highest = [word for word, of in words.items() if of == "urgent"]
            odd += highest if len(highest) > 1 else []
        if odd:
            listed = ", ".join(map(repr, odd[:4]))
            asked = f"{full}: is {listed} read right? Platforms use it for several states"
            yield Doubt(table, {column}, question=asked, words=odd)


def by_login(seen: Proposed) -> Iterator[Doubt]:
    """People whom rows name by their login: its table may have another id that the platform's people know."""
    for table, column in PERSONS:
        line = seen.line(table, column)
        source = seen.found[table].source if line else None
        named = [name for name in line.reads if name in source.shown] if line and source else []
        if source and any(rank(source.references[name][2], LOGIN_NAMES) >= 0.8 for name in named):
            yield Doubt(table, {column})
            yield Doubt("users", {"user_id"})


def groups_as_categories(seen: Proposed) -> Iterator[Doubt]:
    """A group of a ticket, which may be of those who handle it."""
    line = seen.line("tickets", "category")
    if line and any(set(words_of(name).split("_")) & GROUPS for name in line.reads):
        yield Doubt("tickets", {"category"})


def unknown_categories(seen: Proposed) -> Iterator[Doubt]:
    """A category whose words name one for rows that have none, such as n/a."""
    line, one = seen.line("tickets", "category"), seen.found.get("tickets")
    for name in line.reads if line and one and not one.parts else ():
        named = words_named(one.source, name, "", seen.tables) if one else None
        source, label = (named.table, named.label) if named else (one.source if one else None, name)
        given = seen.sample(source, [label]).get(label, ()) if source and label in source.columns else ()
        if any(joined_words(str(each)) in UNKNOWN for each in given):
            yield Doubt("tickets", {"category"})


def other_requests(seen: Proposed) -> Iterator[Doubt]:
    """Rows that are called after no tickets, are no conversations and that nobody is assigned to."""
    one, talks = seen.found.get("tickets"), seen.found.get("conversations")
    if one is None or "ticket" in words_of(one.source.name).split("_") or seen.line("tickets", "assigned_to"):
        return
    if talks is None or talks.source.place != one.source.place:
        yield Doubt("tickets", question=f"tickets: are rows of {one.source.name} what people ask the staff for?")
