"""Finds the metrics of the contract that Prometheus records; one that is defined but never recorded is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import Call, Data, certain, instant, label_values, number
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.doctor.seen import Exposed
from gendash.engine.languages.metric_names import selector
from gendash.engine.verify.replicas import advice, copies, double_labels, is_double
from gendash.engine.verify.series import SYNTHETIC
from gendash.engine.verify.verdict import duration

NEVER = "is defined and never recorded"
_OVER = ("max_over_time(%s[6h:5m])", "max_over_time(%s[30d:1h])")


def recorded(call: Call, catalog: Catalog, keys: Iterable[str], at: datetime) -> dict[str, str]:
    """The reason why each metric is not recorded, by its key; empty for one that is.

    A metric without labels is exposed as a constant 0 as soon as it is defined, so one that was never above 0 in 30
    days counts as not recorded, unless the contract says that 0 is normal (``quiet``). A metric that every target may
    have (``every_target``) has to be one of the platform's own job.
    """
    job, by_job = f"job={json.dumps(catalog.config['prometheus.job'])}", dict[str, list[str]]()
    for key in keys:
        by_job.setdefault(job if catalog.metrics[key].get("every_target") else "", []).append(key)
    return {key: why for of, some in by_job.items() for key, why in _recorded(call, catalog, some, at, of).items()}


def _recorded(call: Call, catalog: Catalog, keys: Iterable[str], at: datetime, job: str) -> dict[str, str]:
    """The same of metrics of one job; ``job`` is its matcher, empty for those of every job."""
    names = {key: str(catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"]) for key in keys}
    series = {key: name + _suffix(catalog.metrics[key]) for key, name in names.items() if name not in SYNTHETIC}
    now = _most(call, "%s", series.values(), at, job)
    open_ = {key: one for key, one in series.items() if not now.get(one)}
    open_ = {key: one for key, one in open_.items() if one not in now or not catalog.metrics[key].get("quiet")}
    before: dict[str, float] = {}
    for over in _OVER:
        before |= _most(call, over, [one for one in open_.values() if not before.get(one)], at, job)
    defined = _defined(call) if open_ and not job else frozenset()
    found = dict.fromkeys(names, "")
    for key, one in open_.items():
        if not before.get(one):
            known = one in before or one in now or bool({names[key], names[key].removesuffix("_total")} & defined)
            found[key] = NEVER if known else "is not exposed"
        elif one not in now:
            found[key] = _stopped(call, one, at, job)
    for key in [key for key, why in found.items() if why == NEVER and catalog.metrics[key]["type"] == "gauge"]:
        if series[key] in now and _is_used(catalog, key, found):
            found[key] = ""
    return found


def _is_used(catalog: Catalog, key: str, found: Mapping[str, str]) -> bool:
    """True if a gauge at 0 counts as idle: its feature was switched on, or another metric of it is recorded."""
    feature = catalog.metrics[key].get("feature", "")
    siblings = [one for one in found if one != key and catalog.metrics[one].get("feature", "") == feature]
    return catalog.config.on(feature) or any(not found[one] for one in siblings)


def exposed(call: Call, catalog: Catalog, keys: Iterable[str], at: datetime) -> Exposed:
    """The names of all series of the last hour, and what is known of the existing metrics and of the targets."""
    hour_ago = at - timedelta(hours=1)
    names = _whole(label_values(call, "__name__", "", hour_ago, at))
    up = _whole(instant(call, "up", at))
    targets = [one["metric"] for one in up.series] if up else []
    twice = double_labels(targets)
    labels, bounds, doubled = {}, {}, []

    def value(expr: str) -> float | None:
        found = certain(instant(call, expr, at), expr).series
        return number(found[0]) if found else None

    for key in keys:
        metric = catalog.metrics[key]
        name = str(catalog.config.get(f"metrics.{key}") or metric["name"])
        series = name + _suffix(metric)
        answer = _whole(call("labels", {"match[]": selector(series)}))
        if answer:
            labels[key] = frozenset(answer.data)
        of_le = None
        if metric["type"] == "histogram":
            of_le = _whole(label_values(call, "le", selector(f"{name}_bucket"), hour_ago, at))
        if of_le:
            bounds[key] = frozenset(of_le.data)
        times = copies(value, series, twice)
        if is_double(times):
            doubled.append(advice(series, twice, times))
    jobs = frozenset(labels.get("job", "") for labels in targets)
    return Exposed(tuple(names.data) if names else (), labels, jobs, bounds, tuple(doubled))


def _whole(answer: Data | Failed) -> Data | None:
    """An answer that lacks nothing, or None."""
    return None if isinstance(answer, Failed) or answer.partial else answer


def _suffix(metric: Mapping[str, Any]) -> str:
    return "_count" if metric["type"] in ("histogram", "summary") else ""


def _most(call: Call, over: str, series: Iterable[str], at: datetime, job: str) -> dict[str, float]:
    """The largest value by series name, without names that have no sample."""
    names = sorted(set(series))
    if not names:
        return {}
    # functions over time drop the metric name, so it is copied to another label
    pattern = "|".join(re.escape(name).replace("\\", "\\\\") for name in names)
    named = f'label_replace({{__name__=~"{pattern}"{job and ","}{job}}}, "series_name", "$1", "__name__", "(.+)")'
    # a failed query, or one that lacks a part of the data, must not be reported as a missing metric
    answer = certain(instant(call, f"max by (series_name) ({over % named})", at), "metrics")
    return {one["metric"]["series_name"]: number(one) for one in answer.series if "series_name" in one["metric"]}


def _stopped(call: Call, series: str, at: datetime, job: str) -> str:
    of_job = selector(series, job and f"{{{job}}}")
    answer = instant(call, f"time() - max({_OVER[1] % f'timestamp({of_job})'})", at)
    found = answer.series if isinstance(answer, Data) else []
    return f"stopped {duration(float(found[0]['value'][1]))} ago" if found else "stopped"


def _defined(call: Call) -> frozenset[str]:
    """The metric names in the metadata of any target, with or without samples, as its exposition format has them."""
    answer = call("metadata", {"limit_per_metric": "1"})
    return frozenset() if isinstance(answer, Failed) else frozenset(answer.data)
