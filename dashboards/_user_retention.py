"""A row of User Analytics: do they stay?"""

from __future__ import annotations

from gendash.dashboards._palette import UNKNOWN, USERS, USERS_2, USERS_3, fixed, override
from gendash.dashboards.viz import BarGauge, Table
from gendash.engine.model import Panel, sql

WEEKS = range(9)

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
