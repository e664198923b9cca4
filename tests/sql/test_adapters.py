"""Shipped adapters: on an invented database of each platform's shape every figure equals plain SQL over its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gendash.engine.checks.definitions import check
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import shipped_adapters
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.run import verify

Definitions = Callable[..., Catalog]
ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = Path(__file__).with_name("platforms")
STRANGERS = ROOT / "tests" / "engine" / "platform" / "strangers"  # with adapters that were written before `init` ran
NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
ZONE = "at time zone 'Europe/Berlin'"
# by figure, its feature and how the store answers; each platform has a file that answers from its own rows
FIGURES = {
    "users": ("users", "select role, is_active, count(*) from gendash.user_entity group by 1, 2"),
    "registrations": ("users", f"select (created_at {ZONE})::date, count(*) from gendash.user_entity group by 1"),
    "names": ("users", "select count(name) from gendash.user_name"),
    "conversations": (
        "conversations",
        f"select (hour {ZONE})::date, channel, anonymous, sum(conversations) from gendash.conversation_hour group by 1, 2, 3",
    ),
    "messages": ("conversations", f"select hour {ZONE}, role, sum(messages) from gendash.message_hour group by 1, 2"),
    "people": ("conversations", "select day, user_id, messages from gendash.user_day"),
    "depth": (
        "conversations",
        "select conversation_id, sum(messages), sum(user_messages) from gendash.message_conversation_day group by 1",
    ),
    "ratings": ("feedback", "select rating, has_comment, count(*) from gendash.rating_entity group by 1, 2"),
    "rated messages": (
        "feedback",
        "select is_answer, count(*), count(comment), count(distinct user_id) from gendash.rating_detail group by 1",
    ),
    "answers": ("feedback", "select anonymous, sum(answers) from gendash.rating_answer_hour group by 1"),
    "documents": (
        "documents",
        "select status, file_type, count(*), sum(file_size), sum(chunks) from gendash.document_entity group by 1, 2",
    ),
    "failures": ("documents", "select document_id, failure_reason from gendash.document_entity where failure_reason <> ''"),
    "uploaders": ("documents", "select user_id, count(*) from gendash.document_entity group by 1"),
    "tickets": (
        "tickets",
        "select status, priority, category, count(*), count(first_response_at), count(resolved_at), count(closed_at) "
        "from gendash.ticket_entity group by 1, 2, 3",
    ),
    "ticket people": ("tickets", "select created_by, assigned_to, count(*) from gendash.ticket_entity group by 1, 2"),
    "ticket moves": ("ticket_history", "select from_status, to_status, count(*) from gendash.ticket_move group by 1, 2"),
    "intents": ("intent", "select intent, count(*) from gendash.conversation_entity group by 1"),
}  # fmt: skip
_FIGURE = re.compile(r"-- figure: (.+)\n")


def own_figures(platform: str) -> tuple[dict[str, str], set[str]]:
    """The plain SQL of a platform's figures by name, and those that have no rows there: `people (none: why)`."""
    _, *parts = _FIGURE.split((PLATFORMS / f"{platform}_figures.sql").read_text("utf-8"))
    names = [name.partition(" (none: ")[0] for name in parts[::2]]
    none = {name for name, whole in zip(names, parts[::2], strict=True) if name != whole}
    return dict(zip(names, parts[1::2], strict=True)), none


def rows(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return sorted(connection.execute(query.encode()).fetchall(), key=repr)


TRIED = sorted(path.stem.removesuffix("_figures") for path in PLATFORMS.glob("*_figures.sql"))
# what is shipped, the tables of the reference, and two of those that `init` met first; the others in `make soak`
KEPT = {*shipped_adapters(), "reference", "open_assistant", "papercups"}


@pytest.fixture(
    params=[pytest.param(name, marks=() if name in KEPT else pytest.mark.soak) for name in TRIED],
)
def site(request: pytest.FixtureRequest, database: str, definitions: Definitions) -> Iterator[tuple[str, Catalog, str]]:
    """A platform's database with its adapter: a shipped one, or that of a platform that was first seen afterwards."""
    name = str(request.param)
    with psycopg.connect(database, autocommit=True) as connection:
        if name == "reference":
            connection.execute((ROOT / "demo" / "platform.sql").read_bytes())
        folder = next(one for one in (PLATFORMS, STRANGERS) if (one / f"{name}.sql").exists())
        connection.execute((folder / f"{name}.sql").read_bytes())
    own = folder / name  # what `gendash init` proposed, and a person edited
    catalog = definitions(
        database, f"time_zone: Europe/Berlin\nplatform: {{adapter: {own if own.is_dir() else name}}}\n"
    )
    assert [str(problem) for problem in check(catalog)] == []
    yield name, catalog, database


def test_every_figure_through_an_adapter_equals_plain_sql(site: tuple[str, Catalog, str]) -> None:
    name, catalog, url = site
    migrate(catalog.config, catalog)
    assert [one.error for one in refresh(catalog.config, catalog, at=NOW) if one.error] == []
    wanted, none = own_figures(name)
    on = {figure for figure, (feature, _) in FIGURES.items() if catalog.config.on(feature)}
    assert wanted.keys() == on, "each feature that is on has figures to compare with, and no other"
    with psycopg.connect(url) as connection:
        for figure, plain in wanted.items():
            expected = rows(connection, plain)
            assert expected or figure in none, f"{figure}: no rows to compare"
            assert rows(connection, FIGURES[figure][1]) == expected, figure


@pytest.mark.parametrize(
    "name",
    [
        "better_chatbot",
        *(
            pytest.param(one, marks=pytest.mark.soak)
            for one in ("dust", "letta", "libredesk", "lightdash", "lumen", "tandem")
        ),
    ],
)
def test_the_adapter_that_init_writes_gives_every_figure_with_no_edit(
    name: str, database: str, definitions: Definitions, tmp_path: Path
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((STRANGERS / f"{name}.sql").read_bytes())
        found = propose(read_snapshot(connection, "gendash"), Samples(connection), definitions(database).contract)
    for table, one in found.tables.items():
        (tmp_path / f"{table}.sql").write_text(select_text(one), "utf-8")
    catalog = definitions(database, f"time_zone: Europe/Berlin\nplatform: {{adapter: '{tmp_path}'}}\n")
    test_every_figure_through_an_adapter_equals_plain_sql((name, catalog, database))


@pytest.mark.parametrize("site", ["chatwoot", "dify"], indirect=True)
def test_every_panel_and_variable_that_reads_an_adopted_platform_is_ok(
    site: tuple[str, Catalog, str], definitions: Definitions
) -> None:
    name, _, url = site
    environ = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}
    settings = f"time_zone: Europe/Berlin\nplatform: {{adapter: {name}}}\nprometheus_url: none\n"
    catalog = definitions(url, settings, **environ)
    migrate(catalog.config, catalog)
    assert [one.error for one in refresh(catalog.config, catalog, at=NOW) if one.error] == []
    found = verify(catalog.config, catalog, at=NOW)
    assert [str(one) for one in found if not one.calm] == []
    assert sum(one.status == "ok" and one.kind == "panel" for one in found) > 40


def test_each_shipped_adapter_has_a_database_to_be_tried_on() -> None:
    assert set(shipped_adapters()) <= {path.stem.removesuffix("_figures") for path in PLATFORMS.glob("*_figures.sql")}
