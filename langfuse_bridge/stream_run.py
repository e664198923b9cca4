"""One stream of a run: its passes, window by window, read by one thread and written by another."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.errors import TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge import api_client as langfuse
from gendash.langfuse_bridge import windows
from gendash.langfuse_bridge.api_client import Api, Client
from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.packed_rows import PackedRow
from gendash.langfuse_bridge.pages import (
    LIMITS,
    MS,
    NARROWEST,
    Asked,
    Page,
    Pages,
    Window,
    page_reader,
    pages_path,
    taken,
)
from gendash.langfuse_bridge.read_ahead import lagging, read_ahead
from gendash.langfuse_bridge.replace import Closed
from gendash.langfuse_bridge.shaping import Shaping
from gendash.langfuse_bridge.store import Overtaken, Store
from gendash.langfuse_bridge.streams import Stream
from gendash.langfuse_bridge.sync_report import Progress, StreamReport, SyncReport
from gendash.langfuse_bridge.sync_state import SyncState
from gendash.langfuse_bridge.windows import Pass, Width

NARROWINGS = 3
"""How often a run narrows the window in a row for a server that may as well be away; the next run starts below."""
_CONTINUES = "continues at {:%Y-%m-%d %H:%M}, where the last run over this range ended"
PART = 10_000
"""Rows held in memory before a part of a window is written; up to three parts are held at once."""


@dataclass
class Run:
    """What the streams of a run share: servers, clock, and rows that were found at two times."""

    client: Client
    store: Store
    shaping: Shaping
    now: datetime
    progress: Callable[[Progress], None]
    look_s: float
    began: float
    beaten: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    reclose: list[datetime] = field(default_factory=list)


class Part(NamedTuple):
    """A part of a window: its bounds, rows by key, and how many were read. ``last`` is set for the part that closes the
    window; it carries the items set aside in the whole window."""

    whole: Window
    bounds: Window
    rows: dict[tuple[str, ...], PackedRow]
    read: int
    last: bool
    rejected: list[Rejected]


@dataclass
class Job:
    """One stream at work: what reads it, where it was, and what it did."""

    run: Run
    stream: Stream
    pages: Pages
    path: str
    state: SyncState
    done: StreamReport


def run_stream(
    run: Run,
    config: Config,
    stream: Stream,
    api: Api,
    report: SyncReport,
    bounds: tuple[datetime | None, datetime | None],
    resume: bool = True,
) -> None:
    """Brings a stream in: what is new and the look-backs that are due, or the range of ``bounds`` where there is one.

    A range that was broken off is continued, unless ``resume`` is off.
    """
    done = StreamReport(run.shaping.shaper.project, stream.name)
    report.streams.append(done)
    asked = run.client.asked
    state, ahead = windows.trusted(run.store.state(done.project, stream.name), run.now)
    if ahead:
        done.notes.append(f"{', '.join(ahead)} lie in the future: a clock was ahead; {stream.name} are read again")
    job = Job(run, stream, page_reader(api, stream, run.client, run.shaping), pages_path(api, stream), state, done)
    todo = _passes(job, config, bounds, resume)
    run.beaten, run.reclose = {}, []
    try:
        for part in todo:
            _pass(job, part)
        for at in run.reclose:
            _pass(job, Pass("again", at, at + MS))
        values: dict[str, Any] = {"resume_at": None, "api": api, "server": report.server}
        if not any(bounds) or windows.begins_with(state, bounds, run.now):  # what lies outside of a range is as it was
            values |= {"finished_at": run.now, "error": None, "error_at": None}
        run.store.note(done.project, stream.name, values)
    except TargetError:
        pending = min([*run.beaten.values(), *run.reclose], default=None)
        if pending:  # an older version may count again, which only a run that comes to its end finds out
            run.store.note(done.project, stream.name, windows.again_from(pending, state, run.now))
        raise
    finally:
        done.requests, done.closed_until = run.client.asked - asked, state.closed_until
        run.store.note(done.project, stream.name, {}, done.requests)


def _passes(job: Job, config: Config, bounds: tuple[datetime | None, datetime | None], resume: bool) -> list[Pass]:
    """The passes of a run: those that are due, or the one over a range. The first sync of all begins with its range."""
    since, now = timedelta(seconds=config.seconds("langfuse.since")), job.run.now
    if bounds[0] and windows.begins_with(job.state, bounds, now):
        since, until = now - bounds[0], job.state.closed_until
        if until:
            job.done.notes.append(_CONTINUES.format(until))
    elif any(bounds):
        return [_range_pass(job, bounds[0] or now - since, bounds[1], resume)]
    return windows.passes(job.state, now, since, config.zone)


def _range_pass(job: Job, start: datetime, end: datetime | None, resume: bool) -> Pass:
    """The pass over a range, which may continue an earlier one."""
    one = windows.range_pass(job.state, start, end, job.run.now, resume)
    if one.begin:
        job.done.notes.append(_CONTINUES.format(one.begin))
    return one


def _pass(job: Job, part: Pass) -> None:
    """Closes the windows of a pass. A look-back stops when its time is up; the next run continues there."""
    run = job.run
    width = windows.first_width(part, job.state, run.now, LIMITS[job.path])
    opening = windows.begin(part, job.state, run.now)
    clock = _Clock(job, part)
    at: datetime | None = part.begin or part.start
    failures = 0
    while at:
        before = job.state.closed_until
        try:
            with read_ahead(_read(job, part, at, width)) as found:
                for piece in found:
                    window = piece.whole
                    values = opening | dict(windows.advance(part, job.state, window, run.now))
                    values |= width.noted(job.state)
                    _write(job, piece, values if piece.last else {}, thorough=part.kind == "range")
                    if piece.last:
                        job.state.update(values)
                        opening, failures = {}, 0
                        at = None if window.end in (None, part.end) else window.end
                        clock.report(window)
                        before = job.state.closed_until
            if at:
                job.done.notes.append(f"look-back over {part.kind} continues with the next run")
                return
        except langfuse.TooMuch as refusal:
            failures += 1
            _narrow(job, width, refusal, failures)
        except langfuse.AlwaysFails:
            width.narrow(both=False, page=False)
            _note_width(job, width)  # one row may be what the server fails for: the next run asks for less around it
            raise
        except Overtaken:
            found_state = run.store.state(job.done.project, job.stream.name)
            job.state.update(vars(windows.trusted(found_state, run.now)[0]))
            until = job.state.closed_until
            if part.kind == "new" and at and until and (before is None or until > before):
                at = max(at, until)


def _read(job: Job, part: Pass, at: datetime, width: Width) -> Generator[Part, None, None]:
    """What a pass reads from a time on, window by window."""
    asked = lagging(_ask(job, part, at, width), lambda: job.run.shaping.ahead)
    for window, pages in groupby(asked, itemgetter(0)):
        yield from in_parts(taken(page for _, page in pages), window)


def _ask(job: Job, part: Pass, at: datetime, width: Width) -> Iterator[tuple[Window, Asked]]:
    """Asks for the pages of a pass from a time on; ends early where the time of a look-back is up."""
    run = job.run
    while True:
        if part.kind in windows.DEPTHS and run.client.clock() - run.began > run.look_s:
            return
        window = windows.next_window(part, at, width.now, run.now)
        width.at = window
        asked = run.client.asked
        for page in job.pages(window, width.rows):
            yield window, page
        if window.end is None or window.end == part.end:
            return
        at = window.end
        width.learn(run.client.asked - asked)


def _narrow(job: Job, width: Width, refusal: langfuse.TooMuch, failures: int) -> None:
    """Narrows the next window, or the page, after the server gave up, and notes that for the runs that follow.

    Raises an error of the tree where nothing narrower is left, or where the server seems to be away.
    """
    run, where = job.run, job.run.client.where
    if width.at and width.at.end is None:
        width.now = max(run.now - width.at.start, 2 * NARROWEST)
    possible = width.narrow(both=job.path in langfuse.WHOLE_ITEMS)
    _note_width(job, width)
    if refusal.away and (failures > NARROWINGS or not possible):
        do = "run again, which asks for narrower windows; look whether the server is up"
        raise Unreachable(Problem(where, f"{refusal}, also for narrower windows", do)) from None
    if not possible:
        reason = f": {refusal}" if str(refusal) else ""
        what = f"{job.stream.name} of one second, one a page, are too much for the server{reason}"
        raise Unexpected(Problem(where, what, "see its logs")) from None


def _note_width(job: Job, width: Width) -> None:
    """Notes what the server did not answer, for this run and those that follow."""
    refused = {
        "too_wide_s": width.too_wide.total_seconds() if width.too_wide else None,
        "too_wide_at": job.run.now,
        "too_wide_sure": False,
        "page_rows": width.rows if width.rows < width.most_rows else None,
    }
    job.run.store.note(job.done.project, job.stream.name, refused)
    job.state.update(refused)


def _write(job: Job, piece: Part, values: dict[str, Any], thorough: bool = False) -> None:
    """Makes the table hold exactly the server's rows of a part of a window.

    ``values`` goes into the state with the last part, since only then the window is closed.
    """
    state, done = job.state, job.done
    rejected = (piece.whole, piece.rejected) if piece.last else None
    closed = job.run.store.close(
        job.stream, done.project, piece.bounds, piece.rows, state.windows, values, piece.read, thorough, rejected
    )
    state.windows += 1
    done.read += piece.read
    done.written += closed.written
    done.deleted += closed.deleted
    done.windows += piece.last
    done.rejected += len(piece.rejected) if piece.last else 0
    _remember(job.run, closed)


def in_parts(pages: Iterator[Page], window: Window) -> Iterator[Part]:
    """Stretches of a window, newest first, with the newest version of each row in them by key."""
    kept: dict[tuple[str, ...], PackedRow] = {}
    aside: list[Rejected] = []
    end, read = window.end, 0
    for rows, floor, rejected in pages:
        aside += rejected
        read += len(rows)
        for row in rows:
            old = kept.get(row.key)
            if old is None or (row.updated, row.time) > (old.updated, old.time):
                kept[row.key] = row
        if floor is not None and len(kept) >= PART:
            start = floor + timedelta(microseconds=1)
            whole = {key: row for key, row in kept.items() if row.time >= start}
            yield Part(window, Window(start, end), whole, read, False, [])
            kept = {key: row for key, row in kept.items() if row.time < start}
            end, read = start, 0
    yield Part(window, Window(window.start, end), kept, read, True, aside)


def _remember(run: Run, closed: Closed) -> None:
    """Keeps track of rows with versions at two times: when the newer one vanishes, the older one counts again."""
    for key in closed.gone:
        if key in run.beaten:
            run.reclose.append(run.beaten.pop(key))
    run.beaten |= closed.beaten


class _Clock:
    """Reports the progress of a pass, with its time split into work and waiting."""

    def __init__(self, job: Job, part: Pass) -> None:
        self.job, self.part = job, part
        self.end = part.end or job.run.now
        self.began, self.waited = job.run.client.clock(), job.run.client.waited_s
        self.read = job.done.read

    def report(self, window: Window) -> None:
        """Reports that a window is closed."""
        run, done, part = self.job.run, self.job.done, self.part
        waited = run.client.waited_s - self.waited
        worked = run.client.clock() - self.began - waited
        at, start = min(window.end or self.end, self.end), part.begin or part.start
        run.progress(
            Progress(done.project, done.stream, part.kind, start, at, self.end, done.read - self.read, worked, waited)
        )
