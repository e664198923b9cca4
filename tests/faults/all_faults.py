"""Every fault that the operators make in the shipped content and in that of a made-up user."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from random import Random

import yaml
from fault import Fault
from faults_files import of_files, of_template
from faults_python import of_module
from faults_sql import of_sql
from faults_yaml import of_metrics, of_rules, of_settings, of_tests, of_yaml
from run_faults import FOLDERS
from words import words_of

_DATA = {
    "glossary.yaml": frozenset(["means", "formula", "unit", "source", "words", "short"]),
    "plan.yaml": frozenset(["bullet", "panels", "departure"]),
    "instrumentation.yaml": frozenset(["http_metrics", "process_metrics", "redis", "store_metrics", "langfuse"]),
}


def every_fault(home: Path) -> list[Fault]:
    """All faults of the content below ``home``, in the order of its files; no two of the same change."""
    paths = sorted(
        path.relative_to(home).as_posix()
        for folder in (*FOLDERS, "own")
        for path in (home / folder).rglob("*")
        # adapters are read only where gendash.yaml names one, and have tests of their own
        if path.is_file() and not {"__pycache__", "platforms"} & {*path.parts}
    )
    contents = {path: (home / path).read_bytes() for path in paths}
    taken = words_of(home)
    columns = _columns(contents)
    found: dict[object, Fault] = {}
    for fault in _faults(paths, contents, columns, taken):
        if fault.edit is None or contents[fault.path].decode()[fault.edit[0] : fault.edit[1]] != fault.edit[2]:
            found.setdefault((fault.path, fault.edit, fault.content, fault.removed), fault)
    return list(found.values())


def _faults(
    paths: list[str], contents: dict[str, bytes], columns: frozenset[str], taken: frozenset[str]
) -> Iterator[Fault]:
    for path in paths:
        inner = PurePosixPath(path)
        if inner.name == "__init__.py" or inner.suffix == ".json":
            continue
        text = contents[path].decode()
        if inner.suffix == ".sql":
            yield from of_sql(path, text, columns, taken)
        elif inner.suffix == ".py":
            yield from of_module(path, text, columns, taken)
        elif inner.suffix == ".j2":
            yield from of_template(path, text, taken)
        elif inner.name in _DATA:
            yield from of_yaml(path, text, _DATA[inner.name], taken)
        elif inner.name == "metrics.yaml":
            yield from of_metrics(path, text, columns, taken)
        elif inner.name == "gendash.yaml":
            yield from of_settings(path, text, taken)
        elif inner.parent.name == "tests":
            yield from of_tests(path, text, taken)
        elif inner.parent.name == "recording_rules":
            yield from of_rules(path, text, taken)
    yield from of_files("", [path for path in paths if not path.startswith("own/")], contents, taken)
    own = [path for path in paths if path.startswith("own/content/")]
    yield from of_files("own/content/", own, contents, taken)


def _columns(contents: dict[str, bytes]) -> frozenset[str]:
    """The columns that headers declare."""
    found: set[str] = set()
    for path, content in contents.items():
        if path.endswith(".sql") and (match := re.match(r"\s*/\*(.*?)\*/", content.decode(), re.DOTALL)):
            found |= set(yaml.safe_load(match[1]).get("columns") or ())
    return frozenset(found)


def sample(faults: list[Fault], count: int, seed: int) -> list[Fault]:
    """So many faults by lot, each kind as often as any other until it has no more."""
    draw, by_kind = Random(seed), defaultdict(list)
    for fault in faults:
        by_kind[fault.kind].append(fault)
    for of_a_kind in by_kind.values():
        draw.shuffle(of_a_kind)
    found: list[Fault] = []
    while len(found) < min(count, len(faults)):
        kinds = [kind for kind in sorted(by_kind) if by_kind[kind]]
        draw.shuffle(kinds)
        found += [by_kind[kind].pop() for kind in kinds]
    return found[:count]
