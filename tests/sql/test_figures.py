"""Every figure of the views against plain Python over the raw rows, in time zones with and without clock changes."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row

from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.definitions.load import load_catalog
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Santiago"]
# Clocks change within these weeks: Berlin forward on 29 March 2026 and Santiago back on 5 April (at midnight);
# in the other half of the data Berlin back on 25 October 2026 and Santiago forward on 6 September (at midnight).
STARTS = [datetime(2026, 3, 18, tzinfo=UTC), datetime(2026, 8, 30, tzinfo=UTC)]
DAYS = {STARTS[0]: 25, STARTS[1]: 62}
ONE_DAY = timedelta(days=1)


@dataclass
class Facts:
    """The raw rows of a small platform."""

    now: datetime
    users: list[tuple[str, str, bool, datetime]] = field(default_factory=list)
    conversations: list[tuple[str, str | None, bool, datetime]] = field(default_factory=list)
    messages: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    ratings: list[tuple[str, str, str, int, datetime]] = field(default_factory=list)
    documents: list[tuple[str, str, str, int, datetime, datetime]] = field(default_factory=list)
    tickets: list[tuple[str, str, datetime | None, datetime]] = field(default_factory=list)
    calls: list[tuple[str, str, str | None, str, datetime, int, Decimal | None]] = field(default_factory=list)


def make_facts(start: datetime) -> Facts:
    rng = random.Random(start.month)
    days = DAYS[start]
    now = start + timedelta(days=days, hours=14, minutes=20)
    facts = Facts(now)

    def at() -> datetime:
        """Often at the edges of hours and days of all the zones."""
        quarter = rng.randrange(days * 96) * timedelta(minutes=15)
        return start + quarter + rng.choice([timedelta(0), timedelta(microseconds=-1), timedelta(minutes=7)])

    def ids(kind: int) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield str(UUID(int=(kind << 64) + number))

    user, talk, message, rating, document, ticket, call = (ids(kind) for kind in range(1, 8))
    facts.users = [
        (next(user), rng.choice(["user", "admin", "super_admin"]), rng.random() < 0.8, at()) for _ in range(25)
    ]
    for _ in range(150):
        owner = rng.choice(facts.users)[0] if rng.random() < 0.8 else None
        facts.conversations.append((next(talk), owner, rng.random() < 0.25, at()))
    for _ in range(500):
        role = rng.choice(["user", "user", "assistant", "system"])
        facts.messages.append((next(message), rng.choice(facts.conversations)[0], role, at()))
    for rated in rng.sample(facts.messages, 60):
        facts.ratings.append((next(rating), rated[0], rng.choice(facts.users)[0], rng.choice([1, 3, 4, 5]), at()))
    for _ in range(30):
        made = at()
        changed = rng.choice([made, now - timedelta(minutes=rng.randrange(30))])
        status = rng.choice(["done", "processing", "processing", "failed"])
        facts.documents.append((next(document), facts.users[0][0], status, rng.randrange(99), made, changed))
    for _ in range(30):
        due = rng.choice([None, at() + timedelta(days=5)])
        facts.tickets.append((next(ticket), rng.choice(["open", "in_progress", "resolved", "closed"]), due, at()))
    for _ in range(300):
        cost = None if rng.random() < 0.1 else Decimal(rng.randrange(1, 10**7)) / 10**8
        kind = "GENERATION" if rng.random() < 0.8 else "SPAN"
        model = rng.choice(["gpt-4o-mini", "gpt-4o", None, ""])
        environment = rng.choice(["prod", "dev"])
        facts.calls.append((next(call), kind, model, environment, at(), rng.randrange(500), cost))
    return facts


def level(tokens: int) -> str:
    return "ERROR" if tokens % 9 == 0 else "DEFAULT"


def load(url: str, facts: Facts) -> None:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:

        def insert(table: str, columns: str, rows: list[Any]) -> None:
            marks = ", ".join(["%s"] * len(columns.split(",")))
            cursor.executemany(f"insert into {table} ({columns}) values ({marks})".encode(), rows)

        insert(
            "users",
            "id, email, hashed_password, role, is_active, created_at",
            [(u[0], u[0], "h", *u[1:]) for u in facts.users],
        )
        insert("conversations", "id, user_id, is_voice_conversation, created_at", facts.conversations)
        insert(
            "messages", "id, conversation_id, role, content, created_at", [(*m[:3], "x", m[3]) for m in facts.messages]
        )
        insert("feedback", "id, message_id, user_id, rating, created_at", facts.ratings)
        insert(
            "documents",
            "id, user_id, title, filename, status, chunk_count, created_at, updated_at",
            [(d[0], d[1], "t", "f", *d[2:]) for d in facts.documents],
        )
        insert("tickets", "id, title, status, sla_due_at, created_at", [(t[0], "t", *t[1:]) for t in facts.tickets])
        for name, value in (
            ("project", "p"),
            ("trace_id", "t"),
            ("cached_tokens", 1),
            ("reasoning_tokens", 0),
            ("usage", "{}"),
            ("cost", "{}"),
            ("tags", "{}"),
            ("is_root", "false"),
            ("metadata", "{}"),
        ):
            cursor.execute(f"alter table gendash.lf_observation alter {name} set default '{value}'".encode())
        insert(
            "gendash.lf_observation",
            "id, type, model, level, environment, start_time, updated_at, "
            "input_tokens, output_tokens, total_tokens, usage, cost_usd",
            [
                (
                    key,
                    kind,
                    model,
                    level(tokens),
                    environment,
                    at,
                    at,
                    tokens,
                    2 * tokens,
                    3 * tokens,
                    '{"total": 1}',
                    cost,
                )
                for key, kind, model, environment, at, tokens, cost in facts.calls
            ],
        )


Read = Callable[[str], list[dict[str, Any]]]


@dataclass
class Case:
    """Facts, the zone of the installation, and a way to read what gendash made of them."""

    facts: Facts
    zone: ZoneInfo
    read: Read


CASES = [  # every zone once, in one of the two seasons
    pytest.param((start, zone), id=f"{start:%B}-{zone}", marks=[] if (n + m) % 2 == 0 else pytest.mark.soak)
    for n, start in enumerate(STARTS)
    for m, zone in enumerate(ZONES)
]


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, postgres: Server) -> Iterator[Case]:
    start, zone = request.param
    facts = make_facts(start)
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("drop database if exists figures with (force)")
        admin.execute("create database figures")
        admin.execute("alter database figures set timezone = 'America/New_York'")  # no figure may depend on it
        url = postgres.url("figures")
        text = f"time_zone: {zone}\nfeatures: {{tickets: true, langfuse: true}}\nbudget: {{monthly_usd: 7}}"
        config = load_config(text, environ={"GENDASH_DATABASE_URL": url})
        catalog = load_catalog(config)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((PACKAGED / "demo" / "platform.sql").read_bytes())
        migrate(config, catalog)
        load(url, facts)
        assert not [result.error for result in refresh(config, catalog, at=facts.now) if result.error]
        with psycopg.connect(url, row_factory=dict_row) as connection:
            connection.execute("select set_config('gendash.now', %s, false)", [facts.now.isoformat()])

            def read(relation: str) -> list[dict[str, Any]]:
                rows = connection.execute(f"select * from gendash.{relation}".encode()).fetchall()
                return [{key: at_utc(value) for key, value in row.items()} for row in rows]

            yield Case(facts, ZoneInfo(zone), read)
        admin.execute("drop database figures with (force)")


@pytest.fixture
def facts(case: Case) -> Facts:
    return case.facts


@pytest.fixture
def zone(case: Case) -> ZoneInfo:
    return case.zone


@pytest.fixture
def read(case: Case) -> Read:
    return case.read


def at_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, also where its midnight does not exist."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=20)
    while at.astimezone(zone).date() < day:
        at += timedelta(minutes=15)
    return at


def hour_of(at: datetime, zone: ZoneInfo) -> datetime:
    """The UTC start of the local hour: local minutes and seconds are taken off, the offset stays."""
    local = at.astimezone(zone)
    return at.astimezone(UTC) - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def days_between(first: date, last: date) -> list[date]:
    return [first + ONE_DAY * n for n in range((last - first).days + 1)]


def test_activity(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    owners = {talk[0]: talk[1] for talk in facts.conversations}
    active: dict[date, set[str]] = defaultdict(set)
    for _, talk, role, at in facts.messages:
        owner = owners[talk]
        if role == "user" and owner:
            active[day_of(at, zone)].add(owner)
    begun = Counter(day_of(talk[3], zone) for talk in facts.conversations)
    anonymous = Counter(day_of(talk[3], zone) for talk in facts.conversations if talk[1] is None)
    today = day_of(facts.now, zone)

    def distinct(day: date, days: int) -> int:
        return len(set().union(*(active.get(day - ONE_DAY * n, set()) for n in range(days))))

    expected = [
        {
            "day": day,
            "at": start_of(day, zone),
            "dau": distinct(day, 1),
            "wau": distinct(day, 7),
            "mau": distinct(day, 30),
            "conversations": begun[day],
            "anonymous": anonymous[day],
        }
        for day in days_between(min([*active, *begun]), today)
    ]
    assert sorted(read("activity_day"), key=lambda row: row["day"]) == expected


def test_hours(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    messages = Counter((hour_of(at, zone), role) for _, _, role, at in facts.messages)
    assert {(row["hour"], row["role"]): row["messages"] for row in read("message_hour")} == messages
    talks = Counter(
        (hour_of(at, zone), "voice" if voice else "chat", owner is None) for _, owner, voice, at in facts.conversations
    )
    found = {(row["hour"], row["channel"], row["anonymous"]): row["conversations"] for row in read("conversation_hour")}
    assert found == talks


def test_conversations_by_day_and_channel(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    counted = Counter((day_of(at, zone), "voice" if voice else "chat") for _, _, voice, at in facts.conversations)
    span = days_between(min(day for day, _ in counted), day_of(facts.now, zone))
    expected = {(day, channel): counted[day, channel] for day in span for channel in ("chat", "voice")}
    rows = read("conversation_day")
    assert {(row["day"], row["channel"]): row["conversations"] for row in rows} == expected
    assert all(row["at"] == start_of(row["day"], zone) for row in rows)


def test_conversation_entities(read: Read, facts: Facts) -> None:
    expected = {
        talk: (
            owner,
            at,
            "voice" if voice else "chat",
        )
        for talk, owner, voice, at in facts.conversations
    }
    columns = ("user_id", "created_at", "channel")
    assert {row["conversation_id"]: tuple(row[c] for c in columns) for row in read("conversation_entity")} == expected


def test_messages_by_conversation_and_day(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    messages: dict[tuple[date, str], list[tuple[str, datetime]]] = defaultdict(list)
    for _, talk, role, at in facts.messages:
        messages[day_of(at, zone), talk].append((role, at))
    expected = {
        key: (len(some), sum(role == "user" for role, _ in some), min(at for _, at in some), max(at for _, at in some))
        for key, some in messages.items()
    }
    columns = ("messages", "user_messages", "first_at", "last_at")
    rows = read("message_conversation_day")
    assert {(row["day"], row["conversation_id"]): tuple(row[c] for c in columns) for row in rows} == expected


def test_accounts(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    today = day_of(facts.now, zone)
    active = [user for user in facts.users if user[2]]

    def since(days: int) -> int:
        return sum(day_of(user[3], zone) > today - ONE_DAY * days for user in active)

    assert read("account_now") == [
        {
            "accounts_total": len(facts.users),
            "accounts_active": len(active),
            "accounts_inactive": len(facts.users) - len(active),
            "staff_active": sum(user[1] != "user" for user in active),
            "accounts_new_7d": since(7),
            "accounts_new_30d": since(30),
            "accounts_30d_ago": len(active) - since(30),
        }
    ]
    registered = Counter(day_of(user[3], zone) for user in active)
    expected, total = [], 0
    for day in days_between(min(registered), today):
        total += registered[day]
        expected.append({"day": day, "at": start_of(day, zone), "registered": registered[day], "accounts": total})
    assert sorted(read("account_day"), key=lambda row: row["day"]) == expected


def test_satisfaction(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    rated: dict[date, list[int]] = defaultdict(list)
    for *_, value, at in facts.ratings:
        rated[day_of(at, zone)].append(value)
    expected = []
    for day in days_between(min(rated), day_of(facts.now, zone)):
        week = [value for n in range(7) for value in rated.get(day - ONE_DAY * n, [])]
        good = sum(value >= 4 for value in week)
        expected.append(
            {
                "day": day,
                "at": start_of(day, zone),
                "ratings": len(rated.get(day, [])),
                "satisfied": sum(value >= 4 for value in rated.get(day, [])),
                "ratings_7d": len(week),
                "satisfied_7d": good,
                "csat_7d": good / len(week) if week else None,
            }
        )
    assert sorted(read("csat_day"), key=lambda row: row["day"]) == expected


def test_tickets_and_documents(read: Read, facts: Facts) -> None:
    held: dict[str, list[int]] = {}
    for row in read("ticket_status_now"):
        tickets, overdue = held.get(row["status"], [0, 0])
        held[row["status"]] = [tickets + row["tickets"], overdue + row["overdue"]]
    assert set(held) == {ticket[1] for ticket in facts.tickets}
    for status, found in held.items():
        mine = [ticket for ticket in facts.tickets if ticket[1] == status]
        unresolved = mine if status in ("open", "in_progress") else []
        assert found == [len(mine), sum(due is not None and due < facts.now for _, _, due, _ in unresolved)]
    rows = {row["status"]: row for row in read("document_status_now")}
    assert sorted(rows, key=lambda status: rows[status]["rank"]) == ["done", "processing", "failed"]
    for status, row in rows.items():
        documents = [document for document in facts.documents if document[2] == status]
        assert row["documents"] == len(documents)
        assert row["chunks"] == sum(document[3] for document in documents)
        late = facts.now - timedelta(minutes=15)
        assert row["stuck"] == sum(status == "processing" and document[5] < late for document in documents)


def test_llm_calls_spend_and_budget(read: Read, facts: Facts, zone: ZoneInfo) -> None:
    by_hour: dict[Any, list[Any]] = defaultdict(list)
    by_day: dict[Any, list[Any]] = defaultdict(list)
    for call in facts.calls:
        by_hour[hour_of(call[4], zone), call[3], call[2] or "unknown", call[1]].append(call)
        by_day[day_of(call[4], zone), call[3]].append(call)

    def is_call(call: Any) -> bool:
        return bool(call[1] == "GENERATION")

    def cost(some: list[Any]) -> Decimal:
        return sum((call[6] for call in some if call[6] is not None), Decimal(0))

    assert {
        (row["hour"], row["environment"], row["model"], row["type"]): tuple(
            row[c]
            for c in (
                "calls",
                "errors",
                "input_tokens",
                "output_tokens",
                "cached_tokens",
                "total_tokens",
                "cost_usd",
                "uncosted",
                "newest",
            )
        )
        for row in read("llm_hour")
    } == {
        key: (
            sum(map(is_call, some)),
            sum(level(call[5]) == "ERROR" for call in some if is_call(call)),
            sum(call[5] for call in some),
            sum(2 * call[5] for call in some),
            len(some),
            sum(3 * call[5] for call in some),
            cost(some),
            sum(call[6] is None for call in some if is_call(call)),
            max(call[4] for call in some),
        )
        for key, some in by_hour.items()
    }
    assert {
        (row["day"], row["environment"]): (row["cost_usd"], row["calls"], row["at"]) for row in read("llm_spend_day")
    } == {
        (day, environment): (cost(some), sum(map(is_call, some)), start_of(day, zone))
        for (day, environment), some in by_day.items()
    }
    today = day_of(facts.now, zone)
    month = [call for call in facts.calls if day_of(call[4], zone) >= today.replace(day=1) and call[4] <= facts.now]
    (row,) = read("budget_now")
    days = ((today.replace(day=28) + timedelta(days=4)).replace(day=1) - today.replace(day=1)).days
    local = facts.now.astimezone(zone).replace(tzinfo=None)
    elapsed = (local - datetime(today.year, today.month, 1)) / timedelta(days=days)
    assert row["month_cost_usd"] == cost(month)
    assert row["today_cost_usd"] == cost([call for call in month if day_of(call[4], zone) == today])
    assert row["budget_usd"] == 7
    assert row["daily_budget_usd"] == pytest.approx(Decimal(7) / days)
    assert row["elapsed_ratio"] == pytest.approx(elapsed)
    assert row["spent_ratio"] == pytest.approx(float(cost(month)) / 7)
    assert row["forecast_usd"] == pytest.approx(cost(month) / Decimal(elapsed))
    assert row["uncosted"] == sum(call[6] is None for call in month if is_call(call))
