"""Knowledge base: is it complete, and can its content be found?"""

from __future__ import annotations

from gendash.dashboards._knowledge import CHOSEN, NO_DOCUMENT, SEARCHES, search_quantile, without_result
from gendash.dashboards._knowledge_ingest import LOADS
from gendash.dashboards._knowledge_searches import FOUND
from gendash.dashboards._knowledge_uploads import WHO
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    DOCUMENT,
    OK,
    PERCENTILES,
    TEXT,
    UNKNOWN,
    USERS,
    WARN,
    colored,
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
    before,
    compared,
    curve,
    every_day,
    over_picked,
    state_of_share,
    tile,
)
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, FRESHNESS, JOB, how_to_read
from gendash.dashboards.viz import PREVIOUS, BarGauge, HeadTile, Lines, NumberTile, ShareTile, StateTile
from gendash.engine.model import Dashboard, Panel, Row, SettingRef, Variable, promql, slo, sql

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

STRIP = [
    Panel(
        "ingest",
        "Document ingest health",
        "Done / (done + failed) of the documents uploaded on the days that begin in the picked range; processing ones "
        "count neither way. An upload that was accepted (HTTP 200) is not yet a processed one.\n\n"
        "When red: the list of failed and stuck documents below names them; see when it began and what was deployed.",
        StateTile(
            mappings=words(v0=("✓ Good", OK), v1=("▲ Fair", WARN), v2=("✖ Poor", BAD)),
            thresholds=steps((TEXT, None)),
            no_data="none ended",
        ),
        [
            sql(
                state_of_share(
                    f"""
                    select coalesce(sum(documents), 0) as n,
                      coalesce(sum(documents) filter (where status = 'done'), 0) / nullif(sum(documents), 0) as ratio
                    from {{{{ view('document_day') }}}}
                    where {DAYS_PICKED} and {CHOSEN} and status in ('done', 'failed')""",
                    "kb_processing.red",
                    "kb_processing.objective",
                ),
                may_be_zero="0 means good",
                may_be_empty="no document of the picked range ended",
            )
        ],
        width=8,
        height=3,
        leads_to="knowledge-base/problems",
        feature="documents",
    ),
    Panel(
        "drift",
        "Vectors minus chunks, now",
        "Vectors that the vector store holds minus chunks that the platform counts, now; Prometheus gauges, the "
        "largest of all processes. Above 0: orphans of deleted documents; below: text that no search finds.",
        NumberTile(unit="locale", decimals=0, judged=True, thresholds=steps((WARN, None), (TEXT, 0), (WARN, 1))),
        [
            promql(
                'max({{ metric("vector_store_vectors") }}{job=~"$job"}) - max({{ metric("kb_chunks") }}{job=~"$job"})',
                legend="vectors − chunks",
                instant=True,
                may_be_zero="nothing has drifted",
            )
        ],
        width=8,
        height=3,
        leads_to="knowledge-base/types",
        feature="kb_metrics vector_metrics",
    ),
    Panel(
        "stuck",
        "Stuck documents, now",
        "Documents that have been processing for more than 15 minutes without a change, now: their job died, and will "
        "not finish them.\n\nWhen red: restart the ingestion, then upload them again.",
        NumberTile(
            unit="locale", decimals=0, judged=True, thresholds=up_is_bad(1, SettingRef("limits.documents_stuck"))
        ),
        [
            sql(
                tile(
                    "count(*) filter (where stuck) as current, count(*) as running",
                    f"{{{{ view('document_now') }}}} where status = 'processing' and {CHOSEN}",
                    "'of ' || running || ' processing'",
                ),
                may_be_zero="nothing is stuck",
            )
        ],
        width=8,
        height=3,
        leads_to="knowledge-base/problems",
        feature="documents",
    ),
]


