"""Exports: every row with its unit, texts that no spreadsheet runs, and a document with page numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gendash.cli import cli
from gendash.dashboards import viz
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Choice, Span
from gendash.engine.model import Dashboard, Panel, Row, Variable, promql, sql
from gendash.engine.read.fields import with_config
from gendash.engine.read.frames import Field, Frame, promql_frames, sql_frames
from gendash.engine.read.panels import DashboardRead, Mark, PanelRead
from gendash.engine.read.reader import Rows
from gendash.engine.render.dashboards import render_dashboard
from gendash.pages.document import breakable, pdf
from gendash.pages.export import csv_files, failures
from gendash.pages.setting import Setting
from gendash.pages.site import About

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SPAN = Span(NOW - timedelta(hours=24), NOW)
EVIL = '#image("/etc/passwd") $x^2$ *bold* @ref <label> // \\ " ='


def read() -> DashboardRead:
    catalog = load_catalog(load_config("time_zone: Europe/Berlin"))
    table = Panel("list", f"List {EVIL}", "Rows.", viz.Table(unit="s"), [sql("x", format="table")], 24, 8)
    lines = Panel("lines", "Lines", "Two series.", viz.Lines(unit="reqps"), [promql("up", legend="{{n}}")], 24, 8)
    tile = Panel("tile", "Tile", "One.", viz.NumberTile(unit="currencyUSD"), [sql("x")], 24, 3)
    board = Dashboard("own", f"Own {EVIL}", EVIL, [Row("", [tile]), Row(EVIL, [lines, table])], "1m", "24h")
    rendered = {one["title"]: one for one in render_dashboard(catalog, board)["panels"]}
    rows = Rows(("name", "took"), (False, True), [("=1+1", 1.5), (EVIL, None), ("b", 0.25)] * 30, 0.0)
    series = [
        {
            "metric": {"n": name},
            "values": [[(NOW - timedelta(hours=h)).timestamp(), str(h)] for h in range(20, 0, -step)],
        }
        for name, step in (("a", 1), ("b", 2))
    ]
    cost = Rows(("time", "metric", "value"), (False, False, True), [(NOW, EVIL, 4.5)], 0.0)
    frames: dict[str, Any] = {
        "list": sql_frames(rows, "table", "A"),
        "lines": promql_frames(series, promql("x", legend="{{n}}"), "A", False),
        "tile": sql_frames(cost, "time_series", "A"),
    }

    def panel(one: Panel) -> PanelRead:
        shown = rendered[one.title]
        return PanelRead(one, shown, with_config(frames[one.slug], shown["fieldConfig"]), span=SPAN)

    at = NOW.timestamp() * 1000 - 3_600_000
    marks = [Mark(at, at + 600_000, "Deploys", EVIL)]
    return DashboardRead(board, {}, [(row, [panel(p) for p in row.panels]) for row in board.rows], [], marks, SPAN)


def test_csv_has_all_rows_with_units_and_runs_nothing() -> None:
    files = {name: content.decode() for name, content in csv_files(read(), "Europe/Berlin").items()}
    assert set(files) == {"own/tile.csv", "own/lines.csv", "own/list.csv"}
    rows = list(csv.reader(io.StringIO(files["own/list.csv"])))
    assert rows[0] == ["name", "took (s)"] and len(rows) == 91
    assert rows[1] == ["'=1+1", "1.5"] and rows[2] == [EVIL, ""]
    lines = list(csv.reader(io.StringIO(files["own/lines.csv"])))
    assert lines[0] == ["Time", "a (req/s)", "b (req/s)"] and len(lines) == 21
    assert lines[1] == ["2026-11-28T17:00:00+01:00", "20", "20"] and lines[2][2] == ""
    assert files == {name: content.decode() for name, content in csv_files(read(), "Europe/Berlin").items()}


def test_a_document_has_numbered_pages_and_data_is_never_markup() -> None:
    pytest.importorskip("typst", reason="no typst; pip install gendash[pdf]")
    found = read()
    catalog = load_catalog(load_config(""))
    about = About("everyone", NOW, "Europe/Berlin", left_out=[EVIL])
    made = pdf(found, Setting(catalog, "Europe/Berlin", NOW, found.marks), about)
    assert made.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", made + b"".join(_streams(made))))
    assert pages >= 2


def table_of(found: DashboardRead, panel: PanelRead) -> list[list[str]]:
    """The CSV of a panel."""
    ((_, content),) = csv_files(replace(found, rows=[(Row("", []), [panel])]), "UTC").items()
    return list(csv.reader(io.StringIO(content.decode())))


def test_columns_do_not_change_with_the_figures_of_a_panel() -> None:
    found = read()
    tile, _, table = found.panels
    assert table_of(found, tile) == [
        ["Time", "Tile (USD)", "text", "note"],
        ["2026-11-29T12:00:00+00:00", "4.5", "$4.50", EVIL],
    ]
    values = {"type": "bargauge", "options": {"reduceOptions": {"calcs": ["lastNotNull"]}}}
    for names in (["a", "b"], ["c"]):
        one = Frame("A", [Field(name, "number", [0.5], config={"unit": "percentunit"}) for name in names])
        assert table_of(found, replace(table, rendered=values, frames=[one])) == [
            ["name", "value", "unit", "text"],
            *([name, "0.5", "share", "50%"] for name in names),
        ]
    ages = [Frame(name, [Field(name, "number", [2.0], config={"unit": "s"})]) for name in ("Metrics", "Database")]
    several = replace(table, rendered=values | {"type": "stat"}, frames=ages)
    assert table_of(found, several)[1:] == [["Metrics", "2", "s", "2 s"], ["Database", "2", "s", "2 s"]]


def test_series_of_several_frames_are_one_table_without_what_is_not_drawn() -> None:
    found = read()
    lines = found.panels[1]
    hidden = {"custom": {"hideFrom": {"viz": True}}}
    wide = Frame(
        "B", [Field("Time", "time", [1000.0]), Field("x", "number", [1.0]), Field("y", "number", [2.0], config=hidden)]
    )
    daily = Frame(
        "C", [Field("Time", "time", [1000.0, 2000.0]), Field("z", "number", [3.0, 4.0], config={"unit": "suffix:/min"})]
    )
    timeless = Frame("D", [Field("Time", "time", [None]), Field("w", "number", [9.0])])
    assert [row[:3] for row in table_of(found, replace(lines, frames=[wide, daily, timeless]))] == [
        ["Time", "x", "z (/min)"],
        ["1970-01-01T00:00:01+00:00", "1", "3"],
        ["1970-01-01T00:00:02+00:00", "", "4"],
    ]


def document_of(found: DashboardRead, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the document is made of."""
    typst = pytest.importorskip("typst", reason="no typst; pip install gendash[pdf]")
    given: list[dict[str, Any]] = []

    def compile(path: str, root: str) -> bytes:
        given.append(json.loads((Path(root) / "data.json").read_text("utf-8")))
        return b""

    monkeypatch.setattr(typst, "compile", compile)
    about = About("everyone", NOW, "Europe/Berlin")
    pdf(found, Setting(load_catalog(load_config("")), "Europe/Berlin", NOW, found.marks), about)
    return given[0]


