"""Connections to the store that copy maps, lists and decimals exactly as rows hold them."""

from __future__ import annotations

import struct
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
import psycopg
from psycopg import postgres
from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format
from psycopg.types.json import set_json_loads

from gendash.engine.clients.postgres import Place, open_connection

_DUMP = msgspec.json.Encoder(decimal_format="number", order="deterministic").encode
_LOAD = msgspec.json.Decoder(float_hook=Decimal).decode


def connect_store(url: str) -> psycopg.Connection[Any]:
    """A connection that works behind a pooler: no prepared statements, no session state."""
    return exact(open_connection(place_of(url), application="gendash langfuse"))


def place_of(url: str) -> Place:
    """The store's name for messages and the setting that holds its address."""
    return Place("store", url, "GENDASH_DATABASE_URL")


class _Json(Dumper):
    """Values as jsonb, in the binary format: a version, then the text."""

    oid, format = postgres.types["jsonb"].oid, Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return b"\x01" + _DUMP(obj)


class _Texts(Dumper):
    """Texts as text[], in the binary format. The same few come again and again, so they are kept."""

    oid, format = postgres.types["text"].array_oid, Format.BINARY

    def dump(self, obj: tuple[str, ...]) -> bytes:
        return _texts(obj)


@lru_cache(1000)
def _texts(values: tuple[str, ...]) -> bytes:
    found = [value.encode() for value in values]
    # dimensions, whether there are nulls, type of the elements; then length and lower bound of the one dimension
    head = struct.pack("!iiI", bool(found), 0, postgres.types["text"].oid)
    shape = struct.pack("!ii", len(found), 1) if found else b""
    return b"".join([head, shape, *(part for value in found for part in (struct.pack("!i", len(value)), value))])


class RowContext:
    """What the driver must know to write rows without a connection."""

    connection = None

    def __init__(self) -> None:
        self.adapters = AdaptersMap(psycopg.adapters)
        _exactly(self.adapters)


def _exactly(adapters: AdaptersMap) -> None:
    for dumper in (_Json, _Texts):
        adapters.register_dumper(None, dumper)  # by the type of the column


def exact(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """The connection, which copies maps and lists as rows hold them, and decimals within JSON as they are."""
    _exactly(connection.adapters)
    set_json_loads(_LOAD, connection)
    return connection
