select c.client_id as user_id, min(c.created_at) as created_at from conversation_metadata c where c.client_id is not null group by c.client_id
