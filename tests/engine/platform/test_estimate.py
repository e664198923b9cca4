from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.relations import columns_read, rollups
from gendash.engine.platform.estimate import ColumnStatistics as Column
from gendash.engine.platform.estimate import Estimate, TableStatistics, estimate, total_estimate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SINCE = Column("timestamptz", -1, bounds=(NOW - timedelta(days=10), NOW))


def statistics(messages: float = 100_000, **columns: Column) -> dict[str, TableStatistics]:
    return {
        "messages": TableStatistics(messages, 2000, "", {"created_at": SINCE, "role": Column("varchar", 2), **columns}),
        "conversations": TableStatistics(
            10_000, 150, "", {"user_id": Column("uuid", 700, 0.2, 16), "created_at": SINCE, "id": Column("uuid")}
        ),
    }


def of(name: str, known: dict[str, TableStatistics]) -> Estimate:
    catalog = load_catalog(load_config(""))
    return estimate(catalog, catalog.relations[name], known, NOW)


def test_buckets_of_a_time_are_as_many_as_it_reaches_back_times_the_other_columns_values() -> None:
    assert of("message_hour", statistics()).rows == pytest.approx(10 * 24 * 2)
    assert of("message_hour", statistics(messages=100)).rows == pytest.approx(100, rel=0.15)  # no more than messages


def test_an_id_counts_as_often_as_the_statistics_say_and_a_joined_one_as_its_table_has_it() -> None:
    assert of("conversation_entity", statistics()).rows == 10_000
    assert of("user_day", statistics()).rows == 8_000  # a fifth of the conversations has no user
    seen = statistics(conversation_id=Column("uuid", 12_000))
    assert of("message_conversation_day", seen).rows == 12_000


def test_what_is_not_known_is_said() -> None:
    known = statistics()
    known["messages"] = TableStatistics(5_000, 100, "was never analyzed: rows estimated from its pages", {})
    found = of("message_hour", known)
    assert (
        found.note
        == "messages was never analyzed: rows estimated from its pages; its time column has no statistics: a year is assumed"
    )
    assert of("message_hour", {}) == Estimate("message_hour", note="no table messages, conversations")


def test_the_total_counts_what_can_be_estimated_and_the_views_above() -> None:
    one = Estimate("a", 10, 1000, 2000, 30, 4, 5.0)
    found = total_estimate([one, Estimate("b"), one])
    assert (found.rows, found.read_rows, found.read_pages, found.seconds) == (20, 60, 8, 10.0)
    assert found.bytes == pytest.approx(2140)
    assert total_estimate([]).rows == 0


def test_only_rollups_whose_features_are_on_are_read() -> None:
    catalog = load_catalog(load_config("features: {tickets: false, documents: false}"))
    assert not {"ticket_entity", "document_entity"} & {relation.name for relation in rollups(catalog)}
    assert "documents" not in columns_read(catalog)
    assert columns_read(catalog)["conversations"] >= {"id", "user_id", "created_at"}
