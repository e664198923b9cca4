"""The words of content: what a typing error must not turn one into another of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fault import WORD, Edit, Fault, typo

SUFFIXES = (".py", ".sql", ".yaml", ".j2")
REFERENCE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
CALL = re.compile(r"\{\{ ?(\w+)\((['\"])([\w:.]+)\2")
_TOKEN = re.compile(
    r"(?P<skip>\{\{\{\{.*?\}\}\}\}|\{\{.*?\}\}|\{%.*?%\}|\{[^{}]*\}|--[^\n]*|'(?:[^'\n]|'')*'|\"[^\"]*\"|\$\{[^}]*\}|\$\w+)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),])",
    re.DOTALL,
)
SQL_KEYWORDS = frozenset(
    [
        "select",
        "from",
        "where",
        "group",
        "by",
        "order",
        "having",
        "limit",
        "with",
        "as",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "case",
        "when",
        "then",
        "else",
        "end",
        "join",
        "left",
        "right",
        "inner",
        "cross",
        "full",
        "lateral",
        "on",
        "using",
        "union",
        "all",
        "distinct",
        "between",
        "filter",
        "over",
        "partition",
        "within",
        "desc",
        "asc",
        "true",
        "false",
        "interval",
        "date",
        "time",
        "at",
        "zone",
        "timestamp",
        "timestamptz",
        "values",
        "exists",
        "any",
        "materialized",
        "nulls",
        "last",
        "first",
        "rows",
        "range",
        "preceding",
        "following",
        "current",
        "row",
        "extract",
        "for",
        "offset",
        "only",
        "set",
        "default",
        "array",
        "recursive",
        "like",
        "ilike",
    ]
)


def words_of(root: Path) -> frozenset[str]:
    """Every word of every file of a content root."""
    files = (path for path in root.rglob("*") if path.suffix in SUFFIXES and "__pycache__" not in path.parts)
    return frozenset(word for path in files for word in re.findall(r"[A-Za-z_]\w*", path.read_text("utf-8")))


def references(path: str, text: str, taken: Iterable[str], start: int = 0, end: int | None = None) -> Iterator[Fault]:
    """References with a wrong kind, a wrong name or no end."""
    for number, match in enumerate(CALL.finditer(text, start, len(text) if end is None else end)):
        kind, name = match[1], match[3]
        last = WORD.findall(name)[-1] if WORD.findall(name) else name
        wrong = typo(last, [*taken])
        at = match.start(3) + name.rindex(last)
        where = f"{number} {kind}({name})"
        yield Fault("reference name", path, where, (at, at + len(last), wrong), names=(wrong, last))
        new = typo(kind, ("view", "rule", "metric", "label", "slo", "stage", "word", "words", "table", "now", "by"))
        yield Fault("reference kind", path, where, (match.start(1), match.end(1), new), names=(new,))
        close = text.find("}}", match.end())
        if close > 0:
            yield Fault("reference left open", path, where, (close, close + 2, ""), names=(name,))
            yield Fault("reference without name", path, where, (match.start(2), match.end(3) + 1, ""), names=(kind,))


def sql_words(
    path: str, text: str, start: int, end: int, columns: frozenset[str], taken: frozenset[str]
) -> Iterator[Fault]:
    """Columns, aliases, functions, types, keywords, commas and parentheses of a SQL text."""
    found = [(m.lastgroup, m) for m in _TOKEN.finditer(text, start, end) if m.lastgroup != "skip"]
    names = [m[0] for kind, m in found if kind == "word"]
    for number, (kind, match) in enumerate(found):
        word, at = match[0], match.start()
        where, edit = f"{number} {word}", (at, match.end(), "")
        if kind == "mark":
            yield Fault({",": "no comma"}.get(word, "no parenthesis"), path, where, edit)
            continue
        new = typo(word, taken)
        edit = (at, match.end(), new)
        before, after = text[max(start, at - 2) : at], text[match.end() : match.end() + 1]
        if after == "(" and word.lower() not in SQL_KEYWORDS:
            yield Fault("sql function", path, where, edit, names=(new,))
        elif before == "::":
            yield Fault("sql type", path, where, edit, names=(new,))
        elif word.lower() in SQL_KEYWORDS:
            yield Fault("sql keyword", path, where, edit, names=(new,))
        elif word in columns or names.count(word) > 1:
            yield Fault("sql name", path, where, edit, names=(new, word))


def emptied(path: str, what: str, edit: Edit) -> Fault:
    return Fault("emptied", path, what, edit)
