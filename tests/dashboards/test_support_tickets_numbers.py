"""Every figure of Support Tickets equals an independent calculation from the raw rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from desk_store import Store, check, filled
from overview_figures import DAY, HOUR, View
from overview_worlds import Story, World, local, make, nothing
from ticket_figures import BEFORE, FIGURES, FOLLOWING, MICROSECOND, Desk

from gendash.demo.postgres import Server
from gendash.demo.timeline import COLUMNS
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.verdict import judge, table

NAME = "support-tickets"
PANELS = load_catalog(load_config("")).dashboards[NAME].panels()
STORIES = {
    "utc at a full hour": Story("UTC", datetime(2026, 11, 5, 10, tzinfo=UTC), 1),
    "berlin at midnight, autumn change": Story("Europe/Berlin", local("Europe/Berlin", 2026, 11, 5), 2, later=(23.5,)),
    "berlin late in the evening, spring change": Story("Europe/Berlin", local("Europe/Berlin", 2026, 4, 5, 23, 50), 3),
    "kathmandu, three quarters off": Story("Asia/Kathmandu", datetime(2026, 11, 5, 10, 20, 30, 123456, tzinfo=UTC), 2),
}
MOMENTS = [(name, hours) for name, story in STORIES.items() for hours in (0.0, *story.later)]
FIRST, SECOND, *_ = STORIES
CHOICES = [("high", ""), ("", "none"), ("medium", "bug's"), ("low", "no such category")]
"""Priority and category that are chosen; empty is All."""

Open = Callable[..., tuple[Store, datetime]]


def planted(story: Story) -> World:
    """A world with more tickets: at the borders of days and buckets, of equal durations, without owners."""
    world = make(story)
    view, rng, people = View(world, story.now), Random(story.seed), [row["id"] for row in world.rows["users"][:7]]
    cases: list[dict[str, Any]] = []
    for ago in (0, 1, 29, 30, 59, 60, 89, 90):
        for shift in (timedelta(), -MICROSECOND):
            created = view.start(view.today - ago * DAY) + shift
            ended = min(created + rng.choice((HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY)), story.now)
            answered = created + (ended - created) / 2
            cases += [
                {"created_at": created, "created_by": people[0]},
                {"created_at": created, "category": "bug's", "assigned_to": people[1], "priority": "low"},
                {
                    "created_at": created, "status": "resolved", "resolved_at": ended, "first_response_at": answered,
                    "sla_due_at": created + rng.choice((HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY)), "category": "",
                    "assigned_to": people[2],
                },
            ]  # fmt: skip
    for number in range(14):  # equal durations: events and censorings meet; more categories than there are bars
        done = {"status": "closed", "resolved_at": story.now} if number % 2 else {}
        cases.append({"created_at": story.now - 5 * DAY, "priority": "urgent", "category": f"topic {number}"} | done)
    for due in (timedelta(), 4 * HOUR, 4 * HOUR - MICROSECOND, -MICROSECOND):
        cases.append({"created_at": story.now - DAY, "sla_due_at": story.now + due, "created_by": people[3]})
    for number, case in enumerate(cases):
        row = {"id": str(UUID(int=10**30 + number)), "title": "", "status": "open", "priority": "medium"} | case
        row["updated_at"] = row["created_at"]
        world.platform.tickets.append(tuple(row.get(name) for name in COLUMNS["tickets"]))
    return replace(world)  # its rows are read again


@pytest.fixture(scope="module")
def stores(postgres: Server) -> Iterator[Open]:
    """Opens the store of a story at some hours after its beginning; each is filled once."""
    with ExitStack() as stack:
        made: dict[str, Store] = {}

        def open_(name: str, hours: float = 0.0) -> tuple[Store, datetime]:
            if name not in made:
                made[name] = stack.enter_context(filled(postgres, planted(STORIES[name]), NAME))
            at = STORIES[name].now + timedelta(hours=hours)
            made[name].refresh(at)
            return made[name], at

        yield open_


@pytest.fixture(scope="module")
def empty(postgres: Server) -> Iterator[Store]:
    """The store of a platform without a row."""
    with filled(postgres, nothing(STORIES[FIRST]), NAME) as found:
        yield found


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_a_panel_shows_what_follows_from_the_raw_rows(stores: Open, name: str, hours: float, slug: str) -> None:
    store, at = stores(name, hours)
    check(store.figures(slug, at), FIGURES[slug](Desk(store.world, at)))


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize(("priority", "category"), CHOICES)
def test_a_panel_follows_the_choice_of_priority_and_category(
    stores: Open, priority: str, category: str, slug: str
) -> None:
    store, at = stores(FIRST)
    wanted = FIGURES[slug](Desk(store.world, at, priority=priority, category=category))
    check(store.figures(slug, at, priority=priority, category=category), wanted)


@pytest.mark.parametrize("compare", ["", "7d", "28d", "$__range"])
@pytest.mark.parametrize("hours", [0, 50])
@pytest.mark.parametrize("slug", BEFORE)
@pytest.mark.parametrize("name", STORIES)
def test_a_curve_is_compared_with_earlier_days(stores: Open, name: str, slug: str, hours: int, compare: str) -> None:
    store, at = stores(name)
    wanted = BEFORE[slug](Desk(store.world, at, hours=hours, compare=compare))
    assert bool(wanted.rows) == bool(compare)
    check(store.figures(slug, at, hours=hours, number=1, compare=compare), wanted)


@pytest.mark.parametrize("slug", FOLLOWING)
@pytest.mark.parametrize("hours", [24, 1000])
def test_a_panel_follows_the_picked_range(stores: Open, slug: str, hours: int) -> None:
    store, at = stores(SECOND)
    check(store.figures(slug, at, hours=hours), FIGURES[slug](Desk(store.world, at, hours=hours)))


ALL_TIMES = 24 * 365 * 20
"""Hours back to before the first ticket, as a link with all times hands them on."""


def listed(store: Store, slug: str, at: datetime, **picked: Any) -> int:
    """How many rows a list says that there are, those beyond its limit included."""
    rows = store.figures(slug, at, **picked).rows
    return int(rows[0][-1].partition(" of ")[2]) if rows else 0


def test_the_list_behind_a_bar_or_row_has_as_many_rows_as_it_says(stores: Open) -> None:
    store, at = stores(SECOND)
    for name, tickets, _ in store.figures("by_status", at).rows:
        assert listed(store, "ticket_list", at, hours=ALL_TIMES, status=name) == tickets, name
    for name, tickets in store.figures("open_by_priority", at).rows:
        assert listed(store, "oldest_list", at, priority=name) == tickets, name
    for name, tickets in store.figures("assignment", at).rows:
        assert listed(store, "oldest_list", at, assignee=name) == tickets, name
    for name, tickets, *_ in store.figures("load", at).rows:
        assert listed(store, "oldest_list", at, assignee=name) == tickets, name
    for name, _, tickets, *_ in store.figures("creators", at, hours=ALL_TIMES).rows:
        assert listed(store, "ticket_list", at, hours=ALL_TIMES, creator=name) == tickets, name


def test_the_row_of_all_priorities_leads_to_all_tickets(stores: Open) -> None:
    store, at = stores(SECOND)
    assert store.figures("ticket_list", at, priority="all") == store.figures("ticket_list", at)


@pytest.mark.parametrize("slug", FIGURES)
def test_no_figure_depends_on_the_time_zone_of_the_session(stores: Open, slug: str) -> None:
    store, at = stores(SECOND)
    assert store.figures(slug, at, zone="Asia/Kathmandu") == store.figures(slug, at)


@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_figures_of_different_panels_agree(stores: Open, name: str, hours: float) -> None:
    store, at = stores(name, hours)

    def column(slug: str, index: int = -1) -> list[Any]:
        return [row[index] for row in store.figures(slug, at).rows]

    status = {name: value for name, value, _ in store.figures("by_status", at).rows}
    waiting = status["open"] + status["in progress"]
    assert column("open")[-1] == sum(column("open_by_priority")) == sum(column("assignment")) == waiting
    assert sum(store.figures("backlog", at).rows[-1][1:]) == waiting
    assert column("unowned") == [dict(store.figures("assignment", at).rows)["nobody"]]
    assert sum(column("by_category")) == sum(column("created_resolved", 1))
    assert sum(column("load", 1)) == waiting
    *each, all_ = store.figures("by_priority", at).rows
    assert [sum(row[index] for row in each) for index in (1, 2)] == [all_[1], all_[2]]
    assert sum(column("distribution")) == sum(column("by_category"))
    for row in (*each, all_):
        assert row[4] is None or row[3] <= row[4]
        assert row[3] is None or row[5] <= row[3], "finished ones alone are too fast"
    resolution = store.figures("steps", at).rows[-1]
    assert (*resolution[1:5], resolution[5]) == (*all_[1:5], all_[6])


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_shows_zero_for_counts_and_nothing_for_quotients(empty: Store, slug: str) -> None:
    at = empty.world.now
    found = empty.figures(slug, at)
    wanted = FIGURES[slug](Desk(empty.world, at))
    check(found, wanted)
    question = empty.question(slug, at)[0]
    numeric = [column not in ("time", "metric", "name") for column in found.columns]
    finding = judge(question.query, table(found.columns, found.rows, question.query.format, numeric))
    assert finding.status == "ok", finding


def test_nobody_is_named_on_the_shared_dashboard(stores: Open) -> None:
    store, at = stores(FIRST)
    people = {row["id"] for row in store.world.rows["users"]}
    for slug in FIGURES:
        shown = {str(value) for row in store.figures(slug, at).rows for value in row}
        assert not shown & people, slug


def test_every_sql_panel_has_its_number_test() -> None:
    panels = {panel.slug for panel in PANELS if {query.language for query in panel.queries} == {"sql"}}
    assert panels == {*FIGURES}
