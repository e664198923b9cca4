"""YAML of ``recording_rules/`` -> rules and metrics, with every problem named. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template
from typing import Any, Literal

from gendash.engine.config import suggest
from gendash.engine.model import Problem, Rule

_TEXTS = ("record", "alert", "expr", "doc", "feature", "otherwise", "for")
_MAPS = ("labels", "annotations")
_TYPES = ("counter", "gauge", "histogram", "summary")
_METRIC = {"name", "type", "unit", "labels", "buckets", "doc", "feature", "trap", "quiet", "sql", "foreign"}


def rules_of(content: Any, where: str, group: str, problems: list[Problem]) -> dict[str, Rule]:
    """Rules by name from the content of one file: a list of maps. What is wrong goes to ``problems``."""
    found: dict[str, Rule] = {}
    if not isinstance(content, list):
        problems.append(Problem(where, "not a list of rules", "begin each rule with '- record:' or '- alert:'"))
        return found
    for number, entry in enumerate(content, 1):
        for one in _each(entry):
            wrong = _wrong(one)
            if wrong:
                name = one.get("record") or one.get("alert") if isinstance(one, dict) else None
                problems.append(Problem(f"{where} {name or f'rule {number}'}", *wrong))
                continue
            rule = _rule(one, where, group)
            if rule.name in found:
                problems.append(Problem(f"{where} {rule.name}", "stands twice", "keep one"))
            found[rule.name] = rule
    return found


def metrics_of(content: Any, where: str, problems: list[Problem]) -> dict[str, Mapping[str, Any]]:
    """The metric contract by canonical name from the content of its file. What is wrong goes to ``problems``."""
    if not isinstance(content, dict):
        problems.append(Problem(where, "not a map of metrics", "write 'key: {name: ..., type: ..., doc: ...}'"))
        return {}
    found: dict[str, Mapping[str, Any]] = {}
    for key, metric in content.items():
        if not isinstance(metric, dict):
            problems.append(Problem(f"{where} {key}", "not a map", "give it name, type and doc"))
        elif unknown := sorted(set(metric) - _METRIC):
            problems.append(Problem(f"{where} {key}", f"unknown key '{unknown[0]}'", suggest(unknown[0], _METRIC)))
        elif not metric.get("name") or not metric.get("doc") or metric.get("type") not in _TYPES:
            do = f"give it name, doc and a type ({', '.join(_TYPES)})"
            problems.append(Problem(f"{where} {key}", "incomplete", do))
        else:
            found[str(key)] = {"labels": {}, "unit": "", **metric}
    return found


def _each(entry: Any) -> Iterator[Any]:
    """The entry; with ``each`` (a list of maps) once for each map, its ``$name`` replaced by the map's values."""

    def fill(value: Any, values: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner, values) for key, inner in value.items()}
        return Template(value).safe_substitute(values) if isinstance(value, str) else value

    if not isinstance(entry, dict) or "each" not in entry:
        yield entry
    elif isinstance(entry["each"], list) and all(isinstance(values, dict) for values in entry["each"]):
        rest = {key: value for key, value in entry.items() if key != "each"}
        yield from (fill(rest, values) for values in entry["each"])
    else:
        yield {**entry, "each": "wrong"}


def _wrong(entry: Any) -> tuple[str, str] | None:
    """What is wrong with an entry, and what to do about it."""
    if not isinstance(entry, dict):
        return "not a map", "a rule has record or alert, expr and doc"
    if "each" in entry:
        return "each is not a list of maps", "write each: [{window: 5m}, {window: 1h}]"
    unknown = sorted(set(map(str, entry)) - {*_TEXTS, *_MAPS})
    if unknown:
        return f"unknown key '{unknown[0]}'", suggest(unknown[0], [*_TEXTS, *_MAPS, "each"]) or "take it out"
    if ("record" in entry) == ("alert" in entry) or not entry.get("expr") or not entry.get("doc"):
        return "incomplete", "a rule has record or alert, expr and doc"
    odd = [key for key in _TEXTS if not isinstance(entry.get(key, ""), str)]
    odd += [key for key in _MAPS if not _is_texts(entry.get(key, {}))]
    return (f"{odd[0]} is not text", "put it in quotes") if odd else None


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _rule(entry: Mapping[str, Any], where: str, group: str) -> Rule:
    kind: Literal["record", "alert"] = "record" if "record" in entry else "alert"
    return Rule(
        name=entry[kind],
        kind=kind,
        group=group,
        path=where,
        expr=entry["expr"],
        doc=entry["doc"],
        feature=entry.get("feature", ""),
        otherwise=entry.get("otherwise", ""),
        labels=entry.get("labels", {}),
        annotations=entry.get("annotations", {}),
        for_=entry.get("for", ""),
    )
