"""Connections to PostgreSQL, and its errors as lines that a person can act on.

A pooler in transaction mode may be between, so there are no prepared statements, and what a unit of work needs is set
by SET LOCAL (`local_settings`); only `api/store.py` prepares, where it finds that none is between. What a server, a
database or a role sets for the output of values is never inherited: `FORMATS` holds on every connection and in every
unit of work. A password is passed to the driver by itself, never within a text, so that no message can carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, LiteralString, cast

import psycopg
from psycopg import errors
from psycopg.rows import TupleRow

from gendash.engine.clients.loaders import any_text, bound_times
from gendash.engine.clients.patience import PatientConnection
from gendash.engine.config.load import Config
from gendash.engine.config.urls import POSTGRES_FORM, BadUrl, read_postgres, write_postgres
from gendash.engine.errors import Denied, Refused, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem

PATIENCE_S = 90.0
"""Seconds to wait for a statement that reads: longer than any limit under which the server lets one run."""
OLDEST = 14  # major version that gendash supports
Connection = psycopg.Connection[TupleRow]
_KEEPALIVE = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
FORMATS = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "quote_all_identifiers": "off",
    "standard_conforming_strings": "on",
}
"""How every session and every unit of work writes and reads values, whatever the server's own settings are."""
_FORMATS = (
    "select set_config(name, value, false) from unnest(%s::text[], %s::text[]) as wanted (name, value) "
    "where current_setting(name) <> value"
)
# What libpq says at connection time, where no SQLSTATE is to be had: text, error, what, what to do
_CONNECT: tuple[tuple[str, type[TargetError], str, str], ...] = (
    (
        r"password authentication failed|no password supplied",
        Denied,
        "wrong password, or no such role",
        "check {login}",
    ),
    (r"role \"(.+?)\" does not exist", Denied, "no role '{0}'", "create it or check {origin}"),
    (r"database \"(.+?)\" does not exist", Unexpected, "no database '{0}'", "create it or check {origin}"),
    (r"is not permitted to log in", Denied, "the role may not log in", "ALTER ROLE … LOGIN"),
    (r"permission denied for database", Denied, "the role may not connect", "GRANT CONNECT ON DATABASE … TO it"),
    (
        r"no pg_hba.conf entry for (?:host )?\"?([^\",]*)|pg_hba.conf rejects",
        Denied,
        "its pg_hba.conf has no line for this host, role and database",
        "{hba}",
    ),
    (
        r"certificate verify failed|root certificate file",
        Unreachable,
        "TLS failed: {line}",
        "add sslrootcert=FILE with the authority of the server's certificate to {origin}, or sslrootcert=system",
    ),
    (r"does not support SSL", Unexpected, "the server has no TLS", "use sslmode=prefer, or switch TLS on"),
    (r"definition of service \"(.+?)\" not found", Unexpected, "no service '{0}'", "check PGSERVICEFILE"),
    (r"SSL|certificate", Unreachable, "TLS failed: {line}", "check sslmode and the certificates"),
    (
        r"could not translate host name|resolve host|Name or service not known",
        Unreachable,
        "unknown host",
        "correct {origin}",
    ),
    (r"Connection refused", Unreachable, "nothing listens there", "start the server or correct {origin}"),
    (r"No such file or directory", Unreachable, "no socket there", "start the server or correct {origin}"),
    (r"timeout|timed out", Unreachable, "no answer within 10 s", "check network and firewall"),
    (r"too many (?:clients|connections)", Unreachable, "no connection is free", "close some or raise the limit"),
    (r"starting up|shutting down|recovery mode", Unreachable, "the server is not ready", "try again"),
    (r"conflict with recovery", Unreachable, "the replica ended the connection, since it had to replay", "try again"),
)
_NO_ROLE = tuple(pattern for pattern, *_ in _CONNECT[:2])
DRIVER_ERRORS = (psycopg.Error, UnicodeError, OverflowError)
"""What the driver raises: also for texts that are not UTF-8, and for values that Python cannot hold."""


@dataclass(frozen=True)
class Place:
    """One database: what messages call it, and where its URL came from. One that is ``foreign`` is only read."""

    label: str
    url: str
    origin: str
    login: str = ""  # where its password came from, if that is elsewhere
    foreign: bool = False

    def __repr__(self) -> str:
        return f"Place({self.label})"

    @cached_property
    def parts(self) -> dict[str, str]:
        """Host, port, user and the like. Raises Unexpected, without the URL, where it cannot be what was meant."""
        try:
            return read_postgres(self.url)
        except BadUrl as error:
            raise Unexpected(Problem(self.origin, f"not a PostgreSQL URL: {error}", POSTGRES_FORM)) from None

    def with_(self, **params: str) -> Place:
        """The same server with other parameters, such as ``dbname`` or ``user``."""
        return replace(self, url=write_postgres(self.parts | params))

    @property
    def where(self) -> str:
        """``store user@host:5432/database``: what a message begins with; never the password."""
        if "service" in self.parts:
            return f"{self.label} service {self.parts['service']}"
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
    """The database in which gendash keeps its relations. Raises Refused if it is not set."""
    if not config["database_url"] or not config.has("store"):
        what = "no database is configured" if config.has("store") else f"there is no store ({config.none('store')})"
        raise Refused(Problem("GENDASH_DATABASE_URL", what, "set it to postgresql://owner:password@host/database"))
    return Place("store", config["database_url"], config.where("database_url"))


