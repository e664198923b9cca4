select c.id as conversation_id, c.requester_id as user_id, c.created_at as created_at from escalated_tickets c
where c.deleted_at is null
