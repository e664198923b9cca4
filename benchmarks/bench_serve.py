"""`gendash serve` against the same rows from an endpoint written by hand, cold (each request computed) and warm.

    .venv/bin/python benchmarks/bench_serve.py [--scale 1] [--requests 600] [--clients 8]

Both serve the same store in a process of their own, one after the other. Targets: cold at least 0.8 of the
hand-written one's requests a second; warm p95 at most 1.25 times its p95.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

TOKEN = "benchmark"
NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
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
OURS = "/api/v1/analytics/tickets/stats?figures=none&limit=100&from=2026-10-20T00:{minute:02d}:{second:02d}"
THEIRS = "/rows?limit=100&from=2026-10-20T00:{minute:02d}:{second:02d}"


@dataclass(frozen=True)
class Measured:
    """Requests a second, and milliseconds of the median, of 95 and of 99 in a hundred."""

    per_second: float
    p50: float
    p95: float
    p99: float


def ours(port: int) -> None:
    """Serves with gendash until it is ended."""
    import uvicorn

    from gendash.commands.serve import application
    from gendash.engine.config.load import load_config
    from gendash.engine.definitions.load import load_catalog

    with ExitStack() as stack:
        app = application(stack, load_catalog(load_config(SETTINGS, environ=os.environ)), NOW)
        uvicorn.run(app, port=port, log_level="critical", access_log=False)


def by_hand(port: int) -> None:
    """Serves the same rows with as little code as possible until it is ended."""
    import uvicorn
    from fastapi import FastAPI
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    pool = ConnectionPool(os.environ["BENCH_READER"], min_size=0, max_size=6, kwargs={"autocommit": True})
    app = FastAPI()
    text = (
        "select day, priority, category, sum(created)::bigint as created, sum(resolved)::bigint as resolved,"
        " min(waiting) as waiting from gendash.ticket_day where day >= %(first)s group by 1, 2, 3 order by 1, 2, 3"
        " limit %(limit)s"
    )

    @app.get("/rows")
    def rows(limit: int, first: datetime | None = None) -> list[dict[str, object]]:
        with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(text, {"first": first or datetime(2026, 10, 20), "limit": limit}).fetchall()

    uvicorn.run(app, port=port, log_level="critical", access_log=False)


@contextmanager
def serving(kind: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own."""
    with subprocess.Popen([sys.executable, "-P", __file__, "--serve", kind, "--port", str(port)]) as process:
        try:
            for _ in range(300):
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


def _client(port: int, path: str, requests: int, cold: bool, number: int) -> list[float]:
    connection, found = http.client.HTTPConnection("127.0.0.1", port), []
    for index in range(requests):
        at = (number * requests + index) % 3600 if cold else 0
        begun = time.perf_counter()
        connection.request(
            "GET", path.format(minute=at // 60, second=at % 60), headers={"Authorization": f"Bearer {TOKEN}"}
        )
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        found.append(time.perf_counter() - begun)
    return found


def measure(port: int, path: str, requests: int, clients: int, cold: bool) -> Measured:
    """So many requests by so many clients at once."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        run = partial(_client, port, path, requests // clients, cold)
        times = sorted(one for found in pool.map(run, range(clients)) for one in found)
    took = time.perf_counter() - begun
    p50, p95, p99 = (times[min(int(len(times) * share), len(times) - 1)] * 1000 for share in (0.5, 0.95, 0.99))
    return Measured(len(times) / took, p50, p95, p99)


def _store(stack: ExitStack, scale: float) -> None:
    """A filled store, whose addresses are put into the environment."""
    from gendash.demo import load
    from gendash.demo.platform import generate
    from gendash.demo.postgres import postgres
    from gendash.engine.config.load import load_config
    from gendash.engine.definitions.load import load_catalog
    from gendash.engine.store.migrate import migrate
    from gendash.engine.store.refresh.run import refresh

    server = stack.enter_context(postgres())
    load.create_database(server.url(), "bench")
    load.load(server.url("bench"), generate(1, NOW, scale))
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


def main() -> None:
    """Prints both servers' figures and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--serve", choices=("ours", "by_hand"))
    parser.add_argument("--port", type=int, default=8791)
    given = parser.parse_args()
    if given.serve:
        {"ours": ours, "by_hand": by_hand}[given.serve](given.port)
        return
    with ExitStack() as stack:
        _store(stack, given.scale)
        found: dict[tuple[str, bool], Measured] = {}
        for kind, path in (("by_hand", THEIRS), ("ours", OURS)):
            with serving(kind, given.port):
                measure(given.port, path, given.clients * 4, given.clients, cold=True)
                for cold in (True, False):
                    found[kind, cold] = measure(given.port, path, given.requests, given.clients, cold)
        for (kind, cold), one in found.items():
            state = "cold" if cold else "warm"
            speed = f"{kind:8} {state}  {one.per_second:7.1f}/s"
            print(f"{speed}  p50 {one.p50:6.1f}  p95 {one.p95:6.1f}  p99 {one.p99:6.1f} ms")
        cold_ratio = found["ours", True].per_second / found["by_hand", True].per_second
        warm_ratio = found["ours", False].p95 / found["by_hand", False].p95
        print(f"cold: {cold_ratio:.2f} of its requests a second (target 0.8)")
        print(f"warm: {warm_ratio:.2f} times its p95 (target 1.25)")
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"memory of the largest process: {most:.0f} MB")


if __name__ == "__main__":
    main()
