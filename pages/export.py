"""Exports of what panels show: CSV with every row, and a document for paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field, Frame
from gendash.engine.read.moments import moment_of
from gendash.engine.read.numbers import js_text
from gendash.engine.read.panels import DashboardRead, PanelRead

_VALUES = ("stat", "bargauge", "gauge", "piechart")
_UNITS = {
    "none": "",
    "locale": "",
    "short": "",
    "sishort": "",
    "string": "",
    "percentunit": "share",
    "percent": "%",
} | {
    "reqps": "req/s",
    "decbytes": "bytes",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_files(read: DashboardRead, zone: str) -> dict[str, bytes]:
    """A CSV file for each panel, by path: all rows, units in the header, times with their zone.

    A panel without rows has a file without rows; one that is not available, or whose queries failed, has none. Frames
    that are no series and no single values have a file each.
    """
    found: dict[str, bytes] = {}
    for panel in read.panels:
        nothing = [] if panel.faults or panel.missing or not panel.panel.queries else [_empty(panel)]
        frames = _tables(panel) or nothing
        for index, frame in enumerate(frames):
            more = f"_{index + 1}" if len(frames) > 1 else ""
            found[f"{read.dashboard.name}/{panel.panel.slug}{more}.csv"] = _csv(panel, frame, zone).encode("utf-8")
    return found


def failures(read: DashboardRead) -> list[str]:
    """A line for each panel whose queries failed: what is missing in its file, or why it has none."""
    return [
        f"{read.dashboard.name}/{one.panel.slug}: {'; '.join(dict.fromkeys(one.faults))}; "
        + ("its file lacks these rows" if _tables(one) else "it has no file")
        for one in read.panels
        if one.faults
    ]


def _tables(read: PanelRead) -> list[Frame]:
    """What a panel shows as tables whose columns do not depend on its figures: where names are, they are rows."""
    frames = [frame for frame in map(_shown, read.frames) if frame.fields]
    numbers = [(frame, one) for frame in frames for one in frame.fields if one.kind == "number"]
    kind, options = read.rendered["type"], read.rendered.get("options", {}).get("reduceOptions", {})
    if kind == "stat" and len(numbers) == 1:
        return [_noted(*numbers[0], read)]
    if kind in _VALUES and numbers and not options.get("values") and all(frame.length <= 1 for frame in frames):
        return [_named([(display_name(one, read.frames), one) for _, one in numbers])]
    is_timed = all(
        frame.fields[0].kind == "time" and all(one.kind == "number" for one in frame.fields[1:]) for frame in frames
    )
    return [_joined(frames, read.frames)] if len(frames) > 1 and is_timed else frames


def _shown(frame: Frame) -> Frame:
    """A frame without the helpers of a chart, which Grafana does not draw."""
    kept = [one for one in frame.fields if not one.config.get("custom", {}).get("hideFrom", {}).get("viz")]
    return frame if len(kept) == len(frame.fields) else frame.with_fields(kept)


def _empty(read: PanelRead) -> Frame:
    """The columns of a panel whose queries gave nothing."""
    time = Frame("A", [Field("Time", "time", [])])
    if read.rendered["type"] == "stat":
        config = read.rendered.get("fieldConfig", {}).get("defaults", {})
        return _noted(time, Field("", "number", [], config=config), read)
    return _named([]) if read.rendered["type"] in _VALUES else time


def _noted(frame: Frame, one: Field, read: PanelRead) -> Frame:
    """The value of a tile, as it is and as it is shown: its name, what it is compared with, changes: it is a column."""
    value = one.with_config({**one.config, "displayName": read.panel.title})
    text = Field("text", "string", [str(display(one, number)) for number in one.values])
    note = Field("note", "string", [display_name(one, read.frames)] * len(one.values))
    return Frame(frame.ref, [*(each for each in frame.fields if each.kind == "time"), value, text, note])


def _named(values: Sequence[tuple[str, Field]]) -> Frame:
    """Single values as rows: name, value, unit, and the value as it is shown."""
    numbers = [one.values[0] if one.values else None for _, one in values]
    columns: dict[str, list[Any]] = {
        "name": [name for name, _ in values],
        "value": numbers,
        "unit": [_unit(one) for _, one in values],
        "text": [str(display(one, number)) for (_, one), number in zip(values, numbers, strict=True)],
    }
    return Frame("A", [Field(name, "number" if name == "value" else "string", of) for name, of in columns.items()])


def _joined(frames: Sequence[Frame], every: Sequence[Frame]) -> Frame:
    """Series as one table of times; a row without a time is in no chart either."""
    moments = sorted({at for frame in frames for at in frame.fields[0].values if at is not None})
    first = frames[0]
    columns = [Field(first.fields[0].name, "time", moments, config=first.fields[0].config)]
    for frame in frames:
        for one in frame.fields[1:]:
            given = dict(zip(frame.fields[0].values, one.values, strict=True))
            name = display_name(one, every)
            config = {**one.config, "displayName": name}
            columns.append(Field(name, "number", [given.get(at) for at in moments], config=config))
    return Frame(first.ref, columns)


def _csv(read: PanelRead, frame: Frame, zone: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_head(one, [frame] if frame not in read.frames else read.frames) for one in frame.fields])
    for row in range(frame.length):
        writer.writerow([_cell(one, one.values[row], zone) for one in frame.fields])
    return out.getvalue()


def _head(one: Field, frames: Sequence[Frame]) -> str:
    """A column's name, with the unit of its numbers as they are in the file."""
    name, unit = display_name(one, frames), _unit(one) if one.kind == "number" else ""
    return _harmless(f"{name} ({unit})" if unit else name)


def _unit(one: Field) -> str:
    """The unit of the numbers of a field, as people write it; counts have none."""
    unit = str(one.config.get("unit", ""))
    if unit.startswith("currency"):
        return unit.removeprefix("currency")
    if unit.startswith(("dateTime", "prefix:")):
        return ""
    return _UNITS.get(unit, (unit.partition(":")[2] or unit).strip())


def _cell(one: Field, value: Any, zone: str) -> str:
    if value is None or value != value:
        return ""
    if one.kind == "time" or str(one.config.get("unit", "")).startswith("dateTime"):
        moment = moment_of(float(value), zone)
        return moment.isoformat() if moment else ""
    if isinstance(value, float):
        return js_text(value)
    return _harmless(str(value))


def _harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
