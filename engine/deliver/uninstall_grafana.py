"""Removes from Grafana what has our mark: dashboards as we wrote them, alerting, data sources, and empty folders."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gendash.engine.clients import grafana
from gendash.engine.clients.http import Pause
from gendash.engine.config.load import Config
from gendash.engine.deliver.alerting import BASE, observe_alerting
from gendash.engine.deliver.marks import TAG, Owner, source_owner
from gendash.engine.deliver.observe import MOST, history
from gendash.engine.deliver.plan_orphans import why_it_stays
from gendash.engine.deliver.state import LiveDashboard
from gendash.engine.errors import Unexpected
from gendash.engine.model import Audience, Problem
from gendash.engine.render.grafana_alerting import alert_prefix
from gendash.engine.render.provisioning import folder, uses

_ALERTING = {
    "alert rule": f"{BASE}/alert-rules/",
    "contact point": f"{BASE}/contact-points/",
    "mute time": f"{BASE}/mute-timings/",
}


class Removal(NamedTuple):
    """An object to remove, or the reason why it ``stays``. ``version`` is the one that was read.

    ``sources`` are the data sources that a dashboard reads.
    """

    place: str
    kind: str
    name: str
    title: str = ""
    stays: str = ""
    version: int = 0
    sources: frozenset[str] = frozenset()

    def __str__(self) -> str:
        title = f' "{self.title}"' if self.title and self.title != self.name else ""
        return f"{'!' if self.stays else '-'} {self.place} {self.kind} {self.name}{title}" + (
            f": stays, {self.stays}" if self.stays else ""
        )


def dashboard_removal(uid: str, live: LiveDashboard, owner: Owner) -> Removal | None:
    """The removal of a dashboard with our tag: removed if the last version is ours; None if we never wrote it."""
    stays = why_it_stays(live, owner)
    if stays is None:
        return None
    title, version = str(live.dashboard.get("title") or ""), int(live.meta.get("version") or 0)
    return Removal(
        "grafana", "dashboard", uid, title, stays and f"since {stays}", version, frozenset(uses(live.dashboard))
    )


def data_source_removal(source: Mapping[str, Any], owner: Owner, used: Collection[str] = ()) -> Removal | None:
    """A data source that gendash made, by the mark in it; it stays where a dashboard that stays uses it."""
    maker, uid = source_owner(source), str(source.get("uid"))
    if not maker or not maker.fits(owner):
        return None
    stays = "since a dashboard that stays reads it" if uid in used else ""
    return Removal("grafana", "data source", uid, str(source.get("name") or ""), stays)


def folder_removal(uid: str, title: str, holds: Sequence[str]) -> Removal:
    """Our folder: deleted only if everything in it is deleted too."""
    stays = f"since it contains {', '.join(holds)}" if holds else ""
    return Removal("grafana", "folder", uid, title, stays)


def find_in_grafana(config: Config, pause: Pause = time.sleep) -> list[Removal]:
    """All objects with our mark, in the order of removal; those that cannot be removed give the reason."""
    owner = Owner(config["instance"], config["project"])
    with grafana.session(config, pause) as ask:
        grafana.check_version(ask)
        found = [_dashboard(ask, uid, owner) for uid in _ours(ask, config)]
        dashboards = [one for one in found if one]
        going = {one.name for one in dashboards if not one.stays}
        used = {uid for one in dashboards if one.stays for uid in one.sources} | _used_by_others(ask, config, going)
        alerting = _alerting(ask, config)
        rules = sum(one.kind == "alert rule" for one in alerting)
        sources = [data_source_removal(one, owner, used) for one in _answer(ask, "/datasources")]
        audiences: tuple[Audience, ...] = ("everyone", "admin")
        folders = [_folder(ask, folder(config, audience).uid, going, rules) for audience in audiences]
    return [*dashboards, *alerting, *(one for one in [*sources, *folders] if one)]


def remove_from_grafana(config: Config, removals: Sequence[Removal], pause: Pause = time.sleep) -> list[Removal]:
    """Removes objects and returns the result of each: one that changed since, or that Grafana keeps, stays."""
    done: list[Removal] = []
    with grafana.session(config, pause) as ask:
        for one in removals:
            now = one if one.stays else _again(ask, one, Owner(config["instance"], config["project"]))
            if now is None:
                continue  # gone already
            done.append(now if now.stays else _delete(ask, now))
    return done


def _ours(ask: Any, config: Config) -> list[str]:
    rows = _answer(ask, "/search", {"type": "dash-db", "tag": TAG, "limit": MOST})
    return sorted(str(row["uid"]) for row in rows if str(row["uid"]).startswith(config.dashboard_uid("")))


def _used_by_others(ask: Any, config: Config, going: Collection[str]) -> set[str]:
    """The data sources that dashboards of our folders read, of those which stay although gendash did not make them."""
    audiences: tuple[Audience, ...] = ("everyone", "admin")
    folders = ",".join(folder(config, audience).uid for audience in audiences)
    rows = _answer(ask, "/search", {"type": "dash-db", "folderUIDs": folders, "limit": MOST})
    found: set[str] = set()
    for uid in {str(row["uid"]) for row in rows} - set(going):
        status, body = ask("GET", f"/dashboards/uid/{uid}")
        found |= uses(body["dashboard"]) if status == 200 else set()
    return found


def _dashboard(ask: Any, uid: str, owner: Owner) -> Removal | None:
    status, body = ask("GET", f"/dashboards/uid/{uid}")
    if status != 200:
        return None
    versions = history(ask, uid, int(body["meta"].get("version") or 0), owner)
    return dashboard_removal(uid, LiveDashboard(body["dashboard"], body["meta"], versions), owner)


def _alerting(ask: Any, config: Config) -> list[Removal]:
    """Our alert rules, then the contact points and mute times that they name; none where alerting cannot be read."""
    there, prefix, named = observe_alerting(ask), alert_prefix(config), f"{config.prefixed('gendash')} "
    found = [
        Removal("grafana", kind, str(one["uid"]), str(one.get(title) or ""))
        for kind, title, rows in (("alert rule", "title", there.rules), ("contact point", "name", there.contact_points))
        for one in rows
        if str(one.get("uid") or "").startswith(prefix)
    ]
    mutes = [str(one.get("name")) for one in there.mute_timings if str(one.get("name")).startswith(named)]
    return [*found, *(Removal("grafana", "mute time", name) for name in mutes)]


def _folder(ask: Any, uid: str, going: Collection[str], rules: int = 0) -> Removal | None:
    status, body = ask("GET", f"/folders/{uid}")
    if status != 200:
        return None
    rows = _answer(ask, "/search", {"folderUIDs": uid, "limit": MOST})
    holds = [f"'{row['title']}'" for row in rows if row["uid"] not in going]
    counts = _answer(ask, f"/folders/{uid}/counts")
    others = {kind: number - (rules if kind == "alertrule" else 0) for kind, number in counts.items()}
    others = {kind: number for kind, number in others.items() if number > 0 and kind not in ("dashboard", "folder")}
    holds += [f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(others.items())]
    return folder_removal(uid, str(body.get("title") or ""), holds)


def _again(ask: Any, one: Removal, owner: Owner) -> Removal | None:
    """The same removal, with the object read again just before."""
    if one.kind in _ALERTING:
        return one
    if one.kind == "folder":
        return _folder(ask, one.name, ())
    if one.kind == "dashboard":
        return _dashboard(ask, one.name, owner)
    status, body = ask("GET", f"/datasources/uid/{one.name}")
    return data_source_removal(body, owner) if status == 200 else None


def _delete(ask: Any, one: Removal) -> Removal:
    paths = {"dashboard": "/dashboards/uid/", "folder": "/folders/", "data source": "/datasources/uid/", **_ALERTING}
    status, body = ask("DELETE", f"{paths[one.kind]}{one.name}")
    if status in (200, 202, 204, 404):
        return one
    return one._replace(stays=f"since Grafana says: {grafana.reason(status, body)}")


def _answer(ask: Any, path: str, params: dict[str, Any] | None = None) -> Any:
    status, body = ask("GET", path, **({"params": params} if params else {}))
    if status != 200:
        todo = "give the token's service account the role Admin"
        raise Unexpected(Problem(ask.where, f"{path}: {grafana.reason(status, body)}", todo))
    return body
