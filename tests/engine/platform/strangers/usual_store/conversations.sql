select c.id as conversation_id, c.user_id as user_id, c.created_at as created_at from support_tickets c
