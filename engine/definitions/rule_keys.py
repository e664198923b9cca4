"""The keys of rules and metrics in ``recording_rules/``: type, meaning, and which kinds may have them."""

from __future__ import annotations

from gendash.engine.definitions.keys import Key

RULE_KINDS = ("record", "alert")
METRIC_TYPES = ("counter", "gauge", "histogram", "summary")

RULE_KEYS: tuple[Key, ...] = (
    Key("record", "text", "name of the series that the rule records: level:metric:operations", ("record",)),
    Key("alert", "text", "name of the alert, in CamelCase", ("alert",)),
    Key("expr", "text", "the expression, with references in {{ }}", RULE_KINDS, RULE_KINDS),
    Key("doc", "text", "what the series or the alert says", RULE_KINDS, RULE_KINDS),
    Key("feature", "text", "features that must be on, separated by blanks; else the rule is left out", RULE_KINDS),
    Key("otherwise", "text", "with feature: the expression that is used while it is off", RULE_KINDS),
    Key("labels", "texts by name", "labels that the rule adds", RULE_KINDS),
    Key("annotations", "texts by name", "summary, description and dashboard of an alert", ("alert",)),
    Key("for", "durations", "how long the expression must hold before the alert fires", ("alert",)),
    Key("each", "maps", "the rule once for each of these maps, `$name` replaced by its values", RULE_KINDS),
)

METRIC_KEYS: tuple[Key, ...] = (
    Key("name", "metric", "what a platform calls the metric unless `metrics:` maps it", METRIC_TYPES, METRIC_TYPES),
    Key("type", "str", "type of the metric", METRIC_TYPES, METRIC_TYPES, METRIC_TYPES),
    Key("doc", "text", "what is counted or measured", METRIC_TYPES, METRIC_TYPES),
    Key("unit", "str", "unit of one sample; of a counter, what is counted", METRIC_TYPES),
    Key("labels", "texts by name", "labels by name, each with what it says", METRIC_TYPES),
    Key("buckets", "numbers", "upper bounds of a histogram, without +Inf", ("histogram",)),
    Key("feature", "text", "the feature that says whether the platform records it", METRIC_TYPES),
    Key("trap", "text", "what people get wrong about it", METRIC_TYPES),
    Key("quiet", "text", "why a constant 0 is no fault", METRIC_TYPES),
    Key("foreign", "bool", "true: it may have labels that are not listed, so none of them is checked", METRIC_TYPES),
    Key("sql", "text", "of gendash's own metrics: the query to the store", METRIC_TYPES),
)
