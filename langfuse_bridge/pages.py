"""The pages of a window, newest rows first, for every list that is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from gendash.engine.errors import Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_client import Api, Client, Missing, TooMuch
from gendash.langfuse_bridge.api_types import TraceItem
from gendash.langfuse_bridge.odd_items import Listed, Rejected, item_decoder, page_decoder
from gendash.langfuse_bridge.packed_rows import PackedPage, PackedRow, packer
from gendash.langfuse_bridge.shaping import Decode, Pending, Shaping
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES, Stream

MS, NARROWEST = timedelta(milliseconds=1), timedelta(seconds=1)
LIMITS = {"v2/observations": 1000, "v3/scores": 100, "observations": 100, "traces": 100, "v2/scores": 100}
"""Rows a page, as many as the server gives."""
_FIELDS = "core,basic,time,model,usage,prompt,metrics,trace_context"
_SCORE_GROUPS = {"score_comment": "details", "score_author": "annotation"}
_OBSERVATIONS = page_decoder(api_types.Observation)
_SCORES = page_decoder(api_types.Score)
_TRACES = page_decoder(TraceItem)
_TRACE = item_decoder(TraceItem)
_KNOWN_TRACES = 50_000
_NO_TRACE = TraceItem("")
_REPEATS, _SAME, _ENDLESS = 100, 3, 10_000
"""A cursor or a page that comes so often, and a list with so many pages without a row or within an instant, never ends.
"""
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than every row: a page of a window without an end, of which no item says when it was."""
_PLAIN_ID = re.compile(r"[\w~-][\w.~-]{0,499}", re.ASCII)
"""Ids that every proxy lets through in a path."""


class Page(NamedTuple):
    """Rows, the time down to which (excluded) nothing of the window is missing (None on the last page), and items that
    were set aside."""

    rows: list[PackedRow]
    floor: datetime | None
    rejected: Sequence[Rejected] = ()


class Window(NamedTuple):
    """Start included, end excluded; no end means everything after the start."""

    start: datetime
    end: datetime | None


Params = dict[str, str | int]
Asked = Callable[[], Page | None]
"""A page that was asked for and may still be shaped elsewhere; it is taken by the call, in the order of the list."""
Pages = Callable[[Window, int], Iterator[Asked]]
"""The pages of a window, with at most so many rows each."""


def page_reader(api: Api, stream: Stream, client: Client, shaping: Shaping) -> Pages:
    """The pages of a stream as a function of the window and of the rows of a page."""
    if stream is OBSERVATIONS:
        read = _observations_v2 if api == "v2" else _observations_v1
    else:
        read = _scores_v3 if api == "v2" else _scores_v2
    traces: dict[str, TraceItem] = {}

    def checked(window: Window, asked: Asked) -> Page | None:
        page = asked()
        if page:
            _check(client, stream, window, page.rows)
        return page

    def pages(window: Window, limit: int) -> Iterator[Asked]:
        for asked in read(client, shaping, window, limit, traces):
            yield partial(checked, window, asked)

    return pages


def taken(pages: Iterable[Asked]) -> Iterator[Page]:
    """The pages themselves."""
    return filter(None, (asked() for asked in pages))


def pages_path(api: Api, stream: Stream) -> str:
    """The path of the list that holds a stream."""
    paths = {"observations": ("v2/observations", "observations"), "scores": ("v3/scores", "v2/scores")}
    return paths[stream.name][api == "v1"]


