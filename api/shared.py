"""The Redis that processes share: asked with a short limit, and left alone for a while after it failed.

Whatever it answers, or its driver makes of that, costs the use of Redis and no request: each error counts as a failure.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable

import redis
from redis.asyncio import Redis

LOG = logging.getLogger("gendash.api")
TIMEOUT_S = 0.1  # of one command; Redis answers in less than a millisecond
PAUSE_S = 10.0


class Shared:
    """A Redis and whether it is asked now; the log has a line when it goes away and one when it is back.

    ``client`` is for the event loop, ``answers`` for the threads that compute answers.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.url, self.clock = url, clock
        self.client = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self.answers = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self.down_until: float | None = None

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
        self.answers.close()
