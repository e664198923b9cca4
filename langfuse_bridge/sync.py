"""Syncs PostgreSQL with Langfuse: windows closed one by one, resumable, and writing only what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from gendash.engine.config.load import Config
from gendash.engine.errors import ConfigError, GendashError, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.langfuse_bridge import client as langfuse
from gendash.langfuse_bridge import totals, windows
from gendash.langfuse_bridge.client import Api, Client
from gendash.langfuse_bridge.models import MODELS, sync_models
from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.open_run import enter, keep_history, open_client, open_shaper, open_store, settle_fields
from gendash.langfuse_bridge.pages import MS, Page, Pages, Window, page_reader, pages_path
from gendash.langfuse_bridge.replace import Closed
from gendash.langfuse_bridge.rows import OBSERVATIONS, SCORES, Shaper, StoredRow, Stream
from gendash.langfuse_bridge.store import Overtaken, Store, SyncState
from gendash.langfuse_bridge.windows import Pass

STREAMS = (OBSERVATIONS, SCORES)
NARROWINGS = 3
"""How often a run narrows the window in a row for a server that may as well be away; the next run starts below."""
PART = 10_000
"""Rows held in memory before a part of a window is written."""


@dataclass
class StreamReport:
    """The result of a run for one stream of one project."""

    project: str
    stream: str
    windows: int = 0
    read: int = 0
    written: int = 0
    deleted: int = 0
    requests: int = 0
    rejected: int = 0
    closed_until: datetime | None = None
    notes: list[str] = field(default_factory=list)


@dataclass
class SyncReport:
    """The result of a run. ``resume_at`` is the time at which it can continue after the server asked for a pause."""

    project: str = ""
    server: str = ""
    api: str = ""
    reason: str = ""
    streams: list[StreamReport] = field(default_factory=list)
    models: StreamReport | None = None
    notes: list[str] = field(default_factory=list)
    resume_at: datetime | None = None

    @property
    def complete(self) -> bool:
        """True if all new rows are stored. A look-back may still have to continue; then a stream has a note."""
        return self.resume_at is None


@dataclass(frozen=True)
class Progress:
    """The progress of a run: ``at`` within ``start`` to ``end`` of a pass, and the rows read so far."""

    project: str
    stream: str
    kind: str
    start: datetime
    at: datetime
    end: datetime
    rows: int


@dataclass
class _Run:
    """The state that the functions below share: servers, clock, and rows that were found at two times."""

    client: Client
    store: Store
    shaper: Shaper
    now: datetime
    progress: Callable[[Progress], None]
    look_s: float
    began: float
    beaten: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    reclose: list[datetime] = field(default_factory=list)


def sync(
    config: Config,
    *,
    now: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
    dry_run: bool = False,
    progress: Callable[[Progress], None] | None = None,
    client: Client | None = None,
    store: Store | None = None,
) -> SyncReport:
    """One run over all streams: what is new and the look-backs that are due, or the range from ``from_`` to ``to``.

    Stops cleanly, with everything closed so far kept, when the server asks for a long pause. Raises an error of the
    tree, which is also noted in the state, when a server cannot be used.
    """
    store = store or open_store(config)
    client = client or open_client(config, store)
    try:
        if dry_run:
            return _estimate(config, client, store, now, from_, to)
        return _sync(config, client, store, now, from_, to, progress or (lambda _: None))
    finally:
        client.close()
        store.disconnect()


def _sync(
    config: Config,
    client: Client,
    store: Store,
    now: datetime,
    from_: datetime | None,
    to: datetime | None,
    progress: Callable[[Progress], None],
) -> SyncReport:
    project = config["langfuse.project"]
    report = SyncReport(project)
    states = [store.state(project, stream.name) for stream in STREAMS]
    paused = max((state.resume_at for state in states if state.resume_at), default=None)
    longest = timedelta(seconds=config.seconds("langfuse.max_pause"))
    if paused and now < paused <= now + longest:  # a time further away was never asked for, or is no longer believed
        report.resume_at = paused
        report.notes.append(f"the server asked for a pause; continues at {paused:%Y-%m-%d %H:%M:%S %Z}")
        return report
    began = client.clock()
    try:
        with langfuse.in_one_line(client, but=langfuse.Paused):
            report.server, api, report.reason = enter(config, client, store, states[0])
            report.api = api
            keep_history(client, store, project, now)
            report.notes += settle_fields(config, store, project, states[0])
            look_s = config.seconds("langfuse.cadence") / 2
            run = _Run(client, store, open_shaper(config, store, project), now, progress, look_s, began)
            failed = _streams(run, config, api, report, from_, to)
    except GendashError as error:
        _note_error(store, project, now, error)
        raise
    except langfuse.Paused as pause:
        report.resume_at = now + timedelta(seconds=client.clock() - began) + pause.wait
        report.notes.append(f"rate limit reached; continues at {report.resume_at:%Y-%m-%d %H:%M:%S %Z}")
        store.note(project, OBSERVATIONS.name, {"resume_at": report.resume_at})
    else:
        report.models = _models(client, store, project, now)
        if failed:
            raise failed
    return report


def _streams(
    run: _Run, config: Config, api: Api, report: SyncReport, from_: datetime | None, to: datetime | None
) -> Unexpected | None:
    """Brings every stream in; the first fault of what a stream was sent, which does not stop the others."""
    failed: Unexpected | None = None
    for stream in STREAMS:
        try:
            _stream(run, config, stream, api, report, from_, to)
        except Unexpected as error:
            run.store.note(report.project, stream.name, {"error": str(error.problems[0]), "error_at": run.now})
            failed = failed or error
    return failed


def _models(client: Client, store: Store, project: str, now: datetime) -> StreamReport | None:
    """The result for the price list; if it cannot be read, the rest of the run is not affected."""
    asked = client.asked
    try:
        with langfuse.in_one_line(client, but=langfuse.Paused):
            found = sync_models(client, store, project, now)
    except langfuse.Paused:
        return None  # the next run is soon enough
    except TargetError as error:
        store.note(project, MODELS.name, {"error": str(error.problems[0]), "error_at": now}, client.asked - asked)
        raise
    if found is None:
        return None
    read, written, deleted = found
    requests = client.asked - asked
    return StreamReport(project, MODELS.name, 1, read, written, deleted, requests, closed_until=now)


def _estimate(
    config: Config, client: Client, store: Store, now: datetime, from_: datetime | None, to: datetime | None
) -> SyncReport:
    """An estimate of a run's requests by the server's own counts; nothing is written."""
    project, since = config["langfuse.project"], timedelta(seconds=config.seconds("langfuse.since"))
    states = {stream: store.state(project, stream.name, make=False) for stream in STREAMS}
    with langfuse.in_one_line(client):
        server, api, reason = enter(config, client, store, states[OBSERVATIONS])
    report = SyncReport(project, server, api, reason)
    for stream, state in states.items():
        start, end = windows.passes(state, now, since, config.zone)[0].start, now + MS
        if from_ or to:
            start, end = from_ or now - since, to or end
        with langfuse.in_one_line(client):
            rows = totals.counts(client, api, Window(start, end))[stream.name]
        done = StreamReport(project, stream.name, read=rows)
        # A page of the older API brings with it about as many requests for its traces.
        per_page = {"observations": 1000, "scores": 100}[stream.name] if api == "v2" else 100
        factor = 2 if api == "v1" and stream is OBSERVATIONS else 1
        done.requests = factor * -(-rows // per_page) + windows.at_least(end - start)
        allowed = client.allowed(pages_path(api, stream))
        minutes = -(-done.requests * allowed.interval_s // 60) if allowed else 0
        pace = f", at {60 / allowed.interval_s:.0f} a minute about {minutes:.0f} minutes" if allowed else ""
        done.notes.append(f"{rows:,} rows from {start:%Y-%m-%d %H:%M}: about {done.requests:,} requests{pace}")
        report.streams.append(done)
    return report


def _stream(
    run: _Run,
    config: Config,
    stream: Stream,
    api: Api,
    report: SyncReport,
    from_: datetime | None,
    to: datetime | None,
) -> None:
    done = StreamReport(run.shaper.project, stream.name)
    report.streams.append(done)
    asked = run.client.asked
    state, ahead = windows.trusted(run.store.state(done.project, stream.name), run.now)
    if ahead:
        done.notes.append(f"{', '.join(ahead)} lie in the future: a clock was ahead; {stream.name} are read again")
    pages = page_reader(api, stream, run.client, run.shaper)
    since = timedelta(seconds=config.seconds("langfuse.since"))
    if from_ or to:
        todo = [Pass("range", from_ or run.now - since, to)]
    else:
        todo = windows.passes(state, run.now, since, config.zone)
    run.beaten, run.reclose = {}, []
    try:
        for part in todo:
            _pass(run, stream, pages, part, state, done)
        for at in run.reclose:
            _close(run, stream, pages, Window(at, at + MS), state, done, {})
        values = {"finished_at": run.now, "error": None, "error_at": None, "resume_at": None}
        run.store.note(done.project, stream.name, values | {"api": api, "server": report.server})
    finally:
        done.requests, done.closed_until = run.client.asked - asked, state.closed_until
        run.store.note(done.project, stream.name, {}, done.requests)


def _pass(run: _Run, stream: Stream, pages: Pages, part: Pass, state: SyncState, done: StreamReport) -> None:
    """Closes the windows of a pass. A look-back stops when its time is up; the next run continues there."""
    width, at = windows.first_width(part, state, run.now), part.start
    opening = windows.begin(part, state, run.now)
    end = part.end or run.now
    failures = 0
    while True:
        if part.kind in windows.DEPTHS and run.client.clock() - run.began > run.look_s:
            done.notes.append(f"look-back over {part.kind} continues with the next run")
            return
        window = windows.next_window(part, at, width.now, run.now)
        asked, before = run.client.asked, state.closed_until
        values = opening | dict(windows.advance(part, state, window, run.now))
        try:
            _close(run, stream, pages, window, state, done, values, thorough=part.kind == "range")
        except langfuse.TooMuch as refusal:
            if window.end is None:
                width.now = max(run.now - window.start, timedelta(seconds=2))
            failures += 1
            narrower = width.halve()
            assert width.too_wide
            refused = {"too_wide_s": width.too_wide.total_seconds(), "too_wide_at": run.now}
            run.store.note(done.project, stream.name, refused)
            _update(state, refused)
            if refusal.away and failures > NARROWINGS:
                do = "run again, which asks for narrower windows; look whether the server is up"
                raise Unreachable(Problem(run.client.where, f"{refusal}, also for narrower windows", do)) from None
            if not narrower:
                reason = f": {refusal}" if str(refusal) else ""
                what = f"{stream.name} of one second are too much for the server{reason}"
                raise Unexpected(Problem(run.client.where, what, "see its logs")) from None
            continue
        except Overtaken:
            _update(state, windows.trusted(run.store.state(done.project, stream.name), run.now)[0])
            if part.kind == "new" and state.closed_until and (before is None or state.closed_until > before):
                at = max(at, state.closed_until)
            continue
        _update(state, values)
        opening, failures = {}, 0
        run.progress(
            Progress(done.project, stream.name, part.kind, part.start, min(window.end or end, end), end, done.read)
        )
        if window.end is None or window.end == part.end:
            return
        at = window.end
        width.learn(run.client.asked - asked)


def _close(
    run: _Run,
    stream: Stream,
    pages: Pages,
    window: Window,
    state: SyncState,
    done: StreamReport,
    values: dict[str, Any],
    thorough: bool = False,
) -> None:
    """Makes the table hold exactly the server's rows of a window, in parts where it has very many.

    ``values`` goes into the state with the last part, since only then the window is closed.
    """
    aside: list[Rejected] = []
    for part, rows, read, last in _parts(stream, pages(window), window, aside):
        noted, rejected = (values, (window, aside)) if last else ({}, None)
        closed = run.store.close(stream, done.project, part, rows, state.windows, noted, read, thorough, rejected)
        state.windows += 1
        done.read += read
        done.written += closed.written
        done.deleted += closed.deleted
        _remember(run, closed)
    done.windows += 1
    done.rejected += len(aside)


def _parts(
    stream: Stream, pages: Iterator[Page], window: Window, aside: list[Rejected]
) -> Iterator[tuple[Window, dict[Any, StoredRow], int, bool]]:
    """Stretches of a window, newest first, with the newest version of each row in them by key, and the rows read.

    Items that were set aside are added to ``aside``.
    """
    time, updated = stream.at(stream.time), stream.at("updated_at")
    key_of = itemgetter(*(stream.at(name) for name in stream.key))
    kept: dict[Any, StoredRow] = {}
    end, read = window.end, 0
    for rows, floor, rejected in pages:
        aside += rejected
        read += len(rows)
        for row in rows:
            key = key_of(row)
            old = kept.get(key)
            if old is None or (row[updated], row[time]) > (old[updated], old[time]):
                kept[key] = row
        if floor is not None and len(kept) >= PART:
            start = floor + timedelta(microseconds=1)
            whole = {key: row for key, row in kept.items() if row[time] >= start}
            yield Window(start, end), whole, read, False
            kept = {key: row for key, row in kept.items() if row[time] < start}
            end, read = start, 0
    yield Window(window.start, end), kept, read, True


def _remember(run: _Run, closed: Closed) -> None:
    """Keeps track of rows with versions at two times: when the newer one vanishes, the older one counts again."""
    for key in closed.gone:
        if key in run.beaten:
            run.reclose.append(run.beaten.pop(key))
    run.beaten |= closed.beaten


def _update(state: SyncState, values: SyncState | dict[str, Any]) -> None:
    found = values if isinstance(values, dict) else vars(values)
    for name, value in found.items():
        setattr(state, name, value)


def _note_error(store: Store, project: str, now: datetime, error: GendashError) -> None:
    try:
        for stream in STREAMS:
            store.note(project, stream.name, {"error": str(error.problems[0]), "error_at": now})
    except GendashError:
        pass  # the store itself may be what failed


def sync_status(
    config: Config, *, now: datetime | None = None, only: str = "", store: Store | None = None
) -> list[dict[str, Any]]:
    """The state of every project and stream, as dicts by column of ``_sync``; of one that never ran, with no values.

    ``lag_s`` is how far behind ``now`` a stream is closed, ``stored`` about how many rows the project has.
    """
    store = store or open_store(config)
    try:
        states = store.states([*STREAMS, MODELS])
    finally:
        store.disconnect()
    names = [config["langfuse.project"], *config["langfuse.projects"]]
    known = {state["project"] for state in states}
    new = [{"project": name, "stream": OBSERVATIONS.name} for name in names if name not in known]
    for state in states:
        state["lag_s"] = windows.lag_s(state, now) if now else None
    if only and only not in {*names, *known}:
        raise ConfigError(Problem("--project", f"no Langfuse project '{only}'", f"known: {', '.join(names)}"))
    return [state for state in [*states, *new] if only in ("", state["project"])]
