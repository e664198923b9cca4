"""Every SQL figure of Agent Performance equals an independent calculation from the raw rows."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from fractions import Fraction
from math import sqrt
from typing import Any
from unittest.mock import patch

import overview_store
import pytest
from llm_figures import (
    LLM,
    cached,
    calls_in,
    has_price,
    lasted,
    model,
    per,
    percentile,
    place,
    same,
    speed,
    tokens,
    total,
    turn_at,
    waited,
)
from llm_store import Look, ask
from overview_figures import Table, View, spent, started, unnumbered
from overview_figures import csat as overview_csat
from overview_store import Shown, shown
from overview_worlds import QUOTED, SILENT, STORIES, make, nothing

from gendash.demo.postgres import Server
from gendash.engine.config.load import load_config
from gendash.engine.definitions.load import load_catalog
from gendash.engine.verify.verdict import judge, table
from gendash.langfuse_bridge.rows import error_class

NAME = "agent-performance"
RANGE = timedelta(hours=24)
WORLDS = ("berlin at midnight, autumn change", "berlin on the day of 25 hours", "kathmandu, three quarters off")
PANELS = {panel.slug: panel for panel in load_catalog(load_config("")).dashboards[NAME].panels()}
SETTINGS = overview_store.SETTINGS.replace("agent_metrics: true", "agent_metrics: true, intent: true")
MEDIAN, NINETY_FIVE = Fraction(1, 2), Fraction(95, 100)
FEW = 20


@pytest.fixture(scope="module")
def stores(postgres: Server) -> Iterator[Callable[[str], Shown]]:
    """Opens the store of a world; each is filled once."""
    with ExitStack() as stack, patch.object(overview_store, "SETTINGS", SETTINGS):
        made: dict[str, Shown] = {}

        def open_(name: str) -> Shown:
            if name not in made:
                made[name] = stack.enter_context(shown(postgres, make(STORIES[name])))
            return made[name]

        yield open_


@pytest.fixture(scope="module")
def empty(postgres: Server) -> Iterator[Shown]:
    """The store of a platform without a row."""
    with (
        patch.object(overview_store, "SETTINGS", SETTINGS),
        shown(postgres, nothing(STORIES["utc at a full hour"]), since="1h") as found,
    ):
        yield found


# ── what each panel must show ────────────────────────────────────────────────────────────────────────────────────


def failed(row: Any) -> bool:
    return bool(row["level"] == "ERROR")


def within_24h(llm: LLM, rows: Sequence[Any]) -> list[Any]:
    return [row for row in llm.until_now(rows) if 0 <= llm.view.hours_ago(row) <= 23]


def llm_state(llm: LLM) -> Table:
    calls = [row for row in llm.until_now(llm.chosen) if 0 <= llm.view.hours_ago(row) <= 2]
    share = per(sum(map(failed, calls)), len(calls))
    if share is None:
        return llm.tile("no calls, 3 h, limit 1 %", None)
    tenths = int(share * 1000 + Fraction(1, 2))
    name = f"{tenths // 10}.{tenths % 10} % failed, 3 h, limit 1 %"
    return llm.tile(name, 2 if share >= Fraction(5, 100) else 1 if share >= Fraction(1, 100) else 0)


def llm_calls(llm: LLM) -> Table:
    return llm.hourly(len, llm.calls)


def tokens_tile(llm: LLM) -> Table:
    return llm.hourly(total, llm.billed)


def csat(llm: LLM) -> Table:
    return overview_csat(View(llm.world, llm.look.at))


def calls_by_model(llm: LLM) -> Table:
    return llm.by_model(llm.chosen, len)


def calls_before(llm: LLM) -> Table:
    return llm.before(len, llm.chosen)


def enough(value: Any, rows: Sequence[Any]) -> Any:
    return value if len(rows) >= FEW else None


def known(values: Any) -> list[Any]:
    return [value for value in values if value is not None]


def models(llm: LLM) -> Table:
    calls, week = llm.picked(llm.chosen), llm.until_now(llm.last(7, llm.chosen))
    billed, rows = llm.picked(llm.chosen_billed), []
    for name in set(map(model, calls)):
        own, lately = ([row for row in some if model(row) == name] for some in (calls, week))
        cost = spent(row for row in billed if model(row) == name)
        times = known(map(lasted, lately))
        rows.append(
            (
                name, per(len(own), len(calls)), len(own), per(sum(map(failed, own)), len(own)),
                per(total(own), len(own)), cost if cost or any(map(has_price, own)) else None,
                enough(percentile(times, MEDIAN), lately), enough(percentile(times, NINETY_FIVE), lately),
                enough(percentile(known(map(waited, lately)), NINETY_FIVE), lately),
                enough(percentile(known(map(speed, lately)), MEDIAN), lately),
                enough(percentile(map(tokens, lately), NINETY_FIVE), lately),
            )
        )  # fmt: skip
    columns = ("Model", "Share of calls", "Calls", "Errors", "Tokens", "Cost", "p50 7 d", "p95 7 d", "1st token 7 d")
    return Table((*columns, "Tokens/s 7 d", "Tokens p95 7 d"), sorted(rows, key=lambda row: (-row[2], row[0]))[:20])


def latency_by_model(llm: LLM) -> Table:
    found: dict[str, list[Any]] = {}
    sizes: dict[str, int] = {}
    names = {model(row) for row in llm.chosen} | ({"all models"} if llm.look.model == "__all" else set())
    times, inside = llm.widened(llm.chosen, _slow)
    for name in names:
        own = [[row for row in rows if name in ("all models", model(row))] for rows in inside]
        values = [enough(percentile(known(map(lasted, rows)), NINETY_FIVE), known(map(lasted, rows))) for rows in own]
        if known(values):
            found[name], sizes[name] = values, sum(map(len, own))
    most = sorted(found, key=lambda name: (-sizes[name], name))[:7]
    return Table(
        ("time", "metric", "value"),
        [(at, name, found[name][n]) for n, at in enumerate(times) for name in sorted(most)],
    )


def _slow(rows: list[Any]) -> bool:
    """Whether some model has enough timed calls for a percentile, or all have."""
    counts = Counter(model(row) for row in rows if lasted(row) is not None)
    return sum(counts.values()) >= FEW


def tokens_over_time(llm: LLM) -> Table:
    def split(rows: list[Any]) -> tuple[int, int, int]:
        kept = sum(map(cached, rows))
        return total(rows, "input") - kept, kept, total(rows, "output")

    return llm.series(("input", "input, cached", "output"), split, llm.chosen_billed)


def cost_over_time(llm: LLM) -> Table:
    return llm.series(("cost",), lambda rows: (spent(rows),), llm.chosen_billed)


TYPES = {
    "timeout": "time-out", "rate_limit": "rate limit", "context_length": "context too long", "refusal": "refusal",
    "tool": "tool", "other": "other",
}  # fmt: skip


def errors_by_type(llm: LLM) -> Table:
    def split(rows: list[Any]) -> list[int]:
        kinds = [error_class(row["statusMessage"], row["type"]) for row in rows]
        return [kinds.count(kind) for kind in TYPES]

    return llm.series(tuple(TYPES.values()), split, [row for row in llm.chosen if failed(row)])


def tokens_per_call(llm: LLM) -> Table:
    by_name: dict[str, list[Any]] = defaultdict(list)
    for row in llm.picked(llm.chosen):
        by_name[model(row)].append(row)
    most = sorted(by_name, key=lambda name: (-len(by_name[name]), name))[:6]
    return Table(("name", "value"), [(name, per(total(by_name[name]), len(by_name[name]))) for name in most])


def tools_in_traces(llm: LLM) -> Table:
    by_tool: dict[str, list[Any]] = defaultdict(list)
    used: dict[str, int] = defaultdict(int)
    for turn in llm.until_now(llm.last(7, llm.turns, turn_at), turn_at):
        for name in {row["name"] for row in turn.tools}:
            used[name] += 1
        for row in turn.tools:
            by_tool[row["name"]].append(row)
    rows = []
    for name, own in by_tool.items():
        times = known(map(lasted, own))
        quantiles = (enough(percentile(times, share), own) for share in (MEDIAN, NINETY_FIVE))
        rows.append((name, used[name], len(own), per(sum(map(failed, own)), len(own)), *quantiles))
    return Table(("Tool", "Turns", "Calls", "Errors", "p50", "p95"), sorted(rows, key=lambda row: (-row[2], row[0])))


def loop_depth(llm: LLM) -> Table:
    def depth(turns: list[Any]) -> tuple[Any, ...]:
        counts = [len(turn.calls) for turn in turns]
        retries = per(sum(len(turn.retries) for turn in turns), len(turns))
        return percentile(counts, MEDIAN), percentile(counts, NINETY_FIVE), max(counts, default=None), retries

    return llm.widened_series(("p50", "p95", "most", "retries per turn"), depth, llm.turns, bool, turn_at)


def depth(llm: LLM) -> Table:
    bounds = {"1": 1, "2": 2, "3": 3, "4 to 5": 5, "6 to 9": 9, "10 or more": 10**9}
    found = dict.fromkeys(bounds, 0)
    turns = llm.until_now(llm.last(7, llm.turns, turn_at), turn_at)
    for turn in turns:
        found[next(name for name, most in bounds.items() if len(turn.calls) <= most)] += 1
    return Table(("name", "value"), list(found.items()) if turns else [])


def first_token(llm: LLM) -> Table:
    def spread(rows: list[Any]) -> tuple[Any, Any]:
        times = known(map(waited, rows))
        return percentile(times, MEDIAN), enough(percentile(times, NINETY_FIVE), times)

    return llm.widened_series(
        ("p50", "p95"), spread, llm.chosen, lambda rows: sum(waited(row) is not None for row in rows) >= FEW
    )


def worst_turns(llm: LLM) -> Table:
    last = llm.view.hour(llm.look.at)
    inside = [turn for turn in llm.until_now(llm.turns, turn_at) if turn.at >= last - timedelta(hours=23)]
    inside.sort(key=lambda turn: (not turn.failed, -turn.seconds, turn.id))
    rows = [
        (
            turn.id, turn.at, "failed" if turn.failed else "answered", turn.seconds, len(turn.calls),
            sum(map(failed, turn.calls)), len(turn.tools), turn.cost,
        )
        for turn in inside[:50]
    ]  # fmt: skip
    columns = ("Trace", "Began", "Outcome", "Time", "LLM calls", "Failed calls", "Tool calls", "Cost")
    return Table(columns, rows)


def _intent(row: Any) -> str:
    facts = row["metadata"]
    return str((json.loads(facts) if isinstance(facts, str) else facts or {}).get("intent", ""))


def intents(llm: LLM) -> Table:
    seen: dict[str, set[str]] = defaultdict(set)
    for row in llm.last(7, llm.world.rows["messages"], lambda row: row["created_at"]):
        if _intent(row):
            seen[_intent(row)].add(row["conversation_id"])
    rows = sorted(((name, len(talks)) for name, talks in seen.items()), key=lambda row: (-row[1], row[0]))
    return Table(("name", "value"), rows[:8])


def intent_csat(llm: LLM) -> Table:
    about = {row["id"]: _intent(row) for row in llm.world.rows["messages"]}
    given: dict[str, list[int]] = defaultdict(list)
    for row in llm.on_picked_days(llm.world.rows["feedback"], lambda row: row["created_at"]):
        if about[row["message_id"]]:
            given[about[row["message_id"]]].append(row["rating"])
    z, rows = 1.96, []
    for name, ratings in given.items():
        n, p = len(ratings), sum(rating >= 4 for rating in ratings) / len(ratings)
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
        rows.append((name, n, p, low, high))
    return Table(("Intent", "Ratings", "CSAT", "From", "To"), sorted(rows, key=lambda row: (-row[1], row[0])))


def coverage(llm: LLM) -> Table:
    low = llm.look.at - (timedelta(hours=llm.look.hours) if llm.look.hours else RANGE)
    found: dict[Any, int] = defaultdict(int)
    for turn in llm.turns:
        found[llm.view.hour(turn.at)] += 1
    return Table(("time", "traced"), sorted((at, n) for at, n in found.items() if low <= at <= llm.look.at))


def prompts(llm: LLM) -> Table:
    by_version: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in llm.until_now(llm.last(30, llm.calls)):
        if row["promptName"]:
            by_version[row["promptName"], row["promptVersion"]].append(row)
    rows = []
    for (name, version), own in by_version.items():
        slow = enough(percentile(known(map(lasted, own)), NINETY_FIVE), own)
        priced = sum(map(has_price, own))
        rows.append(
            (name, version, min(map(started, own)), len(own), per(sum(map(failed, own)), len(own)), slow,
             per(total(own), len(own)), per(spent(own), priced))
        )  # fmt: skip
    columns = ("Prompt", "Version", "Since", "Calls", "Errors", "p95", "Tokens", "Cost")
    return Table(columns, sorted(rows, key=lambda row: (row[0], -row[1])))


def groups(llm: LLM) -> Table:
    def figures(rows: list[Any], all_: Any, change: Any) -> tuple[Any, ...]:
        own = [row for row in rows if row["type"] == "GENERATION"]
        times = [lasted(row) for row in own if lasted(row) is not None]
        return (
            per(len(own), all_), len(own), change, per(sum(row["level"] == "ERROR" for row in own), len(own)),
            per(sum(times, Fraction(0)), len(times)), spent(rows) if any(map(has_price, rows)) else None,
        )  # fmt: skip

    return llm.group_table(("Share", "Calls", "Change", "Errors", "Mean time", "Cost"), figures, calls_in)


def groups_over_time(llm: LLM) -> Table:
    return llm.group_bars(calls_in)


def group_models(llm: LLM) -> Table:
    return llm.group_bars(calls_in, by_model=True)


FIGURES: dict[str, Callable[[LLM], Table]] = {
    "llm": llm_state,
    "llm_calls": llm_calls,
    "tokens": tokens_tile,
    "csat": csat,
    "calls_by_model": calls_by_model,
    "models": models,
    "latency_by_model": latency_by_model,
    "tokens_over_time": tokens_over_time,
    "cost_over_time": cost_over_time,
    "errors_by_type": errors_by_type,
    "tokens_per_call": tokens_per_call,
    "tools_in_traces": tools_in_traces,
    "loop_depth": loop_depth,
    "depth": depth,
    "first_token": first_token,
    "worst_turns": worst_turns,
    "intents": intents,
    "intent_csat": intent_csat,
    "coverage": coverage,
    "prompts": prompts,
    "groups": groups,
    "groups_over_time": groups_over_time,
    "group_models": group_models,
}
UNORDERED = {
    "groups_over_time",
    "group_models",
    "calls_by_model",
    "latency_by_model",
    "models",
    "worst_turns",
    "tokens_per_call",
    "intents",
}
"""Panels whose rows of equal rank stand in the order of the database's alphabet."""


