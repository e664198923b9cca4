"""Dashboards -> Grafana's classic JSON, schemaVersion 42: no nulls, no legacy keys, stable ids, fixed uids."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent
from typing import Any

from gendash.engine.config.load import FEATURE_NEEDS, Config
from gendash.engine.config.settings import SERVERS
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id, positions
from gendash.engine.model import Dashboard, Panel, Query, Row, SettingRef, Variable
from gendash.engine.render.links import data_link, panel_url
from gendash.engine.render.overrides import with_overrides

SCHEMA_VERSION = 42
TAG = "gendash"
QUICK_RANGES = ("now-24h", "now-7d", "now-30d")
# Grafana's own list lacks 15s, and a dashboard whose interval is not in the list does not refresh.
REFRESH_INTERVALS = ("5s", "15s", "30s", "1m", "5m", "15m", "1h")
MIXED = {"type": "datasource", "uid": "-- Mixed --"}
# What grafanalib still writes and Grafana 12 no longer knows.
_LEGACY = {"cacheTimeout", "editable", "error", "height", "minSpan", "span", "gridPos", "id", "maxPerRow"}
_LEGACY |= {"repeatDirection", "repeat", "timeShift", "datasource", "description", "title", "targets", "links"}


def render_dashboards(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """The JSON of every dashboard by uid."""
    return {
        catalog.config.dashboard_uid(dashboard.name): render_dashboard(catalog, dashboard)
        for dashboard in catalog.dashboards.values()
    }


def render_dashboard(catalog: Catalog, dashboard: Dashboard) -> dict[str, Any]:
    """One dashboard's JSON."""
    config = catalog.config
    panels: list[dict[str, Any]] = []
    y = 0
    for row in dashboard.rows:
        rendered, y = _row(catalog, dashboard, row, y)
        panels += rendered
    variables = [_variable(catalog, v, dashboard) for v in dashboard.variables if not catalog.variable_lacks(v)]
    whole = {
        "uid": config.dashboard_uid(dashboard.name),
        "title": dashboard.title,
        "description": catalog.prose(dashboard.doc),
        "tags": [TAG, *filter(None, [config["project"], config["instance"]]), dashboard.audience],
        "schemaVersion": SCHEMA_VERSION,
        "timezone": config["time_zone"],
        "weekStart": "monday",
        "editable": True,
        "graphTooltip": 1,
        "fiscalYearStartMonth": 0,
        "preload": False,
        "refresh": _refresh(config, dashboard),
        "time": {"from": f"now-{dashboard.range}", "to": "now"},
        "timepicker": {
            "quick_ranges": [_quick_range(start) for start in QUICK_RANGES],
            "refresh_intervals": list(REFRESH_INTERVALS),
        },
        "links": _links(catalog, dashboard),
        "templating": {"list": variables},
        "annotations": {"list": [_annotation(catalog, *one) for one in live_annotations(catalog, dashboard)]},
        "panels": panels,
    }
    return with_overrides(whole, dashboard, catalog.overrides)


def _refresh(config: Config, dashboard: Dashboard) -> str:
    """The interval of reloads: the dashboard's, or the next one that is not shorter than the time between scrapes."""
    scrape = config.seconds("prometheus.scrape_interval")
    longer = [one for one in REFRESH_INTERVALS if seconds(one) >= scrape] or [REFRESH_INTERVALS[-1]]
    return dashboard.refresh if not dashboard.refresh or seconds(dashboard.refresh) >= scrape else longer[0]


def live_annotations(catalog: Catalog, dashboard: Dashboard) -> list[tuple[str, Query]]:
    """The annotations that have a source."""
    return [(name, query) for name, query in dashboard.annotations if not catalog.query_lacks(query)]


