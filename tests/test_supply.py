"""What CI and the demo install is known by hash, without addresses, and every dependency is explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("dev", "demo")


def _locked(name: str) -> dict[str, list[str]]:
    """Hashes by package."""
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").strip())
    return {block.partition("==")[0]: re.findall(r"--hash=sha256:([0-9a-f]{64})", block) for block in blocks}


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ]", requirement)[0].lower())


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_has_a_version_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert not re.search(r"://|--index|--find-links|--trusted", text)
    found = _locked(name)
    assert len(found) > 40
    assert [package for package, hashes in found.items() if not hashes] == []
    # a release has a file for each platform; a single hash would fit one of them only
    assert len(found["psycopg-binary"]) > 20


@pytest.mark.parametrize("name", LOCKS)
def test_what_pyproject_asks_for_is_locked(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        _name(one) for one in [*project["dependencies"], *extras["dev"], *(extras["demo"] if name == "demo" else [])]
    }
    assert wanted - _locked(name).keys() == {"gendash"} & wanted  # by its own extras


def test_make_installs_by_hash() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for name in LOCKS:
        assert re.search(rf"install --require-hashes [^\n]*-r requirements/{name}\.txt", makefile)
    assert "--no-deps --no-build-isolation --editable ." in makefile


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [name for one in project["dependencies"] if not re.search(rf"\| {(name := _name(one))}[ ,]", text)] == []
    assert "urllib3-future" in text and "urllib3-future" in (ROOT / "README.md").read_text("utf-8")


def test_actions_are_named_by_commit() -> None:
    for workflow in (ROOT / ".github" / "workflows").glob("*.y*ml"):
        for action in re.findall(r"uses: *(\S+)", workflow.read_text("utf-8")):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), f"{workflow.name}: {action}"


def test_the_threat_model_names_tests_that_exist() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    table = text.partition("## Threat model")[2]
    assert [name for name in re.findall(r"`(test_\w+)`", table) if f"def {name}(" not in tests] == []
    places = re.findall(r"`(tests/[\w/.]+)`", table)
    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith(("| who", "|---"))]
    proofs = [line.split("|")[4] for line in rows]
    assert len(rows) > 25
    assert [
        row for row, proof in zip(rows, proofs, strict=True) if "`test" not in proof and "/test_" not in proof
    ] == []