BEFORE: dict[str, Callable[[LLM], Table]] = {"calls_by_model": calls_before}
"""Calculations of the second query of a panel, which is compared with the first."""


def figures_of(slug: str) -> list[Callable[[LLM], Table]]:
    """The calculations of a panel's queries, in order."""
    return [FIGURES[slug], BEFORE[slug]] if slug in BEFORE else [FIGURES[slug]]


def check(store: Shown, slug: str, look: Look) -> None:
    """Fails with the first rows that differ; the link of a trace is left aside."""
    llm = LLM(store.world, look, RANGE)
    for found, figure in zip(ask(store, NAME, slug, look), figures_of(slug), strict=True):
        wanted = figure(llm)
        found = unnumbered(found, wanted)
        assert [column for column in found.columns if column != "link"] == [*wanted.columns]
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


@pytest.mark.parametrize(
    ("environment", "model_"), [(QUOTED, "__all"), (SILENT, "__all"), ("__all", "gpt-4o-mini"), ("production", "none")]
)
@pytest.mark.parametrize("slug", FIGURES)
def test_a_panel_follows_the_choice_of_environment_and_model(
    stores: Callable[[str], Shown], slug: str, environment: str, model_: str
) -> None:
    store = stores(WORLDS[1])
    check(store, slug, Look(store.world.now, environment, model_))


