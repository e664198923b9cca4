"""The JSON Schema of gendash.yaml, made from the list of settings: what editors complete and check by. Pure."""

from __future__ import annotations

import json
from typing import Any

from gendash.engine.config.settings import SETTINGS, Setting
from gendash.engine.config.value_types import NONE, TYPES


def schema() -> dict[str, Any]:
    """The schema: every setting that the file may contain, and the same again for each environment.

    Secrets are not in it: they come from the environment only. What a name may be is left to `gendash check`, since
    content of one's own may declare more tables, metrics and views.
    """
    settings = _node({}, "settings")
    for setting in SETTINGS:
        if not setting.secret:
            _add(settings, setting, _value(setting))
        elif setting.type == "server":  # its address is a secret, that there is none is not
            _add(settings, setting, {"enum": [NONE], "description": f"{setting.doc} (an address: {setting.env})"})
    environments = {
        "type": "object",
        "description": "overlays by name, for `gendash --env NAME`",
        "additionalProperties": {"$ref": "#/definitions/settings"},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",  # what editors know best
        "title": "gendash.yaml",
        "description": "Settings of gendash. Secrets are set in the environment only.",
        **{key: value for key, value in settings.items() if key != "description"},
        "type": ["object", "null"],  # an empty file is a good one
        "properties": {**settings["properties"], "environments": environments},
        "definitions": {"settings": settings},
    }


def schema_text() -> str:
    """The schema as the file that is shipped: provisioning/gendash.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _node(properties: dict[str, Any], doc: str = "") -> dict[str, Any]:
    found = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**found, "description": doc} if doc else found


def _add(at: dict[str, Any], setting: Setting, value: dict[str, Any]) -> None:
    """Puts a setting into the tree of maps; a ``*`` matches any name."""
    *parents, last = setting.key.split(".")
    for name in parents:
        at = _child(at, name)
    if last == "*":
        at["additionalProperties"] = value
    else:
        at["properties"][last] = value


def _child(at: dict[str, Any], name: str) -> dict[str, Any]:
    if name != "*":
        found: dict[str, Any] = at["properties"].setdefault(name, _node({}))
        return found
    if at["additionalProperties"] is False:
        at["additionalProperties"] = _node({})
    inner: dict[str, Any] = at["additionalProperties"]
    if inner["type"] == "string":  # the value is a name or a map of names
        inner |= {"type": ["string", "object"]}
    return inner


def _value(setting: Setting) -> dict[str, Any]:
    kind = dict(TYPES[setting.type].schema)
    if setting.choices:
        choices = {"enum": list(setting.choices)}
        kind = {**kind, "items": choices} if "items" in kind else choices
    default = {} if setting.default is None else {"default": setting.default}
    description = f"{setting.doc} ({setting.env} overrides it)" if setting.env else setting.doc
    return {**kind, "description": description, **default}
