"""A row of Support Tickets, where tickets come from: categories, hours, assignees, creators."""

from __future__ import annotations

from gendash.dashboards._lists import UNTIL, ranked_row, row_column, row_number
from gendash.dashboards._palette import CALLS, TEXT, UNKNOWN, USERS, WARN, colored, fixed, override, steps
from gendash.dashboards._queries import DAYS_PICKED, QUIET
from gendash.dashboards._tables import count_bar, judged, share_bar
from gendash.dashboards._tickets import CHOSEN, text_column
from gendash.dashboards.viz import PREVIOUS, BarGauge, DayBars, Table
from gendash.engine.model import Panel, sql

MOST = "most desc, creator = 'unknown', creator"

SOURCES = [
    Panel(
        "by_category",
        "New tickets by category",
        "Tickets created on the local days that begin in the picked range by category: the eight most frequent and the "
        "rest as other; none are tickets without one.",
        BarGauge(
            unit="locale",
            decimals=0,
            color=fixed(CALLS),
            overrides=colored({"none": UNKNOWN, "other": UNKNOWN}),
        ),
        [
            sql(
                f"""
                with counted as (
                  select category, sum(created) as tickets from {{{{ view('ticket_day') }}}}
                  where $__timeFilter(at) and {CHOSEN} group by 1 having sum(created) > 0
                ),
                ranked as (
                  select *, row_number() over (order by category = 'other', tickets desc, category) as rank from counted
                )
                select case when rank <= 8 then category else 'other' end as name, sum(tickets) as value
                from ranked group by 1 order by min(rank)""",
                format="table",
                may_be_empty="no ticket was created in the picked range",
            )
        ],
        width=8,
        height=8,
        leads_to="support-tickets/ticket_list",
        passes={"category": ""},
        unlinked=("other",),
        feature="tickets",
    ),
    Panel(
        "per_hour",
        "New tickets per hour, 7 d",
        "Tickets created by local hour, the current one and the 167 before; the dashed line is the mean of the same "
        "hour of the week in the 4 weeks before. Counted from the rows: the platform has no metric for it."
        "\n\nThe plan asks for a metric: there is none, and rows are exact."
        " The plan calls it 'Ticket creation rate'.",
        DayBars(
            unit="locale",
            overrides=[
                UNTIL,
                override("byName", "created", color=fixed(CALLS)),
                override(
                    "byName",
                    "usual",
                    **PREVIOUS,
                    custom__drawStyle="line",
                    custom__lineWidth=1,
                    custom__stacking={"mode": "none", "group": "B"},
                ),
            ],
        ),
        [
            sql(
                f"""
                with span as (select date_trunc('hour', {{{{ now() }}}}, {{{{ zone() }}}}) as last),
                facts as (
                  select hour, sum(created) as created from {{{{ view('ticket_hour') }}}}, span
                  where hour > last - interval '840 hours' and hour <= last and {CHOSEN} group by 1
                ),
                weeks_before as (
                  select hour + interval '168 hours' * n as hour, sum(created) / 4.0 as usual
                  from facts cross join generate_series(1, 4) as n group by 1
                )
                select bucket as "time", coalesce(created, 0) as "created", coalesce(usual, 0) as "usual",
                  extract(epoch from bucket + interval '1 hour') * 1000 as "until"
                from span
                cross join lateral generate_series(last - interval '167 hours', last, interval '1 hour') as bucket
                left join facts on facts.hour = bucket
                left join weeks_before on weeks_before.hour = bucket
                order by 1""",
                may_be_zero=QUIET,
            )
        ],
        width=16,
        height=8,
        window="7d",
        leads_to="support-tickets/ticket_list",
        passes={"time": "until"},
        feature="tickets",
    ),
    Panel(
        "load",
        "Open tickets by assignee, now",
        "Tickets that wait for each assignee now, and those they resolved today or on the 29 days before; at most 50 "
        "and nobody. People are shown as the first 8 characters of their id. Urgent+ is urgent or high. All "
        "categories.",
        Table(
            overrides=[
                text_column("Assignee", 88, links=[]),
                count_bar("Waiting", CALLS, custom__width=95),
                text_column("Resolved", 80),
                row_column(),
                judged("Overdue", steps((TEXT, None), (WARN, 1))),
                text_column("Oldest", 92, unit="s", decimals=1),
            ],
            no_data="–",
        ),
        [
            sql(
                """
                select assignee as "Assignee", waiting as "Waiting", overdue as "Overdue", urgent as "Urgent+",
                  oldest_s as "Oldest", resolved_30d as "Resolved",
                  """
                + ranked_row("total")
                + """
                from {{ view('ticket_assignee_now') }} order by rank limit 51""",
                format="table",
                may_be_empty="no ticket waits and none was resolved within 30 days",
            )
        ],
        width=12,
        height=8,
        leads_to="support-tickets/oldest_list",
        passes={"assignee": "Assignee"},
        feature="tickets",
    ),
    Panel(
        "creators",
        "Top ticket creators",
        "People who opened the most of the tickets created on the days that begin in the picked range; at most 50. "
        "Shown as the first 8 characters of their id; names are on User Analytics. Urgent+ is urgent or high."
        "\n\nThe plan asks for users: this dashboard is for everybody, so names are on User Analytics only.",
        Table(
            overrides=[
                text_column("Creator", 88, links=[]),
                share_bar("Share", USERS, custom__width=85),
                override("byName", "Tickets", unit="locale"),
                override("byName", "Newest", unit="dateTimeFromNow", custom__width=115),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                with people as (
                  select creator, sum(tickets::int) as most from {{{{ view('ticket_creator_day') }}}}
                  where {DAYS_PICKED} and {CHOSEN} group by creator
                ),
                top as (select * from people order by {MOST} limit 50)
                select creator as "Creator", (most / (select sum(most) from people))::float8 as "Share",
                  most as "Tickets", sum(waiting)::bigint as "Waiting",
                  coalesce(sum(tickets) filter (where priority in ('urgent', 'high')), 0)::bigint as "Urgent+",
                  max(newest_at) as "Newest", {row_number(MOST, "(select count(*) from people)")}
                from top join {{{{ view('ticket_creator_day') }}}} using (creator)
                where {DAYS_PICKED} and {CHOSEN} group by creator, most order by {MOST}""",
                format="table",
                may_be_empty="no ticket was created on a day that begins in the picked range",
            )
        ],
        width=12,
        height=8,
        leads_to="support-tickets/ticket_list",
        passes={"creator": "Creator"},
        feature="tickets",
    ),
]
