"""Reads the state of Grafana and carries out a plan's changes. The only module that uses grafana-client.

grafana-client is imported inside functions, so that commands without Grafana start fast. Its errors and those of the
HTTP library under it end here.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any

from gendash.engine.clients.grafana import (
    THREADS,
    Grafana,
    check_version,
    data_sources,
    reason,
    session,
    token_permissions,
)
from gendash.engine.clients.http import Pause
from gendash.engine.clients.http_policy import Failing, Unanswered
from gendash.engine.config.load import Config
from gendash.engine.deliver.plan import (
    Change,
    Desired,
    LiveDashboard,
    ObservedGrafana,
    is_mark,
    last_own_version,
    overtaken,
    same,
    without_folder,
)
from gendash.engine.errors import TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.engine.render.write import write_file

VERSIONS = 30  # Grafana keeps 20 by default
PATIENCE = (5.0, 12)  # seconds and times: Grafana keeps what a token may do for a minute


def observe_grafana(config: Config, wanted: Desired, pause: Pause = time.sleep) -> ObservedGrafana:
    """The present state in Grafana of all desired objects. One request for an unchanged dashboard, several at a time.

    Raises Unreachable, Denied (wrong token) or Unexpected (not a Grafana, or one that is too old).
    """
    hidden = [place.uid for place in wanted.folders if place.hidden]
    with session(config, pause) as ask, ThreadPoolExecutor(THREADS) as pool:
        check_version(ask)
        rights = token_permissions(ask)
        sources = pool.submit(data_sources, ask)
        folders = {place.uid: pool.submit(_folder, ask, place.uid) for place in wanted.folders}
        rows = {uid: pool.submit(_permissions, ask, uid) for uid in hidden}
        found = {uid: pool.submit(_dashboard, ask, uid, wanted) for uid in wanted.dashboards}
        return ObservedGrafana(
            {uid: future.result() for uid, future in found.items()},
            {uid: future.result() for uid, future in folders.items()},
            {uid: future.result() for uid, future in rows.items()},
            sources.result(),
            rights,
        )


def apply_to_grafana(
    config: Config,
    wanted: Desired,
    changes: Sequence[Change],
    state: Path,
    now: datetime,
    say: Callable[[str], None],
    pause: Pause = time.sleep,
) -> list[Change]:
    """Carries out the changes of a plan and returns what became of each: ``blocked`` where it could not be done.

    Grafana's present content is first saved below ``state/backups/``; if that fails, nothing is written. ``say`` gets
    a line when there is something to wait for.
    """
    _back_up(changes, state / "backups" / now.strftime("%Y%m%dT%H%M%SZ"))
    patience = repeat(*PATIENCE)
    done: list[Change] = []
    with session(config, pause) as ask:
        for change in changes:
            failed = {c.name for c in done if c.kind in ("folder", "permission") and c.action == "blocked"}
            if not change.writes:
                done.append(change)
            elif ask.silent:
                done.append(replace(change, action="blocked", lines=("not tried: Grafana no longer answers",)))
            elif change.name in failed or change.payload.get("folderUid") in failed:
                done.append(without_folder(change))
            else:
                done.append(_carry_out(ask, change, wanted, patience, say))
    return done


def _folder(ask: Grafana, uid: str) -> Mapping[str, Any] | str | None:
    status, body = ask("GET", f"/folders/{uid}")
    if status == 404:
        return None
    if status >= 500:  # no answer is not the answer that it cannot be seen
        raise Unexpected(Problem(ask.where, f"/folders/{uid}: {reason(status, body)}", "look into Grafana's log"))
    return body if status == 200 else reason(status, body)


def _permissions(ask: Grafana, uid: str) -> list[Mapping[str, Any]] | None:
    status, body = ask("GET", f"/folders/{uid}/permissions")
    return body if status == 200 and isinstance(body, list) else None


def _dashboard(ask: Grafana, uid: str, wanted: Desired) -> LiveDashboard | str | None:
    status, body = ask("GET", f"/dashboards/uid/{uid}")
    if status == 404:
        return None
    if status == 406:
        return "was saved in Grafana's new format, which gendash does not write; delete it or save it as classic JSON"
    if status == 403:
        return "is there, but the token may not see it; give its service account View and Edit on the folder"
    if status != 200:
        return f"cannot be read ({reason(status, body)})"
    live = LiveDashboard(body["dashboard"], body["meta"])
    if same(*wanted.dashboards[uid], live):
        return live
    return replace(live, history=history(ask, uid, int(live.meta.get("version") or 0), wanted.instance))


def history(ask: Grafana, uid: str, version: int, instance: str) -> list[Mapping[str, Any]]:
    """Versions down to the newest that is ours; all that Grafana keeps where none is; nothing without the right."""
    path = f"/dashboards/uid/{uid}/versions"
    found: list[Mapping[str, Any]] = []
    for limit in (1, VERSIONS) if version > 1 else ():
        status, body = ask("GET", path, params={"limit": limit})
        if status not in (200, 403, 404):  # what the history holds stays unknown, which is not that it holds nothing
            raise Unexpected(Problem(ask.where, f"{path}: {reason(status, body)}", "try again"))
        if status != 200:
            return []
        found = body["versions"] if isinstance(body, Mapping) else body
        if last_own_version(found, instance):
            return found
    if version == 1 or (found and found[-1].get("version") == 1):
        status, first = ask("GET", f"{path}/1")  # the list calls it "Initial save", whatever its message was
        return [*found[:-1], first] if status == 200 else found
    return found


def _carry_out(
    ask: Grafana, change: Change, wanted: Desired, patience: Iterator[float], say: Callable[[str], None]
) -> Change:
    try:
        if change.kind == "folder":
            return _answered(change, *ask("POST", "/folders", json=dict(change.payload)))
        if change.kind == "permission":
            return _hide(ask, change)
        if change.kind == "datasource":
            return _answered(change, *ask("POST", "/datasources", json=dict(change.payload)))
        return _save(ask, change, wanted, patience, say)
    except TargetError as error:
        ask.silent = isinstance(error, Unreachable)
        lines = tuple(f"{problem.what}; {problem.do}" for problem in error.problems)
        unsure = isinstance(error, Unanswered | Failing)
        what = "it may have been written: plan again" if unsure else "nothing was written"
        return replace(change, action="blocked", lines=(*lines, what))


def _hide(ask: Grafana, change: Change) -> Change:
    """Takes Viewers and Editors out of a folder's permissions; the rows of people and teams stay."""
    path = f"/folders/{change.name}/permissions"
    status, rows = ask("GET", path)
    if status != 200:
        return _answered(change, status, rows)
    items = [
        {key: row[key] for key in ("userId", "teamId", "permission") if row.get(key)}
        for row in rows
        if row.get("role") not in ("Viewer", "Editor") and not row.get("inherited")
    ]
    return _answered(change, *ask("POST", path, json={"items": items}))


