"""A secret in every secret setting and every URL, in odd spellings: no command prints it, writes it or passes it on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

DEAD = "127.0.0.1:9"  # the discard port: nobody listens
WORDS = ["Zx9-plain", "Zx9@at/slash", "Zx9%41", "Zx9ünï漢", "Zx9#?&=;", "Zx9 \t"]
COMMANDS = [
    ["config"],
    ["config", "--json"],
    ["build"],
    ["doctor"],
    ["doctor", "--json"],
    ["db", "plan"],
    ["db", "migrate"],
    ["db", "refresh"],
    ["db", "status", "--json"],
    ["langfuse", "sync"],
    ["langfuse", "sync", "--json"],
    ["langfuse", "status"],
    ["verify", "--json"],
    ["plan"],
    ["apply", "--yes"],
]


def _settings(word: str, spell: str) -> dict[str, str]:
    """Every secret and every URL of the environment; ``spell`` is how the word stands in the URLs."""
    keys = {"LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "GENDASH_GRAFANA_TOKEN"}
    keys |= {"GENDASH_READER_PASSWORD", "GENDASH_ADMIN_READER_PASSWORD"}
    urls = {f"GENDASH_{name}_URL": f"postgresql://me:{spell}@{DEAD}/db" for name in ("DATABASE", "SOURCE")}
    urls |= {"GENDASH_ADMIN_DATABASE_URL": f"postgresql+psycopg://me:{spell}@{DEAD}/db"}
    urls |= {f"GENDASH_{name}_URL": f"http://me:{spell}@{DEAD}" for name in ("PROMETHEUS", "GRAFANA")}
    return dict.fromkeys(keys, word) | urls | {"LANGFUSE_BASE_URL": f"http://{DEAD}"}


def _leaks(text: str, word: str) -> list[str]:
    parts = {word.strip(), quote(word, safe=""), "Zx9"}
    return [line for line in text.splitlines() if any(part in line for part in parts)]


def _run(folder: Path, command: list[str], environment: dict[str, str]) -> Iterator[str]:
    argv = [sys.executable, "-P", "-m", "gendash.cli", *command]
    env = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment}
    done = subprocess.run(
        argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )
    assert "Traceback" not in done.stderr and "internal fault" not in done.stderr, (command, done.stderr)
    yield done.stdout
    yield done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_well_formed_secrets_are_nowhere(command: list[str], tmp_path: Path) -> None:
    word = "Zx9@at-slash"
    (tmp_path / "gendash.yaml").write_text("features: {langfuse: true}\n")
    for text in _run(tmp_path, command, _settings(word, quote(word, safe=""))):
        assert not _leaks(text, word)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or not _leaks(file.read_text("utf-8"), word), file


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("command", [["langfuse", "status"], ["config"], ["db", "refresh"]], ids=" ".join)
def test_secrets_in_odd_spellings_are_nowhere(command: list[str], word: str, tmp_path: Path) -> None:
    for text in _run(tmp_path, command, _settings(word, word)):
        assert not _leaks(text, word)


def test_a_fault_of_gendash_itself_is_its_kind_and_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from gendash import cli

    def fails(**_: object) -> None:
        raise KeyError("hunter2")

    monkeypatch.setattr(cli, "cli", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    line = capsys.readouterr().err
    assert ended.value.code == 1 and line.count("\n") == 1
    assert line.startswith("gendash: internal fault: KeyError in ") and "hunter2" not in line
