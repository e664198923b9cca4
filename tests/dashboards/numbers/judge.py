"""Whether checks, verify or the number tests notice that a panel is wrong, on one store and one Prometheus."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

import psycopg
from all_series import SERIES, looks
from desk_store import Store
from full_world import NOW
from graphs import Graphs
from mutants import Mutant, mutants
from overview_figures import Table
from overview_worlds import QUOTED
from registry import SQL, differing

from gendash.engine.checks.definitions import check
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.grid import panel_id
from gendash.engine.languages.grafana_macros import Span, timing
from gendash.engine.model import Dashboard, Problem, Variable
from gendash.engine.verify import queries
from gendash.engine.verify.run import verify

MOST_TALKS = "the user with most conversations"
"""Stands for an id, which is another one in each world."""

CHOICES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "overview": ({"environment": QUOTED}, {"compare": "7d"}, {"compare": "28d"}, {"compare": "$__range"}),
    "agent-performance": (
        {"environment": QUOTED}, {"model": "gpt-4o-mini"}, {"hours": 720}, {"compare": "7d"}, {"compare": "$__range"},
        {"breakdown": "release", "compare": "7d"}, {"breakdown": "tag", "group": "greeting", "hours": 100},
        {"breakdown": "session", "group": "other"}, {"compare": "28d"},
    ),
    "cost-usage": ({"environment": QUOTED}, {"hours": 24}, {"compare": "7d"}, {"compare": "$__range", "hours": 50}, {"compare": "28d"},
        {"breakdown": "tenant", "hours": 24, "compare": "7d"}, {"breakdown": "tag", "group": "greeting"},
        {"breakdown": "session", "group": "other", "hours": 40, "compare": "28d"}),
    "feedback-quality": ({"compare": "7d"}, {"compare": "$__range", "hours": 100}, {"breakdown": "tag"}),
    "knowledge-base": (
        {"file_type": "md"}, {"status": "failed", "hours": 2000}, {"owner": "unknown", "hours": 2000},
        {"compare": "7d"}, {"compare": "28d", "hours": 100}, {"compare": "$__range"},
    ),
    "support-tickets": (
        {"priority": "high"}, {"category": "bug's"}, {"status": "in progress"}, {"assignee": "assigned"},
        {"assignee": "nobody", "creator": "unknown"}, {"compare": "7d"}, {"compare": "28d", "hours": 100},
        {"compare": "$__range"},
    ),
    "user-analytics": (
        {"user": MOST_TALKS}, {"user": "unknown", "hours": 2000}, {"compare": "7d"}, {"compare": "28d", "hours": 100}, {"compare": "$__range"},
    ),
}  # fmt: skip
"""What is picked, besides All and the default range, when figures are compared."""


LATER = NOW + timedelta(minutes=17)
"""When ages of what was synced and refreshed are no longer 0."""


@dataclass(frozen=True)
class Judge:
    """A filled store, a Prometheus with history, and the definitions that are right."""

    store: Store
    graphs: Graphs

    def __hash__(self) -> int:
        return id(self)

    @property
    def catalog(self) -> Catalog:
        return self.store.catalog

    @cache  # noqa: B019  one judge lives as long as its tests
    def wanted(self, board: str, slug: str, choice: int) -> list[Table]:
        """What a panel must show, by raw rows; choice 0 is All.

        Where the calculation stands elsewhere, it is what the right panel shows.
        """
        picked = self.picked(board, choice)
        if slug in SQL[board]:
            return SQL[board][slug](self.store.world, NOW, **picked)
        store = self.store.of(board)
        return [store.answer(one, LATER, picked) for one in store.question(slug, NOW) if one.query.language == "sql"]

    def picked(self, board: str, choice: int) -> Mapping[str, Any]:
        """What a choice picks of variables; 0 is All."""
        found = CHOICES[board][choice - 1] if choice else {}
        begun = Counter(row["user_id"] for row in self.store.world.rows["conversations"] if row["user_id"])
        most = max(sorted(begun), key=begun.__getitem__)
        return {name: most if value == MOST_TALKS else value for name, value in found.items()}

    def columns(self, board: str) -> dict[str, list[Table]]:
        """What the SQL panels of a dashboard must show, by slug."""
        panels = self.catalog.dashboards[board].panels()
        asked = {panel.slug for panel in panels if any(query.language == "sql" for query in panel.queries)}
        return {slug: self.wanted(board, slug, 0) for slug in sorted(asked)}

    def untouched(self) -> list[Mutant]:
        """Every panel with a query as it is."""
        boards = self.catalog.dashboards.values()
        return [Mutant(b.name, p.slug, "untouched", p) for b in boards for p in b.panels() if p.queries]

    def mutants(self) -> list[Mutant]:
        """Every panel with one thing in it wrong, for each thing that can be."""
        boards = self.catalog.dashboards.values()
        return [one for board in boards for one in mutants(self.catalog, board, self.columns(board.name))]

    def notices_variable(self, board: Dashboard, variable: Variable, what: str) -> bool:
        """Whether verify notices that a variable finds nothing, or asks for what is not there."""
        assert variable.query
        if variable.query.language == "sql":
            text = f"select * from ({variable.query.text}) as mutant where false"
        else:
            text = variable.query.text.replace(", ", '{job="nobody"}, ')
        if what == "gone":
            text = re.sub(r"\{\{ \w+\('([\w:]+)'\) \}\}", r"\1_gone", variable.query.text)
        wrong = replace(variable, query=replace(variable.query, text=text))
        others = [one for one in board.variables if one is not variable]
        panel = next(panel for panel in board.panels() if panel.queries)
        rows = [replace(board.rows[0], panels=[panel])]
        boards = {board.name: replace(board, rows=rows, variables=[*others, wrong], annotations=())}
        found = verify(self.store.config, replace(self.catalog, dashboards=boards), at=NOW, only=[board.name])
        return any(not one.calm for one in found if one.kind == "variable")

    def caught(self, found: Iterable[Mutant]) -> tuple[Counter[str], list[Mutant]]:
        """How many mutants each of the three catches, the cheapest first, and those that none does."""
        score: Counter[str] = Counter()
        left = list(found)
        judges: tuple[tuple[str, Callable[[list[Mutant]], list[Mutant]]], ...] = (
            ("check", self.unchecked), ("verify", self.unverified), ("number tests", self.unmeasured),
        )  # fmt: skip
        for name, judge in judges:
            before, left = len(left), judge(left)
            score[name] += before - len(left)
        return score, left

    def unchecked(self, found: list[Mutant]) -> list[Mutant]:
        """Those that no offline check names."""
        panels = {(b.name, p.slug): p for b in self.catalog.dashboards.values() for p in b.panels()}
        right = [replace(mutant, panel=panels[mutant.board, mutant.slug]) for mutant in found]
        known = self._problems(right)  # of such boards, which are none that anybody would make
        named = {problem.where.split()[0] for problem in self._problems(found) - known}
        return [mutant for place, mutant in _gathered(self.catalog, found)[1].items() if place not in named]

    def _problems(self, found: list[Mutant]) -> set[Problem]:
        return set(check(replace(self.catalog, dashboards=_gathered(self.catalog, found)[0])))

    def unverified(self, found: list[Mutant]) -> list[Mutant]:
        """Those that verify finds nothing wrong with."""
        boards, by_place = _gathered(self.catalog, found)
        rendered = queries.render_dashboard

        def with_swapped_sources(catalog: Catalog, board: Dashboard) -> dict[str, Any]:
            shown = rendered(catalog, board)
            ids = {panel["id"]: panel for panel in shown["panels"]}
            for place, mutant in by_place.items():
                if mutant.source and mutant.board == board.name:
                    panel = ids[panel_id(board.name, place.partition("/")[2])]
                    number = int(mutant.what.split()[0])
                    panel["targets"][number]["datasource"] = _another(catalog, board, mutant.source)
            return shown

        catalog = replace(self.catalog, dashboards=boards)
        with patch.object(queries, "render_dashboard", with_swapped_sources):
            verdicts = verify(self.store.config, catalog, at=NOW, only=[*boards])
        noticed = {f"{one.dashboard}/{one.panel}" for one in verdicts if not one.calm}
        return [mutant for place, mutant in by_place.items() if place not in noticed]

    def unmeasured(self, found: list[Mutant]) -> list[Mutant]:
        """Those that show the right figures."""
        return [mutant for mutant in found if not self.differs(mutant)]

    def differs(self, mutant: Mutant) -> str:
        """Where a panel's figures are not what follows from raw rows and samples; empty where they are."""
        board = self.catalog.dashboards[mutant.board]
        row = replace(board.rows[0], panels=[mutant.panel])
        boards = {mutant.board: replace(board, rows=[row], annotations=())}
        return self._sql(mutant, boards) or self._promql(mutant, boards)

    def _sql(self, mutant: Mutant, boards: Mapping[str, Dashboard]) -> str:
        at = NOW if mutant.slug in SQL[mutant.board] else LATER
        store = self.store.of(mutant.board)
        store = replace(store, catalog=replace(self.catalog, dashboards=boards))
        if not any(query.language == "sql" for query in mutant.panel.queries):
            return ""
        asked = [one for one in store.question(mutant.slug, NOW) if one.query.language == "sql"]
        for choice in range(1 + len(CHOICES.get(mutant.board, ()))):
            picked = self.picked(mutant.board, choice)
            for question, wanted in zip(asked, self.wanted(mutant.board, mutant.slug, choice), strict=True):
                if "hours" in picked and not mutant.panel.window:
                    range_ = Span.last(f"{picked['hours']}h", NOW)
                    question = replace(question, time=timing(range_, "sql", zone=store.config["time_zone"]))
                try:
                    shown = store.answer(question, at, picked)
                except psycopg.Error as error:
                    return str(error)
                if line := differing(mutant.board, mutant.slug, shown, wanted):
                    return line
        return ""

    def _promql(self, mutant: Mutant, boards: Mapping[str, Dashboard]) -> str:
        graphs = replace(self.graphs, catalog=replace(self.graphs.catalog, dashboards=boards))
        if not any(query.language == "promql" for query in mutant.panel.queries):
            return ""
        for hours_ago in looks(mutant.board, mutant.slug):
            try:
                if mutant.slug in SERIES[mutant.board]:
                    lines = graphs.differences(mutant.board, mutant.slug, hours_ago)
                else:
                    there, here = (one.answers(mutant.board, mutant.slug, hours_ago) for one in (self.graphs, graphs))
                    lines = ["another answer"] if there != here else []
            except AssertionError as error:
                return str(error)
            if lines:
                return lines[0]
        return ""


def _gathered(catalog: Catalog, found: Iterable[Mutant]) -> tuple[dict[str, Dashboard], dict[str, Mutant]]:
    """Dashboards whose panels are the mutants, and which is which by place."""
    by_place = {f"{mutant.board}/m{number}": mutant for number, mutant in enumerate(found)}
    boards = {}
    for name in {mutant.board: None for mutant in by_place.values()}:
        slugs = {place.partition("/")[2]: mutant for place, mutant in by_place.items() if mutant.board == name}
        panels = [replace(m.panel, slug=slug, title=slug, leads_to="", width=24) for slug, m in slugs.items()]
        board = catalog.dashboards[name]
        boards[name] = replace(board, rows=[replace(board.rows[0], title="", panels=panels)], annotations=())
    return boards, by_place


def _another(catalog: Catalog, board: Dashboard, language: str) -> dict[str, str]:
    """A data source that is not the one for a query."""
    kinds = {"sql": "grafana-postgresql-datasource", "promql": "prometheus"}
    if language == "promql":
        return {"type": kinds["sql"], "uid": catalog.config["datasources.database.uid"]}
    other = "database" if board.audience == "admin" else "admin"
    return {"type": kinds["sql"], "uid": catalog.config[f"datasources.{other}.uid"]}
