"""The declared keys: their examples are what `check` takes and does not take."""

from __future__ import annotations

import pytest
import yaml

from gendash.engine.definitions.header_keys import COLUMN_KEYS, HEADER_KEYS
from gendash.engine.definitions.keys import Key
from gendash.engine.definitions.rule_keys import METRIC_KEYS, RULE_KEYS

KEYS = [*HEADER_KEYS, *COLUMN_KEYS, *RULE_KEYS, *METRIC_KEYS]


def value(text: str) -> object:
    """The value of an example; one with a colon or braces of a template is a text in quotes."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_good_example_of_a_key_has_its_type(key: Key) -> None:
    if key.type == "bool":  # true and false need no examples
        assert (key.good, key.bad) == ("", "")
        return
    good = value(key.good) if key.type not in ("text", "str") else key.good
    assert key.fits(good), key.good
    assert key.bad != key.good
    assert key.bad


@pytest.mark.parametrize("key", [key for key in KEYS if key.bad and key.type not in ("text", "texts by name", "maps of texts", "sql type", "metric", "word lists", "str")], ids=lambda key: key.name)  # fmt: skip
def test_the_bad_example_of_a_key_with_a_shape_is_refused(key: Key) -> None:
    assert not key.fits(value(key.bad)), key.bad
