"""Reads the state of Grafana. What cannot be read is unknown, not absent, and costs only its own object."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from gendash.engine.clients.grafana import (
    THREADS,
    Grafana,
    data_sources,
    named_server,
    reason,
    session,
    token_permissions,
)
from gendash.engine.clients.http import Pause
from gendash.engine.config.load import Config
from gendash.engine.deliver.marks import TAG, Owner, last_own_version
from gendash.engine.deliver.odd_shape import ODD_SHAPE, odd, rows_in
from gendash.engine.deliver.plan_dashboards import same
from gendash.engine.deliver.plan_newer import NewerDashboard
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana, Unreadable, library_panels
from gendash.engine.errors import Unexpected
from gendash.engine.model import Problem

NEWER = ("v2beta1", "v2alpha1", "v2")
VERSIONS = 30  # Grafana keeps 20 by default
MOST = 5000  # of a search, as many as Grafana gives
Found = TypeVar("Found")


def observe_grafana(config: Config, wanted: Desired, pause: Pause = time.sleep) -> ObservedGrafana:
    """The present state in Grafana of all desired objects. One request for an unchanged dashboard, several at a time.

    Raises Unreachable, Denied (wrong token) or Unexpected (not a Grafana, or one that is too old).
    """
    with session(config, pause) as ask:
        server = named_server(ask, config["grafana_org_id"])
        return replace(observe(ask, wanted), server=server)


def observe(ask: Grafana, wanted: Desired) -> ObservedGrafana:
    """The same with a session that is open."""
    hidden = [place for place in wanted.folders if place.hidden]
    admin = sorted(wanted.admin & wanted.dashboards.keys())
    rights = token_permissions(ask)
    with ThreadPoolExecutor(THREADS) as pool:
        sources = pool.submit(data_sources, ask)
        public = pool.submit(_public, ask) if admin else None
        teams = pool.submit(_teams, ask) if any(place.teams for place in hidden) else None
        folders = {place.uid: pool.submit(_known, _folder, ask, place.uid) for place in wanted.folders}
        rows = {place.uid: pool.submit(_permissions, ask, f"/folders/{place.uid}") for place in hidden}
        rows |= {uid: pool.submit(_permissions, ask, f"/dashboards/uid/{uid}") for uid in admin}
        live = {uid: pool.submit(_known, _dashboard, ask, uid, wanted) for uid in wanted.dashboards}
        orphans = {uid: pool.submit(_known, _dashboard, ask, uid, wanted) for uid in _orphans(ask, wanted)}
        used = {uid for dashboard, _ in wanted.dashboards.values() for uid in library_panels(dashboard)}
        library = {uid: pool.submit(ask, "GET", f"/library-elements/{uid}") for uid in used}
        found = {uid: future.result() for uid, future in folders.items()}
        above = {
            str(parent.get("uid") or "")
            for place in hidden
            if isinstance(there := found[place.uid], Mapping)
            for parent in (*_rows(there.get("parents") or []), {"uid": there.get("parentUid")})
        } - {""}
        rows |= {uid: pool.submit(_permissions, ask, f"/folders/{uid}") for uid in above}
        return ObservedGrafana(
            {uid: future.result() for uid, future in live.items()},
            found,
            {uid: future.result() for uid, future in rows.items()},
            sources.result(),
            rights,
            public.result() if public else frozenset(),
            teams.result() if teams else {},
            {uid: future.result() for uid, future in orphans.items()},
            frozenset(uid for uid, future in library.items() if _is_absent(future.result)),
        )


def _known(read: Callable[..., Found], *arguments: Any) -> Found | Unreadable:
    """What was read, or why it could not be; a server that does not answer at all ends the whole."""
    try:
        return read(*arguments)
    except Unexpected as error:
        return Unreadable(error.problems[0].what)
    except ODD_SHAPE as error:
        return Unreadable(odd(error, "look at it in Grafana"))


def _folder(ask: Grafana, uid: str) -> Mapping[str, Any] | str | None:
    status, body = ask("GET", f"/folders/{uid}")
    if status == 404:
        return None
    if status not in (200, 403):  # no answer is not the answer that it cannot be seen
        return Unreadable(reason(status, body))
    if status == 200 and not isinstance(body, Mapping):
        return Unreadable("the answer is no folder")
    return body if status == 200 else reason(status, body)


def _is_absent(answer: Callable[[], tuple[int, Any]]) -> bool:
    """True if Grafana says that there is none; what cannot be read is unknown."""
    try:
        return answer()[0] == 404
    except Unexpected:
        return False


def _rows(body: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, without what is none."""
    return [row for row in body if isinstance(row, Mapping)] if isinstance(body, list) else []


