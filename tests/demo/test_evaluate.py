from __future__ import annotations

from math import isnan

import pytest

from gendash.demo.evaluate import Evaluator, Labels, Unsupported, grid, increase

SCRAPES = [*(300 * n for n in range(100)), *(30000 + 15 * n for n in range(2000))]
FINE = 100


def evaluator(**raw: list[tuple[dict[str, str], list[float]]]) -> Evaluator:
    series = {name: [(labels(**own), column) for own, column in found] for name, found in raw.items()}
    return Evaluator(grid(SCRAPES, FINE, 8), series)


def labels(**own: str) -> Labels:
    return tuple(sorted(own.items()))


def steady(per_s: float) -> list[float]:
    return [1000 + at * per_s for at in SCRAPES]


def test_a_steady_counter_has_its_rate_everywhere() -> None:
    found = evaluator(hits=[({}, steady(2.0))]).vector("rate(hits[5m])")
    assert found[()] == pytest.approx([2.0] * len(found[()]))


def test_a_restart_is_not_a_negative_rate() -> None:
    column = [at * 2.0 if at < 40000 else (at - 40000) * 2.0 for at in SCRAPES]
    values = evaluator(hits=[({}, column)]).vector("rate(hits[5m])")[()]
    assert min(values) >= 1.5


def test_a_counter_that_starts_at_zero_is_not_extrapolated_below_it() -> None:
    # window of 300 s with 20 scrapes over 285 s: the first shows 0, the last 5; the end is 8 s after the last
    at = grid(SCRAPES, FINE, 8)
    column = [0.0] * (len(SCRAPES) - 10) + [5.0] * 10
    assert increase(at, column, 300)[-1] == pytest.approx(5 * (285 + 8) / 285)


def test_sums_keep_the_labels_that_are_asked_for() -> None:
    hits = [({"job": "a", "instance": "x"}, steady(1.0)), ({"job": "a", "instance": "y"}, steady(2.0))]
    found = evaluator(hits=hits).vector("sum without (instance) (rate(hits[5m]))")
    assert list(found) == [labels(job="a")]
    assert found[labels(job="a")][-1] == pytest.approx(3.0)
    assert list(evaluator(hits=hits).vector("count by (instance) (hits)")) == [
        labels(instance="x"),
        labels(instance="y"),
    ]


def test_a_ratio_without_traffic_has_no_sample() -> None:
    found = evaluator(hits=[({}, [5.0] * len(SCRAPES))]).vector("rate(hits[5m]) / (rate(hits[5m]) > 0)")
    assert all(isnan(value) for value in found[()])


def test_or_fills_what_is_missing_and_and_keeps_what_both_have() -> None:
    one = evaluator(hits=[({"status": "200"}, steady(1.0))])
    zero = one.vector('sum(rate(hits{status=~"5.."}[5m])) or 0 * sum(rate(hits[5m]))')
    assert set(zero[()]) == {0.0}
    late = one.vector("hits and (hits > 50000)")[labels(status="200")]
    assert isnan(late[0]) and late[-1] > 50000


def test_labels_can_be_replaced_by_parts_of_others() -> None:
    found = evaluator(hits=[({"status": "503"}, steady(1.0))]).vector(
        'label_replace(rate(hits[5m]), "class", "${1}xx", "status", "([1-5]).."  )'
    )
    assert list(found) == [labels(status="503", **{"class": "5xx"})]


def test_absent_is_1_where_nothing_answers() -> None:
    assert evaluator().vector('absent(up{job="a"})')[labels(job="a")][0] == 1.0
    there = evaluator(up=[({"job": "a"}, [1.0] * len(SCRAPES))]).vector('absent(up{job="a"})')
    assert all(isnan(value) for values in there.values() for value in values)


def test_means_over_long_windows_weigh_every_half_minute_alike() -> None:
    one = evaluator()
    one.recorded["job:x:rate5m"] = {(): [float(n % 2) for n in range(len(one.grid.times))]}
    assert one.vector("avg_over_time(job:x:rate5m[1h])")[()][-1] == pytest.approx(0.5)
    assert not one.ranged
    one.vector("avg_over_time(job:x:rate5m[1d])")
    assert one.ranged == {"job:x:rate5m"}


@pytest.mark.parametrize(
    "expression",
    ["histogram_quantile(0.9, x)", "x offset 5m", "a * on (job) group_left b", "a > bool 1", "x[1h:5m]", "topk(3, x)"],
)
def test_what_is_not_known_is_refused_and_not_guessed(expression: str) -> None:
    column = [({"job": "a"}, steady(1.0))]
    with pytest.raises(Unsupported):
        evaluator(x=column, a=column, b=column).vector(expression)
