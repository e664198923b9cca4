"""A row of Agent Performance: which model is slow or wrong?"""

from __future__ import annotations

from gendash.dashboards._lists import row_column, row_number
from gendash.dashboards._llm import (
    GAPS,
    IN_MODEL,
    NO_CALLS,
    OF_CALLS,
    THIS_ENVIRONMENT,
    TOKENS,
    WITHOUT_DATES,
    latency_by_model,
    per_bucket,
)
from gendash.dashboards._palette import (
    BAD,
    CALLS,
    COST,
    TOKEN,
    UNKNOWN,
    WARN,
    by_model,
    colored,
    fixed,
    nothing,
    override,
    up_is_bad,
)
from gendash.dashboards._queries import HOURS_PICKED, IN_ENVIRONMENT, QUIET
from gendash.dashboards._tables import entity, judged_share, share_bar
from gendash.dashboards.viz import PREVIOUS, BarGauge, DayBars, Lines, Table
from gendash.engine.model import Panel, slo, sql

MODELS = [
    Panel(
        "models",
        "LLM calls by model: errors, time, tokens and cost",
        "LLM calls by model in the picked time: share, calls, failed calls / calls, tokens of a call, cost of "
        "all steps. "
        "Percentiles and output speed are of today and the 6 days before (7 d), from 20 calls on."
        "\n\nThe plan calls it 'Error rate by model'.",
        Table(
            sort_by="Calls",
            overrides=[
                *entity("Model", 210),
                share_bar("Share of calls", CALLS, custom__width=130),
                override("byName", "Calls", unit="locale", decimals=0),
                judged_share("Errors", up_is_bad(slo("failures.amber"), slo("failures.red"))),
                override("byName", "Tokens", unit="locale", decimals=0),
                override("byRegexp", "/^p(50|95) 7 d$/", unit="s", mappings=nothing("few calls")),
                override("byName", "1st token 7 d", unit="s", custom__width=110, mappings=nothing("no stream")),
                override(
                    "byName",
                    "Tokens/s 7 d",
                    unit="locale",
                    decimals=0,
                    custom__width=110,
                    mappings=nothing("few calls"),
                ),
                override(
                    "byName",
                    "Tokens p95 7 d",
                    unit="locale",
                    decimals=0,
                    custom__width=125,
                    mappings=nothing("no calls"),
                ),
                override("byName", "Cost", unit="currencyUSD", decimals=2, mappings=nothing("no price")),
                row_column(),
            ],
        ),
        [
            sql(
                f"""
                with sums as (
                  select model, sum(calls)::bigint as calls, sum(errors) as errors, sum(cost_usd) as cost_usd,
                    sum(total_tokens) filter (where {OF_CALLS}) as tokens, sum(uncosted) as uncosted
                  from {{{{ view('llm_hour') }}}} where {HOURS_PICKED} and {IN_ENVIRONMENT} and {IN_MODEL} group by 1
                ),
                week as (select * from {{{{ view('llm_model_7d') }}}} where {THIS_ENVIRONMENT} and calls >= 20)
                select model as "Model", (sums.calls / sum(sums.calls) over ())::float8 as "Share of calls",
                  sums.calls as "Calls", (sums.errors / sums.calls)::float8 as "Errors",
                  (sums.tokens / sums.calls)::float8 as "Tokens",
                  case when sums.calls > sums.uncosted or sums.cost_usd > 0 then sums.cost_usd end as "Cost",
                  p50_s as "p50 7 d", p95_s as "p95 7 d", ttft_p95_s as "1st token 7 d", speed_p50 as "Tokens/s 7 d",
                  tokens_p95 as "Tokens p95 7 d", {row_number("sums.calls desc, model")}
                from sums left join week using (model) where sums.calls > 0
                order by sums.calls desc, model limit 20""",
                format="table",
                may_be_empty="no LLM call in the picked time",
                may_be_zero=QUIET,
            )
        ],
        width=24,
        height=8,
        leads_to="agent-performance/latency_by_model",
        passes={"model": "Model"},
        feature="langfuse",
    ),
    Panel(
        "latency_by_model",
        "LLM call time by model, p95",
        "95 of 100 LLM calls took at most this long, failed ones included: all models (dashed) and the six most "
        "used; by hours up to 3 days, by whole days beyond or where fewer than three hours have 20 calls. Points of "
        "fewer are left out."
        "\n\nThe plan calls it 'Model performance'.",
        Lines(
            unit="s",
            color=fixed(UNKNOWN),
            no_data="few calls",
            custom=dict(GAPS),
            overrides=[*by_model(), override("byName", "all models", **PREVIOUS)],
            transformations=WITHOUT_DATES,
        ),
        [sql(latency_by_model("p95_s", "timed"), may_be_empty="fewer than 20 calls of each model in an hour or day")],
        width=12,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        feature="langfuse",
    ),
    Panel(
        "tokens_over_time",
        "Token usage over time, input against output",
        "Tokens of LLM calls, embeddings and other steps by hours for ranges up to 3 days, by whole days without "
        "today beyond: input that was not cached, input read from a prompt cache, output. Langfuse usage details."
        "\n\nThe plan asks for areas: between two hours it would suggest values that do not exist, so these are bars.",
        DayBars(
            unit="sishort",
            overrides=colored(TOKEN),
        ),
        [
            sql(
                per_bucket(
                    TOKENS,
                    "llm_hour",
                    f"{IN_ENVIRONMENT} and {IN_MODEL}",
                ),
                may_be_zero=QUIET,
                may_be_empty="no whole hour or day in the picked time",
            )
        ],
        width=12,
        height=8,
        leads_to="agent-performance/tokens_per_call",
        feature="langfuse",
    ),
    Panel(
        "cost_over_time",
        "LLM cost over time",
        "List price of LLM calls, embeddings and other steps as Langfuse computed it, by hours for ranges up to 3 "
        "days, by whole days without today beyond. An estimate: calls without a price count as 0, an invoice may "
        "differ."
        "\n\nThe plan asks for a cost from token counts: Langfuse knows the price of each usage type of each model, "
        "so its figure is used."
        " The plan calls it 'Cost tracking'.",
        DayBars(unit="currencyUSD", decimals=2, color=fixed(COST), legend=False),
        [
            sql(
                per_bucket({"cost": "sum(cost_usd)"}, "llm_hour", f"{IN_ENVIRONMENT} and {IN_MODEL}"),
                may_be_zero=QUIET,
                may_be_empty="no whole hour or day in the picked time",
            )
        ],
        width=8,
        height=8,
        leads_to="cost-usage/cost_by_model",
        feature="langfuse",
    ),
    Panel(
        "errors_by_type",
        "Failed LLM calls by type",
        "Failed LLM calls (level ERROR) by what their message names: time-out, rate limit, context too long, refusal, "
        "tool, other; by hours up to 3 days, by whole days beyond. Messages themselves are never stored.",
        DayBars(
            unit="locale",
            decimals=0,
            overrides=colored(
                {
                    "time-out": BAD,
                    "rate limit": WARN,
                    "context too long": "super-light-blue",
                    "refusal": CALLS,
                    "tool": "dark-blue",
                    "other": UNKNOWN,
                }
            ),
        ),
        [
            sql(
                per_bucket(
                    {
                        name: f"sum(calls) filter (where error_class = '{word}')"
                        for word, name in {
                            "timeout": "time-out",
                            "rate_limit": "rate limit",
                            "context_length": "context too long",
                            "refusal": "refusal",
                            "tool": "tool",
                            "other": "other",
                        }.items()
                    },
                    "llm_error_hour",
                    f"{IN_ENVIRONMENT} and {IN_MODEL}",
                ),
                may_be_zero="no call failed",
                may_be_empty="no whole hour or day in the picked time",
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/models",
        passes={"time": "1h"},
        feature="langfuse",
    ),
    Panel(
        "tokens_per_call",
        "Tokens per call by model",
        "Tokens of LLM calls / LLM calls in the picked time, for the six most used models: sums, so no mean of means. "
        "Input, cached reads and output together; whole days of ranges beyond 3 days. Langfuse."
        "\n\nThe plan calls it 'Average tokens per call'.",
        BarGauge(
            unit="locale",
            decimals=0,
            color=fixed(UNKNOWN),
            overrides=by_model(),
            transformations=WITHOUT_DATES,
        ),
        [
            sql(
                f"""
                select model as name, sum(total_tokens)::float8 / nullif(sum(calls), 0)::float8 as value
                from {{{{ view('llm_hour') }}}} where {HOURS_PICKED} and {IN_ENVIRONMENT} and {IN_MODEL} and {OF_CALLS}
                group by model order by sum(calls) desc, model limit 6""",
                format="table",
                may_be_empty=NO_CALLS,
                may_be_zero=QUIET,
            )
        ],
        width=8,
        height=8,
        leads_to="agent-performance/models",
        passes={"model": ""},
        feature="langfuse",
    ),
]
