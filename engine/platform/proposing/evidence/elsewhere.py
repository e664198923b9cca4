"""Columns that another table gives: words by their ids, roles of memberships, people of participants. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.links import id_column, on_row
from gendash.engine.platform.proposing.names import (
    BOTS,
    COLUMNS,
    DELETED,
    LABELS,
    MEMBERSHIPS,
    PARTICIPANTS,
    PERSON,
    ROLES,
    TABLES,
    id_words,
    meaning,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import Line, RowSample, TableSeen
from gendash.engine.platform.proposing.values import TEXTS, TIMES, place_of

SURE = 0.7  # below what is called certain: a person reads it
PURE = 0.82  # a table of nothing but people and roles
KINDS_OF_ACCOUNTS = ("discriminator", "type", "kind", "account_type", "user_type", "actor_type")
OWNER, UNLIKELY = "owner", 0.5
FEWEST_COLUMNS, MOST_COLUMNS = 4, 0.6  # of a table, how many begin with one word, which is no evidence
FEW = 1000  # rows of a table of words, by an estimate of its pages
ENDED = (*DELETED, "ended_at", "end_at", "left_at", "revoked_at", "end_date")  # times of a membership that is over


class Words(NamedTuple):
    """A table of words which a column names by an id: the table, its column of words, and the SQL of a row's word."""

    table: TableSeen
    label: str
    sql: str


def words_named(one: TableSeen, column: str, place: str, tables: Sequence[TableSeen]) -> Words | None:
    """The table of words that a column names, such as that of statuses; ``place`` is SQL of the column."""
    if column not in one.references:
        return None
    *to, key = one.references[column]
    table = next((each for each in tables if each.place == tuple(to)), None)
    if table is None or table.rows > FEW or any(rank(name, PERSON) >= 0.8 for name in table.columns):
        return None
    texts = [name for name, kind in table.columns.items() if kind.startswith(TEXTS) and name not in table.references]
    labels = [name for name in texts if rank(name, LABELS) > 0]  # status_code ends as a label does
    if not labels:
        return None
    label = max(labels, key=lambda name: rank(name, LABELS))
    found = f"(select {place_of('w', label)} from {table.quoted} w where {place_of('w', key)} = {place})"
    return Words(table, label, found)


def name_of(one: TableSeen, column: str) -> str:
    """A column's name for what it means: status_id means status where it names a row of another table."""
    if column not in one.references:
        return own_name(one, column)
    words = id_words(words_of(column)).removeprefix("code_")
    return own_name(one, words.removesuffix("_id").removesuffix("_cd").removesuffix("_code"))


def own_name(one: TableSeen, column: str) -> str:
    """A column's name without that of its table: request_status of service_requests is status."""
    words, table = words_of(column), words_of(one.name).split("_")
    first, _, rest = words.partition("_")
    return rest if rest not in ("", "id") and first in (table[-1], _shared(tuple(one.columns))) else column


@lru_cache(maxsize=5_000)
def _shared(columns: tuple[str, ...]) -> str:
    """The first word that most columns of a table have, such as usr of usr_name and usr_email; empty if none."""
    firsts = [words_of(column).partition("_")[0] for column in columns if "_" in words_of(column)]
    best = max(sorted(set(firsts)), key=firsts.count, default="")
    return best if len(columns) >= FEWEST_COLUMNS and firsts.count(best) > len(columns) * MOST_COLUMNS else ""


def role_of_members(users: TableSeen, id_: str, tables: Sequence[TableSeen], sample: RowSample) -> Iterator[Line]:
    """The role that another table gives a person: an account's membership, or the names of its roles; at most one."""
    fits = []
    for one in (each for each in tables if each is not users and not is_invitation(each) and not _takes_part(each)):
        named = [name for name, to in one.references.items() if to[:2] == users.place]
        mine = next((name for name in sorted(named, key=lambda name: one.references[name][2] != id_)), "")
        for column in (each for each in one.columns if mine and _is_role(one, each)):
            text, admins = _admins(one, column, tables, sample)
            if admins:
                fits.append((max(rank(one.name, MEMBERSHIPS), 0.1), one, mine, text, admins))
    for _, one, mine, text, admins in sorted(fits, key=lambda each: -each[0])[:1]:
        over = [name for name in one.columns if rank(name, ENDED) >= 0.8 and one.columns[name].startswith(TIMES)]
        within = "".join(f" and {place_of('x', name)} is null" for name in over)
        listed = ", ".join(map(quote_text, admins))
        inner = f"select from {one.quoted} x where {on_row(one, mine, 'x', 'u', one.references[mine][2])}{within}"
        sql = f"case when exists ({inner} and lower({text}) in ({listed})) then 'admin' else 'user' end"
        sure = PURE if _is_pair(one, mine) else SURE
        yield Line("role", sql, (), sure, f"roles in {one.name}", dict.fromkeys(admins, "admin"))


def _is_role(one: TableSeen, name: str) -> bool:
    """True if a column is called after roles, with the name of its table or without."""
    return max(rank(name, ROLES), rank(name_of(one, name), ROLES)) >= 0.8


def _is_pair(one: TableSeen, mine: str) -> bool:
    """True if a row gives a person a role of the whole platform, not one in a workspace or a conversation."""
    others = [name for name in one.references if name != mine and not _is_role(one, name)]
    return not others and all(
        _is_role(one, name) or name in (mine, one.key) or one.columns[name].startswith(TIMES) for name in one.columns
    )


