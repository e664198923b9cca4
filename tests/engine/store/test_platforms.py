"""Platforms that look unlike the reference platform: settings map them, and figures equal plain SQL over their rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gendash.engine.checks.definitions import check
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.lineage import Lineage
from gendash.engine.doctor import diagnose, seen
from gendash.engine.doctor.look_database import platform_look
from gendash.engine.doctor.report import changes
from gendash.engine.errors import ContentError
from gendash.engine.platform import indexes
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.preview import look_ahead
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh

Definitions = Callable[..., Catalog]
NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)

# bigint ids, camelCase, reserved words, another schema, naive times of Havana, soft deletes, numbers for words
RAILS = """
create schema app; set search_path = app;
create type kind as enum ('member', 'staff');
create table app_users (id bigint primary key, kind kind not null, disabled boolean not null, deleted_at timestamp,
  first_name text, "createdAt" timestamp not null, "updatedAt" timestamp);
create table chats (id bigint primary key, "userId" bigint, "createdAt" timestamp not null, deleted_at timestamp);
create table chat_messages (id bigint primary key, chat_id bigint, sender smallint, "createdAt" timestamp, deleted_at timestamp);
create table "order" (id bigint primary key, "user" bigint, "group" bigint, "case" text, "check" int, "primary" int,
  "createdAt" timestamp not null, "end" timestamp, due timestamp, deleted_at timestamp);
create table stars (id bigint primary key, message bigint, thumb text, "createdAt" timestamp not null);
insert into app_users select n, (array['member', 'staff'])[1 + n % 2]::kind, n % 5 = 0,
  case when n % 7 = 0 then timestamp '2026-03-19' end, 'F' || n, timestamp '2026-03-20' - n * interval '9 hours',
  timestamp '2026-03-20' from generate_series(1, 40) n;
insert into chats select n, case when n % 6 > 0 then 1 + n % 40 end, timestamp '2026-03-20 09:30' - n * interval '3 hours',
  case when n % 11 = 0 then timestamp '2026-03-19' end from generate_series(1, 200) n;
insert into chat_messages select n, 1 + n % 200, n % 3, timestamp '2026-03-20 09:30' - (1 + n % 200) * interval '3 hours',
  case when n % 13 = 0 then timestamp '2026-03-19' end from generate_series(1, 900) n;
insert into "order" select n, 1 + n % 40, null, 'billing', n % 5, n % 4, timestamp '2026-03-19' - n * interval '5 hours',
  case when n % 5 > 1 then timestamp '2026-03-19 08:00' end, timestamp '2026-03-21',
  case when n % 9 = 0 then timestamp '2026-03-19' end from generate_series(1, 60) n;
insert into stars select n, n * 4, (array['up', 'down', 'up'])[1 + n % 3], timestamp '2026-03-20 09:45' - n * interval '4 hours'
  from generate_series(1, 80) n;
"""
RAILS_SETTINGS = """
time_zone: Europe/Berlin
platform:
  schema: app
  time_zone: America/Havana
  tables: {users: app_users, conversations: chats, messages: chat_messages, tickets: order, feedback: stars}
  rows:
    users: "{deleted_at} is null"
    conversations: "{deleted_at} is null"
    messages: "{deleted_at} is null"
    tickets: "{deleted_at} is null"
  columns:
    users: {role: kind, is_active: "= not {disabled}", created_at: createdAt, updated_at: updatedAt}
    conversations: {user_id: userId, created_at: createdAt}
    messages: {conversation_id: chat_id, role: sender, created_at: createdAt}
    feedback:
      message_id: message
      user_id: "= null"
      rating: "= case {thumb} when 'up' then 5 when 'down' then 1 end"
      comment: "= null"
      created_at: createdAt
      updated_at: "= null"
    tickets:
      created_by: user
      assigned_to: group
      category: case
      status: check
      priority: primary
      first_response_at: "= null"
      resolved_at: end
      closed_at: "= null"
      sla_due_at: due
      created_at: createdAt
      updated_at: "= null"
  vocabularies:
    user_role: {user: [MEMBER], admin: [staff]}
    message_role: {user: [0], assistant: [1], system: []}
    ticket_status: {open: [0], in_progress: [1], resolved: [2], closed: [3]}
    ticket_priority: {low: [0], medium: [1], high: [2], urgent: [3]}
