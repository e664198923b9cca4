"""A row of User Analytics, how much people use the platform: conversations, messages, hours, new accounts."""

from __future__ import annotations

from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import UNKNOWN, USERS, USERS_2, USERS_3, colored, fixed, override
from gendash.dashboards._queries import LATER, NO_DAY, QUIET, TODAY, at_days_end, days_before, named_bars, tile
from gendash.dashboards._user import NOBODY
from gendash.dashboards.viz import BarGauge, DayBars, NumberTile, Table
from gendash.engine.model import Panel, sql


def depth(label: str, value: str) -> str:
    """SQL: one figure of user_depth_now with a constant name line."""
    return tile(f"{value} as current", "{{ view('user_depth_now') }}", f"'{label}'")


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
