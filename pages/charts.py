"""Curves, areas and bars over time, or over a number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

import svg

from gendash.engine.read.display import color_of, display, time_label
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field, Frame
from gendash.engine.read.moments import ms_of
from gendash.engine.read.panels import Mark, PanelRead
from gendash.engine.read.reduce import reduce_values
from gendash.pages.colors import css_color
from gendash.pages.drawing import FIELD, Point, across, area, bar, curve, label, picture, share, upright
from gendash.pages.drawing import field as stretched
from gendash.pages.scales import tick_texts, ticks, time_ticks

AXIS = 22  # pixels below a chart for the labels of time
LETTER = 6.6  # the widest digit of the font at the size of labels
MOST_SERIES = 100  # of a chart that are drawn; the CSV export has all
MOST_TEXTS = 40_000  # of values under the cursor of a chart


@dataclass(frozen=True)
class Entry:
    """One entry of a legend: name, CSS colour, whether its line is dashed, reduced values by their reducer, field."""

    name: str
    color: str
    dashed: bool = False
    calcs: Mapping[str, str] = field(default_factory=dict)
    field: Field | None = None


@dataclass(frozen=True)
class Chart:
    """A drawing, the room in pixels at its left for labels, its legend, what the cursor shows, as JSON, and a note."""

    svg: str
    gutter: float
    legend: Sequence[Entry] = ()
    hover: str = ""
    note: str = ""


@dataclass(frozen=True)
class View:
    """What a chart needs to know beside its panel: height in pixels, time zone, and the marks of the dashboard.

    Of a panel of several units only the curves of ``unit`` are drawn, None for all.
    """

    height: float
    zone: str
    marks: Sequence[Mark] = ()
    unit: str | None = None


@dataclass(frozen=True)
class _Series:
    """A field drawn over x; ``low`` is what it is stacked on."""

    name: str
    field: Field
    color: str
    xs: Sequence[float]
    ys: Sequence[float | None]
    low: Sequence[float]
    gap: float

    def custom(self, key: str, otherwise: Any = None) -> Any:
        return self.field.config.get("custom", {}).get(key, otherwise)


def curves(read: PanelRead, view: View) -> Chart | None:
    """Lines, areas and bars of one unit; None where there is nothing to draw."""
    series = [one for one in _series(read) if view.unit in (None, _unit(one.field))]
    drawn = series[:MOST_SERIES]
    return _drawn(read, drawn, len(series), view) if drawn else None


def units_of(read: PanelRead) -> list[str]:
    """The units of the curves of a panel, in order: each has an axis of its own."""
    return list(dict.fromkeys(_unit(one.field) for one in _series(read)))


def _unit(field: Field) -> str:
    return str(field.config.get("unit", ""))


def _drawn(read: PanelRead, series: Sequence[_Series], of: int, view: View) -> Chart:
    start, end = _ends(read, series)
    first = series[0].field.config
    shown = ticks(*_extent(series), 4 if view.height < 160 else 5, str(first.get("unit", "")))
    low = first["min"] if first.get("min") is not None else shown[0]
    high = first["max"] if first.get("max") is not None and first["max"] > low else shown[-1]
    shown = [one for one in shown if low <= one <= high] or [low, high]
    plot = view.height - AXIS

    def x(value: float) -> float:
        return (value - start) / (end - start)

    def y(value: float) -> float:
        return plot * (1 - (min(max(value, low), high) - low) / (high - low))

    texts = tick_texts(shown, str(first.get("unit", "")))
    parts: list[svg.Element] = [across(y(one), "grid") for one in shown]
    parts += [label(-8, y(one) + 4, text, "end", "axis") for one, text in zip(shown, texts, strict=True)]
    parts += x_axis(read, start, end, view, plot)
    parts += [one for each in series if each.custom("drawStyle") == "bars" for one in _bars(each, x, y, low)]
    parts.append(stretched([one for each in series for one in _lines(each, x, y, low)], plot))
    parts += _limits(first, y, low, high)
    if not _over_number(read):
        parts += mark_lines(view.marks, x, plot, view.zone)
    gutter = max(len(text) for text in texts) * LETTER + 12
    title = f"{read.panel.title}: {', '.join(one.name for one in series)}"
    legend = [_entry(one, read) for one in series if not one.custom("hideFrom", {}).get("legend")]
    note = f"{len(series)} of {of:,} series are drawn" if of > len(series) else ""
    return Chart(picture(parts, view.height, title), gutter, legend, _hover(series, start, end, read, view.zone), note)


def _over_number(read: PanelRead) -> bool:
    return bool(read.rendered["type"] == "trend")


def _series(read: PanelRead) -> list[_Series]:
    """Every number field that is shown, with its place in the stack of its group."""
    found: list[_Series] = []
    stacks: dict[tuple[str, bool], dict[float, float]] = {}
    for frame in read.frames:
        axis = _axis_field(read, frame)
        if axis is None:
            continue
        for one in frame.fields:
            custom = one.config.get("custom", {})
            if one.kind != "number" or one is axis or custom.get("hideFrom", {}).get("viz"):
                continue
            sign = -1.0 if custom.get("transform") == "negative-Y" else 1.0
            points = [
                (float(a), None if b is None or b != b else sign * float(b))
                for a, b in zip(axis.values, one.values, strict=True)
                if a is not None
            ]
            if not points:  # rows without a time
                continue
            xs, ys = [a for a, _ in points], [b for _, b in points]
            low = [0.0] * len(xs)
            stacking = custom.get("stacking", {})
            if stacking.get("mode") in ("normal", "percent"):
                below = [b is not None and b < 0 for b in ys]
                sums = [stacks.setdefault((stacking.get("group", "A"), minus), {}) for minus in below]
                low = [total.get(a, 0.0) for a, total in zip(xs, sums, strict=True)]
                ys = [None if b is None else b + base for b, base in zip(ys, low, strict=True)]
                for a, b, total in zip(xs, ys, sums, strict=True):
                    total[a] = total.get(a, 0.0) if b is None else b
            color = css_color(color_of(one, _last(one), 0.0, len(found)))
            steps = [b - a for a, b in pairwise(xs)]
            gap = 2.5 * median(steps) if steps and "expr" in _target(read, frame.ref) else float("inf")
            found.append(_Series(display_name(one, read.frames), one, color, xs, ys, low, gap))
    return found


def _target(read: PanelRead, ref: str) -> Mapping[str, Any]:
    return next((one for one in read.rendered.get("targets", ()) if one["refId"] == ref), {})


def _axis_field(read: PanelRead, frame: Frame) -> Field | None:
    name = read.rendered.get("options", {}).get("xField") if _over_number(read) else None
    fields = frame.fields
    if name:
        return next((one for one in fields if name in (one.name, display_name(one, read.frames))), None)
    return next((one for one in fields if one.kind == ("number" if _over_number(read) else "time")), None)


def _last(one: Field) -> float:
    value = reduce_values(one.values, "lastNotNull")
    return float("-inf") if value is None else float(value)


def _ends(read: PanelRead, series: Sequence[_Series]) -> tuple[float, float]:
    if read.span and not _over_number(read):
        return ms_of(read.span.start), ms_of(read.span.end)
    every = [x for one in series for x in one.xs] or [0.0, 1.0]
    return min(every), max(max(every), min(every) + 1)


def _extent(series: Sequence[_Series]) -> tuple[float, float]:
    """The lowest and highest value that an axis must show: data, stacks, and the soft ends of the first series."""
    values = [y for one in series for y in one.ys if y is not None]
    custom = [(one.custom("axisSoftMin"), one.custom("axisSoftMax")) for one in series]
    low = min([*values, *(float(a) for a, _ in custom if a is not None)], default=0.0)
    high = max([*values, *(float(b) for _, b in custom if b is not None)], default=1.0)
    own = series[0].field.config
    low = (
        own["min"] if own.get("min") is not None else min(low, 0.0) if series[0].custom("drawStyle") == "bars" else low
    )
    if series[0].custom("axisCenteredZero"):
        high = max(abs(low), abs(high))
        low = -high
    return low, high if high > low else low + (abs(low) or 1.0)


def x_axis(read: PanelRead, start: float, end: float, view: View, plot: float) -> Iterator[svg.Element]:
    """Labels and grid lines below a chart; every other label is `minor`, which narrow screens leave out."""
    if _over_number(read):
        marks = [(one, f"{one:g}") for one in ticks(start, end, 8) if start <= one <= end]
    else:
        marks = time_ticks(start, end, view.zone)
    for index, (at, text) in enumerate(marks):
        place = (at - start) / (end - start)
        yield upright(place, 0, plot, "grid")
        anchor = "start" if place < 0.02 else "end" if place > 0.98 else "middle"
        yield label(share(place), plot + 16, text, anchor, "axis" + (" minor" if index % 2 else ""))


def _runs(one: _Series) -> Iterator[list[tuple[float, float, float]]]:
    """Unbroken pieces of a series: x, y and what it lies on."""
    run: list[tuple[float, float, float]] = []
    points = one.custom("drawStyle") == "points"
    for a, b, base in zip(one.xs, one.ys, one.low, strict=True):
        if run and (points or a - run[-1][0] > one.gap or (b is None and not one.custom("spanNulls"))):
            yield run
            run = []
        if b is not None:
            run.append((a, b, base))
    if run:
        yield run


def _lines(one: _Series, x: Any, y: Any, low: float) -> Iterator[svg.Element]:
    if one.custom("drawStyle", "line") == "bars":
        return
    fill, width = one.custom("fillOpacity", 0) / 100, one.custom("lineWidth", 1)
    style = one.custom("lineStyle") or {}
    dash = style.get("dash", (6, 4)) if style.get("fill") == "dash" else ()
    for run in _runs(one):
        points = _stepped([(x(a) * FIELD, y(b)) for a, b, _ in run], one.custom("lineInterpolation"))
        if len(points) == 1:
            points = [(points[0][0] - 2, points[0][1]), (points[0][0] + 2, points[0][1])]
        if fill and len(run) > 1:
            floor = _stepped([(x(a) * FIELD, y(max(base, low))) for a, _, base in run], one.custom("lineInterpolation"))
            yield area(points, floor, one.color, fill)
        if width:
            yield curve(points, one.color, max(width, 1) * 1.25, dash)


def _stepped(points: list[Point], interpolation: str | None) -> list[Point]:
    """Points with the corners of a line that goes in steps; of other lines as they are."""
    if interpolation not in ("stepBefore", "stepAfter"):
        return points
    found = points[:1]
    for (x0, y0), (x1, y1) in pairwise(points):
        found += [(x1, y0) if interpolation == "stepAfter" else (x0, y1), (x1, y1)]
    return found


def _bars(one: _Series, x: Any, y: Any, low: float) -> Iterator[svg.Element]:
    steps = [b - a for a, b in pairwise(one.xs)]
    step = min(steps) if steps else (one.xs[0] or 1) * 0.01
    wide = (x(step) - x(0)) * one.custom("barWidthFactor", 0.6)
    opacity = one.custom("fillOpacity", 85) / 100
    for a, b, base in zip(one.xs, one.ys, one.low, strict=True):
        if b is None:
            continue
        top, bottom = y(max(b, base)), y(max(min(b, base), low))
        left, right = max(x(a) - wide / 2, 0.0), min(x(a) + wide / 2, 1.0)
        if right > left and bottom > top:
            yield bar(left, top, right - left, bottom - top, one.color, opacity)


def _limits(config: Mapping[str, Any], y: Any, low: float, high: float) -> Iterator[svg.Element]:
    if config.get("custom", {}).get("thresholdsStyle", {}).get("mode", "off") == "off":
        return
    for step in config.get("thresholds", {}).get("steps", ()):
        if step["value"] is not None and low <= step["value"] <= high and step["color"] != "transparent":
            yield across(y(step["value"]), "limit", css_color(step["color"]))


def mark_lines(marks: Sequence[Mark], x: Any, plot: float, zone: str) -> Iterator[svg.Element]:
    """The dashboard's annotations, a band where one lasts; ``x`` gives the share of the width of a time."""
    for mark in marks:
        left, right = max(x(mark.at), 0.0), min(x(mark.until), 1.0)
        if left > right:
            continue
        text = f"{mark.name}: {mark.text}, {time_label(mark.at, 100_000, zone)}"
        if mark.until > mark.at:
            text += f" to {time_label(mark.until, 100_000, zone)}"
            yield bar(left, 0, right - left, plot, "rgb(142,149,158)", 0.14, text)
        if x(mark.at) >= 0:
            yield upright(left, 0, plot, "mark", text)


