"""Links of panels: the address of the panel or dashboard that explains one, and what the link hands on."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.model import Dashboard, Panel

TIME = "time"  # the key of `Panel.passes` that stands for the picked range instead of a variable
_LABEL = re.compile(r"\{\{(\w+)\}\}")
_SHOWN = ("viewPanel", "editPanel", "inspect", "inspectTab", "shareView")
"""Parameters of Grafana's address that say which panel is open, and how."""


def panel_url(catalog: Catalog, dashboard: str, slug: str = "") -> str:
    """The address of a dashboard, or of one panel on it, within its Grafana."""
    url = f"/d/{quote(catalog.config.dashboard_uid(dashboard))}"
    return f"{url}?{_shown(dashboard, slug)}" if slug else url


def _shown(dashboard: str, slug: str) -> str:
    return f"viewPanel=panel-{panel_id(dashboard, slug)}"


def link_target(leads_to: str) -> tuple[str, str]:
    """Dashboard and slug of ``leads_to``; the slug is empty where the whole dashboard is meant."""
    dashboard, _, slug = leads_to.partition("/")
    return dashboard, slug


def _address(catalog: Catalog, dashboard: Dashboard, panel: Panel) -> str:
    """The address of what a panel leads to, with the time range, the variables, and what was clicked.

    To a panel with a fixed window Grafana's ``__url_time_range`` is empty; the picked range is in the page's address.
    Within a dashboard the picked range is given twice: Grafana cancels the query that a new value of a variable starts
    when it opens the panel, and asks again only where the range is another. A range that is given twice counts as one.
    """
    name, slug = link_target(panel.leads_to)
    clicked = [
        f"var-{variable}=${{{_clicked(source, catalog.body(f'{dashboard.name}/{panel.slug}'))}:percentencode}}"
        for variable, source in panel.passes.items()
        if variable != TIME
    ]
    if panel.window and TIME not in panel.passes:
        changed = [*_SHOWN, *(part.partition("=")[0] for part in clicked)]
        picked = f"{panel_url(catalog, name)}${{__url.params:exclude:{','.join(changed)}}}"
        return "&".join([picked, *([_shown(name, slug)] if slug else []), *clicked])
    url = panel_url(catalog, name, slug)
    if not panel.passes:
        kept = ["${__all_variables}"]
    else:
        there = [one.name for one in dashboard.variables if not catalog.variable_lacks(one)]
        kept = [f"${{{variable}:queryparam}}" for variable in there if variable not in panel.passes]
    span = _range_of(panel.passes.get(TIME, ""))
    if slug and name == dashboard.name and clicked and TIME not in panel.passes:
        span = [*span, *span]
    handed_on = [*span, *kept, *clicked]
    return f"{url}{'&' if slug else '?'}{'&'.join(handed_on)}"


def _clicked(source: str, body: dict[str, Any]) -> str:
    """Grafana's name of a clicked value: a label of the series, a cell of the clicked row, or the name of the bar.

    Of the cell with the link it is the raw value; of any other one it is the text after value mappings.
    """
    label = _LABEL.fullmatch(source)
    if label:
        return f"__field.labels.{label[1]}"
    if not source:
        return "__field.name"
    return "__value.raw" if source in linked_columns(body) else f"__data.fields.{source}.text"


def linked_columns(body: dict[str, Any]) -> set[str]:
    """The columns of a table whose overrides leave room for the panel's link."""
    return {
        one["matcher"]["options"]
        for one in body.get("fieldConfig", {}).get("overrides", [])
        for part in one["properties"]
        if part["id"] == "links" and not part["value"]
    }


def _range_of(source: str) -> list[str]:
    """The time range that a link hands on: the picked one, all times, so much around the click, or its whole bucket.

    The bucket ends at the value of the column ``source`` in milliseconds, as days are not all equally long.
    """
    if not source:
        return ["${__url_time_range}"]
    if source == "all":
        return ["from=0", "to=now"]
    try:
        return ["time=${__value.time}", f"time.window={1000 * seconds(source):.0f}"]
    except ValueError:
        return ["from=${__value.time}", f"to=${{__data.fields.{source}.numeric}}"]


def data_link(catalog: Catalog, dashboard: Dashboard, panel: Panel) -> dict[str, Any] | None:
    """The link of a whole tile, keeping time and variables; none where the dashboard does not exist."""
    name, slug = link_target(panel.leads_to)
    target = catalog.dashboards.get(name)
    if target is None:
        return None
    title = next((p.title for p in target.panels() if p.slug == slug), target.title)
    return {
        "title": title,
        "url": _address(catalog, dashboard, panel),
        "targetBlank": False,
        # Grafana's schema gives links of fields the shape of links of dashboards
        "type": "link",
        "icon": "",
        "tooltip": "",
        "tags": [],
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
    }
