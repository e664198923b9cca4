"""Answers kept for a while: in the process, and in Redis for all processes; a stampede computes an answer once."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cachetools import TLRUCache
from starlette.concurrency import run_in_threadpool

from gendash.api.shared import Shared

MOST_BYTES = 64 * 2**20  # of this process; a page may have a megabyte
MEMORY_S = 60  # a key names its minute, so that no answer is asked for longer than that


@dataclass(frozen=True)
class Kept:
    """An answer, the text that stands for it in headers, and how many seconds it may be used."""

    body: bytes
    etag: str
    seconds: float


class Cache:
    """Answers by key; whoever asks first computes in a thread, the others of the same moment wait for it.

    An equal key must mean an equal answer. While Redis is away, each process keeps its own.
    """

    def __init__(self, shared: Shared | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.shared = shared
        self.memory: TLRUCache[str, tuple[bytes, float]] = TLRUCache(
            MOST_BYTES,
            lambda _key, value, now: now + min(value[1], MEMORY_S),
            timer=clock,
            getsizeof=lambda value: len(value[0]),
        )
        self.running: dict[str, asyncio.Task[bytes]] = {}
        self.hits = self.misses = 0

    async def answer(self, key: str, seconds: float, compute: Callable[[], bytes]) -> Kept:
        """The kept answer, or a computed one, which is kept."""
        hashed = _hash(key.encode())
        found = self.memory.get(hashed)
        if found is not None:
            self.hits += 1
            return Kept(found[0], etag_of(key), seconds)
        task = self.running.get(hashed)
        if task is None:
            task = self.running[hashed] = asyncio.create_task(self._found(hashed, seconds, compute))
            task.add_done_callback(lambda done: self._done(hashed, done))
        return Kept(await asyncio.shield(task), etag_of(key), seconds)  # who goes away does not end it for the others

    def _done(self, hashed: str, task: asyncio.Task[bytes]) -> None:
        del self.running[hashed]
        if not task.cancelled():
            task.exception()  # all who waited may have gone away

    async def _found(self, hashed: str, seconds: float, compute: Callable[[], bytes]) -> bytes:
        found = await self._from_redis(hashed)
        if found is None:
            self.misses += 1
            found = await run_in_threadpool(compute)
            self._to_redis(hashed, found, seconds)
        else:
            self.hits += 1
        with suppress(ValueError):  # larger than the whole memory
            self.memory[hashed] = (found, seconds)
        return found

    async def _from_redis(self, hashed: str) -> bytes | None:
        if self.shared is None or not self.shared.is_there():
            return None
        found = await self.shared.ask("GET", f"gendash:{hashed}")
        return found if isinstance(found, bytes) and len(found) <= MOST_BYTES else None

    def _to_redis(self, hashed: str, body: bytes, seconds: float) -> None:
        """Sends an answer to Redis; nobody waits until it is there."""
        if self.shared is not None and self.shared.is_there():
            self.shared.send("SET", f"gendash:{hashed}", body, "PX", max(1, int(seconds * 1000)))


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def etag_of(key: str) -> str:
    """The ETag of the answer with this key: weak, since two processes compute it at different moments."""
    return f'W/"{_hash(key.encode())[:32]}"'
