"""One row, view, connection or clock does what it should not: the others go on, and the next refresh repairs the rest."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gendash.cli import cli
from gendash.demo import load
from gendash.demo.platform import generate
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.read import reader
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import from_platform
from gendash.engine.store.refresh.run import RefreshResult, refresh
from gendash.engine.store.refresh.status import refresh_status

Definitions = Callable[..., Catalog]
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
SIZES = ("daily_snapshot", "database_day", "database_table")  # of the database itself, which change by themselves
ALONE = "prometheus_url: none\ngrafana_url: none\nlangfuse: {base_url: none}\nfeatures: {tickets: true}\n"


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def filled(database: str) -> str:
    load.load(database, generate(1, NOW, 0.02))
    return database


def run(catalog: Catalog, **options: Any) -> dict[str, RefreshResult]:
    return {one.relation: one for one in refresh(catalog.config, catalog, **options)}


def faults(found: dict[str, RefreshResult]) -> dict[str, str]:
    return {name: one.error for name, one in found.items() if one.error}


def contents(url: str, catalog: Catalog) -> dict[str, Any]:
    """The rows of every rollup, without those that say when something was done."""
    names = [name for name, one in catalog.relations.items() if one.kind == "rollup" and name not in SIZES]
    query = "select count(*), sum(hashtextextended((to_jsonb(t) - 'refreshed_at')::text, 0)::numeric) from gendash.{} t"
    return {name: execute(url, query.format(name)) for name in names}


def test_a_row_for_which_a_mapped_expression_fails_stops_what_reads_it_only(
    filled: str, definitions: Definitions
) -> None:
    mapped = "= case when {title} = 'boom' then (1 / length(left({title}, 0)))::text else {priority} end"
    settings = ALONE + f'platform: {{columns: {{tickets.priority: "{mapped}"}}}}'
    catalog = definitions(filled, settings)
    migrate(catalog.config, catalog)
    assert faults(run(catalog)) == {}
    execute(filled, "update tickets set title = 'boom' where id = (select min(id::text)::uuid from tickets)")
    found = faults(run(catalog, compare=True))
    assert "ticket_entity" in found and not {"message_hour", "user_entity", "rating_entity"} & found.keys()
    assert {error.partition("; ")[0].partition(": ")[2] for error in found.values()} == {"division by zero"}, found
    execute(filled, "update tickets set title = 'x' where title = 'boom'")
    assert faults(run(catalog)) == {}


def test_a_view_that_raises_fails_alone(filled: str, definitions: Definitions, tmp_path: Path) -> None:
    root = tmp_path / "mine" / "sql" / "views"
    root.mkdir(parents=True)
    head = (
        "/*\ndoc: x\ngrain: one row\naudience: everyone\n{more}key: [a]\ncolumns: {{a: {{type: bigint, doc: x}}}}\n*/\n"
    )
    text = "select 1 / (count(*) - count(*)) as a from {{ view('message_hour') }}\n"
    (root / "odd_now.sql").write_text(head.format(more="materialized: true\ncadence: 1m\n") + text)
    (root / "even_now.sql").write_text(head.format(more="") + text)
    catalog = definitions(filled, ALONE, roots=(tmp_path / "mine",))
    done = migrate(catalog.config, catalog).done
    said = [line for line in done if "odd_now" in line]
    assert any(line.endswith(", without rows: its query fails (division by zero)") for line in said), said
    for _ in range(2):
        found = faults(run(catalog))
        assert list(found) == ["odd_now"] and "division by zero" in found["odd_now"]
    (root / "odd_now.sql").write_text(
        head.format(more="materialized: true\ncadence: 1m\n") + text.replace("1 /", "1 +")
    )
    catalog = definitions(filled, ALONE, roots=(tmp_path / "mine",))
    migrate(catalog.config, catalog)
    assert faults(run(catalog)) == {}
    assert execute(filled, "select a from gendash.odd_now") == [(1,)]


def test_a_platform_that_ends_our_sessions_loses_nothing(filled: str, definitions: Definitions) -> None:
    """Every session of the source is ended again and again, in the middle of reading; then the next refresh repairs."""
    execute(filled, "create role src login superuser password 's'")
    source = re.sub(r"//[^@]*@", "//src:s@", filled)
    catalog = definitions(filled, ALONE, GENDASH_SOURCE_URL=source)
    migrate(catalog.config, catalog)
    done, ended = Event(), [0]

    def end() -> None:
        with psycopg.connect(filled, autocommit=True) as connection:
            while not done.wait(0.005):
                row = connection.execute(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'src'"
                ).fetchone()
                ended[0] += row[0] if row else 0

    killer = Thread(target=end)
    killer.start()
    try:
        found = run(catalog)
    finally:
        done.set()
        killer.join()
    assert ended[0]
    assert all("\n" not in error and "internal fault" not in error for error in faults(found).values())
    assert any(one.state == "refreshed" for one in found.values())
    assert faults(run(catalog)) == {}
    repaired = contents(filled, catalog)
    assert faults(run(catalog, full=True)) == {}
    assert contents(filled, catalog) == repaired


def test_a_read_that_was_idle_for_too_long_on_a_busy_machine_is_done_again(
    filled: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, idle = from_platform.postgres_read.read_rollup, ["user_entity", "message_hour"]

    def slow(platform: Any, relation: Any, *rest: Any, **options: Any) -> Any:
        if relation.name in idle:
            idle.remove(relation.name)
            with platform.connection.transaction():
                platform.connection.execute("set local idle_in_transaction_session_timeout = '20ms'")
                time.sleep(0.3)
                platform.connection.execute("select 1")
        return read(platform, relation, *rest, **options)

    monkeypatch.setattr(from_platform.postgres_read, "read_rollup", slow)
    catalog = definitions(filled, ALONE)
    migrate(catalog.config, catalog)
    assert faults(run(catalog)) == {} and not idle


def test_a_clock_that_was_ahead_stops_nothing_once_it_is_right(filled: str, definitions: Definitions) -> None:
    catalog = definitions(filled, ALONE)
    migrate(catalog.config, catalog)
    assert faults(run(catalog, at=NOW + timedelta(days=3650))) == {}
    execute(filled, "insert into gendash._lease values ('refresh', 'host:1:x', now(), now() + interval '10 years')")
    assert {row["state"] for row in refresh_status(catalog.config, catalog)} <= {"due", "off"}
    found = run(catalog, due_only=True)
    assert faults(found) == {} and "not due" not in {one.state for one in found.values()}
    now = contents(filled, catalog)
    assert faults(run(catalog, full=True)) == {}
    assert contents(filled, catalog) == now
    assert "not due" in {one.state for one in run(catalog, due_only=True).values()}


# ── a panel whose query never ends ───────────────────────────────────────────────────────────────────────────────

MODULE = '''
"""What happens."""
from gendash.dashboards.viz import HeadTile
from gendash.engine.model import Dashboard, Panel, Row, sql

ENDLESS = "select count(*) as n from " + ", ".join("{{ view('refresh_now') }} as " + a for a in "abcdefgh")
QUICK = "select count(*) as n from {{ view('refresh_now') }}"
TILE = HeadTile(unit="locale", decimals=0, min=0)
DOC = "Relations that are refreshed, counted. Read from the state of refreshes, up to date at each view."

DASHBOARD = Dashboard("mine", "Mine", DOC, refresh="1m", range="24h", rows=[Row("", [
    Panel("endless", "Endless relations", DOC, TILE, [sql(ENDLESS, format="table")], width=12, height=4),
    Panel("quick", "Quick relations", DOC, TILE, [sql(QUICK, format="table")], width=12, height=4),
])])
'''


@pytest.fixture
def mine(filled: str, definitions: Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dashboard of an endless and a quick panel, whose store is filled."""
    (tmp_path / "mine" / "dashboards").mkdir(parents=True)
    (tmp_path / "mine" / "dashboards" / "mine.py").write_text(MODULE)
    (tmp_path / "mine" / "style.yaml").write_text("\n".join(f"{rule}: off" for rule in _rules()))
    (tmp_path / "gendash.yaml").write_text(ALONE + "content: [mine]\n")
    monkeypatch.setattr(reader, "TIMEOUT", "1s")  # what never ends is computed for so long
    passwords = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}
    for name, value in {"GENDASH_DATABASE_URL": filled, **passwords}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    catalog = definitions(filled, ALONE, roots=(tmp_path / "mine",), **passwords)
    migrate(catalog.config, catalog)
    assert faults(run(catalog)) == {}
    return tmp_path


