select c.id as conversation_id, c.customer_id as user_id, c.created_at from tickets c
