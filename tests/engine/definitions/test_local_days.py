from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest

from gendash.engine.definitions.local_days import Days, spread

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
