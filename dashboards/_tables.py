"""Overrides and transformations shared by several tables; the tables themselves are defined in their dashboards."""

from __future__ import annotations

from typing import Any

from gendash.dashboards._palette import down_is_bad, fixed, nothing, override
from gendash.engine.model import slo

COLORED_TEXT = {"type": "color-text"}
GAUGE = {"type": "gauge", "mode": "gradient", "valueDisplayMode": "text"}


def columns(names: dict[str, str]) -> list[dict[str, Any]]:
    """Transformations that merge instant queries into one table, and name and order its columns."""
    order = {source: index for index, source in enumerate(names)}
    return [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": names}},
    ]


def cells(*names: str, **properties: Any) -> list[dict[str, Any]]:
    """Overrides of several columns alike."""
    return [override("byName", name, **properties) for name in names]


def entity(name: str, width: int) -> list[dict[str, Any]]:
    """The override of the column that identifies a table's rows: the engine puts the table's link there."""
    return [override("byName", name, custom__width=width, links=[])]


def linked(name: str, title: str, address: str = "link", **properties: Any) -> list[dict[str, Any]]:
    """Overrides of a table's column that links to the address in the hidden column ``address``."""
    link = {"title": title, "url": f"${{__data.fields.{address}:raw}}", "targetBlank": True}
    return [override("byName", name, links=[link], **properties), override("byName", address, custom__hidden=True)]


def judged(name: str, thresholds: list[dict[str, Any]], **properties: Any) -> dict[str, Any]:
    """A column whose text is coloured where it is wrong."""
    rule = {"mode": "absolute", "steps": thresholds}
    return override("byName", name, custom__cellOptions=COLORED_TEXT, thresholds=rule, **properties)


def judged_share(name: str, thresholds: list[dict[str, Any]], decimals: int = 2, **properties: Any) -> dict[str, Any]:
    """A share that is coloured where it is wrong."""
    return judged(name, thresholds, unit="percentunit", decimals=decimals, **properties)


def csat_column(name: str = "CSAT") -> dict[str, Any]:
    """A share of satisfied ratings that is coloured where it is below its limits."""
    return judged_share(name, down_is_bad(slo("csat.red"), slo("csat.amber")), 1)


def _bar(name: str, color: str, properties: dict[str, Any]) -> dict[str, Any]:
    width = {} if "custom__minWidth" in properties else {"custom__width": 150}
    return override("byName", name, min=0, color=fixed(color), custom__cellOptions=GAUGE, **(width | properties))


def share_bar(name: str, color: str, **properties: Any) -> dict[str, Any]:
    """A column that is drawn as a bar from 0 to 1."""
    return _bar(name, color, {"unit": "percentunit", "decimals": 0, "max": 1} | properties)


def count_bar(name: str, color: str, **properties: Any) -> dict[str, Any]:
    """A column that is drawn as a bar from 0 to its largest figure."""
    return _bar(name, color, {"unit": "locale", "fieldMinMax": True} | properties)


def priced(name: str, decimals: int = 2) -> dict[str, Any]:
    """Money per unit, unknown if no call has a price."""
    return override("byName", name, unit="currencyUSD", decimals=decimals, mappings=nothing("no price"))
