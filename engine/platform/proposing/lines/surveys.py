"""Ratings of conversations, as surveys give them: each is that of its conversation's last answer; it is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.lines.columns import Columns
from gendash.engine.platform.proposing.names import COLUMNS, rank
from gendash.engine.platform.proposing.proposal import Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.values import place_of

GUESSED, CALLED = 0.6, 0.8
NEEDED = {"message_id", "conversation_id", "role", "created_at"}
# what conversations call their ratings, without words that say how something else went
RATINGS = [name for name in COLUMNS["messages.rating"] if name not in ("score", "opinion", "opinion_flag")]
RATINGS += ["csat", "csat_score", "satisfaction", "stars"]
BESIDE = (
    ("comment", COLUMNS["messages.comment"], values.TEXTS),
    ("created_at", (*COLUMNS["feedback.created_at"], *COLUMNS["*.updated_at"]), values.TIMES),
)


def last_answer(columns: Columns, one: TableSeen, messages: ProposedTable | None) -> Line | None:
    """The message of a rating that names a conversation only; None if it names none, or nothing shows the answers."""
    talks = columns.chosen.get("conversations")
    if messages is None or talks is None or messages.pair:
        return None
    column = next((name for name, to in one.references.items() if to[:2] == talks.place), "")
    own = columns.named_as("conversations", talks, columns.names_sql(one, column, "f", talks)) if column else ""
    sql = _last_answer(messages, own) if own else ""
    if not sql:
        return None
    columns.questions.append(f"feedback: are ratings of {one.name} about the last answer? They name a conversation")
    return Line("message_id", sql, (column,), GUESSED, f"the last answer of what {column} names")


def ratings_of_talks(columns: Columns, talks: ProposedTable, messages: ProposedTable) -> dict[str, ProposedTable]:
    """Ratings that conversations carry themselves, each as that of the last answer; it is asked."""
    one, by = talks.source, {line.column: line for line in talks.lines}
    answer = "" if talks.parts or talks.grouped else _last_answer(messages, by["conversation_id"].sql)
    read = next(_rated(columns, one), None) if answer else None
    if read is None:
        return {}
    columns.questions.append(f"feedback: is {read.reads[0]} of {one.name} a rating of the last answer?")
    lines = [
        by["conversation_id"]._replace(column="feedback_id", confidence=GUESSED, evidence="ratings are in it"),
        Line("message_id", answer, (), GUESSED, "the last answer"),
        read,
        *(line._replace(confidence=min(line.confidence, GUESSED)) for line in talks.lines if line.column == "user_id"),
    ]
    for column, known, kinds in BESIDE:
        fits = [name for name, kind in one.columns.items() if kind.startswith(kinds) and name not in read.reads]
        name = max(fits, key=lambda each: rank(each, known), default="")
        if name and rank(name, known) >= CALLED:
            lines.append(Line(column, place_of("c", name), (name,), GUESSED, "its name"))
    if not any(line.column == "created_at" for line in lines):
        lines.append(by["created_at"]._replace(confidence=GUESSED))
    rated = (f"{place_of('c', read.reads[0])} is not null", GUESSED, "rated conversations")
    conditions = (*talks.conditions, rated)
    return {"feedback": ProposedTable("feedback", one, lines, talks.joins, conditions, alias="c")}


def _rated(columns: Columns, one: TableSeen) -> Iterator[Line]:
    """The columns of a conversation that rate some: each value is known."""
    for name in (each for each in one.columns if rank(each, RATINGS) >= CALLED and each not in one.references):
        given = columns.with_nulls(one, [name]).get(name, ())
        some = [each for each in given if each is not None]
        read = values.read_rating(place_of("c", name), name, one.columns[name], some)
        if None in given and read.adds > values.NO_ROWS and not read.unknown:
            yield Line("rating", read.sql, (name,), GUESSED, read.evidence, read.words)


def _last_answer(messages: ProposedTable, talk: str) -> str:
    """SQL of the last answer of a conversation; empty if nothing shows the answers."""
    by = {line.column: line.sql for line in messages.lines if line.confidence}
    if messages.parts or messages.grouped or not by.keys() | ({"role"} if messages.pair else set()) >= NEEDED:
        return ""
    answers = f"lower(({by['role']})::text) in ('assistant', 'ai')" if not messages.pair else ""
    answers = answers or f"{place_of('m', messages.pair[1] if messages.pair else '')} <> ''"
    rows = [sql for sql, _, _ in messages.conditions if sql.count("m.") and " c." not in f" {sql}"]
    where = " and ".join([f"{by['conversation_id']} = {talk}", answers, *rows])
    id_ = f"({by['message_id']})::text" if messages.pair else by["message_id"]
    last = f"order by {by['created_at']} desc, 1 desc limit 1"
    return f"(select {id_} from {messages.source.quoted} m where {where} {last})"
