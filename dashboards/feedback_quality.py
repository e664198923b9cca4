"""Feedback and quality: are the answers good, and where are they not?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._feedback_causes import CAUSES
from gendash.dashboards._feedback_negative import WRONG
from gendash.dashboards._feedback_trends import MOVES
from gendash.dashboards._groups import BREAKDOWN
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    RATING,
    TEXT,
    USERS,
    USERS_2,
    WARN,
    colored,
    fixed,
    override,
    steps,
    words,
)
from gendash.dashboards._queries import (
    DAYS_PICKED,
    LAST_30_DAYS,
    NO_DAY,
    QUIET,
    TODAY,
    days_before,
    over_picked,
    state_of_share,
    tile,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, CSAT, FRESHNESS, JOB, how_to_read
from gendash.dashboards.viz import PREVIOUS, BarGauge, HeadTile, Lines, NumberTile, ShareTile, StateTile
from gendash.engine.model import Dashboard, Panel, Row, slo, sql

NO_RATING = "no rating within 30 days"

STRIP = [
    Panel(
        "quality",
        "Satisfaction on target? 30 d",
        "Satisfaction (ratings of 4 or 5 / all ratings) of today and the 29 days before, against the limits of "
        "gendash.yaml: ✓ at least the amber one, ✖ under the red one. The name line has the figure and n.\n\n"
        "When red: read the newest negative ratings below, then see which model or prompt they go with.",
        StateTile(
            mappings=words(v0=("✓ Good", OK), v1=("▲ Fair", WARN), v2=("✖ Poor", BAD)),
            thresholds=steps((TEXT, None)),
            no_data="no ratings",
        ),
        [
            sql(
                state_of_share(
                    "select sum(satisfied) / nullif(sum(ratings), 0) as ratio, coalesce(sum(ratings), 0) as n "
                    f"from {{{{ view('csat_day') }}}} where {LAST_30_DAYS}",
                    "csat.red",
                    "csat.amber",
                ),
                may_be_zero="0 means good",
                may_be_empty=NO_RATING,
            )
        ],
        width=8,
        height=3,
        leads_to="feedback-quality/rolling_csat",
        feature="feedback",
    ),
    Panel(
        "coverage",
        "% ratings with a trace, 30 d",
        "Share of the ratings of today and the 29 days before whose answer names a Langfuse trace that was synced. "
        "Ratings without one are missing from the row 'What goes with bad ratings?'.\n\n"
        "When low: the platform must write trace_id into the metadata of its answers.",
        NumberTile(unit="percentunit", decimals=0, min=0, max=1, subject=CALLS, no_data="no ratings"),
        [
            sql(
                tile(
                    "coalesce(sum(ratings), 0) as ratings, coalesce(sum(ratings) filter (where traced), 0) as traced",
                    "{{ view('rating_model_30d') }}",
                    "'of ' || ratings || ' traced'",
                    "traced / nullif(ratings, 0)::float8",
                ),
                may_be_zero="no rating has a trace",
                may_be_empty=NO_RATING,
            )
        ],
        width=8,
        height=3,
        leads_to="feedback-quality/quintiles",
        feature="feedback langfuse",
    ),
    Panel(
        "queue",
        "Negative ratings, 24 h",
        "Ratings of 1 or 2 given in the current hour and the 23 before: to be read today; the name line counts those "
        "with a comment. The platform does not record that one was read, so read ones stay.",
        NumberTile(unit="locale", decimals=0, subject=TEXT),
        [
            sql(
                tile(
                    "count(*) as current, count(comment) as commented",
                    "{{ view('rating_turn_30d') }} where rating <= 2 and created_at <= {{ now() }} "
                    "and created_at >= date_trunc('hour', {{ now() }}, {{ zone() }}) - interval '23 hours'",
                    "'24 h, ' || commented || ' commented'",
                ),
                may_be_zero="no bad rating in 24 hours",
            )
        ],
        width=8,
        height=3,
        leads_to="feedback-quality/negative_list",
        feature="feedback",
    ),
]

HEAD = [
    replace(CSAT, leads_to="feedback-quality/rolling_csat"),
    Panel(
        "ratings",
        "Number of user ratings",
        "Ratings of the days that begin in the picked range, and of each of them; the change is that of whole days "
        "against as many before. A withdrawn rating is not counted.",
        HeadTile(unit="locale", decimals=0, subject=USERS, calc="sum", min=0),
        [
            sql(
                over_picked("select day, ratings as n, 0 as d from {{ view('csat_day') }}"),
                may_be_zero=QUIET,
                may_be_empty=NO_DAY,
            )
        ],
        width=6,
        height=4,
        leads_to="feedback-quality/per_day",
        feature="feedback",
    ),
    Panel(
        "response",
        "Rating response rate",
        "Rated answers / answers that could be rated, each once, of the picked days without the last 24 hours; "
        "the curve "
        "is the rate so far. Answers to guests count only with platform.guests_can_rate. Mostly angry or happy people "
        "rate."
        "\n\nThe plan asks for a share of all messages: users' own cannot be rated, and recent answers may still be.",
        ShareTile(decimals=1, subject=USERS, max=0.5, no_data="no answer"),
        [
            sql(
                over_picked(
                    "select day, rated as n, answers as d from {{ view('rating_response_day') }}",
                    "n / nullif(d, 0)",
                ),
                may_be_zero="no answer was rated",
                may_be_empty="no answer in the picked time",
            )
        ],
        width=6,
        height=4,
        leads_to="feedback-quality/per_day",
        feature="feedback conversations",
    ),
    Panel(
        "negative",
        "% negative ratings",
        "Ratings of 1 or 2 / all ratings of the days that begin in the picked range; the curve is the share so "
        "far, the "
        "change that of whole days against as many before. A rating of 3 is neither negative nor satisfied.",
        ShareTile(decimals=1, subject=RATING["1"], max=0.5, no_data="no ratings"),
        [
            sql(
                over_picked(
                    "select day, sum(ratings) filter (where rating <= 2) as n, sum(ratings) as d "
                    "from {{ view('rating_day') }} group by day",
                    "n / nullif(d, 0)",
                ),
                may_be_zero="no bad rating",
                may_be_empty="no rating in the picked time",
            )
        ],
        width=6,
        height=4,
        leads_to="feedback-quality/negative_list",
        feature="feedback",
    ),
    Panel(
        "eval",
        "Mean eval score, 7 d",
        "Mean of the most frequent numeric evaluation in Langfuse (EVAL, ANNOTATION), named above with its mean of "
        "the 7 days before, over today and the 6 days before; the curve is the same for each of 30 days. On the "
        "evaluator's scale.",
        HeadTile(unit="none", decimals=2, subject=CALLS, min=0, no_data="no scores"),
        [
            sql(
                f"""
                with today as (select {TODAY} as day),
                most as (
                  select name from {{{{ view('rating_score_day') }}}} s, today
                  where s.day > today.day - 30 and s.day <= today.day
                  group by name order by sum(scores) desc, name limit 1
                ),
                curve as (
                  select every.day::date as day, sum(total) over week / nullif(sum(scores) over week, 0) as value
                  from today
                  cross join lateral generate_series(
                    (today.day - 35)::timestamp, today.day, interval '1 day'
                  ) as every (day)
                  left join {{{{ view('rating_score_day') }}}} s
                    on s.day = every.day::date and s.name = (select name from most)
                  window week as (order by every.day rows between 6 preceding and current row)
                )
                select curve.day::timestamp at time zone {{{{ zone() }}}} as "time",
                  coalesce((select left(name, 10) from most) || coalesce(', was ' || (
                    select round(value::numeric, 2) from curve, today where curve.day = today.day - 7
                  ), ''), '7 d') as metric, value
                from curve cross join today where curve.day > today.day - 30 order by 1""",
                may_be_empty="no evaluation within a week",
                may_be_zero="every score is 0",
            )
        ],
        width=6,
        height=4,
        window="30d",
        leads_to="feedback-quality/scores",
        feature="langfuse",
        needs="evaluation scores in Langfuse",
    ),
    Panel(
        "no_answer",
        "% failed agent turns",
        "Share of agent turns that ended in an error, of the days that begin in the picked range, from Langfuse (root "
        "of the trace is an ERROR), all environments. Answers such as 'I do not know' are not detected: no text "
        "is read.",
        ShareTile(decimals=1, subject=BAD, max=0.2, no_data="no turns"),
        [
            sql(
                over_picked(
                    "select day, failed as n, turns as d from {{ view('llm_turn_day') }} where environment = '__all'",
                    "n / nullif(d, 0)",
                ),
                may_be_zero="no turn failed",
                may_be_empty="no turn in the picked time",
            )
        ],
        width=6,
        height=4,
        leads_to="agent-performance",
        feature="langfuse",
    ),
    FRESHNESS,
]

CHARTS = [
    Panel(
        "rolling_csat",
        "User satisfaction in %, rolling 7 days, with its 95 % interval",
        "Share of ratings of 4 or 5 over each day that begins in the picked range and the 6 before; the dashed lines "
        "are the 95 % interval (Wilson): with few ratings it is wide, and a change within it is not significant."
        "\n\nThe plan asks for the mean rating: where people give 1 or 5, a mean of 3 describes no rating. It is "
        "shown below nevertheless."
        " The plan calls it 'Average rating over time'.",
        Lines(
            unit="percentunit",
            min=None,
            max=1,
            custom={"axisSoftMin": 0.5},
            limit=True,
            thresholds=steps(("transparent", None), (WARN, slo("csat.amber"))),
            no_data="no ratings",
            overrides=[
                override("byName", "CSAT", color=fixed(USERS), custom__lineWidth=2),
                override("byRegexp", "/^(from|to)$/", **{**PREVIOUS, "color": fixed(USERS_2)}),
                override("byName", "before", **PREVIOUS),
            ],
        ),
        [
            sql(
                """
                select at as "time", low_7d as "from", csat_7d as "CSAT", high_7d as "to"
                from {{ view('csat_band_day') }} where $__timeFilter(at) order by 1""",
                may_be_empty="no rating yet, or no day begins in the picked range",
            ),
            days_before("max(csat_7d)", "csat_band_day"),
        ],
        width=16,
        height=8,
        leads_to="feedback-quality/negative_list",
        feature="feedback",
    ),
    Panel(
        "distribution",
        "Ratings by value",
        "Ratings of the days that begin in the picked range by their present value; all five are shown. Where the "
        "platform has thumbs only, 5 is up and 1 is down, and the middle stays empty."
        "\n\nThe plan calls it 'Feedback distribution'.",
        BarGauge(unit="locale", decimals=0, overrides=colored(RATING)),
        [
            sql(
                f"""
                select value::text as name, coalesce(sum(ratings), 0) as value
                from generate_series(1, 5) as every (value)
                left join {{{{ view('rating_day') }}}} r on r.rating = every.value and {DAYS_PICKED}
                group by every.value order by every.value desc""",
                format="table",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="feedback-quality/negative_list",
        unlinked=("3", "4", "5"),
        feature="feedback",
    ),
]

DASHBOARD = Dashboard(
    "feedback-quality",
    "Feedback & quality",
    "Are the answers good, and where are they not?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("What went wrong?", WRONG),
        Row("How do ratings move?", MOVES, open=False),
        Row("What goes with bad ratings?", CAUSES, open=False),
        how_to_read(
            "Are the answers good, and where are they not?",
            "- **CSAT** is the share of ratings of 4 or 5. A rating counts on the day it was first given, with the "
            "value it has now; one that was withdrawn is not counted.\n"
            "- **Only some people rate**: look at the response rate and at n before you trust a change.",
        ),
    ],
    refresh="5m",
    range="30d",
    audience="admin",
    variables=(JOB, BREAKDOWN, COMPARE),
    annotations=ANNOTATIONS,
)
