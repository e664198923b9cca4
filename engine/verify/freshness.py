"""The sources of a query and their freshness: series in Prometheus, relations in the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Protocol, TypeVar

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.metric_names import selector
from gendash.engine.languages.promql import Selector, ratios, selectors
from gendash.engine.model import Rule
from gendash.engine.render.rules import live_rules
from gendash.engine.verify.replicas import advice, copies, is_double
from gendash.engine.verify.verdict import OK, Finding, Status, duration, lateness, worst

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
    scrape_s = catalog.config.seconds("prometheus.scrape_interval")
    ours = {rule.name: rule for rule in live_rules(catalog)}

    @cache
    def age(series: str) -> float | None:
        """Seconds since the newest sample of a selector; None where there was none in 30 days."""
        looks = (value(f"time() - max({look % series})") for look in _LOOKS)
        return next((seconds for seconds in looks if seconds is not None), None)

    @cache
    def below(name: str) -> tuple[tuple[str, str], ...]:
        """Everything that a name depends on through loaded rules, as (name, kept matchers), nearest first."""
        found: dict[tuple[str, str], None] = {}
        todo = [name]
        while todo:
            read = [one for rule in loaded.get(todo.pop(0), ()) for one in _read(selectors, rule.expr) if one.metric]
            fresh = [(one.metric, _kept(one)) for one in read if (one.metric, _kept(one)) not in found]
            found |= dict.fromkeys(fresh)
            todo += [metric for metric, _ in fresh]
        return tuple(found)

    @cache
    def idle(name: str) -> Finding:
        """The first rule, of a name and its dependencies, that is not loaded or fails; old samples are no evidence."""
        for one in dict.fromkeys([name, *(metric for metric, _ in below(name))]):
            if one not in ours:
                continue
            rule = f"{'recording' if ours[one].kind == 'record' else 'alerting'} rule {one}"
            broken = next((rule for rule in loaded.get(one, ()) if rule.health == "err"), None)
            why = f"{name} depends on {rule}, which" if one != name else rule
            if not loaded.get(one):
                return Finding("missing", f"{why} is not loaded; give Prometheus its file and reload it")
            if broken:
                return Finding("error", f"{why} fails: {broken.error}")
            if one in no_bucket:
                return Finding("missing", f"{why} selects a bucket that does not exist: {no_bucket[one]}")
        return OK

    @cache
    def doubled(name: str) -> Finding:
        """Doubtful if a scraped metric, or one below a recorded one, is there several times."""
        for one in dict.fromkeys([name, *(metric for metric, _ in below(name))]):
            if one not in loaded and one not in SYNTHETIC and one != "up":
                times = copies(value, one, list(doubled_by))
                if is_double(times):
                    return Finding("doubtful", advice(one, list(doubled_by), times))
        return OK

    @cache
    def guarded(name: str) -> bool:
        """True if a rule, or one below it, divides by a comparison that may be empty."""
        names = dict.fromkeys([name, *(metric for metric, _ in below(name))])
        return any(one.guarded for each in names for rule in loaded.get(each, ()) for one in _read(ratios, rule.expr))

    @cache
    def fault(name: str, kept: str) -> Finding:
        """The fault of a name's samples, of the scraped metrics below it, or of its matchers."""
        rules = loaded.get(name, ())
        every_s = max([scrape_s, *(rule.every_s for rule in rules)])
        seconds = age(selector(name, kept))
        if not lateness(seconds, every_s):
            return OK
        scraped = [one for one in below(name) if one[0] not in loaded and one[0] not in SYNTHETIC]
        lost = worst(fault(*one) for one in scraped)
        if lost.status != "ok":
            return Finding(lost.status, f"{name} stopped: {lost.why}")
        if kept and age(selector(name)) is not None and not lateness(age(selector(name)), every_s):
            return Finding("missing", f"{name} has no series with {kept[1:-1]}")
        if rules and (seconds is not None or guarded(name)):
            return OK  # what it reads is there and gives nothing now, such as a ratio without traffic
        if rules:
            lacks = worst(narrowed(one) for rule in rules for one in _read(selectors, rule.expr) if one.metric)
            why = lacks.why or "though what it reads is there"
            return Finding("no_rows", f"{name} has given no series in 30 days: {why}")
        if seconds is None:
            return Finding("missing", f"no sample of {name} in 30 days{_feature_hint(catalog, name)}")
        return Finding("stale", f"last sample of {name} is {duration(seconds)} old, scraped every {every_s:g} s")

    alerts = [rule for rule in ours.values() if rule.kind == "alert"]
    alert_labels = {
        "alertname",
        "alertstate",
        *catalog.names.labels,
        *(name for rule in alerts for name in rule.labels),
    }

    def alerting(selector: Selector) -> Finding:
        """The worst finding of the alerts that a selector on ALERTS can match."""
        unknown = [label for label in _demanded(selector) if label not in alert_labels]
        if unknown:
            return Finding("missing", f"no alert has a label '{unknown[0]}'")
        return worst(idle(rule.name) for rule in alerts if _shows(selector, rule))

    @cache
    def labelled(name: str, label: str) -> Finding:
        """Missing if a present metric never has a label: in a query with `or` that would stay hidden."""
        has = f'{{{label}!=""}}'
        if value(f"count({selector(name, has)})") is None and value(f"count({selector(name)})") is not None:
            return Finding("missing", f"{name} has no label '{label}'")
        return OK

    def narrowed(one: Selector) -> Finding:
        """The label matcher that filters out all series of a present metric."""
        texts = [f'{label}{op}"{_escape(text)}"' for label, op, text in one.matchers]
        every = "{" + ",".join(texts) + "}"
        if value(f"count({selector(one.metric, every)})") is not None:
            return OK
        for text, (_, _, wanted) in zip(texts, one.matchers, strict=True):
            if value(f"count({selector(one.metric, '{' + text + '}')})") is None:
                hint = _setting_hint(catalog, wanted)
                return Finding("no_rows", f"no series of {one.metric} has {text}{hint}")
        which = f" has {' and '.join(texts)}" if texts else " is there now"
        return Finding("no_rows", f"no series of {one.metric}{which}")

    def is_young(name: str) -> bool:
        there = selector(name)
        return value(f"count({there})") is not None and value(f"count({there} offset 1h)") is None

    def find(expr: str, empty: bool) -> Finding:
        every = _read(selectors, expr)
        named = [one for one in every if one.metric and one.metric not in SYNTHETIC]
        found = worst(
            [
                *(alerting(one) for one in every if one.metric in SYNTHETIC),
                *(idle(one.metric) for one in named),
                *(fault(one.metric, _kept(one)) for one in named),
                *(labelled(one.metric, label) for one in named for label in _demanded(one)),
            ]
        )
        if found.status != "ok":
            return found
        if not empty:
            return worst(doubled(one.metric) for one in named) if doubled_by else OK
        found = worst(narrowed(one) for one in named if "absent" not in one.inside)
        if found.status != "ok":
            return found
        young = next((f"; {one.metric} is younger than an hour" for one in named if is_young(one.metric)), "")
        return Finding("no_rows", f"every source has series; nothing is left of them{young}")

    return find


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