def test_a_document_says_its_range_what_is_picked_and_why_a_panel_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read()
    variable = Variable("model", "Model", "Which.", options=[("Small", "s"), ("Large", "l")])
    (_, [tile]), (_, [lines, table]) = found.rows
    failed = replace(lines, frames=[], faults=["prometheus: no connection"])
    guide = Panel(
        "guide", "Guide", "How.", viz.Text(content="**Windows** are\nwhole days.\n\n- one\n- `two`"), [], 24, 4
    )
    text = PanelRead(guide, {"type": "text", "options": {"content": guide.viz.content}})
    other = replace(table, frames=[], missing=["langfuse"])
    rows = [(Row("", []), [tile]), (Row("x", []), [failed, other, text])]
    document = document_of(
        replace(found, rows=rows, choices=[(variable, Choice("model", ["s", "l"], ["l"]))]), monkeypatch
    )
    assert document["facts"] == ["Range: 28 Nov 2026, 13:00 to 29 Nov 2026, 13:00", "Model: Large"]
    assert document["marks"] == 1
    panels = [one for row in document["rows"] for one in row["panels"]]
    assert panels[0]["figures"][0]["text"] == "$4.50"
    assert panels[1]["note"] == "prometheus: no connection" and "Not available: needs " in panels[2]["note"]
    assert panels[3]["lines"] == ["Windows are whole days.", "one", "two"]


