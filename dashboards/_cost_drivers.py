"""A row of Cost & Usage: where does the money go?"""

from __future__ import annotations

from gendash.dashboards._lists import UNTIL, row_column, row_number
from gendash.dashboards._llm import (
    GAPS,
    LAST_30_D,
    NO_CALLS,
    OF_CALLS,
    THIS_ENVIRONMENT,
    TOKENS,
    bucket_before,
    dashed,
    per_bucket,
    stored_per_bucket,
)
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    COST,
    PERCENTILES,
    TOKEN,
    UNKNOWN,
    colored,
    fixed,
    nothing,
    override,
    up_is_bad,
)
from gendash.dashboards._queries import HOURS_PICKED, IN_ENVIRONMENT, QUIET, TODAY
from gendash.dashboards._tables import cells, entity, judged_share, priced, share_bar
from gendash.dashboards.viz import PREVIOUS, DayBars, Lines, Table
from gendash.engine.model import Panel, SettingRef, promql, slo, sql

NO_PRICE = "no call with a price in the picked time"

DRIVERS = [
    Panel(
        "tokens_over_time",
        "LLM tokens over time by type",
        "Tokens of LLM calls, embeddings and other steps by whole days without today, by hours up to 3 days: input "
        "that was not cached, input read from a prompt cache, and output. Langfuse usage details."
        "\n\nThe plan asks for areas: between two days it would suggest values that do not exist, so these are bars."
        " The plan calls it 'Daily token usage'.",
        DayBars(
            unit="sishort",
            overrides=[*colored(TOKEN), dashed("before", UNKNOWN)],
        ),
        [
            sql(
                per_bucket(
                    TOKENS,
                    "llm_hour",
                ),
                may_be_zero=QUIET,
                may_be_empty="no whole day in the picked time",
            ),
            bucket_before("sum(input_tokens + output_tokens)"),
        ],
        width=8,
        height=8,
        leads_to="agent-performance",
        feature="langfuse",
    ),
    Panel(
        "cost_per_turn",
        "LLM cost a turn: p50, p95, mean",
        "Cost of an agent turn with a price: median, 95th percentile and mean, by whole days without today, by hours "
        "up to 3 days if three have a turn. A turn is a trace with an LLM call; it counts when it began."
        "\n\nThe plan asks for the mean cost of a query: cost per LLM call falls when an agent loops, so turns are "
        "counted."
        " The plan calls it 'Average cost per query'.",
        Lines(
            unit="currencyUSD",
            decimals=4,
            no_data="no turns",
            custom=dict(GAPS),
            overrides=[
                *PERCENTILES[:2],
                override("byName", "mean", **PREVIOUS),
            ],
        ),
        [
            sql(
                stored_per_bucket(
                    {"p50": "cost_p50_usd", "p95": "cost_p95_usd", "mean": "(cost_usd / nullif(priced, 0))::float8"},
                    "llm_turn",
                    THIS_ENVIRONMENT,
                    "priced > 0",
                ),
                may_be_zero=QUIET,
                may_be_empty=NO_PRICE,
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance",
        feature="langfuse",
    ),
    Panel(
        "query_volume",
        "Agent turns over rolling 24 h",
        "Agent turns of about the 24 hours before each point, by how they ended: 24 x the mean of recorded hourly "
        "increases of agent_queries_total, so the hours at both ends count in part. All environments that are scraped."
        "\n\nThe plan calls it 'Agent query volume'.",
        Lines(
            unit="locale",
            decimals=0,
            overrides=[
                override("byName", "success", color=fixed(CALLS), custom__fillOpacity=12),
                override("byName", "error", color=fixed(BAD)),
            ],
        ),
        [
            promql(
                '24 * sum by (status) (avg_over_time({{ rule("job_status:agent_queries:increase1h") }}'
                '{job=~"$job"}[1d]))',
                legend="{{status}}",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance",
    ),
    Panel(
        "models",
        "LLM cost by model",
        "Cost of every step in the picked time by model, and its share; LLM calls, tokens, cost of 1,000 with a price, "
        "failed calls, calls without a price and why, list price of a million tokens; 95th percentile of time "
        "over 30 d."
        "\n\nThe plan asks for a pie: bars are compared at a glance, angles are not.",
        Table(
            sort_by="Cost",
            overrides=[
                *entity("Model", 210),
                share_bar("Share of cost", COST, custom__width=110),
                priced("Cost"),
                override("byRegexp", "/^(Calls|Tokens)$/", unit="locale", decimals=0),
                override("byName", "Tokens", unit="sishort", decimals=1),
                override(
                    "byName", "Per 1k", unit="currencyUSD", decimals=2, mappings=nothing("–")
                ),  # no call, or no price
                override("byName", "p95 30 d", unit="s", custom__width=85),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                judged_share(
                    "No price",
                    up_is_bad(SettingRef("limits.uncosted"), SettingRef("limits.uncosted_red")),
                    custom__width=85,
                ),
                priced("In, 1M"),
                priced("Out, 1M"),
                override("byName", "Why no price", custom__width=150, mappings=nothing("–")),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                with listed as (
                  select model, max(input_usd) as input_usd, max(output_usd) as output_usd, min(hint) as hint
                  from {{{{ view('llm_price_30d') }}}} group by 1
                ),
                sums as (
                  select model, sum(cost_usd) as cost_usd, sum(calls)::bigint as calls,
                    sum(total_tokens)::bigint as tokens,
                    sum(cost_usd) filter (where {OF_CALLS}) as call_cost_usd, sum(errors)::bigint as errors,
                    sum(uncosted)::bigint as uncosted
                  from {{{{ view('llm_hour') }}}} where {HOURS_PICKED} and {IN_ENVIRONMENT} group by 1
                ),
                month as (select model, p95_s from {{{{ view('llm_model_30d') }}}} where {THIS_ENVIRONMENT})
                select model as "Model", (cost_usd / nullif(sum(cost_usd) over (), 0))::float8 as "Share of cost",
                  case when calls > uncosted or cost_usd > 0 then cost_usd end as "Cost",
                  calls as "Calls", tokens as "Tokens",
                  1000 * call_cost_usd / nullif(calls - uncosted, 0) as "Per 1k",
                  errors::float8 / nullif(calls, 0) as "Errors",
                  uncosted::float8 / nullif(calls, 0) as "No price",
                  input_usd as "In, 1M", output_usd as "Out, 1M",
                  case when uncosted > 0 or calls = 0 then split_part(hint, ':', 1) end as "Why no price",
                  p95_s as "p95 30 d", {row_number("cost_usd desc, model")}
                from sums left join listed using (model) left join month using (model)
                order by cost_usd desc, model limit 20""",
                format="table",
                may_be_empty=NO_CALLS,
                may_be_zero=QUIET,
            )
        ],
        width=24,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": "Model"},
        feature="langfuse",
    ),
    Panel(
        "users",
        "LLM cost by user, 30 d",
        "Users by name whose traces cost most, today and the 29 days before: cost, share, agent turns, cost / turns; "
        "Row counts all, 500 are listed. (untagged): the trace names no user; (no account): unknown to the platform.",
        Table(
            sort_by="Cost",
            overrides=[
                *entity("User", 165),
                share_bar("Share of cost", COST, custom__minWidth=150),
                *cells("Cost", "Turns", "Per turn", custom__width=100),
                priced("Cost"),
                override("byName", "Turns", unit="locale", decimals=0),
                priced("Per turn", 4),
                override("byName", "Last seen", unit="dateTimeFromNow", custom__width=120),
                override("byName", "Id", custom__width=310),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                with spend as (
                  select name, user_id, sum(cost_usd) as cost, sum(turns) as turns, max(last_at) as last_at
                  from {{{{ view('llm_user_30d') }}}} where {IN_ENVIRONMENT} group by 1, 2
                )
                select name as "User", (cost / nullif(sum(cost) over (), 0))::float8 as "Share of cost",
                  nullif(cost, 0) as "Cost", turns as "Turns", nullif(cost, 0) / nullif(turns, 0) as "Per turn",
                  last_at as "Last seen", coalesce(nullif(user_id, ''), 'unknown') as "Id",
                  {row_number("cost desc, user_id, name")}
                from spend order by cost desc, user_id, name limit 500""",
                format="table",
                may_be_empty="no agent turn in 30 days",
                may_be_zero=QUIET,
            )
        ],
        width=24,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="langfuse users",
    ),
    Panel(
        "tools",
        "LLM cost of turns by tool: mean and sum, 30 d",
        "Agent turns that began today or on the 29 days before by the tools in their trace: share of turns, turns, "
        "mean cost of a turn, cost. A turn with two tools counts fully for both, so shares add up to more than 1.",
        Table(
            sort_by="Cost",
            overrides=[
                *entity("Tool", 170),
                share_bar("Share of turns", CALLS, custom__width=117),
                override("byName", "Turns", unit="locale", decimals=0),
                priced("Per turn", 4),
                priced("Cost"),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select tool as "Tool", turns::float8 / (
                    select sum(turns) from {{{{ view('llm_turn_day') }}}} where {LAST_30_D} and {THIS_ENVIRONMENT}
                  )::float8 as "Share of turns", turns as "Turns",
                  cost_usd / nullif(priced, 0) as "Per turn",
                  case when priced > 0 then cost_usd end as "Cost", {row_number("cost_usd desc, tool")}
                from {{{{ view('llm_tool_30d') }}}} where {THIS_ENVIRONMENT}
                order by cost_usd desc, tool limit 20""",
                format="table",
                may_be_empty="no agent turn in 30 days",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        leads_to="agent-performance/tools",
        feature="langfuse",
    ),
    Panel(
        "cost_by_week",
        "LLM cost by week, 12 weeks",
        "List price of all steps in the chosen environment by calendar week from Monday on, the running week and the "
        "11 before; the running one is incomplete, and so may be the first one that is known.",
        DayBars(unit="currencyUSD", decimals=2, color=fixed(COST), legend=False, overrides=[UNTIL]),
        [
            sql(
                f"""
                with weeks as (
                  select generate_series(date_trunc('week', {TODAY}::timestamp) - interval '77 days',
                    {TODAY}::timestamp, interval '7 days') as week
                ),
                spent as (
                  select date_trunc('week', day::timestamp) as week, sum(cost_usd) as cost
                  from {{{{ view('llm_spend_day') }}}}
                  where day >= (date_trunc('week', {TODAY}::timestamp) - interval '77 days')::date and day <= {TODAY}
                    and {IN_ENVIRONMENT} group by 1
                )
                select week at time zone {{{{ zone() }}}} as "time", coalesce(cost, 0) as "cost",
                  extract(epoch from (week + interval '7 days') at time zone {{{{ zone() }}}}) * 1000 as "until"
                from weeks left join spent using (week) order by 1""",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        window="84d",
        leads_to="cost-usage/cost_by_model",
        passes={"time": "until"},
        feature="langfuse",
    ),
]
