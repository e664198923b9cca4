"""The differences of two dashboards, and the stamp by which gendash recognizes its own content.

Grafana rewrites a dashboard that somebody saves in the browser: it fills in defaults, drops what is empty and adds a
built-in annotation. So dashboards are compared in a normal form, `flat`: one leaf for each value that has an effect.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gendash.engine.render.grafana_defaults import ANNOTATION, DASHBOARD, LINK, VARIABLE, panel_defaults, unread_fields

STAMP = "gendash_build"
MISSING = object()

Path = tuple[str, ...]
Json = Mapping[str, Any]

# keys that Grafana keeps when a dashboard is saved in the browser; it drops every other one
_OF_DASHBOARD = (
    *("title", "description", "tags", "timezone", "refresh", "time", "timepicker", "weekStart"),
    *DASHBOARD,
)
_NOT_OF_VARIABLE = {"name", "current", "options", "definition", "id", "error", "state", "index", "rootStateKey"}
_OF_PANEL = {
    *("type", "title", "description", "gridPos", "datasource", "targets", "fieldConfig", "options", "transformations"),
    *("links", "repeat", "repeatDirection", "maxPerRow", "transparent", "interval", "maxDataPoints", "timeFrom"),
    *("timeShift", "hideTimeOverride", "cacheTimeout", "queryCachingTTL", "libraryPanel", "collapsed", "row"),
}


@dataclass(frozen=True)
class Difference:
    """One difference between two dashboards. ``MISSING`` is the value of a side that has none."""

    where: str
    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if not self.field:
            return f"{self.where}: {'added' if self.before is MISSING else 'removed'}"
        if self.before is MISSING:
            return f"{self.where}: {self.field} set to {_short(self.after)}"
        if self.after is MISSING:
            return f"{self.where}: {self.field} {_short(self.before)} removed"
        return f"{self.where}: {self.field} {_both(self.before, self.after)}"


def flat(dashboard: Json) -> dict[Path, Any]:
    """The values of a dashboard by path; equal for two dashboards that look and behave the same.

    The path starts with the part (``dashboard``, ``panel``, ``variable``, ``annotation``) and its key. Left out:
    id, version, plug-in versions, the chosen values of variables, the built-in annotation, our stamp, all that is
    empty and all that Grafana fills in by itself.
    """
    said: dict[Path, Any] = {}
    _leaves(("dashboard", ""), _lean({k: dashboard[k] for k in _OF_DASHBOARD if k in dashboard}, DASHBOARD), said)
    for index, link in enumerate(_items(dashboard.get("links"))):
        _leaves(("dashboard", "", "links", str(index)), _lean(link, LINK), said)
    for part, key, items in _parts(dashboard):
        for name, item in _keyed(items, key):
            _leaves((part, name), item, said)
    return said


def dashboard_differences(before: Json, after: Json) -> list[Difference]:
    """The differences of ``after`` from ``before``, in the order of the panels; empty if there are none."""
    old, new = flat(before), flat(after)
    names = _titles(before)
    names |= {key: name for key, name in _titles(after).items() if key not in names}
    gone, come = _wholes(old) - _wholes(new), _wholes(new) - _wholes(old)
    found = [
        *(Difference(names[key], "", MISSING, key[1]) for key in come),
        *(Difference(names[key], "", key[1], MISSING) for key in gone),
    ]
    for path in changed_paths(old, new):
        if path[:2] not in gone | come:
            where = names.get((path[0], path[1]), path[0])
            found.append(Difference(where, _field(path[2:]), old.get(path, MISSING), new.get(path, MISSING)))
    order = {name: place for place, name in enumerate(names.values())}
    return sorted(found, key=lambda d: (order.get(d.where, -1), d.field))


def changed_paths(old: Mapping[Path, Any], new: Mapping[Path, Any]) -> list[Path]:
    """Paths whose leaf differs between two normal forms, or that only one of them has."""
    return sorted(path for path in {**old, **new} if not values_agree(old.get(path, MISSING), new.get(path, MISSING)))


def lost_edits(base: Json, live: Json, wanted: Json) -> list[Path]:
    """Paths at which ``live`` differs from ``base`` and ``wanted`` does not bring the same value."""
    old, now, new = flat(base), flat(live), flat(wanted)
    return [
        path for path in changed_paths(old, now) if not values_agree(now.get(path, MISSING), new.get(path, MISSING))
    ]


def content_hash(dashboard: Json) -> str:
    """The first 12 hex digits of the sha256 of a dashboard's values."""
    text = json.dumps(sorted(flat(dashboard).items()), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def stamp(dashboard: Json) -> dict[str, Any]:
    """The dashboard with a hidden constant variable that holds its content hash. Stamping twice is stamping once."""
    variable = {"type": "constant", "name": STAMP, "hide": 2, "skipUrlSync": True, "query": content_hash(dashboard)}
    others = [item for item in _listed(dashboard, "templating") if item.get("name") != STAMP]
    return {**dashboard, "templating": {**(dashboard.get("templating") or {}), "list": [*others, variable]}}


def stamped(dashboard: Json) -> str:
    """The content hash that a dashboard carries in its stamp, or an empty string."""
    for item in _listed(dashboard, "templating"):
        if item.get("name") == STAMP:
            return str(item.get("query") or "")
    return ""


def _parts(dashboard: Json) -> Iterable[tuple[str, str, list[dict[str, Any]]]]:
    variables = [item for item in _listed(dashboard, "templating") if item.get("name") != STAMP]
    annotations = [item for item in _listed(dashboard, "annotations") if not item.get("builtIn")]
    yield "panel", "id", [_panel(panel) for panel in _panels(dashboard)]
    yield "variable", "name", [_variable(variable) for variable in variables]
    yield "annotation", "name", [_lean(annotation, ANNOTATION) for annotation in annotations]


def _items(value: Any) -> list[dict[str, Any]]:
    """The maps of a list; a foreign dashboard may hold anything."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _listed(dashboard: Json, key: str) -> list[dict[str, Any]]:
    holder = dashboard.get(key)
    return _items(holder.get("list")) if isinstance(holder, Mapping) else []


def _panels(dashboard: Json) -> list[dict[str, Any]]:
    """All panels, those of collapsed rows too, each with the id of the row that it is in."""
    top = [dict(panel) for panel in _items(dashboard.get("panels"))]
    rows = sorted((_y(panel), panel.get("id")) for panel in top if panel.get("type") == "row" and panel.get("id"))
    found = []
    for panel in top:
        if panel.get("type") != "row":
            panel["row"] = next((row for y, row in reversed(rows) if y < _y(panel)), None)
        found.append(panel)
        found += [{**inner, "row": panel.get("id")} for inner in _items(panel.get("panels"))]
    return found


def _y(panel: Json) -> float:
    place = panel.get("gridPos")
    return float(place.get("y") or 0) if isinstance(place, Mapping) else 0.0


def _panel(panel: Json) -> dict[str, Any]:
    kind, own = str(panel.get("type") or ""), {key: value for key, value in panel.items() if key in _OF_PANEL}
    kept: dict[str, Any] = _lean(own, panel_defaults(kind))
    fields = (kept.get("fieldConfig") or {}).get("defaults") or {}
    for key in unread_fields(kind) & fields.keys():
        del fields[key]
    filled = {"hide": False, "datasource": panel.get("datasource")}
    targets = [_lean(target, filled, without=("editorMode",)) for target in _items(panel.get("targets"))]
    if not targets:
        kept.pop("datasource", None)
    return {**kept, "type": kind, "targets": targets, "id": panel.get("id")}


def _variable(variable: Json) -> dict[str, Any]:
    filled = {**VARIABLE, "refresh": 1} if variable.get("type") == "datasource" else VARIABLE
    kept: dict[str, Any] = _lean({k: v for k, v in variable.items() if k not in _NOT_OF_VARIABLE}, filled)
    return {**kept, "type": variable.get("type", ""), "name": variable.get("name")}


def _lean(value: Any, filled: Any = None, without: Sequence[str] = ()) -> Any:
    """``value`` without what is empty and what equals ``filled``; a list counts as a whole."""
    if isinstance(value, dict):
        value = _from_minus_infinity(value)
        inner = filled if isinstance(filled, dict) else {}
        kept = {key: _lean(item, inner.get(key)) for key, item in value.items() if key not in without}
        return {key: item for key, item in kept.items() if item or item == 0}
    if isinstance(value, list):
        items = [_lean(item) for item in value]
        return None if filled is not None and items == _lean(filled) else items
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if filled is not None and values_agree(value, filled) else value


def _from_minus_infinity(value: dict[str, Any]) -> dict[str, Any]:
    """Thresholds without the value of their first step: it always reaches down to minus infinity."""
    steps = value.get("steps")
    if isinstance(steps, list) and steps and isinstance(steps[0], dict) and "color" in steps[0]:
        first = {key: item for key, item in steps[0].items() if key != "value"}
        return {**value, "steps": [first, *steps[1:]]}
    return value


def values_agree(one: Any, other: Any) -> bool:
    """Equality that does not take True for 1."""
    return (type(one) is type(other) and bool(one == other)) or (_number(one) and _number(other) and one == other)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _keyed(items: Sequence[Json], key: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """Each item by its key, without it; a second item of the same key gets a key of its own."""
    seen: dict[str, int] = {}
    for item in items:
        name = str(item.get(key))
        seen[name] = seen.get(name, 0) + 1
        rest = {k: v for k, v in item.items() if k != key}
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), rest


def _leaves(path: Path, value: Any, said: dict[Path, Any]) -> None:
    """Notes the scalars below a path; a list of scalars is one leaf, and empty values are left out."""
    if isinstance(value, dict):
        for key, item in value.items():
            _leaves((*path, str(key)), item, said)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, item in enumerate(value):
            _leaves((*path, str(index)), item, said)
    elif value != []:
        said[path] = value


def _wholes(said: Iterable[Path]) -> set[Path]:
    return {path[:2] for path in said if path[0] != "dashboard"}


def _titles(dashboard: Json) -> dict[Path, str]:
    """The name of each part in messages."""
    names: dict[Path, str] = {("dashboard", ""): "dashboard"}
    for name, panel in _keyed(_panels(dashboard), "id"):
        kind = "row" if panel.get("type") == "row" else "panel"
        names["panel", name] = f"{kind} '{panel.get('title') or name}'"
    for part, key, items in _parts(dashboard):
        if part != "panel":
            names |= {(part, name): f"{part} '{name}'" for name, _ in _keyed(items, key)}
    return names


def _field(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if step.isdigit() else f".{step}" if text else step
    return text


def _short(value: Any, width: int = 60) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _both(before: Any, after: Any) -> str:
    """Two values, cut down to the first line that differs where they are long texts."""
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        pairs = zip([*before.split("\n"), ""], [*after.split("\n"), ""], strict=False)
        for number, (old, new) in enumerate(pairs, 1):
            if old != new:
                return f"line {number}: {_both(old.strip(), new.strip())}"
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > 60:
        start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
        cut = max(0, start - 20)
        lead = "…" if cut else ""
        before, after = lead + before[cut:], lead + after[cut:]
    return f"{_short(before)} -> {_short(after)}"
