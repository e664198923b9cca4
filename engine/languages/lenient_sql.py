"""SQL that reads a value of whatever type as a time, number, truth value or JSON, and gives NULL where it is none.

A cast of a value that does not fit ends the whole query, and `pg_input_is_valid` exists from PostgreSQL 16 only. So a
value is looked at before it is cast: a number by its range, a text by its form. A column of the right type is read as
it is. Types are written as in ``format_type``; an empty one is not known, and is read through its text.
"""

from __future__ import annotations

from collections.abc import Iterator

TIMES = ("timestamp", "date")
NUMBERS = ("smallint", "integer", "bigint", "numeric", "double precision", "real")
_INTEGERS = ("smallint", "integer", "bigint")
_TEXTS = ("text", "character", "citext", "name")
INPUT_IS_VALID = 16  # the first version with pg_input_is_valid
# 2000-01-01 and 2200-01-01 in seconds: in four units the numbers of these years do not overlap
EPOCHS = (946684800, 7258118400)
UNITS = {1: "seconds", 1000: "milliseconds", 1000000: "microseconds", 1000000000: "nanoseconds"}

_YEAR = "(20|21)[0-9]{2}"
_LEAP = "(20|21)([02468][048]|[13579][26])"  # 2100 is none
_DAY = (
    f"({_YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|(?!2100){_LEAP}-02-29)"
)
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)([.][0-9]{1,12})?)?"
_OFFSET = " ?(Z|z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9]|:[0-5][0-9]:[0-5][0-9])?)"
_TIME_FORM = f"^{_DAY}([T ]{_CLOCK}({_OFFSET})?)?$"
_EPOCH_FORM = "^[0-9]{9,19}([.][0-9]{1,9})?$"


def same_types(one: str, other: str) -> bool:
    """True if columns of two types can be compared as they are; types that are not known count as the same."""
    return not one or not other or _family(one) == _family(other)


def _family(kind: str) -> str:
    if kind.startswith(NUMBERS):
        return "number"
    return "text" if kind.startswith(_TEXTS) else kind


def time_or_null(value: str, kind: str) -> str:
    """A timestamptz: a time as it is, a number since 1970 in the unit that its size says, a text in the form of ISO."""
    if kind.startswith("timestamp") and "without" not in kind:
        return f"{value}::timestamptz"
    if kind.startswith(TIMES):  # a date may be later than any timestamptz, and the last ones are so in some time zones
        return f"case when {value} between '0001-01-01' and '9999-12-31' then {value}::timestamptz end"
    if kind.startswith(NUMBERS):
        return _of_epoch(value)
    text = f"btrim({value}::text)"
    return (
        f"case when {text} ~ '{_TIME_FORM}' then {text}::timestamptz "
        f"when {text} ~ '{_EPOCH_FORM}' then {_of_epoch(f'{text}::numeric')} end"
    )


def _of_epoch(number: str) -> str:
    cases = (
        f"when {number} >= {first} and {number} < {end} then to_timestamp(({number} / {unit}.0)::float8)"
        for unit, first, end in _ranges()
    )
    return f"case {' '.join(cases)} end"


def _ranges() -> Iterator[tuple[int, int, int]]:
    first, end = EPOCHS
    yield from ((unit, first * unit, end * unit) for unit in UNITS)


def epoch_between(value: str, first: str, end: str | None) -> str:
    """A condition on a column of numbers that an index can answer: its time is in a span of two timestamptz."""

    def of(time: str, unit: int) -> str:
        return f"(extract(epoch from {time}) * {unit})::bigint"

    spans = [
        f"({value} >= {of(first, unit)} and {value} < {of(end, unit) if end else last})"
        for unit, _, last in _ranges()
    ]  # fmt: skip
    return f"({' or '.join(spans)})"


def number_or_null(value: str, kind: str, digits: int, into: str) -> str:
    """A number of at most so many digits before the point, rounded to the type ``into``: a half away from zero."""
    if kind.startswith(NUMBERS):
        most = 10**digits - 1
        # a cast of a float takes the even of two whole numbers, one of a numeric the larger
        exact = f"{value}::numeric" if kind.startswith(("double", "real")) else value
        return f"case when {value} between -{most} and {most} then {exact}::{into} end"
    text = f"btrim({value}::text)"
    return f"case when {text} ~ '^[+-]?[0-9]{{1,{digits}}}([.][0-9]*)?$' then {text}::numeric::{into} end"


