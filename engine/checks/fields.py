"""Offline checks of the fields that a panel's options name: its queries give them, as Grafana names them.

Where names come from data (a legend of labels, rows that become fields) nothing is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gendash.engine.checks.labels import Series
from gendash.engine.config.load import suggest
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.languages.promql_labels import read_labels
from gendash.engine.languages.sql_scope import Source
from gendash.engine.languages.sql_types import NUMBERS, TIMES
from gendash.engine.model import Panel, Problem, Query

Names = frozenset[str] | None  # of all fields of a panel; None where they are not known
Fault = tuple[str, str]  # what is wrong, and what to do
_KEEPING = frozenset({"merge", "sortBy", "limit", "filterByValue", "noop", "concatenate", "convertFieldType"})
_OF_DATA = re.compile(r"__data\.fields(?:\.(\w+)|\[[\"']([^\"'\]]+)[\"']\])")
_ALIAS = re.compile(r"\bas\s+(?:\"([^\"]+)\"|([a-z_]\w*))", re.I)
_JS_REGEX = re.compile(r"/(.*)/\w*", re.DOTALL)
_ONE_OF_NAMES = re.compile(r"/\^\(([\w |]+)\)\$/")  # each of which is a field


def field_problems(catalog: Catalog, given: Mapping[str, Sequence[Source]]) -> Iterator[Problem]:
    """Overrides, sort keys, axes and links that name a field which no query of their panel gives.

    ``given`` holds the columns of SQL queries by place, ``dashboard/slug query A``.
    """
    series = Series(catalog)
    for where, _, panel in catalog.panels():
        body = catalog.body(where)
        fields = [
            _of_query(catalog, series, panel, query, given.get(f"{where} query {chr(65 + index)}", ()), index)
            for index, query in enumerate(panel.queries)
        ]
        names = None if None in fields else frozenset().union(*(one for one in fields if one is not None))
        faults: list[Fault] = []
        for number, one in enumerate(body.get("transformations") or [], 1):
            names = _transformed(names, one["id"], one["options"], f"transformation {number}", faults)
        faults += _overrides(body, names, len(panel.queries))
        faults += _options(body, names)
        yield from (Problem(where, *fault) for fault in dict.fromkeys(faults))


def _of_query(
    catalog: Catalog, series: Series, panel: Panel, query: Query, given: Sequence[Source], index: int
) -> Names:
    """The fields that one query gives."""
    if query.language == "sql":
        return _of_sql(query, given)
    if query.format == "time_series":
        return frozenset({query.legend}) if query.legend and "{{" not in query.legend else None
    if query.format != "table":
        return None
    try:
        labels, _ = read_labels(catalog.expand(query).text, series.labels)
    except ValueError:
        return None
    value = "Value" if len(panel.queries) == 1 else f"Value #{chr(65 + index)}"
    return None if labels is None else labels | {"Time", value}


def _of_sql(query: Query, given: Sequence[Source]) -> Names:
    """The columns; of a time series with a column of texts, the fields are named by its values."""
    if len(given) != 1 or given[0].is_open:
        return None
    named_by_values = query.format == "time_series" and any(
        kind not in (*NUMBERS, *TIMES) for name, kind in given[0].columns if name != "time"
    )
    if named_by_values:
        return None
    elsewhere = _ALIAS.findall(query.text) if "{%" in query.text else []  # a setting decides which columns there are
    return frozenset(name for name, _ in given[0].columns).union(*(set(names) for names in elsewhere)) - {""}


def _transformed(names: Names, kind: str, options: Mapping[str, Any], at: str, faults: list[Fault]) -> Names:
    """The fields behind a transformation; what it names and is not there is added to ``faults``."""
    if kind in _KEEPING or names is None:
        return names
    if kind == "calculateField" and options.get("alias"):
        return names | {str(options["alias"])}
    if kind != "organize":
        return None
    renamed = {str(old): str(new) for old, new in (options.get("renameByName") or {}).items()}
    excluded = {str(name) for name, is_out in (options.get("excludeByName") or {}).items() if is_out}
    for name in dict.fromkeys([*renamed, *excluded, *map(str, options.get("indexByName") or {})]):
        faults += _unknown(name, names, at)
    return frozenset(renamed.get(name, name) or name for name in names - excluded)


def _overrides(body: Mapping[str, Any], names: Names, queries: int) -> Iterator[Fault]:
    overrides = body.get("fieldConfig", {}).get("overrides") or []
    for number, one in enumerate(overrides, 1):
        kind, options = one["matcher"]["id"], one["matcher"].get("options")
        if kind == "byName":
            yield from _unknown(str(options), names, f"override {number}")
        elif kind == "byNames" and isinstance(options, dict):
            for name in options.get("names") or ():
                yield from _unknown(str(name), names, f"override {number}")
        elif kind == "byFrameRefID" and str(options) not in [chr(65 + index) for index in range(queries)]:
            yield f"override {number}: no query '{options}'", f"the panel has {queries}: A is the first"
        elif kind == "byRegexp" and names is not None and not _matches(str(options), names):
            yield f"override {number}: no field matches '{options}'", _listed(names)
        elif kind == "byRegexp" and (several := _ONE_OF_NAMES.fullmatch(str(options))):
            for name in several[1].split("|"):
                yield from _unknown(name, names, f"override {number}")


def _options(body: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    """What the options of a visualisation name: axes, sort keys, and fields in links."""
    overrides = body.get("fieldConfig", {}).get("overrides") or []
    shown = {str(item["value"]) for one in overrides for item in one["properties"] if item["id"] == "displayName"}
    if names is None or body.get("fieldConfig", {}).get("defaults", {}).get("displayName"):
        return
    options = body.get("options") or {}
    for key in ("xField", "colorByField"):
        if options.get(key):
            yield from _unknown(str(options[key]), names, f"options.{key}")
    for one in options.get("sortBy") or ():
        yield from _unknown(str(one.get("displayName")), names | shown, "options.sortBy")
    fields = str((options.get("reduceOptions") or {}).get("fields") or "")
    if fields and not _matches(fields, names):
        yield f"options.reduceOptions.fields: no field matches '{fields}'", _listed(names)
    for match in _OF_DATA.finditer(str(body.get("fieldConfig", {}))):
        yield from _unknown(match[1] or match[2], names | shown, "a link")


def _unknown(name: str, names: Names, at: str) -> Iterator[Fault]:
    if names is not None and name not in names:
        yield f"{at}: no query of the panel gives '{name}'", suggest(name, names) or _listed(names)


def _matches(pattern: str, names: frozenset[str]) -> bool:
    """True if a field matches, or the pattern is one of JavaScript only."""
    slashes = _JS_REGEX.fullmatch(pattern)
    try:
        compiled = re.compile(slashes[1] if slashes else pattern)
    except re.error:
        return True
    return any(compiled.search(name) for name in names)


def _listed(names: frozenset[str]) -> str:
    return f"fields there: {', '.join(sorted(names))}"
