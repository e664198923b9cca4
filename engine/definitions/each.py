"""``each:`` of rules and of SQL files: one text for several that differ in a few words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A text, or the texts of a map, with each ``$name`` replaced by the value of that name."""
    if isinstance(value, dict):
        return {key: filled(inner, values) for key, inner in value.items()}
    return Template(value).safe_substitute(values) if isinstance(value, str) else value


def wrong_each(each: Any) -> Iterator[tuple[str, str]]:
    """The faults of a SQL file's ``each:``, with what to do: it lists maps of texts and numbers, each with a name."""
    if not isinstance(each, list) or not each or not all(isinstance(one, dict) for one in each):
        yield "each is not a list of maps", "write a line '- {name: ..., ...}' for each relation"
        return
    for number, one in enumerate(each, 1):
        name = one.get("name")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield (
                f"each, map {number}: name is {name!r}",
                "name the relation with a-z, 0-9 and _",
            )
        if one.keys() != each[0].keys():
            yield f"each, map {number}: other keys than the first", f"give it {', '.join(map(str, each[0]))}"
        for key, value in one.items():
            if isinstance(value, bool) or not isinstance(value, str | int | float) or "\n" in str(value):
                yield f"each, map {number}: {key} is {value!r:.40}", "write a text of one line, or a number"
