"""A platform on which the reference platform's habits do not hold: each figure against the rows that were put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from gendash.engine.clients import postgres
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.doctor.look_database import last_audits
from gendash.engine.errors import Unexpected
from gendash.engine.model import Panel
from gendash.engine.platform import columns
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import read
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.run import verify

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
# Nothing refers to anything. u1 and u2 are accounts, u3 is an account that was deleted softly, e1 and e2 are people of
# another table. Conversation c1 is of u1, c2 of a guest, c3 was deleted softly, c4 of e1, c5 of u3, c6 of e2.
TABLES = """
create table users (id text, email text, role text, is_active boolean, created_at timestamptz, updated_at timestamptz,
  first_name text, last_name text, deleted boolean);
create table conversations (id text primary key, user_id text, is_voice_conversation boolean, metadata jsonb,
  created_at timestamptz, deleted boolean);
create table messages (id text primary key, conversation_id text, role text, metadata jsonb, created_at timestamptz);
create table feedback (id text, message_id text, user_id text, rating int, comment text, created_at timestamptz,
  updated_at timestamptz);
insert into users select id, id, 'user', true, '2026-03-01', '2026-03-01', id, id, id = 'u3'
  from unnest('{u1,u2,u3}'::text[]) id;
insert into conversations select id, who, false, null, '2026-03-10 10:00', id = 'c3' from (values ('c1', 'u1'),
  ('c2', null), ('c3', 'u2'), ('c4', 'e1'), ('c5', 'u3'), ('c6', 'e2')) t (id, who);
insert into messages select talk || word, talk, role, null, '2026-03-10 10:00'
  from (values ('c1'), ('c2'), ('c3'), ('c4'), ('c5'), ('c6'), ('gone')) t (talk),
  (values ('q', 'user'), ('a', 'assistant')) m (word, role);