def _entry(one: _Series, read: PanelRead) -> Entry:
    calcs = read.rendered.get("options", {}).get("legend", {}).get("calcs", ())
    dashed = (one.custom("lineStyle") or {}).get("fill") == "dash"
    values = {calc: str(display(one.field, reduce_values(one.field.values, calc))) for calc in calcs}
    return Entry(one.name, one.color, dashed, values, one.field)


def _hover(series: Sequence[_Series], start: float, end: float, read: PanelRead, zone: str) -> str:
    """Times and texts of all series for the cursor; none where they would be most of the page."""
    moments = sorted({x for one in series for x in one.xs})
    if len(series) * len(moments) > MOST_TEXTS:
        return ""
    span_s = (end - start) / 1000
    rows = []
    for one in series:
        given = {a: str(display(one.field, b)) for a, b in zip(one.xs, one.field.values, strict=False) if b is not None}
        rows.append({"n": one.name, "c": one.color, "v": [given.get(at, "") for at in moments]})
    places = [round((at - start) / (end - start), 4) for at in moments]
    whole = span_s > 86400 * 4
    times = [f"{at:g}" if _over_number(read) else time_label(at, span_s if whole else 100_000, zone) for at in moments]
    return json.dumps({"x": places, "t": times, "s": rows}, ensure_ascii=False, separators=(",", ":"))