def _rules() -> list[str]:
    from gendash.engine.checks.design_rules import ALWAYS, RULES

    return [rule.id for rule in RULES if not rule.house and not set(rule.checks) <= ALWAYS]


def test_a_panel_whose_query_never_ends_is_one_line_of_verify_and_the_others_are_judged(mine: Path) -> None:
    done = CliRunner().invoke(cli, ["verify", "--only", "mine", "--json"])
    found = {one["panel"]: one for one in json.loads(done.stdout)}
    assert found["endless"]["status"] == "error" and "statement timeout" in found["endless"]["why"]
    assert found["quick"]["status"] == "ok", found["quick"]["why"]


@pytest.mark.parametrize("form", ["html", pytest.param("pdf", marks=pytest.mark.soak)])
def test_a_panel_whose_query_never_ends_is_named_on_its_page_and_the_others_are_drawn(mine: Path, form: str) -> None:
    done = CliRunner().invoke(cli, ["page", "mine", "--out", "pages", "--format", form, "--no-verify"])
    assert done.exit_code == 0, (done.output, done.exception)
    (file,) = [path for path in (mine / "pages").rglob(f"*.{form}") if "mine" in path.name]
    if form != "pdf":
        text = file.read_text("utf-8")
        assert "statement timeout" in text and "Quick relations" in text
    else:
        assert file.stat().st_size > 5000


def test_the_api_answers_for_the_other_panels(mine: Path) -> None:
    from contextlib import ExitStack
    from hashlib import sha256

    from fastapi.testclient import TestClient

    from gendash.commands._common import Settings
    from gendash.commands.serve import application

    token = f"api: {{statement_timeout: 1s, tokens: {{t: {{sha256: {sha256(b't').hexdigest()}, role: admin}}}}}}\n"
    (mine / "gendash.yaml").write_text((mine / "gendash.yaml").read_text() + token)
    with ExitStack() as stack:
        client = TestClient(application(stack, Settings("", "").catalog()), headers={"Authorization": "Bearer t"})
        paths = {slug: f"/api/v1/dashboards/mine/panels/{slug}" for slug in ("endless", "quick")}
        found = {slug: client.get(path) for slug, path in paths.items()}
        assert found["quick"].status_code == 200, found["quick"].text
        assert "statement timeout" in found["endless"].text or found["endless"].status_code >= 500
        page = client.get("/dashboards/mine.html")
        assert page.status_code == 200 and "Quick relations" in page.text
