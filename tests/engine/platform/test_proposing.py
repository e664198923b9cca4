"""`gendash init` on schemas that its lists of names were not made from, against adapters that were written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from gendash.engine.config.load import load_config
from gendash.engine.definitions.adapters import adapter_table
from gendash.engine.definitions.canonical import Adapter
from gendash.engine.definitions.load import load_catalog
from gendash.engine.model import AdapterTable
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.names import WORDS, joined_words, meaning, rank, words_of
from gendash.engine.platform.proposing.proposal import CERTAIN, Line, Proposal
from gendash.engine.platform.proposing.propose import QUESTIONS, propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

PROVISIONING = Path(__file__).parents[3] / "provisioning"
STRANGERS = Path(__file__).with_name("strangers")
CONFIG = load_config("platform: {adapter: x}")
SEEN = Path(__file__).parents[2] / "sql" / "platforms"
# platforms that were seen after the names were listed; their adapters were written upon what init had proposed
LEAST = {
    "humana": (0.9, 0.4),  # who answers is a class of posts, and words of states are its own
    "marlow": (0.7, 0.4),  # messages belong to runs of tasks: which is the conversation is asked
    "mercurio": (0.8, 0.55),  # citizens are named by their address, and words of states are phrases
    "voltaire": (0.9, 0.5),  # two tables of people are asked, and rows that were made to try
    "growline": (0.4, 0.0),  # turns and their marks are a list in JSON: all of it is asked
    "sim_studio": (0.75, 0.7),  # its ratings name a conversation and no message: nothing is proposed, and it is asked
    "adk": (0.9, 0.45),  # events hold messages among others, in JSON; nobody has a table: all of it is asked
    "chaindesk": (0.8, 0.4),  # visitors, contacts and staff write in one table: who of them asks is asked
    "flowise": (0.75, 0.35),  # documents are JSON kept as text, nothing names its people
    "pandawiki": (0.7, 0.3),  # documents are nodes, people are named in JSON: which rows are both is asked
    "archi": (0.9, 0.5),  # people are those whom conversations name, and one word of the assistant's is asked
    "botpress": (0.95, 0.65),
    "casibase": (0.75, 0.45),  # who likes an answer is in lists, and nothing but names says what an author is
    "dialoqbase": (
        0.65,
        0.25,
    ),  # a table of questions and answers for each channel, and chats of a playground: it is asked
    "maxkb": (0.75, 0.6),  # codes for votes and states are asked
    "peppermint": (0.9, 0.5),  # two tables of people are asked, and who wrote a comment
    "ragflow": (0.8, 0.35),  # messages are JSON kept as text, documents and files are asked
    "appflowy": (0.9, 0.3),  # codes in JSON say who wrote, and nothing names its people: all of both is asked
    "evolution": (
        0.05,
        0.0,
    ),  # a gateway: conversation and side are in the JSON of a message's key; only its chats are found
    "django_helpdesk": (0.75, 0.45),  # statuses and priorities are codes
    "tambo": (
        0.7,
        0.7,
    ),  # those who talk are a text of conversations, and the table of people is that of its developers
    "ticketz": (0.8, 0.25),  # two tables of people and a chat of the staff; pending is a first state: it is asked
    "helper": (0.8, 0.5),  # customers are found by their address, staff by the values of a column: both are asked about
    "onlook": (0.9, 0.55),  # conversations belong to projects: their owners are proposed, and it is asked
    "open_chat_studio": (0.75, 0.3),  # ratings are tags of anything; which rows are documents is asked
    "freescout": (0.8, 0.4),  # kinds, states and statuses are codes, of which the time of the end gives one
    "otto": (0.9, 0.5),  # reports about the platform are proposed as tickets by their words, and it is asked
    "eneo": (0.8, 0.5),  # conversations are rated, accounts have a state beside a flag: both are asked
    "rasa": (0.5, 0.0),  # messages are among other events: all of it is asked
    "patchbay": (0.85, 0.35),  # a schema for each tenant, and one for all: ids of all tenants are asked
    "carepath": (0.9, 0.45),  # two tables of people, and tickets of another name: both are asked
    "wattson": (0.6, 0.5),  # a star schema: people are versions, which is asked, and an unknown one is a row
    "ardoise": (0.9, 0.25),  # states are a history, two tables of people and a survey from 0 to 10: all is asked
    "nextcloud_assistant": (
        0.7,
        0.7,
    ),  # who is an administrator, and since when people are there, is in groups and settings
    "hawki": (0.95, 0.2),  # rooms of people and chats with a model have messages each: all of both is asked
}
LATER = {
    "anythingllm": (0.75, 0.6), "chainlit": (0.9, 0.55), "khoj": (0.75, 0.35), "papercups": (0.8, 0.55), "quivr": (0.9, 0.75),
}  # fmt: skip
NAMES = sorted(path.stem for path in STRANGERS.glob("*.sql"))
# of kinds that others are of, too
ALIKE = {
    "affine",
    "eshop_support",
    "flowise",
    "lightning",
    "suna",
    "weknora",
    "auxilia",
    "growline",
    "hirewell",
    "lexbrief",
    "lumen",
    "museguide",
    "servicehub",
    "tandem",
    "triage_desk",
    "agentic_book",
    "sec_insights",
    "ai_assistant",
    "autogpt",
    "bionic",
    "chatbot_ui",
    "company_buddy",
    "core_memory",
    "dialoqbase",
    "hexabot",
    "hostedgpt",
    "maybe",
    "morphic",
    "open_assistant",
    "open_contracts",
    "openassistantgpt",
    "portal_chat",
    "redbox",
    "scira",
    "superagi",
    "thesis_chat",
    "trieve",
    "zep",
    "zola",
}
CONTRACT = load_catalog(load_config()).contract


Load = Callable[..., tuple[psycopg.Connection[Any], Proposal]]


@dataclass
class Measured:
    """What of an adapter written by hand was proposed: right, right and certain, and wrong although certain."""

    items: int = 0
    right: int = 0
    certain: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, what: str, is_right: bool, confidence: float) -> None:
        self.items += 1
        self.right += is_right
        self.certain += is_right and confidence >= CERTAIN
        if not is_right and confidence >= CERTAIN:
            self.wrong.append(what)


def parsed(table: str, text: str) -> AdapterTable:
    found = adapter_table(CONFIG, Adapter("x"), table, table, text)
    assert not found.faults, found.faults
    return found


def by_hand(name: str, folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted((folder / name).glob("*.sql"))}


@pytest.fixture
def stranger(database: str) -> Iterator[Load]:
    with psycopg.connect(database, autocommit=True) as connection:

        def load(name: str, folder: Path = STRANGERS) -> tuple[psycopg.Connection[Any], Proposal]:
            connection.execute((folder / f"{name}.sql").read_bytes())
            tables = read_snapshot(connection, "gendash")
            return connection, propose(tables, Samples(connection), CONTRACT)

        yield load


def values(connection: psycopg.Connection[Any], text: str, id_: str, column: str) -> dict[str, Any]:
    """The values of a column by the row's id, words as gendash's own vocabularies take them."""
    rows = connection.execute(f"select ({id_})::text, ({column})::text from ({text}) q".encode()).fetchall()
    # where two tables of people are united, the id begins with the name of one, which is a matter of taste
    read = moment if column.endswith("_at") else side if column == "role" and "message_id" in id_ else word
    # and so is what stands between the columns of a key
    found = [(re.sub("[-/|:]", ":", re.sub("^[A-Za-z_]+:", "", key)), read(value)) for key, value in rows]
    alike = groupby(sorted(found, key=repr), key=itemgetter(0))  # an id may be one of each table
    return {f"{key} {n}": value for key, rows in alike for n, (_, value) in enumerate(rows)}


def word(value: str | None) -> str | None:
    return {"human": "user", "ai": "assistant"}.get(value.lower(), value.lower()) if value else value


def side(value: str | None) -> str | None:
    """Who wrote a message: a word that is neither side's is another, whatever it is."""
    found = word(value)
    return found if found in (None, "user", "assistant", "system") else "other"


