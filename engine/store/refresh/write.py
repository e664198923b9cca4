"""The store's side of a refresh: loads rows into a temporary table, and makes the relation equal to it.

Only rows that differ are written. Everything runs in the caller's transaction and leaves nothing in the session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from gendash.engine.clients.postgres import Connection, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.local_days import DOUBTFUL, Days, Signature, in_calendar
from gendash.engine.definitions.relations import cadence_s, day_of, key_of, merges, qualified, user_columns
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Relation
from gendash.engine.store.refresh.read import RollupRows

LONGEST_KEY = 500  # bytes of a text in a key, so that several fit into an index entry
Changed = Mapping[str, Collection[date | None]]  # the days that changed, by relation; None means any day


class Written(NamedTuple):
    """The net number of rows that a refresh added to a relation (negative if it deleted more), and rows written."""

    added: int = 0
    touched: int = 0

    def __add__(self, other: object) -> Written:
        assert isinstance(other, Written)
        return Written(self.added + other.added, self.touched + other.touched)


def part_name(name: str) -> str:
    """The name of a part of a relation in the query that reads it."""
    return quote_name(f"part_{name}")


def load_query(
    connection: Connection, relation: Relation, query: str, parts: Mapping[str, str], inside: str = "true"
) -> None:
    """Loads the rows of a query on the store into ``gendash_rows``, except those with an impossible time.

    The query may read ``parts`` by their `part_name`.
    """
    if relation.header.get("time"):
        inside = f"({inside}) and {in_calendar(quote_name(relation.header['time']))}"
    given = ", ".join(f"{part_name(name)} as ({part})" for name, part in parts.items())
    columns = ", ".join(quote_name(name) for name in relation.columns)
    connection.execute(
        trusted(
            f"create temporary table gendash_rows on commit drop as {f'with {given} ' if given else ''}"
            f"select {columns} from ({query}) as rows where {inside}"
        )
    )
    connection.execute("analyze gendash_rows")


def load_part(connection: Connection, relation: Relation, part: RollupRows) -> None:
    """Loads fetched rows into ``gendash_rows``, with partial rows merged by key."""
    given = {name: column for name, column in relation.columns.items() if not column.get("hash_of")}
    columns = ", ".join(f"{quote_name(name)} {column['type']}" for name, column in given.items())
    connection.execute(trusted(f"create temporary table gendash_parts ({columns}) on commit drop"))
    names = ", ".join(quote_name(name) for name in part.columns)
    with connection.cursor().copy(trusted(f"copy gendash_parts ({names}) from stdin")) as copy:
        while block := part.rows.read(1 << 16):
            copy.write(block)
    aggregates, keys = merges(relation), ", ".join(quote_name(name) for name in key_of(relation))
    values = (_bounded(name) if name in _indexed(relation) else quote_name(name) for name in given)
    parts = f"(select {', '.join(values)} from gendash_parts) as parts"
    if aggregates:
        fields = [
            f"{aggregates[name]}({quote_name(name)})::{column['type']} as {quote_name(name)}"
            if name in aggregates
            else quote_name(name)
            for name, column in given.items()
        ]
        select = f"select {', '.join(fields)} from {parts} group by {keys}"
    else:
        # a row that was updated while its table was read in slices may have been seen twice
        distinct = f"distinct on ({keys}) " if part.slices > 1 else ""
        select = f"select {distinct}{', '.join(map(quote_name, given))} from {parts}"
    # rows without a required value, such as time or owner, are left out
    needed = " and ".join(f"{quote_name(name)} is not null" for name, column in given.items() if not column.get("null"))
    connection.execute(
        trusted(
            f"create temporary table gendash_rows on commit drop as select * from ({select}) as rows where {needed}"
        )
    )
    connection.execute("analyze gendash_rows")


def _indexed(relation: Relation) -> set[str]:
    """The text columns that are indexed or name a user."""
    indexes = (name for index in relation.header.get("indexes", ()) for name in index)
    names = {*key_of(relation), *indexes, *user_columns(relation)}
    return {name for name in names if relation.columns.get(name, {}).get("type") == "text"}


def _bounded(name: str) -> str:
    """SQL that shortens a platform's text too long for an index, and renames one that equals a marker of Grafana."""
    text = quote_name(name)
    return (
        f"case when octet_length({text}) > {LONGEST_KEY} then left({text}, 100) || '~' || md5({text}) "
        f"when {text} in ('__all', '$__all') then {text} || ' (name)' else {text} end as {text}"
    )


