"""Takes out of Grafana what bears gendash's mark: dashboards as we wrote them, data sources, and folders left empty."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

from gendash.engine import removal
from gendash.engine.config import Config
from gendash.engine.errors import Unexpected
from gendash.engine.model import Audience, Problem
from gendash.engine.plan import TAG, Live
from gendash.engine.removal import Removal
from gendash.engine.render_provisioning import folder
from gendash.engine.targets import grafana
from gendash.engine.targets.grafana import Pause

_MOST = 5000  # of a search, as many as Grafana gives


def observe(config: Config, pause: Pause = time.sleep) -> list[Removal]:
    """Everything that bears our mark, in the order in which it has to go; what cannot go says why it stays."""
    instance = config["instance"]
    with grafana.session(config, pause) as ask:
        grafana.check_version(ask)
        found = [_dashboard(ask, uid, instance) for uid in _ours(ask, config)]
        dashboards = [one for one in found if one]
        sources = [removal.data_source(one, instance) for one in _answer(ask, "/datasources")]
        going = {one.name for one in dashboards if not one.stays}
        audiences: tuple[Audience, ...] = ("everyone", "admin")
        folders = [_folder(ask, folder(config, audience).uid, going) for audience in audiences]
    return [*dashboards, *(one for one in [*sources, *folders] if one)]


def remove(config: Config, removals: Sequence[Removal], pause: Pause = time.sleep) -> list[Removal]:
    """What became of each: one that changed since, or that Grafana would not let go, stays."""
    done: list[Removal] = []
    with grafana.session(config, pause) as ask:
        for one in removals:
            now = one if one.stays else _again(ask, one, config["instance"])
            if now is None:
                continue  # gone already
            done.append(now if now.stays else _delete(ask, now))
    return done


def _ours(ask: Any, config: Config) -> list[str]:
    rows = _answer(ask, "/search", {"type": "dash-db", "tag": TAG, "limit": _MOST})
    return sorted(str(row["uid"]) for row in rows if str(row["uid"]).startswith(config.dashboard_uid("")))


def _dashboard(ask: Any, uid: str, instance: str) -> Removal | None:
    status, body = ask("GET", f"/dashboards/uid/{uid}")
    if status != 200:
        return None
    history = grafana.history(ask, uid, int(body["meta"].get("version") or 0), instance)
    return removal.dashboard(uid, Live(body["dashboard"], body["meta"], history), instance)


def _folder(ask: Any, uid: str, going: Collection[str]) -> Removal | None:
    status, body = ask("GET", f"/folders/{uid}")
    if status != 200:
        return None
    rows = _answer(ask, "/search", {"folderUIDs": uid, "limit": _MOST})
    holds = [f"'{row['title']}'" for row in rows if row["uid"] not in going]
    counts = _answer(ask, f"/folders/{uid}/counts")
    others = {kind: number for kind, number in counts.items() if number and kind not in ("dashboard", "folder")}
    holds += [f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(others.items())]
    return removal.folder(uid, str(body.get("title") or ""), holds)


def _again(ask: Any, one: Removal, instance: str) -> Removal | None:
    """The same, looked at once more just before it goes."""
    if one.kind == "folder":
        return _folder(ask, one.name, ())
    if one.kind == "dashboard":
        return _dashboard(ask, one.name, instance)
    status, body = ask("GET", f"/datasources/uid/{one.name}")
    return removal.data_source(body, instance) if status == 200 else None


def _delete(ask: Any, one: Removal) -> Removal:
    paths = {"dashboard": "/dashboards/uid/", "folder": "/folders/", "data source": "/datasources/uid/"}
    status, body = ask("DELETE", f"{paths[one.kind]}{one.name}")
    if status in (200, 404):
        return one
    return one._replace(stays=f"since Grafana says: {grafana.reason(status, body)}")


def _answer(ask: Any, path: str, params: dict[str, Any] | None = None) -> Any:
    status, body = ask("GET", path, **({"params": params} if params else {}))
    if status != 200:
        todo = "give the token's service account the role Admin"
        raise Unexpected(Problem(ask.where, f"{path}: {grafana.reason(status, body)}", todo))
    return body