@pytest.mark.parametrize("hours", [72, 720])
@pytest.mark.parametrize("slug", FIGURES)
def test_a_panel_follows_the_picked_time(stores: Callable[[str], Shown], slug: str, hours: int) -> None:
    store = stores(WORLDS[2])
    check(store, slug, Look(store.world.now, hours=hours))


@pytest.mark.parametrize("compare", ["7d", "28d", "$__range"])
@pytest.mark.parametrize("hours", [0, 24, 100])
@pytest.mark.parametrize("slug", BEFORE)
@pytest.mark.parametrize("name", WORLDS)
def test_a_curve_is_compared_with_an_earlier_time(
    stores: Callable[[str], Shown], name: str, slug: str, hours: int, compare: str
) -> None:
    store = stores(name)
    check(store, slug, Look(store.world.now, model="gpt-4o-mini", hours=hours, compare=compare))


@pytest.mark.parametrize("name", WORLDS)
def test_percentiles_rise_and_figures_of_two_dashboards_agree(stores: Callable[[str], Shown], name: str) -> None:
    store = stores(name)
    look = Look(store.world.now, hours=720)
    for _, p50, p95, most, _ in ask(store, NAME, "loop_depth", look)[0].rows:
        assert p50 is None or 1 <= p50 <= p95 <= most
    for row in ask(store, NAME, "models", look)[0].rows:
        assert row[6] is None or row[6] <= row[7]
    assert ask(store, NAME, "llm_calls", look) == ask(store, "overview", "llm_calls", look)
    assert ask(store, NAME, "csat", look) == ask(store, "overview", "csat", look)
    assert ask(store, NAME, "tokens_over_time", look)[0] == ask(store, "cost-usage", "tokens_over_time", look)[0]
    assert any(value is not None for _, _, value in ask(store, NAME, "latency_by_model", look)[0].rows)


