"""Times of every SQL query of the dashboards on the store of a demo that was multiplied to 10M messages.

Copies the store of a demo that runs (`gendash demo --keep`) into a database of its own on its server: relations by hour
or day are repeated on earlier days, those with a row for each ticket, document, conversation, rating or user so many
times more, and materialized views are refreshed. Then every query, as the admin, over the range of its dashboard, 30
and 90 days; --breakdown session chooses the dimension with most groups. The times mean little where other programs run.
Run with `. DIR/env; python -m gendash.benchmarks.bench_panels DIR/gendash.yaml`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.relations import is_materialized
from gendash.engine.languages.grafana_macros import Choice, Span, expand_macros, timing
from gendash.engine.model import Dashboard
from gendash.engine.read.questions import first_choice
from gendash.engine.verify.queries import dashboard_queries

SCHEMA, COPY = "gendash", "gendash_bench_panels"
ROWS_OF = ("ticket", "document", "conversation", "rating", "user")
AGAIN, DAYS_BACK = 10, 35
"""How often relations by hour and day are repeated, each time so many days earlier: a year from 35 days."""
RANGES = {"its own": "", "30 d": "30d", "90 d": "90d"}
LIMIT_MS, ROUNDS = 20, 5


def copied(admin: str, tools: Path) -> str:
    """The address of a new database with the store of the demo."""
    url = urlsplit(admin)._replace(path=f"/{COPY}").geturl()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"drop database if exists {COPY} with (force)".encode())
        connection.execute(f"create database {COPY}".encode())
    dumped = subprocess.run([tools / "pg_dump", "-n", SCHEMA, admin], capture_output=True, check=True).stdout
    subprocess.run([tools / "psql", "-q", url], input=dumped, capture_output=True, check=True)
    return url


def multiply(connection: psycopg.Connection[Any], name: str, times: int, keys: set[str], days: int) -> None:
    """Adds rows of a table: under other ids and some minutes earlier, or as many days earlier each time."""
    found = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
        [f"{SCHEMA}.{name}"],
    ).fetchall()
    values = {column: _moved(column, kind, column in keys, days) for column, kind in found}
    connection.execute(
        sql.SQL("insert into {} ({}) select {} from {} cross join generate_series(1, {}) as n on conflict do nothing")
        .format(
            sql.Identifier(SCHEMA, name),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(values.values()),
            sql.Identifier(SCHEMA, name),
            sql.Literal(times),
        )
    )  # fmt: skip


def _moved(column: str, kind: str, is_key: bool, days: int) -> sql.Composable:
    name = sql.Identifier(column)
    if kind == "date" and days:
        return sql.SQL("{} - {} * n").format(name, sql.Literal(days))
    if kind.startswith("timestamp"):
        step = f"{days} days" if days else "37 seconds"
        return sql.SQL("{} - {}::interval * n").format(name, sql.Literal(step))
    if is_key and kind == "text" and not days:
        return sql.SQL("md5({}::text || n)").format(name)
    return name


def grow(url: str, catalog: Catalog, times: int) -> None:
    """Multiplies the copied store, and brings its materialized views up to date."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set work_mem = '128MB'")
        for one in catalog.relations.values():
            if one.kind == "rollup":
                connection.execute(f"alter table {SCHEMA}.{one.name} disable trigger user".encode())
                kinds = {column["type"] for column in one.columns.values()}
                keys = {*one.header["key"]}
                if (
                    one.name.endswith(("_hour", "_day"))
                    and kinds & {"date", "timestamptz"}
                    and one.name != "database_day"
                ):
                    multiply(connection, one.name, AGAIN, keys, DAYS_BACK)
                elif one.name.startswith(ROWS_OF) and one.name.endswith(("_entity", "_move", "_detail")):
                    people = {name for name, column in one.columns.items() if column.get("of_user")}
                    multiply(connection, one.name, times, keys | people | {"user_hash"}, 0)
        connection.execute("analyze")
        for one in catalog.relations.values():
            if one.kind == "view" and is_materialized(one) and catalog.enabled(one):
                connection.execute(f"refresh materialized view {SCHEMA}.{one.name}".encode())
        connection.execute("vacuum analyze")
        counted = connection.execute(
            "select relname, n_live_tup from pg_stat_user_tables where schemaname = %s order by 2 desc limit 12",
            [SCHEMA],
        )
        print("rows:", ", ".join(f"{name} {count:,}" for name, count in counted.fetchall()))


def choices(board: Dashboard, breakdown: str) -> list[Choice]:
    """Every variable as at first; ``breakdown`` is the dimension of groups."""
    firsts = [first_choice(one, ("x",)) for one in board.variables]
    return [replace(one, picked=(breakdown,)) if one.name == "breakdown" else one for one in firsts]


def times_of(url: str, catalog: Catalog, breakdown: str) -> Iterator[tuple[float, str, str]]:
    """Median milliseconds of every SQL query, with its name and range."""
    now = datetime.now(UTC)
    with psycopg.connect(url, autocommit=True, options=f"-c search_path={SCHEMA}") as connection:
        for board in catalog.dashboards.values():
            for one in dashboard_queries(catalog, board, now).questions:
                for label, length in RANGES.items():
                    if one.query.language != "sql" or (length and "$__" not in one.text):
                        continue
                    span = (
                        timing(Span.last(length, now), "sql", zone=catalog.config["time_zone"]) if length else one.time
                    )
                    text = expand_macros("sql", one.text, span, choices(board, breakdown)).encode()
                    name = f"{board.name}/{one.verdict.panel}"
                    yield statistics.median(_ms(connection, text) for _ in range(ROUNDS)), name, label


def _ms(connection: psycopg.Connection[Any], text: bytes) -> float:
    begun = time.perf_counter()
    connection.execute(text).fetchall()
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """Prints the slow queries of each range, the slowest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path, help="gendash.yaml of the demo")
    parser.add_argument("--times", type=int, default=107, help="the demo has 93,000 messages")
    parser.add_argument("--tools", type=Path, default=Path("/usr/lib/postgresql/15/bin"), help="where pg_dump lies")
    parser.add_argument("--breakdown", default="model", help="session has most groups")
    parser.add_argument("--url", help="a database that an earlier run made")
    asked = parser.parse_args()
    catalog = load_catalog(load_config(asked.config.read_text("utf-8")))
    url = asked.url or copied(os.environ["GENDASH_ADMIN_DATABASE_URL"], asked.tools)
    if not asked.url:
        grow(url, catalog, asked.times)
    found = sorted(times_of(url, catalog, asked.breakdown), reverse=True)
    for label in RANGES:
        of_range = [one for one in found if one[2] == label]
        slow = [one for one in of_range if one[0] > LIMIT_MS]
        print(f"{label}: {len(of_range)} queries, {len(slow)} over {LIMIT_MS} ms")
        for ms, name, _ in of_range[: max(len(slow), 5)]:
            print(f"  {ms:6.1f} ms {name}")


if __name__ == "__main__":
    main()
