"""One query is one message to the store: its settings, its limit of time and its transaction are within it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.pq import TransactionStatus

from gendash.demo.postgres import Server
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import Connection, Place, open_connection
from gendash.engine.read.reader import Rows, run_query

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def connection(postgres: Server) -> Iterator[Connection]:
    with open_connection(Place("test", postgres.url(), "test")) as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_is_left_open(connection: Connection) -> Iterator[None]:
    yield
    assert connection.info.transaction_status == TransactionStatus.IDLE
    subject = "select coalesce(current_setting('gendash.subject', true), '')"
    assert rows(run_query(connection, subject, {})) == [("",)]


def rows(given: Rows | Failed) -> list[tuple[Any, ...]]:
    assert isinstance(given, Rows), given
    return given.rows


def test_settings_and_values_are_literals_whatever_is_in_them(connection: Connection) -> None:
    for odd in ("a'b\\c", "%s %(x)s %", "'; commit; --", "ü\n/*", "$$"):
        text = "select current_setting('gendash.subject'), '5%%', %(x)s::text"
        assert rows(run_query(connection, text, {"gendash.subject": odd}, {"x": odd})) == [(odd, "5%", odd)]
        text = "select current_setting('gendash.subject'), '5%'"
        assert rows(run_query(connection, text, {"gendash.subject": odd})) == [(odd, "5%")]


def test_a_query_is_read_only_and_ends_in_time(connection: Connection) -> None:
    slow = run_query(connection, "select pg_sleep(20)", {"statement_timeout": "50ms"})
    writes = run_query(connection, "create table made (n int)", {})
    assert isinstance(slow, Failed) and slow.code == "57014" and slow.ms < 10_000
    assert isinstance(writes, Failed) and writes.code == "25006"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1; select 2", [(2,)]),
        ("select 1; select 2;; -- the end", [(2,)]),
        ("select 1; set local work_mem = '4MB'", []),
        ("", []),
    ],
)
def test_of_several_statements_the_last_one_counts(connection: Connection, text: str, expected: Any) -> None:
    assert rows(run_query(connection, text, {})) == expected


@pytest.mark.parametrize("text", ["select 1 /* open", "select 'open", "select $$open", "select 1/0", "selec"])
def test_a_faulty_query_is_an_answer_and_its_connection_stays_usable(connection: Connection, text: str) -> None:
    assert isinstance(run_query(connection, text, {"gendash.subject": "x"}), Failed)
    assert rows(run_query(connection, "select 1", {})) == [(1,)]
