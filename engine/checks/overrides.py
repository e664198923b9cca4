"""Offline check of overrides: they fit the dashboards that are rendered."""

from __future__ import annotations

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.overrides import OVERRIDES
from gendash.engine.errors import ContentError
from gendash.engine.model import Problem
from gendash.engine.render.dashboard_diff import stamp
from gendash.engine.render.dashboards import render_dashboard
from gendash.engine.render.provisioning import uses


def check_overrides(catalog: Catalog) -> list[Problem]:
    """Each dashboard that has overrides is rendered with them; one that does not fit is a problem."""
    named = {place.partition("/")[0] for place in catalog.overrides}
    found: list[Problem] = []
    for dashboard in (one for name, one in catalog.dashboards.items() if name in named):
        try:
            uses(stamp(render_dashboard(catalog, dashboard)))
        except ContentError as error:
            found += error.problems
        except (AttributeError, LookupError, TypeError, ValueError):
            what = f"with its fields {dashboard.name} is no dashboard that Grafana could show"
            found.append(Problem(OVERRIDES, what, "compare targets, panels and lists with `gendash build`"))
    return found
