"""A row of Knowledge base: what fails to load?"""

from __future__ import annotations

from gendash.dashboards._knowledge import CHOSEN, LISTED, NO_DOCUMENT
from gendash.dashboards._lists import DAY_ENDS, UNTIL, listed, row_column, row_number
from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import DOCUMENT, UNKNOWN, UNLISTED, WARN, colored, down_is_bad, fixed, override
from gendash.dashboards._queries import LATER, NO_DAY, QUIET, at_days_end, days_before, own_scale
from gendash.dashboards._tables import judged_share
from gendash.dashboards.viz import BarGauge, DayBars, Table
from gendash.engine.model import Panel, slo, sql

FAILED = f"""{{{{ view('document_now') }}}}
                where status in ('failed', 'processing') and (stuck or status = 'failed') and {LISTED}"""

LOADS = [
    Panel(
        "per_day",
        "Document uploads per day",
        "Documents by the local day of their upload, for the days that begin in the picked range, by their present "
        "status; today is still running. Deleted documents are missing."
        "\n\nThe plan asks for a line: between two days it would suggest values that do not exist, so these are bars."
        " The plan calls it 'Documents over time'.",
        DayBars(unit="locale", decimals=0, overrides=[UNTIL, *colored(DOCUMENT), UNLISTED, dashed("before", UNKNOWN)]),
        [
            sql(
                'select at as "time", '
                + ", ".join(
                    f"coalesce(sum(documents) filter (where status = '{status}'), 0) as \"{status}\""
                    for status in DOCUMENT
                )
                + f", {DAY_ENDS} from {{{{ view('document_day') }}}} where $__timeFilter(at) and {CHOSEN} "
                "group by at, day order by 1",
                may_be_zero=QUIET,
                may_be_empty="no day begins in the picked range, or no document yet",
            ),
            days_before("sum(documents)", "document_day", CHOSEN),
        ],
        width=12,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"status": "", "time": "until"},
        unlinked=("before",),
        feature="documents",
    ),
    Panel(
        "held_per_day",
        "Documents at each day's end",
        "Documents by the status that they had at the end of each local day that begins in the picked range, counted "
        "on that day; the last bar is now. Grey days were counted later: of those days only what still exists is "
        "known.",
        DayBars(unit="locale", decimals=0, overrides=[*colored(DOCUMENT | {LATER: UNKNOWN}), UNLISTED]),
        [
            sql(
                at_days_end(
                    "documents",
                    {name: name for name in DOCUMENT},
                    "true",
                    CHOSEN.replace("file_type =", "part ="),
                ),
                may_be_zero=NO_DOCUMENT,
                may_be_empty=NO_DAY,
            )
        ],
        width=12,
        height=8,
        leads_to="knowledge-base/problems",
        feature="documents",
    ),
    Panel(
        "by_status",
        "Documents by status, now",
        "All documents by their present status, whatever the time range above. Only done ones are found by searches. "
        "Bars of those that are not done have a scale of their own.",
        BarGauge(unit="locale", decimals=0, overrides=colored(DOCUMENT)),
        [
            sql(
                f"""
                with statuses (status, rank) as (values ('done', 1), ('processing', 2), ('failed', 3), ('other', 4)),
                counted as (
                  select status as name, rank, coalesce(sum(documents), 0) as value
                  from statuses left join (
                    select status, documents from {{{{ view('document_day') }}}} where {CHOSEN}
                  ) as d using (status)
                  group by status, rank
                )
                select name, value, {own_scale("rank = 1")} from counted
                where name <> 'other' or value > 0 order by rank""",
                format="table",
                may_be_zero=NO_DOCUMENT,
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"status": "", "time": "all"},
        feature="documents",
    ),
    Panel(
        "success_by_type",
        "Upload success by file type",
        "Done / (done + failed) of the documents uploaded on the local days that begin in the picked range, by file "
        "type; the twenty with most of them. Types of which none has ended are missing."
        "\n\nThe plan asks for a metric of uploads: an accepted upload (HTTP 200) is not yet a processed document.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Type", custom__width=100, links=[]),
                judged_share(
                    "Success",
                    down_is_bad(slo("kb_processing.red"), slo("kb_processing.objective")),
                    1,
                    custom__minWidth=90,
                ),
                override("byName", "Ended", unit="locale", custom__width=80),
                override("byName", "Failed", unit="locale", custom__width=80),
            ],
        ),
        [
            sql(
                f"""
                select file_type as "Type",
                  (coalesce(sum(documents) filter (where status = 'done'), 0) / sum(documents))::float8 as "Success",
                  sum(documents) as "Ended",
                  coalesce(sum(documents) filter (where status = 'failed'), 0) as "Failed"
                from {{{{ view('document_day') }}}}
                where $__timeFilter(at) and {CHOSEN} and status in ('done', 'failed')
                group by file_type having sum(documents) > 0 order by sum(documents) desc, file_type limit 20""",
                format="table",
                may_be_empty="no document of the picked range has ended",
                may_be_zero="every document failed",
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"file_type": "Type"},
        feature="documents",
    ),
    Panel(
        "ages",
        "Documents by last change, now",
        "Documents that are done by the time since their last change (of their row; else since the upload), now. Old "
        "ones need not be wrong, but should be reviewed first: answers quote them as current.",
        BarGauge(unit="locale", decimals=0, color=fixed(DOCUMENT["done"]), overrides=colored({"over a year": WARN})),
        [
            sql(
                f"""
                with ages (name, rank) as (
                  values ('under 30 d', 1), ('30 to 90 d', 2), ('90 to 180 d', 3), ('180 d to a year', 4),
                    ('over a year', 5)
                )
                select name, coalesce(sum(documents) filter (where {CHOSEN}), 0)::bigint as value
                from ages left join {{{{ view('document_age_now') }}}} using (rank)
                group by name, rank order by rank""",
                format="table",
                may_be_zero=NO_DOCUMENT,
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/document_list",
        feature="documents",
    ),
    Panel(
        "problems",
        "Failed and stuck documents, newest first, now",
        "Documents that failed, and those processing for more than 15 minutes without a change, now; at most 100. "
        "People are shown as the first 8 characters of their id; titles are never read.",
        Table(
            no_data="Every document loaded",
            name_nothing=False,
            overrides=[
                override("byName", "Document", custom__width=320),
                override("byName", "Size", unit="decbytes"),
                override("byRegexp", "/^(Uploaded|Last change)$/", unit="dateTimeFromNow"),
                row_column(115),
            ],
        ),
        [
            sql(
                f"""
                select document_id as "Document", case when stuck then 'stuck' else status end as "State",
                  file_type as "Type", file_size as "Size", created_at as "Uploaded", changed_at as "Last change",
                  coalesce(owner, 'unknown') as "Owner", {row_number("created_at desc, document_id", listed(FAILED))}
                from {FAILED}
                order by created_at desc, document_id limit 100""",
                format="table",
                may_be_empty="every document loaded",
            )
        ],
        width=24,
        height=8,
        feature="documents",
    ),
]
