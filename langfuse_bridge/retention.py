"""Upkeep of the bridge: deletes old rows, and exposes the state of the sync as metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg import sql

from gendash.engine.config.load import Config
from gendash.langfuse_bridge.models import MODELS
from gendash.langfuse_bridge.open_run import open_store
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import STREAMS, Stream

_BATCH = 10_000


def purge(
    config: Config,
    *,
    now: datetime,
    before: datetime | None = None,
    everything: bool = False,
    store: Store | None = None,
) -> dict[str, int]:
    """Rows deleted by stream: those older than ``langfuse.retention`` or than ``before``, or all of the project.

    Deletes in short transactions. Look-backs do not bring the rows again; a later ``sync --from`` would.
    """
    store, project = store or open_store(config), config["langfuse.project"]
    edge = before or now - timedelta(seconds=config.seconds("langfuse.retention"))
    aside = sql.SQL("delete from {} where project = %s and at < coalesce(%s::timestamptz, 'infinity')")
    try:
        with store.transaction() as connection:
            connection.execute(aside.format(store.table("lf_rejected")), [project, None if everything else edge])
        if everything:
            return {stream.name: _purge(store, stream, project, None) for stream in (*STREAMS, MODELS)}
        return {stream.name: _purge(store, stream, project, edge) for stream in STREAMS}
    finally:
        store.disconnect()


def _purge(store: Store, stream: Stream, project: str, edge: datetime | None) -> int:
    """Rows of a stream that are deleted; first its state, so that no run in between goes back behind the edge."""
    where = sql.SQL("where project = %s and stream = %s")
    change = (
        sql.SQL("delete from {} {}").format(store.table("_sync"), where)
        if edge is None
        else sql.SQL("update {} set closed_from = greatest(closed_from, {}) {}").format(
            store.table("_sync"), sql.Literal(edge), where
        )
    )
    with store.transaction() as connection:
        connection.execute(change, [project, stream.name])
    return _delete(store, stream, project, edge)


def _delete(store: Store, stream: Stream, project: str, edge: datetime | None) -> int:
    older = sql.SQL("and {} < {}").format(sql.Identifier(stream.time), sql.Literal(edge)) if edge else sql.SQL("")
    query = sql.SQL(
        "delete from {0} where ctid = any (array(select ctid from {0} where project = %s {1} limit {2}))"
    ).format(store.table(stream.table), older, sql.Literal(_BATCH))
    deleted = 0
    while True:
        with store.transaction() as connection:
            count = connection.execute(query, [project]).rowcount
        deleted += count
        if count < _BATCH:
            return deleted


_METRICS = (
    ("closed_until_timestamp_seconds", "gauge", "every window before this time is in the store", "closed_until"),
    ("last_success_timestamp_seconds", "gauge", "when the last sync went through", "finished_at"),
    ("resume_timestamp_seconds", "gauge", "no request before this time: the server asked for a pause", "resume_at"),
    ("stored_rows", "gauge", "rows in the store, about", "stored"),
    ("rejected_rows", "gauge", "items that could not be stored as rows", "rejected"),
    ("rows_total", "counter", "rows read from Langfuse", "rows"),
    ("written_total", "counter", "rows inserted, changed or deleted in the store", "written"),
    ("windows_total", "counter", "windows of time closed", "windows"),
    ("requests_total", "counter", "requests sent to Langfuse", "requests"),
)


def prometheus_text(states: Iterable[Mapping[str, Any]]) -> str:
    """The state of all streams, as `status` gives it, in Prometheus' text format for a textfile collector."""
    rows = list(states)
    lines: list[str] = []
    for name, kind, doc, column in _METRICS:
        _family(lines, name, kind, doc, [(row, _number(row[column])) for row in rows if row.get(column) is not None])
    _family(
        lines,
        "failed",
        "gauge",
        "1 when the last sync stopped with an error",
        [(r, float(bool(r.get("error")))) for r in rows],
    )
    return "\n".join(lines) + "\n"


def _family(lines: list[str], name: str, kind: str, doc: str, values: list[tuple[Mapping[str, Any], float]]) -> None:
    full = f"gendash_langfuse_{name}"
    lines += [f"# HELP {full} {doc}", f"# TYPE {full} {kind}"]
    for row, value in values:
        labels = f'project="{_escaped(row["project"])}",stream="{_escaped(row["stream"])}"'
        lines.append(f"{full}{{{labels}}} {value:.15g}")


def _number(value: Any) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
