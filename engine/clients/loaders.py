"""How values of a server become values of Python, so that no value of a row stops a statement."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.adapt import Loader
from psycopg.sql import Composable
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader


def bound_times(reader: psycopg.Connection[Any] | psycopg.ClientCursor[Any]) -> None:
    """A time that Python cannot hold is read as the nearest that it can."""
    for name, loader in (("date", _Date), ("timestamp", _Timestamp), ("timestamptz", _Timestamptz)):
        reader.adapters.register_loader(name, loader)


_ANY_OTHER = 0  # types that the driver does not know, such as enums


def any_text(connection: psycopg.Connection[Any]) -> None:
    """Texts of a database that takes any bytes for text are read by `as_utf8`; the server would refuse to send them.

    Only for connections that read.
    """
    if takes_any_bytes(connection):
        connection.execute("set client_encoding to 'SQL_ASCII'")
        connection.cursor_factory = _Cursor
        for kind in ("text", "varchar", "bpchar", "name", _ANY_OTHER):
            connection.adapters.register_loader(kind, _Text)


def takes_any_bytes(connection: psycopg.Connection[Any]) -> bool:
    """True if the database takes any bytes for text (SQL_ASCII), so that its texts may not be UTF-8."""
    return connection.info.parameter_status("server_encoding") == "SQL_ASCII"


def as_utf8(data: Any) -> str:
    """A text in UTF-8, with a replacement character for each part that is not UTF-8."""
    return bytes(data).decode(errors="replace")


class _Text(Loader):
    def load(self, data: Any) -> str:
        return as_utf8(data)


class _Cursor(psycopg.Cursor[Any]):
    """Sends statements in UTF-8, where the driver would take the client's encoding for ASCII."""

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        return super().execute(_encoded(query), *args, **options)

    def copy(self, statement: Any, *args: Any, **options: Any) -> Any:
        return super().copy(_encoded(statement), *args, **options)


def _encoded(query: str | bytes | Composable) -> bytes:
    if isinstance(query, Composable):
        return query.as_bytes(None)
    return query.encode() if isinstance(query, str) else query


# A time beyond what Python can hold is the last one that it can, or the first
class _Date(DateLoader):
    def load(self, data: Any) -> date:
        try:
            return super().load(data)
        except psycopg.DataError:
            return date.min if _is_before(data) else date.max


class _Timestamp(TimestampLoader):
    def load(self, data: Any) -> datetime:
        try:
            return super().load(data)
        except psycopg.DataError:
            return datetime.min if _is_before(data) else datetime.max


class _Timestamptz(TimestamptzLoader):
    def load(self, data: Any) -> datetime:
        try:
            return super().load(data)
        except psycopg.DataError:
            return (datetime.min if _is_before(data) else datetime.max).replace(tzinfo=UTC)


def _is_before(data: Any) -> bool:
    text = bytes(data)
    return text.startswith(b"-") or text.endswith(b"BC")
