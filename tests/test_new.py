"""`gendash new`: what it writes passes `gendash check`, and it never replaces anything."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from gendash.cli import cli
from gendash.commands.new import FILES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def refusal(*arguments: str) -> str:
    """The one problem of a command that fails."""
    result = run(*arguments)
    assert result.exit_code == 1
    (problem,) = result.exception.problems  # type: ignore[union-attr]
    return str(problem)


def test_in_an_empty_folder_it_creates_content_and_says_which_line_to_add(folder: Path) -> None:
    result = run("new", "dashboard", "my-team")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "content/dashboards/my_team.py",
        f"next: add `content: [content]` to {folder / 'gendash.yaml'}, then gendash check",
    ]
    assert not (folder / "gendash.yaml").exists()


def test_a_new_dashboard_breaks_no_design_rule_and_is_not_forgotten(folder: Path) -> None:
    assert run("new", "dashboard", "my-team").exit_code == 0
    note = "note: content/ was not read: gendash.yaml names no folder of definitions; add `content: [content]`"
    assert note in run("check").output.splitlines()
    (folder / "gendash.yaml").write_text("content: [content]\n")
    checked = run("check").output
    assert "warning: " not in checked and "was not read" not in checked and checked.startswith("note: alerting")


def test_a_new_dashboard_view_and_rule_pass_the_checks(folder: Path) -> None:
    shipped = run("check").output
    (folder / "gendash.yaml").write_text("content: [ours, theirs]\nprometheus: {job: shop-api}\n")
    (folder / "theirs").mkdir()
    for kind, name in (("dashboard", "my_team"), ("view", "message_own_day"), ("rule", "scrape_share")):
        result = run("new", kind, name)
        assert result.exit_code == 0 and "next: gendash check" in result.output, result.output
    assert len(list((folder / "ours").rglob("*.*"))) == sum(map(len, FILES.values()))
    checked = run("check")
    assert checked.exit_code == 0, checked.exception
    assert "no problems" in checked.output and checked.output != shipped
    test = yaml.safe_load((folder / "ours/recording_rules/tests/scrape_share.yaml").read_text())
    assert test["rule_files"] == ["../../../out/prometheus/rules/gendash-scrape_share.yml"]
    assert 'job="shop-api"' in test["tests"][0]["input_series"][0]["series"]


def test_nothing_is_overwritten(folder: Path) -> None:
    run("new", "rule", "queue")
    path = folder / "content/recording_rules/queue.yaml"
    path.write_text("mine")
    (folder / "content/recording_rules/tests/queue.yaml").unlink()
    assert refusal("new", "rule", "queue") == (
        "content/recording_rules/queue.yaml: exists; change it, or choose another name"
    )
    assert path.read_text() == "mine" and not (folder / "content/recording_rules/tests/queue.yaml").exists()


@pytest.mark.parametrize(
    ("kind", "name", "what"),
    [
        ("dashboard", "overview", "would replace dashboards/overview.py"),
        ("dashboard", "viz", "would replace dashboards/viz.py"),
        ("view", "user_day", "would replace rollups/user_day.sql"),
        ("rule", "metrics", "would replace recording_rules/metrics.yaml"),
        ("view", "count", "does not say what a row is"),
        ("view", "Orders_day", "not a name"),
        ("rule", "../rule", "not a name"),
        ("rule", "a" * 41, "not a name"),
        ("dashboard", "a" * 33, "its uid gendash-"),
    ],
)
def test_a_name_that_does_not_fit_is_refused_with_one_line(folder: Path, kind: str, name: str, what: str) -> None:
    problem = refusal("new", kind, name)
    assert problem.startswith(f"new {kind} '") and what in problem and "\n" not in problem
    assert not list(folder.iterdir())


def test_a_content_root_that_cannot_be_written_is_one_line(folder: Path) -> None:
    (folder / "gendash.yaml").write_text("content: [file]\n")
    (folder / "file").write_text("")
    assert "cannot write: Not a directory" in refusal("new", "view", "order_day")
