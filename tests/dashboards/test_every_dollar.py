"""Every dollar that the server holds is in every cost panel: of every type of step, on the double and on a recording."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from picks import picks
from recordings import answer as recorded_answer
from recordings import index

from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import Span, expand_macros, timing
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.queries import dashboard_queries
from gendash.langfuse_bridge.reconcile import reconcile
from gendash.langfuse_bridge.sync import sync

sys.path.append(str(Path(__file__).parents[1] / "langfuse_bridge"))
from bridge_parts import iso, observation

NOW = datetime.fromisoformat("2026-11-20T23:30:00+00:00")
TYPES = ("GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL")
TYPES += ("WORKFLOW",)  # of a version to come
SETTINGS = """
time_zone: UTC
roles: {owner: dollar_owner, reader: dollar_reader, admin_reader: dollar_admin}
features: {langfuse: true}
langfuse: {since: 40d}
budget: {monthly_usd: 500}
"""
USERS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(3)]
"""Accounts of the platform, each with one conversation of one message."""
CLOSED = NOW.replace(minute=0)
"""Start of the running hour, which comparisons leave out."""
Part = Callable[[dict[str, Any]], bool]


def every(_row: dict[str, Any]) -> bool:
    """All rows."""
    return True


SUMS: dict[str, tuple[str, Part]] = {  # of each panel that adds up money: where its whole is, and of which rows
    "cost-usage/cost_by_model": ("all", every),
    "cost-usage/models": ("Cost", every),  # at most 20, as users; there are fewer
    "cost-usage/users": ("Cost", every),
    "cost-usage/cost_by_environment": ("all", every),
    "cost-usage/cost_by_week": ("cost", every),
    "cost-usage/month": ("last", every),
    "cost-usage/month_against_budget": ("max spent", every),
    "cost-usage/cost_24h": ("all", every),
    "cost-usage/spend_against_usual": ("cost", lambda row: datetime.fromisoformat(row["startTime"]) < CLOSED),
    "cost-usage/groups": ("Cost", every),  # by model; other dimensions in tests/sql/test_groups.py
    "cost-usage/groups_over_time": ("all", every),
    "cost-usage/group_models": ("all", every),
    "agent-performance/cost_over_time": ("all", every),
    "agent-performance/models": ("Cost", every),
    "overview/llm_cost": ("all", every),
    "overview/cost_today": ("last", every),
    "overview/cost_per_day": ("cost", every),
    "user-analytics/llm_by_user": ("Cost", every),  # at most 102
    "user-analytics/top_users": ("Cost", lambda row: row["userId"] in USERS),  # who wrote messages, at most 100
}
MEANS = {  # of each panel that divides all money: by how many
    "cost-usage/per_conversation": len(USERS),
    "cost-usage/per_user": len(USERS),
}
NO_SUMS = {
    "agent-performance/groups": "LLM calls only",
    "agent-performance/prompts": "a mean by version of a prompt",
    "agent-performance/worst_turns": "traces with an LLM call, at most 50",
    "cost-usage/cache_savings": "not spent",
    "cost-usage/cost_per_turn": "a mean by day",
    "cost-usage/failed_cost": "a part: steps that failed",
    "cost-usage/forecast": "not spent yet",
    "cost-usage/per_resolved_ticket": "no ticket here",
    "cost-usage/per_turn": "a mean of turns; a recording has traces that are none",
    "cost-usage/tools": "a turn counts for each of its tools",
    "feedback-quality/quintiles": "bounds of groups",
}


def money_panels(catalog: Catalog) -> set[str]:
    """Places of all panels that show an amount of money, by the unit of any of their values."""
    return {
        f"{name}/{panel.slug}"
        for name, dashboard in catalog.dashboards.items()
        for panel in dashboard.panels()
        if "currency" in repr(vars(panel))
    }


WHO = [*USERS, "of no account", None]
"""Users of traces: with accounts, without one, and nobody."""


def typed_rows() -> list[dict[str, Any]]:
    """Today's steps of every type in five traces, each with a cost of its own; some without usage, some without cost."""
    rows = []
    for number in range(66):
        kind = TYPES[number % len(TYPES)]
        cost = {"total": round(0.001 * (number + 1) + 0.37 * (number % 11), 6)} if number % 7 else {}
        changes: dict[str, Any] = {"type": kind, "costDetails": cost, "traceId": f"trace-{number % 5}", "tags": []}
        changes |= {"userId": WHO[number % 5], "usageDetails": {} if number % 5 == 0 else {"input": 7, "total": 7}}
        rows.append(observation(number, NOW - timedelta(minutes=20 * number + 1), **changes))
    return rows


def recorded_rows() -> list[dict[str, Any]]:
    """Every observation that was recorded of a real server with all of its fields, moved to today in its order."""
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for status, name, path, *_ in index("langfuse"):
        if (status, path) == ("200", "/api/public/v2/observations"):
            data = recorded_answer("langfuse", name.removesuffix(".json"))["response"]["body"]["data"]
            known |= {
                (row["traceId"], row["id"]): row for row in data if {"costDetails", "userId", "updatedAt"} <= set(row)
            }
    rows = sorted(known.values(), key=lambda row: (row["startTime"], row["id"]))
    step = timedelta(hours=23) / len(rows)
    for number, row in enumerate(rows):
        at = NOW - timedelta(minutes=1) - step * number
        row |= {
            "startTime": iso(at),
            "endTime": iso(at),
            "completionStartTime": None,
            "userId": row["userId"] or "nobody",
        }
        row |= {"environment": "production", "tags": row.get("tags") or []}
    return rows


