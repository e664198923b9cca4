"""The bridge's local part (decode, shape, close a window) as ratios to binary COPY of the same rows, interleaved.

Also: WAL of a run that changes nothing, memory over many rows, time to close the window of a minute, requests for
10,000 rows, and dlt's merge of the same pages where dlt is installed (`pip install 'gendash[bench]'`).
Run with `python -m gendash.benchmarks.bench_bridge` or as a file; `--rows`, `--memory-rows` set the size.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import resource
import statistics
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import yaml

from gendash.demo import postgres
from gendash.demo.langfuse_double import LangfuseDouble
from gendash.engine.config.load import load_config
from gendash.langfuse_bridge import api_types, stream_run
from gendash.langfuse_bridge import sync as bridge
from gendash.langfuse_bridge.page_shaper import page_shaper
from gendash.langfuse_bridge.pages import Page, Window
from gendash.langfuse_bridge.replace import copy_rows
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import OBSERVATIONS, StoredRow

TABLES = Path(__file__).resolve().parents[1] / "sql" / "tables"
START = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDS, PAGE = 3, 1000
STEP = timedelta(milliseconds=250)
DLT_TYPES = {"timestamptz": "timestamp", "float8": "double", "int8": "bigint", "int4": "bigint", "numeric": "decimal"}
DLT_TYPES |= {"jsonb": "json", "text[]": "text"}


def item(number: int, at: datetime) -> dict[str, Any]:
    """An observation as the API sends it for a sync, about 1.2 kB."""
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    end = (at + timedelta(seconds=2)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    tokens = 200 + number % 700
    return {
        "id": f"{number:016x}",
        "traceId": f"{number // 4:032x}",
        "startTime": stamp,
        "endTime": end,
        "projectId": "bench",
        "parentObservationId": f"{number - number % 4:016x}" if number % 4 else None,
        "type": "GENERATION",
        "name": "llm-answer",
        "level": "ERROR" if number % 50 == 0 else "DEFAULT",
        "statusMessage": "RateLimitError: 429" if number % 50 == 0 else "",
        "version": "1.5.1",
        "environment": "production",
        "completionStartTime": end,
        "createdAt": end,
        "updatedAt": end,
        "model": "gpt-4o-2024-08-06",
        "internalModelId": "clzjr85f70000ymmzg7hqffra",
        "modelParameters": {"temperature": 0.2, "max_tokens": 1024},
        "usageDetails": {"input": tokens, "input_cached_tokens": 100, "output": 170, "total": tokens + 270},
        "inputUsage": tokens + 100,
        "outputUsage": 170,
        "totalUsage": tokens + 270,
        "costDetails": {"input": tokens * 2.5e-06, "output": 0.0017, "total": tokens * 2.5e-06 + 0.0017},
        "inputCost": tokens * 2.5e-06,
        "outputCost": 0.0017,
        "totalCost": tokens * 2.5e-06 + 0.0017,
        "promptId": "",
        "promptName": "",
        "promptVersion": None,
        "usagePricingTierId": "clzjr85f70000ymmzg7hqffra_tier_default",
        "usagePricingTierName": "Standard",
        "latency": 2.0,
        "timeToFirstToken": 2.0,
        "userId": f"user-{number // 4 % 500:03d}",
        "sessionId": f"session-{number // 40:06d}",
        "isRootObservation": number % 4 == 0,
        "traceName": "chat-support",
        "release": "rel-2026.11",
        "tags": ["mobile", "eu"],
        "bookmarked": False,
        "public": False,
        "modelId": "clzjr85f70000ymmzg7hqffra",
        "inputPrice": "0.0000025",
        "outputPrice": "0.00001",
        "totalPrice": None,
    }


def bodies(count: int) -> Iterator[bytes]:
    """The pages of a window with ``count`` rows, newest first, as JSON."""
    for top in range(count, 0, -PAGE):
        numbers = range(top - 1, max(-1, top - PAGE - 1), -1)
        meta = {"cursor": "more"} if top > PAGE else {}
        yield msgspec.json.encode({"data": [item(n, START + STEP * n) for n in numbers], "meta": meta})


def shaped(shaper: Shaper, pages: Iterable[bytes]) -> Iterator[Page]:
    """The same pages as the bridge reads them."""
    work = page_shaper(shaper, OBSERVATIONS)
    for body in pages:
        page, meta = work(body)
        yield Page(page.rows, page.rows[-1].time if meta.cursor else None)


def plain(shaper: Shaper, pages: Iterable[bytes]) -> list[StoredRow]:
    """The rows of the same pages as the driver takes them, without a digest of their own."""
    decode = api_types.decoder(api_types.ObservationPage)
    return [(*shaper.observation(one), 0) for body in pages for one in decode(body).data]


def make_tables(url: str) -> None:
    """The bridge's tables, from their headers."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists gendash cascade")
        connection.execute("create schema gendash")
        for name in ("lf_observation", "lf_score", "lf_model", "lf_rejected", "_sync", "_budget", "_secret"):
            text = re.match(r"\s*/\*(.*?)\*/", (TABLES / f"{name}.sql").read_text("utf-8"), re.DOTALL)
            assert text
            head = yaml.safe_load(text[1])
            columns = [f"{c} {d['type']}{'' if d.get('null') else ' not null'}" for c, d in head["columns"].items()]
            key = ", ".join(head["key"])
            connection.execute(f"create table gendash.{name} ({', '.join(columns)}, primary key ({key}))".encode())
            for index in head.get("indexes", []):
                connection.execute(f"create index on gendash.{name} ({', '.join(index)})".encode())
        connection.execute("insert into gendash._secret values ('user_hash', '\\x00', '', '', now())")


