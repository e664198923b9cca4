"""Stores filled by the whole chain (platform, migrate, sync, refresh), for tests of what dashboards show."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE / "numbers"), str(HERE)]  # tests are no package, so their shared parts need a path
