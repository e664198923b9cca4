select c.id as conversation_id, (select p.user_id from user_projects p where p.project_id = c.project_id and p.role = 'owner' limit 1) as user_id, c.created_at as created_at from conversations c
