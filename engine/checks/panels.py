"""Design rules for the panels of a dashboard: titles, units, colours, limits, grid, links. One small check each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, get_args

from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import COLUMNS, lines
from gendash.engine.model import Panel, PanelRole, Problem, SettingRef
from gendash.engine.render.dashboards import QUICK_RANGES, REFRESH_INTERVALS

WIDTHS = (4, 6, 8, 12, 16, 24)
NO_VALUE_LIMIT = 10
DOC_LIMITS = (40, 230)
PANEL_LIMIT, ROW_LIMIT, OPEN_ROWS = 34, 6, 1
WITHOUT_UNIT = {"text", "row", "state-timeline", "alertlist", "logs"}
CHARTS = {"timeseries", "trend", "barchart", "bargauge", "heatmap", "histogram", "state-timeline"}
UNITS = {"none", "short", "locale", "sishort", "percentunit", "s", "dtdurations", "dateTimeFromNow", "dateTimeAsIso"}
UNITS |= {"currencyUSD", "reqps", "ops", "opm", "cps", "rowsps", "bytes", "decbytes"}
SCALING = frozenset({"s", "dtdurations", "bytes", "decbytes"})  # they choose their own unit, and decimals with it
RANGES = tuple(start.removeprefix("now-") for start in QUICK_RANGES)
ALARMS = ("red", "orange", "semi-dark-orange", "dark-red")
NATURAL = (0, 1)  # any at all, and all of it: limits that need no setting


def fields(body: dict[str, Any]) -> dict[str, Any]:
    """The defaults of a visualisation's fields."""
    found: dict[str, Any] = body.get("fieldConfig", {}).get("defaults", {})
    return found


def properties(body: dict[str, Any], name: str) -> list[tuple[dict[str, Any], Any]]:
    """The overrides of one property in a panel's JSON, as pairs of matcher and value."""
    overrides = body.get("fieldConfig", {}).get("overrides", [])
    return [(o["matcher"], p["value"]) for o in overrides for p in o["properties"] if p["id"] == name]


def of_type(catalog: Catalog, *types: str) -> Iterator[tuple[str, Panel, dict[str, Any]]]:
    """The panels of some types, with their JSON."""
    for where, _, panel in catalog.panels():
        body = catalog.body(where)
        if body["type"] in types:
            yield where, panel, body


def check_units(catalog: Catalog) -> list[Problem]:
    """A panel with numbers sets their unit, in its defaults or in an override."""
    return [
        Problem(where, "no unit", "give the visualisation a unit")
        for where, _, _ in catalog.panels()
        if (body := catalog.body(where))["type"] not in WITHOUT_UNIT
        and not fields(body).get("unit")
        and not properties(body, "unit")
    ]


def check_unit_names(catalog: Catalog) -> list[Problem]:
    """Units are those of the style; times are seconds."""
    found = []
    for where, _, _ in catalog.panels():
        body = catalog.body(where)
        usual = fields(body).get("unit")
        units = {str(unit) for unit in [usual, *(value for _, value in properties(body, "unit"))] if unit}
        found += [
            Problem(
                where, f"unit '{unit}'", "use seconds" if unit == "ms" else f"use one of {', '.join(sorted(UNITS))}"
            )
            for unit in sorted(units - UNITS)
            if not unit.startswith(("suffix:", "prefix:"))
        ]
    return found


def check_decimals(catalog: Catalog) -> list[Problem]:
    """No unit that scales itself has fixed decimals."""
    return [
        Problem(where, f"decimals on the unit {usual}", "leave them out: it scales itself")
        for where, _, _ in catalog.panels()
        if (usual := fields(body := catalog.body(where)).get("unit")) in SCALING and fields(body).get("decimals")
    ]


def check_descriptions(catalog: Catalog) -> list[Problem]:
    """The first paragraph of every description has 40 to 230 characters: longer ones are cut in the tooltip."""
    low, high = DOC_LIMITS
    return [
        Problem(
            where, f"description of {len(first)} characters", f"write {low} to {high}: what, source, window, caveat"
        )
        for where, _, panel in catalog.panels()
        if not low <= len(first := catalog.prose(panel.doc).split("\n\n")[0]) <= high
    ]


