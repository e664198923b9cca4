select m.id as message_id, m.thread_id as conversation_id, m.message ->> 'type' as role, m.created_at as created_at from django_ai_assistant_message m
