"""Platforms for the number tests: invented rows, and rows planted by hand where figures usually go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gendash.demo.platform import generate
from gendash.demo.timeline import COLUMNS, Platform

Rows = list[dict[str, Any]]
QUOTED = "qa's"
"""An environment whose name needs quoting."""

SILENT = "legacy"
"""An environment without a call in the last two days."""

EMPTY_DAY = -16
"""The day, counted from today, on which nothing happened."""


@dataclass(frozen=True)
class Story:
    """How a world is made; ``later`` are further times at which it is looked at, in hours after ``now``.

    ``server_zone`` is the database's own time zone, which must not matter.
    """

    zone: str
    now: datetime
    seed: int
    scale: float = 0.02
    later: tuple[float, ...] = ()
    budget: int = 1000
    server_zone: str = "UTC"


def local(zone: str, *when: int) -> datetime:
    """A moment given by a clock on the wall of a zone."""
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]


STORIES = {
    "utc at a full hour": Story("UTC", datetime(2026, 11, 5, 10, tzinfo=UTC), 1, budget=600),
    "berlin at midnight, autumn change": Story("Europe/Berlin", local("Europe/Berlin", 2026, 11, 5), 2, later=(23.5,)),
    "beirut, where a day began at one o'clock": Story(
        "Asia/Beirut", local("Asia/Beirut", 2026, 4, 5), 3, later=(23.75,), server_zone="Asia/Beirut"
    ),
    "berlin on the day of 25 hours": Story("Europe/Berlin", local("Europe/Berlin", 2026, 10, 25, 12, 40), 1),
    "kathmandu, three quarters off": Story(
        "Asia/Kathmandu", datetime(2026, 11, 5, 10, 20, 30, 123456, tzinfo=UTC), 2, later=(0.25,), budget=100
    ),
}


@dataclass
class World:
    """The raw rows of a platform as dicts by column, its LLM calls on the wire, and its clock."""

    platform: Platform
    zone: ZoneInfo
    now: datetime
    budget: int
    server_zone: str
    rows: dict[str, Rows] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = {
            table: [dict(zip(names, row, strict=True)) for row in getattr(self.platform, table)]
            for table, names in COLUMNS.items()
        }

    @property
    def calls(self) -> Rows:
        """LLM calls: observations of type GENERATION."""
        return [row for row in self.platform.observations if row["type"] == "GENERATION"]

    @property
    def billed(self) -> Rows:
        """LLM calls, and observations of every other type that carry cost or tokens."""
        return [row for row in self.platform.observations if is_billed(row)]


def is_billed(row: Mapping[str, Any]) -> bool:
    """Whether an observation is an LLM call, or carries cost or tokens."""
    return bool(row["type"] == "GENERATION" or row["usageDetails"] or row["costDetails"])


def make(story: Story) -> World:
    """A generated platform with an empty day and with everything that is planted."""
    platform = generate(story.seed, story.now, story.scale, story.zone)
    _empty(platform, EMPTY_DAY)
    _Gardener(platform, story.now, ZoneInfo(story.zone)).plant()
    return World(platform, ZoneInfo(story.zone), story.now, story.budget, story.server_zone)


def nothing(story: Story) -> World:
    """A platform that has just been installed: every table is empty."""
    platform = generate(story.seed, story.now, story.scale, story.zone)
    for table in (*COLUMNS, "observations", "scores"):
        getattr(platform, table).clear()
    return World(platform, ZoneInfo(story.zone), story.now, story.budget, story.server_zone)


def _empty(platform: Platform, offset: int) -> None:
    """Takes everything away that was created on a day."""
    day = platform.now.astimezone(platform.zone).date() + timedelta(days=offset)

    def on(at: datetime) -> bool:
        return at.astimezone(platform.zone).date() == day

    def keep(table: str, wanted: Callable[[dict[str, Any]], bool]) -> set[str]:
        names = COLUMNS[table]
        kept = [row for row in getattr(platform, table) if wanted(dict(zip(names, row, strict=True)))]
        setattr(platform, table, kept)
        return {row[0] for row in kept}

    talks = keep("conversations", lambda row: not on(row["created_at"]))
    said = keep("messages", lambda row: row["conversation_id"] in talks and not on(row["created_at"]))
    keep("feedback", lambda row: row["message_id"] in said and not on(row["created_at"]))
    keep("tickets", lambda row: row["conversation_id"] is None or row["conversation_id"] in talks)
    tickets = {row[0] for row in platform.tickets}
    keep("ticket_status_history", lambda row: row["ticket_id"] in tickets)
    platform.observations[:] = [
        row for row in platform.observations if not on(datetime.fromisoformat(row["startTime"]))
    ]


class _Gardener:
    """Plants rows at the borders of windows, and rows of the kinds that generators forget."""

    def __init__(self, platform: Platform, now: datetime, zone: ZoneInfo) -> None:
        self.platform, self.now, self.zone, self.number = platform, now, zone, count(1)
        self.today = now.astimezone(zone).date()

    def plant(self) -> None:
        self._accounts()
        self._talks()
        self._ratings()
        self._tickets()
        self._documents()
        self._calls()

    def midnight(self, offset: int) -> datetime:
        """The start of a day, counted from today."""
        return datetime.combine(self.today + timedelta(days=offset), time(), self.zone).astimezone(UTC)

    def id(self) -> str:
        return str(UUID(int=next(self.number)))

    def add(self, table: str, **values: Any) -> str:
        values.setdefault("id", self.id())
        values.setdefault("updated_at", values["created_at"])
        getattr(self.platform, table).append(tuple(values.get(name) for name in COLUMNS[table]))
        return str(values["id"])

    def user(self, created: datetime, role: str = "user", is_active: bool = True) -> str:
        key = self.id()
        return self.add(
            "users", id=key, email=f"{key}@planted.example", hashed_password="x", role=role, is_active=is_active,
            created_at=created,
        )  # fmt: skip

    def talk(self, at: datetime, user: str | None, *messages: tuple[str, datetime], voice: bool = False) -> list[str]:
        """A conversation and the ids of its messages (role, time)."""
        key = self.add("conversations", user_id=user, title="", is_voice_conversation=voice, created_at=at)
        return [
            self.add("messages", conversation_id=key, role=role, content="", created_at=when) for role, when in messages
        ]

    def _accounts(self) -> None:
        month = timedelta(days=30)
        tick = timedelta(microseconds=1)
        for created in (self.now - month, self.now - month + tick, self.now - month - tick, self.now):
            self.user(created)
            self.user(created, is_active=False)
        self.user(self.now - 3 * month, "auditor")
        for offset in (0, -1, -29, -30):
            self.user(self.midnight(offset))
            self.user(self.midnight(offset) - tick)

    def _talks(self) -> None:
        """Users who wrote once, at the borders of each window; guests; the roles of other platforms."""
        tick = timedelta(microseconds=1)
        for offset in (0, -1, -6, -7, -13, -14, -29, -30, -31, -59, -60):
            for at in (self.midnight(offset), self.midnight(offset) - tick):
                self.talk(at, self.user(at - timedelta(days=1)), ("user", at), ("assistant", at + 9 * tick))
                self.talk(at, None, ("user", at), voice=offset % 2 == 0)
        long_ago, lately = self.now - timedelta(days=80), self.now - timedelta(minutes=7)
        back = self.user(long_ago, is_active=False)
        self.talk(long_ago, back, ("user", long_ago), ("user", lately))
        self.talk(lately, self.user(long_ago), ("human", lately))
        self.talk(lately, self.user(long_ago), ("assistant", lately), ("ai", lately), ("tool", lately), voice=True)
        self.talk(lately, self.user(long_ago))
        for at in (*self._repeated_hours(), self.now + timedelta(days=1)):  # the last one by a clock that is wrong
            self.talk(at, self.user(long_ago), ("user", at))

    def _repeated_hours(self) -> Iterable[datetime]:
        """Half past each of the hours around the last change of the clock, if there is one within 40 days."""
        hours = [self.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=n) for n in range(24 * 40)]
        shifts = [at.astimezone(self.zone).utcoffset() for at in hours]
        for at, here, before in zip(hours, shifts, shifts[1:], strict=False):
            if here != before:
                return [at + timedelta(minutes=30 + 60 * n) for n in range(-4, 4)]
        return []

    def _ratings(self) -> None:
        tick = timedelta(microseconds=1)
        user = self.user(self.now - timedelta(days=90))
        for offset, ratings in {
            0: (5, 4),
            -6: (3, 1),
            -7: (5, 2),
            -13: (4,),
            -29: (1, 5),
            -30: (5,),
            -36: (2,),
        }.items():
            for rating in ratings:
                for at in (self.midnight(offset), self.midnight(offset) - tick):
                    self._rate(user, at, rating, self.now)
        self._rate(user, self.now - timedelta(days=10, hours=6), 1, self.now - timedelta(days=1))

    def _rate(self, user: str, at: datetime, rating: int, edited: datetime) -> None:
        (message,) = self.talk(at, user, ("assistant", at))
        self.add("feedback", message_id=message, user_id=user, rating=rating, created_at=at, updated_at=edited)

    def _tickets(self) -> None:
        day, tick = timedelta(days=1), timedelta(microseconds=1)
        old = self.now - 40 * day
        cases: list[dict[str, Any]] = [
            {"status": "open", "sla_due_at": self.now - tick},
            {"status": "open", "sla_due_at": self.now + day},
            {"status": "open", "sla_due_at": None, "created_at": self.now},
            {"status": "in_progress", "sla_due_at": old + day, "first_response_at": old},
            {"status": "in_progress", "sla_due_at": old + day, "resolved_at": old + 3 * day},  # reopened
            {"status": "in_progress", "sla_due_at": self.now + day, "resolved_at": old + 3 * day},
            {"status": "resolved", "sla_due_at": old + day, "resolved_at": old + 2 * day},
            {"status": "resolved", "sla_due_at": old + day},
            {"status": "closed", "sla_due_at": old + day, "closed_at": old + 5 * day},
            {"status": "closed", "sla_due_at": old + 9 * day, "resolved_at": old + day, "closed_at": old + 5 * day},
        ]
        for case in cases:
            self.add("tickets", **{"title": "", "priority": "high", "created_at": old} | case)

    def _documents(self) -> None:
        user = self.user(self.now - timedelta(days=90))
        for status, minutes in (
            ("processing", 14.9),
            ("processing", 15.1),
            ("failed", 20),
            ("queued", 999),
            ("done", 3),
        ):
            at = self.now - timedelta(minutes=minutes)
            key = self.id()
            self.add(
                "documents", id=key, user_id=user, title="", filename="", file_type=".pdf", file_size=1, file_hash=key,
                status=status, chunk_count=0, created_at=at - timedelta(hours=2), updated_at=at,
            )  # fmt: skip

    def _calls(self) -> None:
        """Calls at the borders of hours, days and months; without a price; of many models; of odd environments."""
        hour = _hour(self.now, self.zone)
        tick = timedelta(milliseconds=1)
        borders = [hour - timedelta(hours=n) for n in (0, 1, 23, 24, 47, 48)]
        borders += [self.midnight(offset) for offset in (0, -1, -2, -29, -30)]
        borders += [self.midnight(1 - self.today.day), self.midnight(-31)]
        for at in borders:
            for when in (at, at - tick):
                if when <= self.now:
                    self.call(when, cost="0.000123456789")
                    self.call(when, model="gpt-4o-2024-08-06", cost="1.1", environment=QUOTED)
        lately = self.now - timedelta(minutes=61)
        for number, model in enumerate(("alpha", "beta", "gamma", "delta", "", "omega", "gpt-4o-mini-2024-07-18")):
            for _ in range(3 if number < 5 else 1):
                self.call(lately, model=model, cost=None)
        self.call(lately, cost="0.000000000001", tokens=0)
        self.call(lately, cost="17.5", environment=QUOTED)
        self.call(lately, model="", cost=None, environment=QUOTED)
        self.call(lately, cost="99", kind="EMBEDDING")
        for kind in ("EMBEDDING", "AGENT", "TOOL", "SPAN", "KIND_OF_THE_FUTURE"):
            self.call(lately, cost="5.125", kind=kind, model="planted-model" if kind == "EMBEDDING" else "")
            self.call(lately, kind=kind)
            self.call(self.now - timedelta(days=3), cost="2", kind=kind, environment=QUOTED)
            self.within_a_turn(kind)
        self.call(self.now - timedelta(days=4), cost="3", environment=SILENT)
        for environment in ("production", QUOTED):  # else a change of cost is cut at 999 %, whatever it compares with
            self.call(self.now - timedelta(days=7, hours=5), cost="41.5", tokens=90_000, environment=environment)
        for at in (*self._repeated_hours(), self.now + timedelta(days=1)):
            self.call(at, cost="0.25")

    def within_a_turn(self, kind: str) -> None:
        """Adds a step with cost and tokens to a turn of a user."""
        calls = [row for row in self.platform.observations if row["type"] == "GENERATION" and row["userId"]]
        if calls:
            call = calls[len(calls) * 3 // 4]
            self.call(datetime.fromisoformat(call["startTime"]), cost="1.5", kind=kind, environment=call["environment"])
            step = self.platform.observations[-1]
            step |= {name: call[name] for name in ("traceId", "userId", "sessionId", "tags")}
            step["isRootObservation"] = False
            step["parentObservationId"] = call["id"]

    def call(
        self, at: datetime, *, model: str = "planted-model", cost: str | None = None, environment: str = "production",
        kind: str = "GENERATION", tokens: int = 130,
    ) -> None:  # fmt: skip
        key, wire = f"planted-{next(self.number)}", _wire(at)
        usage = {"input": tokens - tokens // 4, "input_cached_tokens": tokens // 4, "total": tokens}
        cost_details = {} if cost is None else {"input": json.loads(cost), "total": json.loads(cost)}
        row: dict[str, Any] = {
            "id": key, "traceId": f"trace-{key}", "startTime": wire, "endTime": wire, "createdAt": wire,
            "updatedAt": wire, "parentObservationId": None, "type": kind, "name": "planted", "level": "DEFAULT",
            "model": model, "environment": environment, "usageDetails": usage, "inputUsage": tokens, "outputUsage": 0,
            "totalUsage": tokens, "costDetails": cost_details, "totalCost": cost_details.get("total", 0),
            "latency": 0.0,
        }  # fmt: skip
        self.platform.observations.append(_blank(self.platform) | row)


def _blank(platform: Platform) -> dict[str, Any]:
    """The fields of an observation without a user, as the wire has them."""
    some = next(row for row in platform.observations if row["type"] == "AGENT")
    return some | {"userId": "", "sessionId": "", "tags": [], "timeToFirstToken": None, "completionStartTime": None}


def _wire(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _hour(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the local hour of a time began."""
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