def source(config: Config) -> Place:
    """The platform's database: the store where no other is set. Raises Refused where there is none."""
    if not config.has("platform"):
        what = f"there is no platform database ({config.none('platform')})"
        raise Refused(Problem("GENDASH_SOURCE_URL", what, "set it to postgresql://user:password@host/database"))
    if not config["source_url"]:
        return Place("source", store(config).url, config.where("database_url"), foreign=True)
    return Place("source", config["source_url"], config.where("source_url"), foreign=True)


@contextmanager
def connect(place: Place, *, read_only: bool = False, application: str = "gendash") -> Iterator[Connection]:
    """A connection in autocommit mode, closed afterwards; use ``connection.transaction()`` for units of work.

    Raises Unreachable, Denied or Unexpected, also for what goes wrong within.
    """
    connection = open_connection(place, application=application, reads=read_only)
    try:
        check_server_version(connection, place)
        connection.read_only = read_only or None
        with translated(place.where):
            yield connection
    finally:
        connection.close()


def open_connection(place: Place, *, application: str = "gendash", reads: bool = False) -> Connection:
    """A connection that the caller closes; one that only ``reads`` waits for no statement longer than `PATIENCE_S`.

    Raises Unreachable, Denied or Unexpected.
    """
    try:
        connection = PatientConnection.connect(**connection_parts(place, application))
    except DRIVER_ERRORS as error:
        raise _connect_error(place, error) from None
    connection.patience_s = PATIENCE_S
    try:
        set_formats(connection)
        if place.foreign:
            any_text(connection)
    except DRIVER_ERRORS as error:
        connection.close()
        raise _connect_error(place, error) from None
    connection.patience_s = PATIENCE_S if reads else None
    return connection


def connection_parts(place: Place, application: str) -> dict[str, Any]:
    """The arguments of a connection, for the driver and for its pool."""
    named = {"application_name": application, "client_encoding": "UTF8"}
    return cast(dict[str, Any], _KEEPALIVE | place.parts | named) | {"autocommit": True, "prepare_threshold": None}


def set_formats(connection: Connection) -> None:
    """Sets the formats in which values are read, and reads them as by `bound_times`."""
    write_formats(connection)
    bound_times(connection)


def write_formats(connection: Connection) -> None:
    """Sets the formats in which the server writes values."""
    connection.execute(_FORMATS, [list(FORMATS), list(FORMATS.values())])


def check_server_version(connection: Connection, place: Place) -> None:
    """Raises Unexpected where the server is older than `OLDEST`: its first error would be about syntax."""
    found = connection.info.server_version
    if found < OLDEST * 10_000:
        what = f"PostgreSQL {found // 10_000}.{found % 10_000}"
        raise Unexpected(Problem(place.where, what, f"use PostgreSQL {OLDEST} or later"))


def _connect_error(place: Place, error: Exception) -> TargetError:
    text = str(error).strip()
    said = re.findall(r"(?:FATAL|ERROR):  ?(.*)", text) or text.splitlines() or ["no answer"]
    line = said[-1 if "FATAL:" in text else 0].strip()
    for pattern, kind, what, do in _CONNECT:
        match = re.search(pattern, text)
        if match:
            hba = _hba_remedy(place, text) if do == "{hba}" else ""
            what = what.format(*match.groups(), line=line)
            do = do.format(origin=place.origin, login=place.login or place.origin, hba=hba)
            is_owner = place.origin.startswith("GENDASH_DATABASE_URL") and not place.login
            if is_owner and pattern in _NO_ROLE:  # before the first migration it does not exist
                do += ", or let `gendash db migrate` create the role: GENDASH_ADMIN_DATABASE_URL"
            return kind(Problem(place.where, what, do))
    if not isinstance(error, psycopg.OperationalError):
        return Unexpected(Problem(place.where, line, f"check {place.origin}"))
    return Unreachable(Problem(place.where, line, f"check {place.origin} and the server"))


def _hba_remedy(place: Place, text: str) -> str:
    """The line of pg_hba.conf to add. By what the server says of encryption, TLS is missing or not."""
    database, user = place.parts.get("dbname") or place.user, place.user or "the role"
    with_tls, without = "SSL encryption" in text or "SSL on" in text, "no encryption" in text or "SSL off" in text
    rest = f"{database} {user} <address of this machine>/32 scram-sha-256` to it, and reload it"
    if with_tls or not without:
        return f"add `host {rest}"
    if place.parts.get("sslmode") in ("disable", "allow"):
        return f"set sslmode=require in {place.origin}, if it has a hostssl line; else add `host {rest}"
    return f"the server has no TLS, so that a hostssl line never applies: add `host {rest}"


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Errors of the driver from within as Unreachable, Denied or Unexpected with one line."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise translate(error, where) from error


