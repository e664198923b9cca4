select c.thread_id as conversation_id, c.account_id as user_id, c.created_at as created_at from threads c
