"""A secret in every secret setting and every URL, in odd spellings: no command prints it, writes it or passes it on."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import click
import forked
import psycopg
import pytest

from gendash import cli
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import SETTINGS, Setting

YAML = """features: {langfuse: true}
langfuse: {projects: [other]}
alerting: {by: grafana, receivers: {other: {kind: slack}}}
"""
DEAD = "127.0.0.1:9"  # the discard port: nobody listens
WORDS = ["Zx9-plain", "Zx9@at/slash", "Zx9%41", "Zx9ünï漢", "Zx9#?&=;", "Zx9 \t"]
MORE = {  # what a command needs, or does more with
    "apply": ["--yes"],
    "langfuse purge": ["--all", "--yes"],
    "lineage": ["overview/users"],
    "new": ["view", "odd_day"],
    "page": ["--out", "pages"],
    "docs": ["--out", "reference"],
    "rollback": ["--yes"],
    "uninstall": ["--yes"],
}
OWN_TEST = {"demo": "it has servers and secrets of its own", "serve": "test_a_server_that_runs_shows_no_secret"}


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Every command, also those that are written after this test, and each that can speak for machines once more."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
            continue
        argv = [*path, name, *MORE.get(" ".join((*path, name)), [])]
        if " ".join((*path, name)) not in OWN_TEST:
            yield argv
            yield from ([*argv, "--json"] for one in command.params if "--json" in one.opts)


COMMANDS = list(_commands(cli.cli))


def _value(setting: Setting, word: str, spell: str) -> str:
    """What holds a word as its secret, by the type of the setting; ``spell`` is how it is spelled in URLs."""
    if "database_url" in setting.key or setting.key == "source_url":
        scheme = "postgresql+psycopg" if setting.key == "admin_database_url" else "postgresql"
        return f"{scheme}://me:{spell}@{DEAD}/db"
    if setting.key == "redis_url":
        return f"redis://me:{spell}@{DEAD}/0"
    if setting.type in ("server", "url") or setting.key.endswith("address"):
        return f"http://{DEAD}" if setting.key.endswith("base_url") else f"http://me:{spell}@{DEAD}"
    if setting.type == "url?":  # which refuses credentials
        return f"http://{DEAD}"
    return f"X-Key: {word}" if setting.type == "headers" else word


def _settings(word: str, spell: str) -> dict[str, str]:
    """Every setting that the environment gives, so also those that are declared after this test was written."""
    named = {one.env.replace("*", "OTHER"): one for one in SETTINGS if one.env and one.secret | ("URL" in one.env)}
    return {name: _value(one, word, spell) for name, one in named.items()}


def test_every_secret_is_planted() -> None:
    planted = _settings("Zx9", "Zx9")
    assert {one.env.replace("*", "OTHER") for one in SETTINGS if one.secret} <= planted.keys()
    assert len([value for value in planted.values() if "Zx9" in value]) >= 15
    word = "Zx9@at-slash"
    load_config(YAML, environ=_settings(word, quote(word, safe="")))  # or every command would end before it begins


def _leaks(text: str, word: str) -> list[str]:
    parts = {word.strip(), quote(word, safe=""), "Zx9"}
    return [line for line in text.splitlines() if any(part in line for part in parts)]


def _run(folder: Path, command: list[str], environment: dict[str, str]) -> Iterator[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment}
    done = forked.gendash(*command, cwd=folder, environment=env)
    assert "Traceback" not in done.stderr and "internal fault" not in done.stderr, (command, done.stderr)
    yield done.stdout
    yield done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_well_formed_secrets_are_nowhere(command: list[str], tmp_path: Path) -> None:
    word = "Zx9@at-slash"
    (tmp_path / "gendash.yaml").write_text(YAML)
    for text in _run(tmp_path, command, _settings(word, quote(word, safe=""))):
        assert not _leaks(text, word)
    _search_files(tmp_path, word)


@pytest.mark.parametrize("command", [["config", "--json"], ["build"], ["doctor"], ["plan"]], ids=" ".join)
def test_secrets_that_are_read_from_files_are_nowhere_else(command: list[str], tmp_path: Path) -> None:
    """Each secret setting by its variable …_FILE."""
    word = "Zx9@at-slash"
    kept, there = tmp_path / "secrets", tmp_path / "here"
    kept.mkdir()
    there.mkdir()
    (there / "gendash.yaml").write_text(YAML)
    secret = {one.env.replace("*", "OTHER") for one in SETTINGS if one.secret}
    environment = _settings(word, quote(word, safe=""))
    for name in secret:
        (kept / name).write_text(environment.pop(name))
        environment[f"{name}_FILE"] = str(kept / name)
    for text in _run(there, command, environment):
        assert not _leaks(text, word)
    _search_files(there, word)


def test_a_server_that_runs_shows_no_secret(tmp_path: Path) -> None:
    """With a Redis, a store and an issuer that do not answer: what it logs of requests, and what it answers."""
    word = "Zx9@at-slash"
    digest = hashlib.sha256(word.encode()).hexdigest()
    api = f"api: {{tokens: {{one: {{sha256: {digest}, role: admin}}}}, jwt: {{issuer: 'https://i', audience: a, keys: 'http://{DEAD}/'}}}}"
    (tmp_path / "gendash.yaml").write_text(f"{YAML}{api}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    env = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **_settings(word, quote(word, safe=""))}
    argv = [sys.executable, "-P", "-m", "gendash.cli", "serve", "--refresh", "--port", port]
    with subprocess.Popen(
        argv, cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 300
        while time.monotonic() < deadline and server.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", int(port)), 1).close()
                break
            time.sleep(0.2)
        answers = []
        for path in (
            "/healthz",
            "/readyz",
            "/metrics",
            "/api/v1/analytics/users/stats",
            f"/nothing?token={quote(word)}",
        ):
            for header in (f"Bearer {word}", f"Bearer a.{word}.c", f"Basic {word}", ""):
                request = urllib.request.Request(f"{url}{path}", headers={"Authorization": header})
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        answers.append(answer.read().decode())
                except urllib.error.HTTPError as error:
                    answers.append(error.read().decode())
        answers.append(_arguments())  # its own, and those of the processes that refresh and sync
        server.terminate()
        answers += server.communicate(timeout=60)
        assert server.returncode == 0
    assert len(answers) == 23 and "db refresh" in answers[-3] and "langfuse sync" in answers[-3]
    assert any("503" in one or "not" in one for one in answers)
    assert not _leaks("\n".join(answers), word)


def _search_files(folder: Path, word: str) -> None:
    for file in folder.rglob("*"):
        assert not file.is_file() or not _leaks(file.read_text("utf-8"), word), file


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("command", [["langfuse", "status"], ["config"], ["db", "refresh"]], ids=" ".join)
def test_secrets_in_odd_spellings_are_nowhere(command: list[str], word: str, tmp_path: Path) -> None:
    for text in _run(tmp_path, command, _settings(word, word)):
        assert not _leaks(text, word)


@pytest.mark.parametrize("place", ["file", "environments"])
@pytest.mark.parametrize("key", [one.key for one in SETTINGS if one.secret and "*" not in one.key])
def test_a_secret_in_the_file_is_refused_without_its_value(key: str, place: str, tmp_path: Path) -> None:
    head, _, rest = key.partition(".")
    text = f"{head}: {{{rest}: Zx9}}\n" if rest else f"{head}: Zx9\n"
    indented = "environments:\n  test:\n    " + text if place == "environments" else text
    (tmp_path / "gendash.yaml").write_text(indented)
    for text in _run(tmp_path, ["--env", "test", "config"] if place == "environments" else ["config"], {}):
        assert "Zx9" not in text


def _arguments() -> str:
    """The arguments of all processes of this machine that can be seen."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(place.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return "\n".join(found)


