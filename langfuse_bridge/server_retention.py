"""What Langfuse keeps itself, and which rows therefore stay here although it no longer sends them."""

from __future__ import annotations

from datetime import datetime, timedelta

from gendash.engine.config.load import Config
from gendash.engine.config.value_types import NONE, seconds
from gendash.langfuse_bridge.api_client import Client
from gendash.langfuse_bridge.store import Store
from gendash.langfuse_bridge.windows import AHEAD

SLACK = timedelta(days=1)
"""How much earlier than it says the server may drop rows: its job runs by its own clock and days."""
SHORTEST = timedelta(days=3)
"""The shortest retention that Langfuse lets a project have; what is younger and gone was deleted by somebody."""


def server_keeps(config: Config, client: Client) -> tuple[timedelta | None, str]:
    """How long the server keeps rows of the project (None for ever), and what `status` says about it."""
    setting = config["langfuse.server_retention"]
    if setting == NONE:
        return None, "everything, as langfuse.server_retention says"
    if setting != "auto":
        return timedelta(seconds=seconds(setting)), f"{setting}, as langfuse.server_retention says"
    days = client.retention_days
    if days is None:
        return SHORTEST, f"not known: treated as {SHORTEST.days} days; set langfuse.server_retention"
    return (timedelta(days=days), f"{days:g} days") if days else (None, "everything")


def keep_history(config: Config, client: Client, store: Store, project: str, now: datetime) -> None:
    """Notes what the server keeps, and from before when rows stay here although the server no longer sends them.

    That edge never moves back: what the server once dropped stays, also when its retention becomes longer or ends. Only
    an edge in the future, which a clock that was ahead has left, is not believed.
    """
    span, words = server_keeps(config, client)
    edge = now - span + SLACK if span else None
    store.keep_before(project, edge, words, now + AHEAD)
