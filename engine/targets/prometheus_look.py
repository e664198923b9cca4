"""Which metrics of the contract Prometheus really records: one that is only defined counts as absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gendash.engine.catalog import Catalog
from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem
from gendash.engine.sources import SYNTHETIC
from gendash.engine.targets.prometheus import Call, instant
from gendash.engine.verdict import Failed, duration

_OVER = ("%s", "max_over_time(%s[6h:5m])", "max_over_time(%s[30d:1h])")


def recorded(call: Call, catalog: Catalog, keys: Iterable[str], at: datetime) -> dict[str, str]:
    """Why each metric is not recorded, by its key; an empty text for one that is.

    A metric without a label is there as a constant 0 from the moment in which it is defined, so one that was never
    above 0 in 30 days is not recorded, unless the contract says that 0 is no fault (``quiet``).
    """
    return {key: _why(call, catalog, key, catalog.metrics[key], at) for key in keys}


def _why(call: Call, catalog: Catalog, key: str, metric: Mapping[str, Any], at: datetime) -> str:
    name = catalog.config.get(f"metrics.{key}") or metric["name"]
    series = f"{name}_count" if metric["type"] in ("histogram", "summary") else name
    if name in SYNTHETIC:
        return ""
    now = _value(call, f"max({series})", at)
    if now is not None and (now != 0 or metric.get("quiet")):
        return ""
    before = next((v for v in (_value(call, f"max({o % series})", at) for o in _OVER[1:]) if v is not None), None)
    if not before:
        defined = before is not None or now is not None or _is_defined(call, name)
        return "is defined and never recorded" if defined else "is not exposed"
    if now is None:
        age = _value(call, f"time() - max({_OVER[2] % f'timestamp({series})'})", at) or 0.0
        return f"stopped {duration(age)} ago" if age > 600 else ""
    return ""


def _value(call: Call, expr: str, at: datetime) -> float | None:
    answer = instant(call, expr, at)
    if isinstance(answer, Failed):  # no answer is not the answer that nothing is there
        raise Unexpected(Problem("prometheus", f"{answer.message} when looking for {expr}", "try again"))
    found = answer.series
    return float(found[0]["value"][1]) if found else None


def _is_defined(call: Call, name: str) -> bool:
    """Whether a target tells of a metric, with samples or without: as it is called in either format of exposition."""
    for one in (name, name.removesuffix("_total")):
        answer = call("metadata", {"metric": one})
        if not isinstance(answer, Failed) and answer.data:
            return True
    return False
