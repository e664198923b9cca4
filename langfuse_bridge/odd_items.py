"""Pages of which single items do not fit: an odd field is left empty, an item that cannot be a row is set aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import msgspec

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_types import Meta, Moment
from gendash.langfuse_bridge.names import key_text


class Rejected(NamedTuple):
    """An item that is no row: what names it, as far as that is readable, and why. No value of it is in the reason.

    ``foreign`` says that a field is missing or of another kind, as in a version of the server that is not known.
    """

    id: str
    trace_id: str
    start_time: datetime | None
    reason: str
    foreign: bool = False


class Listed(NamedTuple):
    """A page: items in the server's order, those set aside, and how many items were sent."""

    data: list[Any]
    rejected: list[Rejected]
    sent: int
    meta: Meta = Meta()


class _Loose(msgspec.Struct):
    data: list[msgspec.Raw]
    meta: Meta = msgspec.field(default_factory=Meta)


_LOOSE = api_types.decoder(_Loose)
_ANY, _MOMENT = api_types.decoder(dict[str, Any]), api_types.decoder(Moment)
_Count = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
_ENTRIES = {"usageDetails": api_types.decoder(_Count), "costDetails": api_types.decoder(Decimal)}
"""Fields that are maps: an odd entry is left out, the others stay."""
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
_FIELD = re.compile(r"`\$\.(\w+)")
_MISSING = re.compile(r"missing required field `(\w+)`")
_WHOLE_PAGE = 10
"""So many items of a page that all lack a field, or have one of another kind, are no odd items: the server is of
another version. Items whose values are empty or out of range are odd ones, however many there are."""


def page_decoder(kind: type) -> Callable[[bytes], Listed]:
    """A function from JSON to a page of ``kind``. Raises what `api_types.decoder` does where no item is readable."""
    page = msgspec.defstruct("_Page", [("data", list[kind]), ("meta", Meta, msgspec.field(default_factory=Meta))])  # type: ignore[valid-type]
    strict, one = api_types.decoder(page), api_types.decoder(kind)

    def decode(body: bytes) -> Listed:
        try:
            found = strict(body)
            return Listed(found.data, [], len(found.data), found.meta)
        except msgspec.ValidationError as error:
            loose = _LOOSE(body)
            items: list[Any] = []
            rejected: list[Rejected] = []
            for raw in loose.data:
                item = _fitted(bytes(raw), one)
                (rejected if isinstance(item, Rejected) else items).append(item)
            if not items and len(rejected) >= _WHOLE_PAGE and all(item.foreign for item in rejected):
                raise error
            return Listed(items, rejected, len(loose.data), loose.meta)

    return decode


def item_decoder(kind: type) -> Callable[[bytes], Any]:
    """A function from JSON to one item of ``kind``, with odd fields left empty, or to Rejected.

    Raises ValueError for what is no JSON.
    """
    one, whole = api_types.decoder(kind), api_types.decoder(msgspec.Raw)

    def decode(body: bytes) -> Any:
        whole(body)
        return _fitted(body, one)

    return decode


def _fitted(raw: bytes, one: Callable[[bytes], Any]) -> Any:
    """The item, with fields that do not fit left empty; Rejected where one of them cannot be empty."""
    try:
        return one(raw)
    except ValueError as error:
        reason = error
    try:
        fields = _ANY(raw)
    except (ValueError, RecursionError):
        return Rejected("", "", None, "it is no object that can be read", True)
    lost: set[str] = set()
    for _ in range(len(fields)):
        named = _FIELD.search(str(reason))
        if not named or named[1] not in fields:
            break
        name = named[1]
        if fields[name] is None:
            return _rejected(fields, f"{name} is empty or cannot be read", name in lost)
        if isinstance(fields[name], dict | list):
            lost.add(name)
        fields[name] = _readable(name, fields[name])
        try:
            return one(_ENCODE(fields))
        except ValueError as error:
            reason = error
    missing = _MISSING.search(str(reason))
    return _rejected(fields, f"{missing[1]} is missing" if missing else "a field does not fit", True)


def _readable(name: str, value: Any) -> Any:
    """The readable part of a field: the readable entries of a map, else nothing."""
    if name not in _ENTRIES or not isinstance(value, dict):
        return None
    return {key: entry for key, entry in value.items() if entry is not None and _fits(name, entry)}


def _fits(name: str, entry: Any) -> bool:
    try:
        _ENTRIES[name](_ENCODE(entry))
    except ValueError:
        return False
    return True


def _rejected(fields: dict[str, Any], reason: str, foreign: bool = False) -> Rejected:
    about = fields.get("subject")  # of a score: what it is about
    subject = about if isinstance(about, dict) else {}
    trace_id = fields.get("traceId") or subject.get("traceId") or (subject.get("kind") == "trace" and subject.get("id"))
    return Rejected(_text(fields.get("id")), _text(trace_id), _time(fields), reason, foreign)


def _text(value: Any) -> str:
    return key_text(value) if isinstance(value, str) else ""


def _time(fields: dict[str, Any]) -> datetime | None:
    try:
        found: datetime = _MOMENT(_ENCODE(fields.get("startTime") or fields.get("timestamp")))
    except ValueError:
        return None
    return found
