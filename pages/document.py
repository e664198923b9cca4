"""A dashboard as a PDF: the figures and drawings of its pages on paper, with page numbers. Extra `gendash[pdf]`."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import typst
from markdown_it import MarkdownIt

from gendash.engine.read.display import display
from gendash.engine.read.fields import display_name
from gendash.engine.read.panels import DashboardRead, PanelRead
from gendash.engine.read.transform import sorted_frame
from gendash.pages.bands import heatmap, states
from gendash.pages.charts import Chart, Entry, View, curves, units_of
from gendash.pages.colors import theme_values, with_theme
from gendash.pages.panel import CALCS, nothing, why_not
from gendash.pages.reduced_values import values_of
from gendash.pages.setting import Setting
from gendash.pages.shapes import histogram, named_bars
from gendash.pages.site import About, page_text, picked_text, span_text

WIDTH, HEIGHT = 720, 190  # pixels of a drawing on a page
MOST_ROWS = 40  # of a table on paper; the CSV export has all
_STYLE = (
    "<style>text{font-family:sans-serif;font-size:11px;fill:#5d6470}.grid{stroke:#e9eaec}.curve{fill:none}"
    ".limit{stroke-dasharray:8 6}.mark{stroke:#8e959e;stroke-dasharray:3 3}</style>"
)
_LONG, _SIGN = re.compile(r"\S{16,}"), re.compile(r"[\W_]|[^\W_]{16}")
_DRAWN = {
    "timeseries": curves,
    "trend": curves,
    "heatmap": heatmap,
    "state-timeline": states,
    "status-history": states,
    "barchart": named_bars,
    "histogram": histogram,
}


def pdf(read: DashboardRead, setting: Setting, about: About) -> bytes:
    """The document of one dashboard. Every text of data reaches it as data, never as markup."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = {
            "title": read.dashboard.title,
            "doc": setting.catalog.prose(read.dashboard.doc),
            "at": f"{about.moment} ({about.zone}), for {'admins' if about.audience == 'admin' else 'everyone'}",
            "left_out": list(about.left_out),
            "facts": [
                f"Range: {span_text(read.span, about.zone)}",
                *(f"{one.label or one.name}: {picked_text(one, choice.picked)}" for one, choice in read.choices),
            ],
            "marks": len(read.marks),
            "rows": [
                {"title": row.title, "panels": [_panel(one, setting, folder) for one in panels]}
                for row, panels in read.rows
            ],
        }
        (folder / "data.json").write_text(json.dumps(data), "utf-8")
        (folder / "main.typ").write_text(page_text("document.typ"), "utf-8")
        made: bytes = typst.compile(str(folder / "main.typ"), root=str(folder))
        return made


def _panel(read: PanelRead, setting: Setting, folder: Path) -> dict[str, object]:
    kind = read.rendered["type"]
    found: dict[str, object] = {"title": read.panel.title, "kind": kind, "width": read.panel.width, "note": ""}
    if why := why_not(read):
        return found | {"note": why}
    if kind == "text":
        return found | {"lines": plain_lines(str(read.rendered.get("options", {}).get("content", "")))}
    if kind in _DRAWN:
        units = units_of(read) if _DRAWN[kind] is curves else [None]
        views = [View(HEIGHT, setting.zone, setting.marks, unit) for unit in units]
        charts = [chart for view in views if (chart := _DRAWN[kind](read, view)) is not None]
        names = [f"{read.panel.slug}-{index}.svg" for index in range(len(charts))]
        drawings = [_drawing(chart, name, folder) for chart, name in zip(charts, names, strict=True)]
        return found | ({"drawings": drawings} if drawings else {"note": nothing(read)})
    if kind in ("stat", "bargauge", "gauge", "piechart"):
        figures = _figures(read, setting)
        more = f"{MOST_ROWS} of {len(figures):,} values" if len(figures) > MOST_ROWS else ""
        return found | ({"figures": figures[:MOST_ROWS], "note": more} if figures else {"note": nothing(read)})
    return found | _table(read, setting)


def plain_lines(text: str) -> list[str]:
    """The words of Markdown, a text for each paragraph and each point of a list."""
    found = []
    for one in MarkdownIt("commonmark", {"html": False}).enable("table").parse(text):
        if one.type == "inline":
            breaks = {"softbreak": " ", "hardbreak": " "}
            found.append("".join(breaks.get(part.type, part.content) for part in one.children or ()))
        elif one.type in ("fence", "code_block"):
            found.append(one.content.rstrip())
    return found


def _drawing(chart: Chart, name: str, folder: Path) -> dict[str, object]:
    """Writes a drawing of fixed width, with the room of its labels at the left, in the colours of paper."""
    inner = with_theme(chart.svg, "light").replace('width="100%"', f'width="{WIDTH - chart.gutter - 12:.0f}"', 1)
    inner = inner.replace("<svg ", f'<svg x="{chart.gutter:.0f}" y="8" overflow="visible" ', 1)
    outer = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT + 16}">{_STYLE}{inner}</svg>'
    (folder / name).write_text(outer, "utf-8")
    legend = [{"name": _named(one), "color": _hex(one.color)} for one in chart.legend[:MOST_ROWS]]
    more = len(chart.legend) - MOST_ROWS
    return {"image": name, "legend": legend, "note": chart.note or (f"and {more:,} more" if more > 0 else "")}


def _named(one: Entry) -> str:
    return ", ".join([one.name, *(f"{CALCS.get(calc, calc)} {text}".strip() for calc, text in one.calcs.items())])


def _hex(color: str) -> str:
    plain = with_theme(color, "light")
    return plain if plain.startswith("#") and len(plain) == 7 else theme_values("light")["gray"]


def _figures(read: PanelRead, setting: Setting) -> list[dict[str, str]]:
    return [{"name": one.name, "text": str(one.shown)} for one in values_of(read, setting.zone, setting.now)]


def breakable(text: str) -> str:
    """A text whose long words may go on in the next line behind each sign, so that none covers the next column."""
    return _LONG.sub(lambda word: _SIGN.sub("\\g<0>\u200b", word[0]), text)


def _table(read: PanelRead, setting: Setting) -> dict[str, object]:
    frame = next((one for one in read.frames if one.length), None)
    if frame is None:
        return {"note": nothing(read)}
    for by in read.rendered.get("options", {}).get("sortBy", ())[:1]:
        frame = sorted_frame(frame, read.frames, by["displayName"], bool(by.get("desc")))
    columns = [one for one in frame.fields if not one.config.get("custom", {}).get("hidden")]
    rows = [
        [breakable(str(display(one, one.values[row], setting.zone, setting.now))) for one in columns]
        for row in range(min(frame.length, MOST_ROWS))
    ]
    right = [one.kind == "number" for one in columns]
    note = f"{MOST_ROWS} of {frame.length} rows" if frame.length > MOST_ROWS else ""
    return {
        "head": [display_name(one, read.frames) for one in columns],
        "rows": rows,
        "note": note,
        "right": right,
    }
