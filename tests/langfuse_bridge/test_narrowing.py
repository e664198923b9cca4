"""A server that answers narrow windows only is read to the end, and is not asked for wide ones again at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from bridge_parts import NOW, observation, stored

from gendash.demo.langfuse_double import Fault
from gendash.engine.errors import Unreachable
from gendash.langfuse_bridge.api_client import is_too_wide

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("status", [504, 524, 413, 422])
def test_a_server_that_answers_narrow_windows_only(status: int, double: Any, store: Any, run: Any) -> None:
    for number in range(40):
        double.add(observation(number, NOW - 5 * MINUTE * number - MINUTE))
    refused = []

    def fault(path: str) -> Fault | None:
        if path != "v2/observations":
            return None
        params = double.log[-1][1]
        start, end = (params[name][0] if name in params else "" for name in ("fromStartTime", "toStartTime"))
        width = (datetime.fromisoformat(end) if end else NOW) - datetime.fromisoformat(start)
        if width <= 10 * MINUTE:
            return None
        refused.append(width)
        return Fault(status)

    double.fault = fault
    for _ in range(5):
        try:
            run(text="langfuse: {since: 4h}")
            break
        except Unreachable as error:
            assert "also for narrower windows" in str(error) and status != 422
    assert len(stored(store, "lf_observation")) == 40
    assert len(refused) < 20
    refused.clear()
    run(from_=NOW - timedelta(hours=4))
    assert refused == [], "the width that failed is remembered"


def test_failures_that_a_narrower_window_may_cure() -> None:
    assert all(is_too_wide(status, b"") for status in (408, 413, 504, 524))
    assert is_too_wide(500, b'{"message": "Internal Server Error", "error": "Timeout error."}')
    assert is_too_wide(500, b"memory limit (total) exceeded")
    assert not any(is_too_wide(status, b"connect ECONNREFUSED") for status in (500, 502, 503))
