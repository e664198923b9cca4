"""The live mode of the demo: rows, LLM calls and samples keep arriving, and steps run on their cadence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from gendash.demo import count_metrics, load, platform
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.demo.metrics import Fleet, Target, as_scraped
from gendash.demo.servers import Scraped
from gendash.demo.timeline import COLUMNS, Change
from gendash.demo.traffic import local_day
from gendash.demo.users import FOREVER
from gendash.engine.errors import GendashError

TICK_S = 3.0
VISIT_S = 80.0
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Chore(NamedTuple):
    """Something that is to be done every so many seconds."""

    name: str
    every_s: float
    do: Callable[[], object]


@dataclass
class Life:
    """The parts of a living demo. ``at`` is the time up to which it has been lived, ``days`` what is decided ahead.

    ``facts`` is what `gendash metrics` wrote last; without them the store is not scraped.

    Whatever the hour, somebody comes at ``next_visit`` and every VISIT_S from then on.
    """

    world: platform.World
    database_url: str
    double: LangfuseDouble
    fleet: Fleet | None = None
    facts: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    at: float = 0.0
    days: int = 0
    next_visit: float = FOREVER
    lock: threading.Lock = field(default_factory=threading.Lock)
    error: GendashError | None = None


def catch_up(life: Life, to: float) -> list[Change]:
    """Lives up to a time: what became due is in the database, in Langfuse and in the metrics; what it was."""
    world = life.world
    while life.next_visit <= to:
        platform.visit(world, f"live-{life.next_visit}", life.next_visit)
        life.next_visit += VISIT_S
    today = local_day(datetime.fromtimestamp(to, UTC), 0, world.platform.zone)
    while local_day(datetime.fromtimestamp(world.platform.born, UTC), life.days, world.platform.zone) <= today:
        life.days += 1
        platform.live_day(world, life.days)
    changes = world.platform.advance(datetime.fromtimestamp(to, UTC))
    rows = [(table, row) for _, table, row in changes if table in COLUMNS]
    if rows:
        load.upsert(life.database_url, rows)
    for _, table, row in changes:
        if table == "observations":
            life.double.add(row)
        elif table == "scores":
            life.double.put_score(row)
        elif table == "users":
            life.roles.setdefault(row[0], "user")
    if life.fleet:
        with life.lock:
            life.fleet.step(life.at, to)
            for _, table, row in changes:
                count_metrics.count(life.fleet.api[0], table, row, life.roles)
    life.at = to
    return changes


@contextmanager
def living(life: Life, clock: Callable[[], float] = time.time) -> Iterator[None]:
    """Lives in a thread of its own as long as the block runs; its trouble is kept in ``error``."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(TICK_S):
            try:
                catch_up(life, clock())
                life.error = None
            except GendashError as error:
                life.error = error

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def keep(
    life: Life,
    chores: Sequence[Chore],
    say: Callable[[str], None],
    until: float = float("inf"),
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Does each chore when it is due, until Ctrl-C or ``until``. A chore that fails is named and tried again."""
    due = {chore.name: clock() for chore in chores}
    while clock() < until:
        for chore in chores:
            if clock() < due[chore.name]:
                continue
            try:
                chore.do()
            except GendashError as error:
                say(f"{chore.name}: {error.problems[0]}")
            due[chore.name] = max(due[chore.name] + chore.every_s, clock())
        if life.error:
            say(f"demo: {life.error.problems[0]}")
        sleep(0.5)


@contextmanager
def exporter(life: Life) -> Iterator[list[Scraped]]:
    """Serves /metrics of every target of the fleet but Prometheus itself; where each is to be scraped."""
    assert life.fleet
    scraped = life.fleet.scraped(with_store=bool(life.facts))
    targets = {f"/{number}/metrics": target for number, target in enumerate(scraped)}

    store = life.fleet.store

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            target = targets.get(self.path)
            with life.lock:
                body = (life.facts if target is store else exposition(target)).encode() if target else b""
            self.send_response(200 if target else 404)
            self.send_header("Content-Type", _CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Prints nothing, since a scrape comes every few seconds."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield [Scraped(target.job, target.instance, address, path) for path, target in targets.items()]
    finally:
        server.shutdown()
        server.server_close()


def exposition(target: Target) -> str:
    """A target's samples in Prometheus' text format."""
    lines = [f"{key} {as_scraped(key, [value])[0]}\n" for key, value in (target.values | target.gauges).items()]
    return "".join(lines)
