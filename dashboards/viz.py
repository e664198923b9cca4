"""Subclasses of grafanalib's panel classes for Grafana 12.

Each class is one kind of panel of the style guide with its measured options; a definition states only what differs.
The engine removes options that Grafana 12 no longer has, and adds title, description, queries, position and id.
"""

from __future__ import annotations

from typing import Any

import attr
from grafanalib import core as gl

from gendash.dashboards._palette import TEXT, UNKNOWN, fixed, nothing, steps
from gendash.engine.model import SettingRef


def _merge(base: dict[str, Any], *layers: dict[str, Any]) -> dict[str, Any]:
    for layer in layers:
        for key, value in layer.items():
            if isinstance(value, dict) and isinstance(base.get(key), dict):
                _merge(base[key], value)
            else:
                base[key] = value
    return base


@attr.s(kw_only=True, auto_attribs=True)
class _Modern(gl.Panel):
    """The field options that every panel of Grafana 12 shares; grafanalib lacks most of them."""

    unit: str = ""
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    color: dict[str, Any] | None = None
    subject: str = ""
    mappings: list[Any] = attr.ib(factory=list)
    overrides: list[Any] = attr.ib(factory=list)
    thresholds: list[Any] = attr.ib(factory=lambda: steps((TEXT, None)))
    no_data: str = "no data"
    name_nothing: bool = True
    maxDataPoints: int | None = None
    transformations: list[Any] = attr.ib(factory=list)

    def panel(self, kind: str, options: dict[str, Any], custom: dict[str, Any] | None = None, **more: Any) -> Any:
        """The panel's JSON from its options and the custom part of its fields."""
        defaults = {
            "unit": self.unit or None,
            "decimals": self.decimals,
            "min": self.min,
            "max": self.max,
            "color": self.color or (fixed(self.subject) if self.subject else {"mode": "thresholds"}),
            "mappings": [*self.mappings, *(nothing(self.no_data) if self.name_nothing else [])],
            "noValue": self.no_data,
            "custom": custom or {},
        }
        field_config = {"defaults": defaults, "overrides": self.overrides}
        return self.panel_json({"type": kind, "fieldConfig": field_config, "options": options, **more})


@attr.s(kw_only=True, auto_attribs=True)
class Stat(_Modern):
    """A number with a name line above it. ``judged`` colours it by its thresholds, otherwise ``subject`` colours its "
    "curve."""

    calc: str = "lastNotNull"
    size: int = 32
    sparkline: bool = False
    judged: bool = False
    side_by_side: bool = False

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        return self.panel(
            "stat",
            {
                "textMode": "value_and_name",
                "wideLayout": False,
                "colorMode": "value" if self.judged else "none",
                "graphMode": "area" if self.sparkline else "none",
                "justifyMode": "auto",
                "orientation": "vertical" if self.side_by_side else "auto",
                "showPercentChange": False,
                "percentChangeColorMode": "standard",
                "reduceOptions": {"calcs": [self.calc], "fields": "", "values": False},
                "text": {"valueSize": self.size, "titleSize": 12},
            },
        )


@attr.s(kw_only=True, auto_attribs=True)
class HeadTile(Stat):
    """A figure of the head row, 4 high, with its curve.

    Grafana's curve begins where the digits end, above the tails of letters such as 'y': a scale that ends higher than
    the highest value keeps it below them. ``max`` of a share is the scale of small values, and no end.
    """

    size: int = 40
    sparkline: bool = True

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        body = super().to_json_data()
        body["fieldConfig"]["defaults"]["max"] = None
        body["options"]["reduceOptions"]["fields"] = "/^(?!(curve|headroom|[Tt]ime)$)/"
        # without a version Grafana takes the panel for one of before 8.0, and gives shares the end 1
        return body | {"pluginVersion": "12.0.0", "transformations": [*self.transformations, *_headroom(self.max)]}


ROOM = 0.3
"""So much higher than its highest value ends the scale of a curve, as a share of it."""


