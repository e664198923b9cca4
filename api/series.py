"""Metrics by name: the metrics of the contract and recorded series, never any PromQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gendash.api.answers import span_answer
from gendash.api.request import Wrong, span_asked
from gendash.api.world import World
from gendash.engine.clients import prometheus as prom
from gendash.engine.clients.answers import Failed
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.errors import Unexpected, Unreachable
from gendash.engine.languages.grafana_macros import timing
from gendash.engine.model import Problem
from gendash.engine.read.moments import moment_of

MOST_SERIES, POINTS = 500, 300
_SUFFIXES = ("_bucket", "_sum", "_count")


def known_series(catalog: Catalog) -> dict[str, str]:
    """Every name that may be asked for, with its meaning: recorded series, and metrics under the platform's names."""
    found = {rule.name: catalog.prose(rule.doc) for rule in catalog.rules.values() if rule.kind == "record"}
    for key, metric in catalog.metrics.items():
        name = catalog.config.get(f"metrics.{key}") or metric["name"]
        doc = catalog.prose(str(metric.get("doc", "")))
        parts = _SUFFIXES if metric.get("type") == "histogram" else ("",)
        found |= {f"{name}{part}": doc for part in parts}
    return found


def series_answer(world: World, name: str, params: Mapping[str, str]) -> dict[str, Any]:
    """The series of a name over a range. Raises Wrong."""
    meanings = known_series(world.catalog)
    if name not in meanings:
        raise Wrong("no metric and no recorded series has this name; see /api/v1/analytics/metrics", 404)
    unknown = [one for one in params if one not in ("range", "from", "to")]
    if unknown:
        raise Wrong(f"no parameter '{unknown[0][:40]}'; there are range, from, to")
    span, _ = span_asked(
        world.catalog.config, {"range": "24h"} | dict(params) if "from" not in params else params, world.now
    )
    if world.call is None:
        raise Unreachable(Problem("prometheus", "it is not there", "set prometheus_url"))
    config = world.catalog.config
    time = timing(span, "promql", points=POINTS, scrape=config["prometheus.scrape_interval"], zone=config["time_zone"])
    given = prom.over(world.call, name, span.start, span.end, time.step_ms)
    if isinstance(given, Failed):
        raise Unexpected(Problem("prometheus", given.message, "try a shorter range"))
    series = given.series
    return {
        "name": name,
        "meaning": meanings[name],
        "range": span_answer(span, world),
        "step_s": time.step_ms / 1000,
        "series": [_series(one, str(world.zone)) for one in series[:MOST_SERIES]],
        "shown": min(len(series), MOST_SERIES),
        "of": len(series),
    }


def _series(one: Mapping[str, Any], zone: str) -> dict[str, Any]:
    labels = {key: value for key, value in one["metric"].items() if key != "__name__"}
    points = [[_iso(at, zone), _finite(value)] for at, value in one.get("values", ())]
    return {"labels": labels, "points": points}


def _iso(at: float, zone: str) -> str | None:
    moment: datetime | None = moment_of(at * 1000, zone)
    return moment.isoformat() if moment else None


def _finite(text: str) -> float | str:
    value = float(text)
    return value if value == value and abs(value) != float("inf") else text
