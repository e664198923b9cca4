/*
each:
  - {name: llm_tool_7d, days: 7, before: 6}
  - {name: llm_tool_30d, days: 30, before: 29}
doc: >-
  Tools in traces of turns that began today or on the $before local days before. A turn that uses several tools
  counts for each of them with its whole cost, so tools add up to more than all turns.
grain: one row per environment or all, and tool; turns without any are counted as (no tool)
feature: langfuse
audience: everyone
cadence: 15m
materialized: true
key: [environment, tool]
columns:
  environment: {type: text, doc: "Langfuse environment; __all is all of them"}
  tool: {type: text, doc: "name of the TOOL or RETRIEVER observation; (no tool) for turns without one"}
  turns: {type: bigint, doc: turns that used it}
  failed_turns: {type: bigint, doc: those of them that failed}
  calls: {type: bigint, doc: its calls}
  errors: {type: bigint, doc: its calls whose level is ERROR}
  p50_s: {type: float8, null: true, doc: "median time of a call, seconds; NULL without a timed one"}
  p95_s: {type: float8, null: true, doc: "95th percentile of it"}
  priced: {type: bigint, doc: turns that used it and have a price}
  cost_usd: {type: numeric, doc: "whole cost in USD of the turns that used it"}
*/
with turns as (
  select project, trace_id, environment, failed, cost_usd from {{ view('llm_turn') }}
  where
    started_at >= ({{ today() }} - $before)::timestamp at time zone {{ zone() }}
    and started_at <= {{ now() }}
    and calls > 0
),
tool_calls as (
  select project, trace_id, coalesce(nullif(name, ''), 'unnamed') as tool, level, latency_s
  from {{ view('lf_observation') }}
  where type in ('TOOL', 'RETRIEVER')
    and start_time >= ({{ today() }} - $before)::timestamp at time zone {{ zone() }} -- a turn begins with its first step
    and start_time <= {{ now() }}
),
uses as (
  select
    turns.environment,
    coalesce(tool, '(no tool)') as tool,
    turns.failed,
    turns.cost_usd,
    tool is not null as is_call,
    level,
    latency_s,
    row_number() over (partition by project, trace_id, tool) = 1 as is_first
  from turns left join tool_calls using (project, trace_id)
)
select
  coalesce(environment, '__all') as environment,
  tool,
  count(*) filter (where is_first) as turns,
  count(*) filter (where is_first and failed) as failed_turns,
  count(*) filter (where is_call) as calls,
  count(*) filter (where is_call and level = 'ERROR') as errors,
  percentile_cont(0.5) within group (order by latency_s) as p50_s,
  percentile_cont(0.95) within group (order by latency_s) as p95_s,
  count(cost_usd) filter (where is_first) as priced,
  coalesce(sum(cost_usd) filter (where is_first), 0) as cost_usd
from uses
group by grouping sets ((environment, tool), (tool))
