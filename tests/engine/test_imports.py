"""The house rules on imports, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gendash

ROOT = Path(gendash.__file__).parent
ORCHESTRATION = {"verify.py", "delivery.py", "uninstall.py"}  # these call targets; everything else in engine/ is pure
PURE = sorted(p.name for p in (ROOT / "engine").glob("*.py") if p.name not in ORCHESTRATION)
DRIVERS = {"psycopg", "requests", "grafana_client", "niquests", "subprocess", "socket", "sqlite3"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            yield node.module or ""


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).glob("*.py"))


@pytest.mark.parametrize("path", modules("dashboards"), ids=lambda p: p.name)
def test_dashboards_import_only_the_model_grafanalib_and_each_other(path: Path) -> None:
    allowed = ("gendash.engine.model", "gendash.dashboards", "grafanalib", "attr", "__future__")
    allowed += ("typing", "dataclasses", "collections")
    assert [name for name in imports(path) if not name.startswith(allowed)] == []


@pytest.mark.parametrize("name", PURE)
def test_pure_engine_modules_import_no_driver_and_open_no_file(name: str) -> None:
    path = ROOT / "engine" / name
    assert not {module.split(".")[0] for module in imports(path)} & (DRIVERS | {"os", "pathlib"})
    calls = [
        node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert "open" not in calls


@pytest.mark.parametrize("path", [*modules("engine/targets"), *modules("langfuse_bridge")], ids=lambda p: p.name)
def test_targets_and_the_bridge_import_one_driver_each(path: Path) -> None:
    drivers = {name.split(".")[0] for name in imports(path)} & {"psycopg", "requests", "grafana_client"}
    assert len(drivers) <= 1


def test_only_the_command_line_and_the_demo_know_engine_and_content() -> None:
    for folder in ("engine", "engine/targets", "langfuse_bridge"):
        for path in modules(folder):
            wrong = [n for n in imports(path) if n.startswith(("gendash.dashboards", "gendash.cli", "gendash.demo"))]
            assert wrong == [], path.name


def test_every_module_spells_its_imports_from_the_package() -> None:
    own = {"engine", "dashboards", "demo", "langfuse_bridge", "sql", "recording_rules", "provisioning", "cli"}
    for folder in (".", "engine", "engine/targets", "dashboards", "demo", "langfuse_bridge"):
        for path in modules(folder):
            assert not {name.split(".")[0] for name in imports(path)} & own, path.name
