"""Getting Prometheus: from Debian's package, from a release archive, and what happens where it cannot be had.

Package sources and the release page are doubles: scripts named apt-get and dpkg-deb, and an HTTP server on 127.0.0.1.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from gendash.demo import fetch_prometheus

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens there


def run(*arguments: str, path: Path, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": str(path), fetch_prometheus.RELEASES_SETTING: NOWHERE}
    command = [sys.executable, fetch_prometheus.__file__, *arguments]
    return subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, timeout=60, check=False)


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
    assert ran.stdout.startswith(
        "prometheus: left out (Debian's package: no apt-get and no dpkg-deb here; release archive: "
    )
    assert ran.stdout.endswith("; put prometheus and promtool on PATH to have it\n")
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
    assert "left out (Debian's package: prometheus and promtool cannot run on this machine; " in ran.stdout
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_was_fetched_once_is_not_fetched_again(path: Path, tmp_path: Path) -> None:
    bin_ = tmp_path / "cache" / "usr" / "bin"
    bin_.mkdir(parents=True)
    for name in fetch_prometheus.PROGRAMS:
        tool(bin_, name, "exit 0")
    assert run(str(tmp_path / "cache"), path=path).stdout == f"prometheus: in {tmp_path / 'cache'}\n"


def apt_with_a_package(path: Path) -> None:
    """Doubles of apt-get and dpkg-deb that work in the folders that they are given, as the real ones do."""
    tool(
        path,
        "apt-get",
        'for o; do case $o in Dir::*) [ -d "${o#*=}" ] || [ -f "${o#*=}" ] || exit 100;; esac; done\ncase "$*" in *download*) : > prometheus_1_any.deb;; esac',
    )
    make = 'for n in prometheus promtool; do printf "#!/bin/sh\\nexit 0\\n" > "$3/usr/bin/$n"; done'
    tool(
        path,
        "dpkg-deb",
        f'/bin/mkdir -p "$3/usr/bin" "$3/etc/init.d"; : > "$3/etc/init.d/prometheus"; {make}; /bin/chmod +x "$3"/usr/bin/*',
    )


@pytest.mark.parametrize("folder", ["cache", "a b/cache"])
def test_only_the_programs_are_kept_in_a_folder_named_from_where_one_stands(
    path: Path, tmp_path: Path, folder: str
) -> None:
    apt_with_a_package(path)
    ran = run(folder, path=path, at=tmp_path)
    assert ran.stdout == f"prometheus: fetched into {folder} (Debian's package)\n"
    kept = sorted(str(p.relative_to(tmp_path / folder)) for p in (tmp_path / folder).rglob("*") if p.is_file())
    assert kept == ["usr/bin/prometheus", "usr/bin/promtool"]


def test_a_folder_that_cannot_be_written_is_named(path: Path, tmp_path: Path) -> None:
    tool(path, "apt-get", "exit 0")
    tool(path, "dpkg-deb", "exit 0")
    (tmp_path / "file").write_text("")
    ran = run(str(tmp_path / "file" / "cache"), path=path)
    assert ran.returncode == 0
    assert "Not a directory" in ran.stdout


Release = Callable[..., list[str]]


def packed(name: str, *programs: str, script: bytes = b"#!/bin/sh\nexit 0\n") -> bytes:
    """A release archive as the project packs it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for program in ("LICENSE", *programs):
            member = tarfile.TarInfo(f"{name}/{program}")
            member.size = len(script)
            archive.addfile(member, io.BytesIO(script))
    return out.getvalue()


@pytest.fixture
def release(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """A release page with one archive; returns the paths that are asked for. There is no apt here."""
    servers: list[ThreadingHTTPServer] = []
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="arm64"))

    def start(archive: bytes, checksum: str = "", status: int = 200) -> list[str]:
        asked: list[str] = []

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(archive)))
                self.end_headers()
                self.wfile.write(archive)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(fetch_prometheus.RELEASES_SETTING, f"http://127.0.0.1:{server.server_port}/mirror/")
        known = {"darwin-arm64": checksum or hashlib.sha256(archive).hexdigest()}
        monkeypatch.setattr(fetch_prometheus, "CHECKSUMS", known)
        return asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


NAME = f"prometheus-{fetch_prometheus.VERSION}.darwin-arm64"


def test_a_release_archive_is_fetched_where_there_is_no_package(
    release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = release(packed(NAME, *fetch_prometheus.PROGRAMS))
    cache = tmp_path / "a b" / "cache"
    assert fetch_prometheus.main([str(cache)]) == 0
    assert capsys.readouterr().out == f"prometheus: fetched into {cache} (release archive)\n"
    assert asked == [f"/mirror/v{fetch_prometheus.VERSION}/{NAME}.tar.gz"]
    assert sorted(p.name for p in cache.rglob("*") if p.is_file()) == ["prometheus", "promtool"]
    assert fetch_prometheus.main([str(cache)]) == 0
    assert capsys.readouterr().out == f"prometheus: in {cache}\n" and len(asked) == 1


@pytest.mark.parametrize(
    ("archive", "more", "reason"),
    [
        (
            packed(NAME, *fetch_prometheus.PROGRAMS),
            {"checksum": "0" * 64},
            f"the SHA-256 of {NAME}.tar.gz is not the pinned one",
        ),
        (packed(NAME, *fetch_prometheus.PROGRAMS), {"status": 404}, f"HTTP 404 for {NAME}.tar.gz"),
        (packed(NAME, "prometheus"), {}, f"{NAME}.tar.gz does not hold prometheus and promtool"),
        (b"<html>not here</html>", {}, f"{NAME}.tar.gz does not hold prometheus and promtool"),
        (packed(NAME, *fetch_prometheus.PROGRAMS)[:90], {}, f"{NAME}.tar.gz does not hold prometheus and promtool"),
        (
            packed(NAME, *fetch_prometheus.PROGRAMS, script=b"\0"),
            {},
            "prometheus and promtool cannot run on this machine",
        ),
    ],
    ids=["another checksum", "not found", "a program missing", "no archive", "cut off", "another machine's"],
)
def test_a_release_archive_that_is_not_right_is_left_out_and_nothing_of_it_kept(
    release: Release,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    archive: bytes,
    more: dict[str, object],
    reason: str,
) -> None:
    release(archive, **more)
    assert fetch_prometheus.main([str(tmp_path / "cache")]) == 0
    line = capsys.readouterr().out
    assert f"release archive: {reason}); put prometheus" in line and line.count("\n") == 1
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_release_page_that_cannot_be_reached_is_named_without_its_address(
    release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    release(b"")
    for address in ("http://user:secret@127.0.0.1:9", "user:secret"):
        monkeypatch.setenv(fetch_prometheus.RELEASES_SETTING, address)
        assert fetch_prometheus.main([str(tmp_path / "cache")]) == 0
        line = capsys.readouterr().out
        assert "release archive: no connection (" in line and "secret" not in line


def test_a_system_without_a_published_checksum_is_offered_no_archive(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="riscv64"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert fetch_prometheus.main([str(tmp_path / "cache")]) == 0
    assert "release archive: none is known for linux-riscv64" in capsys.readouterr().out
    assert sorted(fetch_prometheus.CHECKSUMS) == ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"]
    assert all(len(checksum) == 64 for checksum in fetch_prometheus.CHECKSUMS.values())
