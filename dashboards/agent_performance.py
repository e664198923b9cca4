"""Agent Performance: does the agent answer, fast, and with working tools and models?"""

from __future__ import annotations

from dataclasses import replace

from gendash.dashboards._agent import DURATION, FAILED, only
from gendash.dashboards._agent_groups import CALLS_BY_GROUPS
from gendash.dashboards._agent_models import MODELS
from gendash.dashboards._agent_times import TIME
from gendash.dashboards._agent_tools import TOOLS
from gendash.dashboards._agent_topics import ASKED
from gendash.dashboards._groups import BREAKDOWN, GROUP
from gendash.dashboards._llm import (
    IN_MODEL,
    NO_CALLS,
    OF_CALLS,
    WITHOUT_DATES,
    bucket_before,
    by_model_per_bucket,
    dashed,
)
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    OK,
    PERCENTILES,
    TEXT,
    UNKNOWN,
    WARN,
    by_model,
    colored,
    fixed,
    override,
    steps,
    up_is_bad,
    words,
)
from gendash.dashboards._queries import IN_ENVIRONMENT, QUIET, before, compared, firing, limited, per_hour, tile
from gendash.dashboards._shared import ANNOTATIONS, COMPARE, CSAT, ENVIRONMENT, FRESHNESS, JOB, LLM_CALLS, how_to_read
from gendash.dashboards.viz import PREVIOUS, DayBars, HeadTile, Lines, ShareTile, StateTile
from gendash.engine.model import Dashboard, Panel, Row, Variable, promql, slo, sql

LAST_24_H = "hour >= date_trunc('hour', {{ now() }}, {{ zone() }}) - interval '23 hours' and hour <= {{ now() }}"
TURNS = 'sum({{ rule("job:agent_queries:rate5m") }}{job=~"$job"})'
FAILED_30M = 'sum(avg_over_time({{ rule("job:agent_query_errors:rate5m") }}{job=~"$job"}[30m]))'
TURNS_30M = 'sum(avg_over_time({{ rule("job:agent_queries:rate5m") }}{job=~"$job"}[30m]))'
TOOL_RATE = '{{ rule("job_tool_name_status:agent_tool_calls:rate5m") }}{job=~"$job"}'
AGENT_ALERTS = 'alertname=~"Agent.+",'


def agent_alerts(severity: str) -> str:
    """PromQL: how many alerts about the agent fire."""
    return firing(severity).replace('{alertstate="firing",', f'{{{AGENT_ALERTS}alertstate="firing",')


def answer_quantile(q: float) -> str:
    """PromQL: a percentile of the time of an agent's answer."""
    return f"histogram_quantile({q}, sum by (le) ({DURATION}))"


def failing_tools(over: str) -> str:
    """PromQL: share of tool calls that failed."""
    failed = f"sum(avg_over_time({only(TOOL_RATE, FAILED)}[{over}]))"
    every = f"sum(avg_over_time({TOOL_RATE}[{over}]))"
    return f"(({failed} or 0 * {every}) / ({every} > 0))"


MODEL_VARIABLE = Variable(
    "model",
    "Model",
    "Model of LLM calls as the application named it; figures of whole turns and of the agent hold all models.",
    sql(
        # by day there are few rows; a model of staging alone is one as well
        "select model from {{ view('llm_latency_day') }} "
        "where environment = '__all' and model <> '__all' group by 1 order by count(*) desc, 1",
        may_be_empty="no LLM call was synced yet",
    ),
    all_value="'__all'",
    feature="langfuse",
)

