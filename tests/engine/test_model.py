"""The types of definitions explain themselves: the reference shows the entries of their docstrings."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gendash.engine.definitions.typed import described
from gendash.engine.model import Dashboard, Panel, Query, Relation, Row, Rule, Variable

# What the loader or a constructor sets has no good and bad value to choose from.
SET_FOR_THEM = {"language", "kind", "path", "group", "line", "lines", "adapter"}


@pytest.mark.parametrize("kind", [Dashboard, Row, Panel, Query, Variable, Relation, Rule])
def test_every_field_has_its_meaning_and_a_good_and_a_bad_example(kind: Any) -> None:
    about, docs = described(kind)
    assert about.endswith("."), "a first line that is a sentence"
    assert list(docs) == [field.name for field in dataclasses.fields(kind)], "the fields in their order"
    lacking = [name for name, doc in docs.items() if not ("Good: " in doc and "Bad: " in doc)]
    assert set(lacking) <= SET_FOR_THEM
