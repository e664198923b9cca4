"""The time windows that a run closes. Pure: state and clock in, windows out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gendash.langfuse_bridge.pages import NARROWEST, Window
from gendash.langfuse_bridge.sync_state import SyncState

HOUR = timedelta(hours=1)
LATE = HOUR
"""Rows this late are found by every run: SDKs and exporters send up to a quarter of an hour late."""
DEPTHS = {"48h": timedelta(hours=48), "30d": timedelta(days=30)}
NIGHT_HOUR = 2
FIRST_WIDTH = {"new": HOUR, "range": HOUR, "again": HOUR, "48h": 6 * HOUR, "30d": 6 * HOUR}
REMEMBERED = timedelta(days=1)
GOOD, UNSURE = 50, 5
"""After so many windows that went well, one is asked for that is twice as wide as what failed before: soon where
nothing was answered after the failure, since then the server may just have been away."""
WIDEST = timedelta(days=1)


AHEAD = timedelta(minutes=5)
"""How far the clocks of two hosts that sync in turn may differ."""


class Pass(NamedTuple):
    """A stretch of time to go through; no end means up to now and beyond.

    ``kind`` is new, 48h, 30d, range, or again for a time at which an older version may count now.
    ``begin`` is where it continues if an earlier run was broken off.
    """

    kind: str
    start: datetime
    end: datetime | None
    begin: datetime | None = None


@dataclass
class Width:
    """The width of the next window, and the rows of a page: wide if little is found, so that quiet weeks cost few
    requests.

    The width stays below ``too_wide``, the narrowest one that the server did not answer, and the page at ``rows``,
    until many windows went well. Then one of the two is ``tried`` doubled; if that fails, only that one is halved.
    ``sure`` says that a narrower window was answered right after the failure. ``at`` is the window that is being read.
    """

    now: timedelta
    too_wide: timedelta | None = None
    most_rows: int = 1000
    rows: int = 1000
    at: Window | None = None
    sure: bool = False
    good: int = 0
    failing: bool = False
    tried: str = ""
    rows_sure: bool = False

    def __post_init__(self) -> None:
        while self.too_wide and self.now >= self.too_wide and self.now > NARROWEST:
            self.now = max(NARROWEST, self.now / 2)

    def learn(self, requests: int) -> None:
        """Adapts to the number of requests that the last window took."""
        self.good += self.too_wide is not None or self.rows < self.most_rows
        self.sure, self.failing = self.sure or self.failing, False
        if self.good >= (GOOD if self.sure else UNSURE):
            self._try_more()
        if requests <= 2:
            wider = min(self.now * 2, WIDEST)
            self.now = wider if self.too_wide is None or wider < self.too_wide else self.now
        elif requests > 10:
            self.now = max(self.now / 2, min(self.now, timedelta(minutes=1)))

    def _try_more(self) -> None:
        """Allows a page or a window twice as large as before, in turn; the next one soon, as long as that goes well."""
        self.good, self.sure = 0, False
        page = self.rows < self.most_rows and not self.rows_sure and (self.tried != "rows" or self.too_wide is None)
        if page:
            self.tried, self.rows = "rows", min(2 * self.rows, self.most_rows)
        elif self.too_wide:
            self.tried, self.too_wide = "width", 2 * self.too_wide if self.too_wide < WIDEST else None

    def narrow(self, both: bool, page: bool = True) -> bool:
        """Narrows the window after the server gave up, and the page if ``both`` or if the window cannot be narrower,
        unless ``page`` is off; whether anything was possible. What was just tried larger is narrowed alone."""
        before, tried, self.tried = (self.now, self.rows), self.tried, ""
        self.good = 0
        if page and tried == "rows":
            self.rows, self.rows_sure = max(1, self.rows // 2), True
            return True
        self.too_wide = min(self.now, self.too_wide or self.now)
        self.sure, self.failing = False, True
        if page and (self.now <= NARROWEST or (both and tried != "width")):
            self.rows = max(1, self.rows // 2)
        self.now = max(NARROWEST, self.now / 2)
        return (self.now, self.rows) != before

    def noted(self, state: SyncState) -> dict[str, Any]:
        """Values of the state that a window which went well changes."""
        if not (state.too_wide_s or state.page_rows):
            return {}
        wide = self.too_wide.total_seconds() if self.too_wide else None
        rows = self.rows if self.rows < self.most_rows else None
        values = {"too_wide_s": wide, "page_rows": rows, "too_wide_sure": self.sure}
        return {name: value for name, value in values.items() if value != getattr(state, name)}


def first_width(part: Pass, state: SyncState, now: datetime, most_rows: int) -> Width:
    """The width that a pass begins with, below one that the server did not answer within `REMEMBERED`."""
    known = bool(state.too_wide_at and now - REMEMBERED < state.too_wide_at <= now + AHEAD)
    too_wide = timedelta(seconds=state.too_wide_s) if known and state.too_wide_s else None
    rows = min(state.page_rows or most_rows, most_rows) if known else most_rows
    return Width(FIRST_WIDTH[part.kind], too_wide, most_rows, rows, sure=known and bool(state.too_wide_sure))


def passes(state: SyncState, now: datetime, since: timedelta, zone: ZoneInfo) -> list[Pass]:
    """The passes of a run: new rows, and the look-backs that are due or not finished."""
    first = state.closed_until is None
    oldest = max(state.closed_from or now - since, now - since)
    start = min(state.closed_until, now - LATE) if state.closed_until else oldest
    found = [Pass("new", _floor(start), None)]
    if first:
        return found
    for kind, at, began in (
        ("48h", state.look_48h_at, state.looked_48h),
        ("30d", state.look_30d_at, state.looked_30d),
    ):
        due = began is not None and began < (now - HOUR if kind == "48h" else last_night(now, zone))
        if at is None and not due:
            continue
        lowest = max(state.closed_from or now, now - DEPTHS[kind])
        begin = _floor(max(lowest, at) if at else lowest)
        if begin < now - LATE:
            found.append(Pass(kind, begin, _floor(now - LATE)))
    return found


def begins_with(state: SyncState, bounds: tuple[datetime | None, datetime | None], now: datetime) -> bool:
    """True if a range up to now is where the history begins: no sync of the stream came to its end before.

    It is then synced as any first run is, and later runs continue where it ends. One that was broken off is continued.
    """
    start, end = bounds
    if start is None or start >= now or end is not None or state.finished_at is not None:
        return False
    return state.closed_from in (None, _floor(start))


def range_pass(state: SyncState, start: datetime, end: datetime | None, now: datetime, resume: bool = True) -> Pass:
    """The pass over a range. What a run over it closed within the last day, before it was broken off, is left out."""
    first, at, began = state.range_from, state.range_at, state.range_began
    if resume and first and at and began and now - REMEMBERED < began <= now + AHEAD:
        inside = first <= start < at and (end is None or at < end)
        return Pass("range", first, end, at) if inside else Pass("range", start, end)
    return Pass("range", start, end)


def trusted(state: SyncState, now: datetime) -> tuple[SyncState, list[str]]:
    """The state without times in the future, which a clock that was ahead has left, and the names of these times.

    How far a stream is closed is then unknown, and look-backs are due.
    """
    names = (
        "closed_from",
        "closed_until",
        "looked_48h",
        "look_48h_at",
        "looked_30d",
        "look_30d_at",
        "kept_before",
        "range_at",
    )
    ahead = [name for name in names if (at := getattr(state, name)) is not None and at > now + AHEAD]
    found = replace(state)
    for name in ahead:
        setattr(found, name, now - DEPTHS["30d"] if name.startswith("looked") else None)
    return found, ahead


def lag_s(state: Mapping[str, Any], now: datetime) -> float | None:
    """Seconds that a stream may be behind. A time in the future was never reached, so that nothing may be closed."""
    until: datetime | None = state["closed_until"]
    if until and until > now + AHEAD:
        until = min(filter(None, (state["closed_from"], state["finished_at"], now)))
    return max(0.0, (now - until).total_seconds()) if until else None


def begin(part: Pass, state: SyncState, now: datetime) -> dict[str, Any]:
    """Values of the state that change with the first window of a pass."""
    if part.kind == "new" and state.closed_from is None:
        # A back-fill may take days: what changes behind it meanwhile is for the look-backs.
        return {"closed_from": part.start, "looked_48h": now, "looked_30d": now}
    if part.kind == "again":
        return {}
    if part.kind == "range":
        return {} if part.begin else {"range_from": part.start, "range_began": now}
    at = {"48h": state.look_48h_at, "30d": state.look_30d_at}.get(part.kind, now)
    return {f"looked_{part.kind}": now} if at is None else {}


def advance(part: Pass, state: SyncState, window: Window, now: datetime) -> Mapping[str, Any]:
    """Values of the state that change when a window of a pass is closed."""
    reached = now if window.end is None else min(window.end, now)
    if part.kind == "new":
        return {"closed_until": max(state.closed_until or reached, reached)}
    if part.kind == "again":
        return {}
    whole = window.end in (None, part.end)
    if part.kind != "range":
        return {f"look_{part.kind}_at": None if whole else window.end}
    values: dict[str, Any] = {"range_at": None if whole else window.end}
    if whole and state.closed_from and part.start < state.closed_from <= (part.end or now):
        values["closed_from"] = part.start  # the range is joined to what was closed, and look-backs go through it too
    return values


def again_from(at: datetime, state: SyncState, now: datetime) -> dict[str, Any]:
    """Values of the state that let the shortest look-back that reaches a time begin there with the next run."""
    for kind, depth in DEPTHS.items():
        if at > now - depth:
            known: datetime | None = getattr(state, f"look_{kind}_at")
            return {f"look_{kind}_at": min(known or at, at)}
    return {}


def next_window(part: Pass, start: datetime, width: timedelta, now: datetime) -> Window:
    """The window of a pass that starts at ``start``; the last one of what is new has no end."""
    end = _floor(start + width)
    if part.end is None:
        return Window(start, None if end >= now else end)
    return Window(start, min(end, part.end))


def at_least(span: timedelta) -> int:
    """The number of windows for an empty span of time: they double in width up to a day."""
    count, width = 0, FIRST_WIDTH["new"]
    while span > timedelta(0):
        count, span, width = count + 1, span - width, min(2 * width, WIDEST)
    return count


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The last time that it was two in the morning."""
    local = now.astimezone(zone)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def _floor(at: datetime) -> datetime:
    """The whole millisecond at or before a time: the server knows no finer ones."""
    return at - timedelta(microseconds=at.microsecond % 1000)
