"""Types of values that are written in YAML: of settings, and of the keys of headers, rules and metrics. Pure.

Each type is declared once: what a message calls it, which values fit, and its JSON Schema for editors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from gendash.engine.config import http_headers

TypeName = Literal[
    "bool", "int", "float", "money", "share", "amount", "list", "words", "names", "zone", "url", "server", "route",
    "header", "headers", "token", "proxy", "str", "text", "name", "column", "identifier", "table", "name?", "uid",
    "uid?", "int?", "url?", "document?", "role",
    "metric", "label", "duration", "durations", "sql type", "one or two", "lists", "maps", "numbers", "texts by name",
    "maps of texts", "map", "word lists", "days by relation", "true or row", "columns",
    "server retention",
]  # fmt: skip
_NO_PLACES = ("posix/", "right/", "posixrules", "localtime")  # beside the zones in the same folder
NONE = "none"  # the address of a server that does not exist
_NUMBER: Mapping[str, Any] = {"type": "number", "exclusiveMinimum": 0}
UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(0*[1-9][0-9]*)(ms|s|m|h|d|w)")
_LONGEST_S = 100 * 366 * 86400
_NAME = re.compile(r"[A-Za-z_][\w$-]{0,62}")
_SQL_TYPE = re.compile(
    r"(bigint|bigserial|bool|boolean|bytea|char|cidr|date|decimal|double precision|float4|float8|inet|int|int2|int4"
    r"|int8|integer|interval|json|jsonb|numeric|oid|pg_lsn|pg_snapshot|real|smallint|text|time|timestamp"
    r"|timestamp with time zone|timestamp without time zone|timestamptz|tstzmultirange|uuid"
    r"|varchar|xid8)(\(\d+(, ?\d+)?\))?(\[\])*"
)


@lru_cache(1000)
def seconds(duration: str) -> float:
    """Seconds of a duration such as ``15s``, ``5m`` or ``30d``, above 0 and at most a century.

    Raises ValueError for anything else.
    """
    match = _DURATION.fullmatch(duration)
    if not match or len(match[1]) > 15 or int(match[1]) * UNITS_S[match[2]] > _LONGEST_S:
        raise ValueError(duration)
    return int(match[1]) * UNITS_S[match[2]]


class Type(NamedTuple):
    """One type: what a value should be, as a message says it, which values fit, and its JSON Schema."""

    says: str
    fits: Callable[[Any], bool]
    schema: Mapping[str, Any]


def _matching(pattern: str | re.Pattern[str], says: str) -> Type:
    """Texts that match a pattern as a whole."""
    compiled = re.compile(pattern)
    schema = {"type": "string", "pattern": f"^(?:{compiled.pattern})$"}
    return Type(says, lambda value: isinstance(value, str) and bool(compiled.fullmatch(value)), schema)


def _list(says: str, fits: Callable[[Any], bool], items: Mapping[str, Any]) -> Type:
    schema = {"type": "array", "items": items}
    return Type(says, lambda value: isinstance(value, list) and all(map(fits, value)), schema)


def _map(says: str, fits: Callable[[Any], bool]) -> Type:
    """Maps from names to values of one kind."""

    def right(value: Any) -> bool:
        return isinstance(value, dict) and all(isinstance(key, str) and fits(of) for key, of in value.items())

    return Type(says, right, {"type": "object"})


def _is_zone(name: str) -> bool:
    """True for the name of a time zone; the list of all names would take ten times as long."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no name of a file, a folder or a file of another kind, no such file
        return False
    return not name.startswith(_NO_PLACES)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_above_0(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_duration(value: Any) -> bool:
    try:
        return isinstance(value, str) and seconds(value) > 0
    except ValueError:
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_some_text(value: Any) -> bool:
    """True for a text that is not empty; `refusals` says what a URL has to be."""
    return isinstance(value, str) and bool(value)


def _is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _is_rising(value: Any) -> bool:
    numbers = isinstance(value, list) and bool(value) and all(map(_is_number, value))
    return numbers and all(low < high for low, high in pairwise(value))


def _is_days(value: Any) -> bool:
    """Days before and after: two whole numbers from 0, the first of which may be all."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    whole = [isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in value]
    return whole[1] and (whole[0] or value[0] == "all")


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) and isinstance(of, str) for key, of in value.items())


def _is_vocabulary(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(of, list) and all(map(_is_word, of)) for key, of in value.items()
    )


_TEXT: Mapping[str, Any] = {"type": "string"}
TYPES: Mapping[TypeName, Type] = {
    "bool": Type("true or false", lambda value: isinstance(value, bool), {"type": "boolean"}),
    "int": Type(
        "a whole number above 0",
        lambda value: isinstance(value, int) and _is_above_0(value),
        {"type": "integer", "minimum": 1},
    ),
    "int?": Type(
        "a whole number from 0",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        {"type": "integer", "minimum": 0},
    ),
    "float": Type("a number above 0", _is_above_0, _NUMBER),
    "money": Type("an amount in USD above 0", _is_above_0, _NUMBER),
    "share": Type(
        "a share between 0 and 1", lambda value: _is_above_0(value) and value < 1, {**_NUMBER, "exclusiveMaximum": 1}
    ),
    "amount": Type("a number from 0", lambda value: _is_number(value) and value >= 0, {"type": "number", "minimum": 0}),
    "list": _list("a list of texts", _is_text, _TEXT),
    "words": _list("a list of words or numbers", _is_word, {"type": ["string", "number", "boolean"]}),
    "names": _list(
        "a list of names (letters, digits, _)",
        lambda value: isinstance(value, str) and bool(_NAME.fullmatch(value)),
        {**_TEXT, "pattern": f"^(?:{_NAME.pattern})$"},
    ),
    "zone": Type(
        "an IANA time zone such as Europe/Berlin",
        lambda value: isinstance(value, str) and _is_zone(value),
        {"type": "string", "minLength": 1},
    ),
    "url": Type("a URL", _is_some_text, {**_TEXT, "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:"}),
    "url?": _matching(r"https?://[^\s@?#]+|", "a URL without user, password and query, or nothing"),
    "document?": _matching(r"https?://[^\s@?#]+(\?[^\s@#]*)?|", "a URL without user and password, or nothing"),
    "route": _matching(r"\S(?:.*\S)?", f"a route of the API, or {NONE}"),
    "server": Type(
        f"a URL with scheme and host, or {NONE}",
        _is_some_text,
        {**_TEXT, "pattern": f"^(?:{NONE}$|[A-Za-z][A-Za-z0-9+.-]*:)"},
    ),
    "header": _matching(http_headers.VALUE, "the value of a header (printable ASCII letters)"),
    "headers": _matching(http_headers.LINES, "`Name: value` in printable ASCII letters, one a line"),
    "token": _matching(r"[\x21-\x7e]*", "a token or key: printable ASCII letters without blanks or line ends"),
    "proxy": _matching(r"none|http://[^\s@/?#]+/?|", "none, or http://host:port without user and password"),
    "str": Type("a text", _is_text, _TEXT),
    "text": Type("a text", lambda value: isinstance(value, str) and bool(value.strip()), {**_TEXT, "minLength": 1}),
    "name": _matching(_NAME, "a name (letters, digits, _)"),
    "column": _matching(r"[^\x00=][^\x00]{0,62}|=[^\x00]+", "a name of at most 63 characters, or = SQL"),
    "table": _matching(r"([^\x00.]{1,63}[.])?[^\x00]{1,63}", "a table or schema.table, of at most 63 characters each"),
    "identifier": _matching(r"[^\x00]{1,63}", "a name of at most 63 characters"),
    "role": _matching(rf"(?:{_NAME.pattern})?", "a name (letters, digits, _), or nothing"),
    "name?": _matching(r"[a-z0-9-]{0,12}", "at most 12 lower-case letters, digits or -"),
    "uid": _matching(r"[A-Za-z0-9_-]{1,40}", "a uid (1 to 40 letters, digits, - or _)"),
    "uid?": _matching(r"[A-Za-z0-9_-]{0,40}", "a uid, or nothing"),
    "metric": _matching(r"[^\W\d][\w:./-]*|:[\w:./-]*", "a metric name (letters, digits, and _ : . / -)"),
    "label": _matching(
        r"[a-zA-Z_][a-zA-Z0-9_]*",
        "a label name of letters, digits and _; where the platform has others, let Prometheus 3 write them so at the "
        "scrape: metric_name_escaping_scheme: underscores",
    ),
    "duration": Type(
        "a duration such as 15s, 5m or 30d", _is_duration, {**_TEXT, "pattern": f"^(?:{_DURATION.pattern})$"}
    ),
    "server retention": Type(
        "auto, none, or a duration such as 30d",
        lambda value: value in ("auto", NONE) or _is_duration(value),
        {**_TEXT, "pattern": f"^(?:auto|{NONE}|{_DURATION.pattern})$"},
    ),
    "sql type": _matching(_SQL_TYPE, "a type of PostgreSQL such as bigint, text or timestamptz"),
    "one or two": Type(
        "one word, or a list of two",
        lambda value: isinstance(value, str) or (_is_text_list(value) and len(value) == 2),
        {},
    ),
    "lists": _list("a list of lists of columns", lambda value: _is_text_list(value) and bool(value), {}),
    "maps": _list("a list of maps", lambda value: isinstance(value, dict), {"type": "object"}),
    "durations": _matching(r"(\d+(ms|[smhdwy]))+", "a duration such as 5m or 1h30m"),
    "numbers": Type("a list of numbers, each above the one before", _is_rising, {"type": "array", "items": _NUMBER}),
    "texts by name": _map("a map of names to texts", _is_text),
    "maps of texts": _map("a map of maps of texts", _is_text_map),
    "map": Type("a map", lambda value: isinstance(value, dict), {"type": "object"}),
    "word lists": _map("a map of vocabularies, each a map of words to lists of words", _is_vocabulary),
    "days by relation": _map("a map of relations to [days before or all, days after]", _is_days),
    "true or row": Type("true or row", lambda value: value is True or value == "row", {}),
    "columns": _map("a map of columns", lambda value: isinstance(value, str | dict)),
}
