"""Every figure of the Overview equals an independent calculation from the raw rows and raw samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from overview_figures import BEFORE, FIGURES, Table, View
from overview_series import SERIES
from overview_store import Shown, shown
from overview_worlds import EMPTY_DAY, QUOTED, SILENT, STORIES, Story, local, make, nothing

from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.verdict import judge, table

ENVIRONMENTS = ("", "production", "staging", QUOTED, SILENT)
BY_ENVIRONMENT = ("llm_calls", "llm_cost", "tokens_per_call", "calls_by_model", "cost_per_day")
MOMENTS = [(name, hours) for name, story in STORIES.items() for hours in (0.0, *story.later)]
READ = ("users", "conversations", "messages", "feedback", "documents", "tickets")
PANELS = load_catalog(load_config("")).dashboards["overview"].panels()
DOCS = {panel.slug: panel.doc for panel in PANELS}
Open = Callable[..., tuple[Shown, datetime]]


@pytest.fixture(scope="module")
def stores(postgres: Server) -> Iterator[Open]:
    """Opens the store of a story at some hours after its beginning; each is filled once."""
    with ExitStack() as stack:
        made: dict[str, Shown] = {}

        def open_(name: str, hours: float = 0.0) -> tuple[Shown, datetime]:
            if name not in made:
                made[name] = stack.enter_context(shown(postgres, make(STORIES[name])))
            at = STORIES[name].now + timedelta(hours=hours)
            made[name].refresh(at)
            return made[name], at

        yield open_


@pytest.fixture(scope="module")
def empty(postgres: Server) -> Iterator[Shown]:
    """The store of a platform without a row."""
    with shown(postgres, nothing(STORIES["utc at a full hour"]), since="1h") as found:
        yield found


def same(shown_: Any, wanted: Any) -> bool:
    """Whether two figures are equal: counts and money to the last digit, quotients to 12 digits."""
    if isinstance(wanted, Fraction) and shown_ is not None:
        return abs(Fraction(shown_) - wanted) <= abs(wanted) * Fraction(1, 10**12)
    if isinstance(wanted, Decimal):
        return isinstance(shown_, Decimal) and shown_ == wanted
    return bool(shown_ == wanted)


def check(found: Table, wanted: Table) -> None:
    """Fails with the first rows that differ."""
    assert found.columns == wanted.columns
    pairs = zip(found.rows, wanted.rows, strict=False)
    differing = [(f, w) for f, w in pairs if not all(map(same, f, w))]
    assert not differing, "\n".join(f"shown  {f}\nwanted {w}" for f, w in differing[:5])
    assert len(found.rows) == len(wanted.rows)


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_a_panel_shows_what_follows_from_the_raw_rows(stores: Open, name: str, hours: float, slug: str) -> None:
    store, at = stores(name, hours)
    check(store.panel(slug, at), FIGURES[slug](View(store.world, at)))


@pytest.mark.parametrize("hours", [5, 100, 1000])
@pytest.mark.parametrize("slug", ["tokens_per_call", "calls_by_model"])
@pytest.mark.parametrize("name", STORIES)
def test_a_panel_follows_the_picked_range(stores: Open, name: str, slug: str, hours: int) -> None:
    store, at = stores(name)
    check(store.panel(slug, at, hours=hours), FIGURES[slug](View(store.world, at, hours=hours)))


@pytest.mark.parametrize("compare", ["", "7d", "28d", "$__range"])
@pytest.mark.parametrize("slug", BEFORE)
@pytest.mark.parametrize("name", STORIES)
def test_a_curve_is_compared_with_earlier_days(stores: Open, name: str, slug: str, compare: str) -> None:
    store, at = stores(name)
    wanted = BEFORE[slug](View(store.world, at, compare=compare))
    assert bool(wanted.rows) == bool(compare)
    check(store.panel(slug, at, number=1, compare=compare), wanted)


@pytest.mark.parametrize("environment", ENVIRONMENTS[1:])
@pytest.mark.parametrize("slug", BY_ENVIRONMENT)
@pytest.mark.parametrize("name", ["berlin on the day of 25 hours", "kathmandu, three quarters off"])
def test_a_panel_follows_the_choice_of_an_environment(stores: Open, name: str, slug: str, environment: str) -> None:
    store, at = stores(name)
    check(store.panel(slug, at, environment), FIGURES[slug](View(store.world, at, environment)))


@pytest.mark.parametrize("slug", sorted({*FIGURES} - {*BY_ENVIRONMENT}))
def test_a_panel_without_llm_calls_of_one_environment_says_that_it_shows_all(stores: Open, slug: str) -> None:
    store, at = stores("utc at a full hour")
    assert store.panel(slug, at, "staging") == store.panel(slug, at)
    doc = DOCS[slug]
    assert "LLM" not in doc or "all environments" in doc


def test_the_choice_of_environments_is_what_calls_came_from(stores: Open) -> None:
    store, at = stores("utc at a full hour")
    (question,) = store.question("environment", at, "variable")
    given = [row[0] for row in store.ask(question, at).rows]  # the most frequent first: Grafana sorts them by name
    assert sorted(given) == sorted({call["environment"] for call in store.world.calls})


@pytest.mark.parametrize("session_zone", ["America/New_York", "Asia/Kathmandu", "Asia/Beirut"])
def test_no_figure_depends_on_the_time_zone_of_the_session(stores: Open, session_zone: str) -> None:
    store, at = stores("beirut, where a day began at one o'clock", 23.75)
    for slug in FIGURES:
        assert store.panel(slug, at, session_zone=session_zone) == store.panel(slug, at), slug


# ── figures that must agree with each other ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", STORIES)
def test_figures_of_different_panels_agree(stores: Open, name: str) -> None:
    store, at = stores(name)

    def column(slug: str, index: int = -1, environment: str = "") -> list[Any]:
        return [row[index] for row in store.panel(slug, at, environment).rows]

    def only(slug: str) -> Any:
        (value,) = column(slug)
        return value

    view = View(store.world, at)
    tickets, documents = (
        {name: value for name, value, _ in store.panel(slug, at).rows}
        for slug in ("tickets_by_status", "documents_by_status")
    )
    assert sum(tickets.values()) == len(store.world.rows["tickets"])
    assert only("tickets_open") == tickets["open"] + tickets["in progress"]
    assert sum(documents.values()) == len(store.world.rows["documents"])
    assert only("documents_failed") == documents["failed"]
    assert 0 < only("users_7d") <= only("users_30d") <= only("users") + 40  # users who left since may have written
    assert column("user_growth")[-1] == only("users")
    assert sum(column("calls_by_model")) == pytest.approx(1, abs=1e-12)
    environments = {call["environment"] for call in store.world.calls}
    for slug in ("llm_calls", "llm_cost"):
        apart = zip(*(column(slug, environment=one) for one in environments), strict=True)
        assert [sum(values) for values in apart] == column(slug)
    month = [
        cost for when, cost, *_ in store.panel("cost_per_day", at).rows if view.day(when).month == view.today.month
    ]
    spent = sum(month, only("cost_today"))
    assert same(only("budget_used"), Fraction(spent) / store.world.budget)


@pytest.mark.parametrize(("name", "hours"), MOMENTS)
def test_a_day_and_an_hour_without_anything_are_zero_and_not_missing(stores: Open, name: str, hours: float) -> None:
    store, at = stores(name, hours)
    view = View(store.world, at)
    day = view.start(view.day(STORIES[name].now) + timedelta(days=EMPTY_DAY))
    assert [row[1:3] for row in store.panel("conversations_per_day", at).rows if row[0] == day] == [(0, 0)]
    assert [row[1] for row in store.panel("cost_per_day", at).rows if row[0] == day] == [0]
    assert len(store.panel("llm_calls", at, SILENT).rows) == 24


# ── an empty platform ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_shows_zero_for_counts_and_nothing_for_quotients(empty: Shown, slug: str) -> None:
    at = empty.world.now
    found = empty.panel(slug, at)
    wanted = FIGURES[slug](View(empty.world, at))
    drawn = [row for row in wanted.rows if row[-1] is not None] if slug == "csat" else wanted.rows
    check(found, wanted._replace(rows=[] if slug == "user_growth" else drawn))


@pytest.mark.parametrize("slug", FIGURES)
def test_verify_takes_an_empty_platform_for_healthy(empty: Shown, slug: str) -> None:
    question = empty.question(slug, empty.world.now)[0]
    found = empty.panel(slug, empty.world.now)
    texts = {i for row in found.rows for i, cell in enumerate(row) if isinstance(cell, str)}
    numeric = [name not in ("time", "metric", "name") and i not in texts for i, name in enumerate(found.columns)]
    finding = judge(question.query, table(found.columns, found.rows, question.query.format, numeric))
    assert finding.status == "ok", finding


# ── freshness ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_freshness_counts_from_the_newest_row_the_last_sync_and_the_last_refresh(stores: Open) -> None:
    store, now = stores("kathmandu, three quarters off")
    at = now + timedelta(days=1, minutes=17)
    newest = max(row["created_at"] for table_ in READ for row in store.world.rows[table_])
    wanted = {"Database": (at - newest).total_seconds(), "LLM traces": 87420.0, "Summaries": 87420.0}
    answers = [
        store.ask(question, at) for question in store.question("freshness", at) if question.query.language == "sql"
    ]
    assert {answer.columns[0]: answer.rows[0][0] for answer in answers} == pytest.approx(wanted, abs=1e-6)


def test_freshness_of_an_empty_platform_is_unknown(empty: Shown) -> None:
    at = empty.world.now
    database = next(question for question in empty.question("freshness", at) if "platform" in question.text)
    assert empty.ask(database, at).rows == [(None,)]


# ── nothing is left out ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_panel_of_the_overview_has_its_number_test() -> None:
    panels = {panel.slug: [query.language for query in panel.queries] for panel in PANELS}
    assert {slug for slug, languages in panels.items() if {*languages} == {"sql"}} == {*FIGURES}
    assert {slug for slug, languages in panels.items() if languages == ["sql", "sql"]} == {*BEFORE}
    assert {slug for slug, languages in panels.items() if "promql" in languages} == {*SERIES}
    assert {slug for slug, languages in panels.items() if len({*languages}) == 2} == {"freshness"}


SOAKED = [
    ("America/New_York", (2026, 11, 1, 17, 29)),
    ("America/St_Johns", (2026, 3, 31, 23, 59)),
    ("Australia/Adelaide", (2026, 4, 6, 9)),
    ("Pacific/Auckland", (2026, 10, 1, 0, 0, 1)),
    ("Africa/Cairo", (2026, 5, 1)),
    ("America/Santiago", (2026, 9, 30, 12)),
]


@pytest.mark.soak
@pytest.mark.parametrize(("zone", "when"), SOAKED)
@pytest.mark.parametrize("seed", [5, 6])
def test_every_panel_is_right_in_any_zone(postgres: Server, zone: str, when: tuple[int, ...], seed: int) -> None:
    world = make(Story(zone, local(zone, *when), seed, scale=0.2, server_zone=zone))
    with shown(postgres, world) as store:
        for slug, calculate in FIGURES.items():
            check(store.panel(slug, world.now), calculate(View(world, world.now)))
