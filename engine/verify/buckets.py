"""Thresholds of objectives that are no bound of a histogram: what a rule counts below them does not exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog, below
from gendash.engine.languages.metric_names import bucket_bound
from gendash.engine.languages.promql import selectors
from gendash.engine.render.rules import live_rules, rule_expression


class Threshold(NamedTuple):
    """A bucket that a rule selects: ``series`` has a label ``le``, ``pattern`` matches the wanted bound.

    ``metrics`` are the keys of the histograms below it, ``setting`` the one that gives the bound.
    """

    rule: str
    series: str
    pattern: str
    setting: str
    metrics: frozenset[str]

    def is_bound(self, bounds: Collection[str]) -> bool:
        """True if a histogram with these bounds has the wanted one, or if none is known."""
        return not bounds or any(re.fullmatch(self.pattern, bound) for bound in bounds)

    def lacking(self, bounds: Collection[str]) -> str:
        """What is wrong, and the bounds that could be used instead."""
        known = {bound: bucket_bound(bound) for bound in bounds if bound != "+Inf"}
        finite = sorted((bound for bound, at in known.items() if at is not None), key=lambda bound: known[bound] or 0.0)
        return f"{self.setting} is no bucket bound; set it to one of {', '.join(finite)}"


def thresholds(catalog: Catalog) -> Iterator[Threshold]:
    """The buckets that recording rules select by a setting."""
    for rule in live_rules(catalog):
        for one in selectors(rule_expression(catalog, rule).text):
            for label, op, text in one.matchers:
                setting = _setting(catalog.config, text) if label == "le" and op in ("=", "=~") else ""
                if setting:
                    under = below(catalog.uses, ("rule", rule.name))
                    metrics = frozenset(name for kind, name in under if kind == "metric")
                    timed = frozenset(key for key in metrics if catalog.metrics[key]["type"] == "histogram")
                    yield Threshold(rule.name, one.metric, text, setting, timed)


def _setting(config: Config, text: str) -> str:
    bound = text.removesuffix("([.]0)?")
    return next(
        (key for key, value in config.values.items() if key.endswith("threshold_s") and f"{value:g}" == bound), ""
    )


def bucket_faults(catalog: Catalog, bounds_of: Callable[[str], Collection[str]]) -> dict[str, str]:
    """By rule, why the bucket that it selects does not exist; ``bounds_of`` gives the bounds of a series."""
    found = {}
    for one in thresholds(catalog):
        bounds = bounds_of(one.series)
        if not one.is_bound(bounds):
            found[one.rule] = f"{one.series}: {one.lacking(bounds)}"
    return found
