"""Rows that a wrong clock dates ahead are in no window: every panel and variable gives what it gives without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest
from full_world import everything
from overview_store import Shown, shown
from picks import picks

from gendash.demo.postgres import Server
from gendash.engine.languages.grafana_macros import expand_macros
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.queries import dashboard_queries

pytestmark = [pytest.mark.postgres, pytest.mark.soak]  # `check` judges each window by its text; this by its rows
SHIFT = "interval '30 days'"
NEWER = "interval '20 days'"  # than the clock; shifted they are 10 to 30 days ahead
TABLES = ("users", "conversations", "messages", "feedback", "documents", "tickets", "ticket_status_history")
CHANGED = {"email": "'ahead ' || email", "file_hash": "md5(file_hash)"}  # which are unique
STATE = "the state of now: a ticket, document or account is there, whatever its date says"
EVER = "a total that has no window"
OPTIONS = "options of a variable: everybody and everything that can be picked"
SIZE = "the size of tables"
OF_ALL: Mapping[str, str] = {
    **dict.fromkeys(("agent-performance/model", "knowledge-base/owner", "support-tickets/creator"), OPTIONS),
    **dict.fromkeys(("overview/users", "overview/tickets_open", "overview/documents_failed"), STATE),
    **dict.fromkeys(("overview/tickets_by_status", "overview/documents_by_status", "overview/conversations"), EVER),
    **dict.fromkeys((f"knowledge-base/{one}" for one in ("stuck", "types", "by_status", "problems")), STATE),
    **dict.fromkeys((f"support-tickets/{one}" for one in ("unowned", "open_by_priority", "by_status")), STATE),
    **dict.fromkeys((f"support-tickets/{one}" for one in ("assignment", "oldest_list", "load")), STATE),
    "user-analytics/roles": STATE,
    **dict.fromkeys(("system-health/db_size", "system-health/db_tables"), SIZE),
    # the last point of their curves is the state of now
    "knowledge-base/held_per_day": STATE,
    "support-tickets/unresolved_per_day": STATE,
    "user-analytics/accounts_per_day": STATE,
}


def _copy(connection: psycopg.Connection[Any], table: str, now: str) -> int:
    """Rows of the last days once more, as new rows that are dated ahead; the number of them."""
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns where table_name = %s and table_schema = 'public' "
        "order by ordinal_position",
        [table],
    ).fetchall()
    time = "changed_at" if table == "ticket_status_history" else "created_at"
    values = {}
    for name, kind in columns:
        if kind == "timestamp with time zone":
            values[name] = f"{name} + {SHIFT}"
        elif (name == "id" and kind == "uuid") or (table, name) == ("feedback", "message_id"):
            values[name] = f"md5({name}::text || 'ahead')::uuid"
        elif name != "id":
            values[name] = CHANGED.get(name, name)
    text = (
        f"insert into {table} ({', '.join(values)}) select {', '.join(values.values())} from {table} "
        f"where {time} > timestamptz '{now}' - {NEWER} and {time} <= timestamptz '{now}'"
    )
    return connection.execute(text.encode()).rowcount


def _calls(connection: psycopg.Connection[Any], now: str) -> int:
    """The same for LLM calls, half of them in traces of their own; a digest is not asked for."""
    row = "jsonb_populate_record(o, jsonb_build_object('id', 'ahead ' || id, 'trace_id', trace_id || ' ahead', "
    times = ", ".join(f"'{one}', {one} + {SHIFT}" for one in ("start_time", "end_time", "completion_start_time"))
    text = (
        f"insert into gendash.lf_observation select ({row}{times}))).* from gendash.lf_observation o "
        f"where start_time > timestamptz '{now}' - {NEWER} and start_time <= timestamptz '{now}'"
    )
    return connection.execute(text.encode()).rowcount


def _answers(store: Shown) -> Iterator[tuple[str, object]]:
    """What each SQL query of all dashboards gives at the world's time, by its place."""
    at = store.world.now
    options = f"-c gendash.now={at.isoformat()} -c timezone={store.world.server_zone}"
    with psycopg.connect(store.config["database_url"], options=options, autocommit=True) as connection:
        for board in store.catalog.dashboards.values():
            for one in dashboard_queries(store.catalog, board, at).questions:
                if one.query.language == "sql":
                    text = expand_macros("sql", one.text, one.time, picks(board, {}))
                    rows = [tuple(map(_rounded, row)) for row in connection.execute(text.encode())]
                    yield f"{board.name}/{one.verdict.panel} {one.verdict.ref}".strip(), rows


def _rounded(cell: Any) -> Any:
    """A cell; sums of floating point numbers depend on the order of rows."""
    return round(cell, 9) if isinstance(cell, float) else cell


def test_no_window_has_rows_that_are_dated_ahead(postgres: Server) -> None:
    with shown(postgres, everything(3)) as store:
        before = dict(_answers(store))
        assert len(before) > 150 and sum(bool(rows) for rows in before.values()) > 140
        now = store.world.now.isoformat()
        with psycopg.connect(store.config["admin_database_url"], autocommit=True) as admin:
            added = {table: _copy(admin, table, now) for table in TABLES} | {"calls": _calls(admin, now)}
        assert all(added.values()), added
        assert {one.error for one in refresh(store.config, store.catalog, at=store.world.now, full=True)} == {""}
        after = dict(_answers(store))
    differing = {name: (rows, after[name]) for name, rows in before.items() if rows != after[name]}
    wrong = {name: pair for name, pair in differing.items() if name.split()[0] not in OF_ALL}
    assert not wrong, "\n".join(f"{name}\n  {rows}\n  {ahead}" for name, (rows, ahead) in wrong.items())
    assert {name.split()[0] for name in differing} == {*OF_ALL}, "what is excepted differs"
