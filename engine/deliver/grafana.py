"""Carries out a plan's changes in Grafana: each write is checked, and one whose answer was lost is looked up.

A write is sent again only where that does no harm: a save names the version that it replaces, so it cannot be done
twice; after an answer that leaves open whether it was done, the object is read and planned again first.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any

from gendash.engine.clients.grafana import ROLES, Grafana, reason, session, token_permissions
from gendash.engine.clients.http import BACKOFF_S, Pause
from gendash.engine.clients.http_policy import Failing, Unanswered
from gendash.engine.config.load import Config
from gendash.engine.deliver.changes import Change
from gendash.engine.deliver.marks import is_mark
from gendash.engine.deliver.observe import live_dashboard, observe
from gendash.engine.deliver.plan import plan, without_folder
from gendash.engine.deliver.plan_dashboards import dashboard_change, overtaken
from gendash.engine.deliver.state import Desired, LiveDashboard, ObservedGrafana
from gendash.engine.errors import TargetError, Unreachable
from gendash.engine.model import Problem
from gendash.engine.render.write import write_file

PATIENCE = (5.0, 12)  # seconds and times: Grafana keeps what a token may do for a minute
QUOTA = "raise the quota of the organisation in Grafana, or delete there what is no longer needed"
_DELETED = {"dashboard": "/dashboards/uid/", "datasource": "/datasources/uid/"}


@dataclass(frozen=True)
class Writer:
    """What a write needs: the session, the desired state, the waits that are left, and where progress goes."""

    ask: Grafana
    wanted: Desired
    patience: Iterator[float]
    say: Callable[[str], None]


class Unsure(Exception):
    """An answer after which it is not known whether a write was done."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def apply_to_grafana(
    config: Config,
    wanted: Desired,
    changes: Sequence[Change],
    state: Path,
    now: datetime,
    say: Callable[[str], None],
    pause: Pause = time.sleep,
    done: list[Change] | None = None,
) -> list[Change]:
    """Carries out the changes of a plan and returns what became of each: ``blocked`` where it could not be done.

    Grafana's present content is first saved below ``state/backups/``; if that fails, nothing is written. ``say`` gets
    a line when there is something to wait for. ``done`` gets each result at once, so that an interruption can name it.
    """
    _back_up(changes, state / "backups" / now.strftime("%Y%m%dT%H%M%SZ"))
    done = [] if done is None else done
    with session(config, pause) as ask:
        writer = Writer(ask, wanted, repeat(*PATIENCE), say)
        for change in changes:
            failed = {c.name for c in done if c.kind in ("folder", "permission") and c.action == "blocked"}
            if not (change.writes or (change.kind == "datasource" and change.payload)):
                done.append(change)
            elif ask.silent:
                done.append(change.turned("blocked", "not tried: Grafana no longer answers"))
            elif change.name in failed or change.payload.get("folderUid") in failed:
                done.append(without_folder(change))
            else:
                done.append(_carry_out(writer, change))
    return done


def _carry_out(writer: Writer, change: Change) -> Change:
    """The result of a change; after an answer that leaves it open, what is there decides."""
    ask, line, said = writer.ask, "", ""
    for wait in (*BACKOFF_S, None):
        try:
            return _write(writer, change)
        except Unsure as error:
            line = said = error.line
        except TargetError as error:
            problem = error.problems[0]
            said, line = problem.what, f"{problem.what}; {problem.do}"
            if not isinstance(error, Unanswered | Failing):
                ask.silent = isinstance(error, Unreachable)
                return change.turned("blocked", line, "nothing was written")
        if wait is not None:
            ask.pause(wait)
        try:
            found = _look(writer, change, said)
        except TargetError as error:
            ask.silent = isinstance(error, Unreachable)
            break
        if found is not None:
            return found
    return change.turned("blocked", line, "it may have been written: plan again")


