"""The series that the rules record over the demo's scrapes, alerts included, computed without Prometheus.

`promtool tsdb create-blocks-from rules` would take seconds for each rule, and makes no alerts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gendash.demo.evaluate import Evaluator, Grid, Labels, Unsupported, Values, spread
from gendash.engine.config.value_types import seconds

WIDE = 24
"""Rules with more series than this are recorded for the last days only."""

_RECORDED = re.compile(r"[a-zA-Z_]\w*(?::\w+)+")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


class Rule(NamedTuple):
    """A rule as Prometheus gets it; ``for_s`` is how long an alert stays pending."""

    name: str
    is_alert: bool
    expr: str
    labels: Mapping[str, str]
    for_s: float = 0.0


class Recorded(NamedTuple):
    """A series with its samples. ``is_wide`` is one of very many."""

    series: str
    times: Sequence[int]
    values: Sequence[float]
    is_wide: bool = False


Columns = Sequence[tuple[str, str, Mapping[str, Sequence[float]]]]


def rule(name: str, kind: str, expr: str, labels: Mapping[str, str], pending: str) -> Rule:
    """A rule from the words of a rule file; ``pending`` is a duration or empty."""
    return Rule(name, kind == "alert", expr, labels, seconds(pending) if pending else 0.0)


def by_name(columns: Columns) -> dict[str, list[tuple[Labels, Sequence[float]]]]:
    """The columns of all targets by metric name, with the labels that Prometheus stores."""
    found: dict[str, list[tuple[Labels, Sequence[float]]]] = {}
    for job, instance, series in columns:
        for key, column in series.items():
            name, _, own = key.partition("{")
            labels = {**dict(_LABEL.findall(own)), "job": job, "instance": instance}
            found.setdefault(name, []).append((tuple(sorted(labels.items())), column))
    return found


def evaluate(at: Grid, columns: Columns, rules: Iterable[Rule]) -> tuple[list[Recorded], list[str]]:
    """The recorded series and alerts, and the rules that could not be evaluated, with the reason."""
    evaluator = Evaluator(at, by_name(columns))
    waiting = list(rules)
    missing = {one.name for one in waiting if not one.is_alert}
    alerts: list[Recorded] = []
    skipped: list[str] = []
    while ready := [one for one in waiting if not missing & _reads(one)]:
        waiting = [one for one in waiting if one not in ready]
        for one in ready:
            try:
                vector = evaluator.vector(one.expr)
            except Unsupported as error:
                skipped.append(f"{one.name}: {error}")
                continue
            if one.is_alert:
                for labels, values in vector.items():
                    alerts += _alert(at, one, {**dict(labels), **one.labels}, values)
            else:
                extra = tuple(one.labels.items())
                evaluator.recorded[one.name] = {tuple(sorted((*k, *extra))): values for k, values in vector.items()}
            missing.discard(one.name)
    skipped += [f"{one.name}: reads a rule that has none" for one in waiting]
    return _all(at, evaluator, alerts), skipped


def _reads(one: Rule) -> set[str]:
    return set(_RECORDED.findall(one.expr)) - {one.name}


def _all(at: Grid, evaluator: Evaluator, alerts: list[Recorded]) -> list[Recorded]:
    found = list(alerts)
    for name, vector in evaluator.recorded.items():
        for labels, values in vector.items():
            dense = name in evaluator.ranged
            times = at.dense if dense else at.times
            there = _present(times, spread(at, values) if dense else values)
            if there[0]:
                found.append(Recorded(named(name, dict(labels)), *there, len(vector) > WIDE))
    return found


def _present(times: Sequence[int], values: Values) -> tuple[Sequence[int], Sequence[float]]:
    total = sum(values)
    if total == total:
        return times, values
    kept = [(time, value) for time, value in zip(times, values, strict=True) if value == value]
    return [time for time, _ in kept], [value for _, value in kept]


def named(name: str, labels: Mapping[str, str]) -> str:
    """A series as OpenMetrics writes it."""
    inner = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{name}{{{inner}}}"


def _alert(at: Grid, one: Rule, labels: Mapping[str, str], values: Values) -> Iterator[Recorded]:
    """ALERTS and ALERTS_FOR_STATE of one alert that is active wherever there is a value."""
    states: dict[str, list[int]] = {"pending": [], "firing": []}
    since: list[tuple[int, float]] = []
    begun = 0
    for time, value in zip(at.times, values, strict=True):
        begun = (begun or time) if value == value else 0
        if begun:
            states["firing" if time - begun >= one.for_s else "pending"].append(time)
            since.append((time, float(begun)))
    own = {"alertname": one.name, **labels}
    for state, times in states.items():
        if times:
            yield Recorded(named("ALERTS", {**own, "alertstate": state}), times, [1.0] * len(times))
    if since:
        times, begins = [time for time, _ in since], [value for _, value in since]
        yield Recorded(named("ALERTS_FOR_STATE", own), times, begins)
