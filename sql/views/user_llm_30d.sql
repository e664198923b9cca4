/*
doc: >-
  LLM usage of today and the 29 days before by user, the most expensive first; one row for turns whose trace names no
  user and one for users that the platform does not know (any more).
grain: one row per user, at most 100, and the two rest rows
feature: users langfuse
audience: admin
cadence: 15m
materialized: true
key: [name, user_id]
columns:
  rank: {type: bigint, doc: "order by cost, then turns, most first"}
  user_id: {type: text, doc: "id of the account on the platform; empty in the rest rows"}
  name: {type: text, doc: "name of the account, or the first 8 characters of its id; (untagged) and (unknown) in the rest rows"}
  turns: {type: bigint, doc: traces with an LLM call}
  calls: {type: bigint, doc: LLM calls}
  tokens: {type: bigint, doc: input and output tokens}
  cost_usd: {type: numeric, doc: "cost in USD; calls without a price count as 0"}
  turn_share: {type: float8, doc: share of all turns}
  total: {type: bigint, doc: "all of these users, the rest rows among them"}
*/
with today as (select {{ today() }} as day),
used as (
  select
    coalesce(accounts.user_id, '') as user_id,
    case
      when d.user_hash = '' then '(untagged)'
      when accounts.user_id is null then '(unknown)'
      else coalesce(names.name, left(accounts.user_id, 8))
    end as name,
    sum(turns)::bigint as turns, sum(calls)::bigint as calls, sum(tokens)::bigint as tokens, sum(cost_usd) as cost_usd
  from {{ view('llm_user_day') }} d
  cross join today
  left join {{ view('user_entity') }} accounts on accounts.user_hash = d.user_hash
  left join {{ view('user_name') }} names on names.user_id = accounts.user_id
  where d.day > today.day - 30 and d.day <= today.day
  group by 1, 2
),
ranked as (
  select *, row_number() over (order by cost_usd desc, turns desc, user_id, name) as rank,
    row_number() over (order by user_id = '', cost_usd desc, turns desc, user_id) as place,
    sum(turns) over () as all_turns, count(*) over () as total
  from used
)
select rank, user_id, name, turns, calls, tokens, cost_usd, turns / nullif(all_turns, 0)::float8 as turn_share, total
from ranked
where place <= 100 or user_id = ''
