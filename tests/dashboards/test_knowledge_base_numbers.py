"""Every SQL figure of Knowledge base equals an independent calculation from the raw rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk_store import Store, check, filled
from document_figures import BEFORE, FIGURES, FOLLOWING, Shelf
from overview_figures import View
from overview_worlds import Story, World, local, make, nothing

from gendash.demo.postgres import Server
from gendash.demo.timeline import COLUMNS
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.verdict import judge, table

NAME = "knowledge-base"
PANELS = load_catalog(load_config("")).dashboards[NAME].panels()
STORIES = {
    "utc at a full hour": Story("UTC", datetime(2026, 11, 5, 10, tzinfo=UTC), 1),
    "berlin at midnight, autumn change": Story("Europe/Berlin", local("Europe/Berlin", 2026, 10, 28), 2, later=(23.5,)),
    "kathmandu, three quarters off": Story("Asia/Kathmandu", datetime(2026, 11, 5, 10, 20, 30, 123456, tzinfo=UTC), 3),
}
MOMENTS = [(name, hours) for name, story in STORIES.items() for hours in (0.0, *story.later)]
FIRST, SECOND, *_ = STORIES

Open = Callable[..., tuple[Store, datetime]]


def planted(story: Story) -> World:
    """A world with more documents: at the borders of days and of 15 minutes, of odd types, of many types."""
    world = make(story)
    view, tick = View(world, story.now), timedelta(microseconds=1)
    people = [row["id"] for row in world.rows["users"][:3]]
    quarter = story.now - timedelta(minutes=15)
    cases: list[dict[str, Any]] = []
    for ago in (0, 1, 6, 7, 29, 30, 89, 90):
        start = view.start(view.today - ago * timedelta(days=1))
        cases += [{"created_at": start - tick, "status": "failed"}, {"created_at": start, "file_type": ".PDF"}]
    old = story.now - timedelta(days=3)
    cases += [{"created_at": old, "updated_at": quarter + shift, "status": "processing"} for shift in (-tick, tick)]
    odd = (None, "", "markdown", ".Markdown", "it's", *(f".x{number}" for number in range(9)))
    cases += [{"created_at": old, "file_type": kind, "file_size": None} for kind in odd]
    for number, case in enumerate(cases):
        row = {
            "id": str(UUID(int=10**30 + number)), "user_id": people[number % 3], "title": "", "filename": "",
            "file_type": ".txt", "file_size": 1000 + number, "file_hash": f"planted-{number}", "status": "done",
            "chunk_count": number, "updated_at": case["created_at"],
        } | case  # fmt: skip
        world.platform.documents.append(tuple(row.get(name) for name in COLUMNS["documents"]))
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
    check(store.figures(slug, at), FIGURES[slug](Shelf(store.world, at)))


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize("kind", ["md", "it's", "no such type"])
def test_a_panel_follows_the_choice_of_a_file_type(stores: Open, kind: str, slug: str) -> None:
    store, at = stores(FIRST)
    check(store.figures(slug, at, file_type=kind), FIGURES[slug](Shelf(store.world, at, file_type=kind)))


@pytest.mark.parametrize("compare", ["", "7d", "28d", "$__range"])
@pytest.mark.parametrize("hours", [0, 50])
@pytest.mark.parametrize("slug", BEFORE)
@pytest.mark.parametrize("name", STORIES)
def test_a_curve_is_compared_with_earlier_days(stores: Open, name: str, slug: str, hours: int, compare: str) -> None:
    store, at = stores(name)
    wanted = BEFORE[slug](Shelf(store.world, at, hours=hours, compare=compare))
    assert bool(wanted.rows) == bool(compare)
    check(store.figures(slug, at, hours=hours, number=1, compare=compare), wanted)


@pytest.mark.parametrize("slug", FOLLOWING)
@pytest.mark.parametrize("hours", [24, 1000])
def test_a_panel_follows_the_picked_range(stores: Open, slug: str, hours: int) -> None:
    store, at = stores(SECOND)
    check(store.figures(slug, at, hours=hours), FIGURES[slug](Shelf(store.world, at, hours=hours)))


ALL_TIMES = 24 * 365 * 20
"""Hours back to before the first document, as a link with all times hands them on."""


def test_the_list_behind_a_bar_or_row_has_as_many_rows_as_it_says(stores: Open) -> None:
    store, at = stores(SECOND)

    def listed(**picked: Any) -> int:
        rows = store.figures("document_list", at, hours=ALL_TIMES, **picked).rows
        return int(rows[0][-1].partition(" of ")[2]) if rows else 0

    for name, documents, _ in store.figures("by_status", at).rows:
        assert listed(status=name) == documents, name
    for name, documents in store.figures("types", at).rows:
        assert name == "other" or listed(file_type=name) == documents, name
    for name, documents, *_ in store.figures("uploaders", at, hours=ALL_TIMES).rows:
        assert listed(owner=name) == documents, name
    every = store.figures("time_to_done", at, file_type="all")
    assert every == store.figures("time_to_done", at), "the row of all types leads to all documents"


@pytest.mark.parametrize("slug", FIGURES)
def test_no_figure_depends_on_the_time_zone_of_the_session(stores: Open, slug: str) -> None:
    store, at = stores(SECOND)
    assert store.figures(slug, at, zone="Asia/Kathmandu") == store.figures(slug, at)


@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_figures_of_different_panels_agree(stores: Open, name: str, hours: float) -> None:
    store, at = stores(name, hours)

    def column(slug: str, index: int = -1) -> list[Any]:
        return [row[index] for row in store.figures(slug, at).rows]

    assert column("documents")[-1] == sum(column("by_status", 1)) == sum(column("types"))
    status = {name: value for name, value, _ in store.figures("by_status", at).rows}
    assert len(column("problems")) == min(100, status["failed"] + column("stuck")[0])


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_shows_zero_for_counts_and_nothing_for_quotients(empty: Store, slug: str) -> None:
    at = empty.world.now
    found = empty.figures(slug, at)
    check(found, FIGURES[slug](Shelf(empty.world, at)))
    question = empty.question(slug, at)[0]
    numeric = [column not in ("time", "metric", "name") for column in found.columns]
    finding = judge(question.query, table(found.columns, found.rows, question.query.format, numeric))
    assert finding.status == "ok", finding


def test_nobody_is_named_on_the_shared_dashboard(stores: Open) -> None:
    store, at = stores(FIRST)
    people = {row["id"] for row in store.world.rows["users"]}
    for slug in FIGURES:
        assert not {str(value) for row in store.figures(slug, at).rows for value in row} & people, slug


def test_every_sql_panel_has_its_number_test() -> None:
    panels = {panel.slug for panel in PANELS if {query.language for query in panel.queries} == {"sql"}}
    assert panels == {*FIGURES}
