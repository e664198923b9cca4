"""Maps an error position in the text sent to a server to line and column of the author's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gendash.engine.model import Relation, Rule

# what is replaced before a server gets a text: references, macros of Grafana, variables
_REPLACED = re.compile(r"(\{\{.*?\}\}|\$__\w+(?:\([^)]*\))?|\$\{[^}]*\}|\$\w+|\[\[\w+(?::\w+)?\]\])", re.DOTALL)


def origin(raw: str, final: str, place: int, render: Callable[[str], str]) -> int:
    """The character of ``raw`` from which the one at ``place`` of ``final`` came, -1 where that cannot be said.

    ``render`` makes a final text from a raw one; it is given the parts that it replaces one by one.
    """
    at, done, found, rebuilt = 0, 0, -1, []
    for index, piece in enumerate(_REPLACED.split(raw)):
        replaced = index % 2 == 1
        text = render(piece) if replaced else piece
        if found < 0 and done <= place < done + len(text) + (0 if replaced else 1):
            found = at + (0 if replaced else place - done)
        at, done = at + len(piece), done + len(text)
        rebuilt.append(text)
    return found if "".join(rebuilt) == final else -1


def line_and_column(raw: str, place: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = raw[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1


def characters(text: str, byte: int) -> int:
    """The character at a byte of a text's UTF-8, by which PostgreSQL's parser counts; -1 stays."""
    return len(text.encode()[:byte].decode(errors="ignore")) if byte > 0 else byte


def in_file(relation: Relation, place: int) -> str:
    """``path:line:column`` of a character of a relation's text; the path where the place is not known."""
    if place < 0 or not relation.line:
        return relation.path
    line, column = line_and_column(relation.text, place)
    return f"{relation.path}:{relation.line + line - 1}:{column}"


def in_entry(path: str, name: str, lines: Mapping[str, int], key: str = "", raw: str = "", place: int = -1) -> str:
    """``path:line name`` of an entry of a YAML file, or of one of its keys; ``path name`` where the line is not known.

    ``place`` is a character of ``raw``, the key's value: of a text that begins below its key it has a line of its own.
    """
    line = lines.get(key) or lines.get("", 0)
    if place >= 0 and f"{key}|" in lines:
        line = lines[f"{key}|"] + raw[:place].count("\n")
    if line:
        return f"{path}:{line} {name}"
    return in_query(f"{path} {name}", raw, place)


def in_rule(rule: Rule, key: str = "", place: int = -1) -> str:
    """The place of a rule, of one of its keys, or of a character of its ``expr`` or ``otherwise``."""
    raw = {"expr": rule.expr, "otherwise": rule.otherwise}.get(key, "")
    return in_entry(rule.path, rule.name, rule.lines, key, raw, place)


def in_query(where: str, raw: str, place: int) -> str:
    """``where:line:column`` of a character of a query, counted as Grafana shows it: without what indents it."""
    if place < 0:
        return where
    lead = len(raw) - len(raw.lstrip())
    first = raw[:lead].count("\n")
    indents = [len(line) - len(line.lstrip()) for line in raw.splitlines() if line.strip()]
    line, column = line_and_column(raw, place)
    return f"{where}:{line - first}:{max(1, column - min(indents, default=0))}"


def excerpt(raw: str, place: int) -> str:
    """The line that a character is in, in one line of at most 60 characters."""
    line, column = line_and_column(raw, max(place, 0))
    lines = raw.splitlines() or [""]
    text = lines[min(line, len(lines)) - 1]
    start = max(0, min(column - 30, len(text) - 60))
    return " ".join(text[start : start + 60].split())
