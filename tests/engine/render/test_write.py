"""Folders of output that come from elsewhere: nothing outside of them is written or removed, and nothing is left half."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.engine.errors import Refused, TargetError
from gendash.engine.render import write
from gendash.engine.render.write import differing_files, write_artifacts, write_file

ARTIFACTS = {"a.json": b"a", "deep/b.json": b"b"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    write_artifacts({**ARTIFACTS, "old.json": b"old"}, folder)
    (tmp_path / "precious").write_text("precious")
    return folder


def snapshot(folder: Path) -> dict[str, Any]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def test_what_an_earlier_build_wrote_is_removed_and_nothing_else(out: Path) -> None:
    (out / "mine.txt").write_text("mine")
    assert write_artifacts(ARTIFACTS, out) == ["manifest.json", "old.json"]
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == [
        "a.json",
        "b.json",
        "manifest.json",
        "mine.txt",
    ]


@pytest.mark.parametrize("name", ["../precious", "{}/precious", "deep/../../precious", "a\0b", "", "."])
def test_a_manifest_that_names_a_file_outside_is_refused(out: Path, name: str) -> None:
    files = {name.format(out.parent): "0", "old.json": "0"}
    (out / "manifest.json").write_text(json.dumps({"files": files}))
    before = snapshot(out.parent)
    with pytest.raises(TargetError, match=r"manifest.json: names a file outside of its folder; delete it"):
        write_artifacts({"a.json": b"other"}, out)
    with pytest.raises(TargetError):
        differing_files(ARTIFACTS, out)
    assert snapshot(out.parent) == before


@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", "null", '{"files": 5}', '{"files": null}', '{"files": [["x"]]}', '{"file', "[" * 100_000, "\xff"],
)
def test_a_broken_manifest_names_nothing(out: Path, text: str) -> None:
    (out / "manifest.json").write_bytes(text.encode("latin-1"))
    assert write_artifacts(ARTIFACTS, out) == ["manifest.json"]
    assert (out / "old.json").exists()


def test_links_are_not_followed(out: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    for link, target in {"a.json": tmp_path / "precious", "manifest.json.part": tmp_path / "precious"}.items():
        (out / link).unlink(missing_ok=True)
        (out / link).symlink_to(target)
    write_artifacts(ARTIFACTS, out)
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (out / "a.json").is_symlink()
    (out / "linked").symlink_to(away)
    (away / "c.json").write_text("theirs")
    manifest = {"files": {"linked/c.json": "0"}}
    (out / "manifest.json").write_text(json.dumps(manifest))
    for artifacts in ({**ARTIFACTS, "linked/c.json": b"ours"}, ARTIFACTS):
        with pytest.raises(TargetError, match=r"linked is a link that leads out of it"):
            write_artifacts(artifacts, out)
        assert (away / "c.json").read_text() == "theirs"


def test_a_full_disk_leaves_no_part_of_a_file(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(out)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(write.os, "fchmod", full)
    with pytest.raises(TargetError, match="cannot write: No space left on device"):
        write_artifacts({"a.json": b"new"}, out)
    assert snapshot(out) == before


def test_modes_are_kept_given_or_those_of_new_files(tmp_path: Path) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    private, shared, secret = (tmp_path / name for name in ("private", "shared", "secret"))
    private.touch(0o600)
    mask = os.umask(0o022)
    try:
        write_file(private, b"x")
        write_file(shared, b"x")
        write_file(secret, b"x", 0o600)
    finally:
        os.umask(mask)
    assert (mode(private), mode(shared), mode(secret)) == (0o600, 0o644, 0o600)


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    write_file(Path("/dev/null"), b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_file(tmp_path / "pipe", b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)


def test_pages_that_docs_did_not_write_are_neither_replaced_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("mine too")
    before = snapshot(tmp_path)
    done = CliRunner().invoke(cli, ["docs", "--out", str(tmp_path)])
    assert isinstance(done.exception, Refused)
    assert snapshot(tmp_path) == before
