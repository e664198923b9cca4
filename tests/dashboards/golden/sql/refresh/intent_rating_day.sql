-- intent_rating_day: Ratings of answers by intent.

select
  (created_at at time zone 'UTC')::date as day,
  intent,
  count(*) as ratings,
  count(*) filter (where rating >= 4) as satisfied
from (
select intent, rating, created_at from (
select intent, rating, created_at
from (
  select
    coalesce(
      nullif(m.metadata::jsonb ->> 'intent', ''),
      c.metadata::jsonb ->> 'intent'
    ) as intent,
    case when btrim(f.rating::text) ~ '^[+-]?[0-9]{1,9}([.][0-9]*)?$' then btrim(f.rating::text)::numeric::int end as rating,
    f.created_at::timestamptz as created_at
  from public.feedback f
  join public.messages m
    on m.id = f.message_id
  left join public.conversations c
    on c.id = m.conversation_id
) as named
where intent <> ''
) given where intent is not null and rating is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00'
) s
group by 1, 2;
