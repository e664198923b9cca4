"""Lines that are no plain column of a table: counted, from JSON, or what other tables say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing.evidence.beside import (
    failed_by_rows,
    reason_beside,
    reason_by_rows,
    rights_beside,
    size_beside,
)
from gendash.engine.platform.proposing.evidence.elsewhere import (
    name_of,
    person_of_owners,
    person_of_participants,
    role_of_members,
    words_named,
)
from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.lines.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.lines.last_state import last_states
from gendash.engine.platform.proposing.lines.people import (
    handler,
    only_person,
    only_rater,
    person_beside,
    person_by_address,
    person_by_json,
    person_of_account,
    person_of_talk,
)
from gendash.engine.platform.proposing.lines.profiles import of_profile
from gendash.engine.platform.proposing.lines.rows import chunk_count, metadata, metadata_columns, of_its_file
from gendash.engine.platform.proposing.names import CHANNELS, COLUMNS, SPOKEN, meaning, rank, words_of
from gendash.engine.platform.proposing.proposal import Line, TableSeen
from gendash.engine.platform.proposing.tables.documents import of_named_file, state_of_last_try
from gendash.engine.platform.proposing.tables.scores import names_files
from gendash.engine.platform.proposing.values import TEXTS, TIMES, case_of, place_of

SHOWN = 0.85  # what the rows themselves show


def lines_beside(
    columns: Columns, contract: Collection[str], table: str, alias: str, one: TableSeen, lines: Sequence[Line]
) -> Iterator[Line]:
    """Lines that are no plain column: chunks counted in a table of their own, and metadata with known keys."""
    found = {line.column for line in lines}
    if table == "documents" and "chunk_count" not in found:
        most = DOUBTFUL if table in columns.doubtful else 1.0
        chunks = chunk_count(alias, one, columns.id_of(one), columns.tables, columns.with_nulls)
        yield from (line._replace(confidence=min(line.confidence, most)) for line in chunks)
    if table == "documents" and "file_type" not in found and (name := names_files(one, columns.with_nulls)):
        sql = f"substring({place_of(alias, name)} from '[.]([^.]+)$')"
        yield Line("file_type", sql, (name,), 0.82, "end of the file name")
    if table == "conversations" and "is_voice" in contract and "is_voice" not in found:
        yield from by_channel(columns, alias, one)
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
        yield from found or of_profile(columns, one, by)
    elif table == "users":
        yield from of_profile(columns, one, by)
    if table == "documents" and "file_size" not in by:
        files = of_its_file("d", one, id_, columns.tables, columns.with_nulls)
        yield from (line for line in files if line.column not in by or by[line.column].confidence < line.confidence)
        yield from size_beside(one, columns.with_nulls)
    if table == "documents" and "user_id" not in by:
        yield from (
            line._replace(confidence=min(line.confidence, DOUBTFUL))
            for line in only_person(columns, one, "user_id", "d")
        )
    if table == "documents":
        yield from of_named_file("d", one, by, columns.tables, columns.with_nulls)
        tried = state_of_last_try("d", one, columns.tables, columns.with_nulls)
        yield from (line for line in tried if line.column not in by)
        yield from with_failures(columns, one, by)
    if table == "messages" and "created_at" not in by:
        yield from time_of_parts(columns, one)
    if table == "feedback" and "user_id" not in by:
        yield from only_rater(columns, one)
    person = {"conversations": "user_id", "tickets": "created_by"}.get(table, "")
    if person and person not in by:
        yield from person_by_address(columns, table, person, one)
    if table == "tickets":
        yield from last_states(columns, one, by)
    if table == "tickets" and "created_by" not in by:
        yield from person_of_talk(columns, one)
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


def time_of_parts(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """When a message was written that has no time: with the first of its parts, of which each message has one."""
    found = []
    for other in columns.tables:
        for column in [name for name, to in other.references.items() if to[:2] == one.place and other is not one]:
            times = [name for name, kind in other.columns.items() if kind.startswith(TIMES)]
            time = next((name for name in times if rank(name, COLUMNS["*.created_at"]) >= 0.8), "")
            rows = f"from {other.quoted} w where {on_row(other, column, 'w', 'm', other.references[column][2])}"
            if time and columns.with_nulls.share(one, "m", f"exists (select {rows})") == 1.0:
                sql = f"(select min({place_of('w', time)}) {rows})"
                found.append(Line("created_at", sql, (), SHOWN, f"the first of its rows of {other.name}"))
    yield from (found if len(found) == 1 else [line._replace(confidence=DOUBTFUL) for line in found[:1]])


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


def with_failures(columns: Columns, one: TableSeen, by: Mapping[str, Line]) -> Iterator[Line]:
    """The status of documents with the word that failed ones have, which a text that only they have shows."""
    status = by.get("status")
    if status is None or not status.words or len(status.reads) != 1 or "failed" in status.words.values():
        return
    given = [str(each).lower() for each in columns.sample(one, status.reads).get(status.reads[0], ())]
    unknown = [each for each in given if meaning("documents.status", each) is None]
    word, name = failed_by_rows("d", one, status, unknown, columns.with_nulls)
    if word and status.reads[0] not in one.references:
        words = {**status.words, word: "failed"}
        sql = case_of(f"lower({place_of('d', status.reads[0])}::text)", words)
        sure = SHOWN if len(unknown) == 1 else DOUBTFUL
        if len(unknown) == 1:
            columns.questions[:] = [each for each in columns.questions if not each.startswith("documents.status")]
        yield status._replace(sql=sql, words=words, confidence=sure, evidence=f"only {word!r} has {name}")
        if "failure_reason" not in by:
            yield Line("failure_reason", place_of("d", name), (name,), DOUBTFUL, f"only failed ones have {name}")


def by_channel(columns: Columns, alias: str, one: TableSeen) -> Iterator[Line]:
    """Whether people speak, by the words of a channel; at most one."""
    fits = {name: fit for name in one.columns if (fit := rank(name_of(one, name), CHANNELS)) >= 0.8}
    for name in sorted(fits, key=lambda each: -fits[each]):
        of = words_named(one, name, place_of(alias, name), columns.tables)
        if not of and (name in one.references or not one.columns[name].startswith(TEXTS)):
            continue
        given = columns.sample(of.table, [of.label])[of.label] if of else columns.sample(one, [name]).get(name, ())
        spoken = sorted({str(each).lower() for each in given if words_of(str(each)) in SPOKEN})
        if spoken and len(given) > 1:
            text = of.sql if of else place_of(alias, name)
            sql = f"lower({text}::text) in ({', '.join(map(quote_text, spoken))})"
            yield Line("is_voice", sql, (name,), DOUBTFUL, f"{', '.join(spoken)} of {name}")
            return


def _names_admins(role: Line) -> bool:
    """True if a word of a role is that of an administrator anywhere, or a boolean says so."""
    admins = ("admin", "super_admin")
    return any(
        of in admins and (word == "true" or meaning("users.role", word) in admins) for word, of in role.words.items()
    )