features: {tickets: true, documents: false}
"""
AT = "at time zone 'America/Havana' at time zone 'Europe/Berlin'"
RAILS_FIGURES = {
    "select count(*), count(*) filter (where not disabled) from app.app_users where deleted_at is null":
        "select count(*), count(*) filter (where is_active) from gendash.user_entity",
    "select count(*) from app.app_users where deleted_at is null and kind = 'staff'":
        "select active + inactive from gendash.user_role_now where role = 'admin'",
    f'select date_trunc(\'hour\', "createdAt" {AT}), count(*) from app.chat_messages '
    "where deleted_at is null and sender = 1 "
    "and chat_id not in (select id from app.chats where deleted_at is not null) group by 1 order by 1":
        "select hour at time zone 'Europe/Berlin', messages from gendash.message_hour where role = 'assistant' order by 1",
    f'select (m."createdAt" {AT})::date, count(distinct "userId") from app.chat_messages m '
    "join app.chats c on c.id = chat_id and c.deleted_at is null join app.app_users u on u.id = \"userId\" "
    "and u.deleted_at is null where m.deleted_at is null and sender = 0 group by 1 order by 1":
        "select day, count(*) from gendash.user_day group by 1 order by 1",
    'select count(*), count(*) filter (where "userId" is null) from app.chats where deleted_at is null':
        "select sum(conversations), sum(conversations) filter (where anonymous) from gendash.conversation_hour",
    "select (array['open', 'in_progress', 'resolved', 'closed', 'other'])[1 + \"check\"] as status, count(*) "
    'from app."order" where deleted_at is null group by 1 order by 1':
        "select status, count(*) from gendash.ticket_entity group by 1 order by 1",
    "select count(*) filter (where thumb = 'up'), count(*) from app.stars where message not in (select m.id "
    "from app.chat_messages m left join app.chats c on c.id = chat_id where coalesce(m.deleted_at, c.deleted_at) is not null)":
        "select count(*) filter (where rating = 5), count(*) from gendash.rating_entity",
}  # fmt: skip


def execute(url: str, text: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def look(catalog: Catalog, url: str) -> seen.Look:
    with closing(psycopg.connect(url, autocommit=True, prepare_threshold=None)) as connection:
        return platform_look(connection, catalog)


def features(catalog: Catalog, url: str) -> Mapping[str, diagnose.Feature]:
    return {one.name: one for one in diagnose.features(catalog, look(catalog, url), {})}


def why(feature: diagnose.Feature) -> list[str]:
    return [f"{part.name}: {part.why}" for part in feature.parts if part.why]


def fixes(found: Mapping[str, diagnose.Feature], name: str) -> str:
    return "\n".join(fix.text for fix in dict(changes(list(found.values()))).get(name, []))


def run(catalog: Catalog, **options: Any) -> dict[str, str]:
    """Errors of a refresh, by relation."""
    return {one.relation: one.error for one in refresh(catalog.config, catalog, at=NOW, **options) if one.error}


def assert_same(url: str, figures: Mapping[str, str]) -> None:
    for raw, stored in figures.items():
        assert execute(url, stored) == execute(url, raw), stored
        assert execute(url, raw)[0][0], raw


@pytest.fixture
def rails(database: str, definitions: Definitions) -> Iterator[tuple[str, Catalog]]:
    execute(database, RAILS)
    yield database, definitions(database, RAILS_SETTINGS)


def test_another_schema_with_soft_deletes_numbers_and_naive_times_is_a_matter_of_settings(
    rails: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, catalog = rails
    assert check(catalog) == []
    assert not look_ahead(catalog.config, catalog).problems
    migrate(catalog.config, catalog)
    assert run(catalog) == {}
    assert_same(url, RAILS_FIGURES)
    assert run(catalog, compare=True) == {}
    audits = {one.name: one for one in audit(catalog, at=NOW)}
    assert {name for name, one in audits.items() if one.state == "failed"} == {"target_repeated"}  # no Prometheus
    for name in ("message_rollup", "user_rollup", "message_stray", "rating_stray", "ticket_stray"):
        assert audits[name].state == "passed", audits[name]
    execute(
        url, 'update app.app_users set deleted_at = now() where id = 3; update app."order" set "check" = 3 where id = 5'
    )
    execute(
        url, "delete from app.chat_messages where id % 17 = 0; update app.chats set deleted_at = now() where id = 5"
    )
    for name in ("SMALL_PAGES", "FIRST_PAGES", "MOST_PAGES"):  # the same in slices, and by day
        monkeypatch.setattr(read, name, 1)
    execute(url, 'create index on app.chat_messages ("createdAt")')
    assert run(catalog, compare=True) == {}
    assert_same(url, RAILS_FIGURES)
    advised, notes = indexes.find_index_advice(catalog.config, catalog)
    assert {(one.index.table, one.index.column) for one in advised} <= {
        ("chats", "createdAt"), ("stars", "createdAt"), ("chats", "id"), ("chat_messages", "id"),
    }, notes  # fmt: skip
    assert ("column", "app_users.disabled") in Lineage(catalog).find("users.is_active")


def test_the_doctor_names_words_that_no_vocabulary_knows_and_the_tables_that_are_there(
    rails: tuple[str, Catalog], definitions: Definitions
) -> None:
    url, catalog = rails
    found = features(catalog, url)
    assert {name: one.state for name, one in found.items() if name in ("users", "conversations", "tickets")} == {
        "users": "there", "conversations": "there", "tickets": "there",
    }  # fmt: skip
    assert 'words of messages.role in message_role: "2" count as other' in why(found["conversations"])
    assert 'platform.vocabularies.ticket_status.<open, in_progress, resolved, closed>: ["4"]' in fixes(found, "tickets")
    history = fixes(found, "ticket_history")
    assert "ticket_id bigint not null" in history  # the type of what it refers to
    execute(url, next(fix.text for fix in found["ticket_history"].parts[0].fixes if fix.kind == "sql"))
    bare = features(definitions(url, "platform: {schema: app, tables: {tickets: orders, feedback: ratings}}"), url)
    assert "did you mean 'app_users'?" in fixes(bare, "users")
    assert "platform.tables.tickets" in fixes(bare, "tickets")
    assert "create table app.orders" in fixes(bare, "tickets")
    assert "did you mean 'stars'?" in fixes(bare, "feedback")


def test_what_a_role_may_not_see_is_left_out_where_it_is_optional_and_told_where_it_hides_rows(
    platform: str, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(
        platform,
        "create role watcher login password 'w'; grant select (id, role, is_active, created_at, updated_at) on users to "
        "watcher; grant select (id, conversation_id, role, created_at, ctid) on messages to watcher; grant select (id, "
        "user_id, created_at, ctid) on conversations to watcher; grant select on feedback to watcher;"
        "alter table feedback enable row level security",
    )
    watcher = re.sub(r"//[^@]*@", "//watcher:w@", platform)
    catalog = definitions(platform, "features: {documents: false}", GENDASH_SOURCE_URL=watcher)
    migrate(catalog.config, catalog)
    # neither names nor metadata may be read; what row level security may hide fails before anything is deleted
    hidden = run(catalog)
    assert set(hidden) == {"rating_detail", "rating_entity", "rating_message"}
    assert all("row level security may hide rows" in line for line in hidden.values())
    found = features(catalog, watcher)
    assert found["users"].state == "there"
    assert "column public.users.last_name: the source's role may not read it" in why(found["users"])
    assert found["feedback"].state == "partly"
    line = "rows of public.feedback: row level security may hide some from role watcher, so that figures are too low"
    assert line in why(found["feedback"])
    (policy,) = (fix.text for part in found["feedback"].parts for fix in part.fixes if "policy" in fix.text)
    execute(platform, policy)
    assert features(catalog, watcher)["feedback"].state == "there"
    execute(platform, "create policy less on feedback as restrictive using (rating > 1)")
    assert features(catalog, watcher)["feedback"].state == "partly"
    for name in ("SMALL_PAGES", "FIRST_PAGES", "MOST_PAGES"):  # as a large table is read
        monkeypatch.setattr(read, name, 1)
    people = "select gen_random_uuid(), n, 'h' from generate_series(1, 400) n"
    execute(platform, f"insert into users (id, email, hashed_password) {people}")
    assert run(catalog)["user_entity"].endswith(
        "permission denied for table users; `gendash doctor` prints the GRANT; large tables are read by ranges of ctid"
    )


DIRTY = """
alter table users alter created_at drop not null, alter email drop not null, alter hashed_password drop not null;
alter table users alter is_active drop default, alter is_active type text, add column size text default '12 MB';
alter table conversations add column metadata text;
alter table messages alter created_at drop not null, alter conversation_id drop not null;
alter table feedback drop constraint check_rating_range, alter rating drop not null, alter user_id drop not null;
alter table feedback drop constraint feedback_user_id_fkey, drop constraint feedback_message_id_fkey;
alter table messages drop constraint messages_conversation_id_fkey;
insert into users (id, role, is_active, created_at) select gen_random_uuid(), 'user', 'true', at from unnest(
  array['infinity', '-infinity', null, '0001-01-01', '4000-01-01 BC', '290000-01-01', '2026-03-01', '2029-01-01']::timestamptz[]
) as at;
insert into conversations (id, created_at, metadata)
  select gen_random_uuid(), '2026-03-19', one from unnest(array['{"intent": "x"}', '{bad', null]) as one;
