"""`gendash metrics`: figures that only the store knows, in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from gendash.engine.clients.postgres import connect, local_settings, store, trusted
from gendash.engine.definitions.catalog import Catalog


def metric_queries(catalog: Catalog) -> dict[str, str]:
    """SQL by key of each metric that gendash exposes and whose feature is on; rows have ``value`` and the labels."""
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


TIMEOUT = "5s"


def facts(catalog: Catalog, at: datetime | None = None) -> str:
    """The store's metrics in Prometheus' text format, at the time of its clock or ``at``. Raises TargetError."""
    settings = {"statement_timeout": TIMEOUT} | ({"gendash.now": at.isoformat()} if at else {})
    with (
        connect(store(catalog.config), read_only=True, application="gendash metrics") as connection,
        connection.transaction(),
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        local_settings(connection, settings)
        answers = {key: cursor.execute(trusted(sql)).fetchall() for key, sql in metric_queries(catalog).items()}
    return exposition(catalog, answers)