def write_difference(connection: Connection, config: Config, relation: Relation, days: Days | None = None) -> Written:
    """Makes the relation, or its rows of these days, equal to ``gendash_rows``.

    If the header says ``keep: true``, rows that the query no longer returns are kept.
    """
    target = qualified(config, relation.name)
    given = [quote_name(name) for name, column in relation.columns.items() if not column.get("hash_of")]
    hashed = {quote_name(name): column["hash_of"] for name, column in relation.columns.items() if column.get("hash_of")}
    keys = [quote_name(name) for name in key_of(relation)]
    same = " and ".join(f"rows.{key} = target.{key}" for key in keys)
    inside = on_days(config, relation, days)
    gone = 0
    if not relation.header.get("keep"):
        gone = connection.execute(
            trusted(
                f"delete from {target} as target where {inside} "
                f"and not exists (select from gendash_rows as rows where {same})"
            )
        ).rowcount
    names = ", ".join(given)
    values = [*given, *(f"{qualified(config, 'user_hash')}({quote_name(of)})" for of in hashed.values())]
    updates = [f"{name} = excluded.{name}" for name in [*given, *hashed] if name not in keys]
    action = f"update set {', '.join(updates)}" if updates else "nothing"
    # rows are stored in the order of their time, so that queries of the last days read few pages
    ordered = quote_name(relation.header.get("time") or key_of(relation)[0])
    row = connection.execute(
        trusted(
            f"with changed as (insert into {target} ({', '.join([*given, *hashed])}) select {', '.join(values)} from "
            f"(select {names} from gendash_rows except select {names} from {target} where {inside}) as different "
            f"order by {ordered} on conflict ({', '.join(keys)}) do {action} returning (xmax = 0) as is_new) "
            "select count(*), count(*) filter (where is_new) from changed"
        )
    ).fetchone()
    assert row
    changed, fresh = row
    return Written(fresh - gone, gone + changed)


def on_days(config: Config, relation: Relation, days: Days | None) -> str:
    """The SQL condition that a row of the relation belongs to one of these days; ``true`` without days."""
    if days is None:
        return "true"
    name = relation.header["time"]
    column, is_date = quote_name(name), relation.columns[name]["type"] == "date"
    return days.exactly(column) if is_date else days.on(column, config["time_zone"])


# --- people who were deleted on the platform -------------------------------------------------------------------------
#
# `of_user: true` marks a column that names a user: former users are removed from it, with the whole row if the column
# is part of its key or must not be NULL; `of_user: row` always deletes the row, since more in it is personal.
#
# A former user was once in the list of users, or is in a row of it that does not count, and is not in the list now.
# Anybody else who acts is a person, in the list or not: platforms keep guests, contacts or staff in other tables.


# --- signatures: the days on which a relation equals the platform ----------------------------------------------------


def day_signatures(
    connection: Connection, config: Config, relation: Relation, days: Days | None = None
) -> dict[date, Signature | None]:
    """The recorded signature of each day of the relation; None if unknown.

    With ``days``, only of these and of days to be read again.
    """
    among = "true" if days is None else f"({days.exactly('day')} or rows = {DOUBTFUL.rows})"
    found = connection.execute(
        trusted(f"select day, rows, signature from {qualified(config, '_signature')} where relation = %s and {among}"),
        [relation.name],
    )
    return {day: None if rows is None else Signature(rows, xor) for day, rows, xor in found}


def sign(
    connection: Connection, config: Config, relation: Relation, signatures: Mapping[date, Signature | None]
) -> None:
    """Records the signatures of days; None for days written without one, or to be read again."""
    if not signatures:
        return
    days = list(signatures)
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_signature')} (relation, day, rows, signature) "
            "select %s, * from unnest(%s::date[], %s::bigint[], %s::bigint[]) on conflict (relation, day) do update "
            "set rows = excluded.rows, signature = excluded.signature"
        ),
        [
            relation.name,
            days,
            [None if (one := signatures[day]) is None else one.rows for day in days],
            [None if (one := signatures[day]) is None else one.xor for day in days],
        ],
    )


def sign_read_days(connection: Connection, config: Config, relation: Relation, days: Days) -> None:
    """Records that these days, and those of ``gendash_rows``, were written without a signature."""
    read = connection.execute(trusted(f"select distinct {day_of(config, relation)} from gendash_rows")).fetchall()
    sign(connection, config, relation, dict.fromkeys([*days.days, *(day for (day,) in read)]))


def unsign(connection: Connection, config: Config, relation: Relation, days: Iterable[date] | None = None) -> None:
    """Deletes the signatures of days, or all: the days have no rows, or the relation is not compared by day."""
    condition = "" if days is None else " and day = any (%s)"
    values = [relation.name] if days is None else [relation.name, list(days)]
    connection.execute(trusted(f"delete from {qualified(config, '_signature')} where relation = %s{condition}"), values)


