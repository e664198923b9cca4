"""State shared by the relations of one refresh: connections to store and platform, the lease, and the run's options."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar

import psycopg

from gendash.engine.clients.postgres import (
    Connection,
    check_server_version,
    local_settings,
    open_connection,
    source,
    translate,
)
from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days, Signature
from gendash.engine.errors import TargetError
from gendash.engine.model import Relation
from gendash.engine.platform import columns
from gendash.engine.store.lease import Lease
from gendash.engine.store.refresh import read as postgres_read
from gendash.engine.store.refresh.read import Platform

WORK_MEM = "64MB"  # enough to aggregate a window of days without temporary files; relations run one at a time
CONNECTIONS = 3  # how often a connection that the platform ends is opened in one reading
T = TypeVar("T")


@dataclass(frozen=True)
class RunOptions:
    """The options of a run. ``days`` reads these days again; ``compare`` all that differ; ``full`` all rows."""

    full: bool = False
    compare: bool = False
    days: Days | None = None
    due_only: bool = False


@dataclass(frozen=True)
class Known:
    """The recorded refresh state of a relation: seconds since its refreshes, and optional columns that were absent.

    ``begun`` is True if a full reading was started and not finished, ``today`` if the last refresh was today.
    """

    age_s: float | None = None
    full_age_s: float | None = None
    absent: frozenset[str] | None = None
    begun: bool = False
    today: bool = False


class Outcome(NamedTuple):
    rows: int
    touched: int | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Run:
    """State shared by the relations of one run. The platform is connected on first use."""

    config: Config
    catalog: Catalog
    connection: Connection
    lease: Lease
    at: datetime | None
    ask: RunOptions
    progress: Callable[[str, int, int], None] | None
    recent: Days | None = None
    users_are_new: bool = False
    renewed: set[str] = field(default_factory=set)  # first computed in this run: what reads them is due
    stack: ExitStack = field(default_factory=ExitStack)
    signatures: dict[tuple[str, Days | None], dict[date, Signature]] = field(default_factory=dict)
    _platform: Platform | TargetError | None = None

    def __enter__(self) -> None:
        self.stack.__enter__()

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def platform(self) -> Platform:
        """The platform, read in short transactions of one snapshot each. After a failure each call raises it."""
        if isinstance(self._platform, Platform) and self._platform.connection.closed:
            self._platform = None  # a replica may end a connection that conflicts with its replay
        if self._platform is None:
            place = source(self.config)
            try:
                connection = open_connection(place, reads=True)
                self.stack.callback(connection.close)
                check_server_version(connection, place)
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                seen = columns.read_columns(connection, self.catalog)
                self._platform = Platform(connection, self.catalog, seen, self.lease.keep)
            except psycopg.Error as error:
                self._platform = translate(error, place.where)
            except TargetError as error:
                self._platform = error
        if isinstance(self._platform, TargetError):
            raise self._platform
        return self._platform

    def read(self, reading: Callable[[Platform], T]) -> T:
        """The result of ``reading``, which is called again with a new connection if the server ended the first."""
        for attempt in range(CONNECTIONS):
            platform = self.platform()
            try:
                return reading(platform)
            except psycopg.Error:  # of any class: one that was idle for too long is no operational error
                if not platform.connection.closed or attempt == CONNECTIONS - 1:
                    raise
                time.sleep(1.0)
        raise AssertionError

    def signatures_of(self, staging: Relation, days: Days | None = None) -> dict[date, Signature]:
        """The current signatures of all days or some, computed once for all relations that read the same rows."""
        key = staging.name, days
        if key not in self.signatures:
            self.signatures[key] = self.read(lambda platform: postgres_read.signatures(platform, staging, days))
        return self.signatures[key]

    def begin(self) -> None:
        """Sets the parameters of a transaction of the store and renews the lease. Raises Refused if it was lost."""
        settings = {"client_min_messages": "warning", "work_mem": WORK_MEM, "jit": "off"}
        if self.at:
            settings["gendash.now"] = self.at.isoformat()
        local_settings(self.connection, settings)
        self.lease.renew()
