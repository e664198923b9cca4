"""The store's side of a refresh: rows go into a temporary table, and the relation is made equal to it.

Only rows that differ are touched. All of it runs in the caller's transaction, and leaves nothing in the session.
"""

from __future__ import annotations

from typing import NamedTuple

from gendash.engine.config import Config
from gendash.engine.model import Relation
from gendash.engine.refs import quote_name, quote_text
from gendash.engine.render_sql import cadence_s, key_of, merges, qualified
from gendash.engine.targets.postgres import Connection, trusted
from gendash.engine.targets.postgres_source import Part, Window

USERS = "user_entity"


class Written(NamedTuple):
    """Rows of the relation after a refresh, and rows that it inserted, changed or deleted."""

    rows: int
    written: int | None


def load_query(connection: Connection, relation: Relation, query: str) -> None:
    """Puts the rows of a query over the store into ``gendash_rows``."""
    columns = ", ".join(quote_name(name) for name in relation.columns)
    connection.execute(
        trusted(f"create temporary table gendash_rows on commit drop as select {columns} from ({query}) as rows")
    )


def load_part(connection: Connection, relation: Relation, part: Part) -> None:
    """Puts fetched rows into ``gendash_rows``, partial rows put together by key."""
    given = {name: column for name, column in relation.columns.items() if not column.get("hash_of")}
    columns = ", ".join(f"{quote_name(name)} {column['type']}" for name, column in given.items())
    connection.execute(trusted(f"create temporary table gendash_parts ({columns}) on commit drop"))
    names = ", ".join(quote_name(name) for name in part.columns)
    with connection.cursor().copy(trusted(f"copy gendash_parts ({names}) from stdin")) as copy:
        while block := part.rows.read(1 << 16):
            copy.write(block)
    aggregates, keys = merges(relation), ", ".join(quote_name(name) for name in key_of(relation))
    if aggregates:
        fields = [
            f"{aggregates[name]}({quote_name(name)})::{column['type']} as {quote_name(name)}"
            if name in aggregates
            else quote_name(name)
            for name, column in given.items()
        ]
        select = f"select {', '.join(fields)} from gendash_parts group by {keys}"
    else:
        # a row that moved while its table was read in slices may have been seen twice
        distinct = f"distinct on ({keys}) " if part.slices > 1 else ""
        select = f"select {distinct}{', '.join(map(quote_name, given))} from gendash_parts"
    # a row without its time or its owner has no place
    needed = " and ".join(f"{quote_name(name)} is not null" for name, column in given.items() if not column.get("null"))
    connection.execute(
        trusted(
            f"create temporary table gendash_rows on commit drop as select * from ({select}) as rows where {needed}"
        )
    )


def write_difference(
    connection: Connection, config: Config, relation: Relation, window: Window | None = None
) -> Written:
    """Makes the relation, or its rows from the window on, equal to ``gendash_rows``."""
    target = qualified(config, relation.name)
    connection.execute("analyze gendash_rows")
    given = [quote_name(name) for name, column in relation.columns.items() if not column.get("hash_of")]
    hashed = {quote_name(name): column["hash_of"] for name, column in relation.columns.items() if column.get("hash_of")}
    keys = [quote_name(name) for name in key_of(relation)]
    same = " and ".join(f"rows.{key} = target.{key}" for key in keys)
    inside = in_window(relation, window)
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
    row = connection.execute(
        trusted(
            f"with changed as (insert into {target} ({', '.join([*given, *hashed])}) select {', '.join(values)} from "
            f"(select {names} from gendash_rows except select {names} from {target} where {inside}) as different "
            f"on conflict ({', '.join(keys)}) do {action} returning (xmax = 0) as is_new) "
            "select count(*), count(*) filter (where is_new) from changed"
        )
    ).fetchone()
    assert row
    changed, fresh = row
    if window is None:
        return Written(count(connection, "gendash_rows"), gone + changed)
    before = connection.execute(
        trusted(f"select coalesce(rows, 0) from {qualified(config, '_refresh')} where relation = %s"), [relation.name]
    ).fetchone()
    return Written((before[0] if before else 0) + fresh - gone, gone + changed)


def in_window(relation: Relation, window: Window | None, *, before: bool = False) -> str:
    """SQL: whether a row of the relation lies in the window, or ``before`` it; without a window all rows do."""
    if window is None:
        return "true"
    column = relation.header["time"]
    is_day = relation.columns[column]["type"] == "date"
    bound = quote_text(str(window.first)) if is_day else f"{quote_text(window.starts[0].isoformat())}::timestamptz"
    return f"{quote_name(column)} {'<' if before else '>='} {bound}"


def forget_users(connection: Connection, config: Config, relation: Relation, window: Window, done: Written) -> Written:
    """Takes users who were deleted on the platform out of the rows before the window, which were not read again.

    Only where the list of users is of today: an old one lacks new users, and would take them for deleted.
    """
    target, users = qualified(config, relation.name), qualified(config, USERS)
    clock, state = f"{qualified(config, 'clock')}()", qualified(config, "_refresh")
    rows, written = done.rows, done.written or 0
    for name, column in relation.columns.items():
        if not column.get("of_user"):
            continue
        condition = (
            f"{in_window(relation, window, before=True)} and {quote_name(name)} is not null "
            f"and exists (select from {state} where relation = {quote_text(USERS)} "
            f"and finished_at > {clock} - interval '1 day') "
            f"and not exists (select from {users} as users where users.user_id = target.{quote_name(name)})"
        )
        if name in key_of(relation):
            gone = connection.execute(trusted(f"delete from {target} as target where {condition}")).rowcount
            rows, written = rows - gone, written + gone
        else:
            statement = f"update {target} as target set {quote_name(name)} = null where {condition}"
            written += connection.execute(trusted(statement)).rowcount
    return Written(rows, written)


def count(connection: Connection, relation: str) -> int:
    """Number of rows."""
    row = connection.execute(trusted(f"select count(*) from {relation}")).fetchone()
    assert row
    return int(row[0])


def record(
    connection: Connection,
    config: Config,
    relation: Relation,
    done: Written,
    took_s: float,
    window: Window | None = None,
    absent: list[str] | None = None,
) -> None:
    """Notes a refresh that went through; the newest row is that of ``gendash_rows``, or of a refresh before."""
    column = relation.header.get("newest") or relation.header.get("time")
    newest = f"(select max({quote_name(column)}) from gendash_rows)" if relation.kind == "rollup" and column else "null"
    clock, known = f"{qualified(config, 'clock')}()", "excluded.newest"
    if window:
        known = "greatest(known.newest, excluded.newest)"
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_refresh')} as known (relation, started_at, finished_at, full_at, "
            "duration_s, rows, written, newest, cadence_s, absent, error, error_at) "
            f"values (%s, {clock} - make_interval(secs => %s), {clock}, {'null' if window else clock}, "
            f"%s, %s, %s, {newest}, %s, %s, null, null) on conflict (relation) do update set "
            "started_at = excluded.started_at, finished_at = excluded.finished_at, "
            "full_at = coalesce(excluded.full_at, known.full_at), duration_s = excluded.duration_s, "
            f"rows = excluded.rows, written = excluded.written, newest = {known}, cadence_s = excluded.cadence_s, "
            "absent = excluded.absent, error = null, error_at = null"
        ),
        [relation.name, took_s, took_s, *done, cadence_s(config, relation), absent],
    )


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
