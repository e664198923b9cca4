"""Feedback and quality: are the answers good, and where are they not?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._groups import BREAKDOWN
from gendash.dashboards._lists import DAY_ENDS, UNTIL, listed, ranked_row, row_column, row_number
from gendash.dashboards._llm import dashed, langfuse_link
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    RATING,
    TEXT,
    UNKNOWN,
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
from gendash.dashboards._rating_causes import CAUSES, csat_column
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, CSAT, FRESHNESS, JOB, how_to_read
from gendash.dashboards._tables import COLORED_TEXT, linked, share_bar
from gendash.dashboards.viz import PREVIOUS, BarGauge, DayBars, HeadTile, Lines, NumberTile, ShareTile, StateTile, Table
from gendash.engine.model import Dashboard, Panel, Row, slo, sql

NO_RATING = "no rating within 30 days"
NEGATIVE = "{{ view('rating_turn_30d') }} where negative and $__timeFilter(created_at)"
WORST_FIRST = "commented desc, created_at desc, feedback_id"
"""SQL: the list of bad ratings, and its order."""
RATING_WORDS = [
    {
        "type": "value",
        "options": {
            value: {"text": text, "color": RATING[value], "index": index}
            for index, (value, text) in enumerate(
                {"1": "▼▼ 1", "2": "▼ 2", "3": "● 3", "4": "▲ 4", "5": "▲▲ 5"}.items()
            )
        },
    }
]


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

WRONG = [
    Panel(
        "negative_list",
        "Negative ratings, those with a comment first, up to 30 d",
        "Ratings of 1 or 2 given in the picked time, at most today and the 29 days before, with comment and who rated; "
        "Row counts up to 10,000, 500 are shown. Trace and conversation lead to Langfuse, where a conversation is a "
        "session.\n\n"
        "The plan asks for a word cloud: a list that can be read and searched replaces it."
        " The plan calls it 'Feedback comments'.",
        Table(
            no_data="No bad rating",
            name_nothing=False,
            overrides=[
                row_column(115),
                override("byName", "Given", unit="dateTimeAsIso", custom__width=150),
                override(
                    "byName",
                    "Rating",
                    custom__width=70,
                    custom__cellOptions=COLORED_TEXT,
                    mappings=RATING_WORDS,
                ),
                override("byName", "Comment", custom__minWidth=200),
                override("byName", "Answer time", unit="s", custom__width=105),
                override("byName", "User", custom__width=125),
                *linked("Conversation", "Open the session in Langfuse", "session_link", custom__width=110),
                override("byName", "Model", custom__width=190),
                *linked("Trace", "Open the trace in Langfuse", custom__width=85),
            ],
        ),
        [
            sql(
                f"""
                select created_at as "Given", rating as "Rating", coalesce(comment, '–') as "Comment",
                  coalesce(name, left(user_id, 8)) as "User", left(conversation_id, 8) as "Conversation",
                  duration_s as "Answer time",
                  coalesce(model, 'not traced') as "Model", coalesce(left(trace_id, 8), '–') as "Trace",
                  {langfuse_link("traces", "trace_id")},
                  {langfuse_link("sessions", "conversation_id", "session_link")},
                  {row_number(WORST_FIRST, listed(NEGATIVE))}
                from (select * from {NEGATIVE} order by {WORST_FIRST} limit 500) as t
                left join (select user_id, name from {{{{ view('user_name') }}}}) as names using (user_id)
                order by {WORST_FIRST} limit 500""",
                format="table",
                may_be_empty="no bad rating in the picked time",
            )
        ],
        width=24,
        height=10,
        feature="feedback",
    ),
    Panel(
        "conversations",
        "Average rating by conversation, worst first, 30 d",
        "Mean rating of every conversation rated today or on the 29 days before, the lowest first, of equal ones that "
        "with most ratings; Row counts all, 1,000 are listed by pages. A conversation leads to its session in Langfuse."
        "\n\nThe plan calls it 'Feedback by conversation'.",
        Table(
            overrides=[
                *linked("Conversation", "Open the session in Langfuse", "session_link", custom__width=110),
                override("byName", "Mean", unit="none", decimals=2, custom__width=60),
                override("byName", "Ratings", unit="locale", custom__width=70),
                override("byName", "Last", unit="dateTimeFromNow", custom__width=110),
                override("byName", "Last comment", custom__minWidth=150),
                row_column(),
            ]
        ),
        [
            sql(
                f"""
                select left(conversation_id, 8) as "Conversation", mean as "Mean", ratings as "Ratings",
                  last_at as "Last", coalesce(comment, '–') as "Last comment",
                  {langfuse_link("sessions", "conversation_id", "session_link")}, {ranked_row("total")}
                from {{{{ view('rating_conversation_30d') }}}} order by rank limit 1000""",
                format="table",
                may_be_empty="no conversation was rated within 30 days",
            )
        ],
        width=12,
        height=8,
        feature="feedback",
    ),
    Panel(
        "labels",
        "Tone and sentiment labels: count and share, 30 d",
        "Labels that evaluations in Langfuse gave today or on the 29 days before (tone, sentiment), their share of the "
        "scores of that name, and CSAT of the rated traces among them; at most 50. No evaluation: no sentiment.",
        Table(
            no_data="–",
            overrides=[
                share_bar("Share", CALLS, custom__width=110),
                override("byRegexp", "/^(Scores|Rated)$/", unit="locale"),
                csat_column("CSAT"),
                row_column(75),
            ],
        ),
        [
            sql(
                f"""
                select name as "Score", label as "Label", share as "Share", scores as "Scores", rated as "Rated",
                  satisfied / nullif(rated, 0)::float8 as "CSAT", {row_number("name, scores desc, label")}
                from {{{{ view('rating_label_30d') }}}} order by name, scores desc, label limit 50""",
                format="table",
                may_be_empty="no evaluation with labels within 30 days",
            )
        ],
        width=12,
        height=8,
        feature="langfuse",
        needs="evaluation scores in Langfuse",
    ),
]

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
