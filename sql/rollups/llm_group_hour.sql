/*
doc: >-
  LLM calls, cost and tokens as in llm_hour, by the groups of each dimension: model, environment, release, version,
  session, tag, tags together, and each key of langfuse.breakdown_keys. Groups of a dimension add up to all, but for tag:
  a call with two tags counts for both. Metadata of another step of the trace, on this day or the one before, counts for
  steps without it.
  Of each day and environment the growth.groups most expensive groups and models have rows, the rest is other.
grain: one row per dimension, local hour, environment, group and model with a call, cost or tokens
feature: langfuse
audience: everyone
cadence: 5m
key: [dimension, hour, environment, value, model]
window: true
reach: {lf_observation: [1, 0]}
time: hour
columns:
  dimension: {type: text, doc: "model, environment, release, version, session, tag, tags together, or a key of metadata"}
  hour: {type: timestamptz, doc: start of the local hour}
  environment: {type: text, doc: Langfuse environment}
  value: {type: text, doc: "the group; (none) where a call has none; other for those beyond growth.groups of the day"}
  model: {type: text, doc: "model as the application named it, unknown where it named none; other as of the groups"}
  calls: {type: bigint, doc: "LLM calls, failed ones included"}
  errors: {type: bigint, doc: calls whose level is ERROR}
  timed: {type: bigint, doc: calls that have an end}
  spent_s: {type: float8, doc: "time of all timed calls together, seconds"}
  tokens: {type: bigint, doc: "tokens in total of all steps, as Langfuse states them"}
  priced: {type: bigint, doc: steps with a cost}
  cost_usd: {type: numeric, doc: "cost in USD of all steps; those without a price count as 0"}
*/
with steps as (
  select
    date_trunc('hour', start_time, {{ zone() }}) as hour,
    (start_time at time zone {{ zone() }})::date as day,
    environment,
    project,
    trace_id,
    case
      when octet_length(model) > 120 then left(model, 30) || ' … ' || left(md5(model), 8)
      else coalesce(nullif(model, ''), 'unknown')
    end as model,
    release,
    version,
    session_id,
    tags,
    metadata,
    type = 'GENERATION' as is_call,
    level = 'ERROR' as is_error,
    latency_s,
    total_tokens,
    cost_usd
  from {{ view('lf_observation') }}
  where type = 'GENERATION' or cost_usd is not null or usage <> '{}'
),
stated as (
  select project, trace_id, key, (start_time at time zone {{ zone() }})::date + later as day, min(value) as value
  from {{ view('lf_observation') }} cross join lateral jsonb_each_text(metadata) as pair (key, value)
  cross join (values (0), (1)) as days (later)
  where metadata <> '{}' and key = any({{ texts('langfuse.breakdown_keys') }}) and value <> ''
  group by 1, 2, 3, 4
),
grouped as (
  select hour, environment, dimension, value, model, is_call, is_error, latency_s, total_tokens, cost_usd
  from steps cross join lateral (
    values
      ('model', model), ('environment', environment), ('release', release), ('version', version),
      ('session', session_id), ('tags together', array_to_string(tags, ', '))
  ) as one (dimension, value)
  union all
  select hour, environment, 'tag', tag, model, is_call, is_error, latency_s, total_tokens, cost_usd
  from steps left join lateral unnest(tags) as tag on true
  union all
  select
    hour,
    environment,
    case
      when key in ('model', 'environment', 'release', 'version', 'session', 'tag', 'tags together') then 'metadata ' || key
      else key
    end,
    coalesce(nullif(metadata ->> key, ''), stated.value),
    model,
    is_call,
    is_error,
    latency_s,
    total_tokens,
    cost_usd
  from steps cross join unnest({{ texts('langfuse.breakdown_keys') }}) as key
  left join stated using (project, trace_id, key, day)
),
sums as (
  select
    dimension,
    hour,
    environment,
    case
      when coalesce(value, '') = '' then '(none)'
      when octet_length(value) > 120 then left(value, 30) || ' … ' || left(md5(value), 8)
      else value
    end as value,
    model,
    count(*) filter (where is_call) as calls,
    count(*) filter (where is_call and is_error) as errors,
    count(latency_s) filter (where is_call) as timed,
    coalesce(sum(latency_s) filter (where is_call), 0) as spent_s,
    coalesce(sum(total_tokens), 0) as tokens,
    count(cost_usd) as priced,
    coalesce(sum(cost_usd), 0) as cost_usd
  from grouped
  group by 1, 2, 3, 4, 5
),
-- totals over windows, not joins of the sums with themselves: the planner expects one row of such a join
totals as (
  select
    *,
    (hour at time zone {{ zone() }})::date as day,
    sum(cost_usd) over of_value as value_cost,
    sum(calls) over of_value as value_calls,
    sum(cost_usd) filter (where dimension = 'model') over of_model as model_cost,
    sum(calls) filter (where dimension = 'model') over of_model as model_calls
  from sums
  window
    of_value as (partition by environment, (hour at time zone {{ zone() }})::date, dimension, value),
    of_model as (partition by environment, (hour at time zone {{ zone() }})::date, model)
),
ranked as (
  select
    *,
    dense_rank() over (
      partition by environment, day, dimension
      order by value = '(none)' desc, value_cost desc, value_calls desc, value
    ) as value_rank,
    dense_rank() over (
      partition by environment, day order by model = '(none)' desc, model_cost desc, model_calls desc, model
    ) as model_rank
  from totals
)
select
  dimension,
  hour,
  environment,
  case when value_rank <= {{ setting('growth.groups') }} then value else 'other' end as value,
  case when model_rank <= {{ setting('growth.groups') }} then model else 'other' end as model,
  sum(calls)::bigint as calls,
  sum(errors)::bigint as errors,
  sum(timed)::bigint as timed,
  sum(spent_s) as spent_s,
  sum(tokens)::bigint as tokens,
  sum(priced)::bigint as priced,
  sum(cost_usd) as cost_usd
from ranked
group by 1, 2, 3, 4, 5
