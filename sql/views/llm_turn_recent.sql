/*
doc: Agent turns of the current local hour and the 23 before, to be looked up in Langfuse, without their users.
grain: one row per trace with an LLM call
feature: langfuse
audience: everyone
key: [project, trace_id]
columns:
  project: {type: text, doc: key of the Langfuse project}
  trace_id: {type: text, doc: trace}
  started_at: {type: timestamptz, doc: start of its first step}
  environment: {type: text, doc: Langfuse environment}
  failed: {type: boolean, doc: whether the root of the trace is an ERROR}
  calls: {type: bigint, doc: LLM calls}
  failed_calls: {type: bigint, doc: those of them that failed}
  tool_calls: {type: bigint, doc: tool calls}
  duration_s: {type: float8, doc: "duration, seconds"}
  cost_usd: {type: numeric, null: true, doc: "cost in USD; NULL where no step has a price"}
*/
select project, trace_id, started_at, environment, failed, calls, failed_calls, tool_calls, duration_s, cost_usd
from {{ view('llm_turn') }}
where started_at >= date_trunc('hour', {{ now() }}, {{ zone() }}) - interval '23 hours' and started_at <= {{ now() }} and calls > 0
