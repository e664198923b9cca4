"""Proposes conversations and ratings without a table of their own, from the messages that name or carry them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.beside import comment_beside, rating_beside
from gendash.engine.platform.proposing.names import COLUMNS, TEXTS, rank, words_of
from gendash.engine.platform.proposing.proposal import Line, ProposedTable, RowSample, TableSeen
from gendash.engine.platform.proposing.tables.actors import HANDLES
from gendash.engine.platform.proposing.values import place_of

THUMBS = (
    ("thumb_up", "thumb_down"),
    ("like", "dislike"),
    ("liked", "disliked"),
    ("upvote", "downvote"),
    ("upvoted", "downvoted"),
    ("positive", "negative"),
    ("helpful", "unhelpful"),
)


def conversations_of(messages: ProposedTable) -> dict[str, ProposedTable]:
    """Conversations from the messages that name them, where no table holds them."""
    by = {line.column: line for line in messages.lines}
    if "conversation_id" not in by or "created_at" not in by:
        return {}
    lines = [
        by["conversation_id"]._replace(confidence=0.7, evidence="what messages name: no table of its own"),
        by["created_at"]._replace(sql=f"min({by['created_at'].sql})", confidence=0.7, evidence="its first message"),
    ]
    grouped = by["conversation_id"].sql
    return {"conversations": ProposedTable("conversations", messages.source, lines, (), messages.conditions, grouped)}


def people_of(talks: ProposedTable) -> dict[str, ProposedTable]:
    """People from the conversations that name them, where no table holds them."""
    by = {line.column: line for line in talks.lines}
    if talks.parts or talks.grouped or not {"user_id", "created_at"} <= by.keys() or len(by["user_id"].reads) != 1:
        return {}
    person, began = by["user_id"], by["created_at"]
    lines = [
        person._replace(confidence=0.7, evidence="whom conversations name: no table of its own"),
        began._replace(sql=f"min({began.sql})", confidence=0.7, evidence="the first conversation"),
    ]
    named = (f"nullif({person.sql}::text, '') is not null", 0.7, "who is named")
    return {"users": ProposedTable("users", talks.source, lines, (), (named,), person.sql, alias="c")}


def ratings_of(messages: ProposedTable, users: TableSeen | None, sample: RowSample) -> dict[str, ProposedTable]:
    """Ratings that messages carry themselves, where no table holds them."""
    one, by = messages.source, {line.column: line for line in messages.lines}
    read = next(
        chain(
            _rated(one, sample),
            _thumbs(one),
            rating_beside(one, sample),
            _by_words(one, sample),
            _unread(one, sample),
        ),
        None,
    )
    if read is None:
        return {}
    id_ = by["message_id"]._replace(evidence="ratings are in the message")
    lines = [id_._replace(column="feedback_id"), id_, read]
    rated = f"({read.sql}) is not null"
    lines += [
        Line("user_id", place_of("m", name), (name,), 0.85, why)
        for name, why in _person(one, users)
        if sample.share(one, "m", f"{place_of('m', name)} is not null", rated) != 0.0  # an answer names no person
    ]
    fits = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in read.reads]
    said = max(fits, key=lambda name: rank(name, COLUMNS["messages.comment"]), default="")
    if said and rank(said, COLUMNS["messages.comment"]) >= 0.8:
        lines.append(Line("comment", place_of("m", said), (said,), 0.7, "its name"))
    else:
        lines += [
            Line("comment", place_of("m", name), (name,), 0.6, f"named like {read.reads[0]}")
            for name in _named_alike(one, read, values.TEXTS)[:1]
        ]
    if "comment" not in {line.column for line in lines}:
        lines += comment_beside(one, sample)
    rated_at = _named_alike(one, read, values.TIMES) or _with_ratings(one, read, sample)
    if rated_at:
        lines.append(Line("created_at", place_of("m", rated_at[0]), (rated_at[0],), 0.7, f"named like {read.reads[0]}"))
    else:
        changed = next((name for name in one.columns if rank(name, COLUMNS["*.updated_at"]) >= 0.8), "")
        when = Line("created_at", place_of("m", changed), (changed,), 0.5, "its last change") if changed else None
        lines.append(when or by["created_at"]._replace(column="created_at", confidence=0.5))
    whole = len(read.reads) == 1 and (one.columns[read.reads[0]] == "boolean" or not read.confidence)
    value = place_of("m", read.reads[0]) if whole else read.sql  # 0 may be no rating
    condition = (f"{value} is not null", read.confidence, "rated messages")
    return {"feedback": ProposedTable("feedback", one, lines, messages.joins, (*messages.conditions, condition))}


def _rated(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """The columns of a message that rate it."""
    known = COLUMNS["messages.rating"]
    # a truth value is no id, whatever it is called
    called = {name: words_of(name).removesuffix("_id") if of == "boolean" else name for name, of in one.columns.items()}
    for name in (each for each in one.columns if rank(called[each], known) > 0):
        given = sample(one, [name]).get(name, ())
        if None not in given and {str(each).lower() for each in given} <= {"0", "1", "true", "false"}:
            continue  # nobody rates each message: no is the absence of a rating
        read = values.read_rating(place_of("m", name), name, one.columns[name], given)
        signs = read.words.keys() == {"1", "-1"}  # which a column whose name ends so may have
        if read.adds > values.NO_ROWS and (rank(called[name], known) > 0.7 or signs):
            sure = round(min(0.97, rank(called[name], known) * 0.6 + read.adds), 2) if not read.unknown else 0.7
            yield Line("rating", read.sql, (name,), sure, read.evidence, read.words)


def _by_words(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """A column of any name: each of its words is known to rate, and both good and bad are among them."""
    names = [name for name, kind in one.columns.items() if kind.startswith(values.TEXTS) and name not in one.references]
    names = [name for name in names if words_of(name) not in TEXTS]
    for name, given in (sample(one, names) if names else {}).items():
        read = values.read_rating(place_of("m", name), name, one.columns[name], [each for each in given if each])
        if {"5", "1"} <= set(read.words.values()) and not read.unknown:
            yield Line("rating", read.sql, (name,), 0.7, read.evidence, read.words)


def _named_alike(one: TableSeen, read: Line, kinds: tuple[str, ...]) -> list[str]:
    """The columns of some types that begin with the first word of a rating's name, such as reaction_created_at."""
    begin = f"{words_of(read.reads[0]).partition('_')[0]}_"
    alike = (name for name, kind in one.columns.items() if kind.startswith(kinds) and name not in read.reads)
    return [name for name in alike if words_of(name).startswith(begin)]


