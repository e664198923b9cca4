"""`gendash init` on platforms whose tables are named or typed otherwise: the proposal is the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform.proposing.evidence.prefixes import as_stored, without_prefixes
from gendash.engine.platform.proposing.proposal import CERTAIN, Proposal, TableSeen
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

STRANGERS = Path(__file__).with_name("strangers")
OWN = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
TABLES = f"select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and {OWN}"
FLAGS = f"""select n.nspname, c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.atttypid = 'bool'::regtype and {OWN}"""


def proposed(connection: psycopg.Connection[Any]) -> Proposal:
    return propose(read_snapshot(connection, "gendash"), Samples(connection), load_catalog(load_config()).contract)


def lines(found: Proposal, prefix: str = "") -> dict[str, tuple[str, bool]]:
    """By canonical column the SQL without a prefix of tables, and whether it is certain."""
    return {
        f"{table}.{line.column}": (re.sub(f'"?{prefix}', "", line.sql).replace('"', ""), line.confidence >= CERTAIN)
        for table, one in found.tables.items()
        for line in one.lines
    }


@pytest.mark.parametrize("name", ["rio", *(pytest.param(one, marks=pytest.mark.soak) for one in ("dust", "ticketz"))])
def test_a_prefix_of_all_tables_changes_no_line(database: str, name: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((STRANGERS / f"{name}.sql").read_bytes())
        plain = proposed(connection)
        for schema, table in connection.execute(TABLES.encode()).fetchall():
            connection.execute(f'alter table "{schema}"."{table}" rename to "Zorg_{table}"'.encode())
        found = proposed(connection)
    assert lines(found, "Zorg_") == lines(plain)
    assert [re.sub("Zorg_", "", asked) for asked in found.questions] == list(plain.questions)
    assert name != "rio" or any("Zorg_" in asked for asked in found.questions), "the name that the table has"


@pytest.mark.parametrize(
    "name", ["linen", *(pytest.param(one, marks=pytest.mark.soak) for one in ("rio", "surfsense"))]
)
def test_truth_values_that_are_0_and_1_say_the_same_as_booleans(database: str, name: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((STRANGERS / f"{name}.sql").read_bytes())
        plain = lines(proposed(connection))
        for schema, table, column in connection.execute(FLAGS.encode()).fetchall():
            place = f'alter table "{schema}"."{table}" alter column "{column}"'
            connection.execute(f"{place} drop default".encode())
            connection.execute(f'{place} type smallint using "{column}"::int::smallint'.encode())
        found = lines(proposed(connection))
    assert found.keys() == plain.keys()
    assert {name: sure for name, (_, sure) in found.items()} == {name: sure for name, (_, sure) in plain.items()}


def test_only_a_prefix_of_most_tables_of_a_schema_is_taken_off_and_none_where_two_would_be_called_alike() -> None:
    def names(*given: str) -> list[str]:
        return [one.name for one in without_prefixes([TableSeen("s", name, {}) for name in given])]

    assert names("app_users", "app_chats", "app_messages", "app_files") == ["users", "chats", "messages", "files"]
    assert names("BotSource", "BotChat", "BotMessage", "BotUser", "x") == ["Source", "Chat", "Message", "User", "x"]
    assert names("app_users", "app_chats", "messages", "files") == ["app_users", "app_chats", "messages", "files"]
    assert names("app_a", "app_b", "app_c", "app_d", "d")[3:] == ["app_d", "d"]
    tables = without_prefixes([TableSeen("s", f"app_{name}", {}) for name in ("users", "a", "b", "c")])
    assert as_stored(["users: are they the rows of users of s.users?"], tables) == [
        "users: are they the rows of app_users of s.app_users?"
    ]


WORDS = """
create table users (id int primary key, email text, created_at timestamptz);
create table conversations (id int primary key, user_id int references users, created_at timestamptz);
create table messages (id int primary key, conversation_id int references conversations, role text, content text, created_at timestamptz);
create table support_tickets (id int primary key, user_id int references users, subject text, status text, priority text, assigned_to int references users, created_at timestamptz);
insert into users select n, n || '@example.org', '2026-03-01' from generate_series(1, 9) n;
insert into conversations select n, 1 + n % 9, '2026-03-02' from generate_series(1, 20) n;
insert into messages select n, 1 + n % 20, (array['user', 'assistant'])[1 + n % 2], 't', '2026-03-03' from generate_series(1, 100) n;
insert into support_tickets select n, 1 + n % 9, 's', (array['open', 'in_progress', 'done'])[1 + n % 3], 'high', 1 + n % 3, '2026-03-02' from generate_series(1, 60) n;
"""


def test_a_word_that_platforms_use_for_several_states_is_asked(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(WORDS.encode())
        found = proposed(connection)
        connection.execute("update support_tickets set status = 'closed' where status = 'done'")
        plain = proposed(connection)
    (status,) = (line for line in found.tables["tickets"].lines if line.column == "status")
    assert status.asked == {"done"}, "it may be resolved, or closed"
    assert any("is 'done' read right" in asked for asked in found.questions)
    assert lines(plain)["tickets.status"][1]
