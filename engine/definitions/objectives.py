"""Objectives of one's own: the settings ``slos:`` with an objective and the counters of good and of all events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.languages.promql import only_selector
from gendash.engine.model import Problem

KEYS = ("objective", "good", "total")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,15}")
_MOST = 0.95  # an alert that asks for a larger share of bad events than this could hardly fire
Matchers = tuple[tuple[str, str, str], ...]  # label, operator, value
_TEXTS = ("ok", "200", "500", "0", "1", "error", "x")  # what a label may be, to find one that matchers let through


class Objective(NamedTuple):
    """One objective: the share of events that must be good, and PromQL selectors of the counters."""

    name: str
    objective: float
    good: str
    total: str

    @property
    def budget(self) -> float:
        """The share of events that may be bad."""
        return 1 - self.objective

    def values(self) -> dict[str, str]:
        """What rules with ``slos: true`` fill in: the name, its CamelCase, the selectors, and the limits of alerts."""
        limits = {f"over{int(factor)}": f"{min(factor * self.budget, _MOST):.6g}" for factor in (1, 3, 6, 14.4)}
        camel = "".join(part.capitalize() for part in self.name.split("_"))
        texts = {"good": self.good, "total": self.total, "budget": f"{self.budget:.6g}"}
        return {"slo": self.name, "Slo": camel, **texts, **limits}


EXAMPLE = Objective("example", 0.99, "example_good_total", "example_events_total")
"""An objective that nobody declared: with it `check` judges the rules for each objective where there is none."""


def objectives(config: Config) -> list[Objective]:
    """The objectives that can be used; none where there is no Prometheus."""
    if not config.has("prometheus") or any(objective_problems(config)):
        return []
    return [Objective(name, *(one[key] for key in KEYS)) for name, one in _entries(config).items()]


def objective_problems(config: Config) -> Iterator[Problem]:
    """What is wrong with the settings of objectives."""
    for name, one in _entries(config).items():
        where = config.where(f"slos.{name}.{next(iter(one))}")
        if not _NAME.fullmatch(name):
            yield Problem(where, f"slos.{name}: not a name", "use at most 16 lower-case letters, digits and _")
        if missing := [key for key in KEYS if key not in one]:
            yield Problem(where, f"slos.{name}: no {' and no '.join(missing)}", "give objective, good and total")
            continue
        yield from _selectors(where, f"slos.{name}", str(one["good"]), str(one["total"]))


def _selectors(where: str, key: str, good: str, total: str) -> Iterator[Problem]:
    wrong = False
    for part, text in (("good", good), ("total", total)):
        try:
            only_selector(text)
        except ValueError as error:
            wrong = True
            yield Problem(where, f"{key}.{part}: {error}", "write the name of a counter, with matchers if you like")
    if not wrong and only_selector(good) == only_selector(total):
        yield Problem(where, f"{key}: good and total are the same, so nothing is ever bad", "correct one of them")


def _entries(config: Config) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key, value in config.under("slos").items():
        name, _, field = key.rpartition(".")
        found.setdefault(name, {})[field] = value
    return found


def objective_metrics(
    found: Iterable[Objective], config: Config, known: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, object]]:
    """The counters of objectives that the metric contract lacks, as entries of it, by a key of their own."""
    names = {str(config.get(f"metrics.{key}") or metric["name"]) for key, metric in known.items()}
    named: dict[str, str] = {}
    for one in found:
        named |= {only_selector(text).metric: one.name for text in (one.good, one.total)}
    return {
        f"own_{re.sub('[^a-z0-9_]', '_', metric.lower())}": {
            "name": metric,
            "type": "counter",
            "doc": f"Events that the objective {objective} counts.",
            "labels": {},
            "unit": "events",
            "foreign": True,
        }
        for metric, objective in named.items()
        if metric not in names
    }


class Sample(NamedTuple):
    """Series as they may be on a platform, for tests: of good events, and of bad ones or (not ``apart``) of all."""

    good: str
    bad: str
    apart: bool
    job: str


def sample_of(one: Objective) -> Sample | None:
    """Series that the selectors of an objective count; None where none was found."""
    good, total = only_selector(one.good), only_selector(one.total)
    if good.metric != total.metric:
        fine, bad = _labels(good.matchers, ()), _labels(total.matchers, ())
    else:
        fine, bad = _labels(good.matchers + total.matchers, ()), _labels(total.matchers, good.matchers)
    if fine is None or bad is None:
        return None
    bad = {**bad, "job": fine["job"]}
    apart = good.metric == total.metric
    return Sample(_series(good.metric, fine), _series(total.metric, bad), apart, fine["job"])


def _labels(takes: Matchers, refuses: Matchers) -> dict[str, str] | None:
    """Labels that all of ``takes`` let through and not all of ``refuses``; None where none are found."""
    every = takes + refuses
    names = sorted({label for label, _, _ in every} | {"job"})
    for chosen in product(*([*_candidates(name, every), *_TEXTS, ""] for name in names)):
        labels = dict(zip(names, chosen, strict=True))
        if _take(takes, labels) and not (refuses and _take(refuses, labels)):
            return labels
    return None


def _take(matchers: Matchers, labels: dict[str, str]) -> bool:
    def takes(label: str, operator: str, value: str) -> bool:
        there = labels.get(label, "")
        same = bool(re.fullmatch(value, there)) if "~" in operator else value == there
        return same != operator.startswith("!")

    return all(takes(*one) for one in matchers)


def _candidates(name: str, matchers: Matchers) -> Iterator[str]:
    """Values of a label that its matchers may mean: the text itself, or one for each alternative of a pattern."""
    if name == "job":
        yield "platform"
    for _, operator, value in (one for one in matchers if one[0] == name):
        if "~" not in operator:
            yield value
        for part in value.strip("()").split("|") if "~" in operator else ():
            yield re.sub(r"\\(.)", r"\1", re.sub(r"\.[*+]|\[[^]]*\][*+]?", "0", part).replace(".", "0"))


def _series(name: str, labels: dict[str, str]) -> str:
    inner = ", ".join(f'{key}="{value}"' for key, value in labels.items() if value)
    return f"{name}{{{inner}}}"
