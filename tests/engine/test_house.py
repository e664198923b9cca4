"""The laws of the house, read from the syntax trees: which room may import which, who opens what, and what names mean."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import gendash
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog

ROOT = Path(gendash.__file__).parent
ENGINE = ROOT / "engine"
ROOMS = (  # from the lowest to the highest; a room imports only rooms before it
    "config",
    "languages",
    "clients",
    "definitions",
    "render",
    "platform",
    "read",
    "verify",
    "store",
    "reference",
    "doctor",
    "deliver",
    "checks",
)
DRIVERS = {"psycopg", "requests", "urllib3", "niquests", "grafana_client", "subprocess", "socket", "sqlite3"}
DRIVERS_MAY_BE_IN = {  # beside clients/, where connections are made: modules that hold a transaction or name its errors
    "doctor/look_database.py",
    "platform/columns.py",
    "platform/indexes.py",
    "platform/statistics.py",
    "platform/snapshot.py",
    "platform/computed_columns.py",
    "store/audit.py",
    "store/lease.py",
    "store/metrics.py",
    "store/migrate.py",
    "store/refresh/context.py",
    "store/refresh/from_platform.py",
    "store/refresh/read.py",
    "store/refresh/run.py",
    "store/uninstall.py",
    "store/unfilled_views.py",
    "read/reader.py",
}
PURE = ("config", "languages", "definitions", "render", "checks")
OPENS_FILES = {"definitions/load.py", "definitions/content_modules.py", "definitions/strays.py", "render/write.py"}
MOST_LINES = 400


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def modules(folder: str, deep: bool = False) -> list[Path]:
    return sorted((ROOT / folder).glob("**/*.py" if deep else "*.py"))


def code() -> list[Path]:
    """Every module of the package, without tests and benchmarks."""
    folders = ("engine", "commands", "langfuse_bridge", "demo", "dashboards", "pages", "api")
    return [ROOT / "cli.py", *(path for folder in folders for path in modules(folder, deep=True))]


def place(path: Path) -> str:
    return path.relative_to(ENGINE).as_posix()


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Module and name of each import; of ``import x`` the name is empty. A submodule is named as a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = (ROOT.parent / inner.replace(".", "/").replace("gendash", ROOT.name, 1)).with_suffix(".py")
                yield (inner, "") if is_module.is_file() else (node.module or "", alias.name)


def imports(path: Path) -> set[str]:
    return {module for module, _ in imported(path)}


def room_of(module: str) -> str:
    """``config`` of ``gendash.engine.config.load``; empty for errors, model and whatever is not of the engine."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["gendash", "engine"] and len(parts) > 3 else ""


def test_the_engine_has_no_module_outside_of_a_room_but_errors_and_model() -> None:
    assert {path.name for path in ENGINE.glob("*.py")} == {"__init__.py", "errors.py", "model.py"}
    rooms = {path.name for path in ENGINE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    below = set(ROOMS[: ROOMS.index(room) + 1])
    for path in modules(f"engine/{room}", deep=True):
        used = {room_of(module) for module in imports(path)} - {""}
        assert used <= below, f"{place(path)} imports {sorted(used - below)}"


def test_a_room_of_init_imports_only_rooms_of_init_below_it() -> None:
    rooms = ("evidence", "tables", "lines", "doubts")
    prefix = "gendash.engine.platform.proposing."
    for number, room in enumerate(rooms):
        for path in modules(f"engine/platform/proposing/{room}"):
            used = {module.removeprefix(prefix) for module in imports(path) if module.startswith(prefix)}
            above = {module for module in used if module.split(".")[0] in (*rooms[number + 1 :], "propose", "files")}
            assert not above, f"{place(path)} imports {sorted(above)}"


def test_drivers_are_imported_where_connections_are_held_and_nowhere_else() -> None:
    users = {
        place(path)
        for path in modules("engine", deep=True)
        if {module.split(".")[0] for module in imports(path)} & DRIVERS and not place(path).startswith("clients/")
    }
    assert users == DRIVERS_MAY_BE_IN


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_opens_no_file_and_no_connection(room: str) -> None:
    for path in modules(f"engine/{room}", deep=True):
        if place(path) in OPENS_FILES:
            continue
        used = {module.split(".")[0] for module in imports(path)}
        assert not used & (DRIVERS | {"os", "pathlib"}), place(path)
        assert "clients" not in {room_of(module) for module in imports(path)} or room == "checks", place(path)
        calls = {n.func.id for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert "open" not in calls, place(path)


@pytest.mark.parametrize("path", modules("dashboards"), ids=lambda p: p.name)
def test_a_dashboard_imports_the_model_grafanalib_and_shared_parts_but_no_other_dashboard(path: Path) -> None:
    allowed = ("gendash.engine.model", "gendash.dashboards", "grafanalib", "attr", "__future__")
    allowed += ("typing", "dataclasses", "collections")
    assert [name for name in imports(path) if not name.startswith(allowed)] == []
    shared = {"viz"} | {one.stem for one in modules("dashboards") if one.stem.startswith("_")}
    boards = {name.rpartition(".")[2] for name in imports(path) if name.startswith("gendash.dashboards.")}
    assert boards <= shared


def subject(part: str) -> str:
    """``ticket`` of ``_tickets`` and of ``_ticket_times``."""
    return part.removeprefix("_").partition("_")[0].removesuffix("s")


def parts_of_dashboards() -> dict[str, set[str]]:
    """The modules of ``dashboards/`` and those of them that each imports."""
    return {
        path.stem: {name.rpartition(".")[2] for name in imports(path) if name.startswith("gendash.dashboards.")}
        for path in modules("dashboards")
        if path.stem not in ("__init__", "viz")
    }


def test_a_private_module_is_named_by_a_word_of_its_dashboard_if_only_that_one_uses_it() -> None:
    imported_by = parts_of_dashboards()
    users: dict[str, set[str]] = {name: set() for name in imported_by if name.startswith("_")}
    for board in imported_by.keys() - users.keys():
        reached, more = set[str](), {board}
        while more := {part for name in more for part in imported_by.get(name, set())} - reached:
            reached |= more
        for part in reached & users.keys():
            users[part].add(board)
    named = {
        part: {board for board in imported_by.keys() - users.keys() if subject(part) in map(subject, board.split("_"))}
        for part in users
    }
    assert named == {part: boards if len(boards) == 1 else set() for part, boards in users.items()}
    assert [part for part, boards in users.items() if not boards] == []


def test_a_row_of_a_dashboard_imports_no_other_row() -> None:
    found = [
        f"{part} imports {other}"
        for part, used in parts_of_dashboards().items()
        for other in used
        if part.startswith("_") and subject(part) == subject(other) and "_" in other.removeprefix("_")
    ]
    assert found == []


def test_only_the_command_line_and_the_demo_know_engine_and_content() -> None:
    content = ("gendash.dashboards", "gendash.cli", "gendash.commands", "gendash.demo", "gendash.pages", "gendash.api")
    for path in [*modules("engine", deep=True), *modules("langfuse_bridge")]:
        assert [name for name in imports(path) if name.startswith(content)] == [], path


def test_every_module_spells_its_imports_from_the_package() -> None:
    own = {
        "engine",
        "dashboards",
        "demo",
        "langfuse_bridge",
        "pages",
        "api",
        "sql",
        "recording_rules",
        "provisioning",
        "commands",
        "cli",
    }
    for path in code():
        assert not {name.split(".")[0] for name in imports(path)} & own, path


def test_nobody_imports_a_private_name_of_another_module() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {module}.{name}"
        for path in code()
        for module, name in imported(path)
        if module.startswith("gendash") and name.startswith("_") and not name.startswith("__")
    ]
    assert found == []


def test_no_two_public_functions_or_classes_of_the_engine_share_a_name() -> None:
    homes = defaultdict(list)
    for path in modules("engine", deep=True):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(place(path))
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_no_module_is_longer_than_a_reader_can_keep_in_mind() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in code()}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


