"""A row of Support Tickets, how long it takes: lists of tickets, times by priority and step."""

from __future__ import annotations

from gendash.dashboards._lists import listed, row_column, row_number
from gendash.dashboards._palette import TICKET, UNKNOWN, colored, fixed, nothing, override
from gendash.dashboards._queries import DAYS_PICKED, LATER, NO_DAY, QUIET, at_days_end
from gendash.dashboards._tables import COLORED_TEXT
from gendash.dashboards._tickets import (
    CHOSEN,
    DUE,
    IN_PRIORITY,
    LISTED,
    NOTHING_WAITS,
    ONE_PRIORITY,
    OVERDUE_AND_DUE,
    PRIORITY_WORDS,
    text_column,
)
from gendash.dashboards.viz import BarGauge, DayBars, Table
from gendash.engine.model import Panel, sql

WAITING = f"{{{{ view('ticket_now') }}}} where waits and {LISTED}"
MOVED = f"""{{{{ view('ticket_now') }}}}
                where acted_at >= $__timeFrom()::timestamptz and ($__timeFilter(created_at) or $__timeFilter(ended_at))
                  and {LISTED}"""

LONG = [
    Panel(
        "oldest_list",
        "Open tickets that wait longest, now",
        "Tickets that wait (open or in progress), with and without a due time, the oldest first; at most 100. A "
        "reopened one counts from its creation. '–' in both columns of the due time: there is none.",
        Table(
            no_data="No such ticket waits",
            name_nothing=False,
            overrides=[
                text_column("Ticket", 320),
                override("byName", "Age", unit="s", decimals=1),
                override("byName", "Priority", custom__cellOptions=COLORED_TEXT, mappings=PRIORITY_WORDS),
                *DUE,
                row_column(115),
            ],
        ),
        [
            sql(
                f"""
                select ticket_id as "Ticket", extract(epoch from {{{{ now() }}}} - created_at)::float8 as "Age",
                  priority as "Priority", replace(status, '_', ' ') as "Status", category as "Category",
                  {OVERDUE_AND_DUE},
                  case when answered_at is null then 'none' else 'given' end as "Response",
                  coalesce(assignee, 'nobody') as "Assignee", {row_number("created_at, ticket_id", listed(WAITING))}
                from {WAITING}
                order by created_at, ticket_id limit 100""",
                format="table",
                may_be_empty=NOTHING_WAITS,
            )
        ],
        width=24,
        height=8,
        feature="tickets",
    ),
    Panel(
        "ticket_list",
        "List of tickets created or resolved, newest first",
        "Tickets created or resolved in the picked range, by the later of both; at most 500. Took: creation to last "
        "resolution. Bars and rows of this dashboard lead here, with what was clicked as the choice above.",
        Table(
            no_data="No ticket",
            name_nothing=False,
            overrides=[
                text_column("Ticket", 306),
                text_column("Status", 95),
                text_column("Priority", 90, custom__cellOptions=COLORED_TEXT, mappings=PRIORITY_WORDS),
                text_column("Category", 86),
                override(
                    "byRegexp",
                    "/^(Created|Resolved)$/",
                    unit="dateTimeAsIso",
                    custom__width=160,
                    mappings=nothing("–"),
                ),
                override("byName", "Took", unit="s", decimals=1, mappings=nothing("–")),
                row_column(96),
            ],
        ),
        [
            sql(
                f"""
                select ticket_id as "Ticket", created_at as "Created", replace(status, '_', ' ') as "Status",
                  priority as "Priority", category as "Category", ended_at as "Resolved",
                  extract(epoch from ended_at - created_at)::float8 as "Took",
                  coalesce(assignee, 'nobody') as "Assignee", coalesce(creator, 'unknown') as "Creator",
                  {row_number("acted_at desc, ticket_id", listed(MOVED))}
                from {MOVED} order by acted_at desc, ticket_id limit 500""",
                format="table",
                may_be_empty="no ticket was created or resolved in the picked range",
                may_be_zero="resolved at once",
            )
        ],
        width=24,
        height=12,
        feature="tickets",
        exempt={
            "windows-end": "acted_at only lets an index give the order: created_at and ended_at beside it have an end"
        },
    ),
    Panel(
        "by_priority",
        "Resolution time by priority: median and p90, 90 d",
        "Tickets created today or on the 89 days before: half and 9 of 10 were resolved within this time, by "
        "Kaplan-Meier, so waiting ones count as censored. 'Ended only' (a median) and 'Mean' exclude them: too small."
        "\n\nAll categories. The plan's average by status is shown as time in each status, in the table beside it."
        " The plan calls it 'Average resolution time'.",
        Table(
            no_data="not yet",
            overrides=[
                override("byName", "Priority", custom__cellOptions=COLORED_TEXT, mappings=PRIORITY_WORDS, links=[]),
                override("byRegexp", "/^(Median|9 of 10|Ended only|Mean)$/", unit="s", decimals=1),
                text_column("Ended only", 95),
                override("byName", "Waiting", unit="locale"),
            ],
        ),
        [
            sql(
                """
                select priority as "Priority", spans as "Tickets", spans - finished as "Waiting",
                  median_s as "Median", p90_s as "9 of 10", finished_median_s as "Ended only",
                  finished_mean_s as "Mean"
                from {{ view('ticket_survival_90d') }} where measure = 'resolution' order by priority_rank limit 20""",
                format="table",
                may_be_empty="no ticket within 90 days",
            )
        ],
        width=12,
        height=8,
        leads_to="support-tickets/ticket_list",
        passes={"priority": "Priority"},
        feature="tickets",
    ),
    Panel(
        "steps",
        "Time that tickets spend in each step: median, 90 d",
        "How long tickets created today or on the 89 days before took to a first response and to their resolution, and "
        "how long they stayed in a status at a time; Kaplan-Meier, unfinished ones are censored. Follows Priority.\n\n"
        "'Mean' is of finished ones only. Times in a status need the history of statuses, and are missing without it.",
        Table(
            no_data="not yet",
            overrides=[
                text_column("Step", 130),
                override("byRegexp", "/^(Median|9 of 10|Mean)$/", unit="s", decimals=1),
                override("byName", "Begun", unit="locale"),
            ],
        ),
        [
            sql(
                f"""
                select steps.name as "Step", spans as "Begun", spans - finished as "Lasting",
                  median_s as "Median", p90_s as "9 of 10", finished_mean_s as "Mean"
                from (values ('first_response', 'first response', 1), ('in_open', 'stays open', 2),
                    ('in_progress', 'in progress', 3), ('in_resolved', 'until closed', 4),
                    ('resolution', 'resolution', 5)) as steps (measure, name, rank)
                join {{{{ view('ticket_survival_90d') }}}} using (measure)
                where {ONE_PRIORITY} order by steps.rank limit 20""",
                format="table",
                may_be_empty="no ticket within 90 days",
            )
        ],
        width=12,
        height=8,
        feature="tickets",
    ),
    Panel(
        "distribution",
        "Tickets by time to resolution",
        "Tickets created on the days that begin in the picked range, by the time from creation to their last "
        "resolution; 'waiting' are not resolved now. A peak near the bottom is a group that an average hides.",
        BarGauge(
            unit="locale",
            decimals=0,
            color=fixed(TICKET["resolved"]),
            overrides=colored({"waiting": TICKET["open"]}),
        ),
        [
            sql(
                f"""
                with spans (name, rank) as (
                  values ('under 1 h', 1), ('1 to 4 h', 2), ('4 to 24 h', 3), ('1 to 3 d', 4), ('3 to 7 d', 5),
                    ('over 7 d', 6), ('waiting', 7)
                )
                select name, coalesce(sum(tickets) filter (where {DAYS_PICKED} and {CHOSEN}), 0)::bigint as value
                from spans left join {{{{ view('ticket_duration_day') }}}} using (rank)
                group by name, rank order by rank""",
                format="table",
                may_be_zero=QUIET,
            )
        ],
        width=12,
        height=8,
        leads_to="support-tickets/by_priority",
        feature="tickets",
    ),
    Panel(
        "unresolved_per_day",
        "Unresolved tickets at each day's end",
        "Tickets open or in progress at the end of each local day that begins in the picked range, counted on that "
        "day; the last bar is now. Grey days were counted later, without deleted tickets. Any category.",
        DayBars(
            unit="locale",
            decimals=0,
            overrides=colored({"open": TICKET["open"], "in progress": TICKET["in progress"], LATER: UNKNOWN}),
        ),
        [
            sql(
                at_days_end(
                    "tickets",
                    {"open": "open", "in progress": "in_progress"},
                    "state in ('open', 'in_progress', 'waiting')",
                    IN_PRIORITY.replace("priority =", "part ="),
                ),
                may_be_zero=NOTHING_WAITS,
                may_be_empty=NO_DAY,
            )
        ],
        width=12,
        height=8,
        leads_to="support-tickets/oldest_list",
        passes={"status": ""},
        unlinked=(LATER,),
        feature="tickets",
    ),
]
