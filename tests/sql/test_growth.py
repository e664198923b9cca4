"""Words that users choose and dates of wrong clocks: what is kept stays bounded, and still adds up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from gendash.commands.doctor import examine
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.render.dashboards import render_dashboards
from gendash.engine.store.audit import audit
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh
from gendash.engine.verify.run import verify

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
TODAY = NOW.date()
DAYS, WORDS = 400 + 31 + 1, 7 + 1
TEXT = "features: {tickets: true}\ngrowth: {days: 400, groups: 7}"
ALONE = "\nprometheus_url: none\ngrafana_url: none\nlangfuse: {base_url: none}"
READERS = {"GENDASH_READER_PASSWORD": "r", "GENDASH_ADMIN_READER_PASSWORD": "a"}
MOST_ROWS = DAYS * WORDS * 5  # of a panel: a row a day, group and status
MOST = {  # rows: 5 priorities or statuses, 4 states of documents, 3 roles of 2 states
    "ticket_day": DAYS * WORDS * 5,
    "document_day": DAYS * WORDS * 4,
    "daily_snapshot": DAYS * (WORDS * 4 + 6 * 5 + 3 * 2),
    "account_day": DAYS,
    "csat_day": DAYS,
    "rating_day": DAYS * 5,
    "conversation_day": DAYS * 2,
    "activity_day": DAYS,
    "group_word": 2 * WORDS,
    "ticket_hour": 42 * 24 * WORDS * 5,
    "ticket_duration_day": DAYS * 7 * WORDS * 5,
    "ticket_sla_day": DAYS * WORDS * 5,
    "ticket_status_now": WORDS * 5 * 5,
}
# Every day of a thousand years has a row. Seven words have half of the rows; each other row has a word of its own
PLATFORM = """
insert into users (id, email, hashed_password, role, is_active, created_at)
  select gen_random_uuid(), n || '@example.org', 'x', 'user', true, date '1900-01-01' + (n::bigint * 365242 / %(rows)s)::int
  from generate_series(1, %(rows)s) as n;
insert into tickets (id, title, status, priority, category, created_at, resolved_at)
  select gen_random_uuid(), 't', case when n %% 3 = 0 then 'resolved' else 'open' end, 'low',
    case when n %% 2 = 0 then 'often ' || n %% 14 else 'word ' || n end, date '1900-01-01' + (n::bigint * 365242 / %(rows)s)::int,
    case when n %% 3 = 0 then date '1900-01-02' + (n::bigint * 365242 / %(rows)s)::int end
  from generate_series(1, %(rows)s) as n;
insert into documents (id, user_id, title, filename, file_type, status, chunk_count, created_at)
  select gen_random_uuid(), (select id from users limit 1), 't', 'f',
    case when n %% 2 = 0 then 'often' || n %% 14 else 'x' || n end, 'done', 1, date '1900-01-01' + (n::bigint * 365242 / %(rows)s)::int
  from generate_series(1, %(rows)s) as n;
