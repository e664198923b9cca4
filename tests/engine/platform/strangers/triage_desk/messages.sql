select
  m.id as message_id,
  m.intake_id as conversation_id,
  case m.spoken_by when 'patient' then 'user' else 'assistant' end as role,
  m.created_at
from utterances m
where not m.internal
