"""Positions of panels in a grid of 24 columns, which is filled from left to right."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from gendash.engine.model import Panel

COLUMNS = 24


def panel_id(dashboard: str, slug: str) -> int:
    """A stable id between 1 and 2^31 - 1, from names only: it never depends on the order of panels."""
    digest = hashlib.sha256(f"{dashboard}/{slug}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % (2**31 - 1) + 1


def lines(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Panels cut into lines that are at most 24 columns wide."""
    found: list[list[Panel]] = []
    used = COLUMNS
    for panel in panels:
        if used + panel.width > COLUMNS:
            found.append([])
            used = 0
        found[-1].append(panel)
        used += panel.width
    return found


def positions(panels: Sequence[Panel], y: int) -> tuple[list[dict[str, int]], int]:
    """Grid positions of panels from height ``y`` on, and the height below them."""
    found: list[dict[str, int]] = []
    for line in lines(panels):
        x = 0
        for panel in line:
            found.append({"x": x, "y": y, "w": panel.width, "h": panel.height})
            x += panel.width
        y += max(panel.height for panel in line)
    return found, y
