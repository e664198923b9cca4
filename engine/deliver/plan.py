"""The planned changes, as data: the plan that is printed is the plan that is applied.

`plan` compares what Grafana should hold with what it holds. Other targets make their own `Change`s; `text` and
`as_dict` show them all. An edit that gendash has not seen is never overwritten: such a dashboard is ``blocked``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gendash.engine.config.load import Config
from gendash.engine.render.dashboard_diff import content_hash, dashboard_differences, lost_edits, stamp, stamped
from gendash.engine.render.provisioning import POSTGRES, Folder, declared_data_sources, folder, secrets, uses

Target = Literal["database", "prometheus", "grafana"]
ChangeKind = Literal["folder", "permission", "datasource", "dashboard", "migration", "rules"]
Action = Literal["create", "update", "none", "blocked", "report"]

TAG = "gendash"
SOURCE_MARK = "madeBy"  # in a data source's jsonData, where Grafana keeps what it does not know
_MARK = re.compile(r"gendash: (?P<build>[0-9a-f]{12})(?: instance=(?P<instance>[a-z0-9-]+))? folder=(?P<folder>[\w-]+)")
SIGNS: dict[str, str] = {"create": "+", "update": "~", "none": "=", "blocked": "!", "report": "?"}


@dataclass(frozen=True)
class Change:
    """One change, or the reason why it is not made.

    ``blocked`` waits for a person; ``report`` is a note about something that gendash does not change.
    ``payload`` is what is sent; it may hold a secret and is never shown. ``base`` is the version that the plan saw,
    ``before`` the former content.
    """

    target: Target
    kind: ChangeKind
    name: str
    action: Action
    title: str = ""
    lines: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    base: int | None = None
    before: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """True if `apply` would write something."""
        return self.action in ("create", "update")


@dataclass(frozen=True)
class Desired:
    """The desired state of Grafana: folders, data sources, and dashboards with the uid of their folder.

    ``admin_datasource`` is the uid of the one that reads what only admins should see.
    """

    instance: str
    folders: Sequence[Folder]
    datasources: Sequence[Mapping[str, Any]]
    dashboards: Mapping[str, tuple[Mapping[str, Any], str]]
    admin_datasource: str = ""


@dataclass(frozen=True)
class LiveDashboard:
    """A dashboard in Grafana. ``history`` is the part of its versions that the plan needs, newest first."""

    dashboard: Mapping[str, Any]
    meta: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class ObservedGrafana:
    """The present state of Grafana. A text instead of an object is the reason why it cannot be read; None: absent.

    ``permissions`` of a folder are its rows, ``rights`` the actions that our token is allowed; None where unknown.
    """

    dashboards: Mapping[str, LiveDashboard | str | None]
    folders: Mapping[str, Mapping[str, Any] | str | None]
    permissions: Mapping[str, Sequence[Mapping[str, Any]] | None]
    datasources: Sequence[Mapping[str, Any]] | str
    rights: frozenset[str] | None = None


def desired(config: Config, dashboards: Mapping[str, Mapping[str, Any]], admin: Iterable[str] = ()) -> Desired:
    """The desired state of Grafana for dashboards by uid; those whose uid is in ``admin`` go into the hidden folder."""
    hidden = set(admin)
    places = {uid: folder(config, "admin" if uid in hidden else "everyone") for uid in dashboards}
    used = set().union(*(uses(dashboard) for dashboard in dashboards.values())) if dashboards else set()
    return Desired(
        config["instance"],
        sorted(set(places.values()), key=lambda place: place.hidden),
        declared_data_sources(config, secrets(config), used),
        {uid: (stamp(dashboard), places[uid].uid) for uid, dashboard in sorted(dashboards.items())},
        config["datasources.admin.uid"],
    )


def plan(wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    """All objects in the order in which they are changed, including the unchanged."""
    changes: list[Change] = []
    for place in wanted.folders:
        changes += _folder(place, wanted, observed)
    missing = {change.name for change in changes if change.action == "blocked"}
    for source in wanted.datasources:
        changes.append(_data_source(source, wanted.admin_datasource, wanted.instance, observed))
    for uid, (dashboard, folder_uid) in wanted.dashboards.items():
        change = _dashboard(uid, dashboard, folder_uid, wanted.instance, observed)
        changes.append(without_folder(change) if change.writes and folder_uid in missing else change)
    return changes


def without_folder(change: Change) -> Change:
    """A dashboard (or the permissions of a folder) that waits, since the folder is not there or not hidden."""
    return _with(change, "blocked", f"waits for folder {change.payload.get('folderUid', change.name)}")


def overtaken(change: Change, wanted: Desired, observed: ObservedGrafana) -> Change:
    """A dashboard that somebody saved between plan and apply, as it has to be reported; nothing was written."""
    now = observed.dashboards.get(change.name)
    again = next((c for c in plan(wanted, observed) if (c.kind, c.name) == (change.kind, change.name)), change)
    who = (
        [f"changed between plan and apply, nothing was written: {_who((), now)[0]}"]
        if isinstance(now, LiveDashboard)
        else []
    )
    lines = again.lines if again.action == "blocked" else ("plan again",)
    if again.action == "none":
        return again
    return Change("grafana", change.kind, change.name, "blocked", change.title, (*who, *lines), base=again.base)


def mark(build: str, instance: str, folder_uid: str) -> str:
    """The message of a version that gendash writes: by it the next plan recognizes the version as ours."""
    return f"gendash: {build}{f' instance={instance}' if instance else ''} folder={folder_uid}"


def is_mark(message: Any) -> bool:
    """True if the message of a version shows that gendash, of any instance, wrote it."""
    return bool(_MARK.match(str(message or "")))


def last_own_version(history: Sequence[Mapping[str, Any]], instance: str) -> tuple[Mapping[str, Any], str] | None:
    """The newest version that this instance wrote and the folder that it wrote it to."""
    for version in history:
        found = _MARK.match(str(version.get("message") or ""))
        if found and (found["instance"] or "") == instance:
            return version, found["folder"]
    return None


def same(wanted: Mapping[str, Any], folder_uid: str, live: LiveDashboard) -> bool:
    """True if a dashboard equals ``wanted`` with its stamp; then its history need not be read."""
    return live.meta.get("folderUid") == folder_uid and content_hash(live.dashboard) == stamped(wanted)


def _folder(place: Folder, wanted: Desired, observed: ObservedGrafana) -> list[Change]:
    there = observed.folders.get(place.uid)
    create = Change(
        "grafana", "folder", place.uid, "create", place.title, payload={"uid": place.uid, "title": place.title}
    )
    hide = Change("grafana", "permission", place.uid, "update", place.title, ("hidden from Viewers and Editors",))
    rest = [hide] if place.hidden else []
    if isinstance(there, str):  # Grafana says so too where there is no such folder
        inside = [uid for uid, (_, folder_uid) in wanted.dashboards.items() if folder_uid == place.uid]
        hidden = any(isinstance(observed.dashboards.get(uid), str) for uid in inside)
        if hidden or not _may(observed, "folders:create"):
            return [_with(create, "report", "is hidden from this token")]
        return [_with(create, "create", "not visible to this token: made if it is not there"), *rest]
    if there is None:
        if _may(observed, "folders:create"):
            return [create, *rest]
        return [_with(create, "blocked", "the token may not create folders; give its service account the role Editor")]
    lines = []
    if there.get("title") != place.title:
        lines.append(f"is called '{there.get('title')}' in Grafana; rename it there or set folders: in gendash.yaml")
    if place.hidden and there.get("parentUid"):
        lines.append("is inside another folder, whose readers see it too; move it to the root")
    found = Change("grafana", "folder", place.uid, "report" if lines else "none", place.title, tuple(lines))
    return [found, *(_visible(hide, observed) if place.hidden else [])]


def _visible(hide: Change, observed: ObservedGrafana) -> list[Change]:
    """The changes for an existing admin folder that is open: finish our own work, but do not undo that of others."""
    rows = observed.permissions.get(hide.name)
    roles = sorted({str(row["role"]) for row in rows or () if row.get("role") in ("Viewer", "Editor")})
    if rows is None:
        return [_with(hide, "report", "cannot see who may open it; check in Grafana that Viewers and Editors may not")]
    if not roles:
        return []
    found = [live for live in observed.dashboards.values() if isinstance(live, LiveDashboard)]
    if any(live.meta.get("folderUid") == hide.name for live in found):
        who = " and ".join(f"{role}s" for role in roles)
        return [_with(hide, "report", f"open to {who}; take them out of the folder's permissions in Grafana")]
    return [hide]


def source_mark(instance: str) -> str:
    """The mark in a data source that gendash made it, and for which instance."""
    return f"{TAG} {instance}".strip()


def _data_source(source: Mapping[str, Any], admin: str, instance: str, observed: ObservedGrafana) -> Change:
    uid, name = source["uid"], source["name"]
    lines = [f"{source['type']} at {source['url']}"]
    if uid == admin:
        lines.append("Grafana lets every Viewer of this organisation query it: where that matters, use one of its own")
    ours = {**source, "jsonData": {**source["jsonData"], SOURCE_MARK: source_mark(instance)}}
    create = Change("grafana", "datasource", uid, "create", name, tuple(lines), ours)
    by_file = "or let Grafana read provisioning/datasources/gendash.yaml of `gendash build`"
    if isinstance(observed.datasources, str):
        return _with(create, "report", f"cannot be seen ({observed.datasources}); create it by hand, {by_file}")
    for there in observed.datasources:
        if there.get("uid") == uid:
            found = tuple(_otherwise(source, there))
            return Change("grafana", "datasource", uid, "report" if found else "none", name, found)
        if there.get("name") == name:
            todo = "rename one of them (datasources: in gendash.yaml)"
            return _with(create, "blocked", f"'{name}' exists with another uid, {there.get('uid')}; {todo}")
    if not _may(observed, "datasources:create"):
        what = "is missing, and the token may not create data sources"
        return _with(create, "report", f"{what}; give its service account the role Admin, {by_file}")
    if source["type"] == POSTGRES and not (source["url"] and source["jsonData"]["database"]):
        return _with(create, "blocked", "is missing, and so is the store's address; set GENDASH_DATABASE_URL")
    if source["type"] == POSTGRES and "secureJsonData" not in source:
        return _with(
            create, "create", f"without a password for {source['user']}; set it in the environment if it needs one"
        )
    return create


def _otherwise(source: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """The fields of an existing data source that differ from the declared ones; passwords cannot be compared."""
    live = {**there, "type": POSTGRES if there.get("type") == "postgres" else there.get("type")}
    declared = {key: source[key] for key in ("type", "url", "user") if source.get(key)}
    declared |= {f"jsonData.{key}": value for key, value in source["jsonData"].items() if value not in ("", False)}
    live |= {f"jsonData.{key}": value for key, value in (there.get("jsonData") or {}).items()}
    if isinstance(live.get("url"), str):
        live["url"] = live["url"].rstrip("/")
    return [
        f"{key} is {live.get(key)!r} in Grafana, declared {value!r}; left as it is, change one of them"
        for key, value in declared.items()
        if live.get(key) != value
    ]


def _dashboard(
    uid: str, wanted: Mapping[str, Any], folder_uid: str, instance: str, observed: ObservedGrafana
) -> Change:
    live = observed.dashboards.get(uid)
    message = mark(stamped(wanted), instance, folder_uid)
    body = {"folderUid": folder_uid, "message": message, "overwrite": False}
    title = str(wanted.get("title") or uid)
    if isinstance(live, str):
        return Change("grafana", "dashboard", uid, "blocked", title, (live,))
    if live is None:
        create = Change(
            *("grafana", "dashboard", uid, "create", title),
            (f"{_count(wanted)} in folder {folder_uid}",),
            {"dashboard": {**wanted, "uid": uid}, **body},
        )
        if not _may(observed, "dashboards:create"):
            return _with(
                create, "blocked", "the token may not save dashboards; give its service account the role Editor"
            )
        return create
    version = int(live.meta.get("version") or 0)
    if same(wanted, folder_uid, live):
        return Change("grafana", "dashboard", uid, "none", title, base=version)
    why_not = _why_not(wanted, folder_uid, instance, live)
    if why_not:
        return Change("grafana", "dashboard", uid, "blocked", title, why_not, base=version)
    lines = [str(difference) for difference in dashboard_differences(live.dashboard, wanted)]
    if live.meta.get("folderUid") != folder_uid:
        lines.append(f"moved from folder {live.meta.get('folderUid') or 'at the root'} to {folder_uid}")
    payload = {"dashboard": {**wanted, "uid": uid, "version": version}, **body}
    before = {"dashboard": live.dashboard, "meta": live.meta}
    return Change("grafana", "dashboard", uid, "update", title, tuple(lines), payload, version, before)


def _why_not(wanted: Mapping[str, Any], folder_uid: str, instance: str, live: LiveDashboard) -> tuple[str, ...]:
    """The reason not to overwrite a dashboard that differs; empty if all its content is ours."""
    if live.meta.get("provisioned"):
        source = live.meta.get("provisionedExternalId") or "a file"
        return (f"comes from {source} by file provisioning; deliver it either by file or by apply, not both",)
    if live.meta.get("canSave") is False:
        return ("the token may read it but not save it; give its service account Edit on the folder",)
    build, found = stamped(live.dashboard), last_own_version(live.history, instance)
    if found is None:
        return _without_base(wanted, folder_uid, build, live)
    base, place = found
    lines: list[str] = []
    if lost_edits(base["data"], live.dashboard, wanted):
        since = [v for v in live.history if v["version"] > base["version"]]
        lines += [f"edited since our version {base['version']}; left alone", *_who(since, live)]
        if build and build != stamped(base["data"]):
            lines.append(f"our version {base['version']} was overtaken: this came from an older one (build {build})")
        lines += capped([f"they changed {d}" for d in dashboard_differences(base["data"], live.dashboard)])
        lines.append("take the edit into the definition, or restore our version in Grafana's history; then plan again")
    lines += _moved(live, place, folder_uid)
    return tuple(lines)


def _without_base(wanted: Mapping[str, Any], folder_uid: str, build: str, live: LiveDashboard) -> tuple[str, ...]:
    """The same where no version in the history is marked as ours: then only the stamp shows it."""
    if build and build == content_hash(live.dashboard):
        return _moved(live, folder_uid, folder_uid)  # says exactly what we once wrote
    who = _who(list(live.history[:1]), live)
    todo = "restore or delete it in Grafana, or give ours another uid; then plan again"
    if build and build == stamped(wanted):
        edits = capped([f"they changed {d}" for d in dashboard_differences(wanted, live.dashboard)])
        return (
            "edited since our last version; left alone",
            *who,
            *edits,
            f"take the edit into the definition, or {todo}",
        )
    if build:
        return (f"edited since build {build}, which the history no longer holds; left alone", *who, todo)
    if TAG in (live.dashboard.get("tags") or []):
        return ("base unknown: it has our tag, but no version and no stamp of ours; left alone", *who, todo)
    return ("not ours: the uid is taken by a dashboard that gendash did not write; left alone", *who, todo)


def _moved(live: LiveDashboard, place: str, folder_uid: str) -> tuple[str, ...]:
    now = live.meta.get("folderUid") or ""
    if now in (place, folder_uid):
        return ()
    name = live.meta.get("folderTitle") or now or "the root"
    return (f"moved to folder '{name}' by hand; left alone: move it back to {folder_uid}, then plan again",)


def _who(versions: Sequence[Mapping[str, Any]], live: LiveDashboard) -> list[str]:
    """One line for each version by somebody else, newest first; without a history, the dashboard's own data."""
    if not versions:
        return [
            f"version {live.meta.get('version')} by {live.meta.get('updatedBy')}, {_time(live.meta.get('updated'))}"
        ]
    return capped(
        [
            f"version {v['version']} by {v.get('createdBy') or 'somebody'}, {_time(v.get('created'))}"
            + (f': "{v["message"]}"' if v.get("message") else "")
            for v in versions
        ],
        5,
    )


def _time(value: Any) -> str:
    return str(value or "").replace("T", " ").replace("Z", " UTC")


def _count(dashboard: Mapping[str, Any]) -> str:
    panels = dashboard.get("panels") or []
    number = sum(1 + len(panel.get("panels") or []) for panel in panels) - sum(p.get("type") == "row" for p in panels)
    return f"{number} panel{'' if number == 1 else 's'}"


def _may(observed: ObservedGrafana, action: str) -> bool:
    return observed.rights is None or action in observed.rights


def _with(change: Change, action: Action, line: str) -> Change:
    payload = change.payload if action in ("create", "update") else {}
    return Change(change.target, change.kind, change.name, action, change.title, (*change.lines, line), payload)


def capped(lines: list[str], most: int = 12) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more"]
