"""A disk that is full: one line, and nothing half written, by each command that writes files."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gendash.engine.errors import TargetError, problems_of
from gendash.engine.render.write import write_files, write_new

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


@pytest.mark.parametrize("name", ["index.html", "deeper/one.csv"])
def test_pages_are_written_whole_inside_their_folder_and_leave_other_files_alone(name: str, tmp_path: Path) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    (out / "deeper").mkdir(parents=True)
    outside.write_text("mine")
    (out / "other.txt").write_text("other")
    (out / "manifest.json").write_text('{"files": {"other.txt": "x"}}')  # of a build, which removes what it names
    (out / name).symlink_to(outside)
    write_files({name: b"new"}, out)
    assert outside.read_text() == "mine" and (out / name).read_bytes() == b"new" and not (out / name).is_symlink()
    assert (out / "other.txt").read_text() == "other"
    (out / "away").symlink_to(tmp_path)
    with pytest.raises(TargetError, match="leads out of it"):
        write_files({"index.html": b"x", "away/evil": b"x"}, out)
    assert not (tmp_path / "evil").exists()


def test_new_files_are_all_written_or_none_and_replace_nothing(tmp_path: Path) -> None:
    there = tmp_path / "b.sql"
    there.write_text("mine")
    with pytest.raises(TargetError, match="File exists"):
        write_new({tmp_path / "a.sql": b"1", there: b"2"})
    assert there.read_text() == "mine" and not (tmp_path / "a.sql").exists()
    (tmp_path / "c.sql").symlink_to(tmp_path / "d.sql")
    with pytest.raises(TargetError):
        write_new({tmp_path / "c.sql": b"3"})
    assert not (tmp_path / "d.sql").exists()


WRITERS = """
import sys
from pathlib import Path
from gendash.engine.errors import GendashError
from gendash.engine.render.write import write_artifacts, write_file, write_files, write_new
many, large = {f"f{n}": b"x" for n in range(3)}, {"large": b"x" * 50_000}
try:
    {"write_file": lambda: write_file(Path("plan.json"), large["large"]),
     "write_files": lambda: write_files({**many, **large}, Path("pages")),
     "write_new": lambda: write_new({Path(name): data for name, data in {**many, **large}.items()}),
     "write_artifacts": lambda: write_artifacts({**many, **large}, Path("out"))}[sys.argv[1]]()
except GendashError as error:
    sys.exit("; ".join(map(str, error.problems)))
"""


@pytest.mark.parametrize("writer", ["write_file", "write_files", "write_new", "write_artifacts"])
def test_each_way_to_write_ends_in_one_line_on_a_full_disk(writer: str, tmp_path: Path) -> None:
    """All commands write by one of these: plan --out, adopt, rollback and doctor a file, page files, new and init new ones."""
    (tmp_path / "plan.json").write_text("before")
    done = subprocess.run(
        [sys.executable, "-P", "-c", WRITERS, writer],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=_small_disk,
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "File too large" in done.stderr, done.stderr
    assert (tmp_path / "plan.json").read_text() == "before"
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".part") or path.name == "large"] == []
    assert writer != "write_new" or not (tmp_path / "f0").exists()


def test_a_file_is_written_by_no_other_way() -> None:
    """In commands, the engine and pages; a folder that is temporary, and the demo's own, may be written to directly."""
    root = Path(__file__).parents[3]
    direct = re.compile(r"\.write_(text|bytes)\(|\.open\([\"'][wax]")
    found = {
        path.relative_to(root).as_posix()
        for room in ("engine", "commands", "pages", "langfuse_bridge", "api")
        for path in (root / room).rglob("*.py")
        if direct.search(path.read_text("utf-8"))
    }
    assert found == {"engine/render/write.py", "pages/document.py"}


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (FileExistsError(17, "File exists", "f"), "f: File exists; check path and rights"),
        (PermissionError(13, "Permission denied", "x/y"), "x/y: Permission denied; check path and rights"),
        (OSError(28, "No space left on device"), "output: cannot write: No space left on device; make room"),
        (OSError(9, "Bad file descriptor"), "output: it is closed; give it a place, such as a file or /dev/null"),
        (MemoryError(), "memory: there is not enough; give the process more, or ask for less"),
    ],
)
def test_what_the_system_refuses_is_no_fault_of_gendash(error: BaseException, line: str) -> None:
    assert [str(one) for one in problems_of(error)] == [line]