def _look(writer: Writer, change: Change, said: str) -> Change | None:
    """What became of a write, by planning again what is there; None where it was not done and may be sent again.

    ``said`` is why it is not known.
    """
    if change.kind == "alerting":  # its requests can be sent again without harm
        return None
    dashboards = [change.name] if change.kind == "dashboard" else []
    part = writer.wanted.only(dashboards, [change.name], [change.name])
    if change.action == "delete":
        status, _ = writer.ask("GET", f"{_DELETED[change.kind]}{change.name}")
        return change if status == 404 else None
    seen = observe(writer.ask, part)
    again = next((c for c in plan(part, seen) if (c.kind, c.name) == (change.kind, change.name)), None)
    if again is None or again.action == "none":
        return replace(change, lines=(*change.lines, f"it is there, although the answer was: {said}"), payload={})
    if again.writes and again.base == change.base:
        return None
    if again.writes:
        return again.turned("left", f"changed meanwhile ({said}); our version may have been written: plan again")
    return replace(again, lines=(*again.lines, "the answer to our write was lost: it may have been written"))


def _write(writer: Writer, change: Change) -> Change:
    ask = writer.ask
    if change.kind == "alerting":
        return _in_turn(ask, change, change.payload["requests"])
    if change.action == "delete":
        return _delete(writer, change)
    if change.kind == "folder":
        return _folder(ask, change)
    if change.kind == "permission":
        return _hide(ask, change)
    if change.kind == "datasource":
        exists = change.before is not None or change.action == "none"
        method, path = ("PUT", f"/datasources/uid/{change.name}") if exists else ("POST", "/datasources")
        return _answered(change, *ask(method, path, json=dict(change.payload)))
    return _save(writer, change)


def _folder(ask: Grafana, change: Change) -> Change:
    """Makes a folder, or renames and moves it."""
    if change.action == "create":
        return _answered(change, *ask("POST", "/folders", json=dict(change.payload)))
    path, wanted = f"/folders/{change.name}", change.payload
    requests: list[tuple[str, str, Any]] = []
    if "parentUid" in wanted:
        requests.append(("POST", f"{path}/move", {"parentUid": wanted["parentUid"]}))
    if "title" in wanted:
        requests.append(("PUT", path, {"title": wanted["title"], "overwrite": True}))
    return _in_turn(ask, change, requests)


def _hide(ask: Grafana, change: Change) -> Change:
    """Takes Viewers and Editors out of a folder's permissions and lets our teams in.

    Each row by itself: the list as a whole would drop what somebody adds at the same moment.
    """
    path = f"/access-control/folders/{change.name}"
    requests = [("POST", f"{path}/builtInRoles/{role}", {"permission": ""}) for role in ROLES]
    requests += [("POST", f"{path}/teams/{team}", {"permission": "View"}) for team in change.payload.get("teams", ())]
    requests += [("POST", f"{path}/teams/{team}", {"permission": ""}) for team in change.payload.get("out", ())]
    return _in_turn(ask, change, requests)


def _in_turn(ask: Grafana, change: Change, requests: Sequence[tuple[str, str, Any]]) -> Change:
    """Sends requests that can each be sent again without harm; the first that is refused ends it."""
    part = "part of it was written: plan again"
    done = change
    for number, (method, path, body) in enumerate(requests):
        try:
            status, answer = ask(method, path, **({"json": body} if body is not None else {}))
        except TargetError as error:
            if not number or isinstance(error, Unanswered | Failing):
                raise
            ask.silent = isinstance(error, Unreachable)
            return change.turned("blocked", f"{error.problems[0].what}; {error.problems[0].do}", part)
        if method == "DELETE" and status == 404:
            continue
        done = _answered(change, status, answer)
        if done.action == "blocked":
            return change.turned("blocked", reason(status, answer), part) if number else done
    return done


