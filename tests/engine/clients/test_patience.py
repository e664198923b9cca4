"""A server whose process is stopped: its host still acknowledges what is sent."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gendash.engine.clients.postgres import Place, connect
from gendash.engine.errors import Unreachable
from gendash.engine.read.reader import open_reader


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that does nothing for as long as the block runs."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def place(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr("gendash.engine.clients.postgres.PATIENCE_S", 0.5)
    return Place("store", postgres.url(), "GENDASH_DATABASE_URL")


def test_a_read_from_a_server_that_sends_nothing_ends(place: Place) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(Unreachable, match=r"no answer within 0\.5 s"),
        connect(place, read_only=True) as connection,
        stopped(connection.info.backend_pid),
    ):
        connection.execute("select 1")
    assert time.monotonic() - begun < 20


def test_a_long_answer_is_waited_for_while_something_arrives(place: Place) -> None:
    with connect(place, read_only=True) as connection:
        rows = connection.execute("select pg_sleep(0.15), repeat('x', 9000) from generate_series(1, 8)").fetchall()
    assert len(rows) == 8


def test_what_is_no_read_is_waited_for(place: Place) -> None:
    with connect(place) as connection:
        assert connection.execute("select pg_sleep(1), 1").fetchone() == ("", 1)


def test_a_panel_of_a_server_that_sends_nothing_ends(place: Place) -> None:
    with open_reader(place, place.user, place.password) as ask:
        pid = ask("select pg_backend_pid()").rows[0][0]  # type: ignore[union-attr]
        with stopped(pid), pytest.raises(Unreachable, match="the connection was cut"):
            ask("select 1")
