"""Alerting by Grafana: what its provisioning API holds against what the definitions want, and the changes between."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from gendash.engine.clients.grafana import Grafana, reason
from gendash.engine.deliver.changes import Action, Change, capped
from gendash.engine.deliver.odd_shape import rows_in
from gendash.engine.render.grafana_alerting import GrafanaAlerting

BASE = "/v1/provisioning"
SECRET = ("url", "integrationKey")  # Grafana hides these in what it shows


class ObservedAlerting(NamedTuple):
    """Contact points, mute timings and rules of the organisation; ``unreadable`` is why they cannot be seen."""

    contact_points: Sequence[Mapping[str, Any]] = ()
    mute_timings: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[Mapping[str, Any]] = ()
    unreadable: str = ""


def observe_alerting(ask: Grafana) -> ObservedAlerting:
    """What Grafana's provisioning API holds."""
    found: list[list[Mapping[str, Any]]] = []
    for kind in ("contact-points", "mute-timings", "alert-rules"):
        status, body = ask("GET", f"{BASE}/{kind}")
        try:
            found.append(rows_in(body if status == 200 else None))
        except TypeError:
            return ObservedAlerting(unreadable=f"{BASE}/{kind}: {reason(status, body)}")
    return ObservedAlerting(found[0], found[1], found[2])


def secrets_of(wanted: GrafanaAlerting) -> dict[str, str]:
    """The secret of each contact point that has one, by uid."""
    found = {uid: [point["settings"].get(key) for key in SECRET] for uid, point in wanted.contact_points.items()}
    return {uid: next(filter(None, values)) for uid, values in found.items() if any(values)}


def alerting_changes(wanted: GrafanaAlerting, there: ObservedAlerting, written: Collection[str]) -> list[Change]:
    """The changes in the order in which they are made: what rules name comes first, what nothing names goes last.

    ``written`` holds the uids of contact points whose secrets are those that were written last.
    """
    if there.unreadable:
        todo = "give the token's service account the role Admin, or switch alerting on in Grafana"
        if "No alertmanager configuration" in there.unreadable:  # Grafana makes it when it next looks at organisations
            todo = "the organisation is new: apply again in a minute"
        return [_change("alerts", "blocked", f"cannot be read: {there.unreadable}; {todo}")]
    changes = [_contact_point(point, there, uid in written) for uid, point in wanted.contact_points.items()]
    changes += [_mute_timing(timing, there) for timing in wanted.mute_timings.values()]
    changes.append(_group(wanted, there))
    gone = [one for one in there.contact_points if _is_left(one, wanted.prefix, wanted.contact_points)]
    for one in gone:
        requests = [("DELETE", f"{BASE}/contact-points/{one['uid']}", None)]
        line = "no longer in the settings"
        changes.append(_change(str(one["uid"]), "delete", line, title=str(one.get("name")), requests=requests))
    return changes


def _contact_point(point: Mapping[str, Any], there: ObservedAlerting, written: bool) -> Change:
    live = next((one for one in there.contact_points if one.get("uid") == point["uid"]), None)
    uid, name = str(point["uid"]), str(point["name"])
    if live is None:
        post = [("POST", f"{BASE}/contact-points", point)]
        return _change(uid, "create", f"{point['type']} receiver", title=name, requests=post)
    shown = {**point, "settings": {k: v for k, v in point["settings"].items() if k not in SECRET}}
    lines = _differences(shown, live)
    has_secret = len(shown["settings"]) < len(point["settings"])
    if not lines and (written or not has_secret):
        return _change(uid, "none", title=name)
    put = [("PUT", f"{BASE}/contact-points/{uid}", point)]
    lines = lines or ["its secret changed, or is not known to be written"]
    return _change(uid, "update", *lines, title=name, requests=put)


def _mute_timing(timing: Mapping[str, Any], there: ObservedAlerting) -> Change:
    name = str(timing["name"])
    live = next((one for one in there.mute_timings if one.get("name") == name), None)
    if live is None:
        return _change(name, "create", "mute time", requests=[("POST", f"{BASE}/mute-timings", timing)])
    lines = _differences(timing, live)
    if not lines:
        return _change(name, "none")
    body = {**timing, "version": live.get("version")}
    return _change(name, "update", *lines, requests=[("PUT", f"{BASE}/mute-timings/{name}", body)])


def _group(wanted: GrafanaAlerting, there: ObservedAlerting) -> Change:
    """The one group of rules, which is replaced as a whole."""
    live = {str(one.get("uid")): one for one in there.rules}
    ours = {uid for uid in live if uid.startswith(wanted.prefix)}
    lines = [f"+ {rule['title']}" for uid, rule in wanted.rules.items() if uid not in live]
    lines += [f"- {live[uid].get('title')}" for uid in sorted(ours - wanted.rules.keys())]
    for uid, rule in wanted.rules.items():
        if uid in live and (found := _differences(rule, live[uid])):
            lines.append(f"~ {rule['title']}: {found[0]}")
    if not lines:
        return _change(wanted.group, "none")
    path = f"{BASE}/folder/{wanted.folder}/rule-groups/{wanted.group}"
    body = {
        "title": wanted.group,
        "folderUid": wanted.folder,
        "interval": wanted.interval_s,
        "rules": [{**rule, "orgID": 1} for rule in wanted.rules.values()],
    }
    requests: list[tuple[str, str, Any]] = [("PUT", path, body)] if wanted.rules else []
    requests += [("DELETE", f"{BASE}/alert-rules/{uid}", None) for uid in sorted(ours - wanted.rules.keys())]
    action: Action = "update" if ours else "create"
    change = _change(wanted.group, action, *capped(lines), title="alerting rules", requests=requests)
    return replace(change, payload={**change.payload, "folderUid": wanted.folder})


def _is_left(point: Mapping[str, Any], prefix: str, wanted: Mapping[str, Any]) -> bool:
    uid = str(point.get("uid") or "")
    return uid.startswith(prefix) and uid not in wanted


def _differences(wanted: Any, live: Any, path: str = "") -> list[str]:
    """Where a live object lacks what is wanted; what it has beyond that is Grafana's own."""
    if isinstance(wanted, Mapping):
        there = live if isinstance(live, Mapping) else {}
        return [
            line
            for key, value in wanted.items()
            for line in _differences(value, there.get(key), f"{path}.{key}" if path else key)
        ]
    if isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        pairs = enumerate(zip(wanted, live, strict=True))
        return [line for number, (one, other) in pairs for line in _differences(one, other, f"{path}[{number}]")]
    if path == "for":
        return [] if _same_duration(str(wanted), str(live)) else [f"{path} is {live}, wanted {wanted}"]
    return [] if wanted == live else [f"{path} differs"]


def _same_duration(one: str, other: str) -> bool:
    """``600s`` is ``10m``, and ``10m0s``, as Grafana writes it."""

    def total(text: str) -> float:
        sizes = {"h": 3600, "m": 60, "s": 1, "d": 86400, "w": 604800}
        return sum(float(number) * sizes[unit] for number, unit in re.findall(r"([\d.]+)([hmsdw])", text))

    return total(one) == total(other)


def _change(
    name: str, action: Action, *lines: str, title: str = "", requests: Sequence[tuple[str, str, Any]] = ()
) -> Change:
    payload = {"requests": list(requests)} if requests else {}
    return Change("grafana", "alerting", name, action, title or name, lines, payload)
