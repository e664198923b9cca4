"""Old rows are deleted for good, and Prometheus is told how the sync is."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from bridge_parts import NOW, observation, score, settings, stored

from gendash.langfuse_bridge.retention import prometheus_text, purge
from gendash.langfuse_bridge.status import sync_status

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def fill(double: Any) -> None:
    for number in range(20):
        double.add(observation(number, NOW - DAY * (number + 1) + MINUTE))
        double.put_score(score(number, NOW - DAY * (number + 1) + MINUTE))


def test_rows_older_than_the_retention_go_and_look_backs_do_not_bring_them_back(
    double: Any, store: Any, run: Any
) -> None:
    fill(double)
    run()
    config = settings(double, store, "langfuse: {retention: 10d}")
    assert purge(config, now=NOW, store=store) == {"observations": 10, "scores": 10}
    run(NOW + DAY)
    assert len(stored(store, "lf_observation")) == len(stored(store, "lf_score")) == 10
    assert purge(config, now=NOW, store=store) == {"observations": 0, "scores": 0}


def test_everything_of_one_project_goes_and_nothing_of_another(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run()
    double.project_id = "another"
    run(text="langfuse: {project: other}")
    gone = purge(settings(double, store, "langfuse: {project: other}"), now=NOW, everything=True, store=store)
    assert gone == {"observations": 20, "scores": 20, "models": 0}
    assert set(stored(store, "lf_observation", "project")) == {("default",)}
    assert set(stored(store, "_sync", "project")) == {("default",)}


def test_many_rows_go_in_short_transactions(double: Any, store: Any, run: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("gendash.langfuse_bridge.retention._BATCH", 3)
    fill(double)
    run()
    assert purge(settings(double, store), now=NOW, before=NOW - 5 * DAY, store=store)["observations"] == 15


def test_the_state_of_each_stream_is_told_to_prometheus(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run()
    text = prometheus_text(sync_status(settings(double, store), store=store))
    labels = '{project="default",stream="observations"}'
    assert f"gendash_langfuse_closed_until_timestamp_seconds{labels} {NOW.timestamp():.0f}\n" in text
    assert f"gendash_langfuse_rows_total{labels} 20\n" in text
    assert f"gendash_langfuse_failed{labels} 0\n" in text
    assert "gendash_langfuse_resume_timestamp_seconds{" not in text


@pytest.mark.prometheus
def test_promtool_accepts_the_text(double: Any, store: Any, run: Any) -> None:
    fill(double)
    run()
    text = prometheus_text(sync_status(settings(double, store), store=store))
    tool = shutil.which("promtool")
    assert tool
    found = subprocess.run([tool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
