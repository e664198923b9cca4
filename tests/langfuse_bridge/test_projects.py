"""Several Langfuse projects side by side: each with keys of its own, and one that fails alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bridge_parts import NOW, Sleeper, client_of, observation, score, settings, stored
from click.testing import CliRunner

from gendash.cli import cli
from gendash.commands.doctor import _langfuse, _Seen
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.langfuse_faults import Fault
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.doctor.seen import Look
from gendash.engine.errors import ConfigError, Refused, Unreachable
from gendash.langfuse_bridge.projects import each_project
from gendash.langfuse_bridge.sync import sync

MINUTE = timedelta(minutes=1)
TWO = "langfuse: {project: main, projects: [emea], since: 2h}"


@pytest.fixture
def other() -> Iterator[LangfuseDouble]:
    keys = {"public_key": "pk-lf-emea", "secret_key": "sk-lf-emea"}
    with LangfuseDouble(project_id="emea-1", **keys) as running:
        yield running


@pytest.fixture
def gendash(double: Any, other: Any, store: Any, tmp_path: Path) -> Callable[..., Any]:
    """Runs a command with two projects; the second one's secret key is in a file."""
    for number, server in enumerate((double, other)):
        at = datetime.now(UTC) - 5 * MINUTE
        server.add(observation(number, at))
        server.put_score(score(number, at))
    (tmp_path / "gendash.yaml").write_text(TWO)
    (tmp_path / "key").write_text("sk-lf-emea\n")
    environ = {
        "LANGFUSE_BASE_URL": double.url,
        "LANGFUSE_PUBLIC_KEY": double.public_key,
        "LANGFUSE_SECRET_KEY": double.secret_key,
        "LANGFUSE_EMEA_BASE_URL": other.url,
        "LANGFUSE_EMEA_PUBLIC_KEY": other.public_key,
        "LANGFUSE_EMEA_SECRET_KEY_FILE": str(tmp_path / "key"),
        "GENDASH_DATABASE_URL": store.url,
    }

    def gendash(*arguments: str, **changed: str) -> Any:
        found = ["--config", str(tmp_path / "gendash.yaml"), "langfuse", *arguments]
        return CliRunner().invoke(cli, found, env=environ | changed)

    return gendash


def test_every_project_is_synced_into_rows_of_its_name(gendash: Any, store: Any) -> None:
    done = gendash("sync", "--json")
    assert done.exit_code == 0, done.output
    assert [report["project"] for report in json.loads(done.stdout)] == ["main", "emea"]
    for table in ("lf_observation", "lf_score"):
        rows = sorted(stored(store, table, "project, id"))
        assert [(name, id[-1]) for name, id in rows] == [("emea", "1"), ("main", "0")]


def test_one_project_alone_may_be_named(gendash: Any, store: Any) -> None:
    assert gendash("sync", "--project", "emea").exit_code == 0
    assert {name for (name,) in stored(store, "lf_observation", "project")} == {"emea"}
    wrong = gendash("sync", "--project", "emae")
    assert str(wrong.exception) == "--project: no Langfuse project 'emae'; did you mean 'emea'?"


def test_a_project_that_cannot_be_reached_fails_alone_with_one_line(gendash: Any, store: Any) -> None:
    done = gendash("sync", LANGFUSE_PUBLIC_KEY="pk-lf-wrong")
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("gendash: main: Langfuse at http://127.0.0.1") and "401" in line
    assert stored(store, "lf_observation", "project") == [("emea",)]
    assert "check LANGFUSE_EMEA_PUBLIC_KEY" in gendash("sync", LANGFUSE_EMEA_PUBLIC_KEY="pk-lf-wrong").stderr
    done = gendash("sync", LANGFUSE_PUBLIC_KEY="pk-lf-wrong")
    lines = json.loads(gendash("status", "--json").stdout)
    failed = {line["project"] for line in lines if line.get("error")}
    assert failed == {"main"} and {line["project"] for line in lines} == {"main", "emea"}


