"""Support tickets: what waits, what is late, and how long does a resolution take?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    P50,
    TEXT,
    TICKET,
    USERS,
    WARN,
    fixed,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import DAYS_PICKED, NO_DAY, QUIET, curve, every_day, over_picked, state_of_share, tile
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards._ticket_attention import HELP
from gendash.dashboards._ticket_charts import CHARTS
from gendash.dashboards._ticket_sources import SOURCES
from gendash.dashboards._ticket_times import LONG
from gendash.dashboards._tickets import ALL, CHOSEN, NOTHING_WAITS, ONE_PRIORITY
from gendash.dashboards.viz import HeadTile, NumberTile, ShareTile, StateTile
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, Variable, sql

PRIORITIES = Variable(
    "priority",
    "Priority",
    "Priority of tickets; All adds them up.",
    sql("select distinct priority from {{ view('ticket_day') }} order by 1", may_be_empty="no ticket yet"),
    all_value=ALL,
    feature="tickets",
)
CATEGORIES = Variable(
    "category",
    "Category",
    "Category of tickets; none where they have none.",
    sql("select distinct category from {{ view('ticket_day') }} order by 1", may_be_empty="no ticket yet"),
    all_value=ALL,
    feature="tickets",
)
STATUSES = Variable(
    "status",
    "Status",
    "Status of the tickets in lists; other panels do not follow it.",
    sql(
        "select replace(status, '_', ' ') as status from {{ view('ticket_status_now') }} group by 1 order by 1",
        may_be_empty="no ticket yet",
    ),
    all_value=ALL,
    feature="tickets",
)
ASSIGNEES = Variable(
    "assignee",
    "Assignee",
    "Who works on the tickets in lists, as the first 8 characters of an id; other panels do not follow it.",
    sql(
        "select assignee from {{ view('ticket_assignee_now') }} union all select 'assigned' order by 1",
    ),
    all_value=ALL,
    feature="tickets",
)
CREATORS = Variable(
    "creator",
    "Creator",
    "Who opened the tickets in lists, as the first 8 characters of an id; other panels do not follow it.",
    sql(
        "select creator from {{ view('ticket_creator_now') }} order by tickets desc, 1",
        may_be_empty="no ticket yet",
    ),
    all_value=ALL,
    feature="tickets",
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
