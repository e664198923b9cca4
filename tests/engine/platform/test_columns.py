"""How the platform is looked at: the time limit of a read, and the types of columns that no catalog knows."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from gendash.engine.clients.postgres import local_settings
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.platform.columns import read_columns, read_settings


@pytest.mark.parametrize(("limit", "stops"), [("1s", True), ("5s", False)])
def test_a_read_lasts_as_long_as_the_setting_says(
    database: str, definitions: Callable[..., Catalog], limit: str, stops: bool
) -> None:
    config = definitions(database, f"platform: {{read_timeout: {limit}}}").config
    with psycopg.connect(database, autocommit=True) as connection, connection.transaction():
        local_settings(connection, read_settings(config))
        if stops:
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute("select pg_sleep(1.5)")
        else:
            connection.execute("select pg_sleep(1.5)")


def test_no_setting_makes_a_read_longer_than_a_minute(definitions: Callable[..., Catalog]) -> None:
    assert (
        read_settings(definitions("postgresql://h/d", "platform: {read_timeout: 5m}").config)["statement_timeout"]
        == "60000ms"
    )
    assert read_settings(definitions("postgresql://h/d").config)["statement_timeout"] == "4000ms"


TABLES = """
create domain moment as timestamptz; create domain later as moment; create type word as enum ('a');
create table users (id int, role word, is_active smallint, created_at later, updated_at bigint);
create table conversations (id uuid, user_id text, created_at bigint);
create index on conversations (created_at); create index on users (created_at);
"""
SETTINGS = """
platform:
  columns: {conversations: {metadata: "= json_build_object('intent', {user_id})", user_id: "= no_such({user_id})"}}
"""


def test_types_are_known_of_domains_of_expressions_and_of_numbers_that_are_times(
    database: str, definitions: Callable[..., Catalog]
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())
        seen = read_columns(connection, definitions(database, SETTINGS))
        assert seen.version == connection.info.server_version // 10000
    assert seen.types["users", "created_at"] == "timestamp with time zone", "a domain of a domain"
    assert seen.types["users", "role"] == "word"
    assert seen.types["conversations", "= json_build_object('intent', {user_id})"] == "json"
    assert ("conversations", "= no_such({user_id})") not in seen.types
    assert {("conversations", "created_at"), ("users", "created_at")} <= seen.indexed
