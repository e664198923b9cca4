"""docs/platforms: each line says how it is known, and each setting and variable that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gendash.engine.config.load import setting_of
from gendash.engine.config.settings import SETTINGS

FOLDER = Path(__file__).parent.parent / "docs" / "platforms"
PAGES = sorted(FOLDER.glob("*.md"))
WAY = re.compile(r"""(?:[^":]*: )?(?:tried|by hand|double|not verified|documentation: ("[^"]+"(, )?)+)(?:$|[ ,])""")


def test_there_is_a_page_for_each_flavour_and_the_first_page_names_it() -> None:
    names = {page.stem for page in PAGES} - {"README"}
    assert names == {
        "rds", "cloud-sql", "azure", "supabase", "neon", "timescale", "citus",
        "mimir", "thanos", "victoriametrics", "managed-prometheus",
    }  # fmt: skip
    first = (FOLDER / "README.md").read_text("utf-8")
    assert all(f"({name}.md)" in first for name in names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_line_says_whether_it_was_tried(page: Path) -> None:
    lines = [" ".join(one.split()) for one in re.split(r"\n- ", page.read_text("utf-8"))[1:]]
    assert lines
    known = {line: re.search(r"\(([^()]*)\)\.?$", line) for line in lines}
    assert [line for line, found in known.items() if not found] == []
    ways = [(line, way) for line, found in known.items() if found for way in found[1].split("; ")]
    assert [(line, way) for line, way in ways if not WAY.match(way)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_and_variables_that_are_named_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    variables = {one.env for one in SETTINGS if one.env}
    named = {name.removesuffix("_FILE") for name in re.findall(r"GENDASH_[A-Z_]+", text)}
    assert named <= variables
    prefixes = ("roles.", "datasources.", "prometheus.", "platform.")
    settings = [one for one in re.findall(r"`([a-z_.]+)`", text) if one.startswith(prefixes)]
    assert [one for one in settings if setting_of(one) is None] == []


def test_every_path_that_the_proof_names_exists() -> None:
    """Of tests, benchmarks and folders; a star stands for any name."""
    root = FOLDER.parent.parent
    text = (root / "docs" / "proof.md").read_text("utf-8")
    named = re.findall(r"`((?:tests|benchmarks|docs)/[\w./*-]+)", text)
    assert named
    assert [path for path in named if not list(root.glob(path.rstrip("/")))] == []
