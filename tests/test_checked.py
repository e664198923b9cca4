"""The note of a catalog that has passed the checks: it holds for an equal catalog and the same code, and for no other."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.commands import _built, _checked, _common
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog, Style
from gendash.engine.definitions.load import load_catalog
from gendash.engine.errors import ContentError
from gendash.engine.model import Problem
from gendash.engine.render.write import with_manifest, write_artifacts


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(load_config(""))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def with_first_panel(catalog: Catalog, **changes: object) -> Catalog:
    name, board = next(iter(catalog.dashboards.items()))
    row = board.rows[0]
    panel = dataclasses.replace(row.panels[0], **changes)  # type: ignore[arg-type]
    rows = [dataclasses.replace(row, panels=[panel, *row.panels[1:]]), *board.rows[1:]]
    return dataclasses.replace(catalog, dashboards={**catalog.dashboards, name: dataclasses.replace(board, rows=rows)})


def with_setting(catalog: Catalog, text: str, environment: dict[str, str] | None = None) -> Catalog:
    return dataclasses.replace(catalog, config=load_config(text, "gendash.yaml", environment or {}))


def with_relation(catalog: Catalog, **changes: object) -> Catalog:
    name, relation = next(iter(catalog.relations.items()))
    changed = dataclasses.replace(relation, **changes)  # type: ignore[arg-type]
    return dataclasses.replace(catalog, relations={**catalog.relations, name: changed})


class Other:
    """A visualisation that is equal to the first panel's in nothing but its JSON."""

    def __init__(self, body: dict[str, object]) -> None:
        self.body = body

    def to_json_data(self) -> dict[str, object]:
        return self.body


def with_body(catalog: Catalog) -> Catalog:
    _, _, panel = next(catalog.panels())
    body = {**panel.viz.to_json_data(), "transparent": 5}
    return with_first_panel(catalog, viz=Other(body))


