"""Windows that begin by the clock and have no end, in the shapes that SQL has for them."""

from __future__ import annotations

import pytest

from gendash.engine.languages.sql_windows import ended_columns, open_windows

STORED = frozenset({"day", "hour", "at", "due"})
BACK = "clock() - interval '7 days'"
TODAY = "(clock() at time zone 'UTC')::date"
SPAN = f"with span as (select {TODAY} as day, {BACK} as since)"


def ended(name: str) -> frozenset[str]:
    return frozenset({"at"}) if name == "recent" else frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"select 1 from t where at >= {BACK}", {"at"}),
        (f"select 1 from t where {BACK} < at", {"at"}),
        (f"select 1 from t where at >= {BACK} and at <= clock()", set()),
        (f"select 1 from t where at >= {BACK} and at < clock() + interval '1 day'", {"at"}),
        (f"select 1 from t where at between {BACK} and clock()", set()),
        (f"select 1 from t where day > {TODAY} - 7", {"day"}),
        (f"select 1 from t where day > {TODAY} - 7 and day <= {TODAY}", set()),
        (f"select 1 from t where (at at time zone 'UTC')::date > {TODAY} - 7", {"at"}),
        (f"select 1 from t where (at at time zone 'UTC')::date > {TODAY} - 7 and at <= clock()", set()),
        (f"select 1 from t where day > {TODAY} - 7 and at <= clock()", {"day"}),
        # what is due is ahead by nature
        ("select 1 from t where due >= clock() and due < clock() + interval '4 hours'", set()),
        ("select 1 from t where at > clock() + interval '5 minutes'", set()),
        ("select case when due >= clock() then due - clock() end from t", set()),
        # a part of a condition, and what is around it
        (f"select count(*) filter (where at >= {BACK}) from t", {"at"}),
        (f"select count(*) filter (where at >= {BACK}) from t where at <= clock()", set()),
        (f"select count(*) filter (where at >= {BACK} and at <= clock()) from t", set()),
        (f"select sum(case when at >= {BACK} then 1 end) from t", {"at"}),
        (f"select 1 from t where waits or at >= {BACK}", {"at"}),
        (f"select 1 from t where waits or (at >= {BACK} and at <= clock())", set()),
        (f"select 1 from t where (waits or at >= {BACK}) and at <= clock()", set()),
        (f"select 1 from t left join u on u.at >= {BACK}", {"at"}),
        (f"select 1 from t left join u on u.at >= {BACK} and u.at <= clock()", set()),
        (f"select 1 from t where id in (select id from u where at >= {BACK})", {"at"}),
        (f"select 1 from t where at >= (select {BACK})", {"at"}),
        (f"select 1 from t where at >= {BACK} union all select 1 from t where at >= {BACK} and at <= clock()", {"at"}),
        # times that a CTE or a subquery names
        (f"{SPAN} select 1 from t, span where at >= since", {"at"}),
        (f"{SPAN} select 1 from t cross join span s where t.day > s.day - 7", {"day"}),
        (f"{SPAN} select 1 from t cross join span s where t.day > s.day - 7 and t.day <= s.day", set()),
        (f"with span (x) as (select {BACK}) select 1 from t, span where at > x", {"at"}),
        (f"select 1 from t, (select {BACK} as x) as one where at > one.x", {"at"}),
        (
            f"select 1 from t join generate_series({TODAY} - 7, {TODAY}, '1 day') as d (x) on at >= x and at < x + 1",
            set(),
        ),
        # what is read ends already
        (f"with past as (select at from t where at <= clock()) select 1 from past where at >= {BACK}", set()),
        (f"select 1 from (select * from t where at <= clock()) as past where at >= {BACK}", set()),
        (
            f"select 1 from (select date_trunc('hour', at) as hour from t where at <= clock()) p where hour > {BACK}",
            set(),
        ),
        (f"select 1 from recent where at >= {BACK}", set()),
        (f"select 1 from recent r where r.at >= {BACK}", set()),
        # numbers are no times
        (f"with a as (select count(*) filter (where at < {BACK}) as n from t) select 1 from a where 5 >= n", set()),
        (f"with a as (select extract(day from {BACK}) as n) select 1 from a where 5 >= n", set()),
        ("select 1 from t where at >= timestamptz '2000-01-01'", set()),
        ("select 1 from t where at >= timestamptz 'picked'", {"at"}),
        ("select 1 from t where at >= timestamptz 'picked' and at < timestamptz 'picked' + interval '1 day'", set()),
        # an audit that compares two sides
        (f"select 1 from t where at >= {BACK}; select 1 from u where at >= {BACK}", set()),
    ],
)
def test_a_window_that_begins_and_does_not_end_is_found(text: str, expected: set[str]) -> None:
    assert open_windows(text, STORED, ended, ["picked"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select at, day from t where at <= clock()", {"at"}),
        ("select date_trunc('hour', at) as hour, day from t where at <= clock()", {"hour"}),
        ("select at from t where at <= clock() union all select at from u", set()),
        ("select at as day from t where at <= clock() union all select day from u where day <= clock()", {"day"}),
        ("select x from generate_series(clock() - interval '9 days', clock(), '1 day') as d (x)", {"x"}),
        ("select at from recent", {"at"}),
        ("select at from t where at < clock() + interval '1 day'", set()),
    ],
)
def test_columns_that_hold_nothing_dated_ahead(text: str, expected: set[str]) -> None:
    assert ended_columns(text, STORED, ended) == expected
