"""A YAML text -> its content, the line of each key, and its faults. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from gendash.engine.config.yaml_tree import compose_bounded

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster


class YamlText(NamedTuple):
    content: Any
    lines: Mapping[str, int]
    faults: tuple[tuple[int, str, str], ...]  # line or 0, what is wrong, what to do
    is_complete: bool = True


@lru_cache(maxsize=1024)  # a process reads the shipped files once, however often it loads a catalog
def read_yaml(text: str, first: int) -> YamlText:
    """The content, which nobody may change, and the faults of a YAML text after ``first`` lines of a file."""
    try:
        node, odd = compose_bounded(text, LOADER)
        if odd:
            return YamlText(None, {}, ((first + odd[0], odd[1], "write less"),), False)
        lines: dict[str, int] = {}
        twice = [(line, f"'{name}' is there twice", "keep one") for line, name in _key_lines(node, lines, first)]
        return YamlText(None if node is None else LOADER("").construct_document(node), lines, tuple(twice))
    except yaml.MarkedYAMLError as error:
        fault = (first + (error.problem_mark.line + 1 if error.problem_mark else 1), f"not YAML: {error.problem}")
        return YamlText(None, {}, ((*fault, "fix the line"),), False)
    except yaml.YAMLError as error:  # a character that YAML does not allow has no mark
        return YamlText(None, {}, ((0, f"not YAML: {' '.join(str(error).split())}", "fix the file"),), False)
    except ValueError as error:  # a scalar that looks like a date or number and is none, such as 2026-02-30
        return YamlText(None, {}, ((0, f"not YAML: {error}", "put the value in quotes"),), False)
    except (OverflowError, TypeError, LookupError, AttributeError) as error:  # a value that its tag cannot hold
        return YamlText(None, {}, ((0, f"not YAML ({type(error).__name__})", "correct it"),), False)


def _key_lines(node: Any, lines: dict[str, int], first: int, path: str = "") -> Iterator[tuple[int, str]]:
    """Puts the line of each key into ``lines``; gives the line and path of each that is there twice."""
    todo, seen = [(node, path)], set()
    while todo:
        node, path = todo.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            todo += [(item, f"{path}[{number}]") for number, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            name = f"{path}.{key.value}" if path else str(key.value)
            if name in lines:
                yield first + key.start_mark.line + 1, name
            lines[name] = first + key.start_mark.line + 1
            if getattr(value, "style", None) == "|":
                lines[f"{name}|"] = first + value.start_mark.line + 2
            todo.append((value, name))
