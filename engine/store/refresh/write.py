"""The store's side of a refresh: rows go into a temporary table, and the relation is made equal to it.

Only rows that differ are touched. All of it runs in the caller's transaction, and leaves nothing in the session.
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

LONGEST_KEY = 500  # bytes of a text in a key: several of them fit into an entry of an index
Changed = Mapping[str, Collection[date | None]]  # by relation the days that changed; None stands for any


class Written(NamedTuple):
    """Rows that a refresh added to a relation (fewer than none where it took some out), and rows that it touched."""

    added: int = 0
    touched: int = 0

    def __add__(self, other: object) -> Written:
        assert isinstance(other, Written)
        return Written(self.added + other.added, self.touched + other.touched)


def part_name(name: str) -> str:
    """What a part of a relation is called in the query that reads it."""
    return quote_name(f"part_{name}")


def load_query(
    connection: Connection, relation: Relation, query: str, parts: Mapping[str, str], inside: str = "true"
) -> None:
    """Puts the rows of a query over the store into ``gendash_rows``, but those that are outside of the calendar.

    It may read ``parts`` by their `part_name`.
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
    """Puts fetched rows into ``gendash_rows``, partial rows put together by key."""
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
        # a row that moved while its table was read in slices may have been seen twice
        distinct = f"distinct on ({keys}) " if part.slices > 1 else ""
        select = f"select {distinct}{', '.join(map(quote_name, given))} from {parts}"
    # a row without its time or its owner has no place
    needed = " and ".join(f"{quote_name(name)} is not null" for name, column in given.items() if not column.get("null"))
    connection.execute(
        trusted(
            f"create temporary table gendash_rows on commit drop as select * from ({select}) as rows where {needed}"
        )
    )
    connection.execute("analyze gendash_rows")


def _indexed(relation: Relation) -> set[str]:
    """Columns of texts that an index holds, or that name a user."""
    indexes = (name for index in relation.header.get("indexes", ()) for name in index)
    names = {*key_of(relation), *indexes, *user_columns(relation)}
    return {name for name in names if relation.columns.get(name, {}).get("type") == "text"}


def _bounded(name: str) -> str:
    """SQL: a name of the platform's that no index could hold is cut, and none is a marker of Grafana's or ours."""
    text = quote_name(name)
    return (
        f"case when octet_length({text}) > {LONGEST_KEY} then left({text}, 100) || '…' || md5({text}) "
        f"when {text} in ('__all', '$__all') then {text} || ' (name)' else {text} end as {text}"
    )


def write_difference(connection: Connection, config: Config, relation: Relation, days: Days | None = None) -> Written:
    """Makes the relation, or its rows of these days, equal to ``gendash_rows``.

    Where the header says ``keep: true``, rows that the query does not give any more stay.
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
    # rows of one time side by side, so that who reads the last days reads few pages
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
    """SQL: whether a row of the relation belongs to one of these days; without days all rows do."""
    if days is None:
        return "true"
    name = relation.header["time"]
    column, is_date = quote_name(name), relation.columns[name]["type"] == "date"
    return days.exactly(column) if is_date else days.on(column, config["time_zone"])


# --- people who were deleted on the platform -------------------------------------------------------------------------
#
# `of_user: true` marks a column that names a user: former users are taken out of it, with the whole row where the
# column is part of its key or must not be NULL; `of_user: row` takes the row in any case, since more in it is personal.
#
# A former user was in the list of users once, or is in a row of it that does not count, and is not in the list now.
# Everybody else who acts is a person, in the list or not: platforms keep guests, contacts or staff in other tables.


# --- signatures: which days of a relation hold what the platform holds -----------------------------------------------


def day_signatures(
    connection: Connection, config: Config, relation: Relation, days: Days | None = None
) -> dict[date, Signature | None]:
    """Signature of each day of the relation, as its rows were read; None where that is not known.

    With ``days`` of these only, and of all that are doubtful.
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
    """Notes the signatures of days; None for those written without one, or to be looked at again."""
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
    """Notes that these days, and those of ``gendash_rows``, were written without a signature."""
    read = connection.execute(trusted(f"select distinct {day_of(config, relation)} from gendash_rows")).fetchall()
    sign(connection, config, relation, dict.fromkeys([*days.days, *(day for (day,) in read)]))


def unsign(connection: Connection, config: Config, relation: Relation, days: Iterable[date] | None = None) -> None:
    """Forgets the days, or all: they hold no rows, or are not told apart."""
    condition = "" if days is None else " and day = any (%s)"
    values = [relation.name] if days is None else [relation.name, list(days)]
    connection.execute(trusted(f"delete from {qualified(config, '_signature')} where relation = %s{condition}"), values)


def doubt(connection: Connection, config: Config, relation: Relation) -> None:
    """Notes that nothing is known of any day of the relation, and that the work of reading all of them has begun."""
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


# --- tables of the store whose changes are noted by triggers ---------------------------------------------------------


# --- what is known of each refresh -----------------------------------------------------------------------------------


def count(connection: Connection, relation: str) -> int:
    """Number of rows."""
    row = connection.execute(trusted(f"select count(*) from {relation}")).fetchone()
    assert row
    return int(row[0])


def keep_count(connection: Connection, config: Config, relation: Relation, added: int) -> None:
    """Adds to the number of rows that is known."""
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
    """Notes a refresh that went through, and returns how many rows the relation has now.

    ``rows`` is their number where all were read and counted; else `keep_count` has kept it, and what was the newest row
    may still be. ``whole`` says that every row was read or compared, not only those of some days.
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
    return int(row[0] or 0)


def record_failure(connection: Connection, config: Config, relation: Relation, line: str) -> None:
    """Notes why a refresh failed; what is known of the last one that did not stays."""
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_refresh')} (relation, cadence_s, error, error_at) "
            f"values (%s, %s, %s, {qualified(config, 'clock')}()) on conflict (relation) do update set "
            "cadence_s = excluded.cadence_s, error = excluded.error, error_at = excluded.error_at"
        ),
        [relation.name, cadence_s(config, relation), line],
    )