def _admins(one: TableSeen, column: str, tables: Sequence[TableSeen], sample: RowSample) -> tuple[str, list[str]]:
    """SQL of a membership's role as text, and its words that mean an administrator; none where they are not words."""
    named = words_named(one, column, place_of("x", column), tables)
    if not named and (column in one.references or not one.columns[column].startswith(TEXTS)):
        return "", []
    source, label = (named.table, named.label) if named else (one, column)
    words = {str(each) for each in sample(source, [label]).get(label, ()) if each is not None}
    admins = {each.lower() for each in words if meaning("users.role", each) in ("admin", "super_admin")}
    return named.sql if named else f"{place_of('x', column)}::text", sorted(admins)


def person_of_participants(
    talks: TableSeen,
    id_: str,
    people: Sequence[TableSeen],
    tables: Sequence[TableSeen],
    named: Callable[[TableSeen, str, str], str],
) -> Iterator[Line]:
    """The person whom a table of participants names first for a conversation.

    ``named`` is SQL of a person's id, by the table and the column that name one and that table's alias.
    """
    if not people:
        return
    for one in sorted(tables, key=lambda each: -rank(each.name, PARTICIPANTS)):
        if rank(one.name, PARTICIPANTS) <= 0:
            return
        of = [name for name, to in one.references.items() if to == (*talks.place, id_)]
        who = [name for name, to in one.references.items() if to[:2] == people[0].place]
        who.sort(key=lambda name: -rank(name, COLUMNS["conversations.user_id"]))
        first = _first(one)
        if of and who and first:
            person = place_of("p", who[0])
            inner = f"select {named(one, who[0], 'p')} from {one.quoted} p where {on_row(one, of[0], 'p', 'c', id_)}"
            filled = f" and {person} is not null" if len(people) > 1 else ""  # others take part, too
            sql = f"({inner}{filled} order by {place_of('p', first)} limit 1)"
            yield Line("user_id", sql, (), SURE, f"the first of {one.name}")
            return


def person_of_owners(
    talks: TableSeen, people: TableSeen, tables: Sequence[TableSeen], sample: RowSample
) -> Iterator[Line]:
    """The owner among the members of what a conversation belongs to, such as a project; at most one.

    That several people work there is why a person is asked.
    """
    for column, to in talks.references.items():
        for one in tables:
            of = next((name for name, other in one.references.items() if other[:2] == to[:2]), "")
            who = next((name for name, other in one.references.items() if other[:2] == people.place), "")
            roles = [name for name, kind in one.columns.items() if kind.startswith(TEXTS) and rank(name, ROLES) >= 0.8]
            if one in (talks, people) or not (of and who and roles) or is_invitation(one):
                continue
            if OWNER in {str(each).lower() for each in sample(one, roles[:1]).get(roles[0], ())}:
                on = f"{place_of('p', of)} = {place_of('c', column)}"
                owns = f"lower({place_of('p', roles[0])}::text) = {quote_text(OWNER)}"
                sql = f"(select {place_of('p', who)} from {one.quoted} p where {on} and {owns} limit 1)"
                yield Line("user_id", sql, (), UNLIKELY, f"the owner by {one.name}")
                return


def _takes_part(one: TableSeen) -> bool:
    """True if rows say who takes part in a conversation: its owner runs no platform."""
    talks = any(rank(to[1], TABLES["conversations"]) >= 0.8 for to in one.references.values())
    return talks or rank(one.name, TABLES["messages"]) >= 0.8


def is_invitation(one: TableSeen) -> bool:
    """True if rows are invitations: their role is that of somebody else, who may never come."""
    return rank(one.name, ("invitation", "invite")) > 0


def role_of_writer(users: TableSeen, id_: str, place: str) -> Iterator[Line]:
    """Who wrote a message whose writer is ``place``, where accounts say which of them are bots; at most one."""
    for name, kind in users.columns.items():
        if kind in ("boolean", "smallint") and rank(name, BOTS) >= 0.8:
            is_bot = place_of("w", name) + (" = 1" if kind == "smallint" else "")
            inner = f"select {is_bot} from {users.quoted} w where {place_of('w', id_)} = {place}"
            yield Line(
                "role", f"case when ({inner}) then 'assistant' else 'user' end", (), SURE, f"{name} of {users.name}"
            )
            return


def role_by_kind(users: TableSeen, id_: str, place: str, sample: RowSample) -> Iterator[Line]:
    """Who wrote a message whose writer is ``place``, by words for the kind of each account; at most one."""
    texts = [name for name, kind in users.columns.items() if kind.startswith(TEXTS) and name not in users.references]
    texts = [name for name in texts if rank(name, KINDS_OF_ACCOUNTS) >= 0.8]
    for name, given in (sample(users, texts) if texts else {}).items():
        means = {str(each).lower(): meaning("messages.role", str(each)) for each in given if each is not None}
        if {"user", "assistant"} == set(means.values()):
            words = ", ".join(quote_text(word) for word, side in sorted(means.items()) if side == "assistant")
            inner = f"select from {users.quoted} w where {place_of('w', id_)} = {place}"
            machine = f"lower({place_of('w', name)}::text) in ({words})"
            sql = f"case when exists ({inner} and {machine}) then 'assistant' else 'user' end"
            yield Line("role", sql, (), SURE, f"{name} of {users.name}")
            return


def side_of(to: str) -> str:
    """Who writes what a table such as user_messages holds: user, assistant, or empty for neither."""
    words = words_of(to)
    end = next((words_of(name) for name in TABLES["messages"] if words.endswith(f"_{words_of(name)}")), "")
    side = meaning("messages.role", words.removesuffix(f"_{end}")) if end else None
    return side if side in ("user", "assistant") else ""


def _first(one: TableSeen) -> str:
    """The column by which a table's first row is found: its time, else its id."""
    times = [name for name in one.columns if rank(name, COLUMNS["*.created_at"]) >= 0.8]
    times += [name for name in one.columns if rank(name, ("joined_at", "added_at", "position")) >= 0.8]
    return next(iter(times), id_column(one))
