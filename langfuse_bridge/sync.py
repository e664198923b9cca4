"""Syncs PostgreSQL with Langfuse: windows closed one by one, resumable, and writing only what differs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

from gendash.engine.config.load import Config
from gendash.engine.errors import GendashError, TargetError, Unreachable
from gendash.langfuse_bridge import api_client as langfuse
from gendash.langfuse_bridge import totals, windows
from gendash.langfuse_bridge.api_client import Api, Client
from gendash.langfuse_bridge.models import MODELS, sync_models
from gendash.langfuse_bridge.open_run import enter, open_client, open_shaper, open_store, settle_fields
from gendash.langfuse_bridge.pages import LIMITS, MS, Window, pages_path
from gendash.langfuse_bridge.server_retention import keep_history
from gendash.langfuse_bridge.shaping import Shaping
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.stream_run import Run, run_stream
from gendash.langfuse_bridge.streams import OBSERVATIONS, STREAMS
from gendash.langfuse_bridge.sync_report import Progress, StreamReport, SyncReport
from gendash.langfuse_bridge.sync_state import public_reason

GC_EVERY = 100_000
"""Objects between two looks of the garbage collector during a run."""
SWITCH_S = 0.0005
"""Seconds for which a thread that computes may keep another one waiting."""
AGAIN = 2
"""How often a request is sent in a run in which the server already failed for long."""
Bounds = tuple[datetime | None, datetime | None]


def sync(
    config: Config,
    *,
    now: datetime,
    from_: datetime | None = None,
    to: datetime | None = None,
    dry_run: bool = False,
    resume: bool = True,
    progress: Callable[[Progress], None] | None = None,
    client: Client | None = None,
    store: Store | None = None,
) -> SyncReport:
    """One run over all streams: what is new and the look-backs that are due, or the range from ``from_`` to ``to``.

    A range that was broken off within the last day is continued, unless ``resume`` is off. Stops cleanly, with
    everything closed so far kept, when the server asks for a long pause. Raises an error of the tree, which is also
    noted in the state, when a server cannot be used.
    """
    store = store or open_store(config)
    client = client or open_client(config, store)
    try:
        if dry_run:
            return _estimate(config, client, store, now, from_, to)
        with _two_threads():
            return _sync(config, client, store, now, (from_, to), resume, progress or (lambda _: None))
    finally:
        client.close()
        store.disconnect()


@contextmanager
def _two_threads() -> Iterator[None]:
    """Settings of Python for one thread that reads while another writes.

    The garbage collector looks seldom: rows hold no cycles, and it would take a fifth of the time of reading. A thread
    that comes back from the network waits briefly for the other one, not 5 ms for each packet.
    """
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(GC_EVERY, *before[1:])
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        sys.setswitchinterval(interval)


def _sync(
    config: Config,
    client: Client,
    store: Store,
    now: datetime,
    bounds: Bounds,
    resume: bool,
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
            keep_history(config, client, store, project, now)
            report.notes += settle_fields(config, store, project, states[0])
            look_s = config.seconds("langfuse.cadence") / 2
            with closing(Shaping(open_shaper(config, store, project))) as shaping:
                run = Run(client, store, shaping, now, progress, look_s, began)
                failed = _streams(run, config, api, report, bounds, resume)
                report.notes += shaping.notes
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
    run: Run, config: Config, api: Api, report: SyncReport, bounds: Bounds, resume: bool
) -> TargetError | None:
    """Brings every stream in; the first fault of one, which does not stop the others. Those of the store do."""
    failed: TargetError | None = None
    for stream in STREAMS:
        try:
            with langfuse.in_one_line(run.client, but=langfuse.Paused):
                run_stream(run, config, stream, api, report, bounds, resume)
        except TargetError as error:
            if error.problems[0].where != run.client.where:
                raise
            run.store.note(report.project, stream.name, {"error": public_reason(error), "error_at": run.now})
            if isinstance(error, Unreachable):  # the others are tried too, but not for as long
                run.client.tries = min(run.client.tries, AGAIN)
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
        store.note(project, MODELS.name, {"error": public_reason(error), "error_at": now}, client.asked - asked)
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
        per_page = LIMITS[pages_path(api, stream)]
        factor = 2 if api == "v1" and stream is OBSERVATIONS else 1
        done.requests = factor * -(-rows // per_page) + windows.at_least(end - start)
        allowed = client.allowed(pages_path(api, stream))
        minutes = -(-done.requests * allowed.interval_s // 60) if allowed else 0
        pace = f", at {60 / allowed.interval_s:.0f} a minute about {minutes:.0f} minutes" if allowed else ""
        done.notes.append(f"{rows:,} rows from {start:%Y-%m-%d %H:%M}: about {done.requests:,} requests{pace}")
        report.streams.append(done)
    return report


def _note_error(store: Store, project: str, now: datetime, error: GendashError) -> None:
    try:
        for stream in STREAMS:
            store.note(project, stream.name, {"error": public_reason(error), "error_at": now})
    except GendashError:
        pass  # the store itself may be what failed
