"""How many requests a token and an address may send in a minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache
from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from gendash.api.shared import Shared
from gendash.engine.config.load import Config

LONGEST_S = 60  # of a wait, since limits are by the minute
HELD_SHARE = 0.01  # of a limit: so many requests may be counted in Redis later, together, for at most this long:
HELD_S = 1.0
MOST_NAMES = 50_000  # of addresses and tokens that are counted; those that asked least recently are forgotten


class Counts(Storage):
    """Counts of this process. The library's own memory looks at every name at each request, so many names slow it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.clock = clock
        self.kept: LRUCache[str, tuple[int, float]] = LRUCache(MOST_NAMES)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def _now(self, key: str) -> tuple[int, float]:
        count, until = self.kept.get(key, (0, 0.0))
        return (count, until) if until > self.clock() else (0, 0.0)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        count, until = self._now(key)
        self.kept[key] = (count + amount, until or self.clock() + expiry)
        return count + amount

    async def get(self, key: str) -> int:
        return self._now(key)[0]

    async def get_expiry(self, key: str) -> float:
        return self._now(key)[1] or self.clock()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        found = len(self.kept)
        self.kept.clear()
        return found

    async def clear(self, key: str) -> None:
        self.kept.pop(key, None)


class Limiter:
    """Counts requests in Redis where there is one, and in this process while there is none.

    Redis is not asked at each request of many: what a process has not yet counted there is at most a hundredth of the
    limit and a second old. So limits below 100 are exact, and higher ones are for each process at most 1 % too high.
    """

    def __init__(self, config: Config, shared: Shared | None = None, clock: Callable[[], float] = time.time) -> None:
        self.clock, self.shared = clock, shared
        self.token = RateLimitItemPerMinute(config["api.requests_per_minute"])
        self.address = RateLimitItemPerMinute(config["api.address_requests_per_minute"])
        self.memory = FixedWindowRateLimiter(Counts(clock))
        self.common: FixedWindowRateLimiter | None = None
        self.held: LRUCache[tuple[str, str], tuple[int, float]] = LRUCache(MOST_NAMES)  # how many, and until when
        if shared:
            pool: Any = shared.client.connection_pool  # with its time limits, and closed with it
            storage = RedisStorage(f"async+{shared.url}", True, "redispy", connection_pool=pool)
            self.common = FixedWindowRateLimiter(storage)

    async def wait_for_address(self, address: str) -> int:
        """Seconds that an address must wait; 0 if its request is within the limit."""
        return await self._wait(self.address, "address", address)

    async def wait_for_token(self, name: str) -> int:
        """Seconds that a token must wait; 0 if its request is within the limit."""
        return await self._wait(self.token, "token", name)

    async def _wait(self, item: RateLimitItemPerMinute, kind: str, name: str) -> int:
        if self.common and self.shared and self.shared.is_there():
            try:
                found = await self._shared(self.common, item, kind, name)
            except Exception as error:
                self.shared.failed(error)
            else:
                self.shared.answered()
                return found
        return await self._asked(self.memory, item, kind, name)

    async def _shared(self, limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, kind: str, name: str) -> int:
        """Seconds to wait by the count in Redis; a request within the limit at the last count may be held back."""
        key, now = (kind, name), self.clock()
        count, until = self.held.get(key, (0, 0.0))
        if now < until and count < int(item.amount * HELD_SHARE):
            self.held[key] = (count + 1, until)
            return 0
        self.held[key] = (0, now + HELD_S)  # those that come while Redis is asked
        wait = await self._asked(limiter, item, kind, name, count + 1)
        if wait:
            self.held.pop(key, None)
        return wait

    async def _asked(
        self, limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, kind: str, name: str, cost: int = 1
    ) -> int:
        if await limiter.hit(item, kind, name, cost=cost):
            return 0
        stats = await limiter.get_window_stats(item, kind, name)
        return min(max(1, int(stats.reset_time - self.clock()) + 1), LONGEST_S)
