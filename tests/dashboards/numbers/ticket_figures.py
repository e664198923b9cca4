"""What the panels of Support Tickets must show, calculated from raw rows by what their descriptions say.

Nothing here reads gendash's SQL. Each calculation gives the columns and rows of an answer, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from statistics import median as middle
from typing import Any

from overview_figures import DAY, HOUR, Number, Table, View, changed, numbered, over_picked, scaled_bars, tile, whole
from overview_worlds import Rows

PRIORITIES = ("urgent", "high", "medium", "low")
BOUNDS_S = (("under 1 h", 3600), ("1 to 4 h", 14400), ("4 to 24 h", 86400), ("1 to 3 d", 259200), ("3 to 7 d", 604800))
MICROSECOND = timedelta(microseconds=1)
Span = tuple[timedelta, bool]
"""How long something lasted (so far), and whether it is over."""


@dataclass(frozen=True)
class Desk(View):
    """A world looked at from a time, and through the choice of a priority and a category (empty: All)."""

    priority: str = ""
    category: str = ""
    status: str = ""
    assignee: str = ""
    creator: str = ""

    @cached_property
    def everything(self) -> Rows:
        """All tickets with what is derived from a row: category, whether it waits, when it ended."""
        return [self._known(row) for row in self.world.rows["tickets"]]

    def _known(self, row: Mapping[str, Any]) -> dict[str, Any]:
        ended = row["resolved_at"] or row["closed_at"] or row["updated_at"]
        waits = row["status"] in ("open", "in_progress")
        return {
            **row,
            "category": row["category"] or "none",
            "waits": waits,
            "ended": None if waits else max(ended, row["created_at"]),
        }

    @cached_property
    def tickets(self) -> Rows:
        """The chosen tickets."""
        return [row for row in self.everything if self.category in ("", row["category"]) and self.follows(row)]

    def follows(self, row: Mapping[str, Any]) -> bool:
        return self.priority in ("", row["priority"])

    def listed(self, rows: Rows) -> Rows:
        """Those of the tickets that lists show with the choice of status, assignee and creator."""

        def chosen(row: Mapping[str, Any]) -> bool:
            working = row["assigned_to"][:8] if row["assigned_to"] else "nobody"
            opened = row["created_by"][:8] if row["created_by"] else "unknown"
            assigned = self.assignee == "assigned" and working != "nobody"
            return (
                self.status in ("", row["status"].replace("_", " "))
                and (self.assignee in ("", working) or assigned)
                and self.creator in ("", opened)
            )

        return [row for row in rows if chosen(row)]

    @cached_property
    def waiting(self) -> Rows:
        return [row for row in self.tickets if row["waits"]]

    def created_within(self, days: int, tickets: Rows) -> Rows:
        return [row for row in tickets if 0 <= self.days_ago(row["created_at"]) < days]

    def late(self, row: Mapping[str, Any]) -> bool:
        return row["waits"] and row["sla_due_at"] is not None and row["sla_due_at"] < self.at

    def seconds(self, since: datetime) -> Fraction:
        return lasting(self.at - since)


def lasting(span: timedelta) -> Fraction:
    return Fraction(span // MICROSECOND, 10**6)


def curve(
    view: Desk, figure: Callable[[int], Number], label: str = "30 d", against: str = "vs prior", more: str = ""
) -> Table:
    """A figure by days ago, for the last 30 days."""
    current = figure(0)
    name = changed(label, current, None if current is None else figure(30), against) + more
    rows = [(view.start(view.today - ago * DAY), name, figure(ago)) for ago in range(29, -1, -1)]
    return Table(("time", "metric", "value"), rows)


def survivors(spans: Iterable[Span], share_over: Fraction) -> Fraction | None:
    """Kaplan-Meier: seconds until so large a share is over; None where it is not so far."""
    spans = list(spans)
    left = Fraction(1)
    for time in sorted({length for length, over in spans if over}):
        at_risk = sum(length >= time for length, _ in spans)
        left *= 1 - Fraction(sum(over and length == time for length, over in spans), at_risk)
        if left <= 1 - share_over:
            return lasting(time)
    return None


HALF, MOST = Fraction(1, 2), Fraction(9, 10)


# ── states ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _decided(view: Desk, tickets: Rows) -> tuple[int, int]:
    """How many tickets kept their due time, and how many are decided."""
    days = {*_picked(view)}
    due = [row for row in tickets if row["sla_due_at"] is not None and view.day(row["created_at"]) in days]
    decided = [row for row in due if row["ended"] is not None or row["sla_due_at"] < view.at]
    return sum(row["ended"] is not None and row["ended"] <= row["sla_due_at"] for row in decided), len(decided)


def sla(view: Desk) -> Table:
    met, decided = _decided(view, view.tickets)
    if not decided:
        return tile(view, "target 95 %", None)
    state = 2 if Fraction(met, decided) < Fraction(9, 10) else 1 if Fraction(met, decided) < Fraction(95, 100) else 0
    return tile(view, f"{met * 1000 // decided / 10:.1f} % of {decided}, target 95 %", state)


def oldest(view: Desk) -> Table:
    if not view.waiting:
        return tile(view, "now", None)
    row = min(view.waiting, key=lambda row: (row["created_at"], row["id"]))
    return tile(
        view, f"{row['priority']}, {'overdue' if view.late(row) else 'in time'}", view.seconds(row["created_at"])
    )


def unowned(view: Desk) -> Table:
    return tile(view, f"of {len(view.waiting)} waiting", sum(row["assigned_to"] is None for row in view.waiting))


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _waited(view: Desk, day: date, tickets: Rows) -> int:
    """How many tickets waited at the end of a day."""
    return sum(
        view.day(row["created_at"]) <= day and (row["ended"] is None or view.day(row["ended"]) > day) for row in tickets
    )


def open_(view: Desk) -> Table:
    return curve(view, lambda ago: _waited(view, view.today - ago * DAY, view.tickets), "now", "in 30 d")


def new(view: Desk) -> Table:
    return over_picked(view, 30 * DAY, Counter(view.day(row["created_at"]) for row in view.tickets))


def resolved(view: Desk) -> Table:
    return over_picked(view, 30 * DAY, Counter(view.day(row["ended"]) for row in view.tickets if row["ended"]))


def median(view: Desk) -> Table:
    tickets = [row for row in view.everything if view.follows(row)]

    def half(ago: int) -> Fraction | None:
        end = min(view.start(view.today - (ago - 1) * DAY), view.at)
        last = ago == 0
        spans = []
        for row in tickets:
            if ago <= view.days_ago(row["created_at"]) < ago + 30:
                over = row["ended"] is not None and (row["ended"] <= end if last else row["ended"] < end)
                spans.append(((row["ended"] if over else end) - row["created_at"], over))
        return survivors(spans, HALF)

    took = [
        lasting(r["ended"] - r["created_at"])
        for r in view.created_within(30, tickets)
        if r["ended"] and r["ended"] <= view.at
    ]
    return curve(view, half, more=_mean_in_words(took))


def _mean_in_words(took: list[Fraction]) -> str:
    if not took:
        return ""
    mean = sum(took, Fraction(0)) / len(took)
    amount, unit = (mean / 3600, "h") if mean < 86400 else (mean / 86400, "d")
    return f", mean {Decimal(whole(10 * amount)) / 10:.1f} {unit}"


def escalated(view: Desk) -> Table:
    tickets = Counter(view.day(row["created_at"]) for row in view.tickets)
    talks = Counter(view.day(row["created_at"]) for row in view.world.rows["conversations"])
    return over_picked(view, 30 * DAY, tickets, talks, 100)


def reopened(view: Desk) -> Table:
    mine = {row["id"] for row in view.tickets}
    up, down = ("open", "in_progress"), ("resolved", "closed")
    moves = [row for row in view.world.rows["ticket_status_history"] if row["ticket_id"] in mine]
    back = Counter(view.day(r["changed_at"]) for r in moves if r["from_status"] in down and r["to_status"] in up)
    done = Counter(
        view.day(r["changed_at"]) for r in moves if r["from_status"] in (*up, None) and r["to_status"] in down
    )

    return over_picked(view, 30 * DAY, back, done)


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _picked(view: Desk) -> list[date]:
    """The days that begin in the picked range, by default 30 times 24 hours before now, from the first ticket on."""
    first = min((view.day(row["created_at"]) for row in view.everything), default=view.today)
    return [day for day in view.picked_days(30 * DAY) if day >= first]


def _in_range(view: Desk, moment: datetime | None) -> bool:
    return moment is not None and view.at - (timedelta(hours=view.hours) or 30 * DAY) <= moment <= view.at


def _known(view: Desk) -> list[date]:
    """The days of which something is known of the chosen tickets."""
    if not view.tickets:
        return []
    first = min(view.day(row["created_at"]) for row in view.everything)
    return [first + n * DAY for n in range((view.today - first).days + 1)]


def created_before(view: Desk) -> Table:
    counts = Counter(view.day(row["created_at"]) for row in view.tickets)
    return view.before(lambda day: counts[day], _known(view), 30 * DAY)


def backlog_before(view: Desk) -> Table:
    return view.before(lambda day: _waited(view, day, view.tickets), _known(view), 30 * DAY)


def created_resolved(view: Desk) -> Table:
    up = Counter(view.day(row["created_at"]) for row in view.tickets)
    down = Counter(view.day(row["ended"]) for row in view.tickets if row["ended"])
    days = _picked(view) if view.tickets else []
    rows = [(view.start(day), up[day], down[day], view.millis(day + DAY)) for day in days]
    return Table(("time", "created", "resolved", "until"), rows)


def backlog(view: Desk) -> Table:
    names = (*PRIORITIES, "other")
    grouped = {name: [row for row in view.tickets if row["priority"] == name] for name in names}
    days = _picked(view) if view.tickets else []
    rows = [(view.start(day), *(_waited(view, day, grouped[name]) for name in names)) for day in days]
    return Table(("time", *names), rows)


def unresolved_per_day(view: Desk) -> Table:
    """Follows the priority only; a ticket with a history was in the state of its last change, else it waited or not."""
    counted = {view.day(view.world.now), view.today}  # at the first refresh, and now
    moves: dict[str, Rows] = {}
    for move in view.world.rows["ticket_status_history"]:
        moves.setdefault(move["ticket_id"], []).append(move)
    tickets = [row for row in view.everything if view.follows(row)]
    first = min((view.day(row["created_at"]) for row in tickets), default=None)

    def waited(row: Mapping[str, Any], day: date) -> bool:
        own = sorted(moves.get(row["id"], ()), key=lambda move: move["changed_at"])
        if view.day(row["created_at"]) > day or not own:
            return _waited(view, day, [row]) == 1
        done = [move for move in own if view.day(move["changed_at"]) <= day]
        state = done[-1]["to_status"] if done else own[0]["from_status"] or own[0]["to_status"]
        return state in ("open", "in_progress")

    rows = []
    for day in [day for day in _picked(view) if first and day >= first]:
        if day in counted:
            states = Counter(row["status"] for row in tickets)
            rows.append((view.start(day), states["open"], states["in_progress"], 0))
        else:
            rows.append((view.start(day), 0, 0, sum(waited(row, day) for row in tickets)))
    return Table(("time", "open", "in progress", "as known today"), rows)


def _bars(names: Iterable[str], counts: Mapping[str, int]) -> Table:
    return Table(("name", "value"), [(name, counts.get(name, 0)) for name in names])


def open_by_priority(view: Desk) -> Table:
    return _bars(PRIORITIES, Counter(row["priority"] for row in view.waiting))


def by_status(view: Desk) -> Table:
    return scaled_bars(view.tickets, "status", ("open", "in_progress"), ("resolved", "closed"))


def assignment(view: Desk) -> Table:
    return _bars(
        ("nobody", "assigned"), Counter("assigned" if row["assigned_to"] else "nobody" for row in view.waiting)
    )


def sla_by_priority(view: Desk) -> Table:
    rows = []
    for name in PRIORITIES:
        met, decided = _decided(view, [row for row in view.tickets if row["priority"] == name])
        if decided:
            rows.append((name, Fraction(met, decided), decided, decided - met))
    return Table(("Priority", "Within SLA", "Decided", "Late"), rows)


def due_time(view: Desk, row: dict[str, Any]) -> tuple[Any, Any]:
    """For how long a ticket has been overdue, and in what time it is due; one of them at most."""
    if row["sla_due_at"] is None:
        return None, None
    left = row["sla_due_at"] - view.at
    return (lasting(-left), None) if left < 0 * HOUR else (None, lasting(left))


def needs_hand(view: Desk) -> Table:
    due = [row for row in view.listed(view.waiting) if row["sla_due_at"] and row["sla_due_at"] < view.at + 4 * HOUR]
    rows = [
        (
            row["id"],
            row["priority"],
            *due_time(view, row),
            row["status"].replace("_", " "),
            row["category"],
            view.seconds(row["created_at"]),
            "given" if row["first_response_at"] else "none",
            row["assigned_to"][:8] if row["assigned_to"] else "nobody",
        )
        for row in sorted(due, key=lambda row: (row["sla_due_at"], row["id"]))[:100]
    ]
    return Table(
        ("Ticket", "Priority", "Overdue by", "Due in", "Status", "Category", "Age", "Response", "Assignee", "Row"),
        numbered(rows, len(due)),
    )


def oldest_list(view: Desk) -> Table:
    rows = [
        (
            row["id"],
            view.seconds(row["created_at"]),
            row["priority"],
            row["status"].replace("_", " "),
            row["category"],
            *due_time(view, row),
            "given" if row["first_response_at"] else "none",
            row["assigned_to"][:8] if row["assigned_to"] else "nobody",
        )
        for row in sorted(view.listed(view.waiting), key=lambda row: (row["created_at"], row["id"]))[:100]
    ]
    return Table(
        ("Ticket", "Age", "Priority", "Status", "Category", "Overdue by", "Due in", "Response", "Assignee", "Row"),
        numbered(rows, len(view.listed(view.waiting))),
    )


def ticket_list(view: Desk) -> Table:
    found = [
        row for row in view.listed(view.tickets) if _in_range(view, row["created_at"]) or _in_range(view, row["ended"])
    ]
    found.sort(key=lambda row: row["id"])
    found.sort(key=lambda row: max(row["created_at"], row["ended"] or row["created_at"]), reverse=True)
    rows = [
        (
            row["id"],
            row["created_at"],
            row["status"].replace("_", " "),
            row["priority"],
            row["category"],
            row["ended"],
            lasting(row["ended"] - row["created_at"]) if row["ended"] else None,
            row["assigned_to"][:8] if row["assigned_to"] else "nobody",
            row["created_by"][:8] if row["created_by"] else "unknown",
        )
        for row in found[:500]
    ]
    return Table(
        ("Ticket", "Created", "Status", "Priority", "Category", "Resolved", "Took", "Assignee", "Creator", "Row"),
        numbered(rows, len(found)),
    )


# ── how long ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _lasted(view: Desk, begun: datetime, ended: datetime | None, seen: datetime | None = None) -> Span:
    return (max((ended or seen or view.at) - begun, timedelta()), ended is not None)


def by_priority(view: Desk) -> Table:
    recent = view.created_within(90, view.everything)
    rows = []
    for name in (*PRIORITIES, "all"):
        spans = [_lasted(view, r["created_at"], r["ended"]) for r in recent if name in ("all", r["priority"])]
        if spans:
            done = [lasting(length) for length, over in spans if over]
            alone = middle(done) if done else None
            half, most = survivors(spans, HALF), survivors(spans, MOST)
            rows.append((name, len(spans), len(spans) - len(done), half, most, alone, mean_of(done)))
    return Table(("Priority", "Tickets", "Waiting", "Median", "9 of 10", "Ended only", "Mean"), rows)


def mean_of(values: list[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def steps(view: Desk) -> Table:
    recent = [row for row in view.created_within(90, view.everything) if view.follows(row)]
    mine = {row["id"] for row in recent}
    moves: dict[str, Rows] = {}
    for row in view.world.rows["ticket_status_history"]:
        if row["ticket_id"] in mine:
            moves.setdefault(row["ticket_id"], []).append(row)
    stays: dict[str, list[Span]] = {}
    for history in moves.values():
        history.sort(key=lambda row: row["changed_at"])
        ends = [*(row["changed_at"] for row in history[1:]), None]
        for row, ended in zip(history, ends, strict=True):
            stays.setdefault(row["to_status"], []).append(_lasted(view, row["changed_at"], ended))
    kinds = {
        "first response": [_lasted(view, r["created_at"], r["first_response_at"], r["ended"]) for r in recent],
        "stays open": stays.get("open", []),
        "in progress": stays.get("in_progress", []),
        "until closed": stays.get("resolved", []),
        "resolution": [_lasted(view, r["created_at"], r["ended"]) for r in recent],
    }
    rows = [
        (
            name,
            len(spans),
            sum(not over for _, over in spans),
            survivors(spans, HALF),
            survivors(spans, MOST),
            mean_of([lasting(length) for length, over in spans if over]),
        )
        for name, spans in kinds.items()
        if spans
    ]
    return Table(("Step", "Begun", "Lasting", "Median", "9 of 10", "Mean"), rows)


def distribution(view: Desk) -> Table:
    def bucket(row: Mapping[str, Any]) -> str:
        if row["waits"]:
            return "waiting"
        seconds = lasting(row["ended"] - row["created_at"])
        return next((name for name, under in BOUNDS_S if seconds < under), "over 7 d")

    names = (*(name for name, _ in BOUNDS_S), "over 7 d", "waiting")
    days = {*_picked(view)}
    return _bars(names, Counter(bucket(row) for row in view.tickets if view.day(row["created_at"]) in days))


# ── where from ───────────────────────────────────────────────────────────────────────────────────────────────────


def by_category(view: Desk) -> Table:
    days = {*_picked(view)}
    counts = Counter(row["category"] for row in view.tickets if view.day(row["created_at"]) in days)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in ranked[8:])
    return Table(("name", "value"), ranked[:8] + ([("other", rest)] if rest else []))


def per_hour(view: Desk) -> Table:
    now = view.hour(view.at)
    counts = Counter((now - view.hour(row["created_at"])) // HOUR for row in view.tickets)
    rows = [
        (
            now - ago * HOUR,
            counts[ago],
            Fraction(sum(counts[ago + 168 * week] for week in range(1, 5)), 4),
            Fraction((now - (ago - 1) * HOUR).timestamp()) * 1000,
        )
        for ago in range(167, -1, -1)
    ]
    return Table(("time", "created", "usual", "until"), rows)


def _ranked(rows: list[tuple[Any, ...]], who: Callable[[tuple[Any, ...]], Any]) -> list[tuple[Any, ...]]:
    """At most 50 rows of people, and that of nobody."""
    people = [row for row in rows if who(row)][:50]
    return [row for row in rows if row in people or not who(row)]


def load(view: Desk) -> Table:
    desks: dict[str | None, Rows] = {}
    for row in view.everything:
        if row["waits"] or (row["ended"] and 0 <= view.days_ago(row["ended"]) < 30):
            desks.setdefault(row["assigned_to"], []).append(row)
    found = []
    for who, mine in desks.items():
        waiting = [row for row in mine if row["waits"]]
        pressing = sum(row["priority"] in ("urgent", "high") for row in waiting)
        oldest_s = view.seconds(min(row["created_at"] for row in waiting)) if waiting else None
        found.append((who, len(waiting), sum(map(view.late, waiting)), pressing, oldest_s, len(mine) - len(waiting)))
    found.sort(key=lambda row: (-row[1], -row[5], row[0] is None, row[0]))
    rows = [(who[:8] if who else "nobody", *rest) for who, *rest in _ranked(found, lambda row: row[0])]
    return Table(("Assignee", "Waiting", "Overdue", "Urgent+", "Oldest", "Resolved", "Row"), numbered(rows, len(found)))


def creators(view: Desk) -> Table:
    days = {*_picked(view)}
    recent = [row for row in view.tickets if view.day(row["created_at"]) in days]
    opened: dict[str | None, Rows] = {}
    for row in recent:
        opened.setdefault(row["created_by"], []).append(row)
    found = [
        (
            who,
            Fraction(len(mine), len(recent)),
            len(mine),
            sum(row["waits"] for row in mine),
            sum(row["priority"] in ("urgent", "high") for row in mine),
            max(row["created_at"] for row in mine),
        )
        for who, mine in opened.items()
    ]
    found.sort(key=lambda row: (-row[2], row[0] is None, row[0]))
    rows = [(who[:8] if who else "unknown", *rest) for who, *rest in found[:50]]
    return Table(("Creator", "Share", "Tickets", "Waiting", "Urgent+", "Newest", "Row"), numbered(rows, len(found)))


BEFORE: Mapping[str, Callable[[Desk], Table]] = {"created_resolved": created_before, "backlog": backlog_before}
"""Calculations of the second query of a panel, which is compared with the first."""
FOLLOWING = (
    "sla",
    "sla_by_priority",
    "distribution",
    "new",
    "resolved",
    "escalated",
    "reopened",
    "created_resolved",
    "backlog",
    "unresolved_per_day",
    "by_category",
    "ticket_list",
    "creators",
)
"""Panels that follow the picked range."""

FIGURES: Mapping[str, Callable[[Desk], Table]] = {
    "sla": sla,
    "oldest": oldest,
    "unowned": unowned,
    "open": open_,
    "new": new,
    "resolved": resolved,
    "median": median,
    "escalated": escalated,
    "reopened": reopened,
    "created_resolved": created_resolved,
    "backlog": backlog,
    "open_by_priority": open_by_priority,
    "needs_hand": needs_hand,
    "oldest_list": oldest_list,
    "ticket_list": ticket_list,
    "by_status": by_status,
    "assignment": assignment,
    "sla_by_priority": sla_by_priority,
    "by_priority": by_priority,
    "steps": steps,
    "distribution": distribution,
    "unresolved_per_day": unresolved_per_day,
    "by_category": by_category,
    "per_hour": per_hour,
    "load": load,
    "creators": creators,
}
"""Calculations by the slug of their panel."""
