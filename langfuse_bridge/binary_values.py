"""Values of jsonb and text[] as PostgreSQL's binary format has them, JSON in the form that PostgreSQL itself writes.

So a row that is read back has the same bytes, and comparing it needs no look at its columns.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
from psycopg import postgres

_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
_FORMAT = msgspec.json.format
_EMPTY = "\x01{}"
_TEXT = postgres.types["text"].oid


def json_value(value: Any) -> str:
    """Any value as jsonb: a version, then the text."""
    return f"\x01{_FORMAT(_ENCODE(_ordered(value)), indent=0).decode()}" if value != {} else _EMPTY


def numbers_value(numbers: Mapping[str, int | Decimal]) -> str:
    """Numbers by name as jsonb: what `json_value` gives, for a shape that is in every row, in less time."""
    if not numbers:
        return _EMPTY
    template, ordered = _template(tuple(numbers))
    text = template % ordered(numbers)
    if "E" in text:  # of a number, or of a name
        text = template % tuple(
            format(number, "f" if isinstance(number, Decimal) else "") for number in ordered(numbers)
        )
    return text


def texts_value(values: tuple[str, ...]) -> bytes:
    """Texts as text[]. The same few come again and again, so they are kept."""
    return _texts(values)


@lru_cache(1000)
def _texts(values: tuple[str, ...]) -> bytes:
    found = [value.encode() for value in values]
    # dimensions, whether there are nulls, type of the elements; then length and lower bound of the one dimension
    head = struct.pack("!iiI", bool(found), 0, _TEXT)
    shape = struct.pack("!ii", len(found), 1) if found else b""
    return b"".join([head, shape, *(part for value in found for part in (struct.pack("!i", len(value)), value))])


def _place(name: str) -> tuple[int, bytes]:
    """Where jsonb has a name among the others of an object."""
    raw = name.encode()
    return len(raw), raw


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=_place)}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


@lru_cache(1000)
def _template(names: tuple[str, ...]) -> tuple[str, Callable[[Any], tuple[Any, ...]]]:
    """The text of an object with these names, with %s for each number, and a function that gives these in order."""
    ordered = sorted(names, key=_place)
    parts = (f"{_ENCODE(name).decode().replace('%', '%%')}: %s" for name in ordered)
    if len(ordered) > 1:
        return f"\x01{{{', '.join(parts)}}}", itemgetter(*ordered)
    (only,) = ordered
    return f"\x01{{{next(parts)}}}", lambda numbers: (numbers[only],)
