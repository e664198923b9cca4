"""Random histories of a platform: whatever happened, a reconcile gives what a rebuild gives, and nothing is doubled."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.relations import query_of, stagings
from gendash.engine.errors import Refused, TargetError
from gendash.engine.platform import computed_columns
from gendash.engine.store.lease import Lease
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh import from_platform as refreshing
from gendash.engine.store.refresh import from_store
from gendash.engine.store.refresh import read as postgres_read
from gendash.engine.store.refresh.run import refresh

# Zones and times in which a local midnight is doubled or skipped, or a day has 23 or 25 hours
PLACES = (
    ("Europe/Berlin", datetime(2026, 3, 20, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 19, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 10, 27, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 3, 3, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 24, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 3, 31, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 5, 1, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(2026, 5, 1, tzinfo=UTC)),
)
START, ZONE = PLACES[0][1], ZoneInfo(PLACES[0][0])
TABLES = ("users", "conversations", "messages", "feedback", "documents", "tickets", "ticket_status_history")
ROOT = Path(__file__).resolve().parents[2]
FEATURES = "features: {tickets: true, ticket_history: true, intent: true, langfuse: true}"
WORDS = {
    "role": ["user", "assistant", "admin", "robot"],
    "status": ["open", "in_progress", "resolved", "closed"],
    "priority": ["low", "urgent"],
    "from_status": ["open", "resolved"],
    "to_status": ["open", "closed"],
}
WRITTEN = ("user_day", "message_hour", "message_conversation_day")  # all of one staging text
WINDOWED = (
    "message_hour",
    "user_day",
    "message_conversation_day",
    "conversation_hour",
    "conversation_entity",
    "rating_answer_hour",
    "rating_detail",
    "rating_message",
)
SAMPLE = range(1)


class Killed(BaseException):
    """The process is gone."""


class Platform:
    """A platform that does something at random; it knows its own clock."""

    def __init__(self, url: str, seed: int, catalog: Catalog) -> None:
        self.rng = random.Random(seed)
        self.connection = psycopg.connect(url, autocommit=True)
        self.zone, start = PLACES[seed % len(PLACES)]
        self.now = start + timedelta(hours=self.rng.randrange(48))
        self.count = 0
        self.columns = self.columns_read(catalog)
        self.steps: list[Callable[[], None]] = [
            *[self.register] * 2,
            *[self.talk] * 4,
            *[self.write] * 8,
            *[self.rate] * 2,
            self.upload,
            *[self.open_ticket] * 2,
            self.move_ticket,
            self.write_late,
            *[self.change_anything] * 4,
            self.move,
            self.delete,
            self.vacuum,
        ]

    def columns_read(self, catalog: Catalog) -> list[tuple[str, str, str]]:
        """Table, column and type of everything that any staging text reads, keys left out."""
        found = self.connection.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
        ).fetchall()
        types = {(table, column): kind for table, column, kind in found}
        read = {
            (staging.header["tables"][table], column)
            for staging in catalog.relations.values()
            if staging.kind == "staging"
            for table, columns in staging.header["reads"].items()
            for column in columns.values()
        }
        return sorted((*name, types[name]) for name in read if name in types and name[1] != "id")

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
            local = moment.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
            return local + timedelta(minutes=self.rng.choice([-1, 0, 0, 30, 59]))
        return moment

    def insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.do(f"insert into {table} ({names}) values ({marks}) on conflict do nothing", *values.values())

    def register(self) -> None:
        number = self.id()
        self.insert("users", id=number, email=number, hashed_password="h", created_at=self.ago(0.1))

    def talk(self) -> None:
        owner = self.any_of("users") if self.rng.random() < 0.8 else None
        voice = self.rng.random() < 0.3
        self.insert("conversations", id=self.id(), user_id=owner, is_voice_conversation=voice, created_at=self.ago(0.1))

    def write(self, days: float = 0.1) -> None:
        talk = self.any_of("conversations")
        if talk:
            role = self.rng.choice(["user", "user", "assistant", "robot"])
            intent = self.rng.choice([None, '{"intent": "billing"}', '{"trace_id": "t"}'])
            self.insert(
                "messages",
                id=self.id(),
                conversation_id=talk,
                role=role,
                content="x",
                metadata=intent,
                created_at=self.ago(days),
            )

    def write_late(self) -> None:
        self.write(30)

    def rate(self) -> None:
        message, user = self.any_of("messages"), self.any_of("users")
        if message and user:
            rating = self.rng.choice([1, 5])
            self.insert(
                "feedback", id=self.id(), message_id=message, user_id=user, rating=rating, created_at=self.ago(0.1)
            )

    def upload(self) -> None:
        user = self.any_of("users")
        if user:
            self.insert(
                "documents",
                id=self.id(),
                user_id=user,
                title="t",
                filename="f",
                status="processing",
                chunk_count=0,
                created_at=self.ago(0.1),
            )

    def open_ticket(self) -> None:
        self.insert("tickets", id=self.id(), title="t", created_by=self.any_of("users"), created_at=self.ago(0.1))

    def move_ticket(self) -> None:
        ticket = self.any_of("tickets")
        if ticket:
            self.insert("ticket_status_history", ticket_id=ticket, to_status="resolved", changed_at=self.ago(0.1))

    def change_anything(self) -> None:
        """Gives any column that any rollup reads another value, in some row."""
        table, column, kind = self.rng.choice(self.columns)
        chosen = self.any_of(table)
        if not chosen:
            return
        if column in ("user_id", "created_by", "assigned_to"):
            value: Any = self.any_of("users")
        elif column.endswith("_id"):
            value = self.any_of({"conversation_id": "conversations", "message_id": "messages"}.get(column, "tickets"))
        elif kind.startswith("timestamp"):
            value = self.ago(self.rng.choice([1, 40])) + self.rng.choice([0, 0, 1]) * timedelta(days=3)
        elif kind == "boolean":
            value = self.rng.random() < 0.5
        elif kind in ("integer", "bigint", "double precision"):
            value = self.rng.randrange(1, 6)
        elif kind == "jsonb":
            value = self.rng.choice(['{"intent": "other"}', '{"trace_id": "u"}', None])
        else:
            value = self.rng.choice(WORDS.get(column, ["done", "x"]))
        with suppress(psycopg.errors.IntegrityError):
            self.do(f"update {table} set {column} = %s where id = %s", value, chosen)

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
def killed_before(monkeypatch: pytest.MonkeyPatch, statement: int) -> Iterator[list[int]]:
    """Cuts the connection before the n-th statement, COPY counted too. Yields how many there were."""
    sent = [0]
    execute, copy = psycopg.Connection.execute, psycopg.Cursor.copy

    def counted(connection: psycopg.Connection[Any]) -> None:
        sent[0] += 1
        if sent[0] > statement:
            connection.close()
            raise Killed

    def executing(self: psycopg.Connection[Any], *args: Any, **kwargs: Any) -> Any:
        counted(self)
        return execute(self, *args, **kwargs)

    def copying(self: psycopg.Cursor[Any], *args: Any, **kwargs: Any) -> Any:
        counted(self.connection)
        return copy(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", executing)
        patch.setattr(psycopg.Cursor, "copy", copying)
        yield sent


def contents(connection: psycopg.Connection[Any], names: list[str]) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, connection.execute(f"select * from gendash.{name}".encode()).fetchall()))
        for name in names
    }


def from_the_platform(catalog: Catalog) -> list[str]:
    found = [
        relation.name
        for relation in catalog.build_order()
        if (relation.kind == "rollup" or relation.header.get("materialized"))
        and not relation.header.get("keep")  # it remembers what nobody can compute again
        and any(kind == "staging" for kind, _ in catalog.lineage(relation.name))
    ]
    off = [name for name in found if not catalog.enabled(catalog.relations[name])]
    assert off == [], "nobody refreshes these: turn their features on above"
    return found


def refreshed(catalog: Catalog, platform: Platform, **options: Any) -> None:
    results = refresh(catalog.config, catalog, at=platform.now, **options)
    assert not [result.error for result in results if result.error]


def follows(catalog: Catalog, platform: Platform) -> None:
    """What stands on relations of the store is what its query gives, although only days that changed were computed."""
    with platform.connection.transaction():
        platform.connection.execute("select set_config('gendash.now', %s, true)", [platform.now.isoformat()])
        for name in from_the_platform(catalog):
            relation = catalog.relations[name]
            if stagings(catalog, relation):
                continue
            columns = ", ".join(relation.columns)
            given, kept = (
                f"select {columns} from ({query_of(catalog, relation)}) q",
                f"select {columns} from gendash.{name}",
            )
            for more, fewer in ((given, kept), (kept, given)):
                found = platform.connection.execute(f"{more} except all {fewer}".encode()).fetchall()
                assert found == [], f"{name} does not follow what it stands on"


def rebuilt(catalog: Catalog, platform: Platform) -> None:
    for name in from_the_platform(catalog):
        if catalog.relations[name].kind == "rollup":
            platform.do(f"truncate gendash.{name}")
    platform.do("truncate gendash._refresh, gendash._signature")
    refreshed(catalog, platform)


def free_the_lease(platform: Platform) -> None:
    platform.do("update gendash._lease set until = now() - interval '1 second'")


def is_killed(platform: Platform, catalog: Catalog, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Killed), killed_before(monkeypatch, rng.randrange(400)):
        refreshed(catalog, platform, compare=rng.random() < 0.3)
        raise Killed  # all of it went through first
    free_the_lease(platform)


def runs_twice_at_once(
    platform: Platform, catalog: Catalog, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one() -> None:
        with suppress(Refused):
            refreshed(catalog, platform)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def loses_a_column(platform: Platform, catalog: Catalog, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform renames a column in the middle of a refresh, and takes that back later."""
    table, column, _ = rng.choice(platform.columns)
    calls = rng.randrange(1, 30)
    keep = Lease.keep

    def keeping(lease: Lease) -> None:
        nonlocal calls
        calls -= 1
        if calls == 0:
            platform.do(f"alter table {table} rename column {column} to moved")
        keep(lease)

    with monkeypatch.context() as patch:
        patch.setattr(Lease, "keep", keeping)
        with suppress(TargetError):
            refresh(catalog.config, catalog, at=platform.now)
    if calls <= 0:
        platform.do(f"alter table {table} rename column moved to {column}")


