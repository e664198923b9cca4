"""`overrides.yaml` of a content root: what people changed in Grafana, by place, over what the definitions render.

A place is ``dashboard``, or a part of one: ``dashboard/slug``, ``dashboard/row:Title``, ``dashboard/#id`` of a panel,
``dashboard/$name`` of a variable, ``dashboard/@name`` of an annotation. Its value is a map of dotted paths in the
rendered JSON to values, null for one that is taken out; or null, for a part that is taken out. ``json`` holds a whole
part, ``in`` the place of the row that a panel is in (empty: none).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gendash.engine.config.load import suggest
from gendash.engine.definitions.grid import panel_id
from gendash.engine.model import Dashboard, Problem

OVERRIDES = "overrides.yaml"
WHOLE, ROW = "json", "in"
Fields = Mapping[str, Any]
_DOT = re.compile(r"(?<!\\)\.")


def steps_of(path: str) -> list[str]:
    """The steps of a dotted path; a dot in a key is written ``\\.``."""
    return [step.replace("\\.", ".") for step in _DOT.split(path)]


def dotted(steps: list[str]) -> str:
    """The path of steps."""
    return ".".join(step.replace(".", "\\.") for step in steps)


def panel_places(dashboard: Dashboard) -> dict[str, int]:
    """The places of a dashboard's panels and rows that its definition names, each with the id in the JSON."""
    slugs = [panel.slug for panel in dashboard.panels()]
    slugs += [f"row:{row.title}" for row in dashboard.rows if row.title]
    return {f"{dashboard.name}/{slug}": panel_id(dashboard.name, slug) for slug in slugs}


def override_problems(
    content: Any, where: str, lines: Mapping[str, int], dashboards: Mapping[str, Dashboard]
) -> Iterator[Problem]:
    """What is wrong with the content of an ``overrides.yaml``: its shape, and places that there are not."""
    if not isinstance(content, Mapping):
        yield Problem(where, "not a map of places to fields", "write `dashboard/panel:` and its fields below")
        return
    known = {place for dashboard in dashboards.values() for place in panel_places(dashboard)} | set(dashboards)
    for place, fields in content.items():
        at = f"{where}:{lines[str(place)]}" if str(place) in lines else where
        name, _, part = str(place).partition("/")
        if name not in dashboards:
            yield Problem(at, f"no dashboard '{name}'", suggest(name, dashboards) or "take the entry out")
        elif (
            part
            and part[0] not in "#$@"
            and place not in known
            and not (isinstance(fields, Mapping) and WHOLE in fields)
        ):
            yield Problem(at, f"no panel '{place}'", suggest(str(place), known) or "take the entry out")
        if fields is None and not part:
            yield Problem(at, "a dashboard cannot be taken out here", "delete its module, or name a part of it")
        elif fields is not None and not _is_fields(fields):
            yield Problem(at, "not a map of paths to values", "write `path.in.the.json: value` lines below")


def _is_fields(fields: Any) -> bool:
    return isinstance(fields, Mapping) and all(isinstance(path, str) and path for path in fields)


def sound_overrides(content: Any) -> dict[str, Fields | None]:
    """The entries that can be applied."""
    entries = content.items() if isinstance(content, Mapping) else ()
    return {str(place): fields for place, fields in entries if fields is None or _is_fields(fields)}
