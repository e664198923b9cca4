"""What the SQL panels of Knowledge base must show, calculated from raw rows by what their descriptions say.

Nothing here reads gendash's SQL. Each calculation gives the columns and rows of an answer, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from overview_figures import DAY, Number, Table, View, changed, numbered, over_picked, scaled_bars, tile
from overview_worlds import Rows

STATUSES = ("done", "processing", "failed")
STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Shelf(View):
    """A world looked at from a time, and through the choice of a file type (empty: All)."""

    file_type: str = ""
    status: str = ""
    owner: str = ""

    @cached_property
    def everything(self) -> Rows:
        """All documents with what is derived from a row: type and status in canonical words."""
        return [
            {**row, "kind": _kind(row["file_type"]), "state": row["status"] if row["status"] in STATUSES else "other"}
            for row in self.world.rows["documents"]
        ]

    @cached_property
    def documents(self) -> Rows:
        """The chosen documents."""
        return [row for row in self.everything if self.file_type in ("", row["kind"])]

    def listed(self, rows: Rows) -> Rows:
        """Those of the documents that lists show with the choice of status and owner."""
        return [r for r in rows if self.status in ("", r["state"]) and self.owner in ("", r["user_id"][:8])]

    def uploaded(self, days: int, rows: Rows | None = None) -> Rows:
        """Documents of today and the days before, of so many days."""
        return [r for r in (self.documents if rows is None else rows) if 0 <= self.days_ago(r["created_at"]) < days]

    def stuck(self, row: Mapping[str, Any]) -> bool:
        return row["status"] == "processing" and row["updated_at"] < self.at - STUCK_AFTER


def _kind(text: str | None) -> str:
    kind = (text or "").lower().lstrip(".") or "unknown"
    return "md" if kind == "markdown" else kind


def share(above: int, below: int) -> Fraction | None:
    return Fraction(above, below) if below else None


def _curve(view: Shelf, figure: Callable[[int], Number], label: str, against: str, before: int) -> Table:
    name = changed(label, figure(0), figure(before), against)
    rows = [(view.start(view.today - ago * DAY), name, figure(ago)) for ago in range(29, -1, -1)]
    return Table(("time", "metric", "value"), rows)


def ingest(view: Shelf) -> Table:
    days = {*_picked(view)}
    states = Counter(row["state"] for row in view.documents if view.day(row["created_at"]) in days)
    ended = states["done"] + states["failed"]
    if not ended:
        return tile(view, "target 98 %", None)
    good = Fraction(states["done"], ended)
    state = 2 if good < Fraction(95, 100) else 1 if good < Fraction(98, 100) else 0
    return tile(view, f"{states['done'] * 1000 // ended / 10:.1f} % of {ended}, target 98 %", state)


def stuck(view: Shelf) -> Table:
    running = sum(row["state"] == "processing" for row in view.documents)
    return tile(view, f"of {running} processing", sum(map(view.stuck, view.documents)))


def documents(view: Shelf) -> Table:
    ages = [view.days_ago(row["created_at"]) for row in view.documents]
    return _curve(view, lambda ago: sum(age >= ago for age in ages), "now", "in 30 d", 30)


def chunks(view: Shelf) -> Table:
    held = [(view.days_ago(row["created_at"]), row["chunk_count"]) for row in view.documents if row["state"] == "done"]
    return _curve(view, lambda ago: sum(count for age, count in held if age >= ago), "now", "in 30 d", 30)


def uploads(view: Shelf) -> Table:
    return over_picked(view, 7 * DAY, Counter(view.day(row["created_at"]) for row in view.documents))


def _top(counts: Mapping[str, int], most: int) -> Table:
    ranked = sorted(counts.items(), key=lambda item: (item[0] == "other", -item[1], item[0]))
    rest = sum(count for _, count in ranked[most:])
    return Table(("name", "value"), ranked[:most] + ([("other", rest)] if rest else []))


def types(view: Shelf) -> Table:
    return _top(Counter(row["kind"] for row in view.documents), 8)


def _picked(view: Shelf) -> Iterable[date]:
    """The days that begin in the picked range, by default 7 times 24 hours before now, from the first upload on."""
    first = min((view.day(row["created_at"]) for row in view.everything), default=view.today)
    return [day for day in view.picked_days(7 * DAY) if day >= first]


def uploads_before(view: Shelf) -> Table:
    counts = Counter(view.day(row["created_at"]) for row in view.documents)
    first = min((view.day(row["created_at"]) for row in view.everything), default=view.today)
    known = [first + n * DAY for n in range((view.today - first).days + 1)] if view.documents else []
    return view.before(lambda day: counts[day], known, 7 * DAY)


def per_day(view: Shelf) -> Table:
    counts = Counter((view.day(row["created_at"]), row["state"]) for row in view.documents)
    days = _picked(view) if view.documents else []
    rows = [
        (view.start(day), *(counts[day, status] for status in (*STATUSES, "other")), view.millis(day + DAY))
        for day in days
    ]
    return Table(("time", *STATUSES, "other", "until"), rows)


def held_per_day(view: Shelf) -> Table:
    counted = {view.day(view.world.now), view.today}  # at the first refresh, and now
    first = min((view.day(row["created_at"]) for row in view.documents), default=None)
    rows = []
    for day in [day for day in _picked(view) if first and day >= first]:
        states = Counter(row["state"] for row in view.documents if view.day(row["created_at"]) <= day)
        then = [states[status] for status in (*STATUSES, "other")]
        rows.append(
            (view.start(day), *(then if day in counted else (0, 0, 0, 0)), 0 if day in counted else states.total())
        )
    return Table(("time", *STATUSES, "other", "as known today"), rows)


def by_status(view: Shelf) -> Table:
    return scaled_bars(view.documents, "state", STATUSES[:1], STATUSES[1:])


def problems(view: Shelf) -> Table:
    found = [row for row in view.listed(view.documents) if row["state"] == "failed" or view.stuck(row)]
    found.sort(key=lambda row: row["id"])
    found.sort(key=lambda row: row["created_at"], reverse=True)
    rows = [
        (
            row["id"],
            "failed" if row["state"] == "failed" else "stuck",
            row["kind"],
            row["file_size"],
            row["created_at"],
            row["updated_at"],
            row["user_id"][:8],
        )
        for row in found[:100]
    ]
    return Table(
        ("Document", "State", "Type", "Size", "Uploaded", "Last change", "Owner", "Row"), numbered(rows, len(found))
    )


def _in_range(view: Shelf) -> Rows:
    """Documents uploaded in the picked range, by default 7 times 24 hours before now."""
    low = view.at - (timedelta(hours=view.hours) or 7 * DAY)
    return [row for row in view.documents if low <= row["created_at"] <= view.at]


def document_list(view: Shelf) -> Table:
    found = view.listed(_in_range(view))
    found.sort(key=lambda row: row["id"])
    found.sort(key=lambda row: row["created_at"], reverse=True)
    rows = [
        (
            row["id"],
            row["created_at"],
            "stuck" if view.stuck(row) else row["state"],
            row["kind"],
            row["file_size"],
            row["chunk_count"],
            row["updated_at"] or row["created_at"],
            row["user_id"][:8],
        )
        for row in found[:500]
    ]
    return Table(
        ("Document", "Uploaded", "State", "Type", "Size", "Chunks", "Last change", "Owner", "Row"),
        numbered(rows, len(found)),
    )


def _unchanged(view: Shelf, row: Mapping[str, Any]) -> timedelta:
    """How long ago a document last changed."""
    return max(view.at - (row["updated_at"] or row["created_at"]), timedelta())


def ages(view: Shelf) -> Table:
    bounds = {"under 30 d": 30, "30 to 90 d": 90, "90 to 180 d": 180, "180 d to a year": 365, "over a year": 10**6}
    found = Counter[str]()
    for row in view.documents:
        if row["state"] == "done":
            age = _unchanged(view, row)
            found[next(name for name, below in bounds.items() if age < below * DAY)] += 1
    return Table(("name", "value"), [(name, found[name]) for name in bounds])


def _between(values: list[Fraction], share: Fraction) -> Fraction:
    """The value that a share of the values lies below, interpolated between its two neighbours."""
    place = share * (len(values) - 1)
    low, high = values[int(place)], values[min(int(place) + 1, len(values) - 1)]
    return low + (place - int(place)) * (high - low)


def time_to_done(view: Shelf) -> Table:
    groups: dict[str, list[Fraction]] = {}
    days = {*_picked(view)}
    for row in view.documents:
        if row["state"] == "done" and view.day(row["created_at"]) in days:
            took = (row["updated_at"] or row["created_at"]) - row["created_at"]
            for name in ("all", row["kind"]):
                groups.setdefault(name, []).append(Fraction(-(-took // timedelta(seconds=1))))
    rows = []
    for name, times in sorted(groups.items(), key=lambda item: (item[0] != "all", -len(item[1]), item[0])):
        times.sort()
        half, most = (_between(times, Fraction(n, 100)) for n in (50, 95))
        rows.append((name, len(times), half, most, share(sum(t <= 600 for t in times), len(times))))
    return Table(("Type", "Done", "p50", "p95", "Within 10 min"), rows[:20])


def success_by_type(view: Shelf) -> Table:
    days = {*_picked(view)}
    ended = [r for r in view.documents if view.day(r["created_at"]) in days and r["state"] in ("done", "failed")]
    counts = Counter(row["kind"] for row in ended)
    done = Counter(row["kind"] for row in ended if row["state"] == "done")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(kind, share(done[kind], n), n, n - done[kind]) for kind, n in ranked[:20]]
    return Table(("Type", "Success", "Ended", "Failed"), rows)


def uploaders(view: Shelf) -> Table:
    people: dict[str, Rows] = {}
    days = {*_picked(view)}
    for row in [row for row in view.documents if view.day(row["created_at"]) in days]:
        people.setdefault(row["user_id"], []).append(row)
    rows = []
    for who, mine in sorted(people.items(), key=lambda item: (-len(item[1]), item[0]))[:50]:
        states = Counter(row["state"] for row in mine)
        failed = share(states["failed"], states["done"] + states["failed"])
        size, pieces = sum(row["file_size"] or 0 for row in mine), sum(row["chunk_count"] for row in mine)
        rows.append((who[:8], len(mine), failed, size, pieces, max(row["created_at"] for row in mine)))
    return Table(("Person", "Documents", "Failed", "Size", "Chunks", "Newest", "Row"), numbered(rows, len(people)))


BEFORE: Mapping[str, Callable[[Shelf], Table]] = {"per_day": uploads_before}
"""Calculations of the second query of a panel, which is compared with the first."""
FOLLOWING = (
    "ingest",
    "uploads",
    "per_day",
    "held_per_day",
    "document_list",
    "time_to_done",
    "success_by_type",
    "uploaders",
)
"""Panels that follow the picked range."""

FIGURES: Mapping[str, Callable[[Shelf], Table]] = {
    "ingest": ingest,
    "stuck": stuck,
    "documents": documents,
    "chunks": chunks,
    "uploads": uploads,
    "types": types,
    "per_day": per_day,
    "by_status": by_status,
    "held_per_day": held_per_day,
    "problems": problems,
    "document_list": document_list,
    "ages": ages,
    "time_to_done": time_to_done,
    "success_by_type": success_by_type,
    "uploaders": uploaders,
}
"""Calculations by the slug of their panel."""
