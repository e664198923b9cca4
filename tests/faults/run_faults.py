"""`gendash check` over a content root with one fault in it: each in a process forked from one that has checked before.

A process that has loaded and checked everything once has parsed every text; a fork of it parses one file again, which
makes 3,000 whole runs of the command a matter of minutes.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from fault import Fault

FOLDERS = ("dashboards", "sql", "recording_rules", "provisioning")
LIMIT_S = 240  # of the clock, on a busy machine
ENVIRONMENT = "staging"  # of own/gendash.yaml
LATER_NS = 2**61
_home: Path | None = None


class Outcome(NamedTuple):
    """What `check` answered to a fault: its lines, or the exception that it ended with."""

    fault: Fault
    lines: list[str]
    raised: str = ""

    @property
    def verdict(self) -> str:
        if self.raised:
            return "raised"
        if not self.lines:
            return "silent"
        return "reported" if self.fault.is_named(self.lines) else "elsewhere"


def packaged() -> Path:
    """The root of the shipped content."""
    from gendash.engine.definitions.content_modules import PACKAGED

    return Path(PACKAGED)


def copy_content(root: Path, home: Path) -> None:
    """The shipped content, and beside it the content and settings of a user."""
    for folder in FOLDERS:
        shutil.copytree(root / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for data in (root / "engine").rglob("*.json"):  # of the engine, read from beside the shipped content
        (home / data.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(data, home / data.relative_to(root))
    shutil.copytree(Path(__file__).parent / "own", home / "own", ignore=shutil.ignore_patterns("__pycache__"))


def run(faults: Sequence[Fault], workers: int = 2) -> Iterator[Outcome]:
    """The outcome of each fault, in order."""
    with ProcessPoolExecutor(workers, get_context("spawn"), _warm) as pool:
        yield from pool.map(_outcome, faults, chunksize=8)


def _warm() -> None:
    """Makes this process one that has checked the content without a fault."""
    global _home
    _home = Path(tempfile.mkdtemp(prefix="faults-"))
    copy_content(packaged(), _home)
    sys.dont_write_bytecode = False  # modules without a fault are compiled once
    lines, raised = _checked(_home)
    assert not lines and not raised, (lines, raised)
    sys.dont_write_bytecode = True
    gc.freeze()


def _outcome(fault: Fault) -> Outcome:
    assert _home is not None
    with _applied(fault, _home):
        lines, raised = _in_a_fork(_home, "" if fault.path.endswith("gendash.yaml") else ENVIRONMENT)
    return Outcome(fault, lines, raised)


@contextmanager
def _applied(fault: Fault, home: Path) -> Iterator[None]:
    """The fault in the content of this process, which is as before afterwards."""
    own = [home / name for name in (fault.path, fault.removed) if name]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in own if path.is_file()}
    new = [parent for path in own for parent in (path, *path.parents) if not parent.exists()]
    try:
        fault.apply(home)
        for path in own:
            if path.is_file():
                os.utime(path, ns=(LATER_NS, LATER_NS))  # so that no byte code of before is taken for it
        yield
    finally:
        for path in [*new, *before]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        for path, (content, mtime) in before.items():
            path.write_bytes(content)
            os.utime(path, ns=(mtime, mtime))


def _in_a_fork(home: Path, environment: str) -> tuple[list[str], str]:
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        signal.alarm(LIMIT_S)
        try:
            found: Any = _checked(home, environment)
        except BaseException:
            found = [], "the run itself: " + traceback.format_exc()
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump(found, pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else ([], f"no answer within {LIMIT_S} s")


def _checked(home: Path, environment: str = "") -> tuple[list[str], str]:
    """The lines of `gendash check` with the shipped content at ``home``, and the exception that it let out.

    With an ``environment`` it is the only one that is checked, which takes half the time.
    """
    from gendash.cli import cli
    from gendash.engine.errors import GendashError

    _move(home)
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            options = ["--config", str(home / "own" / "gendash.yaml")]
            cli([*options, *(["--env", environment] if environment else []), "check"], standalone_mode=False)
    except GendashError as error:
        return [str(problem) for problem in error.problems], ""
    except Exception as error:  # what this is here to find
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return [], f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno} {frame.name})"
    return [], ""


def _move(home: Path) -> None:
    """Lets gendash read its shipped content from ``home``; nothing else of it reads that."""
    import gendash.dashboards

    for name, module in list(sys.modules.items()):
        if name.startswith("gendash.dashboards."):
            del sys.modules[name]
        elif name.startswith("gendash.") and hasattr(module, "PACKAGED"):
            module.PACKAGED = home
    gendash.dashboards.__path__ = [str(home / "dashboards")]
    for name in [name for name in vars(gendash.dashboards) if not name.startswith("__")]:
        delattr(gendash.dashboards, name)


def summary(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    """How many of each kind of fault ended how."""
    found: dict[str, dict[str, int]] = {}
    for outcome in outcomes:
        by = found.setdefault(outcome.fault.kind, {})
        by[outcome.verdict] = by.get(outcome.verdict, 0) + 1
    return found
