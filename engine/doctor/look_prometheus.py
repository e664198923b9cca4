"""Which metrics of the contract Prometheus really records: one that is only defined counts as absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import Call, instant, label_values
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.doctor.seen import Exposed
from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem
from gendash.engine.verify.freshness import SYNTHETIC
from gendash.engine.verify.verdict import duration

_OVER = ("max_over_time(%s[6h:5m])", "max_over_time(%s[30d:1h])")


def recorded(call: Call, catalog: Catalog, keys: Iterable[str], at: datetime) -> dict[str, str]:
    """Why each metric is not recorded, by its key; an empty text for one that is.

    A metric without a label is there as a constant 0 from the moment in which it is defined, so one that was never
    above 0 in 30 days is not recorded, unless the contract says that 0 is no fault (``quiet``).
    """
    names = {key: str(catalog.config.get(f"metrics.{key}") or catalog.metrics[key]["name"]) for key in keys}
    series = {key: name + _suffix(catalog.metrics[key]) for key, name in names.items() if name not in SYNTHETIC}
    now = _most(call, "%s", series.values(), at)
    open_ = {key: one for key, one in series.items() if not now.get(one)}
    open_ = {key: one for key, one in open_.items() if one not in now or not catalog.metrics[key].get("quiet")}
    before: dict[str, float] = {}
    for over in _OVER:
        before |= _most(call, over, [one for one in open_.values() if not before.get(one)], at)
    defined = _defined(call) if open_ else frozenset()
    found = dict.fromkeys(names, "")
    for key, one in open_.items():
        if not before.get(one):
            known = one in before or one in now or bool({names[key], names[key].removesuffix("_total")} & defined)
            found[key] = "is defined and never recorded" if known else "is not exposed"
        elif one not in now:
            found[key] = _stopped(call, one, at)
    return found


def exposed(call: Call, catalog: Catalog, keys: Iterable[str], at: datetime) -> Exposed:
    """The names of all series of the last hour, and the labels on those of the metrics that are there."""
    names = label_values(call, "__name__", "", at - timedelta(hours=1), at)
    labels = {}
    for key in keys:
        metric = catalog.metrics[key]
        name = str(catalog.config.get(f"metrics.{key}") or metric["name"]) + _suffix(metric)
        answer = call("labels", {"match[]": name})
        if not isinstance(answer, Failed):
            labels[key] = frozenset(answer.data)
    jobs = instant(call, "group by (job) (up)", at)
    return Exposed(
        () if isinstance(names, Failed) else tuple(names.data),
        labels,
        frozenset() if isinstance(jobs, Failed) else frozenset(one["metric"].get("job", "") for one in jobs.series),
    )


def _suffix(metric: Mapping[str, Any]) -> str:
    return "_count" if metric["type"] in ("histogram", "summary") else ""


def _most(call: Call, over: str, series: Iterable[str], at: datetime) -> dict[str, float]:
    """The largest value of each series name; nothing of one without a sample."""
    names = sorted(set(series))
    if not names:
        return {}
    # what looks over time forgets the name, so it is kept in another label
    named = f'label_replace({{__name__=~"{"|".join(names)}"}}, "series_name", "$1", "__name__", "(.+)")'
    answer = instant(call, f"max by (series_name) ({over % named})", at)
    if isinstance(answer, Failed):  # no answer is not the answer that nothing is there
        raise Unexpected(Problem("prometheus", f"{answer.message} when looking for metrics", "try again"))
    return {one["metric"]["series_name"]: float(one["value"][1]) for one in answer.series}


def _stopped(call: Call, series: str, at: datetime) -> str:
    answer = instant(call, f"time() - max({_OVER[1] % f'timestamp({series})'})", at)
    found = [] if isinstance(answer, Failed) else answer.series
    return f"stopped {duration(float(found[0]['value'][1]))} ago" if found else "stopped"


def _defined(call: Call) -> frozenset[str]:
    """The metrics that any target tells of, with samples or without, as called in the format of its exposition."""
    answer = call("metadata", {"limit_per_metric": "1"})
    return frozenset() if isinstance(answer, Failed) else frozenset(answer.data)
