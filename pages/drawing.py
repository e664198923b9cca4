"""Pieces of SVG: the only place where drawings are made of elements, and where texts of data are escaped.

A drawing is as wide as its place: x is a share of the width in percent, y is in pixels. Curves are drawn on a
field of 1000 units that is stretched, so that their lines keep their width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import svg
from markupsafe import escape

FIELD = 1000.0
Point = tuple[float, float]


def share(value: float) -> svg.Length:
    """A share of the width, 0 to 1, as a length."""
    return svg.Length(round(value * 100, 3), "%")


def _safe(text: str) -> str:
    """A text of data; the library writes texts as they are."""
    return str(escape(text))


def label(
    x: svg.Length | float,
    y: float,
    text: str,
    anchor: str = "start",
    classes: str = "",
    fill: str = "",
    size: float = 0,
) -> svg.Element:
    """A text at a point; ``anchor`` is start, middle or end, ``size`` in pixels where it is not that of labels."""
    return svg.Text(
        x=x,
        y=round(y, 1),
        text=_safe(text),
        style=f"text-anchor:{anchor}"
        + (f";fill:{fill}" if fill else "")
        + (f";font-size:{size:.0f}px" if size else ""),
        class_=classes.split() or None,
    )


def across(y: float, classes: str, stroke: str = "") -> svg.Element:
    """A horizontal line over the whole width."""
    return svg.Line(x1=0, x2=share(1), y1=round(y, 1), y2=round(y, 1), class_=[classes], style=_stroke(stroke))


def upright(x: float, top: float, bottom: float, classes: str, title: str = "") -> svg.Element:
    """A vertical line at a share of the width; ``title`` is what a browser shows about it."""
    titles: list[svg.Element] = [svg.Title(text=_safe(title))] if title else []
    return svg.Line(x1=share(x), x2=share(x), y1=round(top, 1), y2=round(bottom, 1), class_=[classes], elements=titles)


def _stroke(color: str) -> str | None:
    return f"stroke:{color}" if color else None


def bar(
    x: float, y: float, width: float, height: float, fill: str, opacity: float = 1.0, title: str = ""
) -> svg.Element:
    """A filled rectangle; x and width are shares."""
    titles: list[svg.Element] = [svg.Title(text=_safe(title))] if title else []
    style = f"fill:{fill}" + (f";fill-opacity:{opacity:g}" if opacity < 1 else "")
    return svg.Rect(
        x=share(x),
        width=share(width),
        y=round(y, 1),
        height=round(max(height, 0), 1),
        style=style,
        elements=titles,
    )


def curve(points: Sequence[Point], color: str, width: float, dash: Sequence[float] = ()) -> svg.Element:
    """A line through points of the field."""
    style = f"stroke:{color};stroke-width:{width:g}" + (
        f";stroke-dasharray:{' '.join(f'{d:g}' for d in dash)}" if dash else ""
    )
    return svg.Path(d=_through(points), style=style, class_=["curve"], vector_effect="non-scaling-stroke")


def area(points: Sequence[Point], floor: Sequence[Point], color: str, opacity: float) -> svg.Element:
    """The area between points and a floor below them, both from left to right."""
    around = [*_through(points), *(svg.L(round(x, 1), round(y, 1)) for x, y in reversed(floor)), svg.Z()]
    return svg.Path(d=around, style=f"fill:{color};fill-opacity:{opacity:g}", class_=["area"])


def arc(start: float, end: float, outer: float, inner: float, color: str, title: str = "") -> svg.Element:
    """A piece of a ring around 0, 0; its ends are shares of a turn, clockwise from the top."""
    end = min(end, start + 0.9999)  # a whole ring would have no length between its ends
    points = [
        (r * math.sin(2 * math.pi * t), -r * math.cos(2 * math.pi * t)) for r in (outer, inner) for t in (start, end)
    ]
    (ax, ay), (bx, by), (dx, dy), (cx, cy) = ((round(x, 2), round(y, 2)) for x, y in points)
    large = end - start > 0.5
    path = [svg.M(ax, ay), svg.Arc(outer, outer, 0, large, True, bx, by), svg.L(cx, cy)]
    path += [svg.Arc(inner, inner, 0, large, False, dx, dy)] if inner else []
    titles: list[svg.Element] = [svg.Title(text=_safe(title))] if title else []
    return svg.Path(d=[*path, svg.Z()], style=f"fill:{color}", class_=["slice"], elements=titles)


def blocks(corners: Sequence[Point], width: float, height: float, color: str, opacity: float) -> svg.Element:
    """Equal rectangles of one opacity on the field, by their upper left corners."""
    d: list[svg.PathData] = []
    for x, y in corners:
        d += [
            svg.M(round(x, 1), round(y, 1)),
            svg.h(round(width, 1)),
            svg.v(round(height, 1)),
            svg.h(round(-width, 1)),
            svg.Z(),
        ]
    return svg.Path(d=d, style=f"fill:{color};fill-opacity:{opacity:g}", class_=["area"])


def _through(points: Sequence[Point]) -> list[svg.PathData]:
    return [
        svg.L(round(x, 1), round(y, 1)) if index else svg.M(round(x, 1), round(y, 1))
        for index, (x, y) in enumerate(points)
    ]


def field(elements: Sequence[svg.Element], height: float) -> svg.Element:
    """The stretched field that curves are drawn on."""
    return svg.SVG(
        width=share(1),
        height=round(height, 1),
        viewBox=svg.ViewBoxSpec(0, 0, FIELD, round(height, 1)),
        extra={"preserveAspectRatio": "none"},
        class_=["field"],
        elements=list(elements),
    )


def picture(elements: Sequence[svg.Element], height: float, name: str, classes: str = "chart") -> str:
    """A whole drawing; ``name`` is what a screen reader says about it."""
    title: list[svg.Element] = [svg.Title(text=_safe(name))]
    return svg.SVG(
        width=share(1),
        height=round(height, 1),
        class_=[classes],
        extra={"role": "img"},
        elements=title + list(elements),
    ).as_str()


def round_picture(elements: Sequence[svg.Element], box: tuple[float, float, float, float], name: str) -> str:
    """A drawing that keeps its shape; ``box`` is left, top, width and height of what it shows."""
    title: list[svg.Element] = [svg.Title(text=_safe(name))]
    return svg.SVG(
        viewBox=svg.ViewBoxSpec(*box),
        class_=["round"],
        extra={"role": "img"},
        elements=title + list(elements),
    ).as_str()
