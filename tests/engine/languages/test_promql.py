"""Reading PromQL."""

from __future__ import annotations

import pytest

from gendash.engine.languages.promql import Ratio, Selector, metric_names, parse, ratios, reach_s, selectors, substitute


def test_grafanas_variables_do_not_stand_in_the_way_of_the_parser() -> None:
    text = 'sum by (le) (rate(x_bucket{job=~"$job", a="${b:regex}", c="[[d]]"}[$__rate_interval]))'
    (found,) = selectors(text)
    assert found.metric == "x_bucket"
    assert [label for label, _, _ in found.matchers] == ["job", "a", "c"]
    assert found.range_s == 60


def test_a_group_reference_of_label_replace_is_no_variable() -> None:
    text = 'label_replace(up, "a", "$1-${2}", "b", "(.*)(.*)")'
    assert substitute(text) == text


def test_a_variable_behind_offset_is_a_duration() -> None:
    (found,) = selectors('sum(rate(up{job=~"$job"}[5m] offset $compare)) > $limit')
    assert found.metric == "up"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("up", 0),
        ("1 + time()", 0),
        ("up offset 3h", 3),
        ("rate(up[2h] offset 1h) / up", 3),
        ("max_over_time(rate(up[1h] offset 1h)[1d:5m] offset 2h)", 28),
        ("-(topk(3, sum by (job) (rate(up[1h]))) > 0) or up offset 5h", 5),
    ],
)
def test_ranges_subqueries_and_offsets_add_up_to_how_far_an_expression_looks_back(text: str, hours: float) -> None:
    assert reach_s(text) == hours * 3600


def test_selectors_come_with_everything_around_them() -> None:
    text = 'histogram_quantile(0.9, sum by (le) (rate(a{x!="1", y!~"2"}[5m] offset 1h))) / -(b > 0)'
    assert selectors(text) == (
        Selector("a", (("x", "!=", "1"), ("y", "!~", "2")), 300, ("histogram_quantile", "sum", "rate")),
        Selector("b", (), 0, ()),
    )


def test_a_metric_named_by_a_matcher_is_found() -> None:
    assert metric_names('{__name__="a", b="c"} + max_over_time((d + e)[1h:1m])') == {"a", "d", "e"}
    assert metric_names('{__name__=~"a.*"}') == set()


@pytest.mark.parametrize("text", ["sum(", "rate(x)", "x{a=}", "x y", "", "unknown_function(x)"])
def test_what_is_no_promql_is_one_line_of_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_a_division_says_what_each_side_keeps_and_whether_it_is_guarded() -> None:
    by_job = ("by", frozenset({"job"}))
    assert ratios("sum by (job) (a) / sum by (job) (b)") == (Ratio(by_job, by_job, guarded=False),)
    assert ratios("sum(a) / (sum without (x) (b) > 0)") == (
        Ratio(("by", frozenset()), ("without", frozenset({"x"})), guarded=True),
    )
    assert ratios("(sum(a) or 0 * sum(b)) / (sum(b) > 0)")[0].above == ("by", frozenset())
    assert ratios("a / b") == (Ratio(None, None, guarded=False),)


def test_a_division_by_a_number_is_no_ratio() -> None:
    assert ratios("sum(a) / 60") == ()
