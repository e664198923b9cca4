"""`overrides.yaml` of a content root: what people changed in Grafana, by place, over what the definitions render.

A place is ``dashboard``, or a part of one: ``dashboard/slug``, ``dashboard/row:Title``, ``dashboard/#id`` of a panel,
``dashboard/$name`` of a variable, ``dashboard/@name`` of an annotation. Its value is a map of dotted paths in the
rendered JSON to values, null for one that is taken out; or null, for a part that is taken out. ``json`` holds a whole
part, ``in`` the place of the row that a panel is in (empty: none).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gendash.engine.config.load import no_such, suggest
from gendash.engine.definitions.grid import panel_id
from gendash.engine.definitions.typed import misfits
from gendash.engine.model import Dashboard, Problem

OVERRIDES = "overrides.yaml"
WHOLE, ROW = "json", "in"
Fields = Mapping[str, Any]
# fields of a dashboard's and a panel's JSON in Grafana 12; others that Grafana saves are kept as they are
DASHBOARD_FIELDS = frozenset(
    """annotations description editable fiscalYearStartMonth gnetId graphTooltip id links liveNow panels preload
    refresh revision schemaVersion snapshot style tags templating time timepicker timezone title uid version
    weekStart""".split()  # noqa: SIM905
)
PANEL_FIELDS = frozenset(
    """cacheTimeout collapsed datasource description fieldConfig gridPos hideTimeOverride id interval libraryPanel links
    maxDataPoints maxPerRow options panels pluginVersion queryCachingTTL repeat repeatDirection targets timeFrom
    timeShift title transformations transparent type json in""".split()  # noqa: SIM905
)
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
    # of a dashboard with fields of a wrong type, which checks report, the places are not known
    fit = {name: one for name, one in dashboards.items() if content and not any(misfits(one, Dashboard))}
    known = {place for dashboard in fit.values() for place in panel_places(dashboard)} | set(dashboards)
    for place, fields in content.items():
        at = f"{where}:{lines[str(place)]}" if str(place) in lines else where
        name, _, part = str(place).partition("/")
        if name not in dashboards:
            yield Problem(at, *no_such("dashboard", name, dashboards, "take the entry out"))
        elif (
            part
            and part[0] not in "#$@"
            and name in fit
            and place not in known
            and not (isinstance(fields, Mapping) and WHOLE in fields)
        ):
            yield Problem(at, *no_such("panel", str(place), known, "take the entry out"))
        if fields is None and not part:
            yield Problem(at, "a dashboard cannot be taken out here", "delete its module, or name a part of it")
        elif fields is not None and not _is_fields(fields):
            yield Problem(at, "not a map of paths to values", "write `path.in.the.json: value` lines below")
        elif fields is not None and (not part or place in known):
            yield from _misnamed(str(place), fields, at, known)


def _misnamed(place: str, fields: Fields, at: str, known: Collection[str]) -> Iterator[Problem]:
    """Fields that a dashboard or a panel has not: one that is called like a panel, or almost like a field."""
    fields_of, what = (PANEL_FIELDS, "panel") if "/" in place else (DASHBOARD_FIELDS, "dashboard")
    for name in dict.fromkeys(steps_of(path)[0] for path in fields):
        if name in fields_of:
            continue
        if f"{place}/{name}" in known:
            yield Problem(at, f"a dashboard has no field '{name}'", f"write `{place}/{name}:` for the panel")
        elif hint := suggest(name, fields_of):
            yield Problem(at, f"a {what} has no field '{name}'", hint)


def _is_fields(fields: Any) -> bool:
    return isinstance(fields, Mapping) and all(isinstance(path, str) and path for path in fields)


def sound_overrides(content: Any) -> dict[str, Fields | None]:
    """The entries that can be applied."""
    entries = content.items() if isinstance(content, Mapping) else ()
    return {str(place): fields for place, fields in entries if fields is None or _is_fields(fields)}
