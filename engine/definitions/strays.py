"""Files and folders of a content root that nothing reads: a typing error in a name would leave them without effect.

And those that nothing may read, since a root may be somebody else's: what is no file, is too large, or lies elsewhere.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from gendash.engine.config.load import suggest
from gendash.engine.definitions.overrides import OVERRIDES
from gendash.engine.model import Problem

STYLE = "style.yaml"
LARGEST = 1 << 20  # bytes of a file of content
# what may lie in a root although gendash does not read it; the documents list these
ALLOWED = (
    ".*", "__pycache__", "__init__.py", "README*", "LICENSE*", "NOTICE*", "CHANGELOG*", "CONTRIBUTING*", "Makefile",
    "docs", "tests", "out", "gendash.yaml", "pyproject.toml", "requirements*.txt",
)  # fmt: skip
SHIPPED = {
    "dashboards": ("glossary.yaml", "plan.yaml", "plan_rest.yaml"),
    "provisioning": ("*.j2", "instrumentation.yaml", "platform_names.yaml", "translated_names.yaml", "*.json"),
}
# what is read, by folder: names of files, and the folders below
READ: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    ".": ((STYLE, OVERRIDES), ("dashboards", "recording_rules", "sql")),
    "dashboards": (("*.py",), ()),
    "recording_rules": (("*.yaml",), ("tests",)),
    "recording_rules/tests": (("*.yaml",), ()),
    "sql": ((), ("audits", "platforms", "rollups", "staging", "tables", "views")),
    **{f"sql/{name}": (("*.sql",), ()) for name in ("audits", "rollups", "staging", "tables", "views")},
}


def unfit(path: Path, root: Path) -> str:
    """Why a file of a root must not be read; empty if it may. A pipe would never end, a link may lead to secrets."""
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            return "it is a link that leads out of its content root"
        found = path.stat()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        return getattr(error, "strerror", None) or "it is a link that leads nowhere"
    if not stat.S_ISREG(found.st_mode):
        return "it is not a regular file"
    return f"it is larger than {LARGEST >> 20} MiB" if found.st_size > LARGEST else ""


def strays(root: Path, packaged: bool, shown: str) -> Iterator[Problem]:
    """A problem for each file and folder of a root that nothing reads and that is not among ALLOWED.

    The packaged root holds the program too, so only its folders of content are looked at.
    """
    read = {**READ, "provisioning": ((), ())} if packaged else READ
    for folder, (files, folders) in read.items():
        if (folder == "." and packaged) or not (root / folder).is_dir():
            continue
        files = (*files, *SHIPPED.get(folder, ())) if packaged else files
        for path in sorted((root / folder).iterdir()):
            is_read = path.name in folders if path.is_dir() else any(fnmatch(path.name, one) for one in files)
            if is_read or any(fnmatch(path.name, one) for one in ALLOWED):
                continue
            where = shown + path.relative_to(root).as_posix()
            kind = "folder" if path.is_dir() else "file"
            known = folders if path.is_dir() else [one for one in files if "*" not in one]
            hint = suggest(path.name, known)
            expected = ", ".join([*files, *(f"{one}/" for one in folders)])
            yield Problem(where, f"nothing reads this {kind}", hint or f"here are read: {expected}")


def adapter_strays(folder: Path, shown: Callable[[Path], str]) -> Iterator[Problem]:
    """A problem for each file and folder of an adapter's folder that nothing reads."""
    for path in sorted(folder.iterdir()):
        read = path.suffix == ".sql" and not path.is_dir()
        if not read and not any(fnmatch(path.name, one) for one in (*ALLOWED, "grants.sql")):
            kind = "folder" if path.is_dir() else "file"
            yield Problem(shown(path), f"nothing reads this {kind}", "here are read: *.sql, one file a canonical table")


def relative_root(root: Path) -> str:
    """A root from the working directory, if it is below it."""
    here = Path.cwd()
    inside = root.resolve().is_relative_to(here)
    return root.resolve().relative_to(here).as_posix() if inside else str(root)
