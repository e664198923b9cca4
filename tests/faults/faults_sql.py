"""Faults of SQL files: their headers, and their queries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from fault import Fault, pairs, span, twice, typo, without
from words import emptied, references, sql_words

_HEADER = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)
TOP = frozenset(
    [
        "doc",
        "grain",
        "audience",
        "cadence",
        "feature",
        "key",
        "columns",
        "time",
        "window",
        "newest",
        "materialized",
        "indexes",
        "reach",
        "whole",
        "together",
        "keep",
        "tracked",
        "tables",
        "reads",
        "words",
        "make",
        "place",
        "severity",
        "days",
        "tolerance",
        "slack",
        "promql",
        "must_compare",
    ]
)
OF_A_COLUMN = frozenset(["type", "doc", "null", "from", "merge", "of_user", "hash_of", "default"])
REQUIRED = frozenset(["doc", "grain", "audience", "columns", "place", "severity", "key", "tables", "reads"])
# of each key with a closed set of values, one that is none
ODD = {
    "audience": "everbody",
    "severity": "fatal",
    "place": "shop",
    "cadence": "5 minutes",
    "materialized": "maybe",
    "window": "maybe",
    "tracked": "maybe",
    "days": "-3",
    "tolerance": "much",
    "slack": "much",
    "must_compare": "maybe",
    "null": "maybe",
    "of_user": "maybe",
    "type": "bigitn",
    "merge": "add",
    "reach": "far",
    "keep": "long",
    "together": "5",
    "whole": "5",
}
NAMES = frozenset(
    [
        "key",
        "time",
        "newest",
        "indexes",
        "of_user",
        "hash_of",
        "reach",
        "whole",
        "together",
        "feature",
        "tables",
        "place",
    ]
)


def of_sql(path: str, text: str, columns: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    """Every fault of a SQL file."""
    match = _HEADER.match(text)
    assert match, path
    yield from _header(path, text, match.start(1), match[1], taken)
    body = match.end()
    yield Fault("no header", path, "its comment left open", (match.end() - 2, match.end(), ""))
    yield Fault("no header", path, "none", (0, match.end(), ""))
    if text[body:].strip():
        yield emptied(path, "query", (body, len(text), "\n"))
        yield from references(path, text, taken, body)
        yield from sql_words(path, text, body, len(text), columns, taken)


def _header(path: str, text: str, offset: int, header: str, taken: frozenset[str]) -> Iterator[Fault]:
    root = yaml.compose(header)
    for keys, key, value in pairs(root):
        where, depth = ".".join(keys), len(keys)
        start, end = span(key, offset)
        declared = depth == 1 or (keys[0] == "columns" and depth == 3) or (keys[0] == "make" and depth == 3)
        kind = "header key" if depth == 1 else "column key" if declared else "header name"
        if keys[0] == "make" and depth == 2:
            kind = "header name"
        new = typo(str(key.value), taken)
        yield Fault(f"{kind} misspelt", path, where, (start, end, new), names=(new,))
        if again := twice(text, key, value, offset):
            yield Fault(f"{kind} twice", path, where, again, names=(str(key.value),))
        needed = keys[-1] in REQUIRED if depth == 1 else keys[-1] in ("type", "doc") if depth == 3 else True
        if keys[0] == "columns" and depth == 3 and "/staging/" not in path and "/audits/" not in path:
            needed = keys[-1] in ("type", "doc")
        if needed and keys[0] not in ("make", "words") and (gone := without(text, key, value, offset)):
            yield Fault(f"{kind} left out", path, where, gone, names=(str(key.value), keys[-2] if depth > 1 else "doc"))
        yield from _value(path, text, offset, keys, value, taken)


def _value(
    path: str, text: str, offset: int, keys: tuple[str, ...], value: yaml.Node, taken: frozenset[str]
) -> Iterator[Fault]:
    where, last = ".".join(keys), keys[-1]
    start, end = span(value, offset)
    names = (last, *keys[1:2])
    if isinstance(value, yaml.ScalarNode):
        yield Fault("header value a list", path, where, (start, end, "[a, b]"), names=names)
        yield Fault("header value a map", path, where, (start, end, "{a: b}"), names=names)
        yield Fault("header value empty", path, where, (start, end, ""), names=names)
        if last in ODD and (len(keys) == 1 or keys[0] == "columns"):
            yield Fault("header value odd", path, where, (start, end, ODD[last]), names=names)
        if value.style in ("'", '"') and re.search(r"[,:]", value.value) and text[start] in "'\"":
            yield Fault("quotes left out", path, where, (start, end, value.value), names=names)
    else:
        tail = text[start:end]
        rest = tail[len(tail.rstrip()) :]
        yield Fault("header value a number", path, where, (start, end, f"5{rest}"), names=names)
    if (last in NAMES and len(keys) == 1) or keys[0] in ("reads", "tables") or last == "from":
        for one in _scalars(value):
            if keys[0] in ("reads", "tables") and last != "from":
                continue  # names of the platform: any will do
            begin, stop = span(one, offset)
            for number, match in enumerate(re.finditer(r"[A-Za-z_]\w*", text[begin:stop])):
                if match[0] in ("true", "false"):
                    continue
                new = typo(match[0], taken)
                edit = (begin + match.start(), begin + match.end(), new)
                yield Fault("header reference", path, f"{where} {number} {match[0]}", edit, names=(new,))


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one)
