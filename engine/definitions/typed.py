"""Checks values of dataclasses against the declared types of their fields when a module is loaded, as mypy would."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

NAMES = {str: "a text", int: "a whole number", bool: "true or false", float: "a number"}


class Declared(NamedTuple):
    """One field of a dataclass: its type and default in words, and its entry in the docstring of the class."""

    name: str
    type: str
    default: str
    optional: bool
    doc: str


def described(kind: Any) -> tuple[str, dict[str, str]]:
    """The docstring of a class without its entries ``field: meaning``, and these entries by field."""
    entry = re.compile(r"^(\w+): (.*(?:\n .*)*)$", re.MULTILINE)
    text = inspect.getdoc(kind) or ""
    return entry.sub("", text).strip(), {name: " ".join(doc.split()) for name, doc in entry.findall(text)}


def declared(kind: Any) -> list[Declared]:
    """The fields of a dataclass, in order."""
    hints, docs = get_type_hints(kind), described(kind)[1]
    found = []
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        default = "" if field.default is dataclasses.MISSING or field.default == "" else repr(field.default)
        optional = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        found.append(Declared(field.name, says(hint), default, optional, docs.get(field.name, "")))
    return found


def says(hint: Any) -> str:
    """A declared type in words, for messages and the reference."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(map(str, inside))}"
    if origin in (Union, types.UnionType):
        return " or ".join("nothing" if one is type(None) else says(one) for one in inside)
    if origin is tuple:
        return f"a pair of {' and '.join(map(says, inside))}"
    if origin is Sequence:
        return f"a list ({says(inside[0])})"
    if origin is Mapping:
        return "a map of names to texts"
    return NAMES.get(hint) or ("anything" if hint is Any else f"a {hint.__name__}")


def misfits(value: Any, hint: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The path of each part of a value that does not have its declared type, and what is wrong with it."""
    origin, inside = get_origin(hint), get_args(hint)
    if hint is Any:
        return
    elif origin in (Union, types.UnionType):
        if all(list(misfits(value, one)) for one in inside):
            yield path, f"is {shown(value)}, not {says(hint)}"
    elif origin is Literal:
        if not any(value == one and type(value) is type(one) for one in inside):
            yield path, f"is {shown(value)}, not {says(hint)}"
    elif origin in (Sequence, tuple, Mapping):
        yield from _misfits_within(value, hint, path)
    elif getattr(hint, "_is_protocol", False):
        methods = [name for name in vars(hint) if not name.startswith("_")]
        if isinstance(value, type) or not all(callable(getattr(value, name, None)) for name in methods):
            yield path, f"is {shown(value)}, not a {hint.__name__} with {', '.join(methods)}()"
    elif not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        yield path, f"is {shown(value)}, not {says(hint)}"
    elif hint is str and not _can_be_written(value):
        yield path, f"is {shown(value)}, with a lone surrogate, which UTF-8 cannot encode"
    elif dataclasses.is_dataclass(hint):
        kind: Any = hint
        for name, one in _hints(kind).items():
            yield from misfits(getattr(value, name), one, f"{path}.{name}" if path else name)


def _misfits_within(value: Any, hint: Any, path: str) -> Iterator[tuple[str, str]]:
    """The same of a list, a pair or a map, whose items have declared types."""
    origin, inside = get_origin(hint), get_args(hint)
    fits = isinstance(value, Mapping if origin is Mapping else list | tuple)
    if not fits or (origin is tuple and len(value) != len(inside)):
        yield path, f"is {shown(value)}, not {says(hint)}"
    elif origin is Mapping:
        for key, item in value.items():
            yield from misfits(key, inside[0], f"a key of {path}")
            yield from misfits(item, inside[1], f"{path}.{key}")
    else:
        hints = inside if origin is tuple else [inside[0]] * len(value)
        for number, (item, one) in enumerate(zip(value, hints, strict=True), 1):
            yield from misfits(item, one, f"{path}[{number}]")


def _can_be_written(text: str) -> bool:
    """True if a text has no surrogate, which no encoding knows."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The types of a dataclass's fields; to evaluate them for each value would take most of the time of `check`."""
    return get_type_hints(kind)


def shown(value: Any) -> str:
    """A value in at most 40 characters."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]} ..."
