"""Figures by groups: bounded however many there are, adding up to all, and filled by the migration that adds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

pytestmark = pytest.mark.postgres
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
TEXT = "time_zone: Europe/Berlin\nfeatures: {langfuse: true}\ngrowth: {groups: 7}\n"
KEYS = "langfuse: {metadata: [tenant, model], breakdown_keys: [tenant, model]}"
NEW = ("llm_group_hour", "llm_group_day", "rating_group_day")
# One trace an hour of the last 10 days: a root that names tenant and session, and after it a call that costs something
ROWS = """
insert into gendash.lf_observation (project, trace_id, id, type, level, environment, model, session_id, tags, start_time,
  latency_s, input_tokens, output_tokens, cached_tokens, reasoning_tokens, total_tokens, usage, cost_usd, cost, is_root,
  metadata, updated_at)
select 'p', 't' || n, part, kind, case when n %% 10 = 0 then 'ERROR' else 'DEFAULT' end, 'production',
  case when n %% 3 = 0 then 'm' || n %% 12 else 'large' end, 's' || n, array['a', 'b' || n %% 30],
  %(now)s - n * interval '%(step)s' + at, 2, 3, 4, 0, 0, 7, '{}', case when kind = 'GENERATION' then 0.1 + n %% 7 end, '{}',
  kind = 'AGENT', facts::jsonb, %(now)s
from generate_series(1, %(rows)s) as n
cross join lateral (values
  ('root', 'AGENT', interval '0', '{"tenant": "tenant ' || n %% 40 || '", "model": "' || repeat('long ', n %% 50) || '"}'),
  ('call', 'GENERATION', interval '1 hour', '{}')
) as parts (part, kind, at, facts)
"""


def filled(url: str, catalog: Catalog, rows: int = 240, step: str = "1 hour") -> None:
    migrate(catalog.config, catalog)
    with psycopg.connect(url) as connection:
        connection.execute((ROWS % {"rows": rows, "step": step, "now": "timestamptz '2026-11-23 15:30+00'"}).encode())
    assert {result.error for result in refresh(catalog.config, catalog, at=NOW)} == {""}


def rows_of(url: str, text: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(text.encode()).fetchall()


def test_groups_are_bounded_by_day_and_add_up_to_all(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform, TEXT + KEYS)
    filled(platform, catalog)
    sums = rows_of(
        platform, "select dimension, sum(cost_usd), sum(calls), sum(errors) from gendash.llm_group_hour group by 1"
    )
    (whole,) = rows_of(platform, "select sum(cost_usd), sum(calls), sum(errors) from gendash.llm_hour")
    assert whole[1] == 240
    assert {name: tuple(found) for name, *found in sums if name != "tag"} == dict.fromkeys(
        ("environment", "metadata model", "model", "release", "session", "tags together", "tenant", "version"), whole
    )
    twice = next(tuple(found) for name, *found in sums if name == "tag")
    assert twice == tuple(2 * one for one in whole)
    most = (
        "select max(n) from (select count(distinct value) as n from gendash.llm_group_day group by dimension, day) as a"
    )
    assert rows_of(platform, most) == [(8,)]
    by_day = "select dimension, day, value, sum(cost_usd), sum(tokens) from gendash.llm_group_day group by 1, 2, 3 order by 1, 2, 3"
    assert rows_of(platform, by_day) == rows_of(
        platform, by_day.replace("day,", "(hour at time zone 'Europe/Berlin')::date,", 1).replace("_day", "_hour")
    )
    longest = "select max(length(value)) from gendash.llm_group_hour"
    assert rows_of(platform, longest)[0][0] <= 120


def test_metadata_of_the_day_before_reaches_a_step_after_midnight(platform: str, definitions: Definitions) -> None:
    filled(platform, definitions(platform, TEXT + KEYS))
    found = rows_of(
        platform,
        "select value, sum(calls) from gendash.llm_group_hour where dimension = 'tenant' "
        "and (hour at time zone 'Europe/Berlin')::time = '00:00' group by 1",
    )
    assert sum(calls for _, calls in found) == 10
    assert "(none)" not in dict(found)


def test_a_store_of_the_version_before_is_filled_by_the_migration(platform: str, definitions: Definitions) -> None:
    after = definitions(platform, TEXT + KEYS)
    before = replace(after, relations={n: r for n, r in after.relations.items() if n not in NEW}, dashboards={})
    filled(platform, before)
    migrate(after.config, after)
    with_all = "select sum(cost_usd) from gendash.{}"
    (wanted,) = rows_of(platform, with_all.format("llm_hour"))
    for name in NEW[:2]:
        assert rows_of(platform, with_all.format(name) + " where dimension = 'tenant'") == [wanted]
    assert {result.error for result in refresh(after.config, after, at=NOW)} == {""}


def test_a_key_that_is_broken_down_later_counts_for_what_is_there(platform: str, definitions: Definitions) -> None:
    narrow = definitions(platform, TEXT + KEYS.replace("breakdown_keys: [tenant, model]", "breakdown_keys: [model]"))
    filled(platform, narrow)
    assert rows_of(platform, "select 1 from gendash.llm_group_day where dimension = 'tenant'") == []
    wider = definitions(platform, TEXT + KEYS)
    migrate(wider.config, wider)
    refresh(wider.config, wider, at=NOW)
    found = rows_of(platform, "select sum(cost_usd) from gendash.llm_group_day where dimension = 'tenant'")
    assert found == rows_of(platform, "select sum(cost_usd) from gendash.llm_hour")
    assert isinstance(found[0][0], Decimal)