def test_a_trace_is_looked_up_in_langfuse_by_its_id(stores: Callable[[str], Shown]) -> None:
    store = stores(WORLDS[0])
    (found,) = ask(store, NAME, "worst_turns", Look(store.world.now))
    assert found.rows
    assert all(row[-1] == f"{store.config['langfuse.base_url'].rstrip('/')}/trace/{row[0]}" for row in found.rows)


@pytest.mark.parametrize("slug", FIGURES)
def test_an_empty_platform_looks_healthy_to_verify(empty: Shown, slug: str) -> None:
    query, *_ = [query for query in PANELS[slug].queries if query.language == "sql"]
    found, *_ = ask(empty, NAME, slug, Look(empty.world.now))
    words = (
        "time",
        "metric",
        "name",
        "Model",
        "Tool",
        "Trace",
        "Outcome",
        "Intent",
        "Prompt",
        "link",
        "Began",
        "Since",
    )
    finding = judge(query, table(found.columns, found.rows, query.format, [c not in words for c in found.columns]))
    assert finding.status == "ok", finding


def test_every_sql_panel_has_its_number_test() -> None:
    asked = {slug for slug, panel in PANELS.items() if any(query.language == "sql" for query in panel.queries)}
    assert asked - {"freshness"} == {*FIGURES}
