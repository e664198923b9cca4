"""Templates of YAML files: a text is compiled once, however often it is filled in."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import jinja2


class EnvironmentVariable(str):
    """A text that names a variable of Grafana's environment, such as ``$GENDASH_READER_PASSWORD``."""

    __slots__ = ()


def _quoted(value: Any) -> str:
    """A YAML scalar; a dollar sign is doubled, since Grafana expands it, unless the text names a variable."""
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises UndefinedError, which names it
    if isinstance(value, str) and not isinstance(value, EnvironmentVariable):
        value = value.replace("$", "$$")
    return json.dumps(value, ensure_ascii=False)


_ENVIRONMENT = jinja2.Environment(
    undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters["quoted"] = _quoted


@lru_cache(maxsize=16)
def yaml_template(text: str) -> jinja2.Template:
    """The template of a text. Raises jinja2.TemplateSyntaxError."""
    return _ENVIRONMENT.from_string(text)
