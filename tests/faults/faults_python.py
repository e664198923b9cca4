"""Faults of dashboard modules: their Python, what they name, and the queries in their strings."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import accumulate

from fault import Fault, typo
from faults_yaml import promql_words
from words import REFERENCE, references, sql_words

_QUERY = re.compile(r"\bselect\b|\{\{ ?\w+\(|\bwhere\b.*=|\{job=~|\bcount_values\(|\bsum\(|\border by\b")
_FREE = frozenset({"words", "dict", "replace"})  # any keyword is one of theirs
PROSE = frozenset(
    [
        "doc",
        "title",
        "label",
        "needs",
        "may_be_empty",
        "may_be_zero",
        "no_data",
        "legend",
        "exempt",
        "name",
        "text",
        "description",
        "titles",
        "reason",
    ]
)
NAMED = frozenset(
    ["leads_to", "feature", "format", "refresh", "range", "audience", "calc", "unit", "window", "x", "all_value"]
)
FREE_UNITS = ("suffix:", "prefix:")  # followed by any text
REQUIRED = {
    "Panel": ("width", "height"),
    "Dashboard": ("refresh", "range"),
}
POSITIONAL = {"Panel": 5, "Dashboard": 4, "Row": 2, "Variable": 4}
OF_GRAFANA = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z]+)*")


class _Source:
    """A module with the places of its syntax tree as offsets of characters."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        lines = text.splitlines(keepends=True)
        self._starts = [0, *accumulate(map(len, lines))]
        self._lines = lines
        self.tree = ast.parse(text)

    def at(self, line: int, column: int) -> int:
        """The offset of a place whose column counts bytes, as ast does."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def place(self, line: int, column: int) -> int:
        """The offset of a place whose column counts characters, as tokenize does."""
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.at(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.at(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def around(self, start: int, end: int) -> tuple[int, int]:
        """The span of an argument with the comma behind it."""
        match = re.compile(r"\s*,\s*").match(self.text, end)
        return start, match.end() if match else end


def of_module(path: str, text: str, columns: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    """Every fault of a dashboard module or of what dashboards share."""
    source = _Source(path, text)
    slug = ""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            yield from _call(source, node, name, taken)
            if name == "Panel" and node.args and isinstance(node.args[0], ast.Constant):
                if slug:
                    yield Fault(
                        "slug twice", path, node.args[0].value, (*source.span(node.args[0]), repr(slug)), names=(slug,)
                    )
                slug = node.args[0].value
        elif isinstance(node, ast.Dict):
            yield from _dict(source, node, taken)
        elif isinstance(node, ast.Name):
            start, end = source.span(node)
            if text[start:end] == node.id and isinstance(node.ctx, ast.Load):
                new = typo(node.id, taken)
                yield Fault(
                    "python name",
                    path,
                    f"{node.lineno - _top(source, node)} {node.id}",
                    (start, end, new),
                    names=(new,),
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                new = typo(alias.name, taken)
                yield Fault("python import", path, alias.name, (*source.span(alias), new), names=(new,))
        elif isinstance(node, ast.Attribute):
            start, end = source.span(node)
            if text[start:end].endswith(node.attr):
                edit = (end - len(node.attr), end, typo(node.attr, taken))
                yield Fault("python name", path, f"attribute {node.attr}", edit)
    for statement in source.tree.body:
        if isinstance(statement, ast.Assign | ast.FunctionDef):
            name = statement.name if isinstance(statement, ast.FunctionDef) else ast.unparse(statement.targets[0])
            yield Fault("definition left out", path, name, (*source.span(statement), "pass"), names=(name,))
    yield from _tokens(source, columns, taken)


def _top(source: _Source, node: ast.AST) -> int:
    """The line at which the statement begins that a node is in, so that names of faults keep."""
    return max((s.lineno for s in source.tree.body if s.lineno <= node.lineno), default=0)  # type: ignore[attr-defined]


def _call(source: _Source, node: ast.Call, name: str, taken: frozenset[str]) -> Iterator[Fault]:
    path = source.path
    what = f"{name}({_first(node)})"
    for keyword in node.keywords:
        if keyword.arg is None:
            continue
        start = source.at(keyword.lineno, keyword.col_offset)
        where = f"{what} {keyword.arg}"
        if name not in _FREE and source.text[start:].startswith(keyword.arg):
            new = typo(keyword.arg, taken)
            yield Fault("keyword misspelt", path, where, (start, start + len(keyword.arg), new), names=(new,))
        if keyword.arg in REQUIRED.get(name, ()):
            cut = source.around(start, source.span(keyword)[1])
            yield Fault("argument left out", path, where, (*cut, ""), names=(keyword.arg, _first(node)))
        yield from _argument(source, keyword.value, where, keyword.arg, _first(node), taken)
        yield Fault("keyword twice", path, where, (start, start, source.text[start : source.span(keyword)[1]] + ", "))
    for number, argument in enumerate(node.args[: POSITIONAL.get(name, 0)]):
        start, end = source.span(argument)
        where = f"{what} argument {number}"
        yield Fault("argument left out", path, where, (*source.around(start, end), ""), names=(_first(node),))
        odd = "5" if not isinstance(argument, ast.Constant) or isinstance(argument.value, str) else "'x'"
        yield Fault("argument of a wrong type", path, where, (start, end, odd), names=(_first(node),))
        yield Fault("argument None", path, where, (start, end, "None"), names=(_first(node),))
    if name in ("slo", "SettingRef", "override", "entity", "dashed", "linked", "judged"):
        for argument in node.args[: 2 if name == "override" else 1]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield from _named(source, argument, f"{name} {argument.value}", f"{name} name", taken)
    if name in ("Dashboard", "Variable") and node.args and isinstance(node.args[0], ast.Constant):
        yield from _named(source, node.args[0], f"{name} {node.args[0].value}", f"{name} name", taken)


def _first(node: ast.Call) -> str:
    return str(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else ""


def _argument(
    source: _Source, value: ast.expr, where: str, keyword: str, slug: str, taken: frozenset[str]
) -> Iterator[Fault]:
    """Values of a wrong type, and names that are none."""
    start, end = source.span(value)
    if isinstance(value, ast.Constant):
        odd = "5" if isinstance(value.value, str) else "'x'"
        yield Fault("argument of a wrong type", source.path, where, (start, end, odd), names=(slug, keyword))
        if isinstance(value.value, int) and not isinstance(value.value, bool) and keyword in ("width", "height"):
            for odd in ("0", "-1", "4.5"):
                yield Fault(
                    "argument of a wrong type", source.path, f"{where} {odd}", (start, end, odd), names=(slug, keyword)
                )
        if isinstance(value.value, str) and keyword in NAMED and not value.value.startswith(FREE_UNITS):
            yield from _named(source, value, where, f"{keyword} name", taken)
    elif isinstance(value, ast.List | ast.Tuple | ast.Dict):
        yield Fault("argument of a wrong type", source.path, where, (start, end, "5"), names=(slug, keyword))


def _named(source: _Source, value: ast.Constant, where: str, kind: str, taken: frozenset[str]) -> Iterator[Fault]:
    start, end = source.span(value)
    found = list(re.finditer(r"[A-Za-z]\w*", source.text[start:end]))
    if found:
        match = found[-1]
        new = typo(match[0], taken)
        edit = (start + match.start(), start + match.end(), new)
        yield Fault(kind, source.path, where, edit, names=(new,))


def _dict(source: _Source, node: ast.Dict, taken: frozenset[str]) -> Iterator[Fault]:
    """Keys and words of Grafana's options."""
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            continue
        where = f"{source.text[max(0, source.span(node)[0] - 12) : source.span(node)[0]].split()[-1:]} {key.value}"
        if OF_GRAFANA.fullmatch(key.value):
            yield from _named(source, key, where, "option key", taken)
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and OF_GRAFANA.fullmatch(value.value):
                yield from _named(source, value, f"{where} {value.value}", "option value", taken)
            if isinstance(value, ast.Constant) and value.value is not None:
                odd = "[1]"
                yield Fault(
                    "option of a wrong type", source.path, where, (*source.span(value), odd), names=(key.value,)
                )


