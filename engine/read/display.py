"""One value as a panel shows it: mappings, unit, thresholds and colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from gendash.engine.read.fields import js_regex
from gendash.engine.read.frames import Field
from gendash.engine.read.moments import moment_text
from gendash.engine.read.numbers import js_text
from gendash.engine.read.units import Shown, format_value, is_date

NO_COLOR = "gray"
SHADES = 11  # of one colour: itself, and in turn five brighter and five darker ones
_NUMBER = (int, float)
CLASSIC = (  # Grafana's palette for series without a colour of their own
    "green", "semi-dark-yellow", "light-blue", "semi-dark-orange", "red", "blue", "purple", "#705DA0",
    "dark-green", "yellow", "semi-dark-blue", "orange", "dark-red", "dark-blue", "super-light-purple",
)  # fmt: skip


class Display(Struct, frozen=True):
    """A value's text with its parts, its number (None where it is none), its colour and its place on the scale, 0 to 1.

    The colour is one of Grafana's names, a CSS colour, ``scheme:share`` of a continuous scheme, or ``color~n``, the
    n-th shade of one.
    """

    text: str
    prefix: str = ""
    suffix: str = ""
    number: float | None = None
    color: str = NO_COLOR
    share: float = 0.0
    mapped: bool = False

    def __str__(self) -> str:
        return f"{self.prefix}{self.text}{self.suffix}"


def display(field: Field, value: Any, zone: str = "UTC", now: datetime | None = None, index: int = 0) -> Display:
    """How a panel shows one value of a field. ``index`` is the number of the field among those of its panel."""
    mapped = mapping_of(field.config.get("mappings", ()), value)
    number = _number(value) if field.kind != "string" else None
    text = mapped.get("text") if mapped else None
    shown = Shown(text) if text is not None else _shown(field, value, number, zone, now)
    share = _share(field, number)
    own = mapped.get("color") if mapped else None
    color = own or color_of(field, -math.inf if number is None else number, share, index)
    return Display(shown.text, shown.prefix, shown.suffix, number, color, share, mapped is not None)


def _number(value: Any) -> float | None:
    return None if value is None or value != value or not isinstance(value, _NUMBER) else float(value)


def _shown(field: Field, value: Any, number: float | None, zone: str, now: datetime | None) -> Shown:
    if number is None or isinstance(value, bool):
        if field.kind == "boolean" and value is not None:
            return Shown("True" if value else "False")
        text = "" if value is None else "NaN" if value != value else str(value)
        return Shown(text or str(field.config.get("noValue", "")))
    unit = field.config.get("unit") or ("dateTimeAsSystem" if field.kind == "time" else "none")
    if field.kind == "time" and not is_date(unit):
        unit = "dateTimeAsSystem"
    return format_value(unit, number, field.config.get("decimals"), zone, now)


def mapping_of(mappings: Sequence[Mapping[str, Any]], value: Any) -> Mapping[str, Any] | None:
    """The text and colour that the first fitting value mapping gives, or None."""
    for mapping in mappings:
        given = _MAPPED[mapping["type"]](mapping["options"], value) if mapping["type"] in _MAPPED else None
        if given is not None:
            return given
    return None


def _by_value(options: Mapping[str, Any], value: Any) -> Mapping[str, Any] | None:
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else js_text(value) if isinstance(value, float) else str(value)
    found: Mapping[str, Any] | None = options.get(text)
    return found


def _by_range(options: Mapping[str, Any], value: Any) -> Mapping[str, Any] | None:
    number = _number(value)
    low, high = options.get("from"), options.get("to")
    if number is None or (low is not None and number < low) or (high is not None and number > high):
        return None
    result: Mapping[str, Any] = options["result"]
    return result


def _by_regex(options: Mapping[str, Any], value: Any) -> Mapping[str, Any] | None:
    if not isinstance(value, str):
        return None
    pattern, every = js_regex(options["pattern"])
    if not pattern.search(value):
        return None
    text = options["result"].get("text")
    if text is None:
        return dict(options["result"])
    into = text.replace("\\", "\\\\")
    for digit in "123456789":
        into = into.replace(f"${digit}", f"\\g<{digit}>")
    return {**options["result"], "text": pattern.sub(into, value, count=0 if every else 1)}


def _by_special(options: Mapping[str, Any], value: Any) -> Mapping[str, Any] | None:
    is_nan = isinstance(value, float) and math.isnan(value)
    fits = {
        "null": value is None,
        "nan": is_nan,
        "null+nan": value is None or is_nan,
        "true": value is True or value == "true",
        "false": value is False or value == "false",
        "empty": value == "",
    }
    result: Mapping[str, Any] = options["result"]
    return result if fits.get(options["match"]) else None


_MAPPED = {"value": _by_value, "range": _by_range, "regex": _by_regex, "special": _by_special}


def _share(field: Field, number: float | None) -> float:
    low, high = field.config.get("range", (0.0, 100.0))
    if number is None or high == low:
        return 0.0
    return float((number - low) / (high - low))


def threshold_of(config: Mapping[str, Any], number: float, share: float = 0.0) -> str:
    """The colour of the highest step that a number has reached."""
    thresholds = config.get("thresholds") or {}
    level = share * 100 if thresholds.get("mode") == "percentage" else number
    color = NO_COLOR
    for index, step in enumerate(thresholds.get("steps", ())):
        if index == 0 or (step["value"] is not None and level >= step["value"]):
            color = step["color"]
        else:
            break
    return str(color)


def color_of(field: Field, number: float, share: float, index: int) -> str:
    """The colour of a value by the field's colour mode."""
    color = field.config.get("color") or {"mode": "thresholds"}
    mode = color.get("mode", "thresholds")
    if mode in ("fixed", "shades"):
        base = str(color.get("fixedColor", NO_COLOR))
        return f"{base}~{index % SHADES}" if mode == "shades" and index % SHADES else base
    if mode.startswith("continuous-"):
        return f"{mode.removeprefix('continuous-')}:{min(max(share, 0.0), 1.0):.3f}"
    if mode.startswith("palette-classic"):
        return CLASSIC[index % len(CLASSIC)]
    return threshold_of(field.config, number, share)


def time_label(ms: float, span_s: float, zone: str) -> str:
    """A time for an axis of so many seconds."""
    form = "%H:%M:%S" if span_s <= 300 else "%H:%M" if span_s <= 86400 * 1.1 else "%d %b %H:%M"
    return moment_text(ms, zone, form if span_s <= 86400 * 4 else "%d %b")