def moment(value: str | None) -> str | None:
    """A time as staging reads it, whatever its form: milliseconds since 1970 and a timestamp may be the same."""
    if value and re.fullmatch(r"\d{10}|\d{13}", value):
        value = str(datetime.fromtimestamp(int(value) / 10 ** (len(value) - 10), UTC).replace(tzinfo=None))
    return value and re.sub(r"[+]00(:00)?$|[.]0+$", "", value.replace("T", " "))


def same_values(connection: psycopg.Connection[Any], text: str, other: str, id_: str, line: Line) -> bool:
    """True if another way to a column, such as a join in place of a subquery, gives each row the same.

    Words that are asked about are compared as items of their own, and so are the rows that count.
    """
    ours, theirs = (values(connection, one, id_, line.column) for one in (text, other))
    if ours == theirs:
        return len(set(ours.values())) > 1
    both = [key for key in ours if key in theirs]
    told = [key for key in both if not {ours[key], theirs[key]} & meant(line)]
    same = 2 * len(both) > len(ours) and all(ours[key] == theirs[key] for key in told)
    return same and len({ours[key] for key in told}) > 1


def meant(line: Line) -> set[str | None]:
    """What the words of a line mean about which a person is asked."""
    found = {line.words.get(each, each) for each in line.asked}
    return {*found, *({"other"} if found else ())}


