"""Which calculation belongs to which panel: all number tests of all dashboards, by dashboard and slug.

A calculation of a SQL panel takes a world, a time and the choices of variables, and gives a table for each query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import document_figures
import feedback_figures
import overview_figures
import test_agent_performance_numbers as agent
import test_cost_usage_numbers as cost
import test_user_analytics_numbers as users
import ticket_figures
from document_figures import Shelf
from feedback_figures import Voices
from llm_figures import LLM, place
from llm_figures import same as as_llm
from llm_store import Look
from overview_figures import Table, View, unnumbered
from overview_worlds import World
from ticket_figures import Desk

Calculation = Callable[..., list[Table]]

ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("system-health", "db_size"): "test_system_health_numbers: against PostgreSQL's own catalog",
    ("system-health", "db_tables"): "test_system_health_numbers: against PostgreSQL's own catalog",
    ("system-health", "audits"): "test_system_health_numbers: against results written by hand",
    ("system-health", "alert_list"): "test_promql_numbers: by the time between two looks",
    **{(board, "freshness"): "test_overview_numbers: ages of what was written, synced and refreshed" for board in (
        "overview", "agent-performance", "cost-usage", "feedback-quality", "knowledge-base", "support-tickets",
        "system-health", "user-analytics",
    )},
}  # fmt: skip
"""Panels whose number test is no calculation from a world's rows, and where it stands."""

UNORDERED = {("agent-performance", slug) for slug in agent.UNORDERED} | {("cost-usage", s) for s in cost.UNORDERED}
"""Panels whose rows of equal rank stand in the order of the database's alphabet."""

ADDRESS = "link"
"""How columns end that hold no figure."""


def _viewed(kind: Any, *figures: Callable[[Any], Table]) -> Calculation:
    def found(world: World, at: datetime, **picked: Any) -> list[Table]:
        return [figure(kind(world, at, **picked)) for figure in figures]

    return found


def _compared(kind: Any, figures: Mapping[str, Any], before: Mapping[str, Any]) -> Mapping[str, Calculation]:
    return {slug: _viewed(kind, one, *filter(None, [before.get(slug)])) for slug, one in figures.items()}


def _llm(range_: timedelta, figures: Sequence[Callable[[LLM], Table]]) -> Calculation:
    def found(world: World, at: datetime, **picked: str) -> list[Table]:
        return [figure(LLM(world, Look(at, **picked), range_)) for figure in figures]

    return found


SQL: Mapping[str, Mapping[str, Calculation]] = {
    "overview": _compared(View, overview_figures.FIGURES, overview_figures.BEFORE),
    "agent-performance": {slug: _llm(agent.RANGE, agent.figures_of(slug)) for slug in agent.FIGURES},
    "cost-usage": {slug: _llm(cost.RANGE, several) for slug, several in cost.FIGURES.items()},
    "feedback-quality": _compared(Voices, feedback_figures.FIGURES, feedback_figures.BEFORE),
    "knowledge-base": _compared(Shelf, document_figures.FIGURES, document_figures.BEFORE),
    "support-tickets": _compared(Desk, ticket_figures.FIGURES, ticket_figures.BEFORE),
    "system-health": {},
    "user-analytics": _compared(users.People, users.FIGURES, users.BEFORE),
}


def differing(board: str, slug: str, found: Table, wanted: Table) -> str:
    """The first rows that differ, or an empty string."""
    kept = [n for n, column in enumerate(found.columns) if not column.endswith(ADDRESS)]
    found = Table(tuple(found.columns[n] for n in kept), [tuple(row[n] for n in kept) for row in found.rows])
    try:
        columns, left = unnumbered(found, wanted)
    except (AssertionError, IndexError, ValueError) as error:
        return f"rows are not numbered: {error}"
    right = list(wanted.rows)
    if columns != wanted.columns:
        return f"columns {columns}, wanted {wanted.columns}"
    if (board, slug) in UNORDERED:
        left, right = sorted(left, key=place), sorted(right, key=place)
    for shown, due in zip(left, right, strict=False):
        if not all(map(as_llm, shown, due)):
            return f"shown  {shown}\nwanted {due}"
    return "" if len(left) == len(right) else f"{len(left)} rows, wanted {len(right)}"
