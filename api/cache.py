"""Answers kept for a while: in the process, or in Redis; a stampede asks once, and a broken Redis is only slower."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import redis
from cachetools import TTLCache

MOST = 2000
LONGEST_S = 300
REDIS_TIMEOUT_S = 0.25
PAUSE_S = 10.0  # after an error of Redis, before it is asked again


@dataclass(frozen=True)
class Kept:
    """An answer with its ETag, and how many seconds it may be used."""

    body: bytes
    etag: str
    seconds: float


class Shelf(Protocol):
    """Where answers are kept."""

    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, body: bytes, seconds: float) -> None: ...


class Memory:
    """The memory of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.lock = Lock()
        self.kept: TTLCache[str, tuple[float, bytes]] = TTLCache(MOST, LONGEST_S, timer=clock)

    def get(self, key: str) -> bytes | None:
        """The answer, if it is not too old."""
        with self.lock:
            until, body = self.kept.get(key, (0.0, b""))
        return body if until > self.clock() else None

    def put(self, key: str, body: bytes, seconds: float) -> None:
        """Keeps an answer."""
        with self.lock:
            self.kept[key] = (self.clock() + seconds, body)


class Redis:
    """A Redis before the memory of this process, which is used while Redis is away."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S, retry_on_timeout=False
        )
        self.memory, self.clock, self.down_until = Memory(clock), clock, 0.0

    def get(self, key: str) -> bytes | None:
        """The answer from Redis, or from memory while Redis is away."""
        if self.clock() < self.down_until:
            return self.memory.get(key)
        try:
            found = self.client.get(f"gendash:{key}")
        except redis.RedisError:
            self.down_until = self.clock() + PAUSE_S
            return self.memory.get(key)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, body: bytes, seconds: float) -> None:
        """Keeps an answer in Redis, or in memory while Redis is away."""
        if self.clock() >= self.down_until:
            try:
                self.client.set(f"gendash:{key}", body, px=max(1, int(seconds * 1000)))
            except redis.RedisError:
                self.down_until = self.clock() + PAUSE_S
            else:
                return
        self.memory.put(key, body, seconds)


class Cache:
    """Answers by key; whoever asks first computes, the others of the same moment wait for it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.lock = Lock()
        self.running: dict[str, Lock] = {}
        self.hits = self.misses = 0

    def answer(self, key: str, seconds: float, compute: Callable[[], bytes]) -> Kept:
        """The kept answer, or a computed one, which is kept; with 0 seconds nothing is kept."""
        if seconds <= 0:
            return _kept(compute(), 0)
        hashed = hashlib.sha256(key.encode()).hexdigest()
        found = self.shelf.get(hashed)
        if found is None:
            with self.lock:
                mine = self.running.setdefault(hashed, Lock())
            with mine:
                found = self.shelf.get(hashed)
                if found is None:
                    self.misses += 1
                    try:
                        found = compute()
                        self.shelf.put(hashed, found, seconds)
                    finally:
                        with self.lock, suppress(KeyError):
                            del self.running[hashed]
                    return _kept(found, seconds)
        self.hits += 1
        return _kept(found, seconds)


def _kept(body: bytes, seconds: float) -> Kept:
    return Kept(body, etag_of(body), seconds)


def etag_of(body: bytes) -> str:
    """The ETag of a body: equal bodies have equal ones."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def shelf_of(url: str) -> Shelf:
    """Redis at an address, or memory without one."""
    return Redis(url) if url else Memory()
