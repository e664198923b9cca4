"""The time of a reader's session, with the owner's pass for it."""

from __future__ import annotations

from datetime import datetime

from gendash.engine.config.load import Config
from gendash.engine.read.reader import clock_setting

_known: dict[tuple[str, datetime], str] = {}


def reader_clock(config: Config, at: datetime) -> str:
    """The value of ``gendash.now``; of each database and time it is asked for once."""
    key = config["database_url"], at
    if key not in _known:
        _known[key] = clock_setting(config, at)
    return _known[key]
