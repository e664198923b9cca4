"""Colours and states by meaning; every colour is defined here. Named colours shift with Grafana's theme."""

from __future__ import annotations

from typing import Any

from gendash.engine.model import SettingRef

OK, WARN, BAD, UNKNOWN, TEXT = "green", "semi-dark-orange", "red", "#8E959E", "text"
CALLS, COST, USERS, USERS_2, USERS_3 = "blue", "dark-yellow", "#26A69A", "#80CBC4", "#00796B"
P50, P95, P99 = "super-light-purple", "purple", "dark-purple"
TICKET = {"open": "blue", "in progress": "super-light-blue", "resolved": "#00796B", "closed": "#8E959E"}
PRIORITY = {"urgent": "red", "high": "semi-dark-orange", "medium": "light-blue", "low": "#8E959E", "other": "#8E959E"}
TOKEN = {"input": CALLS, "input, cached": "super-light-blue", "output": "dark-blue"}
RATING = {"5": "blue", "4": "light-blue", "3": "#8E959E", "2": "light-orange", "1": "dark-orange"}
DOCUMENT = {"done": "#00796B", "processing": "super-light-blue", "failed": "red", "other": "#8E959E"}

# Families of models -> slots; the longest prefix last, since Grafana's last matching override wins. A model that is
# not listed is grey, so that no model ever takes the colour of a state.
MODEL = {
    "gpt-4o": "#3D71D9",
    "gpt-4o-mini": "#63BCEB",
    "claude": "#A35BC9",
    "gpt-4.1": "#F2A0C8",
    "text-embedding": "#12786B",
    "gemini": "#C9A45C",
}


def fixed(color: str) -> dict[str, Any]:
    """Grafana's colour setting for one fixed colour."""
    return {"mode": "fixed", "fixedColor": color}


def override(matcher: str, options: str, **properties: Any) -> dict[str, Any]:
    """A field override: ``matcher`` is byName, byRegexp or byFrameRefID; dots in ids are written as ``__``."""
    return {
        "matcher": {"id": matcher, "options": options},
        "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()],
    }


PERCENTILES = [
    override("byName", "p50", color=fixed(P50)),
    override("byName", "p95", color=fixed(P95), custom__lineWidth=2),
    override("byName", "p99", color=fixed(P99)),
]


def colored(colors: dict[str, str], **properties: Any) -> list[dict[str, Any]]:
    """Overrides that give each named series its colour."""
    return [override("byName", name, color=fixed(color), **properties) for name, color in colors.items()]


# values that a vocabulary does not know: none, on most platforms, so the legend does not name them
UNLISTED = override("byName", "other", custom__hideFrom={"legend": True, "tooltip": False, "viz": False})


def by_model() -> list[dict[str, Any]]:
    """Overrides that give each family of models its colour, dated names included."""
    return [override("byRegexp", f"/^{prefix}/", color=fixed(color)) for prefix, color in MODEL.items()]


def steps(*pairs: tuple[str, float | SettingRef | None]) -> list[dict[str, Any]]:
    """Threshold steps; the first value is None."""
    return [{"color": color, "value": value} for color, value in pairs]


def up_is_bad(warn: float | SettingRef, bad: float | SettingRef) -> list[dict[str, Any]]:
    """Threshold steps for figures of which less is better: colour only when something is wrong."""
    return steps((TEXT, None), (WARN, warn), (BAD, bad))


def down_is_bad(bad: float | SettingRef, warn: float | SettingRef) -> list[dict[str, Any]]:
    """Steps for figures of which more is better."""
    return steps((BAD, None), (WARN, bad), (TEXT, warn))


def words(**texts: tuple[str, str]) -> list[dict[str, Any]]:
    """Value mappings; the key ``v1`` is the value 1, and the word comes with its colour."""
    options = {
        key.removeprefix("v"): {"text": text, "color": color, "index": index}
        for index, (key, (text, color)) in enumerate(texts.items())
    }
    return [{"type": "value", "options": options}]


def nothing(text: str, match: str = "null+nan") -> list[dict[str, Any]]:
    """The mapping of null and NaN to a grey word: no events, or no data. ``match`` is another of Grafana's kinds."""
    return [{"type": "special", "options": {"match": match, "result": {"text": text, "color": UNKNOWN}}}]
