"""The planned changes of folders and of who may open them. Nothing that is for admins may become public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gendash.engine.clients.grafana import open_roles
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana, Unreadable, may, may_on
from gendash.engine.render.provisioning import Folder

UNKNOWN = "who may open it could not be read: try again, or give the token's service account Admin on the folder"


def folder_changes(place: Folder, wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    """The change of a folder, and of its permissions where it is hidden."""
    there = observed.folders.get(place.uid)
    payload: dict[str, Any] = {"uid": place.uid, "title": place.title}
    if place.parent:
        payload["parentUid"] = place.parent
    create = Change("grafana", "folder", place.uid, "create", place.title, payload=payload)
    rest = [_hide(place, observed)] if place.hidden else []
    if isinstance(there, Unreadable):
        return [create.turned("blocked", f"cannot be read ({there}); try again")]
    if isinstance(there, str):  # Grafana refuses so too where there is no such folder
        inside = [uid for uid, (_, folder_uid) in wanted.dashboards.items() if folder_uid == place.uid]
        hidden = any(isinstance(observed.dashboards.get(uid), str) for uid in inside)
        if hidden or not may(observed, "folders:create"):
            return [create.turned("left", "is hidden from this token; give its service account View on it")]
        return [create.turned("create", "not visible to this token: made if it is not there"), *rest]
    if there is None:
        if may(observed, "folders:create"):
            return [create, *rest]
        return [create.turned("blocked", "the token may not create folders; give its service account the role Editor")]
    return [_existing(place, there, wanted, observed), *(_visible(place, wanted, observed) if place.hidden else [])]


def _existing(place: Folder, there: Mapping[str, Any], wanted: Desired, observed: ObservedGrafana) -> Change:
    """The change of a folder that is there: title and place are kept as declared."""
    lines: list[str] = []
    payload: dict[str, Any] = {}
    if there.get("title") != place.title:
        who = f", by {there['updatedBy']}" if there.get("updatedBy") else ""
        lines.append(f"is called '{there.get('title')}' in Grafana{who}: renamed to '{place.title}'")
        payload["title"] = place.title
    parent = str(there.get("parentUid") or "")
    if parent != place.parent and (place.parent or place.hidden):
        open_above = _open_above(there, observed)
        if place.hidden and open_above and not wanted.overwrite:
            what = f"is inside folder {open_above}, whose readers see it too; move it to {place.parent or 'the root'}"
            return Change(
                "grafana", "folder", place.uid, "blocked", place.title, (f"{what}, or pass --overwrite-edits",)
            )
        if place.parent or open_above:
            lines.append(f"moved from {parent or 'the root'} to {place.parent or 'the root'}")
            payload["parentUid"] = place.parent
    found = Change("grafana", "folder", place.uid, "update" if payload else "none", place.title, tuple(lines), payload)
    if payload and not (may(observed, "folders:write") and there.get("canSave") is not False):
        return found.turned("left", "the token may not change it; give its service account Edit on the folder")
    return found


def _open_above(there: Mapping[str, Any], observed: ObservedGrafana) -> str:
    """The uid of a folder above that Viewers or Editors may open, or whose permissions are unknown; else empty."""
    above = [str(one.get("uid")) for one in there.get("parents") or ()] or [str(there.get("parentUid") or "")]
    for uid in filter(None, above):
        rows = observed.permissions.get(uid)
        if rows is None or open_roles(rows):
            return uid
    return ""


def _hide(place: Folder, observed: ObservedGrafana) -> Change:
    lines = ["hidden from Viewers and Editors"]
    missing = [name for name in place.teams if name not in observed.teams]
    lines += [f"team {name} may view it" for name in place.teams if name in observed.teams]
    let_in = {row.get("teamId") for row in observed.permissions.get(place.uid) or ()}
    teams = [observed.teams[name] for name in place.teams if name in observed.teams]
    payload = {"teams": [team for team in teams if team not in let_in], "out": []}
    change = Change("grafana", "permission", place.uid, "update", place.title, tuple(lines), payload)
    if missing:
        what = f"Grafana has no team {', '.join(missing)}, or does not show it to this token"
        return change.turned("blocked", f"{what}; make it, or correct access.admin_teams")
    return change


def _visible(place: Folder, wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    """The changes of an existing admin folder that others can open: our own work is finished, that of others blocks."""
    hide, rows = _hide(place, observed), observed.permissions.get(place.uid)
    own = f"folders:uid:{place.uid}"
    if rows is None and may_on(observed, "folders.permissions:read", own):  # it may be open: nothing goes into it
        return [hide.turned("blocked", UNKNOWN)]
    if rows is None:
        return [hide.turned("left", "cannot see who may open it; check in Grafana that Viewers and Editors may not")]
    roles = open_roles(rows)
    teams = {row.get("teamId") for row in rows}
    if not roles:
        lacks = [name for name in place.teams if observed.teams.get(name) not in teams]
        return [hide] if lacks else []
    found = [live for live in observed.dashboards.values() if isinstance(live, LiveDashboard)]
    if any(live.meta.get("folderUid") == place.uid for live in found) and not wanted.overwrite:
        who = " and ".join(f"{role}s" for role in roles)
        what = f"open to {who}; take them out of the folder's permissions in Grafana, or pass --overwrite-edits"
        return [hide.turned("blocked", what)]
    return [hide]


def exposed_dashboards(uids: Iterable[str], titles: Mapping[str, str], observed: ObservedGrafana) -> list[Change]:
    """A blocked change for each admin dashboard that has a public link, or permissions of its own for others."""
    found = []
    for uid in uids:
        live = observed.dashboards.get(uid)
        if not isinstance(live, LiveDashboard):
            continue
        lines = []
        place = f"folders:uid:{live.meta.get('folderUid')}"
        scopes = (f"dashboards:uid:{uid}", place)
        if observed.permissions.get(uid) is None and may_on(observed, "dashboards.permissions:read", *scopes):
            lines.append(UNKNOWN)
        if roles := open_roles(observed.permissions.get(uid) or ()):
            who = " and ".join(f"{role}s" for role in roles)
            lines.append(f"open to {who} by permissions of its own; take them out in Grafana")
        if uid in (observed.public or ()):
            lines.append("anybody can open it by a public link; delete the link in Grafana")
        if lines:
            found.append(Change("grafana", "permission", uid, "blocked", titles.get(uid, uid), tuple(lines)))
    return found
