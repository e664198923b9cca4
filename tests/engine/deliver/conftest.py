"""A double of Grafana, and an installation that is delivered to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from grafana_double import Double

sys.path.append(str(Path(__file__).parent))  # tests are no package, so their shared parts need a path

from installation import Installation


@pytest.fixture
def double() -> Iterator[Double]:
    """A double of Grafana that runs for the test."""
    made = Double()
    server = made.run()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def installation(double: Double, tmp_path: Path) -> Callable[..., Installation]:
    """Makes an installation on the double: ``installation(text of gendash.yaml, **environment)``."""
    return lambda text="", **environ: Installation(double, tmp_path / "state", text, environ)
