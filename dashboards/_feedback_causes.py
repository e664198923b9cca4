"""A row of Feedback & Quality: what goes with bad ratings?"""

from __future__ import annotations

from gendash.dashboards._groups import CHOSEN, LISTED
from gendash.dashboards._lists import row_column, row_number
from gendash.dashboards._palette import CALLS, WARN, fixed, override
from gendash.dashboards._queries import DAYS_PICKED, named_bars
from gendash.dashboards._tables import csat_column, share_bar
from gendash.dashboards.viz import BarGauge, Table
from gendash.engine.model import Panel, sql

CAUSES = [
    Panel(
        "groups",
        "User satisfaction in % by chosen group, up to 30 d",
        "Ratings of the picked days, at most today and the 29 before, by the groups of the dimension chosen above: "
        "share of ratings, ratings, those of 1 or 2, CSAT. The 24 with most ratings, the rest as other, so they add "
        "up; of 'tag' not.",
        Table(
            overrides=[
                override("byName", "Group", custom__width=210, links=[]),
                share_bar("Share", CALLS),
                override("byRegexp", "/^(Ratings|Negative)$/", unit="locale", custom__width=80),
                csat_column(),
            ],
        ),
        [
            sql(
                f"""
                with facts as (
                  select value, sum(ratings) as ratings, sum(negative) as negative, sum(satisfied) as satisfied
                  from {{{{ view('rating_group_day') }}}} where {CHOSEN} and {DAYS_PICKED} group by 1
                ),
                ranked as (
                  select *, row_number() over (order by value = 'other', ratings desc, value) as rank from facts
                ),
                folded as (
                  select case when rank < {LISTED} then value else 'other' end as name, min(rank) as rank,
                    sum(ratings) as ratings, sum(negative) as negative, sum(satisfied) as satisfied
                  from ranked group by 1
                )
                select name as "Group", (ratings / sum(ratings) over ())::float8 as "Share",
                  ratings::bigint as "Ratings", negative::bigint as "Negative",
                  (satisfied / ratings)::float8 as "CSAT"
                from folded order by rank limit {LISTED}""",
                format="table",
                may_be_empty="no rating in the picked time",
            )
        ],
        width=24,
        height=8,
        leads_to="cost-usage/groups",
        feature="feedback langfuse",
    ),
    Panel(
        "quintiles",
        "Satisfaction in % by answer time, cost and size, 30 d",
        "Traced ratings of today and the 29 days before in five equal groups, from the fastest, cheapest, smallest "
        "fifth (size: tokens) to the last; 'to' is the group's largest value. A correlation need not be a cause."
        "\n\nThe plan asks for a correlation: on ratings of 1 and 5 a coefficient is noise, and one of daily means "
        "misleads."
        " The plan calls it 'Correlate ratings with LLM performance'.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Fifth", custom__width=60),
                override("byName", "Ratings", unit="locale", custom__width=75),
                override("byName", "Time to", unit="s", decimals=1),
                override("byName", "Cost to", unit="currencyUSD", decimals=4),
                override("byName", "Size to", unit="locale", decimals=0),
                *(csat_column(name) for name in ("By time", "By cost", "By size")),
            ],
        ),
        [
            sql(
                """
                select quintile as "Fifth", """
                + ", ".join(
                    f"max(most) filter (where measure = '{measure}') as \"{name} to\", "
                    f"max(satisfied / ratings::float8) filter (where measure = '{measure}') as \"By {name.lower()}\""
                    for measure, name in (("duration_s", "Time"), ("cost_usd", "Cost"), ("tokens", "Size"))
                )
                + """, max(ratings) filter (where measure = 'duration_s') as "Ratings"
                from {{ view('rating_quintile_30d') }} group by 1 order by 1 limit 5""",
                format="table",
                may_be_empty="no rating has a trace",
            )
        ],
        width=12,
        height=8,
        feature="feedback langfuse",
    ),
    Panel(
        "models",
        "User satisfaction in % by model and prompt, 30 d",
        "Traced ratings of today and the 29 days before by the model and the managed prompt (with version) of the last "
        "LLM call of the turn, at most 50. Under 20 ratings the figure is mostly chance.",
        Table(
            overrides=[
                override("byName", "Model", custom__width=199, links=[]),
                override("byName", "Prompt", custom__width=140),
                override("byName", "Ratings", unit="locale", custom__width=67),
                override("byName", "Negative", unit="locale", custom__width=77),
                csat_column(),
                row_column(63),
            ],
        ),
        [
            sql(
                f"""
                select model as "Model", prompt as "Prompt", ratings as "Ratings", negative as "Negative",
                  satisfied / ratings::float8 as "CSAT", {row_number("ratings desc, model, prompt")}
                from {{{{ view('rating_model_30d') }}}} where traced
                order by ratings desc, model, prompt limit 50""",
                format="table",
                may_be_empty="no rating has a trace",
            )
        ],
        width=12,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": "Model"},
        feature="feedback langfuse",
    ),
    Panel(
        "prompts",
        "User satisfaction in % by prompt version and the one before, 30 d",
        "Traced ratings of today and the 29 days before by version of the managed prompt: CSAT with its 95 % interval "
        "(Wilson), and CSAT of the version before. A change is significant only where the interval does not contain "
        "Before.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Prompt", custom__width=170),
                override("byName", "Version", unit="none", custom__width=80),
                override("byName", "First rated", unit="dateTimeAsIso", custom__width=156),
                override("byName", "Ratings", unit="locale", custom__width=80),
                csat_column(),
                override("byRegexp", "/^(From|To|Before)$/", unit="percentunit", decimals=1),
                override("byName", "Verdict", custom__width=165),
                row_column(75),
            ],
        ),
        [
            sql(
                f"""
                select prompt as "Prompt", version as "Version", first_at as "First rated", ratings as "Ratings",
                  satisfied / ratings::float8 as "CSAT", low as "From", high as "To",
                  prior_csat as "Before",
                  case when prior_csat is null then 'first version' when prior_csat < low then '▲ better than v'
                    || prior_version when prior_csat > high then '▼ worse than v' || prior_version
                    else '● as v' || prior_version || ', by chance' end as "Verdict",
                  {row_number("prompt, version desc")}
                from {{{{ view('rating_prompt_30d') }}}} order by prompt, version desc limit 50""",
                format="table",
                may_be_empty="no rated turn names a managed prompt",
            )
        ],
        width=24,
        height=8,
        feature="feedback langfuse",
    ),
    Panel(
        "scores",
        "Mean evaluation scores, by good and bad ratings, 30 d",
        "Numeric and yes-or-no evaluations in Langfuse (EVAL, ANNOTATION) of today and the 29 days before: their mean, "
        "and their means where people gave 4 or 5, and 1 to 3. Close together: the evaluation does not agree with "
        "people.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Score", custom__width=132),
                override("byRegexp", "/^(Mean|Satisfied|Others|Gap)$/", unit="none", decimals=3),
                override("byName", "Satisfied", custom__width=78),
                override("byRegexp", "/^(Scores|Rated)$/", unit="locale"),
                row_column(70),
            ],
        ),
        [
            sql(
                f"""
                select name as "Score", scores as "Scores", mean as "Mean", rated as "Rated",
                  mean_satisfied as "Satisfied", mean_unsatisfied as "Others",
                  mean_satisfied - mean_unsatisfied as "Gap", {row_number("scores desc, name")}
                from {{{{ view('rating_score_30d') }}}} order by scores desc, name limit 50""",
                format="table",
                may_be_empty="no evaluation within 30 days",
            )
        ],
        width=12,
        height=8,
        feature="langfuse",
        needs="evaluation scores in Langfuse",
    ),
    Panel(
        "guardrails",
        "% of checks with a guardrail hit, 30 d",
        "Share of 'no' among the yes-or-no evaluations in Langfuse (guardrails) of today and the 29 days before, by "
        "name; n is their number. High: answers break a rule, or the rule is too strict.",
        BarGauge(unit="percentunit", decimals=2, max=0.1, color=fixed(WARN)),
        [
            sql(
                named_bars(
                    "{{ view('rating_score_30d') }} where data_type = 'BOOLEAN'",
                    "name || ', n = ' || scores",
                    "1 - mean",
                    "name limit 12",
                ),
                format="table",
                may_be_empty="no yes-or-no evaluation within 30 days",
                may_be_zero="every answer passed",
            )
        ],
        width=12,
        height=8,
        leads_to="feedback-quality/labels",
        feature="langfuse",
        needs="evaluation scores in Langfuse",
    ),
]
