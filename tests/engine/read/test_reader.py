"""One query is one message to the store: its settings, its limit of time and its transaction are within it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from gendash.demo.postgres import Server
from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import Connection, Place, connection_parts, open_connection, write_formats
from gendash.engine.read.reader import Rows, Statement, run_query, run_together

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


@pytest.fixture
def own(postgres: Server) -> Iterator[Connection]:
    """A session of its own, as a pool of the API opens one without a pooler between."""
    with psycopg.connect(**connection_parts(Place("test", postgres.url(), "test"), "test")) as found:
        write_formats(found)
        found.execute("set default_transaction_read_only = on")
        found.execute("set statement_timeout = '300ms'")
        found.prepare_threshold = 1
        yield found


def test_queries_that_are_sent_together_give_what_each_gives_by_itself(own: Connection, connection: Connection) -> None:
    asked = [
        Statement("select 1 as one, '5%' as text, null::numeric as n"),
        Statement("select %s::text as x, '5%%'", ["a'b"]),
        Statement("select %(x)s::int + 1 as y", {"x": 2}),
        Statement("select 1 where false"),
        Statement("select current_setting('gendash.subject', true), current_setting('transaction_read_only')"),
    ]
    for _ in range(4):  # at first, while they are prepared, and after
        together = run_together(own, asked, {"gendash.subject": "x'y"})
        alone = [run_query(connection, one.text, {"gendash.subject": "x'y"}, one.values) for one in asked]
        assert together is not None
        assert [(one.columns, one.numeric, one.rows) for one in together] == [
            (one.columns, one.numeric, one.rows) for one in alone if isinstance(one, Rows)
        ]
        assert together[-1].rows == [("x'y", "on")]
        for few in (asked[:1], asked[:3]):
            assert [one.rows for one in run_together(own, few, {}) or ()] == [one.rows for one in together[: len(few)]]
    assert own.execute("select count(*) > 2 from pg_prepared_statements").fetchone() == (True,)
    assert own.execute("select coalesce(current_setting('gendash.subject', true), '')").fetchone() == ("",)


@pytest.mark.parametrize(
    "faulty", ["select 1/0", "select pg_sleep(5)", "create table made (n int)", "select 1; select 2"]
)
@pytest.mark.parametrize("settings", [{}, {"gendash.subject": "x"}], ids=["plain", "settings"])
def test_one_query_that_fails_leaves_all_to_be_asked_again(
    own: Connection, faulty: str, settings: dict[str, str]
) -> None:
    good = Statement("select 1")
    for asked in ([Statement(faulty)], [good, Statement(faulty), good]):
        assert run_together(own, asked, settings) is None
        assert own.info.transaction_status == TransactionStatus.IDLE
        assert [one.rows for one in run_together(own, [good, good], settings) or ()] == [[(1,)], [(1,)]]
        assert own.execute("select coalesce(current_setting('gendash.subject', true), '')").fetchone() == ("",)


def test_a_time_beyond_what_python_holds_is_left_to_a_query_by_itself(own: Connection) -> None:
    last = datetime.max.replace(tzinfo=UTC)
    for text in ("'infinity'::timestamptz", "'20000-01-01'::timestamptz"):
        for _ in range(3):
            assert run_together(own, [Statement(f"select {text}")], {}) is None
            assert rows(run_query(own, f"select {text}, date '-infinity'", {})) == [(last, date.min)]


def test_a_prepared_text_whose_columns_have_changed_is_answered(own: Connection, postgres: Server) -> None:
    question = Statement("select * from changing")
    with open_connection(Place("test", postgres.url(), "test")) as other:
        other.execute("create table changing as select 1 as n")
        try:
            for _ in range(4):
                assert [one.rows for one in run_together(own, [question], {}) or ()] == [[(1,)]]
            other.execute("alter table changing add m text default 'm'")
            assert run_together(own, [question], {}) is None  # the plan's columns are not the table's
            for _ in range(4):
                assert [one.rows for one in run_together(own, [question], {}) or ()] == [[(1, "m")]]
        finally:
            other.execute("drop table changing")
