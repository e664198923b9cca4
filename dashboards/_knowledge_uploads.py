"""A row of Knowledge base: who uploads what, and how fast is it found?"""

from __future__ import annotations

from gendash.dashboards._knowledge import CHOSEN, LISTED
from gendash.dashboards._lists import listed, row_column, row_number
from gendash.dashboards._palette import USERS, override
from gendash.dashboards._queries import DAYS_PICKED
from gendash.dashboards._tables import count_bar
from gendash.dashboards.viz import Table
from gendash.engine.model import Panel, sql

UPLOADED = f"{{{{ view('document_now') }}}} where $__timeFilter(created_at) and {LISTED}"
MOST = "most desc, owner = 'unknown', owner"


def percentile(share: float) -> str:
    """SQL: as ``percentile_cont`` of ``took_s``, from counts: ``until`` so many of ``total`` took so long or less."""
    place = f"{share} * (total - 1)::float8"
    low, high = (f"min(took_s) filter (where until > {end}({place}))" for end in ("floor", "ceil"))
    return f"{low} + ({place} - floor({place})) * ({high} - {low})"


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
        "From upload to last change, in full seconds, of the documents uploaded on the days that begin in the picked "
        "range that are done: an upper bound of the processing time, since a later edit moves it.",
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
                with by_type as (
                  select file_type, took_s, sum(documents::int) as n
                  from {{{{ view('document_took_day') }}}} where {DAYS_PICKED} and {CHOSEN} group by 1, 2
                ),
                counted as (
                  select file_type as type, 0 as of_all, took_s, n from by_type
                  union all select 'all', 1, took_s, sum(n)::bigint from by_type group by took_s
                ),
                placed as (
                  select *, sum(n) over (partition by of_all, type order by took_s) as until,
                    sum(n) over (partition by of_all, type) as total
                  from counted
                )
                select type as "Type", total::bigint as "Done", {percentile(0.5)} as "p50", {percentile(0.95)} as "p95",
                  (coalesce(sum(n) filter (where took_s <= 600), 0) / total)::float8 as "Within 10 min"
                from placed group by of_all, type, total order by of_all desc, 2 desc, 1 limit 20""",
                format="table",
                may_be_empty="no document of the days that begin in the picked range is done",
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
        "People who uploaded the most of the documents that are there, on the days that begin in the picked range; at "
        "most 50. Failed: of those that are done or failed. They are shown as the first 8 characters of their id."
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
                with people as (
                  select owner, sum(documents::int) as most from {{{{ view('document_owner_day') }}}}
                  where {DAYS_PICKED} and {CHOSEN} group by owner
                ),
                top as (select * from people order by {MOST} limit 50)
                select owner as "Person", most as "Documents",
                  sum(failed)::float8 / nullif(sum(ended), 0)::float8 as "Failed", sum(bytes)::bigint as "Size",
                  sum(chunks)::bigint as "Chunks", max(newest_at) as "Newest",
                  {row_number(MOST, "(select count(*) from people)")}
                from top join {{{{ view('document_owner_day') }}}} using (owner)
                where {DAYS_PICKED} and {CHOSEN} group by owner, most order by {MOST}""",
                format="table",
                may_be_empty="no document was uploaded on a day that begins in the picked range",
            )
        ],
        width=16,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"owner": "Person"},
        feature="documents",
    ),
]
