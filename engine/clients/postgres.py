"""Connections to PostgreSQL, and its errors as lines that a person can act on.

Connections hold no session state (a pooler in transaction mode may stand between): no prepared statements, settings
by SET LOCAL only. No message ever carries a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, LiteralString, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from gendash.engine.config.load import Config
from gendash.engine.errors import Denied, Refused, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem

OLDEST = 14  # major version that gendash supports
Connection = psycopg.Connection[TupleRow]
_KEEPALIVE = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
_ESCAPE = "write postgresql://user:password@host:5432/database, special characters in the password as %XX"
# What libpq says at connection time, where no SQLSTATE is to be had: text, error, what, what to do
_CONNECT: tuple[tuple[str, type[TargetError], str, str], ...] = (
    (r"password authentication failed|no password supplied", Denied, "wrong password, or no such role", "mend the URL"),
    (r"role \"(.+?)\" does not exist", Denied, "no role '{0}'", "create it or mend the URL"),
    (r"database \"(.+?)\" does not exist", Unexpected, "no database '{0}'", "create it or mend the URL"),
    (r"is not permitted to log in", Denied, "the role may not log in", "ALTER ROLE … LOGIN"),
    (r"permission denied for database", Denied, "the role may not connect", "GRANT CONNECT ON DATABASE … TO it"),
    (r"no encryption", Denied, "the server accepts no unencrypted connection", "add ?sslmode=require to the URL"),
    (r"no pg_hba.conf entry", Denied, "the server lets nobody in from here", "add a line to its pg_hba.conf"),
    (r"does not support SSL", Unexpected, "the server has no TLS", "use sslmode=prefer, or switch TLS on"),
    (r"SSL|certificate", Unreachable, "TLS failed: {line}", "check sslmode and the certificates"),
    (
        r"could not translate host name|resolve host|Name or service not known",
        Unreachable,
        "unknown host",
        "mend the URL",
    ),
    (r"Connection refused", Unreachable, "nothing listens there", "start the server or mend the URL"),
    (r"timeout|timed out", Unreachable, "no answer within 10 s", "check network and firewall"),
    (r"too many (?:clients|connections)", Unreachable, "no connection is free", "close some or raise the limit"),
    (r"starting up|shutting down|recovery mode", Unreachable, "the server is not ready", "try again"),
)


@dataclass(frozen=True)
class Place:
    """One database: what messages call it, and where its URL came from."""

    label: str
    url: str
    origin: str

    def __repr__(self) -> str:
        return f"Place({self.label})"

    @cached_property
    def parts(self) -> dict[str, str]:
        """Host, port, user and the like. Raises Unexpected, without the URL, where it cannot be what was meant."""
        try:
            found = {key: str(value) for key, value in conninfo_to_dict(self.url).items() if value is not None}
        except psycopg.Error:  # its text repeats parts of the URL, maybe of the password
            found = {"port": "unreadable"}
        # An unescaped / or @ in a password leaves the rest of it in the port or in the database's name
        if not re.fullmatch(r"[\d,]*", found.get("port", "")) or "@" in found.get("dbname", ""):
            raise Unexpected(Problem(self.origin, "not a PostgreSQL URL", _ESCAPE))
        return found

    @property
    def where(self) -> str:
        """``store user@host:5432/database``: what a message begins with; never the password."""
        host, port = self.parts.get("host", "local socket"), self.parts.get("port", "5432")
        user = f"{self.user}@" if self.user else ""
        return f"{self.label} {user}{host}:{port}/{self.parts.get('dbname') or self.user}"

    @property
    def user(self) -> str:
        """The role that the URL names, or an empty string."""
        return self.parts.get("user", "")

    @property
    def password(self) -> str:
        """The password that the URL names, or an empty string."""
        return self.parts.get("password", "")


def store(config: Config) -> Place:
    """Where gendash keeps its relations. Raises Refused where it is not set."""
    if not config["database_url"]:
        what = "no database is configured"
        raise Refused(Problem("GENDASH_DATABASE_URL", what, "set it to postgresql://owner:password@host/database"))
    return Place("store", config["database_url"], config.where("database_url"))


def source(config: Config) -> Place:
    """The platform's database: the store where no other is set."""
    if not config["source_url"]:
        return Place("source", store(config).url, config.where("database_url"))
    return Place("source", config["source_url"], config.where("source_url"))


