"""PromQL over the demo's scrapes, for all times at once: as much of the language as recording and alerting rules use.

A vector maps labels to values at every evaluation time; NaN means no sample. What is not supported
raises Unsupported; a test compares the rest with what a real Prometheus answers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import nan
from typing import Any, NamedTuple

import promql_parser as syntax

Labels = tuple[tuple[str, str], ...]
Values = list[float]
Vector = dict[Labels, Values]

STEP_S = 30
"""The evaluation interval of the rules."""

_SCRAPE_S, _SCRAPES = 15, 20
_DAY_S = 86400
_LONG_S = 6 * 3600


_GROUPING = (syntax.VectorMatchCardinality.ManyToOne, syntax.VectorMatchCardinality.OneToMany)


class Unsupported(Exception):
    """An expression that this small evaluator does not know."""


class Grid(NamedTuple):
    """The times at which rules were evaluated: ``times``, and every 30 s of the whole span in ``dense``.

    ``scrapes`` are 15 s apart from index ``fine`` on, and 5 min before; ``last`` is, for each evaluation, the scrape
    before it.
    """

    scrapes: Sequence[int]
    fine: int
    times: list[int]
    dense: list[int]
    last: list[int]


def grid(scrapes: Sequence[int], fine: int, phase_s: int) -> Grid:
    """The evaluations that go with scrapes, ``phase_s`` after one of them."""
    last = [*range(1, fine), *range(fine + _SCRAPES - 1, len(scrapes), 2)]
    times = [scrapes[n] + phase_s for n in last]
    return Grid(scrapes, fine, times, list(range(times[0] - 300 + STEP_S, times[-1] + 1, STEP_S)), last)


def increase(grid: Grid, column: Sequence[float], window_s: int) -> Values:
    """`increase(column[window])` at every evaluation, with Prometheus' extrapolation to the ends of the window."""
    total = _without_resets(column)
    late = next(n for n, index in enumerate(grid.last) if index >= grid.fine)
    steps = window_s // 300
    found = [total[n] - total[max(0, n - steps)] for n in grid.last[:late]]
    after = grid.times[-1] - grid.scrapes[-1]
    span = window_s - _SCRAPE_S
    back = span // _SCRAPE_S
    for n in grid.last[late:]:
        first = n - back
        if first < grid.fine:  # the window begins among the scrapes that are 5 min apart
            first = bisect_right(grid.scrapes, grid.scrapes[n] - span) - 1
            found.append((total[n] - total[first]) * window_s / (grid.scrapes[n] - grid.scrapes[first]))
            continue
        gained = total[n] - total[first]
        before = min(_SCRAPE_S - after, span * column[first] / gained) if gained else 0.0
        found.append(gained * (span + before + after) / span)
    return found


def _without_resets(column: Sequence[float]) -> Values:
    """A counter that never falls, from one that starts at 0 again where its process did."""
    if all(a <= b for a, b in pairwise(column)):
        return list(column)
    lost, found, before = 0.0, [], 0.0
    for value in column:
        if value < before:
            lost += before
        found.append(value + lost)
        before = value
    return found


def spread(grid: Grid, values: Sequence[float]) -> Values:
    """Values at all evaluations as values every 30 s: each also covers the time before it."""
    found: Values = []
    before = grid.dense[0] - STEP_S
    for at, value in zip(grid.times, values, strict=True):
        found += [value] * ((at - before) // STEP_S)
        before = at
    return found


def _means(grid: Grid, values: Sequence[float], window_s: int) -> Values:
    """`avg_over_time(series[window])` at every evaluation."""
    dense, size = spread(grid, values), window_s // STEP_S
    ends = [(at - grid.dense[0]) // STEP_S + 1 for at in grid.times]
    if not _has_gaps(dense):
        sums = [0.0, *accumulate(dense)]
        return [(sums[end] - sums[max(0, end - size)]) / min(size, end) for end in ends]
    sums = [0.0, *accumulate(0.0 if v != v else v for v in dense)]
    counts = [0, *accumulate(0 if v != v else 1 for v in dense)]
    low = [max(0, end - size) for end in ends]
    return [
        (sums[end] - sums[first]) / (counts[end] - counts[first]) if counts[end] > counts[first] else nan
        for first, end in zip(low, ends, strict=True)
    ]


def _has_gaps(values: Sequence[float]) -> bool:
    total = sum(values)
    return total != total


def _add(columns: Sequence[Values]) -> Values:
    if len(columns) == 1:
        return columns[0]
    found = [sum(values) for values in zip(*columns, strict=True)]
    return _reduce(columns, sum) if _has_gaps(found) else found


def _reduce(columns: Sequence[Values], by: Callable[[list[float]], float]) -> Values:
    found = []
    for values in zip(*columns, strict=True):
        there = [value for value in values if value == value]
        found.append(by(there) if there else nan)
    return found


_AGGREGATES: Mapping[str, Callable[[Sequence[Values]], Values]] = {
    "sum": _add,
    "count": lambda columns: _reduce(columns, len),
    "max": lambda columns: _reduce(columns, max),
    "min": lambda columns: _reduce(columns, min),
    "avg": lambda columns: _reduce(columns, lambda values: sum(values) / len(values)),
}
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else nan,
}
_COMPARISON: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b and a == a and b == b,
}


