"""Cost & Usage: is LLM spending on budget, where does it go, and how much of it is wasted?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._cost_charts import CHARTS
from gendash.dashboards._cost_drivers import DRIVERS
from gendash.dashboards._cost_groups import COST_BY_GROUPS
from gendash.dashboards._cost_units import UNITS
from gendash.dashboards._cost_waste import WASTE
from gendash.dashboards._groups import BREAKDOWN, GROUP
from gendash.dashboards._llm import LOCAL_DAY, NO_CALLS, OF_CALLS, THIS_ENVIRONMENT, daily, rolling
from gendash.dashboards._palette import BAD, CALLS, COST, OK, TEXT, WARN, steps, up_is_bad, words
from gendash.dashboards._queries import (
    DAYS_PICKED,
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
from gendash.dashboards.viz import HeadTile, NumberTile, ShareTile, StateTile
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, sql

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
        "Cost of all steps of agent turns / turns with a price, of the days that begin in the picked range; a turn is "
        "a trace with at least one LLM call. The change compares whole days with as many before; the curve is the mean "
        "so far.",
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
        "Tokens of LLM calls, embeddings and other steps of the days that begin in the picked range: input (cached "
        "reads included), output and reasoning as Langfuse adds them up. The change compares whole days with as many "
        "before.",
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
        "Agent turns that Langfuse traced, of the days that begin in the picked range: traces with at least one LLM "
        "call. The change compares whole days with as many before.",
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

DASHBOARD = Dashboard(
    "cost-usage",
    "Cost & Usage",
    "Is LLM spending on budget, where does it go, and how much of it is wasted?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Where does the money go?", DRIVERS),
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
