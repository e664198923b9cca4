/*
doc: Failed LLM calls by class of error. Langfuse's messages are not stored, only their class of error.
grain: one row per local hour, environment, model and class with a failed call
feature: langfuse
audience: everyone
cadence: 1m
key: [hour, environment, model, error_class]
window: true
time: hour
columns:
  hour: {type: timestamptz, doc: start of the local hour}
  environment: {type: text, doc: Langfuse environment}
  model: {type: text, doc: "model as the application named it; unknown where it named none"}
  error_class: {type: text, doc: "timeout, rate_limit, context_length, refusal, tool or other"}
  calls: {type: bigint, doc: failed LLM calls}
*/
select
  date_trunc('hour', start_time, {{ zone() }}) as hour,
  environment,
  coalesce(nullif(model, ''), 'unknown') as model,
  coalesce(error_class, 'other') as error_class,
  count(*) as calls
from {{ view('lf_observation') }}
where type = 'GENERATION' and level = 'ERROR'
group by 1, 2, 3, 4
