"""docs/own-dashboards.md, run from an empty folder: its files as they are printed, its commands in their order."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.dashboards import viz
from gendash.demo import history, run, servers
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import Dashboard, Panel, Query, Row

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "own-dashboards.md").read_text("utf-8")
STEP = re.compile(r"(?:^`([\w./]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def steps() -> Iterator[tuple[str, str]]:
    """Each file as its path and text, and each command line with an empty path, in the order of the page."""
    for path, language, text in STEP.findall(PAGE):
        if path:
            yield path, text
        elif language == "sh":
            yield from (("", line) for line in text.splitlines())


def tool(name: str) -> Path:
    """A program on PATH or unpacked below ``.cache``."""
    found = servers.find(name, *(path.parent for path in (ROOT / ".cache").glob(f"**/{name}")))
    assert found, name
    return found


def execute(line: str) -> str:
    """What a command of the page prints; it must succeed."""
    program, *arguments = shlex.split(line)
    if program == "gendash":
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, f"{line}\n{result.output[-3000:]}\n{result.exception!r}"
        return result.output
    done = subprocess.run([tool(program), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.postgres
@pytest.mark.prometheus
def test_the_guide_leads_from_an_empty_folder_to_verified_panels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tool("prometheus").parent), prepend=":")
    monkeypatch.delenv("GENDASH_GRAFANA_BIN", raising=False)
    small = {"scale": 0.2, "reach": history.Reach(days=2, fine=0.25, detail=1)}
    options = run.Options
    monkeypatch.setattr(run, "Options", lambda *given, **named: replace(options(*given, **named), **small))
    for kind, name in (("dashboard", "untouched"), ("view", "untouched_day"), ("rule", "untouched")):
        execute(f"gendash new {kind} {name}")
    outputs = [execute(line) for path, line in written(tmp_path) if not path]
    (demo,) = (output for output in outputs if "demo: ready" in output)
    assert panels("untouched", demo) == {"messages", "messages_per_hour"}
    assert panels("questions", demo) == set(re.findall(r"^  ok +(\w+)", PAGE, re.MULTILINE)), "as the page prints it"
    assert "no history: " not in demo
    assert [line for output in outputs for line in output.splitlines() if line.startswith("warning: questions/")] == []


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """The steps; a file is written when its turn comes."""
    for path, text in steps():
        if path:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        yield path, text


def panels(dashboard: str, output: str) -> set[str]:
    """The panels of a dashboard that `gendash demo` found to be right, with a figure."""
    (table,) = re.findall(rf"^{dashboard}\n((?:  .*\n)+)", output, re.MULTILINE)
    rows = [line.split() for line in table.splitlines()]
    assert all(row[0] == "ok" and int(row[2]) > 0 for row in rows), table
    return {row[1] for row in rows}


def words_of(heading: str) -> set[str]:
    """The names in code type below a heading of the page."""
    part = re.split(r"^#+ ", PAGE.partition(f"{heading}\n")[2], flags=re.MULTILINE)[0]
    return {word for code in re.findall(r"`([^`]+)`", part) for word in re.findall(r"\w+", code)}


def test_every_reference_that_shipped_texts_hold_is_on_the_page() -> None:
    catalog = load_catalog(load_config(""))
    texts = [query.text for _, _, query in catalog.queries()]
    texts += [relation.text for relation in catalog.relations.values()]
    texts += [text for rule in catalog.rules.values() for text in (rule.expr, rule.otherwise)]
    used = set(re.findall(r"\{[{%] *(?:if )?(?:not )?(\w+)\(", "\n".join(texts)))
    assert {"view", "feature", "zone"} <= used
    assert used - words_of("References") == set()


def test_every_field_of_what_is_written_in_python_is_on_the_page() -> None:
    spelled_out = {"slug", "title", "doc", "viz", "queries", "text", "language", "panels", "open", "rows"}
    named = {field.name for kind in (Panel, Query, Dashboard, Row) for field in fields(kind)}
    classes = {
        name for name, value in vars(viz).items() if isinstance(value, type) and value.__module__ == viz.__name__
    }
    wanted = named - spelled_out | {name for name in classes if not name.startswith("_")} - {"Stat", "Freshness"}
    assert wanted - words_of("Dashboards") == set()