_NEXT_BYTE = r"[\x80-\xbf]"
_UTF8 = "|".join(
    (
        r"[\x01-\x7f]",
        rf"[\xc2-\xdf]{_NEXT_BYTE}",
        rf"\xe0[\xa0-\xbf]{_NEXT_BYTE}",
        rf"[\xe1-\xec\xee\xef]{_NEXT_BYTE}{{2}}",
        rf"\xed[\x80-\x9f]{_NEXT_BYTE}",
        rf"\xf0[\x90-\xbf]{_NEXT_BYTE}{{2}}",
        rf"[\xf1-\xf3]{_NEXT_BYTE}{{3}}",
        rf"\xf4[\x80-\x8f]{_NEXT_BYTE}{{2}}",
    )
)


def is_not_utf8(value: str) -> str:
    """A condition on a text of a database whose letters are bytes (SQL_ASCII)."""
    return f"{value}::text !~ '^({_UTF8})*$'"


_YES, _NO = "('true', 't', 'yes', 'y', 'on', '1')", "('false', 'f', 'no', 'n', 'off', '0')"


def truth_or_null(value: str, kind: str) -> str:
    """A boolean: of numbers 0 is false and any other true, of texts the words that PostgreSQL knows."""
    if kind == "boolean":
        return value
    if kind.startswith(NUMBERS):
        return f"({value} <> 0)"
    text = f"lower(btrim({value}::text))"
    return f"case when {text} in {_YES} then true when {text} in {_NO} then false end"


def json_or_null(value: str, kind: str, version: int) -> str:
    """A jsonb; ``version`` is the server's. A type that can be cast to it (hstore) is cast."""
    if kind == "jsonb":
        return value
    if kind and kind != "json" and not kind.startswith(_TEXTS):
        return f"{value}::jsonb"
    text = f"{value}::text"
    fits = f"pg_input_is_valid({text}, 'jsonb')" if version >= INPUT_IS_VALID else _is_json(text)
    return f"case when {fits} then {text}::jsonb end"


# A JSON text is reduced from within: each string to "", other scalars to 0, then each array or object of those to 0.
# What is left of a valid one is a single scalar. Deeper ones than _DEPTH are left out, as is what jsonb refuses (the
# zero character, halves of a pair, exponents of more than three digits).
_DEPTH = 12
_HEX = "[0-9a-fA-F]"
_STRING = (
    r'"(?:[^"\\\x01-\x1f]|\\["\\/bfnrt]|\\u(?!0000)(?![dD][89a-fA-F])'
    rf"{_HEX}{{4}}|\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}})*"
    r'"'
)
_SCALAR = "-?(?:0|[1-9][0-9]{0,99})(?:[.][0-9]{1,99})?(?:[eE][+-]?[0-9]{1,3})?|true|false|null"
_BLANK, _ONE = r"[ \t\n\r]*", '(?:""|0)'
_PAIR = rf'""{_BLANK}:{_BLANK}{_ONE}'
_NEXT = rf"{_BLANK},{_BLANK}"
_LIST = rf"\[{_BLANK}(?:{_ONE}(?:{_NEXT}{_ONE})*)?{_BLANK}\]"
_OBJECT = rf"\{{{_BLANK}(?:{_PAIR}(?:{_NEXT}{_PAIR})*)?{_BLANK}\}}"


def _is_json(text: str) -> str:
    reduced = f"""regexp_replace({text}, '{_STRING}', '""', 'g')"""
    reduced = f"regexp_replace({reduced}, '{_SCALAR}', '0', 'g')"
    for _ in range(_DEPTH):
        reduced = f"regexp_replace({reduced}, '{_LIST}|{_OBJECT}', '0', 'g')"
    return f"{reduced} ~ '^{_BLANK}{_ONE}{_BLANK}$'"
