select m.id || ':question' as message_id, m.chat_id as conversation_id, 'user' as role, m.create_time as created_at from application_chat_record m join application_chat c on c.id = m.chat_id where not c.is_deleted
union all
select m.id::text, m.chat_id, 'assistant', m.create_time from application_chat_record m join application_chat c on c.id = m.chat_id where not c.is_deleted