def _headroom(end: float | None) -> list[dict[str, Any]]:
    """Transformations that add a field above the curve, which is not shown: Grafana's scale covers all fields."""
    above = {"operator": "*", "right": {"fixed": f"{1 + ROOM}"}}
    if end is not None:
        above = {"operator": "+", "right": {"fixed": f"{ROOM * end:g}"}}
    left = {"matcher": {"id": "byName", "options": "curve"}}
    steps = [
        {"mode": "reduceRow", "reduce": {"reducer": "sum"}, "alias": "curve"},
        {"mode": "binary", "binary": {"left": left, **above}, "alias": "headroom"},
    ]
    return [{"id": "calculateField", "options": {**one, "replaceFields": False}} for one in steps]


@attr.s(kw_only=True, auto_attribs=True)
class ShareTile(HeadTile):
    """A share in the head row; ``max`` is the share beside which small ones look small."""

    unit: str = "percentunit"
    min: float | None = 0
    max: float | None = 1


@attr.s(kw_only=True, auto_attribs=True)
class NumberTile(Stat):
    """A figure without a curve, 3 high."""

    size: int = 24


@attr.s(kw_only=True, auto_attribs=True)
class StateTile(Stat):
    """Symbol, word and colour; unknown is a state of its own."""

    unit: str = "none"
    size: int = 24
    judged: bool = True
    no_data: str = "? Unknown"


@attr.s(kw_only=True, auto_attribs=True)
class Freshness(Stat):
    """Ages side by side, one field a source."""

    size: int = 18
    judged: bool = True
    side_by_side: bool = True
    no_data: str = "? unknown"


@attr.s(kw_only=True, auto_attribs=True)
class Lines(_Modern):
    """Lines over time, at most three at width 8."""

    fill: int = 0
    limit: bool = False
    soft_max: float | SettingRef | None = None
    legend: bool = True
    calcs: list[Any] = attr.ib(factory=list)
    min: float | None = 0
    custom: dict[str, Any] = attr.ib(factory=dict)

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        custom: dict[str, Any] = {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": self.fill,
            "gradientMode": "none",
            "lineInterpolation": "linear",
            "showPoints": "never",
            "spanNulls": False,
            "axisBorderShow": False,
            "axisPlacement": "auto",
            "axisSoftMax": self.soft_max,
            "stacking": {"mode": "none", "group": "A"},
            "thresholdsStyle": {"mode": "dashed" if self.limit else "off"},
        }
        place = {"displayMode": "table", "placement": "right", "width": 260} if self.calcs else {}
        return self.panel(
            "timeseries",
            {
                "legend": {"showLegend": self.legend, "displayMode": "list", "placement": "bottom", "calcs": self.calcs}
                | place,
                "tooltip": {"mode": "multi", "sort": "desc"},
            },
            _merge(custom, self.custom),
        )


@attr.s(kw_only=True, auto_attribs=True)
class DayBars(Lines):
    """Stacked bars, one a day."""

    custom: dict[str, Any] = attr.ib(
        factory=lambda: {
            "drawStyle": "bars",
            "fillOpacity": 85,
            "lineWidth": 0,
            "barWidthFactor": 0.75,
            "barAlignment": 0,
            "stacking": {"mode": "normal", "group": "A"},
        }
    )


@attr.s(kw_only=True, auto_attribs=True)
class Trend(Lines):
    """Lines over a number that rises, such as the day of the month, instead of over time."""

    x: str = ""

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        body = super().to_json_data()
        body["type"] = "trend"
        body["options"]["xField"] = self.x
        return body