UNFIT = (
    'see `gendash doctor`: it names the column; correct it in the adapter, or map it as "= SQL" under platform.columns'
)


_ENCODING = "the encoding of the database that it comes from is not that of its texts (SQL_ASCII?): correct them"


def translate(error: Exception, where: str, unfit: str = "") -> TargetError:
    """A driver's error as one of ours; ``unfit`` is what to do where values or types are not what a text asks for."""
    if not isinstance(error, psycopg.Error):
        return _foreign_error(error, where, unfit)
    line = server_line(error)
    state = error.sqlstate or ""
    if isinstance(error, errors.InsufficientPrivilege):
        todo = "`gendash doctor` prints the GRANT; large tables are read by ranges of ctid"
        return Denied(Problem(where, line, todo if unfit else "grant it, or use a role that may"))
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return Denied(
            Problem(
                where,
                f"read-only: {line}",
                "use the primary, and a role without default_transaction_read_only; "
                "a provider makes a full database read-only",
            )
        )
    if isinstance(error, errors.DependentObjectsStillExist):
        detail = " ".join((error.diag.message_detail or "").split())
        return Unexpected(Problem(where, f"{line}: {detail}", "drop what depends on it, and make it again afterwards"))
    if isinstance(error, errors.RaiseException):
        what = f"a trigger or function of the database refused it ({line})"
        return Unexpected(Problem(where, what, "see the server's log for its reason"))
    if state.startswith("28"):
        return Denied(Problem(where, line, "check role and password"))
    if isinstance(error, errors.QueryCanceled):
        return Unexpected(Problem(where, line, "raise platform.read_timeout or statement_timeout, or ask for less"))
    if isinstance(error, errors.UndefinedTable | errors.UndefinedColumn | errors.InvalidSchemaName):
        return Unexpected(Problem(where, line, "run `gendash db migrate`, or check the platform's names"))
    if isinstance(error, errors.DiskFull):
        return Unexpected(Problem(where, line, "make room"))
    if isinstance(error, errors.CharacterNotInRepertoire):
        return Unexpected(Problem(where, "a text is not UTF-8", _ENCODING))
    if isinstance(error, errors.UntranslatableCharacter):
        todo = "keep the store in a database WITH ENCODING 'UTF8'"
        return Unexpected(Problem(where, "a text has a character that the database's encoding cannot hold", todo))
    if state.startswith(("08", "40", "53", "57P")) or (not state and isinstance(error, psycopg.OperationalError)):
        return Unreachable(Problem(where, line, "try again"))
    return Unexpected(Problem(where, line, unfit if state.startswith(("22", "42")) else ""))


def _foreign_error(error: Exception, where: str, unfit: str) -> TargetError:
    """An error of the driver itself, not of PostgreSQL; its text may contain a value, so it is not repeated."""
    if isinstance(error, UnicodeError):
        return Unexpected(Problem(where, "a text is not UTF-8", _ENCODING))
    return Unexpected(Problem(where, f"a value that cannot be held ({type(error).__name__})", unfit))


# Classes of SQLSTATE whose messages name objects, settings and limits of the server, and never quote a value of a row
_WITHOUT_VALUES = ("08", "0A", "0B", "25", "26", "28", "34", "3B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58")


def server_line(error: psycopg.Error) -> str:
    """The server's message on one line; where it may quote a value of a row, the kind of error and where it was.

    Messages are stored, logged and shown on dashboards, to people who may not see the row.
    """
    state = error.sqlstate or ""
    if not state or state.startswith(_WITHOUT_VALUES):
        primary: str = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
        return " ".join(primary.split())
    known = re.match(r"invalid input syntax for type [\w ]+|division by zero$", error.diag.message_primary or "")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower().strip("_ ")
    kind = known[0] if known else f"{name} (SQLSTATE {state})"
    place = [f"{noun} {name}" for noun, name in _places(error).items() if name]
    return f"{kind} in {', '.join(place)}" if place else kind


def _places(error: psycopg.Error) -> dict[str, str | None]:
    """The column, relation, constraint or type that an error is about; of COPY from the context of its line."""
    found = error.diag
    copied = re.match(r"COPY (\w+), line \d+(?:, column (\w+))?", found.context or "")
    relation, column = copied.groups() if copied else (found.table_name, found.column_name)
    return {"column": column, "relation": relation, "constraint": found.constraint_name, "type": found.datatype_name}


def local_settings(connection: Connection, settings: Mapping[str, str]) -> None:
    """Sets configuration parameters until the transaction ends, and `FORMATS` unless they override it."""
    settings = {**FORMATS, **settings}
    calls = ", ".join("set_config(%s, %s, true)" for _ in settings)
    connection.execute(trusted(f"select {calls}"), [part for pair in settings.items() for part in pair])


def trusted(text: str) -> LiteralString:
    """SQL that gendash has rendered itself, from content and quoted names, as the driver's types want it."""
    return text
