"""A row of Knowledge Base, who uploads what; and the choices of documents that all its lists follow."""

from __future__ import annotations

from gendash.dashboards._lists import chosen, listed, row_column, row_number
from gendash.dashboards._palette import (
    USERS,
    override,
)
from gendash.dashboards._tables import count_bar
from gendash.dashboards.viz import Table
from gendash.engine.model import Panel, Variable, sql

FILE_TYPES = Variable(
    "file_type",
    "File type",
    "File type of documents; All adds them up.",
    sql("select distinct file_type from {{ view('document_day') }} order by 1", may_be_empty="no document yet"),
    all_value="'__all'",
    feature="documents",
)
STATUSES = Variable(
    "status",
    "Status",
    "Status of the documents in lists; other panels do not follow it.",
    sql("select status from {{ view('document_status_now') }} order by rank", may_be_empty="never refreshed"),
    all_value="'__all'",
    feature="documents",
)
OWNERS = Variable(
    "owner",
    "Owner",
    "Who uploaded the documents in lists, as the first 8 characters of an id; other panels do not follow it.",
    sql(
        "select owner from {{ view('document_owner_now') }} order by documents desc, 1",
        may_be_empty="no document yet",
    ),
    all_value="'__all'",
    feature="documents",
)
# a table of types has a row of all
CHOSEN = "(${file_type:sqlstring} in ('__all', 'all') or file_type = ${file_type:sqlstring})"
LISTED = " and ".join((CHOSEN, chosen("status", "status"), chosen("owner", "coalesce(owner, 'unknown')")))
FAILED = f"""{{{{ view('document_now') }}}}
                where status in ('failed', 'processing') and (stuck or status = 'failed') and {LISTED}"""
UPLOADED = f"{{{{ view('document_now') }}}} where $__timeFilter(created_at) and {LISTED}"
"""SQL: the documents of each list."""

WHO = [
    Panel(
        "document_list",
        "List of documents uploaded, newest first",
        "Documents uploaded in the picked range; at most 500. Bars and rows of this dashboard lead here, with what was "
        "clicked as the choice above. People are shown as the first 8 characters of their id; titles are never read.",
        Table(
            no_data="No document",
            name_nothing=False,
            overrides=[
                override("byName", "Document", custom__width=320),
                override("byName", "Size", unit="decbytes"),
                override("byName", "Chunks", unit="locale"),
                override("byRegexp", "/^(Uploaded|Last change)$/", unit="dateTimeAsIso", custom__width=160),
                row_column(115),
            ],
        ),
        [
            sql(
                f"""
                select document_id as "Document", created_at as "Uploaded",
                  case when stuck then 'stuck' else status end as "State", file_type as "Type", file_size as "Size",
                  chunks as "Chunks", changed_at as "Last change", coalesce(owner, 'unknown') as "Owner",
                  {row_number("created_at desc, document_id", listed(UPLOADED))}
                from {UPLOADED}
                order by created_at desc, document_id limit 500""",
                format="table",
                may_be_empty="no document was uploaded in the picked range",
            )
        ],
        width=24,
        height=12,
        feature="documents",
    ),
    Panel(
        "time_to_done",
        "Document processing: median, p95",
        "From upload to last change of the documents uploaded in the picked range that are done: an upper "
        "bound of the processing time, since a later edit moves it. Median, 95th percentile, share within 10 minutes.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Type", custom__width=70, links=[]),
                override("byName", "Done", unit="locale"),
                override("byRegexp", "/^p(50|95)$/", unit="s", decimals=1),
                override("byName", "Within 10 min", unit="percentunit", decimals=1, custom__width=114),
            ],
        ),
        [
            sql(
                f"""
                with done as (
                  select file_type, extract(epoch from changed_at - created_at)::float8 as took
                  from {{{{ view('document_now') }}}} where status = 'done' and $__timeFilter(created_at) and {CHOSEN}
                )
                select case when grouping(file_type) = 1 then 'all' else file_type end as "Type", count(*) as "Done",
                  percentile_cont(0.5) within group (order by took) as "p50",
                  percentile_cont(0.95) within group (order by took) as "p95",
                  count(*) filter (where took <= 600)::float8 / count(*) as "Within 10 min"
                from done group by grouping sets ((file_type), ()) having count(*) > 0
                order by grouping(file_type) desc, 2 desc, 1 limit 20""",
                format="table",
                may_be_empty="no document of the picked range is done",
                may_be_zero="none was changed since its upload",
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"file_type": "Type"},
        feature="documents",
    ),
    Panel(
        "uploaders",
        "Top uploaders of documents",
        "People who uploaded the most of the documents that are there, of the picked range, at most 50. Failed: of "
        "those that are done or failed. They are shown as the first 8 characters of their id."
        "\n\nThe plan asks for users: this dashboard is for everybody, so names are on User Analytics only."
        " The plan calls it 'Documents by user'.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Person", custom__width=110, links=[]),
                count_bar("Documents", USERS, custom__width=170),
                override("byName", "Failed", unit="percentunit", decimals=0),
                override("byName", "Size", unit="decbytes"),
                override("byName", "Chunks", unit="locale"),
                override("byName", "Newest", unit="dateTimeFromNow"),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select coalesce(owner, 'unknown') as "Person", count(*) as "Documents",
                  count(*) filter (where status = 'failed')
                    / nullif(count(*) filter (where status in ('done', 'failed')), 0)::float8 as "Failed",
                  coalesce(sum(file_size), 0)::bigint as "Size", sum(chunks)::bigint as "Chunks",
                  max(created_at) as "Newest", {row_number("count(*) desc, owner nulls last")}
                from {{{{ view('document_now') }}}} where $__timeFilter(created_at) and {CHOSEN} group by owner
                order by count(*) desc, owner nulls last limit 50""",
                format="table",
                may_be_empty="no document was uploaded in the picked range",
            )
        ],
        width=16,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"owner": "Person"},
        feature="documents",
    ),
]