STRIP = [
    Panel(
        "agent",
        "Agent health, now",
        "Worst alert about the agent that fires now: a critical one means Down, a warning Degraded. Prometheus "
        "ALERTS whose name begins with Agent, so it never disagrees with them; unknown without a scraped target.\n\n"
        "When red: look which of turns, errors or p95 time below changed, then at the newest deploy mark.",
        StateTile(
            mappings=words(v0=("✓ Healthy", OK), v1=("▲ Degraded", WARN), v2=("✖ Down", BAD)),
            thresholds=steps((TEXT, None)),
        ),
        [
            promql(
                f"2 * ({agent_alerts('critical')} > bool 0) "
                f"+ ({agent_alerts('critical')} == bool 0) * ({agent_alerts('warning')} > bool 0)",
                legend="by its alerts",
                instant=True,
                may_be_zero="0 means healthy",
            )
        ],
        width=8,
        height=3,
        leads_to="system-health",
    ),
    Panel(
        "llm",
        "LLM call health, 3 h",
        "LLM calls that failed (level ERROR) / all LLM calls of the current hour and the 2 before, chosen environment "
        "and model: degraded from {{ slo('failures.amber') }}, failing from {{ slo('failures.red') }}, "
        "unknown without calls.\n\n"
        "When red: see the types of errors below; rate limits and time-outs are the provider's, refusals the prompt's.",
        StateTile(mappings=words(v0=("✓ Healthy", OK), v1=("▲ Degraded", WARN), v2=("✖ Failing", BAD))),
        [
            sql(
                tile(
                    "sum(errors)::float8 / nullif(sum(calls), 0) as share",
                    f"(select * from {{{{ view('llm_hour') }}}} where {LAST_24_H.replace('23 hours', '2 hours')} "
                    f"and {IN_ENVIRONMENT} and {IN_MODEL}) as hours",
                    "coalesce(round((100 * share)::numeric, 1)::text || ' % failed, 3 h', 'no calls, 3 h') "
                    "|| ', limit ' || trim_scale(100 * {{ slo('failures.amber') }}::numeric) || ' %'",
                    "case when share >= {{ slo('failures.red') }} then 2 "
                    "when share >= {{ slo('failures.amber') }} then 1 when share is not null then 0 end",
                ),
                may_be_zero="0 means healthy",
                may_be_empty="no LLM call in 3 hours",
            )
        ],
        width=8,
        height=3,
        leads_to="agent-performance/errors_by_type",
        feature="langfuse",
    ),
    Panel(
        "tools_state",
        "Tool call health, 1 h",
        "Tool calls that failed / all tool calls, over 1 hour; Prometheus agent_tool_calls_total: degraded from "
        "{{ slo('failures.amber') }}, failing from {{ slo('failures.red') }}, unknown without calls. A tool that "
        "returns its failure as text counts as success.\n\n"
        "When red: open 'Do the tools work?' and find the tool, then the system that it calls.",
        StateTile(mappings=words(v0=("✓ Working", OK), v1=("▲ Degraded", WARN), v2=("✖ Failing", BAD))),
        [
            promql(
                limited(
                    f"(({failing_tools('1h')} >= bool {{{{ slo('failures.amber') }}}})"
                    f" + ({failing_tools('1h')} >= bool {{{{ slo('failures.red') }}}}))"
                    f' + on () group_left (share) 0 * count_values("share", ceil(1000 * {failing_tools("1h")}) / 10)',
                    "100 * {{ slo('failures.amber') }}",
                ),
                legend="{{share}} % failed, limit {{limit}} %",
                instant=True,
                may_be_zero="0 means working",
                may_be_empty="no tool call in an hour",
            )
        ],
        width=8,
        height=3,
        leads_to="agent-performance/tools",
        feature="agent_metrics",
    ),
]

HEAD = [
    Panel(
        "turns",
        "Agent turns/min, 5 min",
        "Agent turns per minute that ended, over 5 minutes: 60 x rate of Prometheus agent_queries_total. The change is "
        "against one week earlier. Without agent metrics, requests of the agent's route are counted, no websockets.",
        HeadTile(unit="suffix:turns/min", decimals=1, subject=CALLS, min=0),
        [compared(f"60 * {TURNS}", may_be_zero=QUIET)],
        width=6,
        height=4,
        leads_to="agent-performance/turns_by_outcome",
    ),
    Panel(
        "errors",
        "% failed turns, 30 min",
        "Agent turns that failed / all agent turns, over 30 minutes; Prometheus agent_queries_total by status. Above "
        "it the share of one week earlier. Amber above {{ slo('failures.amber') }}, "
        "red above {{ slo('failures.red') }}.\n\n"
        "When red: look at the tools and models below, then at failed and slow turns.",
        ShareTile(
            decimals=2,
            max=0.12,
            judged=True,
            thresholds=up_is_bad(slo("failures.amber"), slo("failures.red")),
            no_data="no turns",
        ),
        [
            compared(
                f"{FAILED_30M} / ({TURNS_30M} > 0)",
                "over 30 min",
                is_share=True,
                limit="slo.failures.amber",
                may_be_zero="no turn failed",
                may_be_empty="no turn in the picked time",
            )
        ],
        width=6,
        height=4,
        leads_to="agent-performance/worst_turns",
    ),
    Panel(
        "p95",
        "Answer time p95, 5 min",
        "95 of 100 agent answers were ready within this time, over 5 minutes; Prometheus histogram, read within its "
        "buckets (10, 30, 60 s are far apart). The change is against one week earlier. Amber above the SLO.",
        HeadTile(
            unit="s",
            min=0,
            judged=True,
            thresholds=up_is_bad(slo("agent_answer.threshold_s"), slo("agent_answer.red_s")),
            no_data="no turns",
        ),
        [compared(answer_quantile(0.95), limit="slo.agent_answer.threshold_s")],
        width=6,
        height=4,
        leads_to="agent-performance/answer_time",
        feature="agent_metrics",
    ),
    replace(LLM_CALLS, leads_to="agent-performance/calls_by_model"),
    Panel(
        "tokens",
        "LLM tokens, 24 h",
        "Tokens of LLM calls, embeddings and other steps of the current hour and the 23 before, input, cached reads "
        "and output together; chosen environment, all models. The change leaves the running hour out on both sides.",
        HeadTile(unit="sishort", decimals=1, subject=CALLS, calc="sum", min=0),
        [sql(per_hour("sum(total_tokens)"), may_be_zero=QUIET)],
        width=6,
        height=4,
        window="24h",
        leads_to="agent-performance/tokens_over_time",
        feature="langfuse",
    ),
    CSAT,
    FRESHNESS,
]

