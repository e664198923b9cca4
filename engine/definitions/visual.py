"""Visual options of a panel against Grafana's own schemas: unknown keys, wrong types, unknown choices. Pure.

The schemas are those that Grafana publishes (Apache-2.0), shortened to what options and fields are made of. Values
that are None are not judged, since the renderer leaves them out; references to settings stand for numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gendash.engine.config.load import suggest
from gendash.engine.definitions.transformation_options import OPTIONS
from gendash.engine.model import SettingRef

MATCHERS = (
    "allMatch", "anyMatch", "byFrameRefID", "byName", "byNames", "byRegexp", "byRegexpOrNames", "byType", "byTypes",
    "byValue", "first", "firstTimeField", "invertMatch", "never", "numeric", "time",
)  # fmt: skip
TRANSFORMATIONS = (
    "append", "calculateField", "concatenate", "configFromData", "convertFieldType", "convertFrameType",
    "extractFields", "fieldLookup", "filterByRefId", "filterByValue", "filterFields", "filterFieldsByName",
    "filterFrames", "formatString", "formatTime", "groupBy", "groupToNestedTable", "groupingToMatrix", "heatmap",
    "histogram", "joinByField", "joinByLabels", "labelsToFields", "limit", "merge", "noop", "organize",
    "partitionByValues", "prepareTimeSeries", "reduce", "regression", "renameByRegex", "rowsToFields", "seriesToRows",
    "sortBy", "spatial", "timeSeriesTable", "transpose",
)  # fmt: skip
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list, tuple),
    "null": (),
}
_NAMES = {"string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}
_NAMES |= {"object": "a map", "array": "a list", "null": "nothing"}


class Misfit(NamedTuple):
    """One option that Grafana does not know, or whose value it does not take; ``shape`` if its type is wrong."""

    what: str
    do: str
    shape: bool = True


class Schemas:
    """Grafana's schemas: ``panels`` by type with Options and FieldConfig, and the definitions that they refer to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.panels: Mapping[str, Mapping[str, Any]] = document["panels"]
        self.definitions: Mapping[str, Mapping[str, Any]] = document["definitions"]

    def misfits(self, body: Any) -> list[Misfit]:
        """Everything in a panel's JSON that Grafana would ignore or not take."""
        if not isinstance(body, dict) or not isinstance(body.get("type"), str):
            return [
                Misfit("its visualisation does not return a panel", "return a map with type, options and fieldConfig")
            ]
        kind = body["type"]
        if kind not in self.panels:
            hint = suggest(kind, self.panels) or f"one of {', '.join(sorted(self.panels))}"
            return [Misfit(f"no panel type '{kind}'", hint)]
        panel = self.panels[kind]
        found = list(self._judge(body.get("options") or {}, panel["Options"], "options"))
        config = body.get("fieldConfig") or {}
        if not isinstance(config, dict):
            return [*found, Misfit(f"fieldConfig is {_shown(config)}, not a map", "fix it")]
        found += [
            Misfit(f"no 'fieldConfig.{key}'", suggest(key, ("defaults", "overrides")) or "take it out", False)
            for key in config
            if key not in ("defaults", "overrides")
        ]
        custom = panel.get("FieldConfig", {"properties": {}, "type": "object", "additionalProperties": False})
        field = self.definitions["FieldConfig"]
        field = {**field, "properties": {**field["properties"], "custom": custom}}
        found += self._judge(config.get("defaults") or {}, field, "defaults")
        found += self._overrides(config.get("overrides") or [], field)
        return found + list(self._transformations(body.get("transformations") or []))

    def _overrides(self, overrides: Any, field: Mapping[str, Any]) -> Iterator[Misfit]:
        if not isinstance(overrides, list | tuple):
            yield Misfit(f"overrides is {_shown(overrides)}, not a list", "write overrides=[override(...)]")
            return
        for number, one in enumerate(overrides, 1):
            where = f"override {number}"
            matcher = one.get("matcher") if isinstance(one, dict) else None
            properties = one.get("properties") if isinstance(one, dict) else None
            if not isinstance(matcher, dict) or not isinstance(properties, list):
                yield Misfit(f"{where} is {_shown(one)}", "give it a matcher and a list of properties")
                continue
            if matcher.get("id") not in MATCHERS:
                hint = suggest(str(matcher.get("id")), MATCHERS) or f"one of {', '.join(MATCHERS)}"
                yield Misfit(f"{where}: no matcher '{matcher.get('id')}'", hint)
            if matcher.get("id") in ("byName", "byRegexp", "byFrameRefID") and not isinstance(
                matcher.get("options"), str
            ):
                yield Misfit(f"{where}: {matcher['id']} of {_shown(matcher.get('options'))}", "name what it matches")
            for item in properties:
                if not isinstance(item, dict) or not isinstance(item.get("id"), str) or "value" not in item:
                    yield Misfit(f"{where}: property {_shown(item)}", "give it an id and a value")
                    continue
                yield from self._property(item["id"], item["value"], field, where)

    def _transformations(self, given: Any) -> Iterator[Misfit]:
        if not isinstance(given, list | tuple):
            yield Misfit(f"transformations is {_shown(given)}, not a list", "write [{'id': ..., 'options': {...}}]")
            return
        for number, one in enumerate(given, 1):
            if not isinstance(one, dict) or not isinstance(one.get("options"), dict):
                yield Misfit(f"transformation {number} is {_shown(one)}", "give it an id and a map of options")
            elif one.get("id") not in TRANSFORMATIONS:
                hint = suggest(str(one.get("id")), TRANSFORMATIONS) or f"one of {', '.join(TRANSFORMATIONS)}"
                yield Misfit(f"no transformation '{one.get('id')}'", hint)
            else:
                yield from self._judge(one["options"], OPTIONS.get(one["id"], {}), f"transformation {number}: options")

    def _property(self, name: str, value: Any, field: Mapping[str, Any], where: str) -> Iterator[Misfit]:
        """A property of an override: its id is a path such as ``custom.lineStyle``."""
        schema: Mapping[str, Any] = field
        walked = ""
        for part in name.split("."):
            known = self._resolved(schema).get("properties", {})
            if part not in known:
                near = suggest(part, known)
                yield Misfit(
                    f"{where}: no option '{name}'",
                    near.replace("'", f"'{walked}", 1) if near else f"known here: {', '.join(known) or 'none'}",
                    False,
                )
                return
            schema, walked = known[part], f"{walked}{part}."
        yield from self._judge(value, schema, f"{where}: {name}")

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rpartition("/")[2]]
        return schema

    def _judge(self, value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Misfit]:
        """The misfits of a value, each with the path to it."""
        schema = self._resolved(schema)
        if value is None or (isinstance(value, SettingRef) and not schema.get("enum")):
            return
        if "anyOf" in schema:
            tried = []
            for one in schema["anyOf"]:
                tried.append(list(self._judge(value, one, path)))
                if not tried[-1]:
                    return
            # the nearest alternative speaks: the one of the same shape, and of those the one with the least to say
            yield from min(
                tried, key=lambda found: (any(one.what.startswith(f"{path} is ") for one in found), len(found))
            )
            return
        if "enum" in schema:
            if value not in schema["enum"]:
                hint = suggest(str(value), [str(one) for one in schema["enum"]])
                choices = ", ".join(str(one) for one in schema["enum"])
                yield Misfit(f"{path} is {_shown(value)}", hint or f"one of {choices}")
            return
        kind = schema.get("type")
        if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
            yield Misfit(f"{path} is {_shown(value)}, not {_NAMES[kind]}", "fix its type")
        elif isinstance(value, dict):
            yield from self._judge_map(value, schema, path)
        elif isinstance(value, list | tuple):
            for number, item in enumerate(value, 1):
                yield from self._judge(item, schema.get("items", {}), f"{path}[{number}]")

    def _judge_map(self, value: Mapping[Any, Any], schema: Mapping[str, Any], path: str) -> Iterator[Misfit]:
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
        for key, item in value.items():
            if key in known:
                yield from self._judge(item, known[key], f"{path}.{key}")
            elif rest is False and item is not None:
                hint = suggest(str(key), known) or f"known here: {', '.join(known) or 'none'}"
                yield Misfit(f"no option '{path}.{key}'", hint, False)
            elif isinstance(rest, dict):
                yield from self._judge(item, rest, f"{path}.{key}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]} ..."
