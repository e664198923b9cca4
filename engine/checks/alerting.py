"""Alerts reach somebody: receivers, routes and mute times fit together, and every alert has one."""

from __future__ import annotations

from gendash.engine.definitions.alerting import alerting_problems, unreached, who_is_notified
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Problem
from gendash.engine.render.rules import live_rules


def check_alerting(catalog: Catalog) -> list[Problem]:
    """Receivers, routes and mute times fit together."""
    return list(alerting_problems(catalog.config))


def alerting_notes(catalog: Catalog) -> list[Problem]:
    """Alerts that reach nobody, and links in alerts that lead nowhere."""
    config = catalog.config
    alerts = {rule.name: rule.labels for rule in live_rules(catalog) if rule.kind == "alert"}
    if not alerts:
        return []
    if nobody := who_is_notified(config):
        return [Problem("alerting", nobody)]
    found = []
    if lost := unreached(config, alerts):
        found.append(Problem("alerting.routes", f"no route takes {', '.join(lost)}", "add a route without conditions"))
    if not config["grafana_public_url"]:
        found.append(Problem("grafana_public_url", "links to dashboards in alerts are relative", "set it"))
    if "://" not in config["docs_url"]:
        found.append(Problem("docs_url", "links to runbooks in alerts are relative", "set it to where docs/ is served"))
    return found
