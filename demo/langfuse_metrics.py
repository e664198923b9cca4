"""Langfuse's metrics endpoint over rows in memory: group, aggregate, fill, order, cut, as the server does."""

from __future__ import annotations

import json
import math
import operator as op
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gendash.demo.langfuse_wire import Row, millis, newest

Answer = tuple[int, Any]

AGGREGATIONS = ("sum", "avg", "count", "max", "min", "p50", "p75", "p90", "p95", "p99", "histogram", "uniq")
GRANULARITIES = ("auto", "minute", "hour", "day", "week", "month")
HIGH_CARDINALITY = {"id", "traceId", "parentObservationId", "userId", "sessionId", "experimentName"}
_V2 = "id,traceId,environment,parentObservationId,isRootObservation,type,name,level,version,userId,sessionId,tags,\
release,traceName,traceRelease,traceVersion,providedModelName,promptName,promptVersion,startTimeMonth,toolNames,\
calledToolNames,costType,usageType,experimentName,experimentDatasetId,experimentId"
_V1 = "id,traceId,traceName,environment,parentObservationId,type,name,level,version,tags,providedModelName,promptName,\
promptVersion,userId,sessionId,traceRelease,traceVersion,startTimeMonth,toolNames,calledToolNames"
_SCORES = "id,environment,name,evaluatorId,source,dataType,traceId,configId,timestampMonth,timestampDay,observationId,\
sessionId,userId,traceName,tags,traceRelease,traceVersion,observationName,observationModelName,observationPromptName,\
observationPromptVersion"
_TRACES = "id,name,tags,userId,sessionId,release,version,environment,timestampMonth"
SCORE_VIEWS = {
    "scores-numeric": ("NUMERIC", "BOOLEAN"),  # 182 + 132 of the 387 recorded scores
    "scores-categorical": ("CATEGORICAL",),
    "scores-boolean": ("BOOLEAN",),
}
_TYPED = {"scores-numeric": "value", "scores-categorical": "stringValue", "scores-boolean": "booleanValue"}


def _tokens(word: str) -> Callable[[Row], Any]:
    return lambda row: sum(n for key, n in (row.get("usageDetails") or {}).items() if word in key.lower())


def _cost(word: str) -> Callable[[Row], Any]:
    def cost(row: Row) -> Any:
        found = [_decimal(n) for key, n in (row.get("costDetails") or {}).items() if word in key.lower()]
        return sum(found) if found else None

    return cost


MEASURES: dict[str, Callable[[Row], Any]] = {
    "count": lambda _: 1,
    "latency": lambda row: _ms(row.get("latency")),
    "timeToFirstToken": lambda row: _ms(row.get("timeToFirstToken")),
    "inputTokens": _tokens("input"),
    "outputTokens": _tokens("output"),
    "totalTokens": lambda row: (row.get("usageDetails") or {}).get("total", 0),
    "inputCost": _cost("input"),
    "outputCost": _cost("output"),
    "totalCost": lambda row: _optional(row.get("costDetails", {"total": row.get("totalCost")}).get("total")),
    "uniqueUserIds": lambda row: row.get("userId") or None,
    "uniqueSessionIds": lambda row: row.get("sessionId") or None,
    "traceId": lambda row: row.get("traceId"),
    "value": lambda row: float(row["value"]),
    "costByType": lambda row: row["part"],
    "usageByType": lambda row: row["part"],
}
# A dimension that makes one row of each entry of a map, and the measure that needs it.
_EXPLODED = {"costType": "costDetails", "usageType": "usageDetails"}


