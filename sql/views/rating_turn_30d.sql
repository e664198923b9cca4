/*
doc: Ratings given today or on the 29 days before, with the agent turn (Langfuse trace) of the rated answer.
grain: one row per rating
feature: feedback
audience: admin
cadence: 5m
materialized: true
key: [feedback_id]
indexes: [[created_at], [negative, commented, created_at]]
columns:
  feedback_id: {type: text, doc: id of the rating on the platform}
  created_at: {type: timestamptz, doc: when it was given}
  rating: {type: int, doc: "1 (worst) to 5 (best)"}
  negative: {type: boolean, doc: whether the rating is 1 or 2}
  comment: {type: text, null: true, doc: what was written with it}
  commented: {type: boolean, doc: whether anything was written with it}
  user_id: {type: text, null: true, doc: who rated}
  conversation_id: {type: text, doc: conversation of the rated answer}
  trace_id: {type: text, null: true, doc: trace that the answer names}
  traced: {type: boolean, doc: whether that trace was synced and has an LLM call}
  duration_s: {type: float8, null: true, doc: "duration of the turn, seconds"}
  cost_usd: {type: numeric, null: true, doc: "cost of the turn, USD; NULL where no step has a price"}
  tokens: {type: bigint, null: true, doc: input and output tokens of the turn}
  model: {type: text, null: true, doc: model of its last LLM call}
  prompt: {type: text, null: true, doc: "managed prompt of its last LLM call and its version; NULL where it used none"}
  prompt_name: {type: text, null: true, doc: "name of that prompt"}
  prompt_version: {type: int, null: true, doc: "its version"}
*/
select
  d.feedback_id, d.created_at, d.rating, d.rating <= 2 as negative,
  d.comment, coalesce(d.comment, '') <> '' as commented, d.user_id, d.conversation_id, d.trace_id,
  t.trace_id is not null as traced,
  t.duration_s, t.cost_usd, t.input_tokens + t.output_tokens as tokens,
  case when t.trace_id is not null then coalesce(nullif(c.model, ''), 'unknown') end as model,
  c.prompt_name || ' v' || c.prompt_version as prompt,
  case when c.prompt_version is not null then c.prompt_name end as prompt_name,
  c.prompt_version
from {{ view('rating_detail') }} d
left join lateral (
  select * from {{ view('llm_turn') }} t where t.trace_id = d.trace_id and t.calls > 0 order by project limit 1
) t on true
left join lateral (
  select model, prompt_name, prompt_version from {{ view('lf_observation') }} o
  where o.project = t.project and o.trace_id = t.trace_id and type = 'GENERATION'
  order by start_time desc, id desc limit 1
) c on true
where (d.created_at at time zone {{ zone() }})::date > {{ today() }} - 30
  and d.created_at >= {{ now() }} - interval '31 days'  -- for the index
  and d.created_at <= {{ now() }}
