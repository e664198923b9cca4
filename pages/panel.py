"""One panel as HTML: its body by kind, and what is shown about it on demand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from gendash.engine.config.load import FEATURE_NEEDS
from gendash.engine.errors import internal
from gendash.engine.read.display import Display, display
from gendash.engine.read.fields import display_name
from gendash.engine.read.frames import Field, Frame
from gendash.engine.read.panels import PanelRead
from gendash.engine.read.reduce import numbers_of
from gendash.engine.read.transform import sorted_frame
from gendash.pages.bands import heatmap, sparkline, states
from gendash.pages.charts import Chart, Entry, View, curves, units_of
from gendash.pages.colors import SINGLE_HUES, css_color, text_color
from gendash.pages.links import Clicked, address_of, target_of
from gendash.pages.reduced_values import Value, values_of
from gendash.pages.setting import Setting
from gendash.pages.shapes import gauge, histogram, named_bars, pie

UNIT = 38  # pixels of a row of Grafana's grid, 30 and the gap
MOST_ROWS = 200  # of a table that are drawn; the CSV export has all
LONG_LEGEND = 20  # entries, above which a legend scrolls
ONE_LINE, SHORT = 40, 20  # letters of a figure or a word, and of several words, up to which they are in one line
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def body(read: PanelRead, setting: Setting) -> Markup:
    """What a panel shows: its drawing, or in a sentence why there is none."""
    kind = read.rendered["type"]
    if why := why_not(read):
        return Markup('<p class="empty{}">{}</p>').format("" if read.missing else " fault", why)
    if kind == "text":
        return markdown(str(read.rendered.get("options", {}).get("content", "")))
    try:
        drawn = _BODIES.get(kind, _as_table)(read, setting)
    except Exception as error:  # of this panel only
        return Markup('<p class="empty fault">{}</p>').format(str(internal(error)))
    return drawn or Markup('<p class="empty">{}</p>').format(nothing(read))


def why_not(read: PanelRead) -> str:
    """Why a panel cannot be drawn: what it needs is absent, its queries failed, or it has none; else an empty text."""
    if read.missing:
        needs = read.panel.needs or " and ".join(FEATURE_NEEDS.get(name, name) for name in read.missing)
        return f"Not available: needs {needs}"
    if read.rendered["type"] != "text" and not read.panel.queries:
        return f"Grafana draws this as {read.rendered['type']}, without a query: it is in Grafana only"
    return "" if any(frame.length for frame in read.frames) else "; ".join(dict.fromkeys(read.faults))


def nothing(read: PanelRead) -> str:
    """The words of a panel without any row: its own, else the reason why an empty answer is fine."""
    own = read.rendered.get("fieldConfig", {}).get("defaults", {}).get("noValue")
    return own or next((one.may_be_empty for one in read.panel.queries if one.may_be_empty), "") or "no data"


def markdown(text: str) -> Markup:
    """Markdown as HTML; tags in it stay text."""
    return Markup('<div class="prose">{}</div>').format(Markup(_markdown.render(text)))


def _tile(read: PanelRead, setting: Setting) -> Markup:
    options = read.rendered["options"]
    values = values_of(read, setting.zone, setting.now)
    size = int(options.get("text", {}).get("valueSize", 32))
    parts = []
    for one in values[:MOST_ROWS]:
        shown = one.shown
        tinted = options.get("colorMode") == "value" or (shown.mapped and shown.number is None)
        parts.append(_figure(one.name, shown, size, text_color(shown.color) if tinted else ""))
        time = next((field for field in one.frame.fields if field.kind == "time"), None)
        if options.get("graphMode") == "area" and len(values) == 1 and time is not None:
            hue = css_color(shown.color if shown.number is not None else "gray")
            parts.append(Markup(sparkline(time.values, one.field, read.span, hue, read.panel.title)))
    if not parts:
        return Markup("")
    note = _of_rows(len(values), "values")
    side = " side" if len(values) > 1 else ""
    return Markup('<div class="tile{}">{}</div>{}').format(side, Markup("").join(parts), note)


def _figure(name: str, shown: Display, size: int, color: str) -> Markup:
    style = f"font-size:{size}px" + (f";color:{color}" if color else "")
    style += ";white-space:normal" if len(str(shown)) > ONE_LINE else ""
    small = Markup('<span class="unit">{}</span>')
    digits = Markup("{}{}{}").format(
        small.format(shown.prefix) if shown.prefix and shown.prefix.strip("-$€£") != "" else shown.prefix,
        shown.text,
        small.format(shown.suffix) if shown.suffix else "",
    )
    return Markup('<div class="figure"><div class="name">{}</div><div class="value" style="{}">{}</div></div>').format(
        name, style, digits
    )


def _drawn(chart: Chart | None, read: PanelRead, setting: Setting) -> Markup:
    if chart is None:
        return Markup("")
    hover = (
        Markup('<script type="application/json">{}</script>').format(Markup(_inert(chart.hover))) if chart.hover else ""
    )
    note = Markup('<p class="note">{}</p>').format(chart.note) if chart.note else ""
    return Markup('<div class="plot" style="padding-left:{}px">{}{}</div>{}{}').format(
        f"{chart.gutter:.0f}", Markup(chart.svg), hover, legend(chart.legend, read, setting), note
    )


def _inert(json: str) -> str:
    """JSON inside a page: nothing in it ends the script."""
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def legend(entries: Sequence[Entry], read: PanelRead, setting: Setting) -> Markup:
    """Names with their colours, and reduced values where the panel asks for them; each leads on."""
    href, _ = target_of(read.panel.leads_to, setting)
    found = [
        Markup('<li><i class="{}" style="--k:{}"></i><bdi>{}</bdi>{}</li>').format(
            "dash" if one.dashed else "",
            one.color,
            _leading(one.name, address_of(Clicked(one.field, name=one.name), setting, href) if one.field else href),
            Markup("").join(
                Markup(" <b>{}</b>").format(f"{CALCS.get(calc, calc)} {text}".strip())
                for calc, text in one.calcs.items()
            ),
        )
        for one in entries
    ]
    scrolls = Markup(' tabindex="0"') if len(found) > LONG_LEGEND else ""
    return Markup('<ul class="legend"{}>{}</ul>').format(scrolls, Markup("").join(found)) if found else Markup("")


def _leading(name: str, href: str) -> Markup:
    """A name as a link to what explains it, if that is a page of this site."""
    return Markup('<a href="{}">{}</a>').format(href, name) if href else escape(name)


CALCS = {"lastNotNull": "last", "mean": "mean", "max": "max", "min": "min", "sum": "total"}


def height_of(read: PanelRead, room: float) -> float:
    """Pixels for a drawing: those of the panel's height without its head, and without ``room`` more."""
    return max(read.panel.height * UNIT - 8 - 44 - room, 90)


