"""Grafana's transformations of frames, as far as dashboards use them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from gendash.engine.read.fields import display_name, js_regex
from gendash.engine.read.frames import Field, Frame

Frames = list[Frame]


class UnknownTransformation(ValueError):
    """A transformation that only Grafana can carry out; its name is the message."""


def transformed(frames: Sequence[Frame], steps: Sequence[Mapping[str, Any]]) -> Frames:
    """Frames after all transformations of a panel. Raises UnknownTransformation."""
    found = list(frames)
    for step in steps:
        if step.get("disabled"):
            continue
        if step["id"] not in TRANSFORMATIONS:
            raise UnknownTransformation(step["id"])
        found = TRANSFORMATIONS[step["id"]](found, step.get("options", {}))
    return found


def _rows_to_fields(frames: Frames, options: Mapping[str, Any]) -> Frames:
    """Each row becomes a field of one value, called by the first text; a column ``max`` gives the end of its scale."""
    return [_row_fields(frame) for frame in frames] if not options.get("mappings") else _unknown("rowsToFields")


def _unknown(name: str) -> Frames:
    raise UnknownTransformation(f"{name} with mappings")


def _row_fields(frame: Frame) -> Frame:
    name = next((one for one in frame.fields if one.kind == "string"), None)
    value = next((one for one in frame.fields if one.kind == "number"), None)
    if name is None or value is None:
        return frame
    ends = next((one.values for one in frame.fields if one.name == "max"), [None] * frame.length)
    return frame.with_fields(
        Field(f"{text}", value.kind, [number], column=value.column, config={} if end is None else {"max": end})
        for text, number, end in zip(name.values, value.values, ends, strict=True)
    )


def _rename(frames: Frames, options: Mapping[str, Any]) -> Frames:
    pattern, every = js_regex(options["regex"])
    into = options["renamePattern"].replace("\\", "\\\\")
    into = into.replace("$$", "\0")
    for digit in "123456789":
        into = into.replace(f"${digit}", f"\\g<{digit}>")
    into = into.replace("\0", "$")

    def renamed(field: Field, frame: Frame) -> Field:
        name = display_name(field, [frame])
        if not pattern.search(name):
            return field
        return field.with_config({**field.config, "displayName": pattern.sub(into, name, count=0 if every else 1)})

    return [frame.with_fields(renamed(one, frame) for one in frame.fields) for frame in frames]


def _organize(frames: Frames, options: Mapping[str, Any]) -> Frames:
    out = {name for name, hidden in options.get("excludeByName", {}).items() if hidden}
    order, names = options.get("indexByName", {}), options.get("renameByName", {})

    def organized(frame: Frame) -> Frame:
        kept = [(display_name(one, frames), one) for one in frame.fields]
        kept = [(name, one) for name, one in kept if name not in out]
        kept.sort(key=lambda pair: order.get(pair[0], len(order)))
        return frame.with_fields(
            replace(one, config={**one.config, "displayName": names[name]}) if names.get(name) else one
            for name, one in kept
        )

    return [organized(frame) for frame in frames]


def _merge(frames: Frames, _options: Mapping[str, Any]) -> Frames:
    """One table of several: rows that agree in the fields of all frames, and contradict in no other, become one."""
    full = [frame for frame in frames if frame.fields]
    if len(frames) <= 1 or not full:
        return frames[:1] if not full else frames
    names = list(dict.fromkeys(one.name for frame in full for one in frame.fields))
    keys = [name for name in names if all(any(one.name == name for one in frame.fields) for frame in full)]
    if not keys:
        return frames
    rows: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    order: list[dict[str, Any]] = []
    for frame in full:
        for index in range(frame.length):
            row = {one.name: one.values[index] for one in frame.fields}
            place = rows.setdefault(tuple(str(row[key]) for key in keys), [])
            same = [one for one in place if all(one.get(k) in (None, v) for k, v in row.items())]
            for one in same:
                one |= row
            if not same:
                place.append(row)
                order.append(row)
    first = {one.name: one for frame in reversed(full) for one in frame.fields}
    merged = [
        replace(first[name], values=[row.get(name) for row in order], labels={}, named="", config={}) for name in names
    ]
    return [Frame(f"merge-{'-'.join(frame.ref for frame in full)}", merged)]


def _sort_by(frames: Frames, options: Mapping[str, Any]) -> Frames:
    by = next(iter(options.get("sort", ())), None)
    return frames if by is None else [sorted_frame(one, frames, by["field"], bool(by.get("desc"))) for one in frames]


def sorted_frame(frame: Frame, frames: Sequence[Frame], name: str, down: bool) -> Frame:
    """A frame with its rows in the order of one field; rows without a value come last, equal rows keep their order."""
    key = next((one for one in frame.fields if name in (one.name, display_name(one, frames))), None)
    if key is None:
        return frame
    present = [i for i, value in enumerate(key.values) if value is not None and value == value]
    missing = [i for i in range(len(key.values)) if i not in set(present)]
    order = sorted(present, key=lambda i: key.values[i], reverse=down) + missing
    return frame.with_fields(replace(one, values=[one.values[i] for i in order]) for one in frame.fields)


def _filter_names(frames: Frames, options: Mapping[str, Any]) -> Frames:
    keep = options.get("include", {}).get("names")
    pattern = options.get("include", {}).get("pattern")
    if keep is None and pattern is None:
        return frames

    def kept(name: str) -> bool:
        return name in (keep or ()) or (pattern is not None and bool(js_regex(pattern)[0].search(name)))

    return [f.with_fields(one for one in f.fields if kept(display_name(one, frames))) for f in frames]


def _calculate(frames: Frames, options: Mapping[str, Any]) -> Frames:
    """A further field: the sum of each row's numbers, or a field times or plus a constant."""
    if options.get("mode") == "reduceRow" and options["reduce"].get("reducer") == "sum":
        return [frame.with_fields([*frame.fields, *_sum_of_rows(frame, options["alias"])]) for frame in frames]
    if options.get("mode") != "binary" or options["binary"]["operator"] not in ("*", "+"):
        raise UnknownTransformation("calculateField that is no sum, product or constant")
    binary = options["binary"]
    name, by, times = binary["left"]["matcher"]["options"], float(binary["right"]["fixed"]), binary["operator"] == "*"

    def computed(value: Any) -> float:
        return (value or 0) * by if times else (value or 0) + by

    return [
        frame.with_fields(
            [
                *frame.fields,
                *(_named(options["alias"], map(computed, f.values)) for f in frame.fields if f.name == name),
            ]
        )
        for frame in frames
    ]


def _named(alias: str, values: Iterable[Any]) -> Field:
    return Field(alias, "number", list(values), config={"displayName": alias})


def _sum_of_rows(frame: Frame, alias: str) -> list[Field]:
    numbers = [one.values for one in frame.fields if one.kind == "number"]
    return [_named(alias, (sum(v or 0 for v in row) for row in zip(*numbers, strict=True)))] if numbers else []


TRANSFORMATIONS: Mapping[str, Callable[[Frames, Mapping[str, Any]], Frames]] = {
    "rowsToFields": _rows_to_fields,
    "renameByRegex": _rename,
    "organize": _organize,
    "merge": _merge,
    "sortBy": _sort_by,
    "filterFieldsByName": _filter_names,
    "calculateField": _calculate,
    "limit": lambda frames, options: [
        f.with_fields(replace(one, values=one.values[: int(options.get("limitField", 10))]) for one in f.fields)
        for f in frames
    ],
}