def total(column: str, which: str = "true") -> str:
    """SQL: all that was uploaded by the end of each of the last 30 days, of the documents that are there now."""
    return curve(
        f"""held as (
          select greatest(d.day, today.day - 31) as day, sum({column}) as uploaded
          from today cross join {{{{ view('document_day') }}}} d where {CHOSEN} and {which} group by 1
        ),
        curve as (
          select every.day::date as day, coalesce(sum(uploaded), 0) as value
          from {every_day(30)} left join held on held.day <= every.day::date group by 1
        )""",
        "now",
        30,
        "in 30 d",
    )


HEAD = [
    Panel(
        "documents",
        "Total documents, now",
        "Documents that are there now, whatever their status, by the day of their upload; the change is against those "
        "of them that were there 30 days ago. Deleted ones are missing from the past too.",
        HeadTile(unit="locale", decimals=0, subject=DOCUMENT["done"], min=0),
        [sql(total("documents"), may_be_zero=NO_DOCUMENT)],
        width=6,
        height=4,
        window="30d",
        leads_to="knowledge-base/by_status",
        feature="documents",
    ),
    Panel(
        "chunks",
        "Total chunks, now",
        "Chunks in the vector store of the documents that are done now, by the day of their upload, as the platform "
        "counts them. Deleted documents are missing from the past too.",
        HeadTile(unit="locale", decimals=0, subject=DOCUMENT["done"], min=0),
        [sql(total("chunks", "status = 'done'"), may_be_zero=NO_DOCUMENT)],
        width=6,
        height=4,
        window="30d",
        leads_to="knowledge-base/types",
        feature="documents",
    ),
    Panel(
        "searches",
        "Searches/min, 5 min",
        "Searches of the knowledge base per minute, over 5 minutes; Prometheus. The change is against one week "
        "earlier. Without kb_ metrics, requests of the search route are counted; those of the agent are missing.",
        HeadTile(unit="suffix:/min", decimals=1, subject=CALLS, min=0),
        [compared(f"60 * sum({SEARCHES})", may_be_zero=QUIET)],
        width=6,
        height=4,
        leads_to="knowledge-base/search_rate",
        feature="http_metrics",
    ),
    Panel(
        "p95",
        "Search time, p95, 1 h",
        "95 of 100 searches were answered within this time, over the last hour; Prometheus histogram, read within its "
        "buckets, which end at 5 s. The change is against one week earlier. Amber above "
        "{{ slo('kb_search.threshold_s') }}, red above {{ slo('kb_search.red_s') }}.",
        HeadTile(
            unit="s",
            min=0,
            judged=True,
            thresholds=up_is_bad(slo("kb_search.threshold_s"), slo("kb_search.red_s")),
            no_data="no search",
        ),
        [
            compared(
                search_quantile(0.95),
                "over the last hour",
                limit="slo.kb_search.threshold_s",
                may_be_empty="nobody searches",
            )
        ],
        width=6,
        height=4,
        leads_to="knowledge-base/search_time",
        feature="kb_metrics",
    ),
    Panel(
        "no_result",
        "% empty searches, 24 h",
        "Searches that found nothing / searches, over the last 24 hours: the histogram bucket of 0 results; above it "
        "the same 24 hours one week before. High: answers are missing, or the score threshold is too strict.",
        ShareTile(decimals=1, subject=UNKNOWN, max=0.5, no_data="no search"),
        [
            compared(
                without_result("24h"),
                "last 24 h",
                is_share=True,
                may_be_zero="every search found something",
                may_be_empty="nobody searches",
            )
        ],
        width=6,
        height=4,
        leads_to="knowledge-base/zero_share",
        feature="kb_metrics",
    ),
    Panel(
        "uploads",
        "Document uploads",
        "Documents uploaded on the local days that begin in the picked range, whatever their status, and on each; "
        "the change compares the full days among them with as many days before."
        "\n\nThe plan calls it 'Document upload success rate'.",
        HeadTile(unit="locale", decimals=0, subject=USERS, calc="sum", min=0, no_data="no day"),
        [
            sql(
                over_picked(
                    "select day, sum(documents) as n, 0 as d "
                    f"from {{{{ view('document_day') }}}} where {CHOSEN} group by day"
                ),
                may_be_zero=QUIET,
                may_be_empty=NO_DAY,
            )
        ],
        width=6,
        height=4,
        leads_to="knowledge-base/per_day",
        feature="documents",
    ),
    FRESHNESS,
]

