"""Every figure of Feedback & quality equals an independent calculation from the raw rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from desk_store import Store, check, filled
from feedback_figures import BAD, BEFORE, FIGURES, Voices
from overview_figures import DAY, HOUR, View
from overview_worlds import Story, World, local, make, nothing

from gendash.demo.postgres import Server
from gendash.demo.timeline import COLUMNS
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import expand_macros
from gendash.engine.verify.queries import dashboard_queries
from gendash.engine.verify.verdict import judge, table

NAME = "feedback-quality"
PANELS = load_catalog(load_config("")).dashboards[NAME].panels()
STORIES = {
    "utc at a full hour": Story("UTC", datetime(2026, 11, 5, 10, tzinfo=UTC), 1, 0.03),
    "berlin at midnight, autumn change": Story("Europe/Berlin", local("Europe/Berlin", 2026, 11, 5), 2, later=(23.5,)),
    "kathmandu, three quarters off": Story("Asia/Kathmandu", datetime(2026, 11, 5, 10, 20, 30, 123456, tzinfo=UTC), 3),
}
MOMENTS = [(name, hours) for name, story in STORIES.items() for hours in (0.0, *story.later)]
FIRST, SECOND, *_ = STORIES

Open = Callable[..., tuple[Store, datetime]]


def planted(story: Story) -> World:
    """A world with more ratings: at the borders of days and hours, several in a conversation, odd comments and traces."""
    world = make(story)
    view, rng, tick = View(world, story.now), Random(story.seed), timedelta(microseconds=1)
    user = world.rows["users"][0]["id"]
    known = [row["traceId"] for row in world.calls if datetime.fromisoformat(row["startTime"]) < story.now][-40:]
    moments = [
        view.start(view.today - ago * DAY) + shift for ago in (0, 1, 6, 29, 30, 59, 140) for shift in (-tick, tick)
    ]
    moments += [view.hour(story.now) - hours * HOUR + shift for hours in (23, 24) for shift in (-tick, tick)]
    comments = (None, "", "  ", "  late, and wrong ", "it's fine")

    def add(target: str, **values: Any) -> None:
        row = {"updated_at": values["created_at"], **values}
        getattr(world.platform, target).append(tuple(row.get(name) for name in COLUMNS[target]))

    for number, at in enumerate(moment for moment in moments if moment <= story.now):
        talk = str(UUID(int=10**31 + number // 3))
        if number % 3 == 0:
            add("conversations", id=talk, user_id=user, title="", is_voice_conversation=False, created_at=at)
        message = str(UUID(int=10**32 + number))
        facts = (None, "{}", json.dumps({"trace_id": rng.choice(known)}), json.dumps({"trace_id": f"none-{number}"}))
        add(
            "messages", id=message, conversation_id=talk, role="assistant", content="", metadata=rng.choice(facts),
            created_at=at - HOUR,
        )  # fmt: skip
        add(
            "feedback", id=str(UUID(int=10**33 + number)), message_id=message, user_id=user, rating=1 + number % 5,
            comment=comments[number % len(comments)], created_at=at,
        )  # fmt: skip
    guest = str(UUID(int=10**31 + 999))
    add("conversations", id=guest, user_id=None, title="", is_voice_conversation=False, created_at=story.now - 3 * DAY)
    for number, (talk, role) in enumerate([(guest, "assistant"), (guest, "user"), (str(UUID(int=10**31)), "user")]):
        message = str(UUID(int=10**32 + 900 + number))  # ratings of what nobody could rate
        at = story.now - 2 * DAY
        add("messages", id=message, conversation_id=talk, role=role, content="", metadata=None, created_at=at)
        add(
            "feedback", id=str(UUID(int=10**33 + 900 + number)), message_id=message, user_id=user, rating=3,
            comment=None, created_at=at + HOUR,
        )  # fmt: skip
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
    check(store.figures(slug, at), FIGURES[slug](Voices(store.world, at)))


@pytest.mark.parametrize("compare", ["", "7d", "28d", "$__range"])
@pytest.mark.parametrize("hours", [0, 50, 240])
@pytest.mark.parametrize("slug", BEFORE)
@pytest.mark.parametrize("name", STORIES)
def test_a_curve_is_compared_with_earlier_days(stores: Open, name: str, slug: str, hours: int, compare: str) -> None:
    store, at = stores(name)
    wanted = BEFORE[slug](Voices(store.world, at, hours=hours, compare=compare))
    assert bool(wanted.rows) == bool(compare)
    check(store.figures(slug, at, hours=hours, number=1, compare=compare), wanted)


@pytest.mark.parametrize(
    "dimension", ["model", "environment", "release", "version", "session", "tag", "tags together", "tenant"]
)
@pytest.mark.parametrize("name", STORIES)
def test_ratings_by_the_groups_of_each_dimension_follow_from_the_raw_rows(
    stores: Open, name: str, dimension: str
) -> None:
    store, at = stores(name)
    for hours in (0, 100, 2000):
        found = store.figures("groups", at, hours=hours, breakdown=dimension)
        check(found, FIGURES["groups"](Voices(store.world, at, hours=hours, breakdown=dimension)))
        assert len(found.rows) > 1


@pytest.mark.parametrize("slug", ["rolling_csat", "per_day", "mean"])
def test_a_panel_follows_the_picked_time(stores: Open, slug: str) -> None:
    store, at = stores(SECOND)
    for hours in (1, 100, 1000, 3380):  # the last has weeks without a rating
        check(store.figures(slug, at, hours=hours), FIGURES[slug](Voices(store.world, at, hours=hours)))


@pytest.mark.parametrize("slug", FIGURES)
def test_no_figure_depends_on_the_time_zone_of_the_session(stores: Open, slug: str) -> None:
    store, at = stores(SECOND)
    assert store.figures(slug, at, zone="Asia/Kathmandu") == store.figures(slug, at)


@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_figures_of_different_panels_agree(stores: Open, name: str, hours: float) -> None:
    store, at = stores(name, hours)

    def column(slug: str, index: int = -1) -> list[Any]:
        return [row[index] for row in store.figures(slug, at).rows]

    by_value = dict(store.figures("distribution", at).rows)
    total = sum(by_value.values())
    recent = Voices(store.world, at).recent(30)
    assert sum(column("ratings")) == total > 0
    assert float(column("negative")[-1]) == pytest.approx(float((by_value["1"] + by_value["2"]) / total))
    assert column("coverage")[-1] == pytest.approx(float(sum(column("models", 2)) / len(recent)))
    assert sum(column("conversations", 2)) == len(recent)
    assert sum(column("quintiles")) == sum(column("models", 2))
    assert all(low <= csat <= high for _, low, csat, high in store.figures("rolling_csat", at).rows if csat is not None)
    assert sum(column("labels", 2)) == pytest.approx(len({*column("labels", 0)}))


def test_satisfaction_is_the_figure_of_the_overview(stores: Open) -> None:
    store, at = stores(FIRST)
    (mine,) = store.question("csat", at)
    overview = dashboard_queries(store.catalog, store.catalog.dashboards["overview"], at).questions
    (theirs,) = [one for one in overview if one.verdict.kind == "panel" and one.verdict.panel == "csat"]
    assert store.answer(theirs, at, {}) == store.answer(mine, at, {})


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_shows_zero_for_counts_and_nothing_for_quotients(empty: Store, slug: str) -> None:
    at = empty.world.now
    found = empty.figures(slug, at)
    wanted = FIGURES[slug](Voices(empty.world, at))
    check(found, wanted._replace(rows=[]) if slug == "csat" else wanted)
    question, *_ = empty.question(slug, at)
    numeric = [column not in ("time", "metric", "name") for column in found.columns]
    finding = judge(question.query, table(found.columns, found.rows, question.query.format, numeric))
    assert finding.status == "ok", finding


@pytest.mark.parametrize("slug", ["negative_list", "conversations"])
def test_comments_are_for_admins_only(stores: Open, slug: str) -> None:
    store, at = stores(FIRST)
    (question,) = store.question(slug, at)
    reader = store.reader_url.replace("desk_admin_", "desk_reader_")
    text = expand_macros("sql", question.text, question.time, [])
    with psycopg.connect(reader) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(text.encode())


def test_the_worlds_hold_what_figures_are_about(stores: Open) -> None:
    for name in STORIES:
        store, at = stores(name)
        view = Voices(store.world, at)
        recent = view.recent(30)
        assert {row["rating"] for row in recent} == {1, 2, 3, 4, 5}
        assert {row["turn"] is None for row in recent} == {True, False}
        assert any(row["comment"] for row in recent if row["rating"] in BAD)
        assert {row["dataType"] for row in view.scores} == {"NUMERIC", "BOOLEAN", "CATEGORICAL"}


def test_every_sql_panel_has_its_number_test() -> None:
    panels = {panel.slug: len(panel.queries) for panel in PANELS if {one.language for one in panel.queries} == {"sql"}}
    assert panels == {slug: 2 if slug in BEFORE else 1 for slug in FIGURES}
