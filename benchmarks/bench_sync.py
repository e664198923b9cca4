"""A whole sync over HTTP as a ratio to its slowest part alone: fetching and parsing JSON, or writing to PostgreSQL.

All in one run, interleaved: the parts alone, the load, and a thorough rerun of the same range. A server in a process of
its own replays rows that it encoded beforehand. CPU seconds are those of all processes: this one, the server, and the
backend of PostgreSQL. Where the CPU seconds of the parts exceed what two cores give, that limit is the reference.
Run with `python -m gendash.benchmarks.bench_sync --rows 100000`; `--memory N` prints the peaks of loads of up to N.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import psycopg

from gendash.benchmarks.bench_bridge import START, STEP, item, make_tables, vacuum
from gendash.demo import postgres
from gendash.engine.config.load import Config, load_config
from gendash.langfuse_bridge import api_types, helper_process, stream_run
from gendash.langfuse_bridge.api_client import Client
from gendash.langfuse_bridge.open_run import open_client
from gendash.langfuse_bridge.replace import copy_rows
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import OBSERVATIONS, StoredRow
from gendash.langfuse_bridge.sync import sync

CORES = 2
TICKS = os.sysconf("SC_CLK_TCK")


def serve(count: int, pipe: Connection) -> None:
    """Serves ``count`` observations as Langfuse does; ends with its parent."""
    rows = [msgspec.json.encode(item(number, START + STEP * number)) for number in range(count)]

    def number_at(text: str) -> int:
        return max(0, min(count, -((START - datetime.fromisoformat(text)) // STEP)))

    def page(params: dict[str, list[str]]) -> bytes:
        low = number_at(params["fromStartTime"][0])
        high = number_at(params["toStartTime"][0]) if "toStartTime" in params else count
        high = int(params["cursor"][0]) if "cursor" in params else high
        end = max(low, high - int(params["limit"][0]))
        meta = b'{"cursor":"%d"}' % end if end > low else b"{}"
        return b'{"data":[' + b",".join(rows[end:high][::-1]) + b'],"meta":' + meta + b"}"

    fixed = {
        "health": b'{"status":"OK","version":"4.16.0"}',
        "projects": b'{"data":[{"id":"bench"}]}',
        "v2/metrics": b'{"data":[]}',
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/api/public/")
            known = path == "v2/observations"
            body = page(parse_qs(parts.query)) if known else fixed.get(path, b'{"data":[],"meta":{"totalItems":0}}')
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


class Cpu:
    """CPU seconds of this process, of the server, and of PostgreSQL's backends since the last look."""

    def __init__(self, server: int, url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("alter system set autovacuum = off")  # it would count for whatever runs at that time
            connection.execute("select pg_reload_conf()")
            row = connection.execute("select setting from pg_settings where name = 'data_directory'").fetchone()
        assert row
        self.server = server
        self.postmaster = int((Path(row[0]) / "postmaster.pid").read_text("utf-8").split()[0])
        self.last = self.now()

    def now(self) -> float:
        while _sessions(self.postmaster):  # they count once their process has ended, which is after the connection
            time.sleep(0.01)
        own = time.process_time() + sum(os.times()[2:4])  # with the helpers that have ended
        return own + _spent(self.server) + _spent(self.postmaster, children=True)

    def since(self) -> float:
        """Seconds since the last call."""
        before, self.last = self.last, self.now()
        return self.last - before


def _sessions(postmaster: int) -> list[str]:
    """Processes of PostgreSQL that serve a client, as their title says, or have ended and are not counted yet."""
    found = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii").split()
    return [pid for pid in found if re.search(rb"^$|\(\d+\)|\[local\]", _title(pid))]


def _title(pid: str) -> bytes:
    with suppress(OSError):  # it has just ended
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _spent(pid: int, children: bool = False) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    ticks = [int(number) for number in fields[11:15]]
    return sum(ticks if children else ticks[:2]) / TICKS


@contextmanager
def replaying(count: int) -> Iterator[tuple[str, int]]:
    """Address and process of a server with ``count`` rows."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(count, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}", process.pid or 0
    finally:
        process.terminate()
        process.join()


def pages(client: Client, count: int) -> Iterator[list[StoredRow]]:
    """The rows of all pages as the driver takes them."""
    shaper, decode = Shaper("default", b"k"), api_types.decoder(api_types.ObservationPage)
    for found in _answers(client, count, decode):
        yield [(*shaper.observation(one), 0) for one in found.data]


def _answers(client: Client, count: int, decode: Callable[[bytes], Any]) -> Iterator[Any]:
    params: dict[str, Any] = {"limit": 1000, "fromStartTime": START.isoformat()}
    params["toStartTime"] = (START + STEP * count).isoformat()
    while True:
        answer = client.get("v2/observations", params, decode)
        yield answer
        meta = answer["meta"] if isinstance(answer, dict) else {"cursor": answer.meta.cursor}
        if not meta.get("cursor"):
            return
        params["cursor"] = meta["cursor"]


def parts(url: str, address: str, server: int, count: int, rounds: int) -> None:
    """Prints the parts alone, the load and the rerun, with the ratios that have a target."""
    config = load_config(
        "langfuse: {plan: self-hosted}",
        environ={
            "LANGFUSE_BASE_URL": address,
            "LANGFUSE_PUBLIC_KEY": "pk",
            "LANGFUSE_SECRET_KEY": "sk",
            "GENDASH_DATABASE_URL": url,
        },
    )
    client = open_client(config)
    ready = [row for rows in pages(client, count) for row in rows]
    works: dict[str, Callable[[], None]] = {
        "fetch and parse": lambda: fetched(client, count),
        "write": lambda: written(Store(url, "gendash"), ready),
        "load": lambda: loaded(config, count, True),
        "rerun": lambda: loaded(config, count, False),
    }
    walls: dict[str, list[float]] = {name: [] for name in works}
    spent: dict[str, list[float]] = {name: [] for name in works}
    cpu = Cpu(server, url)
    for _ in range(rounds):
        for name, work in works.items():
            if name in ("write", "load"):
                make_tables(url)
            if name == "rerun":  # what the load left to the store's own upkeep is no part of a rerun
                vacuum(url)
            cpu.since()
            start = time.perf_counter()
            work()
            walls[name].append(time.perf_counter() - start)
            spent[name].append(cpu.since())
    client.close()
    wall = {name: statistics.median(found) for name, found in walls.items()}
    used = {name: statistics.median(found) for name, found in spent.items()}
    print(f"{count:,} rows, median of {rounds}")
    for name in works:
        print(f"  {name:<16} {count / wall[name]:>9,.0f} rows/s   {used[name]:6.2f} CPU s of {wall[name]:6.2f} s")
    slower = max(wall["fetch and parse"], wall["write"])
    limit = (used["fetch and parse"] + used["write"]) / CORES
    reference, what = max((slower, "the slower part alone"), (limit, f"what {CORES} cores give"))
    print(f"  load, to {what}: {reference / wall['load']:.2f} (target >= 0.8)")
    cpu_s = used["fetch and parse"] + used["write"]
    print(f"  CPU seconds of both parts, to those of the load: {cpu_s / used['load']:.2f}")
    print(f"  rerun, to the load: {wall['load'] / wall['rerun']:.2f} (target >= 1)")


def fetched(client: Client, count: int) -> None:
    """Every page, fetched and parsed as JSON."""
    found = sum(len(answer["data"]) for answer in _answers(client, count, msgspec.json.Decoder().decode))
    assert found == count


def written(store: Store, ready: list[StoredRow]) -> None:
    """Every row, by binary COPY into the indexed table, in transactions as large as those of a sync."""
    for at in range(0, len(ready), stream_run.PART):
        with store.transaction() as connection:
            copy_rows(connection, store.table("lf_observation"), OBSERVATIONS, ready[at : at + stream_run.PART])
    store.disconnect()


def loaded(config: Config, count: int, first: bool) -> None:
    """A sync of the whole range."""
    end = START + STEP * count
    report = sync(config, now=end + timedelta(days=1), from_=START, to=end)
    assert report.streams[0].read == count and report.streams[0].written == (count if first else 0)


@contextmanager
def helpers_watched() -> Iterator[dict[str, int]]:
    """Peaks of resident memory of the helpers that run meanwhile, in kB by process."""
    peaks: dict[str, int] = {}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            for children in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError, IndexError):  # a thread or a helper that has just ended
                    for pid in children.read_text("ascii").split():
                        if helper_process.__name__.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                            status = Path(f"/proc/{pid}/status").read_text("ascii")
                            peaks[pid] = int(status.partition("VmHWM:")[2].split()[0])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        stop.set()
        thread.join()


def memory(url: str, address: str, count: int) -> None:
    """Prints how the peaks of resident memory grow over a load of very many rows: this process, and its helpers."""
    environ = {"LANGFUSE_BASE_URL": address, "LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk"}
    config = load_config("langfuse: {plan: self-hosted}", environ=environ | {"GENDASH_DATABASE_URL": url})
    peaks = []
    for rows in (count // 10, 3 * count // 10, count):
        make_tables(url)
        with helpers_watched() as helpers:
            loaded(config, rows, True)
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        texts = [f"{number / 1024:.0f}" for number in (own, *helpers.values(), own + sum(helpers.values()))]
        peaks.append(f"{' + '.join(texts[:-1])} = {texts[-1]} MB after {rows:,}")
        print(f"peak memory: {peaks[-1]}", flush=True)
    print(f"peak memory: {', '.join(peaks)} rows (target: flat)")


def main() -> None:
    """Runs all of it on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0)
    chosen = parser.parse_args()
    rows = chosen.memory or chosen.rows
    with postgres.postgres(postgres.find_binaries()) as server, replaying(rows) as (address, process):
        if chosen.memory:
            memory(server.url(), address, chosen.memory)
        else:
            parts(server.url(), address, process, chosen.rows, chosen.rounds)


if __name__ == "__main__":
    main()
