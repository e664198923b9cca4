"""Golden files: every artifact, with every feature on. `make generate` rewrites them; a missing one fails."""

from __future__ import annotations

import os
from pathlib import Path

from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.load import load_catalog, template
from gendash.engine.render.artifacts import TEMPLATES, artifacts

GOLDEN = Path(__file__).parent / "golden"
SETTINGS = "features:\n" + "".join(f"  {name}: true\n" for name, _, _ in FEATURES)


def built() -> dict[str, bytes]:
    catalog = load_catalog(load_config(SETTINGS))
    return artifacts(catalog, {name: template(name) for name in TEMPLATES})


def golden() -> dict[str, bytes]:
    return {path.relative_to(GOLDEN).as_posix(): path.read_bytes() for path in GOLDEN.rglob("*") if path.is_file()}


def test_every_artifact_equals_its_golden_file() -> None:
    files = built()
    if os.environ.get("GENDASH_GOLDEN") == "write":
        for path in golden().keys() - files.keys():
            (GOLDEN / path).unlink()
        for path, content in files.items():
            (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / path).write_bytes(content)
    kept = golden()
    assert sorted(files) == sorted(kept), "`make generate` writes what is missing and removes what is gone"
    differing = [path for path, content in files.items() if kept[path] != content]
    assert differing == [], "look at the difference, then `make generate`"
