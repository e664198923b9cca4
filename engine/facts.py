"""What only the database knows, as metrics: the questions that `gendash metrics` asks, and the exposition it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gendash.engine.catalog import Catalog


def questions(catalog: Catalog) -> dict[str, str]:
    """SQL by metric, for each that gendash exposes and whose features are on; rows have ``value`` and the labels."""
    return {
        key: catalog.expanded(metric["sql"]).text
        for key, metric in catalog.metrics.items()
        if metric.get("sql") and catalog.config.on(metric.get("feature", ""))
    }


def exposition(catalog: Catalog, answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The answers in Prometheus' text format, in the order of the contract; a metric without rows has no sample."""
    lines = []
    for key, rows in answers.items():
        metric = catalog.metrics[key]
        name = catalog.config.get(f"metrics.{key}") or metric["name"]
        lines += [f"# HELP {name} {_escaped(catalog.prose(metric['doc']))}", f"# TYPE {name} {metric['type']}"]
        lines += [f"{name}{_labels(row)} {float(row['value'])!r}" for row in rows]
    return "\n".join([*lines, ""])


def _labels(row: Mapping[str, Any]) -> str:
    pairs = [f'{label}="{_escaped(str(value), quoted=True)}"' for label, value in row.items() if label != "value"]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(text: str, *, quoted: bool = False) -> str:
    plain = text.replace("\\", r"\\").replace("\n", r"\n")
    return plain.replace('"', r"\"") if quoted else plain