class Evaluator:
    """Raw columns by metric name, and recorded vectors as they are added; ``ranged`` are those read over many hours."""

    def __init__(self, grid: Grid, raw: Mapping[str, Sequence[tuple[Labels, Sequence[float]]]]) -> None:
        self.grid, self.raw = grid, raw
        self.recorded: dict[str, Vector] = {}
        self.ranged: set[str] = set()

    def vector(self, expression: str) -> Vector:
        """The vector of an expression."""
        return self._vector(syntax.parse(expression))

    def _vector(self, node: Any) -> Vector:
        found = self._any(node)
        if isinstance(found, float):
            raise Unsupported("a number where a vector is needed")
        return found

    def _any(self, node: Any) -> Vector | float:
        match node:
            case syntax.ParenExpr():
                return self._any(node.expr)
            case syntax.NumberLiteral():
                return float(node.val)
            case syntax.UnaryExpr():
                return self._binary("*", -1.0, self._any(node.expr), None)
            case syntax.VectorSelector():
                return self._select(node)
            case syntax.AggregateExpr():
                return self._aggregate(node)
            case syntax.BinaryExpr(lhs=syntax.Call() as call) if call.func.name == "time":
                combine, right = _combiner(str(node.op)), self._vector(node.rhs)
                times = self.grid.times
                return {k: [combine(t, v) for t, v in zip(times, found, strict=True)] for k, found in right.items()}
            case syntax.BinaryExpr():
                return self._binary(str(node.op), self._any(node.lhs), self._any(node.rhs), node.modifier)
            case syntax.Call():
                return self._call(node.func.name, node.args)
        raise Unsupported(type(node).__name__)

    def _select(self, node: Any) -> Vector:
        if node.offset or node.at:
            raise Unsupported("offset and @")
        if node.name in self.recorded:
            return {labels: values for labels, values in self.recorded[node.name].items() if _matches(node, labels)}
        return {labels: [column[n] for n in self.grid.last] for labels, column in self._columns(node)}

    def _columns(self, node: Any) -> list[tuple[Labels, Sequence[float]]]:
        return [(labels, column) for labels, column in self.raw.get(node.name, ()) if _matches(node, labels)]

    def _call(self, name: str, args: Sequence[Any]) -> Vector:
        first = args[0] if args else None
        if isinstance(first, syntax.MatrixSelector):
            return self._over_time(name, first.vector_selector, round(first.range.total_seconds()))
        if name == "vector":
            return {(): [self._number(first)] * len(self.grid.times)}
        if name == "absent":
            known = list(self._vector(first).values())
            there = _reduce(known, len) if known else [nan] * len(self.grid.times)
            return {_equalities(first): [1.0 if value != value else nan for value in there]}
        if name in ("clamp_min", "clamp_max"):
            limit, pick = self._number(args[1]), max if name == "clamp_min" else min
            return {k: [v if v != v else pick(v, limit) for v in values] for k, values in self._vector(first).items()}
        if name == "label_replace":
            return _relabelled(self._vector(first), *(argument.val for argument in args[1:]))
        raise Unsupported(f"{name}()")

    def _over_time(self, name: str, node: Any, window_s: int) -> Vector:
        if name in ("rate", "increase"):
            per = window_s if name == "rate" else 1
            columns = self._columns(node)
            return {k: [v / per for v in increase(self.grid, column, window_s)] for k, column in columns}
        if name == "avg_over_time":
            if window_s > _LONG_S:
                self.ranged.add(node.name)
            return {labels: _means(self.grid, values, window_s) for labels, values in self._select(node).items()}
        if name == "changes":
            return {labels: self._changes(column, window_s) for labels, column in self._columns(node)}
        raise Unsupported(f"{name}()")

    def _changes(self, column: Sequence[float], window_s: int) -> Values:
        moved = [0, *accumulate(int(a != b) for a, b in pairwise(column))]
        begins = [bisect_right(self.grid.scrapes, at - window_s) for at in self.grid.times]
        return [float(moved[n] - moved[min(n, first)]) for n, first in zip(self.grid.last, begins, strict=True)]

    def _number(self, node: Any) -> float:
        found = self._any(node)
        if not isinstance(found, float):
            raise Unsupported("a vector where a number is needed")
        return found

    def _aggregate(self, node: Any) -> Vector:
        by = _AGGREGATES.get(str(node.op))
        if by is None:
            raise Unsupported(str(node.op))
        groups: dict[Labels, list[Values]] = {}
        names = set(node.modifier.labels) if node.modifier else set()
        without = bool(node.modifier) and node.modifier.type == syntax.AggModifierType.Without
        for labels, values in self._vector(node.expr).items():
            key = tuple((k, v) for k, v in labels if (k in names) != without)
            groups.setdefault(key, []).append(values)
        return {key: by(columns) for key, columns in groups.items()}

    def _binary(self, op: str, left: Vector | float, right: Vector | float, modifier: Any) -> Vector | float:
        if modifier is not None and (modifier.return_bool or modifier.card in _GROUPING):
            raise Unsupported("bool and group_left")
        if isinstance(left, float) and isinstance(right, float):
            if op not in _ARITHMETIC:
                raise Unsupported(f"{op} of numbers")
            return _ARITHMETIC[op](left, right)
        if op in ("and", "or", "unless"):
            if isinstance(left, float) or isinstance(right, float):
                raise Unsupported(f"{op} with a number")
            return _set_operation(op, left, right, modifier)
        combine = _combiner(op)
        if isinstance(right, float):
            assert not isinstance(left, float)
            return {k: [combine(v, right) for v in values] for k, values in left.items()}
        if isinstance(left, float):
            if op in _COMPARISON:
                raise Unsupported("a number compared with a vector")
            return {k: [combine(left, v) for v in values] for k, values in right.items()}
        others = {_match_key(labels, modifier): values for labels, values in right.items()}
        return {
            labels if op in _COMPARISON else key: [combine(a, b) for a, b in zip(values, others[key], strict=True)]
            for labels, values in left.items()
            if (key := _match_key(labels, modifier)) in others
        }


