"""Bounded pools of connections to the store, one for each role that the API reads as."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from gendash.engine.clients.answers import Failed
from gendash.engine.clients.patience import PatientConnection
from gendash.engine.clients.postgres import Connection, connection_parts, store, write_formats
from gendash.engine.config.load import Config
from gendash.engine.definitions.relations import reader_login
from gendash.engine.errors import Unreachable
from gendash.engine.model import Problem
from gendash.engine.read.reader import Rows, RunQuery, Statement, Values, clock_setting, run_query, run_together

WAIT_S = 3.0  # for a connection; then the answer is 503
IDLE_S = 60.0
RETRY_S = 1.0
SLACK_S = 5.0  # so much longer than its limit a statement is waited for, if the server does not end it
PREPARE_AFTER = 2  # so many times a text was sent
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # its warnings repeat what a request's error says once


class Pools:
    """Connections by role, opened when first needed. Raises Unreachable where none can be had in time."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic, at: datetime | None = None) -> None:
        self.config = config
        self.clock = clock
        self.at = at  # another time that counts as now
        self.tried_again: dict[str, float] = {}  # by role, when next, if the last connection could not be had
        self.pools: dict[str, ConnectionPool[PatientConnection]] = {}
        for role in ("reader", "admin_reader", "user_reader"):
            has_password = config[f"{role}_password"] or config["roles.passwords"] == "none"
            if config[f"roles.{role}"] and has_password and config.has("store"):
                self.pools[role] = self._pool(role)

    def _pool(self, role: str) -> ConnectionPool[PatientConnection]:
        place = store(self.config).with_(user=reader_login(self.config, role), password=self.config[f"{role}_password"])
        return ConnectionPool(
            "",
            kwargs=connection_parts(replace(place, label=role), "gendash serve"),
            connection_class=PatientConnection,
            configure=self._configure,
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
        values: Values | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Rows | Failed:
        """The answer to one query, as by `ask_all`."""
        (given,) = self.ask_all(role, [Statement(text, values)], settings)
        return given

    def ask_all(
        self, role: str, asked: Sequence[Statement], settings: Mapping[str, str] | None = None
    ) -> list[Rows | Failed]:
        """The answers to queries as a role, on one connection; ``settings`` hold for its transactions alone."""
        if role not in self.pools:
            what = f"no password of {self.config[f'roles.{role}'] or role}"
            raise Unreachable(Problem("store", what, f"set GENDASH_{role.upper()}_PASSWORD"))
        self._try(role)
        try:
            for _ in range(1 + self.config["api.connections"]):  # idle ones may all have been cut meanwhile
                with self.pools[role].connection() as connection:
                    given = self._asked(connection, asked, settings or {})
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

    def _asked(
        self, connection: Connection, asked: Sequence[Statement], settings: Mapping[str, str]
    ) -> list[Rows | Failed]:
        """All together where the session is ours; each by itself where it is not, or to learn which one failed."""
        together = run_together(connection, asked, settings) if connection.prepare_threshold is not None else None
        if together is not None:
            return [*together]
        whole = {**self.always, **settings}
        return [run_query(connection, one.text, whole, one.values) for one in asked if not connection.closed]

    @cached_property
    def always(self) -> dict[str, str]:
        """What holds in every transaction; the pass for another time is the owner's to give, once."""
        clock = {"gendash.now": clock_setting(self.config, self.at)} if self.at else {}
        limit = f"{self.config.seconds('api.statement_timeout'):g}s"
        return {"statement_timeout": limit, "default_transaction_read_only": "on", **clock}

    def _configure(self, connection: PatientConnection) -> None:
        """Formats; and, unless a pooler is between, what holds in every transaction, and that texts are prepared.

        A pooler gives a key of its own for cancelling, and so a process id that is not the server's. In its transaction
        mode a prepared statement of one process would be another one's.
        """
        connection.patience_s = self.config.seconds("api.statement_timeout") + SLACK_S
        write_formats(connection)
        row = connection.execute("select pg_backend_pid()").fetchone()
        if row and row[0] == connection.info.backend_pid:
            for name, value in self.always.items():
                connection.execute("select set_config(%s, %s, false)", [name, value])
            connection.prepare_threshold = PREPARE_AFTER

    def _try(self, role: str) -> None:
        """Raises Unreachable at once while the store is away; one request a second finds out whether it is back."""
        again = self.tried_again.get(role)
        if again is None:
            return
        if self.clock() < again:
            raise Unreachable(Problem("store", "no connection can be had", "try again"))
        self.tried_again[role] = self.clock() + WAIT_S + RETRY_S

    def readers(self, audience: str) -> dict[str, RunQuery]:
        """Access for panels by role: of an audience that is not admin without the admins' role."""
        roles = [role for role in ("reader", "admin_reader") if role in self.pools]
        return {role: partial(self.ask, role) for role in roles if audience == "admin" or role == "reader"}

    def close(self) -> None:
        """Closes every connection."""
        for pool in self.pools.values():
            pool.close()
