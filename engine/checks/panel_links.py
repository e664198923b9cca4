"""Links of panels: each leads to something that exists, keeps time and variables, and reaches a cause in two clicks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gendash.engine.checks.panels import fields, of_type, properties
from gendash.engine.config.load import no_such, suggest
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Problem
from gendash.engine.render.links import TIME, link_target


def check_links(catalog: Catalog) -> list[Problem]:
    """A link to a panel of a dashboard that exists names a panel that exists."""
    found = []
    for where, _, panel in catalog.panels():
        name, slug = link_target(panel.leads_to)
        target = catalog.dashboards.get(name)
        slugs = [p.slug for p in target.panels()] if target else []
        if target and slug and slug not in slugs:
            found.append(Problem(where, *no_such("panel", f"{name}/{slug}", [f"{name}/{one}" for one in slugs])))
    return found


def check_links_pass(catalog: Catalog) -> list[Problem]:
    """What a link hands on is a variable of the dashboard it leads to, and comes from the column with the link."""
    found = []
    for where, _, panel in catalog.panels():
        target = catalog.dashboards.get(link_target(panel.leads_to)[0])
        names = [one.name for one in target.variables] if target else []
        asked = " ".join(query.text + query.legend for query in panel.queries)
        for name, source in panel.passes.items():
            # a dashboard that does not exist is reported by check_link_targets
            if name not in names and name != TIME and (target or not panel.leads_to):
                what = f"passes '{name}', no variable of '{link_target(panel.leads_to)[0]}'"
                found.append(Problem(where, what, suggest(name, names)))
            if name != TIME and source and "{{" not in source and not _gives(catalog, where, source, asked):
                found.append(Problem(where, f"passes '{source}', no column of its table", "name one"))
            if name == TIME and not _is_range(source) and f'"{source}"' not in asked:
                what = f"passes the time '{source}', no column of its query"
                found.append(Problem(where, what, "name the column with the end of the bucket, a duration, or all"))
    return found


def _gives(catalog: Catalog, where: str, column: str, asked: str) -> bool:
    """Whether a table has a column, by its query or by a transformation."""
    return f'"{column}"' in asked or f"'{column}'" in str(catalog.body(where).get("transformations"))


def _is_range(source: str) -> bool:
    """Whether the source of a time is a range by itself: all times, or a duration around the click."""
    try:
        return source == "all" or seconds(source) > 0
    except ValueError:
        return False


def check_tiles_lead_on(catalog: Catalog) -> list[Problem]:
    """Every tile has a link to the panel or dashboard that explains it."""
    return [
        Problem(where, "a tile without a link", "set leads_to to the dashboard or panel that explains it")
        for where, panel, _ in of_type(catalog, "stat", "gauge")
        if panel.width <= 6 and not panel.leads_to
    ]


def check_entities(catalog: Catalog) -> list[Problem]:
    """A table with links sets the column that identifies a row; a table whose cells are all links cannot be read."""
    return [
        Problem(where, "every cell of the table is a link", "give the entity's column an override with links=[]")
        for where, panel, body in of_type(catalog, "table")
        if panel.leads_to and not properties(body, "links")
    ]


def check_links_keep(catalog: Catalog) -> list[Problem]:
    """Links to dashboards inside a visualisation keep the time range and the variables."""
    kept = ("${__url_time_range}", "${__all_variables}")
    return [
        Problem(where, f"the link '{link.get('title', '')}' drops {part}", "add it to the url")
        for where, _, _ in catalog.panels()
        for link in _own_links(catalog.body(where))
        for part in kept
        if str(link.get("url", "")).startswith("/d/")
        if part not in link["url"] and "${__url.params" not in link["url"]
    ]


def _own_links(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from fields(body).get("links") or []
    for _, links in properties(body, "links"):
        yield from links


def check_two_clicks(catalog: Catalog) -> list[Problem]:
    """From every tile with a link, one or two clicks lead to a dashboard, chart or table that gives the reason."""
    return [
        Problem(where, "two clicks do not reach a chart or table", "let leads_to name one")
        for where, panel, _ in of_type(catalog, "stat")
        if panel.leads_to and not _explained(catalog, panel.leads_to, 2)
    ]


def _explained(catalog: Catalog, target: str, clicks: int) -> bool:
    name, slug = link_target(target)
    dashboard = catalog.dashboards.get(name)
    if dashboard is None or not slug:
        return True
    panel = next((p for p in dashboard.panels() if p.slug == slug), None)
    if panel is None or catalog.body(target)["type"] != "stat":
        return True
    return clicks > 1 and bool(panel.leads_to) and _explained(catalog, panel.leads_to, clicks - 1)