CHARTS = [
    Panel(
        "turns_by_outcome",
        "Agent turns per min by outcome",
        "Agent turns per minute by how they ended, each point over 5 minutes; Prometheus agent_queries_total. With "
        "little traffic single turns cause steps. Turns that are still running are not counted."
        "\n\nThe plan calls it 'Agent query rate'.",
        Lines(
            unit="suffix:turns/min",
            decimals=1,
            custom={"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 12},
            overrides=[*colored({"success": CALLS, "error": BAD}), dashed("before", UNKNOWN)],
        ),
        [
            promql(
                '60 * sum by (status) ({{ rule("job_status:agent_queries:rate5m") }}{job=~"$job"})',
                legend="{{status}}",
                may_be_zero=QUIET,
            ),
            before(f"60 * {TURNS}"),
        ],
        width=8,
        height=8,
        leads_to="agent-performance/worst_turns",
    ),
    Panel(
        "answer_time",
        "Agent answer time percentiles",
        "Half, 95 and 99 of 100 agent answers were ready within this time, each point over 5 minutes; read within "
        "buckets that end at 60 s, so high values are coarse. The dashed line is the SLO threshold."
        "\n\nThe plan calls it 'Agent response duration'.",
        Lines(
            unit="s",
            limit=True,
            soft_max=slo("agent_answer.threshold_s"),
            thresholds=steps(("transparent", None), (WARN, slo("agent_answer.threshold_s"))),
            no_data="no turns",
            overrides=[*PERCENTILES, override("byName", "p95 before", **PREVIOUS)],
        ),
        [
            *(promql(answer_quantile(q), legend=f"p{q * 100:.0f}") for q in (0.5, 0.95, 0.99)),
            before(answer_quantile(0.95), "p95 before"),
        ],
        width=8,
        height=8,
        leads_to="agent-performance/heatmap",
        feature="agent_metrics",
    ),
    Panel(
        "calls_by_model",
        "LLM calls over time by model",
        "LLM calls by hours for ranges up to 3 days (the current hour is incomplete), by whole days without today "
        "beyond. The six most used models, the rest as other; failed calls and retries count. Langfuse."
        "\n\nThe plan asks for a line: between two hours it would suggest values that do not exist, so these are bars."
        " The plan calls it 'LLM call volume'.",
        DayBars(
            unit="locale",
            decimals=0,
            color=fixed(UNKNOWN),
            overrides=[*by_model(), dashed("before", UNKNOWN)],
            transformations=WITHOUT_DATES,
        ),
        [
            sql(
                by_model_per_bucket("sum(calls)", f"{IN_ENVIRONMENT} and {IN_MODEL} and {OF_CALLS}"),
                may_be_zero=QUIET,
                may_be_empty=NO_CALLS,
            ),
            bucket_before("sum(calls)", condition=f"{IN_ENVIRONMENT} and {IN_MODEL} and {OF_CALLS}"),
        ],
        width=8,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        unlinked=("other", "before"),
        feature="langfuse",
    ),
]

DASHBOARD = Dashboard(
    "agent-performance",
    "Agent Performance",
    "Does the agent answer, fast, and with working tools and models?",
    [
        Row("", [*STRIP, *HEAD, *CHARTS]),
        Row("Which model is slow or wrong?", MODELS),
        Row("Which group of calls is slow or wrong?", CALLS_BY_GROUPS, open=False),
        Row("Do the tools work?", TOOLS, open=False),
        Row("Where is time spent?", TIME, open=False),
        Row("What is asked, and how well answered?", ASKED, open=False),
        how_to_read(
            "Does the agent answer, fast, and with working tools and models?",
            "- **A turn** is one question to the agent: Prometheus counts those that ended, Langfuse traces (with at "
            "least one LLM call) show what happened inside. 'Agent turns/h: counted, traced' compares both.\n"
            "- **An LLM call** is a Langfuse observation of type GENERATION; it failed when its level is ERROR. "
            "Retries and failed calls count as calls.\n"
            "- **Environment and model** filter figures of LLM calls; metrics of Prometheus have neither.\n",
        ),
    ],
    refresh="30s",
    range="24h",
    variables=(JOB, ENVIRONMENT, MODEL_VARIABLE, BREAKDOWN, GROUP, COMPARE),
    annotations=ANNOTATIONS,
)
