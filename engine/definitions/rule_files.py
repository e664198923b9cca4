"""YAML of ``recording_rules/`` -> rules and metrics, with every problem named. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from gendash.engine.config.load import suggest
from gendash.engine.definitions.each import filled
from gendash.engine.definitions.keys import KeyFault, faults
from gendash.engine.definitions.rule_keys import METRIC_KEYS, METRIC_TYPES, RULE_KEYS
from gendash.engine.languages.spots import in_entry, in_rule
from gendash.engine.model import Problem, Rule

_END_OF_HEAD = re.compile(r"[.|]")


def rules_of(
    content: Any,
    where: str,
    group: str,
    problems: list[Problem],
    lines: Mapping[str, int] = MappingProxyType({}),
    slos: Sequence[Mapping[str, str]] = (),
) -> tuple[dict[str, Rule], bool]:
    """Rules by name from the content of one file, a list of maps, and whether all of them could be read.

    ``lines`` holds the line of each key by its path in the file, such as ``[0].labels.severity``; ``slos`` what a rule
    for each objective fills in. What is wrong goes to ``problems``. A key that is wrong is left out; so is a rule that
    has no name or no expression.
    """
    found: dict[str, Rule] = {}
    if not isinstance(content, list):
        problems.append(Problem(where, "not a list of rules", "begin each rule with '- record:' or '- alert:'"))
        return found, False
    complete, lines_of = True, lines_of_entries(lines)
    for number, entry in enumerate(content, 1):
        own = lines_of(f"[{number - 1}]")
        right = _checked(entry, where, number, problems, own)
        complete &= right is not None
        for one in _each(right, slos) if right else ():
            rule = _rule(one, where, group, own, bool(right and right.get("slos")))
            if rule.name in found:
                problems.append(Problem(in_rule(rule), "occurs twice", "keep one"))
            found[rule.name] = rule
    return found, complete


def lines_of_entries(lines: Mapping[str, int]) -> Callable[[str], dict[str, int]]:
    """A function from the path of an entry to the lines of its keys by their paths within it.

    The line of the entry itself has an empty path.
    """
    by_head: dict[str, dict[str, int]] = {}
    for key, line in lines.items():
        by_head.setdefault(_head(key), {})[key] = line
    return lambda path: _lines_below(by_head.get(_head(path), {}), path)


def _head(path: str) -> str:
    return _END_OF_HEAD.split(path, maxsplit=1)[0]


def _lines_below(lines: Mapping[str, int], path: str) -> dict[str, int]:
    own = {
        key[len(path) :].removeprefix("."): line
        for key, line in lines.items()
        if key.startswith((f"{path}.", f"{path}|"))
    }
    first = lines.get(path) or min(own.values(), default=0)
    return {"": first, **own} if first else {}


def metrics_of(
    content: Any, where: str, problems: list[Problem], lines: Mapping[str, int] = MappingProxyType({})
) -> tuple[dict[str, Mapping[str, Any]], bool]:
    """The metric contract by canonical name from the content of its file, and whether all of it could be read.

    What is wrong goes to ``problems``. A key that is wrong is left out; so is a metric without a name or a type.
    """
    if not isinstance(content, dict):
        problems.append(Problem(where, "not a map of metrics", "write 'key: {name: ..., type: ..., doc: ...}'"))
        return {}, False
    found: dict[str, Mapping[str, Any]] = {}
    lines_of = lines_of_entries(lines)
    for key, metric in content.items():
        own = lines_of(str(key))
        if not isinstance(metric, dict):
            problems.append(Problem(in_entry(where, str(key), own), "not a map", "give it name, type and doc"))
            continue
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", str(key)):
            what = f"'{key}' is not a name"
            problems.append(Problem(in_entry(where, str(key), own), what, "use lower-case letters, digits and _"))
            continue
        kind = metric.get("type")
        # of an unknown type, all keys are judged but none is needed
        wrong = list(faults(metric, METRIC_KEYS, kind if kind in METRIC_TYPES else ""))
        if "type" not in metric:
            wrong.append(KeyFault("type", "no type", f"one of {', '.join(METRIC_TYPES)}"))
        problems += [Problem(in_entry(where, str(key), own, one.key), one.what, one.do) for one in wrong]
        if not {"name", "type"} & {one.key for one in wrong} and {"name", "type"} <= metric.keys():
            found[str(key)] = {"labels": {}, "unit": "", **_without(metric, wrong)}
    return found, len(found) == len(content)


def _checked(
    entry: Any, where: str, number: int, problems: list[Problem], lines: Mapping[str, int]
) -> dict[str, Any] | None:
    """An entry without the keys that are wrong; None where a rule cannot be made of it."""
    if not isinstance(entry, dict):
        problems.append(Problem(f"{where} rule {number}", "not a map", "a rule has record or alert, expr and doc"))
        return None
    name = entry.get("record") or entry.get("alert")
    called = name if isinstance(name, str) else f"rule {number}"
    if ("record" in entry) == ("alert" in entry):
        at = in_entry(where, called, lines)
        problems.append(Problem(at, "not one of record and alert", "a rule has record or alert, expr and doc"))
        return None
    wrong = list(faults(entry, RULE_KEYS, "record" if "record" in entry else "alert"))
    if "otherwise" in entry and "feature" not in entry:
        wrong.append(KeyFault("otherwise", "otherwise without a feature has no effect", "add feature: or take it out"))
    if "each" in entry and "each" not in {one.key for one in wrong}:
        wrong += _wrong_each(entry)
    problems += [Problem(in_entry(where, called, lines, one.key), one.what, one.do) for one in wrong]
    unusable = {"record", "alert", "expr", "each"} & {one.key for one in wrong} or "expr" not in entry
    return None if unusable else _without(entry, wrong)


def _wrong_each(entry: Mapping[str, Any]) -> Iterator[KeyFault]:
    """All maps of ``each`` give the same names, and a text of the rule uses each of them."""
    texts = str({key: value for key, value in entry.items() if key != "each"})
    names = dict.fromkeys(name for one in entry["each"] for name in one)
    for name in names:
        lacking = [number for number, one in enumerate(entry["each"], 1) if name not in one]
        if lacking:
            do = suggest(str(name), [other for other in names if other != name]) or f"give each map a {name}"
            yield KeyFault("each", f"'{name}' of each: is not in map {', '.join(map(str, lacking))}", do)
            return
        if not re.search(rf"\$\{{?{re.escape(str(name))}\b", texts):
            yield KeyFault("each", f"no text of the rule uses '${name}' of each:", "use it, or take it out")
    if not entry["each"]:
        yield KeyFault("each", "each: is empty, so there is no rule", "give it a map, or take it out")


def _without(given: Mapping[str, Any], wrong: Iterable[KeyFault]) -> dict[str, Any]:
    left_out = {fault.key for fault in wrong}
    return {key: value for key, value in given.items() if key not in left_out}


def _each(entry: Mapping[str, Any], slos: Sequence[Mapping[str, str]]) -> Iterator[Mapping[str, Any]]:
    """The entry; with ``each`` (a list of maps) once for each map, its ``$name`` replaced by the map's values.

    With ``slos: true`` it is there for each objective, and its words are replaced, too.
    """
    rest = {key: value for key, value in entry.items() if key not in ("each", "slos")}
    for slo in slos if entry.get("slos") else ({},):
        for values in entry.get("each", ({},)):
            yield filled(rest, {**slo, **values})


def _rule(entry: Mapping[str, Any], where: str, group: str, lines: Mapping[str, int], of_objective: bool) -> Rule:
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
        kept_for=entry.get("kept_for", ""),
        of_objective=of_objective,
        lines=lines,
    )
