"""Renders the lines of Python with which an application records a metric of the contract. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_CLASS = {"counter": "Counter", "gauge": "Gauge", "histogram": "Histogram", "summary": "Summary"}
_CALL = {"counter": "inc({})", "gauge": "set({})", "histogram": "observe({})", "summary": "observe({})"}

_AMOUNTS = ("tokens", "seconds", "bytes")  # a counter of anything else counts events


def snippet(name: str, metric: Mapping[str, Any]) -> str:
    """Python code that defines and records a metric with prometheus_client; labels and values are placeholder names."""
    labels: Mapping[str, str] = metric.get("labels", {})
    given = [json.dumps(name), json.dumps(metric["doc"])]
    given += [json.dumps(list(labels))] if labels else []
    given += [f"buckets={tuple(metric['buckets'])!r}"] if metric.get("buckets") else []
    variable = re.sub(r"\W", "_", name)
    of = f".labels({', '.join(labels)})" if labels else ""
    unit = re.sub(r"\W", "_", metric.get("unit") or "value")
    amount = "" if metric["type"] == "counter" and unit not in _AMOUNTS else unit
    lines = [
        f"from prometheus_client import {_CLASS[metric['type']]}",
        f"{variable} = {_CLASS[metric['type']]}({', '.join(given)})",
        *(f"# {label}: {doc}" for label, doc in labels.items()),
        f"{variable}{of}.{_CALL[metric['type']].format(amount)}",
    ]
    return "\n".join(lines)
