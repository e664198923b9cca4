"""The state of every project and stream, for people and for Prometheus."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gendash.engine.config.load import Config
from gendash.engine.errors import ConfigError
from gendash.engine.model import Problem
from gendash.langfuse_bridge import windows
from gendash.langfuse_bridge.models import MODELS
from gendash.langfuse_bridge.open_run import open_store
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.streams import OBSERVATIONS, STREAMS


def sync_status(
    config: Config, *, now: datetime | None = None, only: str = "", store: Store | None = None
) -> list[dict[str, Any]]:
    """The state of every project and stream, as dicts by column of ``_sync``; of one that never ran, with no values.

    ``lag_s`` is how far behind ``now`` a stream is closed, ``stored`` about how many rows the project has.
    """
    store = store or open_store(config)
    try:
        states = store.states([*STREAMS, MODELS])
    finally:
        store.disconnect()
    names = [config["langfuse.project"], *config["langfuse.projects"]]
    known = {state["project"] for state in states}
    new = [{"project": name, "stream": OBSERVATIONS.name} for name in names if name not in known]
    for state in states:
        state["lag_s"] = windows.lag_s(state, now) if now else None
    if only and only not in {*names, *known}:
        raise ConfigError(Problem("--project", f"no Langfuse project '{only}'", f"known: {', '.join(names)}"))
    return [state for state in [*states, *new] if only in ("", state["project"])]
