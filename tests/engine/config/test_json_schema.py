"""The JSON Schema that editors use is the list of settings, and says what the loader says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import gendash
from gendash.engine.config.edit import HINT
from gendash.engine.config.json_schema import schema, schema_text
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import SETTINGS, Setting
from gendash.engine.errors import ConfigError

ROOT = Path(gendash.__file__).parent
VALIDATOR = jsonschema.Draft7Validator(schema())
IN_FILE = [setting for setting in SETTINGS if not setting.secret]
RIGHT = {
    "bool": True, "int": 3, "float": 2.5, "money": 20, "share": 0.5, "list": ["a"], "names": ["a"], "zone": "Europe/Berlin",
    "url": "http://h:1", "server": "none", "str": "text", "name": "a_name", "identifier": "My table", "table": "auth.users", "name?": "dev", "role": "a_name", "uid": "a-1", "uid?": "a-1",
    "metric": "a:b_total", "label": "a_b", "duration": "5m", "column": "= lower({a b})", "words": ["a", 1, True],
    "text": "a text", "int?": 0, "url?": "", "document?": "https://h/keys?of=a", "server retention": "30d",
    "header": "some text", "proxy": "http://proxy:3128", "route": "/chat",
}  # fmt: skip
WRONG: dict[str, list[Any]] = {
    "bool": ["yes", 1], "int": [0, 1.5, "3", True], "float": [0, "2"], "money": [-1, "20"], "share": [0, 1, "half"],
    "list": ["a", [1]], "names": ["a", [1], ["a b"]], "zone": [1], "url": [1, "nowhere"], "server": [1, "nowhere"], "str": [1, ["a"]], "name": ["a b", 1], "role": ["a b", 1], "identifier": [1, ""], "table": [1, ""],
    "name?": ["Dev", "far-too-long-a-name"], "uid": ["a b", ""], "uid?": ["a b", 1], "metric": ["1a", "a b"], "label": ["a:b"],
    "duration": ["5", "5 m", 5], "column": ["", "=", 1], "words": ["a", [None], [["a"]]],
    "text": ["", 1], "int?": [-1, "3"], "url?": ["nowhere", 1], "document?": ["nowhere", 1, "https://a:b@h/keys"], "server retention": ["never", 5],
    "header": ["", "a\nb", "ü", 1], "proxy": ["https://proxy", "http://a:b@proxy", 1], "route": ["", " ", " /chat", None, 1],
}  # fmt: skip


def nested(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.replace("*", "mine").split(".")):
        value = {part: value}
    found = dict(value)
    if key.startswith("langfuse.servers."):  # of a project that is listed
        found["langfuse"]["projects"] = ["mine"]
    return found


def right(setting: Setting) -> Any:
    if setting.choices:
        return [setting.choices[0]] if setting.type == "list" else setting.choices[0]
    addresses = ("datasources.prometheus_address", "prometheus.rules_url", "prometheus.ruler_url")
    return "http://prometheus:9090" if setting.key in addresses else RIGHT[setting.type]


def refused(document: Any) -> bool:
    try:
        load_config(yaml.safe_dump(document))
    except ConfigError:
        return True
    return False


def test_the_shipped_file_is_the_schema_of_these_settings() -> None:
    shipped = (ROOT / "provisioning" / "gendash.schema.json").read_text("utf-8")
    assert shipped == schema_text(), "run `make generate`"
    jsonschema.Draft7Validator.check_schema(json.loads(shipped))


@pytest.mark.parametrize("setting", IN_FILE, ids=lambda one: one.key)
def test_every_setting_is_valid_with_a_right_value_and_invalid_with_a_wrong_one(setting: Setting) -> None:
    good = nested(setting.key, right(setting))
    assert VALIDATOR.is_valid(good) and not refused(good)
    assert VALIDATOR.is_valid({"environments": {"prod": good}})
    for value in ["no such choice", ["no such choice"]] if setting.choices else WRONG[setting.type]:
        bad = nested(setting.key, value)
        assert not VALIDATOR.is_valid(bad), value
        assert refused(bad), value
        assert not VALIDATOR.is_valid({"environments": {"prod": bad}}), value
    if setting.default is not None:
        assert VALIDATOR.is_valid(nested(setting.key, setting.default))


def test_that_there_is_no_database_may_stand_in_the_file_but_its_address_may_not() -> None:
    for key in ("database_url", "source_url"):
        assert VALIDATOR.is_valid({key: "none"}) and not refused({key: "none"})
        assert not VALIDATOR.is_valid({key: "postgresql://h/d"}) and refused({key: "postgresql://h/d"})


def test_unknown_keys_and_secrets_are_invalid_everywhere() -> None:
    for document in ({"time_zon": "UTC"}, {"slo": {"api_error": {}}}, {"database_url": "postgresql://h/d"},
                     {"platform": {"columns": {"users": "role"}}}, {"environments": {"prod": {"x": 1}}}):  # fmt: skip
        assert not VALIDATOR.is_valid(document), document


def test_empty_files_and_the_shipped_settings_are_valid() -> None:
    for text in ("", "# nothing yet\n", "{}", "features: {}\n", "environments: {}\n"):
        assert VALIDATOR.is_valid(yaml.safe_load(text)), text
        load_config(text)
    for document in ({"features": None}, {"environments": None}):
        assert not VALIDATOR.is_valid(document)
        assert refused(document)
    text = (ROOT / "demo" / "gendash.yaml").read_text("utf-8")
    assert VALIDATOR.is_valid(yaml.safe_load(text))
    hint, _, path = text.splitlines()[0].partition("$schema=")
    assert HINT.startswith(hint)
    assert (ROOT / "demo" / path).resolve() == (ROOT / "provisioning" / "gendash.schema.json").resolve()
