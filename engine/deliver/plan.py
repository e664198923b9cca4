"""The planned changes of Grafana, as data: the plan that is printed is the plan that is applied.

`plan` compares what Grafana should hold with what it holds. Other targets make their own `Change`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.odd_shape import contained
from gendash.engine.deliver.plan_dashboards import dashboard_change
from gendash.engine.deliver.plan_folders import exposed_dashboards, folder_changes
from gendash.engine.deliver.plan_orphans import orphan_changes
from gendash.engine.deliver.plan_sources import data_source_change
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana, library_panels


def plan(wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    """All objects in the order in which they are changed, including the unchanged."""
    changes: list[Change] = []
    for place in wanted.folders:
        blank = Change("grafana", "folder", place.uid, "none", place.title)
        changes += contained(blank, partial(folder_changes, place, wanted, observed))
    missing = {change.name for change in changes if change.action == "blocked"}
    for source in wanted.datasources:
        blank = Change("grafana", "datasource", source["uid"], "none", source["name"])
        changes += contained(blank, partial(_data_source, source, wanted, observed))
    titles = {uid: str(dashboard.get("title") or uid) for uid, (dashboard, _) in wanted.dashboards.items()}
    for uid in sorted(wanted.admin & wanted.dashboards.keys()):
        blank = Change("grafana", "permission", uid, "none", titles[uid])
        exposed = contained(blank, partial(exposed_dashboards, [uid], titles, observed))
        missing |= {change.name for change in exposed}
        changes += exposed
    for uid, (_, folder_uid) in wanted.dashboards.items():
        waits = folder_uid in missing or uid in missing
        changes += contained(
            Change("grafana", "dashboard", uid, "none", titles[uid]), partial(_dashboard, uid, waits, wanted, observed)
        )
    return changes + orphan_changes(wanted, observed)


def _data_source(source: Mapping[str, Any], wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    return [data_source_change(source, wanted, observed)]


def _dashboard(uid: str, waits: bool, wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    change = _without_library(dashboard_change(uid, wanted, observed), wanted.dashboards[uid][0], observed)
    return [_secret_in_public(without_folder(change) if waits and change.writes else change, uid, wanted, observed)]


def _without_library(change: Change, dashboard: Mapping[str, Any], observed: ObservedGrafana) -> Change:
    """Blocks a dashboard with a library panel that there is not: Grafana would keep it and show a dead panel."""
    lacks = [(title, uid) for uid, title in library_panels(dashboard).items() if uid in observed.no_library]
    if not lacks or change.action == "left":
        return change
    todo = "make it in Grafana, or take libraryPanel of the panel out of overrides.yaml"
    lines = (f"panel '{title}' is library panel {uid}, which this Grafana lacks; {todo}" for title, uid in lacks)
    return change.turned("blocked", *lines)


def without_folder(change: Change) -> Change:
    """A dashboard (or the permissions of a folder) that waits, since the folder is not there or not hidden."""
    place = change.payload.get("folderUid", change.name)
    return change.turned("blocked", f"waits for folder {place}, or for who may open it: see there")


def _secret_in_public(change: Change, uid: str, wanted: Desired, observed: ObservedGrafana) -> Change:
    """Blocks an admin dashboard that somebody moved out of its hidden folder: what it shows is open to others."""
    live = observed.dashboards.get(uid)
    if change.action != "left" or uid not in wanted.admin or not isinstance(live, LiveDashboard):
        return change
    now = str(live.meta.get("folderUid") or "")
    hidden = {place.uid for place in wanted.folders if place.hidden}
    if now in hidden:
        return change
    return change.turned("blocked", "it is for admins, and everybody who may open that folder sees it: move it back")
