/*
doc: >-
  Agent turns by user and day, with cost and tokens of all traces of the user, those without an LLM call included.
grain: one row per local day, environment and user with a turn, cost or tokens
feature: langfuse
audience: admin
cadence: 5m
key: [day, environment, user_hash]
window: true
time: day
indexes: [[user_hash]]
own_rows: user_hash
columns:
  day: {type: date, doc: local day on which the traces began}
  environment: {type: text, doc: Langfuse environment}
  user_hash: {type: text, doc: "keyed hash of the user, as in user_entity; empty where the trace names none"}
  turns: {type: bigint, doc: traces with an LLM call}
  calls: {type: bigint, doc: "their LLM calls, failed ones included"}
  tokens: {type: bigint, doc: input and output tokens of all traces}
  cost_usd: {type: numeric, doc: "cost in USD of all traces; steps without a price count as 0"}
  last_at: {type: timestamptz, doc: start of the last trace}
*/
select
  (started_at at time zone {{ zone() }})::date as day,
  environment,
  user_hash,
  count(*) filter (where calls > 0) as turns,
  sum(calls)::bigint as calls,
  sum(input_tokens + output_tokens)::bigint as tokens,
  coalesce(sum(cost_usd), 0) as cost_usd,
  max(started_at) as last_at
from {{ view('llm_turn') }}
group by 1, 2, 3
