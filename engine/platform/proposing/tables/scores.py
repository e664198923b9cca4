"""How well a table fits a kind of rows: by its name, and by evidence of columns, references and values. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from gendash.engine.platform.proposing.evidence.elsewhere import name_of, own_name, words_named
from gendash.engine.platform.proposing.names import (
    ANSWER,
    ASIDE,
    CHUNKS,
    COLUMNS,
    FILE_TYPES,
    LOGINS,
    PERSON,
    PROCESSED,
    QUESTION,
    TABLES,
    TEXTS,
    meaning,
    rank,
    words_of,
)
from gendash.engine.platform.proposing.proposal import Place, RowSample, TableSeen
from gendash.engine.platform.proposing.values import TEXTS as TEXT_KINDS
from gendash.engine.platform.proposing.values import place_of

LESS = 0.35  # of a score, for a table beside the talks of people
PARTS = ("embedding", "vector", "chunk_index", "chunk_id")  # a row is a part of a document
KEYS = {
    "messages": ("message_id", "msg_id"),
    "conversations": ("conversation_id", "chat_id", "thread_id"),
    "tickets": ("ticket_id", "case_id", "issue_id"),
    "feedback": ("feedback_id", "rating_id"),
    "documents": ("document_id", "doc_id"),
}
FILE_WORDS = {"file", "name", "path", "key", "title", "url", "upload", "blob", "object", "uri", "location"}
SIZES = {"size", "file_size", "byte_size", "content_size"}
FILE_NAMES = ("filename", "file_name", "file_path", "path", "url")


def score_of(
    kind: str,
    one: TableSeen,
    tables: Sequence[TableSeen],
    said: Mapping[Place, float],
    files: Collection[Place],
    filed: Collection[Place],
) -> float:
    name = rank(one.name, TABLES[kind])
    if kind == "messages" and pair_of(one):
        name = max(name, 0.7)  # a row is a question and its answer, whatever the table's name
    if kind == "messages":
        name = max(name, said.get(one.place, 0.0))
    if kind == "documents" and _is_of_files(one, tables):
        name = max(name, 0.6)
    if kind == "documents" and one.place in filed:
        name = max(name, 0.75)
    name = _by_key(kind, one, name)
    by_values = 0.3 * (kind == "documents" and one.place in files)
    aside = LESS if is_aside(one, tables) else 0.0
    return name * 0.9 + _evidence(kind, one, tables) + by_values - aside if name else 0.0


def is_aside(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    """True if a name says that rows were made to try, kept for later, copied or sent by machines.

    A word that most tables have, such as the name of a platform, is no evidence.
    """
    words = ASIDE & set(words_of(one.name).split("_"))
    return any(2 * sum(word in words_of(each.name).split("_") for each in tables) <= len(tables) for word in words)


def is_said(one: TableSeen, sample: RowSample) -> bool:
    """True if rows are texts in a conversation or of a ticket, whatever the table's name."""
    talks = (*TABLES["conversations"], *TABLES["tickets"][:3])
    within = [column for column, to in one.references.items() if rank(to[1], talks) > 0.5]
    texts = any(rank(column, TEXTS) == 1 or words_of(column) in TEXTS for column in one.columns)
    given = sample(one, within) if within and texts else {}
    return any(each is not None for values in given.values() for each in values)


def has_sides(one: TableSeen, tables: Sequence[TableSeen], sample: RowSample) -> bool:
    """True if a column, or the words that it names, says of some rows that a person wrote them, of others an agent."""
    for name, kind in one.columns.items():
        if not rank(name_of(one, name), COLUMNS["messages.role"]):
            continue
        words = words_named(one, name, place_of("m", name), tables) if name in one.references else None
        if not words and (name in one.references or not kind.startswith(TEXT_KINDS)):
            continue
        given = sample(words.table, [words.label])[words.label] if words else sample(one, [name]).get(name, ())
        if {"user", "assistant"} <= {meaning("messages.role", str(each)) for each in given if each is not None}:
            return True
    return False


def _by_key(kind: str, one: TableSeen, name: float) -> float:
    """The fit of a name, or that of the key: rows with a message_id of their own are messages in any table."""
    if not one.key or one.key in one.references:
        return name
    mine = next((of for of, keys in KEYS.items() if words_of(one.key) in keys), "")
    return name if not mine else max(name, 0.7) if mine == kind else name / 2


def names_files(one: TableSeen, sample: RowSample) -> str:
    """The column whose texts end as names of files do, whatever it is called; empty if none does."""
    named = [
        name for name, kind in one.columns.items()
        if kind.startswith(TEXT_KINDS) and set(words_of(name).split("_")) & FILE_WORDS
    ]  # fmt: skip
    ends = "|".join(sorted(FILE_TYPES - {"url"}))
    for name in named if rank(one.name, TABLES["documents"]) > 0 else ():
        share = sample.share(one, "d", f"{place_of('d', name)} ~* '[.]({ends})$'", f"{place_of('d', name)} <> ''")
        if share is not None and share >= 0.8:
            return name
    return ""


def _is_of_files(one: TableSeen, tables: Sequence[TableSeen]) -> bool:
    """True if rows are files, whatever the table's name: a file's name or type and size, and whose it is, or chunks."""
    owners = {to[:2] for to in one.references.values()}
    owners |= {to[:2] for other in tables if other.place in owners for to in other.references.values()}
    owned = any(is_of_people(other) for other in tables if other.place in owners)
    words = {words_of(column) for column in one.columns}
    named = bool(words & {"filename", "file_name"})
    typed = any(rank(name, COLUMNS["documents.file_type"][:7]) >= 0.8 for name in words)
    sized = any(rank(name, COLUMNS["documents.file_size"][:1]) >= 0.8 for name in words)
    cut = chunks_of(one, tables)
    in_parts = bool(cut and _is_embedded(cut[0]) and words & SIZES and words & {*FILE_NAMES, "title"})
    return bool(owned or cut) and (named or (typed and sized) or in_parts)


