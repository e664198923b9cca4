"""`gendash init` where a column's meaning is in its words, in JSON, or in a table of what a row belongs to."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.proposal import CERTAIN
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

Texts = dict[str, str]
# a board has an owner and editors; who is invited is nobody's role; drafts of messages are kept; a verdict rates a message
BOARDS = """
create table accounts (id int primary key, email text, created_at timestamptz);
create table boards (id int primary key, title text, created_at timestamptz);
create table board_invites (board_id int references boards, inviter_id int references accounts, role text, created_at timestamptz);
create table board_people (board_id int references boards, account_id int references accounts, role text, created_at timestamptz);
create table chats (id int primary key, board_id int references boards, title text, created_at timestamptz);
create table chat_messages (id int primary key, chat_id int references chats, role text, content text, status text, verdict text,
  verdict_note text, verdict_at timestamptz, created_at timestamptz, updated_at timestamptz);
create table documents (id int primary key, account_id int references accounts, title text, state json, created_at timestamptz);
create table document_files (id int primary key, document_id int references documents, file_name text, mime_type text, bytes bigint);
create table chunks (id int primary key, document_id int references documents, content text);
create table tickets (id int primary key, account_id int references accounts, title text, status text, priority text, created_at timestamptz);
create table ticket_events (id int primary key, ticket_id int references tickets, data jsonb, created_at timestamptz);
insert into accounts select n, n || '@example.org', '2026-03-01' from generate_series(1, 9) n;
insert into boards select n, 'B', '2026-03-02' from generate_series(1, 10) n;
insert into board_invites select n, 1 + n % 9, 'admin', '2026-03-02' from generate_series(1, 10) n;
insert into board_people select n, 1 + n % 9, 'editor', '2026-03-02' from generate_series(1, 10) n;
insert into board_people select n, 1 + (n + 4) % 9, 'owner', '2026-03-03' from generate_series(1, 10) n;
insert into chats select n, 1 + n % 10, 'C', '2026-03-04' from generate_series(1, 20) n;
insert into chat_messages select n, 1 + n % 20, (array['user', 'assistant', 'staff'])[1 + n % 3], 'c', case when n % 10 = 1 then 'draft' when n % 3 > 0 then 'sent' end,
  case when n % 3 = 1 and n % 4 > 0 then (array['thumbs-up', 'thumbs-down'])[1 + n % 2] end, case when n % 3 = 1 then 'x' end,
  case when n % 3 = 1 then timestamptz '2026-03-06' end, '2026-03-05', '2026-03-09' from generate_series(1, 120) n;
insert into documents select n, 1 + n % 9, 'D', (case n % 4 when 0 then '{"phase": {"status": "failed", "reason": "too large"}}' when 1 then '{"phase": {"status": "queued"}}'
  else '{"phase": {"status": "indexed"}}' end)::json, '2026-03-05' from generate_series(1, 40) n;
insert into document_files select n, n, 'a b.' || (array['pdf', 'docx'])[1 + n % 2], 'application/octet-stream', 1000 + n from generate_series(1, 30) n;
insert into chunks select n, 1 + n % 40, 'c' from generate_series(1, 90) n;
insert into tickets select n, 1 + n % 9, 'T', (array['open', 'closed'])[1 + n % 2], 'low', '2026-03-05' from generate_series(1, 30) n;
insert into ticket_events select n, 1 + n % 30, (case n % 3 when 0 then '{"status": "closed"}' when 1 then '{"status": "open"}' else '{"assignee": 1}' end)::jsonb,
  '2026-03-06' from generate_series(1, 60) n;