"""
SETTINGS = """
platform: {rows: {users: "not {deleted}", conversations: "not {deleted}"}}
features: {documents: false}
"""

Ask = Callable[[str], list[Any]]


def run(catalog: Catalog, **options: Any) -> None:
    assert [one.error for one in refresh(catalog.config, catalog, at=NOW, **options) if one.error] == []


@pytest.fixture
def database(copy_of: Callable[..., str], definitions: Callable[..., Catalog]) -> str:
    """The world, migrated and not yet refreshed."""

    def fill(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLES.encode())
        catalog = definitions(url, SETTINGS)
        migrate(catalog.config, catalog)

    return copy_of("world", fill)


# how a table is read: in `make test` both ways where what counts changes between two refreshes
both_ways = pytest.mark.parametrize("world", [1024, -1], ids=["whole", "by day"], indirect=True)


@pytest.fixture(params=[1024, pytest.param(-1, marks=pytest.mark.soak)], ids=["whole", "by day"])
def world(
    database: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[tuple[Catalog, Ask]]:
    """The world, its tables small or large."""
    monkeypatch.setattr(read, "SMALL_PAGES", request.param)
    with psycopg.connect(database, autocommit=True) as connection:

        def ask(text: str) -> list[Any]:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

        yield definitions(database, SETTINGS), ask


# ── who can rate ─────────────────────────────────────────────────────────────────────────────────────────────────

RESPONSE = "select sum(rated)::int, sum(answers)::int from gendash.rating_response_day"


def rate(ask: Ask, *messages: str) -> None:
    values = ", ".join(f"('{n}', '{m}', 'u1', 5, '2026-03-11', '2026-03-11')" for n, m in enumerate(messages))
    ask(f"insert into feedback (id, message_id, user_id, rating, created_at, updated_at) values {values}")


def test_four_rated_messages_of_which_one_is_an_answer_to_a_known_user_are_one_rated_answer(
    world: tuple[Catalog, Ask],
) -> None:
    catalog, ask = world
    ask("delete from messages where conversation_id not in ('c1', 'c2')")
    rate(ask, "c1a", "c1a", "c1q", "c2a", "c2q")  # twice the answer, a question, a guest's answer, a guest's question
    run(catalog)
    assert ask("select count(distinct message_id) from gendash.rating_entity") == [(4,)]
    assert ask(RESPONSE) == [(1, 1)]


def test_where_guests_can_rate_their_answers_count_too(
    world: tuple[Catalog, Ask], definitions: Callable[..., Catalog]
) -> None:
    catalog, ask = world
    ask("delete from messages where conversation_id not in ('c1', 'c2')")
    rate(ask, "c2a", "c2a", "c2q")
    run(catalog)
    assert ask(RESPONSE) == [(0, 1)]
    text = SETTINGS.replace("platform: {", "platform: {guests_can_rate: true, ")
    everybody = definitions(catalog.config["database_url"], text)
    migrate(everybody.config, everybody)
    run(everybody)
    assert ask(RESPONSE) == [(1, 2)]


def response_of_what_is_there(ask: Ask) -> list[Any]:
    """Answers to somebody in conversations that count, and those of them that were rated, from the platform alone."""
    return ask(
        "select count(*) filter (where exists (select from feedback where message_id = m.id))::int, count(*)::int "
        "from messages m join conversations c on c.id = m.conversation_id "
        "where m.role = 'assistant' and not c.deleted and c.user_id is not null"
    )


@both_ways
def test_answers_to_users_who_do_not_count_stay_in_the_response_rate_with_their_ratings(
    world: tuple[Catalog, Ask],
) -> None:
    """Both or neither: who is forgotten takes no rating out of the rate whose answers it still counts."""
    catalog, ask = world
    rate(ask, "c1a", "c5a", "c4a", "c2a", "c6q")
    ask("update feedback set user_id = 'u3' where message_id in ('c5a', 'c4a')")  # u3 does not count
    run(catalog)
    assert ask(RESPONSE) == response_of_what_is_there(ask) == [(3, 4)]
    assert ask("select distinct user_id from gendash.rating_detail") == [("u1",)], "comments of u3 are not kept"
    ask("update users set deleted = id in ('u1', 'u3')")
    run(catalog)
    assert ask(RESPONSE) == [(3, 4)]
    ask("delete from users where id = 'u1'")
    for options in ({}, {"compare": True}, {"full": True}):
        run(catalog, **options)
        assert ask(RESPONSE) == response_of_what_is_there(ask) == [(3, 4)], options
    assert ask("select user_id from gendash.rating_detail") == []
    ask("update conversations set user_id = null where user_id = 'u3'")  # the platform forgets them, too
    run(catalog, compare=True)
    assert ask(RESPONSE) == response_of_what_is_there(ask) == [(2, 3)]
    (guests,) = audit(catalog, only=["rating_guest"], at=NOW)
    assert (guests.state, guests.sample) == ("found", "50.0% of 4"), "c2a and c5a, and none that u1 was given"


# ── children of rows that do not count ───────────────────────────────────────────────────────────────────────────


@both_ways
def test_a_conversation_that_does_not_count_takes_its_messages_and_ratings_along(world: tuple[Catalog, Ask]) -> None:
    catalog, ask = world
    rate(ask, "c1a", "c3a")
    run(catalog)
    messages = "select role, sum(messages)::int from gendash.message_hour group by 1 order by 1"
    # six conversations and the one that does not exist, without c3
    assert ask(messages) == [("assistant", 6), ("user", 6)]
    assert ask("select count(*) from gendash.rating_entity") == [(1,)]
    assert ask("select count(*) from gendash.rating_detail") == [(1,)]
    assert ask("select conversation_id from gendash.message_conversation_day where conversation_id = 'c3'") == []
    ask("update conversations set deleted = id = 'c1'")
    run(catalog, compare=True)
    assert ask(messages) == [("assistant", 6), ("user", 6)]
    assert ask("select message_id from gendash.rating_entity") == [("c3a",)]
    ask("update conversations set deleted = id = 'c4'")
    run(catalog, compare=True)
    assert ask("select distinct user_id from gendash.user_day order by 1") == [("e2",), ("u1",), ("u2",)]


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE = "select distinct user_id from gendash.user_day order by 1"
ACTIVE = "select max(dau)::int, max(wau)::int, max(mau)::int from gendash.activity_day"


@both_ways
def test_people_are_everybody_who_acts_without_those_who_were_deleted(world: tuple[Catalog, Ask]) -> None:
    catalog, ask = world
    run(catalog)
    assert ask(PEOPLE) == [("e1",), ("e2",), ("u1",)], "u2's conversation and the account u3 do not count"
    assert ask(ACTIVE) == [(3, 3, 3)]
    assert ask("select user_id from gendash.conversation_entity where conversation_id = 'c5'") == [(None,)]
    ask("delete from users where id = 'u1'")  # whose conversation stays behind
    run(catalog)
    assert ask(PEOPLE) == [("e1",), ("e2",)]
    for options in ({"compare": True}, {"full": True}):
        run(catalog, **options)
        assert ask(PEOPLE) == [("e1",), ("e2",)], options
    assert ask("select count(*) from gendash._former_user") == [(2,)]
    assert not [row for row in ask("select user_hash from gendash._former_user") if row[0] in ("u1", "u3")]


@both_ways
def test_who_comes_back_into_the_list_counts_again(world: tuple[Catalog, Ask]) -> None:
    catalog, ask = world
    run(catalog)
    ask("update users set deleted = id = 'u1'")
    run(catalog, compare=True)
    assert ask(PEOPLE) == [("e1",), ("e2",), ("u3",)]
    ask("update users set deleted = false")
    run(catalog, compare=True)
    assert ask(PEOPLE) == [("e1",), ("e2",), ("u1",), ("u3",)]
    assert ask("select count(*) from gendash._former_user") == [(0,)]


def test_without_a_list_of_users_everybody_counts(
    world: tuple[Catalog, Ask], definitions: Callable[..., Catalog]
) -> None:
    catalog, ask = world
    alone = definitions(catalog.config["database_url"], SETTINGS.replace("features: {", "features: {users: false, "))
    migrate(alone.config, alone)
    run(alone)
    assert ask(PEOPLE) == [("e1",), ("e2",), ("u1",), ("u3",)]


# ── what the audits say of it ────────────────────────────────────────────────────────────────────────────────────


def test_audits_measure_in_shares_where_the_figures_rest_on_less_than_they_seem(
    world: tuple[Catalog, Ask], database: str
) -> None:
    catalog, ask = world
    rate(ask, "c1a", "c1a", "c1q", "c2a", "none")
    ask("update feedback set rating = 10 where message_id = 'c2a'")
    ask("insert into messages values ('odd', 'c1', 'robot', null, '2026-03-10 10:00')")
    ask("update users set role = 'robot' where id = 'u2'")
    run(catalog)
    found = {one.name: (one.state, one.found, one.sample) for one in audit(catalog, at=NOW)}
    assert {name: found[name] for name in SHARES} == SHARES
    with psycopg.connect(database) as connection:
        connection.execute("select set_config('gendash.now', %s, false)", [NOW.isoformat()])
        seen = {name: (state, line) for name, state, line, _ in last_audits(connection, catalog)}
    assert seen["people_unknown"] == ("found", "2: 66.7% of 3")


SHARES = {
    "people_unknown": ("found", 2, "66.7% of 3"),  # e1 and e2 beside u1
    "rating_repeated": ("found", 1, "20.0% of 5"),
    "rating_no_answer": ("found", 1, "25.0% of 4"),
    "rating_scale": ("found", 1, "20.0% of 5"),
    "rating_guest": ("found", 1, "50.0% of 2"),
    "rating_parent": ("found", 1, "20.0% of 5"),
    "message_parent": ("found", 2, "15.4% of 13"),  # of the conversation that does not exist
    "message_word": ("found", 1, "7.7% of 13"),
    "account_word": ("found", 1, "50.0% of 2"),
}


def test_ratings_of_users_who_were_deleted_are_not_taken_for_ratings_without_a_message(
    world: tuple[Catalog, Ask],
) -> None:
    catalog, ask = world
    rate(ask, "c4a", "c6a")
    run(catalog)
    ask("delete from users where id = 'u1'")
    run(catalog)
    (one,) = audit(catalog, only=["rating_parent"], at=NOW)
    assert (one.state, one.sample) == ("passed", "0.0% of 2")


def test_an_audit_of_a_share_within_its_limit_passes_and_says_the_share(world: tuple[Catalog, Ask]) -> None:
    catalog, ask = world
    ask("delete from conversations where user_id like 'e%'; delete from messages where conversation_id <> 'c1'")
    run(catalog)
    (one,) = audit(catalog, only=["people_unknown"], at=NOW)
    assert (one.state, one.found, one.sample) == ("passed", 0, "0.0% of 1")


def test_rows_that_cannot_be_used_and_ids_that_are_there_twice_are_shares_of_the_newest_rows(
    world: tuple[Catalog, Ask], definitions: Callable[..., Catalog]
) -> None:
    catalog, ask = world
    ask("insert into messages values ('nan', 'c1', 'user', null, 'infinity'), ('no', 'c1', 'user', null, null)")
    ask("create table tags (conversation_id text, tag text); insert into tags values ('c1', 'x'), ('c1', 'y')")
    ask("create view tagged as select m.* from messages m left join tags t using (conversation_id)")
    rate(ask, "c1a")
    ask("insert into feedback values ('f', 'c1a', 'u1', null, null, '2026-03-11'), ('g', 'c4a', 'u1', 3, null, null)")
    ask("update users set created_at = '2026-03-15' where id = 'u1'")
    run(catalog)
    found = {one.name: (one.state, one.found, one.sample) for one in audit(catalog, at=NOW)}
    assert found["message_unusable"] == ("found", 2, "14.3% of 14")  # without the two of c3, which does not count
    assert found["message_repeated_id"] == ("passed", 0, "0.0% of 12")
    assert found["rating_unusable"] == ("found", 2, "66.7% of 3")
    assert found["account_unusable"] == ("passed", 0, "0.0% of 2")
    assert found["id_overlap"] == ("found", 1, "100.0% of 1")  # u1 wrote five days before the account was created
    joined = definitions(catalog.config["database_url"], SETTINGS.replace("rows:", "tables: {messages: tagged}, rows:"))
    assert joined.config["platform.tables.messages"] == "tagged"
    (double,) = audit(joined, only=["message_repeated_id"], at=NOW)
    assert (double.state, double.found, double.sample) == ("found", 2, "14.3% of 14")


def test_a_share_beyond_its_limit_makes_the_panels_that_it_touches_doubtful_until_the_limit_is_raised(
    world: tuple[Catalog, Ask], definitions: Callable[..., Catalog]
) -> None:
    catalog, ask = world
    environ = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}
    text = SETTINGS + "prometheus_url: none\nlangfuse: {base_url: none}\n"
    catalog = definitions(catalog.config["database_url"], text, **environ)
    migrate(catalog.config, catalog)
    rate(ask, "c1a", "c1q", "c4q")
    run(catalog)
    audit(catalog, at=NOW)

    def doubtful(of: Catalog) -> dict[str, str]:
        return {
            f"{one.dashboard}/{one.panel}": one.why for one in verify(of.config, of, at=NOW) if one.status == "doubtful"
        }

    before = doubtful(catalog)
    of_answers = {
        name for name, why in before.items() if why.startswith("audit rating_no_answer: 66.7% of 3, at most 1.0%")
    }
    read = {f"{d.name}/{p.slug}": relations_of(catalog, p) for d in catalog.dashboards.values() for p in d.panels()}
    assert of_answers
    assert all({"rating_detail", "rating_message"} & read[name] for name in of_answers)
    assert "feedback-quality/response" in before
    assert not [name for name in before if not read[name]], "a panel that reads nothing of the store is not touched"
    assert any(name not in before for name in read if name.startswith(("feedback-quality/", "overview/")))
    limits = "audit_limits: {rating_no_answer: 0.9, people_unknown: 0.9, rating_parent: 0.9, message_parent: 0.9}\n"
    raised = definitions(catalog.config["database_url"], text + limits, **environ)
    audit(raised, at=NOW)
    assert not [why for why in doubtful(raised).values() if "rating_no_answer" in why or "people_unknown" in why]


def relations_of(catalog: Catalog, panel: Panel) -> set[str]:
    names = {name for query in panel.queries for kind, name in catalog.expand(query).uses if kind == "relation"}
    return names | {below for name in names for kind, below in catalog.lineage(name) if kind == "relation"}


# ── servers that change ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_platform_without_langfuse_is_not_red_for_it(
    world: tuple[Catalog, Ask], definitions: Callable[..., Catalog]
) -> None:
    """Langfuse is not set at all, which is the default; nor is Prometheus needed for what PostgreSQL answers."""
    catalog, ask = world
    environ = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}
    catalog = definitions(catalog.config["database_url"], SETTINGS + "prometheus_url: none\n", **environ)
    migrate(catalog.config, catalog)
    rate(ask, "c1a", "c4a")
    run(catalog)
    found = verify(catalog.config, catalog, at=NOW, only=["feedback-quality"])
    assert [str(one) for one in found if one.status in ("stale", "missing", "error")] == []
    assert any(one.status == "ok" for one in found)


def test_row_level_security_that_is_switched_on_later_fails_the_refresh_before_anything_is_forgotten(
    world: tuple[Catalog, Ask], definitions: Callable[..., Catalog], database: str
) -> None:
    catalog, ask = world
    run(catalog)
    before = ask(PEOPLE)
    ask("create role gendash_blind login password 'x'; grant select on all tables in schema public to gendash_blind")
    ask("alter table messages enable row level security")
    host = database.split("@")[-1]
    blind = definitions(database, SETTINGS, GENDASH_SOURCE_URL=f"postgresql://gendash_blind:x@{host}")
    results = {one.relation: one for one in refresh(blind.config, blind, at=NOW, full=True)}
    assert results["user_day"].state == "failed"
    assert "public.messages: row level security may hide rows of it" in results["user_day"].error
    assert results["conversation_entity"].state == "refreshed", "what is read of other tables goes on"
    assert ask(PEOPLE) == before


def test_a_server_that_is_too_old_is_named_first(world: tuple[Catalog, Ask], monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, _ = world
    monkeypatch.setattr(postgres, "OLDEST", 99)
    with pytest.raises(Unexpected, match=r"PostgreSQL \d+\.\d+; use PostgreSQL 99 or later"):
        migrate(catalog.config, catalog)


def test_a_table_whose_rows_lie_in_children_is_not_small(
    world: tuple[Catalog, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog, ask = world
    monkeypatch.setattr(read, "SMALL_PAGES", 1)
    monkeypatch.setattr(columns, "SMALL_PAGES", 1)
    ask("create table old () inherits (messages); create table older () inherits (messages)")
    for child in ("old", "older"):
        ask(
            f"insert into {child} select '{child}' || n, 'c1', 'user', null, '2026-03-09' from generate_series(1, 90) n"
        )
    run(catalog)
    assert ask("select sum(messages)::int from gendash.message_hour") == [(12 + 180,)]
    with psycopg.connect(catalog.config["database_url"], autocommit=True) as connection:
        pages = columns.read_columns(connection, catalog).pages
    assert pages["messages"] == 2, "the sum of three tables of a page each, none of which is large"


@both_ways
def test_a_locked_table_fails_only_what_reads_it_and_is_named(
    world: tuple[Catalog, Ask], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog, ask = world
    monkeypatch.setitem(columns.READ_SETTINGS, "lock_timeout", "100ms")  # each try waits for so long
    monkeypatch.setattr(read, "ATTEMPTS", 2)
    ask("create table unrelated ()")
    with psycopg.connect(database) as other:
        other.execute("lock table feedback, unrelated in access exclusive mode")
        results = {one.relation: one for one in refresh(catalog.config, catalog, at=NOW)}
    assert {name for name, one in results.items() if one.state == "failed"} == {
        "rating_entity",
        "rating_detail",
        "rating_message",
    }
    assert "another session has locked feedback" in results["rating_entity"].error
