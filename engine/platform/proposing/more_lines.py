"""Lines that are no plain column of a table: counted, from JSON, or what other tables say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice

from gendash.engine.platform.proposing.beside import reason_beside, reason_by_rows, rights_beside
from gendash.engine.platform.proposing.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.documents import of_named_file, state_of_last_try
from gendash.engine.platform.proposing.elsewhere import person_of_owners, person_of_participants, role_of_members
from gendash.engine.platform.proposing.names import meaning
from gendash.engine.platform.proposing.people import (
    handler,
    only_person,
    person_beside,
    person_by_address,
    person_by_json,
    person_of_account,
)
from gendash.engine.platform.proposing.proposal import Line, TableSeen
from gendash.engine.platform.proposing.rows import chunk_count, metadata, metadata_columns, of_its_file
from gendash.engine.platform.proposing.scores import names_files
from gendash.engine.platform.proposing.values import place_of


def lines_beside(
    columns: Columns, contract: Collection[str], table: str, alias: str, one: TableSeen, lines: Sequence[Line]
) -> Iterator[Line]:
    """Lines that are no plain column: chunks counted in a table of their own, and metadata with known keys."""
    found = {line.column for line in lines}
    if table == "documents" and "chunk_count" not in found:
        yield from chunk_count(alias, one, columns.id_of(one), columns.tables, columns.with_nulls)
    if table == "documents" and "file_type" not in found and (name := names_files(one, columns.with_nulls)):
        sql = f"substring({place_of(alias, name)} from '[.]([^.]+)$')"
        yield Line("file_type", sql, (name,), 0.82, "end of the file name")
    if table == "documents" and "failure_reason" in contract:
        status = next((line for line in lines if line.column == "status"), None)
        ways = (
            reason_beside(alias, one, columns.with_nulls),
            reason_by_rows(alias, one, status, columns.with_nulls),
        )
        yield from islice(chain(*ways), 1)
    named = metadata_columns(one) if "metadata" in contract else []
    if named:
        yield from metadata(alias, columns.sample(one, named))


def lines_elsewhere(columns: Columns, table: str, one: TableSeen, lines: Sequence[Line]) -> Iterator[Line]:
    """Lines that other tables give: the role of a person, the person of a conversation."""
    id_, by = columns.id_of(one), {line.column: line for line in lines}
    # words that name no administrator, such as customer and visitor, are a kind of account
    if table == "users" and ("role" not in by or not _names_admins(by["role"])):
        members = role_of_members(one, id_, columns.tables, columns.with_nulls)
        found = list(islice(chain(members, rights_beside(one, columns.with_nulls)), 1))
        columns.questions[:] = [each for each in columns.questions if not (found and each.startswith("users.role"))]
        yield from found
    if table == "documents" and "file_size" not in by:
        files = of_its_file("d", one, id_, columns.tables, columns.with_nulls)
        yield from (line for line in files if line.column not in by or by[line.column].confidence < line.confidence)
    if table == "documents" and "user_id" not in by:
        yield from (
            line._replace(confidence=min(line.confidence, DOUBTFUL))
            for line in only_person(columns, one, "user_id", "d")
        )
    if table == "documents":
        yield from of_named_file("d", one, by, columns.tables, columns.with_nulls)
        tried = state_of_last_try("d", one, columns.tables, columns.with_nulls)
        yield from (line for line in tried if line.column not in by)
    person = {"conversations": "user_id", "tickets": "created_by"}.get(table, "")
    if person and person not in by:
        yield from person_by_address(columns, table, person, one)
    if table == "tickets" and "assigned_to" not in by:
        yield from handler(columns, one, by.get("created_by"))
    if table == "conversations" and "user_id" not in by:

        def named(by: TableSeen, column: str, alias: str) -> str:
            place = columns.names_sql(by, column, alias, columns.people[0])
            return columns.named_as("users", columns.people[0], place)

        ways = (
            only_person(columns, one, "user_id", "c"),
            person_of_account(columns, one),
            person_beside(columns, one),
            person_by_json(columns, one),
            person_of_participants(one, id_, columns.people, columns.tables, named),
        )
        yield from islice(chain(*ways), 1)


def owner(columns: Columns) -> Iterator[Line]:
    """The owner of what a conversation belongs to, where nothing in it names a person."""
    talks, users = columns.chosen.get("conversations"), columns.chosen.get("users")
    if talks and users and len(columns.people) == 1:
        yield from person_of_owners(talks, users, columns.tables, columns.with_nulls)


def first_seen(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """When a person came whose table has no time: with the first conversation."""
    talks = columns.chosen.get("conversations")
    if talks is None or len(columns.people) > 1:
        return
    person = columns.line("conversations", "user_id", talks)
    time = columns.line("conversations", "created_at", talks)
    if person and time:
        own = columns.id_sql(one, "u")
        sql = f"(select min({time.sql}) from {talks.quoted} c where {person.sql} = {own})"
        yield Line("created_at", sql, (), 0.6, "no time of its own: the first conversation")


def _names_admins(role: Line) -> bool:
    """True if a word of a role is that of an administrator anywhere, or a boolean says so."""
    admins = ("admin", "super_admin")
    return any(
        of in admins and (word == "true" or meaning("users.role", word) in admins) for word, of in role.words.items()
    )