def close_all(store: Store, pages: Iterator[Page]) -> tuple[int, int]:
    """Rows read and written by closing one window, in parts, as the sync does."""
    state, window = store.state("p", "observations"), Window(START, None)
    read = written = 0
    for part in stream_run.in_parts(pages, window):
        written += store.close(OBSERVATIONS, "p", part.bounds, part.rows, state.windows, {}, part.read).written
        state.windows += 1
        read += part.read
    return read, written


def local_part(url: str, count: int) -> None:
    """Prints rows a second of COPY, of a first load and of a run that changes nothing."""
    store, shaper = Store(url, "gendash"), Shaper("p", b"k")
    pages = list(bodies(count))
    ready, packed = plain(shaper, pages), list(shaped(shaper, pages))
    times: dict[str, list[float]] = {
        name: [] for name in ("copy", "copy decoded", "first", "again", "loaded first", "loaded again")
    }
    wal = 0.0
    for _ in range(ROUNDS):
        for name, source in (("copy", ready), ("copy decoded", None)):
            make_tables(url)
            start = time.perf_counter()
            with store.transaction() as connection:
                found = source or plain(shaper, pages)
                copy_rows(connection, store.table("lf_observation"), OBSERVATIONS, found)
            times[name].append(time.perf_counter() - start)
        store.disconnect()
        make_tables(url)
        start = time.perf_counter()
        assert close_all(store, shaped(shaper, pages)) == (count, count)
        times["first"].append(time.perf_counter() - start)
        vacuum(url)
        before = wal_position(url)
        start = time.perf_counter()
        assert close_all(store, shaped(shaper, pages)) == (count, 0)
        times["again"].append(time.perf_counter() - start)
        wal = (wal_position(url) - before) / count
        store.disconnect()
        make_tables(url)
        start = time.perf_counter()
        assert close_all(store, iter(packed)) == (count, count)
        times["loaded first"].append(time.perf_counter() - start)
        vacuum(url)
        start = time.perf_counter()
        assert close_all(store, iter(packed)) == (count, 0)
        times["loaded again"].append(time.perf_counter() - start)
        store.disconnect()
    speed = {name: count / statistics.median(found) for name, found in times.items()}
    print(f"{count:,} rows, median of {ROUNDS}")
    for name, label in (
        ("copy", "binary COPY of ready rows, indexed table"),
        ("loaded first", "first load of ready rows (target >= 0.7)"),
        ("copy decoded", "decode + shape + binary COPY"),
        ("first", "first load, decode included"),
        ("loaded again", "run that changes nothing, ready rows (target >= 0.9)"),
        ("again", "run that changes nothing, decode included"),
    ):
        print(f"  {label:<60} {speed[name]:>10,.0f} rows/s  {speed[name] / speed['copy']:5.2f}")
    print(f"  WAL of a run that changes nothing (target <= 5)              {wal:>10.2f} B/row")


def wal_position(url: str) -> float:
    with psycopg.connect(url) as connection:
        row = connection.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        assert row
        return float(row[0])