def check_grid(catalog: Catalog) -> list[Problem]:
    """Widths are those of the grid, lines are full, and the panels of a line are equally high."""
    found = []
    for where, _, panel in catalog.panels():
        if panel.width not in WIDTHS:
            found.append(Problem(where, f"width {panel.width}", f"use one of {', '.join(map(str, WIDTHS))}"))
    for first, line in _lines(catalog):
        width = sum(panel.width for panel in line)
        if width != COLUMNS:
            found.append(Problem(first, f"its line is {width} wide", f"fill it to {COLUMNS}"))
        if len({panel.height for panel in line}) > 1:
            found.append(Problem(first, "its line has panels of several heights", "make them equal"))
    return found


def _lines(catalog: Catalog) -> Iterator[tuple[str, list[Panel]]]:
    for dashboard in catalog.dashboards.values():
        for row in dashboard.rows:
            for line in lines(row.panels):
                yield f"{dashboard.name}/{line[0].slug}", line


def check_heights(catalog: Catalog) -> list[Problem]:
    """A tile with a curve is 4 high, one without 3; a chart is as high as its neighbours, few bars may be 6."""
    found = []
    for first, line in _lines(catalog):
        board = first.partition("/")[0]
        bodies = [(panel, catalog.body(f"{board}/{panel.slug}")) for panel in line]
        few = 6 if all((body["type"], panel.height) == ("bargauge", 6) for panel, body in bodies) else 8
        table = max((panel.height for panel, body in bodies if body["type"] == "table"), default=few)
        curved = any(map(_has_curve, (body for _, body in bodies)))
        for panel, body in bodies:
            stat = 4 if curved else 3
            wanted = stat if body["type"] == "stat" else table if body["type"] in CHARTS else panel.height
            if panel.height != wanted:
                where = f"{board}/{panel.slug}"
                found.append(Problem(where, f"a {body['type']} {panel.height} high", f"make it {wanted} high"))
    return found


def _has_curve(body: dict[str, Any]) -> bool:
    return bool(body["type"] == "stat" and body["options"].get("graphMode", "none") != "none")


BESIDE_FRESHNESS = ([[(6, 4), (6, 4), (12, 4)]], [[(8, 4)] * 3])
"""Shapes of the line of two tiles and the freshness; thirds where a title does not fit a quarter."""


def check_skeleton(catalog: Catalog) -> list[Problem]:
    """Above the fold three states, four tiles, two tiles beside the freshness, and at most three charts."""
    found = []
    for dashboard in catalog.dashboards.values():
        first = lines(dashboard.rows[0].panels) if dashboard.rows else []
        shapes = [[(panel.width, panel.height) for panel in line] for line in first]
        wanted = [[(8, 3)] * 3, [(6, 4)] * 4]
        if (
            shapes[:2] != wanted
            or shapes[2:3] not in BESIDE_FRESHNESS
            or len(shapes) != 4
            or dashboard.rows[0].title
            or len(shapes[3]) > 3
        ):
            do = "three states, four tiles, two tiles and the freshness, three charts"
            found.append(Problem(dashboard.name, "not the skeleton above the fold", do))
    return found


def check_size(catalog: Catalog) -> list[Problem]:
    """At most 34 panels that ask something, the strip counting as one, in at most 6 rows of which one is open."""
    found = []
    for dashboard in catalog.dashboards.values():
        states = next((line for row in dashboard.rows[:1] for line in lines(row.panels)), [])
        strip = [*states, *(panel for panel in dashboard.panels() if panel.role == "freshness" and panel not in states)]
        asking = sum(bool(panel.queries) for panel in dashboard.panels())
        count = asking - max(0, sum(bool(panel.queries) for panel in strip) - 1)
        rows = [row for row in dashboard.rows if row.title]
        opened = sum(row.open for row in rows)
        found += [
            Problem(dashboard.name, f"{number} {what}", f"at most {limit}")
            for number, what, limit in (
                (count, "panels", PANEL_LIMIT),
                (len(rows), "rows", ROW_LIMIT),
                (opened, "rows that are open", OPEN_ROWS),
            )
            if number > limit
        ]
    return found


