"""What left the definitions: dashboards and data sources of ours that they no longer have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from gendash.engine.deliver.changes import Change, ChangeKind
from gendash.engine.deliver.marks import TAG, Owner, last_own_version, source_owner
from gendash.engine.deliver.odd_shape import ODD_SHAPE, contained
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana
from gendash.engine.render.dashboard_diff import lost_edits
from gendash.engine.render.provisioning import uses


def orphan_changes(wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    """Named, and removed where ``prune`` asks for it; an edited one is left to a person."""
    if wanted.partial:
        return []
    found: list[Change] = []
    for uid, live in sorted(observed.orphans.items()):
        if isinstance(live, LiveDashboard):
            blank = Change("grafana", "dashboard", uid, "none", uid)
            found += contained(blank, partial(_dashboard, uid, live, wanted))
    going = {change.name for change in found if change.writes}
    staying = [live for uid, live in observed.orphans.items() if uid not in going and isinstance(live, LiveDashboard)]
    used = {uid for live in staying for uid in _used(live)} | {one["uid"] for one in wanted.datasources}
    sources = observed.datasources if not isinstance(observed.datasources, str) else ()
    for source in sources:
        uid = str(source.get("uid"))
        if uid not in used:
            blank = Change("grafana", "datasource", uid, "none", uid)
            found += contained(blank, partial(_source, uid, source, wanted))
    return found


def why_it_stays(live: LiveDashboard, owner: Owner, overwrite: bool = False) -> str | None:
    """The reason why a dashboard is not removed, empty if it may be; None if it is not ours at all."""
    base = last_own_version(live.history, owner)
    if base is None or TAG not in (live.dashboard.get("tags") or []):
        return None
    if live.meta.get("provisioned"):
        return "Grafana reads it from a file: remove the file"
    if live.meta.get("canDelete") is False:
        return "the token may not delete it"
    if not overwrite and lost_edits(base[0]["data"], live.dashboard, base[0]["data"]):
        by = live.meta.get("updatedBy") or "somebody"
        return f"{by} edited it after our version {base[0]['version']}: delete it in Grafana"
    return ""


def _source(uid: str, source: Mapping[str, Any], wanted: Desired) -> list[Change]:
    is_ours = source_owner(source) == wanted.owner
    return [_gone("datasource", uid, str(source.get("name") or uid), wanted)] if is_ours else []


def _used(live: LiveDashboard) -> set[str]:
    try:
        return set(uses(live.dashboard))
    except ODD_SHAPE:  # then it is blocked, and shows nothing
        return set()


def _dashboard(uid: str, live: LiveDashboard, wanted: Desired) -> list[Change]:
    stays = why_it_stays(live, wanted.owner, wanted.overwrite)
    if stays is None:
        return []
    change = _gone("dashboard", uid, str(live.dashboard.get("title") or uid), wanted)
    if stays:
        return [change.turned("left", stays)]
    before = {"dashboard": live.dashboard, "meta": live.meta}
    return [replace(change, base=int(live.meta.get("version") or 0), before=before)]


def _gone(kind: ChangeKind, uid: str, title: str, wanted: Desired) -> Change:
    what = "no longer in the definitions"
    change = Change("grafana", kind, uid, "delete", title)
    return change.turned("delete", what) if wanted.prune else change.turned("left", f"{what}; remove it with --prune")
