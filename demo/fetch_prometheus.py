"""Gets Debian's prometheus and promtool into a folder, without root and without touching the system's package state.

``python demo/fetch_prometheus.py [FOLDER]`` (default ``.cache/prometheus``) prints one line. It needs nothing but the
standard library, since `make` runs it before anything is installed. What cannot be had is named and left out: exit 0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = ("prometheus", "promtool")
BIN = Path("usr/bin")  # in the package, and below the folder that gets it
PATIENCE_S = 180


class LeftOut(Exception):
    """Why the programs cannot be had here."""


def main(arguments: Sequence[str]) -> int:
    """0, whether they could be had or not; 2 for a wrong call."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("usage: fetch_prometheus.py [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[0] if arguments else ".cache/prometheus")
    if all(shutil.which(name) for name in PROGRAMS):
        print(f"prometheus: on PATH ({shutil.which('prometheus')})")
    elif all(works(folder / BIN / name) for name in PROGRAMS):
        print(f"prometheus: in {folder}")
    else:
        try:
            fetch(folder)
            print(f"prometheus: fetched into {folder}")
        except LeftOut as reason:
            print(f"prometheus: left out ({reason}); put prometheus and promtool on PATH to have it")
    return 0


def fetch(folder: Path) -> None:
    """Leaves ``usr/bin/prometheus`` and ``usr/bin/promtool`` in ``folder``, both tried. Raises LeftOut."""
    missing = [name for name in ("apt-get", "dpkg-deb") if not shutil.which(name)]
    if missing:
        raise LeftOut(f"no {' and no '.join(missing)} here")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="part-") as part:
            unpacked = _unpack(_download(Path(part)), Path(part) / "unpacked")
            broken = [name for name in PROGRAMS if not works(unpacked / name)]
            if broken:
                raise LeftOut(f"Debian's {' and '.join(broken)} does not run on this machine")
            (folder / BIN).mkdir(parents=True, exist_ok=True)
            for name in PROGRAMS:
                (unpacked / name).replace(folder / BIN / name)
    except OSError as error:
        raise LeftOut(f"{error.filename or folder}: {error.strerror}") from error


def works(program: Path) -> bool:
    """Whether a program is there and runs."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _download(part: Path) -> Path:
    """The package file, by the system's own sources, with folders of our own for everything that apt writes."""
    for name in ("state/lists/partial", "cache/archives/partial"):
        (part / name).mkdir(parents=True)
    options = {
        "Dir::State": part / "state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": part / "cache",
        "Acquire::Retries": 1,
        "Acquire::http::Timeout": 20,
        "Acquire::https::Timeout": 20,
        "Acquire::Languages": "none",
    }
    if os.geteuid() == 0:
        options["APT::Sandbox::User"] = "root"  # apt's own user could not write into our folder
    command = ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]
    # an update may end in an error and still have brought the lists: a mirror less, a hook that needs root
    updated = _run([*command, "update"], part)
    downloaded = _run([*command, "download", "prometheus"], part)
    packages = sorted(part.glob("prometheus_*.deb"))
    if not packages:
        if "Failed to fetch" in updated.stderr:
            raise LeftOut("no package source could be reached")
        raise LeftOut(f"apt-get: {_reason(downloaded) or 'no package'}")
    return packages[0]


def _unpack(package: Path, into: Path) -> Path:
    """The folder with the package's programs."""
    done = _run(["dpkg-deb", "-x", str(package), str(into)], into.parent)
    if done.returncode:
        raise LeftOut(f"dpkg-deb: {_reason(done)}")
    return into / BIN


def _run(command: Sequence[str], at: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(
            command, cwd=at, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise LeftOut(f"{command[0]} took more than {PATIENCE_S} s") from error


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """The first line in which a program complains."""
    lines = (done.stderr + done.stdout).splitlines()
    return next((line[2:].strip() for line in lines if line.startswith(("E:", "dpkg-deb: error"))), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
