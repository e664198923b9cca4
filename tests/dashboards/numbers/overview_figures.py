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

    def millis(self, day: date) -> int:
        """Milliseconds since 1970 at the start of a local day."""
        return int(self.start(day).timestamp()) * 1000

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

    def in_range(self) -> Rows:
        """LLM calls of the hours that begin in the picked range; of its days where it is longer than 3 days."""
        low = self.at - (timedelta(hours=self.hours) or DAY)
        if self.at - low > 3 * DAY:
            days = {*self.picked_days(DAY)}
            return [row for row in self.calls if self.day(started(row)) in days and started(row) <= self.at]
        return [row for row in self.calls if low <= self.hour(started(row)) and started(row) <= self.at]

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


def over_picked(
    view: View, default: timedelta, daily: Mapping[date, Any], under: Mapping[date, int] | None = None, factor: int = 1
) -> Table:
    """A tile over the picked days: sums of each, or with ``under`` the quotient of all until then.

    Its change compares the picked days before today with as many days before them.
    """
    days = view.picked_days(default)

    def figure(some: list[date]) -> Number:
        above = sum(daily.get(day, 0) for day in some)
        if under is None:
            return above
        below = sum(under.get(day, 0) for day in some)
        return Fraction(factor * above) / below if below else None

    whole_days = [day for day in days if day < view.today]
    earlier = [day - len(whole_days) * DAY for day in whole_days]
    is_known = bool(whole_days) and min({*daily, *(under or {})}, default=view.today) <= earlier[0]
    name = changed(f"{len(days)} d", figure(whole_days), figure(earlier) if is_known else None)
    rows = [
        (view.start(day), name, figure([day] if under is None else days[: index + 1])) for index, day in enumerate(days)
    ]
    return Table(("time", "metric", "value"), rows)


def changed(label: str, current: Number, prior: Number, against: str = "vs prior") -> str:
    """A name line such as ``24 h ▲12 % vs prior``; without a prior figure there is no change to tell."""
    if not prior:
        return label
    current = current or 0
    percent = whole(Fraction(100) * abs(Fraction(current) - Fraction(prior)) / Fraction(prior))
    return f"{label} {'▲' if current >= prior else '▼'}{min(percent, 999)} % {against}"


def named(world: World, user: str) -> str:
    """The name of a user for admins, or the beginning of the id where there is none."""
    row = next((row for row in world.rows["users"] if row["id"] == user), {})
    return " ".join(filter(None, (row.get("first_name"), row.get("last_name")))).strip() or user[:8]


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
    calls = view.in_range()
    tokens = sum(row["usageDetails"].get("total", 0) for row in calls)
    return tile(view, "per call, picked time", Fraction(tokens, len(calls)) if calls else None)


def calls_by_model(view: View) -> Table:
    calls = Counter(row["model"] or "unknown" for row in view.in_range())
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
    rows = [
        (view.start(day), spent(by_day.get(ago, [])), month_share(view, day), view.millis(day + DAY))
        for ago, day in days
    ]
    return Table(("time", "cost", "daily budget", "until"), rows)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────


def users(view: View) -> Table:
    active = [row["created_at"] for row in view.world.rows["users"] if row["is_active"]]
    then = sum(view.days_ago(created) >= 30 for created in active)
    return tile(view, changed("now", len(active), then, "in 30 d"), len(active))


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
    return tile(view, f"{changed('30 d', windows[0], windows[1])}; {windows.total():,} ever", windows[0])


def conversations_per_day(view: View) -> Table:
    found = Counter(
        (view.days_ago(row["created_at"]), "voice" if row["is_voice_conversation"] else "chat")
        for row in view.world.rows["conversations"]
    )
    days = [(ago, view.today - ago * DAY) for ago in range(30, 0, -1)]
    rows = [(view.start(day), found[ago, "chat"], found[ago, "voice"], view.millis(day + DAY)) for ago, day in days]
    return Table(("time", "chat", "voice", "until"), rows)


