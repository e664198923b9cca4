select p.id as message_id, p.conversation_id, case p.authorable_type when 'AppUser' then 'user' when 'Agent' then 'assistant' end as role, p.created_at
from conversation_parts p
where p.private_note is not true
