"""The values of gendash.yaml by dotted key. Any text is read in bounded time, or is rejected with a problem.

Aliases are resolved, as YAML says; so that a few lines cannot expand to a million values, the values read are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from gendash.engine.model import Problem

LONGEST, DEEPEST, MOST = 1 << 20, 20, 20_000  # characters, levels, values
LONGEST_NUMBER = 300  # digits; those of a float64
Leaves = dict[str, tuple[Any, str]]
_PLAIN = {"tag:yaml.org,2002:" + name for name in ("int", "float", "bool", "null")}
_COMPOSED_LEVELS = 1_500  # a fifth of what the stack of a thread holds
_LONG_WORD = re.compile(rf"\S{{{LONGEST_NUMBER + 1}}}")
_EXPANDED = f"with its aliases more than {MOST:,} values, or more than {DEEPEST} levels"
_TEXT = {"tag:yaml.org,2002:" + name for name in ("str", "timestamp")}


class _TooMuch(Exception):
    """More values than a file of settings can have."""


@dataclass
class _Tree:
    path: str
    problems: list[Problem]
    left: int = MOST
    seen: set[str] = field(default_factory=set)

    def where(self, node: yaml.Node) -> str:
        return f"{self.path}:{node.start_mark.line + 1}"

    def wrong(self, node: yaml.Node, what: str, do: str) -> None:
        self.problems.append(Problem(self.where(node), what, do))


def read_tree(text: str, path: str, problems: list[Problem]) -> tuple[Leaves, dict[str, Leaves]]:
    """Scalar and list values by dotted key with their ``file:line``, and the same for each environment.

    What is wrong is added to ``problems``, and left out.
    """
    root = _root(text, path, problems)
    if root is None:
        return {}, {}
    tree, leaves, environments = _Tree(path, problems), Leaves(), dict[str, Leaves]()
    settings = [item for item in root.value if item[0].value != "environments"]
    try:
        _walk(tree, yaml.MappingNode(root.tag, settings, root.start_mark), "", leaves, root)
        for _, node in (item for item in root.value if item[0].value == "environments"):
            if not isinstance(node, yaml.MappingNode):
                tree.wrong(node, "environments is not a map", "name each environment")
                continue
            for name, overlay in node.value:
                if isinstance(name, yaml.ScalarNode):
                    _walk(tree, overlay, "", environments.setdefault(name.value, {}), name)
                else:
                    tree.wrong(name, "the name of an environment is not a text", "write `name:`")
    except _TooMuch:
        problems.append(Problem(path, f"more than {MOST:,} values", "aliases count as often as they are used"))
        return {}, {}
    return leaves, environments


def _root(text: str, path: str, problems: list[Problem]) -> yaml.MappingNode | None:
    if len(text) > LONGEST:
        problems.append(Problem(path, f"longer than {LONGEST:,} characters", "is it the right file?"))
        return None
    try:
        odd = odd_line(text)
        if odd:
            problems.append(Problem(f"{path}:{odd[0]}", odd[1], "settings have at most five"))
            return None
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        problems.append(Problem(f"{path}:{line}", "a character that YAML does not allow", "take it out"))
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        what = f"not YAML: {error.problem}"
        problems.append(Problem(f"{path}:{mark.line + 1 if mark else 1}", what, "correct the line"))
        return None
    except (yaml.YAMLError, ValueError) as error:  # an escape or a version number that is none
        problems.append(Problem(path, f"not YAML ({type(error).__name__})", "correct it"))
        return None
    if root is not None and not isinstance(root, yaml.MappingNode):
        problems.append(Problem(f"{path}:1", "not a map of settings", "write 'key: value' lines"))
        return None
    return root


def odd_line(text: str, loader: Any = yaml.SafeLoader) -> tuple[int, str] | None:
    """The line of a YAML text that is nested too deep, and what is wrong; None if nothing is. The parser recurses."""
    if len(text) > LONGEST:
        return 1, f"longer than {LONGEST:,} characters"
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return (event.start_mark.line if event.start_mark else 0) + 1, f"more than {DEEPEST} levels"
    return None


def compose_bounded(text: str, loader: Any) -> tuple[yaml.Node | None, tuple[int, str] | None]:
    """The nodes of a YAML text, or the line that keeps it from being read in bounded time, and why.

    Raises YAMLError for what is not YAML.
    """
    is_safe = loader is not yaml.SafeLoader and _can_be_composed(text)  # that one recurses in Python
    odd = None if is_safe else odd_line(text, loader)
    root = None if odd else yaml.compose(text, Loader=loader)
    much = _too_much(root) if "*" in text or len(text) > MOST or _LONG_WORD.search(text) else _too_deep(root)
    if much and not odd:  # an alias repeats what is deep, or a text that is too deep was short enough to compose
        odd = odd_line(text, loader) or (1, much)
    return (None, odd) if odd else (root, None)


def _can_be_composed(text: str) -> bool:
    """True if the parser cannot recurse further than it has room for, whatever the text holds.

    A level costs a bracket, or a column of its line; a list may share the column of its map. Small texts, nearly all,
    are so parsed once and not twice.
    """
    if len(text) > LONGEST:
        return False
    levels = text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0)
    return levels <= _COMPOSED_LEVELS


def _too_deep(root: yaml.Node | None) -> str:
    """The same for a text that is too short to hold too much."""
    level, nodes = 0, [] if root is None else [root]
    while nodes := [node for node in nodes if not isinstance(node, yaml.ScalarNode)]:
        level += 1
        if level > DEEPEST:
            return _EXPANDED
        nodes = [item for node in nodes for item in _items(node)]
    return ""


def _too_much(root: yaml.Node | None) -> str:
    """What is wrong with a text whose aliases are resolved: it contains itself, or more than anybody writes."""
    sizes: dict[int, tuple[int, int]] = {}  # of each node with what is in it: values, levels
    todo = [] if root is None else [(root, 1, False)]
    within: set[int] = set()
    while todo:
        node, level, is_left = todo.pop()
        if isinstance(node, yaml.ScalarNode):
            if len(node.value) > LONGEST_NUMBER and node.tag in _PLAIN:
                return f"a number of more than {LONGEST_NUMBER} digits"
            continue
        if is_left:
            within.discard(id(node))
            found = [sizes.get(id(item), (1, 1)) for item in _items(node)]
            sizes[id(node)] = 1 + sum(size for size, _ in found), 1 + max((depth for _, depth in found), default=0)
        elif id(node) not in sizes:
            within.add(id(node))
            todo.append((node, level, True))
            for item in _items(node):
                if id(item) in within or (level >= DEEPEST and not isinstance(item, yaml.ScalarNode)):
                    return _EXPANDED
                todo.append((item, level + 1, False))
        size, depth = sizes.get(id(node), (1, 1))
        if size > MOST or depth + level > DEEPEST + 2:
            return _EXPANDED
    return ""


def _items(node: yaml.Node) -> list[yaml.Node]:
    return [one for pair in node.value for one in pair] if isinstance(node, yaml.MappingNode) else node.value


def _walk(tree: _Tree, node: yaml.Node, prefix: str, leaves: Leaves, key_node: yaml.Node, depth: int = 0) -> None:
    _count(tree)
    if isinstance(node, yaml.MappingNode) and depth <= DEEPEST:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                tree.wrong(key, "a key that is not a name", "write `name: value`")
                continue
            name = f"{prefix}.{key.value}" if prefix else str(key.value)
            if name in seen or name in leaves:
                tree.wrong(key, f"'{name}' occurs twice", "keep one")
                continue
            seen.add(name)
            _walk(tree, value, name, leaves, key, depth + 1)
        return
    try:
        leaves[prefix] = (_value(tree, node, depth), tree.where(key_node))
    except (yaml.YAMLError, ValueError, KeyError, OverflowError):
        tree.wrong(node, f"{prefix}: not a value that can be read", "write a text, a number, true, false or a list")


def _count(tree: _Tree) -> None:
    tree.left -= 1
    if tree.left < 0:
        raise _TooMuch


def _value(tree: _Tree, node: yaml.Node, depth: int) -> Any:
    """The value of a node. Raises ValueError and the like for what is none: another tag, a map within a list."""
    _count(tree)
    if isinstance(node, yaml.SequenceNode) and depth <= DEEPEST:
        return [_value(tree, item, depth + 1) for item in node.value]
    if isinstance(node, yaml.ScalarNode):
        if node.tag in _TEXT:
            return str(node.value)
        if node.tag in _PLAIN:
            return yaml.SafeLoader("").construct_object(node)
    raise ValueError(node.tag)
