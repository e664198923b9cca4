select c.id as conversation_id, c.chat_user_id as user_id, c.create_time as created_at from application_chat c where not c.is_deleted
