"""The defaults that Grafana 12 adds to a panel when it is opened in the editor, by panel type.

A value that equals the one here means the same as an absent one. Taken from the plug-ins' own defaults (Grafana 12.3)
and from recorded saves; a key that is missing here shows up in a plan as an edit, which is the safe side.
"""

from __future__ import annotations

from typing import Any

_LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
_TOOLTIP = {"mode": "single", "sort": "none", "hideZeros": False}
_REDUCE = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
_HIDE = {"hideFrom": {"legend": False, "tooltip": False, "viz": False}}
_PALETTE = {"mode": "palette-classic"}
_AXIS = {
    "axisBorderShow": False,
    "axisCenteredZero": False,
    "axisColorMode": "text",
    "axisLabel": "",
    "axisPlacement": "auto",
    "scaleDistribution": {"type": "linear"},
}
_SERIES = {"legend": _LEGEND, "tooltip": _TOOLTIP}

# steps without the value of the first: the comparison drops it, since it always means "from minus infinity"
EVERY_PANEL: dict[str, Any] = {
    "transparent": False,
    "repeatDirection": "h",
    "fieldConfig": {
        "defaults": {
            "mappings": [],
            "thresholds": {"mode": "absolute", "steps": [{"color": "green"}, {"color": "red", "value": 80}]},
        }
    },
}

# type -> (fieldConfig.defaults.color, fieldConfig.defaults.custom, options)
_TYPES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "timeseries": (
        _PALETTE,
        {
            **_AXIS,
            **_HIDE,
            "barAlignment": 0,
            "barWidthFactor": 0.6,
            "drawStyle": "line",
            "fillOpacity": 0,
            "gradientMode": "none",
            "insertNulls": False,
            "lineInterpolation": "linear",
            "lineWidth": 1,
            "pointSize": 5,
            "showPoints": "auto",
            "showValues": False,
            "spanNulls": False,
            "stacking": {"group": "A", "mode": "none"},
            "thresholdsStyle": {"mode": "off"},
        },
        _SERIES,
    ),
    "barchart": (
        _PALETTE,
        {
            **_AXIS,
            **_HIDE,
            "fillOpacity": 80,
            "gradientMode": "none",
            "lineWidth": 1,
            "thresholdsStyle": {"mode": "off"},
        },
        {
            **_SERIES,
            "barRadius": 0,
            "barWidth": 0.97,
            "fullHighlight": False,
            "groupWidth": 0.7,
            "orientation": "auto",
            "showValue": "auto",
            "stacking": "none",
            "xTickLabelRotation": 0,
            "xTickLabelSpacing": 0,
        },
    ),
    "histogram": (
        _PALETTE,
        {
            **_HIDE,
            "fillOpacity": 80,
            "gradientMode": "none",
            "lineWidth": 1,
            "stacking": {"group": "A", "mode": "none"},
        },
        {**_SERIES, "bucketCount": 30, "bucketOffset": 0, "combine": False},
    ),
    "piechart": (_PALETTE, _HIDE, {**_SERIES, **_REDUCE, "pieType": "pie", "sort": "desc"}),
    "stat": (
        {"mode": "thresholds"},
        {},
        {
            **_REDUCE,
            "colorMode": "value",
            "graphMode": "area",
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "showPercentChange": False,
            "textMode": "auto",
            "wideLayout": True,
        },
    ),
    "gauge": (
        {"mode": "thresholds"},
        {"neutral": 0},
        {
            **_REDUCE,
            "minVizHeight": 75,
            "minVizWidth": 75,
            "orientation": "auto",
            "showThresholdLabels": False,
            "showThresholdMarkers": True,
            "sizing": "auto",
        },
    ),
    "bargauge": (
        {"mode": "thresholds"},
        {},
        {
            **_REDUCE,
            "displayMode": "gradient",
            "legend": {**_LEGEND, "showLegend": False},
            "maxVizHeight": 300,
            "minVizHeight": 16,
            "minVizWidth": 8,
            "namePlacement": "auto",
            "orientation": "auto",
            "showUnfilled": True,
            "sizing": "auto",
            "valueMode": "color",
        },
    ),
    "table": (
        {"mode": "thresholds"},
        {"align": "auto", "cellOptions": {"type": "auto"}, "footer": {"reducers": []}, "inspect": False},
        {"cellHeight": "sm", "enablePagination": False, "frameIndex": 0, "showHeader": True, "showTypeIcons": False},
    ),
    "heatmap": (
        {},
        {**_HIDE, "scaleDistribution": {"type": "linear"}},
        {
            "calculate": False,
            "cellGap": 1,
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "mode": "scheme",
                "reverse": False,
                "scale": "exponential",
                "scheme": "Oranges",
                "steps": 64,
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "selectionMode": "x",
            "showValue": "auto",
            "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "reverse": False},
        },
    ),
    "state-timeline": (
        {"mode": "continuous-GrYlRd"},
        {**_HIDE, "axisPlacement": "auto", "fillOpacity": 70, "insertNulls": False, "lineWidth": 0, "spanNulls": False},
        {
            **_SERIES,
            "alignValue": "left",
            "mergeValues": True,
            "perPage": 20,
            "rowHeight": 0.9,
            "showValue": "auto",
        },
    ),
    "status-history": (
        {"mode": "thresholds"},
        {**_HIDE, "axisPlacement": "auto", "fillOpacity": 70, "lineWidth": 1},
        {**_SERIES, "colWidth": 0.9, "perPage": 20, "rowHeight": 0.9, "showValue": "auto"},
    ),
    "text": (
        {},
        {},
        {"code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False}, "mode": "markdown"},
    ),
    "logs": (
        {},
        {},
        {
            "dedupStrategy": "none",
            "enableInfiniteScrolling": False,
            "enableLogDetails": True,
            "prettifyLogMessage": False,
            "showCommonLabels": False,
            "showControls": False,
            "showLabels": False,
            "showLogAttributes": True,
            "showTime": False,
            "sortOrder": "Descending",
            "timestampResolution": "ms",
            "wrapLogMessage": False,
        },
    ),
    "xychart": (
        _PALETTE,
        {
            **_AXIS,
            **_HIDE,
            "fillOpacity": 50,
            "pointShape": "circle",
            "pointSize": {"fixed": 5},
            "pointStrokeWidth": 1,
            "show": "points",
        },
        {**_SERIES, "mapping": "auto"},
    ),
    "alertlist": (
        {},
        {},
        {
            "dashboardAlerts": False,
            "groupMode": "default",
            "maxItems": 20,
            "showInactiveAlerts": False,
            "sortOrder": 1,
            "stateFilter": {
                "error": True,
                "firing": True,
                "noData": False,
                "normal": False,
                "pending": True,
                "recovering": True,
            },
            "viewMode": "list",
        },
    ),
    "row": ({}, {}, {}),
}

