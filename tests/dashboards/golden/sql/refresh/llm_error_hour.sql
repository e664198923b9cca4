-- llm_error_hour: Failed LLM calls by class of error. Langfuse's messages are not stored, only their class of error.

select
  date_trunc('hour', start_time, 'UTC') as hour,
  environment,
  coalesce(nullif(model, ''), 'unknown') as model,
  coalesce(error_class, 'other') as error_class,
  count(*) as calls
from gendash.lf_observation
where type = 'GENERATION' and level = 'ERROR'
group by 1, 2, 3, 4;
