-- conversation_entity: Conversations, without titles and texts.

select conversation_id, user_id, created_at, case when is_voice then 'voice' else 'chat' end as channel, intent
from (
select
  c.id::text as conversation_id,
  c.user_id::text as user_id,
  c.created_at::timestamptz as created_at,
  coalesce(c.is_voice_conversation, false) as is_voice,
  c.metadata::jsonb ->> 'intent' as intent
from public.conversations c
) s;
