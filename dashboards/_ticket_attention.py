"""A row of Support Tickets: what needs a hand now?"""

from __future__ import annotations

from gendash.dashboards._lists import listed, row_column, row_number
from gendash.dashboards._palette import CALLS, WARN, colored, down_is_bad, override
from gendash.dashboards._queries import DAYS_PICKED
from gendash.dashboards._shared import tickets_by_status
from gendash.dashboards._tables import COLORED_TEXT, judged_share
from gendash.dashboards._tickets import CHOSEN, DUE, LISTED, NOTHING_WAITS, OVERDUE_AND_DUE, PRIORITY_WORDS, text_column
from gendash.dashboards.viz import BarGauge, Table
from gendash.engine.model import Panel, slo, sql

LATE = f"""{{{{ view('ticket_now') }}}}
                where waits and {LISTED}
                  and due_at < {{{{ now() }}}} + make_interval(secs => {{{{ setting('limits.ticket_at_risk_s') }}}})"""

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
