"""What panels about LLM calls must show, calculated from Langfuse's raw observations by what their descriptions say.

Nothing here reads gendash's SQL. Each calculation gives the columns and rows of an answer, in order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from llm_store import ALL, Look, picked
from overview_figures import DAY, HOUR, Table, View, changed, over_picked, spent, started
from overview_worlds import Rows, World, is_billed

Row = Mapping[str, Any]
KEPT = timedelta(days=33)
"""How far back the stores of these tests were synced."""


def same(shown: Any, wanted: Any) -> bool:
    """Whether two figures are equal: counts and money to the last digit, quotients and percentiles to 9 digits."""
    if isinstance(wanted, Fraction | float) and shown is not None:
        return abs(Fraction(shown) - Fraction(wanted)) <= abs(Fraction(wanted)) * Fraction(1, 10**9) + Fraction(
            1, 10**15
        )
    if isinstance(wanted, datetime) and isinstance(shown, datetime):  # of two zones, repeated hours are never equal
        return shown.astimezone(UTC) == wanted.astimezone(UTC)
    return bool(shown == wanted)


def place(row: Sequence[Any]) -> str:
    """A key to sort rows by, the same for equal moments of different zones: two people may have one name, not one id."""
    begin = [cell.astimezone(UTC) if isinstance(cell, datetime) else cell for cell in row[:2]]
    return str(
        [cell for cell in begin if isinstance(cell, str | datetime)] + [c for c in row[2:] if isinstance(c, str)]
    )


def percentile(values: Iterable[Any], share: Fraction) -> Fraction | None:
    """The value that a share of the values lies below, interpolated between its two neighbours."""
    ordered = sorted(map(Fraction, values))
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def per(above: Any, below: Any) -> Fraction | None:
    """A quotient; nothing where there is nothing to divide by."""
    return Fraction(above) / Fraction(below) if below else None


def model(row: Row) -> str:
    return row["model"] or "unknown"


def has_price(row: Row) -> bool:
    return bool(row["costDetails"])


def tokens(row: Row, word: str = "") -> int:
    """Tokens of all usage types with a word in their name; without a word the total as stated."""
    if not word:
        return int(row["usageDetails"].get("total", 0))
    return sum(count for name, count in row["usageDetails"].items() if word in name)


def cached(row: Row) -> int:
    return int(row["usageDetails"].get("input_cached_tokens", 0))


def lasted(row: Row) -> Fraction | None:
    return Fraction(ms(row["endTime"]) - ms(row["startTime"]), 1000) if row["endTime"] else None


def waited(row: Row) -> Fraction | None:
    first = row["completionStartTime"]
    return Fraction(ms(first) - ms(row["startTime"]), 1000) if first else None


def speed(row: Row) -> Fraction | None:
    """Output tokens per second of a successful call with output."""
    output, seconds = tokens(row, "output"), lasted(row)
    return Fraction(output) / seconds if output and seconds and row["level"] != "ERROR" else None


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@dataclass(frozen=True)
class Turn:
    """A trace with an LLM call, cost or tokens; ``steps`` are all its observations in the order of time."""

    id: str
    steps: Sequence[Row]

    @cached_property
    def calls(self) -> list[Row]:
        return [row for row in self.steps if row["type"] == "GENERATION"]

    @cached_property
    def tools(self) -> list[Row]:
        return [row for row in self.steps if row["type"] in ("TOOL", "RETRIEVER")]

    @property
    def at(self) -> datetime:
        return started(self.steps[0])

    @property
    def environment(self) -> str:
        return str(self.steps[0]["environment"])

    @property
    def user(self) -> str:
        return max((row["userId"] or "" for row in self.steps), default="")

    @property
    def failed(self) -> bool:
        return any(row["isRootObservation"] and row["level"] == "ERROR" for row in self.steps)

    @cached_property
    def cost(self) -> Decimal | None:
        """What all steps cost, of every type."""
        return spent(self.steps) if any(map(has_price, self.steps)) else None

    @cached_property
    def retries(self) -> list[Row]:
        """Calls right after a failed one of the same name."""
        by_name: dict[str, list[Row]] = defaultdict(list)
        for row in self.calls:
            by_name[row["name"]].append(row)
        return [row for rows in by_name.values() for before, row in pairwise(rows) if before["level"] == "ERROR"]

    @property
    def seconds(self) -> Fraction:
        ends = [max(ms(row["endTime"] or row["startTime"]), ms(row["startTime"])) for row in self.steps]
        return Fraction(max(ends) - min(ms(row["startTime"]) for row in self.steps), 1000)


class LLM:
    """A world looked at from a time with something chosen."""

    def __init__(self, world: World, look: Look, default: timedelta) -> None:
        self.world, self.look, self.default = world, look, default
        self.view = View(world, look.at)
        self.kept = [row for row in world.platform.observations if started(row) >= world.now - KEPT]
        self.all_calls = [row for row in self.kept if row["type"] == "GENERATION"]
        self.calls = [row for row in self.all_calls if look.environment in (ALL, row["environment"])]
        self.chosen = [row for row in self.calls if look.model in (ALL, model(row))]
        self.all_billed = list(filter(is_billed, self.kept))
        self.billed = [row for row in self.all_billed if look.environment in (ALL, row["environment"])]
        self.chosen_billed = [row for row in self.billed if look.model in (ALL, model(row))]

    @property
    def today(self) -> date:
        return self.view.today

    @cached_property
    def all_traces(self) -> list[Turn]:
        """Turns, and traces that cost something or hold tokens without an LLM call."""
        traces: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.kept, key=lambda row: (started(row), row["id"])):
            traces[row["traceId"]].append(row)
        found = [Turn(key, steps) for key, steps in traces.items()]
        return [trace for trace in found if any(map(is_billed, trace.steps))]

    @cached_property
    def traces(self) -> list[Turn]:
        return [trace for trace in self.all_traces if self.look.environment in (ALL, trace.environment)]

    @cached_property
    def all_turns(self) -> list[Turn]:
        return [trace for trace in self.all_traces if trace.calls]

    @cached_property
    def turns(self) -> list[Turn]:
        return [trace for trace in self.traces if trace.calls]

    def ago(self, at: datetime) -> int:
        """How many local days before today a moment lies."""
        return self.view.days_ago(at)

    def start(self, ago: int) -> datetime:
        """The start of the day that lies so many days before today."""
        return self.view.start(self.today - ago * DAY)

    def last(self, days: int, rows: Iterable[Any], at: Callable[[Any], datetime] = started) -> list[Any]:
        """What lies on today or the days before it, of the given number."""
        return [row for row in rows if 0 <= self.ago(at(row)) < days]

    def until_now(self, rows: Iterable[Any], at: Callable[[Any], datetime] = started) -> list[Any]:
        return [row for row in rows if at(row) <= self.look.at]

    # ── buckets of the picked time range ─────────────────────────────────────────────────────────────────────────

    @cached_property
    def by_hour(self) -> bool:
        low, high = picked(self.look, self.default)
        return high - low <= timedelta(days=3)

    @cached_property
    def buckets(self) -> list[datetime]:
        """Hours that begin in the picked range; whole days that do where it is longer than 3 days."""
        low, high = picked(self.look, self.default)
        if self.by_hour:
            hours = [self.view.hour(low) + n * HOUR for n in range((high - low) // HOUR + 2)]
            return [hour for hour in hours if low <= hour <= high]
        days = [self.start(ago) for ago in range((high - low) // DAY + 2, 0, -1)]
        return [day for day in days if low <= day <= high]

    def bucketed(self, rows: Iterable[Any], at: Callable[[Any], datetime] = started) -> list[list[Any]]:
        """The rows of each bucket."""
        found: list[list[Any]] = [[] for _ in self.buckets]
        ends = [*self.buckets[1:], self.end]
        for row in rows:
            place = bisect_right(self.buckets, at(row)) - 1
            if place >= 0 and at(row) < ends[place]:
                found[place].append(row)
        return found

    @property
    def end(self) -> datetime:
        """Where the last bucket ends."""
        last = self.buckets[-1]
        return last + HOUR if self.by_hour else self.view.start(self.view.day(last) + DAY)

    def series(
        self, names: Sequence[str], figures: Callable[[list[Any]], Sequence[Any]], rows: list[Any], at: Any = started
    ) -> Table:
        """A row for each bucket: its start, and the figures of what is in it."""
        shown = [(start, *figures(inside)) for start, inside in zip(self.buckets, self.bucketed(rows, at), strict=True)]
        return Table(("time", *names), shown)

    def widened(
        self, rows: list[Any], enough: Callable[[list[Any]], bool], at: Callable[[Any], datetime] = started
    ) -> tuple[list[datetime], list[list[Any]]]:
        """Buckets and what is in them: whole days with something where fewer than three hours have enough."""
        inside = self.bucketed(rows, at)
        if not self.by_hour or sum(map(enough, inside)) >= 3:
            return self.buckets, inside
        low, high = picked(self.look, self.default)
        days = [self.view.day(low) + n * DAY for n in range((self.view.day(high) - self.view.day(low)).days + 1)]
        every = {day: [row for row in rows if self.view.day(at(row)) == day] for day in days}
        return [max(self.view.start(day), low) for day in days if every[day]], [some for some in every.values() if some]

    def widened_series(
        self, names: Sequence[str], figures: Callable[[list[Any]], Sequence[Any]], rows: list[Any],
        enough: Callable[[list[Any]], bool], at: Callable[[Any], datetime] = started,
    ) -> Table:  # fmt: skip
        """A row for each such bucket: its start, and the figures of what is in it."""
        shown = [(start, *figures(some)) for start, some in zip(*self.widened(rows, enough, at), strict=True)]
        return Table(("time", *names), shown)

    def by_model(self, rows: list[Row], value: Callable[[list[Row]], Any]) -> Table:
        """A row for each bucket and each of the six largest models of the range, the rest as other."""
        inside = self.bucketed(rows)
        together: dict[str, list[Row]] = defaultdict(list)
        for row in (row for bucket in inside for row in bucket):
            together[model(row)].append(row)
        ranked = sorted(together, key=lambda name: (-value(together[name]), name))
        names = {name: name if rank < 6 else "other" for rank, name in enumerate(ranked)}
        shown = []
        for start, bucket in zip(self.buckets, inside, strict=True):
            for name in sorted(set(names.values())):
                shown.append((start, name, value([row for row in bucket if names[model(row)] == name])))
        return Table(("time", "metric", "value"), shown)

    def before(self, measure: Callable[[list[Any]], Any], rows: list[Any]) -> Table:
        """The figure of each bucket at the compared time, by the clock on the wall; none before the first hour."""
        compare, shown = self.look.compare, []
        low, high = picked(self.look, self.default)
        if compare in ("7d", "28d"):
            back = timedelta(days=int(compare[:-1]))
        elif self.by_hour:
            back = HOUR * -(-(high - low) // HOUR)
        else:
            back = DAY * max((self.view.day(high) - self.view.day(low)).days, 1)
        facts: dict[datetime, list[Any]] = defaultdict(list)
        for row in rows:
            at = started(row)
            facts[self.view.hour(at) if self.by_hour else self.view.start(self.view.day(at))].append(row)
        since = min((self.view.hour(started(row)) for row in self.all_billed), default=self.look.at)
        for start in self.buckets if compare else []:
            wall = start.astimezone(self.world.zone).replace(tzinfo=None) - back
            earlier = wall.replace(tzinfo=self.world.zone, fold=1).astimezone(UTC)
            if earlier >= since:
                shown.append((start, measure(facts[earlier])))
        return Table(("time", "before"), shown)

    @cached_property
    def picked_view(self) -> View:
        return View(self.world, self.look.at, hours=self.look.hours)

    def on_picked_days(self, rows: Iterable[Any], at: Callable[[Any], datetime] = started) -> list[Any]:
        """What lies on a day that begins in the picked range, up to now."""
        days = set(self.picked_view.picked_days(self.default))
        return [row for row in rows if self.view.day(at(row)) in days and at(row) <= self.look.at]

    def picked(self, rows: Iterable[Any]) -> list[Any]:
        """What lies in the picked range, up to now."""
        return [row for row in self.until_now(rows) if self.in_range(started(row))]

    def over_picked(
        self, rows: list[Any], measure: Callable[[list[Any]], Any], under: Callable[[list[Any]], int] | None = None,
        at: Callable[[Any], datetime] = started,
    ) -> Table:  # fmt: skip
        """A tile over the picked days."""
        by_day: dict[date, list[Any]] = defaultdict(list)
        for row in rows:
            by_day[self.view.day(at(row))].append(row)
        above, below = ({day: one(some) for day, some in by_day.items()} if one else None for one in (measure, under))
        return over_picked(self.picked_view, self.default, above or {}, below)

    # ── groups of a dimension ────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def told(self) -> dict[str, str]:
        """The tenant of each trace of which some step names one."""
        found: dict[str, str] = {}
        for row in self.kept:
            if name := str((row["metadata"] or {}).get("tenant", "")):
                found[row["traceId"]] = min(name, found.get(row["traceId"], name))
        return found

    def groups_of(self, row: Row, dimension: str) -> list[str]:
        """The groups of a dimension that an observation belongs to."""
        if dimension == "tag":
            return list(row["tags"]) or ["(none)"]
        value = {
            "model": model(row),
            "environment": row["environment"],
            "release": row["release"],
            "version": row["version"],
            "session": row["sessionId"],
            "tags together": ", ".join(sorted(row["tags"])),
            "tenant": (row["metadata"] or {}).get("tenant") or self.told.get(row["traceId"]),
        }[dimension]
        return [value or "(none)"]

    @cached_property
    def grouped(self) -> list[tuple[str, Row]]:
        """What was billed in the chosen environment, once for each of its groups; of a day the largest, else other."""
        pairs = [(name, row) for row in self.billed for name in self.groups_of(row, self.look.breakdown)]
        days: dict[tuple[Any, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for name, row in pairs:
            days[self.view.day(started(row)), row["environment"]][name].append(row)
        kept = {
            day: sorted(names, key=lambda name: (name != "(none)", -spent(names[name]), -calls_in(names[name]), name))[
                :50
            ]
            for day, names in days.items()
        }
        return [
            (name if name in kept[self.view.day(started(row)), row["environment"]] else "other", row)
            for name, row in pairs
        ]

    def group_bars(self, measure: Callable[[list[Row]], Any], by_model: bool = False) -> Table:
        """A row for each bucket and each of the six largest groups, or models, of the range, the rest as other."""

        def of(name: str, row: Row) -> str:
            return model(row) if by_model else name

        listed = self.listed(measure) if self.look.group == "other" else []
        chosen = [
            (name, row)
            for name, row in self.grouped
            if self.look.group in (ALL, name) or (self.look.group == "other" and name not in listed)
        ]
        inside = self.bucketed(chosen, lambda pair: started(pair[1]))
        together: dict[str, list[Row]] = defaultdict(list)
        for name, row in (pair for bucket in inside for pair in bucket):
            together[of(name, row)].append(row)
        ranked = sorted(together, key=lambda name: (name == "other", -measure(together[name]), name))
        names = {name: name if rank < 6 else "other" for rank, name in enumerate(ranked)}
        shown = []
        for start, bucket in zip(self.buckets, inside, strict=True):
            for label in sorted(set(names.values())):
                shown.append((start, label, measure([row for name, row in bucket if names[of(name, row)] == label])))
        return Table(("time", "metric", "value"), shown)

    def listed(self, measure: Callable[[list[Row]], Any]) -> list[str]:
        """The 24 largest groups of the picked range, which the table shows by name."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for name, row in self.grouped:
            if self.in_range(started(row)):
                rows[name].append(row)
        named = [name for name in rows if name != "other"]
        return sorted(named, key=lambda name: (-measure(rows[name]), -calls_in(rows[name]), name))[:24]

    def in_range(self, at: datetime) -> bool:
        """Whether a moment lies in an hour, or in ranges of more than 3 days on a day, that begins in the range."""
        low, high = picked(self.look, self.default)
        start = self.view.hour(at) if self.by_hour else self.view.start(self.view.day(at))
        return low <= start <= high

    @cached_property
    def back(self) -> timedelta:
        """How far before the picked range the time lies that it is compared with, by the clock on the wall."""
        low, high = picked(self.look, self.default)
        if days := {"7d": 7, "28d": 28}.get(self.look.compare):
            return timedelta(days=days)
        return HOUR * -(-(high - low) // HOUR) if self.by_hour else max(self.view.day(high) - self.view.day(low), DAY)

    @cached_property
    def first_day(self) -> date:
        """The first day that begins in the picked range."""
        low, _ = picked(self.look, self.default)
        day = self.view.day(low)
        return day + DAY if self.view.start(day) < low else day

    def _compared(self, at: datetime) -> str:
        """Whether a moment counts in a change: in the whole hours or days of the range, or as long before."""
        low, high = picked(self.look, self.default)
        if self.by_hour:
            start, ends = self.view.hour(at), (low, self.view.hour(high))
            walls = [one.astimezone(self.world.zone).replace(tzinfo=None) - self.back for one in ends]
            first, last = (wall.replace(tzinfo=self.world.zone, fold=1).astimezone(UTC) for wall in walls)
            return "now" if ends[0] <= start < ends[1] else "before" if first <= start < last else ""
        day, yesterday = self.view.day(at), self.today - DAY
        return (
            "now"
            if self.first_day <= day <= yesterday
            else "before"
            if self.first_day <= day + self.back <= yesterday
            else ""
        )

    @cached_property
    def is_known_before(self) -> bool:
        """Whether the time that is compared with lies after the first day of which anything is known."""
        known = min((self.view.day(started(row)) for row in self.billed), default=self.today)
        if not self.by_hour:
            return known < self.first_day - self.back
        low, _ = picked(self.look, self.default)
        return (
            datetime.combine(known, datetime.min.time())
            < datetime.combine(self.view.day(low), datetime.min.time()) - self.back
        )

    def group_table(
        self, names: Sequence[str], figures: Callable[[list[Row], Any, Any], Sequence[Any]], measure: Any
    ) -> Table:
        """The 24 largest groups and other; ``figures`` gets their rows, the measure of all, and the change."""
        rows: dict[str, list[Row]] = defaultdict(list)
        change: dict[str, Any] = defaultdict(Decimal)
        for name, row in self.grouped:
            if self.in_range(started(row)):
                rows[name].append(row)
            if when := self._compared(started(row)):
                rows[name] += []
                change[name] += measure([row]) if when == "now" else -measure([row])

        def order(name: str) -> tuple[Any, ...]:
            return (name == "other", -measure(rows[name]) if rows[name] else 1, -calls_in(rows[name]), name)

        ranked = sorted(rows, key=order)
        kept = [name for name in ranked[:24] if name != "other"]
        rest = [name for name in ranked if name not in kept]
        total_ = measure([row for inside in rows.values() for row in inside])
        shown = [(name, [name]) for name in kept] + ([("other", rest)] if rest else [])
        return Table(
            ("Group", *names),
            [
                (
                    label,
                    *figures(
                        [row for name in members for row in rows[name]],
                        total_,
                        sum(change[name] for name in members) if self.is_known_before else None,
                    ),
                )
                for label, members in shown
            ],
        )

    # ── tiles ────────────────────────────────────────────────────────────────────────────────────────────────────

    def tile(self, name: str, value: Any) -> Table:
        return Table(("time", "metric", "value"), [(self.look.at, name, value)])

    def hourly(self, measure: Callable[[Rows], Any], rows: Rows) -> Table:
        """The last 24 hours; the change leaves the running hour out on both sides."""
        ages = [(self.view.hours_ago(row), row) for row in rows]

        def over(low: int, high: int) -> Any:
            return measure([row for age, row in ages if low <= age <= high])

        last = self.view.hour(self.look.at)
        name = changed("24 h", over(1, 23), over(*self.view.week_before()), "vs a week ago")
        return Table(("time", "metric", "value"), [(last - n * HOUR, name, over(n, n)) for n in range(23, -1, -1)])

    def rolling(self, measure: Callable[[list[Any]], Any], rows: list[Any], name: str = "", at: Any = started) -> Table:
        """The 7 days that end on each of the last 30; the change is that of whole days."""
        ages = [(self.ago(at(row)), row) for row in rows]

        def week(ago: int) -> Any:
            return measure([row for age, row in ages if ago <= age < ago + 7])

        label = name or changed("7 d", week(1), week(8))
        return Table(("time", "metric", "value"), [(self.start(ago), label, week(ago)) for ago in range(29, -1, -1)])


def calls_in(rows: Iterable[Row]) -> int:
    """LLM calls among observations."""
    return sum(row["type"] == "GENERATION" for row in rows)


def turn_at(turn: Turn) -> datetime:
    return turn.at


def total(rows: Iterable[Row], word: str = "") -> int:
    return sum(tokens(row, word) for row in rows)


def cost_of(turns: Iterable[Turn]) -> Decimal:
    return sum((turn.cost or Decimal(0) for turn in turns), Decimal(0))


def count_by(rows: Iterable[Any], key: Callable[[Any], Any]) -> Counter[Any]:
    return Counter(map(key, rows))
