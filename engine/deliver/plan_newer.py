"""Dashboards that a newer Grafana saved as v2 resources: read as they are, shown as a person's edit, never written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gendash.engine.deliver.changes import Change, capped

_QUERY = ("rawSql", "expr", "query")


@dataclass(frozen=True)
class NewerDashboard:
    """A v2 resource: its spec, its version of the format, who saved it last and when."""

    spec: Mapping[str, Any]
    format: str = "v2"
    by: str = ""
    at: str = ""
    generation: int = field(default=0)


def newer_change(uid: str, title: str, wanted: Mapping[str, Any], live: NewerDashboard) -> Change:
    """The change of such a dashboard: left to a person, with what differs from ours."""
    lines = capped([f"they changed {line}" for line in _differences(wanted, live.spec)])
    who = f"saved by {live.by or 'somebody'}, {live.at}".strip(" ,")
    head = f"saved in Grafana's newer format ({live.format}), {who}; left alone: gendash writes classic dashboards"
    todo = "take the edit into the definition and delete the dashboard in Grafana; then plan again"
    return Change("grafana", "dashboard", uid, "left", title, (head, *lines, todo), base=live.generation or None)


def _differences(wanted: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    """What somebody changed, in words: title, panels, their titles, kinds, descriptions, queries, and variables."""
    if str(spec.get("title") or "") != str(wanted.get("title") or ""):
        yield f"dashboard: title {wanted.get('title')!r} -> {spec.get('title')!r}"
    ours = {panel["id"]: panel for panel in _panels(wanted) if panel.get("id")}
    theirs = {one["id"]: one for one in _elements(spec)}
    for number, panel in ours.items():
        name = f"panel '{panel.get('title') or number}'"
        if number not in theirs:
            yield f"{name}: removed"
            continue
        for key in ("title", "description", "type", "queries"):
            before, after = _shown(panel, key), theirs[number][key]
            if before != after:
                yield f"{name}: {key} {before!r} -> {after!r}"
    for number, panel in theirs.items():
        if number not in ours:
            yield f"panel '{panel['title'] or number}': added"
    before_names = {str(one.get("name")) for one in (wanted.get("templating") or {}).get("list") or ()}
    after_names = {str((one.get("spec") or {}).get("name")) for one in spec.get("variables") or ()}
    yield from (f"variable '{name}': removed" for name in sorted(before_names - after_names))
    yield from (f"variable '{name}': added" for name in sorted(after_names - before_names))


def _panels(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    top = dashboard.get("panels") or []
    return [panel for one in top for panel in (one, *(one.get("panels") or ())) if panel.get("type") != "row"]


def _shown(panel: Mapping[str, Any], key: str) -> Any:
    if key == "queries":
        return [_text(target) for target in panel.get("targets") or ()]
    return str(panel.get(key) or "")


def _text(query: Mapping[str, Any]) -> str:
    return next((str(query[key]) for key in _QUERY if query.get(key)), "")


def _elements(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Panels of a v2 spec; v2alpha1 and v2beta1 name plug-in and query in different places."""
    for element in (spec.get("elements") or {}).values():
        panel = element.get("spec") or {}
        if element.get("kind") != "Panel" or panel.get("id") is None:
            continue
        view = panel.get("vizConfig") or {}
        queries = ((panel.get("data") or {}).get("spec") or {}).get("queries") or ()
        asked = [((one.get("spec") or {}).get("query") or {}).get("spec") or {} for one in queries]
        kind = view.get("group") or view.get("kind")
        texts = [_text(one) for one in asked]
        title, description = str(panel.get("title") or ""), str(panel.get("description") or "")
        yield {"id": int(panel["id"]), "title": title, "description": description, "type": kind, "queries": texts}
