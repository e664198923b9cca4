"""Cost & Usage: is LLM spending on budget, where does it go, and how much of it is wasted?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._groups import BREAKDOWN, COST_BY_GROUPS, GROUP
from gendash.dashboards._lists import UNTIL, row_column, row_number
from gendash.dashboards._llm import (
    BUCKETS,
    GAPS,
    LAST_30_D,
    LOCAL_DAY,
    NO_CALLS,
    OF_CALLS,
    PRICES,
    THIS_ENVIRONMENT,
    TOKENS,
    WITHOUT_DATES,
    bucket_before,
    by_model_per_bucket,
    daily,
    dashed,
    per_bucket,
    rolling,
    stored_per_bucket,
)
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    COST,
    OK,
    PERCENTILES,
    TEXT,
    TOKEN,
    UNKNOWN,
    WARN,
    by_model,
    colored,
    fixed,
    nothing,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import (
    BY_HOUR,
    DAYS_PICKED,
    HOURS_PICKED,
    IN_ENVIRONMENT,
    NEVER_SYNCED,
    NO_DAY,
    QUIET,
    TODAY,
    change,
    dollars,
    over_picked,
    tile,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, ENVIRONMENT, FRESHNESS, JOB, LLM_COST, how_to_read
from gendash.dashboards._tables import cells, entity, judged_share, priced, share_bar
from gendash.dashboards._unit_costs import UNITS
from gendash.dashboards._waste import WASTE
from gendash.dashboards.viz import PREVIOUS, DayBars, HeadTile, Lines, NumberTile, ShareTile, StateTile, Table, Trend
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, promql, slo, sql

NO_PRICE = "no call with a price in the picked time"
# whole days of the picked range, where it is shown by days
BUDGET_DAYS = f"with {BUCKETS} select at from buckets where not ({BY_HOUR})"
# the starts of this month, of the last one, of its second day and of the running hour, and as far into the last month
MONTHS = f"""
    months as materialized (
      select month at time zone {{{{ zone() }}}} as this_month,
        (month - interval '1 month') at time zone {{{{ zone() }}}} as last_month,
        (month - interval '1 month' + interval '1 day') at time zone {{{{ zone() }}}} as second_day, running,
        least(month, month - interval '1 month' + (running at time zone {{{{ zone() }}}} - month))
          at time zone {{{{ zone() }}}} as as_far
      from (select date_trunc('month', {TODAY}::timestamp) as month,
        date_trunc('hour', {{{{ now() }}}}, {{{{ zone() }}}}) as running) as starts
    )"""
BUDGET = "{{ setting('budget.monthly_usd') }}"

STRIP = [
    Panel(
        "budget",
        "LLM budget state, this month",
        "Will this month's LLM cost, all environments, stay within the monthly budget? Forecast / budget: near the "
        "limit from the early-warning share, over above 1. On day 1 the forecast is the amount spent so far.\n\n"
        "When over: find the model or user that causes it below, then move traffic to a cheaper model or raise the "
        "budget.",
        StateTile(mappings=words(v0=("✓ On track", OK), v1=("▲ Near limit", WARN), v2=("✖ Over", BAD))),
        [
            sql(
                tile(
                    "coalesce(forecast_usd, month_cost_usd) / nullif(budget_usd, 0) as share, "
                    "forecast_usd is not null as is_forecast",
                    "{{ view('budget_now') }}",
                    "coalesce(least(round(share * 100), 9999)::text || ' %' || "
                    "case when is_forecast then ' at month end' else ' spent so far' end, 'never synced')",
                    "case when share > 1 then 2 when share >= {{ setting('budget.amber') }} then 1 "
                    "when share is not null then 0 end",
                ),
                may_be_zero="0 means on track",
                may_be_empty=NEVER_SYNCED,
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/month_against_budget",
        feature="langfuse",
    ),
    Panel(
        "forecast",
        "LLM cost forecast, this month",
        "Cost of this calendar month at the current rate, all environments: spent so far / share of the month that has "
        "passed. Empty on the first day. Red above the monthly budget of gendash.yaml.",
        NumberTile(
            unit="currencyUSD",
            decimals=0,
            judged=True,
            thresholds=steps((TEXT, None), (BAD, SettingRef("budget.monthly_usd"))),
            no_data="too early",
        ),
        [
            sql(
                tile(
                    "forecast_usd",
                    "{{ view('budget_now') }}",
                    f"'of ' || {dollars(BUDGET)} || ' budget, month end'",
                    "forecast_usd",
                ),
                may_be_zero=QUIET,
                may_be_empty="the first day of a month",
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/month_against_budget",
        feature="langfuse",
    ),
    Panel(
        "no_price",
        "% LLM calls without price",
        "LLM calls without a price / all LLM calls, of the days that begin in the picked range. They count as 0 in "
        "every cost here. Orange above {{ setting('limits.uncosted') }}, red above "
        "{{ setting('limits.uncosted_red') }}.\n\n"
        "When orange: sort the table of models by 'No price' and give that model a price in Langfuse.",
        NumberTile(
            unit="percentunit",
            decimals=2,
            min=0,
            max=1,
            judged=True,
            thresholds=up_is_bad(SettingRef("limits.uncosted"), SettingRef("limits.uncosted_red")),
            no_data="no calls",
        ),
        [
            sql(
                "select {{ now() }} as \"time\", 'of calls, picked days, limit ' "
                "|| trim_scale(100 * {{ setting('limits.uncosted') }}::numeric) || ' %' as metric, "
                "sum(uncosted)::float8 / nullif(sum(calls), 0) as value "
                f"from {{{{ view('llm_spend_day') }}}} where {DAYS_PICKED} and {IN_ENVIRONMENT}",
                may_be_zero="every call has a price",
                may_be_empty=NO_CALLS,
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/models",
        feature="langfuse",
    ),
]

HEAD = [
    Panel(
        "month",
        "LLM cost, this month",
        "List price of all steps (LLM calls, embeddings, ...) of this local month, all environments, and how it grew "
        "by day; the change is that of whole hours against as much of last month, or the budget where that is unknown.",
        HeadTile(unit="currencyUSD", decimals=0, subject=COST, min=0),
        [
            sql(
                f"""
                with days as (
                  select d::date as day
                  from generate_series(date_trunc('month', {TODAY}::timestamp), {TODAY}::timestamp, interval '1 day') d
                ),
                spend as (
                  select {LOCAL_DAY} as day, sum(cost_usd) as cost from {{{{ view('llm_hour') }}}}
                  where hour >= date_trunc('month', {TODAY}::timestamp) at time zone {{{{ zone() }}}}
                    and hour <= {{{{ now() }}}}
                  group by 1
                ),
                {MONTHS},
                figures as (
                  select coalesce(sum(cost_usd) filter (where hour >= this_month), 0) as current,
                    sum(cost_usd) filter (where hour >= last_month and hour < as_far and since < second_day) as prior
                  from months
                  cross join (select min(hour) as since from {{{{ view('llm_hour') }}}}) as known
                  left join {{{{ view('llm_hour') }}}} on hour >= last_month and hour < running
                )
                select day::timestamp at time zone {{{{ zone() }}}} as "time",
                  case when prior > 0 then {change("month", "vs last")}
                    else 'of ' || {dollars(BUDGET)} || ' budget' end as metric,
                  sum(coalesce(cost, 0)) over (order by day) as value
                from days left join spend using (day) cross join figures order by 1""",
                may_be_zero=QUIET,
            )
        ],
        width=6,
        height=4,
        window="31d",
        leads_to="cost-usage/month_against_budget",
        feature="langfuse",
    ),
    replace(LLM_COST, slug="cost_24h", title="LLM cost, 24 h", leads_to="cost-usage/spend_against_usual"),
    Panel(
        "per_turn",
        "Mean cost per turn",
        "Cost of all steps of agent turns / turns with a price, of the days that begin in the picked range; a "
        "turn is a "
        "trace with at least one LLM call. The change compares whole days with as many before; the curve is the "
        "mean so "
        "far.",
        HeadTile(unit="currencyUSD", decimals=4, subject=COST, no_data="no turns"),
        [
            sql(
                over_picked(
                    f"select day, cost_usd as n, priced as d from {{{{ view('llm_turn_day') }}}} where "
                    f"{THIS_ENVIRONMENT}",
                    "n / nullif(d, 0)",
                ),
                may_be_zero=QUIET,
                may_be_empty="no turn in the picked time",
            )
        ],
        width=6,
        height=4,
        leads_to="cost-usage/cost_per_turn",
        feature="langfuse",
    ),
    Panel(
        "tokens",
        "LLM tokens",
        "Tokens of LLM calls, embeddings and other steps of the days that begin in the picked range: input "
        "(cached reads "
        "included), output and reasoning as Langfuse adds them up. The change compares whole days with as many before.",
        HeadTile(unit="sishort", decimals=1, subject=CALLS, calc="sum", min=0),
        [
            sql(
                over_picked(
                    "select day, sum(tokens) as n, 0 as d from {{ view('llm_group_day') }} "
                    f"where dimension = 'environment' and {IN_ENVIRONMENT} group by day"
                ),
                may_be_zero=QUIET,
                may_be_empty=NO_DAY,
            )
        ],
        width=6,
        height=4,
        leads_to="cost-usage/tokens_over_time",
        feature="langfuse",
    ),
    Panel(
        "cached",
        "% cached input, 7 d",
        "Input tokens of LLM calls read from a prompt cache / all input tokens, today and the 6 days before. Cached "
        "tokens cost a fraction of the price, so higher is cheaper. The change compares the last 7 whole days with "
        "the 7 before.",
        ShareTile(decimals=0, subject=CALLS, no_data="no input"),
        [
            sql(
                rolling(
                    daily("sum(cached_tokens)", "sum(input_tokens)", f"{IN_ENVIRONMENT} and {OF_CALLS}"),
                    "a::float8 / nullif(b, 0)::float8",
                ),
                may_be_zero="nothing was cached",
                may_be_empty="no LLM call in 30 days",
            )
        ],
        width=6,
        height=4,
        window="30d",
        leads_to="cost-usage/cache_savings",
        feature="langfuse",
    ),
    Panel(
        "turns",
        "Agent turns",
        "Agent turns that Langfuse traced, of the days that begin in the picked range: traces with at least one "
        "LLM call. "
        "The change compares whole days with as many before.",
        HeadTile(unit="locale", decimals=0, subject=CALLS, calc="sum", min=0),
        [
            sql(
                over_picked(
                    f"select day, turns as n, 0 as d from {{{{ view('llm_turn_day') }}}} where {THIS_ENVIRONMENT}"
                ),
                may_be_zero=QUIET,
                may_be_empty=NO_DAY,
            )
        ],
        width=6,
        height=4,
        leads_to="cost-usage/query_volume",
        feature="langfuse",
    ),
    FRESHNESS,
]

CHARTS = [
    Panel(
        "cost_by_model",
        "LLM cost over time by model",
        f"{PRICES}: by full days without today, by hours for ranges up to 3 days. The six most expensive models, "
        "the rest as other. Dashed: one day's share of the monthly budget; none by hours."
        "\n\nThe plan asks for a line of estimated cost: these are list prices, and the share of calls without one "
        "is shown above.",
        DayBars(
            unit="currencyUSD",
            decimals=2,
            color=fixed(UNKNOWN),
            overrides=[*by_model(), dashed("daily budget"), dashed("before", UNKNOWN)],
            transformations=WITHOUT_DATES,
        ),
        [
            sql(by_model_per_bucket("sum(cost_usd)"), may_be_zero=QUIET, may_be_empty=NO_CALLS),
            sql(
                f"""
                select at as "time", {{{{ setting('budget.monthly_usd') }}}} / extract(day from
                  date_trunc('month', at at time zone {{{{ zone() }}}}) + interval '1 month' - interval '1 day')
                  as "daily budget"
                from ({BUDGET_DAYS}) as days order by 1""",
                may_be_empty="a range that is shown by hours",
            ),
            bucket_before("sum(cost_usd)"),
        ],
        width=16,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        unlinked=("other", "before", "daily budget"),
        feature="langfuse",
    ),
    Panel(
        "month_against_budget",
        "LLM cost and budget, this month",
        "Spent up to the end of each day of this local month (today: so far), its forecast at the current rate, and an "
        "even spending of the budget. All environments, list price. Red dashes: the budget."
        "\n\nThe plan calls it 'Cost estimation'.",
        Trend(
            unit="currencyUSD",
            decimals=0,
            x="day of month",
            limit=True,
            thresholds=steps(("transparent", None), (BAD, SettingRef("budget.monthly_usd"))),
            overrides=[
                override("byName", "day of month", unit="none", decimals=0, min=1, max=31),
                override("byName", "spent", color=fixed(COST), custom__lineWidth=2, custom__fillOpacity=12),
                override("byName", "forecast", color=fixed(COST), custom__lineStyle={"fill": "dash", "dash": [2, 4]}),
                override("byName", "budget pace", **PREVIOUS),
                override(
                    "byRegexp", "/spent|forecast|budget pace/", custom__axisSoftMax=SettingRef("budget.monthly_usd")
                ),
            ],
        ),
        [
            sql(
                f"""
                with days as (
                  select d::date as day,
                    extract(day from date_trunc('month', d) + interval '1 month' - interval '1 day')::int as length
                  from generate_series(date_trunc('month', {TODAY}::timestamp),
                    date_trunc('month', {TODAY}::timestamp) + interval '1 month' - interval '1 day', interval '1 day') d
                ),
                spend as (
                  select {LOCAL_DAY} as day, sum(cost_usd) as cost from {{{{ view('llm_hour') }}}}
                  where hour >= date_trunc('month', {TODAY}::timestamp) at time zone {{{{ zone() }}}}
                    and hour <= {{{{ now() }}}}
                  group by 1
                )
                select extract(day from day)::int as "day of month",
                  case when day <= {TODAY} then sum(coalesce(cost, 0)) over (order by day) end as "spent",
                  case when day = {TODAY} then month_cost_usd
                    when day > {TODAY} then forecast_usd * extract(day from day) / length end as "forecast",
                  budget_usd * extract(day from day) / length as "budget pace"
                from days left join spend using (day) cross join {{{{ view('budget_now') }}}} order by day""",
                format="table",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="cost-usage/cost_by_model",
        feature="langfuse",
    ),
]

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
]


WHERE = [
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
]


BY_WEEK = Panel(
    "cost_by_week",
    "LLM cost by week, 12 weeks",
    "List price of all steps in the chosen environment by calendar week from Monday on, the running week and the 11 "
    "before; the running one is incomplete, and so may be the first one that is known.",
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
)

DASHBOARD = Dashboard(
    "cost-usage",
    "Cost & Usage",
    "Is LLM spending on budget, where does it go, and how much of it is wasted?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Where does the money go?", [*DRIVERS, *WHERE, BY_WEEK]),
        Row("Which group causes it?", COST_BY_GROUPS, open=False),
        Row("What does a unit of work cost?", UNITS, open=False),
        Row("What is wasted, and what saved?", WASTE, open=False),
        how_to_read(
            "Is LLM spending on budget, where does it go, and how much of it is wasted?",
            "- **Cost is a list price**: what Langfuse computed for LLM calls, embeddings and every other step with a "
            "price, added up as Langfuse does. Speech and hosting are not in it; 'No price' shows which calls lack "
            "one.\n- **A turn** is a trace with at least one LLM call. Figures by turn count when it began, figures "
            "by call when the call began, so the two differ a little around midnight.\n- **Charts follow the picked "
            "time**: by hours up to 3 days, by whole days beyond; today is then excluded as incomplete. "
            "Titles with '30 d' or '7 d' do not follow it, and tiles count the days that begin in it.\n",
        ),
    ],
    refresh="1m",
    range="30d",
    audience="admin",
    variables=(JOB, ENVIRONMENT, BREAKDOWN, GROUP, COMPARE),
    annotations=ANNOTATIONS,
)
