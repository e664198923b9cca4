"""Alerts reach somebody: receivers, routes and mute times fit together, and every alert has one."""

from __future__ import annotations

from gendash.engine.definitions.alerting import alerting_problems, unreached, who_is_notified
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.objectives import objective_problems, objectives, sample_of
from gendash.engine.model import Problem
from gendash.engine.render.rules import live_rules


def check_alerting(catalog: Catalog) -> list[Problem]:
    """Receivers, routes and mute times fit together; objectives of one's own can be counted."""
    return [*alerting_problems(catalog.config), *objective_problems(catalog.config)]


def alerting_notes(catalog: Catalog) -> list[Problem]:
    """Alerts that reach nobody, and links in alerts that lead nowhere."""
    config = catalog.config
    untested = [one.name for one in objectives(config) if sample_of(one) is None]
    found = [Problem(f"slos.{name}", "no series was found that its selectors count: no tests") for name in untested]
    alerts = {rule.name: rule.labels for rule in live_rules(catalog) if rule.kind == "alert"}
    if not alerts:
        return found
    if config["alerting.by"] == "none":  # said once in the settings: not on each run
        return found
    if nobody := who_is_notified(config):
        return [*found, Problem("alerting", nobody)]
    if lost := unreached(config, alerts):
        found.append(Problem("alerting.routes", f"no route takes {', '.join(lost)}", "add a route without conditions"))
    if not config["grafana_public_url"]:
        found.append(Problem("grafana_public_url", "links to dashboards in alerts are relative", "set it"))
    if "://" not in config["docs_url"]:
        found.append(Problem("docs_url", "links to runbooks in alerts are relative", "set it to where docs/ is served"))
    return found
