"""Offline checks of metrics and labels: what PromQL reads is in the metric contract, or recorded by a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_label
from gendash.engine.languages.promql_labels import LabelFault, Labels, missing_labels, read_labels
from gendash.engine.languages.spots import in_query, in_rule
from gendash.engine.model import Problem

_LABEL_VALUES = re.compile(r"\s*label_values\((?:(.*),)?\s*(\w+)\s*\)\s*$", re.DOTALL)
_LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_OF_ALERT = re.compile(r"\$labels\.(\w+)")
_SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


class Series:
    """Labels of every series by name: of the contract's metrics, and of what rules record."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.metrics: dict[str, Labels] = {}
        for name, labels in _contract(catalog):  # metrics of the contract may be one on a platform
            before = self.metrics.get(name, frozenset())
            self.metrics[name] = None if labels is None or before is None else before | labels
        self.recorded: dict[str, Labels] = {}

    def labels(self, name: str) -> Labels:
        """The labels of a series, None where it may have others. Raises KeyError with what to do for an unknown one."""
        if name in self.metrics:
            return self.metrics[name]
        if name in self.catalog.rules:
            return self._rule(name)
        every = [*self.metrics, *self.catalog.rules]
        raise KeyError(suggest(name, every) or "declare it in recording_rules/metrics.yaml")

    def _rule(self, name: str) -> Labels:
        if name not in self.recorded:
            self.recorded[name] = None  # while it is read: rules that read each other are no question of labels
            rule = self.catalog.rules[name]
            found: set[str] | None = set(rule.labels)
            for text in filter(None, (rule.expr, rule.otherwise)):
                try:
                    labels, _ = read_labels(self.catalog.expanded(text).text, self.labels)
                except ValueError:  # another check reports
                    labels = None
                found = None if labels is None or found is None else found | labels
            self.recorded[name] = None if found is None else frozenset(found)
        return self.recorded[name]


def _contract(catalog: Catalog) -> Iterator[tuple[str, Labels]]:
    """Series of the contract with their labels; the labels of ``up`` are the target's, which every series has."""
    metrics = catalog.metrics
    target = {"job", "instance", *metrics.get("up", {}).get("labels", {})}
    for key, metric in metrics.items():
        name = catalog.config.get(f"metrics.{key}") or metric["name"]
        own = {one for label in metric["labels"] for one in (label, mapped_label(catalog.config, label, key))}
        for suffix in _SUFFIXES.get(metric["type"], ("",)):
            more = {"_bucket": {"le"}, "": {"quantile"} if metric["type"] == "summary" else set()}.get(suffix, set())
            yield f"{name}{suffix}", None if metric.get("foreign") else frozenset(own | target | more)


def check_labels(catalog: Catalog) -> list[Problem]:
    """Every metric and label that a rule, panel, variable or legend names exists."""
    series = Series(catalog)
    return [*_in_rules(catalog, series), *_in_queries(catalog, series)]


def _in_rules(catalog: Catalog, series: Series) -> Iterator[Problem]:
    for rule in catalog.rules.values():
        kept: set[str] | None = set(rule.labels)
        for key, text in (("expr", rule.expr), ("otherwise", rule.otherwise)):
            if not text:
                continue
            expanded = catalog.expanded(text)
            try:
                labels, faults = read_labels(expanded.text, series.labels)
            except ValueError:
                labels, faults = None, []
            known = [one for one in faults if not (":" in one.name and one.what.startswith("no metric"))]
            kept = None if labels is None or kept is None or known else kept | labels  # one fault is one line
            if not expanded.wrong:  # check_rule_names reports recorded series that no rule records
                yield from _problems(known, text, partial(in_rule, rule, key))
        if rule.kind == "alert" and kept is not None:
            for name, text in rule.annotations.items():
                for label in dict.fromkeys(_OF_ALERT.findall(text)):
                    for fault in missing_labels(label, frozenset(kept), f"for $labels in {name}"):
                        yield Problem(in_rule(rule, f"annotations.{name}"), fault.what, fault.do)


def _in_queries(catalog: Catalog, series: Series) -> Iterator[Problem]:
    for where, _, query in catalog.queries():
        expanded = catalog.expand(query)
        if query.language != "promql" or expanded.wrong:
            continue
        named = partial(in_query, where, query.text)
        values = _LABEL_VALUES.match(expanded.text)
        text = values[1] if values else expanded.text
        if not text:
            every = frozenset().union(*(one for one in series.metrics.values() if one))
            faults = missing_labels(values[2], every, "in the contract") if values else []
            yield from _problems(faults, query.text, named)
            continue
        try:
            labels, faults = read_labels(text, series.labels)
        except ValueError:
            continue
        if values:
            faults += missing_labels(values[2], labels, "for label_values")
        yield from _problems(faults, query.text, named)
        for label in dict.fromkeys(_LEGEND.findall(query.legend)):
            for fault in missing_labels(label, labels, "for the legend"):
                yield Problem(where, fault.what, fault.do)


def _problems(faults: Iterable[LabelFault], raw: str, named: Callable[[int], str]) -> Iterator[Problem]:
    for fault in faults:
        found = re.search(rf"\b{re.escape(fault.name)}\b", raw)
        yield Problem(named(found.start() if found else -1), fault.what, fault.do)
