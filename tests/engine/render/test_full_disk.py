"""A disk that is full: one line, and nothing half written, by each command that writes files."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT = 20_000  # bytes of a file that can be written
SETTINGS = "prometheus_url: none\nlangfuse: {base_url: none}\nfeatures: {users: false}\n"


def _small_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


@pytest.mark.parametrize(
    "command",
    [
        ["build"],
        ["docs", "--out", "reference"],
        ["config", "--schema"],
        ["demo", "--help"],
    ],
    ids=" ".join,
)
def test_no_room_for_a_file_is_one_line_and_leaves_no_part_of_it(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "gendash.yaml").write_text(SETTINGS)
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-P", "-m", "gendash.cli", *command]
    with (tmp_path / "said").open("wb") as said:
        done = subprocess.run(
            argv,
            cwd=tmp_path,
            env=env,
            stdout=said,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_small_disk,
            timeout=240,
        )
    lines = done.stderr.splitlines()
    assert "Traceback" not in done.stderr and "internal fault" not in done.stderr
    if command[0] != "demo":
        assert done.returncode == 1 and len(lines) == 1 and "File too large" in lines[0], done.stderr
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".part")] == []