def _delete(writer: Writer, change: Change) -> Change:
    """Removes what left the definitions, if it is still what the plan saw."""
    ask = writer.ask
    if change.kind == "dashboard":
        live = live_dashboard(ask, change.name, writer.wanted)
        if live is None:
            return replace(change, lines=(*change.lines, "gone already"))
        if not isinstance(live, LiveDashboard) or int(live.meta.get("version") or 0) != change.base:
            return change.turned("left", "changed between plan and apply: plan again")
    status, body = ask("DELETE", f"{_DELETED[change.kind]}{change.name}")
    return change if status == 404 else _answered(change, status, body)


def _save(writer: Writer, change: Change) -> Change:
    ask, waited = writer.ask, False
    while True:
        status, body = ask("POST", "/dashboards/db", json=dict(change.payload))
        if status == 200:
            done = _answered(change, status, body)
            return _saved(ask, change, body) if done.writes else done
        if status == 412 or status >= 500:  # two saves at once can end in a 500 of Grafana's database
            again = writer.wanted.only([change.name])
            live = live_dashboard(ask, change.name, again)
            if status == 412 or (isinstance(live, LiveDashboard) and live.meta.get("version") != change.base):
                seen = ObservedGrafana({change.name: live}, {}, {}, ())
                found = overtaken(change, dashboard_change(change.name, again, seen), live)
                if status == 412 or found.action != "none":
                    return found  # else it may be this very save: Grafana says 500 after saves that it made, too
        if status != 403 or "Access denied" not in reason(status, body):
            return _answered(change, status, body)
        wait = next(writer.patience, None)
        if wait is None:
            return _answered(change, status, body)
        if waited:
            writer.say(f"{change.name}: Grafana still refuses; permissions can take a minute to arrive, trying again")
            ask.pause(wait)
        waited = True
        token_permissions(ask)


def _saved(ask: Grafana, change: Change, body: Mapping[str, Any]) -> Change:
    """The result of a save that Grafana accepted.

    Grafana compares versions and writes in two steps: of two saves within some milliseconds it may accept both. So
    the history is read once more, and an edit that our version then overwrites is restored.
    """
    done = replace(change, lines=(*change.lines, f"saved as version {body.get('version')}"))
    if change.action == "create" and body.get("version") == 1:
        return done  # there was none before that could have been overwritten
    path, base = f"/dashboards/uid/{change.name}/versions", change.base or 0
    try:
        status, answer = ask("GET", path, params={"limit": 5})
    except TargetError:  # it is saved; only a save at the same moment stays unknown
        return replace(done, lines=(*done.lines, "its history could not be read afterwards"))
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
    return replace(change, action="left", lines=(line,), payload={})


def _answered(change: Change, status: int, body: Any) -> Change:
    """The change as done, or as blocked with Grafana's reason. Raises Unsure where it may have been done."""
    if status == 200:
        if change.kind not in ("permission", "alerting") and change.action != "delete" and _named(body) != change.name:
            raise Unsure("Grafana's answer does not name what was written")
        version = body.get("version") if change.kind == "dashboard" and isinstance(body, Mapping) else None
        return replace(change, lines=(*change.lines, f"saved as version {version}")) if version else change
    if status >= 500:
        raise Unsure(reason(status, body))
    hints = {
        401: "the credentials were refused: check GENDASH_GRAFANA_TOKEN",
        403: "give the token's service account the right for it",
        409: "it was made meanwhile: plan again",
        412: "it is there already, perhaps hidden from this token",
        413: "raise the largest request that the proxy in front of Grafana allows",
        429: "too many requests for now: apply again later",
    }
    said = reason(status, body)
    hint = QUOTA if status == 403 and "quota" in said.lower() else hints.get(status, "nothing was written")
    return change.turned("blocked", f"{said}; {hint}")


def _named(body: Any) -> str:
    """The uid of what a write's answer says it wrote."""
    if not isinstance(body, Mapping):
        return ""
    inner = body.get("datasource")
    return str((inner if isinstance(inner, Mapping) else body).get("uid") or "")


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
