"""Python modules of content roots -> their dashboards, and what is wrong with them as one line each."""

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from gendash.engine import model
from gendash.engine.config.load import suggest
from gendash.engine.definitions.strays import unfit
from gendash.engine.model import Dashboard, Problem

PACKAGED = Path(__file__).resolve().parents[2]
HELPERS = {"viz", "__init__"}
_NO_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'.*")
_UNKNOWN_ARGUMENT = re.compile(r"(\w+)(?:\.__init__)?\(\) got an unexpected keyword argument '(\w+)'")
Shown = Callable[[Path], str]


def load_dashboards(root: Path, shown: Shown, problems: list[Problem]) -> dict[str, Dashboard]:
    """The dashboards of a root by name; ``shown`` gives the name of a file in messages.

    A module whose name begins with ``_`` is a helper of the others and defines no dashboard.
    """
    found: dict[str, Dashboard] = {}
    for path in _modules(root):
        why = unfit(path, root) if root != PACKAGED else ""
        if why:
            problems.append(Problem(shown(path), f"cannot read: {why}", "fix the file"))
            continue
        try:
            module = _imported(path, root)
        # a user's module may raise anything, sys.exit() included; the cause goes into the one line
        except (Exception, SystemExit) as error:
            fault = _fault(error, path, root, shown)
            if fault not in problems:  # a module that others import fails in each of them
                problems.append(fault)
            continue
        if root == PACKAGED and hasattr(module, "for_objectives"):
            continue
        name = path.stem.replace("_", "-")
        dashboard = getattr(module, "DASHBOARD", None)
        if not isinstance(dashboard, Dashboard):
            is_there = hasattr(module, "DASHBOARD")
            what = f"DASHBOARD is {dashboard!r:.40}, not a Dashboard" if is_there else "no DASHBOARD"
            problems.append(Problem(shown(path), what, f'write DASHBOARD = Dashboard("{name}", ...)'))
        elif dashboard.name != name:
            what = f"the dashboard is named {dashboard.name!r:.60}, its file {path.name}"
            problems.append(Problem(shown(path), what, f"name the dashboard '{name}', or rename the file"))
        else:
            found[name] = dashboard
    return found


def objective_dashboards(objectives: Sequence[str]) -> dict[str, Dashboard]:
    """The dashboards that shipped modules make of the names of a user's objectives; none without objectives.

    Such a module has a function ``for_objectives`` in place of DASHBOARD.
    """
    modules = [_imported(path, PACKAGED) for path in _modules(PACKAGED)] if objectives else []
    made = [module.for_objectives(objectives) for module in modules if hasattr(module, "for_objectives")]
    return {dashboard.name: dashboard for dashboard in made}


def dashboard_names(root: Path) -> set[str]:
    """The names of a root's dashboards, those that cannot be loaded included, but not those that objectives make."""
    loaded = {path: sys.modules.get(f"gendash.dashboards.{path.stem}") for path in _modules(root)}
    return {
        path.stem.replace("_", "-")
        for path, module in loaded.items()
        if root != PACKAGED or not hasattr(module, "for_objectives")
    }


def _modules(root: Path) -> list[Path]:
    paths = sorted((root / "dashboards").glob("*.py"))
    return [path for path in paths if path.stem not in HELPERS and not path.stem.startswith("_") and not path.is_dir()]


def _imported(path: Path, root: Path) -> Any:
    if root == PACKAGED:
        return importlib.import_module(f"gendash.dashboards.{path.stem}")
    name = f"_gendash_content_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _fault(error: BaseException, path: Path, root: Path, shown: Shown) -> Problem:
    """The error that a module raised, with the file and line to look at.

    The file is the last one of the content whose own statements were running: a module that imports another one is
    not to blame for it, a helper's function is not to blame for its caller.
    """
    folders = (PACKAGED / "dashboards", root / "dashboards")
    frames = traceback.extract_tb(error.__traceback__)
    files = [Path(frame.filename) for frame in frames if frame.name == "<module>"]
    file = next((one for one in reversed(files) if one.parent in folders), path)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == file]
    line = lines[-1] if lines else None
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent in folders:
        file, line = Path(error.filename), error.lineno
    where = f"{shown(file)}:{line}" if line else shown(file)
    if isinstance(error, SystemExit):
        return Problem(where, "ends the program (SystemExit)", "take the call of sys.exit() out")
    text = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    text = _NO_NAME.sub(r"cannot import name '\1' from '\2'", text)
    return Problem(where, f"{type(error).__name__}: {text}".removesuffix(": "), _advice(error, text))


def _advice(error: BaseException, text: str) -> str:
    """A near name that exists, where a name is what is wrong."""
    known: Collection[str] = ()
    name = str(getattr(error, "name", None) or "")
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    if isinstance(error, ModuleNotFoundError):
        near = suggest(name, [one for one in sys.modules if one.startswith("gendash.")])
        return near or "install it where gendash runs, or do without it"
    if match := _NO_NAME.match(text):
        name, known = match[1], dir(sys.modules.get(match[2]))
    elif isinstance(error, NameError):
        if name in vars(model):
            return f"write: from gendash.engine.model import {name}"
        known = {*frame.f_locals, *frame.f_globals, *dir(builtins)}
    elif isinstance(error, AttributeError) and error.obj is not None:
        known = [one for one in dir(error.obj) if not one.startswith("_")]
    elif match := _UNKNOWN_ARGUMENT.search(text):
        name = match[2]
        called = frame.f_locals.get(match[1]) or frame.f_globals.get(match[1])
        known = inspect.signature(called).parameters if callable(called) else ()
    return (suggest(name, known) if name else "") or "fix the module"
