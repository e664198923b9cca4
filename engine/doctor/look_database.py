"""Reads from the platform's database which of the tables, columns and rows that the definitions read exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from gendash.engine.clients.postgres import Connection, local_settings, server_line, trusted
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.platform_names import mapped_table, names_in_text, split_column, whole_table
from gendash.engine.definitions.references import resolve_references
from gendash.engine.definitions.relations import qualified
from gendash.engine.definitions.staging_references import counted_part, unreadable_fields
from gendash.engine.definitions.usable_rows import only_usable, required
from gendash.engine.doctor.seen import Look, WordColumn, word_columns
from gendash.engine.languages.sql_text import quote_name, quote_text
from gendash.engine.model import Relation
from gendash.engine.platform.columns import Seen, read_columns, read_settings

NEWEST_PAGES = 8192  # of a large table only the newest 64 MB are read
WORD_LENGTH = 40  # a column that was mapped by mistake may hold whole texts


def platform_look(connection: Connection, catalog: Catalog) -> Look:
    """The contents of the platform's database, read in short transactions; metrics and traces are left unknown."""
    seen = read_columns(connection, catalog)
    stagings = [one for one in catalog.relations.values() if one.kind == "staging"]
    rows: dict[str, bool] = {}
    unknown_words: dict[WordColumn, list[str]] = {}
    unusable: dict[str, dict[str, int]] = {}
    fields: dict[str, str] = {}
    unreadable: dict[str, tuple[str, str]] = {}
    empty: set[str] = set()
    for staging in stagings:
        uses = resolve_references(staging.text, catalog.names, staging, seen.present).uses | names_in_text(staging)
        columns = {split_column(name) for kind, name in uses if kind == "column"}
        if not columns <= seen.readable or not {name for kind, name in uses if kind == "table"} <= seen.tables:
            continue
        canonical = next(iter(staging.header["tables"]))
        table = mapped_table(catalog.config, staging, canonical)
        newest = _newest(catalog, staging, canonical, table, seen)
        text = resolve_references(staging.text, catalog.names, staging, seen.present, newest).text.strip().rstrip(";")
        try:
            found = _any(connection, catalog, f"({only_usable(staging, text)}) as rows")
            if found is not None:
                rows[staging.name] = found
            if (
                found is False
                and _any(connection, catalog, f"{whole_table(catalog.config, staging, canonical)} as given") is False
            ):
                empty.add(table)
            unusable[staging.name] = _unusable(connection, catalog, staging, text)
            wrong = unreadable_fields(catalog.names, staging, seen.present, newest)
            fields[staging.name] = next((named or "" for _, _, named in _rows(connection, catalog, wrong) or ()), "")
            values = ", ".join(f"count({quote_name(name)})" for name in staging.columns)
            _rows(connection, catalog, f"select {values} from (\n{text}\n) given")
            unknown_words |= {
                one: _unknown_words(connection, catalog, staging, one, newest) for one in word_columns(staging)
            }
        except (psycopg.DataError, psycopg.ProgrammingError) as error:
            unreadable[staging.name] = _unreadable(connection, catalog, staging, text), server_line(error)
    row = connection.execute("select current_user").fetchone()
    assert row
    return Look(
        seen.columns,
        seen.readable,
        rows,
        frozenset(empty),
        unknown_words,
        unusable,
        fields,
        unreadable,
        seen.row_secured,
        seen.types,
        role=row[0],
    )


def _unusable(connection: Connection, catalog: Catalog, staging: Relation, text: str) -> dict[str, int]:
    """The number of rows by the first required column that they lack; none where all rows can be used."""
    conditions = required(staging)
    case = " ".join(f"when ({one}) is not true then {quote_text(name)}" for name, one in conditions.items())
    lacks = f"select case {case} end as lacks from (\n{text}\n) given"
    counts = f"select lacks, count(*) from ({lacks}) rows where lacks is not null group by lacks"
    return dict(_rows(connection, catalog, counts) or ()) if conditions else {}


def last_audits(connection: Connection, catalog: Catalog) -> list[tuple[str, str, str, str]]:
    """Name, state, finding and description of the last result of each audit; empty if the store has none."""
    view = qualified(catalog.config, catalog.purpose["audits"])
    row = connection.execute(
        "select coalesce(has_table_privilege(to_regclass(%s), 'select'), false)", [view]
    ).fetchone()
    if not row or not row[0]:
        return []
    query = f"select name, state, coalesce(found || ': ' || sample, sample, ''), doc from {view} order by name"
    return [
        (name, state, line.removeprefix("0: "), doc)
        for name, state, line, doc in connection.execute(trusted(query)).fetchall()
    ]


def _unreadable(connection: Connection, catalog: Catalog, staging: Relation, text: str) -> str:
    """The first unreadable column of a staging query; empty if no single column is to blame."""
    failing = []
    for name in staging.columns:
        try:
            _rows(connection, catalog, f"select count({quote_name(name)}) from (\n{text}\n) given")
        except (psycopg.DataError, psycopg.ProgrammingError):
            failing.append(name)
    return failing[0] if failing and len(failing) < len(staging.columns) else ""


def _newest(catalog: Catalog, staging: Relation, canonical: str, table: str, seen: Seen) -> dict[str, str]:
    """The substitute for a large table: its last pages, which have the newest rows; empty for a small one."""
    pages = seen.pages.get(table) or 0
    if pages <= NEWEST_PAGES:
        return {}
    newest = f"ctid >= '({pages - NEWEST_PAGES},0)'"
    return {f"{staging.name}.{canonical}": counted_part(catalog.names, staging, canonical, seen.present, [newest])}


def _unknown_words(
    connection: Connection, catalog: Catalog, staging: Relation, of: WordColumn, newest: Mapping[str, str]
) -> list[str]:
    """Some values of a column that its vocabulary does not list."""
    table = of.column.partition(".")[0]
    part = newest.get(f"{staging.name}.{table}", f"{{{{ table('{table}') }}}}")
    text = f"select left({{{{ column('{of.column}', 'w') }}}}::text, {WORD_LENGTH}) as word from {part} w "
    text += f"where {{{{ word('{of.column}', '{of.vocabulary}', 'w') }}}} = 'other'"
    query = resolve_references(text, catalog.names, staging).text
    rows = _rows(connection, catalog, f"select distinct word from ({query}) q where word <> '' order by 1 limit 9")
    return [word for (word,) in rows or ()]


def _any(connection: Connection, catalog: Catalog, of: str) -> bool | None:
    """True if there is a row; None if the query was cancelled or the role may not read it."""
    rows = _rows(connection, catalog, f"select exists (select from {of})")
    return bool(rows[0][0]) if rows else None


def _rows(connection: Connection, catalog: Catalog, query: str) -> list[Any] | None:
    try:
        with connection.transaction():
            local_settings(connection, read_settings(catalog.config))
            return connection.execute(trusted(query)).fetchall()
    except (psycopg.errors.QueryCanceled, psycopg.errors.InsufficientPrivilege):
        return None
