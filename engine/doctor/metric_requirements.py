"""The metrics, labels and buckets that a feature needs, and how a platform gets those that it lacks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_label
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.requirements import Needs
from gendash.engine.doctor.instrumentation import snippet
from gendash.engine.doctor.parts import Fix, Requirement
from gendash.engine.doctor.seen import Look
from gendash.engine.languages.metric_names import is_plain
from gendash.engine.verify.buckets import thresholds


def metric_requirements(catalog: Catalog, needs: Needs, look: Look, how: str) -> Iterator[Requirement]:
    """The metrics that are needed, with their labels and buckets; ``how`` is code that the application needs."""
    for key in sorted(needs.metrics):
        yield _metric_part(catalog, key, look, how)
        yield from _label_parts(catalog, key, look)
    yield from _bucket_parts(catalog, needs, look)


def _metric_part(catalog: Catalog, key: str, look: Look, how: str) -> Requirement:
    metric = catalog.metrics[key]
    name = catalog.config.get(f"metrics.{key}") or metric["name"]
    why = look.metrics.get(key, "") if look.metrics is not None else ""
    by_application = metric.get("feature") and not metric.get("sql")
    text = how or (snippet(name, {**metric, "doc": catalog.prose(metric["doc"])}) if by_application else "")
    fixes = [Fix("app", text, alters=True)] if text else []
    is_defined = why.startswith("is defined")  # then its name is right, and nothing is to be mapped
    near = _alike(name, metric["type"], look.exposed.names) if by_application and not is_defined else []
    if why and not is_plain(name):
        plain = re.sub(r"[^a-zA-Z0-9_:]", "_", name)
        limit = "Prometheus before 3.0 scrapes no name with other signs"
        fixes.append(Fix("setting", f"metrics.{key}: {plain}  # {limit}"))
    if near:
        fixes.append(Fix("setting", f"metrics.{key}: <its name on the platform>  # one of {', '.join(near)}?"))
    return Requirement("metric", name, why, look.metrics is None, fixes=tuple(fixes) if why else ())


def _alike(name: str, kind: str, there: Iterable[str], most: int = 5) -> list[str]:
    """The existing metric names most similar to a missing one, the most similar first."""
    if kind in ("histogram", "summary"):
        ends = ("_bucket",) if kind == "histogram" else ("_count",)
        known = {one.removesuffix(end) for one in there for end in ends if one.endswith(end)}
    else:
        known = {one for one in there if one.endswith(("_total", "_count")) or kind == "gauge"}
    words = _words(name) - {"total", "second", "count", "byte", "duration"}

    def likeness(one: str) -> tuple[int, float]:
        return len(words & _words(one)), SequenceMatcher(None, name, one).ratio()

    found = [
        one
        for one in known - {name, f"{name}_total"}
        if likeness(one) > (0, 1.0) and not one.startswith(_OTHERS) and not _RECORDED.match(one)
        if re.search(r"[_.]", one)
    ]
    return sorted(found, key=lambda one: (*(-value for value in likeness(one)), one))[:most]


_RECORDED = re.compile(r"\w+:\w+:")  # level:metric:operations
_OTHERS = ("prometheus_", "promhttp_", "go_", "process_", "python_", "scrape_", "net_conntrack_", "gendash_")


def _words(name: str) -> set[str]:
    return {word.removesuffix("s") for word in re.split(r"[_.:/-]", name)}


def _label_parts(catalog: Catalog, key: str, look: Look) -> Iterator[Requirement]:
    """A requirement for each label that rules read and that the metric lacks."""
    there = look.exposed.labels.get(key, frozenset())
    if not there:
        return
    read = {
        name
        for rule in catalog.rules.values()
        for text in (rule.expr, rule.otherwise)
        if ("metric", key) in (uses := resolve_references(text, catalog.names).uses)
        for kind, name in uses
        if kind == "label" and name in catalog.metrics[key]["labels"]
    }
    metric = catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"]
    for name in sorted(read):
        label = mapped_label(catalog.config, name, key)
        if label not in there:
            others = sorted(there - {"__name__", "job", "instance", "le"})
            hint = f"one of {', '.join(others)}?" if others else "its series have none"
            fix = Fix("setting", f"labels.{key}.{name}: <its name on the platform>  # {hint}")
            yield Requirement("label", f"label {label} of {metric}", "does not exist", fixes=(fix,))


def _bucket_parts(catalog: Catalog, needs: Needs, look: Look) -> Iterator[Requirement]:
    """A requirement for each threshold of an objective that is no bound of its histogram."""
    for one in thresholds(catalog) if needs.metrics & look.exposed.bounds.keys() else ():
        for key in sorted(one.metrics & needs.metrics & look.exposed.bounds.keys()):
            if not one.is_bound(look.exposed.bounds[key]):
                metric = catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"]
                finite = sorted(look.exposed.bounds[key] - {"+Inf"}, key=float)
                fix = Fix("setting", f"{one.setting}: <a bucket bound>  # one of {', '.join(finite)}")
                name = f"bucket of {metric} at {one.setting}"
                yield Requirement("bucket", name, one.lacking(look.exposed.bounds[key]), fixes=(fix,))