WORDS = {"user_name": "a column that holds names of people, and a rollup"}


def texts(path: Path) -> Iterator[ast.Constant]:
    """The texts of a module that are no docstrings."""
    docs = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node


def test_the_engine_knows_no_dashboard_panel_relation_or_rule_by_name() -> None:
    catalog = load_catalog(load_config(""))
    # tables whose names begin with _ are the engine's own state; the next law is for names that are single words
    relations = {one.name for one in catalog.relations.values() if not one.name.startswith("_")}
    groups = {rule.group for rule in catalog.rules.values()}
    slugs = {panel.slug for _, _, panel in catalog.panels()}
    names = {name for name in relations | groups | {*catalog.rules} if re.search(r"[_:-]", name)}
    names = (names | {*catalog.dashboards}) - WORDS.keys()
    several = {slug for slug in slugs if re.search(r"[_-]", slug)}
    found = [
        f"{place(path)} {word}"
        for path in modules("engine", deep=True)
        for node in texts(path)
        for word in sorted(set(re.findall(r"[\w:-]+", node.value)) & names | {node.value} & several)
    ]
    assert found == []


def compared_with_names(path: Path) -> Iterator[str]:
    """Texts, or constants of the module, that are compared with a name, slug or group, or that an index picks by."""
    constants = {
        target.id: node.value.value
        for node in tree(path).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree(path)):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asked = {side.attr if isinstance(side, ast.Attribute) else getattr(side, "id", "") for side in sides}
            if not asked & {"name", "slug", "group", "stem", "title"}:
                continue
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            if node.value.attr not in ("relations", "dashboards", "rules", "metrics"):
                continue
            sides = [node.slice]
        for side in sides:
            value = side.value if isinstance(side, ast.Constant) else constants.get(getattr(side, "id", ""))
            if isinstance(value, str):
                yield f"{place(path)}:{node.lineno} {value}"


def test_no_word_that_is_a_name_too_is_compared_with_names_of_content() -> None:
    catalog = load_catalog(load_config(""))
    names = {one.name for one in catalog.relations.values() if not one.name.startswith("_")}
    names |= {rule.group for rule in catalog.rules.values()}
    names |= set(catalog.dashboards) | {panel.slug for _, _, panel in catalog.panels()}
    picked = [one for path in modules("engine", deep=True) for one in compared_with_names(path)]
    assert [one for one in picked if one.rpartition(" ")[2] in names] == []


def test_the_law_of_names_would_find_what_it_is_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "engine" / "one.py"
    module.parent.mkdir()
    module.write_text(
        'SLO = "slo"\nx = [r for r in rules if r.group != SLO]\ny = catalog.rules["auth"]\nz = kind == "slo"\n'
    )
    monkeypatch.setitem(globals(), "ENGINE", tmp_path / "engine")
    assert sorted(compared_with_names(module)) == ["one.py:2 slo", "one.py:3 auth"]