@contextmanager
def connect(place: Place, *, read_only: bool = False, application: str = "gendash") -> Iterator[Connection]:
    """A connection in autocommit mode, closed afterwards; use ``connection.transaction()`` for units of work.

    Raises Unreachable, Denied or Unexpected, also for what goes wrong within.
    """
    connection = open_connection(place, application=application)
    try:
        check_version(connection, place)
        connection.read_only = read_only or None
        with translated(place.where):
            yield connection
    finally:
        connection.close()


def open_connection(place: Place, *, application: str = "gendash") -> Connection:
    """A connection that the caller closes. Raises Unreachable, Denied or Unexpected."""
    options = {key: value for key, value in _KEEPALIVE.items() if key not in place.parts}
    try:
        return psycopg.connect(
            place.url, autocommit=True, prepare_threshold=None, application_name=application, **cast(Any, options)
        )
    except psycopg.OperationalError as error:
        raise _connect_error(place, str(error)) from None
    except psycopg.Error as error:
        raise Unexpected(Problem(place.where, _line(error, place.password), "check the URL")) from None


def check_version(connection: Connection, place: Place) -> None:
    """Raises Unexpected where the server is older than `OLDEST`: its first error would be about syntax."""
    found = connection.info.server_version
    if found < OLDEST * 10_000:
        what = f"PostgreSQL {found // 10_000}.{found % 10_000}"
        raise Unexpected(Problem(place.where, what, f"use PostgreSQL {OLDEST} or later"))


def _connect_error(place: Place, text: str) -> TargetError:
    text = _without(text, place.password)
    last = (text.strip().splitlines() or ["no answer"])[-1].strip()
    for pattern, kind, what, do in _CONNECT:
        match = re.search(pattern, text)
        if match:
            return kind(Problem(place.where, what.format(*match.groups(), line=last), do))
    return Unreachable(Problem(place.where, last, "check the URL and the server"))


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Errors of psycopg from within as Unreachable, Denied or Unexpected with one line."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error, where) from error


UNFIT = 'see `gendash doctor`: it names the column, which can be mapped as "= SQL" under platform.columns'


def translate(error: psycopg.Error, where: str, unfit: str = "") -> TargetError:
    """A driver's error as one of ours; ``unfit`` is what to do where values or types are not what a text asks for."""
    line = _line(error)
    state = error.sqlstate or ""
    if isinstance(error, errors.InsufficientPrivilege):
        todo = "`gendash doctor` prints the GRANT; large tables are read by ranges of ctid"
        return Denied(Problem(where, line, todo if unfit else "grant it, or use a role that may"))
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return Denied(Problem(where, f"read-only: {line}", "use the primary, and a role that may write"))
    if isinstance(error, errors.DependentObjectsStillExist):
        detail = " ".join((error.diag.message_detail or "").split())
        return Unexpected(Problem(where, f"{line}: {detail}", "drop what depends on it, and make it again afterwards"))
    if state.startswith("28"):
        return Denied(Problem(where, line, "check role and password"))
    if isinstance(error, errors.QueryCanceled):
        return Unexpected(Problem(where, line, "raise statement_timeout, or ask for less"))
    if isinstance(error, errors.UndefinedTable | errors.UndefinedColumn | errors.InvalidSchemaName):
        return Unexpected(Problem(where, line, "run `gendash db migrate`, or check the platform's names"))
    if isinstance(error, errors.DiskFull):
        return Unexpected(Problem(where, line, "make room"))
    if state.startswith(("08", "40", "53", "57P")) or (not state and isinstance(error, psycopg.OperationalError)):
        return Unreachable(Problem(where, line, "try again"))
    return Unexpected(Problem(where, line, unfit if state.startswith(("22", "42")) else ""))


def _line(error: psycopg.Error, secret: str = "") -> str:
    """The server's message on one line."""
    primary: str = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
    return _without(" ".join(primary.split()), secret)


def _without(text: str, secret: str) -> str:
    return text.replace(secret, "***") if secret else text


def local_settings(connection: Connection, settings: Mapping[str, str]) -> None:
    """Sets configuration parameters until the transaction ends."""
    calls = ", ".join("set_config(%s, %s, true)" for _ in settings)
    connection.execute(trusted(f"select {calls}"), [part for pair in settings.items() for part in pair])


def trusted(text: str) -> LiteralString:
    """SQL that gendash has rendered itself, from content and quoted names, as the driver's types want it."""
    return text
