"""Every figure of every endpoint equals its panel's and, where it can be counted plainly, a count on the platform's tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from api_store import NOW, Store, get, plan_paths
from fastapi.testclient import TestClient

from gendash.api.app import create_app
from gendash.demo.postgres import Server
from gendash.engine.languages.grafana_macros import Span
from gendash.engine.model import Panel
from gendash.engine.read.display import Display, display
from gendash.engine.read.panels import Moment, PanelRead, dashboards_of, read_panel, sources_for
from gendash.pages.reduced_values import values_of

pytestmark = pytest.mark.postgres

# Each names its days as the dashboards do: today and the days before it, local; 24 h: this hour and the 23 before it
DAYS = "at time zone %(zone)s)::date > (%(now)s at time zone %(zone)s)::date - "
HOURS = "start_time >= date_trunc('hour', %(now)s::timestamptz) - interval '23 h' and start_time < %(now)s"
PLAIN = {
    "users/accounts": "select count(*) from users where is_active",
    "users/active_users_7d": f"select count(distinct c.user_id) from messages m join conversations c on c.id = m.conversation_id where m.role = 'user' and (m.created_at {DAYS} 7",
    "users/active_users_30d": f"select count(distinct c.user_id) from messages m join conversations c on c.id = m.conversation_id where m.role = 'user' and (m.created_at {DAYS} 30",
    "users/sign_ups_7d": f"select count(*) from users where (created_at {DAYS} 7",
    "users/accounts_by_role": "select case when role in ('user', 'admin', 'super_admin') then replace(role, '_', ' ') else 'other' end, count(*) from users where is_active group by 1",
    "conversations/conversations_30d": f"select count(*) from conversations where (created_at {DAYS} 30",
    "documents/documents": "select count(*) from documents",
    "documents/chunks": "select coalesce(sum(chunk_count), 0) from documents",
    "documents/by_status": "select status, count(*) from documents group by 1",
    "documents/failed": "select count(*) from documents where status = 'failed'",
    "documents/uploads_7d": f"select count(*) from documents where (created_at {DAYS} 7",
    "feedback/ratings_30d": f"select count(*) from feedback where (created_at {DAYS} 30",
    "tickets/open": "select count(*) from tickets where status in ('open', 'in_progress')",
    "tickets/created_30d": f"select count(*) from tickets where (created_at {DAYS} 30",
    "tickets/by_status": "select replace(status, '_', ' '), count(*) from tickets group by 1",
    "langfuse/cost-estimation/cost_24h": f"select coalesce(sum(cost_usd), 0) from gendash.lf_observation where {HOURS}",
    "langfuse/model-performance/calls_24h": f"select count(*) from gendash.lf_observation where type = 'GENERATION' and {HOURS}",
    "langfuse/trace-stats/turns_7d": "select coalesce(sum(turns), 0) from gendash.llm_turn_day where environment = '__all' and day > (%(now)s at time zone %(zone)s)::date - 7",
    "langfuse/token-usage/tokens_24h": f"select coalesce(sum(total_tokens), 0) from gendash.lf_observation where {HOURS}",
}  # fmt: skip


def platform(seed: int, zone: str, empty: bool = False, soak: bool = False) -> Any:
    name = f"seed {seed}, {zone}" + (", empty" if empty else "")
    return pytest.param((seed, zone, empty), id=name, marks=[pytest.mark.soak] if soak else [])


@pytest.fixture(
    scope="module",
    params=[
        platform(1, "Europe/Berlin"),
        platform(2, "America/New_York", soak=True),
        platform(7, "Asia/Kolkata"),
        platform(1, "Europe/Berlin", empty=True),
        *(
            platform(seed, zone, soak=True)
            for seed, zone in ((1, "America/New_York"), (2, "Europe/Berlin"), (7, "Europe/Berlin"))
        ),
    ],
)
def store(own_postgres: Server, request: pytest.FixtureRequest) -> Iterator[Store]:
    seed, zone, empty = request.param
    yield Store(own_postgres, f"figures_{seed}_{zone[:4].lower()}_{int(empty)}", seed, zone, 0.03, empty)
    with psycopg.connect(own_postgres.url(), autocommit=True) as admin:
        admin.execute(f"drop database figures_{seed}_{zone[:4].lower()}_{int(empty)} with (force)")
        for (role,) in admin.execute("select rolname from pg_roles where oid >= 16384").fetchall():
            admin.execute(f"drop role {role}")  # roles belong to the whole server


def number(value: Any) -> float | None:
    return None if value is None else float(value)


def picked(name: str, panel: Panel, range_: dict[str, str]) -> Moment:
    """The range that the name of a figure says, else that of the answer, for panels that follow the picked one."""
    window = re.search(r"_(\d+[hd])$", name)
    span = Span(*(datetime.fromisoformat(range_[end]) for end in ("from", "to")))
    return Moment(NOW, NOW, Span.last(window[1], NOW) if window else None if panel.window else span)


def shown_by(read: PanelRead, zone: str) -> dict[str, Display]:
    """What a panel shows; of a table the first number of each row, by its first text."""
    if read.rendered["type"] != "table":
        return {one.name: one.shown for one in values_of(read, zone, NOW)}
    (frame,) = read.frames
    names = next(one for one in frame.fields if one.kind == "string").values
    numbers = next(one for one in frame.fields if one.kind == "number")
    return {str(name): display(numbers, n, zone, NOW) for name, n in zip(names, numbers.values, strict=True)}


def test_every_figure_is_that_of_its_panel_and_of_a_plain_count(store: Store) -> None:
    seen = set()
    with ExitStack() as stack:
        client = stack.enter_context(TestClient(create_app(store.service())))
        sources = sources_for(stack, store.catalog.config, "admin", NOW)
        connection = stack.enter_context(psycopg.connect(store.admin))
        for path in plan_paths():
            answer = get(client, path)
            assert answer.status_code == 200, answer.text
            for name, figure in answer.json()["figures"].items():
                board, _, slug = figure["panel"].partition("/")
                (dashboard,) = dashboards_of(store.catalog, "admin", [board])
                panel = next(one for one in dashboard.panels() if one.slug == slug)
                moment = picked(name, panel, answer.json()["range"])
                read = read_panel(store.catalog, sources, dashboard, slug, moment)
                assert read and not read.faults
                shown = shown_by(read, store.zone)
                given = figure.get("values") or ({figure["note"]: figure} if "note" in figure else {})
                assert {key: one["text"] for key, one in given.items()} == {k: str(v) for k, v in shown.items()}, name
                for key, one in given.items():
                    assert number(one["value"]) == (
                        None if shown[key].number is None else pytest.approx(shown[key].number)
                    )
                short = f"{path.removeprefix('/api/v1/analytics/').removesuffix('/stats')}/{name}"
                if short in PLAIN:
                    seen.add(short)
                    counts = connection.execute(PLAIN[short], {"zone": store.zone, "now": NOW})
                    rows = counts.fetchall()
                    values = [number(one["value"]) or 0.0 for one in given.values()]
                    if counts.description and len(counts.description) == 2:
                        counted = {key: float(n) for key, n in rows}
                        assert {k: v for k, v in zip(given, values, strict=True) if v} == counted, short
                    else:
                        assert (values or [0.0])[0] == pytest.approx(float(rows[0][0])), short
    assert seen == set(PLAIN)


def test_rows_add_up_to_plain_counts(store: Store) -> None:
    with TestClient(create_app(store.service())) as client, psycopg.connect(store.admin) as connection:

        def total(path: str, column: str, more: str = "") -> Decimal:
            found, cursor = Decimal(0), ""
            while True:
                asked = f"/api/v1/analytics/{path}?figures=none&range=30d&limit=37{more}{cursor}"
                body = get(client, asked).json()
                found += sum(Decimal(str(row[column])) for row in body["rows"])
                if body["next"] is None:
                    return found
                cursor = f"&cursor={body['next']}"

        first = "from (select (date_trunc('day', (%(now)s::timestamptz - interval '30 d') at time zone %(zone)s) + interval '1 d') at time zone %(zone)s as first) as bound"
        for path, column, text in (
            ("conversations/stats", "conversations", f"select count(*) {first}, conversations where created_at >= first"),
            ("tickets/stats", "created", f"select count(*) {first}, tickets where created_at >= first"),
            ("langfuse/cost-estimation", "cost_usd", "select coalesce(sum(cost_usd), 0) from gendash.lf_observation where start_time >= %(now)s::timestamptz - interval '30 d'"),
        ):  # fmt: skip
            row = connection.execute(text, {"zone": store.zone, "now": NOW}).fetchone()
            assert row and total(path, column) == Decimal(row[0]), path
        # of these the store also holds rows for all environments and models together, which must not count again
        calls = f"select count(*) {first}, gendash.lf_observation where type = 'GENERATION' and start_time >= first"
        turns = f"select count(*) {first}, (select min(start_time) as began from gendash.lf_observation group by project, trace_id having bool_or(type = 'GENERATION')) as t where began >= first"
        for path, column, text, whole in (
            ("langfuse/model-performance", "calls", calls, "&environment=__all&model=__all"),
            ("langfuse/trace-stats", "turns", turns, "&environment=__all"),
        ):
            row = connection.execute(text, {"zone": store.zone, "now": NOW}).fetchone()
            assert row
            assert total(path, column) == total(path, column, whole) == row[0], path
