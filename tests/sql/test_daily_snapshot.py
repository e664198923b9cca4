"""What was counted on a day stays; what nobody counted is told from what is known now, and says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from gendash.demo import load
from gendash.demo.platform import generate
from gendash.demo.timeline import COLUMNS
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.content_modules import PACKAGED
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
TODAY = NOW.astimezone(ZONE).date()
ROLES, TYPES = {"user", "admin", "super_admin"}, {"markdown": "md"}
ON, LATER = "on the day", "as known today"
TEXT = "time_zone: Europe/Berlin\nfeatures: {tickets: true, ticket_history: %s}"


def execute(url: str, text: str, *values: Any) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def run(catalog: Catalog, at: datetime = NOW, **options: Any) -> None:
    assert {result.error for result in refresh(catalog.config, catalog, at=at, **options)} == {""}


def snapshot(url: str, subject: str) -> dict[tuple[date, str, str], tuple[int, int | None, str]]:
    rows = execute(
        url, "select day, state, part, amount, chunks, known from gendash.daily_snapshot where subject = %s", subject
    )
    return {(day, state, part): tuple(rest) for day, state, part, *rest in rows}


def days_since(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((TODAY - first).days + 1)]


def ends(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


@pytest.fixture(scope="module")
def world() -> Any:
    return generate(3, NOW, 0.06, "Europe/Berlin")


def rows_of(world: Any, table: str) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS[table], row, strict=True)) for row in getattr(world, table)]


def wanted(world: Any, subject: str, state_at: Callable[[dict[str, Any], date], tuple[str, str]]) -> Counter[Any]:
    """How many there were by day, state and part, counted one by one."""
    rows = rows_of(world, subject)
    found: Counter[Any] = Counter()
    for day in days_since(min(row["created_at"] for row in rows).astimezone(ZONE).date()):
        for row in rows:
            if row["created_at"] < ends(day):
                found[(day, *state_at(row, day))] += 1
    return found


@pytest.mark.parametrize("history", [True, False], ids=["with their history", "without"])
def test_days_before_the_first_refresh_are_told_from_what_is_known(
    database: str, definitions: Definitions, world: Any, history: bool
) -> None:
    load.load(database, world)
    catalog = definitions(database, TEXT % str(history).lower())
    migrate(catalog.config, catalog)
    run(catalog)
    moves: dict[str, list[dict[str, Any]]] = {}
    for move in rows_of(world, "ticket_status_history") if history else ():
        moves.setdefault(move["ticket_id"], []).append(move)

    def ticket(row: dict[str, Any], day: date) -> tuple[str, str]:
        own = sorted(moves.get(row["id"], ()), key=lambda move: move["changed_at"])
        if day == TODAY:
            return row["status"], row["priority"]
        if own:
            done = [move for move in own if move["changed_at"] < ends(day)]
            return (done[-1]["to_status"] if done else own[0]["from_status"] or own[0]["to_status"]), row["priority"]
        ended = row["resolved_at"] or row["closed_at"] if row["status"] in ("resolved", "closed") else None
        return row["status"] if ended and ended < ends(day) else "waiting", row["priority"]

    cases = {
        "tickets": ticket,
        "users": lambda row, _: (
            "active" if row["is_active"] else "inactive",
            row["role"] if row["role"] in ROLES else "other",
        ),
        "documents": lambda row, _: (row["status"], TYPES.get(kind := row["file_type"].lower().lstrip("."), kind)),
    }
    for table, state_at in cases.items():
        found = snapshot(database, "accounts" if table == "users" else table)
        amounts = {key: amount for key, (amount, _, _) in found.items() if amount}
        expected = wanted(world, table, state_at)
        assert amounts == dict(expected), table
        assert {known for (day, *_), (_, _, known) in found.items() if day == TODAY} == {ON}
        assert {known for (day, *_), (_, _, known) in found.items() if day < TODAY} == {LATER}
    chunks = sum(row["chunk_count"] for row in rows_of(world, "documents"))
    assert sum(value[1] or 0 for (day, *_), value in snapshot(database, "documents").items() if day == TODAY) == chunks


SEED = """
insert into users (id, email, hashed_password, role, created_at) select gen_random_uuid(), n::text, '', 'user',
  '2026-11-20 12:00+00' from generate_series(1, 10) n;
insert into tickets (id, title, priority, status, created_at) select gen_random_uuid(), 't', 'high', 'open',
  '2026-11-22 12:00+00' from generate_series(1, 3)
