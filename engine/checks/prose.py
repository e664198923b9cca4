"""Offline checks of descriptions: settings are referred to, so that a text follows when one of them changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.prose import without_references, wrong_in
from gendash.engine.languages.spots import in_rule
from gendash.engine.model import Problem

_LIMITS = ("slo.", "limits.", "budget.")
# a word of judgement, then a number in the same clause; 0 is a limit that needs no setting
_JUDGED = re.compile(
    r"\b(amber|orange|red|degraded|failing|broken|low|target|objective|dashed line)\b"
    r"[^.;:,\d]{0,30}?\b(?!0\b)(\d+(?:\.\d+)?)(?!\w)",
    re.IGNORECASE,
)


def check_prose(catalog: Catalog) -> list[Problem]:
    """Every reference to a setting in a description names one that exists."""
    return [Problem(where, what, do) for where, text in _texts(catalog) for what, do in wrong_in(text, catalog.config)]


def _texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """All descriptions with their places."""
    for dashboard in catalog.dashboards.values():
        yield dashboard.name, dashboard.doc
        yield from ((f"{dashboard.name} variable {one.name}", one.doc) for one in dashboard.variables)
    for where, _, panel in catalog.panels():
        yield where, panel.doc
    for relation in catalog.relations.values():
        yield relation.path, str(relation.header.get("doc", ""))
        yield from ((relation.path, str(column.get("doc", ""))) for column in relation.columns.values())
    for rule in catalog.rules.values():
        yield in_rule(rule, "doc"), rule.doc
        yield from ((in_rule(rule, f"annotations.{name}"), text) for name, text in rule.annotations.items())
    for key, metric in catalog.metrics.items():
        yield catalog.in_metric(key, "doc"), str(metric.get("doc", ""))


def check_limits_in_prose(catalog: Catalog) -> list[Problem]:
    """The description of a panel that a setting judges has no number of its own for amber, red or an objective."""
    found = []
    for where, _, panel in catalog.panels():
        keys = sorted(
            key for kind, key in catalog.uses(("panel", where)) if kind == "setting" and key.startswith(_LIMITS)
        )
        judged = _JUDGED.search(" ".join(without_references(panel.doc).split())) if keys else None
        if judged:
            do = f"write {{{{ setting('{keys[0]}') }}}}, or whichever setting it is"
            found.append(Problem(where, f"'{judged[0]}' in the description is a number", do))
    return found
