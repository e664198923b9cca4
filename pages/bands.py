"""Heatmaps, states over time, and the small curves of tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

import svg

from gendash.engine.languages.grafana_macros import Span
from gendash.engine.languages.metric_names import bucket_bound
from gendash.engine.read.display import Display, display, time_label
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field
from gendash.engine.read.moments import ms_of
from gendash.engine.read.panels import PanelRead
from gendash.pages.charts import AXIS, LETTER, MOST_SERIES, Chart, Entry, View, mark_lines, x_axis
from gendash.pages.colors import css_color
from gendash.pages.drawing import FIELD, area, bar, blocks, curve, label, picture
from gendash.pages.drawing import field as stretched

WIDEST, MOST_LETTERS = 190, 30  # pixels of names beside a drawing, and what they hold
MOST_STEPS = 120  # of a heatmap; more columns than that are narrower than the eye can tell apart


def heatmap(read: PanelRead, view: View) -> Chart | None:
    """Buckets over time: the darker, the more."""
    frame = next((one for one in read.frames if len(one.fields) > 1 and one.length), None)
    if frame is None or read.span is None:
        return None
    times = [float(one) for one in frame.fields[0].values]
    buckets = [one for one in frame.fields[1:] if any(value and value > 1e-9 for value in one.values)]
    if not buckets:
        return None
    lowest = next(i for i, one in enumerate(frame.fields[1:]) if one is buckets[0])
    highest = next(i for i, one in enumerate(frame.fields[1:]) if one is buckets[-1])
    buckets = list(frame.fields[1:][lowest : highest + 1])
    start, end = ms_of(read.span.start), ms_of(read.span.end)
    plot = view.height - AXIS
    tall = plot / len(buckets)
    step = max((times[1] - times[0]) if len(times) > 1 else end - start, (end - start) / MOST_STEPS)
    cells = _cells(buckets, times, start, step)
    most = max(cells.values(), default=0.0)
    options = read.rendered["options"]
    color = options.get("color", {})
    levels: dict[int, list[tuple[float, float]]] = {}
    wide = step / (end - start) * FIELD
    for (column, row), value in cells.items():
        level = round(12 * (value / most) ** float(color.get("exponent", 0.5))) or 1
        levels.setdefault(level, []).append((column * wide, plot - (row + 1) * tall + 0.5))
    hue = css_color(color.get("fill", "purple"))
    parts = [stretched([blocks(at, wide - 0.6, tall - 1, hue, n / 12) for n, at in sorted(levels.items())], plot)]
    unit = options.get("yAxis", {}).get("unit", "")
    texts = [_bound(one.name, unit) for one in buckets]
    every = max(1, round(16 / tall))
    parts += [
        label(-8, plot - (i + 1) * tall + 4, _fitting(text), "end", "axis")
        for i, text in enumerate(texts)
        if i % every == 0
    ]
    parts += x_axis(read, start, end, view, plot)
    parts += mark_lines(view.marks, lambda at: (at - start) / (end - start), plot, view.zone)
    gutter = min(max(len(text) for text in texts) * LETTER + 12, WIDEST)
    scale = options.get("cellValues", {}).get("unit", "")
    top = str(display(Field("", "number", [most], config={"unit": scale}), most))
    legend = [Entry(f"darkest: {top} in one cell", hue)]
    return Chart(picture(parts, view.height, f"{read.panel.title}: heatmap"), gutter, legend)


def _cells(buckets: Sequence[Field], times: Sequence[float], start: float, step: float) -> dict[tuple[int, int], float]:
    """The mean of each bucket in each column of time, without empty ones."""
    sums: dict[tuple[int, int], list[float]] = {}
    for row, one in enumerate(buckets):
        for at, value in zip(times, one.values, strict=True):
            if value is not None and at >= start and math.isfinite(value):
                sums.setdefault((int((at - start) / step), row), []).append(float(value))
    # divided first, since a sum of values that are as large as they can be is infinite
    means = {place: sum(value / len(values) for value in values) for place, values in sums.items()}
    return {place: value for place, value in means.items() if value > 1e-9}


def _fitting(name: str) -> str:
    """A name cut to the room beside a drawing; its bands have it whole."""
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"


def _bound(text: str, unit: str) -> str:
    bound = bucket_bound(text)
    if text == "+Inf" or bound is None:
        return "more" if text == "+Inf" else text
    return str(display(Field("", "number", [bound], config={"unit": unit}), bound))


def states(read: PanelRead, view: View) -> Chart | None:
    """Words over time: a line a series, a band for each unbroken state."""
    found = [
        (frame.fields[0], one)
        for frame in read.frames
        for one in frame.fields[1:]
        if frame.fields[0].kind == "time" and one.kind != "time" and frame.length
    ]
    if not found or read.span is None:
        return None
    note = f"{MOST_SERIES} of {len(found):,} series are drawn" if len(found) > MOST_SERIES else ""
    found = found[:MOST_SERIES]
    start, end = ms_of(read.span.start), ms_of(read.span.end)
    height = max(view.height, len(found) * 22 + AXIS)
    plot = height - AXIS
    tall = plot / len(found)
    names = [display_name(one, read.frames).strip("\u00a0 ") for _, one in found]
    parts: list[svg.Element] = list(x_axis(read, start, end, view, plot))
    seen: dict[str, Entry] = {}
    for row, (times, one) in enumerate(found):
        middle = row * tall + tall / 2
        parts.append(label(-8, middle + 4, _fitting(names[row]), "end", "axis name"))
        for begin, finish, shown in _bands(times, one, end):
            color = css_color(shown.color)
            seen.setdefault(str(shown), Entry(str(shown), color))
            left, right = max((begin - start) / (end - start), 0.0), min((finish - start) / (end - start), 1.0)
            if right > left:
                span = f"{time_label(begin, 100_000, view.zone)} to {time_label(finish, 100_000, view.zone)}"
                title = f"{names[row]}: {shown}, {span}"
                parts.append(bar(left, middle - tall * 0.35, right - left, tall * 0.7, color, title=title))
    gutter = min(max(len(name) for name in names) * LETTER + 12, WIDEST)
    return Chart(picture(parts, height, f"{read.panel.title}: states"), gutter, list(seen.values()), note=note)


def _bands(times: Field, one: Field, end: float) -> Iterator[tuple[float, float, Display]]:
    """Begin, end and look of each unbroken state; nulls and missing steps are gaps."""
    steps = [b - a for a, b in pairwise(times.values)]
    step = median(steps) if steps else 0.0
    last: tuple[float, float, Display] | None = None
    for at, value in zip(times.values, one.values, strict=True):
        shown = None if value is None or value != value else display(one, value)
        if last and (shown is None or shown.text != last[2].text or at - last[1] > step * 1.5):
            yield last[0], min(last[1] + step, at), last[2]
            last = None
        if shown is not None:
            last = (last[0] if last else at, at, shown)
    if last:
        yield last[0], min(last[1] + step, end), last[2]


def _is_drawn(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def sparkline(xs: Sequence[float], field_: Field, span: Span | None, color: str, name: str) -> str:
    """The small curve of a tile."""
    pairs = zip(xs, field_.values, strict=True)
    points = [(float(a), float(b)) for a, b in pairs if _is_drawn(a) and _is_drawn(b)]
    if len(points) < 2:
        return ""
    values = [b for _, b in points]
    low, high = field_.config.get("range") or (min(values), max(values))
    high = high if high > low else low + 1
    start, end = (ms_of(span.start), ms_of(span.end)) if span else (points[0][0], points[-1][0])
    height = 40.0

    def place(a: float, b: float) -> tuple[float, float]:
        return (a - start) / (end - start) * FIELD, 38 - 36 * (min(max(b, low), high) - low) / (high - low)

    drawn = [place(a, b) for a, b in points if start <= a <= end]
    if len(drawn) < 2:
        return ""
    floor = [(a, height) for a, _ in drawn]
    inner = stretched([area(drawn, floor, color, 0.18), curve(drawn, color, 1.25)], height)
    return picture([inner], height, f"{name}: its course", "spark")
