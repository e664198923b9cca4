"""Grafana: what it holds, and how a plan's changes get there. The only module that uses grafana-client.

grafana-client is imported inside functions, so that commands without Grafana start fast. Its errors and those of the
HTTP library under it end here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gendash.engine.config import DEFAULTS, Config
from gendash.engine.errors import Denied, TargetError, Unexpected, Unreachable
from gendash.engine.model import Problem
from gendash.engine.plan import Change, Desired, Live, Observed, is_mark, ours, overtaken, same, without_folder

OLDEST = 12
TIMEOUT_S = 15.0
THREADS = 8
VERSIONS = 30  # Grafana keeps 20 by default
BACKOFF_S = (0.3, 1.0, 3.0)
PATIENCE = (5.0, 12)  # seconds and times: Grafana keeps what a token may do for a minute

Pause = Callable[[float], None]


def observe(config: Config, wanted: Desired, pause: Pause = time.sleep) -> Observed:
    """What Grafana holds of what is wanted. One request a dashboard where nothing changed, several at a time.

    Raises Unreachable, Denied (wrong token) or Unexpected (not a Grafana, or one that is too old).
    """
    hidden = [place.uid for place in wanted.folders if place.hidden]
    with session(config, pause) as ask, ThreadPoolExecutor(THREADS) as pool:
        check_version(ask)
        rights = _rights(ask)
        sources = pool.submit(_data_sources, ask)
        folders = {place.uid: pool.submit(_folder, ask, place.uid) for place in wanted.folders}
        rows = {uid: pool.submit(_permissions, ask, uid) for uid in hidden}
        found = {uid: pool.submit(_dashboard, ask, uid, wanted) for uid in wanted.dashboards}
        return Observed(
            {uid: future.result() for uid, future in found.items()},
            {uid: future.result() for uid, future in folders.items()},
            {uid: future.result() for uid, future in rows.items()},
            sources.result(),
            rights,
        )


def look(config: Config, pause: Pause = time.sleep) -> tuple[str, frozenset[str] | None, frozenset[str]]:
    """The server's version, what the token may do (None where Grafana does not tell), and uids of data sources."""
    with session(config, pause) as ask:
        check_version(ask)
        _, health = ask("GET", "/health")
        sources = _data_sources(ask)
        uids = frozenset[str]() if isinstance(sources, str) else frozenset(str(one.get("uid")) for one in sources)
        return f"Grafana {health.get('version') or 'of a hidden version'}", _rights(ask), uids


