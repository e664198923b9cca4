"""Parameters of Langfuse's read API: parsed, refused as the server refuses them, and applied to rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence

from gendash.demo import langfuse_metrics as metrics
from gendash.demo import langfuse_wire as wire
from gendash.demo.langfuse_wire import Row, millis

Params = dict[str, list[str]]
END_OF_TIME = 253_402_300_799_000


class Bad(Exception):
    """A request that the server refuses with 400."""

    def __init__(self, issue: Row | str) -> None:
        if isinstance(issue, str):
            self.body: Row = {"message": issue, "error": "InvalidRequestError"}
        else:
            self.body = {"message": "Invalid request data", "error": [issue]}


def one(params: Params, name: str, default: str = "") -> str:
    """The first value of a parameter."""
    return params[name][0] if name in params else default


def integer(params: Params, name: str, default: int, least: int, most: int) -> int:
    """A whole number within its bounds."""
    text = one(params, name, str(default))
    try:
        number = int(text)
    except ValueError:
        message = "Invalid input: expected number, received NaN"
        raise Bad({"expected": "number", "code": "invalid_type", "path": [name], "message": message}) from None
    if number > most:
        raise Bad(metrics.too_big(most, [name]))
    if number < least:
        issue = {"origin": "number", "code": "too_small", "minimum": least - 1, "inclusive": False, "path": [name]}
        raise Bad(issue | {"message": f"Too small: expected number to be >{least - 1}"})
    return number


def window(params: Params, low: str, high: str) -> tuple[int, int]:
    """Milliseconds of two time parameters."""
    bounds = []
    for name, default in ((low, 0), (high, END_OF_TIME)):
        try:
            bounds.append(millis(params[name][0]) if name in params else default)
        except ValueError:
            raise Bad(metrics.bad_time([name])) from None
    return bounds[0], bounds[1]


def cursor(params: Params, names: tuple[str, ...]) -> tuple[str, ...]:
    """The named values of the cursor."""
    text = params["cursor"][0]
    try:
        place = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
        return tuple(place[name] for name in names)
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise Bad("Invalid cursor format") from None


def take(rows: Iterator[Row], limit: int, keep: float | None) -> tuple[list[Row], bool]:
    """The rows of a page and whether more follow; ``keep`` shortens the page, down to nothing."""
    taken: list[Row] = []
    for row in rows:
        if len(taken) == limit:
            break
        taken.append(row)
    else:
        if keep is None or not taken:
            return taken, False
    kept = taken if keep is None else taken[: int(len(taken) * keep)]
    return kept, limit > 0


def observation_filter(params: Params) -> Callable[[Row], bool]:
    """True if an observation meets the parameters and the JSON filter."""
    same = ("type", "name", "userId", "sessionId", "level", "traceId", "version", "parentObservationId", "environment")
    plain = [(key, params[key]) for key in same if key in params]
    if "isRootObservation" in params:
        plain.append(("isRootObservation", [params["isRootObservation"][0] == "true"]))  # type: ignore[list-item]
    try:
        rules = json.loads(one(params, "filter", "[]"))
    except ValueError:
        raise Bad("Invalid JSON in filter parameter") from None
    for rule in rules:
        if rule["column"] not in _FILTERABLE:
            raise Bad(f"Column {rule['column']} does not match a UI / CH table mapping.")
    return lambda row: all(row.get(key) in wanted for key, wanted in plain) and all(_holds(row, rule) for rule in rules)


_FILTERABLE = {"startTime", "endTime", "providedModelName", "traceTags", *wire.GROUPS["basic"], *wire.GROUPS["core"]}
_FILTERABLE |= {"tags", "traceName", "release", "promptName", "promptVersion"}


def _holds(row: Row, rule: Row) -> bool:
    column, kind, operator, value = rule["column"], rule["type"], rule["operator"], rule["value"]
    if kind == "null":
        return bool((row.get(column) is None) == (operator == "is null"))
    if kind == "datetime":
        at = row.get(column)
        return metrics.compare(millis(at) if at else None, operator, millis(value))
    found = metrics.dimension(row, column)
    if kind in ("stringOptions", "arrayOptions"):
        hit = bool(set(found) & set(value)) if isinstance(found, list) else found in value
        return bool(hit == (operator == "any of"))
    return metrics.compare(found, operator, value)


def score_filter(params: Params) -> Callable[[Row], bool]:
    """True if a score meets the parameters."""
    plain = ("id", "name", "source", "dataType", "environment", "configId", "queueId", "authorUserId")
    chosen = {key: set(",".join(params[key]).split(",")) for key in plain if key in params}
    about = {key: params[key] for key in ("traceId", "sessionId", "observationId") if key in params}

    def wanted(row: Row) -> bool:
        ids = wire.subject_ids(row)
        return all(row.get(key) in values for key, values in chosen.items()) and all(
            ids[key] in values for key, values in about.items()
        )

    return wanted


def numbered(rows: Sequence[Row], params: Params, shape: Callable[[Row], Row] = lambda row: row) -> Row:
    """A page of the older lists, which count pages."""
    page = integer(params, "page", 1, 1, 2**31)
    limit = integer(params, "limit", 50, 1, 100)
    meta = {"page": page, "limit": limit, "totalItems": len(rows), "totalPages": -(-len(rows) // limit)}
    return {"data": [shape(row) for row in rows[(page - 1) * limit : page * limit]], "meta": meta}
