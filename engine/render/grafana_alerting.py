"""Alerts, receivers and mute times -> the objects of Grafana's provisioning API, for alerting by Grafana. Pure.

Each rule names the contact point that is notified, so the policies of the organisation, which one request replaces as
a whole, are not touched. Uids begin with a digest of the installation: what begins so is ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from gendash.engine.config.load import Config
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.alerting import AlertRoute, Receiver, mute_times, receivers, routes
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Rule
from gendash.engine.render.alertmanager import group_name
from gendash.engine.render.provisioning import folder
from gendash.engine.render.rules import alert_annotations, live_rules, rule_expression

GROUP = "alerts"


class GrafanaAlerting(NamedTuple):
    """Contact points by uid, mute timings by name, and the rules of one group by uid; ``prefix`` begins our uids."""

    prefix: str
    contact_points: Mapping[str, Mapping[str, Any]]
    mute_timings: Mapping[str, Mapping[str, Any]]
    group: str
    folder: str
    interval_s: int
    rules: Mapping[str, Mapping[str, Any]]


def alert_prefix(config: Config) -> str:
    """How the uids of our rules and contact points begin."""
    return f"gd-{hashlib.sha256(config.dashboard_uid('').encode()).hexdigest()[:6]}-"


def grafana_alerting(catalog: Catalog) -> GrafanaAlerting:
    """What Grafana should hold for the alerts of the definitions that a route takes."""
    config = catalog.config
    prefix = alert_prefix(config)
    ways, known = routes(config), receivers(config)
    named = {way.to: f"{config.prefixed('gendash')} {group_name(way.to)}" for way in ways}
    points = {
        (uid := _uid(prefix, f"{names} {name}")): _contact_point(config, uid, title, known[name])
        for names, title in named.items()
        for name in names
        if name in known
    }
    place = folder(config, "everyone").uid
    interval = max(10, round(config.seconds("prometheus.evaluation_interval") / 10) * 10)
    rules = {}
    for rule in live_rules(catalog):
        way = next((one for one in ways if one.takes(rule.name, rule.labels)), None)
        if rule.kind == "alert" and rule.labels.get("severity") != "none" and way:
            uid = _uid(prefix, rule.name)
            rules[uid] = _rule(catalog, rule, uid, place, named[way.to], way)
    return GrafanaAlerting(prefix, points, _mute_timings(config), config.prefixed(GROUP), place, interval, rules)


def _uid(prefix: str, name: str) -> str:
    return prefix + hashlib.sha256(name.encode()).hexdigest()[:12]


def _contact_point(config: Config, uid: str, title: str, one: Receiver) -> dict[str, Any]:
    secret = config.get(f"alerting.receivers.{one.name}.secret") or ""
    settings: dict[str, dict[str, Any]] = {
        "slack": {"url": secret, "recipient": one.channel},
        "email": {"addresses": ";".join(one.to), "singleEmail": True},
        "pagerduty": {"integrationKey": secret},
        "webhook": {"url": one.url or secret, "httpMethod": "POST"},
    }
    chosen = {key: value for key, value in settings[one.kind].items() if value != ""}
    return {"uid": uid, "name": title, "type": one.kind, "settings": chosen, "disableResolveMessage": False}


def _mute_timings(config: Config) -> dict[str, dict[str, Any]]:
    found = {}
    for one in mute_times(config).values():
        interval: dict[str, Any] = {"location": config["time_zone"]}
        if one.weekdays:
            interval["weekdays"] = list(one.weekdays)
        if one.times:
            interval["times"] = [{"start_time": start, "end_time": end} for start, end in one.times]
        name = f"{config.prefixed('gendash')} {one.name}"
        found[name] = {"name": name, "time_intervals": [interval]}
    return found


def _rule(catalog: Catalog, rule: Rule, uid: str, place: str, contact: str, way: AlertRoute) -> dict[str, Any]:
    """An alerting rule: what the expression of Prometheus returns fires, as Prometheus takes it."""
    config = catalog.config
    back = {"relativeTimeRange": {"from": 600, "to": 0}}
    source = config["datasources.prometheus.uid"]
    expr = rule_expression(catalog, rule).text
    query = {"refId": "A", "expr": expr, "instant": True, "range": False, "intervalMs": 1000, "maxDataPoints": 43200}
    fires = {"refId": "B", "type": "math", "expression": "is_number($A) || is_nan($A) || is_inf($A)"}
    above = {"conditions": [{"evaluator": {"params": [0], "type": "gt"}}], "expression": "B"}
    condition = {"refId": "C", "type": "threshold", **above}
    settings: dict[str, Any] = {"receiver": contact, "group_by": ["grafana_folder", "alertname", "slo"]}
    if way.mute:
        settings["mute_time_intervals"] = [f"{config.prefixed('gendash')} {name}" for name in way.mute]
    return {
        "uid": uid,
        "title": rule.name,
        "ruleGroup": config.prefixed(GROUP),
        "folderUID": place,
        "condition": "C",
        "data": [
            {"refId": "A", "datasourceUid": source, "model": query, **back},
            {"refId": "B", "datasourceUid": "__expr__", "model": fires, **back},
            {"refId": "C", "datasourceUid": "__expr__", "model": condition, **back},
        ],
        "noDataState": "OK",
        "execErrState": "Error",
        "for": _seconds_text(rule.for_),
        "labels": dict(rule.labels),
        "annotations": _annotations(catalog, rule),
        "isPaused": False,
        "notification_settings": settings,
    }


def _annotations(catalog: Catalog, rule: Rule) -> dict[str, str]:
    """The annotations of Prometheus, with Grafana's names: the value of the query is that of A."""
    found = alert_annotations(catalog, rule)
    return {name: text.replace("$value", "$values.A.Value") for name, text in found.items()}


def _seconds_text(duration: str) -> str:
    return f"{round(seconds(duration))}s" if duration else "0s"
