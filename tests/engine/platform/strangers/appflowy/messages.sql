select m.message_id as message_id, m.chat_id as conversation_id, case m.author ->> 'author_type' when '1' then 'user' when '3' then 'assistant' when '2' then 'system' end as role, m.created_at as created_at
from af_chat_messages m join af_chat c on c.chat_id = m.chat_id
where m.deleted_at is null and c.deleted_at is null
