"""What a setting is."""

from __future__ import annotations

from typing import Any, NamedTuple

from gendash.engine.config.value_types import TypeName


class Setting(NamedTuple):
    """One setting; ``env`` is the variable that overrides the file, ``secret`` ones are read from there only."""

    key: str
    type: TypeName
    default: Any
    doc: str
    env: str = ""
    secret: bool = False
    choices: tuple[str, ...] = ()