def begin_full_reading(connection: Connection, config: Config, relation: Relation) -> None:
    """Records that a full reading of the relation has begun, and that the signatures of all its days are unknown."""
    unsign(connection, config, relation)
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_signature')} (relation, day) "
            f"select distinct %s, {day_of(config, relation)} from {qualified(config, relation.name)}"
        ),
        [relation.name],
    )
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_refresh')} (relation, begun_at) "
            f"values (%s, {qualified(config, 'clock')}()) "
            "on conflict (relation) do update set begun_at = excluded.begun_at"
        ),
        [relation.name],
    )


# --- recorded state of each refresh ----------------------------------------------------------------------------------


def count(connection: Connection, relation: str) -> int:
    """The number of rows of a relation."""
    row = connection.execute(trusted(f"select count(*) from {relation}")).fetchone()
    assert row
    return int(row[0])


def keep_count(connection: Connection, config: Config, relation: Relation, added: int) -> None:
    """Adds to the recorded number of rows."""
    if added:
        connection.execute(
            trusted(f"update {qualified(config, '_refresh')} set rows = coalesce(rows, 0) + %s where relation = %s"),
            [added, relation.name],
        )


def newest(connection: Connection, relation: Relation) -> datetime | None:
    """The time of the newest row in ``gendash_rows``."""
    column = relation.header.get("newest") or relation.header.get("time")
    if relation.kind != "rollup" or not column:
        return None
    row = connection.execute(trusted(f"select max({quote_name(column)})::timestamptz from gendash_rows")).fetchone()
    return row[0] if row else None


def record(
    connection: Connection,
    config: Config,
    relation: Relation,
    took_s: float,
    *,
    rows: int | None = None,
    done: Written | None = None,
    newest: datetime | None = None,
    whole: bool = True,
    absent: list[str] | None = None,
    snapshot: str | None = None,
) -> int:
    """Records a successful refresh, and returns the number of rows that the relation has now.

    ``rows`` is their number if all were counted; else `keep_count` has updated it, and the newest row recorded before
    may still be the newest. ``whole`` means that all rows were read or compared, not only those of some days.
    """
    latest = "greatest(known.newest, excluded.newest)" if rows is None else "excluded.newest"
    clock = f"{qualified(config, 'clock')}()"
    row = connection.execute(
        trusted(
            f"insert into {qualified(config, '_refresh')} as known (relation, started_at, finished_at, full_at, "
            "begun_at, duration_s, rows, written, newest, cadence_s, absent, snapshot, store, error, error_at) "
            f"values (%s, {clock} - make_interval(secs => %s), {clock}, {clock if whole else 'null'}, null, "
            "%s, %s, %s, %s::timestamptz, %s, %s, %s::pg_snapshot, "
            f"{quote_text(qualified(config, '_changed'))}::regclass::oid, null, null) "
            "on conflict (relation) do update set "
            "started_at = excluded.started_at, finished_at = excluded.finished_at, begun_at = null, "
            "full_at = coalesce(excluded.full_at, known.full_at), duration_s = excluded.duration_s, "
            "rows = coalesce(excluded.rows, known.rows), written = excluded.written, "
            f"newest = {latest}, cadence_s = excluded.cadence_s, "
            "absent = excluded.absent, snapshot = excluded.snapshot, store = excluded.store, "
            "error = null, error_at = null returning rows"
        ),
        [
            relation.name,
            took_s,
            took_s,
            rows,
            done.touched if done else None,
            newest,
            cadence_s(config, relation),
            absent,
            snapshot,
        ],
    ).fetchone()
    assert row
    count = int(row[0] or 0)
    _analyze_grown(connection, qualified(config, relation.name), count)
    return count


GROWN, FEWEST_ROWS = 2, 1000


def _analyze_grown(connection: Connection, relation: str, rows: int) -> None:
    """Analyzes a relation with far more rows than the planner knows of: those that read it are computed next.

    After a first fill autovacuum comes later than they do, and joins of what is taken for empty are nested loops.
    """
    if rows < FEWEST_ROWS:
        return
    known = connection.execute(
        "select reltuples::float8 from pg_class where oid = to_regclass(%s)", [relation]
    ).fetchone()
    if known and rows > GROWN * max(known[0], 0):
        connection.execute(trusted(f"analyze {relation}"))


def record_failure(connection: Connection, config: Config, relation: Relation, line: str) -> None:
    """Records why a refresh failed; the record of the last successful one is kept."""
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_refresh')} (relation, cadence_s, error, error_at) "
            f"values (%s, %s, %s, {qualified(config, 'clock')}()) on conflict (relation) do update set "
            "cadence_s = excluded.cadence_s, error = excluded.error, error_at = excluded.error_at"
        ),
        [relation.name, cadence_s(config, relation), line],
    )
