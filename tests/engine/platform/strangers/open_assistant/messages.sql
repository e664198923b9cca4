select m.id as message_id, m.chat_id as conversation_id, case m.role when 'prompter' then 'user' else m.role end as role, m.created_at
from message m
where m.role = 'prompter' or m.state = 'complete'
