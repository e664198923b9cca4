"""Expansion of macros and variables, against answers that a Grafana 12.3 gave and against its rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from gendash.engine.languages.grafana_macros import (
    Choice,
    MacroError,
    Span,
    Timing,
    expand_macros,
    format_interval,
    leftovers,
    promql_macros,
    sql_macros,
    timing,
)

END = datetime(2026, 11, 23, 4, 21, 54, 152857, UTC)
HOUR = timing(Span.last("1h", END), "promql", points=200, least="1m", scrape="5s")
DAY = timing(Span.last("24h", END), "sql", points=200, least="1m")


def sql(text: str, *choices: Choice, time: Timing = DAY) -> str:
    return expand_macros("sql", text, time, choices)


def promql(text: str, *choices: Choice) -> str:
    return expand_macros("promql", text, HOUR, choices)


# Query and `executedQueryString` of recorded answers (nanoseconds cut to microseconds).
RECORDED_SQL = [
    (
        "1h",
        "select $__timeFrom() f, $__timeTo() t, $__unixEpochFrom() uf, $__unixEpochTo() ut, '$__interval' i, "
        "'$__interval_ms' ims, '${__interval}' braces, '$__from' frm, '${__from:date:iso}' fiso, '$x' var, "
        "count(*) filter (where $__timeFilter(created_at)) tf from gendash.messages group by nn",
        "select '2026-11-23T03:21:54.152857Z' f, '2026-11-23T04:21:54.152857Z' t, 1795404114 uf, 1795407714 ut, "
        "'1m' i, '60000' ims, '${__interval}' braces, '$__from' frm, '${__from:date:iso}' fiso, '$x' var, "
        "count(*) filter (where created_at BETWEEN '2026-11-23T03:21:54.152857Z' AND '2026-11-23T04:21:54.152857Z') "
        "tf from gendash.messages group by nn",
    ),
    (
        "24h",
        "select $__timeGroupAlias(created_at, '6h', 0), count(*) n from gendash.messages "
        "where $__timeFilter(created_at) and false group by 1 order by 1",
        'select floor(extract(epoch from created_at)/21600)*21600 AS "time", count(*) n from gendash.messages '
        "where created_at BETWEEN '2026-11-22T04:21:54.152857Z' AND '2026-11-23T04:21:54.152857Z' and false "
        "group by 1 order by 1",
    ),
    (
        "1h",
        "select $__timeFilter(now()) tf",
        "select now( BETWEEN '2026-11-23T03:21:54.152857Z' AND '2026-11-23T04:21:54.152857Z') tf",
    ),
]


@pytest.mark.parametrize(("range_", "query", "executed"), RECORDED_SQL)
def test_sql_macros_give_the_text_that_grafana_executed(range_: str, query: str, executed: str) -> None:
    assert sql_macros(query, timing(Span.last(range_, END), "sql", points=200, least="1m")) == executed


RECORDED_PROMQL = [
    (
        "vector($__interval_ms) + vector($__range_s) + sum(count_over_time(up[$__rate_interval])) * 0 "
        "or count_over_time(up[$__range])",
        "vector(60000) + vector(3600) + sum(count_over_time(up[1m5s])) * 0 or count_over_time(up[3600s])",
    ),
    (
        "sum(rate(prometheus_http_requests_total[$__rate_interval]))",
        "sum(rate(prometheus_http_requests_total[1m5s]))",
    ),
    ('up{job=~"$job"}', 'up{job=~"$job"}'),
]


@pytest.mark.parametrize(("query", "executed"), RECORDED_PROMQL)
def test_promql_macros_give_the_text_that_grafana_executed(query: str, executed: str) -> None:
    assert HOUR.step_ms == 60_000
    assert promql_macros(query, HOUR) == executed


def test_the_step_is_widened_where_prometheus_would_refuse_the_number_of_points() -> None:
    time = timing(Span.last("30d", END), "promql", points=100_000, least="1ms", scrape="5s")
    assert time.step_ms == 300_000  # recorded: "Step: 5m0s"


def test_both_spellings_of_an_interval_are_expanded_in_promql() -> None:
    text = "a[$__rate_interval] b[${__rate_interval}] $__rate_interval_ms ${__range_ms} ${__interval} $__interval_ms"
    assert promql_macros(text, HOUR) == "a[1m5s] b[1m5s] 65000 3600000 1m 60000"


def test_the_rate_interval_is_at_least_four_scrapes_and_takes_the_minimum_step_for_the_scrape_interval() -> None:
    quick = timing(Span.last("15m", END), "promql", points=900, scrape="15s")
    assert promql_macros("$__rate_interval", quick) == "1m0s"
    stepped = timing(Span.last("15m", END), "promql", points=900, scrape="15s", min_step="30s")
    assert (stepped.interval_ms, stepped.step_ms) == (15_000, 30_000)
    assert promql_macros("$__rate_interval", stepped) == "2m0s"
    wide = timing(Span.last("7d", END), "promql", points=500, scrape="15s")
    assert promql_macros("$__interval $__rate_interval", wide) == "20m 20m15s"


@pytest.mark.parametrize(
    ("range_", "points", "interval"),
    [("15m", 500, "15s"), ("6h", 500, "30s"), ("24h", 500, "2m"), ("7d", 500, "20m"), ("30d", 500, "1h"),
     ("30d", 1800, "20m"), ("365d", 500, "12h"), ("5m", 100_000, "15s")],
)  # fmt: skip
def test_the_interval_of_a_panel_is_a_round_one_and_never_below_the_data_sources(
    range_: str, points: int, interval: str
) -> None:
    time = timing(Span.last(range_, END), "promql", points=points)
    assert format_interval(time.interval_ms) == interval


def test_a_comma_behind_time_group_makes_it_the_alias_as_grafana_does() -> None:
    assert sql("select $__timeGroup(t, '1h'), 1") == 'select floor(extract(epoch from t)/3600)*3600 AS "time", 1'
    assert sql("order by $__timeGroup(t,'1h') desc") == "order by floor(extract(epoch from t)/3600)*3600 desc"
    # looks behind the first call of the same text, also for the second
    twice = sql("select $__timeGroup(t,'1h'), 1 group by $__timeGroup(t,'1h')")
    assert twice.count('AS "time"') == 2


def test_the_other_sql_macros_have_grafanas_texts() -> None:
    start, end = 1795321314, 1795407714
    assert sql("$__time(c)") == 'c AS "time"'
    assert sql("$__timeEpoch(c)") == 'extract(epoch from c) as "time"'
    assert sql("$__unixEpochFilter(c)") == f"c >= {start} AND c <= {end}"
    assert sql("$__unixEpochNanoFilter(c)") == f"c >= {start}152857000 AND c <= {end}152857000"
    assert sql("$__unixEpochNanoFrom() $__unixEpochNanoTo()") == f"{start}152857000 {end}152857000"
    assert sql("$__unixEpochGroup(c, '5m')") == "floor((c)/300)*300"
    assert sql("$__unixEpochGroupAlias(c, '5m', NULL)") == 'floor((c)/300)*300 AS "time"'
    assert sql("$__unixEpochGroup(c, '30d')") == "floor((c)/2.592e+06)*2.592e+06"
    assert sql("$__unixEpochGroup(c, '1h30m')") == "floor((c)/5400)*5400"
    assert sql("$__unixEpochGroup(c, '500ms')") == "floor((c)/0.5)*0.5"
    assert sql("$__unixEpochGroup(c, '1M')") == "floor((c)/2.592e+06)*2.592e+06"  # from 23 November: 30 days


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$__timeRange(c)", 'unknown macro "__timeRange"'),
        ("$foo(1)", 'unknown macro "foo"'),
        ("$__timeGroup(c)", "macro __timeGroup needs time column and interval and optional fill value"),
        ("$__timeGroup(c, 'soon')", "error parsing interval 'soon'"),
        ("$__timeGroup(c, '1h', none)", "error parsing fill value none"),
    ],
)
def test_a_macro_that_grafana_refuses_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(MacroError, match=re.escape(reason)):
        sql(text)


def test_whole_seconds_have_no_fraction_in_time_literals() -> None:
    time = timing(Span.last("1h", END.replace(microsecond=0)), "sql")
    assert sql("$__timeFrom() $__timeTo()", time=time) == "'2026-11-23T03:21:54Z' '2026-11-23T04:21:54Z'"
    time = timing(Span.last("1h", END.replace(microsecond=500_000)), "sql")
    assert sql("$__timeTo()", time=time) == "'2026-11-23T04:21:54.5Z'"


# ── template variables: as the browser puts them in ──

ENVIRONMENTS = ("production", "o'brien", "a.b")
ONE = Choice("v", ENVIRONMENTS, ("o'brien",))
ALONE = Choice("v", ENVIRONMENTS, ("o'brien",), include_all=False)
MANY = Choice("v", ENVIRONMENTS, ("production", "o'brien"), multi=True)
ALL = Choice("v", ENVIRONMENTS)
ALL_VALUE = Choice("v", ENVIRONMENTS, all_value=".*")


@pytest.mark.parametrize(
    ("choice", "plain"),
    [
        (ONE, "'o''brien'"),
        (ALONE, "o''brien"),
        (MANY, "'production','o''brien'"),
        (ALL, "'production','o''brien','a.b'"),
        (ALL_VALUE, ".*"),
    ],
)
def test_a_variable_in_sql_is_quoted_where_it_can_hold_more_than_one_value(choice: Choice, plain: str) -> None:
    assert [sql(text, choice) for text in ("$v", "${v}", "[[v]]")] == [plain] * 3


@pytest.mark.parametrize(
    ("choice", "plain"),
    [
        (ONE, "o'brien"),
        (ALONE, "o\\\\'brien"),
        (MANY, "(production|o'brien)"),
        (ALL, "(production|o'brien|a\\\\.b)"),
        (ALL_VALUE, ".*"),
    ],
)
def test_a_variable_in_promql_is_escaped_for_a_regular_expression_in_a_string(choice: Choice, plain: str) -> None:
    assert [promql(text, choice) for text in ("$v", "${v}", "[[v]]")] == [plain] * 3


@pytest.mark.parametrize(
    ("form", "many", "one"),
    [
        ("raw", "production,o'brien", "o'brien"),
        ("csv", "production,o'brien", "o'brien"),
        ("pipe", "production|o'brien", "o'brien"),
        ("regex", "(production|o'brien)", "o'brien"),
        ("glob", "{production,o'brien}", "o'brien"),
        ("json", '["production","o\'brien"]', "o'brien"),
        ("singlequote", "'production','o\\'brien'", "'o\\'brien'"),
        ("doublequote", '"production","o\'brien"', '"o\'brien"'),
        ("sqlstring", "'production','o''brien'", "'o''brien'"),
        ("text", "production + o'brien", "o'brien"),
        ("queryparam", "var-v=production&var-v=o%27brien", "var-v=o%27brien"),
    ],
)
def test_each_format_of_a_variable_is_grafanas(form: str, many: str, one: str) -> None:
    for language in (sql, promql):
        assert language(f"${{v:{form}}}", MANY) == many
        assert language(f"${{v:{form}}}", ONE) == one


def test_what_all_stands_for_is_never_quoted_but_its_text_is_all() -> None:
    assert sql("${v:sqlstring} ${v:text} ${v:queryparam} [[v:csv]]", ALL_VALUE) == ".* All var-v=All .*"
    assert sql("${v:text} ${v:queryparam}", ALL) == "All var-v=%24__all"


def test_backslashes_and_special_characters_survive_the_string_and_the_expression() -> None:
    choice = Choice("v", (), ("/api/{id}",))
    assert promql('x{handler=~"$v"}', choice) == 'x{handler=~"/api/\\\\{id\\\\}"}'
    assert promql("$v", Choice("v", (), ("a\\b",))) == "a\\\\\\\\b"


def test_time_range_and_zone_are_put_in_by_the_browser() -> None:
    start, end = 1795321314152, 1795407714152
    assert sql("$__from ${__to} ${__from:date:seconds} $__timezone") == f"{start} {end} {start // 1000} UTC"
    assert sql("${__to:date} ${__to:date:iso}") == "2026-11-23T04:21:54.152Z 2026-11-23T04:21:54.152Z"
    assert sql("'${__interval}' ${__interval_ms:raw}") == "'5m' 300000"


def test_what_nobody_expands_is_left_and_found() -> None:
    text = sql("select '$1', ${nobody:csv}, [[gone]], $__range, $$, ${v:lucene}, ${__from:date:YYYY}", ALL)
    assert leftovers(text) == ["${nobody:csv}", "[[gone]]", "$__range", "${v:lucene}", "${__from:date:YYYY}"]
    assert leftovers(promql('label_replace(up{job=~"a$"}, "a", "$1", "b", "(.*)")')) == []


def test_a_span_is_the_duration_that_ends_at_the_moment() -> None:
    assert Span.last("24h", END) == Span(END - timedelta(days=1), END)
    assert Span.last("24h", END).ms == 86_400_000
