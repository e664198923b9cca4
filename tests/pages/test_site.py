"""Pages drawn from answers that tests make up: every kind of panel, hostile texts, empty answers and servers that are gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import attr
import pytest
from grafanalib import core as gl

from gendash.dashboards import viz
from gendash.dashboards._palette import fixed, override, steps, words
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.prometheus import Data
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.model import Dashboard, Panel, Query, Row, Variable, promql, sql
from gendash.engine.read.frames import Field, Frame
from gendash.engine.read.panels import Mark, Moment, dashboard_read
from gendash.engine.read.reader import Rows
from gendash.engine.read.sources import Sources
from gendash.pages.charts import mark_lines
from gendash.pages.colors import css_color, with_theme
from gendash.pages.links import Clicked, address_of
from gendash.pages.scales import tick_texts, ticks, time_ticks
from gendash.pages.setting import Setting
from gendash.pages.shapes import bucket_size
from gendash.pages.site import About, Site

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
HOURS = [NOW - timedelta(hours=i) for i in range(23, -1, -1)]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_config("time_zone: Europe/Berlin"))


def drawn(
    catalog: Catalog,
    vizualisation: Any,
    answer: Rows | Failed | Sequence[Mapping[str, Any]],
    query: Query | None = None,
    title: str = "Figure",
    up: bool = True,
    leads_to: str = "",
) -> str:
    """The page of a dashboard with one panel, whose query gets this answer."""
    metric = not isinstance(answer, Rows | Failed)
    asked = query or (promql("up", legend="{{name}}") if metric else sql("select 1"))
    panel = Panel("figure", title, "What it is.", vizualisation, [asked], 24, 8, leads_to=leads_to)
    board = Dashboard("own", "Own", "A question?", [Row("", [panel])], "1m", "24h")

    def ask(_text: str) -> Rows | Failed:
        assert isinstance(answer, Rows | Failed)
        return answer

    def call(_path: str, _params: Mapping[str, str]) -> Data | Failed:
        return Data({"resultType": "matrix", "result": answer}, 1.0)

    down = {} if up else {"reader": "store: no connection", "": "prometheus: no connection"}
    sources = Sources({"reader": ask} if up else {}, call if up else None, down)
    read = dashboard_read(catalog, sources, board, Moment(NOW, span=Span(HOURS[0], NOW)))
    others = [catalog.dashboards["system-health"]] if leads_to else []
    return Site(catalog, [board, *others], About("everyone", NOW, "Europe/Berlin")).page(read)


def rows(columns: str, values: Sequence[tuple[Any, ...]], numeric: str) -> Rows:
    names = tuple(columns.split())
    return Rows(names, tuple(name in numeric.split() for name in names), list(values), 0.0)


class _Tags(HTMLParser):
    """Counts tags and checks that they close in order."""

    EMPTY = ("meta", "link", "br", "img", "hr", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _attrs: Any) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


SERIES = [{"metric": {"name": EVIL}, "values": [[at.timestamp(), "1.5"] for at in HOURS]}]
TIMED = rows("time metric value", [(at, EVIL, 5) for at in HOURS], "value")
LISTED = rows("name value", [(EVIL, 5.0), ("b", 7.0)], "value")
BUCKETS = [
    {"metric": {"le": le}, "values": [[at.timestamp(), n] for at in HOURS]} for le, n in (("0.5", "1"), ("+Inf", "3"))
]


@attr.s(kw_only=True, auto_attribs=True)
class Kind(viz._Modern):
    """A kind of Grafana that our dashboards do not use, and others may."""

    kind: str = ""
    options: dict[str, Any] = attr.ib(factory=dict)
    custom: dict[str, Any] = attr.ib(factory=dict)

    def to_json_data(self) -> Any:
        return self.panel(
            self.kind, {"reduceOptions": {"calcs": ["lastNotNull"], "values": True}} | self.options, self.custom
        )


PALETTE = {"mode": "palette-classic"}
KINDS: dict[str, Callable[[], tuple[Any, Any, Query | None]]] = {
    "tile": lambda: (viz.HeadTile(unit="locale", subject="blue"), TIMED, sql("select 1")),
    "lines": lambda: (viz.Lines(unit="reqps", limit=True, thresholds=steps(("transparent", None), ("red", 1))), SERIES, None),
    "bars per day": lambda: (viz.DayBars(unit="locale"), TIMED, sql("select 1")),
    "trend": lambda: (viz.Trend(unit="currencyUSD", x="day"), rows("day spent", [(1, 2), (2, 5)], "day spent"), sql("select 1", format="table")),
    "bar gauge": lambda: (viz.BarGauge(unit="locale"), LISTED, sql("select 1", format="table")),
    "table": lambda: (viz.Table(overrides=[override("byName", "value", custom__cellOptions={"type": "gauge"})]), LISTED, sql("select 1", format="table")),
    "heatmap": lambda: (viz.Heatmap(unit="reqps"), BUCKETS, promql("up", format="heatmap")),
    "states": lambda: (viz.StateTimeline(mappings=words(v1=(EVIL, "green"))), [{"metric": {"name": EVIL}, "values": [[at.timestamp(), "1"] for at in HOURS]}], None),
    "text": lambda: (viz.Text(content=f"# Guide\n\n{EVIL}\n\n[x](javascript:alert(1))"), TIMED, sql("select 1")),
    "gauge": lambda: (Kind(kind="gauge", unit="percent", min=0, max=100, thresholds=steps(("green", None), ("red", 80))), LISTED, sql("select 1", format="table")),
    "pie": lambda: (Kind(kind="piechart", color=PALETTE), LISTED, sql("select 1", format="table")),
    "bars by name": lambda: (Kind(kind="barchart", color=PALETTE), LISTED, sql("select 1", format="table")),
    "histogram": lambda: (Kind(kind="histogram", unit="s", color=PALETTE), LISTED, sql("select 1", format="table")),
    "another kind": lambda: (gl.Graph(), LISTED, sql("select 1", format="table")),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_html_in_data_stays_text(catalog: Catalog, kind: str) -> None:
    text = drawn(catalog, *KINDS[kind](), title=f"Title {EVIL}")
    plain = drawn(catalog, viz.Text(content="x"), TIMED, sql("select 1"))
    tags, bare = _Tags(text), _Tags(plain)
    assert tags.seen.count("img") == 0
    data = text.count('<script type="application/json">')
    assert tags.seen.count("script") == bare.seen.count("script") + data
    assert "javascript:" not in re.sub(r"\[x\]\(javascript[^<]*", "", text)
    assert "no data" not in "".join(tags.texts)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "text"])
def test_an_empty_answer_a_refusal_and_a_missing_server_are_said_in_words(catalog: Catalog, kind: str) -> None:
    panel, answer, query = KINDS[kind]()
    nothing: Any = Rows(("time",), (False,), [], 0.0) if isinstance(answer, Rows) else []
    assert 'class="empty"' in drawn(catalog, panel, nothing, query)
    assert (
        "store: no connection" in (gone := drawn(catalog, panel, answer, query, up=False)) or "prometheus: no" in gone
    )
    if isinstance(answer, Rows):
        assert "permission denied for x" in drawn(catalog, panel, Failed("42501", "permission denied for x"), query)


def test_a_tile_shows_the_figure_its_name_and_its_limits_colour(catalog: Catalog) -> None:
    limits = steps(("text", None), ("red", 0.05))
    tile = viz.NumberTile(unit="percentunit", decimals=1, judged=True, thresholds=limits)
    text = drawn(catalog, tile, rows("time metric value", [(NOW, "of all", 0.071)], "value"))
    assert re.search(r'class="name">of all</div>.*color:var\(--t-red\)">7\.1<span class="unit">%</span>', text)


@pytest.mark.parametrize(("tile", "peak"), [(viz.HeadTile(min=0), 1.3), (viz.ShareTile(max=0.5), 1.15)])
def test_the_curve_of_a_head_tile_stays_below_its_digits(catalog: Catalog, tile: Any, peak: float) -> None:
    """The scale ends 0.3 of the highest value above it, of a share 0.3 of its usual end; one figure is shown."""
    text = drawn(catalog, tile, rows("time metric value", [(at, "now", 1.0) for at in HOURS], "value"), sql("select 1"))
    assert text.count('class="figure"') == 1
    (curve,) = re.findall(r'class="curve"[^>]* d="([^"]+)"', text)
    (height,) = {float(number) for number in re.findall(r"[\d.]+", curve)[1::2]}
    assert height == pytest.approx(38 - 36 / peak, abs=0.06)


def shapes(text: str) -> list[str]:
    return re.findall(r'<path [^>]*d="([^"]+)"[^>]*class="slice"|<path [^>]*class="slice"[^>]*d="([^"]+)"', text)


def test_a_pie_has_a_slice_and_a_line_of_its_legend_for_each_value_and_a_gauge_a_part_of_its_arc(
    catalog: Catalog,
) -> None:
    query = sql("select 1", format="table")
    answer = rows("name value", [("a", 30.0), ("b", 10.0), ("nothing", 0.0)], "value")
    text = drawn(catalog, Kind(kind="piechart", color=PALETTE), answer, query)
    assert len(shapes(text)) == 2 and "<b>30 · 75%</b>" in text and "<b>10 · 25%</b>" in text
    whole = drawn(catalog, Kind(kind="piechart", color=PALETTE), rows("name value", [("a", 3.0)], "value"), query)
    assert len(shapes(whole)) == 1 and "100%" in whole
    limits = steps(("green", None), ("orange", 50), ("red", 80))
    gauge = Kind(kind="gauge", unit="percent", min=0, max=100, thresholds=limits)
    text = drawn(catalog, gauge, rows("name value", [("a", 60.0)], "value"), query)
    assert len(shapes(text)) == 2 + 3 and "60%" in text and text.count("fill:var(--c-orange)") == 2
    assert "fill:var(--c-red)" in text and "60% of 0% to 100%" in text


@pytest.mark.parametrize(
    ("numbers", "most", "size"),
    [
        ([0, 100], 30, 100),
        ([0, 10, 100], 30, 10),
        ([n / 10 for n in range(300)], 30, 1),
        ([5, 5], 30, 1),
        ([0.001, 0.1], 30, 0.1),
    ],
)
def test_buckets_are_as_wide_as_grafana_makes_them(numbers: list[float], most: int, size: float) -> None:
    assert bucket_size(numbers, most) == pytest.approx(size)


def test_a_histogram_counts_each_value_once_and_bars_by_name_stack(catalog: Catalog) -> None:
    query = sql("select 1", format="table")
    many = rows("value", [(float(n % 50),) for n in range(1000)], "value")
    text = drawn(catalog, Kind(kind="histogram", color=PALETTE), many, query)
    assert sum(int(n) for n in re.findall(r"<title>[^<]* to [^<]*: (\d+)</title>", text)) == 1000
    pairs = rows("name a b", [("x", 2.0, 3.0), ("y", 4.0, -1.0)], "a b")

    def boxes(**options: Any) -> list[tuple[float, float]]:
        text = drawn(catalog, Kind(kind="barchart", color=PALETTE, options=options), pairs, query)
        return [(float(y), float(h)) for y, h in re.findall(r'<rect [^>]*y="([0-9.]+)"[^>]*height="([0-9.]+)"', text)]

    (a, b, _, down), (c, d, *_) = boxes(stacking="normal"), boxes()
    assert b[0] + b[1] == pytest.approx(a[0], abs=0.2)  # upon the first one
    assert c[0] + c[1] == pytest.approx(d[0] + d[1], abs=0.2)  # beside it
    assert down[0] >= a[0] + a[1] - 0.2  # below zero


def test_a_series_with_the_transform_negative_y_is_drawn_below_zero_with_its_own_texts(catalog: Catalog) -> None:
    down = override("byName", "b", custom__transform="negative-Y", custom__axisCenteredZero=True)
    pairs = rows("time a b", [(HOURS[5], 2, 3), (HOURS[9], 2, 3)], "a b")
    text = drawn(catalog, viz.DayBars(min=None, unit="locale", overrides=[down]), pairs)
    boxes = [(float(y), float(h)) for y, h in re.findall(r'<rect [^>]*y="([0-9.]+)"[^>]*height="([0-9.]+)"', text)]
    assert len(boxes) == 4 and boxes[2][0] >= boxes[0][0] + boxes[0][1] - 0.2
    assert '"v":["3","3"]' in text and "-2" in text


def test_a_gap_in_a_series_is_a_gap_and_bars_stack(catalog: Catalog) -> None:
    values = [[at.timestamp(), "1"] for at in HOURS]
    whole = drawn(catalog, viz.Lines(unit="s"), [{"metric": {"name": "a"}, "values": values}])
    broken = drawn(catalog, viz.Lines(unit="s"), [{"metric": {"name": "a"}, "values": values[:8] + values[14:]}])
    assert (whole.count('class="curve"'), broken.count('class="curve"')) == (1, 2)
    stacked = rows("time a b", [(HOURS[5], 2, 3), (HOURS[9], 2, 3)], "a b")
    heights = re.findall(r'<rect [^>]*y="([0-9.]+)"[^>]*height="([0-9.]+)"', drawn(catalog, viz.DayBars(), stacked))
    assert len(heights) == 4
    tops = sorted({round(float(y)) for y, _ in heights})
    assert len(tops) == 2


def test_a_heatmap_of_values_as_large_as_can_be_is_drawn(catalog: Catalog) -> None:
    large = [[HOURS[2].timestamp() + second, "1.7e308"] for second in range(60)]  # all in one column
    series = [{"metric": {"le": le}, "values": large} for le in ("0.1", "1", "+Inf")]
    text = drawn(catalog, viz.Heatmap(unit="reqps"), series, promql("up", format="heatmap"))
    assert "darkest: " in text and "internal fault" not in text


def test_a_line_shows_texts_of_its_unit_under_the_cursor(catalog: Catalog) -> None:
    text = drawn(catalog, viz.Lines(unit="s"), [{"metric": {"name": "a"}, "values": [[HOURS[3].timestamp(), "0.25"]]}])
    assert '"v":["250 ms"]' in text and '"t":["28 Nov 17:00"]' in text


@pytest.mark.parametrize("kind", ["lines", "bars per day", "bar gauge", "pie", "heatmap", "states"])
def test_names_of_bars_and_curves_lead_on_to_pages_of_the_site(catalog: Catalog, kind: str) -> None:
    link = '<a href="system-health.html#errors_by_handler">'
    led = drawn(catalog, *KINDS[kind](), leads_to="system-health/errors_by_handler")
    assert link in re.findall(r'<(?:div class="bars"|ul class="legend").*?</(?:div|ul)>', led, re.S)[0]
    assert link not in drawn(catalog, *KINDS[kind]())


def test_a_mark_that_lasts_is_a_band_and_a_moment_is_a_line() -> None:
    def places(at: float, until: float) -> list[tuple[str, str, str]]:
        lines = mark_lines([Mark(at, until, "Alerts", "fire")], lambda ms: ms / 100, 50, "UTC")
        return re.findall(r'<(rect|line)[^>]*? (x1?)="([^"]+)"', " ".join(str(one) for one in lines))

    assert [kind for kind, *_ in places(20, 20)] == ["line"]
    assert [kind for kind, *_ in places(20, 60)] == ["rect", "line"]
    assert [kind for kind, *_ in places(-20, 60)] == ["rect"], "one that began before"
    assert places(120, 140) == places(-40, -20) == []


def test_links_of_cells_lead_to_web_addresses_only_and_values_cannot_change_the_host(catalog: Catalog) -> None:
    def cell(url: str) -> str:
        link = override("byName", "name", links=[{"title": "x", "url": url}])
        return drawn(
            catalog,
            viz.Table(overrides=[link]),
            rows("name id", [("n", "a/../../b?c#d")], ""),
            sql("x", format="table"),
        )

    assert 'href="https://traces.test/t/a%2F..%2F..%2Fb%3Fc%23d"' in cell("https://traces.test/t/${__data.fields.id}")
    assert "<td" in cell("javascript:alert(1)") and 'href="javascript' not in cell("javascript:alert(1)")


def test_variables_are_shown_as_picked_and_a_live_page_offers_their_options(catalog: Catalog) -> None:
    variables = [
        Variable("before", "Compare with", "An earlier time.", options=(("one week", "7d"), ("two weeks", "14d"))),
        Variable("tag", "Tag", "Which tags.", sql("select 1"), multi=True),
    ]
    panel = Panel("figure", "Figure", "What it is.", viz.Text(content="x"), [sql("select 1")], 24, 8)
    board = Dashboard("own", "Own", "A question?", [Row("", [panel])], "1m", "24h", variables=variables)
    options = rows("tag", [("a",), ("b, <i>",), ("c",)], "")
    moment = Moment(NOW, picked={"tag": ["a", "b, <i>"], "before": ["14d"]})
    read = dashboard_read(catalog, Sources({"reader": lambda _text: options}, None, {}), board, moment)

    def page(live: bool) -> str:
        return Site(catalog, [board], About("everyone", NOW, "Europe/Berlin", live=live)).page(read)

    for text in (page(True), page(False)):
        assert "<dt>Compare with</dt><dd>two weeks</dd>" in text and "<dt>Tag</dt><dd>a + b, &lt;i&gt;</dd>" in text
    assert 'name="var-' not in page(False)
    boxes = re.findall(r'<input type="checkbox" name="var-tag" value="([^"]*)"( checked)?', page(True))
    assert boxes == [("a", " checked"), ("b, &lt;i&gt;", " checked"), ("c", "")]
    assert '<option value="14d" selected>two weeks</option>' in page(True) and page(True).count('value="">All') == 0


def test_a_page_says_for_whom_and_of_which_moment_it_is(catalog: Catalog) -> None:
    text = drawn(catalog, viz.Lines(), SERIES)
    assert "Sunday, 29 November 2026, 13:00" in text and "(Europe/Berlin)" in text and "for everyone" in text
    assert "28 Nov 2026, 14:00 to 29 Nov 2026, 13:00" in text


def test_colours_of_definitions_cannot_bring_other_styles() -> None:
    assert css_color("semi-dark-orange") == "var(--c-semi-dark-orange)"
    assert css_color("#8E959E") == "#8E959E"
    assert css_color("red;background:url(x)") == "var(--c-gray)"
    assert css_color("blues:0.25").startswith("color-mix(in srgb, var(--c-scheme-blue) 25%")
    assert fixed("red")["fixedColor"] == "red"


@pytest.mark.parametrize(
    ("low", "high", "unit", "texts"),
    [
        (0, 2.9, "reqps", ["0 req/s", "1 req/s", "2 req/s", "3 req/s"]),
        (0, 0.131, "percentunit", ["0%", "5%", "10%", "15%"]),
        (0, 11.2, "currencyUSD", ["$0.0", "$2.5", "$5.0", "$7.5", "$10.0", "$12.5"]),
        (0, 0.0021, "s", ["0 s", "500 µs", "1.0 ms", "1.5 ms", "2.0 ms", "2.5 ms"]),
        (0, 3.2 * 1024**2, "bytes", ["0 B", "1 MiB", "2 MiB", "3 MiB", "4 MiB"]),
        (5, 5, "none", ["5.0", "5.2", "5.4", "5.6", "5.8", "6.0"]),
    ],
)
def test_ticks_are_round_and_told_apart(low: float, high: float, unit: str, texts: list[str]) -> None:
    assert tick_texts(ticks(low, high, 5, unit), unit) == texts


def test_labels_of_time_are_round_on_the_wall_clock_also_when_it_changes() -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp() * 1000  # Berlin's night of 25 hours
    labels = time_ticks(start, start + 25 * 3600_000, "Europe/Berlin")
    assert [text for _, text in labels] == ["00:00", "06:00", "12:00", "18:00", "00:00"]
    assert [(at - start) / 3600_000 for at, _ in labels] == [0, 7, 13, 19, 25]
    month = [text for _, text in time_ticks(start, start + 30 * 86400_000, "Europe/Berlin")]
    assert month == ["26 Oct", "31 Oct", "5 Nov", "10 Nov", "15 Nov", "20 Nov"]


def many(count: int) -> list[dict[str, Any]]:
    return [{"metric": {"name": f"n{i}"}, "values": [[HOURS[3].timestamp(), "1"]]} for i in range(count)]


@pytest.mark.parametrize("kind", ["lines", "states"])
def test_of_a_thousand_series_a_hundred_are_drawn_and_it_is_said(catalog: Catalog, kind: str) -> None:
    panel = KINDS[kind]()[0]
    text = drawn(catalog, panel, many(1000))
    assert '<p class="note">100 of 1,000 series are drawn</p>' in text and len(text) < 300_000
    assert "series are drawn" not in drawn(catalog, panel, many(100))


def test_a_chart_of_many_values_has_none_under_the_cursor(catalog: Catalog) -> None:
    times = [(NOW - timedelta(minutes=n)).timestamp() for n in range(600, 0, -1)]
    series = [{"metric": {"name": f"n{i}"}, "values": [[at, "0.5"] for at in times]} for i in range(100)]
    text = drawn(catalog, viz.Lines(), series)
    assert 'type="application/json"' not in text and len(text) < 1_500_000
    assert 'type="application/json"' in drawn(catalog, viz.Lines(), series[:50])


def test_a_long_legend_scrolls_and_so_do_many_bars(catalog: Catalog) -> None:
    assert '<ul class="legend" tabindex="0">' in drawn(catalog, viz.Lines(), many(30))
    assert '<ul class="legend"><li>' in drawn(catalog, viz.Lines(), many(20))
    query = sql("select 1", format="table")
    bars = Kind(kind="bargauge", options={"reduceOptions": {"calcs": ["lastNotNull"], "values": True, "limit": 1000}})
    listed = rows("name value", [(f"n{i}", float(i)) for i in range(1000)], "value")
    text = drawn(catalog, bars, listed, query)
    assert 'class="scroll"' in text and "200 of 1,000 values" in text


def test_nothing_has_no_bar_and_little_has_one(catalog: Catalog) -> None:
    query, listed = sql("select 1", format="table"), rows("name value", [("a", 0.0), ("b", 1e-6), ("c", 9.0)], "value")
    for kind in ("bar gauge", "table"):
        text = drawn(catalog, KINDS[kind]()[0], listed, query)
        assert [bool(one) for one in re.findall(r'<span class="rail">(<span [^>]*></span>)?</span>', text)] == [
            False,
            True,
            True,
        ]


def test_curves_of_several_units_have_an_axis_each(catalog: Catalog) -> None:
    pairs = rows("time rate took", [(at, 2.0, 0.5) for at in HOURS], "rate took")
    other = override("byName", "took", unit="s")
    text = drawn(catalog, viz.Lines(unit="reqps", overrides=[other]), pairs, sql("select 1"))
    charts = re.findall(r'<div class="plot".*?</ul>', text, re.S)
    assert [("req/s</text>" in one, "ms</text>" in one) for one in charts] == [(True, False), (False, True)]
    assert len(re.findall(r'<div class="plot"', drawn(catalog, viz.Lines(unit="reqps"), pairs, sql("select 1")))) == 1


def test_lines_in_steps_and_points_are_drawn_so(catalog: Catalog) -> None:
    pairs = rows("time a", [(HOURS[5], 1.0), (HOURS[2], 3.0)], "a")

    def path(**custom: Any) -> list[str]:
        properties = {f"custom__{name}": value for name, value in custom.items()}
        text = drawn(catalog, viz.Lines(overrides=[override("byName", "a", **properties)]), pairs, sql("select 1"))
        return re.findall(r'class="curve"[^>]* d="([^"]+)"', text)

    assert [one.count("L") for one in path()] == [1]
    after, before = path(lineInterpolation="stepAfter"), path(lineInterpolation="stepBefore")
    assert [one.count("L") for one in (*after, *before)] == [2, 2] and after != before
    assert len(path(drawStyle="points")) == 2


def test_shades_of_one_colour_differ_and_schemes_of_several_are_mixed_in_order(catalog: Catalog) -> None:
    text = drawn(catalog, viz.Lines(color={"mode": "shades", "fixedColor": "blue"}), many(11))
    assert len(set(re.findall(r'<i class="" style="--k:([^"]+)"', text))) == 11
    assert css_color("blue~0;x") == css_color("nothing~3;x") == "var(--c-gray)"
    assert css_color("GrYlRd:0.250") == "color-mix(in srgb, var(--c-yellow) 50%, var(--c-green))"
    assert css_color("GrYlRd:1.000") == "color-mix(in srgb, var(--c-red) 100%, var(--c-yellow))"
    shades = [with_theme(css_color(f"{name}~{n}"), "light") for name in ("blue", "#ABCDEF") for n in range(1, 11)]
    assert len(set(shades)) == 20 and all(re.fullmatch("#[0-9a-f]{6}", one) for one in shades)


def test_a_panel_that_grafana_fills_by_itself_is_named(catalog: Catalog) -> None:
    panel = Panel("alerts", "Alerts", "What fires.", Kind(kind="alertlist"), [], 24, 8)
    board = Dashboard("own", "Own", "A question?", [Row("", [panel])], "1m", "24h")
    read = dashboard_read(catalog, Sources({}, None, {}), board, Moment(NOW))
    text = Site(catalog, [board], About("everyone", NOW, "Europe/Berlin")).page(read)
    assert "Grafana draws this as alertlist, without a query: it is in Grafana only" in text


def test_an_id_is_in_one_line_and_a_sentence_is_not(catalog: Catalog) -> None:
    identity, sentence = "7002865e-8b07-42b2-a815-77e1df380c8f", "This did not answer my question."
    listed = rows("name text", [(identity, sentence), ("x" * 60, "5 hours ago")], "")
    text = drawn(catalog, viz.Table(), listed, sql("x", format="table"))
    assert f'whole">{identity}' in text and 'whole">5 hours ago' in text
    assert f'left">{sentence}' in text and f'left">{"x" * 60}' in text


def linked(url: str, one: Field, row: int | None, handed: dict[str, str] | None, catalog: Catalog) -> str:
    pages = frozenset(("support-tickets", "system-health"))
    setting = Setting(catalog, "Europe/Berlin", NOW, (), pages, handed)
    frame = Frame("A", [one, Field("Id", "string", ["a&b=c", None])])
    return address_of(Clicked(one.with_config({"links": [{"url": url}]}), frame, row, "done"), setting)


def test_links_of_live_pages_hand_on_what_is_picked_and_clicked_and_those_of_files_do_not(catalog: Catalog) -> None:
    panel = f"viewPanel=panel-{panel_id('support-tickets', 'ticket_list')}"
    url = f"/d/{catalog.config.dashboard_uid('support-tickets')}?{panel}&${{__url_time_range}}&var-status="
    one, handed = (
        Field("done", "number", [1.0, 2.0], {"handler": "/kb"}),
        {"support-tickets": "range=7d&var-status=old"},
    )
    by_name = url + "${__field.name:percentencode}"
    assert linked(by_name, one, None, None, catalog) == "support-tickets.html#ticket_list"
    assert linked(by_name, one, None, handed, catalog) == "support-tickets.html?range=7d&var-status=done#ticket_list"
    by_label = url + "${__field.labels.handler:percentencode}"
    assert linked(by_label, one, None, handed, catalog).endswith("?range=7d&var-status=%2Fkb#ticket_list")
    by_cell = url + "${__data.fields.Id.text:percentencode}"
    assert linked(by_cell, one, 0, handed, catalog).endswith("?range=7d&var-status=a%26b%3Dc#ticket_list")
    assert linked(by_cell, one, 1, handed, catalog).endswith("?range=7d&var-status=old#ticket_list"), "nothing clicked"
    web = "${__data.fields.Id:raw}"
    for value, target in (("https://x.test/a b", "https://x.test/a b"), ("javascript:alert(1)", ""), ("/d/x", "")):
        cell = Clicked(one.with_config({"links": [{"url": web}]}), Frame("A", [Field("Id", "string", [value])]), 0)
        assert address_of(cell, Setting(catalog, "UTC", NOW)) == target
    of_all = by_name.replace("${__url_time_range}", "from=0&to=now")
    assert (
        linked(of_all, one, None, handed, catalog) == "support-tickets.html?var-status=done&from=2025-10-26#ticket_list"
    )
    assert linked(url.replace("tickets?", "tickets-2?"), one, None, handed, catalog) == ""


def test_pages_of_a_live_site_keep_what_is_picked(catalog: Catalog) -> None:
    boards = [catalog.dashboards[name] for name in ("overview", "support-tickets")]
    picked = {"priority": ["high", "low"], "compare": ["7d"]}
    site = Site(catalog, boards, About("everyone", NOW, "UTC", live=True, times=[("range", "7d")], picked=picked))
    assert site.handed == {
        "overview": "range=7d&var-compare=7d",
        "support-tickets": "range=7d&var-priority=high&var-priority=low&var-compare=7d",
    }
    assert 'href="overview.html?range=7d&amp;var-compare=7d"' in site.lists("x", "", [])
