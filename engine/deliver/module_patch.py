"""Adopted fields of panels in one's own modules -> a patch, where a field is a literal of `Panel(...)`."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from gendash.engine.definitions.overrides import Fields
from gendash.engine.model import Dashboard, Panel

# a field of the rendered JSON, and the argument of Panel that it comes from
ARGUMENTS = {"title": "title", "description": "doc", "gridPos.w": "width", "gridPos.h": "height", "timeFrom": "window"}
_ORDER = [one.name for one in fields(Panel)]


def patched_module(
    source: str, dashboard: Dashboard, adopted: Mapping[str, Fields | None], rendered: Mapping[str, Mapping[str, Any]]
) -> tuple[str, dict[str, list[str]]]:
    """The module with the fields that it can say, and these by place.

    ``rendered`` gives the panel's JSON by place as the definitions render it: a literal that renders as anything else
    than itself is left alone.
    """
    changes: list[tuple[int, int, str]] = []
    said: dict[str, list[str]] = {}
    panels = {f"{dashboard.name}/{panel.slug}": panel for panel in dashboard.panels()}
    starts = _starts(source)
    for place, of_place in adopted.items():
        panel, call = panels.get(place), _call(source, place.partition("/")[2])
        for path, value in (of_place or {}).items() if panel and call else ():
            argument = ARGUMENTS.get(path, "")
            literal = _argument(call, argument) if argument and call else None
            before = _value(rendered.get(place, {}), path)
            fits = literal is not None and type(value) is type(literal.value) and literal.value == before
            if literal is None or not fits or "{{" in str(value):
                continue
            begin = starts[literal.lineno - 1] + _characters(source, starts, literal.lineno, literal.col_offset)
            last = literal.end_lineno or literal.lineno
            end = starts[last - 1] + _characters(source, starts, last, literal.end_col_offset or 0)
            changes.append((begin, end, json.dumps(value, ensure_ascii=False)))
            said.setdefault(place, []).append(path)
    for begin, end, text in sorted(changes, reverse=True):
        source = source[:begin] + text + source[end:]
    return source, said


def unified_patch(before: str, after: str, path: str) -> str:
    """A patch of one file for `git apply` or `patch -p1`."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _call(source: str, slug: str) -> ast.Call | None:
    """The one call of Panel with this slug; None where there is none, or more than one."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Panel"
        and (literal := _argument(node, "slug")) is not None
        and literal.value == slug
    ]
    return found[0] if len(found) == 1 else None


def _argument(call: ast.Call, name: str) -> ast.Constant | None:
    """The literal that an argument is; None where it is anything else."""
    named = next((one.value for one in call.keywords if one.arg == name), None)
    place = _ORDER.index(name)
    if named is None and place < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args):
        named = call.args[place]
    return named if isinstance(named, ast.Constant) else None


def _value(panel: Mapping[str, Any], path: str) -> Any:
    value: Any = panel
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _starts(source: str) -> list[int]:
    """Where each line begins, in characters."""
    found = [0]
    for line in source.splitlines(keepends=True):
        found.append(found[-1] + len(line))
    return found


def _characters(source: str, starts: list[int], line: int, column: int) -> int:
    """The characters of so many bytes of a line: the parser counts bytes."""
    return len(source[starts[line - 1] : starts[line]].encode()[:column].decode())