CHARTS = [
    Panel(
        "search_rate",
        "Search rate per minute",
        "Searches of the knowledge base per minute by outcome, each point over 5 minutes; Prometheus. A failed search "
        "is one that ended in an error, not one without results."
        "\n\nThe plan calls it 'KB search rate'.",
        Lines(
            unit="suffix:searches/min",
            overrides=[
                override("byName", "success", color=fixed(CALLS), custom__lineWidth=2, custom__fillOpacity=12),
                override("byName", "error", color=fixed(BAD)),
                override("byName", "before", **PREVIOUS),
            ],
        ),
        [
            promql(f"60 * sum by (status) ({SEARCHES})", legend="{{status}}", may_be_zero=QUIET),
            before(f"60 * sum({SEARCHES})"),
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/zero_share",
        feature="http_metrics",
    ),
    Panel(
        "search_time",
        "Search time: p50, p95, p99",
        "Half, 95 and 99 of 100 searches were answered within this time, each point over an hour; Prometheus "
        "histogram whose buckets end at 5 s, so higher values are never shown."
        "\n\nThe plan calls it 'KB search duration'.",
        Lines(
            unit="s",
            no_data="no search",
            overrides=[*PERCENTILES, override("byName", "p95 before", **PREVIOUS)],
        ),
        [
            *(
                promql(search_quantile(q), legend=f"p{q * 100:.0f}", may_be_empty="nobody searches")
                for q in (0.5, 0.95, 0.99)
            ),
            before(search_quantile(0.95), "p95 before"),
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/fast_searches",
        feature="kb_metrics",
    ),
    Panel(
        "types",
        "Documents by file type, now",
        "Documents that are there now by file type, whatever their status: the eight most frequent and the rest as "
        "other. Types are compared in lower case without a dot; markdown is md."
        "\n\nThe plan asks for a pie: bars are compared at a glance, angles are not.",
        BarGauge(unit="locale", decimals=0, color=fixed(DOCUMENT["done"]), overrides=colored({"other": UNKNOWN})),
        [
            sql(
                f"""
                with counted as (
                  select file_type, sum(documents) as documents from {{{{ view('document_day') }}}}
                  where {CHOSEN} group by 1 having sum(documents) > 0
                ),
                ranked as (
                  select *, row_number() over (order by file_type = 'other', documents desc, file_type) as rank
                  from counted
                )
                select case when rank <= 8 then file_type else 'other' end as name, sum(documents) as value
                from ranked group by 1 order by min(rank)""",
                format="table",
                may_be_empty=NO_DOCUMENT,
            )
        ],
        width=8,
        height=8,
        leads_to="knowledge-base/document_list",
        passes={"file_type": "", "time": "all"},
        unlinked=("other",),
        feature="documents",
    ),
]

DASHBOARD = Dashboard(
    "knowledge-base",
    "Knowledge base",
    "Is the knowledge base complete, and can its content be found?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("What fails to load?", LOADS),
        Row("What is never found?", FOUND, open=False),
        Row("Who uploads what, and how fast is it found?", WHO, open=False),
        how_to_read(
            "Is the knowledge base complete, and can its content be found?",
            "- **Uploads** are judged by the status of the document, not by the response to the upload: processing "
            "happens later.\n"
            "- **Status and owner** narrow the lists only. A clicked bar or row sets them; set All to see every "
            "document again.\n"
            "- **Deleted documents are missing** from every figure, also from those of the past.",
        ),
    ],
    refresh="30s",
    range="7d",
    variables=(JOB, FILE_TYPES, STATUSES, OWNERS, COMPARE),
    annotations=ANNOTATIONS,
)
