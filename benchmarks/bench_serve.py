"""`gendash serve` against the same rows from an endpoint written by hand, cold (each request computed) and warm.

    .venv/bin/python benchmarks/bench_serve.py [--scale 1] [--like N] [--requests 1600] [--clients 8] [--seconds 20]
        [--beside] [--only ours]

Both serve the same store in a process of their own, one after the other; gendash also with Redis, where there is a
redis-server. Two requests are compared: rows of tickets, and rows with all their figures. The hand-written one gives
the same answers (which is checked) by the same queries, with prepared statements, and is as safe: it checks the token,
reads as a reader, and its sessions are read-only with a limit of time. It has no cache and no limits of requests.

Targets: cold at least 0.8 of its requests a second; warm p95 at most 1.25 times its p95, at 200 requests a second. CPU
is that of the serving process for each request, and says more than time does on a machine that is busy with other
things. --like gives users and tickets, and so what these requests read, the sizes that they have at N messages; of all
else it makes a hundredth.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from gendash.benchmarks.serve_by_hand import NOW, TOKEN, by_hand

if TYPE_CHECKING:
    from gendash.engine.definitions.catalog import Catalog

FEATURES = (
    "features: {users: true, conversations: true, feedback: true, documents: true, tickets: true, http_metrics: false}"
)
SETTINGS = f"""
time_zone: Europe/Berlin
{FEATURES}
api:
  requests_per_minute: 10000000
  address_requests_per_minute: 10000000
  tokens: {{bench: {{sha256: {hashlib.sha256(TOKEN.encode()).hexdigest()}, role: admin}}}}
"""
STATS = "/api/v1/analytics/tickets/stats"
PATHS = {  # of each request: ours, and the hand-written one
    "rows": (
        STATS + "?figures=none&limit=100&from=2026-10-20T00:{minute:02d}:{second:02d}",
        "/rows?limit=100&first=2026-10-20T00:{minute:02d}:{second:02d}",
    ),
    "figures": (STATS + "?limit={limit}", "/all?limit={limit}"),
}


@dataclass(frozen=True)
class Measured:
    """Requests a second, and milliseconds of the median, of 95 and of 99 in a hundred."""

    per_second: float
    p50: float
    p95: float
    p99: float
    cpu_ms: float


def ours(port: int) -> None:
    """Serves with gendash, as the command does, until it is ended."""
    from gendash.commands.serve import application, run_server
    from gendash.engine.config.load import load_config
    from gendash.engine.definitions.load import load_catalog

    with ExitStack() as stack:
        catalog = load_catalog(load_config(SETTINGS, environ=os.environ))
        run_server(application(stack, catalog, NOW), "127.0.0.1", port, "")


def refreshes(_port: int) -> None:
    """Refreshes the store again and again until it is ended."""
    from gendash.engine.config.load import load_config
    from gendash.engine.definitions.load import load_catalog
    from gendash.engine.store.refresh.run import refresh

    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the lease is given back
    catalog = load_catalog(load_config(SETTINGS, environ=os.environ))
    for number in itertools.count(1):
        refresh(catalog.config, catalog, at=NOW + timedelta(minutes=number))


def _plain(body: dict[str, Any]) -> Any:
    """What must be equal in both answers: rows, and each figure's number or numbers, as far as it is there."""
    figures = {
        name: {key: one["value"] for key, one in found["values"].items()} if "values" in found else found["value"]
        for name, found in body["figures"].items()
        if found["state"] == "ok"
    }
    return body["rows"], figures, body["next"] is None


