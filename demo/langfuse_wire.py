"""The shapes of Langfuse's read API: rows as the API sends them, cut or rewritten for one endpoint.

The demo keeps observations as `v2/observations` sends them with all field groups and scores as `v3/scores` does;
every other shape is derived from these two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

GROUPS = {
    "core": ["id", "traceId", "startTime", "endTime", "projectId", "parentObservationId", "type"],
    "basic": [
        *("name", "level", "statusMessage", "version", "environment"),
        *("bookmarked", "public", "userId", "sessionId", "isRootObservation"),
    ],
    "time": ["completionStartTime", "createdAt", "updatedAt"],
    "io": ["input", "output"],
    "metadata": ["metadata"],
    "model": ["model", "internalModelId", "modelParameters"],
    "usage": [
        *("usageDetails", "inputUsage", "outputUsage", "totalUsage"),
        *("costDetails", "inputCost", "outputCost", "totalCost"),
        *("usagePricingTierId", "usagePricingTierName"),
    ],
    "prompt": ["promptId", "promptName", "promptVersion"],
    "metrics": [],
    "trace_context": ["traceName", "release", "tags"],
}
_PRICES = ("modelId", "inputPrice", "outputPrice", "totalPrice")
_ALWAYS = ("latency", "timeToFirstToken", *_PRICES)
SCORE_GROUPS = {
    "core": [
        *("id", "projectId", "name", "source", "timestamp", "environment"),
        *("createdAt", "updatedAt", "dataType", "value"),
    ],
    "details": ["comment", "configId", "metadata"],
    "subject": ["subject"],
    "annotation": ["authorUserId", "queueId"],
}
METADATA_LIMIT = 200


def millis(text: str) -> int:
    """Milliseconds since the epoch of an ISO time with Z or an offset. Raises ValueError for anything else."""
    if "T" not in text:
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return round((moment - _EPOCH).total_seconds() * 1000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(ms: int) -> str:
    """The API's spelling of a time: UTC, milliseconds, Z."""
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def observation_v2(row: Row, groups: Iterable[str], expand: Iterable[str] = ()) -> Row:
    """A row with the keys of the named field groups; unknown groups count for nothing, core always."""
    names = {"core", *groups} & set(GROUPS)
    item = {key: row.get(key) for name in GROUPS if name in names for key in GROUPS[name]}
    for key in _ALWAYS:
        item[key] = row.get(key)
    if not names & {"time", "metrics"}:
        item["timeToFirstToken"] = None
    if "model" not in names:
        item |= dict.fromkeys(_PRICES)
    if "metadata" in names:
        kept = set(expand)
        item["metadata"] = {
            key: value[:METADATA_LIMIT] if isinstance(value, str) and key not in kept else value
            for key, value in (row.get("metadata") or {}).items()
        }
    return item


def observation_v1(row: Row) -> Row:
    """A row as the v1 list sends it: all fields, null for nothing, no user, session, tags or release."""
    none = {key: row.get(key) or None for key in ("statusMessage", "version", "model", "promptId", "promptName")}
    usage, cost = row.get("usageDetails") or {}, row.get("costDetails") or {}
    tokens = {"input": _sum_of(usage, "input") or 0, "output": _sum_of(usage, "output") or 0}
    total = usage.get("total", 0)
    same = ("id", "traceId", "startTime", "endTime", "projectId", "parentObservationId", "type", "environment", "name")
    return {
        **{key: row.get(key) for key in same},
        "level": row.get("level"),
        "statusMessage": none["statusMessage"],
        "version": none["version"],
        "createdAt": row.get("createdAt"),
        "updatedAt": row.get("updatedAt"),
        "input": _parsed(row.get("input")),
        "output": _parsed(row.get("output")),
        "metadata": row.get("metadata") or {},
        "model": none["model"],
        "modelParameters": row.get("modelParameters"),
        "completionStartTime": row.get("completionStartTime"),
        "promptId": none["promptId"],
        "promptName": none["promptName"],
        "promptVersion": row.get("promptVersion"),
        "latency": row.get("latency"),
        "timeToFirstToken": row.get("timeToFirstToken"),
        "usageDetails": usage,
        "costDetails": cost,
        "usagePricingTierId": None,
        "usagePricingTierName": None,
        "modelId": row.get("modelId"),
        **{key: _number(row.get(key)) for key in ("inputPrice", "outputPrice", "totalPrice")},
        "calculatedInputCost": _sum_of(cost, "input"),
        "calculatedOutputCost": _sum_of(cost, "output"),
        "calculatedTotalCost": cost.get("total", 0),
        "unit": "TOKENS",
        "promptTokens": tokens["input"],
        "completionTokens": tokens["output"],
        "totalTokens": total,
        "usage": {"unit": "TOKENS", **tokens, "total": total},
    }


