"""A clock that was ahead and is right again costs no row, and its lag is reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bridge_parts import NOW, observation, settings, stored

from gendash.langfuse_bridge.status import sync_status

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE = "langfuse: {since: 20d}"


@pytest.mark.parametrize("leap", [timedelta(minutes=20), 3 * DAY, 365 * DAY])
def test_rows_from_before_and_after_a_leap_all_come(leap: timedelta, double: Any, store: Any, run: Any) -> None:
    double.add(observation(1, NOW - 2 * DAY))
    run(NOW - DAY, text=SINCE)
    run(NOW - DAY + leap, text=SINCE)  # the clock leaps ahead for one run, then nothing runs for a day
    for number in range(2, 26):
        double.add(observation(number, NOW - DAY + number * HOUR - timedelta(minutes=90)))
    lags = {row["stream"]: row["lag_s"] for row in sync_status(settings(double, store), now=NOW, store=store)}
    report = run(NOW, text=SINCE)
    assert len(stored(store, "lf_observation")) == 25
    states = {row["stream"]: row for row in sync_status(settings(double, store), now=NOW, store=store)}
    assert states["observations"]["closed_until"] == NOW and states["observations"]["lag_s"] == 0
    if leap > DAY:
        assert "closed_until" in report.streams[0].notes[0] and "a clock was ahead" in report.streams[0].notes[0]
        assert lags["observations"] >= DAY.total_seconds()
        assert states["models"]["closed_until"] == NOW
        double.delete("trace-000000")  # look-backs are not off until the year is over
        run(NOW + 2 * DAY, text=SINCE)
        run(NOW + 3 * DAY, text=SINCE)
        assert not any(trace == "trace-000000" for (trace,) in stored(store, "lf_observation", "trace_id"))