insert into messages (id, conversation_id, role, content, created_at) select gen_random_uuid(), c.id, 'user', 'x', u.created_at
  from users u cross join (select id from conversations limit 1) c;
insert into messages (id, role, content, created_at) values (gen_random_uuid(), 'user', 'x', '2026-03-02');
insert into feedback (id, message_id, rating, created_at) select gen_random_uuid(), gen_random_uuid(), stars, at from unnest(
  array[0, 99, null, 5, 1], array['2026-03-01', '2026-03-02', '2026-03-03', 'infinity', '2026-03-04']::timestamptz[]
) as one (stars, at);
insert into tickets (id, title, status, created_at, resolved_at, sla_due_at)
  values (gen_random_uuid(), 't', 'closed', '2026-03-01', 'infinity', '9999-12-31');
analyze;
"""


def test_rows_without_a_real_time_stand_in_no_figure_and_stop_no_other(platform: str, definitions: Definitions) -> None:
    execute(platform, DIRTY)
    broken = definitions(platform, "time_zone: America/Havana\nfeatures: {tickets: true, documents: false}")
    migrate(broken.config, broken)
    assert run(broken) == {}
    found = features(broken, platform)
    lost = "metadata of conversations: 1 hold a metadata that is not JSON: it counts as empty"
    assert lost in why(found["conversations"])
    assert 'platform.columns.conversations.metadata: "= SQL over {columns}"' in fixes(found, "conversations")
    (fields,) = audit(broken, only=["conversation_field"], at=NOW)
    assert (fields.state, fields.sample) == ("found", "33.3% of 3: metadata 1")
    told = "have no valid created_at (NULL, or not from 2000 to 2199), and are in no figure"
    assert f"rows of messages without created_at: 6 {told}" in why(found["conversations"])
    lone = "rows of messages without conversation_id: 1 have no conversation_id, and are in no figure"
    assert lone in why(found["conversations"])
    assert f"rows of users without created_at: 6 {told}" in why(found["users"])
    assert """platform.columns.users.created_at: "= coalesce({created_at}, '2000-01-01')\"""" in fixes(found, "users")
    settings = """
time_zone: America/Havana
features: {tickets: true, documents: false}
platform:
  columns:
    conversations: {metadata: "= case when {metadata} like '{\\"%' then {metadata} end"}
    users: {created_at: "= greatest(case when {created_at} < '2200-01-01' then {created_at} end, '2000-01-01')"}
"""
    catalog = definitions(platform, settings)
    migrate(catalog.config, catalog)
    assert run(catalog, compare=True) == {}
    real = "created_at >= '2000-01-01' and created_at < '2200-01-01'"
    assert_same(
        platform,
        {
            "select count(*) from users": "select count(*) from gendash.user_entity",
            f"select count(*) from messages where {real} and conversation_id is not null": (
                "select sum(messages) from gendash.message_hour"
            ),
            f"select count(*), sum(rating) from feedback where {real} and rating is not null": (
                "select count(*), sum(rating) from gendash.rating_entity"
            ),
            "select count(*), 0 from tickets": "select count(*), count(resolved_at) + count(sla_due_at) from gendash.ticket_entity",
        },
    )
    assert not look_ahead(catalog.config, catalog).problems  # statistics hold such times, too
    assert indexes.find_index_advice(catalog.config, catalog)[0] == []
    for one in audit(catalog, at=NOW):
        assert one.state != "failed" or one.name == "target_repeated", one  # there is no Prometheus


