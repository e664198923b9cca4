"""Options of Grafana's transformations that are judged, as JSON schemas.

From the interfaces of Grafana 12's `@grafana/data`, `transformations/transformers`. Transformations that are not here
are judged by their id alone.
"""

from __future__ import annotations

from typing import Any


def _map(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _by_name(kind: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": kind}}


_TEXT, _TRUTH, _NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "number"}
_TEXTS = {"type": "array", "items": _TEXT}
_OPERAND = {"anyOf": [_TEXT, _map(fixed=_TEXT, matcher=_map(id=_TEXT, options=_TEXT))]}
_CUMULATIVE = {"field": _TEXT, "reducer": _TEXT}
_MODES = ["reduceRow", "cumulativeFunctions", "windowFunctions", "binary", "unary", "index"]
_NAMES_OR_PATTERN = _map(names=_TEXTS, pattern=_TEXT, variable=_TEXT)

OPTIONS: dict[str, dict[str, Any]] = {
    "organize": _map(
        excludeByName=_by_name("boolean"),
        includeByName=_by_name("boolean"),
        indexByName=_by_name("integer"),
        renameByName=_by_name("string"),
        orderByMode=_TEXT,
        orderBy={"type": "array"},
    ),
    "renameByRegex": _map(regex=_TEXT, renamePattern=_TEXT),
    "calculateField": _map(
        alias=_TEXT,
        mode={"enum": _MODES},
        replaceFields=_TRUTH,
        timeSeries=_TRUTH,
        reduce=_map(include=_TEXTS, reducer=_TEXT, nullValueMode=_TEXT),
        cumulative=_map(**_CUMULATIVE),
        window=_map(**_CUMULATIVE, windowSize=_NUMBER, windowSizeMode=_TEXT, windowAlignment=_TEXT),
        binary=_map(left=_OPERAND, operator=_TEXT, right=_OPERAND, reducer=_TEXT),
        unary=_map(operator=_TEXT, fieldName=_TEXT),
        index=_map(asPercentile=_TRUTH),
    ),
    "filterFieldsByName": _map(include=_NAMES_OR_PATTERN, exclude=_NAMES_OR_PATTERN, byVariable=_TRUTH),
    "sortBy": _map(
        fields={"type": "object"}, sort={"type": "array", "items": _map(field=_TEXT, desc=_TRUTH, index=_NUMBER)}
    ),
    "limit": _map(limitField={"anyOf": [_NUMBER, _TEXT]}),
    "reduce": _map(
        reducers=_TEXTS, fields={"type": "object"}, mode=_TEXT, includeTimeField=_TRUTH, labelsToFields=_TRUTH
    ),
}
