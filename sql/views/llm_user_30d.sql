/*
doc: >-
  LLM usage of today and the 29 days before by user and environment, with one row for turns whose trace names no user
  and one for users that the platform does not know (any more).
grain: one row per environment and user, and the two rest rows of each environment
feature: langfuse users
audience: admin
cadence: 5m
materialized: true
key: [environment, name, user_id]
columns:
  environment: {type: text, doc: Langfuse environment}
  name: {type: text, doc: "name of the account, or the first 8 characters of its id; (untagged) and (no account) in the rest rows"}
  user_id: {type: text, doc: "id of the account on the platform; empty in the rest rows"}
  turns: {type: bigint, doc: traces with an LLM call}
  cost_usd: {type: numeric, doc: "cost in USD; calls without a price count as 0"}
  last_at: {type: timestamptz, doc: start of the last of them}
*/
with today as (select {{ today() }} as day)
select
  s.environment,
  case when s.user_hash = '' then '(untagged)' else coalesce(n.name, left(u.user_id, 8), '(no account)') end as name,
  coalesce(u.user_id, '') as user_id,
  sum(s.turns)::bigint as turns,
  sum(s.cost_usd) as cost_usd,
  max(s.last_at) as last_at
from {{ view('llm_user_day') }} s
cross join today
left join {{ view('user_entity') }} u using (user_hash)
left join {{ view('user_name') }} n on n.user_id = u.user_id
where s.day > today.day - 30 and s.day <= today.day
group by 1, 2, 3
