"""The files of a proposed adapter: SELECTs with the evidence and the confidence beside each line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gendash.engine.languages.sql_text import quote_name
from gendash.engine.platform.proposing.columns import ALIASES
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, ProposedTable

LONGEST = 90  # characters of an expression in one line, with its evidence behind it
_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")


def select_text(one: ProposedTable, questions: Iterable[str] = ()) -> str:
    """The SQL file of a proposed table, with the questions that are about it."""
    source = one.source
    alias = ALIASES.get("messages" if one.grouped or (one.table == "feedback" and not one.joins) else one.table, "")
    alias = one.alias or _alias_in(one) or alias
    lines = list(one.lines)
    sources = " and ".join(f"{each.source.schema}.{each.source.name}" for each in one.parts or (one,))
    head = [
        f"-- Proposed by `gendash init` from {sources}, about {source.rows:,.0f} rows.",
        f"-- Beside each line: how sure it is, and why. Read what is below {CERTAIN:.0%}; then take this line out.",
        *(f"-- question: {asked}" for asked in questions if re.match(rf"{one.table}\b", asked)),
    ]
    if one.parts:
        parts = [_select(each, alias, each.lines, each.conditions) for each in one.parts]
        return "\n".join([*head, *"\nunion all\n".join(parts).split("\n"), ""])
    if one.pair:
        question, answer = one.pair
        parts = []
        for role, text in (("user", question), ("assistant", answer)):
            own = [_of_pair(line, role, text) for line in lines]
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


def _of_pair(line: Line, role: str, text: str) -> Line:
    """The id of a question is made from that of its answer, which feedback names."""
    if line.column == "role":
        return line._replace(sql=f"'{role}'", evidence=f"{line.evidence}: {text}")
    if line.column != "message_id":
        return line
    return line._replace(sql=f"{line.sql} || ':question'" if role == "user" else f"{line.sql}::text")


def _select(one: ProposedTable, alias: str, lines: Iterable[Line], conditions: Iterable[tuple[str, float, str]]) -> str:
    rows = [(f"{line.sql} as {line.column}", _note(line.confidence, line.evidence)) for line in lines]
    width = max((len(text) for text, _ in rows if len(text) <= LONGEST), default=0) + 1
    texts = ["select"]
    for number, (text, note) in enumerate(rows, 1):
        texts += _with_note(text + ("," if number < len(rows) else ""), note, width)
    texts.append(f"from {one.source.quoted} {alias}")
    texts += one.joins
    for number, (sql, sure, why) in enumerate(dict.fromkeys(conditions)):
        texts.append(f"{'and' if number else 'where'} {sql}  -- {_note(sure, why)}")
    if one.grouped:
        texts.append(f"group by {one.grouped}")
    return "\n".join(texts)


def _with_note(text: str, note: str, width: int) -> list[str]:
    """The lines of an output column: its evidence behind it, or above it where it takes several lines."""
    if len(text) <= LONGEST + 1:
        return [f"  {text:<{width}}  -- {note}"]
    return [f"  -- {note}", *_broken(text)]


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
    sure = f"{confidence:.0%}" if confidence else "to be decided"
    return f"{sure}: {evidence}" if evidence else f"{sure}: its name"
