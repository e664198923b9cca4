"""Every PromQL figure of all dashboards equals an independent calculation from the raw samples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from all_series import LOOKED, LOOKS, NIGHT, SERIES
from graphs import ALL, ALL_ON, NOW, Graphs, graphs
from overview_series import agent_fails, agent_p95, burning, pools_full

from gendash.engine.config import load_config
from gendash.engine.expand import expand
from gendash.engine.targets.files import load_catalog

pytestmark = pytest.mark.prometheus

CASES = [(board, slug, ago) for board, found in SERIES.items() for slug in found for ago in LOOKED.get(slug, LOOKS)]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
    """All dashboards on a Prometheus that holds the demo's history."""
    with graphs(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.mark.parametrize(("board", "slug", "hours_ago"), CASES)
def test_a_panel_shows_what_follows_from_the_scraped_samples(
    prometheus: Graphs, board: str, slug: str, hours_ago: float
) -> None:
    assert prometheus.differences(board, slug, hours_ago) == []


def test_the_times_that_are_looked_at_are_calm_and_are_not(prometheus: Graphs) -> None:
    times = [prometheus.samples.end - hours * 3600 for hours in LOOKS]
    assert [burning(prometheus.samples, at) for at in times] == [False, False, True, False, False]
    assert [agent_fails(prometheus.samples, at) for at in times] == [False, True, True, False, False]
    assert [pools_full(prometheus.samples, at) > 0 for at in times] == [False, False, True, False, False]
    night = prometheus.samples.end - NIGHT * 3600
    assert agent_p95(prometheus.samples, night, 0) == [{}]
    assert agent_p95(prometheus.samples, times[0], 0)[0]


def test_alerts_are_listed_with_the_time_since_they_began(prometheus: Graphs) -> None:
    def listed(hours_ago: float) -> dict[str, float]:
        (question,) = prometheus.asked("system-health", "alert_list", hours_ago)
        at = NOW - timedelta(hours=hours_ago)
        found = prometheus.ask(expand("promql", question.text, question.time, ALL), at)
        return {dict(labels)["alertname"]: value for labels, value in found.items()}

    before, after = listed(2.6), listed(2.5)
    assert "DatabasePoolFull" in {*before} & {*after}
    assert {name: after[name] - age for name, age in before.items() if name in after} == {
        name: pytest.approx(360, abs=31) for name in before if name in after
    }


def test_every_promql_panel_has_its_number_test() -> None:
    boards = load_catalog(load_config(ALL_ON)).dashboards
    asked = {
        (name, panel.slug)
        for name, board in boards.items()
        for panel in board.panels()
        if any(query.language == "promql" for query in panel.queries)
    }
    tested = {(board, slug) for board, slug, _ in CASES}
    assert asked - tested == {("system-health", "alert_list")}  # tested by itself