_STANDARD = frozenset(
    ("unit", "min", "max", "fieldMinMax", "decimals", "displayName", "noValue", "thresholds", "mappings", "links")
) | {"actions", "color", "filterable", "custom"}
# parts of fieldConfig.defaults that a type does not read, and that the editor therefore throws away
_UNREAD = {
    "heatmap": _STANDARD - {"unit", "links", "custom"},
    "piechart": frozenset({"thresholds"}),
    **dict.fromkeys(("alertlist", "annolist", "dashlist", "logs", "news", "text"), _STANDARD),
}

# of a dashboard, of a link on it, of an annotation, and of a variable
DASHBOARD: dict[str, Any] = {
    "editable": True,
    "fiscalYearStartMonth": 0,
    "graphTooltip": 0,
    "liveNow": False,
    "preload": False,
}
LINK: dict[str, Any] = {
    "asDropdown": False,
    "icon": "external link",
    "includeVars": False,
    "keepTime": False,
    "targetBlank": False,
}
ANNOTATION: dict[str, Any] = {"enable": True, "hide": False}
VARIABLE: dict[str, Any] = {
    "allowCustomValue": True,
    "hide": 0,
    "includeAll": False,
    "multi": False,
    "skipUrlSync": False,
    "sort": 0,
}


def unread_fields(kind: str) -> frozenset[str]:
    """Keys of ``fieldConfig.defaults`` that mean nothing to a panel type."""
    return _UNREAD.get(kind, frozenset())


def panel_defaults(kind: str) -> dict[str, Any]:
    """The defaults of one panel type, in the shape of a panel."""
    color, custom, options = _TYPES.get(kind, ({}, {}, {}))
    common = EVERY_PANEL["fieldConfig"]["defaults"]
    fields = {"defaults": {**common, "color": color, "custom": custom}}
    return {**EVERY_PANEL, "fieldConfig": fields, "options": options}
