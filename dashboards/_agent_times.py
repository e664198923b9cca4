"""A row of Agent Performance: where is time spent?"""

from __future__ import annotations

from gendash.dashboards._agent import DURATION, only
from gendash.dashboards._lists import row_column, row_number
from gendash.dashboards._llm import GAPS, THIS_ENVIRONMENT, THIS_MODEL, langfuse_link, stored_per_bucket
from gendash.dashboards._palette import BAD, P50, P95, PERCENTILES, TEXT, WARN, fixed, nothing, override, steps, words
from gendash.dashboards._queries import IN_ENVIRONMENT
from gendash.dashboards._tables import linked
from gendash.dashboards.viz import Heatmap, Lines, Table
from gendash.engine.model import Panel, promql, slo, sql

EVERY = 'le="+Inf"'


def within(bound: int) -> str:
    """PromQL: the matcher of a bucket's bound, which clients write as 5 or 5.0."""
    return f'le=~"{bound}([.]0)?"'


TIME = [
    Panel(
        "heatmap",
        "Distribution of agent answer times over time",
        "Agent answers per second by how long they took, each column over 5 minutes; darker is more. Time-outs form a "
        "band at 30 s that percentiles hide. Prometheus agent_response_duration_seconds.",
        Heatmap(unit="reqps"),
        [promql(f"sum by (le) ({DURATION})", legend="{{le}}", format="heatmap", may_be_zero="no turns")],
        width=24,
        height=8,
        leads_to="agent-performance/answer_time",
        feature="agent_metrics",
    ),
    Panel(
        "good_answers",
        "% answers within 5 and 10 s",
        "Share of agent answers that were ready within 5 s and within 10 s, each point over 30 minutes: exact, since "
        "both are bounds of the histogram's buckets. The dashed line is the objective for "
        "{{ slo('agent_answer.threshold_s') }}.",
        Lines(
            unit="percentunit",
            decimals=0,
            limit=True,
            thresholds=steps(("transparent", None), (WARN, slo("agent_answer.objective"))),
            no_data="no turns",
            max=1,
            overrides=[
                override("byName", "within 5 s", color=fixed(P50)),
                override("byName", "within 10 s", color=fixed(P95), custom__lineWidth=2),
            ],
        ),
        [
            promql(
                f"sum(avg_over_time({only(DURATION, within(bound))}[30m])) "
                f"/ (sum(avg_over_time({only(DURATION, EVERY)}[30m])) > 0)",
                legend=f"within {bound} s",
                may_be_zero="no answer was so fast",
            )
            for bound in (5, 10)
        ],
        width=8,
        height=8,
        leads_to="agent-performance/slo_left",
        feature="agent_metrics",
    ),
    Panel(
        "slo_left",
        "% slow-answer budget left, 30 d",
        "1 - (answers slower than the SLO threshold / answers) / (1 - objective), over the 30 days before each point. "
        "100 % is untouched, below 0 the objective is missed. Recorded by Prometheus.\n\n"
        "When below 0: make answers faster before anything else; see which model and tool take the time.",
        Lines(
            unit="percentunit",
            decimals=0,
            min=None,
            limit=True,
            color=fixed(P95),
            fill=12,
            legend=False,
            thresholds=steps(("transparent", None), (BAD, 0)),
            no_data="no turns",
        ),
        [promql('min({{ rule("job:slo_agent_answer_budget_left:ratio30d") }}{job=~"$job"})', legend="budget left")],
        width=8,
        height=8,
        leads_to="system-health",
        feature="agent_metrics",
    ),
    Panel(
        "first_token",
        "LLM time to 1st token: p50, p95",
        "How long a reader waits before a streamed LLM answer begins: median and, from 20 on, 95th percentile; by "
        "hours up to 3 days, by whole days beyond or where fewer than three hours have 20. Calls not streamed are "
        "left out.",
        Lines(
            unit="s",
            custom=dict(GAPS),
            no_data="no stream",
            overrides=PERCENTILES[:2],
        ),
        [
            sql(
                stored_per_bucket(
                    {"p50": "ttft_p50_s", "p95": "case when streamed >= 20 then ttft_p95_s end"},
                    "llm_latency",
                    f"{THIS_ENVIRONMENT} and {THIS_MODEL}",
                    "streamed >= 20",
                ),
                may_be_empty="nothing was streamed",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/models",
        feature="langfuse",
    ),
    Panel(
        "worst_turns",
        "Agent turns that failed or were slowest, 24 h",
        "Agent turns of the current hour and the 23 before, failed ones first, then the slowest: when, how long, LLM "
        "calls, failed ones, tool calls, cost. The id leads to the trace in Langfuse. Users are not shown.",
        Table(
            no_data="No turn in 24 hours",
            name_nothing=False,
            overrides=[
                *linked("Trace", "Open the trace in Langfuse", custom__width=290),
                override("byName", "Began", unit="dateTimeFromNow"),
                override(
                    "byName",
                    "Outcome",
                    mappings=words(failed=("✖ failed", BAD), answered=("✓ answered", TEXT)),
                    custom__cellOptions={"type": "color-text"},
                ),
                override("byName", "Time", unit="s"),
                override("byRegexp", "/calls$/", unit="locale", decimals=0),
                override("byName", "Cost", unit="currencyUSD", decimals=4, mappings=nothing("no price")),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                select trace_id as "Trace", started_at as "Began",
                  case when failed then 'failed' else 'answered' end as "Outcome", duration_s as "Time",
                  calls as "LLM calls", failed_calls as "Failed calls", tool_calls as "Tool calls", cost_usd as "Cost",
                  {row_number("failed desc, duration_s desc, trace_id")}, {langfuse_link("traces", "trace_id")}
                from {{{{ view('llm_turn_recent') }}}} where {IN_ENVIRONMENT}
                order by failed desc, duration_s desc, trace_id limit 50""",
                format="table",
                may_be_empty="no turn in 24 hours",
                may_be_zero="nothing failed",
            )
        ],
        width=24,
        height=10,
        feature="langfuse",
    ),
]
