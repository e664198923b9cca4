"""Endpoints as content: one YAML file each in `api/endpoints/`, checked against the definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gendash.api.packaged import yaml_files
from gendash.engine.config.load import suggest
from gendash.engine.config.value_types import seconds
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.keys import Key, faults
from gendash.engine.model import Audience, Dashboard, Panel, Problem, Relation

Grain = Literal["hour", "day", "week"]
_PATH = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_ANY = ("",)  # the one kind of file
_KEYS = (
    Key("path", "text", "below /api/v1", _ANY, _ANY),
    Key("doc", "text", "what it gives", _ANY, _ANY),
    Key("audience", "text", "everyone or admin", _ANY, choices=("everyone", "admin")),
    Key("feature", "text", "features that it needs", _ANY),
    Key("cache", "duration", "how long an answer is kept", _ANY),
    Key("figures", "texts by name", "panel of each figure, as dashboard/panel", _ANY),
    Key("rows", "map", "a relation and its columns", _ANY, _ANY),
)
_ROW_KEYS = (
    Key("relation", "text", "name of the relation", _ANY, _ANY),
    Key("doc", "text", "what a row is", _ANY, _ANY),
    Key("time", "text", "column of its time", _ANY, _ANY),
    Key("by", "list", "columns to group by", _ANY),
    Key("sums", "list", "columns that add up", _ANY),
    Key("others", "texts by name", "other columns, and why they do not add up", _ANY),
)
_LONGEST_CACHE_S = 300
_NAMED = re.compile(r"_(\d+)([hd])$")
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
    """The content of each packaged file, by its name. Raises ContentError for one that is no YAML."""
    return yaml_files("endpoints")


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
    if not isinstance(content, dict):
        return [Problem(where, "not a map", "see api/endpoints/users.yaml")]
    rows = content.get("rows")
    wrong = [(f"{where}: {fault.key}", fault) for fault in faults(content, _KEYS)]
    wrong += (
        [(f"{where}: rows.{fault.key}", fault) for fault in faults(rows, _ROW_KEYS)] if isinstance(rows, dict) else []
    )
    if wrong:
        return [Problem(at, fault.what, fault.do) for at, fault in wrong]
    found = []
    if not _PATH.fullmatch(content["path"]):
        found.append(Problem(f"{where}: path", f"'{content['path']}'", "lower-case words joined by - and /"))
    if seconds(content.get("cache", "5m")) > _LONGEST_CACHE_S:
        found.append(Problem(f"{where}: cache", "longer than 5 minutes", "shorten it"))
    found += [
        Problem(f"{where}: figures.{name}", f"no panel '{panel}'", suggest(panel, _panels(catalog)))
        for name, panel in content.get("figures", {}).items()
        if panel not in _panels(catalog)
    ]
    return found + _wrong_rows(catalog, content, where)


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


def named_window(name: str, panel: Panel) -> str:
    """The window in the name of a figure whose panel follows the picked range (``7d``), or an empty text."""
    named = _NAMED.search(name)
    return "".join(named.groups()) if named and _follows(panel) else ""


def figure_title(name: str, panel: Panel) -> str:
    """The title of a figure: its panel's, with the window that the figure's name adds."""
    window = named_window(name, panel)
    return f"{panel.title}, {window[:-1]} {window[-1]}" if window else panel.title


def _follows(panel: Panel) -> bool:
    return not panel.window and any(_FOLLOWS.search(query.text) for query in panel.queries)


def fixed_reason(name: str, panel: Panel) -> str:
    """Why a figure cannot follow a range, or an empty text."""
    if panel.window:
        return f"it has a window of its own, {panel.window}"
    if window := named_window(name, panel):
        return f"its window is part of its name, {window}"
    if _follows(panel):
        return ""
    if all(query.language == "promql" for query in panel.queries):
        return "it shows the state at one time"
    return "its window is part of its definition; the title names it"
