"""The charts of the first row of Cost & Usage."""

from __future__ import annotations

from gendash.dashboards._llm import (
    BUCKETS,
    LOCAL_DAY,
    NO_CALLS,
    PRICES,
    WITHOUT_DATES,
    bucket_before,
    by_model_per_bucket,
    dashed,
)
from gendash.dashboards._palette import BAD, COST, UNKNOWN, by_model, fixed, override, steps
from gendash.dashboards._queries import BY_HOUR, QUIET, TODAY
from gendash.dashboards.viz import PREVIOUS, DayBars, Trend
from gendash.engine.model import Panel, SettingRef, sql

# whole days of the picked range, where it is shown by days
BUDGET_DAYS = f"with {BUCKETS} select at from buckets where not ({BY_HOUR})"

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
