"""Artifacts -> a folder, with a manifest; files that no build wrote are left alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from gendash.engine.errors import TargetError
from gendash.engine.model import Problem


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
    for path in changed:
        target = out / path
        if path in artifacts:
            _replace(target, artifacts[path])
        else:
            target.unlink(missing_ok=True)
    return changed


def write_file(target: Path, content: bytes) -> None:
    """Writes one file at once or not at all, so that no reader meets half of it."""
    try:
        _replace(target, content)
    except OSError as error:
        raise TargetError(Problem(str(target), f"cannot write: {error.strerror}", "check path and rights")) from error


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(content)
    if target.exists():  # a file that was private stays so
        partial.chmod(target.stat().st_mode & 0o7777)
    partial.replace(target)


def with_manifest(artifacts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The artifacts and a ``manifest.json`` that holds the sha256 of each."""
    sums = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(artifacts.items())}
    manifest = json.dumps({"files": sums}, indent=2, sort_keys=True) + "\n"
    return {**artifacts, "manifest.json": manifest.encode()}


def differing_files(artifacts: Mapping[str, bytes], out: Path) -> list[str]:
    """Paths whose content below ``out`` differs, and those that only an earlier manifest names."""
    found = [
        path for path, data in artifacts.items() if not (out / path).is_file() or (out / path).read_bytes() != data
    ]
    try:
        before = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        before = {}
    gone = [path for path in before if path not in artifacts and (out / path).is_file()]
    return sorted(found + gone)
