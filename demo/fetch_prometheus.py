"""Gets prometheus and promtool into a folder, without root and without touching the system's package state.

``python demo/fetch_prometheus.py [FOLDER]`` (default ``.cache/prometheus``) prints one line. It needs nothing but the
standard library. Sources, in this order: PATH, what was fetched before, Debian's package, the project's own release
archive. What cannot be had is named and left out: exit 0.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

PROGRAMS = ("prometheus", "promtool")
BIN = Path("usr/bin")  # in the package, and below the folder that gets it
PATIENCE_S = 180
RELEASES = "https://github.com/prometheus/prometheus/releases/download"
RELEASES_SETTING = "GENDASH_PROMETHEUS_RELEASES"
"""Environment variable with another base address of release archives, for example a mirror."""
VERSION = "3.4.1"
# SHA-256 of the release archives, read in published checksum lists. Linux: `prometheus/docker-bake.hcl` of
# github.com/boxcutter/oci. macOS: the list `prometheus-3.4.1.sha256` that a public `promtool-lint` script pins as "the
# four supported upstream release digests"; its two lines for Linux are the same as those above.
CHECKSUMS = {
    "linux-amd64": "09203151c132f36b004615de1a3dea22117ad17e6d7a59962e34f3abf328f312",
    "linux-arm64": "2a85be1dff46238c0d799674e856c8629c8526168dd26c3de2cecfbfc6f9a0a2",
    "darwin-amd64": "07b0442f50aed883afbcc5ca3136ce45bef99aa73b7aa2e8fa4247b26f2d523f",
    "darwin-arm64": "7a6372e2b6a1a498a6aa4e9936878ff8b42c9ed818305b915133600182e2051e",
}
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_CHUNK, _ANSWER_S, _DOWNLOAD_S = 1 << 20, 20, 900


class LeftOut(Exception):
    """Why the programs cannot be had from a source."""


def main(arguments: Sequence[str]) -> int:
    """0, whether they could be had or not; 2 for a wrong call."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("usage: fetch_prometheus.py [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[0] if arguments else ".cache/prometheus")
    on_path = [shutil.which(name) for name in PROGRAMS]
    if all(path and works(Path(path)) for path in on_path):
        print(f"prometheus: on PATH ({on_path[0]})")
    elif all(works(folder.absolute() / BIN / name) for name in PROGRAMS):
        print(f"prometheus: in {folder}")
    else:
        print(f"prometheus: {fetched(folder)}")
    return 0


def fetched(folder: Path) -> str:
    """One line: fetched into ``folder``, from the first source that has it, or why it was left out."""
    reasons = []
    for source, unpack in SOURCES.items():
        try:
            fetch(folder, unpack)
            return f"fetched into {folder} ({source})"
        except LeftOut as reason:
            reasons.append(f"{source}: {reason}")
    return f"left out ({'; '.join(reasons)}); put prometheus and promtool on PATH to have it"


def fetch(folder: Path, unpack: Callable[[Path], Path]) -> None:
    """Leaves ``usr/bin/prometheus`` and ``usr/bin/promtool`` in ``folder``, both tried. Raises LeftOut.

    ``unpack`` gets an empty folder and returns the one with the programs in it.
    """
    folder = folder.absolute()  # programs that are called run in other folders
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="part-") as part:
            unpacked = unpack(Path(part))
            broken = [name for name in PROGRAMS if not works(unpacked / name)]
            if broken:
                raise LeftOut(f"{' and '.join(broken)} cannot run on this machine")
            (folder / BIN).mkdir(parents=True, exist_ok=True)
            for name in PROGRAMS:
                (unpacked / name).replace(folder / BIN / name)
    except OSError as error:
        raise LeftOut(f"{error.filename or folder}: {error.strerror}") from error


def works(program: Path) -> bool:
    """True if a program is there and runs."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# ── Debian's package ─────────────────────────────────────────────────────────────────────────────────────────────


def _package(part: Path) -> Path:
    """The folder with the programs of Debian's package, by the system's own package sources."""
    missing = [name for name in ("apt-get", "dpkg-deb") if not shutil.which(name)]
    if missing:
        raise LeftOut(f"no {' and no '.join(missing)} here")
    unpacked = part / "unpacked"
    done = _run(["dpkg-deb", "-x", str(_download(part)), str(unpacked)], part)
    if done.returncode:
        raise LeftOut(f"dpkg-deb: {_reason(done)}")
    return unpacked / BIN


def _download(part: Path) -> Path:
    """The package file; apt gets folders of our own for everything that it writes."""
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


# ── the project's release archive ────────────────────────────────────────────────────────────────────────────────


def _archive(part: Path) -> Path:
    """The folder with the programs of the release archive for this machine, after its SHA-256 was compared."""
    machine = os.uname().machine
    system = f"{sys.platform}-{_MACHINES.get(machine, machine)}"
    if system not in CHECKSUMS:
        raise LeftOut(f"none is known for {system}")
    name = f"prometheus-{VERSION}.{system}"
    base = os.environ.get(RELEASES_SETTING) or RELEASES
    try:
        checksum = _save(f"{base.rstrip('/')}/v{VERSION}/{name}.tar.gz", part / "archive")
    except urllib.error.HTTPError as error:
        raise LeftOut(f"HTTP {error.code} for {name}.tar.gz") from None
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        # neither the address nor the error's text is printed: either may hold a password
        raise LeftOut(f"no connection ({type(getattr(error, 'reason', error)).__name__})") from None
    if checksum != CHECKSUMS[system]:
        raise LeftOut(f"the SHA-256 of {name}.tar.gz is not the pinned one")
    try:
        with tarfile.open(part / "archive") as archive:
            for program in PROGRAMS:
                member = archive.extractfile(f"{name}/{program}")
                if member is None:
                    raise KeyError(program)
                with member, (part / program).open("wb") as out:
                    shutil.copyfileobj(member, out)
                (part / program).chmod(0o755)
    except (tarfile.TarError, KeyError, EOFError):
        raise LeftOut(f"{name}.tar.gz does not hold {' and '.join(PROGRAMS)}") from None
    return part


def _save(url: str, path: Path) -> str:
    """Writes what ``url`` answers to ``path`` and returns its SHA-256."""
    deadline = time.monotonic() + _DOWNLOAD_S
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer, path.open("wb") as out:
        while chunk := answer.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
            if time.monotonic() > deadline:
                raise LeftOut(f"the download took more than {_DOWNLOAD_S} s")
    return digest.hexdigest()


SOURCES = {"Debian's package": _package, "release archive": _archive}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
