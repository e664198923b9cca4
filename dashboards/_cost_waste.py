"""A row of Cost & Usage: what is wasted, and what saved?"""

from __future__ import annotations

from gendash.dashboards._llm import THIS_ENVIRONMENT, per_bucket
from gendash.dashboards._palette import BAD, COST, colored, fixed, override
from gendash.dashboards._queries import IN_ENVIRONMENT, QUIET
from gendash.dashboards.viz import PREVIOUS, DayBars, Lines
from gendash.engine.model import Panel, sql

WASTE = [
    Panel(
        "failed_cost",
        "Cost of failures and retries",
        "List price of LLM calls that failed, and of successful calls that repeat a failed one of the same name in "
        "their turn; by whole days without today, by hours for ranges up to 3 days. They cost mostly input.",
        DayBars(
            unit="currencyUSD",
            overrides=colored({"failed calls": BAD, "retries": COST}),
        ),
        [
            sql(
                per_bucket(
                    {"failed calls": "sum(failed_cost_usd)", "retries": "sum(retry_cost_usd)"},
                    "llm_turn_hour",
                    THIS_ENVIRONMENT,
                ),
                may_be_zero="nothing failed",
                may_be_empty="no whole day in the picked time",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/errors_by_type",
        feature="langfuse",
    ),
    Panel(
        "cache_savings",
        "LLM cost saved by prompt caches",
        "Cached input tokens x (price of an uncached input token - price of a cached one), call by call; by whole days "
        "without today, by hours for ranges up to 3 days. Higher is better; 0 means that the cache is never hit.",
        DayBars(unit="currencyUSD", decimals=2, color=fixed(COST), legend=False),
        [
            sql(
                per_bucket({"saved": "sum(saved_usd)"}, "llm_cache_hour"),
                may_be_zero="nothing was cached",
                may_be_empty="no whole day in the picked time",
            )
        ],
        width=8,
        height=8,
        leads_to="cost-usage/tokens_over_time",
        feature="langfuse",
    ),
    Panel(
        "spend_against_usual",
        "LLM cost/h against usual, 7 d",
        "List price of all steps in each of the last 168 hours, and as usual: the median of the same local hour one to "
        "four weeks earlier, as far as data goes back. A lasting difference means new load, a loop or a more expensive "
        "model.",
        Lines(
            unit="currencyUSD",
            overrides=[
                override("byName", "cost", color=fixed(COST), custom__fillOpacity=12, custom__lineWidth=2),
                override("byName", "usual", **PREVIOUS),
            ],
        ),
        [
            sql(
                f"""
                with span as (select date_trunc('hour', {{{{ now() }}}}, {{{{ zone() }}}}) as last),
                facts as (
                  select hour, sum(cost_usd) as cost from {{{{ view('llm_hour') }}}}, span
                  where hour > last - interval '36 days' and hour < last and {IN_ENVIRONMENT} group by hour
                ),
                known as (select min(hour) as since from {{{{ view('llm_hour') }}}}),
                hours as (
                  select h from span, generate_series(last - interval '168 hours', last - interval '1 hour',
                    interval '1 hour') h
                ),
                earlier as (
                  select h, percentile_cont(0.5) within group (order by coalesce(cost, 0)::float8) as usual
                  from hours cross join generate_series(1, 4) as weeks
                  cross join lateral (select h at time zone {{{{ zone() }}}} - weeks * interval '7 days' as wall) as was
                  cross join known left join facts on facts.hour = wall at time zone {{{{ zone() }}}}
                  where wall at time zone {{{{ zone() }}}} >= since group by h
                )
                select h as "time", coalesce(facts.cost, 0) as "cost", usual as "usual"
                from hours left join facts on facts.hour = h left join earlier using (h) order by 1""",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        window="7d",
        leads_to="cost-usage/cost_by_model",
        feature="langfuse",
    ),
]
