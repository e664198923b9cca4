"""The files of a proposed adapter: SELECTs with the evidence and the confidence beside each line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.platform.proposing.lines.columns import ALIASES
from gendash.engine.platform.proposing.names import ANSWERED, rank
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable, TableSeen
from gendash.engine.platform.proposing.values import TIMES, place_of

LONGEST = 90  # characters of an expression in one line, with its evidence behind it
_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")


def select_text(one: ProposedTable, questions: Iterable[str] = ()) -> str:
    """The SQL file of a proposed table, with the questions that are about it."""
    source = one.source
    alias = ALIASES.get("messages" if one.grouped or (one.table == "feedback" and not one.joins) else one.table, "")
    alias = one.alias or _alias_in(one) or alias
    lines = list(one.lines)
    sources = " and ".join(".".join(each.source.stored_place) for each in one.parts or (one,))
    head = [
        f"-- Proposed by `gendash init` from {sources}, about {source.rows:,.0f} rows.",
        f"-- Beside each line: how sure it is, and why. Read what is below {CERTAIN:.0%}; then take this line out.",
        *(f"-- question: {asked}" for asked in questions if re.match(rf"{one.table}\b", asked)),
    ]
    head = [" ".join(each.split()) for each in head]  # a name may hold the end of a line
    if one.parts:
        parts = [_select(each, alias, each.lines, each.conditions) for each in one.parts]
        return "\n".join([*head, *"\nunion all\n".join(parts).split("\n"), ""])
    if one.pair:
        question, answer = one.pair
        parts = []
        for role, text in (("user", question), ("assistant", answer)):
            own = [_of_pair(line, role, text, source) for line in lines]
            given = f"{alias}.{quote_name(text)}"
            in_json = source.columns.get(text) in ("json", "jsonb")
            filled = f"{given}::text not in ('{{}}', '[]', 'null')" if in_json else f"{given} <> ''"
            written = (filled, 0.75, "who wrote nothing wrote no message")
            parts.append(_select(one, alias, own, [*one.conditions, written]))
        return "\n".join([*head, *"\nunion all\n".join(parts).split("\n"), ""])
    return "\n".join([*head, _select(one, alias, lines, one.conditions), ""])


def _alias_in(one: ProposedTable) -> str:
    """The alias that the lines of a proposed table use."""
    return next((line.sql.partition(".")[0] for line in one.lines if line.sql[1:2] == "."), "")


def _of_pair(line: Line, role: str, text: str, source: TableSeen) -> Line:
    """The id of a question is made from that of its answer, which feedback names."""
    if line.column == "role":
        return line._replace(sql=f"'{role}'", evidence=f"{line.evidence}: {text}")
    if line.column == "created_at" and role == "assistant":
        return _of_answer(line, source)
    if line.column != "message_id":
        return line
    return line._replace(sql=f"{line.sql} || ':question'" if role == "user" else f"{line.sql}::text")


def _of_answer(line: Line, source: TableSeen) -> Line:
    """The time of an answer, where a row has one beside that of its question."""
    alias = line.sql.partition(".")[0]
    answered = [name for name, kind in source.columns.items() if kind.startswith(TIMES) and rank(name, ANSWERED) >= 0.8]
    if not answered or not line.sql.startswith(f"{alias}.") or answered[0] in line.reads:
        return line
    sql = f"coalesce({place_of(alias, answered[0])}, {line.sql})"
    return line._replace(sql=sql, evidence=f"{line.evidence}; {answered[0]} of the answer")


def _select(one: ProposedTable, alias: str, lines: Iterable[Line], conditions: Iterable[tuple[str, float, str]]) -> str:
    rows = [(f"{line.sql} as {line.column}", line) for line in lines]
    width = max((len(text) for text, _ in rows if len(text) <= LONGEST), default=0) + 1
    texts = ["select"]
    for number, (text, line) in enumerate(rows, 1):
        texts += _with_note(text + ("," if number < len(rows) else ""), line, width)
    texts.append(f"from {one.source.quoted} {alias}")
    texts += one.joins
    for number, (sql, sure, why) in enumerate(dict.fromkeys(conditions)):
        texts.append(f"{'and' if number else 'where'} {sql}  -- {_note(sure, why)}")
    if one.grouped:
        texts.append(f"group by {one.grouped}")
    return "\n".join(texts)


def _with_note(text: str, line: Line, width: int) -> list[str]:
    """The lines of an output column: its evidence behind it, or above it where it takes several lines.

    A word that is a guess has a note of its own, where the column is surer than that.
    """
    guessed = {word: f"when {quote_text(word)} then" for word in line.asked if line.confidence >= CERTAIN}
    cased = {start for start in guessed.values() if start in text.lower()}
    rest = ", ".join(sorted(word for word, start in guessed.items() if start not in cased))
    note = _note(line.confidence, line.evidence + (f"; but below {CERTAIN:.0%}: {rest}" if rest else ""))
    if len(text) <= LONGEST + 1 and not cased:
        return [f"  {text:<{width}}  -- {note}"]
    marked = (
        f"{each}  -- below {CERTAIN:.0%}: read it" if any(start in each.lower() for start in cased) else each
        for each in _broken(text)
    )
    return [f"  -- {note}", *marked]


def _broken(text: str) -> list[str]:
    """An output column in several lines, if PostgreSQL's grammar reads the same from them; else in one."""
    import postgast  # a tenth of a start

    expression, comma = text.removesuffix(","), "," if text.endswith(",") else ""
    plain = postgast.parse(f"select {expression}")
    formatted = postgast.format_sql(plain).strip().removesuffix(";")
    # keywords in lower case, as everywhere: names and texts that have capitals are quoted
    lowered = "".join(each if n % 2 else each.lower() for n, each in enumerate(_QUOTED.split(formatted)))
    same = postgast.deparse(postgast.parse(lowered)) == postgast.deparse(plain)
    return (lowered.partition("\n")[2] + comma).split("\n") if same else [f"  {text}"]


def _note(confidence: float, evidence: str) -> str:
    """A comment of one line, whatever the platform's words hold."""
    evidence = " ".join(evidence.split())
    sure = f"{confidence:.0%}" if confidence else "to be decided"
    return f"{sure}: {evidence}" if evidence else f"{sure}: its name"
