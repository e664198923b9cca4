"""What OpenAPI says of endpoints: each parameter, and meaning and unit of each field, from the definitions."""

from __future__ import annotations

from typing import Any

from gendash.api.endpoint import Endpoint, Grain, column_type, figure_panel, figure_title
from gendash.api.own import OwnList
from gendash.api.request import DEFAULT, DEFAULT_LIMIT, MOST_CSV, MOST_ROWS, RANGES
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


_LIMIT = (
    f"rows of a page; CSV without a limit has all rows, up to {MOST_CSV}, and with one a header Link to the next page"
)
PAGE = [
    _parameter("limit", _LIMIT, type="integer", minimum=1, maximum=MOST_ROWS, default=DEFAULT_LIMIT),
    _parameter("cursor", "`next` of the page before"),
]
PAGED = [
    *RANGE,
    *PAGE,
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
        *PAGE,
        _parameter("figures", "names of the figures that are wanted, with commas; none for rows alone; all if absent"),
    ]


def in_path(name: str, doc: str) -> dict[str, Any]:
    """A parameter that is part of the path."""
    return {"name": name, "in": "path", "required": True, "description": doc, "schema": {"type": "string"}}


_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_SPAN = {
    "type": "object",
    "required": ["from", "to"],
    "properties": {"from": _MOMENT, "to": _MOMENT},
    "description": "the range, with its zone",
}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _answer(doc: str, schema: dict[str, Any], csv: bool = False) -> dict[int | str, dict[str, Any]]:
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if csv:
        content["text/csv"] = {"schema": _TEXT}
    return {200: {"description": doc, "content": content}, **ERRORS}


def _list(item: dict[str, Any], doc: str = "") -> dict[str, Any]:
    return {"type": "array", "items": item} | ({"description": doc} if doc else {})


_FIELD = _object(
    name=_TEXT,
    type={"type": "string", "description": "time, number, string, boolean or other"},
    unit={"type": ["string", "null"], "description": "a unit of Grafana, such as s or currencyUSD"},
    labels={"type": "object", "additionalProperties": _TEXT},
    values=_list({}, "one for each row; times are ISO 8601 with their zone, money is text"),
    last={"type": "string", "description": "the last value, as the panel shows it"},
)
PANEL = _answer(
    "the frames of the panel",
    _object(
        panel=_TEXT,
        title=_TEXT,
        kind={"type": "string", "description": "the kind of Grafana's panel"},
        meaning=_TEXT,
        range={"oneOf": [_SPAN, {"type": "null"}]},
        faults=_list(_TEXT, "why frames are missing"),
        missing=_list(_TEXT, "features that are off and that it needs"),
        frames=_list(_object(query=_TEXT, fields=_list(_FIELD))),
    ),
)
PANEL_PARAMETERS = [
    in_path("name", "a name that /api/v1/dashboards lists"),
    in_path("slug", "a slug that /api/v1/dashboards lists"),
    *RANGE,
]  # variables are `var-name`, one parameter for each value; which there are depends on the dashboard
DASHBOARDS = _answer(
    "the dashboards that the token may see",
    _list(
        _object(
            name=_TEXT,
            title=_TEXT,
            question=_TEXT,
            audience={"type": "string", "enum": ["everyone", "admin"]},
            range={"type": "string", "description": "the range that it opens with"},
            panels=_list(_object(slug=_TEXT, title=_TEXT, meaning=_TEXT)),
        )
    ),
)
METRIC_NAMES = _answer("meanings by name", {"type": "object", "additionalProperties": _TEXT})
METRIC = _answer(
    "the series of this name",
    _object(
        name=_TEXT,
        meaning=_TEXT,
        range=_SPAN,
        step_s={"type": "number", "description": "seconds between two points"},
        series=_list(
            _object(
                labels={"type": "object", "additionalProperties": _TEXT},
                points=_list(_list({}), "pairs of a time and a number; NaN and infinities are text"),
            )
        ),
        shown={"type": "integer", "description": "series in this answer"},
        of={"type": "integer", "description": "series that there are"},
    ),
)


def own_responses(catalog: Catalog, own: OwnList) -> dict[int | str, dict[str, Any]]:
    """What a list of a user's own rows answers, with the meaning of each field."""
    relation = catalog.relations[own.relation]

    def column(name: str, nullable: bool) -> dict[str, Any]:
        kind = _TYPES.get(str(relation.columns[name]["type"]), "string")
        doc = catalog.prose(str(relation.columns[name].get("doc", "")))
        return {"type": [kind, "null"] if nullable else kind, "description": doc}

    parts: dict[str, Any] = {
        "range": _SPAN,
        "time_zone": {"type": "string", "description": "the zone of all days"},
        "rows": _list(_object(**{name: column(name, True) for name in own.columns}), own.doc),
        "next": {"type": ["string", "null"], "description": "the cursor of the next page; null at the end"},
    }
    if own.sums:
        parts["totals"] = _object(**{name: column(name, False) for name in own.sums})
    return _answer(own.doc, _object(**parts), csv=True)


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
        figures[name] = {"type": "object", "title": figure_title(name, panel), "description": catalog.prose(panel.doc)}
    body = {
        "type": "object",
        "required": ["at", "time_zone", "range", "figures", "rows", "next"],
        "properties": {
            "at": {"type": "string", "format": "date-time", "description": "when this was computed"},
            "time_zone": {"type": "string", "description": "the zone of all days and weeks"},
            "range": _SPAN,
            "figures": {"type": "object", "properties": figures, "description": "figures as the dashboards show them"},
            "rows": {
                "type": "array",
                "description": endpoint.rows.doc,
                "items": {"type": "object", "properties": properties},
            },
            "next": {"type": ["string", "null"], "description": "the cursor of the next page; null at the end"},
        },
    }
    return _answer(endpoint.rows.doc, body, csv=True)
