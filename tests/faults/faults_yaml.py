"""Faults of rules, of the metric contract, of promtool's tests, of a user's settings and of other YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from fault import Fault, pairs, span, twice, typo, without
from words import references, sql_words

_FUNCTIONS = re.compile(
    r"\b(rate|increase|sum|avg|max|min|count|histogram_quantile|label_replace|avg_over_time|max_over_time|"
    r"sum_over_time|clamp_min|clamp_max|absent|changes|topk|vector|time|timestamp|round)\b(?=\s*(\(|by\b|\{\{ by))"
)
_DURATION = re.compile(r"\[(\d+[smhdw])\]")
_LABEL = re.compile(r"([a-z_]\w*)(?==~?\"|!~?=?\")")
_BY = re.compile(r"\b(?:by|on|without|ignoring|group_left)\s*\(([^(){}]*)\)")
_RULE_KEYS = frozenset(
    ["record", "alert", "expr", "doc", "feature", "otherwise", "for", "labels", "annotations", "each"]
)


def promql_words(path: str, text: str, start: int, end: int, taken: frozenset[str]) -> Iterator[Fault]:
    """Functions, durations, labels, parentheses and braces of a PromQL text."""
    for number, match in enumerate(_FUNCTIONS.finditer(text, start, end)):
        new = typo(match[1], taken)
        yield Fault("promql function", path, f"{number} {match[1]}", (*match.span(1), new), names=(new,))
    for number, match in enumerate(_DURATION.finditer(text, start, end)):
        yield Fault("promql duration", path, f"{number} {match[1]}", (*match.span(1), f"{match[1]}n"))
    for number, match in enumerate(_LABEL.finditer(text, start, end)):
        new = typo(match[1], taken)
        yield Fault("promql label", path, f"{number} {match[1]}", (*match.span(1), new), names=(new,))
    for number, group in enumerate(_BY.finditer(text, start, end)):
        for match in re.finditer(r"\w+", group[1]):
            new, at = typo(match[0], taken), group.start(1) + match.start()
            edit = (at, at + len(match[0]), new)
            yield Fault("promql label", path, f"by {number} {match[0]}", edit, names=(new,))
    for number, match in enumerate(re.finditer(r"[()]|\](?!\})|\{(?![{%])|\}(?!\})", text[start:end])):
        if text[start + match.start() - 1 : start + match.start() + 2].count("{") < 2:
            at = start + match.start()
            yield Fault("no parenthesis", path, f"promql {number} {match[0]}", (at, at + 1, ""))


def of_rules(path: str, text: str, taken: frozenset[str]) -> Iterator[Fault]:
    """Every fault of a file of rules."""
    root = yaml.compose(text)
    for keys, key, value in pairs(root):
        where, last = ".".join(keys), keys[-1]
        start, end = span(key)
        top = len(keys) == 2
        if top or last in ("severity", "summary", "description", "dashboard") or keys[1] == "each":
            new = typo(last, taken)
            yield Fault("rule key misspelt", path, where, (start, end, new), names=(new, last))
            if again := twice(text, key, value):
                yield Fault("rule key twice", path, where, again, names=(last,))
        if (
            (top and last in ("record", "alert", "expr", "doc", "for", "annotations", "labels"))
            or last
            in (
                "severity",
                "summary",
                "description",
                "dashboard",
            )
        ) and (gone := without(text, key, value)):
            yield Fault("rule key left out", path, where, gone, names=(last,))
        yield from _rule_value(path, text, keys, value, taken)


def _rule_value(
    path: str, text: str, keys: tuple[str, ...], value: yaml.Node, taken: frozenset[str]
) -> Iterator[Fault]:
    where, last = ".".join(keys), keys[-1]
    start, end = span(value)
    if not isinstance(value, yaml.ScalarNode):
        if len(keys) == 2:
            tail = text[start:end]
            yield Fault(
                "rule value a number", path, where, (start, end, "5" + tail[len(tail.rstrip()) :]), names=(last,)
            )
        return
    tail = "\n" if text[start:end].endswith("\n") else ""
    if len(keys) == 2 or "labels" in keys or "annotations" in keys:
        yield Fault("rule value a list", path, where, (start, end, f"[a, b]{tail}"), names=(last,))
        yield Fault("rule value a number", path, where, (start, end, f"5{tail}"), names=(last,))
        if last != "feature":
            yield Fault("rule value empty", path, where, (start, end, tail), names=(last,))
    if last in ("record", "alert"):
        word = re.findall(r"[A-Za-z]\w*", text[start:end])[-1]
        at = text.rindex(word, start, end)
        new = typo(word, taken)
        yield Fault("rule name", path, f"{where} {value.value}", (at, at + len(word), new), names=(new, word))
    if last in ("feature", "dashboard", "severity"):
        new = typo(value.value.split()[0], taken)
        yield Fault("rule reference", path, f"{where} {value.value}", (start, end, new), names=(new,))
    if last == "for":
        for odd in ("5 minutes", "five", "-5m"):
            yield Fault("rule value odd", path, f"{where} {odd}", (start, end, odd), names=(last,))
    if last in ("expr", "otherwise"):
        yield from references(path, text, taken, start, end)
        yield from promql_words(path, text, start, end, taken)
    for number, match in enumerate(re.finditer(r"\$(?!value\b|labels\b)\{?([a-z]\w*)", text[start:end])):
        new = typo(match[1], taken)
        edit = (start + match.start(1), start + match.end(1), new)
        yield Fault("rule variable", path, f"{where} {number} {match[1]}", edit, names=(new,))
    for number, match in enumerate(re.finditer(r"\$labels\.(\w+)|\| (\w+)", text[start:end])):
        if "annotations" in keys:
            group = 1 if match[1] else 2
            new = typo(match[group], taken)
            edit = (start + match.start(group), start + match.end(group), new)
            yield Fault("alert template", path, f"{where} {number} {match[group]}", edit, names=(new,))


def of_metrics(path: str, text: str, columns: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    """Every fault of the metric contract."""
    for keys, key, value in pairs(yaml.compose(text)):
        where, last = ".".join(keys), keys[-1]
        (start, end), (begin, stop) = span(key), span(value)
        new = typo(last, taken)
        kind = {1: "metric name", 2: "metric key"}.get(len(keys), "metric label")
        yield Fault(f"{kind} misspelt", path, where, (start, end, new), names=(new, last))
        if again := twice(text, key, value):
            yield Fault(f"{kind} twice", path, where, again, names=(last,))
        if last in ("name", "type", "doc") and len(keys) == 2 and (gone := without(text, key, value)):
            yield Fault(f"{kind} left out", path, where, gone, names=(last, keys[0]))
        tail = "\n" if text[begin:stop].endswith("\n") else ""
        if isinstance(value, yaml.ScalarNode):
            yield Fault("metric value a list", path, where, (begin, stop, f"[a, b]{tail}"), names=(keys[0],))
            if last not in ("feature",):
                yield Fault("metric value empty", path, where, (begin, stop, tail), names=(keys[0],))
        elif len(keys) == 2 or value.value:
            yield Fault("metric value a number", path, where, (begin, stop, f"5{tail}"), names=(keys[0],))
        if last in ("type", "feature"):
            wrong = typo(value.value, taken)
            yield Fault("metric value odd", path, where, (begin, stop, wrong), names=(keys[0], wrong))
        if last == "buckets":
            for odd in ("[a, b]", "[2, 1]", "[0.1, 0.1]", "[]"):
                yield Fault("metric value odd", path, f"{where} {odd}", (begin, stop, odd), names=(keys[0],))
        if last == "name" and len(keys) == 2:
            yield Fault("metric value odd", path, f"{where} a blank", (begin, stop, "two words"), names=(keys[0],))
        if last == "sql":
            yield from references(path, text, taken, begin, stop)
            yield from sql_words(path, text, begin, stop, columns, taken)


def of_tests(path: str, text: str, taken: frozenset[str]) -> Iterator[Fault]:
    """Faults of promtool's tests: keys, and names of rules and alerts."""
    if match := re.match(r"# features: (\w+)", text):
        new = typo(match[1], taken)
        yield Fault("test feature", path, match[1], (*match.span(1), new), names=(new,))
    for keys, key, value in pairs(yaml.compose(text)):
        where, last = ".".join(keys), keys[-1]
        (start, end), (begin, stop) = span(key), span(value)
        if last in ("exp_labels", "exp_annotations") or {"exp_labels", "exp_annotations"} & set(keys):
            continue
        new = typo(last, taken)
        yield Fault("test key misspelt", path, where, (start, end, new), names=(new, last))
        if last == "alertname" and isinstance(value, yaml.ScalarNode):
            wrong = typo(value.value, taken)
            yield Fault("test of an unknown alert", path, where, (begin, stop, wrong), names=(wrong,))
        if last == "expr":
            for number, rule in enumerate(re.finditer(r"\w+:\w+:(\w+)", text[begin:stop])):
                edit = (begin + rule.start(1), begin + rule.end(1), wrong := typo(rule[1], taken))
                yield Fault("test of an unknown rule", path, f"{where} {number}", edit, names=(wrong,))


