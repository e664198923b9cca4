"""A world in which every dashboard has something to show: all that is planted for one of them is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from unittest.mock import patch

import test_feedback_quality_numbers as feedback
import test_knowledge_base_numbers as documents
import test_support_tickets_numbers as tickets
import test_user_analytics_numbers as users
from overview_worlds import Story, World, make

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
    return World(world.platform, world.zone, world.now, world.budget, world.server_zone)
