from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import psycopg
import pytest

from gendash.engine.definitions.local_days import MOST_SPANS, Days, spread

FIRST = date(2026, 2, 20)


@pytest.mark.parametrize("seed", range(20))
def test_spans_are_the_days_and_no_others(seed: int) -> None:
    rng = random.Random(seed)
    days = tuple(FIRST + timedelta(number) for number in sorted(rng.sample(range(40), rng.randrange(1, 30))))
    spans = Days(days).spans()
    inside = [first + timedelta(n) for first, last in spans if last for n in range((last - first).days + 1)]
    assert tuple(inside) == days
    assert all(last and first - last > timedelta(1) for (_, last), (first, _) in pairwise(spans))
    assert Days(days, onwards=True).spans() == [*spans[:-1], (spans[-1][0], None)]


def test_no_days_are_no_rows() -> None:
    assert Days(()).exactly("day") == "(false)"


def test_days_that_a_change_reaches_are_those_before_and_after_it() -> None:
    assert spread([FIRST, FIRST + timedelta(10)], (1, 2)) == {
        FIRST + timedelta(number) for number in (-1, 0, 1, 2, 9, 10, 11, 12)
    }


@pytest.mark.postgres
@pytest.mark.parametrize("zone", ["UTC", "America/Santiago"])
@pytest.mark.parametrize("onwards", [False, True])
@pytest.mark.parametrize("number", [1, 12, 90, 400])
def test_conditions_find_these_days_and_no_others(database: str, number: int, onwards: bool, zone: str) -> None:
    rng = random.Random(number)
    days = tuple(FIRST + timedelta(each) for each in sorted(rng.sample(range(900), number)))
    asked = Days(days, onwards)
    assert asked.around("at", zone).count("at >=") <= MOST_SPANS
    assert asked.exactly("day").count("between") <= MOST_SPANS  # each is compared with each row
    text = (
        f"with given as (select at, (at at time zone '{zone}')::date as day "
        "from generate_series(timestamptz '2026-01-01', timestamptz '2029-01-01', interval '7 hours') as at) "
        f"select array(select distinct day from given where {asked.on('at', zone)} order by 1), "
        f"array(select distinct day from given where {asked.exactly('day')} order by 1), "
        "array(select distinct day from given order by 1)"
    )
    with psycopg.connect(database) as connection:
        row = connection.execute(text.encode()).fetchone()
    assert row is not None
    by_time, by_day, every = row
    expected = [day for day in every if day in days or (onwards and day > days[-1])]
    assert by_time == by_day == expected and len(expected) >= number