def api_time(at: datetime) -> str:
    """A time as the API takes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _bounds(window: Window, low: str, high: str) -> Params:
    found: Params = {low: api_time(window.start)}
    return found | {high: api_time(window.end)} if window.end else found


def _check(client: Client, stream: Stream, window: Window, page: list[PackedRow]) -> None:
    # A server that ignores the bounds would make us take other windows' rows for this one's.
    for row in (page[0], page[-1]) if page else ():
        if row.time < window.start or (window.end and row.time >= window.end):
            what = f"{stream.name} outside the requested time were sent"
            raise Unexpected(Problem(client.where, what, "is a proxy dropping query parameters?"))


def _by_cursor(client: Client, stream: Stream, params: Params, shaping: Shaping) -> Iterator[Asked]:
    """Pages linked by cursors. A page may be short or empty and still carry one; only its absence ends the list."""
    path, decode = pages_path("v2", stream), shaping.anywhere(stream)
    listing = _Listing(client, path, shaping.here(stream))
    cursors: Counter[str] = Counter()
    while True:
        answer: Pending = client.get(path, params, decode)
        cursor = answer.meta.cursor
        yield partial(listing.page, params, answer, not cursor)
        if not cursor:
            return
        cursors[cursor] += 1
        if cursors[cursor] == _REPEATS:
            raise _never_ends(client, path, "the same cursor")
        params = {**params, "cursor": cursor}


@dataclass
class _Listing:
    """The pages of a list with cursors, taken in their order."""

    client: Client
    path: str
    here: Decode
    floor: datetime | None = None
    unplaced: tuple[Rejected, ...] = ()
    empty: int = 0

    def page(self, params: Params, pending: Pending, last: bool) -> Page | None:
        """A page; None while no row says how far the list has come."""
        found = self._shaped(params, pending)
        if found.rows:
            self.floor = found.rows[-1].time
        self.empty = 0 if found.rows else self.empty + 1
        if self.empty == _ENDLESS:
            raise _never_ends(self.client, self.path, "empty pages")
        self.unplaced = (*self.unplaced, *found.rejected)
        if not last and self.floor is None:
            return None
        aside, self.unplaced = self.unplaced, ()
        return Page(found.rows, None if last else self.floor, aside)

    def _shaped(self, params: Params, pending: Pending) -> PackedPage:
        """The rows of a page. One that cannot be read is asked for again, as any answer that breaks off is."""
        try:
            return pending.page()
        except (ValueError, RecursionError):
            again: Pending = self.client.get(self.path, params, self.here)
            return again.page()


def _never_ends(client: Client, path: str, what: str) -> Unexpected:
    do = "does a proxy drop query parameters? run again; report it to the server's operator"
    return Unexpected(Problem(client.where, f"/api/public/{path} sends {what} again and again", do))


def _observations_v2(client: Client, shaping: Shaping, window: Window, limit: int, _traces: Any) -> Iterator[Asked]:
    params: Params = {
        "limit": limit,
        "fields": _FIELDS,
        **_bounds(window, "fromStartTime", "toStartTime"),
    }
    metadata = shaping.shaper.metadata
    if metadata:
        params |= {"fields": f"{_FIELDS},metadata", "expandMetadata": ",".join(metadata)}
    return _by_cursor(client, OBSERVATIONS, params, shaping)


def _scores_v3(client: Client, shaping: Shaping, window: Window, limit: int, _traces: Any) -> Iterator[Asked]:
    groups = [group for field, group in _SCORE_GROUPS.items() if field in shaping.shaper.fields]
    params: Params = {
        "limit": limit,
        "fields": ",".join(["core", "subject", *groups]),
        **_bounds(window, "fromTimestamp", "toTimestamp"),
    }
    return _by_cursor(client, SCORES, params, shaping)


def _by_time(
    client: Client,
    path: str,
    window: Window,
    limit: int,
    names: tuple[str, str],
    decode: Any,
    time: Callable[[Any], datetime | None],
) -> Iterator[tuple[Listed, datetime | None]]:
    """Pages of a list that only counts pages: each request ends where the last row started.

    So rows that come or go meanwhile shift nothing; page numbers are used only within one millisecond. An item that the
    server cannot give, alone on its page in a window as narrow as any, is set aside.
    """
    end, page = window.end, 1
    alone = limit == 1 and end is not None and end - window.start <= NARROWEST
    pages = _Pages(client, path)
    while True:
        bounds = _bounds(Window(window.start, end), *names)
        params: Params = {"limit": limit, "page": page, **bounds}
        params |= {"fields": "core"} if path == "traces" else {}  # without what was said
        answer = pages.get(params, page, decode, alone)
        total = answer.meta.total
        # A full page never ends a list, whatever the count says: a wrong count would cost the rows that follow.
        if not answer.sent or (answer.sent < limit and (total or 0) <= (page - 1) * limit + answer.sent):
            yield answer, None
            return
        last = next(filter(None, map(time, reversed(answer.data))), None)
        if last is None:  # nothing says how far this page goes
            yield answer, end or _FAR
            page += 1
            continue
        yield answer, last
        above = _ceil(last)
        end, page = (end, page + 1) if end is not None and above >= end else (above, 1)


@dataclass
class _Pages:
    """The pages of a list with numbers, without an item that is too large and without an end that never comes."""

    client: Client
    path: str
    before: list[str] = field(default_factory=list)
    same: int = 0

    def get(self, params: Params, page: int, decode: Any, alone: bool) -> Listed:
        """A page. An item that stands ``alone`` on it and that the server cannot give is one that is set aside."""
        try:
            answer: Listed = self.client.get(self.path, params, decode)
        except TooMuch as refusal:
            if not alone or refusal.away or page > _REPEATS:
                raise
            reason = f"one item alone is too large to be read: number {page} of its second"
            return Listed([], [Rejected("", "", None, reason)], 1)
        ids = [item.id for item in answer.data]
        self.same = self.same + 1 if page > 1 and ids == self.before and ids else 0
        self.before = ids
        if self.same == _SAME or page > _ENDLESS:
            what = f"/api/public/{self.path} sends the same page again and again"
            raise Unexpected(Problem(self.client.where, what, "does a proxy drop query parameters?"))
        return answer


def _ceil(at: datetime) -> datetime:
    """The first whole millisecond after a time."""
    return at - timedelta(microseconds=at.microsecond % 1000) + MS


def _observations_v1(
    client: Client, shaping: Shaping, window: Window, limit: int, traces: dict[str, TraceItem]
) -> Iterator[Asked]:
    names, pack, shaper = ("fromStartTime", "toStartTime"), packer(OBSERVATIONS), shaping.shaper
    pages = _by_time(client, "observations", window, limit, names, _OBSERVATIONS, lambda item: item.start_time)
    for part, floor in pages:
        _learn(client, part.data, limit, traces)
        page = pack(
            shaper.observation(item, traces[item.trace_id] if item.trace_id else _NO_TRACE) for item in part.data
        )
        yield partial(Page, page.rows, floor, [*part.rejected, *page.rejected])


def _learn(client: Client, items: list[api_types.Observation], limit: int, traces: dict[str, TraceItem]) -> None:
    """Completes ``traces`` with those that the items belong to: in lists where it can, one by one where it must."""
    names = {item.trace_id for item in items if item.trace_id}
    wanted = names - set(traces)
    if not wanted:
        return
    if len(traces) > _KNOWN_TRACES:
        traces.clear()
        wanted = names
    if len(wanted) > 3 or not all(map(_PLAIN_ID.fullmatch, wanted)):
        # A trace starts at, or shortly before, its first observation.
        window = Window(items[-1].start_time - timedelta(minutes=2), items[0].start_time + MS)
        bounds = ("fromTimestamp", "toTimestamp")
        lists = _by_time(client, "traces", window, limit, bounds, _TRACES, lambda item: item.timestamp)
        for found, _ in lists:
            traces |= {trace.id: trace for trace in found.data}
        wanted -= set(traces)
    for trace_id in sorted(wanted):
        traces[trace_id] = _one_trace(client, trace_id)


def _one_trace(client: Client, trace_id: str) -> TraceItem:
    """A trace by its id; one without anything where the server does not give it, or where no path can hold the id."""
    nothing = TraceItem(trace_id)
    if trace_id in (".", ".."):  # as part of a path these mean another path
        return nothing
    try:
        found = client.get(f"traces/{quote(trace_id, safe='')}", {"fields": "core"}, _TRACE)
    except (Missing, TooMuch):
        return nothing
    except Unreachable:
        if _PLAIN_ID.fullmatch(trace_id):
            raise
        return nothing  # a proxy refuses such paths, with a page of its own
    return found if isinstance(found, TraceItem) else nothing


def _scores_v2(client: Client, shaping: Shaping, window: Window, limit: int, _traces: Any) -> Iterator[Asked]:
    names, pack = ("fromTimestamp", "toTimestamp"), packer(SCORES)
    for part, floor in _by_time(client, "v2/scores", window, limit, names, _SCORES, lambda item: item.timestamp):
        page = pack(map(shaping.shaper.score, part.data))
        yield partial(Page, page.rows, floor, [*part.rejected, *page.rejected])
