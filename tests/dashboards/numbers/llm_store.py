"""The answers of panels about LLM calls, as their variables and time range make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from asking import questions, transaction
from overview_figures import Table
from overview_store import Shown
from picks import picks

from gendash.engine.languages.grafana_macros import Span, expand_macros, timing
from gendash.engine.verify.queries import Question

ALL = "__all"


@dataclass(frozen=True)
class Look:
    """When a dashboard is looked at, what is chosen, and how many hours back the picked range goes (0: its default).

    ``compare`` is empty for no comparison.
    """

    at: datetime
    environment: str = ALL
    model: str = ALL
    hours: int = 0
    compare: str = ""
    breakdown: str = "model"
    group: str = ALL


def ask(store: Shown, dashboard: str, slug: str, look: Look) -> list[Table]:
    """The answers to the SQL queries of a panel, in order."""
    asked = _asked(_Same(store), dashboard, slug, look.at)
    assert asked, slug
    return [answer(store, one, look, _fixed(store, dashboard, slug)) for one in asked]


@dataclass(frozen=True)
class _Same:
    """A store that equals itself only, so that it can be remembered by."""

    store: Shown

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.store is self.store

    def __hash__(self) -> int:
        return id(self.store)


@cache
def _asked(key: _Same, dashboard: str, slug: str, at: datetime) -> list[Question]:
    catalog = key.store.catalog
    found = questions(catalog, catalog.dashboards[dashboard], at, [f"{dashboard}/{slug}"])
    return [one for one in found if one.verdict.kind == "panel" and one.query.language == "sql"]


def picked(look: Look, default: timedelta) -> tuple[datetime, datetime]:
    """The picked time range."""
    return look.at - (timedelta(hours=look.hours) if look.hours else default), look.at


def answer(store: Shown, question: Question, look: Look, is_fixed: bool) -> Table:
    """The answer of the store to one query."""
    time = question.time
    if look.hours and not is_fixed:
        time = timing(Span.last(f"{look.hours}h", look.at), "sql", zone=store.config["time_zone"])
    board = store.catalog.dashboards[question.verdict.dashboard]
    picked = {"environment": look.environment, "model": look.model, "compare": look.compare}
    picked |= {"breakdown": look.breakdown, "group": look.group}
    text = expand_macros(
        "sql", question.text, time, picks(board, {name: one for name, one in picked.items() if one != ALL})
    )
    with transaction(store.config["database_url"], "America/New_York", look.at.isoformat()) as connection:
        cursor = connection.execute(text.encode())
        return Table(tuple(column.name for column in cursor.description or ()), cursor.fetchall())


def _fixed(store: Shown, dashboard: str, slug: str) -> bool:
    return any(panel.window for panel in store.catalog.dashboards[dashboard].panels() if panel.slug == slug)
