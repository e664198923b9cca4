/*
doc: >-
  Tools in traces over fixed windows of turns that began today or on the 6 (or 29) local days before. A turn that uses
  several tools counts for each of them with its whole cost, so tools add up to more than all turns.
grain: one row per window, environment or all, and tool; turns without any are counted as (no tool)
feature: langfuse
audience: everyone
cadence: 15m
materialized: true
key: [days, environment, tool]
columns:
  days: {type: int, doc: "length of the window: 7 or 30 days"}
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
  select days, project, trace_id, t.environment, t.failed, t.cost_usd
  from (values (7), (30)) as windows (days)
  join {{ view('llm_turn') }} t on
    started_at >= (date_trunc('day', {{ now() }} at time zone {{ zone() }}) - (days - 1) * interval '1 day') at time zone {{ zone() }}
    and started_at <= {{ now() }}
  where t.calls > 0
),
tool_calls as (
  select project, trace_id, coalesce(nullif(name, ''), 'unnamed') as tool, level, latency_s
  from {{ view('lf_observation') }}
  where type in ('TOOL', 'RETRIEVER')
    and start_time >= {{ now() }} - interval '31 days' -- a turn begins with its first step
),
uses as (
  select
    days,
    turns.environment,
    coalesce(tool, '(no tool)') as tool,
    turns.failed,
    turns.cost_usd,
    tool is not null as is_call,
    level,
    latency_s,
    row_number() over (partition by days, project, trace_id, tool) = 1 as is_first
  from turns left join tool_calls using (project, trace_id)
)
select
  days,
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
group by grouping sets ((days, environment, tool), (days, tool))
