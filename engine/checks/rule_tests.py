"""Offline checks of promtool's tests: keys, and the alerts, rules and features that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gendash.engine.config.load import no_such, suggest
from gendash.engine.config.value_types import TYPES
from gendash.engine.definitions.catalog import Catalog, Document
from gendash.engine.languages.promql import metric_names, selectors
from gendash.engine.model import Problem

# https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/: keys by what holds them; each with
# the keys of the maps in its list, "" for a duration, None for any value
_SAMPLE = {"labels": None, "value": None, "histogram": None}
_ALERT = {"exp_labels": None, "exp_annotations": None}
_TEST: Mapping[str, Any] = {
    "name": None,
    "interval": "",
    "start_timestamp": None,
    "input_series": {"series": None, "values": None},
    "alert_rule_test": {"eval_time": "", "groupname": None, "alertname": None, "exp_alerts": _ALERT},
    "promql_expr_test": {"expr": None, "eval_time": "", "exp_samples": _SAMPLE},
    "external_labels": None,
    "external_url": None,
}
KEYS: Mapping[str, Any] = {
    "rule_files": None,
    "evaluation_interval": "",
    "group_eval_order": None,
    "fuzzy_compare": None,
    "start_timestamp": None,
    "tests": _TEST,
}
_FEATURES = re.compile(r"# features:(.*)")


def check_rule_tests(catalog: Catalog) -> list[Problem]:
    """Tests have promtool's keys, and test alerts, series and features that exist."""
    found: list[Problem] = []
    for path, document in catalog.documents.items():
        if "recording_rules/tests/" in path:
            found += _file(catalog, path, document)
    return found


def _file(catalog: Catalog, path: str, document: Document) -> Iterator[Problem]:
    match = _FEATURES.match(document.text)
    known = [key.removeprefix("features.") for key in catalog.config.values if key.startswith("features.")]
    for name in match[1].split() if match else ():
        if name.removeprefix("-") not in known:
            yield Problem(f"{path}:1", *no_such("feature", name.removeprefix("-"), known))
    if not isinstance(document.content, dict):
        yield Problem(path, "no tests", "write a map with rule_files, evaluation_interval and tests")
        return
    for at, what, do in _map(document.content, KEYS, ""):
        yield _at(path, document, at, what, do)
    for at, what, do in _names(catalog, document.content):
        yield _at(path, document, at, what, do)


def _at(path: str, document: Document, at: str, what: str, do: str) -> Problem:
    line = document.lines.get(at) or document.lines.get(at.rpartition(".")[0])
    return Problem(f"{path}:{line}" if line else path, what, do)


def _map(given: Any, known: Mapping[str, Any], at: str) -> Iterator[tuple[str, str, str]]:
    """The faults of a map's keys, each with its path."""
    if not isinstance(given, dict):
        yield at.rpartition("[")[0], f"{given!r:.40} is not a map", f"known keys: {', '.join(known)}"
        return
    for key, value in given.items():
        here = f"{at}.{key}" if at else str(key)
        if key not in known:
            yield here, f"unknown key '{key}'", suggest(str(key), known) or f"known: {', '.join(known)}"
        elif known[key] == "" and not TYPES["durations"].fits(value) and value != 0:
            yield here, f"{key} is {value!r:.40}, not a duration such as 5m or 1h30m", "fix it"
        elif known[key] and not isinstance(value, list):
            yield here, f"{key} is {value!r:.40}, not a list", "begin each entry with '-'"
        elif known[key]:
            for number, one in enumerate(value):
                yield from _map(one, known[key], f"{here}[{number}]")


def _names(catalog: Catalog, content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The faults of what tests name: alerts, recorded series, and expressions that do not parse."""
    alerts = [name for name, rule in catalog.rules.items() if rule.kind == "alert"]
    for at, name in _texts(content, "alert_rule_test", "alertname"):
        if name not in alerts:
            yield at, *no_such("alert", name, alerts)
    for at, text in (*_texts(content, "promql_expr_test", "expr"), *_texts(content, "input_series", "series")):
        try:
            selectors(text)
            names = metric_names(text)
        except ValueError as error:
            yield at, f"PromQL does not parse: {error}", "fix the expression"
            continue
        for name in sorted(names):
            if ":" in name and name not in catalog.rules:
                yield at, *no_such("rule", name, catalog.rules)


def _texts(content: Mapping[str, Any], part: str, key: str) -> Iterator[tuple[str, str]]:
    """The texts of one key of all entries of one part, each with its path."""
    for number, test in enumerate(_listed(content.get("tests"))):
        for place, entry in enumerate(_listed(test.get(part) if isinstance(test, dict) else None)):
            value = entry.get(key) if isinstance(entry, dict) else None
            if isinstance(value, str):
                yield f"tests[{number}].{part}[{place}].{key}", value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
