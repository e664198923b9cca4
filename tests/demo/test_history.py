from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from gendash.demo import history, recorded_series, servers
from gendash.demo import platform as demo
from gendash.demo.timeline import COLUMNS, Platform

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
Column = dict[str, Any]


def api(scrapes: history.Scrapes, instance: int) -> Column:
    return dict(scrapes.columns[instance][2])


def gained(scrapes: history.Scrapes, wanted: Callable[[str], bool], start: float, end: float) -> float:
    """What the counters of both instances gained between two times without a restart."""
    first = next(n for n, at in enumerate(scrapes.times) if at >= start)
    last = next(n for n, at in enumerate(scrapes.times) if at >= end)
    columns = [c for i in (0, 1) for key, c in api(scrapes, i).items() if wanted(key)]
    return float(sum(column[last] - column[first] for column in columns))


def is_error(key: str) -> bool:
    return key.startswith("http_requests_total") and 'status="5' in key


def is_request(key: str) -> bool:
    return key.startswith("http_requests_total")


def test_counters_only_fall_where_a_process_restarts_and_once_a_day(scrapes: history.Scrapes) -> None:
    for _, _, columns in scrapes.columns[:2]:
        starts = columns["process_start_time_seconds"]
        restarts = {n for n in range(1, len(starts)) if starts[n] != starts[n - 1]}
        assert len(restarts) == 1
        for key, column in columns.items():
            if key.partition("{")[0].endswith(("_total", "_bucket", "_count", "_sum")) and "kb_chunks" not in key:
                falls = {n for n in range(1, len(column)) if column[n] < column[n - 1]}
                gauges = ("db_connections_total", "vector_store_vectors_total", "users_active_total")
                assert falls <= restarts or key in gauges, key


def test_the_same_platform_has_the_same_history() -> None:
    made = [
        history.scrape(demo.generate(5, NOW, 0.02), NOW.timestamp(), reach=history.Reach(1, 1, 1)) for _ in range(2)
    ]
    assert made[0].times == made[1].times
    assert made[0].columns == made[1].columns


def test_scrapes_end_shortly_before_the_end_and_never_stand_still(scrapes: history.Scrapes, small: Platform) -> None:
    assert small.now.timestamp() - scrapes.times[-1] == history.PHASE_S
    gaps = [b - a for a, b in zip(scrapes.times, scrapes.times[1:], strict=False)]
    assert set(gaps[: scrapes.fine - 1]) == {300}
    assert set(gaps[scrapes.fine - 1 :]) == {15}


def test_the_incident_is_in_errors_and_latency(scrapes: history.Scrapes, small: Platform) -> None:
    start, end = small.incident.start + 240, small.incident.end - 240
    share = gained(scrapes, is_error, start, end) / gained(scrapes, is_request, start, end)
    assert share == pytest.approx(0.12, abs=0.02)
    calm = gained(scrapes, is_error, end + 1800, end + 7200) / gained(scrapes, is_request, end + 1800, end + 7200)
    assert calm < 0.005
    within = [key for key in api(scrapes, 0) if "highr_seconds_bucket" in key and 'le="0.5"' in key]

    def slow(a: float, b: float) -> float:
        fast = gained(scrapes, lambda key: key in within, a, b)
        return 1 - fast / gained(scrapes, lambda key: key.endswith("highr_seconds_count"), a, b)

    assert slow(start, end) > 3 * slow(end + 1800, end + 7200)


def test_what_has_rows_is_counted_from_the_rows(scrapes: history.Scrapes, small: Platform) -> None:
    begin = scrapes.times[0] - 300
    restart = next(n for n, at in enumerate(api(scrapes, 0)["process_start_time_seconds"]) if at > begin + 400)
    since = scrapes.times[restart]
    created = COLUMNS["feedback"].index("created_at")
    rated = sum(since < row[created].timestamp() <= scrapes.times[-1] for row in small.feedback)
    columns = [c for key, c in api(scrapes, 0).items() if key.startswith("feedback_submitted_total")]
    assert sum(column[-1] - column[restart] for column in columns) == rated > 0