"""


@pytest.fixture(scope="module")
def contract() -> dict[str, set[str]]:
    return {table: set(columns) for table, columns in load_catalog(load_config()).contract.items()}


@pytest.fixture
def boards(
    database: str, contract: dict[str, set[str]]
) -> Iterator[tuple[psycopg.Connection[tuple[object, ...]], Texts, Texts]]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(BOARDS.encode())
        found = propose(read_snapshot(connection, "gendash"), Samples(connection), contract)
        sure = {
            f"{name}.{line.column}": line.evidence
            for name, one in found.tables.items()
            for line in one.lines
            if line.confidence >= CERTAIN
        }
        yield connection, {name: select_text(one) for name, one in found.tables.items()}, sure


def test_words_json_and_owners_give_the_right_rows_and_what_is_a_guess_is_not_called_certain(
    boards: tuple[psycopg.Connection[tuple[object, ...]], Texts, Texts],
) -> None:
    connection, texts, sure = boards

    def rows(table: str, columns: str) -> list[tuple[object, ...]]:
        return connection.execute(f"select {columns} from ({texts[table]}) q group by 1 order by 1".encode()).fetchall()

    plain = "select 1 + (c.board_id + 4) % 9, count(*) from chats c group by 1 order by 1"
    assert rows("conversations", "user_id, count(*)") == connection.execute(plain).fetchall(), "owners, not editors"
    unsent = "from chat_messages where status is distinct from 'draft'"
    sides = f"select case role when 'user' then 'user' else 'assistant' end, count(*) {unsent} group by 1 order by 1"
    assert rows("messages", "role, count(*)") == connection.execute(sides.encode()).fetchall(), "staff answer"
    rated = f"select case verdict when 'thumbs-up' then 5 else 1 end, count(*), min(verdict_note), min(verdict_at) {unsent} and verdict <> '' group by 1 order by 1"
    assert (
        rows("feedback", "rating, count(*), min(comment), min(created_at)")
        == connection.execute(rated.encode()).fetchall()
    )
    assert rows("documents", "status, count(*), sum(file_size)") == [
        ("done", 20, 15233),
        ("failed", 10, 7112),
        ("processing", 10, 8120),
    ]
    assert rows("documents", "failure_reason, count(*)") == [("too large", 10), (None, 30)]
    assert rows("documents", "file_type, count(*)") == [("docx", 15), ("pdf", 15), (None, 10)]
    assert rows("ticket_moves", "to_status, count(*)") == [("closed", 20), ("open", 20)]
    assert "board_invites" not in texts["users"], "an invitation's role is not that of who invites"
    guesses = {
        "conversations.user_id",
        "feedback.rating",
        "documents.file_size",
        "documents.status",
        "ticket_moves.to_status",
    }
    assert not guesses & sure.keys()


# those who write are clients, whom only their address names; members are the staff
MAILBOX = """
create table members (id uuid primary key, email text, created_at timestamptz);
create table desk_clients (id int primary key, email text, name text, created_at timestamptz);
create table conversations (id int primary key, sent_from_email text, subject text, created_at timestamptz);
create table messages (id int primary key, conversation_id int references conversations, role text, body text, created_at timestamptz);
insert into members select md5(n::text)::uuid, n || '@example.com', '2026-03-01' from generate_series(1, 5) n;
insert into desk_clients select n, n || '@Example.org', 'C', '2026-03-01' from generate_series(1, 9) n;
insert into conversations select n, case when n % 4 > 0 then 1 + n % 9 || '@Example.org' end, 'S', '2026-03-02' from generate_series(1, 40) n;
insert into messages select n, 1 + n % 40, (array['user', 'assistant'])[1 + n % 2], 'b', '2026-03-03' from generate_series(1, 80) n;
"""


def test_people_whom_only_an_address_names_are_found_by_it_and_asked_about(
    database: str, contract: dict[str, set[str]]
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(MAILBOX.encode())
        found = propose(read_snapshot(connection, "gendash"), Samples(connection), contract)
        text = select_text(found.tables["conversations"])
        named = connection.execute(
            f"select count(user_id), min(user_id), max(user_id) from ({text}) q".encode()
        ).fetchone()
    assert found.tables["users"].source.name == "desk_clients"
    assert named == (30, 1, 9)
    assert all(line.confidence < CERTAIN for line in found.tables["users"].lines)
    assert any("sent_from_email" in asked and "public.members" in asked for asked in found.questions)
