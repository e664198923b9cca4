-- conversation_entity: Conversations, without titles and texts.

select
  conversation_id,
  user_id,
  created_at,
  user_id is null as anonymous,
  case when is_voice then 'voice' else 'chat' end as channel,
  intent
from (
select conversation_id, user_id, created_at, is_voice, intent from (
select
  c.id::text as conversation_id,
  c.user_id::text as user_id,
  c.created_at::timestamptz as created_at,
  coalesce(c.is_voice_conversation::boolean, false) as is_voice,
  c.metadata::jsonb ->> 'intent' as intent
from public.conversations c
) given where conversation_id is not null and created_at >= timestamptz '2000-01-01 00:00:00+00' and created_at < timestamptz '2200-01-01 00:00:00+00' and is_voice is not null
) s;
