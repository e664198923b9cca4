/*
doc: >-
  Ratings given today or on the 29 days before by the groups of the rated turn, in the dimensions of llm_group_hour:
  model, version and release are those of its last LLM call. The growth.groups groups with most ratings have rows, the
  rest is other; groups of a dimension add up to all ratings, but for tag.
grain: one row per dimension, local day and group with a rating
feature: feedback langfuse
audience: admin
cadence: 5m
materialized: true
key: [dimension, day, value]
columns:
  dimension: {type: text, doc: "as in llm_group_hour"}
  day: {type: date, doc: local day on which the ratings were given}
  value: {type: text, doc: "the group; (not traced) where the turn is unknown, (none) where it has none"}
  ratings: {type: bigint, doc: ratings}
  satisfied: {type: bigint, doc: ratings of 4 or 5}
  negative: {type: bigint, doc: ratings of 1 or 2}
*/
with rated as (
  select
    (r.created_at at time zone {{ zone() }})::date as day,
    rating,
    t.project,
    t.trace_id,
    t.environment,
    case when t.trace_id is not null then coalesce(nullif(c.model, ''), 'unknown') end as model,
    c.release,
    c.version,
    c.session_id,
    coalesce(c.tags, '{}') as tags
  from {{ view('rating_turn_30d') }} r
  left join lateral (
    select project, trace_id, environment from {{ view('llm_turn') }} t
    where t.trace_id = r.trace_id and t.calls > 0
    order by project limit 1
  ) t on true
  left join lateral (
    select model, release, version, session_id, tags from {{ view('lf_observation') }} o
    where o.project = t.project and o.trace_id = t.trace_id and type = 'GENERATION'
    order by start_time desc, id desc limit 1
  ) c on true
),
told as (
  select project, trace_id, key, min(value) as value
  from (select distinct project, trace_id from rated where trace_id is not null) as known
  join {{ view('lf_observation') }} using (project, trace_id)
  cross join lateral jsonb_each_text(metadata) as pair (key, value)
  where metadata <> '{}' and key = any({{ texts('langfuse.breakdown_keys') }}) and value <> ''
  group by 1, 2, 3
),
grouped as (
  select day, rating, trace_id, dimension, value
  from rated cross join lateral (
    values
      ('model', model), ('environment', environment), ('release', release), ('version', version),
      ('session', session_id), ('tags together', array_to_string(tags, ', '))
  ) as one (dimension, value)
  union all
  select day, rating, trace_id, 'tag', tag from rated left join lateral unnest(tags) as tag on true
  union all
  select
    day,
    rating,
    trace_id,
    case
      when key in ('model', 'environment', 'release', 'version', 'session', 'tag', 'tags together') then 'metadata ' || key
      else key
    end,
    told.value
  from rated cross join unnest({{ texts('langfuse.breakdown_keys') }}) as key
  left join told using (project, trace_id, key)
),
named as (
  select
    day,
    rating,
    dimension,
    case
      when trace_id is null then '(not traced)'
      when coalesce(value, '') = '' then '(none)'
      when octet_length(value) > 120 then left(value, 30) || ' … ' || left(md5(value), 8)
      else value
    end as value
  from grouped
),
ranked as (
  select
    dimension, value,
    row_number() over (
      partition by dimension order by value in ('(none)', '(not traced)') desc, count(*) desc, value
    ) as rank
  from named
  group by 1, 2
)
select
  dimension,
  day,
  case when rank <= {{ setting('growth.groups') }} then value else 'other' end as value,
  count(*) as ratings,
  count(*) filter (where rating >= 4) as satisfied,
  count(*) filter (where rating <= 2) as negative
from named join ranked using (dimension, value)
group by 1, 2, 3
