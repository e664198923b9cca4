"""Random histories of a platform: whatever happened, a full refresh gives what a rebuild gives, and nothing is doubled."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from gendash.engine.catalog import Catalog
from gendash.engine.targets import postgres_source
from gendash.engine.targets.migrate import migrate
from gendash.engine.targets.refresh import refresh

START = datetime(2026, 3, 20, tzinfo=UTC)  # clocks change in Berlin on the 29th
ZONE = ZoneInfo("Europe/Berlin")
TABLES = ("users", "conversations", "messages", "feedback", "documents", "tickets")
WINDOWED = ("message_hour", "user_day", "message_conversation_day", "conversation_hour", "conversation_entity")
SAMPLE = range(6)


class Killed(BaseException):
    """The process is gone."""


class Platform:
    """A platform that does something at random; it knows its own clock."""

    def __init__(self, url: str, seed: int) -> None:
        self.rng = random.Random(seed)
        self.connection = psycopg.connect(url, autocommit=True)
        self.now = START + timedelta(hours=self.rng.randrange(48))
        self.count = 0
        self.steps: list[Callable[[], None]] = [
            *[self.register] * 2,
            *[self.talk] * 4,
            *[self.write] * 8,
            *[self.rate] * 2,
            self.upload,
            self.open_ticket,
            self.write_late,
            self.change_anything,
            self.move,
            self.delete,
            self.vacuum,
        ]

    def close(self) -> None:
        self.connection.close()

    def id(self) -> str:
        self.count += 1
        return str(UUID(int=self.count))

    def do(self, statement: str, *values: Any) -> None:
        self.connection.execute(statement.encode(), values)

    def any_of(self, table: str) -> str | None:
        found = self.connection.execute(f"select id from {table} order by id".encode()).fetchall()
        return str(self.rng.choice(found)[0]) if found else None

    def ago(self, days: float) -> datetime:
        moment = self.now - timedelta(seconds=self.rng.randrange(int(days * 86_400)))
        if self.rng.random() < 0.3:  # the edge of a local day
            return moment.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        return moment

    def register(self) -> None:
        number = self.id()
        self.do(
            "insert into users (id, email, hashed_password, created_at) values (%s, %s, 'h', %s)",
            number,
            number,
            self.ago(0.1),
        )

    def talk(self) -> None:
        owner = self.any_of("users") if self.rng.random() < 0.8 else None
        voice = self.rng.random() < 0.3
        self.do(
            "insert into conversations (id, user_id, is_voice_conversation, created_at) values (%s, %s, %s, %s)",
            self.id(),
            owner,
            voice,
            self.ago(0.1),
        )

    def write(self, days: float = 0.1) -> None:
        talk = self.any_of("conversations")
        if talk:
            role = self.rng.choice(["user", "user", "assistant", "robot"])
            self.do(
                "insert into messages (id, conversation_id, role, content, created_at) values (%s, %s, %s, 'x', %s)",
                self.id(),
                talk,
                role,
                self.ago(days),
            )

    def write_late(self) -> None:
        self.write(30)

    def rate(self) -> None:
        message, user = self.any_of("messages"), self.any_of("users")
        if message and user:
            self.do(
                "insert into feedback (id, message_id, user_id, rating, created_at) values (%s, %s, %s, %s, %s) on conflict (message_id) do update set rating = excluded.rating",
                self.id(),
                message,
                user,
                self.rng.choice([1, 5]),
                self.ago(0.1),
            )

    def upload(self) -> None:
        user = self.any_of("users")
        if user:
            self.do(
                "insert into documents (id, user_id, title, filename, status, chunk_count, created_at) values (%s, %s, 't', 'f', 'processing', 0, %s)",
                self.id(),
                user,
                self.ago(0.1),
            )

    def open_ticket(self) -> None:
        self.do(
            "insert into tickets (id, title, created_by, created_at) values (%s, 't', %s, %s)",
            self.id(),
            self.any_of("users"),
            self.ago(0.1),
        )

    def change_anything(self) -> None:
        table, change = self.rng.choice(
            [
                ("users", "is_active = not is_active"),
                ("users", "role = 'admin', updated_at = now()"),
                ("users", "created_at = created_at - interval '40 days'"),
                ("conversations", "is_voice_conversation = not is_voice_conversation"),
                ("conversations", "created_at = created_at - interval '3 days'"),
                ("messages", "role = 'assistant'"),
                ("messages", "created_at = created_at - interval '5 days'"),
                ("messages", "created_at = created_at + interval '5 days'"),
                ("feedback", "rating = 6 - rating, comment = 'x'"),
                ("documents", "status = 'done', chunk_count = 7, file_type = '.PDF', file_size = 9"),
                ("tickets", "status = 'resolved', resolved_at = created_at + interval '1 hour'"),
                ("tickets", "status = 'open', resolved_at = null, priority = 'urgent', category = 'c'"),
            ]
        )
        chosen = self.any_of(table)
        if chosen:
            self.do(f"update {table} set {change} where id = %s", chosen)

    def move(self) -> None:
        conversation = self.any_of("conversations")
        if conversation:
            self.do("update conversations set user_id = %s where id = %s", self.any_of("users"), conversation)
        message = self.any_of("messages")
        if message and conversation:
            self.do("update messages set conversation_id = %s where id = %s", conversation, message)

    def delete(self) -> None:
        table = self.rng.choice(TABLES)
        chosen = self.any_of(table)
        if chosen:
            self.do(f"delete from {table} where id = %s", chosen)

    def vacuum(self) -> None:
        self.do(f"vacuum {self.rng.choice(TABLES)}")

    def live(self) -> None:
        """Some hours go by."""
        self.now += timedelta(hours=self.rng.randrange(1, 40))
        for _ in range(self.rng.randrange(5, 25)):
            self.rng.choice(self.steps)()


@contextmanager
def killed_before(monkeypatch: pytest.MonkeyPatch, statement: int) -> Iterator[None]:
    """Cuts the connection before the n-th statement."""
    sent = 0
    execute = psycopg.Connection.execute

    def counting(self: psycopg.Connection[Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent > statement:
            self.close()
            raise Killed
        return execute(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counting)
        yield


def contents(connection: psycopg.Connection[Any], names: list[str]) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, connection.execute(f"select * from gendash.{name}".encode()).fetchall()))
        for name in names
    }


def refreshed(catalog: Catalog, platform: Platform, **options: Any) -> None:
    results = refresh(catalog.config, catalog, at=platform.now, **options)
    assert not [result.error for result in results if result.error]


def check_history(url: str, catalog: Catalog, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Platform(url, seed)) as platform:
        _check_history(platform, catalog, random.Random(-seed), monkeypatch)


def _check_history(platform: Platform, catalog: Catalog, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = platform.connection
    names = [
        relation.name
        for relation in catalog.build_order()
        if (relation.kind == "rollup" or relation.header.get("materialized"))
        and any(kind == "staging" for kind, _ in catalog.lineage(relation.name))
    ]
    for table in TABLES:
        if rng.random() < 0.7:
            method = rng.choice(["brin", "btree"])
            watcher.execute(f"create index {table}_created on {table} using {method} (created_at)".encode())
    monkeypatch.setattr(postgres_source, "SMALL_PAGES", rng.choice([-1, 1024]))
    for constant in ("WHOLE_PAGES", "FIRST_PAGES", "FEWEST_PAGES"):
        monkeypatch.setattr(postgres_source, constant, rng.choice([1, 8192]))
    for _ in range(5):
        platform.live()
        if rng.random() < 0.4:
            with pytest.raises(Killed), killed_before(monkeypatch, rng.randrange(150)):
                refreshed(catalog, platform)
                raise Killed  # all of it went through first
            watcher.execute("update gendash._lease set until = now() - interval '1 second'")
        refreshed(catalog, platform, full=rng.random() < 0.1)
        gone = watcher.execute(
            "select user_id from gendash.user_day union select user_id from gendash.conversation_entity "
            "where user_id is not null except select id::text from users"
        ).fetchall()
        assert gone == [], "personal data of deleted users"
    refreshed(catalog, platform, full=True)
    kept = contents(watcher, names)
    counts = watcher.execute("select relation, rows from gendash._refresh where relation = any(%s)", [names]).fetchall()
    for name in names:
        if catalog.relations[name].kind == "rollup":
            watcher.execute(f"truncate gendash.{name}".encode())
    watcher.execute("truncate gendash._refresh")
    refreshed(catalog, platform)
    assert contents(watcher, names) == kept
    assert {name: len(kept[name]) for name, _ in counts} == dict(counts)


@pytest.mark.parametrize("seed", SAMPLE)
def test_after_any_history_a_full_refresh_equals_a_rebuild(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    catalog = definitions(platform, f"time_zone: {ZONE}\nfeatures: {{tickets: true}}")
    migrate(catalog.config, catalog)
    check_history(platform, catalog, seed, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 3000))
def test_after_any_of_very_many_histories_a_full_refresh_equals_a_rebuild(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    catalog = definitions(platform, f"time_zone: {ZONE}\nfeatures: {{tickets: true}}")
    migrate(catalog.config, catalog)
    check_history(platform, catalog, seed, monkeypatch)


@pytest.fixture
def living(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Platform, Catalog]]:
    """A platform whose tables count as large and have an index on their time, after a first refresh."""
    catalog = definitions(platform, f"time_zone: {ZONE}\nfeatures: {{tickets: true}}")
    monkeypatch.setattr(postgres_source, "SMALL_PAGES", -1)
    migrate(catalog.config, catalog)
    with closing(Platform(platform, 7)) as found:
        for table in TABLES:
            found.do(f"create index {table}_created on {table} using brin (created_at)")
        for _ in range(6):
            found.live()
        refreshed(catalog, found)
        yield found, catalog


def test_a_steady_refresh_reads_the_last_days_only_and_keeps_up_with_them(
    living: tuple[Platform, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, catalog = living
    platform.now += timedelta(hours=20)
    for step in (platform.talk, platform.write, platform.talk, platform.write, platform.write):
        step()
    platform.do("delete from messages where id = (select id from messages order by created_at desc limit 1)")
    texts: list[str] = []
    copy = postgres_source._copy

    def spying(connection: Any, query: str, rows: Any) -> None:
        texts.append(query)
        copy(connection, query, rows)

    monkeypatch.setattr(postgres_source, "_copy", spying)
    refreshed(catalog, platform)
    assert len([text for text in texts if ">= '2026-" in text]) == len(WINDOWED) * 3
    kept = contents(platform.connection, list(WINDOWED))
    refreshed(catalog, platform, full=True)
    assert contents(platform.connection, list(WINDOWED)) == kept


def test_what_moves_before_the_last_days_is_put_right_by_a_full_refresh_once_a_day(
    living: tuple[Platform, Catalog],
) -> None:
    platform, catalog = living
    platform.write_late()
    platform.do(
        "update messages set created_at = created_at - interval '20 days' where created_at < %s",
        platform.now - timedelta(days=4),
    )
    before = contents(platform.connection, ["message_hour"])
    platform.now += timedelta(minutes=5)
    refreshed(catalog, platform)
    assert contents(platform.connection, ["message_hour"]) == before
    platform.now += timedelta(hours=24)
    refreshed(catalog, platform)
    after = contents(platform.connection, ["message_hour"])
    assert after != before
    platform.do("truncate gendash.message_hour")
    platform.do("truncate gendash._refresh")
    refreshed(catalog, platform)
    assert contents(platform.connection, ["message_hour"]) == after


def test_a_deleted_user_is_gone_from_old_days_at_the_next_refresh(living: tuple[Platform, Catalog]) -> None:
    platform, catalog = living
    platform.now += timedelta(days=10, hours=-1)
    platform.do("update gendash._refresh set full_at = full_at + interval '10 days'")
    ((user,),) = platform.connection.execute("select user_id from gendash.user_day order by day limit 1").fetchall()
    platform.do("delete from users where id = %s", user)
    refreshed(catalog, platform)
    for relation in ("user_entity", "user_day", "conversation_entity"):
        assert not [row for row in contents(platform.connection, [relation])[relation] if user in row]
    before = contents(platform.connection, ["user_day", "conversation_entity"])
    refreshed(catalog, platform, full=True)
    assert contents(platform.connection, ["user_day", "conversation_entity"]) == before
