"""A dashboard of a user's own."""

from __future__ import annotations

from gendash.dashboards._palette import TEXT, WARN, override, steps
from gendash.dashboards._shared import ANNOTATIONS, JOB
from gendash.dashboards.viz import Lines, NumberTile, Table
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, promql, sql

DASHBOARD = Dashboard(
    "own",
    "Own figures",
    "How many tickets and requests are there?",
    [
        Row(
            "",
            [
                Panel(
                    "opened",
                    "Opened",
                    "Tickets opened within the last 30 days, by the local day of their opening. Tickets that were "
                    "deleted on the platform do not count.",
                    NumberTile(
                        unit="locale",
                        decimals=0,
                        thresholds=steps((TEXT, None), (WARN, SettingRef("limits.documents_stuck"))),
                    ),
                    [
                        sql(
                            "select sum(tickets) as \"Tickets\" from {{ view('own_ticket_day') }} "
                            "where day > {{ today() }} - 30",
                            format="table",
                            may_be_zero="no ticket was opened",
                        )
                    ],
                    width=24,
                    height=3,
                    window="30d",
                    leads_to="own/days",
                    feature="tickets",
                ),
                Panel(
                    "days",
                    "Tickets by day, last 30 days",
                    "Tickets by the local day on which they were opened, over the last 30 days. Days without a "
                    "ticket have no row.",
                    Table(unit="locale", decimals=0, overrides=[override("byName", "Day", custom__width=120)]),
                    [
                        sql(
                            'select day::text as "Day", tickets as "Tickets" from {{ view(\'own_ticket_day\') }} '
                            "where day > {{ today() }} - 30 order by day desc limit 30",
                            format="table",
                            may_be_zero="no ticket was opened",
                            may_be_empty="no ticket was opened",
                        )
                    ],
                    width=12,
                    height=8,
                    window="30d",
                    feature="tickets",
                ),
                Panel(
                    "requests",
                    "Requests by method",
                    "Requests per second by HTTP method, averaged over 5 minutes; a recording rule of this folder. "
                    "Requests that matched no route do not count.",
                    Lines(unit="reqps", overrides=[override("byName", "GET", custom__lineWidth=2)]),
                    [promql('{{ rule("job_method:own_requests:rate5m") }}{job=~"$job"}', legend="{{method}}")],
                    width=12,
                    height=8,
                    feature="http_metrics",
                ),
            ],
        ),
    ],
    refresh="1m",
    range="24h",
    variables=(JOB,),
    annotations=ANNOTATIONS,
)
