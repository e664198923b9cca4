"""A row of Cost & Usage: what does a unit of work cost?"""

from __future__ import annotations

from gendash.dashboards._lists import ranked_row, row_column
from gendash.dashboards._llm import GAPS, LAST_30_D, NO_CALLS, OF_CALLS, THIS_ENVIRONMENT, ratio_per_bucket
from gendash.dashboards._palette import CALLS, COST, fixed, override
from gendash.dashboards._queries import (
    DAYS_PICKED,
    FIRST_DAY,
    HOURS_PICKED,
    IN_ENVIRONMENT,
    PICKED_TO,
    QUIET,
    TODAY,
    tile,
)
from gendash.dashboards._tables import entity
from gendash.dashboards.viz import BarGauge, Lines, NumberTile, Table
from gendash.engine.model import Panel, promql, sql


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
        "Output tokens per input token",
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
        Lines(
            unit="none",
            decimals=3,
            color=fixed(CALLS),
            fill=12,
            legend=False,
            no_data="no calls",
            custom=dict(GAPS),
        ),
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
        "Agent queries by user, this month and last",
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
                  user_id as "Id", {ranked_row("total")}
                from {{{{ view('user_month') }}}} left join {{{{ view('user_name') }}}} using (user_id)
                where rank <= 500 order by rank limit 500""",
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
