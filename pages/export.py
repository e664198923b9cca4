"""Exports of what panels show: CSV with every row, and a document for paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field, Frame
from gendash.engine.read.moments import moment_of
from gendash.engine.read.numbers import js_text
from gendash.engine.read.panels import DashboardRead, PanelRead

_NOTHING = Frame("A", [Field("Time", "time", [])])
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_files(read: DashboardRead, zone: str) -> dict[str, bytes]:
    """A CSV file for each frame of each panel, by path: all rows, units in the header, times with their zone.

    A panel without rows has a file without rows; one that is not available, or whose queries failed, has none.
    """
    found: dict[str, bytes] = {}
    for panel in read.panels:
        nothing = [] if panel.faults or panel.missing or not panel.panel.queries else [_NOTHING]
        frames = _joined(panel) or nothing
        for index, frame in enumerate(frames):
            more = f"_{index + 1}" if len(frames) > 1 else ""
            found[f"{read.dashboard.name}/{panel.panel.slug}{more}.csv"] = _csv(panel, frame, zone).encode("utf-8")
    return found


def failures(read: DashboardRead) -> list[str]:
    """A line for each panel whose queries failed: what is missing in its file, or why it has none."""
    return [
        f"{read.dashboard.name}/{one.panel.slug}: {'; '.join(dict.fromkeys(one.faults))}; "
        + ("its file lacks these rows" if _joined(one) else "it has no file")
        for one in read.panels
        if one.faults
    ]


def _joined(read: PanelRead) -> list[Frame]:
    """Series of one time each as one table of times; other frames as they are."""
    frames = [frame for frame in read.frames if frame.fields]
    series = [f for f in frames if len(f.fields) == 2 and f.fields[0].kind == "time" and f.fields[1].kind == "number"]
    if len(frames) < 2 or len(series) != len(frames):
        return frames
    moments = sorted({at for frame in series for at in frame.fields[0].values})
    first = series[0]
    columns = [Field(first.fields[0].name, "time", moments, config=first.fields[0].config)]
    for frame in series:
        given = dict(zip(frame.fields[0].values, frame.fields[1].values, strict=True))
        one = frame.fields[1]
        name = display_name(one, frames)
        config = {**one.config, "displayName": name}
        columns.append(Field(name, "number", [given.get(at) for at in moments], config=config))
    return [Frame(first.ref, columns)]


def _csv(read: PanelRead, frame: Frame, zone: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_head(one, read.frames if frame in read.frames else [frame]) for one in frame.fields])
    for row in range(frame.length):
        writer.writerow([_cell(one, one.values[row], zone) for one in frame.fields])
    return out.getvalue()


def _head(one: Field, frames: Sequence[Frame]) -> str:
    """A column's name, with its unit where it has one that is no text of the calendar."""
    name, unit = display_name(one, frames), str(one.config.get("unit", ""))
    shown = f"{name} ({unit})" if one.kind == "number" and unit not in ("", "none", "locale", "string") else name
    return _harmless(shown)


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
