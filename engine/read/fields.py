"""Names and configuration of fields: what a panel's defaults and overrides make of the columns of its frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gendash.engine.read.frames import VALUE, Field, Frame
from gendash.engine.read.reduce import numbers_of

_TEMPLATE = re.compile(r"\$\{__(field|series)\.(name|displayName|labels)(?:\.([^}]+))?\}")


def display_name(field: Field, frames: Sequence[Frame]) -> str:
    """The name that Grafana shows for a field among all frames of its panel."""
    if name := field.config.get("displayName"):
        return _TEMPLATE.sub(lambda match: _from_field(match, field, frames), name)
    if field.named:
        return field.named
    if field.kind == "time" and not field.labels:
        return field.name
    parts = [field.name] if field.name and field.name != VALUE else []
    if field.labels:
        names = {key for frame in frames for one in frame.fields for key in one.labels}
        only = next(iter(names)) if len(names) == 1 else ""
        text = field.labels.get(only, "") if only else _labels(field.labels)
        parts += [text] if text else []
    return " ".join(parts) or field.name or VALUE


def _from_field(match: re.Match[str], field: Field, frames: Sequence[Frame]) -> str:
    plain = field.with_config({k: v for k, v in field.config.items() if k != "displayName"})
    if match[2] != "labels":
        return display_name(plain, frames)
    return field.labels.get(match[3], "") if match[3] else _labels(field.labels)


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else ""


def with_config(frames: Sequence[Frame], config: Mapping[str, Any]) -> list[Frame]:
    """The frames with the configuration of each field: the panel's defaults, then each override that matches it.

    ``config`` is ``fieldConfig`` of a rendered panel. The range of colours and bars is added as ``range``.
    """
    defaults, overrides = config.get("defaults", {}), config.get("overrides", ())
    every = [n for frame in frames for one in frame.fields if one.kind == "number" for n in numbers_of(one.values)]
    ends = (min(every, default=0.0), max(every, default=0.0))
    found = []
    for frame in frames:
        fields = []
        for field in frame.fields:
            own = {**defaults, **field.config}
            for rule in overrides:
                if _matches(rule["matcher"], field, frame, frames):
                    for one in rule["properties"]:
                        _place(own, one["id"], one.get("value"))
            if field.kind == "number":
                own["range"] = _range(field, own, ends)
            fields.append(field.with_config(own))
        found.append(frame.with_fields(fields))
    return found


def _place(config: dict[str, Any], path: str, value: Any) -> None:
    """Sets ``custom.width`` and the like; a null takes the setting away. What is nested is copied: others share it."""
    *above, last = path.split(".")
    for key in above:
        config[key] = dict(config.get(key) or {})
        config = config[key]
    if value is None:
        config.pop(last, None)
    else:
        config[last] = value


@lru_cache(1000)
def js_regex(text: str) -> tuple[re.Pattern[str], bool]:
    """A pattern as Grafana writes it, ``/…/g`` or plain, and whether it is meant for every match."""
    body, flags = text, ""
    if text.startswith("/") and text.rfind("/") > 0:
        body, flags = text[1 : text.rfind("/")], text[text.rfind("/") + 1 :]
    options = (re.IGNORECASE * ("i" in flags)) | (re.MULTILINE * ("m" in flags)) | (re.DOTALL * ("s" in flags))
    return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", body), options), "g" in flags


def _matches(matcher: Mapping[str, Any], field: Field, frame: Frame, frames: Sequence[Frame]) -> bool:
    known = _MATCHERS.get(matcher["id"])
    return known is not None and known(matcher.get("options"), field, frame, frames)


def _is_named(field: Field, frames: Sequence[Frame], names: Sequence[str]) -> bool:
    return field.name in names or display_name(field, frames) in names


_MATCHERS: Mapping[str, Callable[[Any, Field, Frame, Sequence[Frame]], bool]] = {
    "byName": lambda given, field, _, frames: _is_named(field, frames, [given]),
    "byNames": lambda given, field, _, frames: _is_named(field, frames, given.get("names", ())),
    "byRegexp": lambda given, field, _, frames: bool(js_regex(given)[0].search(display_name(field, frames))),
    "byType": lambda given, field, *_: field.kind == given,
    "byFrameRefID": lambda given, _, frame, __: frame.ref == given,
    "numeric": lambda _, field, *__: field.kind == "number",
    "time": lambda _, field, *__: field.kind == "time",
}


def _range(field: Field, config: Mapping[str, Any], ends: tuple[float, float]) -> tuple[float, float]:
    """The ends of a field's scale: its own settings, else the lowest and highest number of the panel."""
    low, high = config.get("min"), config.get("max")
    if config.get("fieldMinMax"):
        own = numbers_of(field.values)
        ends = (min(own, default=0.0), max(own, default=0.0))
    return float(ends[0] if low is None else low), float(ends[1] if high is None else high)