def _curves(read: PanelRead, setting: Setting) -> Markup:
    """A chart, or one below the other where curves have several units."""
    if not any(numbers_of(one.values) for f in read.frames for one in f.fields if one.kind == "number"):
        return Markup("")
    shows = bool(read.rendered["options"].get("legend", {}).get("showLegend"))
    units = units_of(read)
    height = max(height_of(read, 30 if shows else 4) / max(len(units), 1), 90)
    charts = [curves(read, View(height, setting.zone, setting.marks, unit)) for unit in units]
    return Markup("").join(
        _drawn(one if shows else replace(one, legend=()), read, setting) for one in charts if one is not None
    )


def _heatmap(read: PanelRead, setting: Setting) -> Markup:
    return _drawn(heatmap(read, View(height_of(read, 30), setting.zone, setting.marks)), read, setting)


def _states(read: PanelRead, setting: Setting) -> Markup:
    return _drawn(states(read, View(height_of(read, 30), setting.zone, setting.marks)), read, setting)


def _bars(read: PanelRead, setting: Setting) -> Markup:
    """Horizontal bars, one for each value, whose name leads on."""
    href, _ = target_of(read.panel.leads_to, setting)
    values = values_of(read, setting.zone, setting.now)
    rows = [
        _bar_row(
            _leading(one.name, address_of(Clicked(one.field, one.frame, one.row, _name_of(one)), setting, href)),
            one.shown,
            max(0.0, min(one.shown.share, 1.0)),
        )
        for one in values[:MOST_ROWS]
    ]
    if not rows:
        return Markup("")
    bars = Markup('<div class="bars">{}</div>').format(Markup("").join(rows))
    return bars if len(rows) <= LONG_LEGEND else _scrolling(bars, read, _of_rows(len(values), "values"))


def _name_of(one: Value) -> str:
    """The name of a bar's field, which Grafana's links hand on; that of a row is in its cells."""
    return one.name if one.row is None else ""


def _gauges(read: PanelRead, setting: Setting) -> Markup:
    values = values_of(read, setting.zone, setting.now)
    several, note = len(values) > 1, _of_rows(len(values), "values")
    figures = [
        Markup("<figure>{}{}</figure>").format(
            Markup(gauge(one, read).svg), Markup("<figcaption>{}</figcaption>").format(one.name) if several else ""
        )
        for one in values[:MOST_ROWS]
    ]
    return Markup('<div class="gauges">{}</div>{}').format(Markup("").join(figures), note) if figures else Markup("")


def _pie(read: PanelRead, setting: Setting) -> Markup:
    chart = pie(values_of(read, setting.zone, setting.now), read)
    if chart is None:
        return Markup("")
    names = legend(chart.legend, read, setting)
    return Markup('<div class="pie">{}{}</div>').format(Markup(chart.svg), names)


def _by_name(read: PanelRead, setting: Setting) -> Markup:
    return _drawn(named_bars(read, View(height_of(read, 30), setting.zone)), read, setting)


def _histogram(read: PanelRead, setting: Setting) -> Markup:
    return _drawn(histogram(read, View(height_of(read, 4), setting.zone)), read, setting)


def _rail(share: float, color: str) -> Markup:
    """A bar of a share of its place: of nothing none, however thin."""
    filled = Markup('<span style="width:{}%;background:{}"></span>').format(f"{share * 100:.2f}", color)
    return Markup('<span class="rail">{}</span>').format(filled if share > 0 else "")