def measure(connection: psycopg.Connection[Any], name: str, found: Proposal, folder: Path = STRANGERS) -> Measured:
    total = Measured()
    hand = by_hand(name, folder)
    for table, text in hand.items():
        own = parsed(table, text)
        proposed = found.tables.get(table)
        if proposed is None:
            for column in own.outputs:
                total.add(f"{table}.{column}", False, 0.0)
            continue
        id_ = next(iter(own.outputs))
        theirs, lines = parsed(table, select_text(proposed)), {line.column: line for line in proposed.lines}
        for column, behind in own.outputs.items():
            line = lines.get(column)
            same = theirs.outputs.get(column) == behind or (
                line is not None and same_values(connection, text, select_text(proposed), id_, line)
            )
            decided = (
                line is None or line.confidence > 0 or not line.sql.startswith("null::")
            )  # else a person writes it
            total.add(f"{table}.{column}", same and decided, line.confidence if line else 0.0)
        for column in lines.keys() - own.outputs.keys():
            if lines[column].confidence >= CERTAIN:
                total.wrong.append(f"{table}.{column}, which is not in the adapter by hand")
        for column in (one for one in own.outputs if f"{table}.{one}" in WORDS and own.outputs[one] and one in lines):
            ours, other = (values(connection, one, id_, column) for one in (text, select_text(proposed)))
            for word in sorted(set(ours.values()), key=repr):
                same = all(other.get(key) == value for key, value in ours.items() if value == word)
                line = lines[column]
                sure = 0.0 if meant(line) & {word, *(other.get(key) for key, of in ours.items() if of == word)} else 1.0
                total.add(f"{table}.{column}: {word}", same, min(sure, line.confidence))
        if proposed.conditions or "\nwhere " in text:
            same = set(values(connection, text, id_, id_)) == set(values(connection, select_text(proposed), id_, id_))
            total.add(f"rows of {table}", same, min((sure for _, sure, _ in proposed.conditions), default=0.0))
    total.wrong += [
        f"{table}, which is not in the adapter by hand"
        for table in found.tables.keys() - hand.keys()
        if all(line.confidence >= CERTAIN for line in found.tables[table].lines)
    ]
    return total


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.soak if name in ALIKE else ()) for name in NAMES]
)
def test_most_of_a_strangers_adapter_is_proposed_and_nothing_wrong_is_called_certain(stranger: Load, name: str) -> None:
    connection, found = stranger(name)
    total = measure(connection, name, found)
    print(f"{name}: {total.right} of {total.items} right, {total.certain} certain, {len(found.questions)} questions")
    assert total.wrong == []
    right, certain = LEAST.get(name, (0.8, 0.6))
    assert total.right >= right * total.items
    assert total.certain >= certain * total.items
    assert len(found.questions) <= QUESTIONS


@pytest.mark.parametrize("name", sorted(LATER))
def test_of_platforms_that_came_later_no_less_is_proposed_and_nothing_wrong_is_called_certain(
    stranger: Load, name: str
) -> None:
    connection, found = stranger(name, SEEN)
    total = measure(connection, name, found, SEEN)
    assert total.wrong == []
    assert total.right >= LATER[name][0] * total.items
    assert total.certain >= LATER[name][1] * total.items


def test_sessions_of_browsers_are_no_conversations_and_articles_no_messages(stranger: Load) -> None:
    _, found = stranger("peppermint")
    assert found.tables["conversations"].source.name == "Ticket"
    assert found.tables["messages"].source.name == "Comment"