def _tokens(source: _Source, columns: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    """Brackets, commas and quotes of the code, and what queries in its strings name."""
    prose = list(_prose(source))
    before = tokenize.TokenInfo(0, "", (0, 0), (0, 0), "")
    for number, token in enumerate(tokenize.generate_tokens(io.StringIO(source.text).readline)):
        start, end = source.place(*token.start), source.place(*token.end)
        if token.type == tokenize.OP and token.string in "()[]{}:":
            yield Fault("python syntax", source.path, f"{number} {token.string}", (start, end, ""))
        if token.type == tokenize.OP and token.string == "," and before.type == tokenize.STRING:
            pass  # two texts that become one: what that breaks depends on the call
        if token.type == tokenize.STRING and not any(first <= start < last for first, last in prose):
            if number % 7 == 0:
                yield Fault("python syntax", source.path, f"{number} quote", (end - 1, end, ""))
            if _QUERY.search(token.string):
                yield from _query(source, start, end, columns, taken)
            for label in re.finditer(r"\$\{?(\w+)", token.string):
                if not label[1].startswith("_") and label[1].islower():
                    at, new = start + label.start(1), typo(label[1], taken)
                    edit = (at, at + len(label[1]), new)
                    yield Fault("dashboard variable", source.path, f"{number} {label[1]}", edit, names=(new,))
        before = token
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg == "legend" and isinstance(node.value, ast.Constant):
            start, end = source.span(node.value)
            for label in re.finditer(r"\{\{(\w+)\}\}", source.text[start:end]):
                new = typo(label[1], taken)
                edit = (start + label.start(1), start + label.end(1), new)
                yield Fault("legend label", source.path, f"{node.value.value} {label[1]}", edit, names=(new,))


def _query(source: _Source, start: int, end: int, columns: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    text = source.text[start:end]
    yield from references(source.path, source.text, taken, start, end)
    if re.search(r"=~|\{job|sum by|count_values|_over_time|\[\d+[mhd]\]|(rule|metric)\(", text):
        yield from promql_words(source.path, source.text, start, end, taken)
        return
    plain = REFERENCE.sub(lambda match: " " * len(match[0]), text)
    if re.search(r"\b(select|from|where|filter|order by)\b", plain):
        for fault in sql_words(source.path, source.text, start, end, columns, taken):
            word = fault.what.split()[-1]
            at = fault.edit[0] if fault.edit else 0
            is_alias = source.text[max(0, at - 4) : at].endswith("as ")
            if fault.kind != "sql name" or (word in columns and not is_alias):
                yield fault


def _prose(source: _Source) -> Iterator[tuple[int, int]]:
    """Where texts for people are."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = {"Panel": 1, "Dashboard": 1, "Variable": 1, "Row": 0, "how_to_read": 0, "Text": 0}.get(node.func.id)
            if first is not None:
                yield from (
                    source.span(one)
                    for one in node.args[first:]
                    if isinstance(one, ast.Constant | ast.JoinedStr | ast.BinOp)
                )
        if isinstance(node, ast.keyword) and node.arg in PROSE:
            yield source.span(node.value)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield source.span(node.value)