def test_a_project_that_failed_comes_last_and_is_tried_once(
    gendash: Any, store: Any, double: Any, sleeper: Sleeper
) -> None:
    first = gendash("sync", "--json", LANGFUSE_PUBLIC_KEY="pk-lf-wrong")
    assert [report["project"] for report in json.loads(first.stdout)] == ["emea"]
    assert [report["project"] for report in json.loads(gendash("sync", "--json").stdout)] == ["emea", "main"]
    assert [report["project"] for report in json.loads(gendash("sync", "--json").stdout)] == ["main", "emea"]
    config = settings(double, store, TWO)
    for naps in (5, 0):
        away = client_of(double, sleeper)
        away.base_url = "http://127.0.0.1:1"
        sleeper.naps.clear()
        with pytest.raises(Unreachable):
            sync(config, now=NOW, store=store, client=away)
        assert len(sleeper.naps) == naps


def test_doctor_asks_all_projects_at_once_and_tells_each(double: Any, other: Any) -> None:
    """Each server waits until the other is asked as well; one that is away costs the others nothing."""
    other.add(observation(1, datetime.now(UTC) - MINUTE))
    both = threading.Barrier(2, timeout=20)
    for server in (double, other):
        server.fault = lambda path: (path == "projects" and both.wait() and None) or None
    keys = {f"LANGFUSE_{part}PUBLIC_KEY": key for part, key in (("", "pk-lf-demo"), ("EMEA_", "pk-lf-emea"))}
    keys |= {name.replace("PUBLIC", "SECRET"): key.replace("pk", "sk") for name, key in keys.items()}
    urls = {"LANGFUSE_BASE_URL": double.url, "LANGFUSE_EMEA_BASE_URL": other.url}
    away = {"LANGFUSE_AWAY_BASE_URL": "http://127.0.0.1:1", "LANGFUSE_AWAY_PUBLIC_KEY": "x"}
    config = load_config(
        "langfuse: {project: main, projects: [away, emea]}",
        environ=keys | urls | away | {"LANGFUSE_AWAY_SECRET_KEY": "y"},
    )
    seen = _Seen(Look())
    _langfuse(load_catalog(config), seen, datetime.now(UTC))
    told = [(one.name, one.state) for one in seen.servers]
    assert told == [("langfuse", "ok"), ("langfuse away", "failed"), ("langfuse emea", "ok")]
    assert seen.look.traces == "" and "nothing is traced" in seen.servers[0].line


def test_keys_that_are_absent_name_the_variables_of_their_project(gendash: Any, store: Any) -> None:
    done = gendash("sync", LANGFUSE_EMEA_PUBLIC_KEY="", LANGFUSE_EMEA_SECRET_KEY_FILE="")
    assert "LANGFUSE_EMEA_PUBLIC_KEY and LANGFUSE_EMEA_SECRET_KEY: no API key" in done.stderr
    assert stored(store, "lf_observation", "project") == [("main",)], "never with the keys of another"


def test_a_range_may_be_given_as_langfuse_prints_times(gendash: Any, store: Any) -> None:
    at = (datetime.now(UTC) - 10 * MINUTE).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert gendash("sync", "--project", "main", "--from", at).exit_code == 0
    assert stored(store, "lf_observation", "project") == [("main",)]


def test_a_dry_run_says_how_many_requests_it_would_take_and_writes_nothing(gendash: Any, store: Any) -> None:
    shown = gendash("sync", "--dry-run", "--project", "main")
    assert shown.exit_code == 0 and "main observations: 1 rows from" in shown.stdout
    assert "requests" in shown.stdout and "read" not in shown.stdout
    assert stored(store, "lf_observation") == stored(store, "_sync") == []


def test_a_range_that_ends_before_it_starts_is_a_usage_error(gendash: Any) -> None:
    for command in ("sync", "reconcile"):
        done = gendash(command, "--from", "2026-11-20", "--to", "2026-11-19")
        assert done.exit_code == 2 and "'--from': it must be before --to" in done.stderr


