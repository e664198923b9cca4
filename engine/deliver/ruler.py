"""Rule groups in the API of a ruler (Mimir, Cortex), beside or in place of the folder: observed, planned, sent.

All groups of one namespace are ours. A ruler keeps no comments, so an edit is known by the digest that the store
remembers of what was written last; without a store, what differs is left to a person.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import yaml

from gendash.engine.clients.http import BACKOFF_S, Pause, Session
from gendash.engine.clients.http_policy import Broken, HttpAnswer, explain
from gendash.engine.clients.prometheus import prometheus_session
from gendash.engine.config.load import Config
from gendash.engine.config.value_types import UNITS_S
from gendash.engine.deliver.changes import Change, capped
from gendash.engine.deliver.odd_shape import ODD_SHAPE
from gendash.engine.errors import TargetError
from gendash.engine.languages.promql import normal_form

SETTING = "prometheus.ruler_url"
Group = Mapping[str, Any]
IsWritten = Callable[[str, str], bool]  # of a group's name and text
_DURATIONS = ("for", "keep_firing_for", "interval")


def ruler_namespace(config: Config) -> str:
    """The namespace whose groups are ours."""
    return config.prefixed("gendash")


def wanted_groups(rule_files: Mapping[str, bytes]) -> dict[str, Group]:
    """The groups of rule files by name."""
    groups = [group for content in rule_files.values() for group in yaml.safe_load(content)["groups"]]
    return {str(group["name"]): group for group in groups}


@contextmanager
def ruler_session(config: Config) -> Iterator[Session]:
    """A session with the ruler; paths are below its configuration API."""
    with prometheus_session(config, SETTING) as session:
        yield session


def observe_ruler(config: Config) -> dict[str, Group] | str:
    """The groups of our namespace by name, or the reason why they cannot be read."""
    try:
        with ruler_session(config) as session:
            return _read(session, ruler_namespace(config))
    except TargetError as error:
        return f"{error.problems[0].what}; {error.problems[0].do}"


def _read(session: Session, namespace: str) -> dict[str, Group]:
    answer = session.read("GET", "")
    if answer.status == 404 and not answer.is_html and "no rule groups" in answer.text.lower():
        return {}
    if answer.status != 200:
        raise explain(session.server, answer)
    try:
        content = yaml.safe_load(answer.text) or {}
        groups = content.get(namespace) or []
        found = {str(group["name"]): group for group in groups}
        for group in found.values():
            group_text(group), _rules(group)
        return found
    except (yaml.YAMLError, *ODD_SHAPE):
        raise explain(session.server, answer, "the answer is no list of rule groups") from None


def ruler_changes(
    wanted: Mapping[str, Group],
    there: Mapping[str, Group] | str,
    is_written: IsWritten | None,
    overwrite: bool = False,
    prune: bool = False,
) -> list[Change]:
    """One change for each group. ``is_written`` says whether a text was written last; None: no store remembers."""
    if isinstance(there, str):
        return [_change("ruler", "blocked", there)]
    changes = [_group(name, group, there.get(name), is_written, overwrite) for name, group in sorted(wanted.items())]
    for name in sorted(there.keys() - wanted.keys()):
        change = _change(name, "delete", "no longer in the definitions", before=there[name])
        if not prune:
            change = change.turned("left", "remove it with --prune")
        elif not overwrite and _edited(name, there[name], is_written):
            change = change.turned("left", _why(is_written))
        changes.append(change)
    return changes


def _group(name: str, wanted: Group, there: Group | None, is_written: IsWritten | None, overwrite: bool) -> Change:
    if there is None:
        return _change(name, "create", *capped([f"+ {one}" for one in _rules(wanted)]), group=wanted)
    if group_text(wanted) == group_text(there):
        return _change(name, "none")
    lines = capped(_differences(_rules(there), _rules(wanted)) or ["interval or order"])
    if not overwrite and _edited(name, there, is_written):
        return _change(name, "left", _why(is_written), *lines, "take the edit over, or pass --overwrite-edits")
    return _change(name, "update", *lines, group=wanted, before=there)


def _edited(name: str, there: Group, is_written: IsWritten | None) -> bool:
    """True unless it is what was written last."""
    return is_written is None or not is_written(name, group_text(there))


def _why(is_written: IsWritten | None) -> str:
    if is_written is None:
        return "whether somebody edited it is not known, since no store remembers what was written; left alone"
    return "not as we wrote it last: edited, or written by another; left alone"


def send_to_ruler(
    config: Config, changes: Sequence[Change], pause: Callable[[float], None] = time.sleep
) -> list[Change]:
    """Sends the changes and returns what became of each; a group is sent again where its answer was lost."""
    namespace, done = ruler_namespace(config), []
    with ruler_session(config) as session:
        for change in changes:
            done.append(_sent(session, namespace, change, pause) if change.writes else change)
    return done


def _sent(session: Session, namespace: str, change: Change, pause: Pause) -> Change:
    path = f"/{quote(namespace, safe='')}"
    line = ""
    for wait in (*BACKOFF_S, None):
        try:
            now = _read(session, namespace).get(change.name)
            if (now is None) != (change.before is None) or (now and group_text(now) != group_text(change.before or {})):
                if now and change.payload.get("group") and group_text(now) == group_text(change.payload["group"]):
                    return change  # it is there: the answer was lost
                if now is None and change.action == "delete":
                    return change
                return change.turned("left", "changed between plan and apply, nothing was written: plan again")
            answer = _asked(session, path, change)
            if answer.status in (200, 201, 202, 204):
                return change
            raise explain(session.server, answer)
        except TargetError as error:
            line = f"{error.problems[0].what}; {error.problems[0].do}"
            if not isinstance(error, Broken):
                return change.turned("blocked", line, "it was not written")
        if wait is not None:
            pause(wait)
    return change.turned("blocked", line, "it may have been written: plan again")


def _asked(session: Session, path: str, change: Change) -> HttpAnswer:
    if change.action == "delete":
        return session.request("DELETE", f"{path}/{quote(change.name, safe='')}")
    text = yaml.safe_dump(dict(change.payload["group"]), sort_keys=False, allow_unicode=True, width=1000)
    return session.request("POST", path, text=("application/yaml", text))


def group_text(group: Group) -> str:
    """A group in a normal form as text: equal for groups that mean the same."""
    rules = [_normal(rule) for rule in group.get("rules") or ()]
    interval = _seconds(group.get("interval"))
    return json.dumps({"interval": interval, "rules": rules}, sort_keys=True)


def _normal(rule: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in rule.items() if value not in ("", None, {}, [])}
    found |= {key: _seconds(found.get(key)) for key in _DURATIONS}
    return {**found, "expr": normal_form(str(rule.get("expr") or ""))}


def _seconds(duration: Any) -> float:
    """Seconds of ``10m``, ``1h30m`` or ``10m0s``; 0 for none."""
    text, total, number = str(duration or ""), 0.0, ""
    units = sorted(UNITS_S, key=len, reverse=True)
    while text:
        unit = next((one for one in units if text.startswith(one)), "")
        if unit and number:
            total, number = total + float(number) * UNITS_S[unit], ""
        elif text[0].isdigit() or text[0] == ".":
            number += text[0]
        text = text[len(unit) or 1 :]
    return total


def _rules(group: Group) -> dict[str, Any]:
    return {str(one.get("record") or one.get("alert")): _normal(one) for one in group.get("rules") or ()}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = [f"+ {name}" for name in after if name not in before] + [
        f"- {name}" for name in before if name not in after
    ]
    return lines + [f"~ {name}" for name, rule in after.items() if name in before and before[name] != rule]


def _change(name: str, action: Any, *lines: str, group: Group | None = None, before: Group | None = None) -> Change:
    payload = {"group": group} if group is not None else {}
    return Change("prometheus", "ruler", name, action, name, tuple(lines), payload, before=before)
