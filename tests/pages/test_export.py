"""Exports: every row with its unit, texts that no spreadsheet runs, and a document with page numbers."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gendash.cli import cli
from gendash.dashboards import viz
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.model import Dashboard, Panel, Row, promql, sql
from gendash.engine.read.fields import with_config
from gendash.engine.read.frames import promql_frames, sql_frames
from gendash.engine.read.panels import DashboardRead, Mark, PanelRead
from gendash.engine.read.reader import Rows
from gendash.engine.render.dashboards import render_dashboard
from gendash.pages.document import breakable, pdf
from gendash.pages.export import csv_files
from gendash.pages.panel import Setting
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
    assert lines[0] == ["Time", "a (reqps)", "b (reqps)"] and len(lines) == 21
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
