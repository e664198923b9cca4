"""What can be clicked on the SQL panels of a filled store, and what the panel that it leads to shows then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from full_world import NOW
from judge import Judge
from overview_figures import Table

from gendash.engine.languages.grafana_macros import Span, timing
from gendash.engine.model import Dashboard, Panel
from gendash.engine.render.links import TIME, link_target

NOT_NAMES = ("time", "until", "max")
"""Columns of bars and curves that are no bar and no curve."""


@dataclass(frozen=True)
class Click:
    """A name on a panel, the variable that it sets, and what else is picked there."""

    board: Dashboard
    panel: Panel
    variable: str
    value: str
    picked: Mapping[str, str]

    @property
    def where(self) -> str:
        return f"{self.board.name}/{self.panel.slug}: {self.variable}={self.value}"


def clicks(judge: Judge, board: Dashboard, panel: Panel, picked: Mapping[str, str]) -> Iterator[Click]:
    """Every name on a panel that has a link with a value."""
    store = judge.store.of(board.name)
    asked = [one for one in store.question(panel.slug, NOW) if one.query.language == "sql"]
    for variable, source in panel.passes.items():
        if variable == TIME or "{{" in source:  # a label of Prometheus is no name of ours
            continue
        found = {name for one in asked for name in _names(store.answer(one, NOW, picked), source)}
        yield from (Click(board, panel, variable, name, picked) for name in sorted(found - {*panel.unlinked}))


def _names(table: Table, source: str) -> set[str]:
    if source:
        at = table.columns.index(source)
        return {"" if row[at] is None else str(row[at]) for row in table.rows}
    for column in ("name", "metric"):
        if column in table.columns:
            at = table.columns.index(column)
            return {row[at] for row in table.rows if any(row[n] for n in range(len(row)) if n != at)}
    kept = [n for n, column in enumerate(table.columns) if column not in NOT_NAMES]
    return {table.columns[n] for n in kept if any(row[n] for row in table.rows)}


def rows_behind(judge: Judge, click: Click) -> int:
    """How many rows the panels show that follow the clicked name."""
    name, slug = link_target(click.panel.leads_to)
    there = judge.catalog.dashboards[name]
    panels = [one for one in there.panels() if one.slug == slug or not slug]
    store, found = judge.store.of(name), 0
    picked = {**click.picked, click.variable: click.value}
    names = {one.name for one in there.variables}
    for panel in panels:
        for one in store.question(panel.slug, NOW) if panel.queries else ():
            if one.query.language == "sql" and f"{{{click.variable}:" in one.text:
                span = _span(click, panel)
                one = replace(one, time=timing(span, "sql", zone=store.config["time_zone"])) if span else one
                shown = store.answer(one, NOW, {key: value for key, value in picked.items() if key in names})
                found += len(shown.rows)
    return found


def _span(click: Click, panel: Panel) -> Span | None:
    if panel.window:
        return None
    if click.panel.passes.get(TIME) == "all":
        return Span(NOW - timedelta(days=3650), NOW)
    return Span.last(click.panel.window or click.board.range, NOW)
