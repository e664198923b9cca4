"""Targets that are scraped more than once: two replicas of Prometheus into one store double every rate and count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gendash.engine.languages.metric_names import selector


def double_labels(up: Iterable[Mapping[str, str]]) -> list[str]:
    """The labels in which series of `up` of the same target (job and instance) differ.

    Such a label may also distinguish two paths of one process: see `copies`.
    """
    targets: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for labels in up:
        targets.setdefault((labels.get("job", ""), labels.get("instance", "")), []).append(labels)
    found: set[str] = set()
    for series in targets.values():
        names = {name for labels in series for name in labels}
        found |= {name for name in names if len({labels.get(name) for labels in series}) > 1}
    return sorted(found)


def copies(value: Callable[[str], float | None], metric: str, labels: list[str]) -> float:
    """How many times each series of a metric is there on average, apart from the given labels; 0 without any."""
    if not labels:
        return 0.0
    series = selector(metric)
    every = value(f"count({series})")
    apart = value(f"count(count without ({', '.join(labels)}) ({series}))")
    return every / apart if every and apart else 0.0


def is_double(times: float) -> bool:
    """True if a metric is doubled: more than one series in a thousand has a copy."""
    return times > 1.001


def advice(metric: str, labels: list[str], times: float) -> str:
    """What is wrong with a metric that is there several times, and what to do about it."""
    return (
        f"each series of {metric} is there {times:.2g} times, with another {' and '.join(labels)}: its figures are too"
        " high; query an address that deduplicates replicas, or scrape each target once"
    )