def check_colors(catalog: Catalog) -> list[Problem]:
    """A name has one colour on every dashboard."""
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    for where, _, body in of_type(catalog, *CHARTS):
        for matcher, color in properties(body, "color"):
            if matcher["id"] == "byName" and color.get("mode") == "fixed":
                seen[str(matcher["options"]).lower()].setdefault(color["fixedColor"], where)
    return [
        Problem(
            where, f"'{name}' is {color} here and {', '.join(c for c in colors if c != color)} elsewhere", "use one"
        )
        for name, colors in seen.items()
        for color, where in list(colors.items())[1:]
    ]


def check_words(catalog: Catalog) -> list[Problem]:
    """A state is shown by a word, never by colour alone: background colours are for tables of shares only."""
    return [
        Problem(
            where, "a state shown by its background colour alone", "use colorMode value or none, and words for states"
        )
        for where, _, body in of_type(catalog, "stat")
        if str(body["options"].get("colorMode", "")).startswith("background")
    ]


def check_thresholds(catalog: Catalog) -> list[Problem]:
    """Thresholds that name a setting name one that exists, and rise."""
    found = []
    for where, _, _ in catalog.panels():
        body = catalog.body(where)
        found += [
            Problem(where, f"no setting '{key}'", suggest(key, catalog.config.values))
            for kind, key in sorted(catalog.uses(("panel", where)))
            if kind == "setting" and key not in catalog.config.values
        ]
        values = [_value(catalog, step["value"]) for step in (fields(body).get("thresholds") or {}).get("steps", [])]
        numbers = [value for value in values[1:] if value is not None]
        if values and (values[0] is not None or numbers != sorted(numbers)):
            keys = [key for kind, key in sorted(catalog.uses(("panel", where))) if kind == "setting"]
            placed = ", ".join(f"{key} ({catalog.config.where(key)})" for key in keys)
            do = f"put them in order{': ' if placed else ''}{placed}"
            found.append(Problem(where, f"thresholds {values} do not ascend from null", do))
    return found


def _value(catalog: Catalog, value: Any) -> Any:
    return catalog.config.get(value) if isinstance(value, SettingRef) else value


def check_limits(catalog: Catalog) -> list[Problem]:
    """A limit that turns something amber or red is a setting, so that panels and alerts cannot disagree."""
    return [
        Problem(where, f"the limit {step:g} is a number", "name a setting: slo('...') or SettingRef('limits....')")
        for where, _, _ in catalog.panels()
        for step in _judged_numbers(catalog.body(where))
    ]


def _judged_numbers(body: dict[str, Any]) -> list[float]:
    """Limits between a healthy and an alarming colour that are plain numbers; ages follow their schedules."""
    groups = [(fields(body).get("thresholds") or {}).get("steps", [])]
    if fields(body).get("unit") != "s" or body["type"] != "stat":
        groups += [value["steps"] for _, value in properties(body, "thresholds")]
    return [
        step["value"]
        for steps in groups
        if any(step["color"] in ALARMS for step in steps)
        for step in steps
        if isinstance(step["value"], int | float) and step["value"] not in NATURAL
    ]


def check_legends(catalog: Catalog) -> list[Problem]:
    """A legend with figures needs width 16; below it is one line."""
    return [
        Problem(where, "a legend with figures below width 16", "leave its calcs out, or make the panel wider")
        for where, panel, body in of_type(catalog, "timeseries", "trend", "barchart")
        if body["options"]["legend"].get("calcs") and panel.width < 16
    ]


def check_legend_names(catalog: Catalog) -> list[Problem]:
    """A PromQL line has a legend; without one Grafana shows the raw series."""
    return [
        Problem(f"{where} query {chr(65 + index)}", "no legend", "name the line")
        for where, panel, _ in of_type(catalog, "timeseries", "trend", "state-timeline", "stat", "bargauge")
        for index, query in enumerate(panel.queries)
        if query.language == "promql" and not query.legend and query.format == "time_series"
    ]


