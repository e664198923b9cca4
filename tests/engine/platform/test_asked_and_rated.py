"""What rows say against a plain reading: flags that nobody set, staff beside those who ask, ratings of deleted messages."""

from __future__ import annotations

from typing import Any

import psycopg

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.proposal import CERTAIN, Proposal
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

CONTRACT = load_catalog(load_config()).contract
DESK = """
create table customers (id bigserial primary key, email text, is_admin boolean not null default false, created_at timestamptz);
create table chats (id bigserial primary key, customer_id bigint references customers (id), title text, created_at timestamptz);
create table chat_messages (id bigserial primary key, chat_id bigint not null references chats (id), speaker text, content text,
  {rated} deleted_at timestamptz, created_at timestamptz);
insert into customers (email, created_at) select n || '@example.org', timestamptz '2026-03-01' from generate_series(1, 9) n;
insert into chats (customer_id, created_at) select 1 + n % 9, timestamptz '2026-03-02' from generate_series(1, 20) n;
insert into chat_messages (chat_id, speaker, content, deleted_at, created_at)
  select 1 + n % 20, (array['customer', 'bot', 'employee'])[1 + n / 20 % 3], 'w', case when n % 25 = 0 then now() end,
  timestamptz '2026-03-02' + n * interval '1 minute' from generate_series(0, 119) n;
"""
RATINGS = """
create table feedback (id bigserial primary key, message_id bigint not null references chat_messages (id), rating text, created_at timestamptz);
insert into feedback (message_id, rating, created_at) select n, 'up', timestamptz '2026-03-05' from generate_series(21, 80) n where n / 20 % 3 > 0;
"""


def looked_at(connection: psycopg.Connection[Any]) -> tuple[Proposal, dict[str, str]]:
    found = propose(read_snapshot(connection, "gendash"), Samples(connection), CONTRACT)
    return found, {name: select_text(one) for name, one in found.tables.items()}


def test_employees_answer_where_customers_ask_and_a_flag_that_nobody_has_is_no_evidence(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(DESK.format(rated="").encode())
        found, texts = looked_at(connection)
        roles = connection.execute(f"select role, count(*) from ({texts['messages']}) q group by 1 order by 1".encode())
        assert roles.fetchall() == [("assistant", 77), ("user", 38)]
    assert any(asked.startswith("messages.role: what do 'employee'") for asked in found.questions)
    sure = {line.column: line.confidence for line in found.tables["users"].lines}
    assert sure["role"] < CERTAIN
    assert sure["created_at"] >= CERTAIN


def test_ratings_of_deleted_messages_are_left_out(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((DESK.format(rated="") + RATINGS).encode())
        _, texts = looked_at(connection)
        counts = "select (select count(*) from ({feedback}) f), (select count(*) from ({feedback}) f join ({messages}) m using (message_id))"
        given, known = connection.execute(counts.format(**texts).encode()).fetchone() or (0, 0)
        plain = connection.execute(
            "select count(*) from feedback f join chat_messages m on m.id = f.message_id where m.deleted_at is null"
        ).fetchone()
    assert (given,) == (known,) == plain


def test_a_flag_that_each_message_has_is_a_rating_only_where_it_is_set(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        flags = "helpful int not null default 0, unhelpful int not null default 0,"
        connection.execute(DESK.format(rated=flags).encode())
        connection.execute("update chat_messages set helpful = 1 where id between 21 and 30")
        connection.execute("update chat_messages set unhelpful = 1 where id between 31 and 34")
        _, texts = looked_at(connection)
        rated = connection.execute(
            f"select rating, count(*) from ({texts['feedback']}) q group by 1 order by 1".encode()
        ).fetchall()
        plain = connection.execute(
            "select 5 - 4 * unhelpful, count(*) from chat_messages where helpful + unhelpful = 1 and deleted_at is null group by 1 order by 1"
        ).fetchall()
    assert rated == plain
