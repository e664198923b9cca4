select c.name as conversation_id, c."user" as user_id, c.created_time as created_at from chat c
where c.is_deleted is not true
