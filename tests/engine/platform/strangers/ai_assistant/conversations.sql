select c.id as conversation_id, c.created_by_id as user_id, c.created_at as created_at from django_ai_assistant_thread c
