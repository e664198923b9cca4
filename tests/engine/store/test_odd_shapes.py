"""Shapes that no other platform of the tests has: each figure against plain SQL, through an adapter and by settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gendash.engine.checks.definitions import check
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.platform.proposing.files import select_text
from gendash.engine.platform.proposing.propose import propose
from gendash.engine.platform.snapshot import Samples, read_snapshot
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh

Definitions = Callable[..., Catalog]
NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
# Three schemas; names with blanks, quotes and capitals; composite keys; ids of three types; a view over partitions;
# roles as numbers; words for ratings; local times of Kathmandu, and dates only; soft deletes by a status; a generated
# column, an array, a domain; nobody has a row of his own
WORLD = """
create schema "My App"; create schema crm; create schema "Größe";
create domain "My App".day as date check (value > '1990-01-01');
create table "My App"."Chat ""Rooms"" All" ("Room No" bigint primary key, "Owner" uuid, "Begun" "My App".day, "State" text,
  tags text[], label text generated always as ('room ' || "Owner"::text) stored);
create table crm.posts (room text, no int, "Kind" smallint, at timestamp, primary key (room, no, at)) partition by range (at);
create table crm.posts_1 partition of crm.posts for values from ('2026-01-01') to ('2026-03-10');
create table crm.posts_2 partition of crm.posts for values from ('2026-03-10') to ('2027-01-01');
create view crm."All Posts" as select p.*, p.room || '/' || p.no as id from crm.posts p;
create table "Größe"."Votes" (post text, "Vote" text, who text);
insert into "My App"."Chat ""Rooms"" All" select n, md5('u' || n % 5)::uuid, date '2026-03-01' + n % 18,
  (array['open', 'TRASHED', 'open', 'kept'])[1 + n % 4], array['a'] from generate_series(1, 40) n;
insert into crm.posts select n % 40 + 1, n, (array[1, 2, 3])[1 + n % 3], timestamp '2026-03-01' + n * interval '51 minutes'
  from generate_series(1, 500) n;
insert into "Größe"."Votes" select (n % 40 + 1) || '/' || n, (array['like', 'dislike', 'meh', null])[1 + n % 4], md5('u' || n % 5)
  from generate_series(1, 500, 7) n;
"""
KEPT = """"State" <> 'TRASHED'"""
ADAPTER = {
    "conversations": f'select r."Room No" as conversation_id, r."Owner" as user_id, r."Begun" as created_at '
    f'from "My App"."Chat ""Rooms"" All" r where r.{KEPT}',
    "messages": "select p.id as message_id, p.room as conversation_id, case p.\"Kind\" when 1 then 'user' when 2 then "
    "'assistant' else 'system' end as role, p.at at time zone 'Asia/Kathmandu' as created_at "
    'from crm."All Posts" p join "My App"."Chat ""Rooms"" All" r on r."Room No"::text = p.room where r.' + KEPT,
    "feedback": "select v.post || ':' || v.who as feedback_id, v.post as message_id, v.who as user_id, case v.\"Vote\" "
    "when 'like' then 5 when 'dislike' then 1 end as rating, p.at at time zone 'Asia/Kathmandu' as created_at "
    'from "Größe"."Votes" v join crm."All Posts" p on p.id = v.post '
    'join "My App"."Chat ""Rooms"" All" r on r."Room No"::text = p.room where v."Vote" in (\'like\', \'dislike\') and r.' + KEPT,
}  # fmt: skip
SETTINGS = """
platform:
  time_zone: Asia/Kathmandu
  tables: {conversations: 'My App.Chat "Rooms" All', messages: crm.All Posts, feedback: Größe.Votes}
  rows: {conversations: "{State} <> 'TRASHED'", feedback: "{Vote} in ('like', 'dislike')"}
  columns:
    conversations: {conversation_id: Room No, user_id: Owner, created_at: Begun, is_voice: "= false", metadata: "= null"}
    messages: {conversation_id: room, role: Kind, created_at: at, metadata: "= null"}
    feedback: {feedback_id: "= {post} || ':' || {who}", message_id: post, user_id: who, comment: "= null", updated_at: "= null",
      rating: "= case {Vote} when 'like' then 5 when 'dislike' then 1 end", created_at: "= '2026-03-19'"}
  vocabularies: {message_role: {user: [1], assistant: [2], system: ["3"]}}
