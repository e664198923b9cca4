"""docs/platforms: each line says how it is known, and each setting and variable that it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gendash.engine.config.load import setting_of
from gendash.engine.config.settings import SETTINGS

FOLDER = Path(__file__).parent.parent / "docs" / "platforms"
PAGES = sorted(FOLDER.glob("*.md"))
KNOWN = r"\((?:[^()]*: )?(?:tried|double|documentation)\b[^()]*\)\.?$|\. \((?:tried|double|documentation)[^()]*\)$"


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
    assert [line for line in lines if not re.search(KNOWN, line)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_and_variables_that_are_named_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    variables = {one.env for one in SETTINGS if one.env}
    named = {name.removesuffix("_FILE") for name in re.findall(r"GENDASH_[A-Z_]+", text)}
    assert named <= variables
    prefixes = ("roles.", "datasources.", "prometheus.", "platform.")
    settings = [one for one in re.findall(r"`([a-z_.]+)`", text) if one.startswith(prefixes)]
    assert [one for one in settings if setting_of(one) is None] == []
