"""Makes a table hold exactly the rows of a window, by writing only what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from gendash.langfuse_bridge.packed_rows import SIGNATURE, TRAILER, PackedRow, packed_rows, stored_key, widened
from gendash.langfuse_bridge.pages import Window
from gendash.langfuse_bridge.streams import DIGEST, StoredRow, Stream

_FETCH = 2000
# The rows of a window are looked up one by one: a hash join would read the whole table.
_LOOK_UP = "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_nestloop = on"


class Closed(NamedTuple):
    """The result of closing a window. ``gone`` are the keys of deleted rows; ``beaten`` the keys of rows that were not
    taken, since a newer version of them is stored at another time, with the time that they had."""

    written: int
    deleted: int
    gone: list[tuple[str, ...]]
    beaten: dict[tuple[str, ...], datetime]


def replace_window(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    stream: Stream,
    project: str,
    window: Window,
    rows: Mapping[tuple[str, ...], PackedRow],
    thorough: bool,
    holds_any: bool,
    kept_before: datetime | None = None,
) -> Closed:
    """Makes ``table`` hold exactly ``rows``, by key, in a window, within the connection's transaction.

    Nothing is written for a row that stays as it is. Rows from before ``kept_before`` are never deleted: the server's
    own retention drops them there. Digests are compared; if ``thorough``, every value, which finds what others have
    changed in the store. ``holds_any`` says whether the table has rows in the window.
    """
    if not holds_any:
        if not rows:
            return Closed(0, 0, [], {})
        try:
            with connection.transaction():
                copy_packed(connection, table, stream.names, _data(rows))
            return Closed(len(rows), 0, [], {})
        except psycopg.errors.UniqueViolation:
            pass  # some of these rows are stored at another time
    look = _differing_values if thorough else _differing_digests
    differing = look(connection, table, stream, project, window, rows)
    if not differing:
        return Closed(0, 0, [], {})
    _make_diff(connection, table, stream)
    names = [name for name, _ in _diff_columns(stream)]
    copy_packed(connection, sql.Identifier("lf_diff"), names, differing)
    connection.execute(_LOOK_UP)
    return _write(connection, table, stream, project, kept_before)


def holds_any(table: sql.Identifier, stream: Stream, project: str, window: Window) -> tuple[sql.Composable, list[Any]]:
    """The SQL condition that a table has rows in a window, with its values."""
    inside, bounds = _inside(stream, project, window)
    return sql.SQL("exists (select from {} t where {})").format(table, inside), bounds


def _differing_digests(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    stream: Stream,
    project: str,
    window: Window,
    rows: Mapping[tuple[str, ...], PackedRow],
) -> list[bytes]:
    """Rows of `lf_diff` by digest, compared here, so that a run that changes nothing writes to no table at all."""
    names = (*stream.key, DIGEST[0])
    columns, keys = len(stream.columns), len(stream.key)
    new = dict(rows)
    differing: list[bytes] = []
    for *old_key, digest in _stored(connection, table, stream, names, project, window):
        row = new.pop(tuple(old_key), None)
        if row is None or row.digest != digest:
            differing.append(widened(row, columns, True, old_key, keys))
    return differing + [widened(row, columns, False, None, keys) for row in new.values()]


def _differing_values(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    stream: Stream,
    project: str,
    window: Window,
    rows: Mapping[tuple[str, ...], PackedRow],
) -> list[bytes]:
    """Rows of `lf_diff` by every value: the bytes of the rows that are stored are compared with those to be stored.

    Bytes may differ where values are equal, as in 1.0 and 1.00. So `_apply` compares the values of these rows.
    """
    inside, bounds = _inside(stream, project, window)
    query = sql.SQL("copy (select {} from {} t where {}) to stdout (format binary)")
    columns, keys = len(stream.columns), len(stream.key)
    new = {row.data: key for key, row in rows.items()}
    strays: list[tuple[str, ...]] = []
    key_of = stored_key(stream)
    with (
        connection.cursor() as cursor,
        cursor.copy(query.format(_columns(stream.names, "t"), table, inside), bounds) as copy,
    ):
        for data in packed_rows(copy):
            if new.pop(data, None) is None:
                strays.append(key_of(data))
    changed = {key: row for key in strays if (row := rows.get(key))}
    return [
        *(widened(rows.get(key), columns, True, key, keys) for key in strays),
        *(widened(rows[key], columns, False, None, keys) for key in new.values() if key not in changed),
    ]


def _diff_columns(stream: Stream) -> tuple[tuple[str, str], ...]:
    """Columns of `lf_diff`: the new row, whether its key is stored in the window, and the key that is."""
    return (*stream.columns, ("stored", "bool"), *((f"old_{name}", "text") for name in stream.key))


def _make_diff(connection: psycopg.Connection[Any], table: sql.Identifier, stream: Stream) -> None:
    old_key = sql.SQL(", ").join(
        sql.SQL("p.{} as {}").format(sql.Identifier(name), sql.Identifier(f"old_{name}")) for name in stream.key
    )
    create = "create temp table lf_diff on commit drop as select p.*, false as stored, {} from {} p with no data"
    connection.execute(sql.SQL(create).format(old_key, table))


def _stored(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    stream: Stream,
    names: Sequence[str],
    project: str,
    window: Window,
) -> Iterator[StoredRow]:
    """Some columns of the rows that a table holds in a window, a few at a time."""
    inside, bounds = _inside(stream, project, window)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    query = sql.SQL("select {} from {} t where {}").format(columns, table, inside)
    with connection.cursor("lf_stored", binary=True) as cursor:
        cursor.itersize = _FETCH
        yield from cursor.execute(query, bounds)


def _write(
    connection: psycopg.Connection[Any],
    table: sql.Identifier,
    stream: Stream,
    project: str,
    kept_before: datetime | None,
) -> Closed:
    """Applies ``lf_diff``: rows that vanished, that changed, that are new, and that moved here in time."""
    row = connection.execute(_apply(table, stream), [project, kept_before]).fetchone()
    assert row
    written, deleted, beaten, times = row
    keys = [tuple(key) for key in deleted]
    return Closed(written, len(keys), keys, {tuple(key): at for key, at in zip(beaten, times, strict=True)})


def _apply(table: sql.Identifier, stream: Stream) -> sql.Composed:
    """One statement that applies ``lf_diff``, so that its parts see the table as it was."""
    gone = sql.SQL(" and ").join(
        sql.SQL("t.{} = p.{}").format(sql.Identifier(name), sql.Identifier(f"old_{name}")) for name in stream.key
    )
    return sql.SQL(
        "with elsewhere as materialized ("
        " select p.*, t.project is null as absent,"
        " coalesce((p.updated_at, p.{time}) >= (t.updated_at, t.{time}), true) as wins"
        " from lf_diff p left join {table} t on {joined} where not p.stored),"
        " deleted as (delete from {table} t using lf_diff p where p.project is null and t.project = %s and {gone}"
        " and t.{time} >= coalesce(%s::timestamptz, '-infinity')"
        " returning jsonb_build_array({old_key}) as key),"
        " changed as (update {table} t set {sets} from lf_diff p where p.stored and {joined}"
        " and row({old}) is distinct from row({new}) returning 1),"
        " moved as (update {table} t set {sets} from elsewhere p where wins and not absent and {joined}"
        " returning 1),"
        " added as (insert into {table} ({names}) select {names} from elsewhere where absent returning 1)"
        " select (select count(*) from changed) + (select count(*) from moved) + (select count(*) from added),"
        " array(select key from deleted),"
        " array(select jsonb_build_array({key}) from elsewhere p where not wins order by {key}),"
        " array(select p.{time} from elsewhere p where not wins order by {key})"
    ).format(
        time=sql.Identifier(stream.time),
        table=table,
        joined=same_key(stream, "p", "t"),
        gone=gone,
        sets=sql.SQL(", ").join(sql.SQL("{0} = p.{0}").format(sql.Identifier(name)) for name in stream.names),
        names=sql.SQL(", ").join(map(sql.Identifier, stream.names)),
        old=_columns(stream.names, "t"),
        new=_columns(stream.names, "p"),
        old_key=_columns(stream.key, "t"),
        key=_columns(stream.key, "p"),
    )


def _inside(stream: Stream, project: str, window: Window) -> tuple[sql.Composable, list[Any]]:
    time = sql.Identifier(stream.time)
    if (
        window.end is None
    ):  # both bounds, so that PostgreSQL takes the index of the time also where it has no statistics
        text = "(t.project = %s and t.{0} >= %s and t.{0} <= 'infinity')"
        return sql.SQL(text).format(time), [project, window.start]
    text = "(t.project = %s and t.{0} >= %s and t.{0} < %s)"
    return sql.SQL(text).format(time), [project, window.start, window.end]


def same_key(stream: Stream, left: str, right: str) -> sql.Composable:
    """The SQL condition that two rows have the same key."""
    names = ("project", *stream.key)
    pairs = (sql.SQL("{}.{} = {}.{}").format(*map(sql.Identifier, (left, name, right, name))) for name in names)
    return sql.SQL(" and ").join(pairs)


def _columns(names: Sequence[str], alias: str) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(alias, name) for name in names)


def _data(rows: Mapping[tuple[str, ...], PackedRow]) -> Collection[bytes]:
    return [row.data for row in rows.values()]


def copy_packed(
    connection: psycopg.Connection[Any], table: sql.Composable, names: Sequence[str], rows: Iterable[bytes]
) -> None:
    """Adds rows to a table that are in the binary format already."""
    query = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        table, sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.write(b"".join((SIGNATURE, *rows, TRAILER)))


def copy_rows(
    connection: psycopg.Connection[Any], table: sql.Composable, stream: Stream, rows: Iterable[StoredRow]
) -> None:
    """Adds rows to a table."""
    query = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        table, sql.SQL(", ").join(map(sql.Identifier, stream.names))
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types([kind for _, kind in stream.columns])
        for row in rows:
            copy.write_row(row)