def test_curves_of_two_units_are_two_drawings_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read()
    lines = found.panels[1]
    a, b = lines.frames
    mixed = replace(lines, frames=[a, b.with_fields([b.fields[0], b.fields[1].with_config({"unit": "s"})])])
    document = document_of(replace(found, rows=[(Row("", []), [mixed])]), monkeypatch)
    drawings = document["rows"][0]["panels"][0]["drawings"]
    assert [one["legend"][0]["name"] for one in drawings] == ["a", "b"]


def test_a_panel_without_rows_has_an_empty_file_and_one_that_failed_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read()
    (_, [tile]), (_, [lines, table]) = found.rows
    part, gone = replace(table, faults=["x: refused"]), replace(lines, frames=[], faults=["prometheus: no connection"])
    rows = [(Row("", []), [replace(tile, frames=[]), gone, part])]
    some = replace(found, rows=rows)
    files = csv_files(some, "UTC")
    assert files["own/tile.csv"] == b"Time,Tile (USD),text,note\r\n" and set(files) == {"own/tile.csv", "own/list.csv"}
    assert failures(some) == [
        "own/lines: prometheus: no connection; it has no file",
        "own/list: x: refused; its file lacks these rows",
    ]
    assert failures(found) == []


def test_long_words_on_paper_go_on_in_the_next_line_and_short_ones_stay_whole() -> None:
    parts = {
        "e95648e5-30e0-4955-a541-9de5d8be5abd": 12,
        "support/very_long_name_of_a_model": 8,
        "x" * 60: 16,
        "2026-11-30 08:17:47 ▲ high": 10,
    }
    for text, longest in parts.items():
        given = breakable(text)
        assert given.replace("\u200b", "") == text
        assert max(len(one) for one in re.split("[\u200b ]", given)) <= longest


def _streams(made: bytes) -> list[bytes]:
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", made, re.S):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return found


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """The command on a machine without servers."""
    monkeypatch.chdir(tmp_path)
    for name in ("PROMETHEUS_URL", "DATABASE_URL"):
        monkeypatch.setenv(f"GENDASH_{name}", "none")
    return lambda *arguments: CliRunner().invoke(cli, ["page", "--format", "csv", *arguments])


def test_a_misspelt_variable_is_refused_and_times_are_local(
    page: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = page("overview", "--var", "enviroment=production")
    assert (
        wrong.exit_code == 2 and "no dashboard has a variable 'enviroment'; did you mean 'environment'?" in wrong.output
    )
    asked: list[Any] = []
    monkeypatch.setattr("gendash.commands.page.write_exports", lambda *given: (asked.append(given[3]), ([], []))[1])
    Path("gendash.yaml").write_text("time_zone: Asia/Kathmandu\n")
    assert page("overview", "--from", "2026-11-01", "--to", "2026-11-02T00:00+00:00").exit_code == 0
    assert asked[0].span.start.isoformat() == "2026-11-01T00:00:00+05:45"
    assert asked[0].span.end.isoformat() == "2026-11-01T23:59:59.999000+00:00", "itself not in the range"


def test_a_panel_whose_server_is_gone_is_named_and_leaves_no_older_file(
    page: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENDASH_PROMETHEUS_URL", "http://127.0.0.1:9")
    folder = Path("pages-out/overview")
    folder.mkdir(parents=True)
    for name in ("requests.csv", "requests_2.csv", "mine.csv"):
        (folder / name).write_text("old")
    failed = page("overview")
    assert failed.exit_code == 1 and re.search(r"overview/requests: .*; it has no file", failed.output)
    assert [one.name for one in folder.iterdir() if one.read_text() == "old"] == ["mine.csv"]


def test_of_all_dashboards_those_for_admins_are_left_out_and_one_that_is_named_is_refused(
    page: Callable[..., Result],
) -> None:
    every = page()
    assert every.exit_code == 0, every.output
    assert "left out, since they are for admins: cost-usage, feedback-quality, " in every.output
    named = page("overview", "cost-usage")
    assert "cost-usage: is for admins; ask for it with --audience admin" in str(named.exception)
    assert "left out" not in page("overview").output
    assert "left out" not in page("--audience", "admin").output