TROUBLES = (is_killed, runs_twice_at_once, loses_a_column)


def of_some_shape(platform: Platform, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes or not, foreign keys or not, a view instead of a table, small slices and groups or large ones."""
    for table in TABLES:
        if rng.random() < 0.5:
            column = "changed_at" if table == "ticket_status_history" else "created_at"
            platform.do(f"create index {table}_created on {table} using {rng.choice(['brin', 'btree'])} ({column})")
    if rng.random() < 0.3:  # deleted users stay behind in other tables
        for table, column in (
            ("conversations", "user_id"),
            ("feedback", "user_id"),
            ("documents", "user_id"),
            ("tickets", "created_by"),
            ("tickets", "assigned_to"),
        ):
            platform.do(f"alter table {table} drop constraint {table}_{column}_fkey")
    if rng.random() < 0.2:
        table = rng.choice(TABLES[:-1])
        platform.do(f"alter table {table} rename to raw_{table}")
        platform.do(f"create view {table} as select * from raw_{table}")
    monkeypatch.setattr(postgres_read, "SMALL_PAGES", rng.choice([-1, -1, -1, 1, 1024]))
    for constant in ("FIRST_PAGES", "FEWEST_PAGES"):
        monkeypatch.setattr(postgres_read, constant, rng.choice([1, 8192]))
    monkeypatch.setattr(refreshing, "GROUP_ROWS", rng.choice([1, 7, 1_000_000]))
    monkeypatch.setattr(refreshing, "GROUPS", rng.choice([8, 1000]))
    monkeypatch.setattr(from_store, "TRACKED_S", rng.choice([86_000, 10**9, 10**9]))
    monkeypatch.setattr(postgres_read.time, "sleep", lambda _: None)


# what the shipped adapter of the reference platform lacks: the tables that gendash proposes
PROPOSED = {
    "tickets": "select id as ticket_id, created_by, assigned_to, category, status, priority, first_response_at, "
    "resolved_at, closed_at, sla_due_at, created_at, updated_at from tickets",
    "ticket_moves": "select id as move_id, ticket_id, from_status, to_status, changed_at from ticket_status_history",
}


def adapter_of(folder: Path) -> str:
    """The settings that read the reference platform through an adapter, tickets too."""
    for path in (ROOT / "sql" / "platforms" / "reference").glob("*.sql"):
        (folder / path.name).write_bytes(path.read_bytes())
    for name, text in PROPOSED.items():
        (folder / f"{name}.sql").write_text(text)
    return f"platform: {{adapter: {folder}}}\n"


def check_history(
    url: str, definitions: Callable[..., Catalog], seed: int, monkeypatch: pytest.MonkeyPatch, through: str = ""
) -> None:
    rng = random.Random(-seed)
    settings = f"{FEATURES}\n{through}"
    catalog = definitions(url, f"time_zone: {PLACES[seed % len(PLACES)][0]}\n{settings}")
    migrate(catalog.config, catalog)
    with closing(Platform(url, seed, definitions(url, FEATURES))) as platform:
        of_some_shape(platform, rng, monkeypatch)
        monkeypatch.setattr(computed_columns, "CHEAP", rng.choice([0.0, 1e9]))  # as if an index served, or none
        listed: set[str] = set()
        for _ in range(4):
            platform.live()
            if rng.random() < 0.5:
                rng.choice(TROUBLES)(platform, catalog, rng, monkeypatch)
            if rng.random() < 0.1:
                catalog = definitions(url, f"time_zone: {rng.choice(PLACES)[0]}\n{settings}")
                migrate(catalog.config, catalog)
            some = WINDOWED if rng.random() < 0.3 else ()  # what stands on them follows later
            refreshed(catalog, platform, full=rng.random() < 0.1, compare=rng.random() < 0.2, only=some)
            if some:
                continue  # without the list of users nobody can know who is gone
            follows(catalog, platform)
            strangers = platform.connection.execute(
                "select user_id from gendash.user_day union select user_id from gendash.conversation_entity "
                "union select user_id from gendash.rating_detail "
                "except select id::text from users except select null"
            ).fetchall()
            assert not listed & {user for (user,) in strangers}, "personal data of deleted users"
            listed |= {user for (user,) in platform.connection.execute("select user_id from gendash.user_entity")}
        platform.now += timedelta(hours=rng.choice([0, 30]))
        refreshed(catalog, platform, compare=True)
        names = from_the_platform(catalog)
        kept = contents(platform.connection, names)
        counts = platform.connection.execute(
            "select relation, rows from gendash._refresh where relation = any(%s)", [names]
        ).fetchall()
        rebuilt(catalog, platform)
        assert contents(platform.connection, names) == kept
        assert {name: len(kept[name]) for name, _ in counts} == dict(counts)


@pytest.mark.parametrize("seed", SAMPLE)
def test_after_any_history_a_reconcile_equals_a_rebuild(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    check_history(platform, definitions, seed, monkeypatch)


@pytest.mark.parametrize("seed", SAMPLE)
def test_after_any_history_read_through_an_adapter_a_reconcile_equals_a_rebuild(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, seed: int, tmp_path: Path
) -> None:
    check_history(platform, definitions, seed + 100, monkeypatch, adapter_of(tmp_path))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3000, 4000))
def test_after_very_many_histories_read_through_an_adapter_a_reconcile_equals_a_rebuild(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, seed: int, tmp_path: Path
) -> None:
    check_history(platform, definitions, seed, monkeypatch, adapter_of(tmp_path))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 3000))
def test_after_any_of_very_many_histories_a_reconcile_equals_a_rebuild(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    check_history(platform, definitions, seed, monkeypatch)


@pytest.fixture
def living(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Platform, Catalog]]:
    """A platform whose tables count as large and have an index on their time, after a first refresh."""
    catalog = definitions(platform, f"time_zone: {ZONE}\n{FEATURES}")
    monkeypatch.setattr(postgres_read, "SMALL_PAGES", -1)
    migrate(catalog.config, catalog)
    with closing(Platform(platform, 0, catalog)) as found:
        for table in TABLES:
            column = "changed_at" if table == "ticket_status_history" else "created_at"
            found.do(f"create index {table}_created on {table} using brin ({column})")
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
    copy = postgres_read._copy

    def spying(connection: Any, query: str, rows: Any) -> None:
        texts.append(query)
        copy(connection, query, rows)

    monkeypatch.setattr(postgres_read, "_copy", spying)
    refreshed(catalog, platform)
    windowed = [text for text in texts if "public.messages" in text or "public.conversations" in text]
    assert len(windowed) >= len(WINDOWED)
    assert all(re.search(r"where \(*(created_at >= '2026-03-2\d|message_id)", text) for text in windowed), windowed
    kept = contents(platform.connection, list(WINDOWED))
    refreshed(catalog, platform, full=True)
    assert contents(platform.connection, list(WINDOWED)) == kept


def test_yesterday_is_read_again_only_where_it_is_not_as_it_was_read(
    living: tuple[Platform, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, catalog = living
    yesterday, looks, reads = platform.now - timedelta(days=1), 0, 0
    signed, copy = postgres_read._signed, postgres_read._copy

    def signing(*given: Any) -> Any:
        nonlocal looks
        looks += 1
        return signed(*given)

    def copying(connection: Any, query: str, rows: Any) -> None:
        nonlocal reads
        reads += 1
        copy(connection, query, rows)

    def seen() -> tuple[int, int]:
        nonlocal looks, reads
        looks = reads = 0
        refreshed(catalog, platform, only=WRITTEN)
        return looks, reads

    talk = platform.any_of("conversations")
    for number in range(3):
        at = yesterday - timedelta(minutes=number)
        platform.insert("messages", id=platform.id(), conversation_id=talk, role="user", content="x", created_at=at)
    refreshed(catalog, platform)
    monkeypatch.setattr(postgres_read, "_signed", signing)
    monkeypatch.setattr(postgres_read, "_copy", copying)
    assert seen() == (1, len(WRITTEN)), "one look for all, and today"
    platform.do("update messages set role = 'system' where created_at = %s", yesterday)
    assert seen() == (1 + len(WRITTEN), 2 * len(WRITTEN)), "yesterday too, each with its signature"
    assert seen() == (1, len(WRITTEN))
    kept = contents(platform.connection, list(WRITTEN))
    refreshed(catalog, platform, full=True)
    assert contents(platform.connection, list(WRITTEN)) == kept


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


def test_a_row_that_came_and_went_between_two_comparisons_is_not_kept(living: tuple[Platform, Catalog]) -> None:
    platform, catalog = living
    refreshed(catalog, platform, compare=True)
    number = platform.id()
    talk = platform.any_of("conversations")
    platform.insert("messages", id=number, conversation_id=talk, role="user", content="x", created_at=platform.now)
    before = contents(platform.connection, ["message_hour"])
    refreshed(catalog, platform)
    assert contents(platform.connection, ["message_hour"]) != before
    platform.do("delete from messages where id = %s", number)
    platform.now += timedelta(days=5)  # its day has the signature that it had, but is out of the window
    refreshed(catalog, platform)
    assert contents(platform.connection, ["message_hour"]) == before


def test_who_left_the_list_of_users_is_taken_out_once_the_list_is_read_again(
    living: tuple[Platform, Catalog],
) -> None:
    platform, catalog = living
    platform.do("alter table conversations drop constraint conversations_user_id_fkey")
    gone, held = platform.id(), "select count(*) from gendash.conversation_entity where user_id = %s"
    platform.insert("users", id=gone, email=gone, hashed_password="h", created_at=platform.now)
    refreshed(catalog, platform)
    platform.do("delete from users where id = %s", gone)
    platform.insert("conversations", id=platform.id(), user_id=gone, created_at=platform.now)
    refreshed(catalog, platform, only=["conversation_entity"])  # the list was not read again: kept
    assert platform.connection.execute(held.encode(), [gone]).fetchone() == (1,)
    platform.now += timedelta(days=2)
    platform.do("update gendash._refresh set full_at = %s", platform.now)  # no comparison of all days is due
    refreshed(catalog, platform)
    assert platform.connection.execute(held.encode(), [gone]).fetchone() == (0,)


def test_after_a_change_of_zone_no_row_stays_on_a_day_that_is_no_longer_its_own(
    platform: str, living: tuple[Platform, Catalog], definitions: Callable[..., Catalog]
) -> None:
    found, catalog = living
    gone, held = found.id(), "select count(*) from gendash.user_entity where user_id = %s"
    at = datetime(
        2026, 3, 10, 22, 30, tzinfo=UTC
    )  # half past eleven in Berlin, the afternoon of the next day in the other
    found.insert("users", id=gone, email=gone, hashed_password="h", created_at=at)
    refreshed(catalog, found, compare=True)
    assert found.connection.execute(held.encode(), [gone]).fetchone() == (1,)
    found.do("delete from users where id = %s", gone)
    moved = definitions(platform, f"time_zone: Pacific/Kiritimati\n{FEATURES}")
    migrate(moved.config, moved)
    refreshed(moved, found)
    assert found.connection.execute(held.encode(), [gone]).fetchone() == (0,)


def test_a_range_of_days_is_read_again_and_no_other(living: tuple[Platform, Catalog]) -> None:
    platform, catalog = living
    wrong = "update gendash.message_hour set messages = messages + 1000"
    days = "select distinct (hour at time zone 'Europe/Berlin')::date from gendash.message_hour order by 1"
    before = contents(platform.connection, ["message_hour"])["message_hour"]
    first, second, *_ = (day for (day,) in platform.connection.execute(days.encode()))
    platform.do(wrong)
    results = refresh(catalog.config, catalog, at=platform.now, between=(first, second), only=["message_hour"])
    assert [result.error for result in results] == [""]
    after = contents(platform.connection, ["message_hour"])["message_hour"]
    mended = "select count(*) from gendash.message_hour where messages < 1000"
    within = f"{mended} and (hour at time zone 'Europe/Berlin')::date between %s and %s"
    assert (
        platform.connection.execute(mended.encode()).fetchone()
        == platform.connection.execute(within.encode(), [first, second]).fetchone()
    )
    assert 0 < len(set(before) & set(after)) < len(before)
    refreshed(catalog, platform, full=True)
    assert contents(platform.connection, ["message_hour"])["message_hour"] == before


def test_a_comparison_reads_only_the_days_that_differ(
    living: tuple[Platform, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, catalog = living
    platform.now += timedelta(days=30)
    refreshed(catalog, platform)
    platform.do("update feedback set rating = 6 - rating where id = (select min(id::text)::uuid from feedback)")
    results = {result.relation: result for result in refresh(catalog.config, catalog, at=platform.now, compare=True)}
    assert results["rating_entity"].notes == results["rating_detail"].notes == ("1 day read again",)
    assert results["rating_entity"].written == 1
    again = {"rating_detail", "rating_entity", "rating_message"}
    assert {name for name, result in results.items() if result.notes} == again


def test_a_back_fill_that_was_killed_goes_on_from_where_it_stopped(
    living: tuple[Platform, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, catalog = living
    monkeypatch.setattr(refreshing, "GROUP_ROWS", 1)
    monkeypatch.setattr(refreshing, "GROUPS", 1000)
    heard: list[tuple[str, int, int]] = []

    def progress(*step: Any) -> None:
        heard.append(step)
        if len(heard) == 3:
            raise Killed

    before = contents(platform.connection, ["message_hour"])
    platform.do("update gendash.message_hour set messages = messages + 1000")
    with pytest.raises(Killed):
        refreshed(catalog, platform, full=True, only=["message_hour"], progress=progress)
    free_the_lease(platform)
    refreshed(catalog, platform, full=True, only=["message_hour"], progress=lambda *step: heard.append(step))
    assert contents(platform.connection, ["message_hour"]) == before
    (_, third, whole), (_, _, rest) = heard[2:4]
    assert rest == whole - third, "what was read before is not read again"
    assert heard[-1][1] == rest


def test_a_user_who_is_newer_than_the_list_of_users_is_not_lost(
    living: tuple[Platform, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, catalog = living
    read, talk = postgres_read.read_rollup, platform.id()

    def meanwhile(reading: Any, relation: Any, *rest: Any, **options: Any) -> Any:
        if (
            relation.name == "conversation_entity"
            and not platform.connection.execute("select 1 from conversations where id = %s", [talk]).fetchone()
        ):
            user = platform.id()
            platform.insert("users", id=user, email=user, hashed_password="h", created_at=platform.now)
            platform.do(  # on a day that is read again now, and later not for its own sake
                "insert into conversations (id, user_id, created_at) "
                "select %s::uuid, %s::uuid, min(created_at) from conversations",
                talk,
                user,
            )
        return read(reading, relation, *rest, **options)

    platform.do("update gendash._signature set rows = null where relation = 'conversation_entity'")
    monkeypatch.setattr(postgres_read, "read_rollup", meanwhile)
    refreshed(catalog, platform, compare=True)
    owner = f"select user_id from gendash.conversation_entity where conversation_id = '{talk}'"
    assert platform.connection.execute(owner.encode()).fetchone() not in (None, (None,))


def test_a_large_view_is_read_by_days_where_it_cannot_be_read_at_once(
    living: tuple[Platform, Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, catalog = living
    before = contents(platform.connection, ["message_hour"])
    platform.do("alter table messages rename to raw_messages")
    platform.do("create view messages as select * from raw_messages")
    ((newest,),) = platform.connection.execute("select max(created_at)::date from raw_messages").fetchall()
    texts: list[str] = []
    copy = postgres_read._copy

    def failing(connection: Any, query: str, rows: Any) -> None:
        copy(connection, query, rows)
        texts.append(query)
        spans = re.findall(r"::date between '([\d-]+)' and '([\d-]+)'", query)
        spans += [(first, str(newest)) for first in re.findall(r"::date >= '([\d-]+)'", query)]
        if sum((date.fromisoformat(last) - date.fromisoformat(first)).days + 1 for first, last in spans) > 2:
            raise psycopg.errors.QueryCanceled("canceling statement due to statement timeout")

    monkeypatch.setattr(postgres_read, "_copy", failing)
    monkeypatch.setattr(postgres_read.time, "sleep", lambda _: None)
    refreshed(catalog, platform, full=True, only=["message_hour"])
    assert contents(platform.connection, ["message_hour"]) == before
    assert len(texts) > 3


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


KILLED = ("user_entity", "user_day", "ticket_entity", "conversation_entity")


@pytest.mark.parametrize("compare", [False, True], ids=["refresh", "reconcile"])
@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.soak)])
def test_killed_before_each_statement_and_run_again_it_ends_as_one_clean_run(
    platform: str, definitions: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch, compare: bool, every: int
) -> None:
    catalog = definitions(platform, f"time_zone: {ZONE}\n{FEATURES}")
    monkeypatch.setattr(postgres_read, "SMALL_PAGES", -1)
    monkeypatch.setattr(refreshing, "GROUP_ROWS", 20)
    monkeypatch.setattr(refreshing, "GROUPS", 1000)
    migrate(catalog.config, catalog)
    with closing(Platform(platform, 0, catalog)) as found:
        for _ in range(4):
            found.live()
        found.do("create index messages_created on messages (created_at)")  # so that user_day reads its last days
        refreshed(catalog, found)
        for _ in range(2):
            found.live()
        found.delete()
        store = ", ".join(f"gendash.{name}" for name in (*KILLED, "_refresh", "_signature"))
        for name in (*KILLED, "_refresh", "_signature"):
            found.do(f"create table public.kept_{name} as select * from gendash.{name}")

        def as_before() -> None:
            found.do(f"truncate {store}")
            for name in (*KILLED, "_refresh", "_signature"):
                found.do(f"insert into gendash.{name} select * from public.kept_{name}")
            free_the_lease(found)

        with killed_before(monkeypatch, 10_000) as sent:
            refreshed(catalog, found, only=KILLED, compare=compare)
        clean, statements = contents(found.connection, [*KILLED, "_signature"]), sent[0]
        assert statements > 100
        for statement in range(statements % every, statements, every):
            as_before()
            with pytest.raises(Killed), killed_before(monkeypatch, statement):
                refreshed(catalog, found, only=KILLED, compare=compare)
            free_the_lease(found)
            refreshed(catalog, found, only=KILLED, compare=compare)
            assert contents(found.connection, [*KILLED, "_signature"]) == clean, f"killed before statement {statement}"
