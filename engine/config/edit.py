"""The text of gendash.yaml with other values: every other byte of it stays. Pure.

A library that writes YAML would change quotes, widths and blank lines of a file that people keep in git. Here the
parser only finds the position of a value; the text is edited there, read again, and rejected if it says anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from gendash.engine.errors import Refused
from gendash.engine.model import Problem

HINT = "# yaml-language-server: $schema=gendash.schema.json\n"  # which `gendash config --schema` prints


def with_values(text: str, path: Sequence[str], values: Mapping[str, bool], name: str = "gendash.yaml") -> str:
    """``text`` with ``values`` in the map at ``path``. Raises Refused where it cannot be edited in place."""
    new = text or HINT
    for key, value in values.items():
        new = _with_value(new, [*path, key], "true" if value else "false")
    if _read(new) != _expected(text, path, values):
        lines = "; ".join(f"{'.'.join([*path, key])}: {str(value).lower()}" for key, value in values.items())
        raise Refused(Problem(name, "cannot be edited in place, nothing was written", f"set by hand: {lines}"))
    return new


def _read(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return NotImplemented


def _expected(text: str, path: Sequence[str], values: Mapping[str, bool]) -> Any:
    """The expected parsed document; a value that equals nothing if a path does not lead to a map."""
    found = _plain(_read(text))
    found = {} if found is None else found
    at = found
    for key in path:
        if not isinstance(at, dict):
            return object()
        if at.get(key) is None:
            at[key] = {}
        at = at[key]
    if not isinstance(at, dict):
        return object()
    at.update(values)
    return found


def _plain(value: Any) -> Any:
    """A copy in which what an anchor shares is shared no more."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _with_value(text: str, path: Sequence[str], value: str) -> str:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return text
    if node is None:
        return _lines_after(text, len(text), _block(path, value, 0))
    for depth, key in enumerate(path):
        found = _entry(node, key)
        if found is None:
            return _inserted(text, node, path[depth:], value)
        key_node, node = found
        if depth < len(path) - 1 and isinstance(node, yaml.ScalarNode) and not node.value:  # a key without a value
            lines = _block(path[depth + 1 :], value, key_node.start_mark.column + 2)
            return _lines_after(text, node.end_mark.index, lines)
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _entry(node: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((k, v) for k, v in pairs if k.value == key), None)


def _inserted(text: str, node: yaml.Node, path: Sequence[str], value: str) -> str:
    """The text with a new last entry in a map."""
    if not isinstance(node, yaml.MappingNode):
        return text
    if node.flow_style:
        inner = "".join(f"{key}: {{" for key in path[:-1]) + f"{path[-1]}: {value}" + "}" * (len(path) - 1)
        if not node.value:
            return text[: node.start_mark.index + 1] + inner + text[node.end_mark.index - 1 :]
        end = _end(node.value[-1][1])
        return f"{text[:end]}, {inner}{text[end:]}"
    return _lines_after(text, _end(node), _block(path, value, node.start_mark.column))


def _end(node: yaml.Node) -> int:
    """The position at which a node's last scalar ends; of a block, the one before the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _block(path: Sequence[str], value: str, indent: int) -> list[str]:
    lines = [f"{' ' * (indent + 2 * depth)}{key}:" for depth, key in enumerate(path)]
    return [*lines[:-1], f"{lines[-1]} {value}"]


def _lines_after(text: str, at: int, lines: Sequence[str]) -> str:
    """The text with lines below the line in which a place lies."""
    newline = "\r\n" if "\r\n" in text else "\n"
    if at and text[at - 1 : at] == "\n":
        end = at  # a block text ends where the next line begins
    else:
        found = text.find("\n", at)
        end = len(text) if found < 0 else found + 1
    before = text[:end] if end == 0 or text[end - 1] == "\n" else text[:end] + newline
    return before + "".join(line + newline for line in lines) + text[end:]