def _save(
    ask: Grafana, change: Change, wanted: Desired, patience: Iterator[float], say: Callable[[str], None]
) -> Change:
    waited = False
    while True:
        status, body = ask("POST", "/dashboards/db", json=dict(change.payload))
        if status == 200:
            return _saved(ask, change, body)
        if status == 412 or status >= 500:  # two saves at once can end in a 500 of Grafana's database
            again = Desired(wanted.instance, (), (), {change.name: wanted.dashboards[change.name]})
            live = _dashboard(ask, change.name, again)
            if status == 412 or (isinstance(live, LiveDashboard) and live.meta.get("version") != change.base):
                return overtaken(change, again, ObservedGrafana({change.name: live}, {}, {}, ()))
        if status != 403 or "Access denied" not in reason(status, body):
            return _answered(change, status, body)
        wait = next(patience, None)
        if wait is None:
            return _answered(change, status, body)
        if waited:
            say(f"{change.name}: Grafana still refuses; permissions can take a minute to arrive, trying again")
            ask.pause(wait)
        waited = True
        token_permissions(ask)


def _saved(ask: Grafana, change: Change, body: Mapping[str, Any]) -> Change:
    """The result of a save that Grafana accepted.

    Grafana compares versions and writes in two steps: of two saves within some milliseconds it may accept both. So
    the history is read once more, and an edit that our version then overwrites is restored.
    """
    done = replace(change, lines=(*change.lines, f"saved as version {body.get('version')}"))
    path, base = f"/dashboards/uid/{change.name}/versions", change.base or 0
    status, answer = ask("GET", path, params={"limit": 5})
    if status != 200:
        return done
    found = answer["versions"] if isinstance(answer, Mapping) else answer
    mine = next((v["version"] for v in found if v.get("message") == change.payload["message"]), base + 1)
    unseen = [v for v in found if base < v["version"] < mine and not is_mark(v.get("message"))]
    if not unseen or mine <= base:
        return done
    theirs = unseen[0]
    who = f"version {theirs['version']} by {theirs.get('createdBy') or 'somebody'}"
    back = {
        "dashboard": {**theirs["data"], "uid": change.name, "id": None, "version": mine},
        "folderUid": change.payload["folderUid"],
        "message": f"gendash: restores {who}, which was saved at the same moment as version {mine}",
        "overwrite": False,
    }
    status, _ = ask("POST", "/dashboards/db", json=back)
    line = f"{who} came at the same moment: it was put back, plan again"
    if status != 200:
        line = f"{who} came at the same moment and was overwritten: restore it in Grafana's history"
    return replace(change, action="blocked", lines=(line,), payload={})


def _answered(change: Change, status: int, body: Any) -> Change:
    """The change as done, or as blocked with Grafana's reason."""
    if status == 200:
        version = body.get("version") if change.kind == "dashboard" and isinstance(body, Mapping) else None
        return replace(change, lines=(*change.lines, f"saved as version {version}")) if version else change
    hints = {
        403: "give the token's service account the right for it",
        409: "it was made meanwhile: plan again",
        412: "it is there already, perhaps hidden from this token",
    }
    unknown = "it may have been written: plan again" if status >= 500 else "nothing was written"
    line = f"{reason(status, body)}; {hints.get(status, unknown)}"
    return replace(change, action="blocked", lines=(*change.lines, line), payload={})


def _back_up(changes: Sequence[Change], place: Path) -> None:
    """Saves the present dashboards of Grafana, one file for each that will change."""
    try:
        for change in changes:
            if change.writes and change.before:
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
                text = json.dumps(change.before, indent=2, sort_keys=True, ensure_ascii=False)
                name = re.sub(r"[^\w.-]", "_", change.name).lstrip(".")  # uids of Grafana have no other characters
                write_file(place / f"{name}.json", f"{text}\n".encode(), 0o600)
    except OSError as error:
        what = f"cannot save a backup: {error.strerror}"
        raise TargetError(Problem(str(place), what, "name another folder with --state; nothing was written")) from error
