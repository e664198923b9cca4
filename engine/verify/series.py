"""The series that an expression reads, and their fault: not loaded, not recorded, stale, doubled or filtered out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Protocol, TypeVar

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.metric_names import selector
from gendash.engine.languages.promql import Selector, ratios, selectors
from gendash.engine.model import Rule
from gendash.engine.render.rules import live_rules
from gendash.engine.verify.replicas import advice, copies, is_double
from gendash.engine.verify.verdict import OK, Finding, duration, lateness, worst

Finder = Callable[[str, bool], Finding]

SYNTHETIC = frozenset({"ALERTS", "ALERTS_FOR_STATE"})  # present only while an alert is: their absence is no evidence
_OF_TARGET = frozenset({"job", "instance"})  # other labels come and go with what happened
_LOOKS = ("timestamp(%s)", "max_over_time(timestamp(%s)[6h:5m])", "max_over_time(timestamp(%s)[30d:1h])")


class Loaded(Protocol):
    """A rule as Prometheus has loaded it."""

    @property
    def expr(self) -> str: ...
    @property
    def health(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def every_s(self) -> float: ...


def series_finder(
    catalog: Catalog,
    value: Callable[[str], float | None],
    loaded: Mapping[str, Sequence[Loaded]],
    no_bucket: Mapping[str, str] = MappingProxyType({}),
    doubled_by: Sequence[str] = (),
) -> Finder:
    """A function from an expression (and whether its answer was empty) to the fault of its sources.

    ``value`` gives the first sample of an expression at the time that is judged, or None. ``no_bucket`` is by rule why
    the bucket that it selects does not exist; ``doubled_by`` are labels in which copies of a series may differ.
    """
    return _Series(catalog, value, _Rules(catalog, loaded, no_bucket), list(doubled_by)).find


class _Rules:
    """Our rules as Prometheus has loaded them, and what depends on which."""

    def __init__(self, catalog: Catalog, loaded: Mapping[str, Sequence[Loaded]], no_bucket: Mapping[str, str]) -> None:
        self.loaded = loaded
        self.ours = {rule.name: rule for rule in live_rules(catalog)}
        self.alerts = [rule for rule in self.ours.values() if rule.kind == "alert"]
        own_labels = {name for rule in self.alerts for name in rule.labels}
        self.alert_labels = {"alertname", "alertstate", *catalog.names.labels, *own_labels}
        self.no_bucket = no_bucket
        self.below = cache(self._below)

    def _below(self, name: str) -> tuple[tuple[str, str], ...]:
        """Everything that a name depends on through loaded rules, as (name, kept matchers), nearest first."""
        found: dict[tuple[str, str], None] = {}
        todo = [name]
        while todo:
            read = [one for rule in self.loaded.get(todo.pop(0), ()) for one in _read(selectors, rule.expr)]
            fresh = [(one.metric, _kept(one)) for one in read if one.metric and (one.metric, _kept(one)) not in found]
            found |= dict.fromkeys(fresh)
            todo += [metric for metric, _ in fresh]
        return tuple(found)

    def chain(self, name: str) -> list[str]:
        """A name and everything that it depends on, once each."""
        return list(dict.fromkeys([name, *(metric for metric, _ in self.below(name))]))

    def scraped(self, name: str) -> list[tuple[str, str]]:
        """The scraped metrics that a name depends on, as (name, kept matchers)."""
        return [one for one in self.below(name) if self.is_scraped(one[0])]

    def is_scraped(self, name: str) -> bool:
        """True for what no rule records and Prometheus does not make itself."""
        return name not in self.loaded and name not in SYNTHETIC

    def guarded(self, name: str) -> bool:
        """True if a rule, or one below it, divides by a comparison that may be empty."""
        rules = (rule for each in self.chain(name) for rule in self.loaded.get(each, ()))
        return any(one.guarded for rule in rules for one in _read(ratios, rule.expr))

    def idle(self, name: str) -> Finding:
        """The first rule, of a name and its dependencies, that is not loaded or fails; old samples are no evidence."""
        for one in self.chain(name):
            if one not in self.ours:
                continue
            rule = f"{'recording' if self.ours[one].kind == 'record' else 'alerting'} rule {one}"
            broken = next((rule for rule in self.loaded.get(one, ()) if rule.health == "err"), None)
            why = f"{name} depends on {rule}, which" if one != name else rule
            if not self.loaded.get(one):
                return Finding("missing", f"{why} is not loaded; give Prometheus its file and reload it")
            if broken:
                return Finding("error", f"{why} fails: {broken.error}")
            if one in self.no_bucket:
                return Finding("missing", f"{why} selects a bucket that does not exist: {self.no_bucket[one]}")
        return OK

    def alerting(self, selector: Selector) -> Finding:
        """The worst finding of the alerts that a selector on ALERTS can match."""
        unknown = [label for label in _demanded(selector) if label not in self.alert_labels]
        if unknown:
            return Finding("missing", f"no alert has a label '{unknown[0]}'")
        return worst(self.idle(rule.name) for rule in self.alerts if _shows(selector, rule))


class _Series:
    """The samples of series at the time that is judged. Each question is asked once."""

    def __init__(
        self, catalog: Catalog, value: Callable[[str], float | None], rules: _Rules, doubled_by: list[str]
    ) -> None:
        self.catalog, self.value, self.rules, self.doubled_by = catalog, value, rules, doubled_by
        self.scrape_s = catalog.config.seconds("prometheus.scrape_interval")
        self.age, self.fault = cache(self._age), cache(self._fault)
        self.doubled, self.labelled = cache(self._doubled), cache(self._labelled)

    def find(self, expr: str, empty: bool) -> Finding:
        """The fault of the sources of an expression; of an empty answer also what filters it out."""
        every = _read(selectors, expr)
        named = [one for one in every if one.metric and one.metric not in SYNTHETIC]
        found = worst(self._of_sources(every, named))
        if found.status != "ok":
            return found
        if not empty:
            return worst(self.doubled(one.metric) for one in named) if self.doubled_by else OK
        found = worst(self._narrowed(one) for one in named if "absent" not in one.inside)
        if found.status != "ok":
            return found
        young = next((f"; {one.metric} is younger than an hour" for one in named if self._is_young(one.metric)), "")
        return Finding("no_rows", f"every source has series; nothing is left of them{young}")

    def _of_sources(self, every: Sequence[Selector], named: Sequence[Selector]) -> Iterator[Finding]:
        yield from (self.rules.alerting(one) for one in every if one.metric in SYNTHETIC)
        yield from (self.rules.idle(one.metric) for one in named)
        yield from (self.fault(one.metric, _kept(one)) for one in named)
        yield from (self.labelled(one.metric, label) for one in named for label in _demanded(one))

    def _age(self, series: str) -> float | None:
        """Seconds since the newest sample of a selector; None where there was none in 30 days."""
        looks = (self.value(f"time() - max({look % series})") for look in _LOOKS)
        return next((seconds for seconds in looks if seconds is not None), None)

    def _fault(self, name: str, kept: str) -> Finding:
        """The fault of a name's samples, of the scraped metrics below it, or of its matchers."""
        rules = self.rules.loaded.get(name, ())
        every_s = max([self.scrape_s, *(rule.every_s for rule in rules)])
        seconds = self.age(selector(name, kept))
        if not lateness(seconds, every_s):
            return OK
        lost = worst(self.fault(*one) for one in self.rules.scraped(name))
        if lost.status != "ok":
            return Finding(lost.status, f"{name} stopped: {lost.why}")
        if kept and self.age(selector(name)) is not None and not lateness(self.age(selector(name)), every_s):
            return Finding("missing", f"{name} has no series with {kept[1:-1]}")
        if rules and (seconds is not None or self.rules.guarded(name)):
            return OK  # what it reads is there and gives nothing now, such as a ratio without traffic
        if rules:
            return self._never_recorded(name, rules)
        if seconds is None:
            return Finding("missing", f"no sample of {name} in 30 days{_feature_hint(self.catalog, name)}")
        return Finding("stale", f"last sample of {name} is {duration(seconds)} old, scraped every {every_s:g} s")

    def _never_recorded(self, name: str, rules: Sequence[Loaded]) -> Finding:
        lacks = worst(self._narrowed(one) for rule in rules for one in _read(selectors, rule.expr) if one.metric)
        why = lacks.why or "though what it reads is there"
        return Finding("no_rows", f"{name} has given no series in 30 days: {why}")

    def _doubled(self, name: str) -> Finding:
        """Doubtful if a scraped metric, or one below a recorded one, is there several times."""
        for one in self.rules.chain(name):
            if self.rules.is_scraped(one) and one != "up":
                times = copies(self.value, one, self.doubled_by)
                if is_double(times):
                    return Finding("doubtful", advice(one, self.doubled_by, times))
        return OK

    def _labelled(self, name: str, label: str) -> Finding:
        """Missing if a present metric never has a label: in a query with `or` that would stay hidden."""
        has = selector(name, f'{{{label}!=""}}')
        if self.value(f"count({has})") is None and self.value(f"count({selector(name)})") is not None:
            return Finding("missing", f"{name} has no label '{label}'")
        return OK

    def _narrowed(self, one: Selector) -> Finding:
        """The label matcher that filters out all series of a present metric."""
        texts = [f'{label}{op}"{_escape(text)}"' for label, op, text in one.matchers]
        if self.value(f"count({selector(one.metric, _braced(texts))})") is not None:
            return OK
        for text, (_, _, wanted) in zip(texts, one.matchers, strict=True):
            if self.value(f"count({selector(one.metric, _braced([text]))})") is None:
                hint = _setting_hint(self.catalog, wanted)
                return Finding("no_rows", f"no series of {one.metric} has {text}{hint}")
        which = f" has {' and '.join(texts)}" if texts else " is there now"
        return Finding("no_rows", f"no series of {one.metric}{which}")

    def _is_young(self, name: str) -> bool:
        there = selector(name)
        return self.value(f"count({there})") is not None and self.value(f"count({there} offset 1h)") is None


