"""Adopted fields of one's own modules become a patch that applies cleanly, and what it gives renders as it was adopted."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from grafana_double import Double

from gendash.cli import cli
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.deliver.module_patch import patched_module, unified_patch
from gendash.engine.render.dashboards import render_dashboard

MODULE = '''"""Ours."""
from gendash.dashboards.viz import HeadTile, Lines
from gendash.engine.model import Dashboard, Panel, Row, promql

ÜBER = "häufig"  # not every byte is a character
UP = promql("{{ rule('job:up:count') }}", legend="up")
DASHBOARD = Dashboard(
    name="ours", title="Ours", doc="Is it up?", refresh="1m", range="24h",
    rows=[Row("", [
        Panel("up", "Üp", "Targets that answer, "
              "counted by Prometheus, over the picked range.", Lines(unit="none"), [UP], 12, 8),
        Panel(slug="again", title="Targets again", doc=ÜBER, viz=Lines(unit="none"), queries=[UP], width=12, height=8),
    ])],
)'''  # no newline at the end


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "content" / "dashboards").mkdir(parents=True)
    (tmp_path / "content" / "dashboards" / "ours.py").write_text(MODULE)
    return tmp_path


def definitions(root: Path) -> Any:
    return load_catalog(load_config("content: [content]\n"), [root / "content"])


def applied(root: Path, patch: str, program: list[str]) -> None:
    (root / "a.patch").write_text(patch)
    done = subprocess.run([*program, "a.patch"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr + patch


@pytest.mark.parametrize("program", [["git", "apply", "--unidiff-zero"], ["git", "apply"], ["patch", "-p1", "-i"]])
def test_a_patch_of_every_literal_applies_and_gives_what_was_adopted(root: Path, program: list[str]) -> None:
    catalog = definitions(root)
    dashboard = catalog.dashboards["ours"]
    adopted = {
        "ours/up": {"title": 'Up, "now"', "description": "Two lines:\n- ünïcode\\ 'x'", "gridPos.h": 9, "options.x": 1},
        "ours/again": {"title": "Once more", "description": "not a literal", "gridPos.w": 8.5},
        "ours/#7": {"title": "x"},
    }
    board = render_dashboard(catalog, dashboard)
    panels = {f"ours/{panel.slug}": shown for panel, shown in zip(dashboard.panels(), board["panels"], strict=True)}
    after, said = patched_module(MODULE, dashboard, adopted, panels)
    assert said == {"ours/up": ["title", "description", "gridPos.h"], "ours/again": ["title"]}
    applied(root, unified_patch(MODULE, after, "content/dashboards/ours.py"), program)
    assert (root / "content/dashboards/ours.py").read_text() == after
    first, second = render_dashboard(definitions(root), definitions(root).dashboards["ours"])["panels"]
    assert (first["title"], first["description"], first["gridPos"]["h"]) == tuple(adopted["ours/up"].values())[:3]
    assert second["title"] == "Once more"


def test_nothing_is_guessed(root: Path) -> None:
    catalog = definitions(root)
    dashboard = catalog.dashboards["ours"]
    rendered = {"ours/up": {"title": "something else"}}
    assert patched_module(MODULE, dashboard, {"ours/up": {"title": "x"}}, rendered) == (MODULE, {})
    twice = MODULE + '\nPanel("up", "Üp")\n'
    assert patched_module(twice, dashboard, {"ours/up": {"title": "x"}}, {"ours/up": {"title": "Üp"}}) == (twice, {})
    unsafe = {"ours/up": {"title": "{{ slo('x') }}"}}
    assert patched_module(MODULE, dashboard, unsafe, {"ours/up": {"title": "Üp"}}) == (MODULE, {})


def test_adopt_writes_the_patch_and_leaves_the_rest_to_overrides(
    root: Path, double: Double, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = "database_url: none\nsource_url: none\nlangfuse: {base_url: none}\nprometheus_url: http://127.0.0.1:9\n"
    (root / "gendash.yaml").write_text(f"content: [content]\n{alone}")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GENDASH_GRAFANA_URL", double.url)
    monkeypatch.setenv("GENDASH_GRAFANA_TOKEN", "glsa_x")

    def run(*arguments: str) -> int:
        try:
            cli(list(arguments), standalone_mode=False)
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    only = ("--only", "dashboard/ours")
    assert run("apply", "--yes", *only) == 0, capsys.readouterr()

    def edit(board: dict[str, Any]) -> None:
        board["panels"][0].update(title="By hand")
        board["panels"][0]["fieldConfig"]["defaults"]["unit"] = "percent"

    double.edit("gendash-ours", edit)
    before = double.live("gendash-ours")
    assert run("adopt", "ours", "--patch", "mine.patch") == 0, capsys.readouterr()
    assert (root / "content/overrides.yaml").read_text().count("title") == 0
    assert subprocess.run(["git", "apply", "mine.patch"], cwd=root).returncode == 0
    assert run("plan", "--exit-code", *only) == 0, capsys.readouterr().out
    assert double.live("gendash-ours") == before
