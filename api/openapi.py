"""What OpenAPI says of endpoints: each parameter, and meaning and unit of each field, from the definitions."""

from __future__ import annotations

from typing import Any

from gendash.api.endpoint import Endpoint, Grain, column_type, figure_panel
from gendash.api.request import DEFAULT, DEFAULT_LIMIT, MOST_ROWS, RANGES
from gendash.engine.definitions.catalog import Catalog

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "do": {"type": "string"}},
}
_STATUS = {
    401: "no token, or one that is not valid",
    403: "the token may not see this",
    404: "no such name",
    406: "neither JSON nor CSV is accepted",
    413: "the request has a body that is too long",
    422: "a parameter is wrong, or a figure cannot follow the range",
    429: "too many requests; Retry-After says when to come back",
    503: "a server is not available now",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/json": {"schema": _ERROR}}}
    for status, text in _STATUS.items()
}


def _parameter(name: str, doc: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": doc, "schema": {"type": "string"} | schema}


RANGE = [
    _parameter("range", f"the last hours or days; {DEFAULT} if neither this nor from is given", enum=list(RANGES)),
    _parameter("from", "start of the range, ISO 8601; local time without a zone", examples=["2026-11-01"]),
    _parameter("to", "end of the range; now if absent", examples=["2026-11-29T12:00:00+01:00"]),
]


PAGED = [
    *RANGE,
    _parameter("limit", "rows of a page", type="integer", minimum=1, maximum=MOST_ROWS, default=DEFAULT_LIMIT),
    _parameter("cursor", "`next` of the page before"),
]


def parameters(endpoint: Endpoint, native: Grain) -> list[dict[str, Any]]:
    """The parameters of an endpoint."""
    grains = ["hour", "day", "week"] if native == "hour" else ["day", "week"]
    return [
        *RANGE,
        _parameter("group", "how rows are grouped; weeks begin on Monday", enum=grains, default="day"),
        *(
            _parameter(name, f"only rows with this {name.replace('_', ' ')}", maxLength=200)
            for name in endpoint.rows.by
        ),
        _parameter("limit", "rows of a page", type="integer", minimum=1, maximum=MOST_ROWS, default=DEFAULT_LIMIT),
        _parameter("cursor", "`next` of the page before"),
        _parameter("figures", "names of the figures that are wanted, with commas; none for rows alone; all if absent"),
    ]


_TYPES = {"bigint": "integer", "int": "integer", "float8": "number", "numeric": "string", "boolean": "boolean"}


def responses(catalog: Catalog, endpoint: Endpoint, native: Grain) -> dict[int | str, dict[str, Any]]:
    """What an endpoint answers, with the meaning of each field."""
    relation = catalog.relations[endpoint.rows.relation]
    properties: dict[str, Any] = {
        grain: {
            "type": "string",
            "format": "date-time" if grain == "hour" else "date",
            "description": f"the local {grain} of the row",
        }
        for grain in (("hour", "day", "week") if native == "hour" else ("day", "week"))
    }
    for name in endpoint.rows.columns:
        kind = column_type(relation, name)
        doc = catalog.prose(str(relation.columns[name].get("doc", "")))
        more = f"; not in weeks, since it is {endpoint.rows.others[name]}" if name in endpoint.rows.others else ""
        properties[name] = {"type": [_TYPES.get(kind, "string"), "null"], "description": doc + more}
    figures = {}
    for name, of in endpoint.figures.items():
        _, panel = figure_panel(catalog, of)
        figures[name] = {"type": "object", "title": panel.title, "description": catalog.prose(panel.doc)}
    body = {
        "type": "object",
        "required": ["at", "time_zone", "range", "figures", "rows", "next"],
        "properties": {
            "at": {"type": "string", "format": "date-time", "description": "when this was computed"},
            "time_zone": {"type": "string", "description": "the zone of all days and weeks"},
            "range": {"type": "object", "description": "the range of the rows"},
            "figures": {"type": "object", "properties": figures, "description": "figures as the dashboards show them"},
            "rows": {
                "type": "array",
                "description": endpoint.rows.doc,
                "items": {"type": "object", "properties": properties},
            },
            "next": {"type": ["string", "null"], "description": "the cursor of the next page; null at the end"},
        },
    }
    csv = {"schema": {"type": "string"}}
    content = {"application/json": {"schema": body}, "text/csv": csv}
    return {200: {"description": endpoint.rows.doc, "content": content}, **ERRORS}
