"""A note of each build, what went in and what came out, so that an equal one finds its folder as it left it.

Artifacts follow from settings, content and code alone (a law of the house), so equal input gives equal files. Python in
a content root may read anything else, so with such a root every build is done whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gendash.commands._checked import PACKAGE, installed, is_noted, judged_settings, note
from gendash.commands._common import content_roots

if TYPE_CHECKING:
    from gendash.engine.config.load import Config

_FOLDERS = ("dashboards", "engine", "provisioning", "recording_rules", "sql")
_MOST_FILES = 2000  # of the user's; in a larger folder, looking for a change costs as much as a build


def inputs(config: Config, folders: Iterable[Path]) -> str:
    """SHA-256, in hex, of all that a build reads; empty where that cannot be said.

    ``folders`` are the user's: content roots, and the adapter's. Of a secret counts only whether it is `none`.
    """
    found = hashlib.sha256(repr(judged_settings(config)).encode())
    files = [path for name in _FOLDERS for path in _files(PACKAGE / name)]
    own = [path for folder in folders for path in _some(_files(folder))]
    if len(own) > _MOST_FILES or any(path.suffix == ".py" or path.is_symlink() for path in own):
        return ""
    try:
        for path in [*files, *own]:
            found.update(f"{path}\0".encode("utf-8", "surrogateescape"))
            found.update(hashlib.sha256(path.read_bytes()).digest())
    except OSError:  # the build says what is wrong with it
        return ""
    for part in installed():
        found.update(part)
    return found.hexdigest()


def unchanged(notes: Path, key: str, out: Path) -> int:
    """The number of files in ``out`` if all are what a build of equal input wrote there, else 0."""
    try:
        manifest = (out / "manifest.json").read_bytes()
        if not is_noted(notes, f"{key}-{hashlib.sha256(manifest).hexdigest()}"):
            return 0
        sums: dict[str, str] = json.loads(manifest)["files"]  # one that we wrote, by its sum
        same = all(hashlib.sha256((out / path).read_bytes()).hexdigest() == sum for path, sum in sums.items())
    except OSError:
        return 0
    return len(sums) + 1 if same else 0


def note_build(notes: Path, key: str, manifest: bytes) -> None:
    """Notes that a build of this input gave that manifest. Does nothing where it cannot write, or without a key."""
    if key:
        note(notes, f"{key}-{hashlib.sha256(manifest).hexdigest()}")


def own_folders(config: Config, base: Path) -> list[Path]:
    """The folders of the user that definitions are read from."""
    adapter = config["platform.adapter"]
    return [*content_roots(config, base), *([base / adapter] if adapter else [])]


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, in order, but for byte code."""
    paths = sorted(folder.rglob("*"))
    return (path for path in paths if path.suffix != ".pyc" and (path.is_symlink() or not path.is_dir()))


def _some(paths: Iterator[Path]) -> list[Path]:
    """At most one file more than are looked at."""
    return [path for path, _ in zip(paths, range(_MOST_FILES + 1), strict=False)]
