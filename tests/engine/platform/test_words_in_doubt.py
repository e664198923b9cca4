"""`gendash init` is as sure of a word as of what it says, and of a table only if its rows have what such rows have."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, Proposal
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

DESK = """
create table people (id int primary key, email text, role text, created_at timestamptz);
create table chats (id int primary key, person_id int references people, created_at timestamptz);
create table messages (id int primary key, chat_id int references chats, role text, content text, created_at timestamptz);
create table tickets (id int primary key, subject text, person_id int references people, assigned_to int references people,
  status text, priority text, created_at timestamptz, closed_at timestamptz);
insert into people select n, n || '@example.com', (array['admin', 'user'])[1 + (n > 3)::int], '2026-03-01' from generate_series(1, 30) n;
insert into chats select n, 4 + n % 27, '2026-03-02' from generate_series(1, 60) n;
insert into messages select n, 1 + n % 60, (array['user', 'assistant', 'tool'])[1 + n % 3], 'text ' || n, '2026-03-03' from generate_series(1, 300) n;
insert into tickets select n, 's', 4 + n % 27, 1 + n % 3, (array['open', 'in_progress', 'merged', 'zarf', 'closed'])[1 + n % 5],
  (array['low', 'high'])[1 + n % 2], '2026-03-02', case when n % 5 = 4 then timestamptz '2026-03-05' end from generate_series(1, 50) n;
"""


@pytest.fixture
def found(database: str, request: pytest.FixtureRequest) -> Proposal:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(request.param.encode())
        contract = load_catalog(load_config()).contract
        return propose(read_snapshot(connection, "gendash"), Samples(connection), contract)


def line(found: Proposal, table: str, column: str) -> Line:
    return next(each for each in found.tables[table].lines if each.column == column)


@pytest.mark.parametrize("found", [DESK], indirect=True)
def test_a_word_that_is_asked_about_is_a_guess_and_the_others_of_its_column_are_not(found: Proposal) -> None:
    status = line(found, "tickets", "status")
    assert status.confidence >= CERTAIN
    assert status.asked == {"merged", "zarf"}
    text = select_text(found.tables["tickets"], found.questions).splitlines()
    assert [each.strip() for each in text if "read it" in each] == [
        "when 'merged' then 'closed'  -- below 80%: read it"
    ]
    assert [each for each in text if "but below 80%: zarf" in each], "a word without a meaning is named beside the line"
    assert {"tickets.status: what do 'zarf' of tickets.status mean?"} < set(found.questions)


@pytest.mark.parametrize("found", [DESK], indirect=True)
def test_rows_that_may_be_no_messages_make_their_word_a_guess(found: Proposal) -> None:
    role = line(found, "messages", "role")
    assert (role.confidence >= CERTAIN, role.asked) == (True, {"tool"})
    assert any("count whose role is 'tool'" in each for each in found.questions)


@pytest.mark.parametrize("found", [DESK.replace("content text, created_at timestamptz", "content text, at_step int").replace(
    "'text ' || n, '2026-03-03'", "'text ' || n, n")], indirect=True)  # fmt: skip
def test_of_a_table_that_lacks_a_column_that_is_needed_nothing_is_certain(found: Proposal) -> None:
    assert line(found, "messages", "created_at").sql.startswith("null::")
    assert [each.column for each in found.tables["messages"].lines if each.confidence >= CERTAIN] == []


@pytest.mark.parametrize("found", [DESK.replace("'zarf'", "e'zarf\\n; select 1'")], indirect=True)
def test_a_word_with_the_end_of_a_line_stays_within_its_comment(found: Proposal) -> None:
    text = select_text(found.tables["tickets"], found.questions)
    assert "zarf ; select 1" in text
    assert not [each for each in text.splitlines() if each.strip().startswith(";")]


VERSIONS: Any = DESK.replace("create table people (id int primary key,", "create table people (id int primary key, person_no text, is_current boolean,").replace(
    "insert into people select n,", "insert into people select n, 'P' || n / 2, n % 2 = 0,")  # fmt: skip


@pytest.mark.parametrize("found", [VERSIONS], indirect=True)
def test_people_whose_rows_are_versions_are_asked_about_and_so_is_who_they_are_elsewhere(found: Proposal) -> None:
    assert "users: does each row of people count, or only that of one version, by is_current?" in found.questions
    people = [("users", "user_id"), ("conversations", "user_id"), ("tickets", "created_by")]
    assert [full for full in people if line(found, *full).confidence >= CERTAIN] == []


STAR = (
    DESK.replace("table people", "table dim_people").replace("table chats", "table fact_chats")
    .replace("table messages", "table fact_messages").replace("table tickets", "table fact_tickets")
    .replace("into people", "into dim_people").replace("into chats", "into fact_chats").replace("into messages", "into fact_messages")
    .replace("into tickets", "into fact_tickets").replace("references people", "references dim_people")
    .replace("references chats", "references fact_chats").replace("person_id", "person_sk").replace("chat_id", "chat_sk")
    + "create table agg_chat_daily (day date primary key, chats int, messages int);"
    + "insert into agg_chat_daily select date '2026-01-01' + n, n, n from generate_series(1, 90) n;"
)  # fmt: skip


@pytest.mark.parametrize("found", [STAR], indirect=True)
def test_facts_and_dimensions_are_what_they_are_called_after(found: Proposal) -> None:
    stored = {table: one.source.stored_place[1] for table, one in found.tables.items()}
    assert stored["messages"] == "fact_messages"
    assert (stored["conversations"], stored["users"], stored["tickets"]) == ("fact_chats", "dim_people", "fact_tickets")
    assert line(found, "conversations", "user_id").reads == ("person_sk",)


COMPACT = DESK.replace("closed_at timestamptz", "closed_at char(14)").replace(
    "timestamptz '2026-03-05'", "'20260305093000'"
)


@pytest.mark.parametrize("found", [COMPACT], indirect=True)
def test_times_that_are_fourteen_digits_are_read(found: Proposal) -> None:
    assert line(found, "tickets", "closed_at").sql == "to_timestamp(t.closed_at, 'YYYYMMDDHH24MISS')::timestamp"
