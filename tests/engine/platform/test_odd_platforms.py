"""`gendash init` on odd platforms in miniature: what it proposes gives the right rows, or it asks.

Each is a schema of one database: nine people, twenty conversations, a hundred messages of which half are a person's.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.platform import snapshot
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot

T = "timestamptz '2026-03-19 20:00'"
ROLE = "(array['user', 'assistant'])[1 + n % 2]"
USERS = f"""create table users (id int primary key, email text, created_at timestamptz);
insert into users select n, n || '@example.org', {T} - n * interval '1 day' from generate_series(1, 9) n;"""
TALKS = f"""create table conversations (id int primary key, user_id int references users, created_at timestamptz);
insert into conversations select n, 1 + n % 9, {T} - n * interval '5 hours' from generate_series(1, 20) n;"""
BOTH = f"{USERS} {TALKS}"


def said(columns: str, values: str, rows: str = "") -> str:
    """Messages of those conversations with more columns, and their values by the number of a row."""
    return f"""{BOTH} create table messages (id int primary key, conversation_id int references conversations, {columns});
    insert into messages select n, 1 + n % 20, {values} from generate_series(1, 100) n; {rows}"""


def rated(kind: str, value: str) -> str:
    """Forty ratings of messages; ``value`` is by the number of a row."""
    return said(
        "role text, content text, created_at timestamptz",
        f"{ROLE}, 't', {T}",
        f"""create table ratings (id int primary key, message_id int references messages, user_id int references users, rating {kind}, created_at timestamptz);
        insert into ratings select n, 1 + 2 * n % 100, 1 + n % 9, {value}, {T} from generate_series(1, 40) n;""",
    )


# ids count from one in each of two tenants; a conversation of the first is deleted, and not that of the second with its id
TENANTS = f"""create table users (tenant_id int, id int, email text, created_at timestamptz, primary key (tenant_id, id));
create table conversations (tenant_id int, id int, user_id int, deleted boolean, created_at timestamptz, primary key (tenant_id, id){{talks}});
create table messages (tenant_id int, id int, conversation_id int, role text, content text, created_at timestamptz, primary key (tenant_id, id) include (role){{said}});
create table ratings (tenant_id int, id int, message_id int, rating int, created_at timestamptz, primary key (tenant_id, id){{rated}});
insert into users select 1 + n % 2, 1 + n / 2, 'x', {T} from generate_series(0, 8) n;
insert into conversations select 1 + n % 2, 1 + n / 2, 1 + n % 4, n = 5, {T} - n * interval '5 hours' from generate_series(0, 19) n;
insert into messages select 1 + n % 2, 1 + n / 2, 1 + n / 2 % 10, (array['user', 'assistant'])[1 + n / 4 % 2], 't', {T} from generate_series(0, 99) n;
insert into ratings select 1 + n % 2, 1 + n / 2, 1 + n / 2, 1 + n % 5, {T} from generate_series(0, 29) n;"""


@dataclass
class Odd:
    """A platform in miniature: its SQL, the figures that its SELECTs give, and what is asked."""

    sql: str
    figures: dict[str, float | None] = field(default_factory=dict)  # other than COMMON; None: it is not proposed
    asks: str = ""


COMMON = {"users": 9, "conversations": 20, "messages": 100, "of people": 50, "with a person": 20}
NO_USERS = {"users": None, "with a person": None}
NOTHING = dict.fromkeys(COMMON)
PLAIN = "role text, content text, created_at timestamptz"

ODD = {
    "camel_case": Odd(
        f"""create table "chatUsers" ("userId" uuid primary key, email text, "createdAt" bigint);
        create table "chatSessions" ("sessionId" uuid primary key, "userId" uuid references "chatUsers", "startedAt" bigint, "isDeleted" boolean);
        create table "chatMessages" ("messageId" uuid primary key, "sessionId" uuid references "chatSessions", "senderRole" text, "messageText" text, "sentAt" bigint);
        insert into "chatUsers" select md5('u' || n)::uuid, 'x', 1773900000000 - n * 86400000::bigint from generate_series(1, 9) n;
        insert into "chatSessions" select md5('c' || n)::uuid, md5('u' || (1 + n % 9))::uuid, 1773900000000 - n * 3600000::bigint, n = 20 from generate_series(1, 20) n;
        insert into "chatMessages" select md5('m' || n)::uuid, md5('c' || (1 + n % 20))::uuid, {ROLE}, 't', 1773900000000 + n from generate_series(1, 100) n""",
        {"conversations": 19, "messages": 95, "with a person": 19},
    ),
    "epochs_as_text": Odd(said("role text, content text, created_at text", f"{ROLE}, 't', (1773900000 + n)::text")),
    "codes": Odd(said("sender smallint, content text, created_at timestamptz", f"n % 2, 't', {T}"), {"of people": 0}, "messages.role: what do"),
    "deleted_by_status": Odd(
        said("role text, content text, status text, created_at timestamptz", f"{ROLE}, 't', case when n % 10 = 0 then 'DELETED' else 'sent' end, {T}"),
        {"messages": 90, "of people": 40},
    ),
    "deleted_talks_by_word": Odd(
        said(PLAIN, f"{ROLE}, 't', {T}", "alter table conversations add state text default 'active'; update conversations set state = 'trashed' where id = 20"),
        {"conversations": 19, "messages": 95, "with a person": 19},
    ),
    "parts": Odd(
        said("role text, created_at timestamptz", f"{ROLE}, {T}",
        f"""create table message_parts (id int primary key, message_id int references messages, type text, text text, created_at timestamptz);
        insert into message_parts select n, 1 + n % 100, 'text', 't', {T} from generate_series(1, 300) n"""),
    ),
    "signs": Odd(rated("int", "case when n % 4 = 0 then -1 else 1 end"), {"feedback": 40, "mean rating": 4}),
    "stars": Odd(rated("smallint", "1 + n % 5"), {"feedback": 40, "mean rating": 3}),
    "shares": Odd(rated("float", "(n % 5) / 4.0"), {}, "feedback.rating"),
    "moods": Odd(
        rated("text", "case when n % 4 = 0 then 'Negative' else 'Positive' end"), {"feedback": 40, "mean rating": 4}
    ),
    "rated_in_json": Odd(
        said("role text, content text, metadata jsonb, created_at timestamptz",
        f"""{ROLE}, 't', case when n % 4 = 0 then '{{"feedback": {{"rating": "up"}}}}' when n % 4 = 2 then '{{"feedback": {{"rating": "down"}}}}' else '{{}}' end::jsonb, {T}"""),
        {"feedback": 50, "mean rating": 3},
    ),
    "two_thumbs": Odd(
        said("role text, content text, created_at timestamptz, thumbs_up boolean, thumbs_down boolean", f"{ROLE}, 't', {T}, n % 4 = 1, n % 8 = 3"),
        {"feedback": 38, "mean rating": 3.63},
    ),
    "a_view": Odd(
        f"""{BOTH} create table log (k int, v text, c int, w text, t timestamptz); insert into log select n, 't', 1 + n % 20, {ROLE}, {T} from generate_series(1, 100) n;
        create view messages as select k as id, v as content, c as conversation_id, w as role, t as created_at from log"""
    ),
    "partitions": Odd(
        f"""{BOTH} create table messages (id int, tenant text, conversation_id int, role text, content text, created_at timestamptz, primary key (tenant, id)) partition by list (tenant);
        create table messages_a partition of messages for values in ('a'); create table messages_b partition of messages for values in ('b');
        insert into messages select n, (array['a', 'b'])[1 + n % 2], 1 + n % 20, {ROLE}, 't', {T} from generate_series(1, 100) n""",
        {}, "is id of messages unique without tenant?",
    ),
    "upper_case": Odd(
        f"""create table "USERS" ("ID" int primary key, "EMAIL" text, "CREATED_AT" timestamptz); create table "CONVERSATIONS" ("ID" int primary key, "USER_ID" int, "CREATED_AT" timestamptz);
        create table "MESSAGES" ("ID" int primary key, "CONVERSATION_ID" int, "ROLE" text, "CONTENT" text, "CREATED_AT" timestamptz);
        insert into "USERS" select n, 'x', {T} from generate_series(1, 9) n; insert into "CONVERSATIONS" select n, 1 + n % 9, {T} from generate_series(1, 20) n;
        insert into "MESSAGES" select n, 1 + n % 20, upper({ROLE}), 't', {T} from generate_series(1, 100) n"""
    ),
    "reserved_words": Odd(
        f"""create table "user" ("user" int primary key, email text, "time" timestamptz); create table "chat" (id int primary key, "user" int references "user", "time" timestamptz);
        create table "message" (id int primary key, "chat" int references "chat", "from" text, "text" text, "time" timestamptz, "group" text, "order" int);
        insert into "user" select n, 'x', {T} from generate_series(1, 9) n; insert into chat select n, 1 + n % 9, {T} from generate_series(1, 20) n;
        insert into message select n, 1 + n % 20, (array['human', 'bot'])[1 + n % 2], 't', {T}, 'g', n from generate_series(1, 100) n"""
    ),
    "generated": Odd(
        f"""{BOTH} create table messages (id bigint generated always as identity primary key, conversation_id int references conversations, raw jsonb,
        role text generated always as (raw ->> 'role') stored, content text generated always as (raw ->> 'content') stored, created_at timestamptz);
        insert into messages (conversation_id, raw, created_at) select 1 + n % 20, jsonb_build_object('role', {ROLE}, 'content', 't'), {T} from generate_series(1, 100) n"""
    ),
    "no_time": Odd(said("role text, content text, seq int", f"{ROLE}, 't', n"), {}, "messages.created_at"),
    "no_foreign_keys": Odd(
        f"""create table accounts (account_id text primary key, username text, created_on timestamp); create table threads (thread_id text primary key, account_id text, created_on timestamp);
        create table replies (reply_id text primary key, thread_id text, author text, body text, created_on timestamp);
        insert into accounts select 'a' || n, 'x', timestamp '2026-03-01' from generate_series(1, 9) n; insert into threads select 't' || n, 'a' || (1 + n % 9), timestamp '2026-03-02' from generate_series(1, 20) n;
        insert into replies select 'r' || n, 't' || (1 + n % 20), {ROLE}, 'b', timestamp '2026-03-03' from generate_series(1, 100) n"""
    ),
    "an_archive": Odd(
        said(PLAIN, f"{ROLE}, 't', {T}", "create table messages_2025 (like messages including all); insert into messages_2025 select * from messages"),
        {}, "do the rows of messages_2025, with the columns of messages, count, too?",
    ),
    "spanish": Odd(
        f"""create table usuarios (id int primary key, correo text, fecha_creacion timestamptz); create table conversaciones (id int primary key, usuario_id int references usuarios, fecha_creacion timestamptz);
        create table mensajes (id int primary key, conversacion_id int references conversaciones, rol text, contenido text, fecha_creacion timestamptz);
        insert into usuarios select n, 'x', {T} from generate_series(1, 9) n; insert into conversaciones select n, 1 + n % 9, {T} from generate_series(1, 20) n;
        insert into mensajes select n, 1 + n % 20, (array['usuario', 'asistente'])[1 + n % 2], 't', {T} from generate_series(1, 100) n"""
    ),
    "ids_of_two_types": Odd(
        f"""create table users (id uuid primary key, email text, created_at timestamptz); create table conversations (id bigint primary key, user_id text, created_at timestamptz);
        create table messages (id text primary key, conversation_id text, role text, content text, created_at timestamptz);
        insert into users select md5('u' || n)::uuid, 'x', {T} from generate_series(1, 9) n; insert into conversations select n, md5('u' || (1 + n % 9))::uuid::text, {T} from generate_series(1, 20) n;
        insert into messages select 'm' || n, (1 + n % 20)::text, {ROLE}, 't', {T} from generate_series(1, 100) n"""
    ),
    "codes_of_which_one_opens": Odd(
        said("sender smallint, content text, created_at timestamptz", f"2 - (n / 20) % 2, 't', {T} + n * interval '1 second'"),
        {"of people": 59}, "messages: is '2' by the user and '1' by the assistant? '2' opens conversations",
    ),
    "keys_with_a_tenant": Odd(
        TENANTS.format(talks=", foreign key (tenant_id, user_id) references users", said=", foreign key (tenant_id, conversation_id) references conversations",
            rated=", foreign key (tenant_id, message_id) references messages"),
        {"conversations": 19, "messages": 95, "of people": 50, "with a person": 19, "feedback": 28, "mean rating": 3.14},
    ),
    "keys_with_a_tenant_and_none_declared": Odd(
        TENANTS.format(talks="", said="", rated=""),
        {"conversations": 19, "messages": 95, "of people": 50, "with a person": 19, "feedback": 28, "mean rating": 3.14},
    ),
    "bots_are_accounts": Odd(
        f"""create table users (id int primary key, username text, is_bot boolean, created_at timestamptz); create table channels (id int primary key, created_at timestamptz);
        create table messages (id int primary key, channel_id int references channels, user_id int references users, body text, created_at timestamptz);
        insert into users select n, 'x', n = 1, {T} from generate_series(1, 9) n; insert into channels select n, {T} from generate_series(1, 20) n;
        insert into messages select n, 1 + n % 20, case when n % 2 = 0 then 1 else 2 + n % 8 end, 't', {T} from generate_series(1, 100) n""",
        {"users": 8, "with a person": 10}, "conversations.user_id: what names",  # in half of the channels only the bot writes
    ),
    "many_to_many": Odd(
        f"""{USERS} create table conversations (id int primary key, title text, created_at timestamptz);
        create table conversation_users (conversation_id int references conversations, user_id int references users, joined_at timestamptz, primary key (conversation_id, user_id));
        insert into conversations select n, 't', {T} from generate_series(1, 20) n; insert into conversation_users select n, 1 + n % 9, {T} from generate_series(1, 20) n;
        create table messages (id int primary key, conversation_id int references conversations, {PLAIN}); insert into messages select n, 1 + n % 20, {ROLE}, 't', {T} from generate_series(1, 100) n""",
    ),
    "words_by_id": Odd(
        said(PLAIN, f"{ROLE}, 't', {T}",
        """create table roles (id int primary key, name text); insert into roles values (1, 'Admin'), (2, 'Member'); alter table users add role_id int references roles; update users set role_id = 1 + id % 2;
        create table tickets (id int primary key, status_id int, priority text, user_id int references users, subject text, created_at timestamptz);
        create table statuses (id int primary key, name text); insert into statuses values (1, 'Open'), (2, 'Done'); alter table tickets add foreign key (status_id) references statuses;
        insert into tickets select n, 1 + n % 2, 'high', 1 + n % 9, 's', now() from generate_series(1, 10) n"""),
        {"tickets": 10},
    ),
    "children_tables": Odd(
        f"""{BOTH} create table messages (id int, conversation_id int, {PLAIN}); create table messages_2026 () inherits (messages);
        insert into messages_2026 select n, 1 + n % 20, {ROLE}, 't', {T} from generate_series(1, 100) n"""
    ),
    "anonymous": Odd(
        f"""create table sessions (id uuid primary key, ip inet, started_at timestamptz); create table messages (id int primary key, session_id uuid references sessions, {PLAIN});
        insert into sessions select md5('c' || n)::uuid, '10.0.0.1', {T} from generate_series(1, 20) n; insert into messages select n, md5('c' || (1 + n % 20))::uuid, {ROLE}, 't', {T} from generate_series(1, 100) n""",
        NO_USERS, "which table holds the platform's users?",
    ),
    "times_as_text": Odd(said("role text, content text, created_at varchar", f"{ROLE}, 't', '2026-03-0' || (1 + n % 9) || ' 10:00:00'")),
    "a_message_as_json": Odd(
        """create table message_store (id serial primary key, session_id text not null, message jsonb not null, created_at timestamptz default now());
        insert into message_store (session_id, message) select 's' || (1 + n % 20), jsonb_build_object('type', (array['human', 'ai'])[1 + n % 2], 'data', jsonb_build_object('content', 't')) from generate_series(1, 100) n""",
        NO_USERS, "which table holds the platform's users?",
    ),
    "ratings_of_anything": Odd(
        said("role text, content text, created_at timestamptz", f"{ROLE}, 't', {T}",
        f"""create table articles (id int primary key, body text); create table votes (id int primary key, votable_type text, votable_id int, user_id int references users, stars int, created_at timestamptz);
        insert into articles select n, 't' from generate_series(1, 100) n;
        insert into votes select n, (array['App\\Models\\Message', 'App\\Models\\Article'])[1 + n % 2], 1 + 2 * n % 100, 1 + n % 9, 1 + n % 5, {T} from generate_series(1, 80) n"""),
        {"feedback": 40, "mean rating": 3},
    ),
    "ratings_by_content_type": Odd(
        said("role text, content text, created_at timestamptz", f"{ROLE}, 't', {T}",
        f"""create table django_content_type (id int primary key, app_label text, model text); create table posts (id int primary key, body text);
        alter table messages rename to chat_message; insert into django_content_type values (7, 'chat', 'message'), (8, 'blog', 'post');
        create table rating (id int primary key, content_type_id int references django_content_type, object_id int, user_id int references users, is_helpful boolean, created_at timestamptz);
        insert into rating select n, 7 + n % 2, 1 + 2 * n % 100, 1 + n % 9, n % 4 > 0, {T} from generate_series(1, 80) n"""),
        {"feedback": 40, "mean rating": 3},
    ),
    "no_platform": Odd(
        "create table checkpoints (thread_id text, checkpoint jsonb); insert into checkpoints select 't', '{}' from generate_series(1, 9)",
        NOTHING, "which table holds the platform's messages?",
    ),
}  # fmt: skip


def test_odd_platforms_have_the_right_rows_or_are_asked_about(database: str) -> None:
    contract = load_catalog(load_config()).contract
    with psycopg.connect(database, autocommit=True) as connection:
        for name, odd in ODD.items():
            connection.execute(f"create schema {name}; set search_path = {name}; {odd.sql}".encode())
        connection.execute("reset search_path; analyze")
        seen = read_snapshot(connection, "gendash")
        wrong = {}
        for name, odd in ODD.items():
            tables = [one for one in seen if one.schema == name]
            found = propose(tables, Samples(connection), contract)
            figures = figures_of(connection, {table: select_text(one) for table, one in found.tables.items()})
            expected = {figure: value for figure, value in (COMMON | odd.figures).items() if value is not None}
            if figures != expected or not any(odd.asks in one for one in (*found.questions, "")):
                wrong[name] = (figures, list(found.questions))
    assert wrong == {}


def figures_of(connection: psycopg.Connection[Any], texts: dict[str, str]) -> dict[str, float]:
    """The rows of each SELECT, the messages of people, and the mean rating."""

    def value(text: str) -> float:
        row = connection.execute(text.encode()).fetchone()
        return float(row[0]) if row and row[0] is not None else 0.0

    found = {table: value(f"select count(*) from ({text}) q") for table, text in texts.items()}
    if "messages" in texts:
        people = "lower(role::text) in ('user', 'human')"
        found["of people"] = value(f"select count(*) filter (where {people}) from ({texts['messages']}) q")
    if "feedback" in texts:
        found["mean rating"] = value(f"select round(avg(rating), 2) from ({texts['feedback']}) q")
    if "user_id" in texts.get("conversations", ""):
        found["with a person"] = value(f"select count(user_id) from ({texts['conversations']}) q")
    return found


def test_many_questions_that_the_server_does_not_answer_in_time_end_together(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large tables without an index, or a table that is locked: each question is shorter than the one before."""
    monkeypatch.setattr(snapshot, "SLOW_S", 2.0)
    monkeypatch.setattr(snapshot, "QUICK_S", 0.0)
    with psycopg.connect(database, autocommit=True) as connection, psycopg.connect(database) as other:
        connection.execute("create table one (id int); create table two (id int)")
        seen = {one.name: one for one in read_snapshot(connection, "gendash")}
        samples = Samples(connection)
        other.execute("lock table two in access exclusive mode")
        begun = time.monotonic()
        assert [samples.known(seen["one"], "id", seen["two"], "id") for _ in range(10)] == [None] * 10
        assert time.monotonic() - begun < 2.0 + 20 * 0.15, "the limit of a single one is a second"
        other.rollback()
        assert samples.share(seen["one"], "o", "true") is None
        connection.execute("insert into one select generate_series(1, 100)")
        assert samples.share(seen["one"], "o", "o.id > 50") == 0.5, "quick ones are answered still"


def test_adopting_lists_the_catalogs_that_are_read() -> None:
    text = f"{snapshot._TABLES} {snapshot._COLUMNS} {snapshot._REFERENCES}"
    behind = {"col_description": "pg_description", "pg_partition_tree": "pg_inherits"}
    read = set(re.findall(r"(?:from|join) (pg_[a-z]+)(?![a-z_(])", text))
    read |= {catalog for function, catalog in behind.items() if function in text}
    adopting = (Path(__file__).parents[3] / "docs" / "adopting.md").read_text("utf-8")
    (listed,) = re.findall(r"It reads these catalogs, .*?:(.*?);", adopting, re.DOTALL)
    assert set(re.findall(r"pg_[a-z]+", listed)) == read
