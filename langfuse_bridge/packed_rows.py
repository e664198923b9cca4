"""Rows as PostgreSQL's binary COPY takes them: what leaves the shaping and is only carried on from there."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import msgspec
import psycopg
from psycopg import DataError, postgres
from psycopg._copy_base import format_row_binary  # the driver's own, in C; it has no public name
from psycopg.adapt import Transformer
from psycopg.pq import Format

from gendash.langfuse_bridge.binary_values import json_value, numbers_value, texts_value
from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.streams import StoredRow, Stream

SIGNATURE, TRAILER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0), struct.pack("!h", -1)
"""Begin and end of data in the binary format."""
NULL = struct.pack("!i", -1)
_COUNT, _LENGTH, _INT8 = struct.Struct("!h"), struct.Struct("!i"), struct.pack("!i", 8)


class PackedRow(msgspec.Struct, array_like=True, gc=False):
    """A row, and what is known of it without reading it: its key, when it happened, was written, and its digest.

    ``data`` is the row in binary format, the digest included.
    """

    key: tuple[str, ...]
    time: datetime
    updated: datetime
    digest: int
    data: bytes


class PackedPage(msgspec.Struct, array_like=True):
    """A page of the server: its rows in order, and the items that were set aside."""

    rows: list[PackedRow]
    rejected: list[Rejected]


class _Context:
    """What the driver must know to write rows without a connection."""

    connection = None
    adapters = psycopg.adapters


_PREPARED: dict[str, tuple[str, Callable[[Any], str | bytes]]] = {
    "jsonb": ("text", json_value),
    "text[]": ("bytea", texts_value),
}
"""Types whose values are packed before the driver writes the row, and the type it takes them for."""


def packer(stream: Stream) -> Callable[[Iterable[StoredRow]], PackedPage]:
    """A function that packs rows of a stream. One that does not fit its columns is set aside."""
    columns = stream.columns[:-1]  # the digest is of the others
    prepared = [
        (at, numbers_value if name in stream.numbers else _PREPARED[kind][1])
        for at, (name, kind) in enumerate(columns)
        if kind in _PREPARED
    ]
    driver = Transformer(_Context())
    taken_as = [_PREPARED[kind][0] if kind in _PREPARED else kind for _, kind in columns]
    driver.set_dumper_types([_oid(kind) for kind in taken_as], Format.BINARY)
    head = _COUNT.pack(len(stream.columns))
    key_of = _tuple_of([stream.at(name) for name in stream.key])
    time, updated = stream.at(stream.time), stream.at("updated_at")

    def one(row: StoredRow) -> PackedRow:
        values, data = list(row), bytearray()
        for at, value in prepared:
            if values[at] is not None:
                values[at] = value(values[at])
        format_row_binary(values, driver, data)
        data[: _COUNT.size] = head
        digest = blake2b(data, digest_size=8).digest()
        data += _INT8 + digest
        return PackedRow(key_of(row), row[time], row[updated], _from_bytes(digest), bytes(data))

    def pack(rows: Iterable[StoredRow]) -> PackedPage:
        page = PackedPage([], [])
        for row in rows:
            try:
                page.rows.append(one(row))
            except (DataError, ValueError, OverflowError, struct.error):
                id_ = row[stream.at("id")]
                page.rejected.append(Rejected(id_, row[stream.at("trace_id")] or "", row[time], "a value is too large"))
        return page

    return pack


def _from_bytes(digest: bytes) -> int:
    return int.from_bytes(digest, "big", signed=True)


def widened(row: PackedRow | None, columns: int, stored: bool, old_key: Sequence[str] | None, keys: int) -> bytes:
    """A row of ``columns`` values with further ones: whether its key is stored, and the ``keys`` values of that."""
    body = row.data[_COUNT.size :] if row else NULL * columns
    old = b"".join(map(_text, old_key)) if old_key else NULL * keys
    return b"".join((_COUNT.pack(columns + 1 + keys), body, struct.pack("!i?", 1, stored), old))


def packed_rows(copied: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """The rows within what a binary COPY gives, which is one row at a time. Signature and trailer are no rows."""
    for part in copied:
        data = bytes(part).removeprefix(SIGNATURE)
        if data and data != TRAILER:
            yield data


def stored_key(stream: Stream) -> Callable[[bytes], tuple[str, ...]]:
    """A function that reads the key of a row in binary format."""
    places = [stream.at(name) for name in stream.key]

    def key_of(data: bytes) -> tuple[str, ...]:
        texts, at = [], _COUNT.size
        for _ in range(max(places) + 1):
            (length,) = _LENGTH.unpack_from(data, at)
            start = at + _LENGTH.size
            at = start + length
            texts.append(data[start:at].decode())
        return tuple(texts[place] for place in places)

    return key_of


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("!i", len(raw)) + raw


def _oid(kind: str) -> int:
    found = postgres.types[kind.removesuffix("[]")]
    return found.array_oid if kind.endswith("[]") else found.oid


def _tuple_of(places: Sequence[int]) -> Callable[[StoredRow], tuple[Any, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    (place,) = places
    return lambda row: (row[place],)
