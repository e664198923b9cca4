-- versions: the reference platform, all migrations
select
  c.id as conversation_id,
  c.user_id,
  c.created_at,
  c.is_voice_conversation as is_voice
from conversations c
