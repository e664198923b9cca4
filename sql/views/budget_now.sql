/*
doc: LLM spending of this calendar month against the budget, over all environments.
grain: one row
feature: langfuse
audience: everyone
columns:
  month_cost_usd: {type: numeric, null: true, doc: "cost of every type since the start of the local month; NULL where none was ever synced"}
  today_cost_usd: {type: numeric, null: true, doc: "cost since the start of the local day; NULL where none was ever synced"}
  budget_usd: {type: numeric, doc: budget of a calendar month}
  daily_budget_usd: {type: numeric, doc: "budget_usd / days of this month"}
  spent_ratio: {type: float8, null: true, doc: month_cost_usd / budget_usd}
  elapsed_ratio: {type: float8, doc: share of this month that has passed}
  forecast_usd: {type: numeric, null: true, doc: "month_cost_usd / elapsed_ratio: cost of the month at the current rate; NULL on its first day"}
  uncosted: {type: bigint, null: true, doc: calls of this month without a cost; they are missing above}
*/
with clock as (
  select {{ now() }} at time zone {{ zone() }} as local_now
),
bounds as (
  select
    date_trunc('month', local_now) at time zone {{ zone() }} as month_start,
    date_trunc('day', local_now) at time zone {{ zone() }} as day_start,
    extract(day from date_trunc('month', local_now) + interval '1 month' - interval '1 day')::int as days,
    extract(epoch from local_now - date_trunc('month', local_now))
      / extract(epoch from date_trunc('month', local_now) + interval '1 month' - date_trunc('month', local_now)) as elapsed
  from clock
),
spent as (
  select
    exists (select from {{ view('llm_hour') }}) as known,
    sum(cost_usd) filter (where hour >= month_start) as month_cost,
    sum(cost_usd) filter (where hour >= day_start) as day_cost,
    sum(uncosted) filter (where hour >= month_start) as uncosted
  from bounds left join {{ view('llm_hour') }} on hour >= month_start and hour <= {{ now() }}
),
figures as (
  select
    case when known then coalesce(month_cost, 0) end as month_cost,
    case when known then coalesce(day_cost, 0) end as day_cost,
    case when known then coalesce(uncosted, 0)::bigint end as uncosted,
    {{ setting('budget.monthly_usd') }}::numeric as budget
  from spent
)
select
  month_cost as month_cost_usd,
  day_cost as today_cost_usd,
  budget as budget_usd,
  budget / days as daily_budget_usd,
  (month_cost / nullif(budget, 0))::float8 as spent_ratio,
  elapsed::float8 as elapsed_ratio,
  case when elapsed * days >= 1 then month_cost / nullif(elapsed, 0)::numeric end as forecast_usd,
  uncosted
from figures cross join bounds