def money(rows: list[dict[str, Any]]) -> Decimal:
    """What the server's own rows cost."""
    costs = [{name: Decimal(str(one)) for name, one in (row.get("costDetails") or {}).items()} for row in rows]
    return sum((cost["total"] if "total" in cost else sum(cost.values()) for cost in costs), Decimal(0))


@contextmanager
def filled(url: str, rows: list[dict[str, Any]]) -> Iterator[tuple[Any, Catalog, LangfuseDouble]]:
    """A store filled through the whole chain from a server with these rows."""
    with LangfuseDouble(rows) as double:
        keys = {"LANGFUSE_PUBLIC_KEY": double.public_key, "LANGFUSE_SECRET_KEY": double.secret_key}
        environ = keys | {"LANGFUSE_BASE_URL": double.url, "GENDASH_DATABASE_URL": url}
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((Path(__file__).parents[2] / "demo" / "platform.sql").read_bytes())
            for user in USERS:
                connection.execute(
                    "insert into users (id, email, hashed_password, created_at) values (%s, %s, '', %s)",
                    [user, f"{user}@example.com", NOW - timedelta(days=9)],
                )
                connection.execute(
                    "with talk as (insert into conversations (id, user_id, title, created_at, updated_at)"
                    " values (%(user)s, %(user)s, '', %(at)s, %(at)s) returning id)"
                    " insert into messages (id, conversation_id, role, content, created_at)"
                    " select %(user)s, id, 'user', '', %(at)s from talk",
                    {"user": user, "at": NOW - timedelta(hours=2)},
                )
        config = load_config(SETTINGS, environ=environ)
        catalog = load_catalog(config)
        migrate(config, catalog)
        sync(config, now=NOW)
        failed = [str(result) for result in refresh(config, catalog, at=NOW) if result.state == "failed"]
        assert not failed, failed
        yield config, catalog, double


def answers(url: str, catalog: Catalog, place: str, at: datetime) -> list[tuple[list[str], list[tuple[Any, ...]]]]:
    """Columns and rows of each SQL query of a panel, with everything chosen, over the last 24 hours or its own window."""
    questions = dashboard_queries(catalog, catalog.dashboards[place.split("/")[0]], at, [place]).questions
    found = []
    choices = picks(catalog.dashboards[place.split("/")[0]], {"breakdown": "model"})
    for one in questions:
        if one.verdict.kind == "panel" and one.query.language == "sql":
            fixed = any(
                panel.window for panel in catalog.dashboards[place.split("/")[0]].panels() if place.endswith(panel.slug)
            )
            time = one.time if fixed else timing(Span.last("24h", at), "sql", zone="UTC")
            options = f"-c timezone=UTC -c gendash.now={at.isoformat()}"
            with psycopg.connect(url, options=options) as connection:
                cursor = connection.execute(expand_macros("sql", one.text, time, choices).encode())
                found.append(([column.name for column in cursor.description or ()], cursor.fetchall()))
    return found


def whole(answer: tuple[list[str], list[tuple[Any, ...]]], where: str) -> Decimal:
    """The sum of a panel's money: of a column, of all numbers beside time, of its last or its greatest value."""
    names, rows = answer
    if where == "all":
        numbers = [value for row in rows for value in row if isinstance(value, float | Decimal)]
        return sum((Decimal(str(number)) for number in numbers), Decimal(0))
    if where == "last":
        times = [name for name in names if name == "time"]
        rows = sorted(rows, key=lambda row: row[names.index("time")]) if times else rows
        values = [value for row in rows for value in row if isinstance(value, float | Decimal)]
        return Decimal(str(values[-1]))
    name = where.removeprefix("max ")
    values = [Decimal(str(row[names.index(name)])) for row in rows if row[names.index(name)] is not None]
    return max(values) if where.startswith("max ") else sum(values, Decimal(0))


def test_every_panel_of_money_is_compared_or_says_why_not() -> None:
    catalog = load_catalog(load_config(SETTINGS, environ={"GENDASH_DATABASE_URL": "postgresql://nowhere/none"}))
    named = [*SUMS, *MEANS, *NO_SUMS]
    assert len(named) == len(set(named)) and set(named) == money_panels(catalog)


@pytest.mark.parametrize("source", [typed_rows, recorded_rows], ids=["double", "recording"])
def test_every_sum_of_money_is_that_of_the_servers_own_rows(source: Any, postgres: Server, new_database: Any) -> None:
    rows = source()
    total = money(rows)
    assert total > 0 and {row["type"] for row in rows} >= ({"GENERATION"} if source is recorded_rows else set(TYPES))
    url = new_database()
    with filled(url, rows) as (config, catalog, _double):
        for place, (where, part) in SUMS.items():
            tomorrow = timedelta(days=1) if place == "overview/cost_per_day" else timedelta(0)  # whole days only
            found = answers(url, catalog, place, NOW + tomorrow)
            assert found, place
            wanted = money([row for row in rows if part(row)])
            assert abs(whole(found[0], where) - wanted) < Decimal("1e-9"), (place, found[0], wanted)
        for place, number in MEANS.items():
            (found,) = answers(url, catalog, place, NOW)
            assert abs(whole(found, "all") * number - total) < Decimal("1e-6"), (place, found, total)
        (result,) = audit(catalog, only=["llm_rollup"], at=NOW)
        assert result.state == "passed", str(result)
        report = reconcile(config, now=NOW + timedelta(days=1))
        assert report.before == []
