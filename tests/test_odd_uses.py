"""Odd ways to run the command line: no traceback, no secret, no control character, and a code that says what happened.

A list of 130 such uses was gone through by hand; here are those that need no server and little time.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.commands import _common
from gendash.commands._common import Settings
from gendash.engine.errors import GendashError

SECRET = "Zx9secret"
GENDASH = [sys.executable, "-P", "-m", "gendash.cli"]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GENDASH_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:9/x",
    "GENDASH_GRAFANA_TOKEN": SECRET,
}
LONG = "x" * 300
# a line of the shell, in which G is gendash, and the code that it must end with
USES: dict[str, tuple[str, int]] = {
    "a settings file that is none": ("G --config nope.yaml config", 1),
    "a folder": ("G --config . config", 1),
    "a long name": (f"G --config {LONG} config", 1),
    "a long path": (f"G --config {'x/' * 3000} config", 1),
    "bytes": ("head -c 4000 /dev/urandom > gendash.yaml; G config", 1),
    "another encoding": ("printf 'time_zone: UTC' | iconv -t UTF-16 > gendash.yaml; G config", 1),
    "an endless file": ("G --config /dev/zero config", 1),
    "nothing": ("G --config /dev/null config", 0),
    "a pipe": ("G --config <(echo 'time_zone: UTC') config", 0),
    "a link to itself": ("ln -s gendash.yaml gendash.yaml; G config", 1),
    "a link to nothing": ("ln -s gone gendash.yaml; G config", 1),
    "a name with a control character": ("G --config $'\\e[31mred' config", 1),
    "a name that turns the text": ("G --config $'\\u202egnp' config", 1),
    "a name that is no text": ("G --config $'\\xff' config", 1),
    "an environment of two lines": ("G --env $'a\\nb' config", 1),
    "a command that is none": ("G $'\\e[31mno'", 2),
    "an option that is none": ("G check $'--\\e]0;x'", 2),
    "a port that is none": ("G serve --port 99999999999999999999", 2),
    "a date that is none": ("G langfuse sync --from 9999-99-99", 2),
    "digits of another script": ("G verify --at ٣", 2),
    "a duration of 400 digits": (f"G db refresh --every {'9' * 400}d", 2),
    "a name for a file outside": ("G new view ../../x", 1),
    "a name of 3000 letters": (f"G new view {'x' * 3000}", 1),
    "thousands of arguments": ("G check $(seq 20000)", 2),
    "a plan that is none": ("G apply nope.json", 1),
    "a plan that is a folder": ("G apply .", 1),
    "a plan of bytes": ("head -c 3000 /dev/urandom > b; G apply b", 1),
    "a reader that has seen enough": ("G config | head -1; exit ${PIPESTATUS[1]}", 0),
    "no reader": ("G --help | true; exit ${PIPESTATUS[1]}", 0),
    "a pipe that is wrong": ("G --config <(echo 'time_zone: Mars/X') check", 1),
    "no output": ("G config >&-", 1),
    "no output of a command that writes in one go": ("G config --schema >&-", 1),
    "no output of the help": ("G --help >&-", 1),
    "no output where a line says what is wrong": ("G --config nope.yaml config >&-", 1),
    "no input where somebody is asked": ("G uninstall <&-", 1),
    "no input": ("G langfuse purge --all <&-", 1),
    "no error output": ("G --config nope config 2>&-", 1),
    "nothing open": ("G config <&- >&- 2>&-", 1),
    "a full disk for the output": ("G config > /dev/full", 1),
    "a full disk for the help": ("G --help > /dev/full", 1),
    "a full disk for the errors": ("G --config nope config 2> /dev/full", 1),
    "a folder that is gone": ("mkdir d; cd d; rmdir ../d; G config", 0),
    "few open files": ("ulimit -n 12; G config", 0),
    "no home": ("env -u HOME G config", 0),
    "a locale that is none": ("LANG=xx_YY.no LC_ALL=xx PYTHONUTF8=0 G config", 0),
    "a locale without letters": ("LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 G --help", 0),
    "an encoding without letters": ("PYTHONIOENCODING=ascii G config", 0),
    "a zone that is none": ("TZ=$'No/Where\\e' G config", 0),
    "one column": ("COLUMNS=1 G --help", 0),
    "fewer columns than none": ("COLUMNS=-5 G verify --help", 0),
    "columns that are none": ("COLUMNS=x LINES=y TERM=$'\\e' G config", 0),
    "a secret that is no text": ("GENDASH_GRAFANA_TOKEN=$'Zx9secret\\xff' G config", 1),
    "a secret's file that is a folder": ("env -u GENDASH_GRAFANA_TOKEN GENDASH_GRAFANA_TOKEN_FILE=/ G config", 1),
    "a secret's file without end": ("env -u GENDASH_GRAFANA_TOKEN GENDASH_GRAFANA_TOKEN_FILE=/dev/zero G config", 1),
    "a secret among the arguments": (f"G apply --token {SECRET}", 2),
}


@pytest.mark.parametrize("use", USES)
def test_an_odd_use_ends_in_a_line_and_a_code(use: str, tmp_path: Path) -> None:
    line, code = USES[use]
    done = subprocess.run(
        ["bash", "-c", re.sub(r"\bG (?=[-a-z$])", lambda _: f"{shlex.join(GENDASH)} ", line)],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == code, said[-500:]
    for word in ("Traceback", "internal fault", "Exception ignored", SECRET):
        assert word not in said, said[-500:]
    assert not [letter for letter in said if not letter.isprintable() and letter not in "\n\t"], repr(said[-500:])
    assert code != 1 or len(done.stderr.splitlines()) <= 2 or "langfuse" in line


@pytest.mark.parametrize("used", ["gendash.yaml", "secret", "plan"])
def test_a_pipe_without_a_writer_is_one_line(used: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_common, "PATIENCE_S", 0.1)
    monkeypatch.chdir(tmp_path)
    os.mkfifo(used)
    monkeypatch.setenv("GENDASH_GRAFANA_TOKEN_FILE" if used == "secret" else "UNUSED", used)
    done = CliRunner().invoke(cli, ["apply", "plan"] if used == "plan" else ["config"])
    assert isinstance(done.exception, GendashError)
    assert [str(one).count("it gives no end within 0.1 s") for one in done.exception.problems] == [1]


def test_a_pipe_that_is_written_slowly_is_read_to_its_end_and_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with (tmp_path / "pipe").open("w") as pipe:
            for part in ("schema: ", "mine\n", "environments: {x: {schema: other}}\n"):
                pipe.write(part)
                pipe.flush()
                time.sleep(0.05)

    writer = Thread(target=write)
    writer.start()
    settings = Settings(str(tmp_path / "pipe"), "")
    assert settings.config()["schema"] == "mine"
    writer.join()
    assert settings.environments() == ["x"] and settings.overlaid("x").config()["schema"] == "other"


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for command in ("build", "docs"):
        for out in ("file", "/dev/null/x", LONG):
            done = subprocess.run(
                [*GENDASH, command, "--out", out],
                cwd=tmp_path,
                env=ENVIRONMENT,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert done.returncode == 1 and "internal fault" not in done.stderr and "Traceback" not in done.stderr
            assert len([one for one in done.stderr.splitlines() if one.startswith("gendash: ")]) == 1, done.stderr
    assert (tmp_path / "file").read_text() == "mine"
