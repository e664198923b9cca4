"""What verify says after something was taken away from a whole demo: exactly the panels that a person would name."""

from __future__ import annotations

import shutil
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from gendash.demo import history, load, platform
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.run import SETTINGS, history_rules
from gendash.engine.config.load import Config, load_config
from gendash.engine.definitions.catalog import Catalog, below
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.names import Use
from gendash.engine.languages.promql import metric_names
from gendash.engine.render.rules import live_rules, render_rules, rule_expression
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.run import verify
from gendash.engine.verify.verdict import Verdict
from gendash.langfuse_bridge.sync import sync

pytestmark = [pytest.mark.postgres, pytest.mark.prometheus]

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
RunPrometheus = Callable[[Path], AbstractContextManager[str]]


@dataclass(frozen=True)
class World:
    """A small demo platform with everything in it: the database as a template, blocks and rules in a folder."""

    server: Any
    environ: Mapping[str, str]
    folder: Path
    url: str

    def config(self, **changed: str) -> Config:
        return load_config(SETTINGS.read_text("utf-8"), environ={**self.environ, **changed})


@pytest.fixture(scope="module")
def world(
    postgres: Any,
    prometheus: RunPrometheus,
    blocks: Callable[[Path, Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    config = load_config(SETTINGS.read_text("utf-8"))
    made = platform.generate(1, NOW, 0.3, config["time_zone"])
    load.create_database(postgres.url(), "removals")
    load.load(postgres.url("removals"), made)
    owner = postgres.url("removals", load.OWNER, load.add_owner(postgres.url("removals")))
    scrapes = history.scrape(made, NOW.timestamp(), reach=history.Reach(days=3, fine=0.25, detail=1))
    for text in history.write(scrapes, history_rules(load_catalog(config)), folder, print):
        blocks(text, folder / "data")
    environ = {
        "GENDASH_DATABASE_URL": owner,
        "GENDASH_ADMIN_DATABASE_URL": postgres.url("removals"),
        "GENDASH_READER_PASSWORD": "reader",
        "GENDASH_ADMIN_READER_PASSWORD": "admin",
    }
    try:
        with ExitStack() as stack:
            double = stack.enter_context(LangfuseDouble(made.observations, made.scores))
            environ |= {
                "LANGFUSE_BASE_URL": double.url,
                "LANGFUSE_PUBLIC_KEY": double.public_key,
                "LANGFUSE_SECRET_KEY": double.secret_key,
            }
            config = load_config(SETTINGS.read_text("utf-8"), environ=environ)
            catalog = load_catalog(config)
            migrate(config, catalog)
            assert sync(config, now=NOW).complete
            assert {result.state for result in refresh(config, catalog, at=NOW)} == {"refreshed"}
            (folder / "rules").mkdir()
            for path, content in render_rules(catalog).items():
                (folder / "rules" / Path(path).name).write_bytes(content)
            url = stack.enter_context(prometheus(folder))
            yield World(postgres, {**environ, "GENDASH_PROMETHEUS_URL": url}, folder, url)
    finally:
        with psycopg.connect(postgres.url(), autocommit=True) as admin:
            admin.execute("drop database removals with (force)")
            for role in (load.OWNER, "gendash_reader", "gendash_admin_reader"):
                admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


@dataclass(frozen=True)
class Removal:
    """What is taken away, what panels read of it, and what their lines must name.

    The panels of the Overview that turn are those whose lineage holds ``of``, and ``panels``: which are known by hand,
    so that a fault of the lineage is seen, too. A new panel that reads what is removed needs no entry.
    """

    name: str
    of: Use
    panels: set[str]
    why: str
    statements: tuple[str, ...] = ()
    rule: str = ""
    metric: str = ""
    since_s: int | None = None
    also: set[str] = field(default_factory=set)  # variables and annotations


PEOPLE = {"users_7d", "users_30d"}
LLM = {"llm_calls", "llm_cost", "tokens_per_call", "cost_today", "budget_used", "calls_by_model", "cost_per_day"}
REQUESTS = {"requests", "errors", "request_rate", "error_share", "route_states", "routes"}
FIRING = {"health", "alerts"}
LATENCY = {"p95", "response_time", "latency_heatmap"}

REMOVALS = [
    Removal(
        "a column of users", ("column", "users.is_active"), {"users", "user_growth"}, "public.users.is_active: the platform has no such column",
        ("alter table users drop column is_active",),
    ),
    Removal(
        "a column of messages under another name", ("column", "messages.role"), PEOPLE, "public.messages.role: the platform has no such column",
        ("alter table messages rename column role to author",),
    ),
    Removal(
        "a column of conversations", ("column", "conversations.user_id"), PEOPLE | {"conversations", "conversations_per_day"},
        "public.conversations.user_id: the platform has no such column",
        ("alter table conversations drop column user_id",),
    ),
    Removal(
        "a column of feedback", ("column", "feedback.rating"), {"csat"}, "public.feedback.rating: the platform has no such column",
        ("alter table feedback drop column rating cascade",),
    ),
    Removal(
        "a table of the platform", ("table", "tickets"), {"tickets_open", "tickets_by_status"},
        "public.tickets: the platform has no such table", ("drop table tickets cascade",),
    ),
    Removal(
        "the right to read a table", ("table", "documents"), {"documents_failed", "documents_by_status"}, "may not read",
        ("revoke select on documents from gendash_owner",),
    ),
    Removal(
        "a rollup of the store with what stands on it", ("relation", "llm_hour"), LLM, "does not exist; run `gendash db migrate`",
        ("drop table gendash.llm_hour cascade",), also={"environment"},
    ),
    Removal(
        "a view of the store", ("relation", "csat_day"), {"csat"}, 'relation "gendash.csat_day" does not exist; run `gendash db migrate`',
        ("drop materialized view gendash.csat_day cascade",),
    ),
    Removal(
        "a metric for an hour", ("metric", "http_request_duration_highr"), LATENCY,
        "last sample of http_request_duration_highr_seconds_bucket is", metric="http_request_duration_highr_seconds",
        since_s=3600,
    ),
    Removal(
        "a metric for ever", ("metric", "agent_response_duration"), {"agent_p95"}, "no sample of agent_response_duration_seconds_bucket in 30 days",
        metric="agent_response_duration_seconds",
    ),
    Removal("a recording rule", ("rule", "job:slo_api_errors_budget_left:ratio30d"), {"slo_left"},
            "job:slo_api_errors_budget_left:ratio30d is not loaded",
            rule="job:slo_api_errors_budget_left:ratio30d"),
    # an alert that reads it cannot fire any more, so nobody can say that none does
    Removal("a recording rule that others read", ("rule", "job_handler_status:http_requests:rate5m"), REQUESTS | FIRING,
            "job_handler_status:http_requests:rate5m",
            rule="job_handler_status:http_requests:rate5m", also={"Alerts"}),
    Removal("an alerting rule", ("rule", "TargetDown"), FIRING, "alerting rule TargetDown is not loaded", rule="TargetDown", also={"Alerts"}),
]  # fmt: skip


def turned(verdicts: list[Verdict], *kinds: str) -> dict[str, str]:
    return {one.panel: one.why for one in verdicts if one.kind in kinds and not one.calm}


def test_before_anything_is_removed_all_is_well(world: World) -> None:
    config = world.config()
    found = verify(config, load_catalog(config), at=NOW, only=["overview", "rules"])
    assert turned(found, "panel", "variable", "annotation", "rule") == {}
    assert {one.panel for one in found if one.kind == "panel"} >= LLM | REQUESTS | LATENCY | PEOPLE


def reading(catalog: Catalog, of: Use) -> set[str]:
    """The panels of the Overview that read something, themselves or through what they read."""
    panels = catalog.dashboards["overview"].panels()
    return {panel.slug for panel in panels if of in below(catalog.uses, ("panel", f"overview/{panel.slug}"))}


SOAKED = {
    "a column of conversations", "a column of feedback", "a column of users",
    "a view of the store", "a metric for ever", "a recording rule",
}  # fmt: skip
"""Others of their kind are in `make test`."""


@pytest.mark.parametrize(
    "removal",
    [pytest.param(one, id=one.name, marks=pytest.mark.soak if one.name in SOAKED else ()) for one in REMOVALS],
)
def test_exactly_the_panels_turn_that_stood_on_it_and_say_why(
    removal: Removal, world: World, prometheus: RunPrometheus, tmp_path: Path
) -> None:
    with removed(removal, world, prometheus, tmp_path) as config:
        catalog = load_catalog(config)
        found = verify(config, catalog, at=NOW, only=["overview"])
    panels = turned(found, "panel")
    assert set(panels) == removal.panels | reading(catalog, removal.of)
    assert [line for line in panels.values() if removal.why not in line] == []
    assert set(turned(found, "variable", "annotation")) == removal.also


@contextmanager
def removed(removal: Removal, world: World, prometheus: RunPrometheus, folder: Path) -> Iterator[Config]:
    """The world without one thing: a copy of its database, or of its Prometheus."""
    if not removal.statements:
        _copy_blocks_and_rules(world, removal, folder)
        with prometheus(folder) as url:
            config = world.config(GENDASH_PROMETHEUS_URL=url)
            if removal.metric:
                _delete_series(url, load_catalog(config), removal)
            yield config
        return
    with psycopg.connect(world.server.url(), autocommit=True) as admin:
        admin.execute("create database removed template removals")
        try:
            with psycopg.connect(world.server.url("removed")) as platform_owner:
                for statement in removal.statements:
                    platform_owner.execute(statement)  # type: ignore[arg-type]
            config = world.config(
                GENDASH_DATABASE_URL=world.environ["GENDASH_DATABASE_URL"].replace("/removals", "/removed"),
                GENDASH_ADMIN_DATABASE_URL=world.server.url("removed"),
            )
            refresh(config, load_catalog(config), at=NOW)
            yield config
        finally:
            admin.execute("drop database removed with (force)")


def _copy_blocks_and_rules(world: World, removal: Removal, folder: Path) -> None:
    for block in (world.folder / "data").glob("*/meta.json"):
        shutil.copytree(block.parent, folder / "data" / block.parent.name)
    (folder / "rules").mkdir()
    for path in (world.folder / "rules").iterdir():
        content = yaml.safe_load(path.read_text("utf-8"))
        for group in content["groups"]:
            group["rules"] = [r for r in group["rules"] if removal.rule not in (r.get("record"), r.get("alert"))]
        content["groups"] = [group for group in content["groups"] if group["rules"]]
        (folder / "rules" / path.name).write_text(yaml.safe_dump(content), "utf-8")


def _delete_series(url: str, catalog: Catalog, removal: Removal) -> None:
    """Deletes a metric, and what rules would no longer record without it."""
    names = {removal.metric + suffix for suffix in ("", "_bucket", "_sum", "_count")}
    before: set[str] = set()
    while before != names:
        before = set(names)
        for rule in live_rules(catalog):
            if metric_names(rule_expression(catalog, rule).text) & names:
                names.add(rule.name)
    matches = [("match[]", name) for name in sorted(names)]
    start = [("start", str(int(NOW.timestamp()) - removal.since_s))] if removal.since_s else []
    query = urllib.parse.urlencode([*matches, *start])
    request = urllib.request.Request(f"{url}/api/v1/admin/tsdb/delete_series?{query}", method="POST")
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 204
