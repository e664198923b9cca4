"""A content root that somebody else wrote: what `check` runs of it, and that it always says so in lines."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gendash.cli import cli

VIEW = "/*\ndoc: x\ngrain: x\naudience: everyone\nkey: [a]\ncolumns: {{a: {{type: int, doc: x}}}}\n*/\n{query}\n"


def check(folder: Path, *options: str, **files: str) -> Result:
    for name, text in files.items():
        path = folder / "mine" / name.replace("__", "/")
        path = path.with_name(path.name.replace("_py", ".py").replace("_sql", ".sql").replace("_yaml", ".yaml"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "gendash.yaml").write_text("content: [mine]\n")
    return CliRunner().invoke(cli, ["--config", str(folder / "gendash.yaml"), "check", *options])


@pytest.mark.parametrize("call", ["import sys; sys.exit(0)", "raise SystemExit", "exit(0)", "quit()"])
def test_a_module_that_ends_the_program_is_a_problem(tmp_path: Path, call: str) -> None:
    done = check(tmp_path, dashboards__ours_py=call + "\n")
    assert done.exit_code == 1
    assert "ours.py:1: ends the program (SystemExit)" in done.stderr + str(done.exception)


def test_without_code_nothing_of_a_root_runs_and_the_rest_is_checked(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    module = f"open({str(ran)!r}, 'w').close()\n"
    done = check(
        tmp_path, "--no-code", dashboards__ours_py=module, dashboards___help_py=module, dashboards__viz_py=module
    )
    assert done.exit_code == 0, done.stderr
    assert done.stdout.endswith("not loaded: ours\n")
    assert not ran.exists()
    done = check(tmp_path, "--no-code", sql__views__odd_sql=VIEW.format(query="select a from {{ view('nothing') }}"))
    assert done.exit_code == 1
    assert "no relation 'nothing'" in done.stderr + str(done.exception)
    assert not ran.exists()


def test_sql_runs_no_code(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    query = f"select {{{{ cycler.__init__.__globals__.os.system('touch {ran}') }}}} as a"
    done = check(tmp_path, "--no-code", sql__views__odd_sql=VIEW.format(query=query))
    assert done.exit_code == 1
    assert not ran.exists()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"odd": "select a from {{ view('odd') }}"}, "odd.sql: reads itself; break the circle"),
        (
            {"odd": "select a from {{ view('even') }}", "even": "select a from {{ view('odd') }}"},
            "even, odd read each other; break the circle",
        ),
    ],
)
def test_views_that_read_themselves_are_a_problem(tmp_path: Path, files: dict[str, str], says: str) -> None:
    views = {f"sql__views__{name}_sql": VIEW.format(query=query) for name, query in files.items()}
    done = check(tmp_path, **views)
    assert done.exit_code == 1
    assert says in done.stderr + str(done.exception)


@pytest.mark.parametrize(
    "header",
    [
        "doc: &a ["
        + "x, " * 10
        + "]\n"
        + "\n".join(
            f"k{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}" + (f", *{'a' if n == 0 else f'b{n - 1}'}" * 9) + "]"
            for n in range(12)
        ),
        "doc: " + "[" * 5000 + "]" * 5000,
        "doc: &a [*a]",
        "doc: !!python/object/apply:os.system ['id']",
        "doc: !!binary '='",
        "doc: !!float abc",
        "doc: " + "9" * 5000,
        "? [a]\n: b",
        "? {a: b}\n: c",
        "doc: 2026-02-30",
        "doc: \x07",
        "<<: 1",
        "<<: [1]",
        "doc: !!timestamp x",
        "doc: !!set {a}",
        "doc: 0x" + "f" * 5000,
        "%YAML 9.9\n---\ndoc: x",
    ],
)
def test_an_odd_header_is_a_problem_and_no_traceback(tmp_path: Path, header: str) -> None:
    done = check(tmp_path, sql__views__odd_sql=f"/*\n{header}\n*/\nselect 1 as a\n")
    assert done.exit_code == 1
    text = done.stderr + str(done.exception)
    assert "odd.sql" in text
    assert "internal fault" not in text


def _large(path: Path) -> None:
    path.touch()
    os.truncate(path, 2 << 30)  # no block of it is written


def _socket(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


ODD: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "2 GB": _large,
    "not UTF-8": lambda path: path.write_bytes(b"/* doc: \xff */ select 1"),
    "a link out": lambda path: path.symlink_to("/etc/passwd"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}
PLACES = ("sql/views/odd.sql", "sql/staging/odd.sql", "recording_rules/odd.yaml", "recording_rules/tests/odd.yaml",
          "dashboards/odd.py", "overrides.yaml", "style.yaml")  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_a_file_that_is_none_is_one_line_and_the_others_are_checked(kind: str, tmp_path: Path) -> None:
    """In every place of a root at once; a file beside them, which is wrong, is still found."""
    for place in PLACES:
        path = tmp_path / "mine" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        ODD[kind](path)
    began = time.monotonic()
    done = check(tmp_path, sql__views__other_sql="no header")
    said = done.stderr + str(done.exception)
    assert done.exit_code == 1 and "Traceback" not in said and "root:x:" not in said
    assert time.monotonic() - began < 60
    missing_ok = kind in ("a link to nothing", "a link to itself")  # of a file that a root may have, it is not there
    for place in PLACES:
        lines = [line for line in said.splitlines() if f"mine/{place}:" in line]
        assert len(lines) == 1 or (missing_ok and "/" not in place), (place, lines, said)
    assert "other.sql: no header" in said


@pytest.mark.parametrize("kind", ["a folder", "2 GB", "not UTF-8", "a device"])
def test_settings_that_are_no_file_are_one_line(kind: str, tmp_path: Path) -> None:
    ODD[kind](tmp_path / "odd.yaml")
    done = CliRunner().invoke(cli, ["--config", str(tmp_path / "odd.yaml"), "config"])
    said = done.stderr + str(done.exception)
    assert done.exit_code == 1 and f"{tmp_path}/odd.yaml: cannot read: " in said and "Traceback" not in said


@pytest.mark.parametrize("kind", ["to itself", "to nothing"])
def test_a_link_that_leads_nowhere_is_not_taken_for_no_settings(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gendash.yaml").symlink_to("gendash.yaml" if kind == "to itself" else "gone.yaml")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["config"])
    said = done.stderr + str(done.exception)
    assert done.exit_code == 1 and "gendash.yaml: cannot read: " in said
