"""A row of System Health, the database: pool, statements, size, and audits of its data."""

from __future__ import annotations

from gendash.dashboards._health import PROCESS, averaged, percentiles
from gendash.dashboards._lists import row_column, row_number
from gendash.dashboards._llm import dashed
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    PERCENTILES,
    TEXT,
    UNKNOWN,
    WARN,
    colored,
    fixed,
    override,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import QUIET, TODAY
from gendash.dashboards._tables import COLORED_TEXT, cells, columns, count_bar, judged
from gendash.dashboards.viz import DayBars, Lines, Table
from gendash.engine.model import Panel, promql, slo, sql

WRAPPED = {"type": "auto", "wrapText": True}
STATEMENTS = "job_operation_status:db_queries:rate5m"
FAILED = ',status="error"'
FILL = {"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 30}

DATABASE = [
    Panel(
        "db_pool",
        "Database connection pool",
        "Connections of all chosen processes: in use, idle, and how many they may open together (the dashed line). "
        "Gauges of each process, seen at its scrape, so short peaks are missing.",
        Lines(
            unit="locale",
            decimals=0,
            custom=FILL,
            overrides=[*colored({"active": CALLS, "idle": UNKNOWN}), dashed("limit", TEXT)],
        ),
        [
            promql(f'sum({{{{ metric("db_connections_active") }}}}{PROCESS})', legend="active", may_be_zero=QUIET),
            promql(f'sum({{{{ metric("db_connections_idle") }}}}{PROCESS})', legend="idle", may_be_zero="all in use"),
            promql(
                f'count({{{{ metric("db_connections_active") }}}}{PROCESS}) * {{{{ setting("limits.db_pool_size") }}}}',
                legend="limit",
            ),
        ],
        width=8,
        height=8,
        leads_to="system-health/db_operations",
        passes={"time": "1h"},
        feature="db_metrics",
    ),
    Panel(
        "db_duration",
        "Database query time percentiles",
        "Half, 95 and 99 of 100 database statements took less than this, all kinds together, each point over 5 "
        "minutes; db_query_duration_seconds, read within its buckets, and cut at 5 s.",
        Lines(unit="s", no_data="no calls", overrides=PERCENTILES),
        percentiles("job_operation_le:db_query_duration_seconds_bucket:rate5m", "no statement was timed"),
        width=8,
        height=8,
        leads_to="system-health/db_operations",
        passes={"time": "1h"},
        feature="db_metrics",
    ),
    Panel(
        "db_operations",
        "Database queries/s by operation",
        "Database statements by kind over the picked range: how many per second, share that failed, and within which "
        "time half, 95 and 99 of 100 ended. A kind without times is counted but not timed."
        "\n\nThe plan calls it 'Database query duration'.",
        Table(
            sort_by="Per s",
            no_data="–",
            overrides=[
                *cells("Per s", unit="locale", decimals=1, custom__width=74),
                judged(
                    "Failed",
                    up_is_bad(slo("api_errors.objective"), slo("api_errors.red")),
                    unit="percentunit",
                    decimals=2,
                ),
                *cells("p50", "p95", "p99", unit="s"),
            ],
            transformations=columns(
                {
                    "operation": "Kind",
                    "Value #A": "Per s",
                    "Value #B": "Failed",
                    "Value #C": "p50",
                    "Value #D": "p95",
                    "Value #E": "p99",
                }
            ),
        ),
        [
            promql(
                averaged(STATEMENTS, "", "operation", ""),
                instant=True,
                format="table",
                may_be_zero=QUIET,
            ),
            promql(
                f"({averaged(STATEMENTS, FAILED, 'operation', '')} or 0 * {averaged(STATEMENTS, '', 'operation', '')}) "
                f"/ ({averaged(STATEMENTS, '', 'operation', '')} > 0)",
                instant=True,
                format="table",
                may_be_zero="no statement failed",
                may_be_empty=QUIET,
            ),
            *(
                promql(
                    f"histogram_quantile({q}, "
                    + averaged("job_operation_le:db_query_duration_seconds_bucket:rate5m", "", "le, operation", "")
                    + ")",
                    instant=True,
                    format="table",
                    may_be_empty="no statement was timed",
                )
                for q in (0.5, 0.95, 0.99)
            ),
        ],
        width=8,
        height=8,
        feature="db_metrics",
    ),
    Panel(
        "db_size",
        "Database size by day, 30 d",
        "Size on disk of the database that holds gendash's store, by default the platform's own, and the part that "
        "gendash takes; last sample of each day. Growth: today against the oldest sample of the 7 days before.",
        DayBars(
            unit="bytes",
            overrides=[
                override("byRegexp", "/^platform/", color=fixed(CALLS)),
                override("byName", "gendash", color=fixed(UNKNOWN)),
            ],
        ),
        [
            sql(
                f"""
                with today as (select {TODAY} as day),
                before as (
                  select d.day, bytes from {{{{ view('database_day') }}}} d cross join today
                  where d.day >= today.day - 7 and d.day < today.day order by d.day limit 1
                ),
                growth as (
                  select ((d.bytes - before.bytes) / (today.day - before.day))::bigint as a_day
                  from today join {{{{ view('database_day') }}}} d on d.day = today.day cross join before
                )
                select d.day::timestamp at time zone {{{{ zone() }}}} as "time", parts.part as metric,
                  parts.bytes as value
                from {{{{ view('database_day') }}}} d cross join today left join growth on true
                cross join lateral (values
                  ('platform' || coalesce(', ' || case when a_day < 0 then '-' else '+' end
                    || pg_size_pretty(abs(a_day)) || ' a day', ''), bytes - gendash_bytes),
                  ('gendash', gendash_bytes)
                ) as parts (part, bytes)
                where d.day > today.day - 30 and d.day <= today.day order by 1, 2""",
                may_be_empty="never refreshed",
            )
        ],
        width=12,
        height=8,
        leads_to="system-health/db_tables",
        window="30d",
    ),
    Panel(
        "db_tables",
        "Largest database tables, now",
        "The largest tables of the database that holds gendash's store, as of the last refresh: size on disk with "
        "indexes, that of the indexes alone, and rows as PostgreSQL estimates them. At most 50.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Table", custom__minWidth=200),
                count_bar("Size", CALLS, unit="bytes", custom__width=95),
                override("byName", "Indexes", unit="bytes", custom__width=75),
                override("byName", "Whose", custom__width=72),
                override("byName", "Rows", unit="locale", custom__width=75),
                row_column(85),
            ],
        ),
        [
            sql(
                """
                select case when is_gendash then '' else schema_name || '.' end || table_name as "Table",
                  bytes as "Size", index_bytes as "Indexes",
                  rows as "Rows", case when is_gendash then 'gendash' else 'platform' end as "Whose",
                  """
                + row_number("bytes desc, schema_name, table_name", "max(tables) over ()")
                + """
                from {{ view('database_table') }} order by bytes desc, schema_name, table_name limit 50""",
                format="table",
            )
        ],
        width=12,
        height=8,
    ),
    Panel(
        "audits",
        "Data audits: rows at fault, now",
        "Checks of the data, each once a day: rows that should not be there, and pairs of sources that should agree. "
        "The last result now, keys of the first findings or why it failed, since when, and what a finding means."
        "\n\n`gendash db audit --only NAME` runs one at once. 'Late' is one that did not run for two days: see that "
        "`gendash db refresh` runs. A check that failed has not passed.",
        Table(
            no_data="–",
            overrides=[
                override("byName", "Audit", custom__width=185),
                override(
                    "byName",
                    "Result",
                    custom__width=115,
                    custom__cellOptions=COLORED_TEXT,
                    mappings=words(
                        passed=("✓ Passed", OK),
                        warning=("● Found", WARN),
                        critical=("✖ Found", BAD),
                        failed=("? Not finished", UNKNOWN),
                        late=("? Late", UNKNOWN),
                    ),
                ),
                override("byName", "Found", unit="locale", custom__width=65),
                *cells("Since", "Ran", unit="s", decimals=0, custom__width=75),
                override("byName", "Which", custom__width=250, custom__cellOptions=WRAPPED),
                override("byName", "A find means", custom__cellOptions=WRAPPED),
                row_column(),
            ],
        ),
        [
            sql(
                """
                select name as "Audit", case state when 'found' then severity else state end as "Result",
                  found as "Found", sample as "Which",
                  extract(epoch from {{ now() }} - since)::float8 as "Since", age_s as "Ran", doc as "A find means",
                  """
                + row_number("state = 'passed', state = 'found' and severity = 'critical' desc, name")
                + """
                from {{ view('audit_now') }}
                order by state = 'passed', state = 'found' and severity = 'critical' desc, name limit 100""",
                format="table",
                may_be_empty="no audit has run yet",
                may_be_zero="all audits ran this very moment and found nothing",
            )
        ],
        width=24,
        height=9,
    ),
]
