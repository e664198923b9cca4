"""A certificate that is not checked is named in every run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gendash.commands._common import Settings
from gendash.commands.delivery import outcome
from gendash.engine.deliver.changes import Change

SERVERS = {
    "grafana": "Grafana",
    "prometheus": "Prometheus",
    "langfuse": "Langfuse",
    "api.jwt": "the issuer of tokens",
    "langfuse.servers.emea": "the Langfuse server emea",
}


def nested(key: str) -> str:
    *way, last = key.split(".")
    return "".join(f"{'  ' * depth}{step}:\n" for depth, step in enumerate(way)) + f"{'  ' * len(way)}{last}: true\n"


@pytest.mark.parametrize("server", SERVERS)
def test_a_certificate_that_is_not_checked_is_named(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = nested(f"{server}.insecure")
    if "emea" in server:
        text = text.replace("langfuse:\n", "langfuse:\n  projects: [emea]\n")
    (tmp_path / "gendash.yaml").write_text(text)
    settings = Settings(str(tmp_path / "gendash.yaml"), "")
    for _ in range(2):
        settings.config()
        said = capsys.readouterr().err
        assert said == f"note: {server}.insecure is true: the certificate of {SERVERS[server]} is not checked\n"


def test_nothing_is_said_where_all_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gendash.yaml").write_text("grafana: {insecure: false}\n")
    Settings(str(tmp_path / "gendash.yaml"), "").config()
    assert capsys.readouterr().err == ""


def test_the_last_line_of_apply_counts_each_once() -> None:
    changes = [Change("grafana", "folder", name, action, name) for name, action in enumerate_actions()]
    assert outcome(changes).splitlines()[-1] == "2 changed, 1 blocked, 1 left to a person, 1 unchanged"
    assert outcome(changes[-1:]) == "0 changed, 1 unchanged"


def enumerate_actions() -> list[tuple[str, str]]:
    return [("a", "create"), ("b", "update"), ("c", "blocked"), ("d", "left"), ("e", "none")]
