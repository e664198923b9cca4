"""`gendash rollback` brings back folders, permissions and rules too, from what the apply of then kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from grafana_double import Double

from gendash.cli import cli
from gendash.engine.config.load import load_config
from gendash.engine.deliver.applies import KEPT, keep_apply, kept_applies
from gendash.engine.store.delivered import Memory, note_apply, noted_applies, recall, remember
from gendash.engine.store.migrate import migrate

ALONE = "database_url: none\nsource_url: none\nlangfuse: {base_url: none}\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with these settings; exit code, and what it said."""
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENDASH_GRAFANA_URL", double.url)
    monkeypatch.setenv("GENDASH_GRAFANA_TOKEN", "glsa_x")

    def command(text: str, *arguments: str) -> tuple[int, str, str]:
        Path("gendash.yaml").write_text(ALONE + text)
        code = 0
        try:
            cli(list(arguments), standalone_mode=False)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def settings(title: str, teams: str, threshold: float) -> str:
    return (
        f"folders: {{everyone: {{title: {title}}}}}\naccess: {{admin_teams: [{teams}]}}\n"
        f"slo: {{api_errors: {{objective: {threshold}}}}}\n"
        "prometheus: {rules_dir: rules, }\nprometheus_url: http://127.0.0.1:9\n"
    )


def rule_text() -> str:
    return Path("rules/gendash-alerts.yml").read_text()


def test_folders_permissions_and_rules_go_back_and_forth(run: Run, double: Double) -> None:
    double.teams = {"ops": 1, "guests": 2}
    assert run(settings("First", "ops", 0.005), "apply", "--yes")[0] in (0, 1)
    before = (double.folders["gendash"]["title"], list(double.permissions["gendash-admin"]), rule_text())
    assert run(settings("Second", "ops, guests", 0.02), "apply", "--yes")[0] in (0, 1)
    assert double.folders["gendash"]["title"] == "Second" and rule_text() != before[2]
    assert {"teamId": 2, "permission": 1} in double.permissions["gendash-admin"]
    double.permissions["gendash-admin"].append({"userId": 9, "permission": 1})
    code, said, notes = run(settings("Second", "ops, guests", 0.02), "rollback", "--yes")
    assert "renamed to 'First'" in said and "team guests may no longer view it" in said, said
    assert "data sources, contact points and secrets are not rolled back" in notes
    assert (double.folders["gendash"]["title"], rule_text()) == (before[0], before[2])
    assert double.permissions["gendash-admin"] == [*before[1], {"userId": 9, "permission": 1}]
    assert code in (0, 1)  # Prometheus does not answer here, so its reload is left to do


def test_an_edited_rule_file_is_left(run: Run, double: Double) -> None:
    double.teams = {"ops": 1}
    run(settings("First", "ops", 0.005), "apply", "--yes")
    run(settings("First", "ops", 0.02), "apply", "--yes")
    edited = rule_text() + "# mine\n"
    Path("rules/gendash-alerts.yml").write_text(edited)
    code, said, _ = run(settings("First", "ops", 0.02), "rollback", "--dry-run")
    assert code == 4 and "edited since we wrote it" in said
    run(settings("First", "ops", 0.02), "rollback", "--yes")
    assert rule_text() == edited


def test_what_was_not_kept_is_named(run: Run, double: Double) -> None:
    run(settings("First", "", 0.005), "apply", "--yes")
    for path in Path(".gendash/applies").rglob("*.json"):
        path.unlink()
    code, _, notes = run(settings("First", "", 0.005), "rollback", "--dry-run", "--to", "2027-01-01")
    assert "folders, permissions and rules stay as they are: no apply before that time was kept" in notes
    assert code in (0, 4)


def test_an_apply_that_failed_keeps_nothing(run: Run, double: Double) -> None:
    double.rights = []
    assert run(settings("First", "", 0.005), "apply", "--yes")[0] == 1
    assert not list(Path(".gendash").rglob("applies/**/*.json"))


def test_no_secret_is_kept(run: Run, double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENDASH_RECEIVER_HOOK_SECRET", "https://hooks.example/very-secret")
    text = "alerting: {by: grafana, receivers: {hook: {kind: webhook}}}\n"
    run(settings("First", "", 0.005) + text, "apply", "--yes", "--only", "prometheus")
    files = list(Path(".gendash/applies").rglob("*.json"))
    assert files and not any("very-secret" in path.read_text() for path in files)
    assert "ApiErrorBudgetBurnFast" in files[0].read_text()


# ── where it is kept, and what else the store remembers ──────────────────────────────────────────────────────────


def test_without_a_store_the_newest_are_kept_in_files(tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta

    config, start = load_config(ALONE), datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(KEPT + 5):
        text = f'{{"alerts": {{}}, "dashboards": {{}}, "folders": [], "rules": {{"a.yml": "{number}"}}}}'
        keep_apply(config, "http://x 0", tmp_path, start + timedelta(hours=number), text)
        keep_apply(config, "http://x 0", tmp_path, start + timedelta(hours=number, minutes=5), text, wrote=False)
    found = kept_applies(config, "http://x 0", tmp_path)
    assert [one.rules["a.yml"] for one in found] == [str(n).encode() for n in range(KEPT + 4, 4, -1)]
    assert found[0].at == start + timedelta(hours=KEPT + 4), "an equal one is not kept again"
    assert not kept_applies(config, "http://y 0", tmp_path)


def test_without_a_store_nothing_is_remembered() -> None:
    config = load_config(ALONE)
    assert recall(config, "x") is None and noted_applies(config, "x") is None
    nobody = load_config(environ={"GENDASH_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
    assert recall(nobody, "x") is None and noted_applies(nobody, "x") is None
    remember(nobody, "x", {})


def test_a_digest_is_keyed_and_a_project_reveals_no_key() -> None:
    one, two = Memory(b"a" * 32), Memory(b"b" * 32)
    assert one.digest("secret") != two.digest("secret") and one.digest("secret") != one.digest("secret2")
    assert len(one.project) == 8 and one.project != two.project and "secret" not in repr(one)


def test_the_store_remembers_digests_by_server_and_the_newest_applies(
    database: str, definitions: Any, tmp_path: Path
) -> None:
    from datetime import UTC, datetime, timedelta

    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create table if not exists public.users (id int)")
    catalog = definitions(
        database, "features: {users: false, conversations: false, feedback: false, documents: false}\n"
    )
    config = catalog.config
    assert recall(config, "x") is None and not note_apply(config, "x", datetime.now(UTC), "{}", 3)
    migrate(config, catalog)
    memory = recall(config, "x")
    assert memory and memory.written == {}
    remember(config, "x", {"a": memory.digest("one"), "b": memory.digest("two")})
    remember(config, "x", {"a": memory.digest("three")})
    again = recall(config, "x")
    assert again and again.written == {"a": memory.digest("three"), "b": memory.digest("two")}
    other = recall(config, "y")
    assert other and other.written == {} and other.project == again.project
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(6):
        assert note_apply(config, "x", start + timedelta(hours=number), f'{{"n": {number}}}', 4)
    note_apply(config, "y", start, "{}", 4)
    found = noted_applies(config, "x")
    assert found and [re.sub("[^0-9]", "", text) for _, text in found] == ["5", "4", "3", "2"]
    assert noted_applies(config, "y") == [(start, "{}")]
