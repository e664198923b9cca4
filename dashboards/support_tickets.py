"""Support tickets: what waits, what is late, and how long does a resolution take?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._lists import DAY_ENDS, UNTIL, listed, row_column, row_number
from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    P50,
    PRIORITY,
    TEXT,
    TICKET,
    UNKNOWN,
    UNLISTED,
    USERS,
    WARN,
    colored,
    down_is_bad,
    fixed,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import (
    DAYS_PICKED,
    NO_DAY,
    QUIET,
    curve,
    days_before,
    every_day,
    over_picked,
    state_of_share,
    tile,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read, tickets_by_status
from gendash.dashboards._tables import COLORED_TEXT, judged_share
from gendash.dashboards._ticket_sources import SOURCES
from gendash.dashboards._ticket_times import LONG
from gendash.dashboards._tickets import (
    ASSIGNEES,
    CATEGORIES,
    CHOSEN,
    CREATORS,
    DUE,
    LATE,
    NOTHING_WAITS,
    ONE_PRIORITY,
    OVERDUE_AND_DUE,
    PRIORITIES,
    PRIORITY_WORDS,
    STATUSES,
    text_column,
)
from gendash.dashboards.viz import BarGauge, DayBars, HeadTile, NumberTile, ShareTile, StateTile, Table
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, slo, sql

BY_PRIORITY = ", ".join(
    f"coalesce(sum(waiting) filter (where priority = '{name}'), 0) as \"{name}\"" for name in PRIORITY
)


def of_tickets(column: str) -> str:
    """SQL: a column of ticket_day by day, for the chosen tickets."""
    return f"select day, sum({column}) as n, 0 as d from {{{{ view('ticket_day') }}}} where {CHOSEN} group by day"


# the plan's mean, of those tickets that the median is about
MEAN_OF_ENDED = f"""coalesce((
      select ', mean ' || case when mean_s < 86400 then round(mean_s / 3600, 1) || ' h'
        else round(mean_s / 86400, 1) || ' d' end
      from {{{{ view('ticket_median_day') }}}} as m join today using (day) where {ONE_PRIORITY}
    ), '')"""


STRIP = [
    Panel(
        "sla",
        "Tickets within SLA on target?",
        "Share of tickets that ended by their due time, of those created on the days that begin in the picked range "
        "that are decided: ended, or past their due time. Tickets still in time or without a due time are not counted."
        "\n\nWhen red: start with the overdue tickets in the list below; then see in 'How long does it take?' which "
        "priority or step is slow."
        " The plan calls it 'Ticket resolution rate'.",
        StateTile(
            mappings=words(v0=("✓ On track", OK), v1=("▲ Near", WARN), v2=("✖ Missed", BAD)),
            thresholds=steps((TEXT, None)),
            no_data="none due",
        ),
        [
            sql(
                state_of_share(
                    "select sum(met) / nullif(sum(decided), 0) as ratio, coalesce(sum(decided), 0) as n "
                    f"from {{{{ view('ticket_sla_day') }}}} where {DAYS_PICKED} and {CHOSEN}",
                    "ticket_sla.red",
                    "ticket_sla.amber",
                ),
                may_be_zero="0 means on track",
                may_be_empty="no ticket of the picked range was due",
            )
        ],
        width=8,
        height=3,
        leads_to="support-tickets/sla_by_priority",
        feature="tickets",
    ),
    Panel(
        "oldest",
        "Age of oldest open ticket, now",
        "Age of the oldest ticket that waits (open or in progress), now; a reopened one counts from its creation. The "
        "name line has its priority; orange where it is past its due time.\n\n"
        "When orange: give it an owner today; it is first in the list below if it has a due time.",
        NumberTile(
            unit="s",
            decimals=1,
            judged=True,
            no_data="none waits",
            overrides=[override("byRegexp", "/overdue/", color=fixed(WARN))],
        ),
        [
            sql(
                f"""
                with oldest as (
                  select * from {{{{ view('ticket_now') }}}} where waits and {CHOSEN}
                  order by created_at, ticket_id limit 1
                )
                select {{{{ now() }}}} as "time",
                  coalesce(priority || case when overdue then ', overdue' else ', in time' end, 'now') as metric,
                  extract(epoch from {{{{ now() }}}} - created_at)::float8 as value
                from (select) as one left join oldest on true""",
                may_be_empty=NOTHING_WAITS,
                may_be_zero="it has just been opened",
            )
        ],
        width=8,
        height=3,
        leads_to="support-tickets/needs_hand",
        feature="tickets",
        exempt={"decimals": "a length of days with two decimals does not fit the tile"},
    ),
    Panel(
        "unowned",
        "Unassigned open tickets, now",
        "Tickets that wait (open or in progress) and have no assignee, now. Ended ones without an owner do not "
        "count. Orange from one, red from the limit in gendash.yaml.\n\n"
        "When red: new tickets are not being assigned; assign them, oldest first.",
        NumberTile(
            unit="locale",
            decimals=0,
            judged=True,
            thresholds=up_is_bad(1, SettingRef("limits.tickets_unassigned")),
        ),
        [
            sql(
                tile(
                    "count(*) filter (where assignee is null) as current, count(*) as waiting",
                    f"{{{{ view('ticket_now') }}}} where waits and {CHOSEN}",
                    "'of ' || waiting || ' waiting'",
                ),
                may_be_zero="every ticket has an owner",
            )
        ],
        width=8,
        height=3,
        leads_to="support-tickets/assignment",
        feature="tickets",
    ),
]

HEAD = [
    Panel(
        "open",
        "Open tickets, now",
        "Tickets that wait (open or in progress): now, and at the end of each of the 30 days. The change is against 30 "
        "days ago. The past is known by creation and last resolution: time between a resolution and its undoing counts "
        "as open.",
        HeadTile(unit="locale", decimals=0, subject=CALLS, min=0),
        [
            sql(
                curve(
                    f"""curve as (
                      select every.day::date as day, coalesce(sum(t.waiting), 0) as value
                      from {every_day(30)}
                      left join {{{{ view('ticket_day') }}}} t on t.day = every.day::date and {CHOSEN}
                      group by 1
                    )""",
                    "now",
                    30,
                    "in 30 d",
                ),
                may_be_zero=NOTHING_WAITS,
            )
        ],
        width=6,
        height=4,
        window="30d",
        leads_to="support-tickets/backlog",
        feature="tickets",
    ),
    Panel(
        "new",
        "New tickets",
        "Tickets created on the local days that begin in the picked range, and on each of them. The change compares "
        "the full days among them with as many days before.",
        HeadTile(unit="locale", decimals=0, subject=CALLS, calc="sum", min=0, no_data="no day"),
        [sql(over_picked(of_tickets("created")), may_be_zero=QUIET, may_be_empty=NO_DAY)],
        width=6,
        height=4,
        leads_to="support-tickets/by_category",
        feature="tickets",
    ),
    Panel(
        "resolved",
        "Resolved tickets",
        "Tickets resolved on the local days that begin in the picked range, by their last resolution; one that was "
        "reopened is not counted. The change compares the full days among them with as many days before.",
        HeadTile(unit="locale", decimals=0, subject=TICKET["resolved"], calc="sum", min=0, no_data="no day"),
        [sql(over_picked(of_tickets("resolved")), may_be_zero=QUIET, may_be_empty=NO_DAY)],
        width=6,
        height=4,
        leads_to="support-tickets/created_resolved",
        feature="tickets",
    ),
    Panel(
        "reopened",
        "Ticket reopening rate",
        "Reopenings / resolutions, both on the local days that begin in the picked range, up to each of them, from the "
        "history of statuses: moves back to open or in progress, by moves to resolved or closed."
        "\n\nHigh: resolutions that do not last. The change compares full days with as many days before.",
        ShareTile(decimals=1, subject=TICKET["in progress"], max=0.2, no_data="none done"),
        [
            sql(
                over_picked(
                    f"""
                    select day, sum(reopenings) as n, sum(resolutions) as d
                    from {{{{ view('ticket_reopen_day') }}}} where {CHOSEN} group by day""",
                    "n / nullif(d, 0)",
                ),
                may_be_zero="nothing was reopened",
                may_be_empty="nothing was resolved in the picked range",
            )
        ],
        width=6,
        height=4,
        leads_to="support-tickets/steps",
        feature="tickets ticket_history",
    ),
    Panel(
        "median",
        "Median resolution time, 30 d",
        "Half of the tickets created today or on the 29 days before were resolved within this time: Kaplan-Meier, so "
        "waiting tickets count as censored. 'not yet': half of them still wait. Follows Priority, all categories."
        "\n\nThe name line ends with the plain mean of the resolved ones, which is too small: slow ones still wait.",
        HeadTile(unit="s", decimals=1, subject=P50, min=0, no_data="not yet"),
        [
            sql(
                curve(
                    f"""curve as (
                      select every.day::date as day, median_s as value
                      from {every_day(30)}
                      left join {{{{ view('ticket_median_day') }}}} m on m.day = every.day::date and {ONE_PRIORITY}
                    )""",
                    "30 d",
                    30,
                    more=MEAN_OF_ENDED,
                ),
                may_be_empty="fewer than half of the tickets are resolved",
            )
        ],
        width=8,
        height=4,
        window="30d",
        leads_to="support-tickets/by_priority",
        feature="tickets",
        exempt={"decimals": "a length of days with two decimals is no more exact"},
    ),
    Panel(
        "escalated",
        "Tickets per 100 conversations",
        "Tickets created per 100 conversations begun, both on the local days that begin in the picked range, up to "
        "each of them. All conversations are counted, whatever is selected above. High: the agent does not help."
        "\n\nNot every ticket comes from a conversation. The change compares full days with as many days before.",
        HeadTile(unit="suffix:per 100", decimals=1, subject=USERS, min=0, no_data="no talks"),
        [
            sql(
                over_picked(
                    f"""
                    select day, max(n) as n, max(d) as d from (
                      select day, sum(created) as n, 0 as d from {{{{ view('ticket_day') }}}} where {CHOSEN} group by 1
                      union all
                      select day, 0, sum(conversations) from {{{{ view('conversation_day') }}}} group by 1
                    ) as both_kinds group by day""",
                    "100.0 * n / nullif(d, 0)",
                ),
                may_be_zero=QUIET,
                may_be_empty="no day begins in the picked range, or no conversation",
            )
        ],
        width=8,
        height=4,
        leads_to="user-analytics",
        feature="tickets conversations",
    ),
    replace(FRESHNESS, width=8),  # the title of the median does not fit 6
]

CHARTS = [
    Panel(
        "created_resolved",
        "Tickets created, resolved by day",
        "Tickets created (up) and resolved (down) by local day, for the days that begin in the picked range; today is "
        "still running. A ticket is resolved on the day of its last resolution; a reopened one is not counted."
        "\n\nBefore: those created at the time that Compare with names. The plan calls it 'Tickets over time'.",
        DayBars(
            unit="locale",
            decimals=0,
            min=None,
            overrides=[
                UNTIL,
                override("byName", "created", color=fixed(TICKET["open"]), custom__axisCenteredZero=True),
                override(
                    "byName",
                    "resolved",
                    color=fixed(TICKET["resolved"]),
                    custom__axisCenteredZero=True,
                    custom__transform="negative-Y",
                ),
                dashed("before", UNKNOWN),
            ],
        ),
        [
            sql(
                f"""
                select at as "time", sum(created) as "created", sum(resolved) as "resolved", {DAY_ENDS}
                from {{{{ view('ticket_day') }}}} where $__timeFilter(at) and {CHOSEN} group by at, day order by 1""",
                may_be_zero=QUIET,
                may_be_empty="no day begins in the picked range, or no ticket yet",
            ),
            days_before("sum(created)", "ticket_day", CHOSEN),
        ],
        width=8,
        height=8,
        leads_to="support-tickets/ticket_list",
        passes={"time": "until"},
        feature="tickets",
    ),
    Panel(
        "backlog",
        "Open tickets at each day's end",
        "Tickets that waited (open or in progress) at the end of each local day that begins in the picked range, by "
        "present priority; the last bar is now. Computed from creation and last resolution, so undone ones count as "
        "open.",
        DayBars(
            unit="locale",
            decimals=0,
            overrides=[
                *colored(PRIORITY),
                dashed("before", UNKNOWN),
                UNLISTED,
            ],
        ),
        [
            sql(
                f"""
                select at as "time", {BY_PRIORITY}
                from {{{{ view('ticket_day') }}}} where $__timeFilter(at) and {CHOSEN} group by 1 order by 1""",
                may_be_zero=NOTHING_WAITS,
                may_be_empty="no day begins in the picked range, or no ticket yet",
            ),
            days_before("sum(waiting)", "ticket_day", CHOSEN),
        ],
        width=8,
        height=8,
        leads_to="support-tickets/oldest_list",
        passes={"priority": ""},
        unlinked=("before",),
        feature="tickets",
    ),
    Panel(
        "open_by_priority",
        "Open tickets by priority, now",
        "Tickets that wait (open or in progress) by priority, whatever the time range above; the most pressing first. "
        "Resolved and closed ones are not counted.",
        BarGauge(unit="locale", decimals=0, overrides=colored(PRIORITY)),
        [
            sql(
                f"""
                with priorities (priority, rank) as (
                  values ('urgent', 1), ('high', 2), ('medium', 3), ('low', 4), ('other', 5)
                )
                select priority as name, coalesce(sum(tickets), 0)::bigint as value
                from priorities left join (
                  select priority, tickets from {{{{ view('ticket_status_now') }}}} where waits and {CHOSEN}
                ) as t using (priority)
                group by priority, rank having priority <> 'other' or sum(tickets) > 0 order by rank""",
                format="table",
                may_be_zero=NOTHING_WAITS,
            )
        ],
        width=8,
        height=8,
        leads_to="support-tickets/oldest_list",
        passes={"priority": ""},
        feature="tickets",
    ),
]

HELP = [
    Panel(
        "needs_hand",
        "List of overdue and at-risk tickets, now",
        "Tickets that wait and are past their due time, or due within {{ setting('limits.ticket_at_risk_s') }}, the "
        "latest first; at most 100. People are shown as the first 8 characters of their id.",
        Table(
            no_data="No ticket is late",
            name_nothing=False,
            overrides=[
                text_column("Ticket", 320),
                override("byName", "Priority", custom__cellOptions=COLORED_TEXT, mappings=PRIORITY_WORDS),
                *DUE,
                override("byName", "Age", unit="s", decimals=1),
                row_column(115),
            ],
        ),
        [
            sql(
                f"""
                select ticket_id as "Ticket", priority as "Priority",
                  {OVERDUE_AND_DUE},
                  replace(status, '_', ' ') as "Status", category as "Category",
                  extract(epoch from {{{{ now() }}}} - created_at)::float8 as "Age",
                  case when answered_at is null then 'none' else 'given' end as "Response",
                  coalesce(assignee, 'nobody') as "Assignee", {row_number("due_at, ticket_id", listed(LATE))}
                from {LATE}
                order by due_at, ticket_id limit 100""",
                format="table",
                may_be_empty="no ticket is late",
            )
        ],
        width=24,
        height=10,
        feature="tickets",
    ),
    tickets_by_status(
        "by_status",
        "Tickets by status, now",
        "All tickets by their present status, whatever the time range above. Resolved ones wait for the customer's "
        "word, closed ones are done. Bars of open and in progress have a scale of their own."
        "\n\nThe plan asks for a pie: bars are compared at a glance, angles are not.",
        8,  # as high as the table of priorities beside it
        CHOSEN,
    ),
    Panel(
        "assignment",
        "Open tickets by assignment, now",
        "Tickets that wait (open or in progress), by whether somebody is assigned. Ended tickets without an owner are "
        "not counted."
        "\n\nThe plan calls it 'Assignment status'.",
        BarGauge(unit="locale", decimals=0, overrides=colored({"assigned": CALLS, "nobody": WARN})),
        [
            sql(
                f"""
                select name, value from (
                  select coalesce(sum(unowned), 0)::bigint as nobody,
                    coalesce(sum(tickets - unowned), 0)::bigint as assigned
                  from {{{{ view('ticket_status_now') }}}} where waits and {CHOSEN}
                ) as counted
                cross join lateral (values (1, 'nobody', nobody), (2, 'assigned', assigned)) as bars (rank, name, value)
                order by rank""",
                format="table",
                may_be_zero=NOTHING_WAITS,
            )
        ],
        width=8,
        height=8,
        leads_to="support-tickets/oldest_list",
        passes={"assignee": ""},
        feature="tickets",
    ),
    Panel(
        "sla_by_priority",
        "% tickets within SLA by priority",
        "Share of decided tickets (ended, or past their due time) that ended by it, of those created on the days that "
        "begin in the picked range. Tickets that are still in time count neither way."
        "\n\nThe plan asks for a share of all tickets: that improves with many new ones and hides what is late and "
        "still open.",
        Table(
            no_data="–",
            overrides=[
                override(
                    "byName",
                    "Priority",
                    custom__cellOptions=COLORED_TEXT,
                    mappings=PRIORITY_WORDS,
                    custom__width=100,
                    links=[],
                ),
                judged_share(
                    "Within SLA", down_is_bad(slo("ticket_sla.red"), slo("ticket_sla.amber")), 1, custom__minWidth=90
                ),
                override("byName", "Decided", unit="locale", custom__width=80),
                override("byName", "Late", unit="locale", custom__width=70),
            ],
        ),
        [
            sql(
                f"""
                select priority as "Priority", (sum(met) / nullif(sum(decided), 0))::float8 as "Within SLA",
                  sum(decided) as "Decided", sum(decided) - sum(met) as "Late"
                from {{{{ view('ticket_sla_day') }}}} where {DAYS_PICKED} and {CHOSEN} group by priority, priority_rank
                order by priority_rank limit 20""",
                format="table",
                may_be_empty="no ticket of the picked range was due",
                may_be_zero="every due ticket was late",
            )
        ],
        width=8,
        height=8,
        leads_to="support-tickets/ticket_list",
        passes={"priority": "Priority"},
        feature="tickets",
    ),
]

DASHBOARD = Dashboard(
    "support-tickets",
    "Support tickets",
    "What waits, what is late, and how long does help take?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("What needs a hand now?", HELP),
        Row("How long does it take?", LONG, open=False),
        Row("Where do tickets come from?", SOURCES, open=False),
        how_to_read(
            "What waits, what is late, and how long does help take?",
            "- **A ticket waits** while it is open or in progress; it has ended once it is resolved or closed. A "
            "reopened ticket waits again, regardless of earlier resolutions.\n"
            "- **Status, assignee and creator** narrow the lists only. A clicked bar or row sets them; set All to see "
            "every ticket again.\n"
            "- **How long** counts waiting tickets as censored (Kaplan-Meier): the mean of finished ones is too low, "
            "since the slow ones are missing from it.",
        ),
    ],
    refresh="1m",
    range="30d",
    variables=(JOB, PRIORITIES, CATEGORIES, STATUSES, ASSIGNEES, CREATORS, COMPARE),
    annotations=ANNOTATIONS,
)
