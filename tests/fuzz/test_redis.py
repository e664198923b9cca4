"""A Redis that lies: whatever it sends, an answer is computed and a request counted, in time, and the log has no secret."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("redis")
sys.path.append(str(Path(__file__).parent))  # tests are no package, so what they share needs a path

from fuzz_judge import counts
from mutations import SECRET, TEXTS

from gendash.api.cache import Cache
from gendash.api.limits import LONGEST_S, Limiter
from gendash.api.shared import PAUSE_S, Shared
from gendash.engine.config.load import load_config

BODY = b'{"the": "answer"}'
NUMBERS = ("0", "1", "-1", "7", "9" * 19, "9" * 400, "1e9", "nan", "x", "", "+5", "0x10", "\u0663", "-0")
NAMES = (
    "OK",
    "ERR",
    "NOSCRIPT no",
    "MOVED 1 127.0.0.1:9",
    "ASK 1 x",
    "LOADING",
    "READONLY",
    "WRONGPASS",
    "MASTERDOWN x",
)
SLOW_S = 3.0


def reply(rng: random.Random, depth: int = 0) -> bytes:
    """What a server could send for one command, in the protocol or near it."""
    kind = rng.randrange(12)
    number, text = rng.choice(NUMBERS).encode(), rng.choice((*TEXTS, *NAMES)).encode("utf-8", "surrogatepass")
    if kind == 0:
        return b":" + number + b"\r\n"
    if kind == 1:
        return b"$" + number + b"\r\n" + text[:200] + b"\r\n"
    if kind == 2:
        return b"$%d\r\n%s\r\n" % (len(text), text)
    if kind == 3:
        return b"*" + number + b"\r\n" + (reply(rng, depth + 1) if depth < 5 else b"")
    if kind == 4:
        return b"*1\r\n" * rng.choice((3, 3000)) + b":1\r\n"
    if kind == 5:
        return rng.choice((b"-", b"+")) + text.replace(b"\r\n", b" ") + b"\r\n"
    if kind == 6:
        return (
            rng.choice((b"%", b"~", b">", b"=", b",", b"#", b"_", b"(", b"|", b"!")) + number + b"\r\n" + text + b"\r\n"
        )
    if kind == 7:
        return rng.randbytes(rng.choice((1, 30, 3000)))
    if kind == 8:
        return b"HTTP/1.1 400 Bad Request\r\n\r\n<html>"
    if kind == 9:
        return b"$20000000\r\n" + b"x" * 2_000_000
    if kind == 10:
        return b""  # it closes
    return b"+OK\r\n:1\r\n" * 3


class Liar:
    """A server on a port; ``rng`` decides what each command gets, or ``answer`` where it is set."""

    def __init__(self) -> None:
        self.rng = random.Random(0)
        self.answer: Callable[[socket.socket], None] | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://me:{SECRET}@127.0.0.1:{self.listener.getsockname()[1]}/0"
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            while connection.recv(65536):
                if self.answer:
                    self.answer(connection)
                elif (sent := reply(self.rng)) and self.rng.random() > 0.01:
                    connection.sendall(sent)
                elif sent == b"":
                    return  # else it never answers


@pytest.fixture
def liar() -> Iterator[Liar]:
    found = Liar()
    yield found
    found.listener.close()


async def _asked(url: str) -> tuple[bytes, list[int]]:
    """An answer of the cache and waits of the limiter, with a Redis that is asked for each."""
    clock = iter(range(0, 10**6, int(PAUSE_S) + 1))
    shared = Shared(url, clock=lambda: float(next(clock)))
    try:
        kept = await Cache(shared).answer("key", 5, lambda: BODY)
        limiter = Limiter(load_config(""), shared)
        waits = [await limiter.wait_for_address("1.2.3.4"), await limiter.wait_for_token("one")]
        return kept.body, waits
    finally:
        await shared.close()


def _judge(url: str, case: str, caplog: pytest.LogCaptureFixture) -> bytes:
    began = time.monotonic()
    with caplog.at_level("DEBUG", "gendash.api"):
        body, waits = asyncio.run(_asked(url))
    assert time.monotonic() - began < SLOW_S, case
    assert all(0 <= wait <= LONGEST_S for wait in waits), (case, waits)
    lines = [one.getMessage() for one in caplog.records if one.name == "gendash.api"]
    assert not [line for line in lines if SECRET in line or "\n" in line or len(line) > 300], case
    caplog.clear()
    return body


@counts
def test_redis(liar: Liar, caplog: pytest.LogCaptureFixture, seeds: range) -> None:
    for seed in seeds:
        liar.rng = random.Random(f"redis {seed}")
        body = _judge(liar.url, f"redis, seed {seed}", caplog)
        assert isinstance(body, bytes)  # one that gives a text in the protocol is believed


def _never(_connection: socket.socket) -> None:
    time.sleep(0.4)


def _late(connection: socket.socket) -> None:
    time.sleep(0.15)
    connection.sendall(b"$1\r\nx\r\n")


def _drops(connection: socket.socket) -> None:
    for _ in range(40):
        connection.sendall(b"*")
        time.sleep(0.02)


def _endless(connection: socket.socket) -> None:
    connection.sendall(b"$536870912\r\n")
    for _ in range(500):
        connection.sendall(b"x" * 100_000)


def _deep(connection: socket.socket) -> None:
    connection.sendall(b"*1\r\n" * 50_000 + b":1\r\n")


def _many(connection: socket.socket) -> None:
    connection.sendall(b"*1000000000\r\n" + b":1\r\n" * 10_000)


def _of_another_type(connection: socket.socket) -> None:
    connection.sendall(b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")


@pytest.mark.parametrize("answer", [_never, _late, _drops, _endless, _deep, _many, _of_another_type])
def test_a_redis_that_fails_is_left_alone_and_the_answer_is_computed(
    liar: Liar, caplog: pytest.LogCaptureFixture, answer: Callable[[socket.socket], None]
) -> None:
    liar.answer = answer
    assert _judge(liar.url, answer.__name__, caplog) == BODY


def test_a_wait_that_redis_gives_is_a_minute_at_most(liar: Liar, caplog: pytest.LogCaptureFixture) -> None:
    liar.answer = lambda connection: connection.sendall(b":99999999\r\n")
    assert isinstance(_judge(liar.url, "large", caplog), bytes)