def _kept(selector: Selector) -> str:
    texts = [f'{label}{op}"{_escape(text)}"' for label, op, text in selector.matchers if label in _OF_TARGET]
    return f"{{{','.join(texts)}}}" if texts else ""


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
    return f"; set {key} to a route that the platform has" if key else ""


@dataclass(frozen=True)
class Filled:
    """The last refresh of a relation: ``age_s`` is None if there was none; ``error`` is that of the last attempt."""

    age_s: float | None
    cadence_s: float
    error: str


# Errors of a refresh by which the platform no longer has what it reads, or the role may no longer read it.
_GONE = re.compile(r"no such (table|column)|(table|column|relation|schema) .*does not exist", re.IGNORECASE)
_HIDDEN = re.compile(r"may not read|permission denied", re.IGNORECASE)
_TOLD: tuple[tuple[re.Pattern[str], Status], ...] = ((_GONE, "missing"), (_HIDDEN, "error"))


def relation_finder(catalog: Catalog, filled: Mapping[str, Filled]) -> Callable[[Iterable[str]], Finding]:
    """A function from relations of the store to the fault of the data below them."""
    order = [relation.name for relation in catalog.build_order()]

    @cache
    def below(name: str) -> frozenset[str]:
        return frozenset({name} | {used for kind, used in catalog.lineage(name) if kind == "relation"})

    def find(names: Iterable[str]) -> Finding:
        asked = [name for name in names if name in catalog.relations]
        known = {one for name in asked for one in below(name)}
        found = worst(_filling(catalog, name, filled.get(name), asked) for name in order if name in known)
        synced = [name for name in sorted(known) if catalog.relations[name].kind == "table"]
        lacks = {one for name in synced for one in catalog.relation_lacks(name)}
        if found.status != "ok" or not lacks:
            return found
        return Finding("ok", f"a part is left out: {', '.join(map(catalog.config.switch, sorted(lacks)))}")

    return find


def _filling(catalog: Catalog, name: str, state: Filled | None, asked: Iterable[str]) -> Finding:
    """The fault of the refresh of a relation that those ``asked`` read. It advises to turn off its own feature only,
    since theirs also serve other panels."""
    relation = catalog.relations[name]
    is_filled = relation.kind in ("rollup", "table") or relation.header.get("materialized")
    if name.startswith("_") or not is_filled or not catalog.enabled(relation):
        return OK
    run = "`gendash langfuse sync`" if relation.kind == "table" else "`gendash db refresh`"
    if state is None:
        features = [catalog.relations[one].header.get("feature", "") for one in (name, *asked)]
        off = next((f", or set features.{feature.split()[0]}: false" for feature in features if feature), "")
        return Finding("stale", f"{name} was never filled; run {run}{off}")
    for pattern, status in _TOLD:
        if pattern.search(state.error):
            return Finding(status, f"{name}: {state.error}")
    if lateness(state.age_s, state.cadence_s):
        when = "was never filled" if state.age_s is None else f"was filled {duration(state.age_s)} ago"
        reason = f": {state.error}" if state.error else f"; run {run}"
        return Finding("stale", f"{name} {when}, expected every {duration(state.cadence_s)}{reason}")
    return OK
