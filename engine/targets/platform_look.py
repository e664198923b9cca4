"""What the platform's database holds of what the definitions read: tables, columns, and whether there are rows."""

from __future__ import annotations

import psycopg

from gendash.engine.catalog import Catalog
from gendash.engine.doctor import Look
from gendash.engine.model import Relation
from gendash.engine.refs import expand, quote_name
from gendash.engine.targets.postgres import Connection, local_settings, trusted
from gendash.engine.targets.postgres_source import READ_SETTINGS, Seen, look

NEWEST_PAGES = 8192  # of a large table the newest 64 MB are looked at


def platform_look(connection: Connection, catalog: Catalog) -> Look:
    """What the source has, seen in short transactions; metrics and traces are left open."""
    seen = look(connection, catalog.config)
    stagings = [one for one in catalog.relations.values() if one.kind == "staging"]
    rows: dict[str, bool] = {}
    empty: set[str] = set()
    for staging in stagings:
        uses = expand(staging.text, catalog.names, staging, seen.columns).uses
        columns = {tuple(name.split(".", 1)) for kind, name in uses if kind == "column"}
        if not columns <= seen.readable or not {name for kind, name in uses if kind == "table"} <= seen.tables:
            continue
        own = next(iter(staging.header["tables"]))
        table = catalog.config.get(f"platform.tables.{own}") or staging.header["tables"][own]
        newest = _newest(catalog, staging, own, table, seen)
        text = expand(staging.text, catalog.names, staging, seen.columns, newest).text.strip().rstrip(";")
        found = _any(connection, f"({text}) as rows")
        if found is not None:
            rows[staging.name] = found
        if found is False and _any(connection, _qualified(catalog, table)) is False:
            empty.add(table)
    row = connection.execute("select current_user").fetchone()
    assert row
    return Look(seen.columns, seen.readable, rows, frozenset(empty), role=row[0])


def _newest(catalog: Catalog, staging: Relation, own: str, table: str, seen: Seen) -> dict[str, str]:
    """In place of a large table its last pages, where the newest rows are."""
    pages = seen.pages.get(table) or 0
    if pages <= NEWEST_PAGES:
        return {}
    names = ", ".join(quote_name(column) for one, column in sorted(seen.readable) if one == table)
    part = f"(select {names} from {_qualified(catalog, table)} where ctid >= '({pages - NEWEST_PAGES},0)')"
    return {f"{staging.name}.{own}": part}


def _qualified(catalog: Catalog, table: str) -> str:
    return f"{quote_name(catalog.config['platform.schema'])}.{quote_name(table)}"


def _any(connection: Connection, of: str) -> bool | None:
    """Whether there is a row; None where that cannot be told, in time or at all."""
    try:
        with connection.transaction():
            local_settings(connection, READ_SETTINGS)
            row = connection.execute(trusted(f"select exists (select from {of})")).fetchone()
    except (psycopg.errors.QueryCanceled, psycopg.errors.InsufficientPrivilege, psycopg.DataError):
        return None
    return bool(row and row[0])