def _quick_range(start: str) -> dict[str, str]:
    amount = start.removeprefix("now-")
    words = {"24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}
    return {"from": start, "to": "now", "display": words.get(amount, amount)}


def _row(catalog: Catalog, dashboard: Dashboard, row: Row, y: int) -> tuple[list[dict[str, Any]], int]:
    """The panels of a row and the height below it; a row of which nothing is available is folded away."""
    is_empty = all(catalog.missing_features(panel) for panel in row.panels)
    is_open = row.open and not (is_empty and row.title)
    header: list[dict[str, Any]] = []
    if row.title:
        header = [
            {
                "type": "row",
                "id": panel_id(dashboard.name, f"row:{row.title}"),
                "title": row.title,
                "collapsed": not is_open,
                "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
                "panels": [],
            }
        ]
        y += 1
    places, below = positions(row.panels, y)
    rendered = [_panel(catalog, dashboard, panel, at) for panel, at in zip(row.panels, places, strict=True)]
    if is_open:
        return [*header, *rendered], below
    header[0]["panels"] = rendered
    return header, y


def _panel(catalog: Catalog, dashboard: Dashboard, panel: Panel, at: dict[str, int]) -> dict[str, Any]:
    common: dict[str, Any] = {"id": panel_id(dashboard.name, panel.slug), "title": panel.title, "gridPos": at}
    missing = catalog.missing_features(panel)
    if missing:
        return common | _unavailable(catalog, panel, missing)
    body = {"options": {}, **_clean(_plain(catalog.config, panel.viz))}
    body["fieldConfig"] = {"defaults": {}, "overrides": [], **body.get("fieldConfig", {})}
    queries = catalog.live(panel)
    lettered = [(query, chr(65 + i)) for i, query in enumerate(panel.queries)]  # fields and overrides name the letters
    targets = [_target(catalog, query, letter, dashboard) for query, letter in lettered if query in queries]
    sources = {target["datasource"]["uid"]: target["datasource"] for target in targets}
    _say_why_empty(body, queries)
    link = data_link(catalog, dashboard, panel)
    if link:
        _place(body["fieldConfig"], link, panel.unlinked)
    fixed = {"timeFrom": panel.window, "hideTimeOverride": True} if panel.window else {}
    source = {"datasource": MIXED if len(sources) > 1 else next(iter(sources.values()))} if sources else {}
    return body | common | fixed | source | {"description": catalog.prose(panel.doc), "targets": targets}


def _say_why_empty(body: dict[str, Any], queries: Sequence[Query]) -> None:
    """A table without a row says why that is fine, where its word for no value is one for cells.

    Grafana writes the word for no rows into cells, too, empty ones included, unless these are mapped.
    """
    reason = next((query.may_be_empty for query in queries if query.may_be_empty), "")
    defaults = body["fieldConfig"]["defaults"]
    cells = [one for one in defaults.get("mappings", ()) if one.get("type") == "special"]
    if body["type"] == "table" and reason and [one["options"]["match"] for one in cells] == ["null+nan"]:
        defaults["noValue"] = reason[:1].upper() + reason[1:]
        defaults["mappings"].append({**cells[0], "options": {**cells[0]["options"], "match": "empty"}})


def _place(config: dict[str, Any], link: dict[str, Any], unlinked: Sequence[str]) -> None:
    """Puts a panel's link into the overrides that leave room for it (``links: []``), else on all fields but some."""
    rooms = [p for o in config["overrides"] for p in o["properties"] if p["id"] == "links" and not p["value"]]
    for room in rooms or [config.setdefault("defaults", {})]:
        room["value" if rooms else "links"] = [link]
    for name in unlinked:
        matcher = {"id": "byName", "options": name}
        config["overrides"].append({"matcher": matcher, "properties": [{"id": "links", "value": []}]})


def _unavailable(catalog: Catalog, panel: Panel, missing: list[str]) -> dict[str, Any]:
    """A calm text in the place of a panel whose feature is off, or whose server is none."""
    needs = panel.needs or " and ".join(FEATURE_NEEDS[name] for name in missing)
    none = [f"`{SERVERS.get(name, name)}`" for name in missing if catalog.config.none(name)]
    names = ", ".join(f"`features.{name}`" for name in missing)
    address = "its address" if any(name in SERVERS for name in missing) else "the route"
    do = f"set {' and '.join(none)} to {address}" if none else f"set {names} to true in gendash.yaml"
    text = f"Not available: needs {needs}" if panel.width > 4 else "Not available"
    return {
        "type": "text",
        "transparent": False,
        "description": f"{catalog.prose(panel.doc)}\n\nNot available: needs {needs}. Then {do}.",
        "options": {"mode": "markdown", "content": f"<small>{text}</small>"},
        "fieldConfig": {"defaults": {}, "overrides": []},
        "targets": [],
    }


def _plain(config: Config, value: Any) -> Any:
    """Lists and maps of a grafanalib object, all of them new, with the values of the settings that it refers to."""
    if isinstance(value, SettingRef):
        return config[value]
    if isinstance(value, dict):
        return {key: _plain(config, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(config, item) for item in value]
    return _plain(config, value.to_json_data()) if hasattr(value, "to_json_data") else value


def _clean(panel: dict[str, Any]) -> dict[str, Any]:
    """A panel without grafanalib's legacy keys, without nulls and without empty leftovers."""
    kept = {key: value for key, value in panel.items() if key not in _LEGACY}
    kept = {key: value for key, value in kept.items() if not (key == "transformations" and not value)}
    for key in ("transparent", "hideTimeOverride"):
        if not kept.get(key):
            kept.pop(key, None)
    cleaned: dict[str, Any] = _without_nulls(kept)
    cleaned.setdefault("fieldConfig", {"defaults": {}, "overrides": []}).setdefault("overrides", [])
    return cleaned


def _without_nulls(value: Any, inside: str = "") -> Any:
    """The value without nulls, but for the first threshold, which has no lower end."""
    if isinstance(value, dict):
        return {
            key: _without_nulls(item, key)
            for key, item in value.items()
            if item is not None or (inside == "steps" and key == "value")
        }
    return [_without_nulls(item, inside) for item in value] if isinstance(value, list) else value


def datasource(catalog: Catalog, query: Query, dashboard: Dashboard) -> dict[str, str]:
    """Type and uid of the data source that a query goes to: by language, and for SQL by audience."""
    config = catalog.config
    if query.language == "promql":
        return {"type": "prometheus", "uid": config["datasources.prometheus.uid"]}
    audience = "admin" if dashboard.audience == "admin" else "database"
    return {"type": "grafana-postgresql-datasource", "uid": config[f"datasources.{audience}.uid"]}


def _target(catalog: Catalog, query: Query, ref: str, dashboard: Dashboard) -> dict[str, Any]:
    text = tidy(catalog.expand(query).text)
    common = {"refId": ref, "datasource": datasource(catalog, query, dashboard), "format": query.format}
    if query.language == "sql":
        return common | {"rawSql": text, "rawQuery": True, "editorMode": "code"}
    return common | {
        "expr": text,
        "legendFormat": query.legend,
        "editorMode": "code",
        "instant": query.instant,
        "range": not query.instant,
        "interval": catalog.config["prometheus.evaluation_interval"],
    }


def tidy(text: str) -> str:
    """A query text without the indentation of the Python source around it."""
    return "\n".join(line.rstrip() for line in dedent(text).strip().splitlines())


def _variable(catalog: Catalog, variable: Variable, dashboard: Dashboard) -> dict[str, Any]:
    common = {
        "name": variable.name,
        "label": variable.label,
        "description": catalog.prose(variable.doc),
        "multi": variable.multi,
        "hide": 0,
        "skipUrlSync": False,
    }
    return common | (_asked(catalog, variable, variable.query, dashboard) if variable.query else _fixed(variable))


def _fixed(variable: Variable) -> dict[str, Any]:
    """A variable with fixed options, of which the first is chosen."""
    options = [{"text": text, "value": value, "selected": False} for text, value in variable.options]
    return {
        "type": "custom",
        "query": ", ".join(f"{text} : {value}" for text, value in variable.options),
        "includeAll": False,
        "current": options[0] | {"selected": True},
        "options": [options[0] | {"selected": True}, *options[1:]],
    }


def _asked(catalog: Catalog, variable: Variable, query: Query, dashboard: Dashboard) -> dict[str, Any]:
    """A variable whose options a query gives."""
    text = tidy(catalog.expand(query).text)
    prometheus = query.language == "promql"
    if not prometheus:  # words of the platform's users: without a bound a list of them ends the browser
        text = f"select * from (\n{text}\n) as options limit {catalog.config['growth.options']}"
    whole = {"text": "All", "value": "$__all"} if not variable.multi else {"text": ["All"], "value": ["$__all"]}
    return {
        "type": "query",
        "datasource": datasource(catalog, query, dashboard),
        "definition": text,
        "query": {"query": text, "refId": variable.name, "qryType": 5} if prometheus else text,
        "includeAll": bool(variable.all_value),
        "current": whole if variable.all_value else {"text": "", "value": ""},
        "options": [],
        # with each new range, and so with each refresh, Grafana drops a chosen value that is beyond the options
        "refresh": 2 if prometheus or "$__" in text else 1,
        "regex": variable.regex,
        "sort": 1 if variable.all_value else 0,
    } | ({"allValue": variable.all_value} if variable.all_value else {})


def _annotation(catalog: Catalog, name: str, query: Query) -> dict[str, Any]:
    text = tidy(catalog.expand(query).text)
    return {
        "name": name,
        "enable": True,
        "hide": False,
        "iconColor": "rgba(142,149,158,0.7)",
        "datasource": {"type": "prometheus", "uid": catalog.config["datasources.prometheus.uid"]},
        "expr": text,
        "step": "60s",
        "titleFormat": query.legend,
        "textFormat": "",
        "useValueForTime": False,
    }


def _links(catalog: Catalog, dashboard: Dashboard) -> list[dict[str, Any]]:
    config = catalog.config
    common = {"keepTime": True, "includeVars": True, "targetBlank": False, "icon": "external link", "tooltip": ""}
    siblings = {
        "type": "dashboards",
        "title": "All dashboards",
        "tags": [TAG, *filter(None, [config["project"], config["instance"]])],
        "asDropdown": True,
        "url": "",
    }
    found = [siblings | common]
    guide = next((panel for panel in dashboard.panels() if panel.role == "guide"), None)
    if guide:
        url = panel_url(catalog, dashboard.name, guide.slug)
        found.append(
            {"type": "link", "title": "How to read this", "url": url, "asDropdown": False, "tags": []}
            | common
            | {"icon": "doc", "keepTime": False, "includeVars": False}
        )
    return found