def vacuum(url: str) -> None:
    """Ends what the load left to do, so that it does not count as the next run's WAL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum (freeze, analyze) gendash.lf_observation")
        connection.execute("checkpoint")


def over_http(url: str, count: int) -> None:
    """Prints requests for 10,000 rows and the time of the minutely run, over HTTP from the double."""
    make_tables(url)
    now = START + STEP * count
    items = [item(n, START + STEP * n) | {"input": "", "output": "", "metadata": {}} for n in range(count)]
    with LangfuseDouble(items) as double:
        keys = {
            "LANGFUSE_BASE_URL": double.url,
            "LANGFUSE_PUBLIC_KEY": "pk-lf-demo",
            "LANGFUSE_SECRET_KEY": "sk-lf-demo",
        }
        config = load_config("langfuse: {since: 2d}", environ=keys | {"GENDASH_DATABASE_URL": url})
        start = time.perf_counter()
        report = bridge.sync(config, now=now)
        took = time.perf_counter() - start
        first = report.streams[0]
        minute = []
        for number in range(5):
            start = time.perf_counter()
            bridge.sync(config, now=now + timedelta(minutes=number))
            minute.append(time.perf_counter() - start)
    per = first.requests * 10_000 / first.read
    print(f"{count:,} rows over HTTP from the double: {took:.1f} s, {per:.1f} requests per 10,000 rows")
    print(
        f"  the minutely run (re-reads the last hour, {min(count, 14_400):,} rows): {statistics.median(minute):.2f} s"
    )


def memory(url: str, count: int) -> None:
    """Prints how the peak of resident memory grows over very many rows."""
    make_tables(url)
    store, shaper = Store(url, "gendash"), Shaper("p", b"k")
    close_all(store, shaped(shaper, bodies(20_000)))
    make_tables(url)
    store.disconnect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    close_all(store, shaped(shaper, bodies(count)))
    store.disconnect()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = f"{before / 1024:.0f} MB after 20,000 rows, {after / 1024:.0f} MB after {count:,}"
    print(f"peak memory: {grown} (target <= 150, flat)")


def against_dlt(url: str, count: int) -> None:
    """Prints the ratio to dlt's merge of the same rows into the same columns and indexes, where dlt is installed."""
    if importlib.util.find_spec("dlt") is None:
        print("dlt is not installed: left out")
        return
    import dlt  # type: ignore[import-not-found]

    shaper, pages = Shaper("p", b"k"), list(bodies(count))
    ready = list(shaped(shaper, pages))
    columns = {name: {"data_type": DLT_TYPES.get(kind, kind)} for name, kind in OBSERVATIONS.columns}
    key = ["project", *OBSERVATIONS.key]

    def dicts(source: Iterable[Page]) -> Iterator[dict[str, Any]]:
        """Rows as dlt takes them; of the tags it would make a table of its own."""
        for page in source:
            for row in page.rows:
                one = dict(zip(OBSERVATIONS.names, row, strict=True))
                yield one | {"tags": ",".join(one["tags"])}

    for label, source in (("decode included", lambda: shaped(shaper, pages)), ("ready rows", lambda: iter(ready))):
        name = label.split()[0]
        pipeline = dlt.pipeline(f"bench_{name}", destination=dlt.destinations.postgres(url), dataset_name=f"dlt_{name}")

        def merge(rows: Iterator[dict[str, Any]], into: Any = pipeline) -> float:
            start = time.perf_counter()
            into.run(
                rows, table_name="o", write_disposition="merge", primary_key=key, columns=columns
            ).raise_on_failed_jobs()
            return time.perf_counter() - start

        merge(islice(dicts(ready), 1))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"create unique index on dlt_{name}.o ({', '.join(key)})".encode())
            connection.execute(f"create index on dlt_{name}.o (project, start_time)".encode())
        make_tables(url)
        store = Store(url, "gendash")
        for run in ("first", "again"):
            theirs, start = merge(dicts(source())), time.perf_counter()
            close_all(store, source())
            ours = time.perf_counter() - start
            speeds = f"{count / theirs:,.0f} rows/s, ours {count / ours:,.0f}"
            print(f"dlt merge, {label}, {run}: {speeds}: {theirs / ours:.1f}x (target >= 15x)", flush=True)
        store.disconnect()


def main() -> None:
    """Runs all of it on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--memory-rows", type=int, default=300_000)
    chosen = parser.parse_args()
    with postgres.postgres(postgres.find_binaries()) as server:
        url = server.url()
        memory(url, chosen.memory_rows)
        local_part(url, chosen.rows)
        over_http(url, min(chosen.rows, 50_000))
        against_dlt(url, min(chosen.rows, 50_000))


if __name__ == "__main__":
    main()
