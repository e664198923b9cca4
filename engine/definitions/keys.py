"""A key of a map that is written in YAML: name, type and meaning, declared once. Checks and the reference read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gendash.engine.config.load import nearest
from gendash.engine.config.value_types import TYPES, TypeName

RELATION_KINDS = ("staging", "table", "rollup", "view", "audit")


class Key(NamedTuple):
    """One key; ``kinds`` names the kinds of relations that may have it, ``needed`` those that must.

    ``unit`` is that of its number; ``good`` and ``bad`` are values as they are written in YAML.
    """

    name: str
    type: TypeName
    doc: str
    kinds: tuple[str, ...] = RELATION_KINDS
    needed: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    unit: str = ""
    good: str = ""
    bad: str = ""

    @property
    def says(self) -> str:
        """The expected value in words, for messages and the reference."""
        several = self.type in ("one or two", "list")
        chosen = f"{'one or two' if several else 'one'} of {', '.join(self.choices)}"
        return chosen if self.choices else TYPES[self.type].says

    def fits(self, value: Any) -> bool:
        """True if a value has the type, and is one of the choices where there are some."""
        if not TYPES[self.type].fits(value):
            return False
        return not self.choices or {*(value if isinstance(value, list) else [value])} <= {*self.choices}


class KeyFault(NamedTuple):
    """The fault of one key of a map, and what to do about it."""

    key: str
    what: str
    do: str


def faults(given: Mapping[Any, Any], keys: Sequence[Key], kind: str = "") -> Iterator[KeyFault]:
    """The faults of a map's keys: unknown, of a wrong type, not for this kind of relation, or missing."""
    known = {key.name: key for key in keys if not kind or kind in key.kinds}
    elsewhere = {key.name: key for key in keys}
    meant = {nearest(str(name), known) for name in given if name not in elsewhere}
    for name, value in given.items():
        key = known.get(name)
        if key is None and name in elsewhere:
            where = " and ".join(f"{one}s" if one != "staging" else one for one in elsewhere[name].kinds)
            yield KeyFault(name, f"key '{name}' has no effect in a {kind}", f"it is for {where}: take it out")
        elif key is None:
            near = nearest(str(name), known)
            hint = f"did you mean '{near}'?" if near else ""
            if value is None and not near:
                hint = "put a text with a comma, or with ': ' in it, in quotes"
            yield KeyFault(name, f"unknown key '{name}'", hint or f"known: {', '.join(known)}")
        elif not key.fits(value):
            yield KeyFault(name, f"{name} is {_shown(value)}, not {key.says}", "fix it")
    for key in keys:
        if kind in key.needed and key.name not in given and key.name not in meant:
            yield KeyFault(key.name, f"no {key.name}", f"add {key.name}: {key.doc}")


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= 40 else f"{text[:36]} ..."