def traces(rows: Iterable[Row], scores: Iterable[Row]) -> list[Row]:
    """The traces of some observations as the v1 list sends them, newest first."""
    members: dict[str, list[Row]] = {}
    for row in rows:
        members.setdefault(row["traceId"], []).append(row)
    scored: dict[str, list[str]] = {}
    for score in scores:
        trace_id = subject_ids(score)["traceId"]
        if trace_id:
            scored.setdefault(trace_id, []).append(score["id"])
    found = [_trace(trace_id, group, scored.get(trace_id, [])) for trace_id, group in members.items()]
    return sorted(found, key=lambda trace: (trace["timestamp"], trace["id"]), reverse=True)


def _trace(trace_id: str, rows: list[Row], score_ids: list[str]) -> Row:
    head = min(rows, key=lambda row: (not row.get("isRootObservation"), row["startTime"]))
    start = min(millis(row["startTime"]) for row in rows)
    end = max(millis(row.get("endTime") or row["startTime"]) for row in rows)
    return {
        "id": trace_id,
        "projectId": head.get("projectId"),
        "name": head.get("traceName") or None,
        "timestamp": iso(start),
        "environment": head.get("environment"),
        "tags": sorted(head.get("tags") or []),
        "bookmarked": False,
        "release": head.get("release") or None,
        "version": head.get("version") or None,
        "userId": head.get("userId") or None,
        "sessionId": head.get("sessionId") or None,
        "public": False,
        "input": _parsed(head.get("input")),
        "output": _parsed(head.get("output")),
        "metadata": head.get("metadata") or {},
        "createdAt": head.get("createdAt"),
        "updatedAt": max(row.get("updatedAt") or "" for row in rows),
        "observations": [row["id"] for row in rows],
        "scores": score_ids,
        "totalCost": sum((_decimal((row.get("costDetails") or {}).get("total")) for row in rows), Decimal(0)),
        "latency": (end - start) / 1000,
        "htmlPath": f"/project/{head.get('projectId')}/traces/{trace_id}",
        "externalId": None,
    }


def trace_v1(trace: Row, groups: Iterable[str] | None) -> Row:
    """A trace with the named groups only; None means all of them."""
    if groups is None:
        return trace
    named, item = set(groups), dict(trace)
    if "io" not in named:
        item |= {"input": None, "output": None, "metadata": {}}
    for group in ("observations", "scores"):
        if group not in named:
            item[group] = []
    if "metrics" not in named:
        item |= {"totalCost": -1, "latency": -1}
    return item


def score_v3(row: Row, groups: Iterable[str]) -> Row:
    """A score with the keys of the named field groups."""
    names = {"core", *groups}
    return {key: row.get(key) for name in SCORE_GROUPS if name in names for key in SCORE_GROUPS[name]}


def score_v2(row: Row, trace: Row | None, with_session: bool = True) -> Row:
    """A score as the older lists send it: a number and a text instead of one typed value, and facts of its trace."""
    kind, value = row["dataType"], row.get("value")
    number: Any = {"BOOLEAN": int(bool(value)), "CATEGORICAL": 0, "TEXT": None, "CORRECTION": None}.get(kind, value)
    text = {"BOOLEAN": str(bool(value)), "NUMERIC": None}.get(kind, value)
    same = ("id", "projectId", "environment", "name")
    later = ("authorUserId", "comment", "metadata", "configId", "queueId")
    ids = subject_ids(row)
    item = {key: row.get(key) for key in same} | {"value": number, "source": row.get("source")}
    item |= {key: row.get(key) for key in later} | {"executionTraceId": None}
    item |= {key: row.get(key) for key in ("createdAt", "updatedAt", "timestamp")}
    item |= {"traceId": ids["traceId"], "observationId": ids["observationId"]}
    if with_session:
        item |= {"sessionId": ids["sessionId"], "datasetRunId": ids["datasetRunId"]}
    item |= {"stringValue": text, "dataType": kind}
    if trace:
        seen = ("userId", "tags", "environment", "sessionId") if with_session else ("userId", "tags", "environment")
        item["trace"] = {key: trace[key] for key in seen}
    return item


def subject_ids(score: Row) -> dict[str, str | None]:
    """The subject of a score, in the four keys of the older lists."""
    subject = score.get("subject") or {}
    kind, name = subject.get("kind"), subject.get("id")
    return {
        "traceId": name if kind == "trace" else subject.get("traceId"),
        "observationId": name if kind == "observation" else None,
        "sessionId": name if kind == "session" else None,
        "datasetRunId": name if kind == "experiment" else None,
    }


def newest(rows: Iterable[Row]) -> list[Row]:
    """One row per observation: its last version."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["traceId"], row["id"])
        if key not in found or rank(row) > rank(found[key]):
            found[key] = row
    return list(found.values())


def rank(row: Row) -> tuple[int, int]:
    """Order of the versions of one observation: the last write wins, then the later start."""
    return millis(row["updatedAt"]), millis(row["startTime"])


def _sum_of(details: Mapping[str, Any], word: str) -> Any:
    values = [value for key, value in details.items() if word in key.lower()]
    return sum(values) if values else None


def _parsed(text: Any) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def _number(text: Any) -> Any:
    return None if text is None else float(text)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value or 0))