def _permissions(ask: Grafana, path: str) -> list[Mapping[str, Any]] | None:
    try:
        status, body = ask("GET", f"{path}/permissions")
    except Unexpected:
        return None
    try:
        return rows_in(body) if status == 200 else None
    except ODD_SHAPE:
        return None


def _public(ask: Grafana) -> frozenset[str] | None:
    """The dashboards that a public link opens; None where that cannot be read, as where the feature is off."""
    try:
        status, body = ask("GET", "/dashboards/public-dashboards")
    except Unexpected:
        return None
    try:
        rows = rows_in(body.get("publicDashboards") or []) if status == 200 else None
    except ODD_SHAPE:
        return None
    return None if rows is None else frozenset(str(row.get("dashboardUid")) for row in rows if row.get("isEnabled"))


def _teams(ask: Grafana) -> dict[str, int]:
    status, body = ask("GET", "/teams/search", params={"perpage": 1000})
    rows = _rows(body.get("teams")) if status == 200 and isinstance(body, Mapping) else []
    return {str(row["name"]): row["id"] for row in rows if "name" in row and isinstance(row.get("id"), int)}


def _orphans(ask: Grafana, wanted: Desired) -> list[str]:
    """Uids of dashboards with our tag and prefix that the definitions lack; none where the search fails."""
    if wanted.partial or not wanted.prefix:
        return []
    try:
        status, rows = ask("GET", "/search", params={"type": "dash-db", "tag": TAG, "limit": MOST})
    except Unexpected:
        return []
    uids = {str(row.get("uid")) for row in _rows(rows)} if status == 200 else set()
    return sorted(uid for uid in uids - wanted.dashboards.keys() if uid.startswith(wanted.prefix))


def _dashboard(ask: Grafana, uid: str, wanted: Desired) -> LiveDashboard | NewerDashboard | str | None:
    status, body = ask("GET", f"/dashboards/uid/{uid}")
    if status == 404:
        return None
    if status == 406:
        return _newer(ask, uid)
    if status == 403:
        return "is there, but the token may not see it; give its service account View and Edit on the folder"
    if status != 200:
        return Unreadable(reason(status, body))
    if not isinstance(body["dashboard"], Mapping) or not isinstance(body["meta"], Mapping):
        return Unreadable("the answer is no dashboard")
    live = LiveDashboard(body["dashboard"], body["meta"])
    if uid in wanted.dashboards and same(*wanted.dashboards[uid], live):
        return live
    return replace(live, history=history(ask, uid, int(live.meta.get("version") or 0), wanted.owner))


def _newer(ask: Grafana, uid: str) -> NewerDashboard | str:
    """A dashboard that the classic API does not give, since it is stored as a v2 resource."""
    for form in NEWER:
        path = f"s/dashboard.grafana.app/{form}/namespaces/{ask.namespace}/dashboards/{uid}"
        status, body = ask("GET", path)
        if status == 200 and isinstance(body, Mapping) and isinstance(body.get("spec"), Mapping):
            meta = body.get("metadata") or {}
            notes = meta.get("annotations") or {}
            at = notes.get("grafana.app/updatedTimestamp") or meta.get("creationTimestamp") or ""
            by = str(notes.get("grafana.app/updatedBy") or notes.get("grafana.app/createdBy") or "")
            return NewerDashboard(body["spec"], form, by, str(at), int(meta.get("generation") or 0))
    return Unreadable("it is stored in Grafana's newer format, which this token or this Grafana does not show")


def history(ask: Grafana, uid: str, version: int, owner: Owner) -> list[Mapping[str, Any]]:
    """Versions down to the newest that is ours; all that Grafana keeps where none is; nothing without the right.

    Raises Unexpected where it cannot be read: what it holds stays unknown, which is not that it holds nothing.
    """
    path = f"/dashboards/uid/{uid}/versions"
    found: list[Mapping[str, Any]] = []
    for limit in (1, VERSIONS) if version > 1 else ():
        status, body = ask("GET", path, params={"limit": limit})
        if status not in (200, 403, 404):
            raise Unexpected(Problem(ask.where, f"its history: {reason(status, body)}", "try again"))
        if status != 200:
            return []
        found = rows_in(body["versions"] if isinstance(body, Mapping) else body)
        if last_own_version(found, owner):
            return found
    if version == 1 or (found and found[-1].get("version") == 1):
        status, first = ask("GET", f"{path}/1")  # the list calls it "Initial save", whatever its message was
        return [*found[:-1], *rows_in([first])] if status == 200 else found
    return found


def live_dashboard(ask: Grafana, uid: str, wanted: Desired) -> LiveDashboard | NewerDashboard | str | None:
    """One dashboard as it is now; a text is the reason why it cannot be read."""
    return _known(_dashboard, ask, uid, wanted)