def check_shapes(catalog: Catalog) -> list[Problem]:
    """No pies and no second axis."""
    found = [Problem(where, "a pie", "use bars") for where, _, _ in of_type(catalog, "piechart")]
    for where, _, _ in catalog.panels():
        body = catalog.body(where)
        axes = [fields(body).get("custom", {}).get("axisPlacement")]
        axes += [value for _, value in properties(body, "custom.axisPlacement")]
        if "right" in axes:
            found.append(Problem(where, "a second axis", "make two panels of it"))
    return found


def check_nothing(catalog: Catalog) -> list[Problem]:
    """Every panel sets noValue (at most ten characters on a small tile), and no line connects nulls."""
    found = []
    for where, _, panel in catalog.panels():
        body = catalog.body(where)
        if body["type"] == "text":
            continue
        word = fields(body).get("noValue") or ""
        if not word or (panel.width <= 6 and len(word) > NO_VALUE_LIMIT):
            found.append(Problem(where, f"noValue '{word}'", f"1 to {NO_VALUE_LIMIT} characters to show without data"))
        spans = [fields(body).get("custom", {}).get("spanNulls"), *(v for _, v in properties(body, "custom.spanNulls"))]
        if any(span is True for span in spans):
            found.append(Problem(where, "lines connect nulls", "remove spanNulls: a gap means missing data"))
    return found


def check_refresh(catalog: Catalog) -> list[Problem]:
    """A dashboard refreshes at an interval of Grafana's list, over a usual range."""
    found = []
    for board in catalog.dashboards.values():
        if board.refresh not in REFRESH_INTERVALS:
            found.append(Problem(board.name, f"refresh {board.refresh}", f"one of {', '.join(REFRESH_INTERVALS)}"))
        if board.range not in ("6h", *RANGES):
            found.append(Problem(board.name, f"range {board.range}", f"6h, {', '.join(RANGES)}"))
    return found


def check_freshness(catalog: Catalog) -> list[Problem]:
    """Every dashboard shows the age of its data, marks deploys and alerts, and explains how it counts."""
    found = []
    for dashboard in catalog.dashboards.values():
        roles = [panel.role for panel in dashboard.panels()]
        for role in (one for one in get_args(PanelRole) if one):
            if roles.count(role) != 1:
                what = f"{roles.count(role) or 'no'} panels with the role '{role}'"
                found.append(Problem(dashboard.name, what, "take the one from dashboards/_shared.py"))
        if len(dashboard.annotations) < 2:
            found.append(Problem(dashboard.name, "no marks of deploys and alerts", "add the shared annotations"))
    return found


def check_ratio_tiles(catalog: Catalog) -> list[Problem]:
    """A ratio's tile sets the scale of its curve: between 0 and 1 most changes cannot be seen."""
    return [
        Problem(where, f"a ratio with a curve and no {end}", "say the scale where it is known, such as 0 to 0.1")
        for where, _, body in of_type(catalog, "stat")
        for end in ("min", "max")
        if fields(body).get("unit") == "percentunit"
        and body["options"].get("graphMode") == "area"
        and fields(body).get(end) is None
        and not (end == "max" and _is_widened(body))
    ]


def _is_widened(body: dict[str, Any]) -> bool:
    """Whether a hidden field of a constant distance from the curve widens its scale."""
    steps = [one.get("options", {}) for one in body.get("transformations") or []]
    return any((one.get("binary") or {}).get("operator") == "+" for one in steps)


def check_stats(catalog: Catalog) -> list[Problem]:
    """Tiles speak from the top left with fixed sizes: else digits of one row differ, and curves cross them."""
    return [
        Problem(where, f"{key} {body['options'].get(key)!r}", f"use {wanted!r}")
        for where, _, body in of_type(catalog, "stat")
        for key, wanted in (("textMode", "value_and_name"), ("wideLayout", False), ("showPercentChange", False))
        if body["options"].get(key) != wanted
    ]


def check_axes(catalog: Catalog) -> list[Problem]:
    """All series of a panel share their axis; a series with a unit or scale of its own makes a second one."""
    return [
        Problem(where, f"{name} of one series only", "give all series the same, or make two panels")
        for where, _, _ in of_type(catalog, "timeseries")
        for name in ("unit", "min", "max", "custom.axisSoftMax", "custom.axisLabel")
        if properties(catalog.body(where), name)
    ]
