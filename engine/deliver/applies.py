"""What each apply delivered beside dashboards, kept for `rollback`: folders, who may open them, and rules. No secrets.

It is kept in the store, or without a store in the state folder; of dashboards Grafana has a history of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.deliver.state import Desired
from gendash.engine.errors import TargetError
from gendash.engine.model import Problem
from gendash.engine.render.dashboard_diff import stamped
from gendash.engine.render.grafana_alerting import grafana_alerting
from gendash.engine.render.provisioning import Folder
from gendash.engine.render.rules import render_rules
from gendash.engine.render.write import write_file
from gendash.engine.store.delivered import note_apply, noted_applies

KEPT = 20
FOLDER = "applies"
_STAMP = "%Y%m%dT%H%M%S.%fZ"


class Delivered(NamedTuple):
    """What an apply delivered: titles of dashboards by uid, folders, rule files by name, and Grafana's rules by uid.

    ``builds`` are the content hashes of the dashboards, by uid.
    """

    at: datetime
    dashboards: Mapping[str, str]
    folders: Sequence[Folder]
    rules: Mapping[str, bytes]
    alerts: Mapping[str, Mapping[str, Any]]
    builds: Mapping[str, str] = MappingProxyType({})


def delivered_text(catalog: Catalog, wanted: Desired | None) -> str:
    """What is delivered beside dashboards, as text; the same for the same definitions."""
    rules = {Path(path).name: content.decode() for path, content in render_rules(catalog).items()}
    by_grafana = catalog.config["alerting.by"] == "grafana"
    alerts = dict(grafana_alerting(catalog).rules) if by_grafana else {}
    boards = wanted.dashboards if wanted else {}
    titles = {uid: str(board.get("title") or uid) for uid, (board, _) in boards.items()}
    builds = {uid: stamped(board) for uid, (board, _) in boards.items()}
    return _as_text(titles, wanted.folders if wanted else (), rules, alerts, builds)


def keep_apply(config: Config, server: str, state: Path, at: datetime, text: str, wrote: bool = True) -> None:
    """Keeps what an apply delivered that ``wrote``, or that the newest does not equal. Raises TargetError."""
    before = kept_applies(config, server, state)
    if not wrote and before and _without_builds(_text(before[0])) == _without_builds(text):
        return  # an older gendash kept no builds
    if not note_apply(config, server, at, text, KEPT):
        folder = _folder(state, server)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_file(folder / f"{at:{_STAMP}}.json", text.encode(), 0o600)
            for old in sorted(folder.glob("*.json"))[:-KEPT]:
                old.unlink()
        except OSError as error:
            what = f"cannot keep what was delivered: {error.strerror}"
            raise TargetError(Problem(str(folder), what, "name another folder with --state")) from error


def kept_applies(config: Config, server: str, state: Path) -> list[Delivered]:
    """What earlier applies delivered there, newest first."""
    rows = noted_applies(config, server)
    if rows is None:
        files = sorted(_folder(state, server).glob("*.json"), reverse=True)
        rows = [(datetime.strptime(f"{path.stem}+0000", f"{_STAMP}%z"), path.read_text("utf-8")) for path in files]
    return [_delivered(at, text) for at, text in rows]


def _folder(state: Path, server: str) -> Path:
    name = "".join(letter if letter.isalnum() else "_" for letter in server.partition("://")[2] or server)
    return state / FOLDER / name


def _delivered(at: datetime, text: str) -> Delivered:
    content = json.loads(text)
    folders = [Folder(**{**one, "teams": tuple(one["teams"])}) for one in content["folders"]]
    titles = content["dashboards"]
    rules = {name: one.encode() for name, one in content["rules"].items()}
    return Delivered(at, titles, folders, rules, content["alerts"], content.get("builds") or {})


def _without_builds(text: str) -> dict[str, Any]:
    return {**json.loads(text), "builds": None}


def _text(one: Delivered) -> str:
    rules = {name: content.decode() for name, content in one.rules.items()}
    return _as_text(one.dashboards, one.folders, rules, one.alerts, one.builds)


def _as_text(
    dashboards: Mapping[str, str],
    folders: Sequence[Folder],
    rules: Mapping[str, str],
    alerts: Mapping[str, Any],
    builds: Mapping[str, str],
) -> str:
    places = [place._asdict() for place in folders]
    content = {"dashboards": dashboards, "folders": places, "rules": rules, "alerts": alerts, "builds": dict(builds)}
    return json.dumps(content, sort_keys=True)