def answer(select: Callable[[str, int, int], Iterable[Row]], query_text: str | None, version: int) -> Answer:
    """Status and body of a metrics request of version 1 or 2.

    ``select(view, from_ms, to_ms)`` yields the observations or scores of a window, its end excluded. Version 2 counts
    a re-sent span as often as it is stored; version 1 counts it once.
    """
    if query_text is None:
        return _invalid(
            {
                "expected": "string",
                "code": "invalid_type",
                "path": ["query"],
                "message": "Invalid input: expected string, received undefined",
            }
        )
    try:
        query = json.loads(query_text)
    except ValueError:
        return _refused("Invalid JSON in query parameter")
    problem = _shape(query, version) or _meaning(query, version)
    if problem:
        return problem
    window = millis(query["fromTimestamp"]), millis(query["toTimestamp"]) + 1  # both bounds count
    chosen = [row for row in select(query["view"], *window) if _matches(row, query.get("filters") or [])]
    once = version == 1 and query["view"] == "observations"
    return 200, {"data": _table(newest(chosen) if once else chosen, query, version)}


def _shape(query: Row, version: int) -> Answer | None:
    views = ("traces",) * (version == 1) + ("observations", "scores-numeric", "scores-categorical", "scores-boolean")
    if query.get("view") not in views:
        return _option(views, ["query", "view"])
    for index, metric in enumerate(query.get("metrics") or []):
        if metric.get("aggregation") not in AGGREGATIONS:
            return _option(AGGREGATIONS, ["query", "metrics", index, "aggregation"])
    granularity = (query.get("timeDimension") or {}).get("granularity", "auto")
    if granularity not in GRANULARITIES:
        return _option(GRANULARITIES, ["query", "timeDimension", "granularity"])
    limit = (query.get("config") or {}).get("row_limit")
    if limit is not None and limit > 1000:
        return _invalid(too_big(1000, ["query", "config", "row_limit"]))
    issues = []
    for key in ("fromTimestamp", "toTimestamp"):
        try:
            millis(query.get(key) or "")
        except ValueError:
            issues.append(bad_time(["query", key]))
    if not issues and millis(query["fromTimestamp"]) < millis(query["toTimestamp"]):
        return None
    issues.append({"code": "custom", "path": ["query"], "message": "fromTimestamp must be before toTimestamp"})
    return 400, {"message": "Invalid request data", "error": issues}


def _meaning(query: Row, version: int) -> Answer | None:
    known = _known(query["view"], version)
    fields = [dimension["field"] for dimension in query.get("dimensions") or []]
    for name in fields:
        if name not in known:
            return _refused(f"Invalid dimension {name}. Must be one of {','.join(known)}")
    for metric in query.get("metrics") or []:
        if metric["measure"] not in MEASURES:
            return _refused(f"Invalid metric {metric['measure']}. Must be one of {','.join(MEASURES)}")
    for rule in query.get("filters") or []:
        if rule["column"] not in [*known, "start_time", "metadata"]:
            names = ",".join(known)
            return _refused(f"Invalid filter column {rule['column']}. Must be one of {names} or start_time")
    columns = _metric_columns(query)
    for order in query.get("orderBy") or []:
        if order["field"] not in [*fields, *columns, "time_dimension"]:
            what = f"Invalid orderBy field: {order['field']}."
            return _refused(f"{what} Must be one of the dimension or metric fields.")
    heavy = [name for name in fields if name in HIGH_CARDINALITY]
    return _heavy(query, heavy, columns) if version == 2 and heavy else None


def _known(view: str, version: int) -> list[str]:
    if view in SCORE_VIEWS:
        return [*_SCORES.split(","), _TYPED[view]]
    return ({"traces": _TRACES}.get(view) or (_V2 if version == 2 else _V1)).split(",")


def _heavy(query: Row, heavy: list[str], columns: list[str]) -> Answer | None:
    names = "High cardinality dimension(s) " + ", ".join(f"'{name}'" for name in heavy)
    if query.get("timeDimension"):
        why = "Time series queries with high cardinality dimensions produce unbounded result sets."
        return _refused(f"{names} cannot be used with timeDimension. {why}")
    falling = [order for order in query.get("orderBy") or [] if order["direction"] == "desc"]
    if not falling or not (query.get("config") or {}).get("row_limit"):
        both = "require both 'config.row_limit' and 'orderBy' with direction 'desc' on a measure field."
        return _refused(f"{names} {both}")
    if falling[0]["field"] not in columns:
        what = f"'{falling[0]['field']}' is not a measure in this query."
        return _refused(f"{names} require 'orderBy' with direction 'desc' on a measure field. {what}")
    return None


