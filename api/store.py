"""Bounded pools of connections to the store, one for each role that the API reads as."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.postgres import connection_parts, set_formats, store
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_login
from gendash.engine.errors import Unreachable
from gendash.engine.model import Problem
from gendash.engine.read.reader import Rows, RunQuery, run_query

WAIT_S = 3.0  # for a connection; then the answer is 503
IDLE_S = 60.0
RETRY_S = 1.0
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # its warnings repeat what a request's error says once


class Pools:
    """Connections by role, opened when first needed. Raises Unreachable where none can be had in time."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self.config = config
        self.clock = clock
        self.timeout = f"{config.seconds('api.statement_timeout'):g}s"
        self.tried_again: dict[str, float] = {}  # by role, when next, if the last connection could not be had
        self.pools: dict[str, ConnectionPool] = {}
        for role in ("reader", "admin_reader", "user_reader"):
            has_password = config[f"{role}_password"] or config["roles.passwords"] == "none"
            if config[f"roles.{role}"] and has_password and config.has("store"):
                self.pools[role] = self._pool(role)

    def _pool(self, role: str) -> ConnectionPool:
        place = store(self.config).with_(user=reader_login(self.config, role), password=self.config[f"{role}_password"])
        return ConnectionPool(
            "",
            kwargs=connection_parts(replace(place, label=role), "gendash serve"),
            configure=set_formats,
            min_size=0,
            max_size=self.config["api.connections"],
            timeout=WAIT_S,
            max_waiting=200,
            max_idle=IDLE_S,
            reconnect_timeout=WAIT_S,
            open=True,
            name=role,
        )

    def ask(
        self,
        role: str,
        text: str,
        values: Mapping[str, Any] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Rows | Failed:
        """The answer to one query as a role; ``settings`` hold for its transaction alone."""
        if role not in self.pools:
            what = f"no password of {self.config[f'roles.{role}'] or role}"
            raise Unreachable(Problem("store", what, f"set GENDASH_{role.upper()}_PASSWORD"))
        limits = {"statement_timeout": self.timeout} | dict(settings or {})
        self._try(role)
        try:
            for _ in range(1 + self.config["api.connections"]):  # idle ones may all have been cut meanwhile
                with self.pools[role].connection() as connection:
                    given = run_query(connection, text, limits, values)
                    if not connection.closed:
                        self.tried_again.pop(role, None)
                        return given
            raise Unreachable(Problem("store", "the connection was cut", "try again"))
        except TooManyRequests:
            raise Unreachable(Problem("store", "too many requests wait for a connection", "try again")) from None
        except PoolTimeout:
            self.tried_again[role] = self.clock() + RETRY_S
            raise Unreachable(Problem("store", "no connection can be had", "try again")) from None
        except psycopg.Error:
            raise Unreachable(Problem("store", "no connection can be had", "try again")) from None

    def _try(self, role: str) -> None:
        """Raises Unreachable at once while the store is away; one request a second finds out whether it is back."""
        again = self.tried_again.get(role)
        if again is None:
            return
        if self.clock() < again:
            raise Unreachable(Problem("store", "no connection can be had", "try again"))
        self.tried_again[role] = self.clock() + WAIT_S + RETRY_S

    def readers(self, audience: str, settings: Mapping[str, str]) -> dict[str, RunQuery]:
        """Access for panels by role: of an audience that is not admin without the admins' role."""
        roles = [role for role in ("reader", "admin_reader") if role in self.pools]
        return {
            role: partial(self.ask, role, settings=settings)
            for role in roles
            if audience == "admin" or role == "reader"
        }

    def close(self) -> None:
        """Closes every connection."""
        for pool in self.pools.values():
            pool.close()