"""


@pytest.fixture
def platform(copy_of: Callable[..., str], definitions: Definitions) -> str:
    def fill(url: str) -> None:
        execute(url, (PACKAGED / "demo" / "platform.sql").read_text("utf-8"))
        execute(url, SEED)
        catalog = definitions(url, TEXT % "false")
        migrate(catalog.config, catalog)
        run(catalog)

    return copy_of("seeded", fill)


@pytest.fixture
def seeded(platform: str, definitions: Definitions) -> Catalog:
    return definitions(platform, TEXT % "false")


def test_the_last_count_of_a_day_stays_whatever_is_deleted_later(platform: str, seeded: Catalog) -> None:
    execute(platform, "update tickets set status = 'resolved', resolved_at = created_at")
    run(seeded, NOW + timedelta(minutes=10))
    tickets = snapshot(platform, "tickets")
    assert tickets[TODAY, "resolved", "high"] == (3, None, ON)
    assert tickets[TODAY, "open", "high"] == (0, None, ON), "what is no more must not stand as it was this morning"
    assert tickets[TODAY - timedelta(days=1), "waiting", "high"] == (3, None, LATER)
    before = snapshot(platform, "accounts")
    execute(platform, "delete from users where email in ('1', '2', '3'); delete from tickets")
    for options in ({}, {"full": True}):
        run(seeded, NOW + timedelta(days=1), **options)
        after = snapshot(platform, "accounts")
        tomorrow = TODAY + timedelta(days=1)
        assert {key: value for key, value in after.items() if key[0] <= TODAY} == before
        assert after[tomorrow, "active", "user"] == (7, None, ON)
    assert snapshot(platform, "tickets") == tickets, "nothing is there any more, so there is nothing to count"


def test_a_day_without_a_refresh_is_filled_once_and_says_so(platform: str, seeded: Catalog) -> None:
    run(seeded, NOW + timedelta(days=3))
    known = {day: value for (day, *_), value in snapshot(platform, "accounts").items()}
    assert [known[TODAY + timedelta(days=n)][2] for n in range(4)] == [ON, LATER, LATER, ON]
    execute(platform, "delete from users where email = '1'")
    run(seeded, NOW + timedelta(days=3, minutes=10))
    again = {day: value for (day, *_), value in snapshot(platform, "accounts").items()}
    assert [again[TODAY + timedelta(days=n)][0] for n in range(4)] == [10, 10, 10, 9]


def test_what_was_not_read_today_says_nothing_of_today(platform: str, seeded: Catalog) -> None:
    execute(platform, "alter table users rename column role to kind")
    results = {r.relation: r.error for r in refresh(seeded.config, seeded, at=NOW + timedelta(days=1))}
    assert "no such column" in results["user_entity"]
    assert results["daily_snapshot"] == ""
    assert max(day for day, *_ in snapshot(platform, "accounts")) == TODAY
    assert max(day for day, *_ in snapshot(platform, "tickets")) == TODAY + timedelta(days=1)


def test_a_later_version_with_other_columns_keeps_what_cannot_be_counted_again(
    platform: str, seeded: Catalog, definitions: Definitions, tmp_path: Path
) -> None:
    before = execute(
        platform, "select day, subject, state, part, amount, known from gendash.daily_snapshot order by 1, 2, 3"
    )
    sizes = execute(platform, "select day, bytes from gendash.database_day")
    packaged = Path(__file__).resolve().parents[2] / "sql" / "rollups" / "daily_snapshot.sql"
    other = tmp_path / "sql" / "rollups" / "daily_snapshot.sql"
    other.parent.mkdir(parents=True)
    text = packaged.read_text("utf-8").replace("  known: {", '  note: {type: text, "null": true, doc: x}\n  known: {')
    other.write_text(text.replace("'on the day' as known", "null as note, 'on the day' as known").replace(
        "chunks::bigint, 'as known", "chunks::bigint, null, 'as known"))  # fmt: skip
    catalog = definitions(platform, TEXT % "false", roots=(tmp_path,))
    assert "alter table daily_snapshot" in migrate(catalog.config, catalog).done
    run(catalog, NOW + timedelta(days=1))
    rows = (
        "select day, subject, state, part, amount, known from gendash.daily_snapshot where day <= %s order by 1, 2, 3"
    )
    assert execute(platform, rows, TODAY) == before
    assert execute(platform, "select day, bytes from gendash.database_day where day <= %s", TODAY) == sizes


def test_a_changed_description_changes_the_comment_and_nothing_else(
    platform: str, seeded: Catalog, definitions: Definitions, tmp_path: Path
) -> None:
    rows = "select * from gendash.daily_snapshot order by 1, 2, 3, 4"
    place = "select 'gendash.daily_snapshot'::regclass::oid, pg_relation_filenode('gendash.daily_snapshot')"
    before, was = execute(platform, rows), execute(platform, place)
    packaged = Path(__file__).resolve().parents[2] / "sql" / "rollups" / "daily_snapshot.sql"
    other = tmp_path / "sql" / "rollups" / "daily_snapshot.sql"
    other.parent.mkdir(parents=True)
    text = packaged.read_text("utf-8")
    other.write_text(text.replace("How many accounts", "The number of accounts").replace("doc: local day}", "doc: x}"))
    catalog = definitions(platform, TEXT % "false", roots=(tmp_path,))
    assert migrate(catalog.config, catalog).done == ["describe and grant daily_snapshot"]
    assert (execute(platform, rows), execute(platform, place)) == (before, was)
    assert before != []
    (said,) = execute(platform, "select obj_description('gendash.daily_snapshot'::regclass)")
    assert said[0].startswith("The number of accounts")
