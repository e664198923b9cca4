"""Endpoints as content: one YAML file each in `api/endpoints/`, checked against the definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

import yaml

from gendash.engine.config.load import suggest
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.model import Audience, Dashboard, Panel, Problem, Relation

Grain = Literal["hour", "day", "week"]
_PATH = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_KEYS = {"path", "doc", "audience", "feature", "cache", "figures", "rows"}
_ROW_KEYS = {"relation", "doc", "time", "by", "sums", "others"}
_LONGEST_CACHE_S = 300
_FOLLOWS = re.compile(r"\$__(timeFilter|timeFrom|timeTo|timeGroup|unixEpoch|range|from|to)|\$\{?__(from|to|range)")


@dataclass(frozen=True)
class RowSource:
    """Rows of an endpoint: a relation, its column of time, its dimensions, columns that add up, and others.

    ``others`` gives the reason why a column cannot be added up over a week.
    """

    relation: str
    doc: str
    time: str
    by: Sequence[str] = ()
    sums: Sequence[str] = ()
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Every column of a row but its time."""
        return [*self.by, *self.sums, *self.others]


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; ``figures`` gives the panel of each, as ``dashboard/panel``."""

    path: str
    doc: str
    audience: Audience
    feature: str
    cache_s: float
    figures: Mapping[str, str]
    rows: RowSource


def packaged_endpoints() -> dict[str, Any]:
    """The content of each packaged file, by its name."""
    folder = files("gendash.api") / "endpoints"
    found = sorted((one.name, one.read_text("utf-8")) for one in folder.iterdir() if one.name.endswith(".yaml"))
    return {name: yaml.safe_load(text) for name, text in found}


def read_endpoints(catalog: Catalog, given: Mapping[str, Any]) -> tuple[list[Endpoint], list[Problem]]:
    """Endpoints whose features are on, and all problems of all files."""
    found, problems = [], []
    for name, content in given.items():
        where = f"api/endpoints/{name}"
        wrong = list(_wrong(catalog, content, where))
        problems += wrong
        if not wrong and catalog.config.on(content.get("feature", "")):
            found.append(_endpoint(content))
    paths = [one.path for one in found]
    problems += [Problem("api/endpoints", f"path '{p}' twice", "rename one") for p in set(paths) if paths.count(p) > 1]
    return found, problems


def _endpoint(content: Mapping[str, Any]) -> Endpoint:
    rows = content["rows"]
    source = RowSource(
        rows["relation"],
        rows["doc"],
        rows["time"],
        rows.get("by", ()),
        rows.get("sums", ()),
        rows.get("others", {}),
    )
    cache_s = seconds(str(content.get("cache", "5m")))
    feature = content.get("feature", "")
    audience = content.get("audience", "admin")
    return Endpoint(content["path"], content["doc"], audience, feature, cache_s, content.get("figures", {}), source)


def _wrong(catalog: Catalog, content: Any, where: str) -> Sequence[Problem]:
    if not isinstance(content, dict) or not {"path", "doc", "rows"} <= set(content):
        return [Problem(where, "an endpoint needs path, doc and rows", "see api/endpoints/users.yaml")]
    rows = content["rows"]
    if not isinstance(rows, dict) or not {"relation", "doc", "time"} <= set(rows):
        return [Problem(where, "rows need relation, doc and time", "see api/endpoints/users.yaml")]
    found = [
        Problem(f"{where}: {key}", "no such key", suggest(str(key), known) or f"one of {', '.join(sorted(known))}")
        for given, known in ((content, _KEYS), (rows, _ROW_KEYS))
        for key in given
        if key not in known
    ]
    if not _PATH.fullmatch(str(content["path"])):
        found.append(Problem(f"{where}: path", f"'{content['path']}'", "lower-case words joined by - and /"))
    if content.get("audience", "admin") not in ("everyone", "admin"):
        found.append(Problem(f"{where}: audience", f"'{content['audience']}'", "everyone or admin"))
    found += _wrong_cache(content, where)
    found += [
        Problem(f"{where}: figures.{name}", f"no panel '{panel}'", suggest(panel, _panels(catalog)))
        for name, panel in content.get("figures", {}).items()
        if panel not in _panels(catalog)
    ]
    return found + _wrong_rows(catalog, content, where)


def _wrong_cache(content: Mapping[str, Any], where: str) -> list[Problem]:
    try:
        too_long = seconds(str(content.get("cache", "5m"))) > _LONGEST_CACHE_S
    except ValueError:
        return [Problem(f"{where}: cache", "no duration", "such as 5m")]
    return [Problem(f"{where}: cache", "longer than 5 minutes", "shorten it")] if too_long else []


def _wrong_rows(catalog: Catalog, content: Mapping[str, Any], where: str) -> list[Problem]:
    rows = content["rows"]
    relation = catalog.relations.get(rows["relation"])
    if relation is None:
        hint = suggest(rows["relation"], catalog.relations)
        return [Problem(f"{where}: rows.relation", f"no relation '{rows['relation']}'", hint)]
    named = [rows["time"], *rows.get("by", ()), *rows.get("sums", ()), *rows.get("others", {})]
    found = [
        Problem(f"{where}: rows", f"{relation.name} has no column '{one}'", suggest(one, relation.columns))
        for one in named
        if one not in relation.columns
    ]
    if not found and column_type(relation, rows["time"]) not in ("date", "timestamptz"):
        found.append(Problem(f"{where}: rows.time", f"'{rows['time']}' is no day and no time", "name another column"))
    shown = catalog.shown_to.get(relation.name, frozenset()) if catalog.config.on(content.get("feature", "")) else None
    if shown is not None and not shown & {content.get("audience", "admin"), "everyone"}:
        what = (
            f"{relation.name} is not read by a dashboard for {content.get('audience', 'admin')}, so it is not granted"
        )
        found.append(Problem(f"{where}: rows.relation", what, "name a relation that one reads"))
    return found


def _panels(catalog: Catalog) -> set[str]:
    return {f"{one.name}/{panel.slug}" for one in catalog.dashboards.values() for panel in one.panels()}


def column_type(relation: Relation, name: str) -> str:
    """The type of a column as its header has it."""
    return str(relation.columns[name]["type"])


def figure_panel(catalog: Catalog, name: str) -> tuple[Dashboard, Panel]:
    """Dashboard and panel of ``dashboard/panel``."""
    board, _, slug = name.partition("/")
    dashboard = catalog.dashboards[board]
    return dashboard, next(one for one in dashboard.panels() if one.slug == slug)


def fixed_reason(panel: Panel) -> str:
    """Why a panel's figure cannot follow a range, or an empty text."""
    if panel.window:
        return f"it has a window of its own, {panel.window}"
    if any(_FOLLOWS.search(query.text) for query in panel.queries):
        return ""
    if all(query.language == "promql" for query in panel.queries):
        return "it shows the state at one time"
    return "its window is part of its definition; the title names it"
