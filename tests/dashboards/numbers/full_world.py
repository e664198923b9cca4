"""A world in which every dashboard has something to show: all that is planted for one of them is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from unittest.mock import patch
from uuid import UUID

import test_feedback_quality_numbers as feedback
import test_knowledge_base_numbers as documents
import test_support_tickets_numbers as tickets
import test_user_analytics_numbers as users
from overview_worlds import Story, World, make

from gendash.demo.timeline import COLUMNS

NOW = datetime(2026, 11, 5, 15, tzinfo=UTC)
PLANTERS: tuple[ModuleType, ...] = (users, feedback, documents, tickets)


def everything(seed: int, zone: str = "Europe/Berlin", scale: float = 0.02) -> World:
    """The world of a seed; its days include one of 25 hours and one without anything."""
    story = Story(zone, NOW, seed, scale)
    world = make(story)
    for module in PLANTERS:
        planted: Callable[[Story], World] = module.planted
        with patch.object(module, "make", lambda _story, world=world: world):
            world = planted(story)
    _twice_the_same_tool(world)
    _last_week_too(world)
    return World(world.platform, world.zone, world.now, world.budget, world.server_zone)


def _twice_the_same_tool(world: World) -> None:
    """Some turns call a tool again."""
    calls = [row for row in world.platform.observations if row["type"] == "TOOL"][-60::3]
    world.platform.observations += [row | {"id": f"again-{row['id']}"} for row in calls]


def _last_week_too(world: World) -> None:
    """A ticket at the same hour of each of five weeks."""
    some = dict(zip(COLUMNS["tickets"], world.platform.tickets[-1], strict=True))
    for week in range(5):
        at = NOW - timedelta(hours=3, weeks=week)
        row = some | {"id": str(UUID(int=10**34 + week)), "created_at": at, "updated_at": at, "status": "open"}
        row |= dict.fromkeys(("first_response_at", "resolved_at", "closed_at"))
        world.platform.tickets.append(tuple(row[name] for name in COLUMNS["tickets"]))
