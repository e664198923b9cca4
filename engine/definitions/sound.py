"""A catalog as it was read -> the part of it whose values have their declared types, and what is wrong with the rest.

Every other check may rely on types: a check that meets a list where its text should be would raise, and hide all
that the other checks have found. So what is wrong is left out here: a key of a header or of a metric, else the rule or
the dashboard that holds it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gendash.engine.config.value_types import TYPES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.header_keys import COLUMN_KEYS, HEADER_KEYS, STORE
from gendash.engine.definitions.keys import faults
from gendash.engine.definitions.rule_keys import METRIC_KEYS
from gendash.engine.definitions.typed import misfits
from gendash.engine.languages.spots import in_rule
from gendash.engine.model import Dashboard, Panel, Problem, Relation, Rule

MAPS = ("tables", "reads", "words", "columns")
GRID = 24
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_WINDOW = re.compile(r"\d+[smhdwMy]")


def sound(catalog: Catalog) -> tuple[Catalog, list[Problem]]:
    """The catalog without what has a wrong type, and the problems of the rules and dashboards that are left out.

    Faults of headers are problems of `checks_headers`, which sees the whole catalog.
    """
    problems: list[Problem] = []
    dashboards = {}
    for name, dashboard in catalog.dashboards.items():
        found = list(_wrong_dashboard(dashboard))
        wrong_bodies = list(_wrong_bodies(catalog, dashboard)) if not found else []
        problems += [*found, *(problem for problem, _ in wrong_bodies)]
        if not found and not any(shape for _, shape in wrong_bodies):
            dashboards[name] = dashboard
    rules = {}
    for name, rule in catalog.rules.items():
        wrong = [f"{path} {what}" for path, what in misfits(rule, Rule)]
        problems += [Problem(in_rule(rule), what, "fix its type") for what in wrong]
        if not wrong:
            rules[name] = rule
    relations = {name: _sound_relation(one) for name, one in catalog.relations.items()}
    metrics = {name: _without_faults(one, METRIC_KEYS, one.get("type", "")) for name, one in catalog.metrics.items()}
    left_out = catalog.left_out | (catalog.dashboards.keys() - dashboards.keys())
    whole = dataclasses.replace(catalog, dashboards=dashboards, rules=rules, relations=relations, metrics=metrics)
    return dataclasses.replace(whole, left_out=left_out), problems


def _without_faults(given: Mapping[str, Any], keys: Any, kind: str) -> dict[str, Any]:
    wrong = {fault.key for fault in faults(given, keys, kind)}
    return {key: value for key, value in given.items() if key not in wrong}


def _sound_relation(relation: Relation) -> Relation:
    """A relation without the keys that are unknown or of a wrong type; maps that are missing are empty."""
    header = _without_faults(relation.header, HEADER_KEYS, relation.kind)
    if relation.kind == "staging":
        header = {**{key: {} for key in MAPS}, **header}
    elif relation.kind in STORE:  # of an audience that is not known, nothing is said of its readers
        header = {"audience": "everyone", **header}
    columns = {name: _without_faults(one, COLUMN_KEYS, relation.kind) for name, one in relation.columns.items()}
    return dataclasses.replace(relation, header=header, columns=columns)


def _wrong_dashboard(dashboard: Dashboard) -> Iterator[Problem]:
    """Parts of a dashboard that do not have the type that the model declares."""
    for path, what in misfits(dashboard, Dashboard):
        match = re.fullmatch(r"rows\[(\d+)\]\.panels\[(\d+)\]\.(.+)", path)
        panel = dashboard.rows[int(match[1]) - 1].panels[int(match[2]) - 1] if match else None
        slug = getattr(panel, "slug", "") if isinstance(panel, Panel) else ""
        where = f"{dashboard.name}/{slug}" if slug and isinstance(slug, str) else str(dashboard.name)
        yield Problem(where, f"{match[3] if match and slug else path or 'DASHBOARD'} {what}", "fix its type")
    for key in ("refresh", "range"):
        value = getattr(dashboard, key)
        if isinstance(value, str) and value and not TYPES["duration"].fits(value):
            yield Problem(str(dashboard.name), f"{key} {value!r}", "write a duration such as 30s or 24h")
    if not isinstance(dashboard.rows, list | tuple):
        return
    panels = [one for row in dashboard.rows for one in _listed(getattr(row, "panels", ())) if isinstance(one, Panel)]
    for panel in panels:
        where = f"{dashboard.name}/{panel.slug}"
        if isinstance(panel.slug, str) and not _SLUG.fullmatch(panel.slug):
            yield Problem(str(dashboard.name), f"slug {panel.slug!r}", "use lower-case letters, digits, _ and -")
        if isinstance(panel.window, str) and panel.window and not _WINDOW.fullmatch(panel.window):
            yield Problem(where, f"window {panel.window!r}", "write a duration such as 24h, or leave it out")
        for name, most in (("width", GRID), ("height", 100)):
            size = getattr(panel, name)
            if isinstance(size, int) and not 1 <= size <= most:
                yield Problem(where, f"{name} {size}", f"write 1 to {most}")


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else ()


def _wrong_bodies(catalog: Catalog, dashboard: Dashboard) -> Iterator[tuple[Problem, bool]]:
    """The options of visualisations that Grafana rejects; True with those that keep other checks from running."""
    for panel in dashboard.panels():
        where = f"{dashboard.name}/{panel.slug}"
        try:
            body = panel.viz.to_json_data()
        except Exception as error:  # a user's class may raise anything; the cause goes into the one line
            text = " ".join(f"{type(error).__name__}: {error}".split())
            yield Problem(where, f"its visualisation raises {text}", f"fix the {type(panel.viz).__name__}"), True
            continue
        for what, do, shape in catalog.schemas.misfits(body) if catalog.schemas else ():
            yield Problem(where, what, do), shape