def apply(
    config: Config,
    wanted: Desired,
    changes: Sequence[Change],
    state: Path,
    now: datetime,
    say: Callable[[str], None],
    pause: Pause = time.sleep,
) -> list[Change]:
    """Carries out the changes of a plan and returns what became of each: ``blocked`` where it could not be done.

    What stands in Grafana is first saved below ``state/backups/``; if that fails, nothing is written. ``say`` gets
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


@contextmanager
def session(config: Config, pause: Pause) -> Iterator[_Grafana]:
    """A session that is closed afterwards: ``ask(method, path)`` answers status and body."""
    ask = _Grafana(config, pause)
    try:
        yield ask
    finally:
        ask.client.s.close()


class _Grafana:
    """A session with one Grafana: ``ask(method, path)`` answers status and body, or raises one of our errors."""

    def __init__(self, config: Config, pause: Pause) -> None:
        from grafana_client.client import GrafanaClient

        parts = urlsplit(config["grafana_url"])
        host = parts.hostname or ""
        self.where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self.is_default = config["grafana_url"] == DEFAULTS["grafana_url"]
        self.pause = pause
        self.silent = False
        credential: Any = config["grafana_token"] or None
        if not credential and parts.username:
            credential = (unquote(parts.username), unquote(parts.password or ""))
        self.anonymous = credential is None
        self.client = GrafanaClient(
            credential,
            host=f"[{host}]" if ":" in host else host,
            port=parts.port,
            url_path_prefix=f"{parts.path.strip('/')}/".lstrip("/"),
            protocol=parts.scheme,
            timeout=TIMEOUT_S,
            user_agent="gendash",
            session_pool_size=THREADS,
        )

    def __call__(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        for wait in BACKOFF_S if method == "GET" else ():
            status, body = self._once(method, path, **options)
            if status not in (502, 503, 504):
                return status, body
            self.pause(wait)
        return self._once(method, path, **options)

    def _once(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        from grafana_client.client import GrafanaException, GrafanaTimeoutError
        from niquests.exceptions import ConnectionError as NoConnection
        from niquests.exceptions import RequestException, SSLError

        try:
            status, body = 200, getattr(self.client, method)(path, **options)
        except GrafanaTimeoutError as error:
            what = f"no answer within {TIMEOUT_S:g} s"
            raise Unreachable(Problem(self.where, what, "check that Grafana is not overloaded")) from error
        except GrafanaException as error:
            status, body = error.status_code, error.response
        except SSLError as error:
            todo = "use a certificate that this machine trusts, or name its CA in REQUESTS_CA_BUNDLE"
            raise Unreachable(Problem(self.where, "no TLS connection", todo)) from error
        except (NoConnection, ConnectionError) as error:
            todo = "check grafana_url and that it runs"
            if self.is_default:  # nobody need have said that there is one
                todo += ", or set grafana_url: none if there is none"
            raise Unreachable(Problem(self.where, "no connection", todo)) from error
        except RequestException as error:  # no JSON, a circle of redirects, an address that is none
            raise self._not_grafana() from error
        if status == 401:
            raise self._denied()
        if isinstance(body, str) and status not in (502, 503, 504):
            raise self._not_grafana()
        return status, body

    def _denied(self) -> Denied:
        if self.anonymous:
            return Denied(Problem(self.where, "needs a token", "set GENDASH_GRAFANA_TOKEN"))
        return Denied(Problem(self.where, "refused the token", "set GENDASH_GRAFANA_TOKEN to one that is still valid"))

    def _not_grafana(self) -> Unexpected:
        todo = "check grafana_url, the path that it is served under too"
        return Unexpected(Problem(self.where, "the answer is not from Grafana's API", todo))


def check_version(ask: _Grafana) -> None:
    """Raises Unexpected where this is no Grafana, or one that is too old."""
    status, health = ask("GET", "/health")
    if not isinstance(health, Mapping) or "database" not in health:
        raise ask._not_grafana() if status < 500 else _trouble(ask, status, health)
    number = str(health.get("version") or "").partition(".")[0]  # absent where Grafana hides it
    if number.isdigit() and int(number) < OLDEST:
        what = f"Grafana {health['version']} is too old"
        raise Unexpected(Problem(ask.where, what, f"gendash needs Grafana {OLDEST} or later"))


def _rights(ask: _Grafana) -> frozenset[str] | None:
    """The actions that the token is allowed; None where Grafana does not tell. Drops what Grafana had cached."""
    status, body = ask("GET", "/access-control/user/permissions", params={"reloadcache": "true"})
    return frozenset(body) if status == 200 and isinstance(body, Mapping) else None


def _data_sources(ask: _Grafana) -> list[Mapping[str, Any]] | str:
    status, body = ask("GET", "/datasources")
    return body if status == 200 and isinstance(body, list) else reason(status, body)


def _folder(ask: _Grafana, uid: str) -> Mapping[str, Any] | str | None:
    status, body = ask("GET", f"/folders/{uid}")
    if status == 404:
        return None
    return body if status == 200 else reason(status, body)


def _permissions(ask: _Grafana, uid: str) -> list[Mapping[str, Any]] | None:
    status, body = ask("GET", f"/folders/{uid}/permissions")
    return body if status == 200 and isinstance(body, list) else None


def _dashboard(ask: _Grafana, uid: str, wanted: Desired) -> Live | str | None:
    status, body = ask("GET", f"/dashboards/uid/{uid}")
    if status == 404:
        return None
    if status == 406:
        return "was saved in Grafana's new format, which gendash does not write; delete it or save it as classic JSON"
    if status == 403:
        return "is there, but the token may not see it; give its service account View and Edit on the folder"
    if status != 200:
        return f"cannot be read ({reason(status, body)})"
    live = Live(body["dashboard"], body["meta"])
    if same(*wanted.dashboards[uid], live):
        return live
    return replace(live, history=history(ask, uid, int(live.meta.get("version") or 0), wanted.instance))


def history(ask: _Grafana, uid: str, version: int, instance: str) -> list[Mapping[str, Any]]:
    """Versions down to the newest that is ours; all that Grafana keeps where none is; nothing without the right."""
    path = f"/dashboards/uid/{uid}/versions"
    found: list[Mapping[str, Any]] = []
    for limit in (1, VERSIONS) if version > 1 else ():
        status, body = ask("GET", path, params={"limit": limit})
        if status != 200:
            return []
        found = body["versions"] if isinstance(body, Mapping) else body
        if ours(found, instance):
            return found
    if version == 1 or (found and found[-1].get("version") == 1):
        status, first = ask("GET", f"{path}/1")  # the list calls it "Initial save", whatever its message was
        return [*found[:-1], first] if status == 200 else found
    return found


def _carry_out(
    ask: _Grafana, change: Change, wanted: Desired, patience: Iterator[float], say: Callable[[str], None]
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
        return replace(change, action="blocked", lines=(*lines, "it may have been written: plan again"))


def _hide(ask: _Grafana, change: Change) -> Change:
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
    ask: _Grafana, change: Change, wanted: Desired, patience: Iterator[float], say: Callable[[str], None]
) -> Change:
    waited = False
    while True:
        status, body = ask("POST", "/dashboards/db", json=dict(change.payload))
        if status == 200:
            return _saved(ask, change, body)
        if status == 412 or status >= 500:  # two saves at once can end in a 500 of Grafana's database
            again = Desired(wanted.instance, (), (), {change.name: wanted.dashboards[change.name]})
            live = _dashboard(ask, change.name, again)
            if status == 412 or (isinstance(live, Live) and live.meta.get("version") != change.base):
                return overtaken(change, again, Observed({change.name: live}, {}, {}, ()))
        if status != 403 or "Access denied" not in reason(status, body):
            return _answered(change, status, body)
        wait = next(patience, None)
        if wait is None:
            return _answered(change, status, body)
        if waited:
            say(f"{change.name}: Grafana still refuses; permissions can take a minute to arrive, trying again")
            ask.pause(wait)
        waited = True
        _rights(ask)


def _saved(ask: _Grafana, change: Change, body: Mapping[str, Any]) -> Change:
    """What became of a save that Grafana accepted.

    Grafana compares versions and writes in two steps: of two saves within some milliseconds it may accept both. So
    the history is read once more, and an edit that our version then stands upon is put back.
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
        "message": f"gendash: gives back {who}, which came at the same moment as version {mine}",
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
    line = f"{reason(status, body)}; {hints.get(status, 'nothing was written')}"
    return replace(change, action="blocked", lines=(*change.lines, line), payload={})


def reason(status: int, body: Any) -> str:
    """What Grafana says, in a few words."""
    message = body.get("message") if isinstance(body, Mapping) else None
    return f"{status} {message}" if message else f"answer {status}"


def _trouble(ask: _Grafana, status: int, body: Any) -> Unexpected:
    return Unexpected(Problem(ask.where, reason(status, body), "look into Grafana's log"))


def _back_up(changes: Sequence[Change], place: Path) -> None:
    """Writes what stands in Grafana now, one file a dashboard that will change."""
    try:
        for change in changes:
            if change.writes and change.before:
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
                text = json.dumps(change.before, indent=2, sort_keys=True, ensure_ascii=False)
                (place / f"{change.name}.json").write_text(text + "\n", "utf-8")
    except OSError as error:
        what = f"cannot save a backup: {error.strerror}"
        raise TargetError(Problem(str(place), what, "name another folder with --state; nothing was written")) from error
