"""Words: every text of the project avoids the phrases of words.yaml, so that messages and docs read as the field writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    "benchmarks", "commands", "dashboards", "demo", "docs", "engine", "langfuse_bridge", "provisioning",
    "recording_rules", "sql",
)  # fmt: skip
KINDS = {".py", ".sql", ".yaml", ".yml", ".md", ".j2", ".toml", ".template", ""}
PHRASES = [
    (re.compile(one["not"], re.IGNORECASE), one["say"])
    for one in yaml.safe_load((ROOT / "tests/words.yaml").read_text("utf-8"))
]


def texts() -> list[Path]:
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in KINDS and not path.name.startswith(".")]
    below = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in KINDS
    ]
    return sorted(path for path in top + below if "__pycache__" not in path.parts and path.name != "LICENSE")


@pytest.mark.parametrize("folder", ["", *FOLDERS])
def test_no_text_has_a_phrase_that_the_field_does_not_use(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: '{match[0]}'; say {say}"
        for path in texts()
        if (path.relative_to(ROOT).parts[0] if len(path.relative_to(ROOT).parts) > 1 else "") == folder
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for phrase, say in PHRASES
        for match in phrase.finditer(line)
    ]
    assert found == [], "\n".join(found)
