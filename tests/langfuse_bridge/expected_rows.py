"""What must be stored of an item, computed from the wire and not with the bridge's code; and odd values of each kind."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bridge_parts import KEY

Row = dict[str, Any]
LONG = "".join(f"{number:x}" for number in range(2000))  # no index of PostgreSQL holds it
SHORT = f"{LONG[:100]}…{hashlib.blake2b(LONG.encode(), digest_size=16).hexdigest()}"
ODD_FIELDS: list[tuple[Row, Row]] = [
    ({"usageDetails": {"input": None, "output": 1.5, "total": 3}}, {"usageDetails": {"total": 3}}),
    ({"usageDetails": {"input": 2**60, "output": 5}}, {"usageDetails": {"output": 5}}),
    ({"costDetails": {"input": 0.5, "total": "NaN"}}, {"costDetails": {"input": 0.5}}),
    ({"costDetails": {"input": 0.25, "total": 1e300}}, {"costDetails": {"input": 0.25}}),
    ({"costDetails": {"total": None}}, {"costDetails": {}}),
    ({"endTime": "10000-01-01T00:00:00.000Z"}, {"endTime": None}),
    ({"completionStartTime": "soon"}, {"completionStartTime": None}),
    ({"name": LONG, "type": LONG, "environment": LONG}, {"name": SHORT, "type": SHORT, "environment": SHORT}),
    ({"promptVersion": 2**40}, {"promptVersion": None}),
    ({"modelParameters": {"a": {"b": [[[[]]]]}}, "inputPrice": "much"}, {}),
    ({"traceId": None}, {"traceId": None}),
]
"""Fields that do not fit, as they are sent, and as if they had been sent in this way."""
ODD_ITEMS: list[tuple[Row, str]] = [
    ({"updatedAt": None}, "updatedAt"),
    ({"type": None}, "type"),
    ({"id": 7}, "id"),
    ({"startTime": "10000-01-01T00:00:00.000Z"}, "startTime"),
]
"""Fields without which an item cannot be a row, and the one that the reason names."""


NO_TRACE: Row = {"name": None, "release": None, "userId": None, "sessionId": None, "tags": []}


def sent(item: Row, row: Row) -> Row:
    """An item as the server sends it, with what is odd in its row."""
    return item | row.get("_odd", {})


def named(row: Row) -> tuple[str, str, str]:
    """Trace, id and field by which an item that was set aside is listed."""
    item = sent(row, row)
    subject = row.get("subject", {})
    trace = subject.get("traceId", subject.get("id")) if subject else item.get("traceId")
    texts = [text if isinstance(text, str) else "" for text in (trace, item.get("id"))]
    return (texts[0], texts[1], row["_rejected"])


def expected_observation(row: Row, trace: Row | None) -> tuple[Any, ...]:
    """What must be stored of an observation; ``trace`` is given where the older API keeps some of it there."""
    trace = NO_TRACE if trace and not row["traceId"] else trace
    start, end, first = (moment(row[key]) for key in ("startTime", "endTime", "completionStartTime"))
    assert start
    usage, cost, owner = row["usageDetails"], row["costDetails"], trace or row
    user = owner["userId"] and hmac.new(KEY, owner["userId"].encode(), hashlib.sha256).hexdigest()
    messages = {"Request timed out": "timeout", "429": "rate_limit", "blocked": "refusal", "oops": "other"}
    return (
        "default",
        row["traceId"] or row["id"],
        row["id"],
        row["parentObservationId"] or None,
        row["type"],
        row["name"] or None,
        row["model"] or None,
        row["level"],
        row["environment"],
        owner["release"] or None,
        row["version"] or None,
        start,
        end,
        first,
        (end - start).total_seconds() if end and end >= start else None,
        (first - start).total_seconds() if first and first >= start else None,
        usage.get("input", 0) + usage.get("input_cached_tokens", 0),
        usage.get("output", 0),
        usage.get("input_cached_tokens", 0),
        0,
        usage.get("total", 0),
        usage,
        Decimal(str(cost.get("total", sum(cost.values())))) if cost else None,
        {key: Decimal(str(value)) for key, value in cost.items()},
        (None if trace else "list") if cost else None,
        user or None,
        None,
        owner["sessionId"] or None,
        sorted(owner["tags"]),
        (trace["name"] if trace else row["traceName"]) or None,
        row["isRootObservation"] if trace is None else row["parentObservationId"] is None,
        row["promptName"] or None,
        row["promptVersion"],
        messages[row["statusMessage"]] if row["level"] == "ERROR" else None,
        None,
        None,
        {"tenant": row["metadata"]["tenant"]},
        moment(row["updatedAt"]),
    )


def expected_score(row: Row) -> tuple[Any, ...]:
    """What must be stored of a score."""
    subject, value, kind = row["subject"], row["value"], row["dataType"]
    number = {"NUMERIC": value, "BOOLEAN": float(value is True)}.get(kind)
    label = {"BOOLEAN": str(value), "CATEGORICAL": value}.get(kind)
    observation_id = subject["id"] if subject["kind"] == "observation" else None
    trace_id = subject["traceId"] if observation_id else subject["id"]
    times = (moment(row[key]) for key in ("timestamp", "createdAt", "updatedAt"))
    facts = (row["name"], row["source"], kind, number, label, None, None, row["environment"])
    return ("default", row["id"], trace_id, observation_id, None, *facts, *times)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def plain(value: Any) -> Any:
    """Money from JSON as decimals, as it is expected."""
    if isinstance(value, dict):
        return {key: Decimal(str(v)) if isinstance(v, float) else v for key, v in value.items()}
    return value
