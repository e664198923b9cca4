"""Rows as PostgreSQL's binary COPY takes them: what leaves the shaping and is only carried on from there."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import msgspec
from psycopg import DataError, postgres
from psycopg._copy_base import format_row_binary  # the driver's own, in C; it has no public name
from psycopg.adapt import Transformer
from psycopg.pq import Format

from gendash.langfuse_bridge.connection import RowContext
from gendash.langfuse_bridge.odd_items import Rejected
from gendash.langfuse_bridge.streams import StoredRow, Stream

SIGNATURE, TRAILER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0), struct.pack("!h", -1)
"""Begin and end of data in the binary format."""
NULL = struct.pack("!i", -1)
_COUNT, _INT8 = struct.Struct("!h"), struct.Struct("!iq")
_SIGNED = struct.Struct("!q")


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


def packer(stream: Stream) -> Callable[[Iterable[StoredRow]], PackedPage]:
    """A function that packs rows of a stream. One that does not fit its columns is set aside."""
    columns = stream.columns[:-1]  # the digest is of the others
    driver = Transformer(RowContext())
    driver.set_dumper_types([_oid(kind) for _, kind in columns], Format.BINARY)
    head = _COUNT.pack(len(stream.columns))
    key_of = _tuple_of([stream.at(name) for name in stream.key])
    time, updated = stream.at(stream.time), stream.at("updated_at")

    def one(row: StoredRow) -> PackedRow:
        data = bytearray()
        format_row_binary(row, driver, data)
        body = memoryview(data)[_COUNT.size :]
        (digest,) = _SIGNED.unpack(blake2b(body, digest_size=8).digest())
        whole = b"".join((head, body, _INT8.pack(8, digest)))
        return PackedRow(key_of(row), row[time], row[updated], digest, whole)

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


def widened(row: PackedRow | None, columns: int, stored: bool, old_key: Sequence[str] | None, keys: int) -> bytes:
    """A row of ``columns`` values with further ones: whether its key is stored, and the ``keys`` values of that."""
    body = row.data[_COUNT.size :] if row else NULL * columns
    old = b"".join(map(_text, old_key)) if old_key else NULL * keys
    return b"".join((_COUNT.pack(columns + 1 + keys), body, struct.pack("!i?", 1, stored), old))


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
