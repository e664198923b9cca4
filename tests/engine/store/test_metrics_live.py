"""What `gendash metrics` says of a store, against a count by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.deliver.rules_dir import find_binary
from gendash.engine.errors import Unexpected
from gendash.engine.store.metrics import facts
from gendash.engine.store.migrate import migrate
from gendash.engine.store.refresh.run import refresh

ROOT = Path(__file__).resolve().parents[3]
Definitions = Callable[..., Catalog]
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
ON = "features: {tickets: true, langfuse: true, store_metrics: true}\n"
MINUTE = timedelta(minutes=1)


def uid(number: int) -> str:
    return str(UUID(int=number))


def fill(url: str) -> None:
    """Seven documents, three tickets and four calls around the edges of what is counted."""
    documents = [  # (status, uploaded, done after)
        ("done", NOW - timedelta(days=1), 10 * MINUTE),  # in time, by the second
        ("done", NOW - timedelta(days=1), 10 * MINUTE + timedelta(seconds=1)),  # late
        ("failed", NOW - timedelta(days=2), MINUTE),  # late for ever
        ("processing", NOW - 20 * MINUTE, timedelta(0)),  # late, and stuck
        ("processing", NOW - 5 * MINUTE, timedelta(0)),  # not decided yet
        ("done", datetime(2026, 3, 14, tzinfo=UTC), MINUTE),  # at the edge of the window
        ("failed", datetime(2026, 3, 13, 23, 59, tzinfo=UTC), MINUTE),  # before it
    ]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "insert into users (id, email, hashed_password, created_at) values (%s, 'e', 'h', %s)", (uid(1), NOW)
        )
        for number, (status, at, took) in enumerate(documents):
            connection.execute(
                "insert into documents (id, user_id, title, filename, status, chunk_count, created_at, updated_at)"
                " values (%s, %s, 't', 'f', %s, 1, %s, %s)",
                (uid(10 + number), uid(1), status, at, at + took),
            )
        for number, (status, due) in enumerate([("open", -1), ("open", 1), ("closed", -1)]):
            connection.execute(
                "insert into tickets (id, title, status, priority, sla_due_at, created_at) values (%s, 't', %s, 'low', %s, %s)",
                (uid(30 + number), status, NOW + due * MINUTE, NOW - timedelta(hours=1)),
            )
        for number, (ago_h, cost) in enumerate([(0, "0.5"), (23, None), (24, "4"), (1, "0.25")]):
            connection.execute(
                "insert into gendash.lf_observation (project, trace_id, id, type, environment, start_time, level, cost_usd,"
                " input_tokens, output_tokens, cached_tokens, reasoning_tokens, total_tokens, usage, cost, tags, is_root,"
                " metadata, updated_at) values ('default', 't', %s, 'GENERATION', 'default', %s, 'DEFAULT', %s,"
                " 0, 0, 0, 0, 0, '{}', '{}', '{}', true, '{}', now())",
                (str(number), NOW - timedelta(hours=ago_h), cost and Decimal(cost)),
            )


def samples(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_the_facts_are_those_of_the_database(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform, ON)
    migrate(catalog.config, catalog)
    fill(platform)
    refresh(catalog.config, catalog, at=NOW)
    found = samples(facts(catalog, NOW))
    assert found["gendash_metrics_written_timestamp_seconds"] == NOW.timestamp()
    assert found["gendash_documents_stuck"] == 1
    assert found["gendash_document_uploads_last_week"] == 5
    assert found["gendash_document_uploads_late_last_week"] == 3
    assert found["gendash_tickets_overdue"] == 1
    assert found["gendash_llm_calls_last_day"] == 3
    assert found["gendash_llm_calls_uncosted_last_day"] == 1
    assert found["gendash_llm_month_cost_usd"] == 4.75
    assert found["gendash_llm_month_budget_usd"] == 1000
    assert found['gendash_data_age_seconds{source="platform"}'] == 0, "a user was made just now"
    assert found['gendash_data_expected_seconds{source="langfuse"}'] == 60
    assert 'gendash_data_expected_seconds{source="platform"}' not in found


def test_a_feature_that_is_off_is_not_asked_for(database: str, definitions: Definitions) -> None:
    off = "features: {users: false, conversations: false, feedback: false, documents: false}\n"
    catalog = definitions(database, off)
    migrate(catalog.config, catalog)
    names = {name.partition("{")[0] for name in samples(facts(catalog, NOW))}
    assert names == {"gendash_metrics_written_timestamp_seconds", "gendash_data_expected_seconds"}


def test_a_store_that_was_never_made_is_one_line(database: str, definitions: Definitions) -> None:
    with pytest.raises(Unexpected, match="run `gendash db migrate`"):
        facts(definitions(database), NOW)


@pytest.mark.prometheus
def test_promtool_has_nothing_against_the_text(platform: str, definitions: Definitions) -> None:
    catalog = definitions(platform, ON)
    migrate(catalog.config, catalog)
    binary = find_binary("promtool", ROOT / ".cache")
    assert binary
    command = [binary, "check", "metrics"]
    ran = subprocess.run(command, input=facts(catalog, NOW), capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
