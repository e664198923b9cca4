"""Server binaries of PostgreSQL by version, for tests on each that is supported."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from gendash.demo import postgres as demo_postgres

SUPPORTED = (14, 15, 16, 17, 18)


@cache
def servers_by_version() -> dict[int, Path]:
    """Folders of server binaries by major version, as far as they are here."""
    folders = [Path(one) for one in os.environ.get("GENDASH_POSTGRES_VERSIONS", "").split(":") if one]
    found = [path.parent for folder in folders for path in folder.glob("**/bin/initdb")]
    found += [path.parent for place in demo_postgres._PLACES for path in Path("/").glob(f"{place}/initdb")]
    own = demo_postgres.find_binaries()
    found += [own] if own else []
    versions: dict[int, Path] = {}
    for folder in found:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
        match = re.search(r"\) (\d+)", said)
        if match:
            versions.setdefault(int(match[1]), folder)
    return versions
