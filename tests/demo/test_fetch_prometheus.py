"""Getting Prometheus: what happens where it cannot be had. (With a network, `make` runs the other way every time.)"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gendash.demo import fetch_prometheus


def run(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": str(path)}
    command = [sys.executable, fetch_prometheus.__file__, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def tool(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty folder that is the whole PATH."""
    folder = tmp_path / "path"
    folder.mkdir()
    return folder


def test_without_apt_it_says_what_is_left_out_and_goes_on(path: Path, tmp_path: Path) -> None:
    ran = run(str(tmp_path / "cache"), path=path)
    assert ran.returncode == 0
    assert ran.stdout.startswith("prometheus: left out (no apt-get and no dpkg-deb here)")
    assert len(ran.stdout.splitlines()) == 1


def test_without_a_network_it_says_so(path: Path, tmp_path: Path) -> None:
    tool(path, "apt-get", "echo 'W: Failed to fetch http://user:secret@mirror/x' >&2; exit 100")
    tool(path, "dpkg-deb", "exit 2")
    ran = run(str(tmp_path / "cache"), path=path)
    assert (ran.returncode, ran.stdout.count("no package source could be reached")) == (0, 1)
    assert "secret" not in ran.stdout + ran.stderr


def test_a_program_that_does_not_run_here_is_not_kept(path: Path, tmp_path: Path) -> None:
    tool(path, "apt-get", 'case "$*" in *download*) : > prometheus_1_any.deb;; esac')
    tool(path, "dpkg-deb", '/bin/mkdir -p "$3/usr/bin"; : > "$3/usr/bin/prometheus"')
    ran = run(str(tmp_path / "cache"), path=path)
    assert "left out (Debian's prometheus and promtool does not run on this machine)" in ran.stdout
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_was_fetched_once_is_not_fetched_again(path: Path, tmp_path: Path) -> None:
    bin_ = tmp_path / "cache" / "usr" / "bin"
    bin_.mkdir(parents=True)
    for name in fetch_prometheus.PROGRAMS:
        tool(bin_, name, "exit 0")
    assert run(str(tmp_path / "cache"), path=path).stdout == f"prometheus: in {tmp_path / 'cache'}\n"


def test_only_the_programs_are_kept(path: Path, tmp_path: Path) -> None:
    tool(path, "apt-get", 'case "$*" in *download*) : > prometheus_1_any.deb;; esac')
    make = 'for n in prometheus promtool; do printf "#!/bin/sh\\nexit 0\\n" > "$3/usr/bin/$n"; done'
    tool(
        path,
        "dpkg-deb",
        f'/bin/mkdir -p "$3/usr/bin" "$3/etc/init.d"; : > "$3/etc/init.d/prometheus"; {make}; /bin/chmod +x "$3"/usr/bin/*',
    )
    run(str(tmp_path / "cache"), path=path)
    kept = sorted(str(p.relative_to(tmp_path / "cache")) for p in (tmp_path / "cache").rglob("*") if p.is_file())
    assert kept == ["usr/bin/prometheus", "usr/bin/promtool"]


def test_a_folder_that_cannot_be_written_is_named(path: Path, tmp_path: Path) -> None:
    tool(path, "apt-get", "exit 0")
    tool(path, "dpkg-deb", "exit 0")
    (tmp_path / "file").write_text("")
    ran = run(str(tmp_path / "file" / "cache"), path=path)
    assert ran.returncode == 0
    assert "Not a directory" in ran.stdout
