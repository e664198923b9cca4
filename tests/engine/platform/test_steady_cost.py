"""What `db plan` says of a steady refresh, from statistics of platforms that are too large to be made here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.definitions.relations import is_materialized, rollups
from gendash.engine.platform.estimate import ColumnStatistics, TableStatistics, estimate, total_estimate
from gendash.engine.platform.steady_cost import history_days, steady_costs, steady_seconds, stored_costs

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAILY = 27_400.0


def catalog() -> Catalog:
    return load_catalog(load_config("features: {documents: false, feedback: false}"))


def table(rows: float, row_bytes: int, indexed: bool = True, daily: float = DAILY) -> TableStatistics:
    """A table whose rows came evenly, analyzed now, with 101 bounds of its time."""
    days = rows / daily
    bounds = tuple(NOW - timedelta(days=days * (100 - n) / 100) for n in range(101))
    time = ColumnStatistics("timestamp with time zone", bounds=bounds, correlation=1.0)
    columns = {"created_at": time, "id": ColumnStatistics("uuid", rows), "user_id": ColumnStatistics("uuid", rows / 50)}
    return TableStatistics(
        rows, int(rows * row_bytes / 8192), columns=columns, indexed=frozenset({"created_at"} if indexed else ())
    )


def platform(messages: float, indexed: bool = True) -> dict[str, TableStatistics]:
    return {
        "messages": table(messages, 350, indexed),
        "conversations": table(messages / 10, 150, indexed, DAILY / 10),
        "users": table(messages / 50, 200, indexed, DAILY / 50),
    }


def seconds(known: dict[str, TableStatistics]) -> dict[str, float]:
    return {one.relation: one.seconds for one in steady_costs(catalog(), known, NOW)}


def test_at_100_million_messages_a_first_fill_takes_minutes_and_a_steady_refresh_seconds() -> None:
    known = platform(1e8)
    total = total_estimate(
        [estimate(catalog(), one, known, NOW) for one in rollups(catalog()) if catalog().enabled(one)]
    )
    assert 5 * 60 < (total.seconds or 0) < 4 * 3600
    of_messages = [s for name, s in seconds(known).items() if name in ("message_hour", "user_day")]
    assert all(s < 1 for s in of_messages), "a window costs what came since yesterday"
    assert steady_seconds(steady_costs(catalog(), known, NOW), 40) < 60


def test_ten_times_the_history_at_the_same_daily_rate_costs_a_window_the_same() -> None:
    small, large = seconds(platform(1e7)), seconds(platform(1e8))
    assert large["message_hour"] == pytest.approx(small["message_hour"], rel=0.05)
    assert large["user_entity"] == pytest.approx(10 * small["user_entity"], rel=0.01), "lists are compared whole"


def test_without_an_index_every_refresh_scans_the_table() -> None:
    with_, without = seconds(platform(1e8)), seconds(platform(1e8, indexed=False))
    assert without["message_hour"] > 100 * with_["message_hour"]
    found = {one.relation: one.how for one in steady_costs(catalog(), platform(1e8, indexed=False), NOW)}
    assert found["message_hour"] == "no index: scanned"


def test_what_came_per_day_is_the_latest_rate_not_the_mean() -> None:
    known = platform(1e7)
    messages = known["messages"]
    bounds = messages.columns["created_at"].bounds
    busy = (*bounds[:90], *(NOW - timedelta(hours=10 - n) for n in range(11)))  # a tenth of all rows came in ten hours
    column = replace(messages.columns["created_at"], bounds=busy)
    grown = {**known, "messages": replace(messages, columns={**messages.columns, "created_at": column})}
    assert seconds(grown)["message_hour"] > 20 * seconds(known)["message_hour"]


def test_stored_views_cost_the_rows_that_they_read_and_windows_a_share_of_them() -> None:
    rows = {"user_day": 1e6, "user_entity": 1e5, "message_hour": 1e4}
    costs = {one.relation: one for one in stored_costs(catalog(), rows, 365.0)}
    assert max(one.rows for one in costs.values()) >= 1e6
    assert any("the days that changed" in one.how and one.rows < 1e6 for one in costs.values())
    assert history_days(platform(1e7), NOW) == pytest.approx(365, rel=0.01)
    assert history_days({}, NOW) == 365.0


@pytest.mark.parametrize(("messages", "measured_s"), [(1e6, 4.4), (1e7, 6.2)])
def test_the_plan_is_within_a_factor_of_two_of_what_docs_proof_measured_on_an_idle_machine(
    messages: float, measured_s: float
) -> None:
    known, of = platform(messages), catalog()
    sizes = {one.name: estimate(of, one, known, NOW).rows or 0.0 for one in rollups(of) if of.enabled(one)}
    relations = [one for one in of.build_order() if of.enabled(one) and (one.kind == "rollup" or is_materialized(one))]
    costs = [*steady_costs(of, known, NOW), *stored_costs(of, sizes, history_days(known, NOW))]
    assert measured_s / 2 < steady_seconds(costs, len(relations)) < 2 * measured_s


def test_more_late_days_cost_what_is_compared_of_them() -> None:
    late = load_catalog(load_config("platform: {late_days: 30}\ntime_zone: UTC"))
    more = {one.relation: one for one in steady_costs(late, platform(1e8), NOW)}["message_hour"]
    assert more.how == "today, and 30 days before compared"
    assert 2 * seconds(platform(1e8))["message_hour"] < more.seconds