def of_settings(path: str, text: str, taken: frozenset[str]) -> Iterator[Fault]:
    """Faults of a user's gendash.yaml."""
    for keys, key, value in pairs(yaml.compose(text)):
        where, last = ".".join(keys), keys[-1]
        (start, end), (begin, stop) = span(key), span(value)
        if keys[0] != "environments" or len(keys) != 2:
            new = typo(last, taken)
            yield Fault("setting misspelt", path, where, (start, end, new), names=(new,))
        if again := twice(text, key, value):
            yield Fault("setting twice", path, where, again, names=(last,))
        tail = text[begin:stop]
        tail = tail[len(tail.rstrip()) :]
        for what, odd in (
            ("a list", "[{a: b}]"),
            ("a number", "-5"),
            ("a map", "{a: b}"),
            ("empty", ""),
            ("a text", "''"),
        ):
            if isinstance(value, yaml.ScalarNode) or what in ("a number",):
                yield Fault(f"setting {what}", path, where, (begin, stop, odd + tail), names=(last, path))
    for number, match in enumerate(re.finditer(r"[\[\]{}]", text)):
        yield Fault("yaml syntax", path, f"{number} {match[0]}", (*match.span(), ""))
    yield Fault("yaml syntax", path, "a tab", (text.index("\n  ") + 1, text.index("\n  ") + 3, "\t"))


def of_yaml(path: str, text: str, known: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    """Keys of other YAML that content consists of; ``known`` are those that gendash reads."""
    for keys, key, value in pairs(yaml.compose(text)):
        if keys[-1] in known:
            new = typo(keys[-1], taken)
            yield Fault("data key misspelt", path, ".".join(keys), (*span(key), new), names=(new,))
            if again := twice(text, key, value):
                yield Fault("data key twice", path, ".".join(keys), again, names=(keys[-1],))
    for number, match in enumerate(re.finditer(r"[\[\]{}]", text)):
        yield Fault("yaml syntax", path, f"{number} {match[0]}", (*match.span(), ""))
    for number, match in enumerate(re.finditer(r"(?m)^( *)(?=[\w-]+:)", text)):
        if match[1]:
            yield Fault("yaml syntax", path, f"{number} indented less", (match.start(), match.start() + 1, ""))