def test_with_servers_that_answer_no_secret_is_in_output_tables_logs_or_arguments(
    own_postgres: Server, tmp_path: Path
) -> None:
    """All passwords are odd, and all are used: logged in with, set, tried, changed."""
    word = "Zx9@:/%41 #'\\"
    with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
        admin.execute("create database kept")
        admin.execute((Path(__file__).parents[1] / "demo" / "platform.sql").read_bytes())
    url = own_postgres.url("kept", "gendash_owner", word)
    secrets = {name: word + name[-1] for name in ("GENDASH_READER_PASSWORD", "GENDASH_ADMIN_READER_PASSWORD")}
    environment = secrets | {"GENDASH_DATABASE_URL": url, "GENDASH_ADMIN_DATABASE_URL": own_postgres.url("kept")}
    text = "prometheus_url: none\ngrafana_url: none\nlangfuse: {base_url: none}\n"
    (tmp_path / "gendash.yaml").write_text(text)
    shown, seen, done = [], [_arguments()], Event()

    def look() -> None:
        while not done.wait(0.05):
            seen.append(_arguments())

    looking = Thread(target=look)
    looking.start()
    try:
        for command in (
            ["db", "migrate"],
            ["db", "refresh"],
            ["db", "audit"],
            ["doctor"],
            ["plan"],
            ["verify"],
            ["build"],
            ["apply", "--yes"],
            ["page", "--out", "pages"],
            ["db", "status"],
        ):
            shown += _run(tmp_path, command, environment)
        shown += _run(tmp_path, ["db", "migrate"], environment | {"GENDASH_READER_PASSWORD": f"{word}!"})
        for command in (["verify"], ["doctor"], ["page", "--out", "pages"]):  # with a password that is wrong now
            shown += _run(tmp_path, command, environment)
    finally:
        done.set()
        looking.join()
    assert not _leaks("\n".join([*shown, *seen, own_postgres.log]), word)
    with psycopg.connect(own_postgres.url("kept")) as connection:
        names = connection.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'v', 'm')"
        ).fetchall()
        for (name,) in names:
            rows = connection.execute(f"select t::text from {name} t".encode()).fetchall()
            assert not _leaks("\n".join(str(row) for (row,) in rows), word), name
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or not _leaks(file.read_text("utf-8"), word), file


def test_a_fault_of_gendash_itself_is_its_kind_and_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise KeyError("hunter2")

    monkeypatch.setattr(cli, "cli", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    line = capsys.readouterr().err
    assert ended.value.code == 1 and line.count("\n") == 1
    assert line.startswith("gendash: internal fault: KeyError in ") and "hunter2" not in line
