"""Writes engine/definitions/grafana_panels.json: what Grafana's schemas say of options and fields, in one file.

Run this file after a change of the schemas beside it; a test compares both.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parent / "schemas"
TARGET = Path(__file__).parents[2] / "engine" / "definitions" / "grafana_panels.json"
NO_PANELS = {"alerting", "common", "dashboardlist", "prometheus"}  # data sources and parts; and no queries of its own
LICENSE = "Grafana Labs, Apache License 2.0; shortened from Grafana's JSON Schemas (tests/dashboards/schemas)"


def shortened(schema: Any) -> Any:
    """A schema without texts, defaults and required keys: Grafana fills in what is missing.

    The schemas' unions overlap, so any-of is meant; an object of anything is anything, and what has one possible type
    by default is that type.
    """
    if isinstance(schema, list):
        return [shortened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "object" and schema.get("additionalProperties") == {} and "properties" not in schema:
        return {}
    if len(schema.get("allOf", ())) == 1:
        return {"enum": [schema["default"]]} if "default" in schema else shortened(schema["allOf"][0])
    found = {}
    for key, value in schema.items():
        if key == "properties":
            found[key] = {name: shortened(one) for name, one in value.items()}
        elif key not in ("description", "default", "required", "deprecated"):
            found["anyOf" if key == "oneOf" else key] = shortened(value)
    return found


def _reached(definitions: dict[str, Any], name: str, found: dict[str, Any]) -> dict[str, Any]:
    """A definition and all that it refers to, put into ``found``."""
    if name in definitions and name not in found:
        found[name] = shortened(definitions[name])
        for other in re.findall(r'"#/definitions/(\w+)"', json.dumps(found[name])):
            _reached(definitions, other, found)
    return found


def document() -> dict[str, Any]:
    """Options and FieldConfig of every panel, and the definitions that they and the fields of all panels refer to."""
    panels: dict[str, Any] = {}
    common: dict[str, Any] = {}
    names = {"statetimeline": "state-timeline", "statushistory": "status-history"}
    for path in sorted(SCHEMAS.glob("*.jsonschema.json")):
        name = path.name.split(".")[0]
        definitions = json.loads(path.read_text("utf-8"))["definitions"]
        if name in NO_PANELS or "Options" not in definitions:
            continue
        found: dict[str, Any] = {}
        for part in ("Options", "FieldConfig"):
            _reached(definitions, part, found)
        panels[names.get(name, name)] = {key: found.pop(key) for key in ("Options", "FieldConfig") if key in found}
        assert all(common.get(key, value) == value for key, value in found.items()), name
        common |= found
    fields = json.loads((SCHEMAS / "dashboard.jsonschema.json").read_text("utf-8"))["definitions"]
    return {"license": LICENSE, "panels": panels, "definitions": common | _reached(fields, "FieldConfig", {})}


def text() -> str:
    """The document, one panel or definition a line."""
    made = document()
    parts = [f'"license": {json.dumps(made["license"])}']
    for key in ("panels", "definitions"):
        lines = [f"{json.dumps(name)}: {json.dumps(one, sort_keys=True)}" for name, one in sorted(made[key].items())]
        parts.append(f'"{key}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
