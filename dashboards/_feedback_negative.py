"""A row of Feedback & Quality: what went wrong?"""

from __future__ import annotations

from gendash.dashboards._lists import listed, ranked_row, row_column, row_number
from gendash.dashboards._llm import langfuse_link
from gendash.dashboards._palette import CALLS, RATING, override, words
from gendash.dashboards._tables import COLORED_TEXT, csat_column, linked, share_bar
from gendash.dashboards.viz import Table
from gendash.engine.model import Panel, sql

NEGATIVE = "{{ view('rating_turn_30d') }} where negative and $__timeFilter(created_at)"
WORST_FIRST = "commented desc, created_at desc, feedback_id"
"""SQL: the list of bad ratings, and its order."""
RATING_WORDS = words(
    v1=("▼▼ 1", RATING["1"]),
    v2=("▼ 2", RATING["2"]),
    v3=("● 3", RATING["3"]),
    v4=("▲ 4", RATING["4"]),
    v5=("▲▲ 5", RATING["5"]),
)

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
                csat_column(),
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
