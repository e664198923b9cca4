"""Connections to the store that copy maps, lists and decimals exactly as rows hold them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import psycopg
from psycopg import postgres
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.json import set_json_loads

from gendash.engine.clients.postgres import Place, open_connection
from gendash.langfuse_bridge.binary_values import json_value, texts_value

_LOAD = msgspec.json.Decoder(float_hook=Decimal).decode


def connect_store(url: str) -> psycopg.Connection[Any]:
    """A connection that works behind a pooler: no prepared statements, no session state."""
    return exact(open_connection(place_of(url), application="gendash langfuse"))


def place_of(url: str) -> Place:
    """The store's name for messages and the setting that holds its address."""
    return Place("store", url, "GENDASH_DATABASE_URL")


class _Json(Dumper):
    """Values as jsonb, in the binary format."""

    oid, format = postgres.types["jsonb"].oid, Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return json_value(obj).encode()


class _Texts(Dumper):
    """Texts as text[], in the binary format."""

    oid, format = postgres.types["text"].array_oid, Format.BINARY

    def dump(self, obj: tuple[str, ...]) -> bytes:
        return texts_value(obj)


def exact(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """The connection, which copies maps and lists as rows hold them, and decimals within JSON as they are."""
    for dumper in (_Json, _Texts):
        connection.adapters.register_dumper(None, dumper)  # by the type of the column
    set_json_loads(_LOAD, connection)
    return connection
