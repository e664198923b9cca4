"""Texts in quotes that PostgreSQL cannot read as a type, and zeros that it would divide by. Only what is certain.

PostgreSQL reads days and intervals in many spellings, so of those only what no spelling allows is a fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gendash.engine.languages import sql_types as types

MADE_UP = "made_up"  # in a sampled text the value of a variable: a literal that holds it can be any text

_INTEGER = re.compile(r"[+-]?(\d[\d_]*|0x[\da-f_]+|0o[0-7_]+|0b[01_]+)")
_NUMBER = re.compile(r"[+-]?((\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?|inf(inity)?|nan|0[xob][\da-f_]+)")
_BOOLEAN = re.compile(r"t|tr|true?|f|fa|fal|false?|y|yes?|no?|on|off?|1|0")
_UUID = re.compile(r"\{?([\da-f]{4}-?){7}[\da-f]{4}\}?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_SPECIAL = re.compile(r"now|today|tomorrow|yesterday|epoch|[+-]?infinity")
_UNIT = (
    r"us|usecs?|microsecon(ds?)?|ms|msecs?|milliseconds?|mseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?"
    r"|w|weeks?|mons?|months?|y|yrs?|years?|decs?|decades?|c|cent|century|centuries|mil|mils|millennia|millennium|ago"
)
_UNITS = re.compile(_UNIT)
_SPAN = re.compile(r"\b(days|weeks?|months?|years?|hours?|minutes?|seconds|ago)\b|\d\s*(day|second)\b")
_FEW_DIGITS = re.compile(r"\d{1,4}")
_WORD = re.compile(r"[a-z]+")
# what date_trunc, extract and date_part take
FIELDS = frozenset(
    """microseconds milliseconds second minute hour day week month quarter year decade century millennium
    epoch dow doy isodow isoyear julian timezone timezone_hour timezone_minute""".split()  # noqa: SIM905
)
_FIELDS = {one.removesuffix("s") for one in FIELDS} | {"u", "m", "sec", "min", "h", "hr", "d", "w", "mon", "y", "yr"}


def text_of(node: Any) -> str | None:
    """The text of a literal in quotes that has no type of its own; None for any other node."""
    if node.WhichOneof("node") != "a_const" or node.a_const.WhichOneof("val") != "sval":
        return None
    text: str = node.a_const.sval.sval
    return None if MADE_UP in text else text


def is_unreadable(text: str, kind: str) -> bool:
    """True if PostgreSQL certainly cannot read the text as a value of the type."""
    plain = text.strip().lower()
    if kind.endswith("[]"):
        return not plain.startswith(("{", "["))
    judge = _JUDGES.get(kind)
    return judge is not None and not judge(plain, text)


def _is_time(plain: str, _text: str) -> bool:
    if _SPECIAL.fullmatch(plain):
        return True
    if not any(sign.isdigit() for sign in plain) or _SPAN.search(plain) or _FEW_DIGITS.fullmatch(plain):
        return False
    if day := _ISO_DAY.match(plain):
        try:
            date(*map(int, day.groups()))
        except ValueError:
            return int(day[1]) == 0  # a year of which Python knows nothing
    return True


def _is_interval(plain: str, _text: str) -> bool:
    if plain.startswith("p") or plain in ("infinity", "+infinity", "-infinity"):
        return True
    words = _WORD.findall(plain)
    return any(sign.isdigit() for sign in plain) and all(_UNITS.fullmatch(word) for word in words)


def _is_json(_plain: str, text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _matches(pattern: re.Pattern[str]) -> Callable[[str, str], bool]:
    return lambda plain, _text: pattern.fullmatch(plain) is not None


_JUDGES: Mapping[str, Callable[[str, str], bool]] = {
    **dict.fromkeys(types.NUMBERS, _matches(_NUMBER)),
    **dict.fromkeys(("smallint", "integer", "bigint"), _matches(_INTEGER)),
    **dict.fromkeys(types.TIMES, _is_time),
    **dict.fromkeys(("json", "jsonb"), _is_json),
    "boolean": _matches(_BOOLEAN),
    "interval": _is_interval,
    "uuid": _matches(_UUID),
}


def is_field(text: str) -> bool:
    """True if date_trunc and extract may know the name of a part of a time."""
    return text.strip().lower().removesuffix("s") in _FIELDS


def is_zero(node: Any) -> bool:
    """True if the expression is a literal 0, whatever its sign and its type."""
    which = node.WhichOneof("node")
    if which == "type_cast":
        return is_zero(node.type_cast.arg)
    if which == "a_expr" and not node.a_expr.HasField("lexpr"):
        return is_zero(node.a_expr.rexpr)
    if which != "a_const" or node.a_const.isnull:
        return False
    value = node.a_const.WhichOneof("val")
    if value == "ival":
        return bool(node.a_const.ival.ival == 0)
    text = node.a_const.fval.fval if value == "fval" else text_of(node) or ""
    return re.fullmatch(r"\s*[+-]?0*\.?0+(e[+-]?\d+)?\s*", text.lower()) is not None
