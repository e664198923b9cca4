"""The labels that a PromQL expression keeps, and the metrics and labels that it names and do not exist.

A set of labels is None where it is not known; then nothing is reported about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import promql_parser as parser

from gendash.engine.config.load import suggest
from gendash.engine.languages.promql import parse

Labels = frozenset[str] | None
Known = Callable[[str], Labels]  # a series -> its labels. Raises KeyError for one that does not exist.
_NONE: frozenset[str] = frozenset()
_WITHOUT_INPUT = frozenset({"vector", "time", "pi", "scalar"})
_SELECTING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_SET = frozenset({"and", "or", "unless"})


class LabelFault(NamedTuple):
    """A metric or label that does not exist; ``name`` is the word of the text that is wrong."""

    name: str
    what: str
    do: str


def read_labels(text: str, known: Known) -> tuple[Labels, list[LabelFault]]:
    """The labels of an expression's result, and its faults. Raises ValueError where it does not parse."""
    faults: list[LabelFault] = []
    return _labels(parse(text), known, faults), list(dict.fromkeys(faults))


def missing_labels(name: str, labels: Labels, where: str) -> list[LabelFault]:
    """A fault for a label that a set lacks."""
    if labels is None or name in labels:
        return []
    do = suggest(name, labels) or (f"labels there: {', '.join(sorted(labels))}" if labels else "no label is left there")
    return [LabelFault(name, f"no label '{name}' {where}", do)]


def _labels(node: Any, known: Known, faults: list[LabelFault]) -> Labels:
    if isinstance(node, parser.VectorSelector):
        return _selected(node, known, faults)
    if isinstance(node, parser.MatrixSelector):
        return _selected(node.vector_selector, known, faults)
    if isinstance(node, parser.AggregateExpr):
        return _aggregated(node, known, faults)
    if isinstance(node, parser.BinaryExpr):
        return _combined(node, known, faults)
    if isinstance(node, parser.Call):
        return _called(node, known, faults)
    if isinstance(node, parser.ParenExpr | parser.UnaryExpr | parser.SubqueryExpr):
        return _labels(node.expr, known, faults)
    return _NONE


def _selected(node: Any, known: Known, faults: list[LabelFault]) -> Labels:
    operators = parser.MatchOp
    matchers = list(node.matchers.matchers)
    names = [one.value for one in matchers if one.name == "__name__" and one.op == operators.Equal]
    name = node.name or next(iter(names), "")
    if not name:
        return None
    try:
        labels = known(name)
    except KeyError as error:
        faults.append(LabelFault(name, f"no metric '{name}'", str(error.args[0])))
        return None
    for one in matchers:
        # label="" asks for series without it
        if one.name != "__name__" and not (one.op == operators.Equal and not one.value):
            faults += missing_labels(one.name, labels, f"on '{name}'")
    return labels


def _aggregated(node: Any, known: Known, faults: list[LabelFault]) -> Labels:
    inner = _labels(node.expr, known, faults)
    operation = str(node.op)
    by = node.modifier is None or node.modifier.type == parser.AggModifierType.By
    named = frozenset(node.modifier.labels) if node.modifier else _NONE
    if by:
        faults += [fault for name in sorted(named) for fault in missing_labels(name, inner, f"to {operation} by")]
    if operation in _SELECTING:
        return inner
    kept = named if by else None if inner is None else inner - named
    if operation == "count_values" and kept is not None:
        return kept | {node.param.val}
    return kept


def _combined(node: Any, known: Known, faults: list[LabelFault]) -> Labels:
    left, right = _labels(node.lhs, known, faults), _labels(node.rhs, known, faults)
    if _is_scalar(node.lhs) or _is_scalar(node.rhs):
        return right if _is_scalar(node.lhs) else left
    modifier, operation = node.modifier, str(node.op)
    matching = modifier.matching if modifier else None
    on = frozenset(matching.labels) if matching and matching.type == parser.LabelModifierType.Include else None
    for name in sorted(on or ()):
        faults += missing_labels(name, left, "to match on") or missing_labels(name, right, "to match on")
    if operation in _SET:
        return left if operation != "or" else None if left is None or right is None else left | right
    cards = parser.VectorMatchCardinality
    if modifier and modifier.card in (cards.ManyToOne, cards.OneToMany):
        many, one = (left, right) if modifier.card == cards.ManyToOne else (right, left)
        included = frozenset(modifier.group_labels or ())
        faults += [fault for name in sorted(included) for fault in missing_labels(name, one, "to take over")]
        return None if many is None else many | included
    return left if on is None else on


def _is_scalar(node: Any) -> bool:
    while isinstance(node, parser.ParenExpr | parser.UnaryExpr):
        node = node.expr
    if isinstance(node, parser.BinaryExpr):
        return _is_scalar(node.lhs) and _is_scalar(node.rhs)
    return isinstance(node, parser.NumberLiteral) or (
        isinstance(node, parser.Call) and node.func.name in ("scalar", "time", "pi")
    )


def _called(node: Any, known: Known, faults: list[LabelFault]) -> Labels:
    name = node.func.name
    every = [_labels(one, known, faults) for one in node.args if not isinstance(one, parser.StringLiteral)]
    vectors = [
        labels
        for one, labels in zip((a for a in node.args if not isinstance(a, parser.StringLiteral)), every, strict=True)
        if not _is_scalar(one)
    ]
    inner: Labels = vectors[0] if vectors else _NONE
    words = [one.val for one in node.args if isinstance(one, parser.StringLiteral)]
    if name in _WITHOUT_INPUT:
        return _NONE
    if name in ("absent", "absent_over_time"):
        return None
    if name in ("label_replace", "label_join"):
        inner = every[0]
        sources = words[2:3] if name == "label_replace" else words[2:]
        faults += [fault for one in filter(None, sources) for fault in missing_labels(one, inner, "to read")]
        return None if inner is None else inner | {words[0]}
    if name == "histogram_quantile":
        return None if inner is None else inner - {"le"}
    return inner
