"""All dashboards at once: PromQL figures by raw samples, figures that stand twice, and broken panels that are caught."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from all_series import LOOKS, NIGHT, SERIES, looks
from clicked import clicks, rows_behind
from desk_store import filled
from full_world import everything
from graphs import ALL, ALL_ON, FEATURES_ON, NOW, Graphs, graphs
from judge import Judge
from mutants import EQUIVALENT, Mutant, equivalent
from overview_series import agent_fails, agent_p95, burning, pools_full
from overview_worlds import World
from registry import ELSEWHERE, SQL, differing
from widths import misfits

from gendash.demo.postgres import Server
from gendash.engine.checks.definitions import check
from gendash.engine.config.load import load_config
from gendash.engine.config.settings import FEATURES
from gendash.engine.definitions.catalog import Catalog
from gendash.engine.definitions.load import load_catalog
from gendash.engine.languages.grafana_macros import expand_macros
from gendash.engine.render.dashboards import render_dashboard
from gendash.engine.verify.run import verify
from gendash.engine.verify.verdict import Verdict

pytestmark = pytest.mark.prometheus

SEED, SAMPLE = 2, 150

PANELS = [(board, slug, looks(board, slug)) for board, found in SERIES.items() for slug in found]
CASES = [  # every second moment of each panel, the others of the next one
    pytest.param(board, slug, ago, marks=[] if len(times) == 1 or (number + n) % 2 == 0 else pytest.mark.soak)
    for number, (board, slug, times) in enumerate(PANELS)
    for n, ago in enumerate(times)
]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphs]:
    """All dashboards on a Prometheus that holds the demo's history."""
    with graphs(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.mark.parametrize(("board", "slug", "hours_ago"), CASES)
def test_a_panel_shows_what_follows_from_the_scraped_samples(
    prometheus: Graphs, board: str, slug: str, hours_ago: float
) -> None:
    assert prometheus.differences(board, slug, hours_ago) == []


def test_the_times_that_are_looked_at_are_calm_and_are_not(prometheus: Graphs) -> None:
    times = [prometheus.samples.end - hours * 3600 for hours in LOOKS]
    assert [burning(prometheus.samples, at) for at in times] == [False, False, True, False, False]
    assert [agent_fails(prometheus.samples, at) for at in times] == [False, True, True, False, False]
    assert [pools_full(prometheus.samples, at) > 0 for at in times] == [False, False, True, False, False]
    night = prometheus.samples.end - NIGHT * 3600
    assert agent_p95(prometheus.samples, night, 0) == [{}]
    assert agent_p95(prometheus.samples, times[0], 0)[0]


def test_alerts_are_listed_with_the_time_since_they_began(prometheus: Graphs) -> None:
    def listed(hours_ago: float) -> dict[str, float]:
        question, how_many = prometheus.asked("system-health", "alert_list", hours_ago)
        at = NOW - timedelta(hours=hours_ago)
        found, every = (
            prometheus.ask(expand_macros("promql", one.text, one.time, ALL), at) for one in (question, how_many)
        )
        listed = {dict(labels)["alertname"]: value for labels, value in found.items()}
        assert {*every.values()} == ({float(len(found))} if listed != {"no alert fires": -1} else set())
        return listed

    assert listed(NIGHT) == {"no alert fires": -1}
    before, after = listed(2.6), listed(2.5)
    assert "DatabasePoolFull" in {*before} & {*after}
    assert {name: after[name] - age for name, age in before.items() if name in after} == {
        name: pytest.approx(360, abs=31) for name in before if name in after
    }


BOARDS = load_catalog(load_config(ALL_ON)).dashboards
COMPARED = [
    (board.name, panel.slug)
    for board in BOARDS.values()
    for panel in board.panels()
    if panel.height == 4 and not panel.role and panel.queries[0].language == "promql"
]


def test_every_head_tile_is_compared_with_the_time_before() -> None:
    heads = [(name, p) for name, board in BOARDS.items() for p in board.panels() if p.height == 4 and not p.role]
    assert len(heads) == 6 * len(BOARDS)
    words = ("▲", "a week ago", ", was ")
    assert [f"{name}/{p.slug}" for name, p in heads if not any(word in p.queries[0].text for word in words)] == []


def _against(now: float, before: float | None, is_share: bool) -> str:
    """What a head tile must say about a day before; empty where nothing is known of it."""
    if before is None or (not is_share and before <= 0):
        return ""
    if is_share:
        return f"a week ago {math.floor(before * 10000 + 0.5) / 100:g} %"
    percent = math.floor(100 * (now / before) - 100 + 0.5)
    return f"{'▼' if percent < 0 else '▲'}{min(abs(percent), 999)} % vs a week ago"


@pytest.mark.parametrize(("board", "slug"), COMPARED)
def test_a_head_tile_tells_what_it_was_a_week_before(prometheus: Graphs, board: str, slug: str) -> None:
    panel = next(panel for panel in BOARDS[board].panels() if panel.slug == slug)
    is_share = prometheus.catalog.body(f"{board}/{slug}")["fieldConfig"]["defaults"]["unit"] == "percentunit"
    otherwise = re.findall(r'"change", "([^"$]+)", "", ""', panel.queries[0].text)
    for hours_ago in (LOOKS[0], LOOKS[2]):
        (now,) = prometheus.answers(board, slug, hours_ago)
        (before,) = prometheus.answers(board, slug, hours_ago + 168)
        wanted = _against(now[()], before.get(()), is_share)
        assert [prometheus.told(board, slug, hours_ago)] == ([wanted] if wanted else otherwise)


# ── every panel, and figures that stand on two dashboards ────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def judge(postgres: Server, prometheus: Graphs) -> Iterator[Judge]:
    """All dashboards on a filled store and on the Prometheus."""
    environ = {"GENDASH_PROMETHEUS_URL": prometheus.url}
    with filled(postgres, everything(SEED), "overview", FEATURES_ON, **environ) as store:
        yield Judge(store, prometheus)


def test_every_panel_that_can_have_a_number_has_its_number_test() -> None:
    boards = load_catalog(load_config(ALL_ON)).dashboards
    missing = [
        (name, panel.slug, language)
        for name, board in boards.items()
        for panel in board.panels()
        for language in {query.language for query in panel.queries}  # a panel without queries is text
        if panel.slug not in (SQL if language == "sql" else SERIES)[name] and (name, panel.slug) not in ELSEWHERE
    ]
    assert missing == []
    known = {(name, panel.slug) for name, board in boards.items() for panel in board.panels()}
    tested = {(name, slug) for found in (SQL, SERIES) for name, slugs in found.items() for slug in slugs}
    assert ({*ELSEWHERE} | tested) - known == set()


@pytest.mark.soak
@pytest.mark.parametrize("board", SQL)
def test_every_panel_is_right_in_a_world_with_everything(judge: Judge, board: str) -> None:
    untouched = [mutant for mutant in judge.untouched() if mutant.board == board and mutant.slug in SQL[board]]
    assert {mutant.name: line for mutant in untouched if (line := judge.differs(mutant))} == {}


@pytest.mark.soak
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_every_panel_is_right_for_any_seed_and_zone(postgres: Server, seed: int, zone: str) -> None:
    world = everything(seed, zone)
    with filled(postgres, world, "overview", FEATURES_ON) as store:
        for board, figures in SQL.items():
            for slug, figure in figures.items():
                shown = [one for one in store.of(board).question(slug, NOW) if one.query.language == "sql"]
                for question, wanted in zip(shown, figure(world, NOW), strict=True):
                    assert differing(board, slug, store.of(board).answer(question, NOW, {}), wanted) == ""


SAME_TITLE = {
    "Total users, now": "the same figure on two dashboards, as a number and as a curve",
}
"""Titles that stand over different queries on two dashboards, and why."""


def test_a_title_that_stands_on_two_dashboards_is_one_figure_or_listed() -> None:
    asked: dict[str, set[tuple[str, ...]]] = {}
    for board in load_catalog(load_config(ALL_ON)).dashboards.values():
        for panel in board.panels():
            asked.setdefault(panel.title, set()).add(tuple(query.text for query in panel.queries))
    del asked["How to read this dashboard"]
    assert {title for title, texts in asked.items() if len(texts) > 1} == {*SAME_TITLE}


Rows = list[tuple[Any, ...]]


def _last(rows: Rows) -> Any:
    return rows[-1][-1]


def _yesterday(rows: Rows) -> Any:
    return rows[-2][-1]


def _sum(rows: Rows) -> Any:
    return sum(row[-1] for row in rows)


def _all(rows: Rows) -> Any:
    return rows


def _share_of_budget(rows: Rows) -> Any:
    return Decimal(rows[-1][-1]) * 1000


def _of(column: int) -> Callable[[Rows], Any]:
    return lambda rows: sum(row[column] for row in rows)


def _rated_with_a_prompt(rows: Rows) -> Any:
    return sum(row[2] for row in rows if row[1] != "none")


EQUAL: Sequence[Sequence[tuple[str, Callable[[Rows], Any]]]] = (
    (("overview/users", _last), ("user-analytics/users", _last), ("user-analytics/roles", _sum)),
    (("overview/users_7d", _last), ("user-analytics/weekly", _last)),
    (("overview/users_30d", _last), ("user-analytics/monthly", _last)),
    (("user-analytics/weekly", _yesterday), ("user-analytics/active_users", lambda rows: rows[-1][2])),
    (("user-analytics/monthly", _yesterday), ("user-analytics/active_users", _last)),
    (("overview/tickets_by_status", _all), ("support-tickets/by_status", _all)),
    (("overview/tickets_open", _last), ("support-tickets/open", _last), ("support-tickets/open_by_priority", _sum)),
    (("overview/documents_by_status", _all), ("knowledge-base/by_status", _all)),
    (("knowledge-base/documents", _last), ("overview/documents_by_status", _of(1))),
    (("overview/llm_cost", _all), ("cost-usage/cost_24h", _all)),
    (("overview/llm_calls", _all), ("agent-performance/llm_calls", _all)),
    (("overview/csat", _all), ("agent-performance/csat", _all), ("feedback-quality/csat", _all)),
    (("overview/budget_used", _share_of_budget), ("cost-usage/month", _last)),
    (("cost-usage/models", lambda rows: sum(row[2] or 0 for row in rows)), ("cost-usage/cost_by_environment", _sum)),
    (("feedback-quality/ratings", _sum), ("feedback-quality/distribution", _sum)),
    (("feedback-quality/prompts", _of(3)), ("feedback-quality/models", _rated_with_a_prompt)),
    (("user-analytics/users", _last), ("user-analytics/accounts_per_day", lambda rows: rows[-1][1])),
    (("support-tickets/open", _last), ("support-tickets/assignment", _sum)),
    (("support-tickets/open", _last), ("support-tickets/unresolved_per_day", lambda rows: sum(rows[-1][1:3]))),
    (("support-tickets/oldest", _last), ("support-tickets/oldest_list", lambda rows: rows[0][1])),
    (("knowledge-base/by_status", lambda rows: rows[0][1]), ("knowledge-base/ages", _sum)),
    (("knowledge-base/by_status", _of(1)), ("knowledge-base/held_per_day", lambda rows: sum(rows[-1][1:5]))),
    (("overview/documents_failed", _last), ("knowledge-base/by_status", lambda rows: rows[2][1])),
    (("overview/cost_today", _last), ("cost-usage/month", lambda rows: rows[-1][2] - rows[-2][2])),
)  # fmt: skip
"""Panels that show one figure, and how to read it from the rows of each."""


@pytest.mark.parametrize("group", EQUAL, ids=lambda group: group[0][0])
def test_the_same_figure_is_equal_wherever_it_stands(
    judge: Judge, group: Sequence[tuple[str, Callable[[Rows], Any]]]
) -> None:
    found = []
    for place, read in group:
        board, _, slug = place.partition("/")
        store = judge.store.of(board)
        found.append(read(store.figures(slug, NOW).rows))
    assert all(one == pytest.approx(found[0]) if isinstance(one, Decimal) else one == found[0] for one in found[1:])


def test_tokens_are_calls_times_tokens_of_a_call(judge: Judge) -> None:
    overview, agent = judge.store.of("overview"), judge.store.of("agent-performance")
    tokens, calls = (
        _sum(board.figures(slug, NOW).rows) for board, slug in ((agent, "tokens"), (overview, "llm_calls"))
    )
    # the rest are tokens of embeddings and of whatever else carries them: they are of no call
    of_calls = float(calls) * _last(overview.figures("tokens_per_call", NOW).rows)
    assert of_calls <= float(tokens) < 1.05 * of_calls


@pytest.mark.parametrize("hours_ago", [LOOKS[0], LOOKS[2]])
def test_the_same_figure_of_prometheus_is_equal_wherever_it_stands(prometheus: Graphs, hours_ago: float) -> None:
    for one, other in (("overview/agent_p95", "agent-performance/p95"), ("system-health/cache_hit", "-/cache_hits")):
        board, _, slug = one.partition("/")
        there, _, twin = other.replace("-/", "system-health/").partition("/")
        assert prometheus.answers(board, slug, hours_ago) == prometheus.answers(there, twin, hours_ago)


RISING = (("p50", "p95", "p99"), ("p50", "p95", "most"), ("Median", "9 of 10"), ("From", "CSAT", "To"),
          ("from", "CSAT", "to"), ("daily", "weekly", "monthly"))  # fmt: skip
"""Columns of which no later one may be below an earlier one."""


def _falls(values: Sequence[Any]) -> bool:
    known = [float(value) for value in values if value is not None]
    return any(later < earlier - 1e-9 for earlier, later in pairwise(known))


def test_percentiles_and_bounds_rise_on_every_panel_that_has_them(judge: Judge, prometheus: Graphs) -> None:
    asked, falling = set(), []
    for name, board in judge.catalog.dashboards.items():
        store = judge.store.of(name)
        for panel in board.panels():
            legends = tuple(query.legend for query in panel.queries if query.language == "promql")
            if legends[:3] == RISING[0]:
                asked.add(f"{name}/{panel.slug}")
                for hours_ago in LOOKS:
                    answers = prometheus.answers(name, panel.slug, hours_ago)
                    if _falls([answer.get(()) for answer in answers[:3]]):
                        falling.append(f"{name}/{panel.slug}")
            if {query.language for query in panel.queries} == {"sql"}:
                found = store.figures(panel.slug, NOW)
                for names in RISING:
                    places = [found.columns.index(one) for one in names if one in found.columns]
                    if len(places) > 1:
                        asked.add(f"{name}/{panel.slug}")
                        falling += [f"{name}/{panel.slug}" for row in found.rows if _falls([row[p] for p in places])]
    assert falling == []
    assert len(asked) >= 17, asked


# ── features that are off ────────────────────────────────────────────────────────────────────────────────────────

ALL_FEATURES = [name for name, _, _ in FEATURES if name != "store_metrics"]
SOME = Random(SEED).sample(ALL_FEATURES, 1)


def _without(judge: Judge, *names: str, more: str = "") -> tuple[Catalog, list[Verdict]]:
    """The definitions with features off, and what verify says on the same servers with the rules of these settings."""
    lines = "".join(f"  {name}: {str(name not in names).lower()}\n" for name in ALL_FEATURES)
    config = judge.store.configured(lines + more)
    catalog = load_catalog(config)
    assert check(catalog) == []
    with judge.graphs.rules_of(catalog):
        return catalog, verify(config, catalog, at=NOW)


STAND_INS = {
    ("agent-performance", slug): {"agent_metrics", "http_metrics"} for slug in ("turns", "turns_by_outcome", "errors")
} | {("cost-usage", "query_volume"): {"agent_metrics", "http_metrics"}}
"""Panels that requests of a route feed where the agent records nothing; silent where both features are off."""


def _exactly_its_panels(catalog: Catalog, found: list[Verdict], names: set[str]) -> None:
    panels = [(board.name, panel) for board in catalog.dashboards.values() for panel in board.panels()]
    its = {(board, panel.slug) for board, panel in panels if names & {*panel.feature.split()}}
    its |= {place for place, needed in STAND_INS.items() if needed <= names}
    silent = {(one.dashboard, one.panel) for one in found if one.kind == "panel" and one.status == "not_available"}
    assert silent == its
    assert [one for one in found if not one.calm] == []
    for board in catalog.dashboards.values():
        folded = {panel["title"] for panel in render_dashboard(catalog, board)["panels"] if panel.get("collapsed")}
        empty = {row.title for row in board.rows if all((board.name, panel.slug) in its for panel in row.panels)}
        assert folded == (empty | {row.title for row in board.rows if not row.open}) - {""}


@pytest.mark.parametrize("name", SOME)
def test_a_feature_that_is_off_silences_exactly_its_panels(judge: Judge, name: str) -> None:
    _exactly_its_panels(*_without(judge, name), {name})


def test_with_every_feature_off_nothing_errors(judge: Judge) -> None:
    _exactly_its_panels(*_without(judge, *ALL_FEATURES), {*ALL_FEATURES})


def test_routes_that_are_none_are_calm_and_named(judge: Judge) -> None:
    routes = {"agent": "agent_metrics", "login": "auth_metrics", "search": "kb_metrics"}
    more = f"handlers: {{{', '.join(f'{route}: none' for route in routes)}}}\n"
    _, found = _without(judge, *routes.values(), more=more)
    assert [one for one in found if not one.calm] == []
    silent = {f"{one.dashboard}/{one.panel}": one.off for one in found if one.status == "not_available"}
    places = ("agent-performance/turns", "user-analytics/logins", "knowledge-base/searches")
    assert [silent[place] for place in places] == [f"handlers.{route}: none" for route in routes]


@pytest.mark.soak
@pytest.mark.parametrize("name", ALL_FEATURES)
def test_each_feature_that_is_off_silences_exactly_its_panels(judge: Judge, name: str) -> None:
    _exactly_its_panels(*_without(judge, name), {name})


@pytest.mark.soak
@pytest.mark.parametrize("name", ["", *ALL_FEATURES])
def test_a_store_made_without_a_feature_is_calm(postgres: Server, prometheus: Graphs, name: str) -> None:
    """Nothing was ever read for the feature; without a name it is every feature."""
    off = {name} if name else {*ALL_FEATURES}
    lines = "".join(f"  {one}: {str(one not in off).lower()}\n" for one in ALL_FEATURES)
    made = filled(postgres, everything(SEED), "overview", lines, GENDASH_PROMETHEUS_URL=prometheus.url)
    with made as store, prometheus.rules_of(store.catalog):
        _exactly_its_panels(store.catalog, verify(store.config, store.catalog, at=NOW), off)


# ── links that carry a clicked name ──────────────────────────────────────────────────────────────────────────────

PICKED = ({"compare": "7d"}, {"breakdown": "session"}, {"breakdown": "tag"})
"""What is picked while names are clicked, so that each kind of series and group is there."""
MADE = {"unknown", "other", "none", "nobody", "assigned", "(none)", "before", "all"}
"""Names that our SQL gives to what has none, or to a rest. A row that the platform named may have too few figures."""

THIN = {
    "agent-performance/latency_by_model": "percentiles of a model with fewer than 20 calls are left out",
    "cost-usage/group_models": "whole days without today are drawn: nothing of a group that is only of today",
}
"""Panels that show nothing of a name with few rows, and why."""


def test_every_name_that_we_made_has_rows_behind_it_or_no_link(judge: Judge) -> None:
    clicked, empty = set(), []
    for board in judge.catalog.dashboards.values():
        for panel in board.panels():
            for picked in PICKED if panel.leads_to and panel.passes else ():
                for click in clicks(judge, board, panel, picked):
                    clicked.add(click.value)
                    made = click.value in MADE or not click.value
                    if made and panel.leads_to not in THIN and not rows_behind(judge, click):
                        empty.append(click.where)
    assert not empty, "\n".join(sorted({*empty}))
    assert {"unknown", "other", "none", "nobody", "assigned", "(none)"} <= clicked


# ── columns of tables ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_columns_of_a_table_and_their_headers_fit_at_1280_pixels(judge: Judge) -> None:
    found = {}
    for where, board, panel in judge.catalog.panels():
        body = judge.catalog.body(where)
        if body["type"] != "table" or not panel.queries:
            continue
        if panel.queries[0].language == "sql":
            store = judge.store.of(board.name)
            columns = [*store.answer(store.question(panel.slug, NOW)[0], NOW, {}).columns]
        else:
            columns = [*body["transformations"][-1]["options"]["renameByName"].values()]
        if lacking := misfits(body, panel.width, [name for name in columns if not name.endswith("link")]):
            found[where] = lacking
    assert found == {}


# ── mutation ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_untouched_project_raises_no_alarm(judge: Judge) -> None:
    """The number tests of the right panels stand above."""
    right = judge.untouched()
    assert check(judge.catalog) == []
    assert judge.unverified(right) == right


def test_a_sample_of_broken_panels_is_caught(judge: Judge) -> None:
    _mutation_run(judge, Random(SEED).sample(judge.mutants(), SAMPLE))


@pytest.mark.soak
@pytest.mark.parametrize("board", SQL)
def test_every_broken_panel_of_a_dashboard_is_caught(judge: Judge, board: str) -> None:
    _mutation_run(judge, [mutant for mutant in judge.mutants() if mutant.board == board])


@pytest.mark.soak
def test_every_mutant_that_is_listed_as_equivalent_exists(judge: Judge) -> None:
    found = judge.mutants()
    assert [name for name in EQUIVALENT if not any(re.fullmatch(name, mutant.name) for mutant in found)] == []


def _mutation_run(judge: Judge, found: list[Mutant]) -> None:
    score, left = judge.caught(found)
    missed = [mutant.name for mutant in left if not equivalent(mutant)]
    told = ", ".join(f"{count} by {name}" for name, count in score.items())
    print(f"{len(found)} mutants: {told}, {len(left) - len(missed)} show the same, {len(missed)} missed")
    assert not missed, "\n".join(missed)


def test_a_broken_variable_is_caught(judge: Judge) -> None:
    tried = {
        (board.name, variable.name, what): judge.notices_variable(board, variable, what)
        for board in judge.catalog.dashboards.values()
        for variable in board.variables
        for what in ("emptied", "gone")
        if variable.query and (variable.query.language, what) != ("sql", "emptied")  # which the next test would notice
    }
    assert len(tried) > 20
    assert [name for name, is_noticed in tried.items() if not is_noticed] == []


def _kind(name: str | None) -> str:
    return (name or "").lower().lstrip(".").replace("markdown", "md") or "unknown"


OPTIONS: Mapping[str, Callable[[World], set[str]]] = {
    "environment": lambda world: {call["environment"] for call in world.calls},
    "model": lambda world: {call["model"] or "unknown" for call in world.calls},
    "priority": lambda world: {row["priority"] for row in world.rows["tickets"]},
    "category": lambda world: {row["category"] or "none" for row in world.rows["tickets"]},
    "file_type": lambda world: {_kind(row["file_type"]) for row in world.rows["documents"]},
    "creator": lambda world: {str(row["created_by"] or "unknown")[:8] for row in world.rows["tickets"]},
    "owner": lambda world: {str(row["user_id"] or "unknown")[:8] for row in world.rows["documents"]},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_variable_offers_what_stands_in_the_raw_rows(judge: Judge, name: str) -> None:
    boards = [b for b in judge.catalog.dashboards.values() if name in {variable.name for variable in b.variables}]
    assert boards
    for board in boards:
        store = judge.store.of(board.name)
        (question,) = store.question(name, NOW, "variable")
        assert {row[0] for row in store.answer(question, NOW, {}).rows} == OPTIONS[name](judge.store.world)
