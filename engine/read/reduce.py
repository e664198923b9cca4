"""Grafana's reducers: one value of a field's many."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from gendash.engine.read.numbers import js_round

Cell = Any
_NUMBER = (int, float)  # a union of types would be made for each cell
Reducer = Callable[[Sequence[Cell]], Cell]


def reduce_values(values: Sequence[Cell], calc: str) -> Cell:
    """The value of a reducer such as ``lastNotNull``, ``sum`` or ``p95``. Raises KeyError for an unknown one.

    Where Grafana has no answer (the smallest number above zero, the median with NaN among the values) it gives None,
    or leaves NaN out.
    """
    if not values:
        return _OF_NOTHING.get(calc)
    if calc[:1] == "p" and calc[1:].isdigit() and 1 <= int(calc[1:]) <= 99:
        return _percentile(values, int(calc[1:]))
    return REDUCERS[calc](values)


_OF_NOTHING: dict[str, Cell] = {"sum": 0, "count": 0, "countAll": 0, "allIsZero": False, "allIsNull": True}


def numbers_of(values: Sequence[Cell]) -> list[float]:
    """The numbers among cells, without nulls and NaN."""
    return [float(one) for one in values if isinstance(one, _NUMBER) and one == one]


def _present(values: Sequence[Cell]) -> list[Cell]:
    return [one for one in values if one is not None and not (isinstance(one, float) and math.isnan(one))]


def _mean(values: Sequence[Cell]) -> float | None:
    found = numbers_of(values)
    return sum(found) / len(found) if found else None


def _median(values: Sequence[Cell]) -> float | None:
    found = sorted(numbers_of(values))
    if not found:
        return None
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def _variance(values: Sequence[Cell]) -> float:
    found = [float(one) for one in values if isinstance(one, int | float)]
    if not found:
        return 0.0
    mean = sum(found) / len(found)
    return sum((one - mean) ** 2 for one in found) / len(found)


def _difference(values: Sequence[Cell]) -> float | None:
    found = numbers_of(values)
    return found[-1] - found[0] if found else None


def _difference_percent(values: Sequence[Cell]) -> float | None:
    found = numbers_of(values)
    if not found:
        return 0.0  # as Grafana has it
    if found[0] == 0:
        gap = found[-1] - found[0]
        return math.nan if gap == 0 else math.copysign(math.inf, gap)
    return (found[-1] - found[0]) / found[0] * 100


def _delta(values: Sequence[Cell]) -> float:
    """The rise of a counter: after a step down the next step does not count."""
    total, rising = 0.0, True
    for before, after in pairwise(numbers_of(values)):
        if before > after:
            rising = False
        else:
            total += (after - before) if rising else 0.0
            rising = True
    return total


def _step(values: Sequence[Cell]) -> float | None:
    return min((after - before for before, after in pairwise(numbers_of(values))), default=None)


def _percentile(values: Sequence[Cell], percent: int) -> Cell:
    found = sorted(one for one in values if one is not None)
    return found[int(js_round((len(found) - 1) * (percent / 100)))] if found else None


def _changes(values: Sequence[Cell]) -> int:
    return sum(before != after for before, after in pairwise(one for one in values if one is not None))


def _range(values: Sequence[Cell]) -> float | None:
    found = numbers_of(values)
    return max(found) - min(found) if found else None


REDUCERS: dict[str, Reducer] = {
    "last": lambda values: values[-1] if values else None,
    "first": lambda values: values[0] if values else None,
    "lastNotNull": lambda values: next(iter(reversed(_present(values))), None),
    "firstNotNull": lambda values: next(iter(_present(values)), None),
    "min": lambda values: min(numbers_of(values), default=None),
    "max": lambda values: max(numbers_of(values), default=None),
    "logmin": lambda values: min((one for one in numbers_of(values) if one > 0), default=None),
    "mean": _mean,
    "median": _median,
    "sum": lambda values: sum(numbers_of(values)),
    "count": lambda values: sum(one is not None for one in values),
    "countAll": len,
    "distinctCount": lambda values: len({str(one) if one != one else one for one in values if one is not None}),
    "changeCount": _changes,
    "range": _range,
    "diff": _difference,
    "diffperc": _difference_percent,
    "delta": _delta,
    "step": _step,
    "variance": _variance,
    "stdDev": lambda values: math.sqrt(_variance(values)),
    "allIsNull": lambda values: not numbers_of(values),
    "allIsZero": lambda values: bool(numbers_of(values)) and not any(numbers_of(values)),
}
