"""The Redis that processes share: asked with a short limit, and left alone for a while after it failed.

Whatever it answers, or its driver makes of that, costs the use of Redis and no request: each error counts as a failure.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from redis.asyncio import Redis

LOG = logging.getLogger("gendash.api")
TIMEOUT_S = 0.1  # of one command; Redis answers in less than a millisecond
PAUSE_S = 10.0
Command = tuple[Any, ...]


class Shared:
    """A Redis and whether it is asked now; the log has a line when it goes away and one when it is back.

    Commands that are given while others are under way are sent together, with one wait for all of them.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url, self.clock = url, clock
        self.client = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self.down_until: float | None = None
        self.waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self.sending: asyncio.Task[None] | None = None

    async def ask(self, *command: Any) -> Any:
        """The answer to a command; None where there is none, as of a key that is not there, or of a Redis."""
        return await self.send(*command)

    def send(self, *command: Any) -> asyncio.Future[Any]:
        """Sends a command with the next ones; its answer comes later, None where there is none."""
        given: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.append((command, given))
        if self.sending is None or self.sending.done():
            self.sending = asyncio.create_task(self._send_all())
        return given

    async def _send_all(self) -> None:
        while self.waiting:
            taken, self.waiting = self.waiting, []
            found: list[Any] = []
            try:
                pipeline = self.client.pipeline(transaction=False)
                for command, _ in taken:
                    pipeline.execute_command(*command)
                found = await pipeline.execute()
            except Exception as error:
                self.failed(error)
            else:
                self.answered()
            for (_, given), answer in zip_longest(taken, found):
                if not given.done():
                    given.set_result(answer)

    def is_there(self) -> bool:
        """False within ten seconds after an error."""
        return self.down_until is None or self.clock() >= self.down_until

    def failed(self, error: Exception) -> None:
        """Notes an error; nobody asks for a while. What the driver says may hold the address, so its kind is logged."""
        if self.down_until is None:
            why = type(error.__cause__ or error).__name__
            LOG.warning(json.dumps({"redis": f"not there ({why}); each process keeps and counts for itself"}))
        self.down_until = self.clock() + PAUSE_S

    def answered(self) -> None:
        """Notes an answer."""
        if self.down_until is not None:
            self.down_until = None
            LOG.warning(json.dumps({"redis": "is back"}))

    async def close(self) -> None:
        """Closes its connections."""
        await self.client.aclose()
