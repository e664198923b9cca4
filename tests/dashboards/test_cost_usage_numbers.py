"""Every SQL figure of Cost & Usage equals an independent calculation from the raw rows."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from llm_figures import (
    LLM,
    cached,
    cost_of,
    count_by,
    has_price,
    lasted,
    model,
    per,
    percentile,
    place,
    same,
    total,
    turn_at,
)
from llm_store import Look, ask
from overview_figures import DAY, HOUR, Table, changed, dollars, named, numbered, spent, started, unnumbered
from overview_store import Shown, shown
from overview_worlds import QUOTED, SILENT, STORIES, Story, local, make, nothing

from gendash.demo import vocabularies
from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.verdict import judge, table

NAME = "cost-usage"
RANGE = timedelta(days=30)
WORLDS = ("berlin at midnight, autumn change", "berlin on the day of 25 hours", "kathmandu, three quarters off")
PANELS = {panel.slug: panel for panel in load_catalog(load_config("")).dashboards[NAME].panels()}


@pytest.fixture(scope="module")
def stores(postgres: Server) -> Iterator[Callable[[str], Shown]]:
    """Opens the store of a world; each is filled once."""
    with ExitStack() as stack:
        made: dict[str, Shown] = {}

        def open_(name: str) -> Shown:
            if name not in made:
                made[name] = stack.enter_context(shown(postgres, make(STORIES[name])))
            return made[name]

        yield open_


# ── what each panel must show ────────────────────────────────────────────────────────────────────────────────────


def _month(llm: LLM) -> dict[int, Decimal]:
    """Cost of this month by its day, all environments, up to now."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in llm.until_now(llm.all_billed):
        day = llm.view.day(started(row))
        if (day.year, day.month) == (llm.today.year, llm.today.month):
            found[day.day] += spent([row])
    return found


