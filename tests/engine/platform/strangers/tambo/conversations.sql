select c.id as conversation_id, c.context_key as user_id, c.created_at as created_at from public.threads c
