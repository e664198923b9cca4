"""Panel queries on the store, as the role that Grafana uses: read-only, short, at a given time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from queue import Empty, LifoQueue
from typing import Any

import psycopg
from psycopg import errors, sql

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.loaders import bound_times
from gendash.engine.clients.postgres import (
    DRIVER_ERRORS,
    FORMATS,
    Connection,
    Place,
    connect,
    open_connection,
    store,
    translate,
    trusted,
)
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import qualified
from gendash.engine.errors import Unexpected, Unreachable
from gendash.engine.model import Problem

TIMEOUT = "5s"
Values = Sequence[Any] | Mapping[str, Any]
_NUMBERS = {psycopg.adapters.types[name].oid for name in ("int2", "int4", "int8", "float4", "float8", "numeric")}


@dataclass(frozen=True)
class Rows:
    """The rows of a query and its milliseconds; ``numeric`` is true for each column of a numeric type."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: list[tuple[Any, ...]]
    ms: float


@dataclass(frozen=True)
class Statement:
    """A query of the store and the values of its placeholders, by place or by name; without any, ``%`` is itself."""

    text: str
    values: Values | None = None


def expect_rows(answer: Rows, *kinds: tuple[type, ...]) -> list[tuple[Any, ...]]:
    """The rows of a query of ours, whose cells are null or of these types.

    Raises Unexpected for others: PostgreSQL gives none, a server between may.
    """
    for row in answer.rows:
        fits = len(row) == len(kinds) and all(
            cell is None or isinstance(cell, kind) for cell, kind in zip(row, kinds, strict=True)
        )
        if not fits:
            raise Unexpected(Problem("store", "the rows are of another shape than asked for", "check who answers"))
    return answer.rows


NUMBER = (int, float, Decimal)
RunQuery = Callable[[str], Rows | Failed]


def clock_setting(config: Config, at: datetime) -> str:
    """The value of ``gendash.now`` that sets the store's clock in a reader's session: a time, and the pass for it."""
    time = at.isoformat()
    with connect(store(config), read_only=True) as connection, suppress(errors.ProgrammingError):
        row = connection.execute(trusted(f"select {qualified(config, 'clock_pass')}(%s)"), [time]).fetchone()
        return f"{time}#{row[0] if row else ''}"
    return time  # of a schema that is not there, or older: what is asked then says so


@contextmanager
def open_reader(
    place: Place, user: str, password: str, clock: Callable[[], str] | None = None, login: str = ""
) -> Iterator[RunQuery]:
    """A function that runs one query in a read-only transaction; threads may share it, each call has a connection.

    ``clock`` gives a time for the store's clock (`clock_setting`), ``login`` is where the password came from. Raises
    Unreachable, Denied or Unexpected where no connection can be had.
    """
    # without a password libpq looks for one itself (PGPASSFILE), or needs none; that of the owner is not sent
    place = replace(place.with_(user=user, password=password), label=user, login=login)
    settings = cache(lambda: {"statement_timeout": TIMEOUT} | ({"gendash.now": clock()} if clock else {}))
    idle: LifoQueue[Connection] = LifoQueue()
    opened: list[Connection] = []

    def ask(text: str) -> Rows | Failed:
        try:
            connection = idle.get_nowait()
        except Empty:
            connection = open_connection(place, application="gendash verify", reads=True)
            opened.append(connection)
        try:
            return run_query(connection, text, settings())
        finally:
            if connection.closed:
                raise Unreachable(Problem(place.where, "the connection was cut", "is the server still up?"))
            idle.put(connection)

    try:
        yield ask
    finally:
        for connection in opened:
            connection.close()


def run_together(connection: Connection, asked: Sequence[Statement], settings: Mapping[str, str]) -> list[Rows] | None:
    """The answers to several queries, of which none waits for the answer to another; ``settings`` hold for them alone.

    Texts that come again are prepared by the driver, so that the server plans them once. For both, the session must be
    the connection's own: read-only, with its limit of time and the formats of `write_formats`. None where one query
    fails, or has a time that Python cannot hold: each is then asked by `run_query`, which gives its reason, and carries
    out what cannot be prepared, such as several statements in one text.
    """
    started = time.perf_counter()
    try:
        with connection.pipeline() if settings or len(asked) > 1 else nullcontext():
            if settings:
                connection.execute("begin transaction read only", prepare=False)
                calls = ", ".join("set_config(%s, %s, true)" for _ in settings)
                connection.execute(trusted(f"select {calls}"), [part for pair in settings.items() for part in pair])
            cursors = [connection.execute(trusted(one.text), one.values) for one in asked]
            if settings:
                connection.execute("commit", prepare=False)
        found = [_rows(one.description or (), one.fetchall(), started) for one in cursors]
        return None if any(one.nextset() for one in cursors) else found
    except DRIVER_ERRORS:
        if not connection.closed:
            with suppress(*DRIVER_ERRORS):
                connection.rollback()
                with connection.transaction(force_rollback=True):
                    pass  # after a rollback the driver forgets what it prepared: columns may have changed
        return None


def run_query(
    connection: Connection, text: str, settings: Mapping[str, str], values: Values | None = None
) -> Rows | Failed:
    """The answer to one query in a read-only transaction with these settings; ``values`` are its parameters.

    The transaction is one message: one way there and back. So settings and values are quoted literals within the text,
    since a message of several statements has no parameters.
    """
    started = time.perf_counter()
    try:
        cursor = psycopg.ClientCursor(connection)
        bound_times(cursor)
        body = text if values is None else cursor.mogrify(trusted(text), values)
        sets = "; ".join(
            f"set local {name} = {sql.quote(value, connection)}" for name, value in {**FORMATS, **settings}.items()
        )
        cursor.execute(trusted(f"begin transaction read only; {sets}; {body}\n; rollback"))
        *_, (described, rows), _rollback = _results(cursor)  # of several statements the last one counts
    except DRIVER_ERRORS as error:
        (problem,) = translate(error, "").problems
        if not connection.closed:
            with suppress(*DRIVER_ERRORS):  # it may have been cut, which the next query sees
                connection.rollback()
        took = (time.perf_counter() - started) * 1000
        return Failed(getattr(error, "sqlstate", "") or "", problem.what, took)
    return _rows(described, rows, started)


def _rows(described: Sequence[psycopg.Column], rows: list[tuple[Any, ...]], started: float) -> Rows:
    columns = tuple(column.name for column in described)
    numeric = tuple(column.type_code in _NUMBERS for column in described)
    return Rows(columns, numeric, rows, (time.perf_counter() - started) * 1000)


def _results(cursor: psycopg.ClientCursor[Any]) -> Iterator[tuple[Sequence[psycopg.Column], list[tuple[Any, ...]]]]:
    """The columns and the rows of each statement of a message."""
    more: bool | None = True
    while more:
        described = cursor.description or ()
        yield described, cursor.fetchall() if described else []
        more = cursor.nextset()
