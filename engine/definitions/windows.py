"""Which SQL panels follow the picked range, and why the others do not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Panel

_PICKER = re.compile(r"\$__(timeFrom|timeTo|timeFilter|timeGroup|unixEpoch\w+|range\w*|interval\w*)|\$\{?__(from|to)\b")
_STORED = re.compile(r"_\d+d$")  # a fixed window is a grain, so it is in the name of the relation


def follows_picker(catalog: Catalog, panel: Panel) -> bool:
    """Whether a panel follows the time picker: its SQL asks for the picked range, or PromQL is among its queries."""
    texts = [catalog.expand(query).text for query in panel.queries if query.language == "sql"]
    if not texts or (len(texts) < len(panel.queries) and not panel.window):
        return True
    return not panel.window and any(_PICKER.search(text) for text in texts)


def sql_panels(catalog: Catalog) -> Iterator[tuple[str, Panel, str]]:
    """Place, panel and reason of every panel of which all queries are SQL; no reason where it follows the picker."""
    for where, _, panel in catalog.panels():
        if panel.queries and all(query.language == "sql" for query in panel.queries) and panel.role != "freshness":
            yield where, panel, "" if follows_picker(catalog, panel) else _reason(catalog, where, panel)


def _reason(catalog: Catalog, where: str, panel: Panel) -> str:
    stored = sorted(n for kind, n in catalog.uses(("panel", where)) if kind == "relation" and _STORED.search(n))
    if stored:
        return f"percentiles, ranks or distinct counts of one window, which cannot be added up: {', '.join(stored)}"
    if re.search(r"\b(now|today)\b|last \d+ min", panel.title.lower()):
        return "a state of this moment"
    if re.search(r"month|weeks?\b", panel.title.lower()):
        return "calendar months or weeks"
    if panel.window:
        return f"whole windows of one length, each compared with the one before; drawn over {panel.window}"
    return "judged or compared over the one window that its title names"
