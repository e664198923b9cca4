"""Back to an earlier apply: dashboards from Grafana's history, folders and permissions as that apply kept them.

Nothing that somebody edited since is overwritten, and the database is never rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from gendash.engine.clients.grafana import Grafana
from gendash.engine.deliver.applies import Delivered
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.marks import Owner, build_of, mark, owner_of
from gendash.engine.deliver.plan_folders import folder_changes
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana
from gendash.engine.errors import Refused
from gendash.engine.model import Problem
from gendash.engine.render.dashboard_diff import content_hash, dashboard_differences, lost_edits, stamped
from gendash.engine.render.provisioning import Folder

ONE_APPLY = timedelta(minutes=10)  # versions that one apply wrote are not further apart
Versions = Sequence[Mapping[str, Any]]


def read_versions(ask: Grafana, uid: str) -> Versions:
    """All versions of a dashboard that Grafana keeps, newest first; none where they cannot be read."""
    status, body = ask("GET", f"/dashboards/uid/{uid}/versions", params={"limit": 100})
    if status != 200:
        return ()
    found = list(body["versions"] if isinstance(body, Mapping) else body)
    if found and found[-1].get("version") == 1:  # the list hides the message of the first
        status, first = ask("GET", f"/dashboards/uid/{uid}/versions/1")
        found[-1] = first if status == 200 else found[-1]
    return found


def until_before_last(histories: Mapping[str, Versions], owner: Owner, kept: Sequence[Delivered] = ()) -> datetime:
    """The moment before the last apply. Raises Refused without one."""
    times = [_time(v) for versions in histories.values() for v in _own(versions, owner)]
    begun = [one.at for one in kept]
    if not times and len(begun) < 2:
        raise Refused(Problem("rollback", "Grafana's history holds no version of ours", "apply first"))
    if not times or (begun and max(times) - begun[0] < ONE_APPLY):
        return begun[0] - timedelta(microseconds=1)
    return max(times) - ONE_APPLY


def rollback_changes(
    wanted: Desired,
    observed: ObservedGrafana,
    histories: Mapping[str, Versions],
    until: datetime,
    builds: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Desired, list[Change]]:
    """The changes that bring each dashboard back to our newest version of a time, and the state that they aim at.

    ``builds`` are the content hashes of what the last apply before that time delivered, by uid.
    """
    changes: list[Change] = []
    target: dict[str, tuple[Mapping[str, Any], str]] = {}
    for uid, (declared, folder) in wanted.dashboards.items():
        live = observed.dashboards.get(uid)
        if not isinstance(live, LiveDashboard):
            continue
        if live.meta.get("folderUid") == folder and content_hash(live.dashboard) == builds.get(uid):
            changes.append(_change(uid, live).turned("none"))  # created again, or adopted
            continue
        own = _own(histories.get(uid, ()), wanted.owner)
        old = next((version for version in own if _is_until(version, until, builds.get(uid, ""))), None)
        base = live.dashboard if not dashboard_differences(live.dashboard, declared) else own[0]["data"] if own else {}
        change, place = _back(uid, live, own, old, base, wanted.owner)
        changes.append(change)
        if old is not None and change.writes:
            target[uid] = (old["data"], place)
    return replace(wanted, dashboards=target, folders=(), datasources=(), partial=True), changes


def folders_back(wanted: Desired, observed: ObservedGrafana, old: Delivered) -> tuple[Desired, list[Change]]:
    """The changes of folders and of who may open them to those of an earlier apply, and the state that they aim at."""
    now = {place.uid: place for place in wanted.folders}
    places = [place for place in old.folders if place.uid in now]
    target = replace(wanted, folders=places, dashboards={}, datasources=(), partial=True)
    changes = [change for place in places for change in folder_changes(place, target, observed)]
    return target, [_teams_out(change, now, places, observed) for change in _with_hidden(changes, places)]


def _with_hidden(changes: Sequence[Change], places: Sequence[Folder]) -> list[Change]:
    """The changes, with one of permissions for each hidden folder, by which teams are taken out, too."""
    named = {change.name for change in changes if change.kind == "permission"}
    hidden = [place for place in places if place.hidden and place.uid not in named]
    return [*changes, *(Change("grafana", "permission", place.uid, "none", place.title) for place in hidden)]


def _teams_out(
    change: Change, now: Mapping[str, Folder], places: Sequence[Folder], observed: ObservedGrafana
) -> Change:
    """A permission that takes out the teams which a later apply let in."""
    place = next(place for place in places if place.uid == change.name)
    rows = {row.get("teamId") for row in observed.permissions.get(change.name) or ()}
    later = [name for name in now[change.name].teams if name not in place.teams and observed.teams.get(name) in rows]
    if change.kind != "permission" or not later:
        return change
    lines = tuple(f"team {name} may no longer view it" for name in later)
    payload = {"teams": [], **change.payload, "out": [observed.teams[name] for name in later]}
    return replace(change, action="update", lines=(*change.lines, *lines), payload=payload)


def _change(uid: str, live: LiveDashboard) -> Change:
    title, version = str(live.dashboard.get("title") or uid), int(live.meta.get("version") or 0)
    return Change("grafana", "dashboard", uid, "update", title, base=version)


def _back(
    uid: str,
    live: LiveDashboard,
    own: Versions,
    old: Mapping[str, Any] | None,
    base: Mapping[str, Any],
    owner: Owner,
) -> tuple[Change, str]:
    """The change back to a version, and its folder; what differs from ``base`` are edits that nobody adopted."""
    change = _change(uid, live)
    if not own:
        return change.turned("left", "its history holds no version of ours"), ""
    if old is None:
        what = "its history holds no version of ours from then: it was made later, or Grafana dropped it"
        return change.turned("left", f"{what}; apply the earlier definitions"), ""
    if lost_edits(base, live.dashboard, old["data"]):
        return change.turned("left", f"edited since our version {own[0]['version']}; adopt or restore it first"), ""
    found = owner_of(old.get("message"))
    place = found[1] if found else str(live.meta.get("folderUid") or "")
    lines = [str(one) for one in dashboard_differences(live.dashboard, old["data"])]
    if live.meta.get("folderUid") != place:
        lines.append(f"moved from folder {live.meta.get('folderUid')} to {place}")
    if not lines:
        return change.turned("none"), place
    payload = {
        "dashboard": {**old["data"], "uid": uid, "id": None, "version": change.base},
        "folderUid": place,
        "message": mark(stamped(old["data"]), owner, place),
        "overwrite": False,
    }
    head = f"back to version {old['version']} of {_time(old):%Y-%m-%d %H:%M:%S} UTC"
    before = {"dashboard": live.dashboard, "meta": live.meta}
    return replace(change, lines=(head, *lines), payload=payload, before=before), place


def _own(versions: Versions, owner: Owner) -> list[Mapping[str, Any]]:
    found = ((version, owner_of(version.get("message"))) for version in versions)
    return [version for version, who in found if who and who[0].fits(owner)]


def _is_until(version: Mapping[str, Any], until: datetime, build: str) -> bool:
    """True for a version of before a time. Grafana dates by whole seconds: within one, what was built decides."""
    at = _time(version)
    last = at if at.microsecond else at + timedelta(seconds=1, microseconds=-1)
    return last <= until or (at <= until and bool(build) and build_of(version.get("message")) == build)


def _time(version: Mapping[str, Any]) -> datetime:
    moment = datetime.fromisoformat(str(version["created"]).replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
