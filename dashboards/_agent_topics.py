"""A row of Agent Performance: what is asked, and how well answered?"""

from __future__ import annotations

from gendash.dashboards._lists import row_column, row_number
from gendash.dashboards._llm import NO_CALLS, THIS_ENVIRONMENT
from gendash.dashboards._palette import CALLS, TEXT, USERS, fixed, nothing, override, up_is_bad
from gendash.dashboards._queries import DAYS_PICKED, QUIET
from gendash.dashboards._tables import csat_column, entity, judged_share
from gendash.dashboards.viz import BarGauge, Lines, Table
from gendash.engine.model import Panel, promql, slo, sql

ASKED = [
    Panel(
        "intents",
        "Conversations by intent, 7 d",
        "Distinct conversations with a message of each intent, today and the 6 days before. A conversation with two "
        "intents counts for both, so they add up to more than all. Platform messages, the eight most frequent.",
        BarGauge(unit="locale", decimals=0, color=fixed(USERS)),
        [
            sql(
                "select intent as name, conversations as value from {{ view('intent_7d') }} "
                "order by conversations desc, intent limit 8",
                format="table",
                may_be_empty="no message names an intent",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/intent_csat",
        feature="intent",
    ),
    Panel(
        "intent_csat",
        "User satisfaction in % by intent",
        "Ratings of the days that begin in the picked range by the intent of the rated answer: share of 4 or 5 "
        "with its "
        "95 % interval (Wilson), and how many. A wide interval means few ratings, not bad answers.",
        Table(
            sort_by="Ratings",
            overrides=[
                *entity("Intent", 170),
                override("byName", "Ratings", unit="locale", decimals=0),
                csat_column(),
                override("byRegexp", "/^(From|To)$/", unit="percentunit", decimals=1),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                with sums as (
                  select intent, sum(ratings)::float8 as n, sum(satisfied)::float8 as k
                  from {{{{ view('intent_rating_day') }}}} where {DAYS_PICKED} group by intent
                ),
                wilson as (
                  select *, k / n as p, 1.96 ^ 2 as zz,
                    1.96 * sqrt(k / n * (1 - k / n) / n + 1.96 ^ 2 / (4 * n * n)) as half
                  from sums where n > 0
                )
                select intent as "Intent", n::bigint as "Ratings", p as "CSAT",
                  (p + zz / (2 * n) - half) / (1 + zz / n) as "From", (p + zz / (2 * n) + half) / (1 + zz / n) as "To",
                  {row_number("n desc, intent")}
                from wilson order by n desc, intent limit 20""",
                format="table",
                may_be_empty="no rated answer names an intent",
                may_be_zero="nobody was satisfied",
            )
        ],
        width=16,
        height=8,
        leads_to="feedback-quality",
        feature="intent feedback",
    ),
    Panel(
        "coverage",
        "Agent turns/h: counted, traced",
        "Agent turns per hour as Prometheus counted them (recorded hourly increase) and as Langfuse traced them "
        "(traces with an LLM call, by the hour they began). A difference is untraced traffic, or traffic of another "
        "environment.",
        Lines(
            unit="locale",
            decimals=0,
            overrides=[
                override("byName", "counted", color=fixed(CALLS), custom__fillOpacity=12),
                override("byName", "traced", color=fixed(TEXT), custom__lineStyle={"fill": "dash", "dash": [4, 4]}),
            ],
        ),
        [
            promql(
                'sum({{ rule("job_status:agent_queries:increase1h") }}{job=~"$job"} offset -1h)',
                legend="counted",
                may_be_zero=QUIET,
            ),
            sql(
                f"""
                select hour as "time", turns as "traced" from {{{{ view('llm_turn_hour') }}}}
                where $__timeFilter(hour) and {THIS_ENVIRONMENT} order by 1""",
                may_be_empty=NO_CALLS,
            ),
        ],
        width=8,
        height=8,
        leads_to="cost-usage/query_volume",
        feature="langfuse",
    ),
    Panel(
        "prompts",
        "LLM calls by prompt version, 30 d",
        "LLM calls by version of a managed Langfuse prompt, today and the 29 days before: since when, calls, failed "
        "ones, 95th percentile of time (20 calls and more), tokens and cost of a call. Compare a version with the "
        "one before.",
        Table(
            overrides=[
                *entity("Prompt", 170),
                override("byName", "Version", unit="none"),
                override("byName", "Since", unit="dateTimeFromNow", custom__width=112),
                override("byName", "Calls", unit="locale", decimals=0),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                override("byName", "p95", unit="s", mappings=nothing("few calls")),
                override("byName", "Tokens", unit="locale", decimals=0),
                override("byName", "Cost", unit="currencyUSD", decimals=4, mappings=nothing("no price")),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select prompt as "Prompt", version as "Version", first_at as "Since", calls as "Calls",
                  errors::float8 / calls as "Errors", case when calls >= 20 then p95_s end as "p95",
                  tokens::float8 / calls as "Tokens", cost_usd / nullif(priced, 0) as "Cost",
                  {row_number("prompt, version desc")}
                from {{{{ view('llm_prompt_30d') }}}} where {THIS_ENVIRONMENT}
                order by prompt, version desc limit 50""",
                format="table",
                may_be_empty="no call names a managed prompt",
                may_be_zero=QUIET,
            )
        ],
        width=16,
        height=8,
        leads_to="feedback-quality",
        feature="langfuse",
    ),
]
