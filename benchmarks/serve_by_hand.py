"""The endpoint written by hand with which `bench_serve` compares `gendash serve`: the same answers, as safely."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

TOKEN = "benchmark"
NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)


def by_hand(port: int) -> None:
    """Serves the same answers, as safely, with as little code as possible until it is ended."""
    import uvicorn
    from fastapi import FastAPI, Header, HTTPException
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    safe = "-c statement_timeout=10s -c default_transaction_read_only=on -c timezone=UTC"
    session = {"autocommit": True, "options": f"{safe} -c gendash.now={os.environ['BENCH_CLOCK']}"}
    pool = ConnectionPool(os.environ["BENCH_READER"], min_size=0, max_size=6, kwargs=session)
    app, queries = FastAPI(), json.loads(os.environ["BENCH_FIGURES"])
    known = hashlib.sha256(TOKEN.encode()).hexdigest()

    def answer(authorization: str, limit: int, first: datetime, names: list[str]) -> dict[str, object]:
        if hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest() != known:
            raise HTTPException(401)
        with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            values = {"first": first, "behind": NOW, "limit": limit + 1}
            rows = cursor.execute(ROWS, values).fetchall()
            figures = {}
            for name in names:
                query = queries[name]
                found = cursor.execute(query["text"], query["values"]).fetchall()
                figures[name] = query["about"] | hand_figure(found, query["unit"], query["is_sum"])
        last = rows[limit - 1] if len(rows) > limit else {}
        return {
            "at": NOW.isoformat(),
            "time_zone": "Europe/Berlin",
            "range": {"from": first.isoformat(), "to": NOW.isoformat()},
            "figures": figures,
            "rows": rows[:limit],
            "next": ":".join(str(last[name]) for name in ("day", "priority", "category")) if last else None,
        }

    @app.get("/rows")
    def rows(limit: int, first: datetime | None = None, authorization: str = Header()) -> dict[str, object]:
        return answer(authorization, limit, first or datetime(2026, 10, 20, tzinfo=UTC), [])

    @app.get("/all")
    def everything(limit: int, authorization: str = Header()) -> dict[str, object]:
        return answer(authorization, limit, NOW - timedelta(days=7), [*queries])

    uvicorn.run(app, port=port, log_level="critical", access_log=False)


ROWS = (
    "select day::text, priority, category, sum(created)::bigint as created, sum(resolved)::bigint as resolved,"
    " min(waiting)::bigint as waiting from gendash.ticket_day where day >= %(first)s and day < %(behind)s"
    " and priority <> '__all' and category <> '__all' group by 1, 2, 3 order by 1, 2, 3 limit %(limit)s"
)


def hand_figure(rows: list[dict[str, Any]], unit: str, is_sum: bool) -> dict[str, Any]:
    """A tile's last value, or their sum, with its note; or the values of bars by name."""
    if rows and "metric" not in rows[-1]:
        each = [[one for one in row.values() if one is not None] for row in rows]
        return {"values": {str(name): hand_value(value, unit) for name, value, *_ in each}, "state": "ok"}
    there = [row for row in rows if row["value"] is not None]
    if not there:
        return {"value": None, "state": "no data"}
    value = sum(row["value"] for row in there) if is_sum else there[-1]["value"]
    return hand_value(value, unit) | {"note": there[-1]["metric"]}


def hand_value(value: Any, unit: str) -> dict[str, Any]:
    """A number with its text."""
    number, text = float(value), f"{float(value):,g}"
    if unit == "percentunit":
        text = f"{number * 100:.1f}%"
    if unit == "s":
        size, name = next(one for one in STEPS if number >= one[0] or one[0] == 1)
        text = f"{number / size:.1f} {name}"
    return {"value": number, "text": text, "unit": unit, "state": "ok"}


STEPS = ((31556900, "years"), (604800, "weeks"), (86400, "days"), (3600, "hours"), (60, "min"), (1, "s"))