T = TypeVar("T")


def _read(what: Callable[[str], Sequence[T]], expr: str) -> Sequence[T]:
    """The selectors of an expression; none if our parser does not know a syntax that Prometheus accepts."""
    try:
        return what(expr)
    except ValueError:
        return ()


def _shows(selector: Selector, rule: Rule) -> bool:
    """True if a selector on ALERTS can match an alert, by the alert's name and its own labels."""
    labels = {"alertname": rule.name, **rule.labels}
    return all(_matches(op, text, labels[label]) for label, op, text in selector.matchers if label in labels)


def _matches(op: str, text: str, value: str) -> bool:
    try:
        same = value == text if op in ("=", "!=") else re.fullmatch(text, value) is not None
    except re.error:  # what only Prometheus' own expressions can say
        return True
    return same if op in ("=", "=~") else not same


def _braced(matchers: Sequence[str]) -> str:
    return "{" + ",".join(matchers) + "}"


def _kept(selector: Selector) -> str:
    texts = [f'{label}{op}"{_escape(text)}"' for label, op, text in selector.matchers if label in _OF_TARGET]
    return _braced(texts) if texts else ""


def _demanded(selector: Selector) -> list[str]:
    """The labels without which a selector finds nothing."""
    return [label for label, op, text in selector.matchers if not _matches(op, text, "")]


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _feature_hint(catalog: Catalog, name: str) -> str:
    """The hint which setting to change if a metric is not recorded on this platform."""
    for key, metric in catalog.metrics.items():
        own = catalog.config.get(f"metrics.{key}") or metric["name"]
        if name in (own, *(own + suffix for suffix in ("_bucket", "_sum", "_count"))):
            feature = metric.get("feature", "")
            setting = f"map metrics.{key}"
            return f"; {setting}, or set features.{feature}: false" if feature else f"; {setting}"
    return ""


def _setting_hint(catalog: Catalog, text: str) -> str:
    """The hint which setting to change if the platform has no such route."""
    values = catalog.config.values
    key = next((key for key, value in values.items() if key.startswith("handlers.") and value == text), None)
    return f"; set {key} to a route that the platform has, or to none" if key else ""
