from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gendash.demo import history, recorded_series, servers
from gendash.demo import platform as demo
from gendash.demo.run import SETTINGS, history_rules
from gendash.demo.timeline import Platform
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
REACH = history.Reach(days=2, fine=0.5, detail=1)


@pytest.fixture(scope="session")
def small() -> Platform:
    """A platform of some hundred users on a Thursday afternoon."""
    return demo.generate(7, NOW, 0.15)


@pytest.fixture(scope="session")
def scrapes(small: Platform) -> history.Scrapes:
    """Two days of scrapes of that platform."""
    return history.scrape(small, NOW.timestamp(), reach=REACH)


@pytest.fixture(scope="session")
def rules() -> list[recorded_series.Rule]:
    """All shipped rules, as the demo's settings make them."""
    return history_rules(load_catalog(load_config(SETTINGS.read_text("utf-8"))))


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """Finds a program on PATH or unpacked below ``.cache``."""

    def find(name: str) -> Path:
        cache = Path(__file__).resolve().parents[2] / ".cache"
        found = servers.find(name, *(path.parent for path in cache.glob(f"**/{name}")))
        assert found, name
        return found

    return find
