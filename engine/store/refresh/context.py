"""What the relations of one refresh share: the store, the platform once it is needed, the lease, and what was asked."""

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
    check_version,
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

WORK_MEM = "64MB"  # of one relation at a time, so that a window of days is put together without files
CONNECTIONS = 3  # to the platform, one after the other, where they are ended
T = TypeVar("T")


@dataclass(frozen=True)
class RunOptions:
    """What a run is to do. ``days`` reads these days again; ``compare`` all that differ; ``full`` everything."""

    full: bool = False
    compare: bool = False
    days: Days | None = None
    due_only: bool = False


@dataclass(frozen=True)
class Known:
    """What the store says of a relation: seconds since its refreshes, and optional columns that were absent.

    ``begun`` says that a reading of all rows has begun and not ended, ``today`` that the last refresh was today.
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
    """What the relations of one run share: the store, the source once it is needed, and the lease."""

    config: Config
    catalog: Catalog
    connection: Connection
    lease: Lease
    at: datetime | None
    ask: RunOptions
    progress: Callable[[str, int, int], None] | None
    hot: Days | None = None
    users_are_new: bool = False
    stack: ExitStack = field(default_factory=ExitStack)
    signatures: dict[tuple[str, Days | None], dict[date, Signature]] = field(default_factory=dict)
    _platform: Platform | TargetError | None = None

    def __enter__(self) -> None:
        self.stack.__enter__()

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def platform(self) -> Platform:
        """The platform, its transactions short and of one snapshot each; an error is raised for each who asks."""
        if isinstance(self._platform, Platform) and self._platform.connection.closed:
            self._platform = None  # a replica may end a connection that stands in the way of its replay
        if self._platform is None:
            place = source(self.config)
            try:
                connection = open_connection(place)
                self.stack.callback(connection.close)
                check_version(connection, place)
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
        """What ``reading`` returns; where the connection was ended it is called again with another."""
        for attempt in range(CONNECTIONS):
            platform = self.platform()
            try:
                return reading(platform)
            except psycopg.OperationalError:
                if not platform.connection.closed or attempt == CONNECTIONS - 1:
                    raise
                time.sleep(1.0)
        raise AssertionError

    def signatures_of(self, staging: Relation, days: Days | None = None) -> dict[date, Signature]:
        """Signatures of all days or some, as they are now; relations that read the same rows share one look at them."""
        looked = staging.name, days
        if looked not in self.signatures:
            self.signatures[looked] = self.read(lambda platform: postgres_read.signatures(platform, staging, days))
        return self.signatures[looked]

    def begin(self) -> None:
        """First statements of a transaction of the store: still ours, and the time."""
        settings = {"client_min_messages": "warning", "work_mem": WORK_MEM, "jit": "off"}
        if self.at:
            settings["gendash.now"] = self.at.isoformat()
        local_settings(self.connection, settings)
        self.lease.renew()