HELPDESK = """
create table contacts (id serial primary key, full_name text, email text, created_at timestamptz);
create table agents (id serial primary key, login text, email text, created_on date, suspended_at timestamptz);
create table threads (id serial primary key, contact_id int, assignee_id int, status text, priority text, subject text,
  closed_at timestamptz, created_at timestamptz);
create table posts (id bigserial primary key, thread_id int, contact_id int, agent_id int, body text, is_internal boolean, created_at timestamptz);
insert into contacts select n, 'N' || n, n || '@example.org', timestamptz '2026-03-01' from generate_series(1, 9) n;
insert into agents select n, 'a' || n, n || '@example.com', date '2026-01-01', case when n = 3 then now() end from generate_series(1, 3) n;
insert into threads select n, 1 + n % 9, 1 + n % 3, (array['open', 'closed'])[1 + n % 2], 'normal', 's', null, timestamptz '2026-03-02'
  from generate_series(1, 20) n;
insert into posts select n, 1 + n % 20, case when n % 2 = 0 then 1 + n % 9 end, case when n % 2 = 1 then 1 + n % 3 end, 'b', n % 10 = 1,
  timestamptz '2026-03-03' from generate_series(1, 100) n;
"""


def test_a_helpdesk_without_foreign_keys_has_two_kinds_of_people_and_its_conversations_are_tickets(
    database: str,
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(HELPDESK.encode())
        texts, found = proposed_texts(connection)
        people = connection.execute(
            f'select user_id, is_active from ({texts["users"]}) q order by user_id collate "C"'.encode()
        ).fetchall()
        roles = connection.execute(
            f"select role, count(*) from ({texts['messages']}) q group by 1 order by 1".encode()
        ).fetchall()
        handled = connection.execute(
            f"select count(distinct assigned_to), min(created_by) from ({texts['tickets']}) q".encode()
        ).fetchone()
    assert people == [
        ("agents:1", True), ("agents:2", True), ("agents:3", False), *((f"contacts:{n}", True) for n in range(1, 10)),
    ]  # fmt: skip
    assert roles == [("assistant", 40), ("user", 50)], "notes among the staff do not count"
    assert handled == (3, "contacts:1")
    assert any("contacts and of agents" in one for one in found.questions)


NESTED = """
create table members (id uuid primary key, email text, created_at timestamptz);
create table rooms (id uuid primary key, name text, owner_id uuid references members (id), created_at timestamptz, deleted boolean);
create table threads (id uuid primary key, room_id uuid references rooms (id), title text, created_at timestamptz);
create table messages (id uuid primary key, room_id uuid not null references rooms (id), thread_id uuid references threads (id),
  role text, content text, score float8, created_at timestamptz);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into members select u('p', n), n || '@example.org', timestamptz '2026-03-01' from generate_series(1, 5) n;
insert into rooms select u('r', n), 'R', u('p', 1 + n % 5), timestamptz '2026-03-01', n = 1 from generate_series(1, 6) n;
insert into threads select u('t', n), u('r', 1 + n % 6), 'T', timestamptz '2026-03-02' from generate_series(1, 12) n;
insert into messages select u('m', n), u('r', 1 + n % 6), case when n % 3 > 0 then u('t', 1 + (n % 6)) end,
  (array['user', 'assistant'])[1 + n % 2], 'c', 0.25 * (n % 5), timestamptz '2026-03-03' from generate_series(1, 60) n;
"""


def test_conversations_within_conversations_are_both_and_a_message_belongs_to_the_finest(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(NESTED.encode())
        texts, found = proposed_texts(connection)
        counts = [
            connection.execute(text.encode()).fetchone()
            for text in (
                f"select count(*), count(distinct conversation_id) from ({texts['conversations']}) q",
                f"select count(*), count(distinct conversation_id) from ({texts['messages']}) q",
                f"select count(*) from ({texts['messages']}) m join ({texts['conversations']}) c using (conversation_id)",
            )
        ]
        wanted = connection.execute(
            "select count(*), count(distinct coalesce(thread_id, room_id)) from messages where room_id <> u('r', 1)"
        ).fetchone()
    assert counts[0] == (17, 17)  # twelve threads, and five rooms that are not deleted
    assert counts[1] == wanted
    assert wanted
    assert counts[2] == (wanted[0],), "no message is of an unknown conversation"
    assert "feedback" not in found.tables, "the score of a search is no rating"
    assert any("threads, else of rooms" in one for one in found.questions)


TENANTS = """
do $$ declare s text; begin foreach s in array array['acme', 'beta', 'c d'] loop execute format($f$
  create schema %1$I;
  create table %1$I.users (id bigserial primary key, email text, created_at timestamptz, deleted boolean default false);
  create table %1$I.chats (id bigserial primary key, user_id bigint references %1$I.users (id), created_at timestamptz);
  create table %1$I.messages (id bigserial primary key, chat_id bigint references %1$I.chats (id), role text, content text, sent timestamptz);
  insert into %1$I.users (email, created_at) select n, timestamptz '2026-03-01' from generate_series(1, 4) n;
  insert into %1$I.chats (user_id, created_at) select 1 + n %% 4, timestamptz '2026-03-02' from generate_series(1, 9) n;
  insert into %1$I.messages (chat_id, role, content, sent) select 1 + n %% 9, (array['user', 'assistant'])[1 + n %% 2], 'x',
    timestamptz '2026-03-03' from generate_series(1, 30) n $f$, s); end loop; end $$
"""


def test_a_schema_for_each_tenant_is_united_and_asked(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TENANTS.encode())
        texts, found = proposed_texts(connection)
        counts = connection.execute(
            f"select count(distinct m.message_id), count(distinct c.conversation_id), count(distinct u.user_id) from ({texts['messages']}) m "
            f"join ({texts['conversations']}) c using (conversation_id) join ({texts['users']}) u using (user_id)".encode()
        ).fetchone()
    assert counts == (90, 27, 12)
    assert "do beta, c d belong to the same platform as acme" in found.questions[0]
    assert all(line.confidence < CERTAIN for line in found.tables["messages"].lines if line.column.endswith("_id"))


ODD = """
create schema "Acme Inc."; create schema types;
create type types.side as enum ('0', '1'); create domain types.ms as bigint;
create table "Acme Inc."."User" (id uuid primary key, "E-Mail" text, "Since" timestamptz);
create table "Acme Inc."."Chat.Session" ("ID" bigserial primary key, "User ID" uuid, "startedAt" types.ms, "isDeleted" smallint);
create table "Acme Inc."."Chat.Message" ("Session ID" bigint, "Seq No." int, "from" types.side, "Text" text, "When it was" timestamp,
  primary key ("Session ID", "Seq No."));
insert into "Acme Inc."."User" select md5(n::text)::uuid, n || '@x.org', timestamptz '2026-03-01' from generate_series(1, 5) n;
insert into "Acme Inc."."Chat.Session" ("User ID", "startedAt", "isDeleted") select md5((1 + n % 5)::text)::uuid, 1773900000000 - n * 1000, (n = 3)::int from generate_series(1, 10) n;
insert into "Acme Inc."."Chat.Message" select 1 + n % 10, n, (array['0', '1'])[1 + n % 2]::types.side, 'x', timestamp '2026-03-02' from generate_series(1, 100) n;
"""


def test_names_with_blanks_and_dots_domains_and_enums_of_another_schema_are_read(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ODD.encode())
        texts, found = proposed_texts(connection)
        count = connection.execute(
            f"select count(distinct message_id) from ({texts['messages']}) q".encode()
        ).fetchone()
    read = {name: parsed(name, text).columns for name, text in texts.items()}
    assert 'Acme Inc..Chat.Message."Seq No."' in read["messages"]
    assert 'c."startedAt" as created_at' in texts["conversations"]
    assert 'm."When it was" as created_at' in texts["messages"]
    assert 'u."Since" as created_at' in texts["users"]
    assert count == (90,)
    assert any(one.startswith("messages.role: what in Acme Inc..Chat.Message") for one in found.questions)


AGAINST = """
create table members (id serial primary key, uuid uuid not null, email text, joined_at timestamptz);
create table chats (id serial primary key, customer_id text, owner_id int references members (id), created_at timestamptz, deleted_at timestamptz, is_test boolean);
create table messages (id serial primary key, chat_id int references chats (id), role text, content text, created_at timestamptz);
create table old_messages (id serial primary key, chat_id int, role text, content text, created_at timestamptz);
insert into members (uuid, email, joined_at) select md5(n::text)::uuid, n || '@example.org', timestamptz '2026-03-01' from generate_series(1, 9) n;
insert into chats (customer_id, owner_id, created_at, is_test) select 'k' || n, 1 + n % 9, timestamptz '2026-03-02', n % 5 = 0 from generate_series(1, 40) n;
insert into messages (chat_id, role, content, created_at) select 1 + n % 40, (array['user', 'assistant'])[1 + n % 2], 'x', timestamptz '2026-03-03' from generate_series(1, 200) n;
"""
OLD = "insert into old_messages select id, chat_id, role, content, created_at from messages"


def test_what_speaks_against_a_line_makes_it_a_guess_and_is_asked(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(AGAINST.encode())
        _, found = proposed_texts(connection)
        connection.execute(OLD.encode())
        _, doubled = proposed_texts(connection)
    sure = {
        f"{name}.{line.column}"
        for name, one in found.tables.items()
        for line in one.lines
        if line.confidence >= CERTAIN
    }
    asked = "\n".join(found.questions)
    assert "messages.role" in sure
    assert "conversations.user_id" not in sure, "who owns a chat with a customer may be who answers"
    assert "users.user_id" not in sure, "so they may be no people who talk"
    assert "conversations.user_id: is it owner_id or customer_id of chats?" in asked
    assert "do rows of chats count whose is_test says yes? They are left out" in asked
    assert min(sure for _, sure, _ in found.tables["conversations"].conditions) < CERTAIN
    assert all(line.confidence < CERTAIN for line in doubled.tables["messages"].lines)


def test_names_are_compared_as_words_in_the_singular() -> None:
    assert words_of("chatMessages") == words_of("chat_messages") == words_of("ChatMessage_v2") == "chat_message"
    assert rank("createdAt", ["created_at", "created"]) == 1.0
    assert rank("rails_created_at", ["created_at"]) < 0.7
    assert rank("status", ["role"]) == 0.0
    assert words_of("Gespr\u00e4che") == "conversation"
    assert words_of("hochgeladen_von") == "uploaded_by"
    assert rank("fecha_alta", ["created_at"]) == 1.0
    assert rank("gesendet_ms", ["sent"]) == 1.0, "a unit says nothing more"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("erstellt_am", "created_at"), ("fecha_de_creacion", "date_created"), ("Geändert_Am", "updated_at"),
        ("msgs", "message"), ("usrId", "user_id"), ("nicht hilfreich", "not_good"), ("en_cours", "in_progress"),
        ("made_de_us", "made_de_us"), ("in_progress", "in_progress"),
    ],
)  # fmt: skip
def test_names_of_other_languages_and_abbreviations_are_read_by_their_words(name: str, words: str) -> None:
    assert words_of(name) == words


def test_each_word_of_another_language_has_one_meaning_and_is_no_english_word_of_the_lists() -> None:
    data, other = (
        yaml.safe_load((PROVISIONING / name).read_text("utf-8"))
        for name in ("platform_names.yaml", "translations.yaml")
    )
    foreign = [each for of in other["translations"].values() for each in of.split()]
    assert sorted(foreign) == sorted(set(foreign))
    listed = {
        part
        for names in (*data["tables"].values(), *data["columns"].values(), *data["words"]["messages.role"].values())
        for name in names.split()
        for part in name.split("_")
    }
    assert listed & set(foreign) == {"doc", "num", "prio"}, "abbreviations, which mean the same in English names"


@pytest.mark.parametrize(
    ("column", "word", "canonical"),
    [
        ("messages.role", "HUMAN", "user"),
        ("messages.role", "apiMessage", "assistant"),
        ("users.role", "global:admin", "admin"),
        ("messages.role", "tool", ""),
        ("messages.role", "zorg", None),
        ("feedback.rating", "NOT_HELPFUL", "1"),
        ("users.is_active", "not-blocked", "true"),
        ("tickets.status", "not resolved", None),
        ("tickets.status", "In Progress", "in_progress"),
        ("tickets.status", "gel\u00f6st", "resolved"),
        ("tickets.status", "waiting for customer", "in_progress"),
    ],
)
def test_a_word_has_its_meaning_whatever_its_spelling(column: str, word: str, canonical: str | None) -> None:
    assert meaning(column, word) == canonical


def test_no_word_has_two_meanings() -> None:
    for column, words in WORDS.items():
        every = [joined_words(one) for of in words.values() for one in of]
        assert len(every) == len(set(every)), (column, sorted(one for one in set(every) if every.count(one) > 1))


SHOP = """
create table people (id int primary key, login text, joined_at bigint, is_admin boolean, blocked boolean);
create table chat_logs (id int primary key, question text, answer text, person_id int, thread text, sent_at bigint, thumb int);
insert into people select n, 'p' || n, 1773900000000 - n::bigint * 3600000, n = 1, n = 2 from generate_series(1, 9) n;
insert into chat_logs select n, 'q', case when n % 7 > 0 then 'a' else '' end, 1 + n % 9, 't' || n % 20, 1773900000 - n * 900,
  case when n % 3 = 0 then 1 when n % 3 = 1 then -1 end from generate_series(1, 100) n;
"""


def test_pairs_of_question_and_answer_epochs_threads_without_a_table_and_ratings_in_messages(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SHOP.encode())
        tables = read_snapshot(connection, "gendash")
        found = propose(tables, Samples(connection), CONTRACT)
        texts = {name: select_text(one) for name, one in found.tables.items()}
        counts = {
            name: connection.execute(f"select count(*) from ({text}) q".encode()).fetchone()
            for name, text in texts.items()
        }
        roles = connection.execute(
            f"select role, count(*) from ({texts['messages']}) q group by 1 order by 1".encode()
        ).fetchall()
    assert counts["users"] == (9,)
    assert "u.joined_at as created_at" in texts["users"]
    assert re.search(r"u\.blocked is not true as is_active", texts["users"])
    assert roles == [("assistant", 86), ("user", 100)]
    assert counts["conversations"] == (20,)
    assert counts["feedback"] == (67,)


def proposed_texts(connection: psycopg.Connection[Any]) -> tuple[dict[str, str], Proposal]:
    tables = read_snapshot(connection, "gendash")
    found = propose(tables, Samples(connection), CONTRACT)
    return {name: select_text(one) for name, one in found.tables.items()}, found


JSON_TALKS = """
create table chats (id uuid primary key, member_id bigint, started_at bigint, log json);
create table members (id bigint primary key, email text, joined_at text, disabled smallint);
alter table chats add foreign key (member_id) references members (id);
insert into members select n, n || '@example.org', '2026-03-01T10:00:00Z', n % 2 from generate_series(1, 6) n;
insert into chats select md5(n::text)::uuid, 1 + n % 6, 1773900000, (case when n % 4 = 0 then '[]' when n % 4 = 1 then '{"history": 1}' else
  '{"history": {"messages": {"a": {"role": "user", "content": "q", "timestamp": 1773900000},
    "b": {"role": "assistant", "content": "a", "timestamp": 1773900060}}}}' end)::json from generate_series(1, 40) n;
"""


def test_messages_in_a_map_within_conversations_and_people_of_any_name_are_proposed(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(JSON_TALKS.encode())
        texts, found = proposed_texts(connection)
        rows = connection.execute(
            f"select role, count(*), count(distinct message_id), min(created_at) from ({texts['messages']}) q group by 1 order by 1".encode()
        ).fetchall()
    # rows whose JSON has another form have no messages, and stop nothing
    assert rows == [("assistant", 20, 20, "1773900060"), ("user", 20, 20, "1773900000")]
    assert "coalesce(u.disabled, 0) = 0 as is_active" in texts["users"]
    assert "u.joined_at as created_at" in texts["users"], "a text of times is one"
    assert all(line.confidence < CERTAIN for line in found.tables["messages"].lines)


def test_a_list_within_conversations_is_proposed_and_the_word_of_the_assistant_is_asked(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((Path(__file__).parents[2] / "sql" / "platforms" / "khoj.sql").read_bytes())
        texts, found = proposed_texts(connection)
        rows = connection.execute(f"select role, count(*) from ({texts['messages']}) q group by 1 order by 1".encode())
        wanted = connection.execute(
            "select sum(jsonb_array_length(conversation_log -> 'chat')) / 2 from database_conversation"
        ).fetchone()
        assert wanted
        assert rows.fetchall() == [("assistant", wanted[0]), ("user", wanted[0])]
    assert "messages.role: what do 'khoj' in the JSON of database_conversation mean?" in found.questions


def test_a_row_that_is_question_and_answer_is_a_message_whatever_its_table_is_called(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute((Path(__file__).parents[2] / "sql" / "platforms" / "anythingllm.sql").read_bytes())
        texts, found = proposed_texts(connection)
    assert found.tables["messages"].source.name == "workspace_chats"
    assert found.tables["conversations"].source.name == "workspace_threads"
    assert "m.user_id as user_id" in texts["feedback"]
    assert "'done' as status" in texts["documents"]
    assert [one for one in found.questions if "manager" in one]