def csat(view: View) -> Table:
    by_day: dict[int, list[int]] = {}
    for row in view.world.rows["feedback"]:
        by_day.setdefault(view.days_ago(row["created_at"]), []).append(row["rating"])

    def week(ago: int) -> list[int]:
        return [rating for before in range(ago, ago + 7) for rating in by_day.get(before, [])]

    before = week(7)
    was = Fraction(1000 * sum(rating >= 4 for rating in before), len(before)) if before else None
    name = f"of {len(week(0)):,}" + ("" if was is None else f", was {whole(was / 10)}") + ", target 80 %"
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
    return tile(view, f"{overdue} overdue; {len(tickets):,} ever", len(unresolved))


def numbered(rows: list[tuple[Any, ...]], total: int) -> list[tuple[Any, ...]]:
    """Rows with their number of how many there are in all."""
    return [(*row, f"{number} of {total}") for number, row in enumerate(rows, 1)]


def unnumbered(found: Table, wanted: Table) -> Table:
    """A table without the column that numbers its rows as they are shown; ``wanted`` has all others.

    Rows of equal rank stand in the order of the database's alphabet, so the numbers are compared by themselves.
    """
    if "Row" not in found.columns or "Row" in wanted.columns:
        return found
    at = found.columns.index("Row")
    numbers = [row[at] for row in found.rows]
    every = int(numbers[0].partition(" of ")[2]) if numbers else 0
    assert numbers == [f"{number} of {every}" for number in range(1, len(numbers) + 1)]
    assert every == len(numbers) or len(numbers) in (20, 50)  # the limits of these tables
    return Table(
        *(tuple(found.columns[:at] + found.columns[at + 1 :]), [row[:at] + row[at + 1 :] for row in found.rows])
    )


def scaled_bars(rows: Rows, key: str, first: Iterable[str], second: Iterable[str]) -> Table:
    """Bars in the order of the domain, each group of which has its own scale.

    What is in neither counts as other, a bar of the second group only where there is some.
    """
    groups = (tuple(first), (*second, "other"))
    known = {name for group in groups for name in group}
    found = Counter(row[key] if row[key] in known else "other" for row in rows)
    bars = [
        (name.replace("_", " "), found[name], max(1, *(found[each] for each in group)))
        for group in groups
        for name in group
        if name != "other" or found[name]
    ]
    return Table(("name", "value", "max"), bars)


def tickets_by_status(view: View) -> Table:
    return scaled_bars(view.world.rows["tickets"], "status", ("open", "in_progress"), ("resolved", "closed"))


def documents_by_status(view: View) -> Table:
    return scaled_bars(view.world.rows["documents"], "status", ("done",), ("processing", "failed"))


def documents_failed(view: View) -> Table:
    documents = view.world.rows["documents"]
    quarter = view.at - timedelta(minutes=15)
    stuck = sum(row["status"] == "processing" and row["updated_at"] < quarter for row in documents)
    failed = sum(row["status"] == "failed" for row in documents)
    return tile(view, f"of {len(documents)}" + (f", {stuck} stuck" if stuck else ""), failed)


MONTH = timedelta(days=30)


def _until_today(view: View, found: Table) -> Table:
    """Without today, which these panels leave out."""
    return found._replace(rows=[row for row in found.rows if row[0] < view.start(view.today)])


def conversations_before(view: View) -> Table:
    counts = Counter(view.day(row["created_at"]) for row in view.world.rows["conversations"])
    first = min(counts, default=view.today)
    known = [first + n * DAY for n in range((view.today - first).days + 1)] if counts else []
    return _until_today(view, view.before(lambda day: counts[day], known, MONTH))


def cost_before(view: View) -> Table:
    by_day: dict[date, Rows] = {}
    for row in view.billed:
        by_day.setdefault(view.day(started(row)), []).append(row)
    return _until_today(view, view.before(lambda day: spent(by_day[day]), by_day, MONTH))


BEFORE: Mapping[str, Callable[[View], Table]] = {
    "conversations_per_day": conversations_before,
    "cost_per_day": cost_before,
}
"""Calculations of the second query of a panel, which is compared with the first."""

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
