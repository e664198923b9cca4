"""How many requests a token and an address may send in a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import ConnectionPool

from gendash.engine.config.load import Config

PAUSE_S = 10.0  # after an error of Redis, before it is asked again


class Limiter:
    """Counts requests in Redis where there is one, and in this process while there is none."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.token = RateLimitItemPerMinute(config["api.requests_per_minute"])
        self.address = RateLimitItemPerMinute(config["api.address_requests_per_minute"])
        self.memory = FixedWindowRateLimiter(MemoryStorage())
        self.shared: FixedWindowRateLimiter | None = None
        self.down_until = 0.0
        if config["redis_url"]:
            pool = ConnectionPool.from_url(config["redis_url"], socket_timeout=0.25, socket_connect_timeout=0.25)
            self.shared = FixedWindowRateLimiter(RedisStorage(config["redis_url"], pool, wrap_exceptions=True))

    def wait_for_address(self, address: str) -> int:
        """Seconds that an address must wait; 0 if its request is within the limit."""
        return self._wait(self.address, "address", address)

    def wait_for_token(self, name: str) -> int:
        """Seconds that a token must wait; 0 if its request is within the limit."""
        return self._wait(self.token, "token", name)

    def _wait(self, item: RateLimitItemPerMinute, kind: str, name: str) -> int:
        if self.shared and self.clock() >= self.down_until:
            try:
                return self._asked(self.shared, item, kind, name)
            except Exception:  # the library wraps what Redis raises, and the first connection may raise as it is
                self.down_until = self.clock() + PAUSE_S
        return self._asked(self.memory, item, kind, name)

    def _asked(self, limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, kind: str, name: str) -> int:
        if limiter.hit(item, kind, name):
            return 0
        return max(1, int(limiter.get_window_stats(item, kind, name).reset_time - self.clock()) + 1)
