"""A note of each build, what went in and what came out, so that an equal one finds its folder as it left it.

Artifacts follow from settings, content and code alone (a law of the house), so equal input gives equal files. Python in
a content root may read anything else, so with such a root every build is done whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
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

    ``folders`` are the user's: content roots, and the adapter's. Of a secret counts only whether there is one.
    """
    found = hashlib.sha256(repr(judged_settings(config)).encode())
    own = [path for folder in folders for path in islice(_files(folder), _MOST_FILES + 1)]
    odd = (path.suffix == ".py" or path.is_symlink() or not path.is_file() for path in own)
    if len(own) > _MOST_FILES or any(odd):
        return ""
    try:
        for path in [*sorted(path for name in _FOLDERS for path in _files(PACKAGE / name)), *sorted(own)]:
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
    """What is below a folder, links and pipes included, but for folders and byte code."""
    return (path for path in folder.rglob("*") if path.suffix != ".pyc" and (path.is_symlink() or not path.is_dir()))
