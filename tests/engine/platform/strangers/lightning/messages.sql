select m.id as message_id, m.chat_session_id as conversation_id, m.role as role, m.inserted_at as created_at from ai_chat_messages m join ai_chat_sessions c on c.id = m.chat_session_id
where not m.is_deleted and not c.is_deleted
