"""Gauges, pies, bars by name and histograms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import svg

from gendash.engine.read.display import color_of, display, threshold_of
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field
from gendash.engine.read.panels import PanelRead
from gendash.engine.read.reduce import numbers_of
from gendash.pages.charts import AXIS, LETTER, Chart, Entry, View
from gendash.pages.colors import css_color
from gendash.pages.drawing import across, arc, bar, label, picture, round_picture, share
from gendash.pages.reduced_values import Value
from gendash.pages.scales import tick_texts, ticks

_SIZES = [
    base * 10.0**power for power in range(-9, 13) for base in (1, 2, 2.5, 4, 5)
]  # of buckets, as Grafana has them
MOST_GROUPS = 200  # of bars by name
_BUCKETS = 30
_NARROW = 300  # pixels of a chart on the narrowest screen
_FROM, _TURN = -0.375, 0.75  # of a gauge: shares of a turn, from the top, clockwise


def gauge(value: Value, read: PanelRead) -> Chart:
    """An arc from the lowest to the highest value, with the steps of the thresholds around it."""
    config, options = value.field.config, read.rendered.get("options", {})
    low, high = config.get("range", (0.0, 100.0))
    parts: list[svg.Element] = [arc(_FROM, _FROM + _TURN, 68, 52, "var(--c-bar)")]
    filled = min(max(value.shown.share, 0.0), 1.0)
    if value.shown.number is not None and filled > 0:
        parts.append(arc(_FROM, _FROM + _TURN * filled, 68, 52, css_color(value.shown.color)))
    if options.get("showThresholdMarkers", True):
        for begin, end, color in _steps(value.field, low, high):
            parts.append(arc(_FROM + _TURN * begin, _FROM + _TURN * end, 74, 70, css_color(color)))
    text = str(value.shown)
    size = min(26.0, 150 / max(len(text), 1))
    parts.append(label(0, size * 0.35, text, "middle", "figure", size=size))
    low_text, high_text = (str(display(value.field, one)) for one in (low, high))
    parts += [label(-46, 68, low_text, "middle", "axis"), label(46, 68, high_text, "middle", "axis")]
    name = f"{read.panel.title}: {value.name}, {text} of {low_text} to {high_text}"
    return Chart(round_picture(parts, (-84, -80, 168, 156), name), 0)


def _steps(field: Field, low: float, high: float) -> Iterator[tuple[float, float, str]]:
    """Begin and end of each step of the thresholds as shares of the scale, and its colour."""
    if high <= low:
        return
    thresholds = field.config.get("thresholds") or {}
    percent = thresholds.get("mode") == "percentage"
    ends = [one["value"] for one in thresholds.get("steps", ()) if one["value"] is not None]
    places = [one / 100 if percent else (one - low) / (high - low) for one in ends]
    for begin, end in pairwise([0.0, *(one for one in places if 0 < one < 1), 1.0]):
        middle = (begin + end) / 2
        yield begin, end, threshold_of(field.config, low + middle * (high - low), middle)


def pie(values: Sequence[Value], read: PanelRead) -> Chart | None:
    """Slices from the top, clockwise; the legend has each value and its share."""
    shown = [one for one in values if one.shown.number is not None and one.shown.number > 0]
    total = sum(one.shown.number or 0.0 for one in shown)
    if not total:
        return None
    inner = 42.0 if read.rendered.get("options", {}).get("pieType") == "donut" else 0.0
    parts, legend, at = [], [], 0.0
    for one in sorted(shown, key=lambda each: -(each.shown.number or 0.0)):
        part = (one.shown.number or 0.0) / total
        color, percent = css_color(one.shown.color), f"{part * 100:.3g}%"
        parts.append(arc(at, at + part, 74, inner, color, title=f"{one.name}: {one.shown}, {percent}"))
        legend.append(Entry(one.name, color, calcs={"": f"{one.shown} · {percent}"}))
        at += part
    name = f"{read.panel.title}: " + ", ".join(f"{one.name} {one.calcs['']}" for one in legend)
    return Chart(round_picture(parts, (-78, -78, 156, 156), name), 0, legend)


def named_bars(read: PanelRead, view: View) -> Chart | None:
    """Bars by name: of each row a group of bars, or one stack."""
    frame = next((one for one in read.frames if one.length), None)
    if frame is None:
        return None
    options = read.rendered.get("options", {})
    wanted = options.get("xField")
    names = next((one for one in frame.fields if wanted in (one.name, display_name(one, read.frames))), None)
    names = names or next((one for one in frame.fields if one.kind in ("string", "time")), None)
    fields = [one for one in frame.fields if one.kind == "number" and one is not names]
    if names is None or not fields:
        return None
    texts = [str(display(names, one, view.zone)) for one in names.values]
    stacked = options.get("stacking", "none") != "none"
    rows = list(zip(*(one.values for one in fields), strict=True))
    groups = [[(number or 0.0) for number in row] for row in rows[:MOST_GROUPS]]
    note = f"{MOST_GROUPS} of {len(rows):,} bars are drawn" if len(rows) > MOST_GROUPS else ""
    sums = [(sum(n for n in row if n < 0), sum(n for n in row if n > 0)) for row in groups]
    ends = [n for pair in sums for n in pair] if stacked else [n for row in groups for n in row]
    scale = _Scale(min([0.0, *ends]), max([0.0, *ends]), view.height - AXIS, str(fields[0].config.get("unit", "")))
    parts = scale.lines()
    wide = 1 / len(groups)
    colors = [css_color(color_of(one, -math.inf, 0.0, index)) for index, one in enumerate(fields)]
    for row, numbers in enumerate(groups):
        below, above = 0.0, 0.0
        for index, number in enumerate(numbers):
            base = (below if number < 0 else above) if stacked else 0.0
            left = row * wide + wide * 0.15 + (0 if stacked else index * wide * 0.7 / len(fields))
            title = f"{texts[row]}, {display_name(fields[index], read.frames)}: {display(fields[index], number)}"
            thick = wide * 0.7 / (1 if stacked else len(fields))
            parts.append(scale.bar(left, thick, base, base + number, colors[index], title))
            below, above = (below + number, above) if number < 0 else (below, above + number)
    parts += _names(texts[:MOST_GROUPS], wide, scale.plot)
    legend = [Entry(display_name(one, read.frames), color) for one, color in zip(fields, colors, strict=True)]
    drawing = picture(parts, view.height, f"{read.panel.title}: bars")
    return Chart(drawing, scale.gutter, legend if fields[1:] else [], note=note)


def _names(texts: Sequence[str], wide: float, plot: float) -> Iterator[svg.Element]:
    """Labels below bars, cut to what has room on a narrow screen; where that is no word, only some bars have one."""
    room = wide * _NARROW / LETTER
    every = 1 if room >= 5 else math.ceil(6 / room)
    most = max(int(room * every) - 1, 3)
    for index, text in enumerate(texts):
        if index % every == 0:
            shown = text if len(text) <= most else text[: most - 1] + "…"
            yield label(share((index + 0.5) * wide), plot + 16, shown, "middle", "axis")


def histogram(read: PanelRead, view: View) -> Chart | None:
    """How many values are in each of about thirty buckets of equal width, as Grafana cuts them."""
    fields = [one for frame in read.frames for one in frame.fields if one.kind == "number"]
    numbers = sorted(n for one in fields for n in numbers_of(one.values) if math.isfinite(n))
    if not numbers:
        return None
    options = read.rendered.get("options", {})
    size = float(options.get("bucketSize") or 0) or bucket_size(numbers, int(options.get("bucketCount") or _BUCKETS))
    offset = float(options.get("bucketOffset") or 0)
    counts: dict[int, int] = {}
    for number in numbers:
        place = math.floor((number - offset) / size + 1e-9)
        counts[place] = counts.get(place, 0) + 1
    first, last = min(counts), max(counts) + 1
    scale = _Scale(0.0, float(max(counts.values())), view.height - AXIS, "short")
    parts = scale.lines()
    config = fields[0].config
    color = css_color(color_of(fields[0], numbers[-1], 0.0, 0))
    wide = 1 / (last - first)
    for place, count in sorted(counts.items()):
        begin, end = (str(display(fields[0], one * size + offset)) for one in (place, place + 1))
        parts.append(
            scale.bar((place - first) * wide + wide * 0.03, wide * 0.94, 0, count, color, f"{begin} to {end}: {count}")
        )
    unit, lowest, highest = str(config.get("unit", "")), first * size + offset, last * size + offset
    ends = [one for one in ticks(lowest, highest, 6, unit) if lowest <= one <= highest]
    for at, text in zip(ends, tick_texts(ends, unit), strict=True):
        along = ((at - offset) / size - first) * wide
        anchor = "start" if along < 0.02 else "end" if along > 0.98 else "middle"
        parts.append(label(share(along), scale.plot + 16, text, anchor, "axis"))
    name = f"{read.panel.title}: {len(numbers)} values in buckets of {display(fields[0], size)}"
    return Chart(picture(parts, view.height, name), scale.gutter, [])


def bucket_size(numbers: Sequence[float], most: int) -> float:
    """The smallest of Grafana's sizes with at most so many buckets, and not below the smallest step of the numbers."""
    steps = [b - a for a, b in pairwise(numbers) if b > a]
    smallest, target = min(steps, default=1.0), (numbers[-1] - numbers[0]) / most
    return next((one for one in _SIZES if target < one and one >= smallest), max(target, 1.0))


class _Scale:
    """A vertical axis from low to high over so many pixels, in a unit."""

    def __init__(self, low: float, high: float, plot: float, unit: str) -> None:
        marks = ticks(low, high if high > low else low + 1, 4, unit)
        self.marks, self.plot, self.low, self.high = marks, plot, marks[0], marks[-1]
        self.texts = tick_texts(marks, unit)
        self.gutter = max(len(text) for text in self.texts) * LETTER + 12

    def y(self, value: float) -> float:
        return self.plot * (1 - (min(max(value, self.low), self.high) - self.low) / (self.high - self.low))

    def lines(self) -> list[svg.Element]:
        texts = zip(self.marks, self.texts, strict=True)
        found: list[svg.Element] = [across(self.y(one), "grid") for one in self.marks]
        return found + [label(-8, self.y(one) + 4, text, "end", "axis") for one, text in texts]

    def bar(self, left: float, wide: float, base: float, value: float, color: str, title: str) -> svg.Element:
        top, bottom = self.y(max(base, value)), self.y(min(base, value))
        return bar(left, top, wide, bottom - top, color, 0.9, title)
