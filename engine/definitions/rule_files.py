"""YAML of ``recording_rules/`` -> rules and metrics, with every problem named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from gendash.engine.definitions.each import filled
from gendash.engine.definitions.keys import KeyFault, faults
from gendash.engine.definitions.rule_keys import METRIC_KEYS, METRIC_TYPES, RULE_KEYS
from gendash.engine.model import Problem, Rule


def rules_of(content: Any, where: str, group: str, problems: list[Problem]) -> tuple[dict[str, Rule], bool]:
    """Rules by name from the content of one file, a list of maps, and whether all of them could be read.

    What is wrong goes to ``problems``. A key that is wrong is left out; so is a rule that has no name or no expression.
    """
    found: dict[str, Rule] = {}
    if not isinstance(content, list):
        problems.append(Problem(where, "not a list of rules", "begin each rule with '- record:' or '- alert:'"))
        return found, False
    complete = True
    for number, entry in enumerate(content, 1):
        right = _checked(entry, where, number, problems)
        complete &= right is not None
        for one in _each(right) if right else ():
            rule = _rule(one, where, group)
            if rule.name in found:
                problems.append(Problem(f"{where} {rule.name}", "occurs twice", "keep one"))
            found[rule.name] = rule
    return found, complete


def metrics_of(content: Any, where: str, problems: list[Problem]) -> tuple[dict[str, Mapping[str, Any]], bool]:
    """The metric contract by canonical name from the content of its file, and whether all of it could be read.

    What is wrong goes to ``problems``. A key that is wrong is left out; so is a metric without a name or a type.
    """
    if not isinstance(content, dict):
        problems.append(Problem(where, "not a map of metrics", "write 'key: {name: ..., type: ..., doc: ...}'"))
        return {}, False
    found: dict[str, Mapping[str, Any]] = {}
    for key, metric in content.items():
        if not isinstance(metric, dict):
            problems.append(Problem(f"{where} {key}", "not a map", "give it name, type and doc"))
            continue
        kind = metric.get("type")
        # of an unknown type, all keys are judged but none is needed
        wrong = list(faults(metric, METRIC_KEYS, kind if kind in METRIC_TYPES else ""))
        if "type" not in metric:
            wrong.append(KeyFault("type", "no type", f"one of {', '.join(METRIC_TYPES)}"))
        problems += [Problem(f"{where} {key}", one.what, one.do) for one in wrong]
        if not {"name", "type"} & {one.key for one in wrong} and {"name", "type"} <= metric.keys():
            found[str(key)] = {"labels": {}, "unit": "", **_without(metric, wrong)}
    return found, len(found) == len(content)


def _checked(entry: Any, where: str, number: int, problems: list[Problem]) -> dict[str, Any] | None:
    """An entry without the keys that are wrong; None where a rule cannot be made of it."""
    if not isinstance(entry, dict):
        problems.append(Problem(f"{where} rule {number}", "not a map", "a rule has record or alert, expr and doc"))
        return None
    name = entry.get("record") or entry.get("alert")
    at = f"{where} {name if isinstance(name, str) else f'rule {number}'}"
    if ("record" in entry) == ("alert" in entry):
        problems.append(Problem(at, "not one of record and alert", "a rule has record or alert, expr and doc"))
        return None
    wrong = list(faults(entry, RULE_KEYS, "record" if "record" in entry else "alert"))
    if "otherwise" in entry and "feature" not in entry:
        wrong.append(KeyFault("otherwise", "otherwise without a feature has no effect", "add feature: or take it out"))
    problems += [Problem(at, one.what, one.do) for one in wrong]
    return None if {"record", "alert", "expr", "each"} & {one.key for one in wrong} else _without(entry, wrong)


def _without(given: Mapping[str, Any], wrong: Iterable[KeyFault]) -> dict[str, Any]:
    left_out = {fault.key for fault in wrong}
    return {key: value for key, value in given.items() if key not in left_out}


def _each(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The entry; with ``each`` (a list of maps) once for each map, its ``$name`` replaced by the map's values."""
    if "each" not in entry:
        yield entry
        return
    rest = {key: value for key, value in entry.items() if key != "each"}
    yield from (filled(rest, values) for values in entry["each"])


def _rule(entry: Mapping[str, Any], where: str, group: str) -> Rule:
    kind: Literal["record", "alert"] = "record" if "record" in entry else "alert"
    return Rule(
        name=entry[kind],
        kind=kind,
        group=group,
        path=where,
        expr=entry["expr"],
        doc=entry.get("doc", ""),
        feature=entry.get("feature", ""),
        otherwise=entry.get("otherwise", ""),
        labels=entry.get("labels", {}),
        annotations=entry.get("annotations", {}),
        for_=entry.get("for", ""),
    )
