"""Pieces of SVG: the only place where drawings are made of elements, and where texts of data are escaped.

A drawing is as wide as its place: x is a share of the width in percent, y is in pixels. Curves are drawn on a
field of 1000 units that is stretched, so that their lines keep their width.
"""

from __future__ import annotations

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
    x: svg.Length | float, y: float, text: str, anchor: str = "start", classes: str = "", fill: str = ""
) -> svg.Element:
    """A text at a point; ``anchor`` is start, middle or end."""
    return svg.Text(
        x=x,
        y=round(y, 1),
        text=_safe(text),
        style=f"text-anchor:{anchor}" + (f";fill:{fill}" if fill else ""),
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
