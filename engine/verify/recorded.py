"""What Prometheus has: loaded rules, bucket bounds, targets that are scraped twice; and the finder that uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from gendash.engine.clients import prometheus as prom
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import LoadedRule
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import TargetError
from gendash.engine.languages.metric_names import selector
from gendash.engine.render.rules import live_rules, rule_expression
from gendash.engine.verify.buckets import bucket_faults
from gendash.engine.verify.replicas import double_labels
from gendash.engine.verify.series import Finder, series_finder
from gendash.engine.verify.verdict import OK, Finding


def _nothing(_expr: str) -> float | None:
    return None


@dataclass(frozen=True)
class Recorded:
    """Loaded rules by name, and a function that finds the fault of an expression's sources.

    ``rules_unknown`` is why the loaded rules could not be read, although queries are answered: vmalert or a ruler is
    down. Then the rules count as loaded as they are defined, so that panels are judged by their series alone.
    """

    catalog: Catalog
    loaded: Mapping[str, Sequence[LoadedRule]] = field(default_factory=dict)
    rules_unknown: Finding = OK
    finder: Finder | None = None

    @property
    def find(self) -> Finder:
        """The function; without a Prometheus one to which nothing is there."""
        return self.finder or series_finder(self.catalog, _nothing, self.loaded)


def look_at_series(catalog: Catalog, call: prom.Call, moment: datetime) -> Recorded:
    """What Prometheus has at a time. Raises TargetError if it answers no query."""
    loaded, unknown = _rules(catalog, call, moment)

    def value(expr: str) -> float | None:
        found = prom.certain(prom.instant(call, expr, moment), expr).series
        return prom.number(found[0]) if found else None

    @cache
    def bounds(name: str) -> frozenset[str]:
        answer = prom.label_values(call, "le", selector(name), moment - timedelta(hours=1), moment)
        return frozenset() if isinstance(answer, Failed) or answer.partial else frozenset(answer.data)

    up = prom.instant(call, "up", moment)
    labels = [] if isinstance(up, Failed) else double_labels(one["metric"] for one in up.series)
    find = series_finder(catalog, value, loaded, bucket_faults(catalog, bounds), labels)
    return Recorded(catalog, loaded, unknown, find)


def _rules(catalog: Catalog, call: prom.Call, moment: datetime) -> tuple[dict[str, list[LoadedRule]], Finding]:
    """The loaded rules; or those that are defined, and why it is not known what is loaded."""
    try:
        return prom.loaded_rules(call), OK
    except TargetError as error:
        try:
            prom.certain(prom.instant(call, "vector(1)", moment), "vector(1)")
        except TargetError:
            raise error from None
        why = "; ".join(str(problem) for problem in error.problems)
        every_s = catalog.config.seconds("prometheus.evaluation_interval")
        defined = {
            rule.name: [LoadedRule(rule.name, rule.kind, rule_expression(catalog, rule).text, "ok", "", every_s)]
            for rule in live_rules(catalog)
        }
        return defined, Finding("error", f"the loaded rules are not known: {why}")
