"""The planned change of a dashboard. An edit that gendash has not seen is never overwritten: it is left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gendash.engine.deliver.changes import Change, capped
from gendash.engine.deliver.marks import TAG, Owner, last_own_version, mark, other_writer
from gendash.engine.deliver.plan_newer import NewerDashboard, newer_change
from gendash.engine.deliver.state import (
    Desired,
    LiveDashboard,
    ObservedGrafana,
    Unreadable,
    may,
    panels_of,
)
from gendash.engine.render.dashboard_diff import STAMP, content_hash, dashboard_differences, lost_edits, stamped

ADOPT = "run `gendash adopt`"


def same(wanted: Mapping[str, Any], folder_uid: str, live: LiveDashboard) -> bool:
    """True if a dashboard equals ``wanted`` with its stamp; then its history need not be read."""
    return live.meta.get("folderUid") == folder_uid and content_hash(live.dashboard) == stamped(wanted)


def dashboard_change(uid: str, wanted: Desired, observed: ObservedGrafana) -> Change:
    """The change of one dashboard."""
    dashboard, folder_uid = wanted.dashboards[uid]
    live = observed.dashboards.get(uid)
    title = str(dashboard.get("title") or uid)
    body = {
        "folderUid": folder_uid,
        "message": mark(stamped(dashboard), wanted.owner, folder_uid),
        "overwrite": False,
    }
    if isinstance(live, NewerDashboard):
        return newer_change(uid, title, dashboard, live)
    if isinstance(live, Unreadable):
        return Change("grafana", "dashboard", uid, "blocked", title, (f"cannot be read ({live}); try again",))
    if isinstance(live, str):
        return Change("grafana", "dashboard", uid, "blocked", title, (live,))
    if live is None:
        payload = {"dashboard": {**dashboard, "uid": uid}, **body}
        line = f"{_count(dashboard)} in folder {folder_uid}"
        create = Change("grafana", "dashboard", uid, "create", title, (line,), payload)
        if may(observed, "dashboards:create"):
            return create
        return create.turned("blocked", "the token may not save dashboards; give its service account the role Editor")
    return _update(uid, title, dashboard, folder_uid, body, live, wanted)


def _update(
    uid: str,
    title: str,
    dashboard: Mapping[str, Any],
    folder_uid: str,
    body: Mapping[str, Any],
    live: LiveDashboard,
    wanted: Desired,
) -> Change:
    version = int(live.meta.get("version") or 0)
    change = Change("grafana", "dashboard", uid, "none", title, base=version)
    if same(dashboard, folder_uid, live):
        return change
    if live.meta.get("canSave") is False:
        return change.turned(
            "blocked", "the token may read it but not save it; give its service account Edit on the folder"
        )
    if live.meta.get("provisioned"):
        source = live.meta.get("provisionedExternalId") or "a file"
        return change.turned(
            "left", f"comes from {source} by file provisioning; deliver it by file or by apply, not both"
        )
    if (other := other_writer(live.history, wanted.owner)) and other.instance == wanted.owner.instance:
        what = f"another project wrote it last ({other}); give this one an instance: or project: of its own"
        if not wanted.overwrite:
            return change.turned("blocked", f"{what}, or pass --overwrite-edits where it replaces that one")
    lines = [str(difference) for difference in dashboard_differences(live.dashboard, dashboard)]
    if live.meta.get("folderUid") != folder_uid:
        lines.append(f"moved from folder {live.meta.get('folderUid') or 'at the root'} to {folder_uid}")
    if why_not := _why_not(dashboard, folder_uid, wanted.owner, live):
        if not wanted.overwrite:
            return change.turned("left", *why_not)
        lines = _overwritten(why_not, lines)
    payload = {"dashboard": {**with_saved_choices(dashboard, live.dashboard), "uid": uid, "version": version}, **body}
    before = {"dashboard": live.dashboard, "meta": live.meta}
    return Change("grafana", "dashboard", uid, "update", title, tuple(lines), payload, version, before)


def _overwritten(why_not: Sequence[str], lines: Sequence[str]) -> list[str]:
    """What is overwritten on purpose: the edits without the advice on them, and the move back."""
    advice = (ADOPT, "moved to folder ", "restore or delete it")
    edits_of = [line.removesuffix("; left alone") for line in why_not if not line.startswith(advice)]
    moved = [line for line in lines if line.startswith("moved from folder ")]
    return [*edits_of, *moved, "overwritten, as --overwrite-edits says; a copy is kept"]


def with_saved_choices(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted dashboard with the choices that people saved as defaults, of variables that are still the same."""
    kept = {one.get("name"): one for one in _variables(live) if one.get("current") and one.get("name") != STAMP}
    same_kind = ("type", "multi", "query", "datasource", "regex")

    def choice(variable: Mapping[str, Any]) -> dict[str, Any]:
        there = kept.get(variable.get("name"))
        if not there or any((there.get(key) or "") != (variable.get(key) or "") for key in same_kind):
            return dict(variable)
        return {**variable, "current": there["current"]}

    return {**wanted, "templating": {**(wanted.get("templating") or {}), "list": [*map(choice, _variables(wanted))]}}


