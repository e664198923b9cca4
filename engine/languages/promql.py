"""PromQL read by a real parser, with Grafana's variables put in first: what an expression asks for, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import promql_parser

# Stand-ins for Grafana's variables: enough to parse by. `expand` puts in what Grafana would.
_STAND_INS = {"__rate_interval": "1m", "__interval": "15s", "__range": "1h"}
_VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)")
RATES = frozenset({"rate", "irate", "increase", "resets"})


@dataclass(frozen=True)
class Selector:
    """One selector of an expression.

    ``matchers`` holds (label, operator, value) in written order, the metric name left out. ``range_s`` is its range
    in seconds, 0 for an instant selector. ``inside`` names the functions and aggregations around it, outermost first.
    """

    metric: str
    matchers: tuple[tuple[str, str, str], ...]
    range_s: float
    inside: tuple[str, ...]


@dataclass(frozen=True)
class Ratio:
    """One division of vectors: the labels that each side keeps (None: unknown), and whether the divisor is guarded.

    A label set is ("by" or "without", labels). A guard is a comparison such as ``> 0`` around the whole divisor.
    """

    above: tuple[str, frozenset[str]] | None
    below: tuple[str, frozenset[str]] | None
    guarded: bool


def substitute(text: str) -> str:
    """``text`` without Grafana variables: durations where there must be one, else ``1``, which parses elsewhere."""

    def put(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        if name.isdigit():
            return match[0]  # $1 belongs to label_replace
        return _STAND_INS.get(name, "1h" if text[: match.start()].endswith("offset ") else "1")

    return _VARIABLE.sub(put, text)


@lru_cache(maxsize=4096)
def parse(text: str) -> promql_parser.Expr:
    """The syntax tree of an expression. Raises ValueError with the parser's message."""
    try:
        return promql_parser.parse(substitute(text))
    except Exception as error:  # the parser raises several types
        raise ValueError(" ".join(str(error).split())) from error