CHANGES: dict[str, Callable[[Catalog], Catalog]] = {
    "a title": lambda c: with_first_panel(c, title="Other"),
    "an option of a visualisation": with_body,
    "a query": lambda c: with_first_panel(c, queries=[]),
    "a SQL text": lambda c: with_relation(c, text="select 1"),
    "a key of a header": lambda c: with_relation(c, header={"doc": "x"}),
    "the place of a file": lambda c: with_relation(c, path="elsewhere.sql"),
    "a document": lambda c: dataclasses.replace(c, documents={}),
    "a rule": lambda c: dataclasses.replace(c, rules={}),
    "a metric": lambda c: dataclasses.replace(c, metrics={}),
    "a setting": lambda c: with_setting(c, "features: {tickets: false}"),
    "where a setting comes from": lambda c: with_setting(c, "time_zone: UTC"),
    "a server that is none": lambda c: with_setting(c, "", {"GENDASH_DATABASE_URL": "none"}),
    "whose dashboard it is": lambda c: dataclasses.replace(c, own=frozenset({"overview"})),
    "a level of a design rule": lambda c: dataclasses.replace(c, styles={"overview": Style({}, "style.yaml", {})}),
    "a dashboard that cannot be read": lambda c: dataclasses.replace(c, left_out=frozenset({"mine"})),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_a_check_can_see_changes_the_digest(catalog: Catalog, change: Callable[[Catalog], Catalog]) -> None:
    assert _checked.digest(change(catalog)) != _checked.digest(catalog)


def test_the_digest_is_the_same_in_another_process_and_changes_with_the_engine(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (
        "from gendash.commands._checked import digest; from gendash.engine.config.load import load_config; "
        "from gendash.engine.definitions.load import load_catalog; print(digest(load_catalog(load_config(''))))"
    )
    seen = {
        subprocess.run([sys.executable, "-P", "-c", asked], capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)  # with other seeds of hashes
    }
    assert len(seen) == 1 and "" not in seen
    before = _checked.digest(catalog)
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(_checked, "PACKAGE", tmp_path)
    assert _checked.digest(catalog) != before


def test_a_password_is_no_part_of_the_digest(catalog: Catalog) -> None:
    asked = [with_setting(catalog, "", {"GENDASH_READER_PASSWORD": word}) for word in ("first", "second")]
    assert len({_checked.digest(one) for one in asked}) == 1


def test_a_catalog_that_passed_is_not_judged_again_unless_it_changed_or_must_be(
    catalog: Catalog, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = []
    monkeypatch.setattr("gendash.engine.checks.definitions.check", lambda one: judged.append(one) or [])
    for one in (catalog, catalog, with_relation(catalog, text="select 1")):
        assert _common.without_problems(one, notes) is one
    assert len(judged) == 2
    _common.without_problems(catalog)
    assert len(judged) == 3


def test_problems_are_never_noted(catalog: Catalog, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gendash.engine.checks.definitions.check", lambda _: [Problem("here", "wrong")])
    for _ in range(2):
        with pytest.raises(ContentError):
            _common.without_problems(catalog, notes)
    broken = dataclasses.replace(catalog, problems=(Problem("a file", "cannot be read"),))
    with pytest.raises(ContentError):
        _common.without_problems(broken, notes)


def test_a_catalog_that_cannot_be_written_down_is_judged_every_time(
    catalog: Catalog, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = []
    monkeypatch.setattr("gendash.engine.checks.definitions.check", lambda one: judged.append(one) or [])
    strange = with_first_panel(catalog, title=lambda: "a function")
    for _ in range(2):
        _common.without_problems(strange, notes)
    assert len(judged) == 2


def test_without_a_folder_to_write_everything_works_and_is_judged(
    catalog: Catalog, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write_text("a file where the folder should be")
    judged = []
    monkeypatch.setattr("gendash.engine.checks.definitions.check", lambda one: judged.append(one) or [])
    for _ in range(2):
        _common.without_problems(catalog, notes)
    assert len(judged) == 2


def test_old_notes_are_removed(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_checked, "_MOST_NOTES", 3)
    for number in range(6):
        _checked.note(notes, f"{number}")
    assert sum(_checked.is_noted(notes, f"{number}") for number in range(6)) == 3


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "gendash.yaml").write_text("content: [own]\nplatform: {adapter: ./mine}\n")
    for name in ("own/sql/views", "mine"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "own/sql/views/one.sql").write_text("/*\ndoc: One.\n*/\nselect 1")
    (tmp_path / "mine/users.sql").write_text("select 1 as id")
    return tmp_path


def key_of(site: Path) -> str:
    config = _common.Settings(str(site / "gendash.yaml"), "").config()
    return _built.inputs(config, _built.own_folders(config, site))


INPUTS: dict[str, Callable[[Path], object]] = {
    "a setting": lambda site: (site / "gendash.yaml").write_text("time_zone: UTC\ncontent: [own]"),
    "a text": lambda site: (site / "own/sql/views/one.sql").write_text("select 2"),
    "a new file": lambda site: (site / "own/overrides.yaml").write_text("{}"),
    "a name": lambda site: (site / "own/sql/views/one.sql").rename(site / "own/sql/views/two.sql"),
    "the adapter": lambda site: (site / "mine/users.sql").write_text("select 2 as id"),
}


@pytest.mark.parametrize("change", INPUTS.values(), ids=INPUTS)
def test_whatever_a_build_reads_changes_its_key(site: Path, change: Callable[[Path], object]) -> None:
    before = key_of(site)
    assert before and key_of(site) == before
    change(site)
    assert key_of(site) not in (before, "")


def test_a_build_that_may_read_anything_has_no_key(site: Path) -> None:
    (site / "own/dashboards").mkdir()
    (site / "own/dashboards/mine.py").write_text("")
    assert key_of(site) == ""
    (site / "own/dashboards/mine.py").unlink()
    (site / "own/elsewhere").symlink_to(site)
    assert key_of(site) == ""
    (site / "own/elsewhere").unlink()
    os.mkfifo(site / "own/sql/views/two.sql")  # which nobody writes to
    assert key_of(site) == ""


def test_a_folder_counts_as_built_only_while_every_file_is_as_it_was_written(tmp_path: Path) -> None:
    notes, out = tmp_path / "notes", tmp_path / "out"
    files = with_manifest({"a.json": b"1", "b/c.sql": b"2"})
    write_artifacts(files, out, manifest=False)
    assert _built.unchanged(notes, "key", out) == 0
    _built.note_build(notes, "key", files["manifest.json"])
    assert _built.unchanged(notes, "key", out) == 3
    assert _built.unchanged(notes, "other", out) == 0
    (out / "b/c.sql").write_bytes(b"3")
    assert _built.unchanged(notes, "key", out) == 0
    (out / "b/c.sql").unlink()
    assert _built.unchanged(notes, "key", out) == 0
    (out / "manifest.json").write_text("{}")
    assert _built.unchanged(notes, "key", out) == 0


def test_a_second_build_reads_no_definitions_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = [CliRunner().invoke(cli, ["build"]).output for _ in range(2)]
    assert said[0].endswith(" changed\n") and said[1] == f"{said[0].partition(',')[0]}, 0 changed\n"
    monkeypatch.setattr("gendash.commands._common.Settings.checked", None)
    assert CliRunner().invoke(cli, ["build"]).output == said[1]
    assert CliRunner().invoke(cli, ["build", "--check"]).exit_code == 0
