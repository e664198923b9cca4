-- intent_conversation_day: What conversations were about, by the days on which their messages were written.

select (created_at at time zone 'UTC')::date as day, conversation_id, intent, count(*) as messages
from (
select conversation_id, intent, created_at from (
select conversation_id, intent, created_at
from (
  select
    m.conversation_id::text as conversation_id,
    coalesce(
      nullif(m.metadata::jsonb ->> 'intent', ''),
      c.metadata::jsonb ->> 'intent'
    ) as intent,
    m.created_at::timestamptz as created_at
  from public.messages m
  left join public.conversations c
    on c.id = m.conversation_id
) as named
where intent <> ''
) given where conversation_id is not null and intent is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00'
) s
group by 1, 2, 3;