def test_a_replaced_staging_file_serves_a_platform_that_no_mapping_fits(
    database: str, definitions: Definitions, tmp_path: Path
) -> None:
    """The example of docs/adopting.md, as it stands there: messages only, and users in two tables."""
    page = (Path(__file__).parents[3] / "docs" / "adopting.md").read_text("utf-8")
    files = re.findall(r"`ours/(sql/staging/\w+\.sql)`:\n\n```sql\n(.*?)```", page, re.S)
    assert len(files) > 1
    for name, text in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    execute(
        database,
        """
        create table messages (id bigint primary key, conversation_id text, role text, created_at timestamptz not null);
        insert into messages select n, 'c' || n / 7, (array['user', 'ai'])[1 + n % 2],
          timestamptz '2026-03-20' - (700 - n) * interval '5 hours' from generate_series(1, 700) n
        """,
    )
    whole = (tmp_path / "sql/staging/conversations.sql").read_text()
    lines = (line for line in whole.splitlines(keepends=True) if not re.search(r"is_voice|intent", line))
    (tmp_path / "sql/staging/conversations.sql").write_text("".join(lines))
    with pytest.raises(ContentError, match="replaces a staging text that returns is_voice, intent too"):
        definitions(database, "", (tmp_path,))
    (tmp_path / "sql/staging/conversations.sql").write_text(whole)
    off = "features: {users: false, feedback: false, documents: false}"
    catalog = definitions(database, off, (tmp_path,))
    assert check(catalog) == []
    assert features(catalog, database)["conversations"].state == "there"
    migrate(catalog.config, catalog)
    assert run(catalog) == {}
    assert run(catalog, compare=True) == {}
    assert_same(
        database,
        {
            "select count(*), count(distinct conversation_id) from messages": (
                "select sum(messages), (select sum(conversations) from gendash.conversation_hour) from gendash.message_hour"
            ),
            "select min(created_at)::date from messages group by conversation_id order by 1": (
                "select created_at::date from gendash.conversation_entity order by 1"
            ),
        },
    )
    found = {one.name: one.state for one in audit(catalog, at=NOW)}
    assert found.pop("target_repeated") == "failed"  # there is no Prometheus
    assert set(found.values()) <= {"passed", "not available"}


def test_without_a_last_change_no_document_took_a_time(platform: str, definitions: Definitions) -> None:
    execute(
        platform,
        "insert into users (id, email, hashed_password) values (gen_random_uuid(), 'a', 'x'); "
        "insert into documents (id, user_id, title, filename, chunk_count, created_at, updated_at) select "
        "gen_random_uuid(), id, '', '', 1, now() - interval '2 days', now() - interval '1 day' from users",
    )
    taken = "select took_s, documents from gendash.document_took_day"
    for text, expected in (("", [(86400.0, 1)]), ('platform: {columns: {documents: {updated_at: "= null"}}}', [])):
        catalog = definitions(platform, text)
        migrate(catalog.config, catalog)
        assert {result.error for result in refresh(catalog.config, catalog)} == {""}
        assert execute(platform, taken) == expected
