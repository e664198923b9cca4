/*
doc: >-
  What Langfuse's price list says about the models of today's and the last 29 days' LLM calls, embeddings and other
  observations that name a model and carry tokens or cost, and why they have no price. The entry is the one that Langfuse uses for a call of today: its pattern matches the model, the project's own
  before Langfuse's, the youngest start date first.
grain: one row per project and model with a call, or tokens or cost of another observation
feature: langfuse
audience: everyone
cadence: 15m
materialized: true
key: [project, model]
columns:
  project: {type: text, doc: "key of the Langfuse project, as in gendash.yaml"}
  model: {type: text, doc: "model as the application named it, unknown where it named none"}
  calls: {type: bigint, doc: "LLM calls, failed ones included, and other observations of the model"}
  uncosted: {type: bigint, doc: calls without a cost}
  entry: {type: text, "null": true, doc: "name of the entry of the price list; NULL where none matches"}
  kept_by: {type: text, "null": true, doc: "Langfuse or project: who maintains the entry"}
  input_usd: {type: numeric, "null": true, doc: "list price of a million units of input, standard tier, in USD"}
  output_usd: {type: numeric, "null": true, doc: "list price of a million units of output, standard tier, in USD"}
  from_list: {type: bigint, doc: calls that the list has priced}
  from_provider: {type: bigint, doc: calls whose cost was sent with them}
  hint: {type: text, "null": true, doc: "why calls are without a price, and what to do; NULL where each has one"}
*/
with calls as (
  select
    project,
    coalesce(nullif(model, ''), 'unknown') as model,
    count(*) as calls,
    count(*) - count(cost_usd) as uncosted,
    count(*) filter (where cost_usd is null and level <> 'ERROR' and total_tokens > 0) as used,
    count(*) filter (where cost_source = 'list') as from_list,
    count(*) filter (where cost_source = 'provider') as from_provider
  from {{ view('lf_observation') }}
  where (type = 'GENERATION' or model <> '' and (cost_usd is not null or usage <> '{}'))
    and start_time >= ({{ today() }} - 29)::timestamp at time zone {{ zone() }}
    and start_time <= {{ now() }}
  group by 1, 2
),
entries as (
  select distinct on (m.project, c.model) m.project, c.model, m.name, m.is_managed, m.input_usd, m.output_usd, m.prices
  from {{ view('lf_model') }} m
  join calls c on c.project = m.project and c.model ~ m.match_pattern
  where m.start_date is null or m.start_date <= {{ now() }}
  order by m.project, c.model, m.is_managed, m.start_date desc nulls last, m.id
)
select
  c.project,
  c.model,
  c.calls,
  c.uncosted,
  e.name as entry,
  case when e.is_managed then 'Langfuse' when not e.is_managed then 'project' end as kept_by,
  1000000 * e.input_usd as input_usd,
  1000000 * e.output_usd as output_usd,
  c.from_list,
  c.from_provider,
  case
    when c.uncosted = 0 then null
    when c.model = 'unknown' then 'calls name no model: send it with the call'
    when e.name is null then 'not in the price list: add the model in Langfuse'
    when e.prices = '{}' then 'its entry has no price: add one in Langfuse'
    when c.used > 0 then 'priced by now: older calls stay without a price'
    else 'calls without usage: send tokens with the call'
  end as hint
from calls c left join entries e using (project, model)