_QUOTED = re.compile(r"'([^']+)'|: (\S+)$|for (\S+)$")
_BRACKETS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`|#[^\n]*|([(\[{])|([)\]}])")


def fault_place(text: str, message: str) -> int:
    """The character that a parser's message is about, -1 if it names none: the parser gives no position."""
    open_at: list[int] = []
    for match in _BRACKETS.finditer(text):
        if match[1]:
            open_at.append(match.start())
        elif match[2]:
            if not open_at:
                return match.start()
            open_at.pop()
    if open_at and ("unclosed" in message or "inside" in message or "unexpected end" in message):
        return open_at[-1]
    named = [one for match in _QUOTED.findall(message) for one in match if one]
    return next((text.find(one) for one in named if one in text), -1)


@lru_cache(maxsize=4096)
def selectors(text: str) -> tuple[Selector, ...]:
    """The selectors of an expression, from left to right. Raises ValueError if it does not parse."""
    found: list[Selector] = []
    _walk(parse(text), (), 0.0, found)
    return tuple(found)


def only_selector(text: str) -> Selector:
    """The selector that an expression consists of. Raises ValueError where it is anything else."""
    tree = _bare(parse(text))
    if not isinstance(tree, promql_parser.VectorSelector) or tree.offset or tree.at:
        raise ValueError("not the selector of one metric")
    (found,) = selectors(text)
    if not found.metric:
        raise ValueError("it names no metric")
    return found


@lru_cache(maxsize=4096)
def reach_s(text: str) -> float:
    """How far an expression looks back, in seconds: ranges, subqueries and offsets within each other add up.

    Raises ValueError if it does not parse.
    """
    return _reach_s(parse(text))


def _reach_s(node: Any) -> float:
    if isinstance(node, promql_parser.MatrixSelector):
        return _seconds(node.range) + _reach_s(node.vector_selector)
    if isinstance(node, promql_parser.VectorSelector):
        return _seconds(node.offset)
    if isinstance(node, promql_parser.SubqueryExpr):
        return _seconds(node.range) + _seconds(node.offset) + _reach_s(node.expr)
    if isinstance(node, promql_parser.Call):
        return max(map(_reach_s, node.args), default=0.0)
    if isinstance(node, promql_parser.BinaryExpr):
        return max(_reach_s(node.lhs), _reach_s(node.rhs))
    if isinstance(node, promql_parser.AggregateExpr | promql_parser.ParenExpr | promql_parser.UnaryExpr):
        return _reach_s(node.expr)
    return 0.0


def _seconds(length: timedelta | None) -> float:
    return length.total_seconds() if length else 0.0


def metric_names(text: str) -> set[str]:
    """Names of all metrics and recorded series that an expression reads."""
    return {selector.metric for selector in selectors(text) if selector.metric}


@lru_cache(maxsize=4096)
def ratios(text: str) -> tuple[Ratio, ...]:
    """The divisions of a vector by a vector. Raises ValueError if the expression does not parse."""
    found: list[Ratio] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.BinaryExpr) and str(node.op) == "/":
            below = _bare(node.rhs)
            if not isinstance(below, promql_parser.NumberLiteral):
                guarded = isinstance(below, promql_parser.BinaryExpr) and str(below.op) in (">", ">=", "!=")
                found.append(Ratio(_kept(node.lhs), _kept(node.rhs), guarded))
        return True

    tree = parse(text)
    if "/" in text:
        promql_parser.walk(tree, visit)
    return tuple(found)


@lru_cache(maxsize=4096)
def divides_by_zero(text: str) -> bool:
    """True if an expression divides by a literal 0. Raises ValueError if it does not parse."""
    found: list[bool] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.BinaryExpr) and str(node.op) in ("/", "%"):
            below = _bare(node.rhs)
            found.append(isinstance(below, promql_parser.NumberLiteral) and below.val == 0)
        return True

    tree = parse(text)
    if "/" in text or "%" in text:
        promql_parser.walk(tree, visit)
    return any(found)


@lru_cache(maxsize=4096)
def quantiles(text: str) -> tuple[frozenset[str] | None, ...]:
    """Of every histogram_quantile the labels that its buckets are summed by; None where they are not summed."""
    found: list[frozenset[str] | None] = []

    def visit(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.Call) and node.func.name == "histogram_quantile":
            kept = _kept(node.args[1]) if isinstance(_bare(node.args[1]), promql_parser.AggregateExpr) else None
            found.append(kept[1] if kept and kept[0] == "by" else None)
        return True

    tree = parse(text)
    if "histogram_quantile" in text:
        promql_parser.walk(tree, visit)
    return tuple(found)


def _bare(node: promql_parser.Expr) -> promql_parser.Expr:
    while isinstance(node, promql_parser.ParenExpr):
        node = node.expr
    return node


def _kept(node: promql_parser.Expr) -> tuple[str, frozenset[str]] | None:
    """The labels that an expression keeps, if an aggregation sets them."""
    node = _bare(node)
    if isinstance(node, promql_parser.AggregateExpr):
        if node.modifier is None:
            return ("by", frozenset())
        by = node.modifier.type == promql_parser.AggModifierType.By
        return ("by" if by else "without", frozenset(node.modifier.labels))
    if isinstance(node, promql_parser.BinaryExpr):
        left, right = _kept(node.lhs), _kept(node.rhs)
        return left or right
    return None


def _walk(node: Any, inside: tuple[str, ...], range_s: float, found: list[Selector]) -> None:
    if isinstance(node, promql_parser.MatrixSelector):
        _walk(node.vector_selector, inside, node.range.total_seconds(), found)
    elif isinstance(node, promql_parser.VectorSelector):
        found.append(Selector(node.name or _named(node), tuple(_matchers(node)), range_s, inside))
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            _walk(argument, (*inside, node.func.name), 0.0, found)
    elif isinstance(node, promql_parser.AggregateExpr):
        _walk(node.expr, (*inside, str(node.op)), 0.0, found)
    elif isinstance(node, promql_parser.BinaryExpr):
        _walk(node.lhs, inside, 0.0, found)
        _walk(node.rhs, inside, 0.0, found)
    elif isinstance(node, promql_parser.SubqueryExpr | promql_parser.ParenExpr | promql_parser.UnaryExpr):
        _walk(node.expr, inside, 0.0, found)


def _all_matchers(node: Any) -> Iterable[tuple[str, str, str]]:
    operators = promql_parser.MatchOp
    signs = [(operators.Equal, "="), (operators.NotEqual, "!="), (operators.Re, "=~"), (operators.NotRe, "!~")]
    for matcher in node.matchers.matchers:
        yield matcher.name, next(sign for operator, sign in signs if matcher.op == operator), matcher.value


def _matchers(node: Any) -> list[tuple[str, str, str]]:
    return [matcher for matcher in _all_matchers(node) if matcher[0] != "__name__"]


def _named(node: Any) -> str:
    """The metric of ``{__name__="x"}``, or an empty string."""
    return next((value for label, op, value in _all_matchers(node) if label == "__name__" and op == "="), "")


_MATCHERS = re.compile(r'\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}')
_MATCHER = re.compile(r'\w+(?:=~|!~|!=|=)"(?:[^"\\]|\\.)*"')


def normal_form(expr: str) -> str:
    """An expression as the parser prints it, matchers sorted as Prometheus does: equal for equal meanings."""
    try:
        text = str(parse(expr))
    except ValueError:  # newer than our parser
        return " ".join(expr.split())
    return _MATCHERS.sub(lambda found: "{" + ",".join(sorted(_MATCHER.findall(found[1]))) + "}", text)