def _combiner(op: str) -> Callable[[float, float], float]:
    if op in _ARITHMETIC:
        return _ARITHMETIC[op]
    if op in _COMPARISON:
        holds = _COMPARISON[op]
        return lambda a, b: a if holds(a, b) else nan
    raise Unsupported(op)


def _match_key(labels: Labels, modifier: Any) -> Labels:
    matching = modifier.matching if modifier is not None else None
    if matching is None:
        return labels
    include = matching.type == syntax.LabelModifierType.Include
    return tuple((k, v) for k, v in labels if (k in matching.labels) == include)


def _set_operation(op: str, left: Vector, right: Vector, modifier: Any) -> Vector:
    there: dict[Labels, list[Values]] = {}
    for labels, values in (left if op == "or" else right).items():
        there.setdefault(_match_key(labels, modifier), []).append(values)
    known = {key: [any(v == v for v in at) for at in zip(*columns, strict=True)] for key, columns in there.items()}
    found: Vector = dict(left) if op == "or" else {}
    for labels, values in (right if op == "or" else left).items():
        mask = known.get(_match_key(labels, modifier))
        if mask is None:
            kept = values if op != "and" else [nan] * len(values)
        else:
            kept = [v if is_there == (op == "and") else nan for v, is_there in zip(values, mask, strict=True)]
        if labels in found:
            kept = [a if a == a else b for a, b in zip(found[labels], kept, strict=True)]
        found[labels] = kept
    return found


def _matches(node: Any, labels: Labels) -> bool:
    own = dict(labels)
    kinds = syntax.MatchOp
    for matcher in node.matchers.matchers:
        value = own.get(matcher.name, "")
        if matcher.op in (kinds.Equal, kinds.NotEqual):
            same = value == matcher.value
        else:
            same = re.fullmatch(matcher.value, value) is not None
        if same != (matcher.op in (kinds.Equal, kinds.Re)):
            return False
    return True


def _equalities(node: Any) -> Labels:
    if not isinstance(node, syntax.VectorSelector):
        return ()
    return tuple(sorted((m.name, m.value) for m in node.matchers.matchers if m.op == syntax.MatchOp.Equal))


def _relabelled(vector: Vector, target: str, replacement: str, source: str, pattern: str) -> Vector:
    found: Vector = {}
    template = re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", replacement)
    for labels, values in vector.items():
        own = dict(labels)
        match = re.fullmatch(pattern, own.get(source, ""))
        if match:
            own[target] = match.expand(template)
        found[tuple(sorted((k, v) for k, v in own.items() if v))] = values
    return found
