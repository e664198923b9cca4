"""A row of Feedback & Quality: how do ratings move?"""

from __future__ import annotations

from gendash.dashboards._lists import DAY_ENDS, UNTIL
from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import RATING, UNKNOWN, USERS, colored, fixed
from gendash.dashboards._queries import QUIET, days_before
from gendash.dashboards.viz import DayBars, Lines
from gendash.engine.model import Panel, sql

MOVES = [
    Panel(
        "per_day",
        "Ratings per day by value",
        "Ratings by the local day on which they were given, for the days that begin in the picked range, by their "
        "present value; today is still running.",
        DayBars(unit="locale", decimals=0, overrides=[*colored(RATING), dashed("before", UNKNOWN), UNTIL]),
        [
            sql(
                """
                select at as "time", """
                + ", ".join(f'sum(ratings) filter (where rating = {value}) as "{value}"' for value in (1, 2, 3, 4, 5))
                + f""", max({DAY_ENDS.removesuffix(' as "until"')}) as "until"
                from {{{{ view('rating_day') }}}} where $__timeFilter(at) group by 1 order by 1""",
                may_be_zero=QUIET,
                may_be_empty="no rating yet, or no day begins in the picked range",
            ),
            days_before("sum(ratings)", "rating_day"),
        ],
        width=12,
        height=8,
        leads_to="feedback-quality/negative_list",
        passes={"time": "until"},
        feature="feedback",
    ),
    Panel(
        "mean",
        "Average rating over rolling 7 days",
        "Sum of ratings / their number over each day that begins in the picked range and the 6 before it. Where people "
        "give 1 or 5 only, it is equivalent to satisfaction: CSAT above shows the same with its uncertainty.",
        Lines(unit="none", decimals=1, min=1, max=5, fill=12, color=fixed(USERS), legend=False, no_data="no ratings"),
        [
            sql(
                """
                with days as (
                  select day, at, sum(ratings) as n, sum(rating * ratings) as total
                  from {{ view('rating_day') }} group by 1, 2
                ),
                weeks as (
                  select at, (sum(total) over week / nullif(sum(n) over week, 0))::float8 as mean
                  from days window week as (order by day rows between 6 preceding and current row)
                )
                select at as "time", mean as "mean" from weeks where $__timeFilter(at) order by 1""",
                may_be_empty="no rating yet, or no day begins in the picked range",
            )
        ],
        width=12,
        height=8,
        leads_to="feedback-quality/conversations",
        feature="feedback",
    ),
]