def _metric_columns(query: Row) -> list[str]:
    named = [f"{metric['aggregation']}_{metric['measure']}" for metric in query.get("metrics") or []]
    return named or ["count"]


def _matches(row: Row, filters: list[Row]) -> bool:
    return all(_match(row, rule) for rule in filters)


def _match(row: Row, rule: Row) -> bool:
    kind, wanted, operator = rule["type"], rule["value"], rule["operator"]
    if kind == "datetime":
        return compare(_at(row), operator, millis(wanted))
    if kind == "stringObject":
        return compare((row.get("metadata") or {}).get(rule["key"]), operator, wanted)
    value = dimension(row, rule["column"])
    if kind in ("string", "boolean", "number"):
        return compare(value, operator, wanted)
    within = value in wanted if not isinstance(value, list) else bool(set(value) & set(wanted))
    return within if operator == "any of" else not within


def compare(value: Any, operator: str, wanted: Any) -> bool:
    """True if a value meets one filter of the API; a missing value meets none."""
    if value is None:
        return False
    return bool(_OPERATORS[operator](value, wanted))


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": op.eq,
    "<>": op.ne,
    ">": op.gt,
    "<": op.lt,
    ">=": op.ge,
    "<=": op.le,
    "contains": op.contains,
    "does not contain": lambda value, wanted: wanted not in value,
    "starts with": str.startswith,
    "ends with": str.endswith,
}


def dimension(row: Row, name: str) -> Any:
    """The value of a dimension; null where the row has an empty text."""
    if name == "providedModelName":
        return row.get("model") or None
    if name in ("isRootObservation", "tags"):
        return row.get(name)
    if name in ("stringValue", "booleanValue"):
        return row["value"]
    return row.get({"traceRelease": "release", "traceVersion": "version"}.get(name, name)) or None


# What a bucket without rows shows for a dimension that is never null.
_FILL = {(view, "name"): "" for view in SCORE_VIEWS}


def _table(rows: list[Row], query: Row, version: int) -> list[Row]:
    fields = [item["field"] for item in query.get("dimensions") or []]
    grain = _grain(query)
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for kind in set(fields) & set(_EXPLODED):
        parts = ((row, (row.get(_EXPLODED[kind]) or {}).items()) for row in rows)
        rows = [row | {kind: name, "part": part} for row, found in parts for name, part in found]
    for row in rows:
        values = tuple(_hashable(dimension(row, name)) for name in fields)
        groups.setdefault((*values, *((_bucket(row, grain),) if grain else ())), []).append(row)
    if not groups and not fields and not grain:
        groups[()] = []
    table = [_line(fields, grain, key, members, query, version) for key, members in groups.items()]
    if grain and not query.get("orderBy"):
        seen = {line["time_dimension"] for line in table}
        table += [
            _line(fields, grain, (*(_FILL.get((query["view"], name)) for name in fields), at), [], query, 1)
            for at in _buckets(query, grain)
            if at not in seen
        ]
        table.sort(key=lambda line: line["time_dimension"])
    for order in reversed(query.get("orderBy") or []):
        falling = order["direction"] == "desc"
        table.sort(key=lambda line, name=order["field"]: _sortable(line[name]), reverse=falling)  # type: ignore[misc]
    limit = (query.get("config") or {}).get("row_limit", 100 if version == 2 else None)
    return table[:limit]


def _line(fields: list[str], grain: str, key: tuple[Any, ...], rows: list[Row], query: Row, version: int) -> Row:
    line = {name: list(value) if isinstance(value, tuple) else value for name, value in zip(fields, key, strict=False)}
    if grain:
        line["time_dimension"] = key[-1]
    for metric in query.get("metrics") or []:
        values = [v for row in rows if (v := MEASURES[metric["measure"]](row)) is not None]
        result = _aggregate(metric["aggregation"], values)
        if result is None and metric["measure"] == "value" and not rows:
            result = 0  # of a bucket that was filled in
        if metric["aggregation"] == "sum" and metric["measure"].endswith("Cost") and not values:
            result = 0 if rows and version == 2 else None
        line[f"{metric['aggregation']}_{metric['measure']}"] = result
    return line if query.get("metrics") else line | {"count": len(rows)}


