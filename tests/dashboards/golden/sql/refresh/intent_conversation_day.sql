-- intent_conversation_day: What conversations were about, by the days on which their messages were written.

select (created_at at time zone 'UTC')::date as day, conversation_id, intent, count(*) as messages
from (
select
  m.conversation_id::text as conversation_id,
  m.metadata::jsonb ->> 'intent' as intent,
  m.created_at::timestamptz as created_at
from public.messages m
where m.metadata::jsonb ->> 'intent' <> ''
) s
group by 1, 2, 3;
