"""Who wrote a message, by what the rows show: who opens, what is rated, what only a machine fills. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gendash.engine.languages.sql_text import quote_text
from gendash.engine.platform.proposing import values
from gendash.engine.platform.proposing.evidence.elsewhere import words_named
from gendash.engine.platform.proposing.evidence.links import on_row
from gendash.engine.platform.proposing.lines.columns import DOUBTFUL, Columns
from gendash.engine.platform.proposing.names import COLUMNS, MACHINE, meaning, rank
from gendash.engine.platform.proposing.proposal import Line, TableSeen
from gendash.engine.platform.proposing.values import place_of

SHOWN = 0.85  # what openers and answers show alike
OPENS, NEARLY, FEW = 0.8, 0.95, 0.05  # of conversations; of rows that are rated or filled, those of one value
FEWEST, MOST_TRIED = 8, 6
MORE = 1.2  # messages of the side that opens, to what it opens


def side_by_rows(columns: Columns, one: TableSeen, role: Line | None) -> Iterator[Line]:
    """The line of messages.role by a column of few values, of which one opens conversations and another is answered by.

    At most one; none where only one of both is seen, or a known word says the opposite.
    """
    for name, text in _tried(columns, one, role):
        words = shown_sides(columns, one, text)
        known = {word: meaning("messages.role", word) for word in words}
        if words and not any(of and of != words[word] for word, of in known.items()):
            beside = role.words if role and role.reads == (name,) else {}
            both = {**{word: of for word, of in beside.items() if meaning("messages.role", word)}, **words}
            cases = " ".join(f"when {quote_text(word)} then '{of}'" for word, of in sorted(both.items()))
            sql = f"case lower({text}) {cases} else lower({text}) end"
            of = words_named(one, name, place_of("m", name), columns.tables)
            seen = columns.sample(of.table, [of.label])[of.label] if of else columns.sample(one, [name]).get(name, ())
            given = {str(each).lower() for each in seen}
            others = given - set(both)
            unknown = sorted(word for word in others if meaning("messages.role", word) is None)
            columns.questions[:] = [asked for asked in columns.questions if not asked.startswith("messages.role")]
            if unknown:
                listed = ", ".join(map(repr, unknown[:6]))
                columns.questions.append(f"messages.role: what do {listed} of {one.name}.{name} mean?")
            sure = DOUBTFUL if others else SHOWN  # rows of neither side may be no messages
            yield Line("role", sql, (name,), sure, "who opens conversations, and whose answers are rated or made", both)
            return


def shown_sides(columns: Columns, one: TableSeen, text: str) -> dict[str, str]:
    """The value that opens conversations as a user's, and the one of answers as the assistant's; empty if not both."""
    talk, time = (columns.line("messages", column, one) for column in ("conversation_id", "created_at"))
    if not (talk and time and len(talk.reads) == len(time.reads) == 1):
        return {}
    seen = columns.with_nulls.openers(one, talk.reads[0], time.reads[0], f"lower({text})")
    opened = sum(opens for opens, _ in seen.values())
    first = max(seen, key=lambda word: seen[word][0], default="")
    if not (1 < len(seen) <= values.MOST_WORDS) or opened < FEWEST or seen[first][0] < opened * OPENS:
        return {}
    if seen[first][1] < seen[first][0] * MORE:
        return {}  # what is once in each conversation is a notice, or the only question
    answers = [word for word in seen if word != first and _is_of_answers(columns, one, text, word)]
    return {first: "user", answers[0]: "assistant"} if len(answers) == 1 else {}


def _is_of_answers(columns: Columns, one: TableSeen, text: str, word: str) -> bool:
    """True if nearly all that is rated has a value, or a column that machines fill is filled with it only."""
    has = f"lower({text}) = {quote_text(word)}"
    return any((columns.with_nulls.share(one, "m", has, given) or 0.0) >= NEARLY for given in _answered(columns, one))


def _answered(columns: Columns, one: TableSeen) -> Sequence[str]:
    """Conditions of messages that are answers: those that are rated, and those with a model or its tokens."""
    named = [name for name in one.columns if rank(name, MACHINE) > 0]
    given = [
        f"{place_of('m', name)} is not null" for name in named if None in columns.with_nulls(one, [name]).get(name, ())
    ]
    rated = columns.chosen.get("feedback")
    for name, to in rated.references.items() if rated else ():
        if to[:2] == one.place and rated:
            given.append(f"exists (select from {rated.quoted} f where {on_row(rated, name, 'f', 'm', to[2])})")
    return given


def _tried(columns: Columns, one: TableSeen, role: Line | None) -> Iterator[tuple[str, str]]:
    """The columns of few values that may say who wrote a message, and SQL of each as text; those called so first."""
    names = sorted(
        one.columns, key=lambda name: (name not in (role.reads if role else ()), -rank(name, COLUMNS["messages.role"]))
    )
    kinds = (*values.TEXTS, "boolean", "smallint", "integer")
    names = [name for name in names if one.columns[name].startswith(kinds) and name not in one.keys]
    named = {name: words_named(one, name, place_of("m", name), columns.tables) for name in names}
    names = [name for name in names if name not in one.references or named[name]]
    given: Mapping[str, Sequence[object]] = columns.sample(one, names) if names else {}
    few = [name for name in names if 1 < len(given.get(name, ())) <= values.MOST_WORDS]
    for name in few[:MOST_TRIED]:
        words = named[name]
        yield name, f"{words.sql}::text" if words else f"{place_of('m', name)}::text"
