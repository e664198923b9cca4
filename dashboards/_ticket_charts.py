"""The charts of the first row of Support Tickets."""

from __future__ import annotations

from gendash.dashboards._lists import DAY_ENDS, UNTIL
from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import PRIORITY, TICKET, UNKNOWN, UNLISTED, colored, fixed, override
from gendash.dashboards._queries import QUIET, days_before
from gendash.dashboards._tickets import CHOSEN, NOTHING_WAITS
from gendash.dashboards.viz import BarGauge, DayBars
from gendash.engine.model import Panel, sql

BY_PRIORITY = ", ".join(
    f"coalesce(sum(waiting) filter (where priority = '{name}'), 0) as \"{name}\"" for name in PRIORITY
)

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
