"""What the SQL panels of the Overview must show, calculated from raw rows by what their descriptions say.

Nothing here reads gendash's SQL. Each calculation gives the columns and rows of an answer, in order.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from overview_worlds import Rows, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Number = int | Decimal | Fraction | None


class Table(NamedTuple):
    """The answer to one query; rows are tuples in the order of the columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class View:
    """A world looked at from a time, through the choice of an environment (empty: All).

    The picked range goes ``hours`` back, those of its dashboard where that is 0; ``compare`` is empty for none.
    """

    world: World
    at: datetime
    environment: str = ""
    hours: int = 0
    compare: str = ""

    @cached_property
    def today(self) -> date:
        return self.day(self.at)

    def day(self, at: datetime) -> date:
        """The local day on which a moment lies."""
        return at.astimezone(self.world.zone).date()

    def start(self, day: date) -> datetime:
        """The moment at which a local day begins."""
        return datetime.combine(day, time(), self.world.zone).astimezone(UTC)

    def hour(self, at: datetime) -> datetime:
        """The moment at which the local hour of a time began."""
        return at.astimezone(self.world.zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)

    def picked_days(self, default: timedelta) -> list[date]:
        """The local days that begin in the picked range, today included."""
        low = self.at - (timedelta(hours=self.hours) or default)
        days = [self.day(low) + n * DAY for n in range((self.at - low) // DAY + 3)]
        return [day for day in days if low <= self.start(day) <= self.at]

    def before(self, value: Callable[[date], Any], known: Iterable[date], default: timedelta) -> Table:
        """The figure of each picked day on the day that is compared with it, where something is known of that."""
        low = self.at - (timedelta(hours=self.hours) or default)
        days = int(self.compare[:-1]) if self.compare in ("7d", "28d") else max((self.today - self.day(low)).days, 1)
        there, picked = set(known), self.picked_days(default) if self.compare else []
        rows = [(self.start(day), value(day - days * DAY)) for day in picked if day - days * DAY in there]
        return Table(("time", "before"), rows)

    def days_ago(self, at: datetime) -> int:
        """How many local days before today a moment lies."""
        return (self.today - self.day(at)).days

    def hours_ago(self, row: Mapping[str, Any]) -> int:
        """How many local hours before the current one an LLM call started."""
        return (self.hour(self.at) - self.hour(started(row))) // HOUR

    def week_before(self) -> tuple[int, int]:
        """The 23 full hours that end at this hour of the clock one week ago, by how many hours ago they began."""
        last = self.hour(self.at)
        wall = last.astimezone(self.world.zone).replace(tzinfo=None) - timedelta(days=7)
        first, second = (wall.replace(tzinfo=self.world.zone, fold=fold) for fold in (0, 1))
        twice = first.astimezone(UTC) < second.astimezone(UTC)  # an hour that comes twice is the later one
        moment = second if twice else first
        age = (last - moment.astimezone(UTC)) // HOUR
        return age + 1, age + 23

    @cached_property
    def calls(self) -> Rows:
        """LLM calls of the chosen environment."""
        return [row for row in self.world.calls if self.environment in ("", row["environment"])]

    @cached_property
    def billed(self) -> Rows:
        """What carries cost or tokens in the chosen environment, of every type, and LLM calls."""
        return [row for row in self.world.billed if self.environment in ("", row["environment"])]

    def until_now(self) -> Rows:
        """What is billed in all environments, without that of a clock that runs ahead."""
        return [row for row in self.world.billed if started(row) <= self.at]

    def within_24h(self) -> Rows:
        """LLM calls of the current hour and the 23 before."""
        return [row for row in self.calls if 0 <= self.hours_ago(row) <= 23]


def started(row: Mapping[str, Any]) -> datetime:
    """When an LLM call started."""
    return datetime.fromisoformat(row["startTime"])


def price(row: Mapping[str, Any]) -> Decimal:
    """List price of an LLM call as Langfuse computed it; nothing where it had no price."""
    return Decimal(repr(row["costDetails"].get("total", 0)))


def spent(calls: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum(map(price, calls), Decimal(0))


def whole(value: Decimal | Fraction) -> int:
    """The nearest whole number, a half goes up."""
    return int((Fraction(value) + Fraction(1, 2)) // 1)


def changed(label: str, current: Number, prior: Number, against: str = "vs prior") -> str:
    """A name line such as ``24 h ▲12 % vs prior``; without a prior figure there is no change to tell."""
    if not prior:
        return label
    current = current or 0
    percent = whole(Fraction(100) * abs(Fraction(current) - Fraction(prior)) / Fraction(prior))
    return f"{label} {'▲' if current >= prior else '▼'}{min(percent, 999)} % {against}"


def dollars(value: Decimal | Fraction) -> str:
    return f"${whole(value):,}"


def tile(view: View, name: str, value: Number) -> Table:
    return Table(("time", "metric", "value"), [(view.at, name, value)])


# ── LLM calls ────────────────────────────────────────────────────────────────────────────────────────────────────


def _hourly(view: View, measure: Callable[[Rows], Number], counted: Rows) -> Table:
    by_hour: dict[int, Rows] = {}
    for row in counted:
        by_hour.setdefault(view.hours_ago(row), []).append(row)

    def over(*hours: int) -> Number:
        return measure([row for ago in range(hours[0], hours[1] + 1) for row in by_hour.get(ago, [])])

    name = changed("24 h", over(1, 23), over(*view.week_before()), "vs a week ago")
    last = view.hour(view.at)
    rows = [(last - ago * HOUR, name, over(ago, ago)) for ago in range(23, -1, -1)]
    return Table(("time", "metric", "value"), rows)


def llm_calls(view: View) -> Table:
    return _hourly(view, len, view.calls)


def llm_cost(view: View) -> Table:
    return _hourly(view, spent, view.billed)


def tokens_per_call(view: View) -> Table:
    calls = view.within_24h()
    tokens = sum(row["usageDetails"].get("total", 0) for row in calls)
    return tile(view, "per call, 24 h", Fraction(tokens, len(calls)) if calls else None)


def calls_by_model(view: View) -> Table:
    calls = Counter(row["model"] or "unknown" for row in view.within_24h())
    ranked = sorted(calls.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in ranked[5:])
    bars = ranked[:5] + ([("other", rest)] if rest else [])
    return Table(("name", "value"), [(model, Fraction(count, calls.total())) for model, count in bars])


def month_share(view: View, day: date) -> Fraction:
    """One day's share of the monthly budget."""
    return Fraction(view.world.budget, monthrange(day.year, day.month)[1])


def cost_today(view: View) -> Table:
    share = month_share(view, view.today)
    cost = spent(row for row in view.until_now() if view.days_ago(started(row)) == 0)
    verdict = "twice the " if cost > 2 * share else "over the " if cost > share else "of "
    return tile(view, f"{verdict}{dollars(share)} a day", cost if view.world.billed else None)


def budget_used(view: View) -> Table:
    month, budget = (view.today.year, view.today.month), dollars(Fraction(view.world.budget))
    days = ((view.day(started(row)), row) for row in view.until_now())
    cost = spent(row for day, row in days if (day.year, day.month) == month)
    if not view.world.billed:
        return tile(view, f"of {budget}", None)
    return tile(view, f"{dollars(cost)} of {budget}", Fraction(cost) / view.world.budget)


def cost_per_day(view: View) -> Table:
    by_day: dict[int, Rows] = {}
    for row in view.billed:
        by_day.setdefault(view.days_ago(started(row)), []).append(row)
    days = [(ago, view.today - ago * DAY) for ago in range(30, 0, -1)]
    rows = [(view.start(day), spent(by_day.get(ago, [])), month_share(view, day)) for ago, day in days]
    return Table(("time", "cost", "daily budget"), rows)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────


def users(view: View) -> Table:
    active = [row["created_at"] for row in view.world.rows["users"] if row["is_active"]]
    then = sum(view.days_ago(created) >= 30 for created in active)
    return tile(view, changed("active", len(active), then, "in 30 d"), len(active))


def user_growth(view: View) -> Table:
    ages = [view.days_ago(row["created_at"]) for row in view.world.rows["users"] if row["is_active"]]
    rows = [(view.start(view.today - ago * DAY), sum(age >= ago for age in ages)) for ago in range(29, -1, -1)]
    return Table(("time", "accounts"), rows)


def _active(view: View, length: int) -> Table:
    owners = {row["id"]: row["user_id"] for row in view.world.rows["conversations"]}
    seen: dict[int, set[str]] = {0: set(), 1: set()}
    for row in view.world.rows["messages"]:
        window = view.days_ago(row["created_at"]) // length
        if row["role"] in ("user", "human") and owners[row["conversation_id"]] and window in seen:
            seen[window].add(owners[row["conversation_id"]])
    current, prior = len(seen[0]), len(seen[1])
    return tile(view, changed(f"{length} d", current, prior), current)


def users_7d(view: View) -> Table:
    return _active(view, 7)


def users_30d(view: View) -> Table:
    return _active(view, 30)


def conversations(view: View) -> Table:
    windows = Counter(view.days_ago(row["created_at"]) // 30 for row in view.world.rows["conversations"])
    return tile(view, changed("30 d", windows[0], windows[1]), windows[0])


def conversations_per_day(view: View) -> Table:
    found = Counter(
        (view.days_ago(row["created_at"]), "voice" if row["is_voice_conversation"] else "chat")
        for row in view.world.rows["conversations"]
    )
    keys = [(ago, channel) for ago in range(30, 0, -1) for channel in ("chat", "voice")]
    rows = [(view.start(view.today - ago * DAY), channel, found[ago, channel]) for ago, channel in keys]
    return Table(("time", "metric", "value"), rows)


def csat(view: View) -> Table:
    by_day: dict[int, list[int]] = {}
    for row in view.world.rows["feedback"]:
        by_day.setdefault(view.days_ago(row["created_at"]), []).append(row["rating"])

    def week(ago: int) -> list[int]:
        return [rating for before in range(ago, ago + 7) for rating in by_day.get(before, [])]

    before = week(7)
    was = Fraction(1000 * sum(rating >= 4 for rating in before), len(before)) if before else None
    name = f"of {len(week(0)):,}" + ("" if was is None else f", was {whole(was) / 10} %")
    rows: list[tuple[Any, ...]] = []
    for ago in range(29, -1, -1):
        ratings = week(ago)
        share = Fraction(sum(rating >= 4 for rating in ratings), len(ratings)) if ratings else None
        rows.append((view.start(view.today - ago * DAY), name, share))
    return Table(("time", "metric", "value"), rows)


# ── tickets and documents ────────────────────────────────────────────────────────────────────────────────────────


def tickets_open(view: View) -> Table:
    tickets = view.world.rows["tickets"]
    unresolved = [row for row in tickets if row["status"] in ("open", "in_progress")]
    overdue = sum(row["sla_due_at"] is not None and row["sla_due_at"] < view.at for row in unresolved)
    return tile(view, f"open, {overdue} overdue", len(unresolved))


def _bars(rows: Rows, domain: Iterable[str]) -> Table:
    """Bars in the order of the domain; what is not in it counts as other, a bar only where there is some."""
    known = tuple(domain)
    found = Counter(row["status"] if row["status"] in known else "other" for row in rows)
    names = (*known, "other") if found["other"] else known
    return Table(("name", "value"), [(name.replace("_", " "), found[name]) for name in names])


def tickets_by_status(view: View) -> Table:
    return _bars(view.world.rows["tickets"], ("open", "in_progress", "resolved", "closed"))


def documents_by_status(view: View) -> Table:
    return _bars(view.world.rows["documents"], ("done", "processing", "failed"))


def documents_failed(view: View) -> Table:
    documents = view.world.rows["documents"]
    quarter = view.at - timedelta(minutes=15)
    stuck = sum(row["status"] == "processing" and row["updated_at"] < quarter for row in documents)
    failed = sum(row["status"] == "failed" for row in documents)
    return tile(view, "failed" + (f", {stuck} stuck" if stuck else f", of {len(documents)}"), failed)


FIGURES: Mapping[str, Callable[[View], Table]] = {
    "llm_calls": llm_calls,
    "llm_cost": llm_cost,
    "tokens_per_call": tokens_per_call,
    "calls_by_model": calls_by_model,
    "cost_today": cost_today,
    "budget_used": budget_used,
    "cost_per_day": cost_per_day,
    "users": users,
    "users_7d": users_7d,
    "users_30d": users_30d,
    "user_growth": user_growth,
    "conversations": conversations,
    "conversations_per_day": conversations_per_day,
    "csat": csat,
    "tickets_open": tickets_open,
    "tickets_by_status": tickets_by_status,
    "documents_by_status": documents_by_status,
    "documents_failed": documents_failed,
}
"""Calculations by the slug of their panel, for panels whose one query is SQL."""