def _elapsed(llm: LLM) -> Fraction:
    """Days of this month that have passed on the clock on the wall."""
    wall = llm.look.at.astimezone(llm.world.zone).replace(tzinfo=None)
    return Fraction((wall - datetime(wall.year, wall.month, 1)) // timedelta(microseconds=1), 86_400_000_000)


def _length(llm: LLM) -> int:
    return monthrange(llm.today.year, llm.today.month)[1]


def _forecast(llm: LLM) -> Fraction | None:
    elapsed = _elapsed(llm)
    return Fraction(sum(_month(llm).values(), Decimal(0))) / elapsed * _length(llm) if elapsed >= 1 else None


def budget(llm: LLM) -> Table:
    forecast = _forecast(llm)
    share = (forecast if forecast is not None else Fraction(sum(_month(llm).values(), Decimal(0)))) / llm.world.budget
    when = "at month end" if forecast is not None else "spent so far"
    return llm.tile(
        f"{int(share * 100 + Fraction(1, 2))} % {when}", 2 if share > 1 else 1 if share >= Fraction("0.8") else 0
    )


def forecast(llm: LLM) -> Table:
    return llm.tile(f"of {dollars(llm.world.budget)} budget, month end", _forecast(llm))


def no_price(llm: LLM) -> Table:
    calls = llm.on_picked_days(llm.calls)
    return llm.tile("of calls, picked days, limit 1 %", per(sum(not has_price(row) for row in calls), len(calls)))


def _against_last_month(llm: LLM) -> str:
    """The change of the whole hours of this month against as much of the last; nothing where that is not known whole."""
    wall = llm.look.at.astimezone(llm.world.zone).replace(tzinfo=None)
    this = datetime(wall.year, wall.month, 1)
    last = (this - DAY).replace(day=1)
    running = wall.replace(minute=0, second=0, microsecond=0)
    sums, known = {0: Decimal(0), 1: Decimal(0)}, False
    for row in llm.all_billed:
        when = started(row).astimezone(llm.world.zone).replace(tzinfo=None)
        known = known or when < last + DAY
        if this <= when < running:
            sums[0] += spent([row])
        elif last <= when < min(this, last + (running - this)):
            sums[1] += spent([row])
    if not (known and sums[1]):
        return f"of {dollars(Fraction(llm.world.budget))} budget"
    return changed("month", sums[0], sums[1], "vs last")


def month(llm: LLM) -> Table:
    spend, name = _month(llm), _against_last_month(llm)
    days = range(1, llm.today.day + 1)
    rows = [
        (llm.start(llm.today.day - day), name, sum((spend[before] for before in range(1, day + 1)), Decimal(0)))
        for day in days
    ]
    return Table(("time", "metric", "value"), rows)


def cost_24h(llm: LLM) -> Table:
    return llm.hourly(spent, llm.billed)


def per_turn(llm: LLM) -> Table:
    return llm.over_picked(llm.turns, cost_of, lambda turns: sum(turn.cost is not None for turn in turns), turn_at)


def tokens_tile(llm: LLM) -> Table:
    return llm.over_picked(llm.billed, total)


def cached_tile(llm: LLM) -> Table:
    def share(rows: list[Any]) -> Fraction | None:
        return per(sum(map(cached, rows)), total(rows, "input"))

    return llm.rolling(share, llm.until_now(llm.calls))


def turns(llm: LLM) -> Table:
    return llm.over_picked(llm.turns, len, at=turn_at)


def cost_by_model(llm: LLM) -> Table:
    return llm.by_model(llm.billed, spent)


def cost_before(llm: LLM) -> Table:
    return llm.before(spent, llm.billed)


def tokens_before(llm: LLM) -> Table:
    return llm.before(lambda rows: total(rows, "input") + total(rows, "output"), llm.billed)


def groups(llm: LLM) -> Table:
    def figures(rows: list[Any], all_: Any, change: Any) -> tuple[Any, ...]:
        own = [row for row in rows if row["type"] == "GENERATION"]
        times = [lasted(row) for row in own if lasted(row) is not None]
        return (
            per(spent(rows), all_), spent(rows) if any(map(has_price, rows)) else None, change, len(own), total(rows),
            per(sum(row["level"] == "ERROR" for row in own), len(own)), per(sum(times, Fraction(0)), len(times)),
        )  # fmt: skip

    return llm.group_table(
        ("Share of cost", "Cost", "Change", "Calls", "Tokens", "Errors", "Mean time"), figures, spent
    )


def groups_over_time(llm: LLM) -> Table:
    return llm.group_bars(spent)


def group_models(llm: LLM) -> Table:
    return llm.group_bars(spent, by_model=True)


def daily_budget(llm: LLM) -> Table:
    days = [] if llm.by_hour else llm.buckets
    local = [(start, llm.view.day(start)) for start in days]
    rows = [(start, Fraction(llm.world.budget, monthrange(day.year, day.month)[1])) for start, day in local]
    return Table(("time", "daily budget"), rows)


def month_against_budget(llm: LLM) -> Table:
    spend, forecast_, length, today = _month(llm), _forecast(llm), _length(llm), llm.today.day
    so_far = sum(spend.values(), Decimal(0))
    rows: list[tuple[Any, ...]] = []
    for day in range(1, length + 1):
        until = sum((spend[before] for before in range(1, day + 1)), Decimal(0)) if day <= today else None
        later = None if forecast_ is None else forecast_ * day / length
        rows.append(
            (
                day,
                until,
                so_far if day == today else later if day > today else None,
                Fraction(llm.world.budget * day, length),
            )
        )
    return Table(("day of month", "spent", "forecast", "budget pace"), rows)


def tokens_over_time(llm: LLM) -> Table:
    def split(rows: list[Any]) -> tuple[int, int, int]:
        kept = sum(map(cached, rows))
        return total(rows, "input") - kept, kept, total(rows, "output")

    return llm.series(("input", "input, cached", "output"), split, llm.billed)


def cost_per_turn(llm: LLM) -> Table:
    def spread(inside: list[Any]) -> tuple[Any, ...]:
        costs = [turn.cost for turn in inside if turn.cost is not None]
        return percentile(costs, Fraction(1, 2)), percentile(costs, Fraction(95, 100)), per(sum(costs), len(costs))

    return llm.widened_series(
        ("p50", "p95", "mean"), spread, llm.turns, lambda some: any(turn.cost is not None for turn in some), turn_at
    )


def models(llm: LLM) -> Table:
    billed, month_ = llm.picked(llm.billed), llm.until_now(llm.last(30, llm.billed))
    all_cost, rows = spent(billed), []
    for name in set(map(model, billed)):
        steps, lately = ([row for row in some if model(row) == name] for some in (billed, month_))
        own, own_lately = ([row for row in some if row["type"] == "GENERATION"] for some in (steps, lately))
        cost, priced = spent(steps), sum(map(has_price, own))
        slow = percentile((lasted(row) for row in own_lately if lasted(row) is not None), Fraction(95, 100))
        failed = sum(row["level"] == "ERROR" for row in own)
        *prices, why = list_price(name, own_lately or lately)
        rows.append(
            (name, per(cost, all_cost), cost if priced or cost else None, len(own), total(steps),
             per(1000 * spent(own), priced), per(failed, len(own)), per(len(own) - priced, len(own)), *prices,
             why if priced < len(own) or not own else None, slow)
        )  # fmt: skip
    rows.sort(key=lambda row: (-(row[2] or 0), row[0]))
    columns = ("Model", "Share of cost", "Cost", "Calls", "Tokens", "Per 1k", "Errors", "No price")
    return Table((*columns, "In, 1M", "Out, 1M", "Why no price", "p95 30 d"), rows[:20])


LISTED = (*vocabularies.ANSWERING, vocabularies.NANO, vocabularies.EMBEDDING)


def list_price(name: str, calls: list[Any]) -> tuple[Any, ...]:
    """USD of a million tokens by the demo's own list, and what is wrong where a call has no price."""
    known = next((m for m in LISTED if m.name == name and m.id), None)
    usd = (known.input, known.output or None) if known else (None, None)
    prices = [None if one is None else 10**6 * Decimal(f"{one:g}") for one in usd]
    if all(map(has_price, calls)):
        return (*prices, None)
    if not known:
        return (*prices, "calls name no model" if name == "unknown" else NOT_LISTED)
    used = [row for row in calls if not has_price(row) and row["level"] != "ERROR" and row["usageDetails"].get("total")]
    return (*prices, "priced by now" if used else NO_USAGE)


NOT_LISTED, NO_USAGE = "not in the price list", "calls without usage"


def users(llm: LLM) -> Table:
    accounts = {row["id"] for row in llm.world.rows["users"]}
    by_name: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for turn in llm.last(30, llm.traces, turn_at):
        known = turn.user in accounts
        name = "(untagged)" if not turn.user else named(llm.world, turn.user) if known else "(no account)"
        by_name[name, turn.user if known else ""].append(turn)
    costs = {key: cost_of(inside) for key, inside in by_name.items()}
    whole, rows = sum(costs.values(), Decimal(0)), []
    for (name, user), inside in by_name.items():
        cost, turns = costs[name, user], sum(bool(trace.calls) for trace in inside)
        seen = max(trace.at for trace in inside)
        rows.append((name, per(cost, whole), cost or None, turns, per(cost, turns) if cost else None, seen, user))
    rows.sort(key=lambda row: (-(row[2] or 0), row[6], row[0]))
    columns = ("User", "Share of cost", "Cost", "Turns", "Per turn", "Last seen", "Id", "Row")
    rows = [(*row[:6], row[6] or "unknown") for row in rows]
    return Table(columns, numbered(rows, len(rows))[:500])


def tools(llm: LLM) -> Table:
    inside = llm.until_now(llm.last(30, llm.turns, turn_at), turn_at)
    by_tool: dict[str, list[Any]] = defaultdict(list)
    for turn in inside:
        for name in {row["name"] or "unnamed" for row in turn.tools} or {"(no tool)"}:
            by_tool[name].append(turn)
    every = len(llm.last(30, llm.turns, turn_at))
    rows = [
        (
            name,
            per(len(own), every),
            len(own),
            per(cost_of(own), sum(turn.cost is not None for turn in own)),
            cost_of(own) if any(turn.cost is not None for turn in own) else None,
        )
        for name, own in by_tool.items()
    ]
    rows.sort(key=lambda row: (-(row[4] or 0), row[0]))
    return Table(("Tool", "Share of turns", "Turns", "Per turn", "Cost"), rows)


def _per_unit(llm: LLM, name: str, units: int, steps: list[Any]) -> Table:
    return llm.tile(name, per(spent(steps), units) if any(map(has_price, steps)) else None)


def per_conversation(llm: LLM) -> Table:
    created = [row["created_at"] for row in llm.world.rows["conversations"]]
    count = len(llm.on_picked_days(created, lambda at: at))
    return _per_unit(llm, "a conversation, picked days", count, llm.on_picked_days(llm.billed))


def per_user(llm: LLM) -> Table:
    owners = {row["id"]: row["user_id"] for row in llm.world.rows["conversations"]}
    written = [row for row in llm.world.rows["messages"] if row["role"] in ("user", "human")]
    seen = {owners[row["conversation_id"]] for row in llm.last(30, written, lambda row: row["created_at"])} - {None}
    return _per_unit(llm, "active user, 30 d", len(seen), llm.last(30, llm.billed))


def per_resolved_ticket(llm: LLM) -> Table:
    resolved = [row["resolved_at"] for row in llm.world.rows["tickets"] if row["resolved_at"]]
    count = len(llm.on_picked_days(resolved, lambda at: at))
    return _per_unit(llm, "a resolved ticket, picked days", count, llm.on_picked_days(llm.billed))


def efficiency(llm: LLM) -> Table:
    calls = llm.picked(llm.calls)
    return llm.tile("tokens, picked time", per(total(calls, "output"), total(calls, "input")))


def untagged(llm: LLM) -> Table:
    inside = llm.on_picked_days(llm.turns, turn_at)
    return llm.tile("of turns, picked days", per(sum(not turn.user for turn in inside), len(inside)))


def _wasted(inside: list[Any]) -> tuple[Decimal, Decimal]:
    """Cost of failed calls, and of retries that did not fail themselves."""
    failed = [row for turn in inside for row in turn.calls if row["level"] == "ERROR"]
    return spent(failed), spent(row for turn in inside for row in turn.retries if row["level"] != "ERROR")


def wasted(llm: LLM) -> Table:
    inside = llm.on_picked_days(llm.turns, turn_at)
    return llm.tile("of cost, picked days", per(sum(_wasted(inside)), cost_of(inside)))


def token_efficiency(llm: LLM) -> Table:
    return llm.series(("output / input",), lambda rows: (per(total(rows, "output"), total(rows, "input")),), llm.calls)


def cost_by_environment(llm: LLM) -> Table:
    billed = llm.picked(llm.all_billed)
    found = [
        (name, spent(row for row in billed if row["environment"] == name))
        for name in count_by(billed, lambda r: r["environment"])
    ]
    return Table(("name", "value"), sorted(found, key=lambda row: (-row[1], row[0]))[:6])


def queries_by_user(llm: LLM) -> Table:
    this = llm.today.replace(day=1)
    before = (this - DAY).replace(day=1)
    owners = {row["id"]: row["user_id"] for row in llm.world.rows["conversations"]}
    asked: dict[str, list[datetime]] = defaultdict(list)
    for row in llm.world.rows["messages"]:
        user, day = owners[row["conversation_id"]], llm.view.day(row["created_at"])
        if row["role"] in ("user", "human") and user and before <= day <= llm.today:
            asked[user].append(row["created_at"])
    rows = []
    for user, times in asked.items():
        days = [llm.view.day(at) for at in times]
        now = [day for day in days if day >= this]
        rows.append((user, (named(llm.world, user), len(now), len(days) - len(now), len(set(now)), max(times), user)))
    rows.sort(key=lambda row: (-row[1][1], -row[1][2], row[0]))
    columns = ("User", "This month", "Last month", "Active days", "Last question", "Id", "Row")
    return Table(columns, numbered([row for _, row in rows], len(rows))[:500])


def failed_cost(llm: LLM) -> Table:
    return llm.series(("failed calls", "retries"), _wasted, llm.turns, turn_at)


def _saved(row: Any) -> Fraction:
    """Cached tokens times the difference of the prices; nothing where either price is not told."""
    cost, usage = row["costDetails"], row["usageDetails"]
    if not cached(row) or "input_cached_tokens" not in cost or not usage.get("input"):
        return Fraction(0)
    full = Fraction(Decimal(repr(cost["input"]))) / usage["input"]
    return cached(row) * full - Fraction(Decimal(repr(cost["input_cached_tokens"])))


def cache_savings(llm: LLM) -> Table:
    return llm.series(("saved",), lambda rows: (sum(map(_saved, rows), Fraction(0)),), llm.billed)


def cost_by_week(llm: LLM) -> Table:
    monday = llm.today - llm.today.weekday() * DAY
    rows: list[tuple[Any, ...]] = []
    for ago in range(11, -1, -1):
        first, after = (llm.view.start(monday - 7 * (ago - n) * DAY) for n in (0, 1))
        inside = [row for row in llm.billed if first <= started(row) < after and llm.ago(started(row)) >= 0]
        rows.append((first, spent(inside), Fraction(round(after.timestamp() * 1000))))
    return Table(("time", "cost", "until"), rows)


def spend_against_usual(llm: LLM) -> Table:
    by_hour: dict[datetime, list[Any]] = defaultdict(list)
    for row in llm.billed:
        by_hour[llm.view.hour(started(row))].append(row)
    since = min(llm.view.hour(started(row)) for row in llm.all_billed)
    last, zone, rows = llm.view.hour(llm.look.at), llm.world.zone, []
    for ago in range(168, 0, -1):
        hour = last - ago * HOUR
        walls = [hour.astimezone(zone).replace(tzinfo=None) - timedelta(weeks=weeks) for weeks in range(1, 5)]
        earlier = [_moment(wall, zone) for wall in walls]
        usual = percentile((spent(by_hour[at]) for at in earlier if at >= since), Fraction(1, 2))
        rows.append((hour, spent(by_hour[hour]), usual))
    return Table(("time", "cost", "usual"), rows)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which a clock on the wall showed a time; the later one where it did so twice."""
    return wall.replace(tzinfo=zone, fold=1).astimezone(ZoneInfo("UTC"))


FIGURES: dict[str, list[Callable[[LLM], Table]]] = {
    "budget": [budget],
    "forecast": [forecast],
    "no_price": [no_price],
    "month": [month],
    "cost_24h": [cost_24h],
    "per_turn": [per_turn],
    "tokens": [tokens_tile],
    "cached": [cached_tile],
    "turns": [turns],
    "cost_by_model": [cost_by_model, daily_budget, cost_before],
    "month_against_budget": [month_against_budget],
    "tokens_over_time": [tokens_over_time, tokens_before],
    "cost_per_turn": [cost_per_turn],
    "groups": [groups],
    "groups_over_time": [groups_over_time],
    "group_models": [group_models],
    "models": [models],
    "users": [users],
    "tools": [tools],
    "per_conversation": [per_conversation],
    "per_user": [per_user],
    "per_resolved_ticket": [per_resolved_ticket],
    "efficiency": [efficiency],
    "untagged": [untagged],
    "wasted": [wasted],
    "token_efficiency": [token_efficiency],
    "cost_by_environment": [cost_by_environment],
    "queries_by_user": [queries_by_user],
    "cost_by_week": [cost_by_week],
    "failed_cost": [failed_cost],
    "cache_savings": [cache_savings],
    "spend_against_usual": [spend_against_usual],
}
UNORDERED = {"cost_by_model", "groups_over_time", "group_models", "models", "tools", "users", "cost_by_environment"}
"""Panels whose rows of equal rank stand in the order of the database's alphabet."""


def check(store: Shown, slug: str, look: Look) -> None:
    """Fails with the first rows that differ."""
    for found, figure in zip(ask(store, NAME, slug, look), FIGURES[slug], strict=True):
        wanted = figure(LLM(store.world, look, RANGE))
        found = unnumbered(found, wanted)
        assert found.columns == wanted.columns
        left, right = found.rows, wanted.rows
        if slug in UNORDERED:
            left, right = sorted(left, key=place), sorted(right, key=place)
        differing = [(f, w) for f, w in zip(left, right, strict=False) if not all(map(same, f, w))]
        assert not differing, "\n".join(f"shown  {f}\nwanted {w}" for f, w in differing[:5])
        assert len(left) == len(right)


@pytest.mark.parametrize("slug", FIGURES)
@pytest.mark.parametrize("name", WORLDS)
def test_a_panel_shows_what_follows_from_the_raw_rows(stores: Callable[[str], Shown], name: str, slug: str) -> None:
    store = stores(name)
    check(store, slug, Look(store.world.now))


@pytest.mark.parametrize("environment", [QUOTED, SILENT])
@pytest.mark.parametrize("slug", FIGURES)
def test_a_panel_follows_the_choice_of_an_environment(
    stores: Callable[[str], Shown], slug: str, environment: str
) -> None:
    store = stores(WORLDS[1])
    check(store, slug, Look(store.world.now, environment))


DIMENSIONS = ("model", "environment", "release", "version", "session", "tag", "tags together", "tenant")


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("name", WORLDS)
def test_groups_of_each_dimension_follow_from_the_raw_rows(
    stores: Callable[[str], Shown], name: str, dimension: str
) -> None:
    store = stores(name)
    for hours in (0, 24, 150):
        look = Look(store.world.now, hours=hours, breakdown=dimension)
        for slug in ("groups", "groups_over_time"):
            check(store, slug, look)
        (table_,) = ask(store, NAME, "groups", look)
        largest = next(row[0] for row in table_.rows)
        for compare in ("7d", "$__range"):
            chosen = replace(look, group=largest, compare=compare, environment="production")
            for slug in ("groups", "groups_over_time", "group_models"):
                check(store, slug, chosen)


@pytest.mark.parametrize("hours", [0, 24])
@pytest.mark.parametrize("name", WORLDS)
def test_groups_add_up_to_all_but_for_tags(stores: Callable[[str], Shown], name: str, hours: int) -> None:
    store = stores(name)
    every = {
        dimension: ask(store, NAME, "groups", Look(store.world.now, hours=hours, breakdown=dimension))[0].rows
        for dimension in DIMENSIONS
    }
    sums = {
        dimension: (sum(row[2] or 0 for row in rows), sum(row[4] for row in rows), sum(row[5] for row in rows))
        for dimension, rows in every.items()
        if dimension != "tag"
    }
    assert len(set(sums.values())) == 1
    assert all(len(rows) <= 25 for rows in every.values())
    assert any(row[0] == "other" for row in every["session"])
    assert {"(none)", "acme"} <= {row[0] for row in every["tenant"]}


@pytest.mark.parametrize("hours", [24, 100])
@pytest.mark.parametrize("slug", FIGURES)
def test_a_panel_follows_the_picked_time(stores: Callable[[str], Shown], slug: str, hours: int) -> None:
    store = stores(WORLDS[2])
    check(store, slug, Look(store.world.now, hours=hours))


COMPARED = [slug for slug, several in FIGURES.items() if {cost_before, tokens_before} & {*several}]


@pytest.mark.parametrize("compare", ["7d", "28d", "$__range"])
@pytest.mark.parametrize("hours", [0, 24, 70, 100])
@pytest.mark.parametrize("slug", COMPARED)
@pytest.mark.parametrize("name", WORLDS)
def test_a_curve_is_compared_with_an_earlier_time(
    stores: Callable[[str], Shown], name: str, slug: str, hours: int, compare: str
) -> None:
    store = stores(name)
    look = Look(store.world.now, hours=hours, compare=compare)
    check(store, slug, look)
    assert any(row[1] for row in ask(store, NAME, slug, look)[-1].rows)


def test_the_month_is_compared_with_as_much_of_a_month_that_is_known_whole(postgres: Server) -> None:
    early = Story("Europe/Berlin", local("Europe/Berlin", 2026, 11, 2, 9, 30), 7)
    with shown(postgres, make(early)) as store:
        check(store, "month", Look(early.now))
        (found,) = ask(store, NAME, "month", Look(early.now))
        assert " vs last" in found.rows[0][1]


@pytest.mark.parametrize("name", WORLDS)
def test_figures_of_different_panels_agree(stores: Callable[[str], Shown], name: str) -> None:
    store = stores(name)
    look = Look(store.world.now)

    def column(slug: str, index: int = -1, query: int = 0) -> list[Any]:
        return [row[index] for row in ask(store, NAME, slug, look)[query].rows]

    assert [row[1] for row in ask(store, NAME, "month_against_budget", look)[0].rows if row[1] is not None] == column(
        "month"
    )
    assert sum(cost or 0 for cost in column("models", 2)) == sum(column("cost_by_environment"))
    assert sum(column("models", 1)) == pytest.approx(1)
    assert all(p50 <= p95 for _, p50, p95, _ in ask(store, NAME, "cost_per_turn", look)[0].rows if p50 is not None)
    by_day: dict[Any, Decimal] = defaultdict(Decimal)
    for at, _, value in ask(store, NAME, "cost_by_model", look)[0].rows:
        by_day[at] += value
    spend = {row[0]: row[1] for row in ask(store, "overview", "cost_per_day", look)[0].rows}
    assert all(cost == spend[at] for at, cost in by_day.items() if at in spend)
    week = replace(look, compare="7d")
    now, earlier = (dict(ask(store, NAME, "cost_by_model", one)[-1].rows) for one in (look, week))
    assert not now
    zone = store.world.zone
    walls = {at.astimezone(zone).replace(tzinfo=None): cost for at, cost in by_day.items()}
    shifted = {at.astimezone(zone).replace(tzinfo=None) - 7 * DAY: cost for at, cost in earlier.items()}
    assert len(walls.keys() & shifted.keys()) > 20
    assert all(walls[at] == cost for at, cost in shifted.items() if at in walls)
    assert ask(store, NAME, "cost_24h", look) == ask(store, "overview", "llm_cost", look)


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_looks_healthy_to_verify(postgres_empty: Shown, slug: str) -> None:
    look = Look(postgres_empty.world.now)
    queries = [query for query in PANELS[slug].queries if query.language == "sql"]
    for query, found in zip(queries, ask(postgres_empty, NAME, slug, look), strict=True):
        numeric = [column not in ("time", "metric", "name", "Model", "User", "Tool") for column in found.columns]
        finding = judge(query, table(found.columns, found.rows, query.format, numeric))
        assert finding.status == "ok", finding


@pytest.fixture(scope="module")
def postgres_empty(postgres: Server) -> Iterator[Shown]:
    """The store of a platform without a row."""
    with shown(postgres, nothing(STORIES["utc at a full hour"]), since="1h") as found:
        yield found


def test_every_sql_panel_has_its_number_test() -> None:
    asked = {slug for slug, panel in PANELS.items() if any(query.language == "sql" for query in panel.queries)}
    assert asked - {"freshness"} == {*FIGURES}
