"""The demo platform's rows -> its database: tables from platform.sql, rows by COPY, later changes by upsert."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from gendash.demo.timeline import COLUMNS, Platform, Row
from gendash.engine.errors import Unexpected, Unreachable
from gendash.engine.model import Problem

OWNER = "gendash_owner"
_SCHEMA = Path(__file__).with_name("platform.sql")


def create_database(admin_url: str, name: str) -> None:
    """Creates an empty database that speaks UTC."""
    with _session(admin_url) as connection:
        connection.autocommit = True
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def load(url: str, platform: Platform) -> int:
    """Creates the platform's tables and fills them; how many rows there are."""
    with _session(url) as connection, connection.cursor() as cursor:
        cursor.execute(_SCHEMA.read_text("utf-8").encode())
        for table in COLUMNS:
            _copy(cursor, sql.Identifier(table), table, getattr(platform, table))
        cursor.execute("analyze")
    return sum(len(getattr(platform, table)) for table in COLUMNS)


def add_owner(url: str) -> str:
    """Makes the login role that may read the platform's tables, and own a schema beside them; returns its password."""
    password = secrets.token_urlsafe(18)
    role = sql.Identifier(OWNER)
    with _session(url) as connection:
        connection.execute(sql.SQL("create role {} login password {}").format(role, sql.Literal(password)))
        tables = sql.SQL(", ").join(sql.Identifier(table) for table in COLUMNS)
        connection.execute(sql.SQL("grant select on {} to {}").format(tables, role))
        database = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("grant create on database {} to {}").format(database, role))
    return password


def upsert(url: str, changes: Sequence[tuple[str, Row]]) -> None:
    """Writes changed rows, by table and in the order of COLUMNS; the last change of a row stays."""
    with _session(url) as connection, connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            rows = [row for name, row in changes if name == table]
            if columns[0] != "id":
                _copy(cursor, sql.Identifier(table), table, rows)
            elif rows:
                last = {row[0]: row for row in rows}
                temporary = sql.Identifier(f"new_{table}")
                names = sql.SQL(", ").join(map(sql.Identifier, columns))
                create = sql.SQL("create temporary table {} on commit drop as select {} from {} with no data")
                cursor.execute(create.format(temporary, names, sql.Identifier(table)))
                _copy(cursor, temporary, table, last.values())
                cursor.execute(_merge(table, temporary))


def _merge(table: str, temporary: sql.Identifier) -> sql.Composed:
    names = [sql.Identifier(column) for column in COLUMNS[table]]
    changes = [sql.SQL("{0} = excluded.{0}").format(name) for name in names[1:]]
    return sql.SQL("insert into {} ({}) select {} from {} on conflict (id) do update set {}").format(
        sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(names), temporary,
        sql.SQL(", ").join(changes),
    )  # fmt: skip


def _copy(cursor: psycopg.Cursor[Row], target: sql.Identifier, table: str, rows: Iterable[Row]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(column) for column in COLUMNS[table])
    with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(target, names)) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _session(url: str) -> Iterator[psycopg.Connection[Row]]:
    """One transaction in a session that speaks UTC; driver errors become ours."""
    try:
        with psycopg.connect(url, options="-c timezone=UTC", application_name="gendash demo") as connection:
            yield connection
    except psycopg.OperationalError as error:
        text = str(error).strip().splitlines()[-1]
        raise Unreachable(Problem("demo database", text, "is its server still running?")) from None
    except psycopg.Error as error:
        text = str(error).strip().splitlines()[0]
        raise Unexpected(Problem("demo database", text, "this is a bug of the demo: please report it")) from error
