"""`gendash init --table`: what a person says of a table is taken, and what follows from it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.given import read_given
from gendash.engine.platform.proposing.proposal import CERTAIN, Proposal
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

CONTRACT = load_catalog(load_config()).contract
# names that say nothing of what they hold, and one that says something else
STRANGE = """
create schema app;
create table app.blorp (id bigserial primary key, email text, created_at timestamptz);
create table app.zint (id bigserial primary key, owner_id bigint references app.blorp (id), title text, created_at timestamptz);
create table app.quux (id bigserial primary key, zint_id bigint not null references app.zint (id), side text, words text, at timestamptz);
create table app.messages (id bigserial primary key, subject text, template text, created_at timestamptz);
create table public.quux (id bigserial primary key, note text);
insert into app.blorp (email, created_at) select n || '@example.org', timestamptz '2026-03-01' from generate_series(1, 9) n;
insert into app.zint (owner_id, title, created_at) select 1 + n % 9, 'T', timestamptz '2026-03-02' from generate_series(1, 20) n;
insert into app.quux (zint_id, side, words, at) select 1 + n % 20, (array['human', 'bot'])[1 + n % 2], 'w',
  timestamptz '2026-03-02' + n * interval '1 minute' from generate_series(1, 100) n;
insert into app.messages (subject, template, created_at) select 'S', 'T', timestamptz '2026-03-01' from generate_series(1, 4);
"""


Rows = Callable[[str], list[tuple[Any, ...]]]
Proposed = Callable[..., tuple[Proposal, Rows]]


@pytest.fixture
def proposed(database: str) -> Iterator[Proposed]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STRANGE.encode())

        def look(*said: str, change: str = "") -> tuple[Proposal, Rows]:
            connection.execute(change.encode())
            tables = read_snapshot(connection, "gendash")
            given, wrong = read_given(said, tables)
            assert wrong == []
            found = propose(tables, Samples(connection), CONTRACT, given)
            texts = {name: select_text(one, found.questions) for name, one in found.tables.items()}
            return found, lambda sql: connection.execute(sql.format(**texts).encode()).fetchall()

        yield look


def test_a_table_that_a_person_names_is_taken_and_what_it_refers_to_is_found(proposed: Proposed) -> None:
    found, rows = proposed("messages=app.quux", "conversations=zint", "users=blorp")
    sources = {name: one.source.name for name, one in found.tables.items()}
    assert sources == {"users": "blorp", "conversations": "zint", "messages": "quux"}
    assert rows("select role, count(*) from ({messages}) q group by 1 order by 1") == [("assistant", 50), ("user", 50)]
    assert rows("select count(distinct user_id) from ({conversations}) q") == [(9,)]
    by = {line.column: line.confidence for line in found.tables["messages"].lines}
    assert by["message_id"] >= CERTAIN
    assert by["conversation_id"] >= CERTAIN
    assert not any(asked.startswith(("messages: are they", "users: are")) for asked in found.questions)


def test_a_table_is_named_as_it_is_stored_where_most_names_begin_alike(proposed: Proposed) -> None:
    renamed = "; ".join(
        f"alter table app.{name} rename to acme_{name}" for name in ("blorp", "zint", "quux", "messages")
    )
    alike = "; ".join(f"create table app.acme_{name} (id int)" for name in ("plan", "bill", "flag", "key"))
    found, rows = proposed("messages=acme_quux", "users=app.acme_blorp", change=f"{renamed}; {alike}")
    assert {name: found.tables[name].source.stored_place[1] for name in ("messages", "users")} == {
        "messages": "acme_quux", "users": "acme_blorp",
    }  # fmt: skip
    assert rows("select count(*) from ({messages}) q") == [(100,)]


def test_what_no_table_holds_is_derived_without_a_question(proposed: Proposed) -> None:
    strangers = "alter table app.zint drop constraint zint_owner_id_fkey; update app.zint set owner_id = owner_id + 70"
    found, rows = proposed("messages=app.quux", "conversations=zint", "users=none", change=strangers)
    assert rows("select count(*), min(user_id), min(created_at)::date::text from ({users}) q") == [
        (9, 71, "2026-03-02")
    ]
    assert not any("users" in asked for asked in found.questions)


@pytest.mark.parametrize(
    ("said", "wrong", "to_do"),
    [
        ("turns=app.quux", "turns=app.quux is not KIND=TABLE", "KIND is one of users, conversations, "),
        ("messages", "messages is not KIND=TABLE", "KIND is one of users, conversations, "),
        ("messages=quux", "messages=quux: several tables have this name", "name one of app.quux, public.quux"),
        ("messages=app.qux", "messages=app.qux: no such table", "name one of app.quux"),
        ("messages=§", "messages=§: no such table", "name one that exists"),
    ],
)
def test_what_cannot_be_meant_is_refused(database: str, said: str, wrong: str, to_do: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STRANGE.encode())
        given, found = read_given([said], read_snapshot(connection, "gendash"))
    assert given == {}
    assert [one for one, _ in found] == [wrong]
    assert to_do in found[0][1]


def test_a_long_expression_takes_several_lines_below_its_evidence_and_reads_the_same(
    proposed: Proposed,
) -> None:
    found, _ = proposed("messages=app.quux", "conversations=zint", "users=blorp")
    text = select_text(found.tables["messages"], found.questions)
    assert max(map(len, text.splitlines())) < 130
    assert "    when 'bot' then 'assistant'\n" in text
    assert text.count("-- question: messages") == sum(asked.startswith("messages") for asked in found.questions)
