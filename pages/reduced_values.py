"""The values of tiles, gauges, pies and bar gauges: fields reduced to one value each, or each row by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from gendash.engine.read.display import Display, display
from gendash.engine.read.fields import display_name, js_regex
from gendash.engine.read.frames import Field, Frame
from gendash.engine.read.panels import PanelRead
from gendash.engine.read.reduce import reduce_values


@dataclass(frozen=True)
class Value:
    """A name, how its value is shown, and the field, frame and, of single values, row that it comes from."""

    name: str
    shown: Display
    field: Field
    frame: Frame
    row: int | None = None


def values_of(read: PanelRead, zone: str, now: datetime) -> list[Value]:
    """What the panel's `reduceOptions` choose, in order: of the fields that they name, else of all numbers."""
    options = read.rendered.get("options", {}).get("reduceOptions", {})
    calc = (options.get("calcs") or ["lastNotNull"])[0]
    most = int(options.get("limit") or 25) if options.get("values") else None
    found: list[Value] = []
    for frame, one in _fields(read, str(options.get("fields", ""))):
        if not options.get("values"):
            shown = display(one, reduce_values(one.values, calc), zone, now, len(found))
            found.append(Value(display_name(one, read.frames), shown, one, frame))
            continue
        texts = next((each for each in frame.fields if each.kind == "string"), None)
        several = sum(each.kind == "number" for each in frame.fields) > 1
        for row, number in enumerate(one.values):
            name = str(texts.values[row]) if texts else display_name(one, read.frames)
            name = f"{name} {display_name(one, read.frames)}" if texts and several else name
            cell = replace(one, values=[number])
            found.append(Value(name, display(cell, number, zone, now, len(found)), cell, frame, row))
    return found[:most]


def _fields(read: PanelRead, pattern: str) -> Iterator[tuple[Frame, Field]]:
    """The fields that a pattern names; without one every number."""
    for frame in read.frames:
        for one in frame.fields:
            named = js_regex(pattern)[0].search(display_name(one, read.frames)) if pattern else None
            if one.kind != "time" and (named or (not pattern and one.kind == "number")):
                yield frame, one
