"""User analytics: do people come, and do they come back?"""

from __future__ import annotations

from typing import Any

from gendash.dashboards._lists import ROW, listed, ranked_row, row_column, row_number
from gendash.dashboards._llm import dashed, langfuse_link
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    COST,
    OK,
    TEXT,
    UNKNOWN,
    USERS,
    USERS_2,
    USERS_3,
    WARN,
    colored,
    fixed,
    override,
    steps,
    words,
)
from gendash.dashboards._queries import (
    DAYS_PICKED,
    LAST_30_DAYS,
    LATER,
    NO_DAY,
    QUIET,
    TODAY,
    at_days_end,
    change,
    curve,
    days_before,
    every_day,
    limited,
    named_bars,
    over_picked,
    tile,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards._tables import count_bar, linked
from gendash.dashboards.viz import PREVIOUS, BarGauge, DayBars, HeadTile, Lines, NumberTile, ShareTile, StateTile, Table
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, Variable, promql, slo, sql

USER_ID = "coalesce(nullif(user_id, ''), 'unknown')"
"""SQL: what a row of a table leads on with; rows of guests and deleted accounts lead to all conversations of theirs."""
OF_USER = """(${user:sqlstring} = '__all' or user_id = ${user:sqlstring}
                    or ${user:sqlstring} = 'unknown' and user_id is null)"""
BEGUN = f"{{{{ view('conversation_entity') }}}} where $__timeFilter(created_at) and {OF_USER}"
USER = Variable(
    "user",
    "User",
    "Id of the user whose conversations are listed, unknown for guests and deleted accounts; a click on a name in a "
    "table sets it.",
    sql(
        """
        select user_id from (
          select 'unknown' as user_id
          union select user_id from {{ view('user_top_30d') }}
          {% if feature('langfuse') %}
          union select user_id from {{ view('user_llm_30d') }} where user_id <> '' {% endif %}
          union select user_id from {{ view('user_desk_90d') }} where user_id is not null
        ) as people
        order by user_id <> 'unknown', user_id""",
        may_be_empty="nobody has written, opened a ticket or uploaded a document yet",
    ),
    all_value="'__all'",
    feature="users conversations",
)

SIGN_INS = '{{ rule("job_status:auth_attempts:%s") }}{job=~"$job"%s}'
SUCCESS, FAILURE = ',status="success"', ',status="failure"'
# sign-ins are read from requests where the platform records no auth_ metrics, so nothing is there without those
SIGN_IN_NEEDS = "HTTP metrics of the sign-in route"
NOBODY = "nobody wrote within 30 days"
NO_SIGN_IN = "nobody tried to sign in"
WEEKS = range(9)


def attempts(window: str, extra: str = "") -> str:
    """PromQL: recorded sign-ins of all services, of one status or all."""
    return f"sum({SIGN_INS % (window, extra)})"


SUCCEEDED = f"{attempts('increase1h', SUCCESS)} / ({attempts('increase1h')} > 0)"


def active(value: str, label: str, days: int, first: int = 0, against: str = "vs prior") -> str:
    """SQL: a figure of activity_day for each of 30 days, with its change against ``days`` earlier in the name."""
    return curve(
        f"""curve as (
          select every.day::date as day, {value} as value
          from {every_day(60)} left join {{{{ view('activity_day') }}}} a on a.day = every.day::date
          window month as (order by every.day rows between 29 preceding and current row)
        )""",
        label,
        days,
        against,
        first,
    )


def depth(label: str, value: str) -> str:
    """SQL: one figure of user_depth_now with a constant name line."""
    return tile(f"{value} as current", "{{ view('user_depth_now') }}", f"'{label}'")


STRIP = [
    Panel(
        "sign_in",
        "Sign-in health, last hour",
        "Share of sign-ins that succeeded in the last hour: success / (success + failure), malformed and limited ones "
        "in neither. Low from below {{ slo('sign_in.amber') }}, broken below "
        "{{ slo('sign_in.red') }}; an attack has the same effect, see failures below.\n\n"
        "When red: compare failures with successes under 'Can they log in?'. Many failures beside normal successes are "
        "an attack; few successes mean that sign-in is broken.",
        StateTile(
            mappings=words(v0=("✓ Works", OK), v1=("▲ Low", WARN), v2=("✖ Broken", BAD)),
            no_data="no tries",
        ),
        [
            promql(
                limited(
                    f"(({SUCCEEDED} < bool {{{{ slo('sign_in.amber') }}}})"
                    f" + ({SUCCEEDED} < bool {{{{ slo('sign_in.red') }}}}))"
                    f' + on () group_left (share) 0 * count_values("share", floor(1000 * {SUCCEEDED}) / 10)',
                    "100 * {{ slo('sign_in.amber') }}",
                ),
                legend="{{share}} %, target {{limit}} %",
                instant=True,
                may_be_zero="0 means that it works",
                may_be_empty=NO_SIGN_IN,
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/auth_success",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
    Panel(
        "guests",
        "Guests' conversation share",
        "Share of the conversations begun on the local days that begin in the picked range that have no user. Guests "
        "are not counted as users here. Conversations of deleted accounts count as guests', too.",
        NumberTile(unit="percentunit", decimals=0, subject=USERS_2, min=0, max=1, no_data="no talks"),
        [
            sql(
                f"""
                select {{{{ now() }}}} as "time",
                  'of ' || coalesce(sum(conversations), 0) || ' conversations' as metric,
                  sum(anonymous)::float8 / nullif(sum(conversations), 0)::float8 as value
                from {{{{ view('activity_day') }}}} where {DAYS_PICKED} and day <= {TODAY}""",
                may_be_zero="everybody was signed in",
                may_be_empty="no conversation in the picked range",
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/growth",
        feature="conversations",
    ),
    Panel(
        "sign_ups",
        "New accounts",
        "Accounts registered on the local days that begin in the picked range that are active now; the change compares "
        "the full days among them with as many days before. Deleted and deactivated accounts are in neither figure.",
        NumberTile(unit="locale", decimals=0, subject=USERS, calc="sum", no_data="no day"),
        [
            sql(
                over_picked("select day, registered as n, 0 as d from {{ view('account_day') }}"),
                may_be_zero="nobody registered",
                may_be_empty=NO_DAY,
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/growth",
        feature="users",
    ),
]

HEAD = [
    Panel(
        "users",
        "Total users, now",
        "Accounts that are active now (is_active), staff included, and how many of them existed at the end of each of "
        "30 days. Deleted and deactivated accounts are missing from every day. The same figure as on the Overview.",
        HeadTile(unit="locale", decimals=0, subject=USERS),
        [
            sql(
                f"""
                with figures as (
                  select accounts_30d_ago + accounts_new_30d as current, accounts_30d_ago as prior
                  from {{{{ view('account_now') }}}}
                )
                select at as "time", {change("now", "in 30 d")} as metric, accounts as value
                from {{{{ view('account_day') }}}} cross join figures where {LAST_30_DAYS} order by 1""",
                may_be_empty="no account yet",
            )
        ],
        width=6,
        height=4,
        window="30d",
        leads_to="user-analytics/growth",
        feature="users",
    ),
    Panel(
        "daily",
        "Active users yesterday",
        "Users who wrote at least one message yesterday, the last full day, and on each of the 29 days before. The "
        "change is against the same weekday a week earlier. Guests are not counted."
        "\n\nThe plan calls it 'Daily active users'.",
        HeadTile(unit="locale", decimals=0, subject=USERS, min=0),
        [sql(active("coalesce(a.dau, 0)", "yest.", 7, 1, "vs a week ago"), may_be_zero=QUIET)],
        width=6,
        height=4,
        window="30d",
        leads_to="user-analytics/active_users",
        feature="conversations",
    ),
    Panel(
        "weekly",
        "Active users in 7 d",
        "Distinct users who wrote at least one message today or on the 6 days before; the curve is the same figure for "
        "each of 30 days. The change is against the 7 days before those. Guests are not counted.",
        HeadTile(unit="locale", decimals=0, subject=USERS, min=0),
        [sql(active("coalesce(a.wau, 0)", "7 d", 7), may_be_zero=QUIET)],
        width=6,
        height=4,
        window="30d",
        leads_to="user-analytics/active_users",
        feature="conversations",
    ),
    Panel(
        "monthly",
        "Active users in 30 d",
        "Distinct users who wrote at least one message today or on the 29 days before; the curve is the same figure "
        "for each of 30 days. The change is against the 30 days before those. A person counts once.",
        HeadTile(unit="locale", decimals=0, subject=USERS, min=0),
        [sql(active("coalesce(a.mau, 0)", "30 d", 30), may_be_zero=QUIET)],
        width=6,
        height=4,
        window="30d",
        leads_to="user-analytics/active_users",
        feature="conversations",
    ),
    Panel(
        "sticky",
        "DAU / MAU share, 30 d",
        "Mean of daily users over the 30 days up to yesterday / users who were active in these 30 days; the curve is "
        "the same figure for each of 30 days. 10 % means that a user comes on 3 days of a month.",
        ShareTile(decimals=1, subject=USERS, max=0.5, no_data="no users"),
        [
            sql(
                active(
                    "sum(coalesce(a.dau, 0)) over month / (30.0 * nullif(coalesce(a.mau, 0), 0))",
                    "30 d",
                    30,
                    1,
                ),
                may_be_zero=QUIET,
                may_be_empty=NOBODY,
            )
        ],
        width=6,
        height=4,
        window="30d",
        leads_to="user-analytics/active_users",
        feature="conversations",
    ),
    Panel(
        "turns",
        "User messages",
        "Messages that users wrote on the local days that begin in the picked range, guests included, and on each of "
        "them. The change compares the full days among them with as many days before. One message is one agent turn.",
        HeadTile(unit="locale", decimals=0, subject=CALLS, calc="sum", min=0, no_data="no day"),
        [
            sql(
                over_picked(
                    """
                    select (hour at time zone {{ zone() }})::date as day, sum(messages) as n, 0 as d
                    from {{ view('message_hour') }} cross join span
                    where role = 'user' and hour < (last + 1)::timestamp at time zone {{ zone() }}
                      and hour >= (first - (last - first) - 2)::timestamp at time zone {{ zone() }}
                    group by 1"""
                ),
                may_be_zero=QUIET,
                may_be_empty=NO_DAY,
            )
        ],
        width=6,
        height=4,
        leads_to="agent-performance",
        feature="conversations",
    ),
    FRESHNESS,
]

CHARTS = [
    Panel(
        "active_users",
        "Active users by day, week and month",
        "Distinct users who wrote on the day, on it or the 6 days before, on it or the 29 before; for days that begin "
        "in the picked range, without today. Monthly begins 30 days after the first message, else too small."
        "\n\nBefore: weekly users at the time that Compare with names.",
        Lines(
            unit="locale",
            decimals=0,
            overrides=[
                override("byName", "monthly", color=fixed(USERS_3)),
                override("byName", "weekly", color=fixed(USERS), custom__lineWidth=2),
                override("byName", "daily", color=fixed(USERS_2), custom__fillOpacity=12),
                override("byName", "before", **PREVIOUS),
            ],
        ),
        [
            sql(
                f"""
                with first as (select min(day) as day from {{{{ view('activity_day') }}}} where dau > 0)
                select at as "time", dau as "daily", case when a.day >= first.day + 6 then wau end as "weekly",
                  case when a.day >= first.day + 29 then mau end as "monthly"
                from {{{{ view('activity_day') }}}} a cross join first
                where $__timeFilter(at) and a.day < {TODAY} order by 1""",
                may_be_zero=QUIET,
                may_be_empty="no whole day begins in the picked range",
            ),
            days_before("max(wau)", "activity_day", f"day + days < {TODAY}"),
        ],
        width=16,
        height=8,
        leads_to="user-analytics/top_users",
        feature="conversations",
    ),
    Panel(
        "roles",
        "User accounts by role, now",
        "Accounts that are active now by role, whatever the time range above; other are roles that gendash.yaml does "
        "not name. Watch the privileged ones: an unexpected admin is a security problem."
        "\n\nThe plan asks for a pie: bars are compared at a glance, angles are not."
        " The plan calls it 'User roles distribution'.",
        BarGauge(
            unit="locale",
            decimals=0,
            overrides=colored({"user": USERS, "admin": USERS_2, "super admin": USERS_3, "other": UNKNOWN}),
        ),
        [
            sql(
                named_bars("{{ view('user_role_now') }}", "replace(role, '_', ' ')", "active", "rank"),
                format="table",
                may_be_zero="no account yet",
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/top_users",
        feature="users",
    ),
]

COHORT_CELLS = ", ".join(
    f'(sum(retained) filter (where k = {k}))::float8 / nullif(sum(users) filter (where k = {k}), 0)::float8 as "W{k}"'
    for k in WEEKS
)
STAY = [
    Panel(
        "cohorts",
        "User retention by week of registration, 16 weeks",
        "Share of the accounts registered in one of the last 16 weeks that wrote in that week (W0) and in each week "
        "after it. Only completed weeks; the first line weights all by their size. Deleted accounts are in no "
        "figure.\n\n"
        "W0 below 100 % are people who registered and did not write. Weeks begin on Monday; an account counts in W3 "
        "without activity in W2. Small weeks vary strongly: see Users.",
        Table(
            no_data="–",
            name_nothing=False,
            overrides=[
                override("byName", "Week", custom__width=90),
                override("byName", "Users", unit="locale", custom__width=60),
                override(
                    "byRegexp",
                    "/^W[0-9]$/",
                    unit="percentunit",
                    decimals=0,
                    min=0,
                    max=1,
                    noValue="",
                    color={"mode": "continuous-blues"},
                    custom__minWidth=44,
                    custom__align="center",
                    custom__cellOptions={"type": "color-background", "mode": "basic"},
                ),
            ],
        ),
        [
            sql(
                f"""
                select case when grouping(week) = 1 then 'all' else to_char(week, 'DD Mon') end as "Week",
                  coalesce(sum(users) filter (where k = 0), 0) as "Users", {COHORT_CELLS}
                from {{{{ view('cohort_week') }}}}
                group by grouping sets ((week), ()) having count(*) > 0
                order by grouping(week) desc, week desc""",
                format="table",
                may_be_empty="no week is over since the first registration",
                may_be_zero="nobody came back",
            )
        ],
        width=12,
        height=12,
        feature="users conversations",
    ),
    Panel(
        "activation",
        "New accounts by activation step, 30 d",
        "Accounts that registered on the 30 days which ended 7 days ago: how many wrote within their first 7 days, "
        "wrote on a second day, and then also rated an answer. Each step counts only accounts that took all steps "
        "before it.\n\n"
        "A large drop from registered to wrote is a problem of sign-up; from wrote to came back, of the answers.",
        BarGauge(
            unit="locale",
            decimals=0,
            overrides=[
                override("byRegexp", "/^registered/", color=fixed(UNKNOWN)),
                override("byRegexp", "/^wrote/", color=fixed(USERS_2)),
                override("byRegexp", "/^came back/", color=fixed(USERS)),
                override("byRegexp", "/^rated/", color=fixed(USERS_3)),
            ],
        ),
        [
            sql(
                """
                with steps as (
                  select step, rank, users, max(users) filter (where rank = 1) over () as base
                  from {{ view('activation_30d') }}
                  {% if not feature('feedback') %} where step <> 'rated' {% endif %}
                )
                select step || case when rank > 1 and base > 0
                  then ', ' || round(100.0 * users / base) || ' %' else '' end as name, users as value
                from steps order by rank""",
                format="table",
                may_be_zero="nobody registered",
                may_be_empty="never refreshed",
            )
        ],
        width=12,
        height=12,
        leads_to="user-analytics/cohorts",
        feature="users conversations",
    ),
]

STEP = 2
"""Hours of a column: Grafana gives a column 50 pixels or more, so that 24 would not fit at 1280."""
HOURS = ", ".join(
    f"coalesce(sum(messages) filter (where facts.hour between {hour} and {hour + STEP - 1}), 0)::float8"
    f' / (count(distinct day) * {STEP}) as "{hour:02d}–{hour + STEP:02d}"'
    for hour in range(0, 24, STEP)
)
DEPTH = [
    Panel(
        "active_now",
        "Active users, last 15 min",
        "Distinct users whose last message is at most 15 minutes old. The platform records no sessions, so this "
        "replaces active sessions; activity is read every 5 minutes, so it may lag by as much."
        "\n\nThe plan asks for active sessions: the platform's gauge of them is never set.",
        NumberTile(unit="locale", decimals=0, subject=USERS),
        [
            sql(
                """
                select {{ now() }} as "time", 'active, 15 min' as metric, count(distinct user_id) as value
                from {{ view('user_day') }}
                where day >= (({{ now() }} - interval '15 minutes') at time zone {{ zone() }})::date
                  and day <= {{ today() }}
                  and last_at > (select {{ now() }}) - interval '15 minutes'
                  and last_at <= (select {{ now() }})""",
                may_be_zero="nobody wrote in the last 15 minutes",
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/top_users",
        feature="conversations",
    ),
    Panel(
        "first_message",
        "Median time to 1st message, 30 d",
        "Half of the accounts that registered on the 30 days which ended 7 days ago wrote their first message within "
        "this time. Those who wrote none in 7 days count as later; 'not yet' where they are more than half.",
        NumberTile(unit="s", decimals=1, subject=USERS, no_data="not yet"),
        [
            sql(
                tile(
                    "max(first_message_s) as current",
                    "{{ view('activation_30d') }}",
                    "'median after sign-up'",
                ),
                may_be_empty="fewer than half wrote",
                may_be_zero="they write at once",
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/activation",
        feature="users conversations",
        exempt={"decimals": "a length of days with two decimals does not fit the tile"},
    ),
    Panel(
        "per_user",
        "Conversations per user, 30 d",
        "Conversations begun today or on the 29 days before by users / users who began at least one. Heavy users raise "
        "the mean: see the median and the histogram below.",
        NumberTile(unit="none", decimals=1, subject=USERS, no_data="no users"),
        [
            sql(
                tile(
                    "per_user_mean as current, per_user_median as median",
                    "{{ view('user_depth_now') }}",
                    "'per user' || coalesce(', median ' || median, '')",
                ),
                may_be_empty=NOBODY,
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/conversations_per_user",
        feature="conversations",
    ),
    Panel(
        "top_share",
        "% chats by top 10 % users, 30 d",
        "Share of the conversations of today and the 29 days before that the tenth of their users with the most began; "
        "at least one user. 10 % would be an even spread; guests are left out.",
        NumberTile(unit="percentunit", decimals=0, subject=USERS, min=0, max=1, no_data="no users"),
        [sql(depth("of talks, 30 d", "top_tenth_share"), may_be_empty=NOBODY)],
        width=8,
        height=3,
        leads_to="user-analytics/top_users",
        feature="conversations",
    ),
    Panel(
        "per_conversation",
        "Messages per conversation, 30 d",
        "Messages of all roles / conversations, of those begun today or on the 29 days before and at least 24 hours "
        "ago, since younger ones may still grow. Guests' and empty ones are included.",
        NumberTile(unit="none", decimals=1, subject=USERS, no_data="no talks"),
        [
            sql(
                depth("mean per talk", "per_conversation_mean"),
                may_be_empty="no conversation within 30 days",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=3,
        leads_to="user-analytics/messages_per_conversation",
        feature="conversations",
    ),
    Panel(
        "single_turn",
        "% one-question chats, 30 d",
        "Share of conversations with exactly one message of a user, of those begun today or on the 29 days before and "
        "at least 24 hours ago. The first answer was good, or people left: see CSAT.",
        NumberTile(unit="percentunit", decimals=0, subject=USERS, min=0, max=1, no_data="no talks"),
        [
            sql(
                depth("of talks, 30 d", "single_turn_share"),
                may_be_empty="no conversation within 30 days",
                may_be_zero="every conversation went on",
            )
        ],
        width=8,
        height=3,
        leads_to="feedback-quality",
        feature="conversations",
    ),
    Panel(
        "conversations_per_user",
        "Users by number of conversations, 30 d",
        "Users by how many conversations they began today or on the 29 days before; only users with at least one. "
        "Guests are left out.",
        BarGauge(unit="locale", decimals=0, color=fixed(USERS)),
        [
            sql(
                named_bars("{{ view('user_depth_30d') }} where measure = 'conversations'", "bucket", "n", "rank"),
                format="table",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        leads_to="user-analytics/top_users",
        feature="conversations",
    ),
    Panel(
        "messages_per_conversation",
        "Conversations by number of messages, 30 d",
        "Conversations by their messages of all roles, of those begun today or on the 29 days before and at least 24 "
        "hours ago. 'none' were opened without a message; guests are included."
        "\n\nThe plan calls it 'Messages per conversation'.",
        BarGauge(unit="locale", decimals=0, color=fixed(USERS_3), overrides=colored({"none": UNKNOWN})),
        [
            sql(
                named_bars("{{ view('user_depth_30d') }} where measure = 'messages'", "bucket", "n", "rank"),
                format="table",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        leads_to="agent-performance",
        feature="conversations",
    ),
    Panel(
        "growth",
        "User growth: new accounts a day",
        "Accounts by the local day of their registration, for days that begin in the picked range; today is still "
        "running. Only accounts that are active now: deleted and deactivated ones are missing from the past too."
        "\n\nThe plan asks for the growth of all accounts: the platform deletes rows, so the past is only known for "
        "those that still exist.",
        DayBars(unit="locale", decimals=0, overrides=[*colored({"registered": USERS}), dashed("before", UNKNOWN)]),
        [
            sql(
                """
                select at as "time", registered as "registered" from {{ view('account_day') }}
                where $__timeFilter(at) and day <= {{ today() }} order by 1""",
                may_be_zero="nobody registered",
                may_be_empty="no day begins in the picked range, or no account yet",
            ),
            days_before("sum(registered)", "account_day"),
        ],
        width=8,
        height=8,
        leads_to="user-analytics/cohorts",
        feature="users",
    ),
    Panel(
        "new_and_returning",
        "New and returning users per day",
        "Users who wrote on the day: those who had never written before, and those who had. For days that begin in the "
        "picked range; today is still running. A day without users has no bar.",
        DayBars(unit="locale", decimals=0, overrides=colored({"returning": USERS, "first time": USERS_2})),
        [
            sql(
                f"""
                select at as "time", returning_users as "returning", first_time as "first time"
                from {{{{ view('user_mix_day') }}}} where $__timeFilter(at) and day <= {TODAY} order by 1""",
                may_be_zero="nobody wrote",
                may_be_empty="nobody wrote in the picked range",
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/active_users",
        feature="conversations",
    ),
    Panel(
        "accounts_per_day",
        "Accounts at each day's end",
        "Accounts at the end of each local day that begins in the picked range, counted on that day; the last bar is "
        "now, and a fall means deletions. Grey days were counted later: of those days only what still exists is known.",
        DayBars(
            unit="locale", decimals=0, overrides=colored({"may sign in": USERS, "may not": USERS_2, LATER: UNKNOWN})
        ),
        [
            sql(
                at_days_end("accounts", {"may sign in": "active", "may not": "inactive"}, "true"),
                may_be_zero="no account yet",
                may_be_empty=NO_DAY,
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/growth",
        feature="users",
    ),
    Panel(
        "hours",
        "When people write: mean messages per hour by weekday, 28 d",
        "Messages that users wrote per hour, guests included, by local weekday and hours of the 28 full days before "
        "today: the mean of these weekdays, excluding those before the first message. Quiet hours suit maintenance.",
        Table(
            overrides=[
                override("byName", "Day", custom__width=54),
                override(
                    "byRegexp",
                    "/^[0-9]/",
                    unit="none",
                    decimals=0,
                    min=0,
                    color={"mode": "continuous-blues"},
                    custom__minWidth=64,
                    custom__align="center",
                    custom__cellOptions={"type": "color-background", "mode": "basic"},
                ),
            ],
        ),
        [
            sql(
                f"""
                with today as (select {TODAY} as day),
                first as (
                  select (min(hour) at time zone {{{{ zone() }}}})::date as day
                  from {{{{ view('message_hour') }}}} where role = 'user'
                ),
                days as (
                  select today.day - n as day, extract(isodow from today.day - n)::int as weekday
                  from today cross join generate_series(1, 28) as n cross join first where today.day - n >= first.day
                ),
                facts as (
                  select (hour at time zone {{{{ zone() }}}})::date as day,
                    extract(hour from hour at time zone {{{{ zone() }}}})::int as hour, messages
                  from {{{{ view('message_hour') }}}} cross join today
                  where role = 'user' and hour >= (today.day - 28)::timestamp at time zone {{{{ zone() }}}}
                    and hour < today.day::timestamp at time zone {{{{ zone() }}}}
                )
                select (array['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])[weekday] as "Day", {HOURS}
                from days left join facts using (day) group by weekday order by weekday limit 7""",
                format="table",
                may_be_empty="nobody wrote before today",
                may_be_zero="nobody wrote within 28 days",
            )
        ],
        width=24,
        height=10,
        feature="conversations",
    ),
]


def column(name: str, **properties: Any) -> dict[str, Any]:
    """An override of one column of a table."""
    return override("byName", name, **properties)


WHO = [
    Panel(
        "top_users",
        "Top users by messages, 30 d",
        "Users who wrote the most messages today and on the 29 days before, with their conversations, LLM tokens and "
        "cost (list price, where traces name the user) and the share of 4 and 5 among their ratings. At most 100."
        "\n\nThe plan calls it 'Top users by activity'.",
        Table(
            sort_by="Messages",
            no_data="–",
            overrides=[
                column("User", custom__minWidth=160, links=[]),
                *linked("Id", "Open the user in Langfuse", custom__width=90),
                row_column(),
                count_bar("Messages", USERS, custom__minWidth=150),
                column("Role", custom__width=110),
                *(column(name, custom__width=75) for name in ("Days", "Ratings")),
                column("Talks", unit="locale", custom__width=70),
                column("Tokens", unit="sishort", decimals=1, custom__width=90),
                column("Cost", unit="currencyUSD", decimals=2, custom__width=80),
                column("CSAT", unit="percentunit", decimals=0, custom__width=70),
                column("Last seen", unit="dateTimeFromNow", custom__width=120),
            ],
        ),
        [
            sql(
                """
                select name as "User", messages as "Messages", role as "Role", active_days as "Days",
                  conversations as "Talks",
                  {% if feature('langfuse') %} tokens as "Tokens", cost_usd as "Cost", {% endif %}
                  {% if feature('feedback') %} ratings as "Ratings",
                  satisfied::float8 / nullif(ratings, 0) as "CSAT", {% endif %}
                  last_at as "Last seen", user_id as "Id", """
                + ranked_row("total")
                + """
                  {% if feature('langfuse') %}, """
                + langfuse_link("users", "user_id")
                + """{% endif %}
                from {{ view('user_top_30d') }} order by rank limit 100""",
                format="table",
                may_be_empty=NOBODY,
            )
        ],
        width=24,
        height=12,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users conversations",
    ),
    Panel(
        "llm_by_user",
        "LLM usage by user: turns, calls, tokens and cost, 30 d",
        "Agent turns, LLM calls, tokens and list price by user, today and the 29 days before; the most "
        "expensive first, at most 100. (untagged): turns whose trace names no user; (unknown): of missing accounts.",
        Table(
            sort_by="Cost",
            no_data="–",
            overrides=[
                column("User", custom__minWidth=160, links=[]),
                *linked("Id", "Open the user in Langfuse", custom__width=90),
                row_column(),
                count_bar("Cost", COST, unit="currencyUSD", decimals=2, custom__minWidth=150),
                column("Turns", unit="locale", custom__width=90),
                column("Of all turns", unit="percentunit", decimals=1, custom__width=105),
                column("Calls", unit="locale", custom__width=90),
                column("Tokens", unit="sishort", decimals=1, custom__width=90),
            ],
        ),
        [
            sql(
                f"""
                select name as "User", cost_usd as "Cost", turns as "Turns", turn_share as "Of all turns",
                  calls as "Calls", tokens as "Tokens", {USER_ID} as "Id", {ranked_row("total")},
                  {langfuse_link("users", "nullif(user_id, '')")}
                from {{{{ view('user_llm_30d') }}}} order by rank limit 102""",
                format="table",
                may_be_empty="no turn was traced within 30 days",
            )
        ],
        width=24,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users langfuse",
    ),
    Panel(
        "desk",
        "Top ticket creators and document uploaders by name, 90 d",
        "Users by the tickets that they opened and the documents that they uploaded and that still exist, of today and "
        "the 89 days before; at most 100. Urgent+ is urgent or high, Failed of the documents that are done or failed."
        "\n\nSupport tickets and Knowledge base, which are for everybody, show people as the first 8 characters "
        "of their id.",
        Table(
            no_data="–",
            overrides=[
                column("User", custom__minWidth=160, links=[]),
                count_bar("Tickets", CALLS, custom__width=130),
                *(column(name, unit="locale", custom__width=75) for name in ("Waiting", "Urgent+")),
                count_bar("Documents", USERS_3, custom__width=130),
                column("Failed", unit="percentunit", decimals=0, custom__width=75),
                column("Size", unit="decbytes", custom__width=90),
                column("Newest", unit="dateTimeFromNow", custom__width=120),
                column("Id", custom__width=90),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select name as "User", tickets as "Tickets", waiting as "Waiting", urgent as "Urgent+",
                  documents as "Documents", failed / nullif(ended, 0)::float8 as "Failed", bytes as "Size",
                  newest_at as "Newest", {USER_ID} as "Id", {ranked_row("total")}
                from {{{{ view('user_desk_90d') }}}} order by rank limit 101""",
                format="table",
                may_be_empty="no ticket and no document within 90 days",
            )
        ],
        width=24,
        height=8,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users",
    ),
    Panel(
        "user_conversations",
        "List of conversations, newest first",
        "Conversations that everybody, or the user chosen above, began in the picked range, with all messages so far; "
        "at most 200. A click on a name chooses one; unknown: guests and deleted accounts. Each leads to its session "
        "in Langfuse.",
        Table(
            no_data="No conversation",
            name_nothing=False,
            overrides=[
                column("User", custom__minWidth=140, links=[]),
                *linked("Conversation", "Open the session in Langfuse", custom__width=320),
                column("Begun", unit="dateTimeAsIso", custom__width=170),
                column("Channel", custom__width=85),
                *(column(name, unit="locale", custom__width=90) for name in ("Messages", "Questions")),
                column("Id", custom__width=90),
                row_column(115),
            ],
        ),
        [
            sql(
                f"""
                select coalesce(names.name, left(c.user_id, 8), 'unknown') as "User",
                  c.conversation_id as "Conversation", c.created_at as "Begun", c.channel as "Channel",
                  coalesce(said.messages, 0) as "Messages", coalesce(said.questions, 0) as "Questions",
                  coalesce(c.user_id, 'unknown') as "Id", c."{ROW}"
                  {{% if feature('langfuse') %}}, {langfuse_link("sessions", "c.conversation_id")} {{% endif %}}
                from (
                  select conversation_id, user_id, created_at, channel,
                    {row_number("created_at desc, conversation_id", listed(BEGUN))}
                  from {BEGUN} order by created_at desc, conversation_id limit 200
                ) as c
                left join {{{{ view('user_name') }}}} as names using (user_id)
                left join lateral (
                  select sum(messages) as messages, sum(user_messages) as questions
                  from {{{{ view('message_conversation_day') }}}} as m where m.conversation_id = c.conversation_id
                ) as said on true
                order by c.created_at desc, c.conversation_id""",
                format="table",
                may_be_empty="no conversation was begun in the picked range, or none of the chosen user",
            )
        ],
        width=24,
        height=12,
        leads_to="user-analytics/user_conversations",
        passes={"user": "Id"},
        feature="users conversations",
    ),
]

SIGN_IN = [
    Panel(
        "logins",
        "Sign-ins per hour, by outcome",
        "Sign-ins that succeeded and that failed within the hour before each point; recorded hourly increases of "
        "Prometheus. A renewed token is not a sign-in. Malformed and limited requests are in neither."
        "\n\nThe plan calls it 'Login rate'.",
        Lines(
            unit="short",
            decimals=0,
            overrides=[
                override("byName", "success", color=fixed(CALLS), custom__lineWidth=2, custom__fillOpacity=12),
                override("byName", "failure", color=fixed(BAD)),
            ],
        ),
        [
            promql(attempts("increase1h", SUCCESS), legend="success", may_be_zero=QUIET),
            promql(
                attempts("increase1h", FAILURE),
                legend="failure",
                may_be_zero="none failed",
                may_be_empty="none failed",
            ),
        ],
        width=8,
        height=8,
        leads_to="user-analytics/auth_failures",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
    Panel(
        "auth_success",
        "Sign-in success rate",
        "Sign-ins that succeeded / those that succeeded or failed, each point over an hour. The dashed line is "
        "{{ slo('sign_in.red') }}. A dip means that sign-in is broken, or an attack: see failures beside it."
        "\n\nThe plan calls it 'Authentication success rate'.",
        Lines(
            unit="percentunit",
            max=1,
            legend=False,
            fill=12,
            color=fixed(USERS),
            limit=True,
            thresholds=steps(("transparent", None), (BAD, slo("sign_in.red"))),
            no_data="no tries",
        ),
        [
            promql(
                f"{attempts('increase1h', SUCCESS)} / ({attempts('increase1h')} > 0)",
                legend="success",
                may_be_empty=NO_SIGN_IN,
                may_be_zero="none succeeded",
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/auth_failures",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
    Panel(
        "auth_failures",
        "Failed sign-ins per minute",
        "Failed sign-ins per minute, each point over 5 minutes, in absolute numbers: a sudden rise is an attack rather "
        "than forgotten passwords. The dashed line is limits.auth_failures_per_minute.\n\n"
        "When above the line: see the runbook of AuthFailuresHigh.",
        Lines(
            unit="suffix:failures/min",
            legend=False,
            color=fixed(TEXT),
            limit=True,
            soft_max=SettingRef("limits.auth_failures_per_minute"),
            thresholds=steps(("transparent", None), (BAD, SettingRef("limits.auth_failures_per_minute"))),
        ),
        [
            promql(
                f"60 * {attempts('rate5m', FAILURE)}",
                legend="failures",
                may_be_zero="none failed",
                may_be_empty="none failed",
            )
        ],
        width=8,
        height=8,
        leads_to="user-analytics/logins",
        feature="http_metrics",
        needs=SIGN_IN_NEEDS,
    ),
]

DASHBOARD = Dashboard(
    "user-analytics",
    "User analytics",
    "Do people come, and do they come back?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Do they stay?", STAY),
        Row("How much do they use it?", DEPTH, open=False),
        Row("Who are they?", WHO, open=False),
        Row("Can they log in?", SIGN_IN, open=False),
        how_to_read(
            "Do people come, and do they come back?",
            "- **A user is active** on a day with at least one message of theirs. Weekly and monthly users are "
            "distinct people over 7 and 30 days, never sums of days. Guests are in no figure of users.\n"
            "- **Deleted accounts** are missing from every figure, also from those of the past: the platform keeps no "
            "record of them.",
        ),
    ],
    refresh="1m",
    range="30d",
    audience="admin",
    variables=(JOB, USER, COMPARE),
    annotations=ANNOTATIONS,
)
