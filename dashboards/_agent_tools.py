"""A row of Agent Performance: do the tools work?"""

from __future__ import annotations

from gendash.dashboards._agent import FAILED, only
from gendash.dashboards._lists import row_column, row_number
from gendash.dashboards._llm import GAPS, THIS_ENVIRONMENT, stored_per_bucket
from gendash.dashboards._palette import (
    CALLS,
    P99,
    PERCENTILES,
    WARN,
    colored,
    down_is_bad,
    fixed,
    nothing,
    override,
    up_is_bad,
)
from gendash.dashboards._queries import QUIET, named_bars
from gendash.dashboards._tables import columns, entity, judged, judged_share
from gendash.dashboards.viz import PREVIOUS, BarGauge, Lines, Table
from gendash.engine.model import Panel, promql, slo, sql

TOOL_HOUR = '{{ rule("job_tool_name_status:agent_tool_calls:increase1h") }}{job=~"$job"}'

TOOLS = [
    Panel(
        "tool_calls",
        "Tool calls by tool",
        "Calls of each tool over the picked time, the eight most used; sum of recorded hourly increases of Prometheus "
        "agent_tool_calls_total, all outcomes. Estimates at the edges: Prometheus extrapolates."
        "\n\nThe plan asks for tools here and for cost: how often they are called is shown here, what turns with them "
        "cost on Cost & Usage."
        " The plan calls it 'Tool call distribution'.",
        BarGauge(unit="locale", decimals=0, color=fixed(CALLS), rows_to_fields=False),
        [
            promql(
                f"topk(8, sum by (tool_name) (avg_over_time({TOOL_HOUR}[$__range]))) * $__range_s / 3600",
                legend="{{tool_name}}",
                instant=True,
                may_be_zero="no tool was used",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/tools",
        feature="agent_metrics",
    ),
    Panel(
        "loop_depth",
        "LLM calls a turn: p50, p95, most",
        "How often the agent calls a model to answer once: median, 95th percentile and most LLM calls of a turn, and "
        "retries per turn; by hours up to 3 days, by whole days beyond or if fewer than three hours have a turn. A "
        "rise is a loop.",
        Lines(
            unit="none",
            decimals=1,
            custom=dict(GAPS),
            no_data="no turns",
            overrides=[
                *PERCENTILES[:2],
                override("byName", "most", color=fixed(P99)),
                override("byName", "retries per turn", **PREVIOUS),
            ],
        ),
        [
            sql(
                stored_per_bucket(
                    {
                        "p50": "calls_p50",
                        "p95": "calls_p95",
                        "most": "calls_max",
                        "retries per turn": "retries::float8 / turns",
                    },
                    "llm_turn",
                    THIS_ENVIRONMENT,
                    "turns > 0",
                ),
                may_be_empty="no turn in the picked time",
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/worst_turns",
        feature="langfuse",
    ),
    Panel(
        "depth",
        "Agent turns by LLM calls, 7 d",
        "Agent turns that began today or on the 6 days before by how many LLM calls they took, retries included; "
        "Langfuse. 10 calls are the loop limit of the reference platform: turns that reach it may have been cut off.",
        BarGauge(unit="locale", decimals=0, color=fixed(CALLS), overrides=colored({"10 or more": WARN})),
        [
            sql(
                named_bars(f"{{{{ view('llm_depth_7d') }}}} where {THIS_ENVIRONMENT}", "bucket", "turns", "rank"),
                format="table",
                may_be_empty="no turn in 7 days",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/worst_turns",
        feature="langfuse",
    ),
    Panel(
        "tools",
        "Tool calls per hour and success rate, by tool",
        "Tool calls per hour over the picked time, share that succeeded, failed calls per hour; Prometheus "
        "agent_tool_calls_total. A tool that returns its failure as text ('Error: ...') counts as success."
        "\n\nThe plan calls it 'Tool success rate'.",
        Table(
            sort_by="Calls/h",
            overrides=[
                *entity("Tool", 230),
                override("byName", "Calls/h", unit="locale", decimals=1),
                judged(
                    "Success",
                    down_is_bad(slo("tool_success.red"), slo("tool_success.amber")),
                    unit="percentunit",
                    decimals=2,
                    mappings=nothing("no calls"),
                ),
                override("byName", "Failed/h", unit="locale", decimals=2),
            ],
            transformations=columns(
                {
                    "tool_name": "Tool",
                    "Value #A": "Calls/h",
                    "Value #B": "Success",
                    "Value #C": "Failed/h",
                }
            ),
        ),
        [
            promql(
                f"topk(50, sum by (tool_name) (avg_over_time({TOOL_HOUR}[$__range])))",
                instant=True,
                format="table",
                may_be_zero="no tool was used",
            ),
            promql(
                f"1 - (sum by (tool_name) (avg_over_time({only(TOOL_HOUR, FAILED)}[$__range])) "
                f"or 0 * sum by (tool_name) (avg_over_time({TOOL_HOUR}[$__range]))) "
                f"/ (sum by (tool_name) (avg_over_time({TOOL_HOUR}[$__range])) > 0)",
                instant=True,
                format="table",
            ),
            promql(
                f"sum by (tool_name) (avg_over_time({only(TOOL_HOUR, FAILED)}[$__range]))",
                instant=True,
                format="table",
                may_be_zero="no tool failed",
                may_be_empty="no tool failed",
            ),
        ],
        width=12,
        height=8,
        leads_to="cost-usage/tools",
        feature="agent_metrics",
    ),
    Panel(
        "tools_in_traces",
        "Tools in Langfuse traces: calls, failures, time, 7 d",
        "Tool and retriever steps that Langfuse traced in turns of today and the 6 days before: turns that used it, "
        "calls, failed calls, median and 95th percentile of time; percentiles of fewer than 20 calls are hidden.",
        Table(
            sort_by="Calls",
            overrides=[
                *entity("Tool", 175),
                override("byRegexp", "/^(Turns|Calls)$/", unit="locale", decimals=0),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                override("byRegexp", "/^p(50|95)$/", unit="s", mappings=nothing("few calls")),
                row_column(75),
            ],
        ),
        [
            sql(
                f"""
                select tool as "Tool", turns as "Turns", calls as "Calls",
                  errors::float8 / nullif(calls, 0) as "Errors",
                  case when calls >= 20 then p50_s end as "p50", case when calls >= 20 then p95_s end as "p95",
                  {row_number("calls desc, tool")}
                from {{{{ view('llm_tool_7d') }}}}
                where {THIS_ENVIRONMENT} and tool <> '(no tool)'
                order by calls desc, tool limit 20""",
                format="table",
                may_be_empty="no traced tool call in 7 days",
                may_be_zero="no tool failed",
            )
        ],
        width=12,
        height=8,
        leads_to="cost-usage/tools",
        feature="langfuse",
    ),
]