"""
OFF = "features: {users: false, documents: false, tickets: false}\nprometheus_url: none\nlangfuse: {base_url: none}\n"
JOINED = f'from crm.posts p join "My App"."Chat ""Rooms"" All" r on r."Room No"::text = p.room where r.{KEPT}'
FIGURES = {
    f'select count(*), count(distinct "Owner") from "My App"."Chat ""Rooms"" All" where {KEPT}': (
        "select count(*), count(distinct user_id) from gendash.conversation_entity"),
    'select "Begun", count(*) from "My App"."Chat ""Rooms"" All" where ' + KEPT + " group by 1 order by 1": (
        "select (created_at at time zone 'Asia/Kathmandu')::date, count(*) from gendash.conversation_entity group by 1 order by 1"),
    f"select date_trunc('hour', p.at), \"Kind\", count(*) {JOINED} group by 1, 2 order by 1, 2": (
        "select hour at time zone 'Asia/Kathmandu', array_position(array['user', 'assistant', 'system'], role), sum(messages)::bigint "
        "from gendash.message_hour group by 1, 2 order by 1, 2"),
    f"select p.room, count(*) {JOINED} group by 1 order by 1": (
        "select conversation_id, sum(messages)::bigint from gendash.message_conversation_day group by 1 order by 1"),
    f"select count(*), sum(case v.\"Vote\" when 'like' then 5 else 1 end) from \"Größe\".\"Votes\" v, lateral (select 1 {JOINED} "
    "and p.room || '/' || p.no = v.post) x where v.\"Vote\" in ('like', 'dislike')": (
        "select count(*), sum(rating) from gendash.rating_entity"),
}  # fmt: skip


@pytest.fixture(params=["adapter", "settings"])
def site(request: pytest.FixtureRequest, database: str, definitions: Definitions, tmp_path: Path) -> Iterator[Any]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(WORLD.encode())
        for name, text in ADAPTER.items():
            (tmp_path / f"{name}.sql").write_text(text)
        own = f"platform: {{adapter: '{tmp_path}'}}\n" if request.param == "adapter" else SETTINGS
        yield definitions(database, f"time_zone: Asia/Kathmandu\n{own}{OFF}"), connection


@pytest.mark.parametrize("small", [pytest.param(1024, marks=pytest.mark.soak), -1], ids=["whole", "in parts"])
def test_each_figure_equals_plain_sql(site: Any, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, connection = site
    monkeypatch.setattr(read, "SMALL_PAGES", small)
    assert [str(one) for one in check(catalog)] == []
    migrate(catalog.config, catalog)
    for options in ({}, {"compare": True}):
        assert [one.error for one in refresh(catalog.config, catalog, at=NOW, **options) if one.error] == []
        for plain, stored in FIGURES.items():
            expected = connection.execute(plain.encode()).fetchall()
            assert expected and expected[0][0], plain
            assert connection.execute(stored.encode()).fetchall() == expected, stored
    assert {one.name: one.error for one in audit(catalog, at=NOW) if one.state == "failed"} == {}
    # a trashed room takes its posts and votes along; a new post and a late one are found
    connection.execute("""update "My App"."Chat ""Rooms"" All" set "State" = 'TRASHED' where "Room No" = 4""")
    connection.execute(
        "insert into crm.posts values ('2', 9001, 1, '2026-03-05 10:00'), ('2', 9002, 2, '2026-03-20 20:00')"
    )
    assert [one.error for one in refresh(catalog.config, catalog, at=NOW, compare=True) if one.error] == []
    for plain, stored in FIGURES.items():
        assert connection.execute(stored.encode()).fetchall() == connection.execute(plain.encode()).fetchall(), stored


def test_init_proposes_only_selects_that_can_be_run_and_asks_for_the_rest(site: Any) -> None:
    catalog, connection = site
    found = propose(read_snapshot(connection, "gendash"), Samples(connection), catalog.contract)
    for table in found.tables.values():
        connection.execute(select_text(table).encode())
    assert any("messages" in question for question in found.questions)