@attr.s(kw_only=True, auto_attribs=True)
class BarGauge(_Modern):
    """Three to six bars; one row of named columns, each coloured by its name."""

    min: float | None = 0
    rows_to_fields: bool = True

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        first = [{"id": "rowsToFields", "options": {}}] if self.rows_to_fields else []
        body = self.panel(
            "bargauge",
            {
                # a gradient over limits would paint a bar in the colours of limits that it does not reach
                "displayMode": "basic" if len(self.thresholds) > 1 else "gradient",
                "orientation": "horizontal",
                "valueMode": "text",
                "namePlacement": "left",
                "showUnfilled": True,
                "sizing": "manual",
                "minVizWidth": 8,
                "minVizHeight": 16,
                "maxVizHeight": 72,
                "text": {"titleSize": 12, "valueSize": 14},
                "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            },
            transformations=[*first, *self.transformations],
        )
        if self.rows_to_fields:  # else Grafana hides the name of a lone bar; an override would not keep it
            body["fieldConfig"]["defaults"]["displayName"] = "${__field.name}"
        return body


@attr.s(kw_only=True, auto_attribs=True)
class Table(_Modern):
    """Rows with the entity first; the visible rows are height minus two."""

    sort_by: str = ""

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON.

        Grafana writes the word for no rows into empty cells, too: where it is a sentence, cells have a dash instead.
        """
        body = self.panel(
            "table",
            {
                "showHeader": True,
                "cellHeight": "sm",
                "frameIndex": 0,
                "footer": {"show": False, "reducer": [], "enablePagination": True},  # moved on reading from 12.2 on
                "sortBy": [{"displayName": self.sort_by, "desc": True}] if self.sort_by else [],
            },
            {"minWidth": 64, "align": "auto", "inspect": False, "cellOptions": {"type": "auto"}},
        )
        if not self.name_nothing and " " in self.no_data:
            body["fieldConfig"]["defaults"]["mappings"] += [*nothing("–"), *nothing("–", "empty")]
        return body


@attr.s(kw_only=True, auto_attribs=True)
class Heatmap(_Modern):
    """How a duration spreads over time; one hue, darker is more."""

    fill: str = "purple"

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        return self.panel(
            "heatmap",
            {
                "calculate": False,
                "cellGap": 1,
                "cellValues": {"unit": self.unit},
                "color": {
                    "mode": "opacity",
                    "fill": self.fill,
                    "scale": "exponential",
                    "exponent": 0.5,
                    "scheme": "Purples",
                    "steps": 64,
                    "reverse": False,
                },
                "exemplars": {"color": "rgba(255,0,255,0.7)"},
                "filterValues": {"le": 1e-9},
                "legend": {"show": True},
                "rowsFrame": {"layout": "le"},
                "showValue": "never",
                "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": False},
                "yAxis": {"axisPlacement": "left", "unit": "s", "reverse": False},
            },
            {"hideFrom": {"legend": False, "tooltip": False, "viz": False}, "scaleDistribution": {"type": "linear"}},
        )


@attr.s(kw_only=True, auto_attribs=True)
class StateTimeline(_Modern):
    """States as words over time; a healthy state is nearly invisible, and no data is a gap.

    The colour mode is a fixed one: with thresholds Grafana merges all numbers into one band without their words.
    """

    color: dict[str, Any] | None = attr.ib(factory=lambda: fixed(UNKNOWN))
    name_nothing: bool = False

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        return self.panel(
            "state-timeline",
            {
                "mergeValues": True,
                "showValue": "never",
                "alignValue": "left",
                "rowHeight": 0.7,
                "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
                "tooltip": {"mode": "single", "sort": "none"},
            },
            {"lineWidth": 0, "fillOpacity": 80},
        )


@attr.s(kw_only=True, auto_attribs=True)
class Text(_Modern):
    """Markdown."""

    content: str = ""

    def to_json_data(self) -> Any:
        """The panel as Grafana's JSON."""
        return self.panel_json({"type": "text", "options": {"mode": "markdown", "content": self.content}})


def short_routes(blanks: str = "") -> list[dict[str, Any]]:
    """Transformations that name routes without what all of them share and what an id is called, after ``blanks``."""
    patterns = (("^(?:/api(?:/v[0-9]+)?)?(/.*)$", f"{blanks}$1"), ("/\\{[^}]+\\}/g", "{…}"))
    return [{"id": "renameByRegex", "options": {"regex": a, "renamePattern": b}} for a, b in patterns]


ROUTE_NAMES = [
    {"type": "regex", "options": {"pattern": "^/api(?:/v[0-9]+)?(/.*)$", "result": {"text": "$1", "index": 0}}}
]
"""Mappings that show the routes of a column without what all of them share."""
# A state timeline reserves the width of the name with the most letters, not of the widest: blanks keep it whole.
TIMELINE_ROUTES = short_routes("\u00a0\u00a0")
PREVIOUS = {"color": fixed(UNKNOWN), "custom__lineStyle": {"fill": "dash", "dash": [4, 4]}, "custom__fillOpacity": 0}
