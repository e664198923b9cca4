select m.id as message_id, m.conversation_id as conversation_id, case m.role when 'user' then 'user' when 'staff' then 'assistant' when 'ai_assistant' then 'assistant' else m.role end as role, m.created_at as created_at
from messages m where m.deleted_at is null and m.status is distinct from 'draft' and m.status is distinct from 'discarded'
