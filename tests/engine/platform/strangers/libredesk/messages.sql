select m.id as message_id, m.conversation_id, case m.type when 'incoming' then 'user' when 'outgoing' then 'assistant' end as role, m.created_at
from conversation_messages m
where not m.private
