"""Artifacts -> a folder, with a manifest; files that no build wrote are left alone, and none outside the folder.

A folder of output may come from elsewhere: a cache, an archive, a checkout of somebody else. So neither its manifest
nor a link in it leads out of it. A file is written beside its place, under a name that nobody knows, and moved there.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from gendash.engine.errors import TargetError
from gendash.engine.model import Problem

LARGEST_MANIFEST = 10 << 20  # bytes


def write_artifacts(artifacts: Mapping[str, bytes], out: Path, manifest: bool = True) -> list[str]:
    """Writes artifacts below ``out`` together with ``manifest.json``, removes what an earlier build left there.

    Returns the paths that changed. Files that no build wrote are left alone.
    """
    try:
        return _write(with_manifest(artifacts) if manifest else artifacts, out)
    except OSError as error:
        raise TargetError(Problem(str(out), f"cannot write: {error.strerror}", "check path and rights")) from error


def _write(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    changed = differing_files(artifacts, out)
    for path in [*artifacts, *changed]:
        _check_inside(out, path)
    for path in changed:
        target = out / path
        if path in artifacts:
            _replace(target, artifacts[path])
        else:
            target.unlink(missing_ok=True)
    return changed


def write_files(files: Mapping[str, bytes], out: Path) -> None:
    """Writes files below ``out``, each at once or not at all, and leaves all others alone."""
    try:
        for path in files:
            _check_inside(out, path)
        for path, content in files.items():
            _replace(out / path, content)
    except OSError as error:
        raise TargetError(Problem(str(out), f"cannot write: {error.strerror}", "check path and rights")) from error


def write_new(files: Mapping[Path, bytes]) -> None:
    """Writes files that are not there yet: all of them, or none. A file or link of the name is an error."""
    made: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                made.append(path)
                file.write(content)
    except BaseException as error:
        for one in made:
            one.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise TargetError(Problem(str(path), f"cannot write: {error.strerror}", "check path and rights")) from error


def write_file(target: Path, content: bytes, mode: int | None = None) -> None:
    """Writes one file at once or not at all, so that no reader meets half of it; a link is replaced, not followed.

    Without ``mode`` an existing file keeps its own, and a new one has what other programs would give it.
    """
    try:
        _replace(target, content, mode)
    except OSError as error:
        raise TargetError(Problem(str(target), f"cannot write: {error.strerror}", "check path and rights")) from error


def _replace(target: Path, content: bytes, mode: int | None = None) -> None:
    if target.exists() and not target.is_file():  # a device or a pipe, such as /dev/stdout
        with target.open("wb") as file:
            file.write(content)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # hidden, so that programs that read the folder pass it over; made with mode 0600 and never opened twice
    number, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            os.fchmod(number, _mode(target) if mode is None else mode)
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def _mode(target: Path) -> int:
    """The mode of a file that is there, so that a private one stays so; else that of new files."""
    if target.is_file() and not target.is_symlink():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _check_inside(out: Path, path: str) -> None:
    """Raises TargetError if a path leads out of a folder, by itself or through a link."""
    if not (out / path).parent.resolve().is_relative_to(out.resolve()):
        what = f"{PurePosixPath(path).parent} is a link that leads out of it"
        raise TargetError(Problem(str(out), what, "remove the link, or name another folder; nothing was written"))


def with_manifest(artifacts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The artifacts and a ``manifest.json`` that holds the sha256 of each."""
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(artifacts.items())}
    manifest = json.dumps({"files": sums}, indent=2, sort_keys=True) + "\n"
    return {**artifacts, "manifest.json": manifest.encode()}


def differing_files(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    """Paths whose content below ``out`` differs, and those that only an earlier manifest names."""
    try:
        found = [path for path, data in artifacts.items() if not _holds(out / path, data)]
        gone = [path for path in _written_before(out) if path not in artifacts and (out / path).is_file()]
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "a name that no file can have"
        raise TargetError(Problem(str(out), f"cannot read: {why}", "check path and rights")) from error
    return sorted(found + gone)


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def _written_before(out: Path) -> list[str]:
    """The paths that an earlier manifest names. Raises TargetError if it names one that no build writes."""
    manifest = out / "manifest.json"
    try:
        if not manifest.is_file() or manifest.stat().st_size > LARGEST_MANIFEST:
            return []
        content = json.loads(manifest.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    names = content.get("files") if isinstance(content, dict) else None
    found = list(names) if isinstance(names, dict) else []
    for name in found:
        parts = PurePosixPath(name).parts
        if not parts or "\0" in name or ".." in parts or PurePosixPath(name).is_absolute():
            raise TargetError(
                Problem(str(manifest), "names a file outside of its folder", "delete it, then build again")
            )
    return found