def _aggregate(how: str, values: list[Any]) -> Any:
    if how == "count":
        return len(values)
    if how == "uniq":
        return len(set(values))
    if how == "sum":
        return sum(values)
    if not values:
        return None
    if how in ("min", "max"):
        return min(values) if how == "min" else max(values)
    if how == "avg":
        return sum(values) / len(values)
    return _quantile(sorted(values), int(how[1:]) / 100)


def _quantile(values: list[Any], share: float) -> float:
    place = (len(values) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return float(values[low]) + (float(values[high]) - float(values[low])) * (place - low)


def _grain(query: Row) -> str:
    chosen: str = (query.get("timeDimension") or {}).get("granularity", "")
    if chosen != "auto":
        return chosen
    hours = (millis(query["toTimestamp"]) - millis(query["fromTimestamp"])) / 3_600_000
    return "minute" if hours <= 2 else "hour" if hours <= 72 else "day" if hours <= 24 * 60 else "week"


def _bucket(row: Row, grain: str) -> str:
    return _label(_floor(datetime.fromtimestamp(_at(row) / 1000, UTC), grain), grain)


def _at(row: Row) -> int:
    """Milliseconds of the time by which an observation, or a score, is counted."""
    return millis(row["startTime"] if "startTime" in row else row["timestamp"])


def _floor(at: datetime, grain: str) -> datetime:
    at = at.replace(second=0, microsecond=0)
    if grain == "minute":
        return at
    at = at.replace(minute=0)
    if grain == "hour":
        return at
    at = at.replace(hour=0)
    if grain == "week":
        return at - timedelta(days=at.weekday())
    return at.replace(day=1) if grain == "month" else at


def _label(at: datetime, grain: str) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if grain in ("minute", "hour") else f"{at:%Y-%m-%d}"


def _buckets(query: Row, grain: str) -> list[str]:
    steps = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "week": timedelta(days=7)}
    start = datetime.fromtimestamp(millis(query["fromTimestamp"]) / 1000, UTC)
    end = datetime.fromtimestamp(millis(query["toTimestamp"]) / 1000, UTC)
    at, found = _floor(start, grain), []
    while at < end:
        found.append(_label(at, grain))
        at = _floor(at + steps.get(grain, timedelta(days=32 if grain == "month" else 1)), grain)
    return found


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is None, tuple(value) if isinstance(value, list) else 0 if value is None else value


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _ms(seconds: Any) -> Any:
    return None if seconds is None else round(float(seconds) * 1000)


def _optional(value: Any) -> Any:
    return None if value is None else _decimal(value)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _refused(message: str) -> Answer:
    return 400, {"message": message, "error": "InvalidRequestError"}


def _invalid(issue: Row) -> Answer:
    return 400, {"message": "Invalid request data", "error": [issue]}


def _option(values: tuple[str, ...], path: list[Any]) -> Answer:
    message = "Invalid option: expected one of " + "|".join(f'"{value}"' for value in values)
    return _invalid({"code": "invalid_value", "values": list(values), "path": path, "message": message})


def too_big(maximum: int, path: list[Any]) -> Row:
    """The issue that the server names for a number above its limit."""
    message = f"Too big: expected number to be <={maximum}"
    issue: Row = {"origin": "number", "code": "too_big", "maximum": maximum, "inclusive": True}
    return issue | {"path": path, "message": message}


def bad_time(path: list[Any]) -> Row:
    """The issue that the server names for a text that is no ISO time."""
    pattern = "/^\\d{4}-\\d\\d-\\d\\dT.*(Z|[+-]\\d\\d:\\d\\d)$/"  # the server's own has all leap years in it
    issue: Row = {"origin": "string", "code": "invalid_format", "format": "datetime", "pattern": pattern}
    return issue | {"path": path, "message": "Invalid ISO datetime"}