def test_every_rule_has_a_history_and_the_incident_fired_its_alerts(
    scrapes: history.Scrapes, rules: list[recorded_series.Rule], small: Platform
) -> None:
    at = history.grid(scrapes.times, scrapes.fine, history.PHASE_S)
    found, skipped = recorded_series.evaluate(at, scrapes.columns, rules)
    assert skipped == []
    names = {one.series.partition("{")[0] for one in found}
    assert {one.name for one in rules if not one.is_alert} <= names
    firing = {
        re.findall('alertname="(.+?)"', one.series)[0]: one
        for one in found
        if one.series.startswith("ALERTS{") and 'alertstate="firing"' in one.series
    }
    assert {"Watchdog", "ApiErrorBudgetBurnFast"} <= set(firing)
    times = firing["ApiErrorBudgetBurnFast"].times
    assert small.incident.start < times[0] < small.incident.end < times[-1] < small.now.timestamp() - 3600


def test_a_rule_that_the_demo_cannot_evaluate_is_named(scrapes: history.Scrapes) -> None:
    rules = [
        recorded_series.rule("job:strange:quantile", "record", "histogram_quantile(0.5, up)", {}, ""),
        recorded_series.rule("job:upon:it", "record", "sum(job:strange:quantile)", {}, ""),
        recorded_series.rule("job:plain:sum", "record", "sum(up)", {}, ""),
    ]
    found, skipped = recorded_series.evaluate(history.grid(scrapes.times, scrapes.fine, 8), scrapes.columns, rules)
    assert [one.series for one in found] == ["job:plain:sum{}"]
    assert skipped == ["job:strange:quantile: histogram_quantile()", "job:upon:it: reads a rule that has none"]


@pytest.fixture(scope="module")
def prometheus(
    scrapes: history.Scrapes,
    rules: list[recorded_series.Rule],
    tool: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A Prometheus over the made history, that loads no rules itself."""
    folder = tmp_path_factory.mktemp("prometheus")
    complaints: list[str] = []
    texts = history.write(scrapes, rules, folder / "texts", complaints.append)
    with servers.making_blocks(tool("promtool"), texts, folder / "data") as wait:
        wait()
    assert complaints == []
    with servers.prometheus(tool("prometheus"), folder, None) as url:
        yield url


def ask(url: str, expression: str, at: float) -> dict[Any, float]:
    answer = requests.get(f"{url}/api/v1/query", params={"query": expression, "time": at}, timeout=30).json()
    assert answer["status"] == "success", answer
    return {
        tuple(sorted((k, v) for k, v in found["metric"].items() if k != "__name__")): float(found["value"][1])
        for found in answer["data"]["result"]
    }


@pytest.mark.prometheus
def test_recorded_series_are_what_a_real_prometheus_makes_of_the_rules(
    prometheus: str, rules: list[recorded_series.Rule], small: Platform
) -> None:
    now = small.now.timestamp()
    moments = [now - 30 * n for n in (0, 17, 330, 345, 390, 1079, 1085)]
    compared = 0
    for rule in (one for one in rules if not one.is_alert):
        for at in moments:
            # one second later: the sample at the far border of a window is then outside it in every version
            ours, theirs = ask(prometheus, rule.name, at), ask(prometheus, rule.expr, at + 1)
            assert set(ours) == set(theirs), f"{rule.name} at {at - now:.0f} s"
            for key, value in theirs.items():
                assert math.isclose(ours[key], value, rel_tol=0.01, abs_tol=1e-9), f"{rule.name} at {at - now:.0f} s"
                compared += 1
    assert compared > 1000


@pytest.mark.prometheus
def test_alerts_are_active_when_a_real_prometheus_finds_them_so(
    prometheus: str, rules: list[recorded_series.Rule], small: Platform
) -> None:
    moments = [small.incident.start + 60 * n for n in (-10, 5, 15, 30, 41, 44)]
    for rule in (one for one in rules if one.is_alert):
        for at in moments:
            theirs = len(ask(prometheus, rule.expr, at + 1))
            state = f'ALERTS_FOR_STATE{{alertname="{rule.name}"}}'
            ours = len(ask(prometheus, f"timestamp({state}) == {at:.0f}", at))
            assert ours == theirs, f"{rule.name} {(at - small.incident.start) / 60:.0f} min into the incident"


@pytest.mark.prometheus
def test_promtool_names_a_history_that_it_cannot_read(tmp_path: Path, tool: Callable[[str], Path]) -> None:
    broken = tmp_path / "broken.om"
    broken.write_text("this is no history\n# EOF\n")
    with (
        pytest.raises(servers.Unexpected, match=r"promtool: no blocks were made of broken\.om"),
        servers.making_blocks(tool("promtool"), [broken], tmp_path / "data") as wait,
    ):
        wait()
    assert subprocess.run(["pgrep", "-f", str(broken)], capture_output=True, check=False).stdout == b""