def has_column(one: TableSeen, canonical: str) -> bool:
    named = canonical in (
        "tickets.status",
        "tickets.priority",
        "messages.role",
    )  # may be the id of a row that holds the word
    done = ("processed", "indexed")  # another state of yes and no is no progress
    whole = canonical != "documents.status"
    fits = [name for name, kind in one.columns.items() if whole or kind != "boolean" or words_of(name).endswith(done)]
    names = (name_of(one, name) if named else own_name(one, name) for name in fits)
    return max((rank(name, COLUMNS[canonical]) for name in names), default=0.0) > 0.7


def _evidence(kind: str, one: TableSeen, tables: Sequence[TableSeen]) -> float:
    def has(*columns: str) -> float:
        return 0.2 * sum(has_column(one, f"{kind}.{column}") for column in columns)

    def named(*names: str) -> float:
        return 0.2 * any(rank(column, names) > 0.7 for column in one.columns)

    referring = sum(to[:2] == one.place for other in tables if other is not one for to in other.references.values())
    to = {rank(table, TABLES[of]) > 0.5 and of for _, table, _ in one.references.values() for of in TABLES}
    if kind == "users":
        keyed = rank(one.key, ("user_id", "account_id", "person_id")) > 0.8 if one.key else False
        return named(*PERSON) + 0.2 * keyed + 0.1 * min(referring, 3)
    if kind == "conversations":
        about = named("title", "name", "subject") + 0.1 * min(referring, 2) + has("user_id")
        about -= named(*LOGINS) * 4  # sessions of browsers
        return 0.2 * ("users" in to) + about - 0.5 * bool(pair_of(one))
    if kind == "messages":
        pair = 0.4 * bool(pair_of(one))
        within = 0.2 * ("conversations" in to or "tickets" in to)
        texts = (*TEXTS, "comment") if "tickets" in to else TEXTS
        return named(*texts) + has("conversation_id", "role") + within + pair
    if kind == "feedback":
        about = has("message_id", "rating") + 0.2 * ("messages" in to) + 0.1 * ("conversations" in to)
        return about + 0.5 * has("comment", "user_id") - 0.5 * (not has("rating"))
    if kind == "documents":
        about = has("status", "file_size", "chunk_count", "user_id") + named(*FILE_NAMES) - 2.5 * named(*PARTS)
        is_file = any(words_of(column) in ("filename", "file_name") for column in one.columns)
        about += 0.2 * (is_file and rank(one.name, TABLES[kind]) < 0.8) + 0.3 * (has("file_size") > 0)
        about += named(*PROCESSED) + 0.3 * (chunks_of(one, tables) is not None and has("status") > 0)
        called = words_of(one.name) == "document" and named(*TEXTS)  # nothing says how far it is: it is asked
        return about + 0.5 * named("name", "title") - 0.7 * (not about and not called)
    return (
        has("status", "priority", "assigned_to")
        + named("subject", "title")
        # a status alone is enough where the table is called after tickets
        - 0.7 * (has("status", "priority") < (0.1 if rank(one.name, TABLES[kind]) >= 0.8 else 0.3))
    )


def pair_of(one: TableSeen) -> tuple[str, str] | None:
    """The columns of a question and of its answer, where a row is both; question_text is a question, too."""
    question, answer = (
        next((c for name in names for c in one.columns if _is_called(c, name)), "") for names in (QUESTION, ANSWER)
    )
    if question and words_of(question) == "question" and not answer:
        answer = next(answers_of(one), "")
    return (question, answer) if question and answer and _is_asked(one) else None


def answers_of(one: TableSeen) -> Iterator[str]:
    """The texts that are answers of some kind, such as sql_answer."""
    for name, kind in one.columns.items():
        words = words_of(name).split("_")
        if words[-1] == "answer" and "question" not in words and kind.startswith(TEXT_KINDS):
            yield name


def _is_asked(one: TableSeen) -> bool:
    """True if a row was asked at a time; an article of questions and answers has at most that of its last change."""
    return any(
        rank(name, COLUMNS["*.created_at"]) > 0 or rank(name, COLUMNS["messages.created_at"]) > 0
        for name in one.columns
    )


def _is_called(column: str, name: str) -> bool:
    words = words_of(column)
    plain = {words, *(words.removesuffix(f"_{end}") for end in (*TEXTS, "detail"))}
    wanted = words_of(name)
    return wanted in plain or any(
        one.startswith(("model_", "bot_", "ai_")) and one.endswith(f"_{wanted}") for one in plain
    )


def chunks_of(one: TableSeen, tables: Sequence[TableSeen]) -> tuple[TableSeen, str] | None:
    """The table of a document's chunks, and its column that names the document."""
    found = [
        (fit, other, column)
        for other in tables
        if (fit := rank(other.name, CHUNKS) or 0.1 * _is_embedded(other))
        for column, to in other.references.items()
        if to[:2] == one.place
    ]
    _, other, column = max(found, key=lambda each: each[0], default=(0.0, None, ""))
    return (other, column) if other else None


def _is_embedded(one: TableSeen) -> bool:
    """True if rows are texts with their embedding, whatever the table's name."""
    words = {words_of(column) for column in one.columns}
    return bool(words & set(TEXTS) and words & set(PARTS))


def is_of_people(one: TableSeen) -> bool:
    """True if rows are people, not the companies or tenants that they belong to."""
    return any(rank(column, PERSON) >= 0.8 for column in one.columns)
