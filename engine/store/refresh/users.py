"""Removes deleted users from all relations, in the transaction that removes them from the list of users."""

from __future__ import annotations

from datetime import date

from gendash.engine.clients.postgres import Connection, trusted
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.local_days import Days
from gendash.engine.definitions.relations import day_of, key_of, qualified, user_columns
from gendash.engine.languages.sql_text import quote_name
from gendash.engine.model import Relation
from gendash.engine.store.refresh.write import keep_count, on_days

FORMER = "_former_user"


def is_accounts(relation: Relation) -> bool:
    """True for the list of the platform's users, by the ``purpose:`` of its header."""
    return bool(relation.header.get("purpose") == "accounts")


def _accounts(catalog: Catalog) -> str:
    """The qualified SQL name of the list of users."""
    return qualified(catalog.config, catalog.purpose["accounts"])


def former_users(connection: Connection, catalog: Catalog, relation: Relation, *, drop: bool) -> list[date]:
    """The days of rows in ``gendash_rows`` that name a former user; ``drop`` also removes the user from them.

    These days must be read again later, since the user may be back in the list by then.
    """
    config, accounts = catalog.config, _accounts(catalog)
    former = qualified(config, FORMER)
    if not connection.execute(trusted(f"select true from {former} limit 1")).fetchone():
        return []
    days: set[date] = set()
    day = day_of(config, relation)
    for name in user_columns(relation):
        # a subquery per user, since a join would compare a few rows with the whole list
        condition = (
            f"{quote_name(name)} in (select one from "
            f"(select distinct {quote_name(name)} as one from gendash_rows) as every where one is not null "
            f"and (select true from {accounts} as users where users.user_id = one) is null "
            f"and {qualified(config, 'user_hash')}(one) in (select user_hash from {former}))"
        )
        if drop:
            statement = f"{_without_users(relation, name, 'gendash_rows', condition)} returning {day}"
        else:
            statement = f"select distinct {day} from gendash_rows as target where {condition}"
        days |= {found for (found,) in connection.execute(trusted(statement)) if found}
    return sorted(days)


def forget_users(connection: Connection, catalog: Catalog, days: Days | None) -> None:
    """Removes users who are in the list of users, but no longer in ``gendash_rows``, from all other relations."""
    config, users = catalog.config, catalog.relations[catalog.purpose["accounts"]]
    gone = [
        user
        for (user,) in connection.execute(
            trusted(
                f"select user_id from {qualified(config, users.name)} where {on_days(config, users, days)} "
                "except select user_id from gendash_rows"
            )
        )
    ]
    _remove(connection, catalog, gone)


def forget_uncounted_users(connection: Connection, catalog: Catalog, ids: list[str]) -> None:
    """Removes users whose rows in the list do not count (``platform.rows``) from all relations, each user once."""
    config, accounts = catalog.config, _accounts(catalog)
    found = connection.execute(
        trusted(
            "select distinct one from unnest(%s::text[]) as one "
            f"where (select true from {accounts} as users where users.user_id = one) is null "
            f"and {qualified(config, 'user_hash')}(one) not in (select user_hash from {qualified(config, FORMER)})"
        ),
        [ids],
    ).fetchall()
    _remove(connection, catalog, [one for (one,) in found])


def restore_users(connection: Connection, catalog: Catalog) -> None:
    """Deletes users who are in the list again from the former users."""
    config, accounts = catalog.config, _accounts(catalog)
    connection.execute(
        trusted(
            f"delete from {qualified(config, FORMER)} as former using {accounts} as users "
            "where users.user_hash = former.user_hash"
        )
    )


def _remove(connection: Connection, catalog: Catalog, gone: list[str]) -> None:
    """Records former users and removes them from all relations except the list of users itself."""
    config = catalog.config
    if not gone:
        return
    connection.execute(
        trusted(
            f"insert into {qualified(config, FORMER)} (user_hash, noted_at) "
            f"select {qualified(config, 'user_hash')}(one), {qualified(config, 'clock')}() "
            "from unnest(%s::text[]) as one on conflict do nothing"
        ),
        [gone],
    )
    for relation in catalog.relations.values():
        if relation.kind != "rollup":
            continue
        taken, days_of_rows = 0, set()
        day = day_of(config, relation)
        for name in user_columns(relation):
            statement = _without_users(
                relation, name, qualified(config, relation.name), f"target.{quote_name(name)} = any (%s)"
            )
            found = connection.execute(trusted(f"{statement} returning {day}"), [gone]).fetchall()
            days_of_rows |= {one for (one,) in found if one}
            taken += len(found) if statement.startswith("delete") else 0
        connection.execute(
            trusted(
                f"update {qualified(config, '_signature')} set rows = null, signature = null "
                "where relation = %s and day = any (%s)"
            ),
            [relation.name, list(days_of_rows)],
        )
        keep_count(connection, config, relation, -taken)


def _without_users(relation: Relation, name: str, target: str, condition: str) -> str:
    column = relation.columns[name]
    if column["of_user"] == "row" or name in key_of(relation) or not column.get("null"):
        return f"delete from {target} as target where {condition}"
    return (
        f"update {target} as target set {quote_name(name)} = null where {quote_name(name)} is not null and {condition}"
    )