def test_a_pause_that_the_server_asked_for_is_shown_by_status(gendash: Any, double: Any) -> None:
    double.fault = lambda path: Fault(429, retry_after=86000) if path == "v2/observations" else None
    assert gendash("sync", "--project", "main").exit_code == 1
    head, _, row = gendash("status", "--project", "main").stdout.partition("\n")
    assert "resume_at" in head and f"{datetime.now(UTC) + timedelta(seconds=86000):%Y-%m-%d %H}" in row


def test_status_metrics_reconcile_and_purge_cover_all_or_one(gendash: Any, store: Any, tmp_path: Path) -> None:
    shown = gendash("status").stdout
    assert "main" in shown and "emea" in shown, "before anything ran"
    gendash("sync")
    shown = gendash("status").stdout.splitlines()
    assert len(shown) == 1 + 2 * 3 and shown[0].split()[:6] == [
        "project",
        "stream",
        "closed_from",
        "closed_until",
        "lag_s",
        "kept_before",
    ]
    assert gendash("status", "--project", "emea").stdout.count("emea") == 3
    assert gendash("status", "--metrics", str(tmp_path / "m.prom")).exit_code == 0
    text = (tmp_path / "m.prom").read_text()
    assert 'stored_rows{project="emea",stream="observations"} 1' in text and 'project="main"' in text
    compared = gendash("reconcile")
    assert compared.exit_code == 0 and [line.split(":")[0] for line in compared.stdout.splitlines()] == ["main", "emea"]
    gone = gendash("purge", "--all", "--yes", "--project", "main")
    assert gone.stdout == "main: 1 observations deleted, 1 scores deleted, 0 models deleted\n"
    assert stored(store, "lf_observation", "project") == [("emea",)]


def test_a_project_that_is_no_longer_named_can_still_be_purged(gendash: Any, store: Any, tmp_path: Path) -> None:
    gendash("sync")
    (tmp_path / "gendash.yaml").write_text("langfuse: {project: main}")
    assert gendash("purge", "--all", "--yes", "--project", "emea").exit_code == 0
    assert {name for (name,) in stored(store, "lf_observation", "project")} == {"main"}


def test_keys_of_another_project_are_refused_before_its_rows_replace_ours(double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW - MINUTE))
    run(text="langfuse: {since: 2h}")
    double.project_id = "another"
    double.delete("trace-000000")
    with pytest.raises(Refused, match="belong to project another, the rows of 'default' came from demo"):
        run(NOW + MINUTE)
    assert len(stored(store, "lf_observation")) == 1


def test_two_names_for_one_project_are_refused_since_its_calls_would_count_twice(run: Any) -> None:
    run(text="langfuse: {since: 2h}")
    with pytest.raises(Refused, match="'again' and 'default' belong to the same project demo"):
        run(text="langfuse: {since: 2h, project: again}")


def test_names_that_are_equal_or_unknown_are_problems_of_the_settings() -> None:
    for text, problem in (
        ("langfuse: {project: a, projects: [A]}", "'A' occurs twice"),
        ("langfuse: {projects: [a-b, a_b]}", "'a_b' occurs twice"),
        ("langfuse: {projects: ['a b']}", "a list of names"),
        ("langfuse: {projects: [emea], servers: {emae: {plan: pro}}}", "unknown Langfuse project 'emae'"),
        ("langfuse: {projects: [emea], servers: {emea: {secret_key: x}}}", "set LANGFUSE_EMEA_SECRET_KEY or"),
    ):
        with pytest.raises(ConfigError, match=problem):
            load_config(text)


def test_a_further_project_has_the_settings_of_the_first_but_its_own_server_and_keys() -> None:
    text = "langfuse: {projects: [emea], plan: core, base_url: 'https://lf.example', servers: {emea: {plan: pro}}}"
    config = load_config(text, environ={"LANGFUSE_PUBLIC_KEY": "pk-1", "LANGFUSE_EMEA_PUBLIC_KEY": "pk-2"})
    first, second = each_project(config)
    names = ("project", "base_url", "plan", "public_key")
    assert [first[f"langfuse.{name}"] for name in names] == ["default", "https://lf.example", "core", "pk-1"]
    assert [second[f"langfuse.{name}"] for name in names] == ["emea", "https://lf.example", "pro", "pk-2"]
    assert "pk-2" not in repr(config)
