from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from gendash.demo import load
from gendash.demo import platform as demo
from gendash.demo.timeline import COLUMNS, Platform
from gendash.engine.errors import Unexpected, Unreachable


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table))).fetchone()
    assert row
    return int(row[0])


def test_the_database_holds_every_row(database: str, small: Platform) -> None:
    assert load.load(database, small) == sum(len(getattr(small, table)) for table in COLUMNS)
    assert {table: count(database, table) for table in COLUMNS} == {t: len(getattr(small, t)) for t in COLUMNS}


def test_rows_that_come_later_are_added_and_those_that_change_are_replaced(database: str, small: Platform) -> None:
    world = demo.start(13, small.now, 0.05)
    load.load(database, world.platform)
    before = {table: {row[0]: row for row in getattr(world.platform, table)} for table in COLUMNS}
    changes = [change[1:] for change in world.platform.advance(small.now + timedelta(hours=8))]
    rows = [(table, row) for table, row in changes if table in COLUMNS]
    load.upsert(database, rows)
    for table in ("conversations", "messages", "tickets", "documents"):
        for name, row in rows:
            if name == table:
                before[table][row[0]] = row
        assert count(database, table) == len(before[table]), table
    with psycopg.connect(database, options="-c timezone=UTC") as connection:
        stored = connection.execute("select id::text, status, updated_at from tickets order by id").fetchall()
    status, updated = COLUMNS["tickets"].index("status"), COLUMNS["tickets"].index("updated_at")
    assert stored == sorted((row[0], row[status], row[updated]) for row in before["tickets"].values())


def test_the_owner_reads_the_platform_and_changes_nothing_of_it(database: str, small: Platform) -> None:
    load.load(database, small)
    password = load.add_owner(database)
    with psycopg.connect(database, user=load.OWNER, password=password) as connection:
        assert connection.execute("select count(*) > 0 from messages").fetchone() == (True,)
        connection.execute("create schema own")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from messages")


def test_a_database_that_is_not_there_is_one_line_without_the_password() -> None:
    with pytest.raises(Unreachable) as caught:
        load.create_database("postgresql://postgres:secretword@127.0.0.1:1/postgres", "x")
    assert str(caught.value).startswith("demo database: ")
    assert "secretword" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_schema_that_is_there_already_is_one_line(platform: str, small: Platform) -> None:
    with pytest.raises(Unexpected, match=r"demo database: .* already exists"):
        load.load(platform, small)