def _with_ratings(one: TableSeen, read: Line, sample: RowSample) -> list[str]:
    """The times that are there where a rating is, and nowhere else."""
    rated = f"{place_of('m', read.reads[0])} is not null" if len(read.reads) == 1 else ""
    share = sample.share(one, "m", rated) if rated else None
    some = share is not None and 0 < share < 1
    times = [name for name, kind in one.columns.items() if some and kind.startswith(values.TIMES)]
    given = {name: f"({place_of('m', name)} is not null) = ({rated})" for name in times}
    return [name for name, same in given.items() if sample.share(one, "m", same) == 1.0]


def _unread(one: TableSeen, sample: RowSample) -> Iterator[Line]:
    """A column that is called a rating and whose values have no known meaning: a person writes what each means."""
    for name in (each for each in one.columns if rank(each, COLUMNS["messages.rating"]) >= 0.8):
        words = sorted({str(each) for each in sample(one, [name]).get(name, ()) if not isinstance(each, float)})
        if 1 < len(words) <= values.MOST_WORDS:
            cases = " ".join(f"when {quote_text(word)} then null::int" for word in words)
            yield Line("rating", f"case {place_of('m', name)}::text {cases} end", (name,), 0.0, "what does each mean?")


def _thumbs(one: TableSeen) -> Iterator[Line]:
    """Two truth values of a message, or numbers that are 1 for yes, one for each thumb."""
    kinds = ("boolean", *values.NUMBERS)
    flags = [name for name, kind in one.columns.items() if kind.startswith(kinds)]
    for good, bad in THUMBS:
        up, down = (
            next((name for name in flags if words_of(name).removeprefix("is_") == word), "") for word in (good, bad)
        )
        if up and down:
            yes = ["" if one.columns[name] == "boolean" else " = 1" for name in (up, down)]
            sql = f"case when {place_of('m', up)}{yes[0]} then 5 when {place_of('m', down)}{yes[1]} then 1 end"
            yield Line("rating", sql, (up, down), 0.7, f"{up} and {down}")


def _person(one: TableSeen, users: TableSeen | None) -> Iterator[tuple[str, str]]:
    """The column of a message that names its person by a foreign key, with the evidence; at most one."""
    named = [name for name, to in one.references.items() if users and to[:2] == users.place]
    only = len(named) == 1 and not HANDLES & set(words_of(named[0]).split("_"))  # an operator answers
    named = [name for name in named if only or rank(name, COLUMNS["feedback.user_id"]) >= 0.8]
    fits = sorted(named, key=lambda name: -rank(name, COLUMNS["feedback.user_id"]))
    yield from ((name, f"foreign key to {users.name}") for name in fits[:1] if users)
