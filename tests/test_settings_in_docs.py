"""The settings that README and the guides show can be copied into gendash.yaml: `check` accepts each example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from gendash.engine.checks.definitions import check
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import SETTINGS
from gendash.engine.definitions.load import load_catalog

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GROUPS = {setting.key.split(".")[0] for setting in SETTINGS}
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _examples() -> dict[str, str]:
    """Every block of settings by page and line; blocks of other files have other keys, or are lists."""
    found = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in _BLOCK.finditer(text):
            given = yaml.safe_load(block[1])
            if isinstance(given, dict) and given.keys() <= GROUPS:
                found[f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 2}"] = block[1]
    return found


EXAMPLES = _examples()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_passes_every_check(place: str) -> None:
    text = EXAMPLES[place].replace("./my_platform", "dify")  # its folder is the reader's
    assert [str(one) for one in check(load_catalog(load_config(text)))] == []
