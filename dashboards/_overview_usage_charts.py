"""The charts of a row of the Overview: who uses it, and for what?"""

from __future__ import annotations

from gendash.dashboards._lists import DAY_ENDS, UNTIL
from gendash.dashboards._llm import NO_CALLS, OF_CALLS, dashed
from gendash.dashboards._palette import COST, DOCUMENT, UNKNOWN, USERS, USERS_2, by_model, colored, fixed, override
from gendash.dashboards._queries import HOURS_PICKED, IN_ENVIRONMENT, LAST_30_DAYS, QUIET, TODAY, days_before, own_scale
from gendash.dashboards._shared import tickets_by_status
from gendash.dashboards.viz import BarGauge, DayBars, Lines
from gendash.engine.model import Panel, sql

USAGE_CHARTS = [
    Panel(
        "conversations_per_day",
        "Conversations per day, 30 d",
        "Conversations by the local day on which they started, the last 30 full days; today is excluded as incomplete. "
        "Voice: is_voice_conversation."
        "\n\nThe plan asks for the total of all times: it only ever grows, and does not describe today.",
        DayBars(
            unit="short",
            decimals=0,
            overrides=[UNTIL, *colored({"chat": USERS, "voice": USERS_2}), dashed("before", UNKNOWN)],
        ),
        [
            sql(
                f"""
                with days as (
                  select d::date as day from generate_series(({TODAY} - 30)::timestamp, {TODAY} - 1, interval '1 day') d
                )
                select day::timestamp at time zone {{{{ zone() }}}} as "time",
                  coalesce(sum(conversations) filter (where channel = 'chat'), 0) as "chat",
                  coalesce(sum(conversations) filter (where channel = 'voice'), 0) as "voice", {DAY_ENDS}
                from days left join {{{{ view('conversation_day') }}}} using (day) group by day order by 1""",
                may_be_zero=QUIET,
            ),
            days_before("sum(conversations)", "conversation_day", f"day + days < {TODAY}"),
        ],
        width=8,
        height=8,
        window="30d",
        leads_to="user-analytics",
        passes={"time": "until"},
        feature="conversations",
    ),
    Panel(
        "user_growth",
        "Accounts at day's end, 30 d",
        "Accounts that existed at the end of each local day, of those that are active now, on today and the 29 days "
        "before: those deleted or deactivated since are missing from every day. Today is incomplete.",
        Lines(unit="locale", decimals=0, fill=12, color=fixed(USERS), legend=False, min=None),
        [
            sql(
                f"""
                select at as "time", accounts as "accounts" from {{{{ view('account_day') }}}}
                where {LAST_30_DAYS} order by 1""",
                may_be_empty="no account yet",
            )
        ],
        width=8,
        height=8,
        window="30d",
        leads_to="user-analytics",
        feature="users",
    ),
    Panel(
        "cost_per_day",
        "LLM cost per day, 30 d",
        "List price of LLM calls, embeddings and other steps by local day, the last 30 full days; today is excluded. "
        "The dashed line is one day's share of the monthly budget.",
        DayBars(
            unit="currencyUSD",
            decimals=0,
            overrides=[
                UNTIL,
                override("byName", "cost", color=fixed(COST)),
                dashed("daily budget"),
                dashed("before", UNKNOWN),
            ],
        ),
        [
            sql(
                f"""
                with days as (
                  select d::date as day from generate_series(
                    ({{{{ today() }}}} - 30)::timestamp,
                    {{{{ today() }}}} - 1, interval '1 day') d
                ),
                spend as (
                  select day, sum(cost_usd) as cost from {{{{ view('llm_spend_day') }}}}
                  where {IN_ENVIRONMENT} group by day
                )
                select days.day::timestamp at time zone {{{{ zone() }}}} as "time", coalesce(spend.cost, 0) as "cost",
                  {{{{ setting('budget.monthly_usd') }}}} / extract(day from date_trunc('month', days.day::timestamp)
                    + interval '1 month' - interval '1 day') as "daily budget", {DAY_ENDS}
                from days left join spend using (day) order by 1""",
                may_be_zero=QUIET,
            ),
            days_before("sum(cost_usd)", "llm_spend_day", f"{IN_ENVIRONMENT} and day + days < {TODAY}"),
        ],
        width=8,
        height=8,
        window="30d",
        leads_to="cost-usage",
        passes={"time": "until"},
        feature="langfuse",
    ),
    tickets_by_status(
        "tickets_by_status",
        "All tickets by status, now",
        "All tickets by their present status, whatever the time range above. Resolved ones wait for the customer's "
        "confirmation, closed ones are done. Bars of open and in progress have a scale of their own."
        "\n\nThe plan calls it 'Total tickets'.",
        6,
    ),
    Panel(
        "documents_by_status",
        "All documents by status, now",
        "All documents of the knowledge base by their present status, whatever the time range above. Only done ones "
        "are found by searches. Bars of those that are not done have a scale of their own."
        "\n\nThe plan calls it 'Knowledge base documents'.",
        BarGauge(unit="locale", decimals=0, overrides=colored(DOCUMENT)),
        [
            sql(
                f"select status as name, documents as value, {own_scale('rank = 1', 'documents')} "
                "from {{ view('document_status_now') }} order by rank",
                format="table",
                may_be_zero="no document yet",
            )
        ],
        width=8,
        height=6,
        leads_to="knowledge-base/document_list",
        passes={"status": "", "time": "all"},
        feature="documents",
    ),
    Panel(
        "calls_by_model",
        "% LLM calls by model",
        "Share of LLM calls in the picked time (whole days beyond 3 days) by model; the five most used, the rest as "
        "other, unknown where a call named none. Dated names are models of their own in their family's colour."
        "\n\nThe plan asks for a distribution: bars are compared at a glance, angles are not."
        " The plan calls it 'Model distribution'.",
        BarGauge(unit="percentunit", decimals=0, max=1, color=fixed(UNKNOWN), overrides=by_model()),
        [
            sql(
                f"""
                with calls as (
                  select model, sum(calls) as calls
                  from {{{{ view('llm_hour') }}}} where {HOURS_PICKED} and {IN_ENVIRONMENT} and {OF_CALLS}
                  group by 1
                ),
                ranked as (select *, row_number() over (order by calls desc, model) as rank from calls)
                select case when rank <= 5 then model else 'other' end as name,
                  sum(calls)::float8 / nullif(sum(sum(calls)) over (), 0) as value
                from ranked group by 1 order by min(rank)""",
                format="table",
                may_be_empty=NO_CALLS,
            )
        ],
        width=8,
        height=6,
        leads_to="agent-performance",
        passes={"model": ""},
        unlinked=("other",),
        feature="langfuse",
    ),
]
