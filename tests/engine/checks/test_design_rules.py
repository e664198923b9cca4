"""Each design rule: a dashboard that keeps all of them, and for each check a change that breaks its rule and no other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from gendash.dashboards._palette import colored, override, steps
from gendash.dashboards.viz import BarGauge, Freshness, HeadTile, Lines, StateTile, Table, Text
from gendash.engine.checks.design_rules import RULES, check_rules, levels_of, rule_warnings
from gendash.engine.checks.queries import check_variables_quoted
from gendash.engine.checks.time_zone import in_session_zone
from gendash.engine.checks.titles import check_titles_alone
from gendash.engine.config.load import load_config
from gendash.engine.definitions.catalog import Catalog, Style
from gendash.engine.model import Dashboard, Panel, Problem, Query, Relation, Row, Rule, Variable, promql, slo, sql
from gendash.engine.render.dashboards import REFRESH_INTERVALS

DOC = "What the figure is now, where it comes from, its window and its caveat."
JOB = Variable("job", "Service", "Scrape job.", promql("label_values(up, job)"))
ROOM = Variable("room", "Room", "A room.", sql("select distinct room from {{ view('facts') }} limit 9"))
RATE = 'sum by (status) (rate(calls_total{job=~"$job"}[$__rate_interval]))'
METRICS: dict[str, dict[str, Any]] = {
    "up": {"name": "up", "type": "gauge"},
    "calls": {"name": "calls_total", "type": "counter"},
    "held": {"name": "held_total", "type": "gauge"},
    "fine": {"name": "fine_seconds", "type": "histogram", "buckets": [1, 2, 3, 4, 5, 6]},
    "coarse": {"name": "coarse_seconds", "type": "histogram", "buckets": [0.1, 0.5, 1]},
}
COLUMNS = {"room": {"type": "text", "doc": "d"}, "day": {"type": "date"}, "hour": {"type": "timestamptz"}}
# with a purpose gendash itself reads a relation, so no panel has to
READ = {"audience": "everyone", "grain": "many", "purpose": "accounts"}
LONE = Rule("job:lone:rate5m", "record", "g", "recording_rules/g.yaml", "vector(1)", "doc")
FACTS = Relation("facts", "view", "sql/views/facts.sql", READ, "select 1", COLUMNS)
SECRET = dataclasses.replace(
    FACTS, name="secret", path="sql/views/secret.sql", header={"audience": "admin", "purpose": "audits"}, columns={}
)


def panel(slug: str, viz: Any, query: Query, width: int, height: int, **more: Any) -> Panel:
    return Panel(slug, f"Facts of {slug}, now", DOC, viz, [query], width, height, **more)


def board(**changes: Any) -> Dashboard:
    ask = sql("select 1 as value")
    first = [
        *(panel(f"state{i}", StateTile(), ask, 8, 3, leads_to="one/chart0") for i in range(3)),
        *(panel(f"tile{i}", HeadTile(unit="short"), ask, 6, 4, leads_to="one/chart0") for i in range(6)),
        panel("freshness", Freshness(unit="s"), ask, 12, 4, role="freshness"),
        *(panel(f"chart{i}", Lines(unit="short"), ask, 8, 8) for i in range(3)),
    ]
    more = [panel("p", Lines(unit="short"), ask, 12, 8), panel("t", Table(unit="short"), limited("facts"), 12, 8)]
    guide = [Panel("guide", "How to read", DOC, Text(content="x"), [], 24, 8, role="guide")]
    rows = [Row("", first), Row("Why?", more), Row("How?", guide, open=False)]
    marks = (("Deploys", promql('up{job=~"$job"}')), ("Alerts", promql('up{job=~"$job"}')))
    base = Dashboard("one", "One", "d", rows, "30s", "24h", variables=[JOB, ROOM], annotations=marks)
    return dataclasses.replace(base, **changes)


def two_boards(slug: str) -> Catalog:
    """A second dashboard, one panel of which has a title of the first dashboard."""
    first, second = board(), dataclasses.replace(board(), name="two")
    ask = sql("select 2 as value")
    same_title = Panel(slug, "Facts of p, now", DOC, Lines(unit="short"), [ask], 12, 8)
    pair = [same_title, panel("t", Table(unit="short"), limited("facts"), 12, 8)]
    rows = [second.rows[0], Row("Why?", pair), second.rows[2]]
    found = {"one": first, "two": dataclasses.replace(second, rows=rows)}
    return dataclasses.replace(catalog(first), dashboards=found)


def limited(relation: str) -> Query:
    return sql(f"select room from {{{{ view('{relation}') }}}} limit 9")


def catalog(dashboard: Dashboard | None = None, *relations: Relation) -> Catalog:
    found = {relation.name: relation for relation in (FACTS, SECRET, *relations)}
    return Catalog(load_config(""), {"one": dashboard or board()}, found, {}, METRICS)


def with_panel(which: str, /, **changes: Any) -> Catalog:
    """The good dashboard with one panel changed."""
    base = board()
    rows = [
        dataclasses.replace(
            row, panels=[dataclasses.replace(p, **changes) if p.slug == which else p for p in row.panels]
        )
        for row in base.rows
    ]
    return catalog(dataclasses.replace(base, rows=rows))


def asks(text: str, **more: Any) -> Catalog:
    return with_panel("p", queries=[promql(text, legend="x", **more)])


def selects(text: str) -> Catalog:
    return with_panel("p", queries=[sql(text)])


def shown(viz: Any, **more: Any) -> Catalog:
    return with_panel("p", viz=viz, **more)


def row_of(*panels: Panel) -> list[Row]:
    rows = board().rows
    return [rows[0], dataclasses.replace(rows[1], panels=[*rows[1].panels, *panels]), rows[2]]


def tiles(count: int) -> list[Panel]:
    return [panel(f"more{i}", Lines(unit="short"), sql("select 1 as value"), 24, 8) for i in range(count)]


LIMITED = steps(("text", None), ("red", 7))
SET = steps(("text", None), ("red", slo("failures.red")))
P95 = "histogram_quantile(0.95, %s)"
BUCKETS = 'rate(%s_seconds_bucket{job=~"$job"}[$__rate_interval])'

# check, rule, what breaks it, and a part of what is said
BROKEN: list[tuple[str, str, Callable[[], Catalog], str]] = [
    ("check_titles_unique", "explained", lambda: with_panel("p", title="Facts of t, now"), "two panels have the title"),
    ("check_descriptions", "explained", lambda: with_panel("p", doc="now"), "description of 3 characters"),
    ("check_units", "units", lambda: shown(Lines()), "no unit"),
    ("check_unit_names", "units", lambda: shown(Lines(unit="ms")), "unit 'ms'"),
    ("check_decimals", "decimals", lambda: shown(Lines(unit="s", decimals=2)), "decimals on the unit s"),
    ("check_queries_parse", "queries-run", lambda: selects("selec 1"), "SQL does not parse"),
    (
        "check_rates",
        "rates-of-counters",
        lambda: asks('sum(rate(held_total{job=~"$job"}[$__rate_interval]))'),
        "of the gauge",
    ),
    ("check_counters", "rates-of-counters", lambda: asks('sum(calls_total{job=~"$job"})'), "without a rate"),
    ("check_recorded", "recorded-rates", lambda: asks('sum(rate(calls_total{job=~"$job"}[5m]))'), "a raw rate over 5m"),
    (
        "check_recorded",
        "recorded-rates",
        lambda: asks('sum(increase(calls_total{job=~"$job"}[$__range]))'),
        "over the whole range",
    ),
    ("check_quantiles", "quantiles", lambda: asks(P95 % f"sum({BUCKETS % 'fine'})"), "not over a sum by le"),
    (
        "check_quantiles",
        "quantiles",
        lambda: asks("avg(" + P95 % f"sum by (le, status) ({BUCKETS % 'fine'})" + ")"),
        "added up or averaged",
    ),
    ("check_bounds", "quantiles", lambda: asks(P95 % f"sum by (le) ({BUCKETS % 'coarse'})"), "has few bounds"),
    ("check_ratios", "guarded-ratios", lambda: asks(f"{RATE} / {RATE}"), "what may be 0"),
    (
        "check_ratios",
        "guarded-ratios",
        lambda: asks(f"{RATE} / ({RATE.replace('by (status) ', '')} > 0)"),
        "different labels",
    ),
    ("check_job", "job-selector", lambda: asks("sum(up)"), "'up' of any job"),
    (
        "check_two_clicks",
        "two-clicks",
        lambda: catalog(leading_in_a_circle()),
        "two clicks do not reach a chart",
    ),
    ("check_links", "links-lead-on", lambda: with_panel("p", leads_to="one/gone"), "no panel 'one/gone'"),
    (
        "check_links_pass",
        "links-lead-on",
        lambda: with_panel("p", leads_to="one/t", passes={"romo": ""}),
        "passes 'romo', no variable of 'one'",
    ),
    (
        "check_links_pass",
        "links-lead-on",
        lambda: with_panel("p", leads_to="one/t", passes={"room": "Raum"}),
        "passes 'Raum', no column of its table",
    ),
    (
        "check_links_pass",
        "links-lead-on",
        lambda: with_panel("p", leads_to="one/t", passes={"time": "ending"}),
        "passes the time 'ending', no column of its query",
    ),
    ("check_tiles_lead_on", "links-lead-on", lambda: with_panel("tile1", leads_to=""), "a tile without a link"),
    ("check_entities", "links-lead-on", lambda: with_panel("t", leads_to="one/p"), "every cell of the table"),
    (
        "check_links_keep",
        "links-lead-on",
        lambda: shown(
            Lines(unit="short", overrides=[override("byName", "x", links=[{"title": "x", "url": "/d/two"}])])
        ),
        "drops ${__url_time_range}",
    ),
    (
        "check_skeleton",
        "skeleton",
        lambda: catalog(
            board(
                rows=[
                    Row("", row.panels) if i else dataclasses.replace(row, title="x")
                    for i, row in enumerate(board().rows)
                ]
            )
        ),
        "not the skeleton",
    ),
    ("check_size", "skeleton", lambda: catalog(board(rows=row_of(*tiles(23)))), "35 panels"),
    (
        "check_size",
        "skeleton",
        lambda: catalog(board(rows=[*board().rows, *(Row(f"{i}?", [], open=False) for i in range(5))])),
        "7 rows",
    ),
    (
        "check_size",
        "skeleton",
        lambda: catalog(board(rows=[*board().rows, Row("Another?", [])])),
        "2 rows that are open",
    ),
    ("check_grid", "grid", lambda: with_panel("p", width=8), "its line is 20 wide"),
    (
        "check_heights",
        "grid",
        lambda: (
            with_panel("chart0", height=9)
            if False
            else catalog(board(rows=row_of(dataclasses.replace(tiles(1)[0], height=9))))
        ),
        "9 high",
    ),
    (
        "check_colors",
        "colors",
        lambda: catalog(
            board(
                rows=row_of(
                    *(
                        dataclasses.replace(one, viz=BarGauge(unit="short", overrides=colored({"open": color})))
                        for one, color in zip(tiles(2), ("blue", "red"), strict=True)
                    )
                )
            )
        ),
        "'open' is red here and blue elsewhere",
    ),
    ("check_words", "colors", lambda: with_panel("tile1", viz=Shouting(unit="short")), "background colour alone"),
    (
        "check_thresholds",
        "limits",
        lambda: shown(Lines(unit="short", thresholds=steps(("text", None), ("blue", 5), ("text", 3)))),
        "do not ascend",
    ),
    ("check_limits", "limits", lambda: shown(Lines(unit="short", thresholds=LIMITED)), "the limit 7 is a number"),
    (
        "check_limits_in_prose",
        "limits",
        lambda: with_panel("p", viz=Lines(unit="s", thresholds=SET), doc=f"{DOC} Red above 7."),
        "is a number",
    ),
    ("check_legends", "legends", lambda: shown(Lines(unit="short", calcs=["max"])), "below width 16"),
    ("check_legend_names", "legends", lambda: with_panel("p", queries=[promql(RATE)]), "no legend"),
    (
        "check_few_series",
        "few-series",
        lambda: with_panel("p", queries=[promql(RATE.replace("status", "handler"), legend="{{handler}}")]),
        "a line by handler",
    ),
    (
        "check_shapes",
        "few-series",
        lambda: shown(Lines(unit="short", overrides=[override("byName", "x", custom__axisPlacement="right")])),
        "a second axis",
    ),
    ("check_shapes", "few-series", lambda: shown(Pie(unit="short")), "a pie"),
    (
        "check_nothing",
        "nothing-said",
        lambda: with_panel("tile1", viz=HeadTile(unit="short", no_data="nothing at all")),
        "noValue",
    ),
    (
        "check_nothing",
        "nothing-said",
        lambda: shown(Lines(unit="short", custom={"spanNulls": True})),
        "lines connect nulls",
    ),
    (
        "check_read",
        "read",
        lambda: catalog(
            board(), dataclasses.replace(FACTS, name="lone", header={"audience": "everyone", "grain": "x"})
        ),
        "sql/views/facts.sql: nothing reads this view",
    ),
    (
        "check_series_read",
        "read",
        lambda: dataclasses.replace(catalog(), rules={LONE.name: LONE}),
        "job:lone:rate5m: nothing reads this series",
    ),
    ("check_refresh", "refresh", lambda: catalog(board(refresh="7s")), "refresh 7s"),
    ("check_refresh", "refresh", lambda: catalog(board(range="13d")), "range 13d"),
    (
        "check_titles_follow",
        "windows-said",
        lambda: with_panel(
            "p",
            title="Facts of p, 7 d",
            queries=[sql("select at from {{ view('facts') }} where $__timeFilter(at)")],
        ),
        "names a window",
    ),
    ("check_titles_window", "windows-said", lambda: with_panel("p", title="Facts of p"), "lacks its window"),
    (
        "check_time_groups",
        "one-zone",
        lambda: selects("select $__timeGroup(x, '1d') as at from {{ view('facts') }}"),
        "by days",
    ),
    (
        "check_session_zone",
        "one-zone",
        lambda: selects("select hour::date as at from {{ view('facts') }}"),
        "a cast from timestamptz to date",
    ),
    (
        "check_windows_end",
        "windows-end",
        lambda: selects("select count(*) as n from {{ view('facts') }} where hour >= {{ now() }} - interval '7 days'"),
        "a window of hour begins by the clock and has no end",
    ),
    (
        "check_windows_end",
        "windows-end",
        lambda: selects("select count(*) as n from {{ view('facts') }} where hour >= $__timeFrom()"),
        "a window of hour begins by the clock and has no end",
    ),
    (
        "check_columns_named",
        "bounded-sql",
        lambda: selects("select * from (select room from {{ view('facts') }}) as x"),
        "select *",
    ),
    (
        "check_tables_limited",
        "bounded-sql",
        lambda: with_panel("t", queries=[sql("select room from {{ view('facts') }}")]),
        "without a limit",
    ),
    (
        "check_personal",
        "people",
        lambda: catalog(None, dataclasses.replace(FACTS, name="u", columns={"user_id": {}})),
        "'user_id' is for everyone",
    ),
    (
        "check_audience",
        "people",
        lambda: selects("select room from {{ view('secret') }}"),
        "which has the audience admin",
    ),
    (
        "check_variables_quoted",
        "people",
        lambda: selects("select room from {{ view('facts') }} where room = $room"),
        "$room is not quoted",
    ),
    ("check_freshness", "freshness", lambda: catalog(board(annotations=())), "no marks of deploys"),
    ("check_freshness", "freshness", lambda: with_panel("freshness", role=""), "no panels with the role 'freshness'"),
    ("check_freshness", "freshness", lambda: with_panel("chart0", role="guide"), "2 panels with the role 'guide'"),
    ("check_titles", "style", lambda: with_panel("tile1", title="Three and twenty, today"), "title of 23 characters"),
    ("check_ratio_tiles", "style", lambda: with_panel("tile1", viz=HeadTile(unit="percentunit", min=0)), "no max"),
    ("check_stats", "style", lambda: with_panel("tile1", viz=Changing(unit="short")), "showPercentChange True"),
    (
        "check_axes",
        "style",
        lambda: shown(Lines(unit="short", overrides=[override("byName", "x", unit="s")])),
        "unit of one series only",
    ),
    (
        "check_titles_alone",
        "titles-alone",
        lambda: with_panel("p", title="Facts, 7 d"),
        "'Facts, 7 d' names no figure",
    ),
    ("check_titles_alone", "titles-alone", lambda: with_panel("p", title="Median time, 7 d"), "names no figure"),
    ("check_titles_one_figure", "titles-alone", lambda: two_boards("other"), "which shows another figure"),
]


class Shouting(HeadTile):  # type: ignore[misc]
    def to_json_data(self) -> Any:
        body = super().to_json_data()
        body["options"]["colorMode"] = "background"
        return body


class Pie(BarGauge):  # type: ignore[misc]
    def to_json_data(self) -> Any:
        return super().to_json_data() | {"type": "piechart"}


class Changing(HeadTile):  # type: ignore[misc]
    def to_json_data(self) -> Any:
        body = super().to_json_data()
        body["options"]["showPercentChange"] = True
        return body


def leading_in_a_circle() -> Dashboard:
    base = board()
    leads = {"tile0": "one/tile1", "tile1": "one/tile2", "tile2": "one/tile0"}
    first = [dataclasses.replace(p, leads_to=leads.get(p.slug, p.leads_to)) for p in base.rows[0].panels]
    return dataclasses.replace(base, rows=[Row("", first), *base.rows[1:]])


def test_the_good_dashboard_keeps_every_rule() -> None:
    assert [str(problem) for problem in check_rules(catalog())] == []


@pytest.mark.parametrize(("check", "rule", "broken", "said"), BROKEN, ids=[f"{b[0]}-{b[3]}"[:60] for b in BROKEN])
def test_what_breaks_a_rule_is_told_by_its_check_and_by_no_other(
    check: str, rule: str, broken: Callable[[], Catalog], said: str
) -> None:
    wrong = broken()
    found = check_rules(wrong)
    assert found
    assert {problem.what.rpartition(" [")[2].rstrip("]") for problem in found} == {rule}, list(map(str, found))
    assert any(said in str(problem) for problem in found), list(map(str, found))
    speaking = {c.__name__ for one in RULES for c in one.checks if c(wrong)}
    assert speaking == {check}


@pytest.mark.parametrize(
    ("title", "alone"),
    [
        ("Weekly", False), ("Documents", False), ("Median", False), ("p95 time", False), ("Failed, now", False),
        ("Share, 30 d", False), ("Total, last 30 days", False), ("Messages, 7 d", False),
        ("Weekly active users", True), ("Failed documents, now", True), ("Median resolution time", True),
        ("Users per day", True), ("Response time, p95", True), ("Queue depth", True), ("Bestellungen je Tag", True),
    ],
)  # fmt: skip
def test_a_title_says_by_itself_what_is_counted(title: str, alone: bool) -> None:
    assert [problem.what for problem in check_titles_alone(with_panel("p", title=title))] == (
        [] if alone else [f"the title '{title}' names no figure"]
    )


def test_panels_of_one_slug_share_their_title_on_several_dashboards() -> None:
    assert check_rules(two_boards("p")) == []


def test_every_check_of_a_rule_has_something_that_breaks_it() -> None:
    assert {name for name, _, _, _ in BROKEN} == {check.__name__ for rule in RULES for check in rule.checks}


def test_there_are_30_rules_each_with_an_id_a_reason_and_a_judge() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 31))
    assert len({rule.id for rule in RULES}) == 30
    for rule in RULES:
        assert len(rule.asks) > 20
        assert len(rule.reason) > 20
        assert rule.judged
        assert set(rule.judged) <= {"check", "verify", "tests", "benchmarks"}
        assert ("check" in rule.judged) == bool(rule.checks), rule.id


def test_an_exempt_panel_breaks_its_rule_without_a_problem_and_another_panel_does_not() -> None:
    wrong = {"viz": Lines(unit="short", thresholds=LIMITED)}
    assert check_rules(with_panel("p", exempt={"limits": "the limit is a law of nature"}, **wrong)) == []
    assert len(check_rules(with_panel("p", exempt={"legends": "x"}, **wrong))) == 2


@pytest.mark.parametrize(
    ("exempt", "said"),
    [
        ({"limit": "x"}, "one/p: exempt from 'limit', no such rule; did you mean 'limits'?"),
        ({"limits": " "}, "one/p: exempt from 'limits' without a reason; give one"),
        ({"limits": "not needed"}, "one/p: exempt from 'limits', which it keeps; take the exemption out"),
    ],
)
def test_an_exemption_of_no_rule_without_a_reason_or_without_need_is_a_problem(
    exempt: dict[str, str], said: str
) -> None:
    assert [str(problem) for problem in check_rules(with_panel("p", exempt=exempt))] == [said]


def test_the_shape_of_the_house_is_not_asked_of_a_users_own_dashboard_but_truth_and_safety_are() -> None:
    bare = Dashboard("one", "One", "d", [Row("", [])], "30s", "24h")
    assert {p.what.rpartition(" [")[2] for p in check_rules(catalog(bare))} == {"skeleton]", "freshness]"}
    assert check_rules(dataclasses.replace(catalog(bare), own=frozenset({"one"}))) == []
    unsafe = dataclasses.replace(selects("select room from {{ view('secret') }}"), own=frozenset({"one"}))
    assert "[people]" in str(check_rules(unsafe)[0])


def test_a_root_takes_each_rule_as_a_warning_an_error_or_not_at_all() -> None:
    bare = catalog(Dashboard("one", "One", "d", [Row("", [])], "7s", "24h"))

    def styled(style: dict[str, str]) -> Catalog:
        return dataclasses.replace(bare, own=frozenset({"one"}), styles={"one": Style(style, "style.yaml", {})})

    said = ["one: refresh 7s; one of " + ", ".join(REFRESH_INTERVALS)]
    found = {
        level: [str(problem).replace(" [refresh]", "") for problem in judge(styled(style))]
        for level, judge, style in (
            ("default", rule_warnings, {}),
            ("warning", rule_warnings, {"refresh": "warning"}),
            ("error", check_rules, {"refresh": "error"}),
            ("off", rule_warnings, {"refresh": "off"}),
        )
    }
    assert found == {"default": said, "warning": said, "error": said, "off": []}
    assert rule_warnings(bare) == [], "what is shipped is never let off"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grid: off\nlegends: error", None),
        ("- grid", "mine/style.yaml: not a map of design rules; write 'rule: error', 'warning' or 'off'"),
        ("gird: off", "mine/style.yaml:1: no design rule 'gird'; did you mean 'grid'?"),
        ("grid: maybe", "mine/style.yaml:1: grid is 'maybe', not one of error, warning, off; fix it"),
        ("people: off", "mine/style.yaml:1: people is always an error; take the line out"),
    ],
)
def test_a_style_file_names_rules_and_levels(text: str, said: str | None) -> None:
    problems: list[Problem] = []
    found = levels_of(Style(yaml.safe_load(text), "mine/style.yaml", {"gird": 1, "grid": 1, "people": 1}), problems)
    assert [str(problem) for problem in problems] == ([said] if said else [])
    assert found == ({} if said else {"grid": "off", "legends": "error"})


ZONED = {"day": "date", "hour": "timestamptz", "at": "timestamptz"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select hour::date", "a cast from timestamptz to date"),
        ("select coalesce(hour, now())::date", "a cast from timestamptz to date"),
        ("select day::timestamptz", "a cast from date to timestamptz"),
        ("select generate_series(day, day + 1, interval '1 day')", "generate_series over dates"),
        ("select date_trunc('day', hour)", "date_trunc of a timestamptz"),
        ("select date_trunc('month', day)", "date_trunc of a date"),
        ("select extract(dow from hour)", "extract(dow) of a timestamptz"),
        ("select to_char(hour, 'HH24')", "to_char of a timestamptz"),
        ("select current_date", "current_date"),
        ("select day at time zone 'x'", "at time zone of a date"),
        ("select 1 where hour > day", "a comparison of timestamptz with date"),
        ("select 1 where hour > day - interval '1 day'", "a comparison of timestamptz with timestamp"),
        ("select (hour at time zone 'x')::date", ""),
        ("select generate_series(day::timestamp, day, interval '1 day')", ""),
        ("select generate_series(1, 5), generate_series(day::timestamp, day, interval '1 day')::date", ""),
        ("select date_trunc('day', hour, 'x'), date_trunc('month', day::timestamp)", ""),
        ("select extract(epoch from hour), hour - at > interval '1 day'", ""),
        ("select day::timestamp at time zone 'x', day + 1, day - 7", ""),
        ("select 1 where hour >= now() - interval '1 day' and day > (hour at time zone 'x')::date - 7", ""),
        ("select 1 from (select now() as day) as x where hour > day", ""),
    ],
)
def test_sql_that_follows_the_zone_of_the_session_is_told(text: str, said: str) -> None:
    assert list(in_session_zone(text, ZONED)) == ([said] if said else [])


def test_a_variable_of_any_name_can_be_looked_for() -> None:
    variables = [dataclasses.replace(board().variables[0], name="a[b")]
    assert check_variables_quoted(catalog(board(variables=variables))) == []
