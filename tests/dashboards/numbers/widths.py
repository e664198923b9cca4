"""How wide the columns of a table are at 1280 pixels, as Grafana divides a panel, and how wide their headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

PANEL = {8: 394, 12: 603, 16: 812, 24: 1232}
"""Pixels inside a panel by its width in columns of the grid, without the menu; measured in Grafana 12.3."""
NARROWEST, PADDING, ARROW = 50, 14, 22
LETTERS = {"ijl.,'|": 3.9, "ftr()-/1 ": 5.4, "mwMW%": 12.5}
"""Pixels of letters in a header; capitals and digits have 9.3, others 8.5."""


def property_of(overrides: Sequence[Any], column: str, name: str) -> Any:
    """A property of a column by the last override that sets it; None where none does."""
    found = None
    for one in overrides:
        kind, wanted = one["matcher"]["id"], one["matcher"]["options"]
        if wanted == column if kind == "byName" else re.search(wanted.strip("/"), column):
            found = next((p["value"] for p in one["properties"] if p["id"] == name), found)
    return found


def _header(name: str, is_sorted: bool) -> float:
    letters = [next((px for some, px in LETTERS.items() if c in some), 9.3 if c.isupper() else 8.5) for c in name]
    return sum(letters) + PADDING + ARROW * is_sorted


def misfits(body: Any, width: int, columns: Sequence[str]) -> list[str]:
    """Columns with a header that is cut, and how many pixels all of them lack; ``width`` is the panel's in the grid."""
    overrides = body["fieldConfig"]["overrides"]
    shown = [name for name in columns if not property_of(overrides, name, "custom.hidden")]
    fixed = {name: px for name in shown if (px := property_of(overrides, name, "custom.width"))}
    free = [name for name in shown if name not in fixed]
    share = (PANEL[width] - sum(fixed.values())) / max(len(free), 1)
    widths = fixed | {name: max(share, property_of(overrides, name, "custom.minWidth") or NARROWEST) for name in free}
    ordered = {one["displayName"] for one in body["options"].get("sortBy", ())}
    cut = [name for name in shown if widths[name] < _header(name, name in ordered)]
    over = sum(widths.values()) - PANEL[width]
    return [*cut, *([f"{over:.0f} px too wide"] if over > 1 else [])]