def _bar_row(name: Markup, shown: Display, share: float) -> Markup:
    rail = _rail(share, css_color(shown.color))
    row = Markup('<div class="row"><span class="key">{}</span>{}<span class="num">{}</span></div>')
    return row.format(name, rail, str(shown))


def _as_table(read: PanelRead, setting: Setting) -> Markup:
    """Rows and columns; of the frames that a kind has which is not drawn, each is a table."""
    frames = [frame for frame in read.frames if frame.fields]
    if read.rendered["type"] == "table":
        frames = frames[int(read.rendered["options"].get("frameIndex", 0)) :][:1] or frames[:1]
    tables = [_table(read, frame, setting) for frame in frames if frame.length]
    if tables and read.rendered["type"] != "table":
        note = Markup('<p class="note">Grafana draws this as {}; here are its rows.</p>').format(read.rendered["type"])
        tables.insert(0, note)
    return Markup("").join(tables)


def _table(read: PanelRead, frame: Frame, setting: Setting) -> Markup:
    for one in read.rendered["options"].get("sortBy", ())[:1]:
        frame = sorted_frame(frame, read.frames, one["displayName"], bool(one.get("desc")))
    columns = [one for one in frame.fields if not one.config.get("custom", {}).get("hidden")]
    head = Markup("").join(
        Markup('<th class="{}" style="{}">{}</th>').format(_align(one), _wide(one), display_name(one, read.frames))
        for one in columns
    )
    rows = [
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(frame, one, row, setting) for one in columns))
        for row in range(min(frame.length, MOST_ROWS))
    ]
    inner = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, Markup("").join(rows))
    return _scrolling(inner, read, _of_rows(frame.length, "rows"))


def _scrolling(inner: Markup, read: PanelRead, note: Markup) -> Markup:
    """What may be higher than its panel, and a note below it."""
    tall = max(read.panel.height * UNIT - 8 - 44, 120)
    return Markup('<div class="scroll" tabindex="0" style="max-height:{}px">{}</div>{}').format(tall, inner, note)


def _of_rows(count: int, words: str) -> Markup:
    """How many of more than can be drawn are drawn."""
    return (
        Markup('<p class="note">{} of {:,} {}</p>').format(MOST_ROWS, count, words) if count > MOST_ROWS else Markup("")
    )


def _align(one: Field) -> str:
    align = one.config.get("custom", {}).get("align", "auto")
    return ("right" if one.kind == "number" else "left") if align == "auto" else str(align)


def _wide(one: Field) -> str:
    custom = one.config.get("custom", {})
    width = custom.get("width")
    return f"width:{int(width)}px" if width else f"min-width:{int(custom.get('minWidth', 64))}px"


def _cell(frame: Frame, one: Field, row: int, setting: Setting) -> Markup:
    shown = display(one, one.values[row], setting.zone, setting.now)
    custom = one.config.get("custom", {}).get("cellOptions", {})
    kind, align = custom.get("type", "auto"), _align(one)
    color = css_color(shown.color)
    text = _linked(frame, one, row, str(shown), setting)
    if kind == "gauge" and shown.number is not None:
        rail = _rail(max(0.0, min(shown.share, 1.0)), color)
        return Markup('<td class="gauge">{}<span class="num">{}</span></td>').format(rail, text)
    if kind == "color-background" and shown.number is not None:
        if not shown.color.startswith(SINGLE_HUES):  # one of these is legible as it is
            color = f"color-mix(in srgb, {color} 35%, var(--c-panel))"
        return Markup('<td class="{} filled" style="background:{}">{}</td>').format(align, color, text)
    whole = len(str(shown)) <= (SHORT if " " in str(shown) else ONE_LINE)
    wraps = " wrap" if custom.get("wrapText") else " whole" if whole else ""
    if kind == "color-text" or (shown.mapped and shown.color != "text"):
        return Markup('<td class="{}{}" style="color:{}">{}</td>').format(align, wraps, text_color(shown.color), text)
    return Markup('<td class="{}{}">{}</td>').format(align, wraps, text)


def _linked(frame: Frame, one: Field, row: int, text: str, setting: Setting) -> Markup:
    """The text of a cell, as a link where its field has one that leads somewhere."""
    target = address_of(Clicked(one, frame, row), setting) if text else ""
    if not target:
        return escape(text)
    return Markup('<a href="{}"{}>{}</a>').format(target, _OUT if _WEB.match(target) else Markup(""), text)


_OUT, _WEB = Markup(' rel="noopener noreferrer"'), re.compile("https?:")


_BODIES: Mapping[str, Callable[[PanelRead, Setting], Markup]] = {
    "stat": _tile,
    "timeseries": _curves,
    "trend": _curves,
    "bargauge": _bars,
    "gauge": _gauges,
    "piechart": _pie,
    "barchart": _by_name,
    "histogram": _histogram,
    "table": _as_table,
    "heatmap": _heatmap,
    "state-timeline": _states,
    "status-history": _states,
}
