"""Each fault that was found outside is in a table of `docs/findings/`, with tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "findings"
NAMED = re.compile(r"`(tests/[^`\s]+)::(\w+)`")
NUMBERS = {
    "delivery": [f"G{n}" for n in range(1, 13)],
    "langfuse": [f"L{n}" for n in range(1, 17)],
    "platforms": ["P1b", *(f"P{n}" for n in range(1, 11)), *(f"D{n}" for n in range(1, 16))],
    "security": [f"S{n}" for n in range(1, 16)],
}


def test_every_table_has_its_numbers() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == NUMBERS.keys()


@pytest.mark.parametrize("name", NUMBERS)
def test_every_finding_has_tests_that_exist(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    rows = re.findall(r"^\| .*(?=\n)(?!\n\|--)", text, re.MULTILINE)  # without the heads of tables
    assert set(NUMBERS[name]) <= {row.split("|")[1].strip().split(" ")[0] for row in rows}
    assert [row for row in rows if not NAMED.search(row)] == []
    gone = [
        f"{path}::{test}"
        for path, test in NAMED.findall(text)
        if f"def {test}(" not in ((ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else "")
    ]
    assert gone == []


def test_every_test_of_a_finding_of_delivery_is_in_its_table() -> None:
    tests = re.findall(r"def (test_g\d+_\w+)\(", (ROOT / "tests/engine/deliver/test_delivery_findings.py").read_text())
    text = (FOLDER / "delivery.md").read_text("utf-8")
    assert tests and [name for name in tests if f"::{name}`" not in text] == []