analyze;
"""


def execute(url: str, text: str) -> list[Any]:
    options = f"-c gendash.now={NOW.isoformat()}"
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("rows", [30_000, pytest.param(2_000_000, marks=pytest.mark.soak)])
def test_no_relation_grows_with_days_times_words(
    platform: str, definitions: Definitions, rows: int, record_property: Callable[[str, object], None]
) -> None:
    execute(platform, PLATFORM % {"rows": rows})
    catalog = definitions(platform, TEXT + ALONE, **READERS)
    migrate(catalog.config, catalog)
    begun = time.monotonic()
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    record_property("seconds of the first refresh", round(time.monotonic() - begun, 1))
    begun = time.monotonic()
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW + timedelta(hours=1))} == {""}
    record_property("seconds of the next refresh", round(time.monotonic() - begun, 1))
    sizes = {name: execute(platform, f"select count(*) from gendash.{name}")[0][0] for name in MOST}
    assert {name: size for name, size in sizes.items() if size > MOST[name]} == {}
    # nothing is lost in `other`, nor before the first of the days
    stored = "select count(*), count(*) filter (where status = 'open') from gendash.ticket_entity"
    tickets, waiting = execute(platform, stored)[0]
    assert tickets > 0.15 * rows  # those of the calendar
    assert execute(platform, "select sum(tickets) from gendash.ticket_status_now") == [(tickets,)]
    until = TODAY + timedelta(days=31)
    later = execute(platform, f"select count(*) from gendash.ticket_now where waits and created_at::date > '{until}'")
    last = execute(platform, f"select sum(waiting) from gendash.ticket_day where day = '{until}'")
    ended = execute(
        platform,
        f"select count(*) from gendash.ticket_now where created_at::date <= '{until}' and ended_at::date > '{until}'",
    )
    assert last[0][0] + later[0][0] == waiting + ended[0][0]  # those waited on that day, too
    first = execute(platform, "select min(day) from gendash.ticket_day")[0][0]
    assert first == TODAY - timedelta(days=400)
    known = f"created_at::date <= '{first}' and (ended_at is null or ended_at::date > '{first}')"
    begins = execute(
        platform, f"select count(*) from gendash.ticket_now where {known} and (waits or ended_at is not null)"
    )
    assert execute(platform, f"select sum(waiting) from gendash.ticket_day where day = '{first}'") == [begins[0]]
    assert execute(platform, "select count(distinct category) from gendash.ticket_now") == [(WORDS,)]
    often = execute(platform, "select word from gendash.group_word where subject = 'tickets' order by 1")
    assert [word for (word,) in often] == [f"often {n}" for n in (0, 10, 12, 2, 4, 6, 8)]
    accounts = execute(platform, f"select count(*) from gendash.user_entity where created_at::date <= '{TODAY}'")
    assert execute(platform, f"select accounts from gendash.account_day where day = '{TODAY}'") == accounts
    # every variable and panel is answered within the reader's time limit, and by a bounded number of rows
    asked = [one for one in verify(catalog.config, catalog, at=NOW) if one.kind in ("panel", "variable") and one.ms]
    assert len(asked) > 60 and {one.kind for one in asked} == {"panel", "variable"}
    assert [(one.panel, one.why) for one in asked if one.status == "error"] == []
    assert [(one.panel, one.rows) for one in asked if one.rows > (200 if one.kind == "variable" else MOST_ROWS)] == []
    for kind in ("panel", "variable"):
        own = [one for one in asked if one.kind == kind]
        record_property(f"most rows of a {kind}", max(one.rows for one in own))
        record_property(f"slowest {kind}, ms", round(max(one.ms for one in own)))
    record_property("most rows of a relation", max(sizes.values()))
    begun = time.monotonic()
    examine(catalog, NOW)
    record_property("seconds of doctor", round(time.monotonic() - begun, 1))


def test_outliers_are_named(platform: str, definitions: Definitions) -> None:
    execute(platform, PLATFORM % {"rows": 3000})
    execute(
        platform, "update tickets set created_at = '2026-10-01', resolved_at = null where created_at > '2001-01-01'"
    )
    catalog = definitions(platform, TEXT)
    migrate(catalog.config, catalog)
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    found = {one.name: one for one in audit(catalog, only=["row_outlier", "word_outlier"], at=NOW)}
    assert found["word_outlier"].found >= 2
    assert found["row_outlier"].found >= 1


def test_a_variable_offers_a_bounded_number_of_options(definitions: Definitions) -> None:
    catalog = definitions("postgresql://nobody@127.0.0.1:1/none", "features: {tickets: true, langfuse: true}")
    lists = [one for dashboard in render_dashboards(catalog).values() for one in dashboard["templating"]["list"]]
    queries = [one["query"] for one in lists if one["type"] == "query" and isinstance(one["query"], str)]
    assert len(queries) >= 4
    assert [query for query in queries if not query.endswith("limit 200")] == []


def test_the_calendar_has_no_days_without_rows(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform, TEXT)
    migrate(catalog.config, catalog)
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}
    for name in ("ticket_day", "document_day", "csat_day", "rating_day", "conversation_day"):
        assert execute(platform, f"select count(*) from gendash.{name}") == [(0,)]
    assert date(2026, 11, 23) in [day for (day,) in execute(platform, "select day from gendash.activity_day")]