@contextmanager
def serving(kind: str, port: int, redis: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own."""
    environ = os.environ | {"GENDASH_REDIS_URL": redis}
    command = [sys.executable, "-P", __file__, "--serve", kind, "--port", str(port)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request("GET", "/openapi.json")
                    connection.getresponse().read()
                    break
                except OSError:
                    time.sleep(0.1)
            yield process
        finally:
            process.terminate()


@contextmanager
def redis_server(port: int) -> Iterator[str]:
    """The URL of a Redis of its own, or an empty text where this machine has none."""
    program = shutil.which("redis-server")
    if program is None:
        yield ""
        return
    with subprocess.Popen([program, "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL) as process:
        try:
            time.sleep(1)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def _client(port: int, path: str, requests: int, cold: bool, pause: float, number: int) -> list[float]:
    """The seconds of each request; with a pause between their beginnings, also those that they wait to begin."""
    connection, found = http.client.HTTPConnection("127.0.0.1", port), []
    start = time.perf_counter()
    for index in range(requests):
        at = (number * requests + index) % 3600 if cold else 0
        target = path.format(minute=at // 60, second=at % 60, limit=100 + at % 900)
        begun = time.perf_counter()
        if pause:
            begun = start + index * pause
            time.sleep(max(0.0, begun - time.perf_counter()))
        connection.request("GET", target, headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        found.append(time.perf_counter() - begun)
    return found


@contextmanager
def beside_refreshes(beside: bool) -> Iterator[list[int]]:
    """Refreshes the store meanwhile, if wanted; gives how many connections a reader had at most."""
    import psycopg

    done, most = Event(), [0]

    def count() -> None:
        text = "select count(*) from pg_stat_activity where usename = 'gendash_reader'"
        with psycopg.connect(os.environ["GENDASH_ADMIN_DATABASE_URL"], autocommit=True) as connection:
            while not done.wait(0.5):
                row = connection.execute(text).fetchone()
                most[0] = max(most[0], row[0] if row else 0)

    command = [sys.executable, "-P", __file__, "--serve", "refreshes"]
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        if beside:
            process = stack.enter_context(subprocess.Popen(command))
            stack.callback(process.terminate)
        stack.callback(done.set)
        pool.submit(count)
        yield most
        assert not beside or process.poll() is None, "the refreshes ended"


def _fetched(port: int, path: str) -> dict[str, Any]:
    """One answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    target = path.format(minute=0, second=1, limit=100)
    connection.request("GET", target, headers={"Authorization": f"Bearer {TOKEN}"})
    found: dict[str, Any] = json.loads(connection.getresponse().read())
    return found


def _cpu_s(pid: int) -> float:
    """The CPU seconds of a process, 0 where the system does not say."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def measure(pid: int, port: int, path: str, requests: int, clients: int, cold: bool, per_second: int = 0) -> Measured:
    """So many requests by so many clients at once, as fast as they can or so many a second."""
    begun, cpu = time.perf_counter(), _cpu_s(pid)
    with ThreadPoolExecutor(clients) as pool:
        run = partial(_client, port, path, requests // clients, cold, clients / per_second if per_second else 0.0)
        times = sorted(one for found in pool.map(run, range(clients)) for one in found)
    took = time.perf_counter() - begun
    p50, p95, p99 = (times[min(int(len(times) * share), len(times) - 1)] * 1000 for share in (0.5, 0.95, 0.99))
    return Measured(len(times) / took, p50, p95, p99, (_cpu_s(pid) - cpu) / len(times) * 1000)


def _store(stack: ExitStack, scale: float, like: int) -> None:
    """A filled store, whose addresses are put into the environment."""
    from gendash.demo import load
    from gendash.demo.platform import generate
    from gendash.demo.postgres import postgres
    from gendash.engine.config.load import load_config
    from gendash.engine.definitions.load import load_catalog
    from gendash.engine.read.reader import clock_setting
    from gendash.engine.store.migrate import migrate
    from gendash.engine.store.refresh.run import refresh

    server = stack.enter_context(postgres())
    load.create_database(server.url(), "bench")
    load.load(server.url("bench"), generate(1, NOW, scale))
    if like:
        _grown(server.url("bench"), like)
    os.environ |= {
        "GENDASH_DATABASE_URL": server.url("bench", load.OWNER, load.add_owner(server.url("bench"))),
        "GENDASH_ADMIN_DATABASE_URL": server.url("bench"),
        "GENDASH_READER_PASSWORD": "r",
        "GENDASH_ADMIN_READER_PASSWORD": "a",
        "GENDASH_PROMETHEUS_URL": "none",
        "LANGFUSE_BASE_URL": "none",
        "BENCH_READER": server.url("bench", "gendash_reader", "r"),
    }
    config = load_config(SETTINGS, environ=os.environ)
    catalog = load_catalog(config)
    migrate(config, catalog)
    refresh(config, catalog, at=NOW)
    os.environ |= {"BENCH_CLOCK": clock_setting(config, NOW), "BENCH_FIGURES": json.dumps(_figures(catalog))}


def _figures(catalog: Catalog) -> dict[str, Any]:
    """The queries of the figures of tickets, as the API sends them, with what is constant in their answers."""
    from gendash.api.endpoint import packaged_endpoints, read_endpoints
    from gendash.api.figures import Pending, figures_asked
    from gendash.api.request import asked
    from gendash.api.store import Pools
    from gendash.api.world import World

    (endpoint,) = [one for one in read_endpoints(catalog, packaged_endpoints())[0] if STATS.endswith(one.path)]
    pools = Pools(catalog.config, at=NOW)
    world, found = World(catalog, pools, None, NOW), dict[str, Any]()
    whole = asked(catalog.config, endpoint, "day", {}, NOW)
    for name, one in figures_asked(world, endpoint, "admin", whole).items():
        if isinstance(one, Pending):
            ((_, statement),) = one.statements
            shown = one.figure.rendered
            calcs = shown["options"].get("reduceOptions", {}).get("calcs")
            unit = shown["fieldConfig"]["defaults"].get("unit", "locale")
            text = {"text": statement.text, "values": statement.values}
            found[name] = {"about": one.figure.about, "unit": unit, "is_sum": calcs == ["sum"], **text}
    pools.close()
    return found


def _grown(url: str, like: int) -> None:
    """Rows beside those of the demo: users and tickets as on a platform with so many messages, and some of all else."""
    import psycopg
    from refresh_platform import CONTENT, FILL

    def texts(rows: int) -> list[str]:
        now = f"timestamptz '{NOW.isoformat()}'"
        sizes = {"days": 365, "talks": rows // 10, "users": like // 50, "now": now, "content": CONTENT}
        return FILL.format(n=rows, **sizes).split(";\n")

    with psycopg.connect(url, autocommit=True) as connection:
        for small, large in zip(texts(like // 100), texts(like), strict=True):
            if small.strip():
                whole = "into users" in large or "into tickets" in large
                connection.execute(large if whole else small)
        connection.execute("vacuum analyze")


def _all(given: argparse.Namespace, redis: str) -> dict[tuple[str, str, str], Measured]:
    """What was measured of each request of each server: cold, warm, and warm at 200 requests a second."""
    found: dict[tuple[str, str, str], Measured] = {}
    answers: dict[tuple[str, str], Any] = {}
    kinds = [("by_hand", ""), ("ours", "")] + ([("ours", redis)] if redis else [])
    for kind, shared in [one for one in kinds if given.only in ("", one[0])]:
        name = f"{kind} + Redis" if shared else kind
        with serving(kind, given.port, shared) as process:
            for asked, (own, other) in PATHS.items():
                run = partial(measure, process.pid, given.port, other if kind == "by_hand" else own)
                cold = given.requests if asked == "rows" else min(given.requests // 4, 800)
                answers[name, asked] = _plain(_fetched(given.port, (other if kind == "by_hand" else own)))
                is_same_store = not given.only and not given.beside  # a refresh at a later time gives other rows
                assert not is_same_store or answers[name, asked] == answers["by_hand", asked], (
                    f"{name} gives other {asked}"
                )
                measure(
                    process.pid, given.port, f"{run.args[2]}&group=week", given.clients * 8, given.clients, cold=True
                )
                found[name, asked, "cold"] = run(cold, given.clients, cold=True)
                found[name, asked, "warm"] = run(cold, given.clients, cold=False)
                if asked == "rows":
                    with beside_refreshes(given.beside) as most:
                        many = 200 * given.seconds
                        found[name, asked, "200/s"] = run(many, given.clients, cold=False, per_second=200)
                    print(f"{name}: {many} of {many} answered, at most {most[0]} connections", flush=True)
            most = Path(f"/proc/{process.pid}/status")
            peak = [one for one in most.read_text().splitlines() if "VmHWM" in one] if most.exists() else []
            print(f"{name}: memory {' '.join(peak)}", flush=True)
    return found


def main() -> None:
    """Prints the servers' figures and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--like", type=int, default=0)
    parser.add_argument("--requests", type=int, default=1600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--beside", action="store_true", help="refreshes follow each other while 200 a second are sent")
    parser.add_argument("--no-redis", action="store_true")
    parser.add_argument("--only", choices=("", "ours", "by_hand"), default="", help="one server, without ratios")
    parser.add_argument("--serve", choices=("ours", "by_hand", "refreshes"))
    parser.add_argument("--port", type=int, default=8791)
    given = parser.parse_args()
    if given.serve:
        {"ours": ours, "by_hand": by_hand, "refreshes": refreshes}[given.serve](given.port)
        return
    with ExitStack() as stack:
        _store(stack, given.scale, given.like)
        redis = "" if given.no_redis else stack.enter_context(redis_server(given.port + 1))
        found = _all(given, redis)
    report(found)


def report(found: dict[tuple[str, str, str], Measured]) -> None:
    """Prints what was measured, and the ratios that have a target."""
    for (name, asked, state), one in found.items():
        speed = f"{name:14} {asked:8} {state:6} {one.per_second:7.1f}/s"
        print(f"{speed}  p50 {one.p50:6.1f}  p95 {one.p95:6.1f}  p99 {one.p99:6.1f} ms  CPU {one.cpu_ms:.2f} ms")
    for (name, asked, state), one in found.items():
        base = found.get(("by_hand", asked, state))
        if name == "by_hand" or base is None:
            continue
        if state == "cold":
            speed, cpu = one.per_second / base.per_second, base.cpu_ms / max(one.cpu_ms, 1e-9)
            print(f"{name} {asked} cold: {speed:.2f} of its requests a second, {cpu:.2f} by CPU (target 0.8)")
        print(f"{name} {asked} {state}: {one.p95 / base.p95:.2f} times its p95 (target 1.25, warm and at 200/s)")


if __name__ == "__main__":
    main()
