"""The tiles of a row of the Overview: who uses it, and for what?"""

from __future__ import annotations

from gendash.dashboards._llm import NO_CALLS, OF_CALLS
from gendash.dashboards._palette import BAD, CALLS, USERS, WARN, fixed, override, up_is_bad
from gendash.dashboards._queries import HOURS_PICKED, IN_ENVIRONMENT, NEVER_SYNCED, QUIET, change, dollars, tile
from gendash.dashboards.viz import NumberTile
from gendash.engine.model import Panel, SettingRef, promql, slo, sql


def active_users(column: str, days: int) -> str:
    """SQL: rolling active users of today, against the window of the same length before it."""
    return f"""
    with today as (
      select max(day) as day from {{{{ view('activity_day') }}}}
      where day <= {{{{ today() }}}}
    ),
    figures as (
      select coalesce(max({column}) filter (where a.day = today.day), 0) as current,
        max({column}) filter (where a.day = today.day - {days}) as prior
      from {{{{ view('activity_day') }}}} a cross join today
    )
    select {{{{ now() }}}} as "time", {change(f"{days} d")} as metric, current as value from figures"""


USAGE_TILES = [
    Panel(
        "users",
        "Total users, now",
        "Active accounts now (is_active), staff included. The change is against those of them that registered before "
        "today and the 29 days before, so deleted and deactivated accounts are in neither figure.",
        NumberTile(unit="locale", decimals=0, subject=USERS),
        [
            sql(
                tile(
                    "accounts_active, accounts_30d_ago + accounts_new_30d as current, accounts_30d_ago as prior",
                    "{{ view('account_now') }}",
                    change("now", "in 30 d"),
                    "accounts_active",
                ),
                may_be_zero="no account yet",
            )
        ],
        width=6,
        height=3,
        leads_to="user-analytics",
        feature="users",
    ),
    Panel(
        "users_7d",
        "Active users, 7 d",
        "Distinct users who sent at least one message today or on the 6 days before. The change is against the 7 days "
        "before those. Guests without an account are not counted.",
        NumberTile(unit="locale", decimals=0, subject=USERS),
        [sql(active_users("wau", 7), may_be_zero=QUIET)],
        width=6,
        height=3,
        leads_to="user-analytics",
        feature="conversations",
    ),
    Panel(
        "users_30d",
        "Active users, 30 d",
        "Distinct users who sent at least one message today or on the 29 days before. The change is against the 30 "
        "days before those. Not the sum of daily users: a person counts once.",
        NumberTile(unit="locale", decimals=0, subject=USERS),
        [sql(active_users("mau", 30), may_be_zero=QUIET)],
        width=6,
        height=3,
        leads_to="user-analytics",
        feature="conversations",
    ),
    Panel(
        "tickets_open",
        "All open tickets, now",
        "Tickets that are open or in progress now, whenever they were created. Overdue: the due date has passed and "
        "the ticket is not resolved; any overdue one turns the figure orange. Ever: tickets of every status.",
        NumberTile(
            unit="locale",
            decimals=0,
            judged=True,
            overrides=[override("byRegexp", "/^[1-9][0-9]* overdue/", color=fixed(WARN))],
        ),
        [
            sql(
                tile(
                    "coalesce(sum(tickets) filter (where status in ('open', 'in_progress')), 0) as current, "
                    "coalesce(sum(overdue), 0) as overdue, coalesce(sum(tickets), 0) as ever",
                    "{{ view('ticket_status_now') }}",
                    "overdue || ' overdue; ' || to_char(ever, 'FM999,999,990') || ' ever'",
                ),
                may_be_zero="no ticket is open",
            )
        ],
        width=6,
        height=3,
        leads_to="support-tickets/oldest_list",
        feature="tickets",
    ),
    Panel(
        "tokens_per_call",
        "Tokens per LLM call",
        "Tokens of LLM calls / LLM calls in the picked time (whole days beyond 3 days): input and output, cached reads "
        "too. Langfuse, every minute."
        "\n\nThe plan calls it 'Average token usage'.",
        NumberTile(unit="locale", decimals=0, subject=CALLS, no_data="no calls"),
        [
            sql(
                "select {{ now() }} as \"time\", 'per call, picked time' as metric, "
                "sum(total_tokens)::float8 / nullif(sum(calls), 0) as value "
                f"from {{{{ view('llm_hour') }}}} where {HOURS_PICKED} and {IN_ENVIRONMENT} and {OF_CALLS}",
                may_be_empty=NO_CALLS,
            )
        ],
        width=8,
        height=3,
        leads_to="agent-performance",
        feature="langfuse",
    ),
    Panel(
        "documents_failed",
        "Failed documents, now",
        "Documents whose processing failed, now, of all documents. Stuck ones (still processing 15 minutes after their "
        "last change) turn the figure orange: their job died.",
        NumberTile(
            unit="locale",
            decimals=0,
            judged=True,
            overrides=[override("byRegexp", "/ [1-9][0-9]* stuck/", color=fixed(WARN))],
        ),
        [
            sql(
                tile(
                    "coalesce(sum(documents) filter (where status = 'failed'), 0) as current, "
                    "coalesce(sum(documents), 0) as total, coalesce(sum(stuck), 0) as stuck",
                    "{{ view('document_status_now') }}",
                    "'of ' || total || case when stuck > 0 then ', ' || stuck || ' stuck' else '' end",
                ),
                may_be_zero="no document failed",
            )
        ],
        width=8,
        height=3,
        leads_to="knowledge-base/problems",
        feature="documents",
    ),
    Panel(
        "conversations",
        "Conversations begun, 30 d",
        "Conversations started today or on the 29 days before, chat and voice, guests included; the change is against "
        "the 30 days before those. Ever: all that are still there."
        "\n\nThe plan calls it 'Total conversations'.",
        NumberTile(unit="locale", decimals=0, subject=USERS),
        [
            sql(
                """
                with today as (select {{ today() }} as day),
                figures as (
                  select coalesce(sum(conversations) filter (where c.day > today.day - 30), 0) as current,
                    coalesce(sum(conversations) filter (where c.day <= today.day - 30), 0) as prior
                  from today left join {{ view('conversation_day') }} c
                    on c.day > today.day - 60 and c.day <= today.day
                ),
                ever as (
                  select to_char(coalesce(sum(conversations), 0), 'FM999,999,999,990') as ever
                  from {{ view('conversation_hour') }}
                )"""
                f"""
                select {{{{ now() }}}} as "time", {change("30 d")} || '; ' || ever || ' ever' as metric,
                  current as value
                from figures cross join ever""",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics",
        feature="conversations",
    ),
    Panel(
        "cost_today",
        "LLM cost, today",
        "List price of LLM calls, embeddings and other steps since local midnight, all environments, beside one day's "
        "share of the monthly budget (budget / days of this month). Orange above that share, red above twice it.",
        NumberTile(
            unit="currencyUSD",
            decimals=2,
            judged=True,
            overrides=[
                override("byRegexp", "/over/", color=fixed(WARN)),
                override("byRegexp", "/twice/", color=fixed(BAD)),
            ],
        ),
        [
            sql(
                tile(
                    "today_cost_usd as current, daily_budget_usd as share",
                    "{{ view('budget_now') }}",
                    "case when current > 2 * share then 'twice the ' when current > share then 'over the ' "
                    f"else 'of ' end || {dollars('share')} || ' a day'",
                ),
                may_be_zero=QUIET,
                may_be_empty=NEVER_SYNCED,
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage",
        feature="langfuse",
    ),
    Panel(
        "budget_used",
        "LLM budget used, this month",
        "List price of LLM calls, embeddings and other steps since the first of this month / the monthly budget of "
        "gendash.yaml, all environments. Orange from the early-warning share of the budget, red at all of it.",
        NumberTile(
            unit="percentunit",
            decimals=0,
            min=0,
            max=1,
            judged=True,
            thresholds=up_is_bad(SettingRef("budget.amber"), 1),
        ),
        [
            sql(
                tile(
                    "month_cost_usd, budget_usd",
                    "{{ view('budget_now') }}",
                    f"coalesce({dollars('month_cost_usd')} || ' ', '') || 'of ' || {dollars('budget_usd')}",
                    "month_cost_usd / nullif(budget_usd, 0)",
                ),
                may_be_zero="the month has just begun",
                may_be_empty=NEVER_SYNCED,
            )
        ],
        width=8,
        height=3,
        leads_to="cost-usage",
        feature="langfuse",
    ),
    Panel(
        "agent_p95",
        "Agent answer time, p95, 5 min",
        "95 of 100 agent answers were ready within this time, over 5 minutes; Prometheus "
        "agent_response_duration_seconds, read within its buckets (10, 30, 60 s are far apart). Amber above the SLO.",
        NumberTile(
            unit="s",
            judged=True,
            thresholds=up_is_bad(slo("agent_answer.threshold_s"), slo("agent_answer.red_s")),
            no_data="no turns",
        ),
        [
            promql(
                "histogram_quantile(0.95, sum by (le) "
                '({{ rule("job_le:agent_response_duration_seconds_bucket:rate5m") }}{job=~"$job"}))',
                legend="now, over 5 min",
                instant=True,
                may_be_empty="no agent turn in five minutes",
            )
        ],
        width=8,
        height=3,
        leads_to="agent-performance",
        feature="agent_metrics",
    ),
]
