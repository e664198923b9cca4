"""Overrides over rendered dashboards: fields are set by path, parts are added, replaced and taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from gendash.engine.definitions.overrides import OVERRIDES, ROW, WHOLE, Fields, panel_places, steps_of
from gendash.engine.errors import ContentError
from gendash.engine.model import Dashboard, Problem

Json = dict[str, Any]


def with_overrides(rendered: Json, dashboard: Dashboard, overrides: Mapping[str, Fields | None]) -> Json:
    """The rendered dashboard with the overrides of its places; itself where there are none."""
    own = {place: fields for place, fields in overrides.items() if place.partition("/")[0] == dashboard.name}
    if not own:
        return rendered
    result, ids = deepcopy(rendered), panel_places(dashboard)
    for place, fields in sorted(own.items(), key=_rows_first):
        try:
            _apply(result, place, fields, ids)
        except (AttributeError, LookupError, TypeError, ValueError):
            what = "a path or a part does not fit the JSON that is rendered"
            do = "compare with `gendash build`, or take it out"
            raise ContentError(Problem(f"{OVERRIDES}: {place}", what, do)) from None
    try:
        result["panels"] = _settled(result["panels"])
        json.dumps(result, allow_nan=False)
    except (AttributeError, LookupError, TypeError, ValueError):
        what = f"the fields of {dashboard.name} give no JSON of a dashboard"
        raise ContentError(
            Problem(OVERRIDES, what, "values are texts, numbers, lists and maps: correct them")
        ) from None
    return result


def _apply(result: Json, place: str, fields: Fields | None, ids: Mapping[str, int]) -> None:
    part = place.partition("/")[2]
    if not part:
        set_fields(result, fields or {})
    elif part[0] in "$@":
        holder = result.setdefault("templating" if part[0] == "$" else "annotations", {}).setdefault("list", [])
        _override(holder, "name", part[1:], fields)
    else:
        number = ids[place] if place in ids else int(part[1:]) if part[1:].isdigit() else part
        _override_panel(result["panels"], number, fields, ids)


def _rows_first(entry: tuple[str, Fields | None]) -> bool:
    """False for a new row, which has to be there before the panels in it."""
    fields = entry[1]
    whole = fields.get(WHOLE) if fields else None
    return not (isinstance(whole, Mapping) and whole.get("type") == "row")


def set_fields(value: Json, fields: Fields) -> None:
    """Sets the fields of a part by path, and takes out those that are null. What a path leads through is made."""
    for path, new in fields.items():
        if path in (WHOLE, ROW):
            continue
        *way, last = steps_of(path)
        holder: Any = value
        for step in way:
            holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
        if isinstance(holder, list):
            holder[int(last)] = deepcopy(new)
        elif new is None:
            holder.pop(last, None)
        else:
            holder[last] = deepcopy(new)


def _override(items: list[Json], key: str, name: Any, fields: Fields | None) -> None:
    found = next((item for item in items if item.get(key) == name), None)
    if fields is None:
        items[:] = [item for item in items if item is not found]
        return
    if WHOLE in fields:
        whole = {**deepcopy(fields[WHOLE]), key: name}
        if found is None:
            items.append(whole)
        else:
            items[items.index(found)] = whole
        found = whole
    if found is not None:
        set_fields(found, fields)


def _override_panel(panels: list[Json], number: Any, fields: Fields | None, ids: Mapping[str, int]) -> None:
    rows = [panel for panel in panels if panel.get("type") == "row"]
    holders = [panels, *(row.setdefault("panels", []) for row in rows)]
    holder = next((one for one in holders if any(panel.get("id") == number for panel in one)), panels)
    _override(holder, "id", number, fields)
    if fields and ROW in fields:
        row = ids.get(fields[ROW]) or fields[ROW]
        target = next((one.setdefault("panels", []) for one in rows if one.get("id") == row), panels)
        moved = next((panel for panel in holder if panel.get("id") == number), None)
        if moved and target is not holder:
            holder.remove(moved)
            target.append(moved)


def _settled(panels: list[Json]) -> list[Json]:
    """Panels of folded rows inside them, those of open ones after them."""
    result: list[Json] = []
    folded: Json | None = None
    for panel in panels:
        if panel.get("type") == "row":
            inner = panel.get("panels") or []
            folded = panel if panel.get("collapsed") and not inner else None
            result.append(panel)
            if not panel.get("collapsed") and inner:
                panel["panels"] = []
                result += inner
        elif folded is not None:
            folded["panels"].append(panel)
        else:
            result.append(panel)
    return result
