"""`gendash init` where codes have no words, people are named by a login, and rows say what both mean."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform.proposing.evidence.comments import words_of_codes
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.proposal import CERTAIN, Proposal, TableSeen
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

# clients are named by their login, staff by their id; the comment of a column explains its codes, others are not explained
DESK = """
create table staff (id int primary key, email text, settings jsonb, created_at timestamptz);
create table clients (id int primary key, login text unique, email text, created_at timestamptz);
create table tickets (id int primary key, client_login text, user_id int references staff, subject text, priority smallint,
  status smallint default 1, closed_at timestamptz, created_at timestamptz);
comment on column tickets.priority is 'Priority of the ticket: 1 = low, 2 = normal; 3 = very high';
create table replies (id int primary key, ticket_id int references tickets, sender_type text, body text, visible_for_customer smallint, created_at timestamptz);
create table documents (id int primary key, title text, status smallint, error_message text, chunk_count int, created_at timestamptz);
insert into staff select n, n || '@example.com', case when n = 1 then '{"role": "admin"}' else '{"role": "member"}' end::jsonb, '2026-03-01' from generate_series(1, 5) n;
insert into clients select n, 'client' || n, n || '@example.org', '2026-03-01' from generate_series(1, 30) n;
insert into tickets select n, 'client' || (1 + n % 30), 1 + n % 5, 's', 1 + n % 3, 1 + n % 4, case when n % 4 = 2 then timestamptz '2026-03-05' end, '2026-03-02' from generate_series(1, 80) n;
insert into replies select n, 1 + n % 80, (array['client', 'agent'])[1 + n % 2], 'b', (n % 10 > 0)::int, '2026-03-03' from generate_series(1, 200) n;
insert into documents select n, 'D', n % 3, case when n % 3 = 2 then 'too large' else '' end, case when n % 3 = 1 then 7 else 0 end, '2026-03-03' from generate_series(1, 60) n;
"""


def proposed(url: str, text: str) -> tuple[psycopg.Connection[Any], Proposal]:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(text.encode())
    return connection, propose(
        read_snapshot(connection, "gendash"), Samples(connection), load_catalog(load_config()).contract
    )


def test_codes_are_read_by_what_a_comment_a_default_or_the_other_columns_of_their_rows_say(database: str) -> None:
    connection, found = proposed(database, DESK)

    def counts(table: str, column: str) -> list[tuple[Any, ...]]:
        text = f"select {column}, count(*) from ({select_text(found.tables[table])}) q group by 1 order by 1"
        return connection.execute(text.encode()).fetchall()

    with connection:
        assert counts("tickets", "priority") == [("low", 26), ("medium", 27), ("urgent", 27)]
        assert counts("tickets", "status") == [("closed", 40), ("in_progress", 20), ("open", 20)]
        assert counts("documents", "status") == [("done", 20), ("failed", 20), ("processing", 20)]
        assert counts("messages", "role") == [("assistant", 100), ("user", 80)]
        assert counts("users", "role") == [("admin", 1), ("user", 34)]
    sure = {
        f"{table}.{line.column}"
        for table, one in found.tables.items()
        for line in one.lines
        if line.confidence >= CERTAIN
    }
    assert "tickets.priority" in sure, "the platform itself says it"
    assert not {"tickets.status", "documents.status", "users.role"} & sure, "a guess"


def test_people_are_named_by_their_login_and_those_who_ask_are_first(database: str) -> None:
    connection, found = proposed(database, DESK)
    with connection:
        named = connection.execute(
            f"select count(*) from ({select_text(found.tables['conversations'])}) c join ({select_text(found.tables['users'])}) u using (user_id)".encode()
        ).fetchone()
    assert named == (80,)
    assert found.tables["users"].source.name == "clients"


RESOURCES = """
create table memory_resources (id text primary key, working text, created_at timestamptz);
create table threads (id text primary key, resource_id text not null, title text, created_at timestamptz);
create table messages (id text primary key, thread_id text not null, role text, content text, created_at timestamptz);
insert into memory_resources select 'r' || n, '', '2026-03-01' from generate_series(1, 9) n;
insert into threads select 't' || n, 'r' || (1 + n % 9), 'T', '2026-03-02' from generate_series(1, 40) n;
insert into messages select 'm' || n, 't' || (1 + n % 40), (array['user', 'assistant'])[1 + n % 2], 'c', '2026-03-03' from generate_series(1, 80) n;
"""


def test_what_conversations_name_where_others_name_a_person_is_proposed_and_asked(database: str) -> None:
    connection, found = proposed(database, RESOURCES)
    connection.close()
    assert found.tables["users"].source.name == "memory_resources"
    assert all(line.confidence < CERTAIN for line in found.tables["users"].lines)
    assert any(asked.startswith("users: are they the rows of memory_resources?") for asked in found.questions)


@pytest.mark.parametrize(
    "comment",
    ["0: open, 1: closed", "Status (0=open; 1=closed)", "open(0), closed(1) or other", "closed = 1, open = 0",
     "0 -> open; 1 -> closed", "'0' = open, '1' = closed", "0 - open, 1 - closed"],
)  # fmt: skip
def test_a_comment_names_codes_in_many_ways(comment: str) -> None:
    one = TableSeen("s", "t", {"status": "integer"}, comments={"status": comment})
    assert words_of_codes(one, "status", [0, 1]) == {"0": "open", "1": "closed"}
    assert words_of_codes(one, "status", [0, 1, 2]) == {}, "a code that it does not name"


@pytest.mark.parametrize(
    "comment", ["from 0 to 1", "0-1", "1-5 stars, 0 none", "see 1", "0: open 1: open(0) closed(1)"]
)
def test_a_comment_that_names_no_codes_or_each_twice_says_nothing(comment: str) -> None:
    assert words_of_codes(TableSeen("s", "t", {}, comments={"status": comment}), "status", [0, 1]) == {}