def _variables(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    holder = dashboard.get("templating")
    found = holder.get("list") if isinstance(holder, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def overtaken(change: Change, again: Change, now: LiveDashboard | NewerDashboard | str | None) -> Change:
    """A dashboard that somebody saved between plan and apply, as it has to be reported; nothing was written.

    ``again`` is its change planned again, ``now`` the dashboard as it is.
    """
    if again.action == "none":
        return again
    who = [f"changed between plan and apply, nothing was written: {_who((), now)[0]}"] if _is_live(now) else []
    lines = ("plan again",) if again.writes else again.lines
    action = "left" if again.writes else again.action
    return Change("grafana", change.kind, change.name, action, change.title, (*who, *lines), base=again.base)


def _is_live(now: LiveDashboard | NewerDashboard | str | None) -> bool:
    return isinstance(now, LiveDashboard)


def _why_not(wanted: Mapping[str, Any], folder_uid: str, owner: Owner, live: LiveDashboard) -> tuple[str, ...]:
    """The reason not to overwrite a dashboard that differs; empty if all its content is ours."""
    build, found = stamped(live.dashboard), last_own_version(live.history, owner)
    if found is None:
        return _without_base(wanted, folder_uid, build, live)
    base, place = found
    lines: list[str] = []
    if lost_edits(base["data"], live.dashboard, wanted):
        since = [v for v in live.history if v["version"] > base["version"]]
        lines += [f"edited since our version {base['version']}; left alone", *_who(since, live)]
        if build and build != stamped(base["data"]):
            lines.append(f"our version {base['version']} was overtaken: this came from an older one (build {build})")
        lines += capped(edits(base["data"], live.dashboard))
        lines.append(
            f"{ADOPT}, or restore our version in Grafana's history, or pass --overwrite-edits; then plan again"
        )
    lines += _moved(live, place, folder_uid)
    return tuple(lines)


def edits(base: Mapping[str, Any], live: Mapping[str, Any]) -> list[str]:
    """One line for each value that a person changed; one for a panel that became a library panel."""
    library = {panel.get("id") for panel in panels_of(live) if panel.get("libraryPanel")}
    titles = {str(panel.get("title") or panel.get("id")) for panel in panels_of(base) if panel.get("id") in library}
    lines = [f"they made panel '{title}' a library panel" for title in sorted(titles)]
    places = {f"panel '{title}'" for title in titles}
    return lines + [f"they changed {d}" for d in dashboard_differences(base, live) if d.where not in places]


def _without_base(wanted: Mapping[str, Any], folder_uid: str, build: str, live: LiveDashboard) -> tuple[str, ...]:
    """The same where no version in the history is marked as ours: then only the stamp shows it."""
    if build and build == content_hash(live.dashboard):
        return _moved(live, folder_uid, folder_uid)  # says exactly what we once wrote
    who = _who(list(live.history[:1]), live)
    todo = "restore or delete it in Grafana, or give ours another uid; then plan again"
    if build and build == stamped(wanted):
        return (
            "edited since our last version; left alone",
            *who,
            *capped(edits(wanted, live.dashboard)),
            f"{ADOPT}, or {todo}",
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


def _who(versions: Sequence[Mapping[str, Any]], live: LiveDashboard | NewerDashboard | str | None) -> list[str]:
    """One line for each version by somebody else, newest first; without a history, the dashboard's own data."""
    if not versions and isinstance(live, LiveDashboard):
        meta = live.meta
        return [f"version {meta.get('version')} by {meta.get('updatedBy')}, {_time(meta.get('updated'))}"]
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
