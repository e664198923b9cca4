"""The days of the store's tables that changed since a relation was computed, as recorded by triggers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from gendash.engine.clients.postgres import Connection, trusted
from gendash.engine.config.load import Config
from gendash.engine.definitions.local_days import Days, in_calendar
from gendash.engine.definitions.relations import qualified
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Relation
from gendash.engine.store.refresh.write import on_days


class ChangedDays(NamedTuple):
    """By input of a relation, the days that changed since its last refresh; None if unknown.

    ``snapshot`` is the transaction snapshot up to which changes were read, to be recorded with the refresh.
    """

    days: dict[str, set[date | None]] | None
    snapshot: str


def changed_days(connection: Connection, config: Config, relation: Relation, read: Collection[str]) -> ChangedDays:
    """The days that changed in the relations ``read`` since the last refresh of ``relation``.

    They are unknown after a restore on another server, whose transaction ids mean nothing here. All is read in one
    statement, and so in one snapshot.
    """
    changed = qualified(config, "_changed")
    row = connection.execute(
        trusted(
            f"select pg_current_snapshot()::text, known, array(select distinct row(relation, day)::text from {changed} "
            f"where relation = any (%s) and (day = '-infinity' or {in_calendar('day')}) "
            "and not pg_visible_in_snapshot(transaction, known)) "
            f"from (select (select snapshot from {qualified(config, '_refresh')} where relation = %s "
            f"and store = {quote_text(changed)}::regclass::oid) as known) as one"
        ),
        [sorted(read), relation.name],
    ).fetchone()
    assert row
    snapshot, known, noted = row
    if known is None:
        return ChangedDays(None, snapshot)
    days: dict[str, set[date | None]] = {}
    for one in noted:
        name, day = one.strip("()").split(",")
        days.setdefault(name, set()).add(None if day == "-infinity" else date.fromisoformat(day))
    return ChangedDays(days, snapshot)


def note_all(connection: Connection, config: Config, relation: Relation) -> None:
    """Records that any row of the relation may have changed."""
    connection.execute(
        trusted(
            f"insert into {qualified(config, '_changed')} (relation, day, transaction) "
            "values (%s, '-infinity', pg_current_xact_id()) on conflict do nothing"
        ),
        [relation.name],
    )


def forget_changes(connection: Connection, config: Config) -> None:
    """Deletes change records older than two days, which every regularly refreshed relation has consumed."""
    connection.execute(trusted(f"delete from {qualified(config, '_changed')} where at < now() - interval '2 days'"))


def part_of(config: Config, relation: Relation, table: Relation, days: Days) -> str:
    """SQL for the rows of a tracked table on some days; with ``whole:``, for all rows that share those columns."""
    target, condition = qualified(config, table.name), on_days(config, table, days)
    keys = ", ".join(quote_name(name) for name in relation.header.get("whole", ()))
    if keys:
        condition = f"({keys}) in (select {keys} from {target} where {condition})"
    return f"select * from {target} where {condition}"
