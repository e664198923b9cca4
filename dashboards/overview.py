"""Overview: is the platform up, fast, used, affordable and good?"""

from __future__ import annotations

from gendash.dashboards._api_panels import (
    ALERTS_PANEL,
    ERROR_SHARE_PANEL,
    ERRORS_PANEL,
    HEALTH_PANEL,
    LATENCY_HEATMAP_PANEL,
    P95_PANEL,
    REQUESTS_PANEL,
    RESPONSE_TIME_PANEL,
    ROUTE_STATES_PANEL,
    SLO_LEFT_PANEL,
)
from gendash.dashboards._lists import DAY_ENDS, UNTIL, of_all, of_column
from gendash.dashboards._llm import NO_CALLS, OF_CALLS, dashed
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    COST,
    DOCUMENT,
    P95,
    UNKNOWN,
    USERS,
    USERS_2,
    WARN,
    by_model,
    colored,
    fixed,
    override,
    up_is_bad,
)
from gendash.dashboards._queries import (
    BUCKETS_BY_ROUTE,
    COUNT_BY_ROUTE,
    FAILED,
    HALF_A_SECOND,
    HOURS_PICKED,
    IN_ENVIRONMENT,
    LAST_30_DAYS,
    NEVER_SYNCED,
    QUIET,
    REQUESTS,
    REQUESTS_BY_ROUTE,
    TODAY,
    active_users,
    change,
    days_before,
    dollars,
    over_range,
    own_scale,
    tile,
)
from gendash.dashboards._shared import (
    ANNOTATIONS,
    COMPARE,
    CSAT,
    ENVIRONMENT,
    FRESHNESS,
    JOB,
    LLM_CALLS,
    LLM_COST,
    how_to_read,
    tickets_by_status,
)
from gendash.dashboards._tables import columns, judged_share, share_bar
from gendash.dashboards.viz import PREVIOUS, ROUTE_NAMES, BarGauge, DayBars, Lines, NumberTile, Table
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, promql, slo, sql

STRIP = [
    HEALTH_PANEL,
    ALERTS_PANEL,
    SLO_LEFT_PANEL,
]

HEAD = [
    REQUESTS_PANEL,
    ERRORS_PANEL,
    P95_PANEL,
    LLM_CALLS,
    LLM_COST,
    CSAT,
    FRESHNESS,
]

CHARTS = [
    Panel(
        "request_rate",
        "Request rate and one week ago",
        "HTTP requests per second, each point over 5 minutes; the dashed line is the same hour one week earlier. "
        "Prometheus http_requests_total. A gap means that no target was scraped."
        "\n\nThe plan asks for the last hour: a fixed hour hides both the present and the trend.",
        Lines(
            unit="reqps",
            fill=12,
            color=fixed(CALLS),
            overrides=[
                override("byName", "now", custom__lineWidth=2),
                override("byName", "one week ago", **PREVIOUS),
            ],
        ),
        [
            promql(REQUESTS, legend="now", may_be_zero=QUIET),
            promql(
                'sum({{ rule("job:http_requests:rate5m") }}{job=~"$job"} offset 1w)',
                legend="one week ago",
                may_be_empty="less than a week of history",
            ),
        ],
        width=8,
        height=8,
        leads_to="system-health/rate_by_endpoint",
        passes={"time": "1h"},
        feature="http_metrics",
    ),
    ERROR_SHARE_PANEL,
    RESPONSE_TIME_PANEL,
]


USAGE = [
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

ROUTES = f"topk(50, {over_range(REQUESTS_BY_ROUTE)} > 0)"
DETAIL = [
    ROUTE_STATES_PANEL,
    Panel(
        "routes",
        "Routes: requests, errors and response time",
        "Each route over the picked time range: requests per second, share of 5xx, share slower than 0.5 s, mean time. "
        "Recorded 5-minute rates, averaged; the 50 with most requests. Of: how many there are in all.",
        Table(
            sort_by="Requests",
            overrides=[
                override("byName", "Route", custom__minWidth=190, mappings=ROUTE_NAMES, links=[]),
                override("byName", "Requests", unit="reqps", decimals=2, custom__width=103),
                judged_share("5xx", up_is_bad(slo("api_errors.objective"), slo("api_errors.red")), custom__width=70),
                share_bar("Over 0.5 s", P95, decimals=1, custom__width=100),
                override("byName", "Mean", unit="s", custom__width=80),
                of_column(),
            ],
            transformations=columns(
                {
                    "handler": "Route",
                    "Value #A": "Requests",
                    "Value #B": "5xx",
                    "Value #C": "Over 0.5 s",
                    "Value #D": "Mean",
                    "Value #E": "Of",
                }
            ),
        ),
        [
            promql(ROUTES, instant=True, format="table"),
            promql(
                f"({over_range(REQUESTS_BY_ROUTE, FAILED)} "
                f"or 0 * {over_range(REQUESTS_BY_ROUTE)}) "
                f"/ ({over_range(REQUESTS_BY_ROUTE)} > 0) and on (handler) {ROUTES}",
                instant=True,
                format="table",
                may_be_zero="no request failed",
            ),
            promql(
                f"1 - {over_range(BUCKETS_BY_ROUTE, HALF_A_SECOND)} / ({over_range(COUNT_BY_ROUTE)} > 0) "
                f"and on (handler) {ROUTES}",
                instant=True,
                format="table",
                may_be_zero="every request was fast",
            ),
            promql(
                f"{over_range('job_handler:http_request_duration_seconds_sum:rate5m')} "
                f"/ ({over_range(COUNT_BY_ROUTE)} > 0) and on (handler) {ROUTES}",
                instant=True,
                format="table",
            ),
            of_all(f"({over_range(REQUESTS_BY_ROUTE)} > 0)", ROUTES),
        ],
        width=12,
        height=8,
        leads_to="system-health/errors_by_handler",
        passes={"handler": "Route"},
        feature="http_metrics",
    ),
    LATENCY_HEATMAP_PANEL,
]

DASHBOARD = Dashboard(
    "overview",
    "Overview",
    "Is the platform up, fast, used, affordable and good?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Who uses it, and for what?", USAGE),
        Row("Which part is slow or failing?", DETAIL, open=False),
        how_to_read(
            "Is the platform up, fast, used, affordable and good?",
            "- Read from the top left: states, six figures, three charts. Start with a red or orange figure; the rows "
            "below show who is affected and which part fails.",
        ),
    ],
    refresh="30s",
    range="24h",
    variables=(JOB, ENVIRONMENT, COMPARE),
    annotations=ANNOTATIONS,
)
