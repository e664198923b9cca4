"""Cost & Usage: is LLM spending on budget, where does it go, and how much of it is wasted?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gendash.dashboards._groups import (
    BREAKDOWN,
    BY_NAME,
    GROUP,
    GROUP_COLORS,
    IN_GROUP,
    LISTED,
    group_bars,
    group_table,
)
from gendash.dashboards._lists import UNTIL, row_column, row_number
from gendash.dashboards._llm import (
    BUCKETS,
    LAST_7_D,
    LAST_30_D,
    LOCAL_DAY,
    OF_CALLS,
    THIS_ENVIRONMENT,
    TOKENS,
    WITHOUT_DATES,
    bucket_before,
    by_model_per_bucket,
    daily,
    dashed,
    per_bucket,
    ratio_per_bucket,
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
    FIRST_DAY,
    HOURS_PICKED,
    IN_ENVIRONMENT,
    NEVER_SYNCED,
    NO_DAY,
    PICKED_TO,
    QUIET,
    TODAY,
    change,
    dollars,
    over_picked,
    tile,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, ENVIRONMENT, FRESHNESS, JOB, LLM_COST, how_to_read
from gendash.dashboards._tables import entity, judged_share, share_bar
from gendash.dashboards.viz import (
    PREVIOUS,
    BarGauge,
    DayBars,
    HeadTile,
    Lines,
    NumberTile,
    ShareTile,
    StateTile,
    Table,
    Trend,
)
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, promql, slo, sql

NO_CALLS = "no LLM call in the picked time"
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
PRICES = "List price as Langfuse computed it, not an invoice"

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
        "% calls without price, 7 d",
        "LLM calls without a price / all LLM calls, today and the 6 days before. They count as 0 in every cost on this "
        "page. Orange above {{ setting('limits.uncosted') }}, red above "
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
                "select {{ now() }} as \"time\", 'of calls, 7 d, limit ' "
                "|| trim_scale(100 * {{ setting('limits.uncosted') }}::numeric) || ' %' as metric, "
                "sum(uncosted)::float8 / nullif(sum(calls), 0) as value "
                f"from {{{{ view('llm_spend_day') }}}} where {LAST_7_D} and {IN_ENVIRONMENT}",
                may_be_zero="every call has a price",
                may_be_empty="no LLM call in 7 days",
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
        "Input from cache, 7 d",
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
        "LLM cost per agent turn",
        "Cost of an agent turn with a price: median, 95th percentile and mean, by whole days without today, by hours "
        "for ranges up to 3 days. A turn is a trace with an LLM call; it counts when it began."
        "\n\nThe plan asks for the mean cost of a query: cost per LLM call falls when an agent loops, so turns are "
        "counted."
        " The plan calls it 'Average cost per query'.",
        Lines(
            unit="currencyUSD",
            decimals=4,
            no_data="no turns",
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
        "Agent turns in 24 h, by outcome",
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


def _priced(name: str, decimals: int = 2) -> dict[str, Any]:
    """Money per unit, unknown if no call has a price."""
    return override("byName", name, unit="currencyUSD", decimals=decimals, mappings=nothing("no price"))


GROUPS = [
    Panel(
        "groups",
        "LLM cost by chosen group and its change",
        "Cost of all steps in the picked time by the groups of the dimension chosen above: share, cost, change of "
        "whole hours or days against the time to compare with, else the period before, LLM calls, tokens, failed calls "
        f"/ calls.\n\nThe {LISTED - 1} most expensive groups, the rest as other, so that they add up; of 'tag', calls "
        "count for each. A click on a group shows its models.",
        Table(
            overrides=[
                override("byName", "Group", custom__width=210, links=[]),
                share_bar("Share of cost", COST),
                _priced("Cost"),
                override("byName", "Change", unit="currencyUSD", decimals=2, mappings=nothing("–")),
                override("byName", "Calls", unit="locale", decimals=0),
                override("byName", "Tokens", unit="sishort", decimals=1),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                override("byName", "Mean time", unit="s"),
            ],
        ),
        [
            group_table(
                {
                    "Share of cost": "(cost_usd / total)::float8",
                    "Cost": "case when priced > 0 then cost_usd end",
                    "Change": "change",
                    "Calls": "calls::bigint",
                    "Tokens": "tokens::bigint",
                    "Errors": "(errors / nullif(calls, 0))::float8",
                    "Mean time": "spent_s / nullif(timed, 0)::float8",
                },
                "cost_usd",
            )
        ],
        width=24,
        height=8,
        leads_to="cost-usage/group_models",
        passes={"group": "Group"},
        feature="langfuse",
    ),
    Panel(
        "groups_over_time",
        "LLM cost over time by chosen group",
        f"{PRICES}, by the groups of the dimension chosen above, by whole days without today, by hours up to 3 days: "
        "the six most expensive, the rest as other. Of 'tag', calls count for each.",
        DayBars(unit="currencyUSD", decimals=2, color=BY_NAME, overrides=GROUP_COLORS),
        [group_bars("sum(cost_usd)", condition=IN_GROUP)],
        width=12,
        height=8,
        leads_to="cost-usage/group_models",
        passes={"group": ""},
        feature="langfuse",
    ),
    Panel(
        "group_models",
        "LLM cost of the chosen group by model",
        f"{PRICES}, of the group chosen above (All: of every group) by model, by whole days without today, by hours up "
        "to 3 days: the six most expensive, the rest as other.",
        DayBars(
            unit="currencyUSD",
            decimals=2,
            color=fixed(UNKNOWN),
            overrides=by_model(),
            transformations=WITHOUT_DATES,
        ),
        [group_bars("sum(cost_usd)", "model", IN_GROUP)],
        width=12,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        feature="langfuse",
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
                share_bar("Share of cost", COST),
                _priced("Cost"),
                override("byRegexp", "/^(Calls|Tokens)$/", unit="locale", decimals=0),
                override("byName", "Tokens", unit="sishort", decimals=1),
                _priced("Per 1k"),
                override("byName", "p95 30 d", unit="s"),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                judged_share("No price", up_is_bad(SettingRef("limits.uncosted"), SettingRef("limits.uncosted_red"))),
                _priced("In, 1M"),
                _priced("Out, 1M"),
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
                share_bar("Share of cost", COST),
                _priced("Cost"),
                override("byName", "Turns", unit="locale", decimals=0),
                _priced("Per turn", 4),
                override("byName", "Last seen", unit="dateTimeFromNow", custom__width=120),
                override("byName", "Id", custom__width=90),
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
                  last_at as "Last seen", user_id as "Id", {row_number("cost desc, user_id, name")}
                from spend order by cost desc, user_id, name limit 500""",
                format="table",
                may_be_empty="no agent turn in 30 days",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="langfuse users",
    ),
    Panel(
        "tools",
        "LLM cost of turns by tool, 30 d",
        "Agent turns that began today or on the 29 days before by the tools in their trace: share of turns, turns, "
        "mean cost of a turn, cost. A turn with two tools counts fully for both, so shares add up to more than 1.",
        Table(
            sort_by="Cost",
            overrides=[
                *entity("Tool", 190),
                share_bar("Share of turns", CALLS),
                override("byName", "Turns", unit="locale", decimals=0),
                _priced("Per turn", 4),
                _priced("Cost"),
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


def _spent(column: str, source: str, days: str) -> str:
    """SQL: one figure beside the cost of all steps of some days; no cost where no call has a price."""
    return f"""(
        select case when sum(calls) > sum(uncosted) or sum(cost_usd) > 0 then sum(cost_usd) end as cost,
          ({source}) as {column}
        from {{{{ view('llm_spend_day') }}}} where {days} and {IN_ENVIRONMENT}
      ) as spent"""


def _unit(
    slug: str, title: str, doc: str, column: str, source: str, line: str, feature: str, days: str = DAYS_PICKED
) -> Panel:
    """A tile: cost of some days per unit of what it was spent for."""
    return Panel(
        slug,
        title,
        doc,
        NumberTile(unit="currencyUSD", decimals=4, no_data="none"),
        [
            sql(
                tile(f"cost, {column}", _spent(column, source, days), f"'{line}'", f"cost / nullif({column}, 0)"),
                may_be_zero=QUIET,
                may_be_empty="nothing to divide by, or no price",
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/cost_by_model",
        feature=feature,
    )


PICKED_DAYS = (
    f">= ({FIRST_DAY})::timestamp at time zone {{{{ zone() }}}} "
    f"and resolved_at < ({PICKED_TO} + 1)::timestamp at time zone {{{{ zone() }}}}"
)

UNITS = [
    _unit(
        "per_conversation",
        "LLM cost per conversation",
        "Cost of all steps in the chosen environment / conversations begun, guests' included, of the days that "
        "begin in "
        "the picked range. Conversations have no environment, so select the one that people use.",
        "conversations",
        f"select sum(conversations) from {{{{ view('conversation_day') }}}} where {DAYS_PICKED}",
        "a conversation, picked days",
        "langfuse conversations",
    ),
    _unit(
        "per_user",
        "LLM cost per active user, 30 d",
        "Cost of all steps in the chosen environment / distinct users who wrote a message, today and the 29 days "
        "before. Guests cost money too and are not among the users.",
        "users",
        f"select mau from {{{{ view('activity_day') }}}} where day = {TODAY}",
        "active user, 30 d",
        "langfuse conversations",
        LAST_30_D,
    ),
    _unit(
        "per_resolved_ticket",
        "LLM cost per solved ticket",
        "Cost of all steps in the chosen environment / tickets whose last resolution lies on the days that begin "
        "in the "
        "picked range. It is an upper bound of the cost of support by the agent: not every call is about a ticket.",
        "tickets",
        f"select count(*) from {{{{ view('ticket_entity') }}}} where resolved_at {PICKED_DAYS} "
        "and resolved_at <= {{ now() }}",
        "a resolved ticket, picked days",
        "langfuse tickets",
    ),
    Panel(
        "efficiency",
        "Output / input tokens",
        "Output tokens / input tokens of LLM calls in the picked time (whole days beyond 3 days); sums, cached input "
        "included. It does not measure quality: an answer from long documents has a large input and a low ratio.",
        NumberTile(unit="none", decimals=3, no_data="no input"),
        [
            sql(
                tile(
                    "sum(output_tokens)::float8 / nullif(sum(input_tokens), 0)::float8 as ratio",
                    f"(select * from {{{{ view('llm_hour') }}}} where {HOURS_PICKED} and {IN_ENVIRONMENT} "
                    f"and {OF_CALLS}) as hours",
                    "'tokens, picked time'",
                    "ratio",
                ),
                may_be_zero="no output yet",
                may_be_empty=NO_CALLS,
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/token_efficiency",
        feature="langfuse",
    ),
    Panel(
        "untagged",
        "% agent turns without user",
        "Agent turns whose trace names no user / all agent turns, of the days that begin in the picked range. "
        "Their cost "
        "cannot be charged to anybody; guests are included.",
        NumberTile(unit="percentunit", decimals=1, min=0, max=1, no_data="no turns"),
        [
            sql(
                tile(
                    "sum(untagged)::float8 / nullif(sum(turns), 0)::float8 as share",
                    f"(select * from {{{{ view('llm_turn_day') }}}} where {DAYS_PICKED} and {THIS_ENVIRONMENT}) "
                    f"as days",
                    "'of turns, picked days'",
                    "share",
                ),
                may_be_zero="every turn names its user",
                may_be_empty="no agent turn in the picked time",
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/users",
        feature="langfuse",
    ),
    Panel(
        "wasted",
        "Wasted share of LLM cost",
        "Cost of failed LLM calls and of retries / cost of all steps of agent turns, of the days that begin in the "
        "picked range. A retry is a call that follows a failed one of the same name in its turn.",
        NumberTile(unit="percentunit", decimals=2, min=0, max=1, no_data="no cost"),
        [
            sql(
                tile(
                    "(sum(failed_cost_usd + retry_cost_usd) / nullif(sum(cost_usd), 0))::float8 as share",
                    f"(select * from {{{{ view('llm_turn_day') }}}} where {DAYS_PICKED} and {THIS_ENVIRONMENT}) "
                    f"as days",
                    "'of cost, picked days'",
                    "share",
                ),
                may_be_zero="nothing failed",
                may_be_empty="no cost in the picked time",
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage/failed_cost",
        feature="langfuse",
    ),
    Panel(
        "token_efficiency",
        "Token efficiency, output / input",
        "Output tokens / input tokens of LLM calls, sums of whole days without today, of hours for ranges up to 3 "
        "days; cached input included. Higher is not better; a step means a new prompt, model or context.",
        Lines(unit="none", decimals=3, color=fixed(CALLS), fill=12, legend=False, no_data="no calls"),
        [
            sql(
                ratio_per_bucket(
                    "sum(output_tokens)",
                    "sum(input_tokens)",
                    "output / input",
                    where=f"{IN_ENVIRONMENT} and {OF_CALLS}",
                ),
                may_be_zero="no output yet",
                may_be_empty=NO_CALLS,
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance",
        feature="langfuse",
    ),
    Panel(
        "cost_by_environment",
        "LLM cost by environment",
        "List price of LLM calls, embeddings and other steps in the picked time (whole days beyond 3 days) by Langfuse "
        "environment, whatever is selected above; the six most expensive. Test environments serve no user.",
        BarGauge(unit="currencyUSD", decimals=2, color=fixed(COST)),
        [
            sql(
                f"""
                select environment as name, sum(cost_usd) as value from {{{{ view('llm_hour') }}}}
                where {HOURS_PICKED} group by 1 order by 2 desc, 1 limit 6""",
                format="table",
                may_be_empty=NO_CALLS,
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="cost-usage/cost_by_model",
        passes={"environment": ""},
        feature="langfuse",
    ),
    Panel(
        "tool_usage",
        "Tool calls per agent turn",
        "Calls of each tool / agent turns over the picked time; the eight most used. Recorded hourly increases of "
        "Prometheus agent_tool_calls_total and agent_queries_total. More calls per turn mean more LLM calls to pay."
        "\n\nThe plan asks for tool usage twice: calls and failures are on Agent Performance, this panel shows their "
        "effect on cost.",
        BarGauge(unit="none", decimals=2, color=fixed(CALLS), rows_to_fields=False),
        [
            promql(
                "topk(8, sum by (tool_name) (avg_over_time("
                '{{ rule("job_tool_name_status:agent_tool_calls:increase1h") }}{job=~"$job"}[$__range]))) '
                '/ on () group_left () (sum(avg_over_time({{ rule("job_status:agent_queries:increase1h") }}'
                '{job=~"$job"}[$__range])) > 0)',
                legend="{{tool_name}}",
                instant=True,
                may_be_zero="no tool was used",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/tools",
        feature="agent_metrics",
    ),
    Panel(
        "queries_by_user",
        "Agent queries by user, calendar months",
        "Messages that each user (by name) wrote in this local month so far and in the whole last one, days with a "
        "question, and when last; exact counts of PostgreSQL, suitable for billing. The 500 most active, no guests.",
        Table(
            sort_by="This month",
            overrides=[
                *entity("User", 130),
                override("byRegexp", "/month|days/", unit="locale", decimals=0),
                override("byName", "Last question", unit="dateTimeFromNow"),
                override("byName", "Id", custom__width=290),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select coalesce(name, left(user_id, 8)) as "User", this_month as "This month",
                  last_month as "Last month", active_days as "Active days", last_at as "Last question",
                  user_id as "Id", {row_number("this_month desc, last_month desc, user_id")}
                from {{{{ view('user_month') }}}} left join {{{{ view('user_name') }}}} using (user_id)
                order by this_month desc, last_month desc, user_id limit 500""",
                format="table",
                may_be_empty="nobody asked anything since the start of last month",
                may_be_zero="the month has just begun",
            )
        ],
        width=24,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="conversations",
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
    width=24,
    height=8,
    window="84d",
    leads_to="cost-usage/cost_by_model",
    passes={"time": "until"},
    feature="langfuse",
)

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

DASHBOARD = Dashboard(
    "cost-usage",
    "Cost & Usage",
    "Is LLM spending on budget, where does it go, and how much of it is wasted?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Where does the money go?", [*DRIVERS, *WHERE, BY_WEEK]),
        Row("Which group causes it?", GROUPS, open=False),
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
