"""User analytics: do people come, and do they come back?"""

from __future__ import annotations

from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    UNKNOWN,
    USERS,
    USERS_2,
    USERS_3,
    WARN,
    colored,
    fixed,
    override,
    words,
)
from gendash.dashboards._queries import (
    DAYS_PICKED,
    LAST_30_DAYS,
    NO_DAY,
    QUIET,
    TODAY,
    change,
    curve,
    days_before,
    every_day,
    limited,
    named_bars,
    over_picked,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards._user import NO_SIGN_IN, NOBODY, SIGN_IN_NEEDS, SUCCEEDED
from gendash.dashboards._user_engagement import DEPTH
from gendash.dashboards._user_people import WHO
from gendash.dashboards._user_retention import STAY
from gendash.dashboards._user_sign_in import SIGN_IN
from gendash.dashboards.viz import PREVIOUS, BarGauge, HeadTile, Lines, NumberTile, ShareTile, StateTile
from gendash.engine.model import Dashboard, Panel, Row, Variable, promql, sql

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
