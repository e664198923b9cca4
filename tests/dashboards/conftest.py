"""Stores filled by the whole chain (platform, migrate, sync, refresh), for tests of what dashboards show."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path += [str(HERE / "numbers"), str(HERE)]  # tests are no package, so their shared parts need a path

# In `make test` the figures of each dashboard are compared on this world, at its first moment, in `make soak` on all.
KEPT = {
    "agent_performance": {"berlin on the day of 25 hours"},
    "cost_usage": {"kathmandu, three quarters off"},
    "feedback_quality": {"berlin at midnight, autumn change"},
    "knowledge_base": {"utc at a full hour"},
    "overview": {"beirut, where a day began at one o'clock", "kathmandu, three quarters off"},
    "support_tickets": {"berlin at midnight, autumn change"},
    "user_analytics": {"kathmandu, three quarters off"},
}
RAW_ROWS = "test_a_panel_shows_what_follows_from_the_raw_rows"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kept = KEPT.get(item.path.stem.removeprefix("test_").removesuffix("_numbers"))
        given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        is_later = RAW_ROWS in item.name and given.get("hours", 0.0)
        if kept and item.path.is_relative_to(HERE) and "name" in given and (is_later or given["name"] not in kept):
            item.add_marker(pytest.mark.soak)
